//! What follows from an answer of the account.

use jiff::Timestamp;
use serde_json::Value;

use super::advance::{backoff, until_free};
use super::command::Heard;
use super::decide::rest_of;
use super::event::{AttemptId, Conclusion, Event, Failure, Sight};
use super::plan::{Verdict, is_reached};
use super::run::{Run, Stage, StepState, TargetRun, TargetState};
use crate::cloud::sts;
use crate::cloud::{Answer, CallError, Ending, Outcome, Reply, SET_CLOCK};
use crate::jobs;
use crate::runbook::{Act, Step, Wanted};
use crate::settings::{Setting, Unread};

/// How many looks in a row must show the state as it was before a lost call counts as one that
/// never happened.
const ABSENCES_NEEDED: u32 = 3;

/// Over how many seconds of AWS's time those looks must spread: longer than AWS's reads lag behind
/// its writes.
const ABSENCE_SECONDS: i64 = 10;

/// After how many seconds of AWS's time a value that is neither the former nor the wanted one is
/// taken to a person.
const PUZZLE_SECONDS: i64 = 60;

/// For how many seconds of AWS's time a read that was throttled, lost or never left is read again
/// before the step fails.
const READ_AGAIN_SECONDS: i64 = 60;

/// What follows from what the shell heard. Empty when nothing worth recording does.
pub fn hear(run: &Run, heard: &Heard, now: Timestamp) -> Vec<Event> {
    if run.is_at_rest() {
        return Vec::new();
    }
    match heard {
        Heard::Identity { outcome, expires } => identity(run, outcome, *expires),
        Heard::Inspected { step, target, seen } => inspected(run, *step, *target, seen, now),
        Heard::Ended { attempt, outcome } => ended(run, *attempt, outcome, now),
        Heard::Observed { step, target, seen } => observed(run, *step, *target, seen, now),
        // How far a call is that is on its way: shown, and evidence of nothing.
        Heard::Watched { .. } => Vec::new(),
    }
}

fn identity(run: &Run, outcome: &Outcome, expires: Option<Timestamp>) -> Vec<Event> {
    if run.identity.is_some() {
        return Vec::new();
    }
    match outcome {
        Ok(Answer { reply: Reply::Sts(sts::Reply::Identity(found)), .. }) => {
            let expected = &run.bound.environment.place.account;
            if found.account == *expected {
                return vec![Event::Identified { identity: found.clone(), expires }];
            }
            let failure = Failure::new(
                "wrong-account",
                format!(
                    "the credentials belong to account {} ({}), but {} {} is account {expected}",
                    found.account, found.arn, run.bound.estate, run.bound.environment.name
                ),
                "Nothing was sent to it. Choose the profile of the right account, or the \
                 environment that you mean.",
            );
            let (expected, found) = (expected.clone(), found.clone());
            vec![Event::WrongAccount { expected, found }, rest_of(run, &failure)]
        }
        Ok(answer) => pause(run, &format!("an identity that makes no sense: {:?}", answer.reply)),
        Err(error) if error.ending.pauses() => set_right(run, error),
        Err(error) => pause(run, &format!("the account did not say who is asking: {error}")),
    }
}

/// A pause, when the run is walking: it then asks who is asking before it goes on.
fn pause(run: &Run, why: &str) -> Vec<Event> {
    match run.stage {
        Stage::Walking {} | Stage::Reviewing {} | Stage::Aborting { .. } => {
            vec![Event::Paused { why: why.to_owned() }]
        }
        Stage::Paused { .. } | Stage::Rested { .. } => Vec::new(),
    }
}

/// A pause until this machine is set right: logged in again, or its clock.
fn set_right(run: &Run, error: &CallError) -> Vec<Event> {
    let (what, advice) = if error.ending == Ending::ClockSkew {
        ("the clock of this machine is wrong", SET_CLOCK)
    } else {
        ("the credentials are not valid", "log in again")
    };
    let advice = error.advice.as_deref().unwrap_or(advice);
    pause(run, &format!("{what} ({error}): {advice}, then resume"))
}

