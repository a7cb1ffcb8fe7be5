//! `muster runs` and `muster status`: what ran, what rests where, what it needs.

use serde_json::json;

use super::Out;
use crate::app::{Context, History, state_of};
use crate::engine::words::{call_words, end_words};
use crate::engine::{Run, StepState, TargetState};
use crate::error::{Error, Exit};
use crate::journal;

pub(super) fn runs(context: &Context, json: bool, out: &Out) -> Result<Exit, Error> {
    let history = History::of(&journal::read(&context.state_dir)?.lines)?;
    let rows = history.rows();
    if json {
        out.json(&json!({ "version": 1, "runs": rows }));
        return Ok(Exit::Succeeded);
    }
    if rows.is_empty() {
        out.talk("No run yet. `muster run BOOK` begins one.");
    }
    for row in rows {
        out.line(&format!(
            "{}  {:<10} {:<9} {}/{}  {} {}  {}  {}",
            row.id,
            row.state,
            row.mode.to_string(),
            row.done,
            row.steps,
            row.estate,
            row.environment,
            row.book,
            row.started.strftime("%Y-%m-%d %H:%M UTC"),
        ));
        if let Some(needs) = row.needs {
            out.line(&format!("    needs: {needs}"));
        }
    }
    Ok(Exit::Succeeded)
}

pub(super) fn status(
    context: &Context,
    run: Option<&str>,
    json: bool,
    out: &Out,
) -> Result<Exit, Error> {
    let verified = journal::read(&context.state_dir)?;
    let history = History::of(&verified.lines)?;
    let run = history.meant(run, false)?;
    let (state, needs) = state_of(run);
    if json {
        out.json(&json!({ "version": 1, "state": state, "needs": needs, "run": run }));
        return Ok(Exit::Succeeded);
    }
    let bound = &run.bound;
    out.line(&format!("Run {} is {state}", run.id));
    out.line(&format!(
        "  book      {} {} ({})",
        bound.book.name, bound.book.version, bound.book.title
    ));
    out.line(&format!(
        "  where     {} {} {}, {}",
        bound.estate,
        bound.environment.name,
        bound.environment.place,
        run.mode.to_string().to_uppercase()
    ));
    out.line(&format!("  who       {} since {:.0}", run.actor, run.started));
    out.line(&format!("  last      {:.0}", run.last));
    out.line(&format!("  changes   {} calls applied", run.applied));
    if let Some(needs) = needs {
        out.line(&format!("  needs     {needs}"));
    }
    steps(run, out);
    for note in &run.notes {
        out.line(&format!("  note      {:.0} {}: {}", note.at, note.by, note.text));
    }
    if let journal::Check::Head(head) = verified.check {
        out.line(&format!("  journal   {head}"));
    }
    Ok(Exit::Succeeded)
}

fn steps(run: &Run, out: &Out) {
    for (number, (text, state)) in (1..).zip(run.bound.steps.iter().zip(&run.steps)) {
        let words = match &state.state {
            StepState::Ended { end } => end_words(end),
            StepState::Failed { failure } => {
                format!("FAILED: {}; {}", failure.what, failure.advice)
            }
            other => other.name().to_owned(),
        };
        out.line(&format!("  step {number:>2}   {}: {words}", text.title));
        for target in &state.targets {
            if let TargetState::Sent { attempt, call, .. }
            | TargetState::Unknown { attempt, call, .. } = &target.state
            {
                out.line(&format!("    in flight: attempt {attempt}: {}", call_words(call)));
            }
        }
    }
}
