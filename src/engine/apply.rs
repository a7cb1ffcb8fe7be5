//! What the events add up to. Total: an event that does not fit the state is an error, not a guess.

use jiff::Timestamp;
use serde_json::Value;

use super::event::{AttemptId, Conclusion, Event, Failure, Record, RunId};
use super::plan::Verdict;
use super::run::{
    Note, Operator, Rest, Run, Stage, StepEnd, StepRun, StepState, TargetRun, TargetState,
};
use crate::cloud::sts::Identity;
use crate::cloud::{Call, Ending};
use crate::runbook::OnFailure;

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

/// Why an event does not fit, before it is known which record it stands in.
type Misfit = String;

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
            Event::Identified { identity } => self.identified(Some(identity)),
            Event::WrongAccount { .. } => self.identified(None),
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
            Event::Unknown { attempt, error } => {
                let target = self.attempted(*attempt, "sent")?;
                // It is there, and not by a call of this run that anybody knows of.
                target.touched.doubted |=
                    error.ending == Ending::Exists && target.touched.calls == 0;
                target.lost(now);
                self.applied += 1;
                Ok(())
            }
            Event::Looked { attempt, sight, value } => {
                self.attempted(*attempt, "unknown")?.looked(*sight, value.as_ref());
                self.witness(*attempt, *sight, value.as_ref(), now);
                Ok(())
            }
            Event::Concluded { attempt, conclusion } => self.concluded(*attempt, *conclusion, now),
            Event::Observed { step, target, value } => {
                let on = &["observing"];
                self.target(*step, *target, &["working"], on)
                    .map(|target| target.observed(value.as_ref()))
            }
            Event::Verified { step, target, value } => self.verified(*step, *target, value, now),
            Event::TargetFailed { step, target, failure } => {
                let on = &["between", "backoff", "observing"];
                let target = self.target(*step, *target, &["working"], on)?;
                target.enter(TargetState::Failed { failure: failure.clone() }, now);
                Ok(())
            }
            Event::Asked { step, text } => self
                .current_step(*step, &["inspecting"])
                .map(|step| step.enter(StepState::Asking { text: text.clone() }, now)),
            Event::Replied { step, text } => self.replied(*step, text, now),
            Event::StepFailed { step, failure } => self.step_failed(*step, failure, now),
            Event::Retried { step } => {
                self.walking()?;
                self.current_step(*step, &["failed"]).map(|step| step.reopen(now))
            }
            Event::Skipped { step, reason } => self.skipped(*step, reason, now),
            Event::StepEnded { step, end } => self.step_ended(*step, end, now),
            Event::Noted { text } => {
                let (by, text) = (record.actor.clone(), text.clone());
                self.notes.push(Note { at: now, by, text });
                Ok(())
            }
            Event::Paused { why } => self.paused(why),
            Event::Resumed {} => self.resumed(now),
            Event::Accepted {} => self.accepted(),
            Event::TakenOver { name } => self.taken_over(name, record),
            Event::AbortAsked { reason } => {
                self.awake()?;
                self.stage = Stage::Aborting { reason: reason.clone() };
                Ok(())
            }
            Event::RolledBack { by, left } => self.rolled_back(by, left),
            Event::Rested { rest } => self.rested(rest),
        }
    }

    fn reopened(&mut self, step: usize, now: Timestamp) -> Result<(), Misfit> {
        let step = self.current_step(step, &["planned", "working"])?;
        step.at_rest()?;
        step.reopen(now);
        Ok(())
    }

    fn identified(&mut self, identity: Option<&Identity>) -> Result<(), Misfit> {
        self.awake()?;
        self.identity = identity.cloned();
        Ok(())
    }

    fn arm(&mut self, armed: bool) -> Result<(), Misfit> {
        self.awake()?;
        if armed && self.read_only {
            return Err("in a run that may never change anything".to_owned());
        }
        self.armed = armed;
        Ok(())
    }

    /// What the former operator allowed is not allowed by the next one.
    fn taken_over(&mut self, name: &str, record: &Record) -> Result<(), Misfit> {
        if !matches!(self.stage, Stage::Rested { rest: Rest::Stuck { .. } }) {
            self.awake()?;
        }
        self.operator =
            Operator { name: name.to_owned(), ..Operator::of(&record.actor, record.time) };
        self.armed = !self.bound.environment.protected && !self.read_only;
        Ok(())
    }

    fn paused(&mut self, why: &str) -> Result<(), Misfit> {
        let ending = match &self.stage {
            Stage::Walking {} | Stage::Reviewing {} => None,
            Stage::Aborting { reason } => Some(reason.clone()),
            Stage::Paused { .. } | Stage::Rested { .. } => {
                self.walking()?;
                None
            }
        };
        self.identity = None;
        self.stage = Stage::Paused { why: why.to_owned(), ending };
        Ok(())
    }

    fn accepted(&mut self) -> Result<(), Misfit> {
        if self.stage != (Stage::Reviewing {}) {
            return Err("while nothing is looked for".to_owned());
        }
        if !self.is_reviewed() {
            return Err("before it is known what became of every call".to_owned());
        }
        for evidence in &mut self.evidence {
            evidence.accepted = true;
        }
        self.stage = Stage::Walking {};
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

    fn planned(&mut self, step: usize, digest: &str, now: Timestamp) -> Result<(), Misfit> {
        let step = self.current_step(step, &["inspecting"])?;
        if step.targets.iter().any(|target| target.verdict.is_none()) {
            return Err("before every target was inspected".to_owned());
        }
        step.enter(StepState::Planned { digest: digest.to_owned() }, now);
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

    fn rested(&mut self, rest: &Rest) -> Result<(), Misfit> {
        self.awake()?;
        // A stuck run looks for what is in flight once it is resumed.
        let in_flight = self.steps.iter().any(|step| step.at_rest().is_err());
        if in_flight && !matches!(rest, Rest::Stuck { .. }) {
            return Err("while a call is in flight".to_owned());
        }
        if matches!(rest, Rest::RolledBack { .. }) {
            return Err("by itself: another run takes it back".to_owned());
        }
        if matches!(rest, Rest::Succeeded {}) && self.current().is_some() {
            return Err("before the last step has ended".to_owned());
        }
        self.stage = Stage::Rested { rest: rest.clone() };
        Ok(())
    }

    fn rolled_back(&mut self, by: &RunId, left: &[String]) -> Result<(), Misfit> {
        match &self.stage {
            Stage::Rested { rest: Rest::RolledBack { .. } } => {
                Err("after the run was rolled back".to_owned())
            }
            Stage::Rested { .. } => {
                let rest = Rest::RolledBack { by: by.clone(), left: left.to_vec() };
                self.stage = Stage::Rested { rest };
                Ok(())
            }
            Stage::Walking {}
            | Stage::Reviewing {}
            | Stage::Paused { .. }
            | Stage::Aborting { .. } => Err("before the run has come to rest".to_owned()),
        }
    }

    fn resumed(&mut self, now: Timestamp) -> Result<(), Misfit> {
        let mut stuck = false;
        match &self.stage {
            Stage::Walking {} | Stage::Reviewing {} | Stage::Paused { ending: None, .. } => {
                self.stage = Stage::Walking {};
            }
            Stage::Paused { ending: Some(reason), .. } => {
                self.stage = Stage::Aborting { reason: reason.clone() };
            }
            Stage::Rested { rest: Rest::Stuck { .. } } => {
                self.stage = Stage::Walking {};
                stuck = true;
            }
            Stage::Aborting { .. } => {}
            Stage::Rested { .. } => return Err("after the run has come to rest".to_owned()),
        }
        self.identity = None;
        self.armed = !self.bound.environment.protected && !self.read_only;
        let mut lost = 0;
        for (text, step) in self.bound.steps.iter().zip(&mut self.steps) {
            for target in &mut step.targets {
                if matches!(target.state, TargetState::Sent { .. }) {
                    target.lost(now);
                    lost += 1;
                } else {
                    target.looked_for_anew(now);
                }
            }
            // A step that ends the run when it fails is tried again by whoever resumes the run.
            let again = stuck && text.on_failure != OnFailure::Ask;
            match step.state {
                StepState::Planned { .. } | StepState::Inspecting {} => step.reopen(now),
                StepState::Failed { .. } if again => step.reopen(now),
                // What is under way is seen to its end; the rest is read and confirmed anew.
                StepState::Working {} => step.stale = true,
                StepState::Waiting {}
                | StepState::Asking { .. }
                | StepState::Failed { .. }
                | StepState::Ended { .. } => {}
            }
        }
        self.applied += lost;
        self.begin_review();
        if !self.evidence.is_empty() && self.stage == (Stage::Walking {}) {
            self.stage = Stage::Reviewing {};
        }
        Ok(())
    }

    fn awake(&self) -> Result<(), Misfit> {
        match self.stage {
            Stage::Walking {}
            | Stage::Reviewing {}
            | Stage::Paused { .. }
            | Stage::Aborting { .. } => Ok(()),
            Stage::Rested { .. } => Err("after the run has come to rest".to_owned()),
        }
    }

    fn walking(&self) -> Result<(), Misfit> {
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
