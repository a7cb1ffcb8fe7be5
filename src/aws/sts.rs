//! AWS Security Token Service.

use aws_sdk_sts::Client;

use super::ending::needed;
use super::sending::{Sending, answer, sent};
use crate::cloud::sts::{Call, Identity, Reply};
use crate::cloud::{self, Outcome};

pub(super) async fn send(client: &Client, sending: &Sending, call: Call) -> Outcome {
    match call {
        Call::GetCallerIdentity {} => get_caller_identity(client, sending).await,
    }
}

async fn get_caller_identity(client: &Client, sending: &Sending) -> Outcome {
    let output = sent!(sending, client.get_caller_identity())?;
    let identity = Identity {
        account: needed(output.account(), "Account")?.to_owned(),
        arn: needed(output.arn(), "Arn")?.to_owned(),
    };
    answer(cloud::Reply::Sts(Reply::Identity(identity)), &output)
}
