//! What the events add up to. Total: an event that does not fit the state is an error, not a guess.

use jiff::Timestamp;
use serde_json::Value;

use super::event::{AttemptId, Conclusion, Event, Failure, Record, Sight};
use super::plan::Verdict;
use super::run::{Note, Operator, Run, Stage, StepEnd, StepRun, StepState, TargetRun, TargetState};
use crate::cloud::{Call, CallError, Ending};

/// An event that cannot happen in the state that the run is in: the journal is not one of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("record {seq}: `{event}` cannot happen {state}")]
pub struct Illegal {
    /// The record.
    pub seq: u64,
    /// The type of the event.
    pub event: String,
    /// The state, in words.
    pub state: String,
}

/// The states in which an answer or an effect is waited for.
const WAITED_FOR: &[&str] = &["sent", "unknown", "observing"];

/// Why an event does not fit, before it is known which record it stands in.
pub(super) type Misfit = String;

impl Run {
    /// The run that a record of [`Event::Started`] begins.
    ///
    /// # Errors
    /// The record is another event.
    pub fn begin(record: &Record) -> Result<Self, Illegal> {
        let Event::Started { mode, pace, read_only, bound, .. } = &record.event else {
            return Err(illegal(record, "before the run has started".to_owned()));
        };
        let steps = bound.steps.iter().map(|step| {
            let targets = step.targets().map_or(0, |(_, targets)| targets.len());
            StepRun {
                state: StepState::Waiting {},
                started: None,
                since: None,
                ended: None,
                stale: false,
                outlasts: None,
                targets: vec![TargetRun::default(); targets],
            }
        });
        Ok(Self {
            id: record.run.clone(),
            mode: *mode,
            pace: (*pace).max(1),
            read_only: *read_only,
            actor: record.actor.clone(),
            operator: Operator::of(&record.actor, record.time),
            started: record.time,
            last: record.time,
            identity: None,
            expires: None,
            armed: !bound.environment.protected && !read_only,
            stage: Stage::Walking {},
            steps: steps.collect(),
            bound: (**bound).clone(),
            attempts: 0,
            applied: 0,
            evidence: Vec::new(),
            notes: Vec::new(),
        })
    }

    /// Folds one record into the state.
    ///
    /// # Errors
    /// The event cannot happen in this state. The state is then unchanged: every arm checks before
    /// it writes.
    pub fn apply(&mut self, record: &Record) -> Result<(), Illegal> {
        self.fold(record).map_err(|state| illegal(record, state))?;
        self.last = record.time;
        Ok(())
    }

