//! The simulated AWS Systems Manager.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cloud::ssm::{Call, Reply};

use super::moment::{Carried, Moment};

/// What the account holds of AWS Systems Manager.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ssm {}

impl Ssm {
    /// Carries out one call.
    pub const fn call(&mut self, call: &Call, _at: &Moment) -> Carried<Reply> {
        match *call {}
    }

    /// What a person could have set.
    pub fn state(&self) -> Value {
        serde_json::json!({})
    }
}
