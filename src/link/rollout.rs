//! How far the phases of an estate are, and what to do next.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::engine::RunId;
use crate::runbook::Pinned;

/// The phases of an estate, in the order of what they need of each other.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rollout {
    /// The phases.
    pub phases: Vec<Phase>,
    /// What to do next; none when all of them are done.
    pub next: Option<NextStep>,
}

/// A phase of a rollout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Phase {
    /// Its book.
    pub book: Pinned,
    /// How far it is here.
    #[serde(flatten)]
    pub standing: Standing,
    /// What has to come before it, and has not.
    pub waits_for: Vec<String>,
    /// The score before it began.
    pub before: Option<Mark>,
    /// The score after it was done.
    pub after: Option<Mark>,
}

/// How far a book is in an environment, by the runs in the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "standing", rename_all = "snake_case")]
pub enum Standing {
    /// It never ran here.
    NotStarted {},
    /// A run of it is not at rest.
    Running {
        /// The run.
        run: RunId,
        /// Steps that ended.
        done: usize,
        /// Steps in all.
        steps: usize,
    },
    /// It succeeded, and was not taken back since.
    Done {
        /// The run.
        run: RunId,
        /// When.
        at: Timestamp,
    },
    /// It was taken back, or partly so, after it had last succeeded.
    RolledBack {
        /// The run that was.
        run: RunId,
        /// The run that did.
        by: RunId,
        /// When.
        at: Timestamp,
    },
    /// Something was changed, something failed, and a person is needed.
    Stuck {
        /// The run.
        run: RunId,
        /// When.
        at: Timestamp,
    },
    /// It was ended before its end.
    Aborted {
        /// The run.
        run: RunId,
        /// When.
        at: Timestamp,
    },
    /// It failed before anything was changed.
    Failed {
        /// The run.
        run: RunId,
        /// When.
        at: Timestamp,
    },
}

/// A score at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// When.
    pub at: Timestamp,
    /// How many checks were met.
    pub met: usize,
    /// Of how many.
    pub total: usize,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextStep {
    /// The book.
    pub book: String,
    /// The run to go on with, when there is one.
    pub run: Option<RunId>,
    /// Why this.
    pub why: String,
    /// The command that does it.
    pub command: String,
}

/// A book that has to have succeeded before, and has not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// Its name.
    pub book: String,
    /// How far it is.
    #[serde(flatten)]
    pub standing: Standing,
}

/// Why a book cannot be started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unmet {
    /// The books that have to come first.
    pub missing: Vec<Missing>,
    /// All of it in a sentence.
    pub what: String,
    /// The way there.
    pub advice: String,
}

impl Standing {
    /// Whether a book that needs this one may begin.
    pub const fn is_done(&self) -> bool {
        matches!(self, Self::Done { .. })
    }

    /// The run that it tells of.
    pub const fn run(&self) -> Option<&RunId> {
        match self {
            Self::NotStarted {} => None,
            Self::Running { run, .. }
            | Self::Done { run, .. }
            | Self::RolledBack { run, .. }
            | Self::Stuck { run, .. }
            | Self::Aborted { run, .. }
            | Self::Failed { run, .. } => Some(run),
        }
    }

    /// In a word or two.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::NotStarted {} => "not started",
            Self::Running { .. } => "running",
            Self::Done { .. } => "done",
            Self::RolledBack { .. } => "rolled back",
            Self::Stuck { .. } => "stuck",
            Self::Aborted { .. } => "aborted",
            Self::Failed { .. } => "failed",
        }
    }

    /// What became of it: `never ran here`, `was rolled back by run ...`.
    pub fn clause(&self) -> String {
        match self {
            Self::NotStarted {} => "never ran here".to_owned(),
            Self::Running { run, done, steps } => {
                format!("is not finished: {done} of {steps} steps of run {run} are done")
            }
            Self::Done { run, at } => format!("succeeded with run {run} at {at:.0}"),
            Self::RolledBack { run, by, at } => {
                format!("succeeded with run {run} and was rolled back by run {by} at {at:.0}")
            }
            Self::Stuck { run, at } => format!("is stuck since {at:.0}, in run {run}"),
            Self::Aborted { run, at } => format!("was aborted at {at:.0}, in run {run}"),
            Self::Failed { run, at } => format!("failed at {at:.0}, in run {run}"),
        }
    }
}

impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let percent = (self.met * 100 + self.total / 2) / self.total.max(1);
        write!(f, "{} of {} ({percent} %)", self.met, self.total)
    }
}