fn inspected(
    run: &Run,
    step: usize,
    target: usize,
    seen: &[Outcome],
    now: Timestamp,
) -> Vec<Event> {
    let Some((text, wanted, found)) = target_of(run, step, target) else { return Vec::new() };
    let reading = matches!(run.steps[step].state, StepState::Inspecting {});
    if run.current() != Some(step) || !reading || found.verdict.is_some() {
        return Vec::new();
    }
    let Some(setting) = setting_of(text) else { return Vec::new() };
    if let Some(error) = ending(seen, Ending::pauses) {
        return set_right(run, error);
    }
    let since = run.steps[step].since.unwrap_or(now);
    // A read whose answer was lost changes nothing, so it is only made again.
    let passes = |ending: Ending| ending.passes() || ending == Ending::Unknown;
    if ending(seen, passes).is_some() && seconds(run, since, now) < READ_AGAIN_SECONDS {
        return Vec::new();
    }
    let check = matches!(text.act, Act::Check { .. });
    let verdict = Verdict::of(setting, wanted, seen, check).or_left(&run.bound, text);
    // What is refused because AWS is at it is read again: it is over by itself.
    let refused = matches!(verdict, Verdict::Refused { .. });
    if refused && setting.is_busy(seen) && seconds(run, since, now) < limit(text) {
        return Vec::new();
    }
    if may_lag(wanted, found, &verdict) && seconds(run, since, now) < ABSENCE_SECONDS {
        return Vec::new();
    }
    vec![Event::Inspected { step, target, verdict }]
}

/// True when a change was sent that nobody has read back, and this read does not show it: AWS's
/// reads lag behind its writes, so one is not enough.
fn may_lag(wanted: &Wanted, found: &TargetRun, verdict: &Verdict) -> bool {
    match (&wanted.undoes, verdict) {
        (Some(undoes), Verdict::NoChange { .. }) => undoes.unseen,
        // What is to be changed is gone: one read alone is not believed.
        (Some(_) | None, Verdict::Refused { breach, .. }) if breach.is_gone() => true,
        (None, Verdict::Change { before, .. }) => {
            found.touched.is_changed() && *before == found.touched.before
        }
        (
            Some(_) | None,
            Verdict::NoChange { .. }
            | Verdict::Change { .. }
            | Verdict::Refused { .. }
            | Verdict::Undetermined { .. }
            | Verdict::Unreadable { .. }
            | Verdict::NotYet { .. },
        ) => false,
    }
}

fn ended(run: &Run, attempt: AttemptId, outcome: &Outcome, now: Timestamp) -> Vec<Event> {
    let Some((step, found)) = run.attempt(attempt) else { return Vec::new() };
    let TargetState::Sent { tries, .. } = &found.state else { return Vec::new() };
    let error = match outcome {
        Ok(answer) => {
            return vec![Event::Answered { attempt, request_id: answer.request_id.clone() }];
        }
        Err(error) => error.clone(),
    };
    let text = &run.bound.steps[step];
    let soon = now.checked_add(backoff(run, *tries)).ok();
    match error.ending {
        // It exists: by our own lost call, or by another's. A look tells.
        Ending::Unknown | Ending::Exists => vec![Event::Unknown { attempt, error }],
        Ending::Expired | Ending::ClockSkew => {
            let mut events = set_right(run, &error);
            // It was not applied: after the pause it is sent again, unless the run is given up.
            let goes_on = !matches!(run.stage, Stage::Aborting { .. });
            let again_at = goes_on.then_some(now);
            events.insert(0, Event::NotApplied { attempt, error, again_at });
            events
        }
        Ending::InUse => {
            let since = run.steps[step].since.unwrap_or(now);
            let in_time = seconds(run, since, now) < limit(text);
            let free = now.checked_add(until_free(run, since, now)).ok();
            vec![Event::NotApplied { attempt, error, again_at: free.filter(|_| in_time) }]
        }
        Ending::Throttled | Ending::NotSent => {
            let again_at = soon.filter(|_| *tries < text.attempts);
            vec![Event::NotApplied { attempt, error, again_at }]
        }
        Ending::Denied | Ending::Absent | Ending::Refused | Ending::WrongRegion => {
            vec![Event::NotApplied { attempt, error, again_at: None }]
        }
    }
}

