//! One version of a simulated object, and what AWS says of it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::cloud::objects::{
    Checksum, ChecksumAlgorithm, ChecksumKind, Digest, Listed, Lock, Object, Properties,
    StorageClass, Version,
};
use crate::cloud::s3::{Algorithm, Retention};

use super::{At, Objects};
use crate::sandbox::moment::{Moment, later};

/// A version, or a delete marker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// Its id; `null` without versioning.
    pub(super) id: String,
    /// When it was written.
    pub(super) at: Timestamp,
    /// What is in it; nothing in a delete marker.
    pub(super) object: Option<Stored>,
}

/// What is in a version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Stored {
    pub(super) body: Body,
    pub(super) storage_class: StorageClass,
    #[serde(default)]
    pub(super) properties: Properties,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) tags: BTreeMap<String, String>,
    pub(super) encryption: Algorithm,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) checksum: Option<(ChecksumAlgorithm, ChecksumKind)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) lock: Option<Held>,
    #[serde(default)]
    pub(super) legal_hold: bool,
}

/// A retention, and the default that it came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Held {
    pub(super) lock: Lock,
    /// What made it so: then its end is a matter of when the object was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) by_default: Option<Retention>,
}

/// Contents: what they are made from, how long they are, and in which parts they were written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Body {
    pub(super) content: String,
    pub(super) size: u64,
    /// Sizes of the parts; empty for what was written at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) parts: Vec<u64>,
    /// Whether they changed since, under what S3 says of them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) rotten: bool,
}

/// An object that was always there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectSeed {
    /// What the contents are made from; a text is itself.
    pub content: String,
    /// Their size in bytes; that of the text when absent.
    #[serde(default)]
    pub size: Option<u64>,
    /// The size of the parts that it was written in; at once when absent.
    #[serde(default)]
    pub part: Option<u64>,
    /// Its tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Its own metadata.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
    /// Where it is kept.
    #[serde(default)]
    pub storage_class: Option<StorageClass>,
    /// The checksum that was made of it.
    #[serde(default)]
    pub checksum: Option<(ChecksumAlgorithm, ChecksumKind)>,
    /// How many days before the beginning it was written.
    #[serde(default)]
    pub days_old: u32,
}

/// The versions of a key that was always there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seeded {
    /// The key.
    pub key: String,
    /// Its versions, oldest first; more than one only where there is versioning.
    pub versions: Vec<ObjectSeed>,
    /// Whether it was deleted since.
    #[serde(default)]
    pub deleted: bool,
}

impl Seeded {
    /// An object with one version, which is this text.
    pub fn text(key: impl Into<String>, content: impl Into<String>) -> Self {
        let (key, content) = (key.into(), content.into());
        Self { key, versions: vec![ObjectSeed::text(content)], deleted: false }
    }
}

impl ObjectSeed {
    /// A text.
    pub fn text(content: impl Into<String>) -> Self {
        Self {
            content: content.into(),
            size: None,
            part: None,
            tags: BTreeMap::new(),
            metadata: BTreeMap::new(),
            storage_class: None,
            checksum: None,
            days_old: 0,
        }
    }

    fn stored(&self) -> Stored {
        let size = self.size.unwrap_or(self.content.len() as u64);
        let parts = self.part.map(|part| parts_of(size, part)).unwrap_or_default();
        Stored {
            body: Body { content: self.content.clone(), size, parts, rotten: false },
            storage_class: self.storage_class.unwrap_or(StorageClass::Standard),
            properties: Properties { metadata: self.metadata.clone(), ..Properties::default() },
            tags: self.tags.clone(),
            encryption: Algorithm::Aes256,
            checksum: self.checksum,
            lock: None,
            legal_hold: false,
        }
    }
}

fn parts_of(size: u64, part: u64) -> Vec<u64> {
    let part = part.max(1);
    let whole = std::iter::repeat_n(part, usize::try_from(size / part).unwrap_or(0));
    whole.chain(Some(size % part).filter(|rest| *rest > 0)).collect()
}

impl Objects {
    /// Puts a key that was always there.
    pub(super) fn place(&mut self, seed: &Seeded, n: usize, versioned: bool, moment: &Moment) {
        let Seeded { key, versions, deleted } = seed;
        let id = |version: usize| match versioned {
            true => moment.uuid(&format!("{n}/{version}")).replace('-', ""),
            false => "null".to_owned(),
        };
        let mut kept: Vec<_> = versions
            .iter()
            .enumerate()
            .map(|(v, object)| Kept {
                id: id(v),
                at: later(moment.now, -i64::from(object.days_old) * 86_400_000),
                object: Some(object.stored()),
            })
            .collect();
        if *deleted {
            kept.push(Kept { id: id(versions.len()), at: moment.now, object: None });
        }
        if !kept.is_empty() {
            self.keys.insert(key.clone(), kept);
        }
    }

    /// The version that is meant, with what is in it.
    pub(super) fn find(&self, key: &str, version: Option<&str>) -> Option<&Kept> {
        let versions = self.keys.get(key)?;
        match version {
            Some(id) => versions.iter().find(|kept| kept.id == id),
            None => versions.last(),
        }
    }
}

impl Kept {
    pub(super) fn etag(&self) -> String {
        self.object.as_ref().map(|object| object.etag(&self.id)).unwrap_or_default()
    }

    pub(super) fn listed(&self, key: &str) -> Listed {
        let object = self.object.as_ref();
        Listed {
            key: key.to_owned(),
            size: object.map_or(0, |object| object.body.size),
            etag: self.etag(),
            modified: self.at,
            storage_class: object.map_or(StorageClass::Standard, |object| object.storage_class),
        }
    }

