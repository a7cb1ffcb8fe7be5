//! Muster: a terminal console for runbooks and disaster recovery on AWS.
//!
//! This page is the architecture document. It says what each folder is for, which way the arrows
//! between them point, what is never broken, and how a key press becomes a change in AWS.
//!
//! # Modules
//!
//! ```text
//! main.rs      the exit code of the command line
//! cli/         one file per subcommand; the only folder that names clap
//! app/         the imperative shell: owns time, tasks, files, channels; nothing below knows it
//! tui/         the full-screen console; the only folder that names ratatui and crossterm
//! linear/      the same console as plain lines
//! report/      a run as a page: Markdown, HTML or JSON, made of its records alone; askama
//! link.rs      what a console and the runner say to each other: Ask up, News down
//! journal/     append-only, hash-chained, fsynced record of events
//! engine/      pure: commands and answers in, events out, and the state that the events make
//! runbook/     pure: TOML text in, a checked and bound book out, or problems with their places
//! estate/      pure: environments and inventory
//! compliance/  pure: profiles, which reads a scan makes, outcomes, score, and how they are shown
//! settings/    pure: the table of settings, over calls and replies
//! jobs/        pure: the table of jobs: settings that take long, and say how far they are
//! cloud/       pure: the closed vocabulary of AWS operations
//! bulk/        work over many objects: one call above, as many as there are objects below
//! sandbox/     a simulated AWS account behind the same calls
//! aws/         AWS itself behind the same calls; the only folder that names aws_* (feature `aws`)
//! problem/     what is wrong in a file, with its place
//! error.rs     what a person is told: what happened, what it did to AWS, what to do, exit code
//! text.rs      text from outside, made fit to show
//! ```
//!
//! Arrows point one way. `tests/tidy/main.rs` holds the table of all there are; its test fails on
//! any other, on a foreign crate outside its folder, on a file without a first line that says what
//! it is for, and on a folder that is missing above.
//!
//! # The one idea
//!
//! A [setting](settings::Setting) is a property of a resource as plain data and pure functions: how
//! it is read, decoded, compared, written, undone; how dangerous a given change is; which rules of
//! AWS bind it. Plan, apply, verify, *already done*, preflight rules, IAM policy, reference page and
//! the schema of books are all made from that one table. Adding a setting is one `impl` in one file
//! and one row in [`settings::TABLE`].
//!
//! A [job](jobs) is a setting of what it leaves behind: a deployed stack, a bucket that holds the
//! copies. It has the same functions, so the engine knows no other kind of step; besides it says
//! how far it is ([`settings::Progress`], shown and never evidence), that AWS gave it up
//! ([`settings::Setback`]: a failure with its first cause), and that a call of it which was cut
//! short goes on where it stopped ([`engine::Conclusion::Partly`]: sent again under a new number).
//! What AWS carries out by itself and knows by no name, as a copy of S3 Batch Operations, has its
//! number in what AWS shows of it: so it is found again, and an earlier one is not taken for it
//! ([`settings::Setting::is_later`]).
//!
//! # From a key to a change
//!
//! ```text
//! key -> tui/linear: Ask::Tell(Command) -> app::Hub -> engine::decide -> events
//!                                                                          |
//!        consoles <- News::Recorded <- engine apply <- journal (fsync) <---+
//!                                          |
//!                                   engine::due: effects -> app hands -> Account::send (aws, sandbox)
//!                                                                          |
//!                     events <- engine::hear <- how the call ended <-------+
//! ```
//!
//! [`engine::advance()`] supplies what follows from the state alone (the next step, the next intent,
//! the end). All four are plain synchronous functions of the state; consoles fold the very same
//! records with the same [`engine::Run::apply`].
//!
//! Where a person sits at a terminal, the hub lives in a process of its own (`app::attach` starts
//! it and finds it again), and the same Asks and News go over a socket as lines of JSON. Any number
//! of consoles may be attached; one commands, and none is ever waited for.
//!
//! # Invariants
//!
//! - **No change is sent before its intent is durable.** A call is sent only in state *sent*, which
//!   only [`engine::Event::Intended`] makes, which is applied only after the journal has fsynced it.
//! - **An attempt is sent at most once.** On resume every attempt without an ending becomes
//!   *unknown*: it is looked for, and sent again, under a new number, only after several looks over
//!   time showed that it never happened.
//! - **What was confirmed is what is sent.** Applying an intent whose call is not the one in the
//!   confirmed plan is an error, and a plan that is too old is read anew instead of confirmed.
//! - **Green means read back.** *Verified* is made only of a read after the change.
//! - **Nothing goes to another account.** An intent needs an identity that equals the
//!   environment's; every pause and every resume forgets it. Credentials that change in between sign
//!   no change before the account has said whose they are. Bucket calls name their owner besides.
//! - **Read-only is a state of the run**, not a set of hidden keys.
//! - **After one failing operation of the disk nothing is written or sent any more.** What could not
//!   be written is kept elsewhere and told.
//! - **No text from outside reaches a terminal unseen.** Each sink passes what it writes through
//!   [`text`]: the finished screen buffer, the lines of the command line, and its JSON.
//! - **Nothing goes on before what was in flight is known and seen.** A resumed run only reads until
//!   each of its open attempts has its ending, and a person has accepted what was found.
//! - **One operator.** A run takes the commands of one actor; another takes it over in the journal,
//!   and what the former allowed and confirmed is asked for anew.
//! - **Undo is a run.** [`engine::rollback()`] makes a book of what a run changed, last change first;
//!   it is planned, confirmed, verified and resumed as any other, and has no code path of its own
//!   but [`engine::Verdict::of`] asking the setting for its undo instead of its write.
//! - **A run stops for no console.** One that leaves, hangs or says nonsense is left behind.
//! - **One run per resource.** What a run that is not at rest may change, no other run touches.
//! - **Nothing waits in key or draw code**; all channels are bounded.
//!
//! `tests/engine` breaks each of the first six on purpose in the simulated account: a crash at
//! every record, a fault at every call, every event in every state.
//!
//! # Where this differs from the first design
//!
//! - `link` is a module of its own: consoles may not know `app`.
//! - `decide` takes what persons ask; `hear` and `advance` stand beside it for the account and for
//!   what happens by itself.
//! - The typed phrase of an irreversible change is `account/region/resource` with the account id
//!   that answered: reading the alias would need one more permission.
//! - A run that failed before anything was changed rests as *failed*, so that exit code 1 and the
//!   screen agree; *stuck* means that something was changed.
//! - Time in the simulated account runs [`app::practice::PACE`] times as fast; a run knows its pace,
//!   so that time-outs and waits mean AWS's time.
//! - A conclusion is *done*, *never happened*, *differently* or *cannot tell*; *still going on* is
//!   what a look shows ([`engine::Sight`]), and is looked at again until the step's time is up.
//! - A job has `on` as a setting has, beside `with`: the resource that it makes or changes.
//! - A lease is no event of its own: a run that is not at rest holds what its book sets.
//! - A run of which everything was taken back rests as *rolled back*, written down when the run that
//!   did it succeeds. What a rollback had to leave is part of that record.
//! - Unattended runs (no terminal) are walked in the process of the command: whoever cancels the job
//!   stops the run.
//! - The practice clock is the machine's, faster: tests inject theirs.

pub mod app;
#[cfg(feature = "aws")]
pub mod aws;
pub mod bulk;
pub mod cli;
pub mod cloud;
pub mod compliance;
pub mod engine;
pub mod error;
pub mod estate;
pub mod jobs;
pub mod journal;
pub mod linear;
pub mod link;
pub mod problem;
pub mod report;
pub mod runbook;
pub mod sandbox;
pub mod settings;
pub mod text;
pub mod tui;
