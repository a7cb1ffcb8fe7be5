//! What a console and the runner say to each other.
//!
//! A console never reaches into the runner: it sends [`Ask`]s and is told [`News`]. Everything in
//! here can be serialised, so that the two may live in one process or in two.

mod hello;
mod rollout;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cloud::sts::Identity;
use crate::compliance::{Checked, Entry, Report, Score};
use crate::engine::{Command, Mode, Record, Refusal, Rest, Run, RunId, StepPlan};
use crate::error::{Error, Exit};
use crate::estate::Environment;
use crate::runbook::{Bound, OutlineStep, Param, Pinned};
use crate::settings::{Kind, Progress};

pub use hello::{Hello, Seat, VERSION, Welcome, Wish};
pub use rollout::{Mark, Missing, NextStep, Phase, Rollout, Standing, Unmet};

/// What a console asks of the runner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Ask {
    /// The home page afresh.
    Home {},
    /// What a run would change, from live reads.
    Plan {
        /// What would be walked.
        course: Course,
    },
    /// Begin a run of what was planned.
    Start {
        /// What is walked.
        course: Course,
    },
    /// Look at a run.
    Open {
        /// The run.
        run: RunId,
    },
    /// A command for a run.
    Tell {
        /// The run.
        run: RunId,
        /// The command.
        command: Command,
    },
    /// The names of the resources of a kind, for a form.
    Pick {
        /// The kind.
        kind: Kind,
    },
    /// The journal, and whether it verifies.
    Journal {},
    /// A compliance scan of the environment.
    Scan {
        /// Name of the profile; the one that is called `compliance` when absent.
        profile: Option<String>,
    },
    /// The report of a run.
    Report {
        /// The run.
        run: RunId,
        /// Whether it is written to a file, too.
        keep: bool,
    },
}

/// What a run walks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "course", rename_all = "snake_case")]
pub enum Course {
    /// A book.
    Book {
        /// Its name.
        book: String,
        /// Its parameters, as text.
        params: BTreeMap<String, String>,
    },
    /// The way back from a run.
    Rollback {
        /// The run.
        run: RunId,
    },
}

impl std::fmt::Display for Course {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Book { book, .. } => f.write_str(book),
            Self::Rollback { run } => write!(f, "the rollback of {run}"),
        }
    }
}

/// What the runner tells its consoles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "news", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "news are few, and told at once")]
pub enum News {
    /// What there is to do.
    Home(Home),
    /// Who is asking, as the account says it; an error as text when it does not answer.
    Identity {
        /// The identity or the error.
        identity: Result<Identity, String>,
        /// When the credentials end, when that is known.
        expires: Option<Timestamp>,
        /// How many seconds the clock of this machine is ahead of the account's, when that is known;
        /// negative when it is behind.
        #[serde(default)]
        skew_seconds: Option<i64>,
    },
    /// What a run would change, or why that cannot be said.
    Planned {
        /// What would be walked.
        course: Course,
        /// The plan or the problem.
        plan: Box<Result<Planned, Said>>,
    },
    /// A run as it is now; its events follow.
    Opened {
        /// The run.
        run: Box<Run>,
        /// Its records so far, oldest first.
        records: Vec<Record>,
        /// Whether it is being walked by this runner. If not, it stands still until it is resumed.
        walked: bool,
    },
    /// Something happened in a run, and is durable.
    Recorded {
        /// The event.
        record: Box<Record>,
    },
    /// What was just read of a resource that a run looks at. Not durable.
    Glimpse {
        /// The run.
        run: RunId,
        /// The step.
        step: usize,
        /// The target.
        target: usize,
        /// What was read, or the error as text.
        seen: Result<Value, String>,
    },
    /// How far a job is, as it was just read. Not durable.
    Progress {
        /// The run.
        run: RunId,
        /// The step.
        step: usize,
        /// The target.
        target: usize,
        /// How far.
        progress: Progress,
    },
    /// A command was not allowed.
    Refused {
        /// The run.
        run: RunId,
        /// Why.
        refusal: Refusal,
    },
    /// The names of the resources of a kind, or why they cannot be had.
    Picks {
        /// The kind.
        kind: Kind,
        /// The names, sorted.
        names: Result<Vec<String>, String>,
    },
    /// The journal.
    Journal {
        /// Its records, oldest first.
        records: Vec<Record>,
        /// Whether it verifies, in words.
        verified: Result<String, String>,
    },
    /// A compliance scan began: its lines follow, in the order in which they are answered.
    Scanning {
        /// What is scanned.
        view: Box<ScanView>,
    },
    /// A line of the scan was answered.
    Checked {
        /// Its position.
        line: usize,
        /// How it came out.
        checked: Box<Checked>,
    },
    /// The scan came to its end.
    Scanned {
        /// The whole of it, with what changed; or why there is none.
        report: Box<Result<Report, Said>>,
    },
    /// The report of a run.
    Report {
        /// The run.
        run: RunId,
        /// It as Markdown, or why there is none.
        text: Result<String, String>,
        /// The file that it was written to as a page, when that was asked for, or why it was not.
        kept: Option<Result<String, String>>,
    },
    /// Something went wrong that belongs to no run, such as a journal that cannot be written.
    Trouble {
        /// What happened and what to do.
        said: Said,
    },
    /// What is served, to a console in another process: the first that it is told.
    Welcome(Welcome),
    /// What this console may do now, and who commands.
    Seats {
        /// This console.
        seat: Seat,
        /// Who commands, when somebody does: `user@host`.
        pilot: Option<String>,
    },
    /// What was asked is for whoever commands, and this console only watches.
    Denied {
        /// Why, and how to take over.
        why: String,
    },
    /// Something worth knowing that changes nothing.
    Notice {
        /// What.
        text: String,
    },
    /// The runner has ended, or does not talk to this console: the last that it is told.
    Ended {
        /// Why, and what to do.
        error: Error,
    },
}

