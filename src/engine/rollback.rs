//! The way back: what a run changed, taken back last change first, as a book of its own.

use serde_json::Value;

use super::plan::Verdict;
use super::run::{Rest, Run, Stage, StepState, TargetRun};
use crate::jobs;
use crate::runbook::{Act, Bound, Kind, OnFailure, OnRefused, Pinned, Step, Undoes, Wanted};
use crate::settings;

/// What was there before a run first changed a target, kept whatever happens to it later.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Touched {
    /// The value before the first call; none while nothing was sent.
    pub before: Option<Value>,
    /// How many calls were, or may have been, applied.
    pub calls: u32,
    /// Whether it was there although nobody saw this run make it: another may have.
    pub doubted: bool,
}

impl Touched {
    /// True when there is something to take back.
    pub const fn is_changed(&self) -> bool {
        self.calls > 0 && self.before.is_some()
    }
}

/// Why there is no way back from a run now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoWayBack {
    /// It is not at rest.
    #[error("the run is not at rest")]
    NotAtRest,
    /// A call of it is in flight: nobody knows yet what is to be taken back.
    #[error("a call of the run is in flight")]
    InFlight,
    /// It changed nothing.
    #[error("the run changed nothing")]
    NothingChanged,
    /// It was rolled back before.
    #[error("the run was rolled back already")]
    RolledBack,
}

/// The book that takes back what a run changed: its changed targets in reverse, each with the value
/// from before, to be compared with what is there now.
///
/// # Errors
/// There is no way back now.
pub fn rollback(run: &Run) -> Result<Bound, NoWayBack> {
    match &run.stage {
        Stage::Rested { rest: Rest::RolledBack { .. } } => return Err(NoWayBack::RolledBack),
        Stage::Rested { .. } => {}
        Stage::Walking {} | Stage::Reviewing {} | Stage::Paused { .. } | Stage::Aborting { .. } => {
            return Err(NoWayBack::NotAtRest);
        }
    }
    if run.steps.iter().any(|step| step.at_rest().is_err()) {
        return Err(NoWayBack::InFlight);
    }
    let texts = run.bound.steps.iter().zip(&run.steps).rev();
    let steps: Vec<_> = texts.filter_map(|(text, state)| back(run, text, &state.targets)).collect();
    if steps.is_empty() {
        return Err(NoWayBack::NothingChanged);
    }
    let Bound { book, estate, estate_sha256, environment, params, .. } = run.bound.clone();
    let book = Pinned {
        name: format!("rollback-of-{}", book.name),
        title: format!("Roll back: {}", book.title),
        summary: format!("Takes back what the run {} changed, last change first.", run.id),
        kind: Kind::Rollback,
        // What it takes back is said by `undoes`.
        needs: Vec::new(),
        ..book
    };
    let undoes = Some(run.id.clone());
    Ok(Bound { book, estate, estate_sha256, environment, params, steps, undoes })
}

/// The step that takes another one back; none when that one changed nothing.
fn back(run: &Run, text: &Step, states: &[TargetRun]) -> Option<Step> {
    let (setting, wanted) = text.targets()?;
    let kind = jobs::row(setting)?.kind;
    let changed = wanted.iter().zip(states).rev().filter(|(_, state)| state.touched.is_changed());
    let targets: Vec<_> = changed
        .map(|(wanted, state)| Wanted {
            on: wanted.on.clone(),
            to: state.touched.before.clone().unwrap_or_default(),
            undoes: Some(Undoes {
                value: wanted.to.clone(),
                doubted: state.touched.doubted,
                unseen: !state.is_done(),
                made: made(run, kind, &wanted.on.name),
            }),
        })
        .collect();
    if targets.is_empty() {
        return None;
    }
    let why = "Puts back what was there before the run, where nobody has changed it since.";
    Some(Step {
        id: text.id.clone(),
        title: format!("Take back: {}", text.title),
        why: text.undo.clone().unwrap_or_else(|| why.to_owned()),
        act: Act::Set { setting: setting.to_owned(), targets },
        on_failure: OnFailure::Ask,
        // What AWS knows no way back for stays, and is named.
        on_refused: OnRefused::Leave,
        left_out: None,
        cost: None,
        undo: None,
        ..text.clone()
    })
}

/// True when the run brought a resource into being.
fn made(run: &Run, kind: settings::Kind, name: &str) -> bool {
    let steps = run.bound.steps.iter().zip(&run.steps);
    let mut targets = steps.flat_map(|(text, state)| {
        let (id, wanted) = text.targets().unwrap_or_default();
        wanted.iter().zip(&state.targets).map(move |(wanted, state)| (id, wanted, state))
    });
    targets.any(|(id, wanted, state)| {
        let setting = jobs::row(id).filter(|setting| setting.kind == kind);
        let new = |before| setting.is_some_and(|s| s.creates(&wanted.to) && !s.creates(before));
        wanted.on.name == name && state.touched.before.as_ref().is_some_and(new)
    })
}

/// True when the book says that this run, which failed, is to be rolled back.
pub fn asks_for_rollback(run: &Run) -> bool {
    let failed = run.current().and_then(|step| {
        let failed = matches!(run.steps[step].state, StepState::Failed { .. });
        failed.then(|| run.bound.steps[step].on_failure)
    });
    failed == Some(OnFailure::Rollback) && rollback(run).is_ok()
}

/// What a rollback that came to its end left as it is, each with the reason.
pub fn left_by(run: &Run) -> Vec<String> {
    let steps = run.bound.steps.iter().zip(&run.steps);
    let refused = steps.flat_map(|(text, state)| {
        let wanted = text.targets().map(|(_, wanted)| wanted).unwrap_or_default();
        wanted.iter().zip(&state.targets).filter_map(|(wanted, state)| match &state.verdict {
            Some(Verdict::Refused { breach, .. }) => {
                Some(format!("{}: {}", wanted.on.name, breach.why))
            }
            _ => None,
        })
    });
    refused.collect()
}
