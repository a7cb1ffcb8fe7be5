//! A simulated table as it is, and what DescribeTable says of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::cloud::Place;
use crate::cloud::dynamodb::{
    Attribute, AttributeType, Encryption, EncryptionKey, EncryptionStatus, GlobalIndex,
    IndexStatus, KeyPart, KeyRole, LocalIndex, Projection, StreamView, Table as Description,
    TableClass, TableStatus, Units,
};

use super::backups::{self, Recovery};
use super::{Moment, later};

/// How long a new table is CREATING, in milliseconds.
const CREATING: i64 = 20_000;
/// How much longer for each of its global secondary indexes, in milliseconds.
const CREATING_INDEX: i64 = 5_000;

/// A table as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Table {
    pub id: String,
    pub created: Timestamp,
    pub active_from: Timestamp,
    pub updating_until: Timestamp,
    /// When it is gone, once it is being deleted.
    pub gone_from: Option<Timestamp>,
    pub attributes: Vec<Attribute>,
    pub keys: Vec<KeyPart>,
    pub global_indexes: BTreeMap<String, Index>,
    pub local_indexes: Vec<LocalIndex>,
    /// None on demand.
    pub capacity: Option<Units>,
    pub encryption: Sse,
    pub class: TableClass,
    pub deletion_protection: bool,
    pub stream: Option<StreamView>,
    /// The label of the stream that is on, or was on last.
    pub stream_label: Option<Timestamp>,
    pub tags: BTreeMap<String, String>,
    pub time_to_live: Option<String>,
    /// When time to live was last turned on or off.
    pub time_to_live_changed: Option<Timestamp>,
    pub recovery: Option<Recovery>,
    /// When each change that AWS counts was made, oldest first.
    pub spent: Spent,
    /// The items, each a JSON object.
    pub items: Vec<Value>,
}

/// A global secondary index as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Index {
    pub keys: Vec<KeyPart>,
    pub projection: Projection,
    pub capacity: Option<Units>,
    pub updating_until: Timestamp,
    pub decreases: Vec<Timestamp>,
}

/// Encryption: the key, and the one before while it is being changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Sse {
    /// ARN of the KMS key; none when DynamoDB's own.
    pub key: Option<String>,
    pub former: Option<String>,
    pub changing_until: Timestamp,
}

/// When changes were made of which AWS allows only so many.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Spent {
    /// Capacity of the table lowered.
    pub decreases: Vec<Timestamp>,
    /// Switched to on demand.
    pub to_on_demand: Vec<Timestamp>,
    /// Encrypted with another key.
    pub encryption: Vec<Timestamp>,
    /// Another class.
    pub class: Vec<Timestamp>,
}

impl Table {
    /// A table on demand with one key, of some time ago, with nothing set on it.
    pub fn plain(name: &str, key: &str, items: Vec<Value>, at: &Moment) -> Self {
        // Old enough for its backups to be ready.
        let long_ago = later(at.now, -backups::ENABLING);
        Self {
            id: at.uuid(&format!("table {name}")),
            created: long_ago,
            active_from: long_ago,
            updating_until: at.now,
            gone_from: None,
            attributes: vec![Attribute { name: key.to_owned(), kind: AttributeType::S }],
            keys: vec![KeyPart { attribute: key.to_owned(), role: KeyRole::Hash }],
            global_indexes: BTreeMap::new(),
            local_indexes: Vec::new(),
            capacity: None,
            encryption: Sse { key: None, former: None, changing_until: at.now },
            class: TableClass::Standard,
            deletion_protection: false,
            stream: None,
            stream_label: None,
            tags: BTreeMap::new(),
            time_to_live: None,
            time_to_live_changed: None,
            recovery: None,
            spent: Spent::default(),
            items,
        }
    }

    /// The same table, made just now: it is CREATING for a while, longer with indexes.
    pub fn created_at(mut self, now: Timestamp) -> Self {
        let indexes = i64::try_from(self.global_indexes.len()).unwrap_or(i64::MAX);
        self.created = now;
        self.active_from =
            later(now, CREATING.saturating_add(indexes.saturating_mul(CREATING_INDEX)));
        self
    }

    pub fn status(&self, at: Timestamp) -> TableStatus {
        if self.gone_from.is_some() {
            TableStatus::Deleting
        } else if at < self.active_from {
            TableStatus::Creating
        } else if at < self.updating_until {
            TableStatus::Updating
        } else {
            TableStatus::Active
        }
    }

    /// True once DeleteTable was accepted.
    pub const fn is_going(&self) -> bool {
        self.gone_from.is_some()
    }

