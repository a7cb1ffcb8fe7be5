//! What can be typed: the one table that help, completions and the manual page are made from.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::app::Options;

const EXIT_CODES: &str = "Exit codes:
   0  it did what was asked
   1  it failed, and nothing was changed, or all was taken back
   2  the command line or a book is not right
   3  cancelled: the operator said no, or nobody was there to say yes
   4  a login is needed
   5  stuck: something was changed, something failed, and a person is needed
   6  the score is under what --fail-under asks for
   7  the journal does not verify
  75  paused half way: `muster resume` goes on";

/// Runbooks and disaster recovery on AWS, walked step by step.
///
/// Without a command: the full-screen console.
#[derive(Debug, Parser)]
#[command(name = "muster", version, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Command>,

    /// The estate; needed when there are several
    #[arg(long, global = true, value_name = "NAME")]
    estate: Option<String>,

    /// The environment of the estate: prod, dev, ...
    #[arg(long, global = true, value_name = "NAME")]
    env: Option<String>,

    /// Everything happens in a simulated account: no AWS, no credentials
    #[arg(long, global = true)]
    practice: bool,

    /// Profile of the AWS configuration files
    #[arg(long, global = true, value_name = "NAME")]
    profile: Option<String>,

    /// Refuse to start unless this is the environment's Region
    #[arg(long, global = true, value_name = "REGION")]
    region: Option<String>,

    /// Where all AWS services are, instead of at AWS (AWS_ENDPOINT_URL works too)
    #[arg(long, global = true, value_name = "URL")]
    endpoint_url: Option<String>,

    /// Where runs, journal and the simulated account are kept
    #[arg(long, global = true, value_name = "DIR", env = "MUSTER_STATE_DIR")]
    state_dir: Option<PathBuf>,

    /// Books and estates from this directory instead of those in the program
    #[arg(long, global = true, value_name = "DIR", env = "MUSTER_RUNBOOKS")]
    pub(super) runbooks: Option<PathBuf>,

    /// Never change anything; it cannot be armed
    #[arg(long, global = true)]
    read_only: bool,

    /// Plain lines instead of the full screen (so do ACCESSIBLE=1 and TERM=dumb)
    #[arg(long, global = true)]
    linear: bool,

    /// Answer as JSON, with a `version` field (commands that read)
    #[arg(long, global = true)]
    pub(super) json: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// The books, with kind, version, risk and digest
    List,
    /// A book as text; or `settings`, the reference of all settings
    Show(ShowArgs),
    /// Lint books, estates and profiles: schema, references, rules of AWS; needs no account
    Check {
        /// A directory with estates, one estate's folder, or one file of it; the shipped books when
        /// absent
        path: Option<PathBuf>,
    },
    /// What a book would change, before -> after; sends nothing that changes anything
    Plan(PlanArgs),
    /// How much of a compliance profile is met; reads only, and writes the scan into the journal
    Compliance(ComplianceArgs),
    /// Walk a book: full screen on a terminal, or as plain lines
    Run(RunArgs),
    /// Go on with a run after any stop: it looks at AWS before it does anything
    Resume(ResumeArgs),
    /// Take back what a run changed, last change first, as a run of its own
    Rollback(RollbackArgs),
    /// Come back to a run that is going on, or watch it from a second terminal
    Attach(AttachArgs),
    /// What ran, what rests where, and what it needs of a person
    Runs {
        #[command(subcommand)]
        command: Option<RunsCommand>,
    },
    /// Where a run stands, as text to paste into a ticket
    Status {
        /// The run; the latest when absent
        run: Option<String>,
        /// A few sentences to hand the run over with, read aloud in a minute
        #[arg(long)]
        hand_over: bool,
    },
    /// What a run did, for people who were not there: Markdown, a page of HTML, or JSON
    Report(ReportArgs),
    /// The phases of the estate: how far each is, and what to do next
    Rollout,
    /// The audit journal
    Journal {
        #[command(subcommand)]
        command: JournalCommand,
    },
    /// The simulated account
    Practice {
        #[command(subcommand)]
        command: PracticeCommand,
    },
    /// Terminal, clock, credentials, account, disk: what was found, and what is wrong
    Doctor,
    /// JSON Schema of books, estates or compliance profiles, for editors
    Schema {
        /// Which one
        #[arg(value_enum, default_value_t = SchemaOf::Runbook)]
        what: SchemaOf,
    },
    /// Completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// The manual page
    Man,
    /// The process behind a console; started by it
    #[command(hide = true)]
    Runner,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum SchemaOf {
    /// Of a book
    Runbook,
    /// Of an estate
    Estate,
    /// Of a compliance profile
    Compliance,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// Text that GitHub and wikis show as a page
    Markdown,
    /// One file that loads nothing, and prints well
    Html,
    /// All of it as data
    Json,
}

#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// The run; the latest when absent
    pub run: Option<String>,
    /// Its form; when absent, what the name of the file ends in, else Markdown
    #[arg(long, value_enum)]
    pub format: Option<ReportFormat>,
    /// Placeholders for accounts, ARNs, persons, addresses, request ids, answers and notes
    #[arg(long)]
    pub redacted: bool,
    /// Write it to a new file
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// Name of the book, or `settings`
    pub book: String,
    /// The IAM policy that the book needs, as JSON
    #[arg(long)]
    pub iam: bool,
    #[command(flatten)]
    pub params: ParamArgs,
}

