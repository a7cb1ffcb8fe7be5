//! What S3 and the vocabulary call the same things.

use std::collections::BTreeMap;

use aws_sdk_s3::types::{
    ChecksumAlgorithm as SdkAlgorithm, ChecksumType, ObjectLockMode, ServerSideEncryption,
    StorageClass as SdkClass,
};
use aws_smithy_types::DateTime;
use jiff::Timestamp;

use crate::aws::ending::{needed, unreadable};
use crate::cloud::CallError;
use crate::cloud::objects::{
    Checksum, ChecksumAlgorithm, ChecksumKind, Lock, Source, StorageClass,
};
use crate::cloud::s3::{Algorithm, RetentionMode};

/// The member of an output that holds the checksum of each algorithm.
macro_rules! checksum_of {
    ($output:expr) => {{
        let output = $output;
        use $crate::cloud::objects::ChecksumAlgorithm as Algorithm;
        [
            (Algorithm::Crc64nvme, output.checksum_crc64_nvme()),
            (Algorithm::Crc32, output.checksum_crc32()),
            (Algorithm::Crc32c, output.checksum_crc32_c()),
            (Algorithm::Sha1, output.checksum_sha1()),
            (Algorithm::Sha256, output.checksum_sha256()),
            (Algorithm::Sha512, output.checksum_sha512()),
            (Algorithm::Md5, output.checksum_md5()),
            (Algorithm::Xxhash64, output.checksum_xxhash64()),
            (Algorithm::Xxhash3, output.checksum_xxhash3()),
            (Algorithm::Xxhash128, output.checksum_xxhash128()),
        ]
        .into_iter()
        .find_map(|(algorithm, value)| Some((algorithm, value?.to_owned())))
    }};
}
pub(super) use checksum_of;

/// A checksum with what it is made of. Where AWS does not say that, the value does: of parts, it
/// ends in their number.
pub(super) fn checksum(
    found: Option<(ChecksumAlgorithm, String)>,
    kind: Option<&ChecksumType>,
) -> Result<Option<Checksum>, CallError> {
    let Some((algorithm, value)) = found else { return Ok(None) };
    let kind = match kind {
        Some(ChecksumType::FullObject) => ChecksumKind::FullObject,
        Some(ChecksumType::Composite) => ChecksumKind::Composite,
        None if value.contains('-') => ChecksumKind::Composite,
        None => ChecksumKind::FullObject,
        Some(other) => return Err(unreadable("ChecksumType", other.as_str())),
    };
    Ok(Some(Checksum { algorithm, kind, value }))
}

pub(super) const fn kind_to_sdk(kind: ChecksumKind) -> ChecksumType {
    match kind {
        ChecksumKind::FullObject => ChecksumType::FullObject,
        ChecksumKind::Composite => ChecksumType::Composite,
    }
}

pub(super) const fn algorithm_to_sdk(algorithm: ChecksumAlgorithm) -> SdkAlgorithm {
    match algorithm {
        ChecksumAlgorithm::Crc32 => SdkAlgorithm::Crc32,
        ChecksumAlgorithm::Crc32c => SdkAlgorithm::Crc32C,
        ChecksumAlgorithm::Crc64nvme => SdkAlgorithm::Crc64Nvme,
        ChecksumAlgorithm::Sha1 => SdkAlgorithm::Sha1,
        ChecksumAlgorithm::Sha256 => SdkAlgorithm::Sha256,
        ChecksumAlgorithm::Sha512 => SdkAlgorithm::Sha512,
        ChecksumAlgorithm::Md5 => SdkAlgorithm::Md5,
        ChecksumAlgorithm::Xxhash64 => SdkAlgorithm::Xxhash64,
        ChecksumAlgorithm::Xxhash3 => SdkAlgorithm::Xxhash3,
        ChecksumAlgorithm::Xxhash128 => SdkAlgorithm::Xxhash128,
    }
}

/// The storage class of this name; S3 leaves `STANDARD` out when it answers about one object.
pub(super) fn class(name: Option<&str>) -> Result<StorageClass, CallError> {
    Ok(match name.unwrap_or("STANDARD") {
        "STANDARD" => StorageClass::Standard,
        "REDUCED_REDUNDANCY" => StorageClass::ReducedRedundancy,
        "STANDARD_IA" => StorageClass::StandardIa,
        "ONEZONE_IA" => StorageClass::OnezoneIa,
        "INTELLIGENT_TIERING" => StorageClass::IntelligentTiering,
        "GLACIER_IR" => StorageClass::GlacierIr,
        "GLACIER" => StorageClass::Glacier,
        "DEEP_ARCHIVE" => StorageClass::DeepArchive,
        "EXPRESS_ONEZONE" => StorageClass::ExpressOnezone,
        other => return Err(unreadable("StorageClass", other)),
    })
}

pub(super) const fn class_to_sdk(class: StorageClass) -> SdkClass {
    match class {
        StorageClass::Standard => SdkClass::Standard,
        StorageClass::ReducedRedundancy => SdkClass::ReducedRedundancy,
        StorageClass::StandardIa => SdkClass::StandardIa,
        StorageClass::OnezoneIa => SdkClass::OnezoneIa,
        StorageClass::IntelligentTiering => SdkClass::IntelligentTiering,
        StorageClass::GlacierIr => SdkClass::GlacierIr,
        StorageClass::Glacier => SdkClass::Glacier,
        StorageClass::DeepArchive => SdkClass::DeepArchive,
        StorageClass::ExpressOnezone => SdkClass::ExpressOnezone,
    }
}

