//! The ledger: every effect on the simulated account, in order.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cloud::Call;

/// One applied call of an operation that changes something, whether its reply arrived or not.
///
/// Calls that were refused or never arrived are not here: they had no effect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its place in the ledger, from 1.
    pub seq: u64,
    /// The simulated time.
    pub at: Timestamp,
    /// Service and operation: `dynamodb:UpdateTable`.
    pub operation: String,
    /// Name or ARN of the resource; empty when the call is about none.
    pub resource: String,
    /// [`Call::digest`] of the call.
    pub digest: String,
    /// AWS's request id.
    pub request_id: String,
    /// Whether the account became another: a second equal call is applied, and changes nothing.
    pub change: bool,
    /// The call itself.
    pub detail: Call,
}
