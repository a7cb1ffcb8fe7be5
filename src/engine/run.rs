//! The state of a run: what its events add up to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::event::{AttemptId, Failure, RunId, Sight};
use super::friction::Friction;
use super::plan::{StepPlan, TargetPlan, Verdict};
use super::review::Evidence;
use super::rollback::Touched;
use crate::cloud::sts::Identity;
use crate::cloud::{Call, CallError, Place};
use crate::runbook::{Bound, Step};
use crate::settings::Breach;

/// One execution of one book.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Its name.
    pub id: RunId,
    /// Live, drill or practice.
    pub mode: Mode,
    /// How many seconds of AWS pass in one second of the clock.
    pub pace: u32,
    /// Whether it may never change anything.
    pub read_only: bool,
    /// The book, bound.
    pub bound: Bound,
    /// Who started it.
    pub actor: String,
    /// Who commands it.
    pub operator: Operator,
    /// When it started.
    pub started: Timestamp,
    /// When something last happened.
    pub last: Timestamp,
    /// Who the account says is asking; none until it answered, and after every pause.
    pub identity: Option<Identity>,
    /// When the credentials end, when that is known.
    pub expires: Option<Timestamp>,
    /// Whether changes are allowed.
    pub armed: bool,
    /// What it is doing as a whole.
    pub stage: Stage,
    /// Its steps, as those of the book.
    pub steps: Vec<StepRun>,
    /// How many attempts were made.
    pub attempts: AttemptId,
    /// How many calls were, or may have been, applied.
    pub applied: u64,
    /// What became of the calls that were in flight when it last stopped.
    pub evidence: Vec<Evidence>,
    /// What the operator wrote down.
    pub notes: Vec<Note>,
}

/// Who commands a run. Nobody else's commands are taken, until another takes it over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// Their name: as typed when they took it over, else the user's.
    pub name: String,
    /// Whose commands are taken: `user@host`.
    pub actor: String,
    /// Since when.
    pub since: Timestamp,
}

/// Where the calls of a run go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// To AWS, in earnest.
    Live,
    /// To AWS, as an exercise that is measured.
    Drill,
    /// To the simulated account.
    Practice,
}

impl std::fmt::Display for Mode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Live => "live",
            Self::Drill => "drill",
            Self::Practice => "practice",
        })
    }
}

/// What a run is doing as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// Step by step through the book.
    Walking {},
    /// Looking for what became of the calls that were in flight when it stopped, or waiting for a
    /// person to see that.
    Reviewing {},
    /// Waiting for something that is not a failure.
    Paused {
        /// For what, and what to do.
        why: String,
        /// Why it ends, when it is to end after that.
        ending: Option<String>,
    },
    /// Waiting for what is in flight; no new call begins.
    Aborting {
        /// Why.
        reason: String,
    },
    /// At rest.
    Rested {
        /// How.
        rest: Rest,
    },
}

/// How a run came to rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rest", rename_all = "snake_case")]
pub enum Rest {
    /// Every step was done, or left out with a reason.
    Succeeded {},
    /// Ended before its end. What was changed stays changed.
    Aborted {
        /// Why.
        reason: String,
    },
    /// Something failed before anything was changed.
    Failed {
        /// Why, and what to do.
        failure: Failure,
    },
    /// Something was changed, something failed, and a person is needed. It can be resumed.
    Stuck {
        /// Why, and what to do.
        failure: Failure,
    },
    /// What it changed was taken back.
    RolledBack {
        /// The run that did.
        by: RunId,
        /// What stays as it is, each with the reason.
        left: Vec<String>,
    },
}

/// Something that the operator wrote down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What.
    pub text: String,
}

/// The state of a step with its targets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepRun {
    /// What it is doing.
    pub state: StepState,
    /// When it began, for the first time.
    pub started: Option<Timestamp>,
    /// When it last began something: its plan, its calls.
    pub since: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Whether it was confirmed before the run was last resumed: on that confirmation nothing more
    /// is sent.
    pub stale: bool,
    /// How many seconds of the clock the credentials had left when it was planned, where that is
    /// less than it usually takes.
    pub outlasts: Option<i64>,
    /// Its targets, as those of the book.
    pub targets: Vec<TargetRun>,
}

