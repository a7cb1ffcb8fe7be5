//! Objects that are made of parts.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart, ObjectLockLegalHoldStatus};

use super::words::{
    algorithm_to_sdk, checksum, checksum_of, class_to_sdk, etag, kind_to_sdk, mode_to_sdk,
    moment_to_sdk, quoted, source, tagging, version as version_of,
};
use super::write::conditions;
use super::{Owned, sent_patiently};
use crate::aws::ending::{invalid, needed};
use crate::aws::sending::{answer, sent};
use crate::cloud::objects::{Call, ChecksumAlgorithm, Part, Reply};
use crate::cloud::{self, CallError, Outcome};

pub(super) async fn begin(s3: Owned<'_>, call: Call) -> Outcome {
    let Call::CreateMultipartUpload {
        bucket,
        key,
        properties,
        tags,
        storage_class,
        checksum,
        lock,
        legal_hold,
    } = call
    else {
        return Err(not_this());
    };
    let (algorithm, kind) = checksum.unzip();
    let mut request = s3
        .client
        .create_multipart_upload()
        .bucket(bucket)
        .key(key)
        .storage_class(class_to_sdk(storage_class))
        .set_checksum_algorithm(algorithm.map(algorithm_to_sdk))
        .set_checksum_type(kind.map(kind_to_sdk))
        .set_tagging(tagging(&tags))
        .set_content_type(properties.content_type)
        .set_cache_control(properties.cache_control)
        .set_content_disposition(properties.content_disposition)
        .set_content_encoding(properties.content_encoding)
        .set_content_language(properties.content_language)
        .set_expires(properties.expires.map(moment_to_sdk))
        .set_website_redirect_location(properties.redirect)
        .set_object_lock_mode(lock.map(|lock| mode_to_sdk(lock.mode)))
        .set_object_lock_retain_until_date(lock.map(|lock| moment_to_sdk(lock.until)))
        .set_object_lock_legal_hold_status(legal_hold.then_some(ObjectLockLegalHoldStatus::On))
        .expected_bucket_owner(s3.owner());
    for (name, value) in properties.metadata {
        request = request.metadata(name, value);
    }
    let output = sent!(s3.sending, request)?;
    let upload = needed(output.upload_id(), "UploadId")?.to_owned();
    answer(cloud::Reply::Objects(Reply::Begun { upload }), &output)
}

pub(super) async fn copy(s3: Owned<'_>, call: Call) -> Outcome {
    let Call::UploadPartCopy { from, bucket, key, upload, part: number, first, last } = call else {
        return Err(not_this());
    };
    let request = s3
        .client
        .upload_part_copy()
        .copy_source(source(&from))
        .copy_source_if_match(quoted(&from.etag))
        .copy_source_range(format!("bytes={first}-{last}"))
        .bucket(bucket)
        .key(key)
        .upload_id(upload)
        .part_number(number.cast_signed())
        .expected_bucket_owner(s3.owner())
        .expected_source_bucket_owner(s3.owner());
    let output = sent_patiently!(s3.sending, request)?;
    let result = needed(output.copy_part_result(), "CopyPartResult")?;
    let checksum = checksum_of!(result).map(|(_, value)| value);
    let part = Part { number, etag: etag(result.e_tag())?, checksum };
    answer(cloud::Reply::Objects(Reply::Part(part)), &output)
}

pub(super) async fn put(s3: Owned<'_>, call: Call) -> Outcome {
    let Call::UploadPart { bucket, key, upload, part: number, body } = call else {
        return Err(not_this());
    };
    let request = s3
        .client
        .upload_part()
        .bucket(bucket)
        .key(key)
        .upload_id(upload)
        .part_number(number.cast_signed())
        .body(ByteStream::from(body.into_bytes()))
        .checksum_algorithm(algorithm_to_sdk(ChecksumAlgorithm::Crc32))
        .expected_bucket_owner(s3.owner());
    let output = sent!(s3.sending, request)?;
    let checksum = checksum_of!(&output).map(|(_, value)| value);
    let part = Part { number, etag: etag(output.e_tag())?, checksum };
    answer(cloud::Reply::Objects(Reply::Part(part)), &output)
}

pub(super) async fn complete(s3: Owned<'_>, call: Call) -> Outcome {
    let Call::CompleteMultipartUpload { bucket, key, upload, parts, checksum: of, write } = call
    else {
        return Err(not_this());
    };
    let (algorithm, kind) = of.unzip();
    let parts = parts.into_iter().map(|part| completed(part, algorithm)).collect();
    let (if_none_match, if_match) = conditions(write);
    let request = s3
        .client
        .complete_multipart_upload()
        .bucket(bucket)
        .key(key)
        .upload_id(upload)
        .set_checksum_type(kind.map(kind_to_sdk))
        .multipart_upload(CompletedMultipartUpload::builder().set_parts(Some(parts)).build())
        .set_if_none_match(if_none_match)
        .set_if_match(if_match)
        .expected_bucket_owner(s3.owner());
    let output = sent_patiently!(s3.sending, request)?;
    let reply = Reply::Stored {
        etag: etag(output.e_tag())?,
        checksum: checksum(checksum_of!(&output), output.checksum_type())?,
        version: version_of(output.version_id()),
    };
    answer(cloud::Reply::Objects(reply), &output)
}

fn completed(part: Part, algorithm: Option<ChecksumAlgorithm>) -> CompletedPart {
    let made =
        CompletedPart::builder().part_number(part.number.cast_signed()).e_tag(quoted(&part.etag));
    let (Some(algorithm), Some(value)) = (algorithm, part.checksum) else {
        return made.build();
    };
    match algorithm {
        ChecksumAlgorithm::Crc32 => made.checksum_crc32(value),
        ChecksumAlgorithm::Crc32c => made.checksum_crc32_c(value),
        ChecksumAlgorithm::Crc64nvme => made.checksum_crc64_nvme(value),
        ChecksumAlgorithm::Sha1 => made.checksum_sha1(value),
        ChecksumAlgorithm::Sha256 => made.checksum_sha256(value),
        ChecksumAlgorithm::Sha512 => made.checksum_sha512(value),
        ChecksumAlgorithm::Md5 => made.checksum_md5(value),
        ChecksumAlgorithm::Xxhash64 => made.checksum_xxhash64(value),
        ChecksumAlgorithm::Xxhash3 => made.checksum_xxhash3(value),
        ChecksumAlgorithm::Xxhash128 => made.checksum_xxhash128(value),
    }
    .build()
}

pub(super) async fn abort(s3: Owned<'_>, bucket: String, key: String, upload: String) -> Outcome {
    let request = s3
        .client
        .abort_multipart_upload()
        .bucket(bucket)
        .key(key)
        .upload_id(upload)
        .expected_bucket_owner(s3.owner());
    let output = sent!(s3.sending, request)?;
    answer(cloud::Reply::Objects(Reply::Done {}), &output)
}

fn not_this() -> CallError {
    invalid("another call than this one")
}
