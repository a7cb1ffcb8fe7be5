//! Amazon S3: objects, their versions, and copies of them that never pass through this machine.
//!
//! All calls name the account that must own the buckets, as those of [`s3`](super::s3) do. Lists
//! come one page per call: there may be millions of objects, and nobody keeps them all.

mod facts;
mod shape;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Operation;
pub use facts::*;
pub use shape::{
    Checksum, ChecksumAlgorithm, ChecksumKind, Copy, Listed, Lock, Mark, Object, Part, Properties,
    Source, StorageClass, Upload, Version, Write,
};

/// An operation on objects of S3 with its parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "operation")]
pub enum Call {
    /// `ListObjectsV2`: one page of the current versions, in the order of their keys.
    ListObjects {
        /// Name of the bucket.
        bucket: String,
        /// What the keys begin with; empty for all.
        prefix: String,
        /// Where the page before ended; the first page when absent.
        after: Option<String>,
    },
    /// `ListObjectVersions`: one page of all versions and delete markers, in the order of their
    /// keys, of each key the newest first.
    ListObjectVersions {
        /// Name of the bucket.
        bucket: String,
        /// What the keys begin with; empty for all.
        prefix: String,
        /// Where the page before ended; the first page when absent.
        after: Option<Mark>,
    },
    /// `ListMultipartUploads`: one page of the uploads that were begun and not ended.
    ListMultipartUploads {
        /// Name of the bucket.
        bucket: String,
        /// What the keys begin with; empty for all.
        prefix: String,
        /// Where the page before ended; the first page when absent.
        after: Option<Mark>,
    },
    /// `HeadObject`, with checksums.
    HeadObject {
        /// Name of the bucket.
        bucket: String,
        /// Key of the object.
        key: String,
        /// The version; the current one when absent.
        version: Option<String>,
        /// Only this part, counted from 1: then the size is the part's.
        part: Option<u32>,
    },
    /// `GetObject`, from its beginning: the text in it, of what is small.
    GetObject {
        /// Name of the bucket.
        bucket: String,
        /// Key of the object.
        key: String,
        /// The most bytes that are read of it.
        most: u64,
    },
    /// `GetObjectTagging`.
    GetObjectTagging {
        /// Name of the bucket.
        bucket: String,
        /// Key of the object.
        key: String,
        /// The version; the current one when absent.
        version: Option<String>,
    },
    /// `GetObjectRetention`.
    GetObjectRetention {
        /// Name of the bucket.
        bucket: String,
        /// Key of the object.
        key: String,
        /// The version; the current one when absent.
        version: Option<String>,
    },
    /// `PutObjectRetention`: it may be made longer at any time.
    PutObjectRetention {
        /// Name of the bucket.
        bucket: String,
        /// Key of the object.
        key: String,
        /// The version; the current one when absent.
        version: Option<String>,
        /// From now on.
        lock: Lock,
    },
    /// `PutObject` with a text as its body: for what is small.
    PutObject {
        /// Name of the bucket.
        bucket: String,
        /// Key of the object.
        key: String,
        /// What is in it.
        body: String,
        /// Its tags.
        tags: BTreeMap<String, String>,
        /// What may be there already.
        write: Write,
    },
    /// `DeleteObject`: puts a delete marker over it, or removes one version for good.
    DeleteObject {
        /// Name of the bucket.
        bucket: String,
        /// Key of the object.
        key: String,
        /// The version that is removed; a delete marker is put, where there is versioning, when
        /// absent.
        version: Option<String>,
    },
    /// `CopyObject`: within S3, up to 5 GB (C1), with metadata and tags.
    CopyObject(Copy),
    /// `CreateMultipartUpload`: begins an object that is made of parts. Metadata and tags are
    /// given here: parts do not carry them (C4).
    CreateMultipartUpload {
        /// Name of the bucket.
        bucket: String,
        /// Key of the object.
        key: String,
        /// Its metadata.
        properties: Properties,
        /// Its tags.
        tags: BTreeMap<String, String>,
        /// Its storage class.
        storage_class: StorageClass,
        /// The checksum that is made of it.
        checksum: Option<(ChecksumAlgorithm, ChecksumKind)>,
        /// Its retention; the default of the bucket when absent.
        lock: Option<Lock>,
        /// Whether it is under legal hold.
        legal_hold: bool,
    },
    /// `UploadPartCopy`: one part, from a range of another object.
    UploadPartCopy {
        /// Where it comes from.
        from: Source,
        /// Name of the bucket.
        bucket: String,
        /// Key of the object.
        key: String,
        /// Id of the upload.
        upload: String,
        /// Number of the part, from 1.
        part: u32,
        /// The first byte of the source.
        first: u64,
        /// The last byte of the source.
        last: u64,
    },
    /// `UploadPart` with a text as its body, of an upload that was begun with CRC-32: that is what
    /// goes with it.
    UploadPart {
        /// Name of the bucket.
        bucket: String,
        /// Key of the object.
        key: String,
        /// Id of the upload.
        upload: String,
        /// Number of the part, from 1.
        part: u32,
        /// What is in it.
        body: String,
    },
    /// `CompleteMultipartUpload`: makes the object of its parts.
    CompleteMultipartUpload {
        /// Name of the bucket.
        bucket: String,
        /// Key of the object.
        key: String,
        /// Id of the upload.
        upload: String,
        /// Its parts, in order.
        parts: Vec<Part>,
        /// How the checksum of the whole is made of theirs.
        checksum: Option<(ChecksumAlgorithm, ChecksumKind)>,
        /// What may be there already.
        write: Write,
    },
    /// `AbortMultipartUpload`: its parts are gone.
    AbortMultipartUpload {
        /// Name of the bucket.
        bucket: String,
        /// Key of the object.
        key: String,
        /// Id of the upload.
        upload: String,
    },
}

