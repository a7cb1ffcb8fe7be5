//! What happens by itself: the next event that needs no person and no answer from the account.

use jiff::{SignedDuration, Timestamp};

use super::decide::rest_of;
use super::event::{Event, Failure};
use super::friction::Friction;
use super::run::{Rest, Run, Stage, StepEnd, StepRun, StepState, TargetRun, TargetState};
use super::watchdog::overdue;
use crate::runbook::{Act, OnFailure, OnRefused, Step};

/// How many targets of a step may have a call in flight: enough to hide the round trips of a
/// handful of tables, few enough not to be throttled and to be followed by eye.
const TARGETS_AT_ONCE: usize = 4;

/// The next event that follows from the state alone, if there is one. The shell makes it durable,
/// applies it, and asks again.
pub fn advance(run: &Run, now: Timestamp) -> Option<Event> {
    match &run.stage {
        Stage::Rested { .. } | Stage::Paused { .. } | Stage::Reviewing {} => None,
        Stage::Aborting { reason } => {
            let mut targets = run.steps.iter().flat_map(|step| &step.targets);
            let rest = Rest::Aborted { reason: reason.clone() };
            // A call that was sent is seen to its end, and its effect is waited for.
            (!targets.any(|target| target.state.is_in_flight() || waits_for_its_call(target)))
                .then_some(Event::Rested { rest })
        }
        Stage::Walking {} => match run.current() {
            None => Some(Event::Rested { rest: Rest::Succeeded {} }),
            Some(_) if run.identity.is_none() => None,
            Some(step) => walk(run, step, now),
        },
    }
}

fn waits_for_its_call(target: &TargetRun) -> bool {
    matches!(target.state, TargetState::Observing {})
        && target.verdict.as_ref().is_some_and(|verdict| !verdict.calls().is_empty())
}

fn walk(run: &Run, step: usize, now: Timestamp) -> Option<Event> {
    let (text, state) = (run.bound.steps.get(step)?, run.steps.get(step)?);
    match &state.state {
        StepState::Waiting {} => Some(match &text.left_out {
            Some(reason) => {
                Event::StepEnded { step, end: StepEnd::LeftOut { reason: reason.clone() } }
            }
            None => Event::StepStarted { step },
        }),
        StepState::Inspecting {} => inspected(run, step, text, state),
        StepState::Planned { digest } => (run.friction(step) == Friction::None).then(|| {
            let digest = digest.clone();
            Event::Confirmed { step, digest, typed: Vec::new(), second: None }
        }),
        StepState::Working {} => work(run, step, text, state, now),
        StepState::Failed { failure } if text.on_failure != OnFailure::Ask => {
            Some(rest_of(run, failure))
        }
        StepState::Asking { .. } | StepState::Failed { .. } | StepState::Ended { .. } => None,
    }
}

fn inspected(run: &Run, step: usize, text: &Step, state: &StepRun) -> Option<Event> {
    if let Some(id) = text.waits_for() {
        return Some(Event::StepFailed { step, failure: Failure::unanswered(id) });
    }
    let Some((_, wanted)) = text.targets() else {
        let Act::Ask { text } = &text.act else { return None };
        return Some(Event::Asked { step, text: text.clone() });
    };
    let verdicts: Option<Vec<_>> = state.targets.iter().map(|t| t.verdict.as_ref()).collect();
    let verdicts = verdicts?;
    let leave = text.on_refused == OnRefused::Leave;
    let failures: Vec<_> = wanted
        .iter()
        .zip(verdicts)
        .filter_map(|(wanted, verdict)| Failure::of_verdict(&wanted.on.name, verdict, leave))
        .collect();
    if let [first, others @ ..] = failures.as_slice() {
        return Some(Event::StepFailed { step, failure: first.clone().and_more(others.len()) });
    }
    Some(Event::Planned { step, digest: run.plan(step)?.digest() })
}

