//! The one thing to do next, as a sentence that begins with its key.

use crate::cloud::Danger;
use crate::engine::words::count;
use crate::engine::{
    Conclusion, Evidence, Friction, Rest, Run, Stage, StepRun, StepState, TargetState,
};
use crate::tui::page::View;
use crate::tui::paint::roughly;
use crate::tui::theme::Role;
use crate::tui::told::Watched;

/// What is next.
pub(super) fn sentence(run: &Run, view: &View<'_>) -> (Role, String) {
    if let Some((expected, found)) = view.told.wrong_account(Some(run)) {
        let text = format!("Log in to {expected}: {found} answers, and nothing is sent to it");
        return (Role::Bad, text);
    }
    if view.watched(&run.id).is_some_and(|watched| watched.waits) {
        return (Role::Dim, "The runner was told; it has not answered yet".to_owned());
    }
    if view.watched(&run.id).is_some_and(Watched::stands_still) {
        let text = "Enter: go on with this run. It stands still; the account is read before anything \
            is sent";
        return (Role::Next, text.to_owned());
    }
    match &run.stage {
        Stage::Rested { rest } => at_rest(rest),
        Stage::Reviewing {} if run.is_reviewed() => {
            (Role::Next, format!("Enter: go on. In flight when it stopped: {}", became(run)))
        }
        Stage::Reviewing {} => {
            let open = run.evidence.iter().filter(|e| e.conclusion.is_none()).count();
            let text = format!("Looking for what became of {} in flight", count(open, "call"));
            (Role::Warn, text)
        }
        Stage::Paused { why, .. } => (Role::Next, format!("Enter: go on. Paused: {why}")),
        Stage::Aborting { .. } => {
            let left = in_flight(run);
            (Role::Warn, format!("Ending: {} in flight is seen to its end", count(left, "call")))
        }
        Stage::Walking {} => match run.current().and_then(|at| Some((at, run.steps.get(at)?))) {
            Some((at, step)) => walking(run, at, step, view),
            None => (Role::Dim, "Every step has ended; the run comes to rest".to_owned()),
        },
    }
}

/// What became of what was in flight, in numbers: `2 done, 1 needs you`.
fn became(run: &Run) -> String {
    let of = |wanted: &[Conclusion]| {
        let is = |evidence: &&Evidence| evidence.conclusion.is_some_and(|c| wanted.contains(&c));
        run.evidence.iter().filter(is).count()
    };
    let parts = [
        (of(&[Conclusion::Done]), "done"),
        (of(&[Conclusion::NeverHappened]), "never happened"),
        (of(&[Conclusion::Partly]), "cut short"),
        (of(&[Conclusion::Differently, Conclusion::CannotTell]), "for a person to look at"),
    ];
    let parts = parts.iter().filter(|(number, _)| *number > 0);
    parts.map(|(number, words)| format!("{number} {words}")).collect::<Vec<_>>().join(", ")
}

fn at_rest(rest: &Rest) -> (Role, String) {
    match rest {
        Rest::Succeeded {} => (Role::Good, "Done: the run succeeded. Esc: back".to_owned()),
        Rest::Aborted { .. } => (
            Role::Warn,
            "The run was aborted. What was changed stays changed. Esc: back".to_owned(),
        ),
        Rest::Failed { failure } => (
            Role::Bad,
            format!("Failed, nothing was changed: {}. {}", failure.what, failure.advice),
        ),
        Rest::RolledBack { .. } => {
            (Role::Warn, "Rolled back: what it changed was taken back. Esc: back".to_owned())
        }
        Rest::Stuck { failure } => (
            Role::Bad,
            format!(
                "STUCK, a person is needed: {}. Then Enter: go on, or u: roll back",
                plain(&failure.advice)
            ),
        ),
    }
}

fn walking(run: &Run, at: usize, step: &StepRun, view: &View<'_>) -> (Role, String) {
    let number = at + 1;
    match &step.state {
        StepState::Waiting {} if run.identity.is_none() => {
            (Role::Dim, "Waiting for the account to say who is asking".to_owned())
        }
        StepState::Waiting {} => (Role::Dim, format!("Step {number} is about to begin")),
        StepState::Inspecting {} => {
            let read = step.targets.iter().filter(|target| target.verdict.is_some()).count();
            (Role::Dim, format!("Reading the account: {read} of {} done", step.targets.len()))
        }
        StepState::Planned { .. } => planned(run, at),
        StepState::Working {} => working(run, step, view),
        StepState::Asking { text } => (Role::Next, format!("Enter: answer. {text}")),
        StepState::Failed { failure } => {
            let text = format!(
                "Step {number} failed: {}. r: retry, s: skip, A: abort",
                plain(&failure.what)
            );
            (Role::Bad, text)
        }
        StepState::Ended { .. } => (Role::Dim, format!("Step {number} has ended")),
    }
}