    fn fold(&mut self, record: &Record) -> Result<(), Misfit> {
        let now = record.time;
        match &record.event {
            Event::Started { .. } => Err("after the run has started".to_owned()),
            Event::Identified { identity, expires } => self.identified(Some(identity), *expires),
            Event::WrongAccount { .. } => self.identified(None, None),
            Event::Armed {} => self.arm(true),
            Event::Disarmed {} => self.arm(false),
            Event::StepStarted { step } => self.step_started(*step, now),
            Event::Inspected { step, target, verdict } => {
                self.inspected(*step, *target, verdict, now)
            }
            Event::Planned { step, digest } => self.planned(*step, digest, now),
            Event::Reopened { step, .. } => self.reopened(*step, now),
            Event::Confirmed { step, digest, .. } => self.confirmed(*step, digest, now),
            Event::Intended { attempt, step, target, call, digest } => {
                self.intended(*attempt, (*step, *target), call, digest, now)
            }
            Event::Answered { attempt, request_id } => self.answered(*attempt, request_id, now),
            Event::NotApplied { attempt, error, again_at } => {
                self.attempted(*attempt, "sent").map(|t| t.not_applied(error, *again_at, now))
            }
            Event::Unknown { attempt, error } => self.unknown(*attempt, error, now),
            Event::Looked { attempt, sight, value } => {
                self.looked(*attempt, *sight, value.as_ref(), now)
            }
            Event::Concluded { attempt, conclusion } => self.concluded(*attempt, *conclusion, now),
            Event::Observed { step, target, value } => self
                .target(*step, *target, &["working"], &["observing"])
                .map(|target| target.value.clone_from(value)),
            Event::Overdue { step, target, .. } => {
                self.target(*step, *target, &["working"], WAITED_FOR).map(|t| t.overdue = true)
            }
            Event::Verified { step, target, value } => self.verified(*step, *target, value, now),
            Event::TargetFailed { step, target, failure } => {
                let on = &["between", "backoff", "observing"];
                let failed = TargetState::Failed { failure: failure.clone() };
                self.target(*step, *target, &["working"], on).map(|t| t.enter(failed, now))
            }
            Event::Asked { step, text } => self
                .current_step(*step, &["inspecting"])
                .map(|step| step.enter(StepState::Asking { text: text.clone() }, now)),
            Event::Replied { step, text } => self.replied(*step, text, now),
            Event::StepFailed { step, failure } => self.step_failed(*step, failure, now),
            Event::Retried { step } => self.retried(*step, now),
            Event::Skipped { step, reason } => self.skipped(*step, reason, now),
            Event::StepEnded { step, end } => self.step_ended(*step, end, now),
            Event::Noted { text } => {
                self.notes.push(Note { at: now, by: record.actor.clone(), text: text.clone() });
                Ok(())
            }
            Event::Paused { why } => self.paused(why),
            Event::Resumed {} => self.resumed(now),
            Event::Accepted {} => self.accepted(),
            Event::TakenOver { name } => self.taken_over(name, record),
            Event::AbortAsked { reason } => self.abort_asked(reason),
            Event::RolledBack { by, left } => self.rolled_back(by, left),
            Event::Rested { rest } => self.rested(rest),
        }
    }

    fn unknown(
        &mut self,
        attempt: AttemptId,
        error: &CallError,
        now: Timestamp,
    ) -> Result<(), Misfit> {
        let target = self.attempted(attempt, "sent")?;
        // It is there, and not by a call of this run that anybody knows of.
        target.touched.doubted |= error.ending == Ending::Exists && target.touched.calls == 0;
        target.lost(now);
        self.applied += 1;
        Ok(())
    }

    fn looked(
        &mut self,
        attempt: AttemptId,
        sight: Sight,
        value: Option<&Value>,
        now: Timestamp,
    ) -> Result<(), Misfit> {
        self.attempted(attempt, "unknown")?.looked(sight, value);
        self.witness(attempt, sight, value, now);
        Ok(())
    }

    fn retried(&mut self, step: usize, now: Timestamp) -> Result<(), Misfit> {
        self.walking()?;
        self.current_step(step, &["failed"]).map(|step| step.reopen(now))
    }

    fn reopened(&mut self, step: usize, now: Timestamp) -> Result<(), Misfit> {
        let step = self.current_step(step, &["planned", "working"])?;
        step.at_rest()?;
        step.reopen(now);
        Ok(())
    }

    fn step_started(&mut self, step: usize, now: Timestamp) -> Result<(), Misfit> {
        self.walking()?;
        let step = self.current_step(step, &["waiting"])?;
        step.started = Some(now);
        step.enter(StepState::Inspecting {}, now);
        Ok(())
    }

    fn inspected(
        &mut self,
        step: usize,
        target: usize,
        verdict: &Verdict,
        now: Timestamp,
    ) -> Result<(), Misfit> {
        let target = self.target(step, target, &["inspecting"], &["waiting"])?;
        target.value = verdict.before().cloned();
        target.verdict = Some(verdict.clone());
        target.enter(TargetState::Inspected {}, now);
        Ok(())
    }