pub(super) fn encryption(found: &ServerSideEncryption) -> Result<Algorithm, CallError> {
    match found {
        ServerSideEncryption::Aes256 => Ok(Algorithm::Aes256),
        ServerSideEncryption::AwsKms => Ok(Algorithm::Kms),
        ServerSideEncryption::AwsKmsDsse => Ok(Algorithm::KmsDsse),
        other => Err(unreadable("ServerSideEncryption", other.as_str())),
    }
}

pub(super) const fn mode_to_sdk(mode: RetentionMode) -> ObjectLockMode {
    match mode {
        RetentionMode::Governance => ObjectLockMode::Governance,
        RetentionMode::Compliance => ObjectLockMode::Compliance,
    }
}

/// A retention from its two members, by the name of its mode.
pub(super) fn lock(
    mode: Option<&str>,
    until: Option<&DateTime>,
) -> Result<Option<Lock>, CallError> {
    let Some(mode) = mode else { return Ok(None) };
    let mode = match mode {
        "GOVERNANCE" => RetentionMode::Governance,
        "COMPLIANCE" => RetentionMode::Compliance,
        other => return Err(unreadable("Mode", other)),
    };
    Ok(Some(Lock { mode, until: moment(needed(until, "RetainUntilDate")?)? }))
}

pub(super) fn moment(at: &DateTime) -> Result<Timestamp, CallError> {
    let nanos = i32::try_from(at.subsec_nanos()).unwrap_or(0);
    Timestamp::new(at.secs(), nanos).map_err(|_| unreadable("a time", &at.to_string()))
}

pub(super) fn moment_to_sdk(at: Timestamp) -> DateTime {
    DateTime::from_secs_and_nanos(at.as_second(), at.subsec_nanosecond().unsigned_abs())
}

/// An ETag without its quotes.
pub(super) fn etag(found: Option<&str>) -> Result<String, CallError> {
    Ok(needed(found, "ETag")?.trim_matches('"').to_owned())
}

pub(super) fn quoted(etag: &str) -> String {
    format!("\"{etag}\"")
}

/// A version id, where there is one.
pub(super) fn version(found: Option<&str>) -> Option<String> {
    found.filter(|id| !id.is_empty()).map(ToOwned::to_owned)
}

pub(super) fn size(found: Option<i64>) -> Result<u64, CallError> {
    let size = needed(found, "Size")?;
    u64::try_from(size).map_err(|_| unreadable("Size", &size.to_string()))
}

/// The source of a copy, as its header wants it.
pub(super) fn source(from: &Source) -> String {
    let mut path = format!("{}/{}", from.bucket, encoded(&from.key, b"/"));
    if let Some(version) = &from.version {
        path.push_str("?versionId=");
        path.push_str(&encoded(version, b""));
    }
    path
}

/// Tags as a header or a form holds them.
pub(super) fn tagging(tags: &BTreeMap<String, String>) -> Option<String> {
    let pairs: Vec<_> = tags
        .iter()
        .map(|(key, value)| format!("{}={}", encoded(key, b""), encoded(value, b"")))
        .collect();
    (!pairs.is_empty()).then(|| pairs.join("&"))
}

fn encoded(text: &str, plain: &[u8]) -> String {
    let mut found = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) || plain.contains(&byte) {
            found.push(char::from(byte));
        } else {
            found.push('%');
            found.push_str(&hex::encode_upper([byte]));
        }
    }
    found
}

/// A key in a list that was asked for in this form: there are characters that XML cannot hold.
pub(super) fn decoded(text: &str) -> Result<String, CallError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                let (high, low) = (digit(rest.next()), digit(rest.next()));
                let both = high.zip(low).and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
                both.ok_or_else(|| unreadable("Key", text))?
            }
            plain => plain,
        });
    }
    String::from_utf8(bytes).map_err(|_| unreadable("Key", text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_travels_in_a_header_and_comes_back_in_a_list() {
        let from = |key: &str, version: Option<&str>| Source {
            bucket: "b".into(),
            key: key.into(),
            version: version.map(ToOwned::to_owned),
            etag: String::new(),
        };
        assert_eq!(source(&from("a b/ü+%.m4a", None)), "b/a%20b/%C3%BC%2B%25.m4a");
        assert_eq!(source(&from("k", Some("v1"))), "b/k?versionId=v1");
        assert_eq!(decoded("a+b/%C3%BC%2B%25.m4a").unwrap(), "a b/ü+%.m4a");
        assert!(decoded("%zz").is_err() && decoded("%C3").is_err() && decoded("%2").is_err());
        let tags = [("Site".to_owned(), "a&b = c".to_owned())].into();
        assert_eq!(tagging(&tags).unwrap(), "Site=a%26b%20%3D%20c");
        assert_eq!(tagging(&BTreeMap::new()), None);
    }

    #[test]
    fn times_lose_nothing() {
        for text in ["2026-11-20T08:00:00Z", "2026-11-20T08:00:00.123Z", "1969-01-01T00:00:00Z"] {
            let at: Timestamp = text.parse().unwrap();
            assert_eq!(moment(&moment_to_sdk(at)).unwrap(), at);
        }
    }
}
