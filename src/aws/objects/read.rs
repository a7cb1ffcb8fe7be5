//! One object, its tags and its retention.

use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::types::{ChecksumMode, ObjectLockLegalHoldStatus};
use jiff::fmt::rfc2822;

use super::Owned;
use super::words::{
    checksum, checksum_of, class, encryption, etag, lock, moment, size, version as version_of,
};
use crate::aws::ending::{absent, beyond, needed};
use crate::aws::sending::{answer, sent};
use crate::cloud::objects::{Object, Properties, Reply};
use crate::cloud::{self, CallError, Ending, Outcome};

pub(super) async fn head(
    s3: Owned<'_>,
    bucket: String,
    key: String,
    version: Option<String>,
    part: Option<u32>,
) -> Outcome {
    let request = s3
        .client
        .head_object()
        .bucket(bucket)
        .key(key)
        .set_version_id(version)
        .set_part_number(part.map(u32::cast_signed))
        .checksum_mode(ChecksumMode::Enabled)
        .expected_bucket_owner(s3.owner());
    let output = sent!(s3.sending, request)?;
    let count = |found: Option<i32>| found.and_then(|n| u32::try_from(n).ok());
    let object = Object {
        size: size(output.content_length())?,
        etag: etag(output.e_tag())?,
        version: version_of(output.version_id()),
        modified: moment(needed(output.last_modified(), "LastModified")?)?,
        storage_class: class(output.storage_class().map(|class| class.as_str()))?,
        parts: count(output.parts_count()),
        properties: properties(&output)?,
        tags: count(output.tag_count()).unwrap_or(0),
        encryption: output.server_side_encryption().map(encryption).transpose()?,
        checksum: checksum(checksum_of!(&output), output.checksum_type())?,
        lock: lock(
            output.object_lock_mode().map(|mode| mode.as_str()),
            output.object_lock_retain_until_date(),
        )?,
        legal_hold: output.object_lock_legal_hold_status() == Some(&ObjectLockLegalHoldStatus::On),
        restored: output.restore().is_some_and(|words| words.contains("ongoing-request=\"false\"")),
    };
    answer(cloud::Reply::Objects(Reply::Object(Box::new(object))), &output)
}

fn properties(output: &HeadObjectOutput) -> Result<Properties, CallError> {
    if output.missing_meta().unwrap_or(0) > 0 {
        return Err(beyond("metadata that no header can hold"));
    }
    let text = |found: Option<&str>| found.map(ToOwned::to_owned);
    let expires = output.expires_string().map(|words| {
        let parsed = rfc2822::parse(words).map(|zoned| zoned.timestamp());
        parsed.map_err(|_| beyond("an `Expires` that is no date"))
    });
    Ok(Properties {
        content_type: text(output.content_type()),
        cache_control: text(output.cache_control()),
        content_disposition: text(output.content_disposition()),
        content_encoding: text(output.content_encoding()),
        content_language: text(output.content_language()),
        expires: expires.transpose()?,
        redirect: text(output.website_redirect_location()),
        metadata: output.metadata().into_iter().flatten().map(pair).collect(),
    })
}

fn pair((key, value): (&String, &String)) -> (String, String) {
    (key.clone(), value.clone())
}

/// The beginning of an object. No range is asked for: S3 refuses every range of an empty one.
pub(super) async fn text(s3: Owned<'_>, bucket: String, key: String, most: u64) -> Outcome {
    let request = s3.client.get_object().bucket(bucket).key(key).expected_bucket_owner(s3.owner());
    let mut output = sent!(s3.sending, request)?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let (mut bytes, mut whole) = (Vec::new(), true);
    while whole {
        // A read that breaks off has changed nothing, and is made again.
        let chunk = output
            .body
            .try_next()
            .await
            .map_err(|error| CallError::new(Ending::Unknown, "Truncated", error.to_string()))?;
        let Some(chunk) = chunk else { break };
        whole = bytes.len() + chunk.len() <= most;
        bytes.extend(chunk.iter().take(most - bytes.len()));
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        // What was cut off may be half a letter.
        Err(error) if !whole && error.utf8_error().error_len().is_none() => {
            let valid = error.utf8_error().valid_up_to();
            let mut bytes = error.into_bytes();
            bytes.truncate(valid);
            String::from_utf8(bytes).map_err(|_| beyond("contents that are no text"))?
        }
        Err(_) => return Err(beyond("contents that are no text")),
    };
    answer(cloud::Reply::Objects(Reply::Text { text, whole }), &output)
}

pub(super) async fn tags(
    s3: Owned<'_>,
    bucket: String,
    key: String,
    version: Option<String>,
) -> Outcome {
    let request = s3
        .client
        .get_object_tagging()
        .bucket(bucket)
        .key(key)
        .set_version_id(version)
        .expected_bucket_owner(s3.owner());
    let output = sent!(s3.sending, request)?;
    let tags = output.tag_set().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned()));
    let tags = tags.collect();
    answer(cloud::Reply::Objects(Reply::Tags { tags }), &output)
}

pub(super) async fn retention(
    s3: Owned<'_>,
    bucket: String,
    key: String,
    version: Option<String>,
) -> Outcome {
    let request = s3
        .client
        .get_object_retention()
        .bucket(bucket)
        .key(key)
        .set_version_id(version)
        .expected_bucket_owner(s3.owner());
    let output = sent!(s3.sending, request)?;
    let found = output.retention();
    let mode = found.and_then(|found| found.mode()).map(|mode| mode.as_str());
    match lock(mode, found.and_then(|found| found.retain_until_date()))? {
        Some(lock) => answer(cloud::Reply::Objects(Reply::Retention(lock)), &output),
        None => {
            let code = "NoSuchObjectLockConfiguration";
            Err(absent(code, "the object has no retention", &output))
        }
    }
}
