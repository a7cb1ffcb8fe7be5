//! `s3.bucket.replication`: which new objects S3 copies to another bucket by itself.

mod account;
mod lints;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::seen::{strange, unless};
use super::super::{Breach, Change, Kind, Property, Target, Undo, Unread};
use super::rules::{self, Named, Wish};
use super::{call, unreadable};
use crate::cloud::s3::{
    Call, DELETE_BUCKET_REPLICATION, PUT_BUCKET_REPLICATION, Replication, ReplicationRule, Reply,
};
use crate::cloud::{self, Danger, Operation, Outcome};

/// `s3.bucket.replication`
pub(in crate::settings) struct BucketReplication;

/// Replication of a bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::settings) struct Copying {
    /// ARN of the role that S3 copies with, for all rules; as it is when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The rules that are there, each with a name of its own. In a book: at least these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<Vec<ReplicationRule>>,
    /// In a book: names of rules that must not be there.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub absent: BTreeSet<String>,
}

/// AWS's word for a bucket without replication.
pub(super) const NO_REPLICATION: &str = "ReplicationConfigurationNotFoundError";

impl Copying {
    fn list(&self) -> &[ReplicationRule] {
        self.rules.as_deref().unwrap_or_default()
    }

    fn wish(&self) -> Wish<'_, ReplicationRule> {
        Wish { rules: self.list(), absent: &self.absent }
    }
}

impl Named for ReplicationRule {
    fn id(&self) -> &str {
        &self.id
    }

    fn is_same(&self, other: &Self) -> bool {
        plain(self) == plain(other)
    }
}

/// A rule in the one form that says what it does.
fn plain(rule: &ReplicationRule) -> ReplicationRule {
    let mut rule = rule.clone();
    rule.filter.prefix = rule.filter.prefix.filter(|prefix| !prefix.is_empty());
    rule
}

/// The document in the answer; none when the bucket has none.
fn document(seen: &[Outcome]) -> Result<Option<&Replication>, Unread> {
    match unless(seen, 0, &[NO_REPLICATION])? {
        None => Ok(None),
        Some(cloud::Reply::S3(Reply::Replication(replication))) => Ok(Some(replication)),
        Some(other) => Err(strange(other)),
    }
}

/// The calls that turn a document into this one, or the rule that it breaks.
fn put(
    on: &Target,
    now: Option<&Replication>,
    rules: Vec<ReplicationRule>,
    role: Option<&String>,
) -> Result<Vec<cloud::Call>, Breach> {
    let bucket = on.name.clone();
    if rules.is_empty() {
        return Ok(now.map_or_else(Vec::new, |_| call(Call::DeleteBucketReplication { bucket })));
    }
    let Some(role) = role.cloned() else {
        let why = "the bucket replicates nothing yet, so it has no role to copy with";
        return Err(Breach::unfit(why, "name a role that S3 may take: `role`"));
    };
    let mut priorities = BTreeSet::new();
    if let Some(rule) = rules.iter().find(|rule| !priorities.insert(rule.priority)) {
        let (id, priority) = (&rule.id, rule.priority);
        let why = format!("another rule of the bucket has the priority {priority} of `{id}`");
        return Err(Breach::unfit(why, "give each rule a priority of its own"));
    }
    let replication = Replication { role, rules };
    if now == Some(&replication) {
        return Ok(Vec::new());
    }
    Ok(call(Call::PutBucketReplication { bucket, replication }))
}

impl Property for BucketReplication {
    type Value = Copying;

