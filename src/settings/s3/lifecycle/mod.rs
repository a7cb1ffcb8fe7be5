//! `s3.bucket.lifecycle`: when objects move to cheaper storage, and when they are deleted.

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
    Call, DELETE_BUCKET_LIFECYCLE, Filter, Lifecycle, LifecycleRule, MinimumSize,
    PUT_BUCKET_LIFECYCLE, Reply,
};
use crate::cloud::{self, Danger, Operation, Outcome};

/// `s3.bucket.lifecycle`
pub(in crate::settings) struct BucketLifecycle;

/// Rules of a bucket's lifecycle.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::settings) struct Rules {
    /// The rules that are there, each with a name of its own. In a book: at least these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<Vec<LifecycleRule>>,
    /// In a book: names of rules that must not be there.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub absent: BTreeSet<String>,
    /// Which objects are too small to move; in a book, as it is when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transition_default_minimum_object_size: Option<MinimumSize>,
}

/// AWS's word for a bucket without a lifecycle.
const NO_LIFECYCLE: &str = "NoSuchLifecycleConfiguration";

/// The most rules of a document (S12).
const MOST_RULES: usize = 1_000;

impl Rules {
    fn list(&self) -> &[LifecycleRule] {
        self.rules.as_deref().unwrap_or_default()
    }

    fn wish(&self) -> Wish<'_, LifecycleRule> {
        Wish { rules: self.list(), absent: &self.absent }
    }
}

impl Named for LifecycleRule {
    fn id(&self) -> &str {
        &self.id
    }

    fn is_same(&self, other: &Self) -> bool {
        plain(self) == plain(other)
    }
}

/// A rule in the one form that says what it does.
fn plain(rule: &LifecycleRule) -> LifecycleRule {
    let mut rule = rule.clone();
    rule.filter.prefix = rule.filter.prefix.filter(|prefix| !prefix.is_empty());
    rule.filter.old_form = false;
    // AWS answers with both inside an `And`, whether anybody set them or not.
    rule.filter.size_greater_than = rule.filter.size_greater_than.filter(|size| *size > 0);
    rule.transitions.sort_by_key(|one| one.storage_class);
    rule.noncurrent_transitions.sort_by_key(|one| one.storage_class);
    rule
}

/// True when objects or versions are deleted by the rule.
fn deletes(rule: &LifecycleRule) -> bool {
    let hides = |one: &crate::cloud::s3::Expiration| one.days.is_some() || one.date.is_some();
    rule.enabled
        && (rule.noncurrent_expiration.is_some() || rule.expiration.as_ref().is_some_and(hides))
}

/// True when objects or versions are moved by the rule.
fn moves(rule: &LifecycleRule) -> bool {
    rule.enabled && !(rule.transitions.is_empty() && rule.noncurrent_transitions.is_empty())
}

/// The document in the answer; none when the bucket has none.
fn document(seen: &[Outcome], position: usize) -> Result<Option<&Lifecycle>, Unread> {
    match unless(seen, position, &[NO_LIFECYCLE])? {
        None => Ok(None),
        Some(cloud::Reply::S3(Reply::Lifecycle(lifecycle))) => Ok(Some(lifecycle)),
        Some(other) => Err(strange(other)),
    }
}

/// Names of the rules that would only hide objects if the bucket were versioned (S7).
pub(super) fn hiding(seen: &[Outcome], position: usize) -> Result<Vec<String>, Unread> {
    let rules = document(seen, position)?.map_or(&[][..], |lifecycle| &lifecycle.rules);
    let hiding = rules.iter().filter(|rule| account::only_hides(rule, rules));
    Ok(hiding.map(|rule| rule.id.clone()).collect())
}

