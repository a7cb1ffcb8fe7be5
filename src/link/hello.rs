//! How a console and a runner that are two processes greet each other.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::engine::{Mode, RunId};

/// What both sides must be: another version may mean something else by the same words.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The first line of a console. It may hold more than this version knows: the version decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// Version of its program.
    pub version: String,
    /// Who sits there: `user@host`.
    pub actor: String,
    /// What it came for.
    pub wish: Wish,
}

/// What a console came for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// To command, when nobody does yet; else to watch.
    Pilot,
    /// To watch, and never more.
    Watch,
    /// To take a run over from whoever commands it.
    TakeOver,
    /// To know what is served here, and to leave again.
    Peek,
}

/// What a console may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seat {
    /// It commands.
    Pilot,
    /// It is told everything, and its commands are refused.
    Watcher,
}

/// What a runner says of itself, first of all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// Number of its process.
    pub process: u32,
    /// Since when it runs.
    pub since: Timestamp,
    /// Who started it: `user@host`.
    pub actor: String,
    /// Where its calls go.
    pub mode: Mode,
    /// Name of the estate.
    pub estate: String,
    /// Name of the environment.
    pub environment: String,
    /// The runs that it walks.
    pub walks: Vec<RunId>,
    /// Whether it goes on when its consoles leave.
    pub stays: bool,
    /// What this console may do.
    pub seat: Seat,
    /// Who commands, when somebody does: `user@host`.
    pub pilot: Option<String>,
}

impl Hello {
    /// The greeting of this program.
    pub fn new(actor: impl Into<String>, wish: Wish) -> Self {
        Self { version: VERSION.to_owned(), actor: actor.into(), wish }
    }
}
