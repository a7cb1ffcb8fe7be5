//! Replication documents, and what S3 refuses to write into them.

use std::collections::BTreeSet;

use crate::cloud::s3::{Destination, Replication, ReplicationRule, Reply, Versioning};
use crate::cloud::{CallError, Ending};

use super::super::moment::{Carried, read, refused};
use super::{Bucket, argument, malformed, request};

/// The most rules of a document.
const MOST_RULES: usize = 1_000;
/// The longest name of a rule.
const LONGEST_ID: usize = 255;

/// What is known of a destination: whether it is there, and versioned.
pub type Seen<'a> = &'a dyn Fn(&Destination) -> Option<Versioning>;

impl Bucket {
    /// `GetBucketReplication`.
    pub fn replication(&self) -> Carried<Reply> {
        match &self.replication {
            Some(replication) => read(Reply::Replication(replication.clone())),
            None => refused(
                Ending::Absent,
                "ReplicationConfigurationNotFoundError",
                "The replication configuration was not found",
            ),
        }
    }

    /// Its versioning, as another bucket has to know it.
    pub fn versioned(&self) -> Versioning {
        self.versioning
    }

    /// `PutBucketReplication`.
    pub fn set_replication(&mut self, to: &Replication, seen: Seen<'_>) -> Result<(), CallError> {
        if self.versioning != Versioning::Enabled {
            return Err(request(
                "Versioning must be 'Enabled' on the bucket to apply a replication configuration",
            ));
        }
        check(to, seen)?;
        self.replication = Some(to.clone());
        Ok(())
    }

    /// `DeleteBucketReplication`.
    pub fn remove_replication(&mut self) -> Result<(), CallError> {
        self.replication = None;
        Ok(())
    }
}

fn check(to: &Replication, seen: Seen<'_>) -> Result<(), CallError> {
    if to.rules.is_empty() {
        return Err(malformed());
    }
    if !to.role.starts_with("arn:") || !to.role.contains(":role/") {
        return Err(argument("Invalid Role specified in replication configuration"));
    }
    if to.rules.len() > MOST_RULES {
        return Err(request(
            "The number of replication rules must not exceed the allowed limit of 1000 rules.",
        ));
    }
    let (mut ids, mut priorities) = (BTreeSet::new(), BTreeSet::new());
    for rule in &to.rules {
        if rule.id.chars().count() > LONGEST_ID {
            return Err(argument("ID length should not exceed allowed limit of 255"));
        }
        if !ids.insert(&rule.id) {
            return Err(argument("Rule Id must be unique"));
        }
        if !priorities.insert(rule.priority) {
            return Err(request("Found duplicate priority in replication rules."));
        }
        of_rule(rule)?;
        match seen(&rule.destination) {
            None => return Err(request("Destination bucket must exist.")),
            Some(Versioning::Enabled) => {}
            Some(Versioning::Never | Versioning::Suspended) => {
                return Err(request("Destination bucket must have versioning enabled."));
            }
        }
    }
    Ok(())
}

fn of_rule(rule: &ReplicationRule) -> Result<(), CallError> {
    if rule.existing_objects {
        return Err(request("ExistingObjectReplication is not supported."));
    }
    if rule.delete_markers && !rule.filter.tags.is_empty() {
        return Err(request(
            "Delete marker replication is not supported if any Tag filter is specified. Please \
             refer to S3 Developer Guide for more information.",
        ));
    }
    match (rule.kms_encrypted_objects, rule.destination.replica_kms_key.is_some()) {
        (true, false) => Err(request(
            "EncryptionConfiguration must be specified if SseKmsEncryptedObjects tag is present.",
        )),
        (false, true) => Err(request(
            "SseKmsEncryptedObjects must be specified if EncryptionConfiguration is present.",
        )),
        (true, true) | (false, false) => Ok(()),
    }
}
