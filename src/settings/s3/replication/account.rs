//! What a replication means for the two buckets as they are.

use std::collections::BTreeSet;

use super::super::super::seen::{reply, strange, unless};
use super::super::super::{Breach, Property, Target, Unread};
use super::super::{NO_OBJECT_LOCK, rules};
use super::{BucketReplication, Copying, document};
use crate::cloud::s3::{Algorithm, Call, ReplicationRule, Reply, Versioning};
use crate::cloud::{self, Ending, Outcome};

/// Reads of the bucket itself that come before those of the destinations.
const OWN: usize = 4;

/// The buckets that the rules copy to, and the account of those that are not here.
fn destinations<'t>(on: &Target, to: &'t Copying) -> (BTreeSet<&'t str>, BTreeSet<&'t str>) {
    let here = |rule: &&ReplicationRule| {
        let account = rule.destination.account.as_ref();
        account.is_none_or(|account| *account == on.place.account)
    };
    let (own, theirs): (Vec<_>, Vec<_>) = to.list().iter().partition(here);
    let names = |rules: Vec<&'t ReplicationRule>| {
        rules.into_iter().map(|rule| rule.destination.bucket.as_str()).collect()
    };
    (names(own), names(theirs))
}

/// The document, what the bucket is like, and whether the destinations are versioned.
pub(super) fn guard(on: &Target, to: &Copying) -> Vec<cloud::Call> {
    if to.list().is_empty() {
        return Vec::new();
    }
    let bucket = || on.name.clone();
    let mut calls = BucketReplication::read(on);
    let own = [
        Call::GetBucketVersioning { bucket: bucket() },
        Call::GetObjectLockConfiguration { bucket: bucket() },
        Call::GetBucketEncryption { bucket: bucket() },
    ];
    calls.extend(own.map(cloud::Call::S3));
    let (here, _) = destinations(on, to);
    calls.extend(
        here.into_iter()
            .map(|name| cloud::Call::S3(Call::GetBucketVersioning { bucket: name.to_owned() })),
    );
    calls
}

/// The rules that the change breaks, from the endings of [`guard`].
pub(super) fn judge(on: &Target, to: &Copying, seen: &[Outcome]) -> Vec<Breach> {
    if to.list().is_empty() {
        return Vec::new();
    }
    let mut breaches = Vec::new();
    breaches.extend(unversioned(&on.name, "replication", seen, 1));
    let (here, elsewhere) = destinations(on, to);
    for (position, name) in here.into_iter().enumerate() {
        breaches.extend(unversioned(name, "copies", seen, OWN + position));
    }
    breaches.extend(elsewhere.into_iter().map(|name| {
        let why = format!("{name} is in another account: whether it is versioned is not known");
        Breach::warn("C10", why, "make sure that it is, and that its policy lets the role write")
    }));
    breaches.extend(overwritten(to, seen));
    breaches.extend(locked(seen));
    breaches.extend(encrypted(to, seen));
    breaches
}

/// Both buckets are versioned, or AWS refuses.
fn unversioned(name: &str, what: &str, seen: &[Outcome], position: usize) -> Option<Breach> {
    let fix = "set `s3.bucket.versioning` to \"enabled\" there in a step before this one";
    let state = match reply(seen, position) {
        Ok(cloud::Reply::S3(Reply::Versioning { versioning })) => match versioning {
            Versioning::Enabled => return None,
            Versioning::Never => "was never on",
            Versioning::Suspended => "is suspended",
        },
        Ok(other) => return Some(unseen(name, &strange(other))),
        Err(Unread::Absent) => {
            let why = format!("the bucket {name} is not there");
            let fix = "create it in a step before this one, with `s3.bucket.existence`";
            return Some(Breach::unfit(why, fix));
        }
        Err(Unread::Failed(error)) if error.ending == Ending::WrongRegion => {
            let why = format!("{name} is in another Region: whether it is versioned is not known");
            return Some(Breach::warn("C10", why, "make sure that it is"));
        }
        Err(why) => return Some(unseen(name, &why)),
    };
    let why = format!("{what} need versioning, which {state} in {name}");
    Some(Breach::refuse("C10", why, fix))
}

fn unseen(name: &str, why: &Unread) -> Breach {
    let why = format!("whether {name} is versioned could not be checked: {why}");
    Breach::warn("C10", why, "give the permission to read it, or check it by hand")
}

/// Rules of the same names that do something else.
fn overwritten(to: &Copying, seen: &[Outcome]) -> Vec<Breach> {
    // Reading the setting itself says already when this fails.
    let there = match document(seen) {
        Ok(Some(replication)) => replication.rules.as_slice(),
        Ok(None) | Err(_) => &[],
    };
    let is_other = |rule: &&ReplicationRule| {
        rules::find(there, &rule.id).is_some() && !rules::holds(there, *rule)
    };
    let breach = |rule: &ReplicationRule| {
        let why = format!("the bucket has a rule `{}` that does something else", rule.id);
        let fix = "make sure that it may be replaced, or give the rule of the book another name";
        Breach::warn("S8", why, fix)
    };
    to.list().iter().filter(is_other).map(breach).collect()
}

/// Replication beside Object Lock once needed Support.
fn locked(seen: &[Outcome]) -> Option<Breach> {
    let is_locked = matches!(unless(seen, 2, &[NO_OBJECT_LOCK]), Ok(Some(_)));
    is_locked.then(|| {
        let why = "the bucket has Object Lock: AWS once asked for more permissions then";
        let fix = "let the role use s3:GetObjectRetention and s3:GetObjectLegalHold, and copy to a \
            bucket with Object Lock";
        Breach::warn("S5", why, fix)
    })
}

/// Objects of KMS are left out unless a rule says otherwise.
fn encrypted(to: &Copying, seen: &[Outcome]) -> Option<Breach> {
    let is_kms = match reply(seen, 3) {
        Ok(cloud::Reply::S3(Reply::Encryption(encryption))) => match encryption.algorithm {
            Algorithm::Aes256 => false,
            Algorithm::Kms | Algorithm::KmsDsse => true,
        },
        // No configuration is AES256; what could not be read is no reason to warn of keys.
        Ok(_) | Err(_) => false,
    };
    let rule = to.list().iter().find(|rule| is_kms && !rule.kms_encrypted_objects)?;
    let why = format!(
        "the bucket encrypts with KMS, and the rule `{}` does not copy such objects",
        rule.id
    );
    let fix = "add `kms_encrypted_objects = true` and `replica_kms_key`";
    Some(Breach::warn("C10", why, fix))
}
