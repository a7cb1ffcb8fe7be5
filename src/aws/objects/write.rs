//! What writes, deletes or holds one object.

use std::collections::BTreeMap;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ObjectLockLegalHoldStatus, ObjectLockRetention, ObjectLockRetentionMode};

use super::words::{
    algorithm_to_sdk, checksum, checksum_of, class_to_sdk, etag, mode_to_sdk, moment_to_sdk,
    quoted, source, tagging, version as version_of,
};
use super::{Owned, sent_patiently};
use crate::aws::ending::needed;
use crate::aws::sending::{answer, sent};
use crate::cloud::objects::{Copy, Lock, Reply, Write};
use crate::cloud::s3::RetentionMode;
use crate::cloud::{self, Outcome};

/// What `If-None-Match` and `If-Match` say.
pub(super) fn conditions(write: Write) -> (Option<String>, Option<String>) {
    match write {
        Write::IfAbsent => (Some("*".to_owned()), None),
        Write::Over(etag) => (None, Some(quoted(&etag))),
        Write::Always => (None, None),
    }
}

pub(super) async fn copy(s3: Owned<'_>, copy: Copy) -> Outcome {
    let (if_none_match, if_match) = conditions(copy.write);
    let request = s3
        .client
        .copy_object()
        .copy_source(source(&copy.from))
        .copy_source_if_match(quoted(&copy.from.etag))
        .bucket(copy.bucket)
        .key(copy.key)
        .set_if_none_match(if_none_match)
        .set_if_match(if_match)
        .storage_class(class_to_sdk(copy.storage_class))
        .set_checksum_algorithm(copy.checksum.map(algorithm_to_sdk))
        .set_object_lock_mode(copy.lock.map(|lock| mode_to_sdk(lock.mode)))
        .set_object_lock_retain_until_date(copy.lock.map(|lock| moment_to_sdk(lock.until)))
        .set_object_lock_legal_hold_status(copy.legal_hold.then_some(ObjectLockLegalHoldStatus::On))
        .expected_bucket_owner(s3.owner())
        .expected_source_bucket_owner(s3.owner());
    let output = sent_patiently!(s3.sending, request)?;
    let result = needed(output.copy_object_result(), "CopyObjectResult")?;
    let reply = Reply::Stored {
        etag: etag(result.e_tag())?,
        checksum: checksum(checksum_of!(result), result.checksum_type())?,
        version: version_of(output.version_id()),
    };
    answer(cloud::Reply::Objects(reply), &output)
}

pub(super) async fn put(
    s3: Owned<'_>,
    bucket: String,
    key: String,
    body: String,
    tags: &BTreeMap<String, String>,
    write: Write,
) -> Outcome {
    let (if_none_match, if_match) = conditions(write);
    let request = s3
        .client
        .put_object()
        .bucket(bucket)
        .key(key)
        .body(ByteStream::from(body.into_bytes()))
        .set_tagging(tagging(tags))
        .set_if_none_match(if_none_match)
        .set_if_match(if_match)
        .expected_bucket_owner(s3.owner());
    let output = sent!(s3.sending, request)?;
    let reply = Reply::Stored {
        etag: etag(output.e_tag())?,
        checksum: checksum(checksum_of!(&output), output.checksum_type())?,
        version: version_of(output.version_id()),
    };
    answer(cloud::Reply::Objects(reply), &output)
}

pub(super) async fn delete(
    s3: Owned<'_>,
    bucket: String,
    key: String,
    version: Option<String>,
) -> Outcome {
    let request = s3
        .client
        .delete_object()
        .bucket(bucket)
        .key(key)
        .set_version_id(version)
        .expected_bucket_owner(s3.owner());
    let output = sent!(s3.sending, request)?;
    answer(cloud::Reply::Objects(Reply::Done {}), &output)
}

pub(super) async fn retain(
    s3: Owned<'_>,
    bucket: String,
    key: String,
    version: Option<String>,
    lock: Lock,
) -> Outcome {
    let mode = match lock.mode {
        RetentionMode::Governance => ObjectLockRetentionMode::Governance,
        RetentionMode::Compliance => ObjectLockRetentionMode::Compliance,
    };
    let retention = ObjectLockRetention::builder()
        .mode(mode)
        .retain_until_date(moment_to_sdk(lock.until))
        .build();
    let request = s3
        .client
        .put_object_retention()
        .bucket(bucket)
        .key(key)
        .set_version_id(version)
        .retention(retention)
        .expected_bucket_owner(s3.owner());
    let output = sent!(s3.sending, request)?;
    answer(cloud::Reply::Objects(Reply::Done {}), &output)
}
