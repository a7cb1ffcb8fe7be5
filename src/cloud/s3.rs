//! Amazon S3: buckets and their configuration.
//!
//! Every configuration document is replaced as a whole by its `Put` (S8): whoever writes one has
//! read it first. All calls name the account that must own the bucket, so that a bucket of the
//! same name in another account is refused.

mod documents;
mod filter;
mod lifecycle;
mod replication;
mod tiering;
mod written;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Operation;
use super::operation::operations;
pub use documents::{
    Algorithm, Encryption, Logging, PublicAccessBlock, Retention, RetentionMode, Versioning,
};
pub use filter::{Filter, Selection};
pub use lifecycle::{
    Expiration, Lifecycle, LifecycleRule, MinimumSize, NoncurrentExpiration, NoncurrentTransition,
    StorageClass, Transition,
};
pub use replication::{Destination, Replication, ReplicationRule};
pub use tiering::{AccessTier, Tier, Tiering};

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
    /// `GetBucketLifecycleConfiguration`.
    GetBucketLifecycleConfiguration {
        /// Name of the bucket.
        bucket: String,
    },
    /// `PutBucketLifecycleConfiguration`: replaces the whole document.
    PutBucketLifecycleConfiguration {
        /// Name of the bucket.
        bucket: String,
        /// The document; it has at least one rule.
        lifecycle: Lifecycle,
    },
    /// `DeleteBucketLifecycle`: removes the whole document.
    DeleteBucketLifecycle {
        /// Name of the bucket.
        bucket: String,
    },
    /// `ListBucketIntelligentTieringConfigurations`, every page.
    ListBucketIntelligentTieringConfigurations {
        /// Name of the bucket.
        bucket: String,
    },
    /// `PutBucketIntelligentTieringConfiguration`: replaces the one with the same id.
    PutBucketIntelligentTieringConfiguration {
        /// Name of the bucket.
        bucket: String,
        /// The configuration.
        tiering: Tiering,
    },
    /// `DeleteBucketIntelligentTieringConfiguration`.
    DeleteBucketIntelligentTieringConfiguration {
        /// Name of the bucket.
        bucket: String,
        /// Id of the configuration.
        id: String,
    },
    /// `GetBucketReplication`.
    GetBucketReplication {
        /// Name of the bucket.
        bucket: String,
    },
    /// `PutBucketReplication`: replaces the whole document.
    PutBucketReplication {
        /// Name of the bucket.
        bucket: String,
        /// The document; it has at least one rule.
        replication: Replication,
    },
    /// `DeleteBucketReplication`: removes the whole document.
    DeleteBucketReplication {
        /// Name of the bucket.
        bucket: String,
    },
    /// `GetBucketTagging`.
    GetBucketTagging {
        /// Name of the bucket.
        bucket: String,
    },
    /// `PutBucketTagging`: replaces all tags.
    PutBucketTagging {
        /// Name of the bucket.
        bucket: String,
        /// All tags, by key.
        tags: BTreeMap<String, String>,
    },
    /// `DeleteBucketTagging`: removes all tags.
    DeleteBucketTagging {
        /// Name of the bucket.
        bucket: String,
    },
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
    /// To [`Call::GetBucketLifecycleConfiguration`]; none set is
    /// [`Absent`](super::Ending::Absent) with `NoSuchLifecycleConfiguration`.
    Lifecycle(Lifecycle),
    /// To [`Call::ListBucketIntelligentTieringConfigurations`].
    Tierings {
        /// All of them, by id.
        tierings: Vec<Tiering>,
    },
    /// To [`Call::GetBucketReplication`]; none set is [`Absent`](super::Ending::Absent) with
    /// `ReplicationConfigurationNotFoundError`.
    Replication(Replication),
    /// To [`Call::GetBucketTagging`]; none set is [`Absent`](super::Ending::Absent) with
    /// `NoSuchTagSet`.
    Tags {
        /// All tags, by key.
        tags: BTreeMap<String, String>,
    },
    /// To every call that changes something.
    Done {},
}