    pub(super) fn version(&self, key: &str, current: bool) -> Version {
        let (listed, version) = (self.listed(key), self.id.clone());
        Version { listed, version, current, marker: self.object.is_none() }
    }

    /// Changes the contents, and nothing that a list shows but the ETag.
    pub(super) fn corrupt(&mut self) -> bool {
        let object = self.object.as_mut();
        object.map(|object| object.body.content.push_str(", with a flipped bit")).is_some()
    }

    /// Changes the contents, and nothing that S3 says of them.
    pub(super) fn rot(&mut self) -> bool {
        let object = self.object.as_mut();
        object.map(|object| object.body.rotten = true).is_some()
    }

    /// What a person could have set.
    pub(super) fn state(&self) -> Value {
        let Some(object) = &self.object else { return json!("deleted") };
        let lock = object.lock.as_ref().map(|held| match &held.by_default {
            Some(retention) => json!({ "default": retention }),
            None => json!(held.lock),
        });
        json!({
            "body": object.body, "storage_class": object.storage_class, "tags": object.tags,
            "properties": object.properties, "encryption": object.encryption,
            "checksum": object.checksum, "lock": lock, "legal_hold": object.legal_hold,
        })
    }
}

impl Stored {
    pub(super) fn etag(&self, version: &str) -> String {
        // With a key of KMS it is no digest of the contents.
        let salt = match self.encryption {
            Algorithm::Aes256 => "",
            Algorithm::Kms | Algorithm::KmsDsse => version,
        };
        self.body.etag(salt)
    }

    pub(super) fn checksum(&self) -> Option<Checksum> {
        let (algorithm, kind) = self.checksum?;
        let value = self.body.checksum(algorithm, kind);
        Some(Checksum { algorithm, kind, value })
    }

    /// What `HeadObject` shows, but for the size and number of parts.
    pub(super) fn object(&self, kept: &Kept, versioned: bool) -> Object {
        Object {
            size: self.body.size,
            etag: kept.etag(),
            version: versioned.then(|| kept.id.clone()),
            modified: kept.at,
            storage_class: self.storage_class,
            parts: None,
            properties: self.properties.clone(),
            tags: u32::try_from(self.tags.len()).unwrap_or(u32::MAX),
            encryption: Some(self.encryption),
            checksum: self.checksum(),
            lock: self.lock.as_ref().map(|held| held.lock),
            legal_hold: self.legal_hold,
            restored: false,
        }
    }
}

impl Body {
    /// A digest of a range, which equal contents have in common however they were written.
    pub(super) fn digest(&self, purpose: &str, first: u64, length: u64) -> [u8; 32] {
        digest(&[purpose.as_bytes(), self.content.as_bytes(), &range(first, length)])
    }

    /// What comes out of it when it is read to its end, as if it had been written at once.
    fn as_read(&self) -> Self {
        let change = if self.rotten { ", with a flipped bit" } else { "" };
        let content = format!("{}{change}", self.content);
        Self { content, size: self.size, parts: Vec::new(), rotten: false }
    }

    /// The digest of what is read.
    pub(super) fn digest_of(&self, digest: Digest) -> String {
        match digest {
            Digest::Etag => self.as_read().etag(""),
            Digest::Checksum(algorithm) => {
                self.as_read().checksum(algorithm, ChecksumKind::FullObject)
            }
        }
    }

    fn in_parts(&self, purpose: &str) -> Vec<[u8; 32]> {
        let mut first = 0;
        let parts = self.parts.iter().map(|length| {
            let part = self.digest(purpose, first, *length);
            first += length;
            part
        });
        parts.collect()
    }

    fn etag(&self, salt: &str) -> String {
        match self.parts.len() {
            0 => short(&digest(&[&self.digest("etag", 0, self.size), salt.as_bytes()])),
            n => {
                let parts = self.in_parts("etag").concat();
                format!("{}-{n}", short(&digest(&[&parts, salt.as_bytes()])))
            }
        }
    }

    pub(super) fn checksum(&self, algorithm: ChecksumAlgorithm, kind: ChecksumKind) -> String {
        let purpose = format!("{algorithm:?}");
        match kind {
            ChecksumKind::FullObject => short(&self.digest(&purpose, 0, self.size)),
            ChecksumKind::Composite => {
                let parts = self.in_parts(&purpose);
                format!("{}-{}", short(&digest(&[&parts.concat()])), parts.len())
            }
        }
    }
}

/// The ETag of a part.
pub(super) fn short(digest: &[u8; 32]) -> String {
    hex::encode(digest.get(..16).unwrap_or_default())
}

pub(super) fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut sha = Sha256::new();
    for part in parts {
        sha.update(part);
    }
    sha.finalize().into()
}

fn range(first: u64, length: u64) -> [u8; 16] {
    let mut bytes = [0; 16];
    let (front, back) = bytes.split_at_mut(8);
    front.copy_from_slice(&first.to_be_bytes());
    back.copy_from_slice(&length.to_be_bytes());
    bytes
}

impl At<'_> {
    /// What a new version is held by, when the bucket holds what is written into it.
    pub(super) fn held_by_default(&self) -> Option<Held> {
        let retention = self.bucket.default_retention()?;
        let days = match (retention.days, retention.years) {
            (Some(days), _) => i64::from(days),
            (None, years) => i64::from(years.unwrap_or(0)) * 365,
        };
        let until = self.moment.now.checked_add(SignedDuration::from_hours(days * 24));
        let lock = Lock { mode: retention.mode, until: until.unwrap_or(Timestamp::MAX) };
        Some(Held { lock, by_default: Some(retention.clone()) })
    }
}
