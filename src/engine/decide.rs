//! What a person may ask, and what follows from it.

use jiff::Timestamp;

use super::command::{Command, Refusal};
use super::event::{Event, Failure};
use super::friction::Friction;
use super::run::{Rest, Run, Stage, StepState};

/// After so many seconds of the clock a plan is read anew before it can be confirmed: what was
/// shown is what is there. Long enough to read a plan of fifty targets aloud.
const PLAN_IS_FRESH_SECONDS: i64 = 600;

type Decision = Result<Vec<Event>, Refusal>;

/// What follows from a command of this actor, `user@host`.
///
/// # Errors
/// Why it is not allowed now. Nothing has happened then.
pub fn decide(run: &Run, command: &Command, by: &str, now: Timestamp) -> Decision {
    if let Command::Note { text } = command {
        return Ok(vec![Event::Noted { text: given(text)? }]);
    }
    if let Command::TakeOver { name } = command {
        return take_over(run, name, by);
    }
    let operator = &run.operator;
    if by != operator.actor {
        let (name, actor) = (operator.name.clone(), operator.actor.clone());
        return Err(Refusal::NotYours { name, actor, since: operator.since });
    }
    if let Command::Resume {} = command {
        return resume(run);
    }
    if run.is_at_rest() {
        return Err(Refusal::AtRest {});
    }
    match command {
        Command::Note { .. } | Command::Resume {} | Command::TakeOver { .. } => Ok(Vec::new()),
        Command::Arm {} if run.read_only => Err(Refusal::Locked {}),
        Command::Arm {} if run.armed => Ok(Vec::new()),
        Command::Arm {} if run.identity.is_none() => Err(Refusal::Unidentified {}),
        Command::Arm {} => Ok(vec![Event::Armed {}]),
        Command::Disarm {} if !run.armed => Ok(Vec::new()),
        Command::Disarm {} => Ok(vec![Event::Disarmed {}]),
        Command::Confirm { step, digest, typed, second } => {
            confirm(run, *step, digest, typed, second.as_deref(), by, now)
        }
        // It is filled into later steps: it must not be taken for something to fill in itself.
        Command::Answer { text, .. } if text.contains("${") => Err(Refusal::Path {}),
        Command::Answer { step, text } => {
            let answer = Event::Replied { step: *step, text: given(text)? };
            on(run, *step, &["asking"], answer)
        }
        Command::Skip { step, reason } => skip(run, *step, reason),
        Command::Retry { step } => on(run, *step, &["failed"], Event::Retried { step: *step }),
        Command::Pause { reason } => match run.stage {
            Stage::Walking {} | Stage::Reviewing {} => {
                Ok(vec![Event::Paused { why: given(reason)? }])
            }
            Stage::Paused { .. } => Err(Refusal::Paused {}),
            Stage::Aborting { .. } | Stage::Rested { .. } => Err(Refusal::NotWaiting {}),
        },
        Command::Abort { reason } => Ok(vec![Event::AbortAsked { reason: given(reason)? }]),
        Command::Accept {} => match run.stage {
            Stage::Reviewing {} if run.is_reviewed() => Ok(vec![Event::Accepted {}]),
            Stage::Reviewing {} => Err(Refusal::Reviewing {}),
            Stage::Walking {}
            | Stage::Paused { .. }
            | Stage::Aborting { .. }
            | Stage::Rested { .. } => Err(Refusal::NotWaiting {}),
        },
        Command::GiveUp {} => give_up(run),
    }
}

fn given(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() { Err(Refusal::Empty {}) } else { Ok(text.to_owned()) }
}

fn resume(run: &Run) -> Decision {
    match &run.stage {
        Stage::Rested { rest: Rest::Stuck { .. } }
        | Stage::Walking {}
        | Stage::Reviewing {}
        | Stage::Paused { .. }
        | Stage::Aborting { .. } => Ok(vec![Event::Resumed {}]),
        Stage::Rested { .. } => Err(Refusal::AtRest {}),
    }
}