fn work(run: &Run, step: usize, text: &Step, state: &StepRun, now: Timestamp) -> Option<Event> {
    let busy = |target: &&TargetRun| {
        target.state.is_in_flight() || matches!(target.state, TargetState::Observing {})
    };
    let failing = state.targets.iter().any(|t| matches!(t.state, TargetState::Failed { .. }));
    if state.stale && !failing && state.targets.iter().any(|t| t.state.next_call().is_some()) {
        let why = "what was confirmed before the run was resumed is read anew".to_owned();
        return (!state.targets.iter().any(|t| busy(&t))).then_some(Event::Reopened { step, why });
    }
    if run.armed && !failing && state.targets.iter().filter(busy).count() < TARGETS_AT_ONCE {
        let due = state.targets.iter().enumerate().find_map(|(target, found)| {
            let (position, _) = found.state.next_call()?;
            let waits = matches!(&found.state, TargetState::Backoff { until, .. } if *until > now);
            let call = found.verdict.as_ref()?.calls().get(position)?;
            (!waits).then(|| (target, call.clone()))
        });
        if let Some((target, call)) = due {
            let (attempt, digest) = (run.attempts + 1, call.digest());
            return Some(Event::Intended { attempt, step, target, call, digest });
        }
    }
    if let Some(event) = overdue(run, step, text, now) {
        return Some(event);
    }
    if failing && let Some(event) = give_rest_up(step, state) {
        return Some(event);
    }
    ended(step, text, state)
}

/// Once a target has failed no further call of the step is begun: the others say why they stopped.
fn give_rest_up(step: usize, state: &StepRun) -> Option<Event> {
    let target = state.targets.iter().position(|target| target.state.next_call().is_some())?;
    let again = if let TargetState::Backoff { error, .. } = &state.targets[target].state {
        format!(" again after {}", error.code)
    } else {
        String::new()
    };
    let what = format!("not sent{again}, because another target of this step failed first");
    let failure = Failure::not_begun(what);
    Some(Event::TargetFailed { step, target, failure })
}

fn ended(step: usize, text: &Step, state: &StepRun) -> Option<Event> {
    let is_over =
        |target: &TargetRun| target.is_done() || matches!(target.state, TargetState::Failed { .. });
    if !state.targets.iter().all(is_over) {
        return None;
    }
    let (_, wanted) = text.targets()?;
    let failures: Vec<_> = wanted
        .iter()
        .zip(&state.targets)
        .filter_map(|(wanted, target)| Some((wanted.on.name.as_str(), target.state.failure()?)))
        .collect();
    if !failures.is_empty() {
        return Some(Event::StepFailed { step, failure: Failure::of_targets(&failures) });
    }
    let changed =
        state.targets.iter().any(|t| matches!(t.state, TargetState::Verified { changed: true }));
    let end = match text.act {
        Act::Check { .. } => StepEnd::Passed {},
        Act::Set { .. } | Act::Ask { .. } if changed => StepEnd::Changed {},
        Act::Set { .. } | Act::Ask { .. } => StepEnd::NoChange {},
    };
    Some(Event::StepEnded { step, end })
}

/// How long to wait before a call that was certainly not applied is sent again: 1, 2, 4, ... up to
/// 30 seconds of AWS's time.
pub(super) fn backoff(run: &Run, tries: u32) -> SignedDuration {
    let seconds = 1_i64 << tries.saturating_sub(1).min(5);
    SignedDuration::from_millis(seconds.min(30) * 1000 / i64::from(run.pace))
}

/// How long to wait before a resource that was busy is tried again: as long as it was waited for so
/// far, between 1 and 30 seconds of AWS's time.
pub(super) fn until_free(run: &Run, since: Timestamp, now: Timestamp) -> SignedDuration {
    let seconds = |count: i64| SignedDuration::from_millis(count * 1000 / i64::from(run.pace));
    now.duration_since(since).clamp(seconds(1), seconds(30))
}
