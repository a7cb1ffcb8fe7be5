//! Amazon S3: buckets and their configuration.
//!
//! Every configuration document is replaced as a whole by its `Put` (S8): whoever writes one has
//! read it first. All calls name the account that must own the bucket, so that a bucket of the
//! same name in another account is refused.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Operation;
use super::operation::operations;

/// An S3 operation with its parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "operation")]
pub enum Call {
    /// `ListBuckets`: the names of all buckets of the account, every page.
    ListBuckets {},
    /// `HeadBucket`: whether the bucket is there and may be reached.
    HeadBucket {
        /// Name of the bucket.
        bucket: String,
    },
    /// `CreateBucket` in the Region of the call.
    CreateBucket {
        /// Name of the bucket.
        bucket: String,
        /// Born with Object Lock, and so with versioning, which can never be turned off.
        object_lock: bool,
    },
    /// `DeleteBucket`: AWS refuses it unless the bucket is empty.
    DeleteBucket {
        /// Name of the bucket.
        bucket: String,
    },
    /// `GetBucketVersioning`.
    GetBucketVersioning {
        /// Name of the bucket.
        bucket: String,
    },
    /// `PutBucketVersioning`.
    PutBucketVersioning {
        /// Name of the bucket.
        bucket: String,
        /// On or suspended: a bucket never goes back to never having been versioned.
        enabled: bool,
    },
    /// `GetObjectLockConfiguration`.
    GetObjectLockConfiguration {
        /// Name of the bucket.
        bucket: String,
    },
    /// `PutObjectLockConfiguration`: turns Object Lock on, for good, and sets the default retention.
    PutObjectLockConfiguration {
        /// Name of the bucket.
        bucket: String,
        /// What new object versions get when they are written; nothing when absent.
        default_retention: Option<Retention>,
    },
    /// `GetPublicAccessBlock`.
    GetPublicAccessBlock {
        /// Name of the bucket.
        bucket: String,
    },
    /// `PutPublicAccessBlock`.
    PutPublicAccessBlock {
        /// Name of the bucket.
        bucket: String,
        /// The four switches.
        block: PublicAccessBlock,
    },
    /// `GetBucketEncryption`.
    GetBucketEncryption {
        /// Name of the bucket.
        bucket: String,
    },
    /// `PutBucketEncryption`.
    PutBucketEncryption {
        /// Name of the bucket.
        bucket: String,
        /// The default encryption.
        encryption: Encryption,
    },
    /// `GetBucketPolicy`.
    GetBucketPolicy {
        /// Name of the bucket.
        bucket: String,
    },
    /// `PutBucketPolicy`: replaces the whole policy.
    PutBucketPolicy {
        /// Name of the bucket.
        bucket: String,
        /// The policy document as JSON text.
        policy: String,
    },
    /// `DeleteBucketPolicy`.
    DeleteBucketPolicy {
        /// Name of the bucket.
        bucket: String,
    },
    /// `GetBucketLogging`.
    GetBucketLogging {
        /// Name of the bucket.
        bucket: String,
    },
    /// `PutBucketLogging`: off when `logging` is absent.
    PutBucketLogging {
        /// Name of the bucket whose requests are logged.
        bucket: String,
        /// Where the logs go.
        logging: Option<Logging>,
    },
}

/// Default retention of new object versions: a mode with days or years, never both (S4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Who may shorten it.
    pub mode: RetentionMode,
    /// For how many days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// For how many years.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub years: Option<u32>,
}

/// Who may shorten a retention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RetentionMode {
    /// Those with `s3:BypassGovernanceRetention`.
    Governance,
    /// Nobody.
    Compliance,
}

/// The four switches of a bucket's public access block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublicAccessBlock {
    /// `BlockPublicAcls`: refuse new public ACLs.
    pub block_public_acls: bool,
    /// `IgnorePublicAcls`: act as if public ACLs were not there.
    pub ignore_public_acls: bool,
    /// `BlockPublicPolicy`: refuse public bucket policies.
    pub block_public_policy: bool,
    /// `RestrictPublicBuckets`: keep others out of a bucket with a public policy.
    pub restrict_public_buckets: bool,
}