/// What S3 answers about objects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply")]
pub enum Reply {
    /// To [`Call::ListObjects`].
    Objects {
        /// In the order of their keys.
        objects: Vec<Listed>,
        /// Where the next page goes on, when there is one.
        next: Option<String>,
    },
    /// To [`Call::ListObjectVersions`].
    Versions {
        /// In the order of their keys, of each key the newest first.
        versions: Vec<Version>,
        /// Where the next page goes on, when there is one.
        next: Option<Mark>,
    },
    /// To [`Call::ListMultipartUploads`].
    Uploads {
        /// In the order of their keys.
        uploads: Vec<Upload>,
        /// Where the next page goes on, when there is one.
        next: Option<Mark>,
    },
    /// To [`Call::HeadObject`].
    Object(Box<Object>),
    /// To [`Call::GetObject`].
    Text {
        /// What was read.
        text: String,
        /// Whether that is all of it.
        whole: bool,
    },
    /// To [`Call::GetObjectTagging`].
    Tags {
        /// Values by key.
        tags: BTreeMap<String, String>,
    },
    /// To [`Call::GetObjectRetention`]; none is [`Absent`](super::Ending::Absent) with
    /// `NoSuchObjectLockConfiguration`.
    Retention(Lock),
    /// To whatever writes an object.
    Stored {
        /// What AWS says of its contents.
        etag: String,
        /// The checksum that was made, when AWS tells it.
        checksum: Option<Checksum>,
        /// The version that was made, where there is versioning.
        version: Option<String>,
    },
    /// To [`Call::CreateMultipartUpload`].
    Begun {
        /// Id of the upload.
        upload: String,
    },
    /// To [`Call::UploadPartCopy`] and [`Call::UploadPart`].
    Part(Part),
    /// To every other call that changes something.
    Done {},
}

