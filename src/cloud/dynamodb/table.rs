//! What a DynamoDB table is: its keys, indexes, capacity, encryption and state.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What DescribeTable says of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// AWS's id of this very table: another table of the same name has another.
    pub id: String,
    /// Its state.
    pub status: TableStatus,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// The types of the attributes that are part of a key, sorted by name.
    pub attributes: Vec<Attribute>,
    /// The attributes of its key: the partition key, and the sort key when it has one.
    pub keys: Vec<KeyPart>,
    /// Its global secondary indexes, sorted by name.
    pub global_indexes: Vec<GlobalIndex>,
    /// Its local secondary indexes, sorted by name.
    pub local_indexes: Vec<LocalIndex>,
    /// Names of its vector indexes, sorted: no more is known of them here.
    pub vector_indexes: Vec<String>,
    /// Provisioned capacity; none on demand.
    pub capacity: Option<Units>,
    /// The most that may be used on demand.
    pub on_demand_limit: Option<OnDemandLimit>,
    /// Which KMS key it is encrypted with; none when DynamoDB's own.
    pub encryption: Option<Encryption>,
    /// Its class.
    pub class: TableClass,
    /// Whether DeleteTable is refused.
    pub deletion_protection: bool,
    /// What its stream carries, when one is on.
    pub stream: Option<StreamView>,
    /// ARN of the stream that is on, or was on last (D19).
    pub latest_stream: Option<String>,
    /// Other Regions that hold a replica, sorted (D14).
    pub replicas: Vec<String>,
    /// Number of items as of some hours ago: never a proof of anything (D11).
    pub items_about: u64,
}

/// What a new table is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableSpec {
    /// The types of the attributes that are part of a key.
    pub attributes: Vec<Attribute>,
    /// The attributes of its key.
    pub keys: Vec<KeyPart>,
    /// Its global secondary indexes.
    pub global_indexes: Vec<GlobalIndexSpec>,
    /// Its local secondary indexes.
    pub local_indexes: Vec<LocalIndex>,
    /// Provisioned capacity; none on demand.
    pub capacity: Option<Units>,
    /// What it is encrypted with.
    pub encryption: EncryptionKey,
    /// Its class.
    pub class: TableClass,
    /// Whether DeleteTable is refused.
    pub deletion_protection: bool,
    /// What its stream carries; none for no stream.
    pub stream: Option<StreamView>,
    /// Values of its tags by key.
    pub tags: BTreeMap<String, String>,
}

/// An attribute that is part of a key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: AttributeType,
}

/// The type of an attribute that is part of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum AttributeType {
    /// Binary.
    B,
    /// Number.
    N,
    /// String.
    S,
}

/// One attribute of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyPart {
    /// Name of the attribute.
    pub attribute: String,
    /// What part it plays.
    pub role: KeyRole,
}

/// The part that an attribute plays in a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum KeyRole {
    /// Partition key.
    Hash,
    /// Sort key.
    Range,
}

/// Which attributes an index holds besides keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Projection {
    /// None.
    KeysOnly,
    /// These.
    Include(Vec<String>),
    /// All.
    All,
}

/// A global secondary index as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GlobalIndex {
    /// Its name.
    pub name: String,
    /// The attributes of its key.
    pub keys: Vec<KeyPart>,
    /// What it holds.
    pub projection: Projection,
    /// Its state.
    pub status: IndexStatus,
    /// Whether it is still being filled with the items of the table.
    pub backfilling: bool,
    /// Provisioned capacity; none on demand.
    pub capacity: Option<Units>,
    /// The most that may be used on demand.
    pub on_demand_limit: Option<OnDemandLimit>,
}

/// A global secondary index that is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GlobalIndexSpec {
    /// Its name.
    pub name: String,
    /// The attributes of its key.
    pub keys: Vec<KeyPart>,
    /// What it holds.
    pub projection: Projection,
    /// Provisioned capacity; none on demand.
    pub capacity: Option<Units>,
}

/// A local secondary index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocalIndex {
    /// Its name.
    pub name: String,
    /// The attributes of its key.
    pub keys: Vec<KeyPart>,
    /// What it holds.
    pub projection: Projection,
}

/// The state of a global secondary index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IndexStatus {
    /// Being made.
    Creating,
    /// Being changed.
    Updating,
    /// Going away.
    Deleting,
    /// In use.
    Active,
}

/// Provisioned capacity, in units a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Units {
    /// Read capacity units.
    #[schemars(range(min = 1))]
    pub read: u64,
    /// Write capacity units.
    #[schemars(range(min = 1))]
    pub write: u64,
}

/// The most that a table or an index may use on demand, in units a second; none for no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnDemandLimit {
    /// Read request units.
    pub read: Option<u64>,
    /// Write request units.
    pub write: Option<u64>,
}

/// Encryption of a table with a KMS key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Encryption {
    /// Its state.
    pub status: EncryptionStatus,
    /// ARN of the KMS key, of AWS's managed key too; none while it is turned on or off.
    pub key_arn: Option<String>,
}

/// The state of encryption with a KMS key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EncryptionStatus {
    /// Being turned on.
    Enabling,
    /// On.
    Enabled,
    /// Being turned off.
    Disabling,
    /// Off.
    Disabled,
    /// Going to another key.
    Updating,
}

/// What a table is to be encrypted with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EncryptionKey {
    /// A key that DynamoDB owns.
    AwsOwned,
    /// The key of the account that AWS manages: `alias/aws/dynamodb`.
    AwsManaged,
    /// A customer managed key, by its ARN.
    Customer(String),
}

/// The class of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TableClass {
    /// Cheaper requests.
    #[default]
    Standard,
    /// Cheaper storage.
    StandardInfrequentAccess,
}

/// What a stream record holds of the item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StreamView {
    /// Only the key.
    KeysOnly,
    /// The item after the change.
    NewImage,
    /// The item before the change.
    OldImage,
    /// The item before and after.
    NewAndOldImages,
}

/// The state of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TableStatus {
    /// Being made; it cannot be used yet.
    Creating,
    /// Being changed; another UpdateTable is refused.
    Updating,
    /// Going away.
    Deleting,
    /// In use.
    Active,
    /// Its KMS key cannot be reached.
    InaccessibleEncryptionCredentials,
    /// Being archived, because its KMS key was out of reach for too long.
    Archiving,
    /// Archived.
    Archived,
}
