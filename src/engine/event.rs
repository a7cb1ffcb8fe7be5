//! What happened: the durable vocabulary of a run.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::plan::Verdict;
use super::run::{Mode, Rest, StepEnd};
use crate::cloud::sts::Identity;
use crate::cloud::{Call, CallError};
use crate::runbook::Bound;

/// Name of a run: `20261120-120411-k7q2`.
pub type RunId = String;

/// Number of an attempt within its run, from 1.
pub type AttemptId = u64;

/// One event as it stands in the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Position in the journal, from 1.
    pub seq: u64,
    /// When it was written.
    pub time: Timestamp,
    /// The run it belongs to.
    pub run: RunId,
    /// Who made it happen: `user@host`.
    pub actor: String,
    /// What happened.
    pub event: Event,
}

/// What happened, past tense. `step` and `target` are positions, from 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// A run began. Everything that it needs is pinned here.
    Started {
        /// Live, drill or practice.
        mode: Mode,
        /// How many seconds of AWS pass in one second of the clock: 1, but in practice.
        pace: u32,
        /// Whether nothing may ever be changed by it.
        read_only: bool,
        /// The book, bound.
        bound: Box<Bound>,
        /// The text of the book, as it was.
        book_text: String,
        /// The text of the estate, as it was.
        estate_text: String,
    },
    /// The account answered who is asking, and it is the one on the banner.
    Identified {
        /// Who is asking.
        identity: Identity,
        /// When the credentials end, when that is known.
        expires: Option<Timestamp>,
    },
    /// The credentials belong to another account: nothing is sent.
    WrongAccount {
        /// The account that the environment names.
        expected: String,
        /// Who is really asking.
        found: Identity,
    },
    /// Changes were allowed.
    Armed {},
    /// Changes were forbidden again.
    Disarmed {},
    /// A step began: its targets are inspected.
    StepStarted {
        /// The step.
        step: usize,
    },
    /// What was read of a target, and what follows from it.
    Inspected {
        /// The step.
        step: usize,
        /// The target.
        target: usize,
        /// What would change.
        verdict: Verdict,
    },
    /// All targets were inspected: this is what a person confirms.
    Planned {
        /// The step.
        step: usize,
        /// SHA-256 of the step's plan.
        digest: String,
    },
    /// The plan is too old, or the account has changed: the targets are inspected again.
    Reopened {
        /// The step.
        step: usize,
        /// Why.
        why: String,
    },
    /// The plan of a step was confirmed.
    Confirmed {
        /// The step.
        step: usize,
        /// SHA-256 of the plan that was shown.
        digest: String,
        /// What was typed for it, in order.
        typed: Vec<String>,
        /// The second person, where one was needed.
        second: Option<String>,
    },
    /// A call is about to be sent. Once this is durable, it may be.
    Intended {
        /// Number of the attempt.
        attempt: AttemptId,
        /// The step.
        step: usize,
        /// The target.
        target: usize,
        /// The call.
        call: Call,
        /// SHA-256 of the call.
        digest: String,
    },
    /// AWS carried the call out.
    Answered {
        /// Number of the attempt.
        attempt: AttemptId,
        /// AWS's request id.
        request_id: Option<String>,
    },
    /// AWS certainly did not carry the call out.
    NotApplied {
        /// Number of the attempt.
        attempt: AttemptId,
        /// Why.
        error: CallError,
        /// When it may be sent again; never when absent.
        again_at: Option<Timestamp>,
    },
    /// Nobody saw how the call ended. It is looked for before anything else is done.
    Unknown {
        /// Number of the attempt.
        attempt: AttemptId,
        /// What was seen instead.
        error: CallError,
    },
    /// A look for an unknown ending.
    Looked {
        /// Number of the attempt.
        attempt: AttemptId,
        /// What it showed.
        sight: Sight,
        /// What was read.
        value: Option<Value>,
    },
    /// It is now known how the call ended.
    Concluded {
        /// Number of the attempt.
        attempt: AttemptId,
        /// How.
        conclusion: Conclusion,
    },
    /// A read showed another value than the read before.
    Observed {
        /// The step.
        step: usize,
        /// The target.
        target: usize,
        /// What was read; none while it is not there.
        value: Option<Value>,
    },
    /// Nothing was heard of a target for longer than usual. Nothing is stopped for it.
    Overdue {
        /// The step.
        step: usize,
        /// The target.
        target: usize,
        /// For how many seconds of AWS's time it was waited.
        waited_seconds: u64,
        /// What to look at next.
        advice: String,
    },
    /// A read showed the wanted value: the target is done.
    Verified {
        /// The step.
        step: usize,
        /// The target.
        target: usize,
        /// What was read.
        value: Value,
    },
    /// The target did not become as wanted.
    TargetFailed {
        /// The step.
        step: usize,
        /// The target.
        target: usize,
        /// Why, and what to do.
        failure: Failure,
    },
    /// A person is asked.
    Asked {
        /// The step.
        step: usize,
        /// What is asked, with everything filled in.
        text: String,
    },
    /// The person answered.
    Replied {
        /// The step.
        step: usize,
        /// The answer.
        text: String,
    },
    /// A step failed: a person decides.
    StepFailed {
        /// The step.
        step: usize,
        /// Why, and what to do.
        failure: Failure,
    },
    /// A failed step is tried again: targets that are done stay done.
    Retried {
        /// The step.
        step: usize,
    },
    /// A step was left out by a person.
    Skipped {
        /// The step.
        step: usize,
        /// Why.
        reason: String,
    },
    /// A step came to its end.
    StepEnded {
        /// The step.
        step: usize,
        /// How.
        end: StepEnd,
    },
    /// The operator wrote something down.
    Noted {
        /// What.
        text: String,
    },
    /// The run waits for something that is not a failure, such as a login.
    Paused {
        /// For what, and what to do.
        why: String,
    },
    /// The run goes on, in this process or in another. What was in flight is looked for first.
    Resumed {},
    /// A person saw what became of the calls that were in flight, and the run goes on.
    Accepted {},
    /// Another operator commands the run from now on: the actor of the record.
    TakenOver {
        /// Their name, as they typed it.
        name: String,
    },
    /// No new step begins; what is in flight is seen to its end.
    AbortAsked {
        /// Why.
        reason: String,
    },
    /// What the run changed was taken back by another run, which has come to its end.
    RolledBack {
        /// That run.
        by: RunId,
        /// What stays as it is, each with the reason: there is no way back for it.
        left: Vec<String>,
    },
    /// The run came to rest.
    Rested {
        /// How.
        rest: Rest,
    },
}

