//! AWS CloudFormation.

use aws_sdk_cloudformation::Client;

use super::sending::Sending;
use crate::cloud::Outcome;
use crate::cloud::cloudformation::Call;

pub(super) async fn send(_client: &Client, _sending: &Sending, call: Call) -> Outcome {
    match call {}
}
