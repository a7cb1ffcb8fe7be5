//! What is said about one object: where it is, what it is made of, what holds it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cloud::s3::{Algorithm, RetentionMode};

/// An object as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Its key.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// What AWS says of its contents, without quotes. The MD5 of them only for an object that was
    /// written in one part and is not encrypted with a key of KMS (C7).
    pub etag: String,
    /// When it was written.
    pub modified: Timestamp,
    /// Where it is kept.
    pub storage_class: StorageClass,
}

/// A version of an object, or a delete marker, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// The object as it is in this version; of a delete marker, nothing but key and time mean
    /// anything.
    #[serde(flatten)]
    pub listed: Listed,
    /// Its id: `null` when it was written before there was versioning.
    pub version: String,
    /// Whether it is the current one.
    pub current: bool,
    /// Whether it only says that the object was deleted.
    pub marker: bool,
}

/// An upload in parts that was begun and not ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// Key of the object that it would become.
    pub key: String,
    /// Its id.
    pub upload: String,
    /// When it was begun.
    pub begun: Timestamp,
}

/// Where a page of versions or uploads ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The last key.
    pub key: String,
    /// The last version, or upload, of that key.
    pub id: String,
}

/// An object with everything that a request for it alone shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// Its size in bytes; that of the part, when a part was asked for.
    pub size: u64,
    /// What AWS says of its contents, without quotes.
    pub etag: String,
    /// Its version, where there is versioning.
    pub version: Option<String>,
    /// When it was written.
    pub modified: Timestamp,
    /// Where it is kept.
    pub storage_class: StorageClass,
    /// How many parts it was written in, when a part was asked for and there are any.
    pub parts: Option<u32>,
    /// Its metadata.
    pub properties: Properties,
    /// How many tags it has.
    pub tags: u32,
    /// How it is encrypted, when AWS says it.
    pub encryption: Option<Algorithm>,
    /// Its checksum, when one was made.
    pub checksum: Option<Checksum>,
    /// Until when it may not be deleted.
    pub lock: Option<Lock>,
    /// Whether it may not be deleted until somebody takes that back.
    pub legal_hold: bool,
    /// Whether an archived object is readable now, because it was restored.
    pub restored: bool,
}

/// What is written beside the contents of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Properties {
    /// `Content-Type`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// `Cache-Control`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<String>,
    /// `Content-Disposition`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_disposition: Option<String>,
    /// `Content-Encoding`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_encoding: Option<String>,
    /// `Content-Language`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_language: Option<String>,
    /// `Expires`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// Where the website of the bucket sends those who ask for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect: Option<String>,
    /// The owner's own words by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
}

/// A checksum that S3 made of an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checksum {
    /// How it was made.
    pub algorithm: ChecksumAlgorithm,
    /// What it was made of.
    pub kind: ChecksumKind,
    /// The checksum, as AWS writes it.
    pub value: String,
}

/// How a checksum is made.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum ChecksumAlgorithm {
    /// CRC-32.
    Crc32,
    /// CRC-32C.
    Crc32c,
    /// CRC-64/NVME, which S3 makes of everything that is uploaded without another.
    Crc64nvme,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
    /// MD5.
    Md5,
    /// XXHash, 64 bits.
    Xxhash64,
    /// XXHash3, 64 bits.
    Xxhash3,
    /// XXHash3, 128 bits.
    Xxhash128,
}

/// What a checksum is made of.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ChecksumKind {
    /// Of the contents: equal contents have equal ones, however they were written.
    FullObject,
    /// Of the checksums of the parts: equal only if the parts are too.
    Composite,
}

/// Where an object is kept, in AWS's own words.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StorageClass {
    /// For what is read often.
    Standard,
    /// Fewer copies; AWS advises against it.
    ReducedRedundancy,
    /// For what is seldom read.
    StandardIa,
    /// For what is seldom read, in one zone.
    OnezoneIa,
    /// S3 moves it by how it is read.
    IntelligentTiering,
    /// An archive that is read at once.
    GlacierIr,
    /// An archive: nothing is read before it was restored.
    Glacier,
    /// The cheapest archive: nothing is read before it was restored.
    DeepArchive,
    /// In one zone, fast.
    ExpressOnezone,
}

/// Until when a version may not be deleted, and who may shorten that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// Who may shorten it.
    pub mode: RetentionMode,
    /// The moment from which on it may be deleted.
    pub until: Timestamp,
}

/// The object that a copy is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Name of its bucket.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// Its version; the current one when absent.
    pub version: Option<String>,
    /// What it must still contain: another ETag is refused (C8).
    pub etag: String,
}

/// A copy of one object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copy {
    /// Where it comes from.
    pub from: Source,
    /// Name of the bucket.
    pub bucket: String,
    /// Key of the object.
    pub key: String,
    /// What may be there already.
    pub write: Write,
    /// Its storage class: S3 does not take over that of the source.
    pub storage_class: StorageClass,
    /// The checksum that is made of it; that of the source when absent.
    pub checksum: Option<ChecksumAlgorithm>,
    /// Its retention; the default of the bucket when absent.
    pub lock: Option<Lock>,
    /// Whether it is under legal hold.
    pub legal_hold: bool,
}

/// What may be there before an object is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Write {
    /// Nothing: whatever is there is kept, and the call refused (C8).
    IfAbsent,
    /// The object with this ETag, and no other.
    Over(String),
    /// Anything.
    Always,
}

/// One part of an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its number, from 1.
    pub number: u32,
    /// What AWS says of its contents.
    pub etag: String,
    /// The value of its checksum, when one is made.
    pub checksum: Option<String>,
}

impl StorageClass {
    /// True when nothing is read of it before it was restored.
    pub const fn is_archive(self) -> bool {
        matches!(self, Self::Glacier | Self::DeepArchive)
    }
}

impl Listed {
    /// True when the ETag tells how many parts it was written in.
    pub fn is_multipart(&self) -> bool {
        self.etag.contains('-')
    }
}
