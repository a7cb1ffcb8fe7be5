//! The closed vocabulary of AWS operations: what can be asked, what comes back, how it can end.
//!
//! Everything above this seam (reading, diffing, polling, reconciling) runs unchanged against the
//! simulated account and against AWS. Nothing here performs a call. One file per service; the
//! enums of this file only forward.

#![deny(clippy::wildcard_enum_match_arm)]

pub mod autoscaling;
pub mod backup;
pub mod bulk;
mod clock;
pub mod cloudformation;
pub mod cloudtrail;
pub mod cloudwatch;
pub mod dynamodb;
mod ending;
pub mod objects;
mod operation;
mod place;
pub mod quota;
pub mod s3;
pub mod s3control;
pub mod sns;
pub mod ssm;
pub mod sts;

use std::future::Future;
use std::pin::Pin;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use clock::{SET_CLOCK, skew_words};
pub use ending::{CallError, Ending};
pub use operation::{Danger, Effect, Operation, Repeat};
pub use place::Place;

/// One AWS operation with its parameters: the value that is confirmed, journalled and sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "service", rename_all = "lowercase")]
pub enum Call {
    /// AWS Security Token Service.
    Sts(sts::Call),
    /// Amazon DynamoDB.
    DynamoDb(dynamodb::Call),
    /// Amazon Simple Storage Service.
    S3(s3::Call),
    /// Amazon Simple Notification Service.
    Sns(sns::Call),
    /// AWS CloudTrail.
    CloudTrail(cloudtrail::Call),
    /// Amazon CloudWatch.
    CloudWatch(cloudwatch::Call),
    /// Application Auto Scaling.
    AutoScaling(autoscaling::Call),
    /// AWS Backup.
    Backup(backup::Call),
    /// AWS CloudFormation.
    CloudFormation(cloudformation::Call),
    /// Amazon S3 Batch Operations.
    S3Control(s3control::Call),
    /// AWS Systems Manager.
    Ssm(ssm::Call),
    /// Objects of Amazon S3.
    Objects(objects::Call),
    /// Work over many objects, which neither of the accounts knows.
    Bulk(bulk::Call),
}

/// The answer to a [`Call`] that was carried out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "service", rename_all = "lowercase")]
pub enum Reply {
    /// AWS Security Token Service.
    Sts(sts::Reply),
    /// Amazon DynamoDB.
    DynamoDb(dynamodb::Reply),
    /// Amazon Simple Storage Service.
    S3(s3::Reply),
    /// Amazon Simple Notification Service.
    Sns(sns::Reply),
    /// AWS CloudTrail.
    CloudTrail(cloudtrail::Reply),
    /// Amazon CloudWatch.
    CloudWatch(cloudwatch::Reply),
    /// Application Auto Scaling.
    AutoScaling(autoscaling::Reply),
    /// AWS Backup.
    Backup(backup::Reply),
    /// AWS CloudFormation.
    CloudFormation(cloudformation::Reply),
    /// Amazon S3 Batch Operations.
    S3Control(s3control::Reply),
    /// AWS Systems Manager.
    Ssm(ssm::Reply),
    /// Objects of Amazon S3.
    Objects(objects::Reply),
    /// Work over many objects.
    Bulk(bulk::Reply),
}

/// A reply with the id under which AWS can find the request again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// What AWS said.
    pub reply: Reply,
    /// AWS's request id, when it gave one.
    pub request_id: Option<String>,
}

/// How a call ended.
pub type Outcome = Result<Answer, CallError>;

/// A future that belongs to whoever awaits it.
pub type Pending<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Where calls are carried out: AWS itself, or the simulated account.
pub trait Account: Send + Sync {
    /// Carries out one call, once. A call that changes something is never repeated in here.
    fn send(&self, call: Call) -> Pending<Outcome>;

    /// Carries out one read with one request. Whoever asks so many that AWS throttles some repeats
    /// those at their own pace: a repetition in here would come on top of that.
    fn send_once(&self, call: Call) -> Pending<Outcome> {
        self.send(call)
    }

    /// How far the clock of this machine is ahead of the account's, as its latest answers told it;
    /// negative when it is behind, none when that is not known.
    fn skew(&self) -> Option<SignedDuration> {
        None
    }
}

impl Call {
    /// The AWS operation behind this call: name, IAM actions, danger, how it repeats.
    pub fn operation(&self) -> &'static Operation {
        match self {
            Self::Sts(call) => call.operation(),
            Self::DynamoDb(call) => call.operation(),
            Self::S3(call) => call.operation(),
            Self::Sns(call) => call.operation(),
            Self::CloudTrail(call) => call.operation(),
            Self::CloudWatch(call) => call.operation(),
            Self::AutoScaling(call) => call.operation(),
            Self::Backup(call) => call.operation(),
            Self::CloudFormation(call) => call.operation(),
            Self::S3Control(call) => call.operation(),
            Self::Ssm(call) => call.operation(),
            Self::Objects(call) => call.operation(),
            Self::Bulk(call) => call.operation(),
        }
    }

    /// The name or ARN of the resource that the call is about, if it is about one.
    pub fn resource(&self) -> Option<&str> {
        match self {
            Self::Sts(_) => None,
            Self::DynamoDb(call) => call.resource(),
            Self::S3(call) => call.resource(),
            Self::Sns(call) => Some(call.resource()),
            Self::CloudTrail(call) => Some(call.resource()),
            Self::CloudWatch(call) => Some(call.resource()),
            Self::AutoScaling(call) => call.resource(),
            Self::Backup(call) => call.resource(),
            Self::CloudFormation(call) => call.resource(),
            Self::S3Control(call) => call.resource(),
            Self::Ssm(call) => call.resource(),
            Self::Objects(call) => Some(call.resource()),
            Self::Bulk(call) => Some(call.resource()),
        }
    }

    /// The name of the resource that is only read, where one is changed by what is in another.
    pub fn source(&self) -> Option<&str> {
        match self {
            Self::Bulk(call) => call.source(),
            Self::Objects(call) => call.source(),
            Self::Sts(_)
            | Self::DynamoDb(_)
            | Self::S3(_)
            | Self::Sns(_)
            | Self::CloudTrail(_)
            | Self::CloudWatch(_)
            | Self::AutoScaling(_)
            | Self::Backup(_)
            | Self::CloudFormation(_)
            | Self::S3Control(_)
            | Self::Ssm(_) => None,
        }
    }

    /// SHA-256, in hex, of the call's JSON: two calls are the same call when this is equal.
    pub fn digest(&self) -> String {
        digest_of(self)
    }
}

/// SHA-256, in lower-case hex, of the JSON of a value.
pub fn digest_of(value: &impl Serialize) -> String {
    // The types given here are plain data with string keys; JSON cannot refuse them.
    let json = serde_json::to_vec(value).unwrap_or_default();
    hex::encode(Sha256::digest(&json))
}

/// All operations that this version can perform, in order of service and name.
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    [
        autoscaling::OPERATIONS,
        backup::OPERATIONS,
        bulk::OPERATIONS,
        cloudformation::OPERATIONS,
        cloudtrail::OPERATIONS,
        cloudwatch::OPERATIONS,
        dynamodb::OPERATIONS,
        objects::OPERATIONS,
        s3::OPERATIONS,
        s3control::OPERATIONS,
        sns::OPERATIONS,
        ssm::OPERATIONS,
        sts::OPERATIONS,
    ]
    .into_iter()
    .flatten()
    .copied()
}
