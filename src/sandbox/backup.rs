//! The simulated AWS Backup.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cloud::backup::{Call, Reply};

use super::moment::{Carried, Moment};

/// What the account holds of AWS Backup.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {}

impl Backup {
    /// Carries out one call.
    pub const fn call(&mut self, call: &Call, _at: &Moment) -> Carried<Reply> {
        match *call {}
    }

    /// What a person could have set.
    pub fn state(&self) -> Value {
        serde_json::json!({})
    }
}
