//! How a step and its targets go from state to state. [`Run::apply`](super::Run::apply) has checked
//! that they may.

use jiff::Timestamp;
use serde_json::Value;

use super::event::{Conclusion, Failure, Sight};
use super::plan::Verdict;
use super::rollback::Touched;
use super::run::{StepEnd, StepRun, StepState, TargetRun, TargetState};
use crate::cloud::{CallError, Ending};

impl StepRun {
    pub(super) fn enter(&mut self, state: StepState, now: Timestamp) {
        self.state = state;
        self.since = Some(now);
        self.stale = false;
        self.outlasts = None;
    }

    pub(super) fn end(&mut self, end: StepEnd, now: Timestamp) {
        self.enter(StepState::Ended { end }, now);
        self.ended = Some(now);
    }

    /// Targets that are done stay done; the others are inspected anew.
    pub(super) fn reopen(&mut self, now: Timestamp) {
        for target in &mut self.targets {
            if !target.is_done() {
                *target = TargetRun {
                    requests: std::mem::take(&mut target.requests),
                    touched: std::mem::take(&mut target.touched),
                    ..TargetRun::default()
                };
            }
        }
        self.enter(StepState::Inspecting {}, now);
    }

    pub(super) fn at_rest(&self) -> Result<(), String> {
        if self.targets.iter().any(|target| target.state.is_in_flight()) {
            return Err("while a call is in flight".to_owned());
        }
        Ok(())
    }
}

impl TargetRun {
    /// Verified, or left with a reason.
    pub(super) const fn is_done(&self) -> bool {
        matches!(self.state, TargetState::Verified { .. } | TargetState::Left { .. })
    }

    pub(super) fn enter(&mut self, state: TargetState, now: Timestamp) {
        self.overdue = false;
        self.state = state;
        self.since = Some(now);
    }

    /// The state in which an inspected target begins its work; none when it is done already.
    pub(super) fn begun(&self) -> Result<Option<TargetState>, String> {
        if self.is_done() {
            return Ok(None);
        }
        match &self.verdict {
            Some(Verdict::NoChange { .. }) => Ok(Some(TargetState::Verified { changed: false })),
            Some(Verdict::Change { .. }) => Ok(Some(TargetState::Between { position: 0 })),
            Some(Verdict::Refused { breach, .. }) => {
                Ok(Some(TargetState::Left { breach: breach.clone() }))
            }
            Some(Verdict::NotYet { .. }) => Ok(Some(TargetState::Observing {})),
            Some(Verdict::Undetermined { .. } | Verdict::Unreadable { .. }) | None => {
                Err("with a target that could not be read".to_owned())
            }
        }
    }

    pub(super) fn answered(&mut self, now: Timestamp) {
        let calls = self.verdict.as_ref().map_or(0, |verdict| verdict.calls().len());
        let (TargetState::Sent { position, .. } | TargetState::Unknown { position, .. }) =
            self.state
        else {
            return;
        };
        let state = if position + 1 < calls {
            TargetState::Between { position: position + 1 }
        } else {
            TargetState::Observing {}
        };
        self.enter(state, now);
    }

    /// Only looks in a row that showed the state as it was before count together.
    pub(super) fn looked(&mut self, showed: Sight, value: Option<&Value>) {
        self.value = value.cloned();
        if let TargetState::Unknown { absences, sight, .. } = &mut self.state {
            let is_rest = matches!(showed, Sight::AsBefore | Sight::Partly);
            let same = sight.is_none_or(|before| before == showed);
            *absences = match (is_rest, same) {
                (true, true) => *absences + 1,
                (true, false) => 1,
                (false, _) => 0,
            };
            *sight = Some(showed);
        }
    }

    pub(super) fn not_applied(
        &mut self,
        error: &CallError,
        again_at: Option<Timestamp>,
        now: Timestamp,
    ) {
        let TargetState::Sent { position, tries, .. } = self.state else { return };
        // Waiting for a busy resource uses up no try: it may take long, and says nothing of the call.
        let tries = if error.ending == Ending::InUse { tries.saturating_sub(1) } else { tries };
        let state = match again_at {
            Some(until) => TargetState::Backoff { until, position, tries, error: error.clone() },
            None => TargetState::Failed { failure: Failure::of(error) },
        };
        self.enter(state, now);
    }

    pub(super) fn lost(&mut self, now: Timestamp) {
        if let TargetState::Sent { attempt, call, position, tries } = self.state.clone() {
            self.touched.calls += 1;
            let sent = self.since.unwrap_or(now);
            let (absences, sight) = (0, None);
            let state =
                TargetState::Unknown { attempt, call, position, tries, sent, absences, sight };
            self.enter(state, now);
        }
    }

    /// Nobody looked for a while: that time is not held against what is waited for.
    pub(super) fn looked_for_anew(&mut self, now: Timestamp) {
        match &mut self.state {
            TargetState::Unknown { absences, sight, .. } => {
                *absences = 0;
                *sight = None;
                self.since = Some(now);
            }
            TargetState::Observing {} => self.since = Some(now),
            TargetState::Waiting {}
            | TargetState::Inspected {}
            | TargetState::Sent { .. }
            | TargetState::Backoff { .. }
            | TargetState::Between { .. }
            | TargetState::Verified { .. }
            | TargetState::Left { .. }
            | TargetState::Failed { .. } => {}
        }
    }

    pub(super) fn concluded(&mut self, conclusion: Conclusion, now: Timestamp) {
        let TargetState::Unknown { position, tries, .. } = self.state else { return };
        match conclusion {
            Conclusion::Done => self.answered(now),
            Conclusion::NeverHappened => {
                self.touched.calls -= 1;
                let error = Failure::never_happened();
                self.enter(TargetState::Backoff { until: now, position, tries, error }, now);
            }
            Conclusion::Partly => {
                // Whoever comes further with every try is not stopped by their number.
                let tries = if self.partly == self.value { tries } else { 0 };
                self.partly.clone_from(&self.value);
                let error = Failure::cut_short();
                self.enter(TargetState::Backoff { until: now, position, tries, error }, now);
            }
            Conclusion::Differently => {
                let failure = Failure::differently(self.value.as_ref());
                self.enter(TargetState::Failed { failure }, now);
            }
            Conclusion::CannotTell => {
                self.enter(TargetState::Failed { failure: Failure::cannot_tell() }, now);
            }
        }
    }
}

impl Default for TargetRun {
    fn default() -> Self {
        Self {
            state: TargetState::Waiting {},
            verdict: None,
            value: None,
            since: None,
            requests: Vec::new(),
            touched: Touched::default(),
            overdue: false,
            partly: None,
        }
    }
}
