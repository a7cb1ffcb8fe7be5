//! The parts of a report, as they stand in its JSON.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::engine::{AttemptId, Conclusion, Failure, Mode, RunId};
use crate::runbook::Pinned;

/// What a run did, made of nothing but its records.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Version of this form.
    pub version: u32,
    /// Whether names, accounts and ids were replaced.
    pub redacted: bool,
    /// Whether it is evidence of anything: never in practice.
    pub evidence: bool,
    /// The run.
    pub run: RunId,
    /// Live, drill or practice.
    pub mode: Mode,
    /// How many seconds of AWS passed in one second of the clock: 1, but in practice.
    pub pace: u32,
    /// How it stands.
    pub state: State,
    /// The same in a sentence.
    pub happened: String,
    /// Why it failed, when it did.
    pub failure: Option<Failure>,
    /// The book, as it was when the run began.
    pub book: Pinned,
    /// The parameters, as text.
    pub params: BTreeMap<String, String>,
    /// The run that it takes back, when it is the way back from one.
    pub undoes: Option<RunId>,
    /// The run that took it back, when one did.
    pub undone_by: Option<RunId>,
    /// Where it ran.
    pub place: PlacePart,
    /// When it began.
    pub started: Timestamp,
    /// When something last happened.
    pub last: Timestamp,
    /// How long that is, in seconds of the clock.
    pub seconds: i64,
    /// Who the account said was asking, each time that somebody new did.
    pub identities: Vec<IdentityPart>,
    /// Who took part, and how.
    pub people: Vec<Person>,
    /// How many steps ended in which way, and how many calls were made.
    pub totals: Totals,
    /// The steps, as those of the book.
    pub steps: Vec<StepPart>,
    /// What was found of the calls that were in flight when it stopped.
    pub found: Vec<FoundPart>,
    /// What it changed and cannot be taken back exactly, or was left when it was taken back.
    pub left: Vec<String>,
    /// What to do next, when it is not over.
    pub next: Vec<String>,
    /// Pauses, resumptions and whoever took over.
    pub stops: Vec<Moment>,
    /// What the operator wrote down.
    pub notes: Vec<NotePart>,
    /// Everything that happened, a sentence each.
    pub events: Vec<EventPart>,
    /// Where all of this is written down.
    pub journal: Chain,
}

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is being walked, or can be.
    Walking,
    /// What was in flight is looked for.
    Reviewing,
    /// It waits for something that is not a failure.
    Paused,
    /// It is being ended.
    Aborting,
    /// Every step was done, or left out with a reason.
    Succeeded,
    /// Ended before its end.
    Aborted,
    /// It failed before anything was changed.
    Failed,
    /// Something was changed, something failed, and a person is needed.
    Stuck,
    /// What it changed was taken back.
    RolledBack,
}

/// Where a run took place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlacePart {
    /// Name of the estate.
    pub estate: String,
    /// SHA-256 of the estate's text.
    pub estate_sha256: String,
    /// Name of the environment.
    pub environment: String,
    /// Whether it is protected.
    pub protected: bool,
    /// The account that the environment names.
    pub account: String,
    /// The Region.
    pub region: String,
}

/// Who the account said was asking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IdentityPart {
    /// When it said so first.
    pub at: Timestamp,
    /// The account.
    pub account: String,
    /// The user or the role.
    pub arn: String,
    /// Whether it is the account of the environment. If not, nothing was sent.
    pub expected: bool,
}

/// Somebody who took part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Their name: `user@host`, or as it was typed.
    pub name: String,
    /// In what way.
    pub role: Role,
    /// When first.
    pub at: Timestamp,
    /// At which steps, from 1.
    pub steps: Vec<usize>,
}

/// How somebody took part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Began the run.
    Began,
    /// Took it over.
    TookOver,
    /// Allowed changes.
    Armed,
    /// Confirmed plans.
    Confirmed,
    /// Agreed to what is irreversible.
    SecondPerson,
    /// Answered what was asked.
    Answered,
    /// Left steps out.
    Skipped,
    /// Saw what became of the calls in flight, and let the run go on.
    Accepted,
    /// Ended the run.
    Aborted,
    /// Wrote something down.
    Noted,
}

/// Counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// All steps.
    pub steps: usize,
    /// Steps that changed something, read back.
    pub changed: usize,
    /// Steps where everything was as wanted already.
    pub no_change: usize,
    /// Checks that passed.
    pub passed: usize,
    /// Questions that were answered.
    pub answered: usize,
    /// Steps that a person left out.
    pub skipped: usize,
    /// Steps that their `when` left out.
    pub left_out: usize,
    /// Steps that did not come to their end.
    pub not_ended: usize,
    /// Calls that were tried.
    pub attempts: u64,
    /// Calls that were, or may have been, applied.
    pub applied: u64,
}

