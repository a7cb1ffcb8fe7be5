//! What writes an object: at once, or as a copy of another.

use std::collections::BTreeMap;

use crate::cloud::objects::{
    ChecksumAlgorithm, ChecksumKind, Copy, Properties, Reply, Source, StorageClass, Write,
};
use crate::cloud::s3::Versioning;
use crate::cloud::{CallError, Ending};

use super::stored::{Body, Held, Kept, Stored};
use super::{At, Objects, Shelves, no_lock, no_such_bucket, no_such_key, precondition};
use crate::sandbox::bucket::Bucket;
use crate::sandbox::moment::{Carried, wrote};

/// The most that one request copies, in bytes (C1).
const MOST: u64 = 5 * 1024 * 1024 * 1024;

impl Shelves {
    /// The object that a copy is made of, when it may be read and is still the one that is meant.
    pub(super) fn source<'b>(
        &self,
        from: &Source,
        bucket: &impl Fn(&str) -> Option<&'b Bucket>,
    ) -> Result<Stored, CallError> {
        bucket(&from.bucket).ok_or_else(no_such_bucket)?;
        let kept = self.of(&from.bucket).find(&from.key, from.version.as_deref());
        let kept = kept.ok_or_else(no_such_key)?;
        let stored = kept.object.as_ref().ok_or_else(no_such_key)?;
        if kept.etag() != from.etag {
            return Err(precondition());
        }
        if stored.storage_class.is_archive() {
            let message = "Operation is not valid for the source object's storage class";
            return Err(CallError::new(Ending::Refused, "InvalidObjectState", message));
        }
        Ok(stored.clone())
    }
}

impl Objects {
    /// `PutObject`. S3 makes a CRC-64 of what comes without another checksum.
    pub(super) fn put(
        &mut self,
        key: &str,
        body: &str,
        tags: &BTreeMap<String, String>,
        write: &Write,
        at: At<'_>,
    ) -> Carried<Reply> {
        self.check(key, write)?;
        let stored = Stored {
            body: Body {
                content: body.to_owned(),
                size: body.len() as u64,
                parts: Vec::new(),
                rotten: false,
            },
            storage_class: StorageClass::Standard,
            properties: Properties::default(),
            tags: tags.clone(),
            encryption: at.bucket.algorithm(),
            checksum: Some((ChecksumAlgorithm::Crc64nvme, ChecksumKind::FullObject)),
            lock: at.held_by_default(),
            legal_hold: false,
        };
        self.write(key, stored, at)
    }

    /// `CopyObject`: metadata, tags and checksum come along; storage class, retention and legal
    /// hold do not, and neither do the parts (C3).
    pub(super) fn copy(&mut self, copy: &Copy, source: Stored, at: At<'_>) -> Carried<Reply> {
        if source.body.size > MOST {
            let message = format!(
                "The specified copy source is larger than the maximum allowable size for a copy \
                 source: {MOST}"
            );
            return Err(CallError::new(Ending::Refused, "InvalidRequest", message));
        }
        self.check(&copy.key, &copy.write)?;
        let algorithm = copy.checksum.or(source.checksum.map(|(algorithm, _)| algorithm));
        let lock = match copy.lock {
            Some(_) if !at.bucket.is_locked() => return Err(no_lock()),
            Some(lock) => Some(Held { lock, by_default: None }),
            None => at.held_by_default(),
        };
        let stored = Stored {
            body: Body { parts: Vec::new(), ..source.body },
            storage_class: copy.storage_class,
            encryption: at.bucket.algorithm(),
            checksum: algorithm.map(|algorithm| (algorithm, ChecksumKind::FullObject)),
            lock,
            legal_hold: copy.legal_hold,
            properties: Properties { redirect: None, ..source.properties },
            tags: source.tags,
        };
        self.write(&copy.key, stored, at)
    }

    /// Whether what is there now may be written over.
    pub(super) fn check(&self, key: &str, write: &Write) -> Result<(), CallError> {
        let there = self.find(key, None).filter(|kept| kept.object.is_some());
        let allowed = match write {
            Write::IfAbsent => there.is_none(),
            Write::Over(etag) => there.is_some_and(|kept| kept.etag() == *etag),
            Write::Always => true,
        };
        if allowed { Ok(()) } else { Err(precondition()) }
    }

    /// Makes a version, and says what became of it.
    pub(super) fn write(&mut self, key: &str, stored: Stored, at: At<'_>) -> Carried<Reply> {
        let checksum = stored.checksum();
        let kept = self.push(key, Some(stored), at);
        let version = at.bucket.was_versioned().then(|| kept.id.clone());
        wrote(Reply::Stored { etag: kept.etag(), checksum, version }, true)
    }

    /// A new version on top, or instead of the one that has no id.
    pub(super) fn push(&mut self, key: &str, object: Option<Stored>, at: At<'_>) -> &Kept {
        let versions = self.keys.entry(key.to_owned()).or_default();
        let id = match at.bucket.versions() {
            Versioning::Enabled => at.moment.uuid("version").replace('-', ""),
            Versioning::Never | Versioning::Suspended => "null".to_owned(),
        };
        versions.retain(|kept| kept.id != id);
        versions.push(Kept { id, at: at.moment.now, object });
        // It was just pushed.
        &versions[versions.len() - 1]
    }
}
