//! Application Auto Scaling.

use aws_sdk_applicationautoscaling::Client;

use super::sending::Sending;
use crate::cloud::Outcome;
use crate::cloud::autoscaling::Call;

pub(super) async fn send(_client: &Client, _sending: &Sending, call: Call) -> Outcome {
    match call {}
}
