//! Pages of objects, versions and unfinished uploads.

use aws_sdk_s3::types::EncodingType;

use super::Owned;
use super::words::{class, decoded, etag, moment, size};
use crate::aws::ending::needed;
use crate::aws::sending::{answer, sent};
use crate::cloud::objects::{Listed, Mark, Reply, StorageClass, Upload, Version};
use crate::cloud::{self, CallError, Outcome};

/// How keys came, of those who were asked to encode them.
fn key_of(found: Option<&str>, encoding: Option<&EncodingType>) -> Result<String, CallError> {
    let key = needed(found, "Key")?;
    if encoding == Some(&EncodingType::Url) { decoded(key) } else { Ok(key.to_owned()) }
}

pub(super) async fn objects(
    s3: Owned<'_>,
    bucket: String,
    prefix: String,
    after: Option<String>,
) -> Outcome {
    let request = s3
        .client
        .list_objects_v2()
        .bucket(bucket)
        .prefix(prefix)
        .encoding_type(EncodingType::Url)
        .set_continuation_token(after)
        .expected_bucket_owner(s3.owner());
    let output = sent!(s3.sending, request)?;
    let mut objects = Vec::with_capacity(output.contents().len());
    for object in output.contents() {
        objects.push(Listed {
            key: key_of(object.key(), output.encoding_type())?,
            size: size(object.size())?,
            etag: etag(object.e_tag())?,
            modified: moment(needed(object.last_modified(), "LastModified")?)?,
            storage_class: class(object.storage_class().map(|class| class.as_str()))?,
        });
    }
    let next = match output.is_truncated() {
        Some(true) => Some(needed(output.next_continuation_token(), "NextContinuationToken")?),
        Some(false) | None => None,
    };
    let reply = Reply::Objects { objects, next: next.map(ToOwned::to_owned) };
    answer(cloud::Reply::Objects(reply), &output)
}

pub(super) async fn versions(
    s3: Owned<'_>,
    bucket: String,
    prefix: String,
    after: Option<Mark>,
) -> Outcome {
    let (key, id) = after.map(|mark| (mark.key, mark.id)).unzip();
    let request = s3
        .client
        .list_object_versions()
        .bucket(bucket)
        .prefix(prefix)
        .encoding_type(EncodingType::Url)
        .set_key_marker(key)
        .set_version_id_marker(id)
        .expected_bucket_owner(s3.owner());
    let output = sent!(s3.sending, request)?;
    let encoding = output.encoding_type();
    let mut versions = Vec::with_capacity(output.versions().len());
    for version in output.versions() {
        let listed = Listed {
            key: key_of(version.key(), encoding)?,
            size: size(version.size())?,
            etag: etag(version.e_tag())?,
            modified: moment(needed(version.last_modified(), "LastModified")?)?,
            storage_class: class(version.storage_class().map(|class| class.as_str()))?,
        };
        let (current, marker) = (version.is_latest() == Some(true), false);
        let version = needed(version.version_id(), "VersionId")?.to_owned();
        versions.push(Version { listed, version, current, marker });
    }
    for found in output.delete_markers() {
        let listed = Listed {
            key: key_of(found.key(), encoding)?,
            size: 0,
            etag: String::new(),
            modified: moment(needed(found.last_modified(), "LastModified")?)?,
            storage_class: StorageClass::Standard,
        };
        let (current, marker) = (found.is_latest() == Some(true), true);
        let version = needed(found.version_id(), "VersionId")?.to_owned();
        versions.push(Version { listed, version, current, marker });
    }
    in_order(&mut versions);
    let next = match output.is_truncated() {
        Some(true) => Some(Mark {
            key: key_of(output.next_key_marker(), encoding)?,
            id: needed(output.next_version_id_marker(), "NextVersionIdMarker")?.to_owned(),
        }),
        Some(false) | None => None,
    };
    answer(cloud::Reply::Objects(Reply::Versions { versions, next }), &output)
}

/// The SDK parts versions from delete markers; here they are as S3 lists them: by key, the current
/// one first, the newest before older ones. Sorting is stable, so that versions of one second stay
/// as they came.
fn in_order(versions: &mut [Version]) {
    versions.sort_by(|a, b| {
        let key = a.listed.key.as_bytes().cmp(b.listed.key.as_bytes());
        key.then(b.current.cmp(&a.current)).then(b.listed.modified.cmp(&a.listed.modified))
    });
}

pub(super) async fn uploads(
    s3: Owned<'_>,
    bucket: String,
    prefix: String,
    after: Option<Mark>,
) -> Outcome {
    let (key, id) = after.map(|mark| (mark.key, mark.id)).unzip();
    let request = s3
        .client
        .list_multipart_uploads()
        .bucket(bucket)
        .prefix(prefix)
        .encoding_type(EncodingType::Url)
        .set_key_marker(key)
        .set_upload_id_marker(id)
        .expected_bucket_owner(s3.owner());
    let output = sent!(s3.sending, request)?;
    let encoding = output.encoding_type();
    let mut uploads = Vec::with_capacity(output.uploads().len());
    for upload in output.uploads() {
        uploads.push(Upload {
            key: key_of(upload.key(), encoding)?,
            upload: needed(upload.upload_id(), "UploadId")?.to_owned(),
            begun: moment(needed(upload.initiated(), "Initiated")?)?,
        });
    }
    let next = match output.is_truncated() {
        Some(true) => Some(Mark {
            key: key_of(output.next_key_marker(), encoding)?,
            id: needed(output.next_upload_id_marker(), "NextUploadIdMarker")?.to_owned(),
        }),
        Some(false) | None => None,
    };
    answer(cloud::Reply::Objects(Reply::Uploads { uploads, next }), &output)
}