/// What a step is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum StepState {
    /// It was not reached yet.
    Waiting {},
    /// Its targets are read.
    Inspecting {},
    /// Its plan waits to be confirmed.
    Planned {
        /// SHA-256 of the plan.
        digest: String,
    },
    /// Calls are sent, and their effects are waited for.
    Working {},
    /// A person is asked.
    Asking {
        /// What is asked.
        text: String,
    },
    /// It failed: a person decides.
    Failed {
        /// Why, and what to do.
        failure: Failure,
    },
    /// It came to its end.
    Ended {
        /// How.
        end: StepEnd,
    },
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "snake_case")]
pub enum StepEnd {
    /// Something was changed, and a read after the change showed the wanted value.
    Changed {},
    /// Everything was as wanted already.
    NoChange {},
    /// The assertion held.
    Passed {},
    /// A person answered.
    Answered {
        /// What.
        text: String,
    },
    /// A person left it out.
    Skipped {
        /// Why.
        reason: String,
    },
    /// Its `when` left it out.
    LeftOut {
        /// Why.
        reason: String,
    },
}

/// The state of a target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetRun {
    /// What is going on with it.
    pub state: TargetState,
    /// What its inspection said, once it was inspected.
    pub verdict: Option<Verdict>,
    /// The value that was last read; none when it was not there.
    pub value: Option<Value>,
    /// When its state last changed.
    pub since: Option<Timestamp>,
    /// AWS's ids of the requests that changed it.
    pub requests: Vec<String>,
    /// What was there before this run first changed it.
    pub touched: Touched,
    /// Whether it was said that nothing was heard of it for longer than usual.
    pub overdue: bool,
    /// How far a call that was cut short had come when it was last looked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partly: Option<Value>,
}

/// What is going on with a target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TargetState {
    /// Not inspected yet.
    Waiting {},
    /// Inspected; nothing was sent.
    Inspected {},
    /// A call may be sent, is on its way, or waits for its answer.
    Sent {
        /// Number of the attempt.
        attempt: AttemptId,
        /// The call.
        call: Call,
        /// Which of the target's calls it is, from 0.
        position: usize,
        /// How often this call was attempted, with this one, while its resource was not busy.
        tries: u32,
    },
    /// A call was certainly not applied and may be sent again.
    Backoff {
        /// When.
        until: Timestamp,
        /// Which of the target's calls it is, from 0.
        position: usize,
        /// How often it was attempted while its resource was not busy.
        tries: u32,
        /// Why it was not applied.
        error: CallError,
    },
    /// Nobody saw how the call ended; it is looked for.
    Unknown {
        /// Number of the attempt.
        attempt: AttemptId,
        /// The call.
        call: Call,
        /// Which of the target's calls it is, from 0.
        position: usize,
        /// How often this call was attempted, with this one, while its resource was not busy.
        tries: u32,
        /// When it was about to be sent.
        sent: Timestamp,
        /// How many looks in a row showed the state as it was before.
        absences: u32,
        /// What the last look showed.
        sight: Option<Sight>,
    },
    /// One call was answered; the next of the target's calls may be sent.
    Between {
        /// Which of the target's calls is next, from 0.
        position: usize,
    },
    /// All its calls were answered; the wanted value is waited for.
    Observing {},
    /// A read showed the wanted value.
    Verified {
        /// Whether something was changed for it.
        changed: bool,
    },
    /// A rule refuses it, and the book says to leave it.
    Left {
        /// The rule.
        breach: Breach,
    },
    /// It did not become as wanted.
    Failed {
        /// Why, and what to do.
        failure: Failure,
    },
}

impl Operator {
    /// Whoever begins a run.
    pub(super) fn of(actor: &str, since: Timestamp) -> Self {
        let name = actor.split('@').next().unwrap_or(actor).to_owned();
        Self { name, actor: actor.to_owned(), since }
    }
}

impl Run {
    /// The position of the step that is being walked; none at the end.
    pub fn current(&self) -> Option<usize> {
        self.steps.iter().position(|step| !matches!(step.state, StepState::Ended { .. }))
    }

    /// The step at a position, as the book has it.
    pub fn step(&self, step: usize) -> Option<&Step> {
        self.bound.steps.get(step)
    }

    /// The account and Region that answered, or the ones of the environment before that.
    pub fn live_place(&self) -> Place {
        let place = &self.bound.environment.place;
        let account = self.identity.as_ref().map_or(&place.account, |identity| &identity.account);
        Place::new(account.clone(), place.region.clone())
    }