fn observed(run: &Run, step: usize, target: usize, seen: &[Outcome], now: Timestamp) -> Vec<Event> {
    let Some((text, wanted, found)) = target_of(run, step, target) else { return Vec::new() };
    let Some(setting) = setting_of(text) else { return Vec::new() };
    if let Some(error) = ending(seen, Ending::pauses) {
        return set_right(run, error);
    }
    let waited = seconds(run, found.since.unwrap_or(now), now);
    let value = match setting.decode(&wanted.on, seen) {
        Ok(value) => Some(value),
        Err(Unread::Absent) => None,
        Err(Unread::Failed(error)) if error.ending == Ending::Denied => {
            return unseen(found, step, target, Failure::of(&error));
        }
        Err(Unread::Failed(_) | Unread::Strange(_)) if waited < limit(text) => return Vec::new(),
        Err(error) => {
            let failure = Failure::timed_out(
                &wanted.on.name,
                limit(text).unsigned_abs(),
                &error.to_string(),
                true,
            );
            return unseen(found, step, target, failure);
        }
    };
    let is_met = value.as_ref().is_some_and(|value| is_reached(setting, wanted, seen, value));
    // AWS gave it up: a call that was lost was then applied, and it is not waited for any longer. A
    // read that lags may still show an earlier try, though.
    let before = found.verdict.as_ref().and_then(Verdict::before);
    let is_later = before.zip(value.as_ref()).is_none_or(|(b, v)| setting.is_later(b, v));
    let setback = match &wanted.undoes {
        None if !is_met && is_later => setting.setback(&wanted.on, seen),
        None | Some(_) => None,
    };
    match &found.state {
        TargetState::Observing {} => match value {
            Some(value) if is_met => vec![Event::Verified { step, target, value }],
            _ if let Some(setback) = setback => {
                let failure = Failure::of_setback(&wanted.on.name, setback);
                vec![Event::TargetFailed { step, target, failure }]
            }
            value if waited >= limit(text) => {
                let seen = value.as_ref().map_or_else(|| "nothing".to_owned(), Value::to_string);
                let changed = found.verdict.as_ref().is_some_and(|v| !v.calls().is_empty());
                let name = &wanted.on.name;
                let failure = Failure::timed_out(name, limit(text).unsigned_abs(), &seen, changed);
                vec![Event::TargetFailed { step, target, failure }]
            }
            value => news(found, step, target, value),
        },
        TargetState::Unknown { attempt, .. } if is_met || setback.is_some() => {
            vec![Event::Concluded { attempt: *attempt, conclusion: Conclusion::Done }]
        }
        TargetState::Unknown { .. } => {
            let busy = setting.is_busy(seen) && waited < limit(text);
            let goes_on = before.zip(value.as_ref()).is_some_and(|(b, v)| setting.goes_on(b, v));
            let sight = match (busy, value.as_ref() == before, goes_on) {
                (true, _, _) => Sight::GoingOn,
                (false, true, _) => Sight::AsBefore,
                (false, false, true) => Sight::Partly,
                (false, false, false) => Sight::Different,
            };
            sought(text, (step, target), found, (value, sight), waited)
        }
        TargetState::Waiting {}
        | TargetState::Inspected {}
        | TargetState::Sent { .. }
        | TargetState::Backoff { .. }
        | TargetState::Between { .. }
        | TargetState::Verified { .. }
        | TargetState::Left { .. }
        | TargetState::Failed { .. } => Vec::new(),
    }
}