/// The calls that turn a document into this one, or the rule that it breaks.
fn put(
    on: &Target,
    now: Option<&Lifecycle>,
    rules: Vec<LifecycleRule>,
    minimum_size: MinimumSize,
) -> Result<Vec<cloud::Call>, Breach> {
    let bucket = on.name.clone();
    if rules.is_empty() {
        return Ok(now.map_or_else(Vec::new, |_| call(Call::DeleteBucketLifecycle { bucket })));
    }
    let lifecycle = Lifecycle { rules, minimum_size };
    if now == Some(&lifecycle) {
        return Ok(Vec::new());
    }
    if lifecycle.rules.len() > MOST_RULES {
        let why = format!(
            "with the rules that are there already it would be {} rules; the most are \
             {MOST_RULES}",
            lifecycle.rules.len()
        );
        return Err(Breach::refuse("S12", why, "take out rules that nobody needs any more"));
    }
    let old: Vec<_> =
        lifecycle.rules.iter().filter(|rule| rule.filter.old_form).map(Named::id).collect();
    if !old.is_empty() && old.len() < lifecycle.rules.len() {
        let why = format!(
            "the rules {} are written in the form before filters, and AWS takes no document that \
             mixes both forms",
            old.join(", ")
        );
        let fix = "write them anew with a filter first: the console of S3 does that when a rule \
            is edited and saved";
        return Err(Breach::refuse("S12", why, fix));
    }
    Ok(call(Call::PutBucketLifecycleConfiguration { bucket, lifecycle }))
}

impl Property for BucketLifecycle {
    type Value = Rules;

