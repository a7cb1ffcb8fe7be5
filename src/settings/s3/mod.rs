//! Settings of S3 buckets. One file per family of settings.

mod access_logging;
mod encryption;
mod existence;
mod intelligent_tiering;
mod lifecycle;
mod log_delivery;
mod names;
mod object_lock;
pub(super) mod policy;
mod public_access;
mod replication;
mod rules;
mod sample;
mod tags;
mod versioning;

pub(super) use access_logging::AccessLogging;
pub(super) use encryption::DefaultEncryption;
pub(super) use existence::Existence;
pub(super) use intelligent_tiering::IntelligentTiering;
pub(super) use lifecycle::BucketLifecycle;
pub(super) use log_delivery::LogDelivery;
pub(super) use object_lock::ObjectLock;
pub(super) use public_access::PublicAccess;
pub(super) use replication::BucketReplication;
pub(super) use sample::Sample;
pub(super) use tags::BucketTags;
pub(super) use versioning::BucketVersioning;

use super::{Breach, Unread};
use crate::cloud::Call;
use crate::cloud::s3;

/// AWS's word for a bucket without Object Lock.
const NO_OBJECT_LOCK: &str = "ObjectLockConfigurationNotFoundError";

/// AWS's word for a bucket without a policy.
const NO_POLICY: &str = "NoSuchBucketPolicy";

/// One call to S3.
fn call(call: s3::Call) -> Vec<Call> {
    vec![Call::S3(call)]
}

/// Nothing is written over what could not be read.
fn unreadable(why: &Unread) -> Breach {
    let why = format!("what is there now could not be read: {why}");
    Breach::unfit(why, "read it again, and write only what builds on what is there")
}

#[cfg(test)]
mod testing;
