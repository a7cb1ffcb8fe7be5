//! What takes longer than usual is told, with the next thing to look at. Nothing is stopped for it.

use jiff::{SignedDuration, Timestamp};

use super::event::Event;
use super::run::{Run, TargetState};
use crate::jobs;
use crate::runbook::Step;

/// How long a target may take before anybody wonders, in seconds of AWS's time, where the book does
/// not say what is usual: most settings are there within a few.
const USUAL_SECONDS: u64 = 60;

/// How many times the usual is worth a word: what is usual varies.
const TIMES: u64 = 2;

/// From when on a target that is waited for is overdue; none when it is not waited for, or that was
/// told already.
pub(super) fn overdue_at(run: &Run, step: usize, target: usize) -> Option<Timestamp> {
    let found = run.steps.get(step)?.targets.get(target)?;
    let waits = match &found.state {
        TargetState::Sent { .. } | TargetState::Unknown { .. } | TargetState::Observing {} => true,
        TargetState::Waiting {}
        | TargetState::Inspected {}
        | TargetState::Backoff { .. }
        | TargetState::Between { .. }
        | TargetState::Verified { .. }
        | TargetState::Left { .. }
        | TargetState::Failed { .. } => false,
    };
    if !waits || found.overdue {
        return None;
    }
    let usual = run.bound.steps.get(step)?.usual_seconds.unwrap_or(USUAL_SECONDS);
    let millis = usual.saturating_mul(TIMES).saturating_mul(1000) / u64::from(run.pace);
    let allowed = SignedDuration::from_millis(i64::try_from(millis).ok()?);
    found.since?.checked_add(allowed).ok()
}

/// The first target of the step of which nothing was heard for longer than usual.
pub(super) fn overdue(run: &Run, step: usize, text: &Step, now: Timestamp) -> Option<Event> {
    let (setting, wanted) = text.targets()?;
    let late = |target: &usize| overdue_at(run, step, *target).is_some_and(|at| at <= now);
    let target = (0..wanted.len()).find(late)?;
    let since = run.steps.get(step)?.targets.get(target)?.since?;
    let millis = now.duration_since(since).as_millis().unsigned_abs();
    let waited = millis.saturating_mul(u128::from(run.pace)) / 1000;
    let wanted = wanted.get(target)?;
    let read = jobs::row(setting)?.read_for(&wanted.on, &wanted.to);
    let looks: Vec<_> = read.iter().map(|call| call.operation().name).collect();
    let advice = format!(
        "look at it with {} or in AWS's console, and at AWS's health page; `muster status {}` says \
         what is in flight. Nothing is stopped",
        looks.join(" and "),
        run.id
    );
    let waited_seconds = u64::try_from(waited).unwrap_or(u64::MAX);
    Some(Event::Overdue { step, target, waited_seconds, advice })
}

impl Run {
    /// How many seconds the credentials are still good for, where the step usually takes longer.
    pub(super) fn credentials_left(&self, step: usize, now: Timestamp) -> Option<i64> {
        let usual = self.bound.steps.get(step)?.usual_seconds?;
        let usual = i64::try_from(usual / u64::from(self.pace)).ok()?;
        let left = self.expires?.duration_since(now).as_secs();
        (left < usual).then_some(left)
    }
}