/// A look for an ending that nobody saw, which did not show the wanted value.
fn sought(
    text: &Step,
    (step, target): (usize, usize),
    found: &TargetRun,
    (value, shows): (Option<Value>, Sight),
    waited: i64,
) -> Vec<Event> {
    let TargetState::Unknown { attempt, absences, tries, sight, .. } = &found.state else {
        return Vec::new();
    };
    let attempt = *attempt;
    // What the last look showed is not written down again, unless looks are counted.
    let is_news = *sight != Some(shows) || found.value != value;
    let further = shows == Sight::Partly && found.partly != value;
    let in_a_row = if sight.is_none_or(|before| before == shows) { *absences + 1 } else { 1 };
    let look = Event::Looked { attempt, sight: shows, value };
    let concluded = |conclusion| Event::Concluded { attempt, conclusion };
    match shows {
        Sight::AsBefore | Sight::Partly
            if in_a_row >= ABSENCES_NEEDED && waited >= ABSENCE_SECONDS =>
        {
            let conclusion = match shows {
                Sight::Partly => Conclusion::Partly,
                Sight::AsBefore | Sight::GoingOn | Sight::Different => Conclusion::NeverHappened,
            };
            let mut events = vec![look, concluded(conclusion)];
            // It may be sent again, but not for ever; what comes further each time may.
            if *tries >= text.attempts && !further {
                let failure = Failure::lost(*tries);
                events.push(Event::TargetFailed { step, target, failure });
            }
            events
        }
        Sight::AsBefore | Sight::Partly => vec![look],
        Sight::Different if waited >= PUZZLE_SECONDS => {
            vec![look, concluded(Conclusion::Differently)]
        }
        Sight::GoingOn | Sight::Different => is_news.then_some(look).into_iter().collect(),
    }
}

/// A target that can no longer be read: an unknown ending stays unknown, so a person must look.
fn unseen(found: &TargetRun, step: usize, target: usize, failure: Failure) -> Vec<Event> {
    match &found.state {
        TargetState::Unknown { attempt, .. } => {
            let conclusion = Conclusion::CannotTell;
            vec![Event::Concluded { attempt: *attempt, conclusion }]
        }
        TargetState::Observing {} => vec![Event::TargetFailed { step, target, failure }],
        TargetState::Waiting {}
        | TargetState::Inspected {}
        | TargetState::Sent { .. }
        | TargetState::Backoff { .. }
        | TargetState::Between { .. }
        | TargetState::Verified { .. }
        | TargetState::Left { .. }
        | TargetState::Failed { .. } => Vec::new(),
    }
}

/// A value that differs from the one read before is recorded; the same again is not.
fn news(found: &TargetRun, step: usize, target: usize, value: Option<Value>) -> Vec<Event> {
    if found.value == value { Vec::new() } else { vec![Event::Observed { step, target, value }] }
}

fn target_of(run: &Run, step: usize, target: usize) -> Option<(&Step, &Wanted, &TargetRun)> {
    let text = run.bound.steps.get(step)?;
    let (_, wanted) = text.targets()?;
    Some((text, wanted.get(target)?, run.steps.get(step)?.targets.get(target)?))
}

fn setting_of(step: &Step) -> Option<&'static Setting> {
    step.targets().and_then(|(id, _)| jobs::row(id))
}

fn ending(seen: &[Outcome], is: impl Fn(Ending) -> bool) -> Option<&CallError> {
    seen.iter().filter_map(|outcome| outcome.as_ref().err()).find(|error| is(error.ending))
}

/// Seconds of AWS's time between two moments of the clock.
fn seconds(run: &Run, from: Timestamp, to: Timestamp) -> i64 {
    let millis = to.duration_since(from).as_millis().clamp(0, i128::from(i64::MAX));
    i64::try_from(millis).unwrap_or(i64::MAX).saturating_mul(i64::from(run.pace)) / 1000
}

fn limit(step: &Step) -> i64 {
    i64::try_from(step.timeout_seconds).unwrap_or(i64::MAX)
}
