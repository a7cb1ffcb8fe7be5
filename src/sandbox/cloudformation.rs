//! The simulated AWS CloudFormation.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cloud::cloudformation::{Call, Reply};

use super::moment::{Carried, Moment};

/// What the account holds of AWS CloudFormation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloudFormation {}

impl CloudFormation {
    /// Carries out one call.
    pub const fn call(&mut self, call: &Call, _at: &Moment) -> Carried<Reply> {
        match *call {}
    }

    /// What a person could have set.
    pub fn state(&self) -> Value {
        serde_json::json!({})
    }
}
