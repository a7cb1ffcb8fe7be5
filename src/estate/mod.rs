//! Estates: the environments of a system and the inventory of its resources.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::cloud::Place;

/// The resources of one system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estate {
    /// Its name, that of its folder: `sitelogix`.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// Who answers for it.
    pub owner: String,
    /// Its environments, in the order of the file.
    pub environments: Vec<Environment>,
}

/// One environment of an estate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// Its name: `prod`.
    pub name: String,
    /// The account and Region it lives in.
    pub place: Place,
    /// What people call the account.
    pub alias: String,
    /// Whether it starts read-only and asks for more before a change.
    pub protected: bool,
    /// What books mean by `${estate.KEY}`, as it is in this environment.
    pub inventory: BTreeMap<String, Item>,
}

/// An entry of the inventory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Item {
    /// One name.
    One(String),
    /// Several names.
    Many(Vec<String>),
}