/// Why something did not become as wanted, and what a person can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// A stable code: `denied`, `timed-out`, `S13`.
    pub code: String,
    /// What happened.
    pub what: String,
    /// What to do next.
    pub advice: String,
}

/// How a call whose ending nobody saw turned out to have ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conclusion {
    /// It was applied: the wanted value is there.
    Done,
    /// It was never applied: the value stayed as before, over several looks.
    NeverHappened,
    /// It was begun and not finished, over several looks: sent again, it goes on where it stopped.
    Partly,
    /// Neither the value before nor the wanted one is there, and it stays so: a person must look.
    Differently,
    /// The resource cannot be read: a person must look.
    CannotTell,
}

/// What a look for an unknown ending showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sight {
    /// The value from before the call.
    AsBefore,
    /// A part of what the call does, which sending it again would finish.
    Partly,
    /// The resource is being changed: what it will be is not known yet.
    GoingOn,
    /// A value that is neither the one before nor the wanted one.
    Different,
}

impl Event {
    /// The attempt whose ending, or the search for it, the event tells of.
    pub const fn ends(&self) -> Option<AttemptId> {
        match self {
            Self::Answered { attempt, .. }
            | Self::NotApplied { attempt, .. }
            | Self::Unknown { attempt, .. }
            | Self::Looked { attempt, .. }
            | Self::Concluded { attempt, .. } => Some(*attempt),
            Self::Started { .. }
            | Self::Identified { .. }
            | Self::WrongAccount { .. }
            | Self::Armed {}
            | Self::Disarmed {}
            | Self::StepStarted { .. }
            | Self::Inspected { .. }
            | Self::Planned { .. }
            | Self::Reopened { .. }
            | Self::Confirmed { .. }
            | Self::Intended { .. }
            | Self::Observed { .. }
            | Self::Overdue { .. }
            | Self::Verified { .. }
            | Self::TargetFailed { .. }
            | Self::Asked { .. }
            | Self::Replied { .. }
            | Self::StepFailed { .. }
            | Self::Retried { .. }
            | Self::Skipped { .. }
            | Self::StepEnded { .. }
            | Self::Noted { .. }
            | Self::Paused { .. }
            | Self::Resumed {}
            | Self::TakenOver { .. }
            | Self::Accepted {}
            | Self::AbortAsked { .. }
            | Self::RolledBack { .. }
            | Self::Rested { .. } => None,
        }
    }
}
