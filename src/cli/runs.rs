//! `muster runs` and `muster status`: what ran, what rests where, what it needs.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::Out;
use super::reach::peek;
use crate::app::{Context, History, state_of};
use crate::engine::words::end_words;
use crate::engine::{Card, Run, StepState};
use crate::error::{Error, Exit};
use crate::journal;
use crate::link::{RunRow, Welcome};

/// The process that walks a run now.
#[derive(Clone, Debug, Serialize)]
struct Walker {
    /// Its number.
    process: u32,
    /// Since when it runs.
    since: Timestamp,
    /// Who started it: `user@host`.
    actor: String,
    /// Who commands there now, when somebody does: `user@host`.
    pilot: Option<String>,
}

/// A run as it is listed, and who walks it.
#[derive(Debug, Serialize)]
struct Listed {
    #[serde(flatten)]
    row: RunRow,
    walked_by: Option<Walker>,
}

/// What walks a run. A runner that does not answer is no reason not to list what the journal says.
fn walker(found: Option<&Welcome>, run: &str) -> Option<Walker> {
    let found = found.filter(|found| found.walks.iter().any(|walked| walked == run))?;
    let Welcome { process, since, actor, pilot, .. } = found.clone();
    Some(Walker { process, since, actor, pilot })
}

async fn found(context: &Context, out: &Out) -> Option<Welcome> {
    match peek(context).await {
        Ok(found) => found,
        Err(error) => {
            out.talk(&error.render());
            None
        }
    }
}

fn walker_words(walker: &Walker) -> String {
    let Walker { process, since, actor, pilot } = walker;
    let pilot = pilot.as_ref().map_or_else(
        || "nobody is attached to command it".to_owned(),
        |pilot| format!("{pilot} commands"),
    );
    format!("process {process} of {actor} since {since:.0}; {pilot}")
}

pub(super) async fn runs(context: &Context, json: bool, out: &Out) -> Result<Exit, Error> {
    let found = found(context, out).await;
    let history = History::read(&context.state_dir)?;
    let rows = history.rows();
    if json {
        let rows = rows.into_iter().map(|row| {
            let walked_by = walker(found.as_ref(), &row.id);
            Listed { row, walked_by }
        });
        out.json(&json!({ "version": 1, "runs": rows.collect::<Vec<_>>() }));
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
        if let Some(needs) = &row.needs {
            out.line(&format!("    needs: {needs}"));
        }
        match walker(found.as_ref(), &row.id) {
            Some(walker) => out.line(&format!("    walked by {}", walker_words(&walker))),
            // What is stuck needs more than a process.
            None if row.needs.is_some() && row.state != "stuck" => {
                out.line(&format!("    nobody walks it now: muster resume {}", row.id));
            }
            None => {}
        }
    }
    Ok(Exit::Succeeded)
}

pub(super) async fn status(
    context: &Context,
    run: Option<&str>,
    hand_over: bool,
    json: bool,
    out: &Out,
) -> Result<Exit, Error> {
    let found = found(context, out).await;
    let verified = journal::read(&context.state_dir)?;
    let history = History::of(&verified.lines)?;
    let run = history.meant(run, false)?;
    let (state, needs) = state_of(run);
    if hand_over {
        out.line(&Card::of(run).aloud(run));
        return Ok(Exit::Succeeded);
    }
    if json {
        let walked_by = walker(found.as_ref(), &run.id);
        out.json(&json!({
            "version": 1, "state": state, "needs": needs, "walked_by": walked_by,
            "card": Card::of(run), "run": run,
        }));
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
    let operator = &run.operator;
    out.line(&format!(
        "  operator  {} ({}) since {:.0}",
        operator.name, operator.actor, operator.since
    ));
    if let Some(walker) = walker(found.as_ref(), &run.id) {
        out.line(&format!("  walked by {}", walker_words(&walker)));
    }
    out.line(&format!("  last      {:.0}", run.last));
    card(&Card::of(run), out);
    steps(run, out);
    for note in &run.notes {
        out.line(&format!("  note      {:.0} {}: {}", note.at, note.by, note.text));
    }
    if let journal::Check::Head(head) = verified.check {
        out.line(&format!("  journal   {head}"));
    }
    Ok(Exit::Succeeded)
}

/// The parts of a card, each under its word.
fn card(card: &Card, out: &Out) {
    out.line(&format!("  happened  {}", card.happened));
    let parts = [
        ("in AWS", &card.changed, "nothing was changed"),
        ("in flight", &card.in_flight, "nothing"),
        ("next", &card.next, "nothing to do"),
        ("call", &card.call, ""),
    ];
    for (word, lines, none) in parts {
        if lines.is_empty() {
            out.line(&format!("  {word:<9} {none}"));
        }
        for (at, line) in lines.iter().enumerate() {
            let word = if at == 0 { word } else { "" };
            out.line(&format!("  {word:<9} {line}"));
        }
    }
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
    }
}
