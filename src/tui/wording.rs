//! The words and signs of steps, targets and values. A sign never stands without its word.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::paint::{clock, roughly};
use super::theme::Role;
use crate::cloud::Danger;
use crate::engine::words::value_words;
use crate::engine::{Rest, StepEnd, StepRun, StepState, TargetRun, TargetState, Verdict};
use crate::runbook::{Kind, Risk};

/// How the state of something is shown.
pub(super) struct Shown {
    pub sign: &'static str,
    pub word: String,
    pub role: Role,
}

fn shown(sign: &'static str, word: impl Into<String>, role: Role) -> Shown {
    Shown { sign, word: word.into(), role }
}

/// The state of a step.
pub(super) fn step(step: &StepRun) -> Shown {
    match &step.state {
        StepState::Waiting {} => shown(" ", "", Role::Dim),
        StepState::Inspecting {} => shown("▶", "reading", Role::Strong),
        StepState::Planned { .. } => shown("▶", "confirm", Role::Warn),
        StepState::Working {} => shown("▶", "working", Role::Strong),
        StepState::Asking { .. } => shown("▶", "answer", Role::Warn),
        StepState::Failed { .. } => shown("✘", "failed", Role::Bad),
        StepState::Ended { end } => match end {
            StepEnd::Changed {} => shown("✔", "changed", Role::Good),
            StepEnd::NoChange {} => shown("✔", "as wanted", Role::Good),
            StepEnd::Passed {} => shown("✔", "passed", Role::Good),
            StepEnd::Answered { .. } => shown("✔", "answered", Role::Good),
            StepEnd::Skipped { .. } => shown("-", "skipped", Role::Warn),
            StepEnd::LeftOut { .. } => shown("-", "left out", Role::Dim),
        },
    }
}

/// The state of a target.
pub(super) fn target(target: &TargetRun, now: Timestamp) -> Shown {
    match &target.state {
        TargetState::Waiting {} => shown(" ", "not read yet", Role::Dim),
        TargetState::Inspected {} => inspected(target.verdict.as_ref()),
        TargetState::Sent { tries: 0 | 1, .. } => shown("▶", "sent", Role::Strong),
        TargetState::Sent { tries, .. } => shown("▶", format!("sent, try {tries}"), Role::Strong),
        TargetState::Backoff { until, .. } => {
            let left = roughly(until.duration_since(now));
            shown("…", format!("again in {left}"), Role::Warn)
        }
        TargetState::Unknown { .. } => shown("?", "UNKNOWN, looking", Role::Bad),
        TargetState::Between { position } => {
            shown("▶", format!("{position} calls answered"), Role::Strong)
        }
        TargetState::Observing {} => shown("…", "answered, waiting", Role::Strong),
        TargetState::Verified { changed: true } => shown("✔", "verified", Role::Good),
        TargetState::Verified { changed: false } => shown("✔", "was as wanted", Role::Good),
        TargetState::Left { .. } => shown("-", "refused, left", Role::Warn),
        TargetState::Failed { .. } => shown("✘", "failed", Role::Bad),
    }
}

fn inspected(verdict: Option<&Verdict>) -> Shown {
    match verdict {
        None => shown(" ", "read", Role::Dim),
        Some(verdict) => {
            let (word, role) = verdict_word(verdict);
            shown(" ", word, role)
        }
    }
}

/// A verdict in a word or two.
pub(super) fn verdict_word(verdict: &Verdict) -> (&'static str, Role) {
    match verdict {
        Verdict::NoChange { .. } => ("as wanted", Role::Good),
        Verdict::Change { danger, .. } => match danger {
            Danger::Read | Danger::Change => ("will change", Role::Plain),
            Danger::Destroy => ("WILL DESTROY", Role::Bad),
            Danger::Irreversible => ("IRREVERSIBLE", Role::Bad),
        },
        Verdict::Refused { .. } => ("refused", Role::Bad),
        Verdict::Undetermined { .. } => ("known later", Role::Dim),
        Verdict::Unreadable { .. } => ("unreadable", Role::Bad),
        Verdict::NotYet { .. } => ("not yet", Role::Warn),
    }
}

/// The value before, and whether another one follows.
pub(super) fn before(verdict: Option<&Verdict>) -> String {
    match verdict {
        None | Some(Verdict::Undetermined { .. } | Verdict::Unreadable { .. }) => "?".to_owned(),
        Some(verdict) => verdict.before().map_or_else(|| "not there".to_owned(), value_words),
    }
}

/// A danger as it is said to whoever has to confirm.
pub(super) const fn danger(danger: Danger) -> (&'static str, Role) {
    match danger {
        Danger::Read => ("reads only: nothing changes", Role::Plain),
        Danger::Change => ("change: undo brings it back exactly", Role::Plain),
        Danger::Destroy => ("DESTROYS: something is lost, or undo is not exact", Role::Bad),
        Danger::Irreversible => ("IRREVERSIBLE: nothing brings it back", Role::Bad),
    }
}

/// How a run came to rest, in a word.
pub(super) const fn rest(rest: &Rest) -> (&'static str, Role) {
    match rest {
        Rest::Succeeded {} => ("succeeded", Role::Good),
        Rest::Aborted { .. } => ("aborted", Role::Warn),
        Rest::Failed { .. } => ("failed", Role::Bad),
        Rest::Stuck { .. } => ("stuck", Role::Bad),
        Rest::RolledBack { .. } => ("rolled back", Role::Warn),
    }
}

/// The kind of a book.
pub(super) const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Phase => "phase",
        Kind::Restore => "restore",
        Kind::Rollback => "rollback",
        Kind::Drill => "drill",
        Kind::Check => "check",
        Kind::Procedure => "procedure",
    }
}

/// The risk of a book.
pub(super) const fn risk(risk: Risk) -> (&'static str, Role) {
    match risk {
        Risk::Low => ("low", Role::Plain),
        Risk::Medium => ("medium", Role::Warn),
        Risk::High => ("HIGH", Role::Bad),
    }
}

/// How long a step took, takes, or usually takes.
pub(super) fn elapsed(step: &StepRun, usual: Option<u64>, now: Timestamp) -> String {
    match (step.started, step.ended, usual) {
        (Some(started), ended, _) => clock(ended.unwrap_or(now).duration_since(started)),
        (None, _, Some(usual)) => format!("~{}", seconds(usual)),
        (None, _, None) => String::new(),
    }
}

/// A number of seconds in its largest units: `1h30m`.
pub(super) fn duration(seconds: u64) -> String {
    roughly(SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX)))
}

/// A number of seconds as a clock.
pub(super) fn seconds(seconds: u64) -> String {
    clock(SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX)))
}

/// A point in time in UTC and in the zone of the people in front of it.
pub(super) fn both_times(at: Timestamp, zone: &TimeZone) -> String {
    let local = at.to_zoned(zone.clone());
    let name = zone.iana_name().unwrap_or("local");
    format!("{} UTC = {} {name}", at.strftime("%F %T"), local.strftime("%F %T"))
}

/// The point in time in a text or in what it was found to mean.
pub(super) fn time_in(text: &str, value: &Value) -> Option<Timestamp> {
    let read = |text: &str| text.parse::<Timestamp>().ok();
    value.as_str().and_then(read).or_else(|| read(text))
}
