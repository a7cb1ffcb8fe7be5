//! The smaller documents of a bucket: protection, encryption, logging, versioning.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
