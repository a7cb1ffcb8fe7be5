//! Where a run stands, on one card: what happened, what it changed in AWS, what is in flight, what to
//! do and whom to call. And the same as a text that is read aloud in a minute.

use super::rollback::rollback;
use super::run::{Rest, Run, Stage, StepState, TargetState};
use super::words::{call_words, count, failure_words, rest_words, value_words};

/// Where a run stands.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Card {
    /// What happened, in a sentence.
    pub happened: String,
    /// What was, or may have been, changed in AWS by it, each with its values and request ids.
    pub changed: Vec<String>,
    /// The calls whose ending nobody saw.
    pub in_flight: Vec<String>,
    /// What to do next, the first thing first.
    pub next: Vec<String>,
    /// Whom to call.
    pub call: Vec<String>,
}

impl Card {
    /// The card of a run.
    pub fn of(run: &Run) -> Self {
        Self {
            happened: happened(run),
            changed: changed(run),
            in_flight: in_flight(run),
            next: next(run),
            call: call(run),
        }
    }

    /// The same as a few sentences, short enough to be read aloud in a minute.
    pub fn aloud(&self, run: &Run) -> String {
        let bound = &run.bound;
        let ended = run.steps.iter().filter(|s| matches!(s.state, StepState::Ended { .. })).count();
        let place = &bound.environment.place;
        let mut text = format!(
            "This is {} run {}: {} {}, on {} {}, account {}, Region {}. {} began it at {} UTC.",
            run.mode,
            run.id,
            bound.book.title,
            bound.book.version,
            bound.estate,
            bound.environment.name,
            place.account,
            place.region,
            run.operator.name,
            run.started.strftime("%H:%M"),
        );
        let steps = count(run.steps.len(), "step");
        text += &format!(" {ended} of {steps} have ended. {}.", self.happened);
        let changed = count(self.changed.len(), "resource");
        text += &match self.changed.len() {
            0 => " Nothing was changed in AWS.".to_owned(),
            _ => format!(" {changed} changed, or perhaps changed, in AWS."),
        };
        text += &match self.in_flight.as_slice() {
            [] => " Nothing is in flight.".to_owned(),
            [one] => format!(" In flight: {one}."),
            [one, others @ ..] => format!(" In flight: {one}, and {} more.", others.len()),
        };
        if let Some(next) = self.next.first() {
            text += &format!(" Next: {}.", next.trim_end_matches('.'));
        }
        text + &format!(" Call {}.", self.call.join(", or "))
    }
}

fn happened(run: &Run) -> String {
    let here = run.current().map(|step| {
        let title = run.step(step).map_or("", |text| &text.title);
        format!("step {}, {title}", step + 1)
    });
    let here = here.unwrap_or_else(|| "the end".to_owned());
    match &run.stage {
        Stage::Rested { rest: Rest::Stuck { failure } | Rest::Failed { failure } } => {
            format!("It stopped at {here}: {}", failure_words(failure))
        }
        Stage::Rested { rest } => rest_words(rest),
        Stage::Paused { why, .. } => format!("It waits at {here}: {why}"),
        Stage::Reviewing {} => format!("It stopped at {here} with calls in flight"),
        Stage::Aborting { reason } => format!("It is being ended at {here}: {reason}"),
        Stage::Walking {} => match run.current().map(|step| &run.steps[step].state) {
            Some(StepState::Failed { failure }) => {
                format!("It waits at {here}, which failed: {}", failure_words(failure))
            }
            Some(StepState::Planned { .. }) => format!("It waits for a confirmation at {here}"),
            Some(StepState::Asking { text }) => format!("It asks at {here}: {text}"),
            Some(
                StepState::Waiting {}
                | StepState::Inspecting {}
                | StepState::Working {}
                | StepState::Ended { .. },
            )
            | None => format!("It is at {here}"),
        },
    }
}

fn changed(run: &Run) -> Vec<String> {
    let steps = run.bound.steps.iter().zip(&run.steps);
    let lines = steps.flat_map(|(text, state)| {
        let (setting, wanted) = text.targets().unwrap_or_default();
        wanted.iter().zip(&state.targets).filter_map(move |(wanted, found)| {
            let before = found.touched.before.as_ref().filter(|_| found.touched.is_changed())?;
            let sure = match found.state {
                TargetState::Verified { .. } => "verified",
                TargetState::Waiting {}
                | TargetState::Inspected {}
                | TargetState::Sent { .. }
                | TargetState::Backoff { .. }
                | TargetState::Unknown { .. }
                | TargetState::Between { .. }
                | TargetState::Observing {}
                | TargetState::Left { .. }
                | TargetState::Failed { .. } => "NOT verified",
            };
            let (from, to) = (value_words(before), value_words(&wanted.to));
            let ids = match found.requests.as_slice() {
                [] => String::new(),
                ids => format!(", request {}", ids.join(", ")),
            };
            Some(format!("{} {setting}: {from} -> {to}, {sure}{ids}", wanted.on.name))
        })
    });
    lines.collect()
}

fn in_flight(run: &Run) -> Vec<String> {
    let targets = run.steps.iter().flat_map(|step| &step.targets);
    let lines = targets.filter_map(|target| match &target.state {
        TargetState::Sent { attempt, call, .. } => {
            Some(format!("attempt {attempt}, {}", call_words(call)))
        }
        TargetState::Unknown { attempt, call, sent, .. } => {
            Some(format!("attempt {attempt}, {}, sent at {sent:.0}", call_words(call)))
        }
        TargetState::Waiting {}
        | TargetState::Inspected {}
        | TargetState::Backoff { .. }
        | TargetState::Between { .. }
        | TargetState::Observing {}
        | TargetState::Verified { .. }
        | TargetState::Left { .. }
        | TargetState::Failed { .. } => None,
    });
    lines.collect()
}

fn next(run: &Run) -> Vec<String> {
    let mut next = Vec::new();
    let resume = format!("go on with it: muster resume {}", run.id);
    match &run.stage {
        Stage::Rested { rest: Rest::Stuck { failure } } => {
            next.extend([failure.advice.clone(), resume]);
        }
        Stage::Rested { rest: Rest::Failed { failure } } => next.push(failure.advice.clone()),
        Stage::Rested { .. } => {}
        Stage::Walking {} | Stage::Reviewing {} | Stage::Paused { .. } | Stage::Aborting { .. } => {
            let failed = run.current().and_then(|step| run.steps[step].state.failure());
            next.extend(failed.map(|failure| failure.advice.clone()));
            next.push(resume);
        }
    }
    if rollback(run).is_ok() {
        next.push(format!("take back what it changed: muster rollback {}", run.id));
    }
    next
}

fn call(run: &Run) -> Vec<String> {
    let bound = &run.bound;
    let contact = bound.environment.contact.clone();
    let owner = format!("{}, who answers for the book", bound.book.owner);
    contact.into_iter().chain([owner]).collect()
}
