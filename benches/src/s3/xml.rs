//! What S3 says, in XML.

use std::collections::HashMap;
use std::fmt::Write as _;

use jiff::Timestamp;

use super::store::{Bucket, Object};
use crate::emulator::ACCOUNT;
use crate::http::{Answer, answer};

/// The most keys on a page.
const PAGE: usize = 1_000;

pub fn error(status: u16, code: &str, message: &str) -> Answer {
    let text = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
    answer(status, "application/xml", text)
}

pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// `2026-01-01T00:00:00.000Z`
pub fn iso(seconds: i64) -> String {
    let moment = Timestamp::from_second(seconds).unwrap_or_default();
    moment.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

/// `Thu, 01 Jan 2026 00:00:00 GMT`
pub fn http_date(seconds: i64) -> String {
    let moment = Timestamp::from_second(seconds).unwrap_or_default();
    moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// `GetCallerIdentity`
pub fn identity() -> String {
    format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
         <GetCallerIdentityResult><Arn>arn:aws:iam::{ACCOUNT}:user/bench</Arn>\
         <UserId>AIDABENCH</UserId><Account>{ACCOUNT}</Account></GetCallerIdentityResult>\
         <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>\
         </GetCallerIdentityResponse>"
    )
}

/// `ListObjectsV2`. The token is the last key of the page before.
pub fn list(query: &HashMap<String, String>, name: &str, bucket: &Bucket) -> Answer {
    let get = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    let prefix = get("prefix");
    let after = match get("continuation-token") {
        "" => get("start-after"),
        token => token,
    };
    let most = get("max-keys").parse().unwrap_or(PAGE).min(PAGE);
    let mut text = String::with_capacity(most * 260);
    let _ = write!(
        text,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>{}</Name>\
         <Prefix>{}</Prefix><MaxKeys>{most}</MaxKeys>",
        escaped(name),
        escaped(prefix)
    );
    if !get("encoding-type").is_empty() {
        text += "<EncodingType>url</EncodingType>";
    }
    // All keys lie in one folder, so that there is at most one of them.
    let folder = (!get("delimiter").is_empty())
        .then(|| bucket.page(prefix, "", 1).0.first().map(|(key, _)| key.clone()))
        .flatten()
        .and_then(|key| {
            Some(key[..prefix.len() + key[prefix.len()..].find(get("delimiter"))? + 1].to_owned())
        });
    if let Some(folder) = folder {
        let _ = write!(
            text,
            "<KeyCount>1</KeyCount><IsTruncated>false</IsTruncated>\
             <CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes></ListBucketResult>",
            escaped(&folder)
        );
        return answer(200, "application/xml", text);
    }
    let (page, more) = bucket.page(prefix, after, most);
    for (key, object) in &page {
        let _ = write!(text, "<Contents><Key>{}</Key>", escaped(key));
        facts(&mut text, object);
        text += "</Contents>";
    }
    let _ = write!(text, "<KeyCount>{}</KeyCount><IsTruncated>{more}</IsTruncated>", page.len());
    if let (true, Some((last, _))) = (more, page.last()) {
        let _ = write!(text, "<NextContinuationToken>{}</NextContinuationToken>", escaped(last));
    }
    text += "</ListBucketResult>";
    answer(200, "application/xml", text)
}

/// `ListObjectVersions` of a bucket that never was versioned.
pub fn versions(query: &HashMap<String, String>, name: &str, bucket: &Bucket) -> Answer {
    let get = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    let (prefix, after) = (get("prefix"), get("key-marker"));
    let most = get("max-keys").parse().unwrap_or(PAGE).min(PAGE);
    let (page, more) = bucket.page(prefix, after, most);
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <ListVersionsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>{}</Name>\
         <Prefix>{}</Prefix><MaxKeys>{most}</MaxKeys><IsTruncated>{more}</IsTruncated>",
        escaped(name),
        escaped(prefix)
    );
    if !get("encoding-type").is_empty() {
        text += "<EncodingType>url</EncodingType>";
    }
    if let (true, Some((last, _))) = (more, page.last()) {
        let _ = write!(
            text,
            "<NextKeyMarker>{}</NextKeyMarker><NextVersionIdMarker>null</NextVersionIdMarker>",
            escaped(last)
        );
    }
    for (key, object) in &page {
        let _ = write!(
            text,
            "<Version><Key>{}</Key><VersionId>null</VersionId><IsLatest>true</IsLatest>",
            escaped(key)
        );
        facts(&mut text, object);
        text += "</Version>";
    }
    text += "</ListVersionsResult>";
    answer(200, "application/xml", text)
}

/// What lists say of an object.
fn facts(text: &mut String, object: &Object) {
    let _ = write!(
        text,
        "<LastModified>{}</LastModified><ETag>&quot;{}&quot;</ETag>\
         <ChecksumAlgorithm>{}</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType>\
         <Size>{}</Size><StorageClass>STANDARD</StorageClass>",
        iso(object.modified),
        object.etag,
        object.algorithm.name(),
        object.content.size()
    );
}

/// `GetObjectAttributes`
pub fn attributes(object: &Object) -> Answer {
    let text = format!(
        "<GetObjectAttributesResponse><ETag>{}</ETag><Checksum><Checksum{name}>{}</Checksum{name}>\
         <ChecksumType>FULL_OBJECT</ChecksumType></Checksum><StorageClass>STANDARD</StorageClass>\
         <ObjectSize>{}</ObjectSize></GetObjectAttributesResponse>",
        object.etag,
        object.checksum,
        object.content.size(),
        name = object.algorithm.name()
    );
    answer(200, "application/xml", text)
}