impl Call {
    /// The AWS operation behind the call.
    pub const fn operation(&self) -> &'static Operation {
        match self {
            Self::ListObjects { .. } => &LIST_OBJECTS_V2,
            Self::ListObjectVersions { .. } => &LIST_OBJECT_VERSIONS,
            Self::ListMultipartUploads { .. } => &LIST_MULTIPART_UPLOADS,
            Self::HeadObject { .. } => &HEAD_OBJECT,
            Self::GetObject { .. } => &GET_OBJECT,
            Self::GetObjectTagging { .. } => &GET_OBJECT_TAGGING,
            Self::GetObjectRetention { .. } => &GET_OBJECT_RETENTION,
            Self::PutObjectRetention { .. } => &PUT_OBJECT_RETENTION,
            Self::PutObject { .. } => &PUT_OBJECT,
            Self::DeleteObject { .. } => &DELETE_OBJECT,
            Self::CopyObject(_) => &COPY_OBJECT,
            Self::CreateMultipartUpload { .. } => &CREATE_MULTIPART_UPLOAD,
            Self::UploadPartCopy { .. } => &UPLOAD_PART_COPY,
            Self::UploadPart { .. } => &UPLOAD_PART,
            Self::CompleteMultipartUpload { .. } => &COMPLETE_MULTIPART_UPLOAD,
            Self::AbortMultipartUpload { .. } => &ABORT_MULTIPART_UPLOAD,
        }
    }

    /// The bucket that the call reads or changes.
    pub const fn bucket(&self) -> &str {
        match self {
            Self::ListObjects { bucket, .. }
            | Self::ListObjectVersions { bucket, .. }
            | Self::ListMultipartUploads { bucket, .. }
            | Self::HeadObject { bucket, .. }
            | Self::GetObject { bucket, .. }
            | Self::GetObjectTagging { bucket, .. }
            | Self::GetObjectRetention { bucket, .. }
            | Self::PutObjectRetention { bucket, .. }
            | Self::PutObject { bucket, .. }
            | Self::DeleteObject { bucket, .. }
            | Self::CopyObject(Copy { bucket, .. })
            | Self::CreateMultipartUpload { bucket, .. }
            | Self::UploadPartCopy { bucket, .. }
            | Self::UploadPart { bucket, .. }
            | Self::CompleteMultipartUpload { bucket, .. }
            | Self::AbortMultipartUpload { bucket, .. } => bucket.as_str(),
        }
    }

    /// The bucket that a copy is made from.
    pub const fn source(&self) -> Option<&str> {
        match self {
            Self::CopyObject(Copy { from, .. }) | Self::UploadPartCopy { from, .. } => {
                Some(from.bucket.as_str())
            }
            Self::ListObjects { .. }
            | Self::ListObjectVersions { .. }
            | Self::ListMultipartUploads { .. }
            | Self::HeadObject { .. }
            | Self::GetObject { .. }
            | Self::GetObjectTagging { .. }
            | Self::GetObjectRetention { .. }
            | Self::PutObjectRetention { .. }
            | Self::PutObject { .. }
            | Self::DeleteObject { .. }
            | Self::CreateMultipartUpload { .. }
            | Self::UploadPart { .. }
            | Self::CompleteMultipartUpload { .. }
            | Self::AbortMultipartUpload { .. } => None,
        }
    }

    /// The key that the call is about, or the bucket when it is about no single one.
    pub const fn resource(&self) -> &str {
        match self {
            Self::ListObjects { bucket, .. }
            | Self::ListObjectVersions { bucket, .. }
            | Self::ListMultipartUploads { bucket, .. } => bucket.as_str(),
            Self::HeadObject { key, .. }
            | Self::GetObject { key, .. }
            | Self::GetObjectTagging { key, .. }
            | Self::GetObjectRetention { key, .. }
            | Self::PutObjectRetention { key, .. }
            | Self::PutObject { key, .. }
            | Self::DeleteObject { key, .. }
            | Self::CopyObject(Copy { key, .. })
            | Self::CreateMultipartUpload { key, .. }
            | Self::UploadPartCopy { key, .. }
            | Self::UploadPart { key, .. }
            | Self::CompleteMultipartUpload { key, .. }
            | Self::AbortMultipartUpload { key, .. } => key.as_str(),
        }
    }
}
