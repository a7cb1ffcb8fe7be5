//! Lifecycle documents, and what S3 refuses to write into them, in its own words.

use std::collections::BTreeSet;

use crate::cloud::s3::{Filter, Lifecycle, LifecycleRule, Reply, StorageClass, Transition};
use crate::cloud::{CallError, Ending};

use super::super::moment::{Carried, read, refused};
use super::{Bucket, argument, malformed, request};

/// The most rules of a document.
const MOST_RULES: usize = 1_000;
/// The longest name of a rule.
const LONGEST_ID: usize = 255;
/// The largest size that a filter may name.
const LARGEST: u64 = 1_099_511_627_776_000;
/// Days before infrequent access, and in it before an archive.
const INFREQUENT_DAYS: u32 = 30;

impl Bucket {
    /// `GetBucketLifecycleConfiguration`.
    pub fn lifecycle(&self) -> Carried<Reply> {
        match &self.lifecycle {
            Some(lifecycle) => read(Reply::Lifecycle(lifecycle.clone())),
            None => refused(
                Ending::Absent,
                "NoSuchLifecycleConfiguration",
                "The lifecycle configuration does not exist",
            ),
        }
    }

    /// `PutBucketLifecycleConfiguration`.
    pub fn set_lifecycle(&mut self, lifecycle: &Lifecycle) -> Result<(), CallError> {
        check(&lifecycle.rules)?;
        let mut kept = lifecycle.clone();
        for filter in kept.rules.iter_mut().map(|rule| &mut rule.filter) {
            // Inside an `And` S3 answers with both, whether anybody set them or not.
            if filter.conditions() > 1 {
                filter.prefix.get_or_insert_default();
                filter.size_greater_than.get_or_insert(0);
            }
        }
        self.lifecycle = Some(kept);
        Ok(())
    }

    /// `DeleteBucketLifecycle`.
    pub fn remove_lifecycle(&mut self) -> Result<(), CallError> {
        self.lifecycle = None;
        Ok(())
    }
}

fn check(rules: &[LifecycleRule]) -> Result<(), CallError> {
    let Some(first) = rules.first() else { return Err(malformed()) };
    if rules.len() > MOST_RULES {
        return Err(request(
            "The number of lifecycle rules must not exceed the allowed limit of 1000 rules.",
        ));
    }
    let mut ids = BTreeSet::new();
    for rule in rules {
        if rule.id.chars().count() > LONGEST_ID {
            return Err(argument("ID length should not exceed allowed limit of 255"));
        }
        if !ids.insert(&rule.id) {
            return Err(argument("Rule ID must be unique. Found same ID for more than one rule"));
        }
        match (first.filter.old_form, rule.filter.old_form) {
            (true, false) => {
                return Err(request("Filter element can only be used in Lifecycle V2."));
            }
            (false, true) => {
                return Err(request(
                    "Base level prefix cannot be used in Lifecycle V2, prefixes are only \
                     supported in the Filter.",
                ));
            }
            (true, true) | (false, false) => {}
        }
        sizes(&rule.filter)?;
        actions(rule)?;
        expiration(rule)?;
        transitions(rule)?;
        noncurrent(rule)?;
    }
    Ok(())
}

fn sizes(filter: &Filter) -> Result<(), CallError> {
    if filter.size_greater_than.is_some_and(|size| size > LARGEST) {
        return Err(request("'ObjectSizeGreaterThan' should be between 0 and 1099511627776000."));
    }
    if filter.size_less_than.is_some_and(|size| size == 0 || size > LARGEST) {
        return Err(request("'ObjectSizeLessThan' should be between 1 and 1099511627776000."));
    }
    match (filter.size_greater_than, filter.size_less_than) {
        (Some(above), Some(below)) if below <= above => Err(request(
            "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.",
        )),
        _ => Ok(()),
    }
}

fn actions(rule: &LifecycleRule) -> Result<(), CallError> {
    let does_nothing = rule.transitions.is_empty()
        && rule.expiration.is_none()
        && rule.noncurrent_transitions.is_empty()
        && rule.noncurrent_expiration.is_none()
        && rule.abort_incomplete_uploads_after_days.is_none();
    if does_nothing {
        return Err(request("At least one action needs to be specified in a rule"));
    }
    let filter = &rule.filter;
    let has_size = filter.size_greater_than.is_some() || filter.size_less_than.is_some();
    let removes_markers =
        rule.expiration.as_ref().is_some_and(|one| one.expired_object_delete_marker);
    for (is_there, name) in [
        (removes_markers, "ExpiredObjectDeleteMarker"),
        (rule.abort_incomplete_uploads_after_days.is_some(), "AbortIncompleteMultipartUpload"),
    ] {
        if is_there && !filter.tags.is_empty() {
            return Err(request(&format!("{name} cannot be specified with Tags.")));
        }
        if is_there && has_size {
            return Err(request(&format!("{name} cannot be specified with Object Size.")));
        }
    }
    positive(rule.abort_incomplete_uploads_after_days, || {
        "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive \
         integer"
            .to_owned()
    })
}

fn positive(days: Option<u32>, why: impl Fn() -> String) -> Result<(), CallError> {
    if days == Some(0) { Err(argument(&why())) } else { Ok(()) }
}

