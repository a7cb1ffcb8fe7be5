//! `muster`: the full-screen console.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Out;
use crate::app::{Context, Surroundings};
use crate::engine::RunId;
use crate::error::{Error, Exit};

/// What the console shows first.
#[derive(Debug)]
pub(super) enum Opening {
    /// The home page.
    Home,
    /// A book, with parameters that were given.
    Book { book: String, params: BTreeMap<String, String> },
    /// A run, to go on with.
    Run { run: RunId },
}

/// Whether a full screen can be drawn and typed at.
pub(super) fn is_possible(surroundings: &Surroundings) -> bool {
    surroundings.stdin_is_terminal
        && surroundings.stdout_is_terminal
        && !surroundings.accessible
        && !matches!(surroundings.term.as_str(), "" | "dumb")
}

pub(super) async fn console(context: Arc<Context>, out: &Out) -> Result<Exit, Error> {
    open(context, Opening::Home, out).await
}

pub(super) async fn open(
    _context: Arc<Context>,
    _opening: Opening,
    _out: &Out,
) -> Result<Exit, Error> {
    Ok(Exit::Succeeded)
}