/// The default encryption of a bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Encryption {
    /// How objects are encrypted.
    pub algorithm: Algorithm,
    /// ARN or id of the KMS key; AWS's own key of the account when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<String>,
    /// Whether a bucket key saves calls to KMS.
    #[serde(default)]
    pub bucket_key: bool,
}

/// How objects are encrypted at rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Algorithm {
    /// With keys of S3.
    #[serde(rename = "AES256")]
    Aes256,
    /// With a key of KMS.
    #[serde(rename = "aws:kms")]
    Kms,
    /// With a key of KMS, twice.
    #[serde(rename = "aws:kms:dsse")]
    KmsDsse,
}

/// Where the access logs of a bucket go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Logging {
    /// The bucket that receives them: same account, same Region (S13).
    pub bucket: String,
    /// What their keys begin with.
    #[serde(default)]
    pub prefix: String,
}

/// Whether old versions of objects are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Versioning {
    /// It never was.
    Never,
    /// Every overwrite keeps the version before.
    Enabled,
    /// It was; old versions are kept, new overwrites are not.
    Suspended,
}

/// What S3 answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply")]
pub enum Reply {
    /// To [`Call::ListBuckets`].
    Buckets {
        /// Names of all buckets, sorted.
        names: Vec<String>,
    },
    /// To [`Call::HeadBucket`].
    Bucket {
        /// The Region it lives in.
        region: String,
    },
    /// To [`Call::GetBucketVersioning`].
    Versioning {
        /// The state.
        versioning: Versioning,
    },
    /// To [`Call::GetObjectLockConfiguration`] when Object Lock is on; off is
    /// [`Absent`](super::Ending::Absent) with `ObjectLockConfigurationNotFoundError`.
    ObjectLock {
        /// What new object versions get.
        default_retention: Option<Retention>,
    },
    /// To [`Call::GetPublicAccessBlock`]; none set is [`Absent`](super::Ending::Absent) with
    /// `NoSuchPublicAccessBlockConfiguration`.
    PublicAccessBlock(PublicAccessBlock),
    /// To [`Call::GetBucketEncryption`]; none set is [`Absent`](super::Ending::Absent) with
    /// `ServerSideEncryptionConfigurationNotFoundError`.
    Encryption(Encryption),
    /// To [`Call::GetBucketPolicy`]; none set is [`Absent`](super::Ending::Absent) with
    /// `NoSuchBucketPolicy`.
    Policy {
        /// The policy document as JSON text.
        policy: String,
    },
    /// To [`Call::GetBucketLogging`]; off when absent.
    Logging {
        /// Where the logs go.
        logging: Option<Logging>,
    },
    /// To every call that changes something.
    Done {},
}

