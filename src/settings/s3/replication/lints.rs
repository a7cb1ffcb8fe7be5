//! What AWS does not take as a replication, known before it is asked.

use std::collections::BTreeSet;

use super::super::super::{Breach, Target};
use super::super::names;
use super::Copying;
use crate::cloud::s3::{Destination, ReplicationRule};

/// The longest name of a rule.
const LONGEST_ID: usize = 255;

/// All that is wrong with what a book wants.
pub(super) fn of(on: &Target, to: &Copying) -> Vec<Breach> {
    let mut breaches = named(to);
    breaches.extend(to.role.as_deref().and_then(unfit_role));
    for rule in to.list() {
        breaches.extend(unfit_rule(rule));
        breaches.extend(unfit_destination(on, rule));
    }
    breaches
}

fn named(to: &Copying) -> Vec<Breach> {
    let mut breaches = Vec::new();
    if to.list().is_empty() && to.absent.is_empty() {
        let why = "it names no rule, neither one that must be there nor one that must not";
        breaches.push(Breach::unfit(why, "write `rules` or `absent`"));
    }
    let (mut seen, mut priorities) = (BTreeSet::new(), BTreeSet::new());
    for ReplicationRule { id, priority, .. } in to.list() {
        let why = if id.is_empty() || id.chars().count() > LONGEST_ID {
            format!("a rule's name has 1 to {LONGEST_ID} characters, not {}", id.chars().count())
        } else if !seen.insert(id) || to.absent.contains(id) {
            format!("the rule `{id}` is named twice")
        } else if !priorities.insert(priority) {
            format!("two rules have the priority {priority}")
        } else {
            continue;
        };
        breaches.push(Breach::unfit(why, "give each rule a name and a priority of its own"));
    }
    breaches
}

fn unfit_role(role: &str) -> Option<Breach> {
    let is_role = role.starts_with("arn:") && role.contains(":iam::") && role.contains(":role/");
    let why = || format!("`{role}` is no ARN of a role");
    (!is_role).then(|| Breach::unfit(why(), "write `arn:aws:iam::ACCOUNT:role/NAME`"))
}

fn unfit_rule(rule: &ReplicationRule) -> Vec<Breach> {
    let ReplicationRule { id, destination, .. } = rule;
    let mut breaches = Vec::new();
    let mut refuse = |why: String, fix: &str| breaches.push(Breach::refuse("C10", why, fix));
    if rule.existing_objects {
        refuse(
            format!("the rule `{id}` asks for existing objects, which AWS no longer supports"),
            "drop `existing_objects`, and copy them with S3 Batch Replication",
        );
    }
    match (rule.kms_encrypted_objects, destination.replica_kms_key.is_some()) {
        (true, false) => refuse(
            format!("the rule `{id}` copies objects of KMS, and names no key for the copies"),
            "add `replica_kms_key`: the ARN of a key in the Region of the destination",
        ),
        (false, true) => refuse(
            format!("the rule `{id}` names a key for copies of KMS objects, and copies none"),
            "add `kms_encrypted_objects = true`, or drop `replica_kms_key`",
        ),
        (true, true) | (false, false) => {}
    }
    if rule.delete_markers && !rule.filter.tags.is_empty() {
        refuse(
            format!("the rule `{id}` copies delete markers, which have no tags to filter by"),
            "drop `delete_markers`, or filter by `prefix` only",
        );
    }
    breaches
}

fn unfit_destination(on: &Target, rule: &ReplicationRule) -> Vec<Breach> {
    let ReplicationRule { id, destination, .. } = rule;
    let Destination { bucket, account, owner_override, time_control, metrics, .. } = destination;
    let mut breaches: Vec<_> = names::breach(bucket).into_iter().collect();
    if *bucket == on.name {
        let why = format!("the rule `{id}` copies the bucket into itself");
        breaches.push(Breach::unfit(why, "name another bucket"));
    }
    let is_id =
        |account: &String| account.len() == 12 && account.chars().all(|c| c.is_ascii_digit());
    if account.as_ref().is_some_and(|account| !is_id(account)) {
        let why = format!("the rule `{id}` names an account that is none");
        breaches.push(Breach::unfit(why, "give its twelve digits"));
    }
    if *owner_override && account.is_none() {
        let why = format!("the rule `{id}` gives copies to an account that it does not name");
        breaches.push(Breach::unfit(why, "add `account`, or drop `owner_override`"));
    }
    if *time_control && !metrics {
        let why = format!("the rule `{id}` has time control without metrics");
        breaches.push(Breach::unfit(why, "add `metrics = true`"));
    }
    breaches
}
