//! Muster: a terminal console for runbooks and disaster recovery on AWS.
//!
//! # Modules
//!
//! ```text
//! main.rs      arguments in, exit code out
//! cli/         one file per subcommand
//! app/         the imperative shell: owns time, tasks, channels; nothing else knows it
//! tui/         the full-screen console; the only folder that names the terminal
//! linear/      the same console as plain lines
//! report/      run, drill and compliance reports
//! link.rs      what a console and the runner say to each other
//! journal/     append-only, hash-chained, fsynced record of events
//! engine/      pure: command in, events out, and the state that events make
//! runbook/     pure: TOML text in, a checked and bound book out
//! estate/      pure: environments, inventory, compliance profiles
//! settings/    pure: the table of settings over calls and replies
//! cloud/       pure: the closed vocabulary of AWS operations
//! sandbox/     a simulated AWS account that answers calls
//! aws/         AWS itself that answers calls, behind the feature of that name
//! problem/     what is wrong in a file, with its place
//! error.rs     a kind, a sentence, a way out and an exit code
//! text.rs      text from outside, made fit to show
//! ```
//!
//! Arrows between them point one way. `tests/tidy/main.rs` holds the table of all there are: its
//! test fails on any other, on a foreign crate outside of its folder, and on a module that is
//! missing above.

pub mod app;
#[cfg(feature = "aws")]
pub mod aws;
pub mod cli;
pub mod cloud;
pub mod engine;
pub mod error;
pub mod estate;
pub mod journal;
pub mod linear;
pub mod link;
pub mod problem;
pub mod runbook;
pub mod sandbox;
pub mod settings;
pub mod text;
pub mod tui;