/// Whoever asks becomes the operator, unless the run is over or theirs already.
fn take_over(run: &Run, name: &str, by: &str) -> Decision {
    let name = given(name)?;
    match &run.stage {
        Stage::Rested { rest: Rest::Stuck { .. } }
        | Stage::Walking {}
        | Stage::Reviewing {}
        | Stage::Paused { .. }
        | Stage::Aborting { .. } => {}
        Stage::Rested { .. } => return Err(Refusal::AtRest {}),
    }
    let theirs = run.operator.actor == by && run.operator.name == name;
    Ok(if theirs { Vec::new() } else { vec![Event::TakenOver { name }] })
}

/// The event, when the run walks, the step is the one being walked, and in one of these states.
fn on(run: &Run, step: usize, states: &[&str], event: Event) -> Decision {
    match run.stage {
        Stage::Walking {} => {}
        Stage::Reviewing {} => return Err(Refusal::Reviewing {}),
        Stage::Paused { .. } => return Err(Refusal::Paused {}),
        Stage::Aborting { .. } | Stage::Rested { .. } => return Err(Refusal::NotWaiting {}),
    }
    let state = run.steps.get(step).map(|step| step.state.name());
    if run.current() != Some(step) || !state.is_some_and(|state| states.contains(&state)) {
        return Err(Refusal::NotNow { step });
    }
    Ok(vec![event])
}

fn skip(run: &Run, step: usize, reason: &str) -> Decision {
    let skipped = Event::Skipped { step, reason: given(reason)? };
    let in_flight = run.steps.get(step).is_some_and(|step| step.at_rest().is_err());
    if in_flight {
        return Err(Refusal::InFlight {});
    }
    on(run, step, &["waiting", "inspecting", "planned", "asking", "failed"], skipped)
}

fn confirm(
    run: &Run,
    step: usize,
    digest: &str,
    typed: &[String],
    second: Option<&str>,
    by: &str,
    now: Timestamp,
) -> Decision {
    let event = Event::Confirmed {
        step,
        digest: digest.to_owned(),
        typed: typed.to_vec(),
        second: second.map(str::to_owned),
    };
    let events = on(run, step, &["planned"], event)?;
    let state = &run.steps[step];
    if !matches!(&state.state, StepState::Planned { digest: shown } if shown == digest) {
        return Err(Refusal::Changed {});
    }
    if run.read_only {
        return Err(Refusal::Locked {});
    }
    if !run.armed {
        return Err(Refusal::ReadOnly {});
    }
    if run.identity.is_none() {
        return Err(Refusal::Unidentified {});
    }
    if state.since.is_some_and(|at| now.duration_since(at).as_secs() > PLAN_IS_FRESH_SECONDS) {
        let why = "the plan was shown too long ago to be confirmed".to_owned();
        return Ok(vec![Event::Reopened { step, why }]);
    }
    match run.friction(step) {
        Friction::None | Friction::Enter | Friction::Yes => Ok(events),
        Friction::Type { phrases, second: needs_second } => {
            for (position, expected) in phrases.iter().enumerate() {
                if typed.get(position) != Some(expected) {
                    return Err(Refusal::WrongPhrase { expected: expected.clone() });
                }
            }
            let name =
                |actor: &str| actor.split('@').next().unwrap_or_default().trim().to_lowercase();
            let other = second.map(name).filter(|other| !other.is_empty());
            let same = |other: String| other == name(by) || other == name(&run.operator.name);
            if needs_second && other.is_none_or(same) {
                return Err(Refusal::SecondPerson {});
            }
            Ok(events)
        }
    }
}

/// Nobody is there to decide: a run that waits for a person comes to rest and says what it needs.
fn give_up(run: &Run) -> Decision {
    let failed = run.current().and_then(|step| run.steps[step].state.failure());
    failed.map_or(Err(Refusal::NotWaiting {}), |failure| Ok(vec![rest_of(run, failure)]))
}

/// How a run rests on a failure: stuck once something was, or may have been, changed; failed before.
pub(super) fn rest_of(run: &Run, failure: &Failure) -> Event {
    let failure = failure.clone();
    let untouched = run.applied == 0 && run.steps.iter().all(|step| step.at_rest().is_ok());
    let rest = if untouched { Rest::Failed { failure } } else { Rest::Stuck { failure } };
    Event::Rested { rest }
}