operations! {
    "s3"
    read {
        GET_BUCKET_ENCRYPTION "GetBucketEncryption" "s3:GetEncryptionConfiguration";
        GET_BUCKET_LIFECYCLE "GetBucketLifecycleConfiguration" "s3:GetLifecycleConfiguration";
        GET_BUCKET_LOGGING "GetBucketLogging" "s3:GetBucketLogging";
        GET_BUCKET_POLICY "GetBucketPolicy" "s3:GetBucketPolicy";
        GET_BUCKET_REPLICATION "GetBucketReplication" "s3:GetReplicationConfiguration";
        GET_BUCKET_TAGGING "GetBucketTagging" "s3:GetBucketTagging";
        GET_BUCKET_VERSIONING "GetBucketVersioning" "s3:GetBucketVersioning";
        GET_OBJECT_LOCK_CONFIGURATION "GetObjectLockConfiguration" "s3:GetBucketObjectLockConfiguration";
        GET_PUBLIC_ACCESS_BLOCK "GetPublicAccessBlock" "s3:GetBucketPublicAccessBlock";
        HEAD_BUCKET "HeadBucket" "s3:ListBucket";
        LIST_BUCKET_TIERINGS "ListBucketIntelligentTieringConfigurations" "s3:GetIntelligentTieringConfiguration";
        LIST_BUCKETS "ListBuckets" "s3:ListAllMyBuckets";
    }
    change {
        CREATE_BUCKET "CreateBucket" ["s3:CreateBucket", "s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning"] Change Refused "HeadBucket";
        DELETE_BUCKET "DeleteBucket" ["s3:DeleteBucket"] Destroy Refused "HeadBucket";
        DELETE_BUCKET_LIFECYCLE "DeleteBucketLifecycle" ["s3:PutLifecycleConfiguration"] Change Same "GetBucketLifecycleConfiguration";
        DELETE_BUCKET_POLICY "DeleteBucketPolicy" ["s3:DeleteBucketPolicy"] Change Same "GetBucketPolicy";
        DELETE_BUCKET_REPLICATION "DeleteBucketReplication" ["s3:PutReplicationConfiguration"] Change Same "GetBucketReplication";
        DELETE_BUCKET_TAGGING "DeleteBucketTagging" ["s3:PutBucketTagging"] Change Same "GetBucketTagging";
        DELETE_BUCKET_TIERING "DeleteBucketIntelligentTieringConfiguration" ["s3:PutIntelligentTieringConfiguration"] Change Same "ListBucketIntelligentTieringConfigurations";
        PUT_BUCKET_ENCRYPTION "PutBucketEncryption" ["s3:PutEncryptionConfiguration"] Change Same "GetBucketEncryption";
        PUT_BUCKET_LIFECYCLE "PutBucketLifecycleConfiguration" ["s3:PutLifecycleConfiguration"] Change Same "GetBucketLifecycleConfiguration";
        PUT_BUCKET_LOGGING "PutBucketLogging" ["s3:PutBucketLogging"] Change Same "GetBucketLogging";
        PUT_BUCKET_POLICY "PutBucketPolicy" ["s3:PutBucketPolicy"] Change Same "GetBucketPolicy";
        PUT_BUCKET_REPLICATION "PutBucketReplication" ["s3:PutReplicationConfiguration", "iam:PassRole"] Change Same "GetBucketReplication";
        PUT_BUCKET_TAGGING "PutBucketTagging" ["s3:PutBucketTagging"] Change Same "GetBucketTagging";
        PUT_BUCKET_TIERING "PutBucketIntelligentTieringConfiguration" ["s3:PutIntelligentTieringConfiguration"] Change Same "ListBucketIntelligentTieringConfigurations";
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
            Self::GetBucketLifecycleConfiguration { .. } => &GET_BUCKET_LIFECYCLE,
            Self::PutBucketLifecycleConfiguration { .. } => &PUT_BUCKET_LIFECYCLE,
            Self::DeleteBucketLifecycle { .. } => &DELETE_BUCKET_LIFECYCLE,
            Self::ListBucketIntelligentTieringConfigurations { .. } => &LIST_BUCKET_TIERINGS,
            Self::PutBucketIntelligentTieringConfiguration { .. } => &PUT_BUCKET_TIERING,
            Self::DeleteBucketIntelligentTieringConfiguration { .. } => &DELETE_BUCKET_TIERING,
            Self::GetBucketReplication { .. } => &GET_BUCKET_REPLICATION,
            Self::PutBucketReplication { .. } => &PUT_BUCKET_REPLICATION,
            Self::DeleteBucketReplication { .. } => &DELETE_BUCKET_REPLICATION,
            Self::GetBucketTagging { .. } => &GET_BUCKET_TAGGING,
            Self::PutBucketTagging { .. } => &PUT_BUCKET_TAGGING,
            Self::DeleteBucketTagging { .. } => &DELETE_BUCKET_TAGGING,
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
            | Self::PutBucketLogging { bucket, .. }
            | Self::GetBucketLifecycleConfiguration { bucket }
            | Self::PutBucketLifecycleConfiguration { bucket, .. }
            | Self::DeleteBucketLifecycle { bucket }
            | Self::ListBucketIntelligentTieringConfigurations { bucket }
            | Self::PutBucketIntelligentTieringConfiguration { bucket, .. }
            | Self::DeleteBucketIntelligentTieringConfiguration { bucket, .. }
            | Self::GetBucketReplication { bucket }
            | Self::PutBucketReplication { bucket, .. }
            | Self::DeleteBucketReplication { bucket }
            | Self::GetBucketTagging { bucket }
            | Self::PutBucketTagging { bucket, .. }
            | Self::DeleteBucketTagging { bucket } => Some(bucket),
        }
    }
}