    const ID: &'static str = "s3.bucket.replication";
    const KIND: Kind = Kind::Bucket;
    const TITLE: &'static str = "Replication";
    const HELP: &'static str = "Which new objects S3 copies to another bucket, and with which \
        role. A book names its own rules; those of others stay (S8), and all have one role. Both \
        buckets are versioned, objects that are there already are not copied, delete markers only \
        when asked for, and objects that are encrypted with KMS only with \
        `kms_encrypted_objects` and `replica_kms_key` (C10).";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html";
    const EXAMPLE: &'static str = "{ role = \"arn:aws:iam::500313280221:role/replication\", rules \
        = [{ id = \"copy\", destination = { bucket = \"sitelogix-copies-prod\" } }] }";
    const WRITES: &'static [&'static Operation] =
        &[&DELETE_BUCKET_REPLICATION, &PUT_BUCKET_REPLICATION];

    fn read(on: &Target) -> Vec<cloud::Call> {
        call(Call::GetBucketReplication { bucket: on.name.clone() })
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<Copying, Unread> {
        let document = document(seen)?;
        Ok(Copying {
            role: document.map(|one| one.role.clone()),
            rules: Some(document.map_or_else(Vec::new, |one| one.rules.clone())),
            absent: BTreeSet::new(),
        })
    }

    fn is_met(value: &Copying, wanted: &Copying) -> bool {
        let is_played = wanted.role.is_none()
            || wanted.role == value.role
            || (wanted.list().is_empty() && value.list().is_empty());
        rules::is_met(value.list(), &wanted.wish()) && is_played
    }

    fn write(on: &Target, seen: &[Outcome], to: &Copying) -> Result<Vec<cloud::Call>, Breach> {
        let now = document(seen).map_err(|why| unreadable(&why))?;
        let there = now.map_or(&[][..], |now| &now.rules);
        let list = rules::with(there, &to.wish());
        let kept = now.map(|now| &now.role);
        let is_theirs = |rule: &&ReplicationRule| rules::find(to.list(), &rule.id).is_none();
        if let (Some(wanted), Some(kept)) = (&to.role, kept)
            && wanted != kept
            && let Some(other) = list.iter().find(is_theirs)
        {
            let why = format!(
                "all rules of a bucket have one role, and `{}` is carried out with {kept}",
                other.id
            );
            let fix = "let that role copy what the book wants as well, and leave `role` out";
            return Err(Breach::refuse("S8", why, fix));
        }
        put(on, now, list, to.role.as_ref().or(kept))
    }

    /// The document from before, but for what others did to it since.
    fn undo(
        on: &Target,
        seen: &[Outcome],
        undo: &Undo<'_, Copying>,
    ) -> Result<Vec<cloud::Call>, Breach> {
        let now = match document(seen) {
            Ok(now) => now,
            // It went with the bucket.
            Err(Unread::Absent) => return Ok(Vec::new()),
            Err(why) => return Err(unreadable(&why)),
        };
        let there = now.map_or(&[][..], |now| &now.rules);
        let list = rules::without(there, undo.before.list(), &undo.after.wish());
        let kept = now.map(|now| &now.role);
        let is_ours = undo.after.role.is_some() && kept == undo.after.role.as_ref();
        let role = if is_ours { undo.before.role.as_ref().or(kept) } else { kept };
        put(on, now, list, role.or(undo.before.role.as_ref()))
    }

    fn change(from: &Copying, to: &Copying) -> Change {
        let is_new = |rule: &&ReplicationRule| rule.enabled && !rules::holds(from.list(), *rule);
        if to.list().iter().any(|rule| is_new(&rule)) {
            let why = "New objects are copied from now on, and paid for twice; those that are \
                there already are not, which is what S3 Batch Replication is for (C10). Copies \
                stay when the rules are taken out.";
            return Change::because(Danger::Change, why);
        }
        if to.absent.iter().any(|id| rules::find(from.list(), id).is_some()) {
            let why = "Objects that are written while it is off are not copied later (C10).";
            return Change::because(Danger::Change, why);
        }
        Change::exact()
    }

    fn lint(on: &Target, to: &Copying) -> Vec<Breach> {
        lints::of(on, to)
    }

    fn guard(on: &Target, to: &Copying) -> Vec<cloud::Call> {
        account::guard(on, to)
    }

    fn judge(on: &Target, to: &Copying, seen: &[Outcome]) -> Vec<Breach> {
        account::judge(on, to, seen)
    }
}

#[cfg(test)]
mod tests;
