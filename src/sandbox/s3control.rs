//! The simulated Amazon S3 Batch Operations.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cloud::s3control::{Call, Reply};

use super::moment::{Carried, Moment};

/// What the account holds of Amazon S3 Batch Operations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct S3Control {}

impl S3Control {
    /// Carries out one call.
    pub const fn call(&mut self, call: &Call, _at: &Moment) -> Carried<Reply> {
        match *call {}
    }

    /// What a person could have set.
    pub fn state(&self) -> Value {
        serde_json::json!({})
    }
}