/// An error as a console is told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// What happened, what it did to AWS, and what to do.
    pub text: String,
    /// How a program that can do nothing else ends on it.
    pub exit: Exit,
}

/// The home page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Home {
    /// Live, drill or practice.
    pub mode: Mode,
    /// Name of the estate.
    pub estate: String,
    /// The environment.
    pub environment: Environment,
    /// Whether nothing may ever be changed from here.
    pub read_only: bool,
    /// The books, sorted by name.
    pub books: Vec<BookRow>,
    /// The runs, latest first.
    pub runs: Vec<RunRow>,
    /// The score of the newest scan, when there was one.
    #[serde(default)]
    pub score: Option<ScoreRow>,
    /// The phases of the estate, and what to do next.
    #[serde(default)]
    pub rollout: Rollout,
}

/// The score on the home page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreRow {
    /// Name of the profile.
    pub profile: String,
    /// When the scan began.
    pub at: Timestamp,
    /// Number of its record in the journal.
    pub record: u64,
    /// The score.
    pub score: Score,
}

/// What is scanned, before anything is answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScanView {
    /// Name of the profile.
    pub profile: String,
    /// Its title.
    pub title: String,
    /// The checks.
    pub entries: Vec<Entry>,
    /// The lines, in order.
    pub lines: Vec<LineRow>,
}

/// A line of a scan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineRow {
    /// Id of its check.
    pub id: String,
    /// Its target.
    pub target: String,
}

/// A book on the home page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BookRow {
    /// The book.
    pub pinned: Pinned,
    /// Its parameters.
    pub params: Vec<Param>,
    /// Its steps, before they are bound.
    pub steps: Vec<OutlineStep>,
    /// When it last came to rest here, and how.
    pub last_run: Option<(Timestamp, Rest)>,
}

/// A run on the home page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRow {
    /// Its name.
    pub id: RunId,
    /// Name of its book.
    pub book: String,
    /// Name of its estate.
    pub estate: String,
    /// Name of its environment.
    pub environment: String,
    /// Live, drill or practice.
    pub mode: Mode,
    /// `walking`, `paused`, `succeeded`, `aborted`, `failed` or `stuck`.
    pub state: String,
    /// What it needs of a person, when it needs one.
    pub needs: Option<String>,
    /// Steps that ended.
    pub done: usize,
    /// Steps in all.
    pub steps: usize,
    /// When it started.
    pub started: Timestamp,
    /// When something last happened.
    pub last: Timestamp,
    /// Who started it.
    pub actor: String,
}

/// What a book would change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Planned {
    /// Live, drill or practice.
    pub mode: Mode,
    /// The book, bound.
    pub bound: Bound,
    /// Who answered the reads.
    pub identity: Identity,
    /// When they were made.
    pub at: Timestamp,
    /// The plan of each step that sets or checks something.
    pub steps: Vec<StepPlan>,
    /// SHA-256 over the plans.
    pub digest: String,
    /// Why it cannot be started now: what has to come before it.
    #[serde(default)]
    pub unmet: Option<Unmet>,
}
