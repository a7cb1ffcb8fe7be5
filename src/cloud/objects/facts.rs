//! What is known about each operation on objects before it is sent.

use crate::cloud::{Danger, Operation, Repeat};

const fn read(name: &'static str, iam: &'static [&'static str]) -> Operation {
    Operation::read("s3", name, iam)
}

const fn change(
    name: &'static str,
    iam: &'static [&'static str],
    danger: Danger,
    repeat: Repeat,
    back: &'static [&'static str],
) -> Operation {
    Operation::change("s3", name, iam, danger, repeat, back)
}

/// `s3:ListObjectsV2`
pub const LIST_OBJECTS_V2: Operation = read("ListObjectsV2", &["s3:ListBucket"]);

/// `s3:ListObjectVersions`
pub const LIST_OBJECT_VERSIONS: Operation = read("ListObjectVersions", &["s3:ListBucketVersions"]);

/// `s3:ListMultipartUploads`
pub const LIST_MULTIPART_UPLOADS: Operation =
    read("ListMultipartUploads", &["s3:ListBucketMultipartUploads"]);

/// `s3:HeadObject`
pub const HEAD_OBJECT: Operation = read("HeadObject", &["s3:GetObject", "s3:GetObjectVersion"]);

/// `s3:GetObject`
pub const GET_OBJECT: Operation = read("GetObject", &["s3:GetObject"]);

/// `s3:GetObjectTagging`
pub const GET_OBJECT_TAGGING: Operation =
    read("GetObjectTagging", &["s3:GetObjectTagging", "s3:GetObjectVersionTagging"]);

/// `s3:GetObjectRetention`
pub const GET_OBJECT_RETENTION: Operation = read("GetObjectRetention", &["s3:GetObjectRetention"]);

/// `s3:PutObjectRetention`. Nothing makes it shorter again, but for those who may bypass it.
pub const PUT_OBJECT_RETENTION: Operation = change(
    "PutObjectRetention",
    &["s3:PutObjectRetention"],
    Danger::Destroy,
    Repeat::Same,
    &["GetObjectRetention"],
);

/// `s3:PutObject`
pub const PUT_OBJECT: Operation = change(
    "PutObject",
    &["s3:PutObject", "s3:PutObjectTagging"],
    Danger::Change,
    Repeat::Refused,
    &["HeadObject"],
);

/// `s3:DeleteObject`
pub const DELETE_OBJECT: Operation = change(
    "DeleteObject",
    &["s3:DeleteObject", "s3:DeleteObjectVersion"],
    Danger::Destroy,
    Repeat::Same,
    &["HeadObject"],
);

/// What writing a copy needs at both ends.
const COPIES: &[&str] = &[
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:GetObjectTagging",
    "s3:GetObjectVersionTagging",
    "s3:PutObject",
    "s3:PutObjectTagging",
    "s3:PutObjectRetention",
    "s3:PutObjectLegalHold",
];

/// `s3:CopyObject`
pub const COPY_OBJECT: Operation =
    change("CopyObject", COPIES, Danger::Change, Repeat::Refused, &["HeadObject"]);

/// `s3:CreateMultipartUpload`
pub const CREATE_MULTIPART_UPLOAD: Operation = change(
    "CreateMultipartUpload",
    &["s3:PutObject", "s3:PutObjectTagging", "s3:PutObjectRetention", "s3:PutObjectLegalHold"],
    Danger::Change,
    Repeat::Same,
    &["ListMultipartUploads"],
);

/// `s3:UploadPartCopy`
pub const UPLOAD_PART_COPY: Operation = change(
    "UploadPartCopy",
    &["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"],
    Danger::Change,
    Repeat::Same,
    &["ListMultipartUploads"],
);

/// `s3:UploadPart`
pub const UPLOAD_PART: Operation = change(
    "UploadPart",
    &["s3:PutObject"],
    Danger::Change,
    Repeat::Same,
    &["ListMultipartUploads"],
);

/// `s3:CompleteMultipartUpload`
pub const COMPLETE_MULTIPART_UPLOAD: Operation = change(
    "CompleteMultipartUpload",
    &["s3:PutObject"],
    Danger::Change,
    Repeat::Refused,
    &["HeadObject"],
);

/// `s3:AbortMultipartUpload`
pub const ABORT_MULTIPART_UPLOAD: Operation = change(
    "AbortMultipartUpload",
    &["s3:AbortMultipartUpload"],
    Danger::Change,
    Repeat::Refused,
    &["ListMultipartUploads"],
);

pub(in crate::cloud) const OPERATIONS: &[&Operation] = &[
    &GET_OBJECT,
    &GET_OBJECT_RETENTION,
    &GET_OBJECT_TAGGING,
    &HEAD_OBJECT,
    &LIST_MULTIPART_UPLOADS,
    &LIST_OBJECTS_V2,
    &LIST_OBJECT_VERSIONS,
    &ABORT_MULTIPART_UPLOAD,
    &COMPLETE_MULTIPART_UPLOAD,
    &COPY_OBJECT,
    &CREATE_MULTIPART_UPLOAD,
    &DELETE_OBJECT,
    &PUT_OBJECT,
    &PUT_OBJECT_RETENTION,
    &UPLOAD_PART,
    &UPLOAD_PART_COPY,
];
