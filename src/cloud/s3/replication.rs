//! Replication: which new objects S3 copies to another bucket by itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::written::{is_no, is_yes, yes};
use super::{Selection, StorageClass};

/// The whole replication document of a bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replication {
    /// ARN of the role that S3 copies with, for all rules.
    pub role: String,
    /// Its rules, in AWS's order.
    pub rules: Vec<ReplicationRule>,
}

/// One rule of a replication.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplicationRule {
    /// Its name in the bucket, at most 255 characters.
    pub id: String,
    /// Which of several rules for one destination is followed: the highest.
    #[serde(default)]
    pub priority: u32,
    /// Whether it is applied.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub enabled: bool,
    /// The objects it is about; all when left out.
    #[serde(default, skip_serializing_if = "Selection::is_everything")]
    pub filter: Selection,
    /// Where the copies go.
    pub destination: Destination,
    /// Whether delete markers are copied.
    #[serde(default, skip_serializing_if = "is_no")]
    pub delete_markers: bool,
    /// Whether objects that are encrypted with a key of KMS are copied: `SseKmsEncryptedObjects` of
    /// the `SourceSelectionCriteria`.
    #[serde(default, skip_serializing_if = "is_no")]
    pub kms_encrypted_objects: bool,
    /// Whether changes of metadata on the copies are copied back.
    #[serde(default, skip_serializing_if = "is_no")]
    pub replica_modifications: bool,
    /// `ExistingObjectReplication`, which AWS no longer supports (C10).
    #[serde(default, skip_serializing_if = "is_no")]
    pub existing_objects: bool,
}

/// Where copies go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Destination {
    /// Name of the bucket.
    pub bucket: String,
    /// The account that owns it; that of the source when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Whether that account owns the copies too.
    #[serde(default, skip_serializing_if = "is_no")]
    pub owner_override: bool,
    /// The class of the copies; that of the source when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<StorageClass>,
    /// ARN of the key in the destination's Region that copies of KMS objects are encrypted with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replica_kms_key: Option<String>,
    /// Whether AWS promises the copy within 15 minutes, which is paid for and needs `metrics`.
    #[serde(default, skip_serializing_if = "is_no")]
    pub time_control: bool,
    /// Whether the delay is counted.
    #[serde(default, skip_serializing_if = "is_no")]
    pub metrics: bool,
}