    const ID: &'static str = "s3.bucket.lifecycle";
    const KIND: Kind = Kind::Bucket;
    const TITLE: &'static str = "Lifecycle";
    const HELP: &'static str = "When objects move to cheaper storage classes, and when they and \
        their old versions are deleted. A book names its own rules; those of others stay (S8), \
        and undo puts back the document from before. Objects move only down the list of classes \
        (S10), to infrequent access after 30 days at the earliest and from there to an archive \
        after 30 more (S9). Objects under 128 KB stay where they are, unless a filter names a \
        size (S11). With versioning, an expiration only hides objects until \
        `noncurrent_expiration` deletes their versions (S7). What S3 has moved or deleted, no \
        undo brings back.";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html";
    const EXAMPLE: &'static str = "{ rules = [{ id = \"archive\", transitions = [{ days = 365, \
        storage_class = \"GLACIER\" }] }], transition_default_minimum_object_size = \
        \"all_storage_classes_128K\" }";
    const WRITES: &'static [&'static Operation] =
        &[&DELETE_BUCKET_LIFECYCLE, &PUT_BUCKET_LIFECYCLE];

    fn read(on: &Target) -> Vec<cloud::Call> {
        call(Call::GetBucketLifecycleConfiguration { bucket: on.name.clone() })
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<Rules, Unread> {
        let document = document(seen, 0)?;
        Ok(Rules {
            rules: Some(document.map_or_else(Vec::new, |lifecycle| lifecycle.rules.clone())),
            absent: BTreeSet::new(),
            transition_default_minimum_object_size: document.map(|one| one.minimum_size),
        })
    }

    fn is_met(value: &Rules, wanted: &Rules) -> bool {
        let size = wanted.transition_default_minimum_object_size;
        // Without rules there is nothing that a size could matter for.
        let is_sized = size.is_none()
            || size == value.transition_default_minimum_object_size
            || (wanted.list().is_empty() && value.list().is_empty());
        rules::is_met(value.list(), &wanted.wish()) && is_sized
    }

    fn write(on: &Target, seen: &[Outcome], to: &Rules) -> Result<Vec<cloud::Call>, Breach> {
        let now = document(seen, 0).map_err(|why| unreadable(&why))?;
        let there = now.map_or(&[][..], |now| &now.rules);
        let kept = now.map(|now| now.minimum_size);
        let size = to.transition_default_minimum_object_size.or(kept).unwrap_or_default();
        put(on, now, rules::with(there, &to.wish()), size)
    }

    /// The document from before, but for what others did to it since.
    fn undo(
        on: &Target,
        seen: &[Outcome],
        undo: &Undo<'_, Rules>,
    ) -> Result<Vec<cloud::Call>, Breach> {
        let now = match document(seen, 0) {
            Ok(now) => now,
            // It went with the bucket.
            Err(Unread::Absent) => return Ok(Vec::new()),
            Err(why) => return Err(unreadable(&why)),
        };
        let there = now.map_or(&[][..], |now| &now.rules);
        let rules = rules::without(there, undo.before.list(), &undo.after.wish());
        let (before, after) = (
            undo.before.transition_default_minimum_object_size,
            undo.after.transition_default_minimum_object_size,
        );
        let kept = now.map(|now| now.minimum_size);
        let size = match after {
            // Others chose another since.
            Some(_) if kept.is_some() && kept != after => kept,
            Some(_) => before,
            None => kept.or(before),
        };
        put(on, now, rules, size.unwrap_or_default())
    }

    fn change(from: &Rules, to: &Rules) -> Change {
        // What a book says of a bucket is not all that is there: other rules are no change.
        let is_part = from.transition_default_minimum_object_size.is_none()
            && !(from.list().is_empty() && from.absent.is_empty());
        let others = |rule: &LifecycleRule| {
            is_part
                && rules::find(from.list(), &rule.id).is_none()
                && !from.absent.contains(&rule.id)
        };
        let new = to.list().iter().filter(|rule| !rules::holds(from.list(), *rule));
        let new: Vec<_> = new.filter(|rule| !others(rule)).collect();
        if new.iter().any(|rule| deletes(rule)) {
            let why = format!(
                "S3 deletes by itself from now on: {}. Undo takes the rules out and brings \
                 nothing back that they deleted.",
                deletions(&new).join("; ")
            );
            return Change::because(Danger::Destroy, why);
        }
        if new.iter().any(|rule| moves(rule)) {
            let why = "Objects that have moved stay where they are when the rules are taken out. \
                One in GLACIER or DEEP_ARCHIVE is restored before it is read, which takes hours.";
            return Change::because(Danger::Change, why);
        }
        if to.absent.iter().any(|id| rules::find(from.list(), id).is_some()) {
            let why = "What the rules have moved or deleted by now stays so.";
            return Change::because(Danger::Change, why);
        }
        Change::exact()
    }

    fn lint(_on: &Target, to: &Rules) -> Vec<Breach> {
        lints::of(to)
    }

    fn guard(on: &Target, _to: &Rules) -> Vec<cloud::Call> {
        let mut calls = Self::read(on);
        calls.extend(call(Call::GetBucketVersioning { bucket: on.name.clone() }));
        calls
    }

    fn judge(_on: &Target, to: &Rules, seen: &[Outcome]) -> Vec<Breach> {
        account::judge(to, seen)
    }
}

/// What rules delete, each in a few words.
fn deletions(rules: &[&LifecycleRule]) -> Vec<String> {
    let mut found = Vec::new();
    for rule in rules.iter().filter(|rule| deletes(rule)) {
        let whose = of_filter(&rule.filter);
        match rule.expiration.as_ref().map(|one| (one.days, one.date)) {
            Some((Some(days), _)) => found.push(format!("{whose} after {days} days")),
            Some((None, Some(date))) => found.push(format!("{whose} at {date}")),
            Some((None, None)) | None => {}
        }
        if let Some(end) = &rule.noncurrent_expiration {
            found.push(format!("old versions of {whose} after {} days", end.days));
        }
    }
    found
}

/// The objects that a filter names.
fn of_filter(filter: &Filter) -> String {
    let is_of_keys_only =
        Filter { prefix: None, old_form: false, ..filter.clone() }.is_everything();
    match filter.prefix() {
        "" if is_of_keys_only => "all objects".to_owned(),
        prefix if is_of_keys_only => format!("objects under {prefix}"),
        _ => "some objects".to_owned(),
    }
}

#[cfg(test)]
mod tests;
