//! What became of a target, for a report.

use serde_json::Value;

use crate::engine::words::{failure_words, way_back_words};
use crate::engine::{TargetRun, TargetState, Verdict};

/// The value before the run first changed it; else what was read of it.
pub(super) fn before(state: &TargetRun) -> Option<Value> {
    let read = || state.verdict.as_ref().and_then(Verdict::before);
    state.touched.before.as_ref().filter(|_| state.touched.is_changed()).or_else(read).cloned()
}

pub(super) const fn is_verified(state: &TargetRun) -> bool {
    matches!(state.state, TargetState::Verified { .. })
}

/// How it stands, in words.
pub(super) fn outcome(state: &TargetRun) -> String {
    let touched = state.touched.is_changed();
    let doubted = if state.touched.doubted { ", and another may have made it" } else { "" };
    match &state.state {
        TargetState::Verified { .. } if touched => {
            format!("changed, and read back as wanted{doubted}")
        }
        TargetState::Verified { .. } => "as wanted already".to_owned(),
        TargetState::Left { breach } => format!("left as it is: {}", breach.why),
        TargetState::Failed { failure } => format!("FAILED: {}", failure_words(failure)),
        TargetState::Sent { attempt, .. } => {
            format!("NOT verified: attempt {attempt} is in flight")
        }
        TargetState::Unknown { attempt, .. } => {
            format!("NOT verified: nobody saw how attempt {attempt} ended")
        }
        TargetState::Backoff { error, .. } => format!("NOT verified: not applied ({error})"),
        TargetState::Between { .. } | TargetState::Observing {} if touched => {
            "NOT verified: changed, and not read back".to_owned()
        }
        _ if touched => "NOT verified: changed before, and read again since".to_owned(),
        TargetState::Inspected {} => "only read".to_owned(),
        _ => "not reached".to_owned(),
    }
}

/// What a way back would lose, and the rules that were shown before it was confirmed.
pub(super) fn known(verdict: Option<&Verdict>) -> (Option<String>, Vec<String>) {
    let Some(Verdict::Change { way_back, warnings, .. }) = verdict else {
        return (None, Vec::new());
    };
    let warnings = warnings.iter().map(|breach| {
        let fact = breach.fact.as_ref().map(|fact| format!("{fact}: ")).unwrap_or_default();
        format!("{fact}{}", breach.why)
    });
    (way_back_words(way_back), warnings.collect())
}