operations! {
    "s3"
    read {
        GET_BUCKET_ENCRYPTION "GetBucketEncryption" "s3:GetEncryptionConfiguration";
        GET_BUCKET_LOGGING "GetBucketLogging" "s3:GetBucketLogging";
        GET_BUCKET_POLICY "GetBucketPolicy" "s3:GetBucketPolicy";
        GET_BUCKET_VERSIONING "GetBucketVersioning" "s3:GetBucketVersioning";
        GET_OBJECT_LOCK_CONFIGURATION "GetObjectLockConfiguration" "s3:GetBucketObjectLockConfiguration";
        GET_PUBLIC_ACCESS_BLOCK "GetPublicAccessBlock" "s3:GetBucketPublicAccessBlock";
        HEAD_BUCKET "HeadBucket" "s3:ListBucket";
        LIST_BUCKETS "ListBuckets" "s3:ListAllMyBuckets";
    }
    change {
        CREATE_BUCKET "CreateBucket" ["s3:CreateBucket", "s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning"] Change Refused "HeadBucket";
        DELETE_BUCKET "DeleteBucket" ["s3:DeleteBucket"] Destroy Refused "HeadBucket";
        DELETE_BUCKET_POLICY "DeleteBucketPolicy" ["s3:DeleteBucketPolicy"] Change Same "GetBucketPolicy";
        PUT_BUCKET_ENCRYPTION "PutBucketEncryption" ["s3:PutEncryptionConfiguration"] Change Same "GetBucketEncryption";
        PUT_BUCKET_LOGGING "PutBucketLogging" ["s3:PutBucketLogging"] Change Same "GetBucketLogging";
        PUT_BUCKET_POLICY "PutBucketPolicy" ["s3:PutBucketPolicy"] Change Same "GetBucketPolicy";
        PUT_BUCKET_VERSIONING "PutBucketVersioning" ["s3:PutBucketVersioning"] Change Same "GetBucketVersioning";
        PUT_OBJECT_LOCK_CONFIGURATION "PutObjectLockConfiguration" ["s3:PutBucketObjectLockConfiguration"] Change Same "GetObjectLockConfiguration";
        PUT_PUBLIC_ACCESS_BLOCK "PutPublicAccessBlock" ["s3:PutBucketPublicAccessBlock"] Change Same "GetPublicAccessBlock";
    }
}

impl Call {
    /// The AWS operation behind the call.
    pub const fn operation(&self) -> &'static Operation {
        match self {
            Self::ListBuckets {} => &LIST_BUCKETS,
            Self::HeadBucket { .. } => &HEAD_BUCKET,
            Self::CreateBucket { .. } => &CREATE_BUCKET,
            Self::DeleteBucket { .. } => &DELETE_BUCKET,
            Self::GetBucketVersioning { .. } => &GET_BUCKET_VERSIONING,
            Self::PutBucketVersioning { .. } => &PUT_BUCKET_VERSIONING,
            Self::GetObjectLockConfiguration { .. } => &GET_OBJECT_LOCK_CONFIGURATION,
            Self::PutObjectLockConfiguration { .. } => &PUT_OBJECT_LOCK_CONFIGURATION,
            Self::GetPublicAccessBlock { .. } => &GET_PUBLIC_ACCESS_BLOCK,
            Self::PutPublicAccessBlock { .. } => &PUT_PUBLIC_ACCESS_BLOCK,
            Self::GetBucketEncryption { .. } => &GET_BUCKET_ENCRYPTION,
            Self::PutBucketEncryption { .. } => &PUT_BUCKET_ENCRYPTION,
            Self::GetBucketPolicy { .. } => &GET_BUCKET_POLICY,
            Self::PutBucketPolicy { .. } => &PUT_BUCKET_POLICY,
            Self::DeleteBucketPolicy { .. } => &DELETE_BUCKET_POLICY,
            Self::GetBucketLogging { .. } => &GET_BUCKET_LOGGING,
            Self::PutBucketLogging { .. } => &PUT_BUCKET_LOGGING,
        }
    }

    /// The bucket that the call is about.
    pub fn resource(&self) -> Option<&str> {
        match self {
            Self::ListBuckets {} => None,
            Self::HeadBucket { bucket }
            | Self::CreateBucket { bucket, .. }
            | Self::DeleteBucket { bucket }
            | Self::GetBucketVersioning { bucket }
            | Self::PutBucketVersioning { bucket, .. }
            | Self::GetObjectLockConfiguration { bucket }
            | Self::PutObjectLockConfiguration { bucket, .. }
            | Self::GetPublicAccessBlock { bucket }
            | Self::PutPublicAccessBlock { bucket, .. }
            | Self::GetBucketEncryption { bucket }
            | Self::PutBucketEncryption { bucket, .. }
            | Self::GetBucketPolicy { bucket }
            | Self::PutBucketPolicy { bucket, .. }
            | Self::DeleteBucketPolicy { bucket }
            | Self::GetBucketLogging { bucket }
            | Self::PutBucketLogging { bucket, .. } => Some(bucket),
        }
    }
}
