//! `s3.retain_objects`: every version in a bucket held, also those from before Object Lock.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words::{bytes, line};
use crate::cloud::bulk::{self, Names, Reply, Retaining, Stage, Surveyed, Term};
use crate::cloud::s3::{self, RetentionMode};
use crate::cloud::{self, Call, Danger, Operation, Outcome};
use crate::settings::seen::{reply, strange};
use crate::settings::{Breach, Change, Kind, Progress, Property, Setback, Target, Undo, Unread};

/// `s3.retain_objects`
pub(super) struct RetainObjects;

/// For how long versions are held, and what was found of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Held {
    /// Who may shorten it.
    pub mode: RetentionMode,
    /// For how many days from when each version was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// For how many years of 365 days from when each version was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub years: Option<u32>,
    /// Until this moment, whenever it was written: `2033-12-31T00:00:00Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub until: Option<Timestamp>,
    /// What the keys begin with; all objects when left out.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    /// What was found. It is read, never given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Found>,
}

/// What holds the versions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Found {
    /// Versions of objects, current or not.
    pub versions: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Those that are held as long as wanted, or longer.
    pub held: u64,
    /// Those that are not held, or not long enough.
    pub short: Names,
    /// Those that need not be held any more.
    pub over: u64,
    /// Delete markers, which nothing holds.
    pub delete_markers: u64,
}

/// The longest retention that S3 takes.
const LONGEST_DAYS: u32 = 36_500;
const LONGEST_YEARS: u32 = 100;

impl Property for RetainObjects {
    type Value = Held;

    const ID: &'static str = "s3.retain_objects";
    const KIND: Kind = Kind::Bucket;
    const TITLE: &'static str = "Retention of the objects that are there";
    const HELP: &'static str = "A retention on every version in the bucket, current or not. A \
        default retention reaches only what is written after it (S3): this reaches what was there \
        before. `days` and `years` run from when each version was written, as the default would \
        have held it; versions whose time is over are left alone. What is held longer, or more \
        strictly, stays so. Delete markers are not held: an object can still look deleted (S4).";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectRetention.html";
    const EXAMPLE: &'static str = "{ mode = \"GOVERNANCE\", years = 7 }";
    const WRITES: &'static [&'static Operation] = &[&bulk::RETAIN_OBJECTS];

    /// Without a value nobody knows the term: any retention counts.
    fn read(on: &Target) -> Vec<Call> {
        let any = Held {
            mode: RetentionMode::Governance,
            days: Some(0),
            years: None,
            until: None,
            prefix: String::new(),
            found: None,
        };
        Self::read_for(on, &any)
    }

    fn read_for(on: &Target, to: &Held) -> Vec<Call> {
        let retaining = retaining(on, to);
        vec![
            Call::Bulk(bulk::Call::SurveyRetention(retaining.clone())),
            Call::Bulk(bulk::Call::RetainProgress(retaining)),
        ]
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<Held, Unread> {
        match reply(seen, 0)? {
            cloud::Reply::Bulk(Reply::Surveyed(surveyed)) => Ok(held(surveyed)),
            other => Err(strange(other)),
        }
    }

    fn is_met(value: &Held, wanted: &Held) -> bool {
        let same = Held { found: None, ..value.clone() } == Held { found: None, ..wanted.clone() };
        same && value.found.as_ref().is_some_and(|found| found.short.count == 0)
    }

    fn write(on: &Target, seen: &[Outcome], to: &Held) -> Result<Vec<Call>, Breach> {
        Self::decode(on, seen).map_err(|why| {
            Breach::unfit(format!("the versions could not be looked at: {why}"), "look again")
        })?;
        Ok(vec![Call::Bulk(bulk::Call::RetainObjects(retaining(on, to)))])
    }

    fn undo(_on: &Target, _seen: &[Outcome], undo: &Undo<'_, Held>) -> Result<Vec<Call>, Breach> {
        let why = match undo.after.mode {
            RetentionMode::Governance => {
                "the versions stay held: a retention is taken back only by somebody who may \
                 bypass it, version by version"
            }
            RetentionMode::Compliance => "the versions stay held: nobody takes COMPLIANCE back",
        };
        Err(Breach::refuse(
            "S4",
            why,
            "nothing is to be done: nothing that was read or written \
            before is refused now, except to delete these versions",
        ))
    }

    fn change(from: &Held, to: &Held) -> Change {
        if to.found.is_some() {
            return Change::because(
                Danger::Destroy,
                "The versions stay held until their time ends.",
            );
        }
        let found = from.found.clone().unwrap_or_default();
        let versions = format!(
            "{} of {} versions ({})",
            found.short.count,
            found.versions,
            bytes(found.bytes)
        );
        match to.mode {
            RetentionMode::Governance => Change::because(
                Danger::Destroy,
                format!(
                    "{versions} cannot be deleted before their retention ends, except by those who \
                     may bypass governance (S4)."
                ),
            ),
            RetentionMode::Compliance => Change::because(
                Danger::Irreversible,
                format!("{versions} can be deleted by nobody, not even the root user (S4)."),
            ),
        }
    }

    fn lint(_on: &Target, to: &Held) -> Vec<Breach> {
        lints(to)
    }

    fn guard(on: &Target, _to: &Held) -> Vec<Call> {
        vec![Call::S3(s3::Call::GetObjectLockConfiguration { bucket: on.name.clone() })]
    }

    fn judge(_on: &Target, _to: &Held, seen: &[Outcome]) -> Vec<Breach> {
        let why = match reply(seen, 0) {
            Ok(_) => return Vec::new(),
            Err(Unread::Absent) => "Object Lock is off, so that no version can be held".to_owned(),
            Err(why) => format!("whether Object Lock is on could not be read: {why}"),
        };
        let fix = "set `s3.bucket.object_lock` in a step before this one";
        vec![Breach::refuse("S2", why, fix)]
    }

    fn is_busy(seen: &[Outcome]) -> bool {
        progress(seen).is_some_and(|progress| progress.stage == Stage::Running)
    }

    fn setback(_on: &Target, seen: &[Outcome]) -> Option<Setback> {
        let progress = progress(seen)?;
        if progress.stage != Stage::Finished || progress.tally.failed == 0 {
            return None;
        }
        let first = progress.tally.failures.iter().take(3);
        let first: Vec<_> =
            first.map(|f| format!("{} ({}: {})", f.key, f.code, f.message)).collect();
        let what =
            format!("{} versions could not be held: {}", progress.tally.failed, first.join("; "));
        let advice = "put right what stands in the way of these objects, then try again: what is \
            held stays so";
        Some(Setback { code: "objects-failed".to_owned(), what, advice: advice.to_owned() })
    }

    fn goes_on(before: &Held, now: &Held) -> bool {
        let done = |held: &Held| held.found.as_ref().map(|found| found.held);
        done(now) > done(before)
    }

    fn watch(on: &Target, to: &Held) -> Vec<Call> {
        vec![Call::Bulk(bulk::Call::RetainProgress(retaining(on, to)))]
    }

    fn progress(_on: &Target, seen: &[Outcome]) -> Option<Progress> {
        let progress = progress(seen)?;
        (progress.stage == Stage::Running).then(|| line(progress, "versions"))
    }
}

