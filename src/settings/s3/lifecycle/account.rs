//! What a lifecycle means in the bucket as it is: beside the rules of others, with its versions.

use super::super::super::Breach;
use super::super::super::seen::reply;
use super::super::rules;
use super::{Rules, document};
use crate::cloud::s3::{LifecycleRule, Reply, Versioning};
use crate::cloud::{self, Outcome};

/// The rules that the change breaks, from the document and the versioning of the bucket.
pub(super) fn judge(to: &Rules, seen: &[Outcome]) -> Vec<Breach> {
    // Reading the setting itself says already when this fails.
    let there = match document(seen, 0) {
        Ok(Some(lifecycle)) => lifecycle.rules.as_slice(),
        Ok(None) | Err(_) => &[],
    };
    let new: Vec<_> = to.list().iter().filter(|rule| !rules::holds(there, *rule)).collect();
    let mut breaches = Vec::new();
    breaches.extend(new.iter().filter_map(|rule| overwritten(rule, there)));
    breaches.extend(new.iter().flat_map(|rule| overlapping(rule, there, to)));
    breaches.extend(hidden(&new, there, to, seen));
    breaches
}

/// A rule of the same name that does something else.
fn overwritten(rule: &LifecycleRule, there: &[LifecycleRule]) -> Option<Breach> {
    let old = rules::find(there, &rule.id)?;
    let does = serde_json::to_string(old).unwrap_or_default();
    let why = format!("the bucket has a rule `{}` that does something else: {does}", rule.id);
    let fix = "make sure that it may be replaced, or give the rule of the book another name";
    Some(Breach::warn("S8", why, fix))
}

/// Rules of other names that do the same to the same objects.
fn overlapping(rule: &LifecycleRule, there: &[LifecycleRule], to: &Rules) -> Vec<Breach> {
    let stays = |other: &&LifecycleRule| {
        rules::find(to.list(), &other.id).is_none() && !to.absent.contains(&other.id)
    };
    let mut breaches = Vec::new();
    for other in there.iter().filter(stays) {
        let Some(what) = common(rule, other) else { continue };
        let why = format!(
            "the bucket has a rule `{}` that {what} some of the same objects as `{}`: deletion \
             wins over moving, and the earlier over the later",
            other.id, rule.id
        );
        let fix = format!("take `{}` out with `absent`, or narrow one of the filters", other.id);
        breaches.push(Breach::warn("S12", why, fix));
    }
    breaches
}

/// What two rules both do to the same objects.
fn common(a: &LifecycleRule, b: &LifecycleRule) -> Option<&'static str> {
    if !(a.enabled && b.enabled && a.filter.overlaps(&b.filter)) {
        return None;
    }
    let either = |x: fn(&LifecycleRule) -> bool, y: fn(&LifecycleRule) -> bool| {
        (x(a) && y(b)) || (y(a) && x(b))
    };
    let expires = |rule: &LifecycleRule| rule.expiration.is_some();
    let shifts = |rule: &LifecycleRule| !rule.transitions.is_empty();
    let ends = |rule: &LifecycleRule| rule.noncurrent_expiration.is_some();
    let shifts_old = |rule: &LifecycleRule| !rule.noncurrent_transitions.is_empty();
    let aborts = |rule: &LifecycleRule| rule.abort_incomplete_uploads_after_days.is_some();
    if either(expires, expires) || either(ends, ends) {
        Some("deletes")
    } else if either(expires, shifts) || either(ends, shifts_old) {
        Some("moves or deletes")
    } else if either(shifts, shifts) || either(shifts_old, shifts_old) {
        Some("moves")
    } else if either(aborts, aborts) {
        Some("aborts uploads of")
    } else {
        None
    }
}

/// With versioning, an expiration hides objects and deletes nothing by itself.
fn hidden(
    new: &[&LifecycleRule],
    there: &[LifecycleRule],
    to: &Rules,
    seen: &[Outcome],
) -> Option<Breach> {
    let is_versioned = match reply(seen, 1) {
        Ok(cloud::Reply::S3(Reply::Versioning { versioning })) => match versioning {
            Versioning::Never => false,
            Versioning::Enabled | Versioning::Suspended => true,
        },
        // What is not known may be.
        Ok(_) | Err(_) => true,
    };
    let after = rules::with(there, &to.wish());
    let rule = new.iter().find(|rule| is_versioned && only_hides(rule, &after))?;
    Some(only_hidden(&rule.id))
}

/// True when a rule lets objects expire, and no rule deletes the versions that stay behind.
pub(super) fn only_hides(rule: &LifecycleRule, all: &[LifecycleRule]) -> bool {
    let expires = rule.expiration.as_ref().is_some_and(|one| !one.expired_object_delete_marker);
    let ends = |other: &LifecycleRule| {
        other.enabled
            && other.noncurrent_expiration.is_some()
            && other.filter.overlaps(&rule.filter)
    };
    rule.enabled && expires && !all.iter().any(ends)
}

/// The advice for a rule that only hides objects.
fn only_hidden(id: &str) -> Breach {
    Breach::warn(
        "S7",
        format!(
            "the bucket is versioned, so the rule `{id}` only hides objects: their versions stay, \
             and are paid for"
        ),
        "add `noncurrent_expiration` to the rule",
    )
}
