//! What became of the calls that were in flight when a run stopped: looked for, and shown to a
//! person, before anything goes on.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::event::{AttemptId, Conclusion, Sight};
use super::run::{Run, TargetState};
use crate::cloud::Call;

/// What is known of one call whose ending nobody saw.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Number of the attempt.
    pub attempt: AttemptId,
    /// The step.
    pub step: usize,
    /// The target.
    pub target: usize,
    /// The call.
    pub call: Call,
    /// When it was about to be sent.
    pub sent: Timestamp,
    /// The value before the call, as it was read for the plan.
    pub before: Option<Value>,
    /// What was read since, and when last.
    pub seen: Option<Seen>,
    /// How it ended, once that is known.
    pub conclusion: Option<Conclusion>,
    /// Whether a person saw it and went on.
    pub accepted: bool,
}

/// What looking for the ending of a call has shown so far.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// When it was last looked at.
    pub at: Timestamp,
    /// How many looks in a row showed the same.
    pub looks: u32,
    /// What they showed.
    pub sight: Sight,
    /// The value that was read; none when it was not there.
    pub value: Option<Value>,
}

impl Run {
    /// True when the ending of every call that was in flight is known, and a person may go on.
    pub fn is_reviewed(&self) -> bool {
        self.evidence.iter().all(|evidence| evidence.conclusion.is_some())
    }

    /// After a resume: what was in flight is looked for first, where anything was.
    pub(super) fn begin_review(&mut self) {
        self.evidence.retain(|evidence| evidence.conclusion.is_some() && !evidence.accepted);
        for (step, state) in self.steps.iter().enumerate() {
            for (target, found) in state.targets.iter().enumerate() {
                if let TargetState::Unknown { attempt, call, sent, .. } = &found.state {
                    self.evidence.push(Evidence {
                        attempt: *attempt,
                        step,
                        target,
                        call: call.clone(),
                        sent: *sent,
                        before: found.verdict.as_ref().and_then(|v| v.before()).cloned(),
                        seen: None,
                        conclusion: None,
                        accepted: false,
                    });
                }
            }
        }
    }

    /// A look for the ending of a call.
    pub(super) fn witness(
        &mut self,
        attempt: AttemptId,
        sight: Sight,
        value: Option<&Value>,
        now: Timestamp,
    ) {
        let known = self.evidence.iter_mut().find(|evidence| evidence.attempt == attempt);
        let Some(evidence) = known else { return };
        let before = evidence.seen.as_ref().filter(|seen| seen.sight == sight);
        let looks = before.map_or(0, |seen| seen.looks) + 1;
        evidence.seen = Some(Seen { at: now, looks, sight, value: value.cloned() });
    }

    /// The ending of a call is known now.
    pub(super) fn conclude(&mut self, attempt: AttemptId, conclusion: Conclusion) {
        let known = self.evidence.iter_mut().find(|evidence| evidence.attempt == attempt);
        if let Some(evidence) = known {
            evidence.conclusion = Some(conclusion);
        }
    }
}
