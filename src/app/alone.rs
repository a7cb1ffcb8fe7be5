//! What is written to the journal where no runner lives.

use jiff::Timestamp;

use super::context::Context;
use super::history::{History, no_such_run};
use super::hub::held;
use crate::engine::{Command, decide};
use crate::error::{Error, Exit};
use crate::journal::Journal;

/// Gives a run to another operator: the actor of this process, under this name.
///
/// # Errors
/// Somebody else writes the journal, or it is not allowed.
pub fn take_over_alone(
    context: &Context,
    id: &str,
    name: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let (directory, actor) = (&context.state_dir, &context.surroundings.actor);
    let opened = Journal::open(directory, actor, now).map_err(|error| held(directory, error));
    let (mut journal, lines) = opened?;
    let history = History::of(&lines)?;
    let (run, _) = history.get(id).ok_or_else(|| no_such_run(id))?;
    let command = Command::TakeOver { name: name.to_owned() };
    let events = decide(run, &command, actor, now).map_err(|refusal| {
        let advice = "`muster runs` says what rests where.";
        Error::new("refused", Exit::Failed, refusal.to_string(), advice)
    })?;
    for event in events {
        history.check(journal.next(id, actor, now, &event))?;
        journal.append(id, actor, now, &event)?;
    }
    Ok(())
}