    /// What the step would change, as far as its targets were inspected.
    pub fn plan(&self, step: usize) -> Option<StepPlan> {
        let (_, wanted) = self.bound.steps.get(step)?.targets()?;
        let states = &self.steps.get(step)?.targets;
        let targets = wanted
            .iter()
            .zip(states)
            .filter_map(|(wanted, state)| {
                let verdict = state.verdict.clone()?;
                let (target, to) = (wanted.on.clone(), wanted.to.clone());
                Some(TargetPlan { target, to, verdict })
            })
            .collect();
        Some(StepPlan { step, targets })
    }

    /// What a person must do to confirm the plan of the step.
    pub fn friction(&self, step: usize) -> Friction {
        match (self.plan(step), self.bound.steps.get(step)) {
            (Some(plan), Some(text)) => {
                let protected = self.bound.environment.protected;
                let friction = Friction::of(&plan, &self.live_place(), protected, text.type_name);
                let outlasts = self.steps.get(step).is_some_and(|step| step.outlasts.is_some());
                if outlasts { friction.one_more() } else { friction }
            }
            _ => Friction::None,
        }
    }

    /// True when a confirmed call is held back because the run is read-only.
    pub fn waits_to_be_armed(&self) -> bool {
        let due = |step: &StepRun| step.targets.iter().any(|t| t.state.next_call().is_some());
        let working = self.current().and_then(|step| self.steps.get(step));
        !self.armed && working.is_some_and(|step| !step.stale && due(step))
    }

    /// The step and the target of an attempt that is in flight.
    pub fn attempt(&self, attempt: AttemptId) -> Option<(usize, &TargetRun)> {
        self.steps.iter().enumerate().find_map(|(step, state)| {
            let found = state.targets.iter().find(|t| t.state.attempt() == Some(attempt))?;
            Some((step, found))
        })
    }

    /// True when nothing goes on without a new command, except for a run that was only paused.
    pub const fn is_at_rest(&self) -> bool {
        matches!(self.stage, Stage::Rested { .. })
    }
}

impl StepState {
    /// Why it failed, when it did.
    pub const fn failure(&self) -> Option<&Failure> {
        if let Self::Failed { failure } = self { Some(failure) } else { None }
    }

    /// Its name, for messages.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Waiting {} => "waiting",
            Self::Inspecting {} => "inspecting",
            Self::Planned { .. } => "planned",
            Self::Working {} => "working",
            Self::Asking { .. } => "asking",
            Self::Failed { .. } => "failed",
            Self::Ended { .. } => "ended",
        }
    }
}

impl TargetState {
    /// Why it failed, when it did.
    pub const fn failure(&self) -> Option<&Failure> {
        if let Self::Failed { failure } = self { Some(failure) } else { None }
    }

    /// Its name, for messages.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Waiting {} => "waiting",
            Self::Inspected {} => "inspected",
            Self::Sent { .. } => "sent",
            Self::Backoff { .. } => "backoff",
            Self::Unknown { .. } => "unknown",
            Self::Between { .. } => "between",
            Self::Observing {} => "observing",
            Self::Verified { .. } => "verified",
            Self::Left { .. } => "left",
            Self::Failed { .. } => "failed",
        }
    }

    /// True when a call was sent and its ending was not yet established.
    pub const fn is_in_flight(&self) -> bool {
        matches!(self, Self::Sent { .. } | Self::Unknown { .. })
    }

    /// Position of the call that may be sent next, and the number of its try, from 1.
    pub const fn next_call(&self) -> Option<(usize, u32)> {
        match self {
            Self::Between { position } => Some((*position, 1)),
            Self::Backoff { position, tries, .. } => Some((*position, *tries + 1)),
            Self::Waiting {}
            | Self::Inspected {}
            | Self::Sent { .. }
            | Self::Unknown { .. }
            | Self::Observing {}
            | Self::Verified { .. }
            | Self::Left { .. }
            | Self::Failed { .. } => None,
        }
    }

    /// The attempt that is in flight.
    pub const fn attempt(&self) -> Option<AttemptId> {
        match self {
            Self::Sent { attempt, .. } | Self::Unknown { attempt, .. } => Some(*attempt),
            Self::Waiting {}
            | Self::Inspected {}
            | Self::Backoff { .. }
            | Self::Between { .. }
            | Self::Observing {}
            | Self::Verified { .. }
            | Self::Left { .. }
            | Self::Failed { .. } => None,
        }
    }
}