    fn planned(&mut self, index: usize, digest: &str, now: Timestamp) -> Result<(), Misfit> {
        let step = self.current_step(index, &["inspecting"])?;
        if step.targets.iter().any(|target| target.verdict.is_none()) {
            return Err("before every target was inspected".to_owned());
        }
        step.enter(StepState::Planned { digest: digest.to_owned() }, now);
        let outlasts = self.credentials_left(index, now);
        self.steps[index].outlasts = outlasts;
        Ok(())
    }

    fn verified(
        &mut self,
        step: usize,
        target: usize,
        value: &Value,
        now: Timestamp,
    ) -> Result<(), Misfit> {
        let target = self.target(step, target, &["working"], &["observing"])?;
        target.value = Some(value.clone());
        let changed = matches!(target.verdict, Some(Verdict::Change { .. }));
        target.enter(TargetState::Verified { changed }, now);
        Ok(())
    }

    fn replied(&mut self, step: usize, text: &str, now: Timestamp) -> Result<(), Misfit> {
        let state = self.current_step(step, &["asking"])?;
        state.end(StepEnd::Answered { text: text.to_owned() }, now);
        if let Some(id) = self.bound.steps.get(step).map(|step| step.id.clone()) {
            self.bound.answer(&id, text);
        }
        Ok(())
    }

    fn step_failed(
        &mut self,
        step: usize,
        failure: &Failure,
        now: Timestamp,
    ) -> Result<(), Misfit> {
        let step = self.current_step(step, &["inspecting", "working"])?;
        step.at_rest()?;
        step.enter(StepState::Failed { failure: failure.clone() }, now);
        Ok(())
    }

    fn skipped(&mut self, step: usize, reason: &str, now: Timestamp) -> Result<(), Misfit> {
        self.walking()?;
        let on = &["waiting", "inspecting", "planned", "asking", "failed"];
        let step = self.current_step(step, on)?;
        step.end(StepEnd::Skipped { reason: reason.to_owned() }, now);
        Ok(())
    }

    fn step_ended(&mut self, step: usize, end: &StepEnd, now: Timestamp) -> Result<(), Misfit> {
        let (on, undone): (&[_], _) = match end {
            StepEnd::LeftOut { .. } => (&["waiting"], true),
            StepEnd::Changed {} | StepEnd::NoChange {} | StepEnd::Passed {} => {
                (&["working"], false)
            }
            // These have events of their own.
            StepEnd::Answered { .. } | StepEnd::Skipped { .. } => (&[], false),
        };
        let step = self.current_step(step, on)?;
        if !undone && !step.targets.iter().all(TargetRun::is_done) {
            return Err("before every target is done".to_owned());
        }
        step.end(end.clone(), now);
        Ok(())
    }

    fn answered(
        &mut self,
        attempt: AttemptId,
        request_id: &Option<String>,
        now: Timestamp,
    ) -> Result<(), Misfit> {
        let target = self.attempted(attempt, "sent")?;
        target.requests.extend(request_id.clone());
        target.touched.calls += 1;
        target.answered(now);
        self.applied += 1;
        Ok(())
    }

    fn concluded(
        &mut self,
        attempt: AttemptId,
        conclusion: Conclusion,
        now: Timestamp,
    ) -> Result<(), Misfit> {
        self.attempted(attempt, "unknown")?.concluded(conclusion, now);
        self.conclude(attempt, conclusion);
        if conclusion == Conclusion::NeverHappened {
            self.applied -= 1;
        }
        Ok(())
    }

