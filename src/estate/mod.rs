//! Estates: the environments of a system and the inventory of its resources.

mod load;
mod schema;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::cloud::Place;
use crate::problem::{Problem, Source};
pub use schema::schema;

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
    /// SHA-256, in hex, of its text.
    pub sha256: String,
    /// What books mean by `${asset.NAME}`: the texts of the files in its folder `assets`.
    #[serde(skip)]
    pub assets: BTreeMap<String, String>,
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
    /// Who is called when a run here needs somebody, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
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

impl Estate {
    /// Reads an estate: all problems, not only the first. There is no estate when one of them is
    /// an error.
    pub fn load(source: &Source) -> (Option<Self>, Vec<Problem>) {
        load::load(source)
    }

    /// The environment of this name.
    pub fn environment(&self, name: &str) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.name == name)
    }
}

impl Item {
    /// The names, one or several.
    pub fn names(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Many(names) => names,
        }
    }
}