fn planned(run: &Run, at: usize) -> (Role, String) {
    let environment = &run.bound.environment;
    let place = format!("{} {}", run.bound.estate, environment.name.to_uppercase());
    let Some(plan) = run.plan(at) else {
        return (Role::Warn, "The plan is not known here yet".to_owned());
    };
    if run.friction(at) == Friction::None {
        return (Role::Dim, "Nothing to confirm: it goes on by itself".to_owned());
    }
    let changes = plan.calls().count();
    if plan.danger() > Danger::Read && run.read_only {
        let text = format!("This run can never change anything. s: skip step {}, A: abort", at + 1);
        return (Role::Warn, text);
    }
    if plan.danger() > Danger::Read && !run.armed {
        let what = count(changes, "change");
        return (
            Role::Next,
            format!("a: arm this run. It is READ-ONLY. To be confirmed then: {what} on {place}"),
        );
    }
    let what = match plan.danger() {
        Danger::Read | Danger::Change => count(changes, "change"),
        Danger::Destroy => format!("{} (DESTROY)", count(changes, "call")),
        Danger::Irreversible => format!("{} (IRREVERSIBLE)", count(changes, "call")),
    };
    let then = match run.friction(at) {
        Friction::None | Friction::Enter => "",
        Friction::Yes => ", asked with y",
        Friction::Type { second: false, .. } => ", by typing the name",
        Friction::Type { second: true, .. } => ", by typing the name, with a second person",
    };
    (Role::Next, format!("Enter: confirm {what} on {place}{then}"))
}

fn working(run: &Run, step: &StepRun, view: &View<'_>) -> (Role, String) {
    let held = step.targets.iter().filter(|target| target.state.next_call().is_some()).count();
    if !run.armed && held > 0 {
        let text =
            format!("a: arm this run. It is READ-ONLY. To be sent then: {}", count(held, "call"));
        return (Role::Next, text);
    }
    (Role::Strong, waiting(step, view))
}

fn waiting(step: &StepRun, view: &View<'_>) -> String {
    let all = step.targets.len();
    let unknown = count_of(step, |state| matches!(state, TargetState::Unknown { .. }));
    if unknown > 0 {
        return format!(
            "Looking: nobody saw how {} ended. It is not sent again before that is known",
            count(unknown, "call")
        );
    }
    let again = step.targets.iter().find_map(|target| match &target.state {
        TargetState::Backoff { until, error, .. } => Some((until, error)),
        _ => None,
    });
    if let Some((until, error)) = again {
        let left = roughly(until.duration_since(view.now));
        return format!("Waiting {left} to send again: {}, not applied", error.code);
    }
    let late = step.targets.iter().filter(|target| target.overdue).count();
    let late = match late {
        0 => String::new(),
        _ => format!(". {} takes longer than usual: see the journal below", count(late, "target")),
    };
    format!("Waiting for AWS: {} of {all} verified{late}", done(step))
}

/// Without the full stop: the sentence goes on.
fn plain(text: &str) -> &str {
    text.trim_end_matches('.')
}

/// How many targets are as wanted.
pub(super) fn done(step: &StepRun) -> usize {
    count_of(step, |state| matches!(state, TargetState::Verified { .. } | TargetState::Left { .. }))
}

/// How many calls are under way, anywhere in the run.
pub(super) fn in_flight(run: &Run) -> usize {
    run.steps.iter().map(flying).sum()
}

/// How many calls of a step are under way.
pub(super) fn flying(step: &StepRun) -> usize {
    count_of(step, |state| matches!(state, TargetState::Sent { .. } | TargetState::Unknown { .. }))
}

fn count_of(step: &StepRun, wanted: fn(&TargetState) -> bool) -> usize {
    step.targets.iter().filter(|target| wanted(&target.state)).count()
}
