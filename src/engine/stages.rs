//! How a run goes from stage to stage: identified, armed, paused, resumed, ended, taken back.

use jiff::Timestamp;

use super::apply::Misfit;
use super::event::{Record, RunId};
use super::run::{Operator, Rest, Run, Stage, StepState, TargetState};
use crate::cloud::sts::Identity;
use crate::runbook::OnFailure;

impl Run {
    pub(super) fn abort_asked(&mut self, reason: &str) -> Result<(), Misfit> {
        self.awake()?;
        self.stage = Stage::Aborting { reason: reason.to_owned() };
        Ok(())
    }

    pub(super) fn identified(
        &mut self,
        identity: Option<&Identity>,
        expires: Option<Timestamp>,
    ) -> Result<(), Misfit> {
        self.awake()?;
        self.identity = identity.cloned();
        self.expires = expires;
        Ok(())
    }

    pub(super) fn arm(&mut self, armed: bool) -> Result<(), Misfit> {
        self.awake()?;
        if armed && self.read_only {
            return Err("in a run that may never change anything".to_owned());
        }
        self.armed = armed;
        Ok(())
    }

    /// What the former operator allowed is not allowed by the next one.
    pub(super) fn taken_over(&mut self, name: &str, record: &Record) -> Result<(), Misfit> {
        if !matches!(self.stage, Stage::Rested { rest: Rest::Stuck { .. } }) {
            self.awake()?;
        }
        self.operator =
            Operator { name: name.to_owned(), ..Operator::of(&record.actor, record.time) };
        self.armed = !self.bound.environment.protected && !self.read_only;
        Ok(())
    }

    pub(super) fn paused(&mut self, why: &str) -> Result<(), Misfit> {
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

    pub(super) fn accepted(&mut self) -> Result<(), Misfit> {
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

    pub(super) fn rolled_back(&mut self, by: &RunId, left: &[String]) -> Result<(), Misfit> {
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

    pub(super) fn rested(&mut self, rest: &Rest) -> Result<(), Misfit> {
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

    pub(super) fn resumed(&mut self, now: Timestamp) -> Result<(), Misfit> {
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
}