#[derive(Debug, Args)]
pub(super) struct ParamArgs {
    /// A parameter of the book
    #[arg(short, long = "param", value_name = "NAME=VALUE", value_parser = pair)]
    pub param: Vec<(String, String)>,
}

#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    /// Name of the book
    pub book: String,
    #[command(flatten)]
    pub params: ParamArgs,
    /// Keep the plan in a file, for `muster run --plan`
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct ComplianceArgs {
    /// Name of the profile; `compliance` when absent
    pub profile: Option<String>,
    #[command(flatten)]
    pub format: FormatArgs,
    /// Write it to a file instead
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Exit with 6 when fewer percent of all checks are met; what could not be checked is not met
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub fail_under: Option<u8>,
}

/// How a report is written; as text when nothing is said.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(super) struct FormatArgs {
    /// As Markdown
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,
    /// As one HTML page that needs nothing else
    #[arg(long, conflicts_with = "json")]
    pub html: bool,
    /// As JUnit XML, for pipelines: one test case for each line
    #[arg(long, conflicts_with = "json")]
    pub junit: bool,
    /// As SARIF 2.1.0, for code scanning: one result for each line that is not met
    #[arg(long, conflicts_with = "json")]
    pub sarif: bool,
}

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// Name of the book
    pub book: String,
    #[command(flatten)]
    pub params: ParamArgs,
    /// Run only if the plan is still the one that was kept in this file
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    #[command(flatten)]
    pub walk: WalkArgs,
}

#[derive(Debug, Args)]
pub(super) struct ResumeArgs {
    /// The run; the latest that is not finished when absent
    pub run: Option<String>,
    #[command(flatten)]
    pub walk: WalkArgs,
}

#[derive(Debug, Subcommand)]
pub(super) enum RunsCommand {
    /// Command a run that somebody else commands; they only watch from then on
    TakeOver(TakeOverArgs),
}

#[derive(Debug, Args)]
pub(super) struct TakeOverArgs {
    /// The run
    pub run: String,
    /// Your name, where nobody can type it
    #[arg(long, value_name = "NAME")]
    pub operator: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct AttachArgs {
    /// The run; the one that is being walked when absent
    pub run: Option<String>,
    /// Only watch, also when nobody commands
    #[arg(long)]
    pub watch: bool,
}

#[derive(Debug, Args)]
pub(super) struct RollbackArgs {
    /// The run whose changes are taken back
    pub run: String,
    #[command(flatten)]
    pub walk: WalkArgs,
}

#[derive(Debug, Default, Args)]
pub(super) struct WalkArgs {
    /// Stands for Enter and `y`; in practice also for typed phrases and manual steps
    #[arg(long)]
    pub yes: bool,
    /// Stands for a phrase that must be typed (repeatable)
    #[arg(long, value_name = "PHRASE")]
    pub confirm: Vec<String>,
    /// Name of the second person who agrees to what is irreversible
    #[arg(long, value_name = "NAME")]
    pub second_person: Option<String>,
    /// The answer of a manual step (repeatable)
    #[arg(long, value_name = "STEP=TEXT", value_parser = pair)]
    pub answer: Vec<(String, String)>,
}

#[derive(Debug, Subcommand)]
pub(super) enum JournalCommand {
    /// Its records, as sentences or as JSON
    Show {
        /// Only those of this run
        run: Option<String>,
    },
    /// Check the chain, and the end against the kept head
    ///
    /// Every record that was changed, left out, moved, put in or taken from another journal is
    /// found, and so is a cut end. Whoever puts back an older copy together with its older head
    /// leaves nothing that could be found here: compare the printed head with one that was kept
    /// elsewhere. Records that somebody who knows the chain adds at the end look as those of a
    /// crash do: there are more than the head names, after a loss of power up to 64. Without a head next to the journal a cut end
    /// does not show, which is said.
    Verify,
    /// The raw bytes, for an auditor
    Export,
}

#[derive(Debug, Subcommand)]
pub(super) enum PracticeCommand {
    /// The simulated account as it was before any phase
    Reset,
    /// Every effect that the simulated account has seen
    Ledger,
    /// Make calls go wrong, as a JSON file says; without a file, no more
    Faults {
        /// A JSON list of faults
        file: Option<PathBuf>,
    },
}

impl Arguments {
    /// The options that every command has.
    pub fn options(&self) -> Options {
        Options {
            estate: self.estate.clone(),
            environment: self.env.clone(),
            // What is asked of the simulated account is practice, said or not.
            practice: self.practice || matches!(self.command, Some(Command::Practice { .. })),
            profile: self.profile.clone(),
            region: self.region.clone(),
            endpoint_url: self.endpoint_url.clone(),
            state_dir: self.state_dir.clone(),
            runbooks: self.runbooks.clone(),
            read_only: self.read_only,
            linear: self.linear,
        }
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("it has the form NAME=VALUE".to_owned()),
    }
}