fn retaining(on: &Target, to: &Held) -> Retaining {
    let term = match (to.until, to.years) {
        (Some(until), _) => Term::Until(until),
        (None, Some(years)) => Term::Years(years),
        (None, None) => Term::Days(to.days.unwrap_or(0)),
    };
    let (bucket, prefix) = (on.name.clone(), to.prefix.clone());
    Retaining { bucket, prefix, mode: to.mode, term }
}

fn held(surveyed: &Surveyed) -> Held {
    let Retaining { prefix, mode, term, .. } = surveyed.of.clone();
    let (days, years, until) = match term {
        Term::Days(days) => (Some(days), None, None),
        Term::Years(years) => (None, Some(years), None),
        Term::Until(until) => (None, None, Some(until)),
    };
    let found = Found {
        versions: surveyed.versions,
        bytes: surveyed.bytes,
        held: surveyed.held,
        short: surveyed.short.clone(),
        over: surveyed.over,
        delete_markers: surveyed.markers,
    };
    Held { mode, days, years, until, prefix, found: Some(found) }
}

fn lints(to: &Held) -> Vec<Breach> {
    let mut found = Vec::new();
    let terms = [to.days.is_some(), to.years.is_some(), to.until.is_some()];
    let mut refuse = |why: &str, fix: &str| found.push(Breach::refuse("S4", why, fix));
    match terms.into_iter().filter(|given| *given).count() {
        0 => refuse("a retention needs an end", "give `days`, `years` or `until`"),
        1 => {}
        _ => refuse("a retention has one end", "give one of `days`, `years` and `until`"),
    }
    if to.days == Some(0) || to.years == Some(0) {
        refuse("a retention lasts longer than nothing", "give at least 1");
    }
    if to.days.is_some_and(|days| days > LONGEST_DAYS) {
        refuse("a retention is 36500 days at most", "give fewer days");
    }
    if to.years.is_some_and(|years| years > LONGEST_YEARS) {
        refuse("a retention is 100 years at most", "give fewer years");
    }
    if to.found.is_some() {
        found.push(Breach::unfit("what is found is read, not given", "leave `found` out"));
    }
    found
}

fn progress(seen: &[Outcome]) -> Option<&bulk::Progress> {
    seen.iter().flatten().find_map(|answer| match &answer.reply {
        cloud::Reply::Bulk(Reply::Progress(progress)) => Some(progress),
        _ => None,
    })
}

#[cfg(test)]
mod tests;