    fn intended(
        &mut self,
        attempt: AttemptId,
        (step, target): (usize, usize),
        call: &Call,
        digest: &str,
        now: Timestamp,
    ) -> Result<(), Misfit> {
        self.walking()?;
        if self.identity.is_none() {
            return Err("before the account was identified".to_owned());
        }
        if !self.armed {
            return Err("while the run is read-only".to_owned());
        }
        if attempt != self.attempts + 1 || digest != call.digest() {
            return Err("with a number or a digest that is not its own".to_owned());
        }
        let target = self.target(step, target, &["working"], &["between", "backoff"])?;
        let Some((position, tries)) = target.state.next_call() else {
            return Err("while no call is due".to_owned());
        };
        let planned = target.verdict.as_ref().and_then(|verdict| verdict.calls().get(position));
        if planned != Some(call) {
            return Err("with another call than the confirmed one".to_owned());
        }
        if target.touched.calls == 0 {
            target.touched.before = target.verdict.as_ref().and_then(Verdict::before).cloned();
            target.touched.doubted = false;
        }
        target.enter(TargetState::Sent { attempt, call: call.clone(), position, tries }, now);
        self.attempts = attempt;
        Ok(())
    }

    fn confirmed(&mut self, step: usize, digest: &str, now: Timestamp) -> Result<(), Misfit> {
        self.walking()?;
        let state = self.current_step(step, &["planned"])?;
        if !matches!(&state.state, StepState::Planned { digest: shown } if shown == digest) {
            return Err("with the digest of another plan".to_owned());
        }
        let mut begun = Vec::new();
        for target in &state.targets {
            begun.push(target.begun()?);
        }
        for (target, begun) in state.targets.iter_mut().zip(begun) {
            if let Some(begun) = begun {
                target.enter(begun, now);
            }
        }
        state.enter(StepState::Working {}, now);
        Ok(())
    }

    pub(super) fn awake(&self) -> Result<(), Misfit> {
        match self.stage {
            Stage::Walking {}
            | Stage::Reviewing {}
            | Stage::Paused { .. }
            | Stage::Aborting { .. } => Ok(()),
            Stage::Rested { .. } => Err("after the run has come to rest".to_owned()),
        }
    }

    pub(super) fn walking(&self) -> Result<(), Misfit> {
        match self.stage {
            Stage::Walking {} => Ok(()),
            Stage::Reviewing {} => Err("while what was in flight is looked for".to_owned()),
            Stage::Paused { .. } => Err("while the run is paused".to_owned()),
            Stage::Aborting { .. } => Err("while the run is being aborted".to_owned()),
            Stage::Rested { .. } => Err("after the run has come to rest".to_owned()),
        }
    }

    fn current_step(&mut self, step: usize, on: &[&str]) -> Result<&mut StepRun, Misfit> {
        self.awake()?;
        if self.current() != Some(step) {
            return Err(format!("to step {}, which is not the one being walked", step + 1));
        }
        let state = &mut self.steps[step];
        let name = state.state.name();
        if on.contains(&name) {
            Ok(state)
        } else {
            Err(format!("while step {} is {name}", step + 1))
        }
    }

    fn target(
        &mut self,
        step: usize,
        target: usize,
        on_step: &[&str],
        on: &[&str],
    ) -> Result<&mut TargetRun, Misfit> {
        let state = self.current_step(step, on_step)?;
        let Some(found) = state.targets.get_mut(target) else {
            return Err(format!("to target {}, which step {} has not", target + 1, step + 1));
        };
        let name = found.state.name();
        if on.contains(&name) { Ok(found) } else { Err(format!("while the target is {name}")) }
    }

    fn attempted(&mut self, attempt: AttemptId, on: &str) -> Result<&mut TargetRun, Misfit> {
        self.awake()?;
        self.steps
            .iter_mut()
            .flat_map(|step| &mut step.targets)
            .find(|target| target.state.attempt() == Some(attempt) && target.state.name() == on)
            .ok_or_else(|| format!("while attempt {attempt} is not {on}"))
    }
}

fn illegal(record: &Record, state: String) -> Illegal {
    let event = serde_json::to_value(&record.event)
        .ok()
        .and_then(|event| event["type"].as_str().map(str::to_owned))
        .unwrap_or_default();
    Illegal { seq: record.seq, event, state }
}