    pub fn describe(&self, name: &str, at: &Moment) -> Description {
        let arn = at.place.arn("dynamodb", &format!("table/{name}"));
        let label = |at: &Timestamp| at.strftime("%Y-%m-%dT%H:%M:%S%.3f").to_string();
        Description {
            name: name.to_owned(),
            id: self.id.clone(),
            status: self.status(at.now),
            created: Timestamp::from_second(self.created.as_second()).ok(),
            attributes: self.attributes.clone(),
            keys: self.keys.clone(),
            global_indexes: self.describe_indexes(at),
            local_indexes: self.local_indexes.clone(),
            vector_indexes: Vec::new(),
            capacity: self.capacity,
            on_demand_limit: None,
            encryption: self.encryption.describe(at.now),
            class: self.class,
            deletion_protection: self.deletion_protection,
            stream: self.stream,
            latest_stream: self
                .stream_label
                .as_ref()
                .map(|at| format!("{arn}/stream/{}", label(at))),
            replicas: Vec::new(),
            items_about: self.items.len() as u64,
            arn,
        }
    }

    fn describe_indexes(&self, at: &Moment) -> Vec<GlobalIndex> {
        let of = |(name, index): (&String, &Index)| GlobalIndex {
            name: name.clone(),
            keys: index.keys.clone(),
            projection: index.projection.clone(),
            status: match self.status(at.now) {
                TableStatus::Creating => IndexStatus::Creating,
                TableStatus::Deleting => IndexStatus::Deleting,
                TableStatus::Updating
                | TableStatus::Active
                | TableStatus::InaccessibleEncryptionCredentials
                | TableStatus::Archiving
                | TableStatus::Archived => {
                    if at.now < index.updating_until {
                        IndexStatus::Updating
                    } else {
                        IndexStatus::Active
                    }
                }
            },
            backfilling: false,
            capacity: index.capacity,
            on_demand_limit: None,
        };
        self.global_indexes.iter().map(of).collect()
    }

    /// What a person could have set, and the items. What is as in a new table is left out.
    pub fn state(&self) -> Value {
        let mut state = json!({
            "deletion_protection": self.deletion_protection,
            "stream": self.stream,
            "recovery_period_days": self.recovery.as_ref().map(|recovery| recovery.days),
            "items": self.items,
        });
        let indexes: BTreeMap<_, _> = self
            .global_indexes
            .iter()
            .map(|(name, index)| {
                let Index { keys, projection, capacity, .. } = index;
                (name, json!({ "keys": keys, "projection": projection, "capacity": capacity }))
            })
            .collect();
        let parts = [
            ("keys", json!(self.keys)),
            ("indexes", json!(indexes)),
            ("local_indexes", json!(self.local_indexes)),
            ("capacity", json!(self.capacity)),
            ("encryption", json!(self.encryption.key)),
            ("class", json!(self.class)),
            ("tags", json!(self.tags)),
            ("time_to_live", json!(self.time_to_live)),
        ];
        for (name, value) in parts {
            state[name] = value;
        }
        state
    }

    /// The types of attributes, as AWS lists them.
    pub fn sorted(attributes: &[Attribute]) -> Vec<Attribute> {
        attributes.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect()
    }
}

impl Sse {
    pub fn is_changing(&self, now: Timestamp) -> bool {
        now < self.changing_until
    }

    /// Absent with DynamoDB's own key. While it is changed AWS names the key from before.
    fn describe(&self, now: Timestamp) -> Option<Encryption> {
        if self.is_changing(now) {
            let key_arn = self.former.clone().or_else(|| self.key.clone());
            return Some(Encryption { status: EncryptionStatus::Updating, key_arn });
        }
        let key_arn = self.key.clone()?;
        Some(Encryption { status: EncryptionStatus::Enabled, key_arn: Some(key_arn) })
    }
}

/// The ARN of the key; none for DynamoDB's own.
pub(super) fn key_arn(key: &EncryptionKey, place: &Place) -> Option<String> {
    match key {
        EncryptionKey::AwsOwned => None,
        EncryptionKey::AwsManaged => Some(managed_key(place)),
        EncryptionKey::Customer(arn) => Some(arn.clone()),
    }
}

/// The key of the account that AWS manages for DynamoDB: always the same one.
fn managed_key(place: &Place) -> String {
    let text = format!("alias/aws/dynamodb {} {}", place.account, place.region);
    let hex = hex::encode(Sha256::digest(text));
    let parts = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)];
    let id = parts.map(|(from, to)| hex.get(from..to).unwrap_or_default()).join("-");
    place.arn("kms", &format!("key/{id}"))
}
