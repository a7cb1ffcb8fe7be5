//! AWS Backup.

use aws_sdk_backup::Client;

use super::sending::Sending;
use crate::cloud::Outcome;
use crate::cloud::backup::Call;

pub(super) async fn send(_client: &Client, _sending: &Sending, call: Call) -> Outcome {
    match call {}
}