/// A step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepPart {
    /// Its number, from 1.
    pub step: usize,
    /// Its id in the book.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Why it is done.
    pub why: String,
    /// The setting that it brings about or checks.
    pub setting: Option<String>,
    /// Whether it only checks.
    pub check: bool,
    /// What it asks a person.
    pub question: Option<String>,
    /// What the person answered.
    pub answer: Option<String>,
    /// How it stands: the engine's name of its state, or how it ended.
    pub state: String,
    /// The reason that was given for leaving it out.
    pub reason: Option<String>,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// How long that is, in seconds of the clock.
    pub seconds: Option<i64>,
    /// Who confirmed which plan of it.
    pub confirmations: Vec<Confirmation>,
    /// Its targets.
    pub targets: Vec<TargetPart>,
    /// The calls that were sent for it.
    pub attempts: Vec<AttemptPart>,
    /// What failed in it, also when it was put right later.
    pub failures: Vec<FailurePart>,
}

/// A confirmation of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Confirmation {
    /// When.
    pub at: Timestamp,
    /// Who: `user@host`.
    pub by: String,
    /// The second person, where one was needed.
    pub second: Option<String>,
    /// What was typed.
    pub typed: Vec<String>,
    /// SHA-256 of the plan.
    pub digest: String,
}

/// A target of a step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TargetPart {
    /// The resource.
    pub resource: String,
    /// The value before the run first changed it; else what was read of it.
    pub before: Option<Value>,
    /// The value that is wanted.
    pub after: Value,
    /// The value that was read last.
    pub value: Option<Value>,
    /// Whether a call for it was, or may have been, applied.
    pub changed: bool,
    /// Whether a read showed the wanted value.
    pub verified: bool,
    /// How it stands, in words.
    pub outcome: String,
    /// AWS's ids of the requests that changed it.
    pub requests: Vec<String>,
    /// What a way back would lose, when it is not exact.
    pub way_back: Option<String>,
    /// Rules of AWS that were shown before it was confirmed.
    pub warnings: Vec<String>,
}

/// A call that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AttemptPart {
    /// Its number within the run.
    pub attempt: AttemptId,
    /// When it was about to be sent.
    pub at: Timestamp,
    /// The operation with everything that was sent.
    pub call: String,
    /// SHA-256 of the call.
    pub digest: String,
    /// How it ended.
    pub ending: AttemptEnd,
    /// AWS's error, when it gave one.
    pub error: Option<String>,
    /// AWS's request id.
    pub request_id: Option<String>,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptEnd {
    /// Nothing was heard of it yet.
    InFlight,
    /// AWS carried it out.
    Answered,
    /// AWS certainly did not carry it out.
    NotApplied,
    /// Nobody saw the end, and it is not known yet.
    Unknown,
    /// Nobody saw the end; it was applied.
    Done,
    /// Nobody saw the end; it never happened.
    NeverHappened,
    /// Nobody saw the end; it was begun and not finished, and goes on where it stopped.
    Partly,
    /// Nobody saw the end; the resource is neither as before nor as wanted.
    Differently,
    /// Nobody saw the end, and it cannot be told.
    CannotTell,
}

/// Something that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailurePart {
    /// When.
    pub at: Timestamp,
    /// The target, when it was one.
    pub resource: Option<String>,
    /// Why, and what to do.
    pub failure: Failure,
}

/// What was found of a call that was in flight when the run stopped.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FoundPart {
    /// Number of the attempt.
    pub attempt: AttemptId,
    /// Number of the step, from 1.
    pub step: usize,
    /// The call.
    pub call: String,
    /// When it was about to be sent.
    pub sent: Timestamp,
    /// The value before it.
    pub before: Option<Value>,
    /// What the last looks showed, in words.
    pub seen: Option<String>,
    /// How it had ended.
    pub conclusion: Option<Conclusion>,
    /// Whether a person saw that and let the run go on.
    pub accepted: bool,
}

/// Something that happened to the run as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// By whom: `user@host`.
    pub by: String,
    /// What.
    pub what: String,
    /// The reason that a person gave for it.
    pub reason: Option<String>,
}

/// A note of the operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotePart {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What.
    pub text: String,
}

/// A record in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EventPart {
    /// Its number in the journal.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who made it happen.
    pub by: String,
    /// What happened.
    pub what: String,
    /// The part of that which a person typed: it is not for everybody.
    #[serde(skip)]
    pub(super) said: Option<String>,
}

/// The journal that a report was made from, as it was then.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Chain {
    /// Its id.
    pub log: String,
    /// Number of its last record.
    pub seq: u64,
    /// SHA-256 of the last line.
    pub hash: String,
    /// Whether a head was kept beside it, so that a cut end would have shown.
    pub head_kept: bool,
}
