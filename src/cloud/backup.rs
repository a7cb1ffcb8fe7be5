//! AWS Backup.

use serde::{Deserialize, Serialize};

use super::Operation;

/// An operation of AWS Backup with its parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "operation")]
pub enum Call {}

/// What AWS Backup answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply")]
pub enum Reply {}

/// Its operations.
pub(super) const OPERATIONS: &[&Operation] = &[];

impl Call {
    /// The AWS operation behind the call.
    pub const fn operation(&self) -> &'static Operation {
        match *self {}
    }

    /// The resource that the call is about.
    pub const fn resource(&self) -> Option<&str> {
        match *self {}
    }
}
