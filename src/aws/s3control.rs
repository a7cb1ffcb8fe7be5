//! Amazon S3 Batch Operations.

use aws_sdk_s3control::Client;

use super::sending::Sending;
use crate::cloud::Outcome;
use crate::cloud::s3control::Call;

pub(super) async fn send(_client: &Client, _sending: &Sending, call: Call) -> Outcome {
    match call {}
}