fn expiration(rule: &LifecycleRule) -> Result<(), CallError> {
    let Some(one) = &rule.expiration else { return Ok(()) };
    let given = usize::from(one.days.is_some())
        + usize::from(one.date.is_some())
        + usize::from(one.expired_object_delete_marker);
    if given != 1 {
        return Err(malformed());
    }
    positive(one.days, || "'Days' for Expiration action must be a positive integer".to_owned())?;
    let filter = described(&rule.filter);
    let counted = rule.transitions.iter().any(|one| one.days.is_some()) || one.days.is_some();
    let dated = rule.transitions.iter().any(|one| one.date.is_some()) || one.date.is_some();
    if counted && dated {
        return Err(request(&format!(
            "Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle \
             rule for {filter}"
        )));
    }
    let is_late = |move_: &Transition| match (move_.days, one.days, move_.date, one.date) {
        (Some(move_), Some(end), _, _) => move_ >= end,
        (_, _, Some(move_), Some(end)) => move_ >= end,
        _ => false,
    };
    if rule.transitions.iter().any(is_late) {
        let word = if one.days.is_some() { "Days" } else { "Date" };
        return Err(argument(&format!(
            "'{word}' in the Expiration action for {filter} must be greater than '{word}' in the \
             Transition action"
        )));
    }
    Ok(())
}

fn transitions(rule: &LifecycleRule) -> Result<(), CallError> {
    let filter = described(&rule.filter);
    let mut moves: Vec<_> = rule.transitions.iter().collect();
    moves.sort_by_key(|one| one.storage_class);
    for one in &moves {
        let is_move = one.days.is_some() != one.date.is_some();
        if !is_move || one.storage_class == StorageClass::Standard {
            return Err(malformed());
        }
        infrequent(one.storage_class, one.days, "'Days' in Transition action")?;
    }
    for pair in moves.windows(2) {
        let [from, to] = pair else { continue };
        let (upper, lower) = (from.storage_class, to.storage_class);
        if upper == lower {
            return Err(request(&format!(
                "'StorageClass' must be different for 'Transition' actions in same 'Rule' with \
                 {filter}"
            )));
        }
        let (word, gap, is_short) = match (from.days, to.days, from.date, to.date) {
            (Some(from), Some(to), _, _) => {
                let gap = gap_after(upper, lower);
                ("Days", gap, to < from.saturating_add(gap.max(1)))
            }
            (_, _, Some(from), Some(to)) => ("Date", 0, to <= from),
            _ => {
                return Err(request(&format!(
                    "Found mixed 'Date' and 'Days' based Transition actions in lifecycle rule \
                     for {filter}"
                )));
            }
        };
        if is_short {
            let than = match gap {
                0 => "greater than".to_owned(),
                gap => format!("{gap} days more than"),
            };
            return Err(argument(&format!(
                "'{word}' in the Transition action for StorageClass '{lower}' for {filter} must \
                 be {than} '{word}' in the Transition action for StorageClass '{upper}' for \
                 {filter}"
            )));
        }
    }
    Ok(())
}

/// How many days an object stays in a class at least, in one rule.
const fn gap_after(upper: StorageClass, lower: StorageClass) -> u32 {
    let goes_down = lower.is_archive() || matches!(lower, StorageClass::GlacierIr);
    if upper.is_infrequent() && goes_down { INFREQUENT_DAYS } else { 0 }
}

fn infrequent(class: StorageClass, days: Option<u32>, what: &str) -> Result<(), CallError> {
    if class.is_infrequent() && days.is_some_and(|days| days < INFREQUENT_DAYS) {
        return Err(argument(&format!(
            "{what} must be greater than or equal to 30 for storageClass '{class}'"
        )));
    }
    Ok(())
}

fn noncurrent(rule: &LifecycleRule) -> Result<(), CallError> {
    let filter = described(&rule.filter);
    let mut classes = BTreeSet::new();
    for one in &rule.noncurrent_transitions {
        if one.storage_class == StorageClass::Standard {
            return Err(malformed());
        }
        let what = "'NoncurrentDays' in NoncurrentVersionTransition action";
        infrequent(one.storage_class, Some(one.days), what)?;
        if !classes.insert(one.storage_class) {
            return Err(request(&format!(
                "'StorageClass' must be different for 'NoncurrentVersionTransition' actions in \
                 same 'Rule' with {filter}"
            )));
        }
    }
    let newer = rule.noncurrent_transitions.iter().map(|one| one.newer_versions);
    let Some(end) = &rule.noncurrent_expiration else { return few(newer) };
    few(newer.chain([end.newer_versions]))?;
    positive(Some(end.days), || {
        "'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer"
            .to_owned()
    })?;
    if rule.noncurrent_transitions.iter().any(|one| one.days >= end.days) {
        return Err(argument(&format!(
            "'NoncurrentDays' in the NoncurrentVersionExpiration action for {filter} must be \
             greater than 'NoncurrentDays' in the NoncurrentVersionTransition action"
        )));
    }
    Ok(())
}

fn few(mut newer: impl Iterator<Item = Option<u32>>) -> Result<(), CallError> {
    match newer.any(|count| count == Some(0)) {
        true => Err(argument("'NewerNoncurrentVersions' must be a positive integer")),
        false => Ok(()),
    }
}

/// A filter as S3 names it in its refusals.
fn described(filter: &Filter) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(filter.prefix.iter().map(|prefix| format!("prefix={prefix}")));
    parts.extend(filter.tags.iter().map(|(key, value)| format!("tag: key={key}, value={value}")));
    parts.extend(filter.size_greater_than.map(|size| format!("objectsizegreaterthan={size}")));
    parts.extend(filter.size_less_than.map(|size| format!("objectsizelessthan={size}")));
    format!("filter '({})'", parts.join(" and "))
}
