//! What the keys of a run do, and why they cannot at the moment.

use super::next;
use crate::cloud::Danger;
use crate::engine::{Command, Friction, NoWayBack, Rest, Run, Stage, StepRun, StepState, rollback};
use crate::link::{Ask, Course};
use crate::tui::dialogs::{arm::Arm, confirm::Confirm, text::TextDialog};
use crate::tui::keymap::Action;
use crate::tui::page::{Move, View};
use crate::tui::pages::plan::PlanPage;
use crate::tui::told::Watched;

/// True for what has to do with the run itself, not with looking at it.
pub(super) const fn is_about_run(action: Action) -> bool {
    matches!(
        action,
        Action::Go
            | Action::Arm
            | Action::Disarm
            | Action::Retry
            | Action::Skip
            | Action::Pause
            | Action::Note
            | Action::Abort
            | Action::Rollback
            | Action::TakeOver
            | Action::Follow
    )
}

/// Why an action is not possible now.
pub(super) fn refuses(action: Action, run: &Run, looking: bool, view: &View<'_>) -> Option<String> {
    let rested = || run.is_at_rest().then(|| "the run has ended".to_owned());
    let when = |wrong: bool, why: &str| wrong.then(|| why.to_owned());
    let current = run.current().and_then(|at| run.steps.get(at));
    if view.told.watching
        && is_about_run(action)
        && !matches!(action, Action::TakeOver | Action::Follow)
    {
        let who = view.told.pilot.as_deref().unwrap_or("nobody");
        return Some(format!("{who} commands, and this console watches: T takes over"));
    }
    let stands = !matches!(action, Action::Go | Action::Follow | Action::TakeOver);
    if still(run, view) && is_about_run(action) && stands {
        return Some("it stands still: Enter goes on with it".to_owned());
    }
    match action {
        Action::Go => go_refused(run, view),
        Action::Arm => rested()
            .or_else(|| when(run.read_only, LOCKED))
            .or_else(|| when(run.armed, "it is armed already"))
            .or_else(|| when(run.identity.is_none(), UNIDENTIFIED)),
        Action::Disarm => rested().or_else(|| when(!run.armed, "it is read-only already")),
        Action::Retry => rested().or_else(|| paused(run)).or_else(|| {
            let failed = current.is_some_and(|step| matches!(step.state, StepState::Failed { .. }));
            when(!failed, "nothing to retry: no step has failed")
        }),
        Action::Skip => rested().or_else(|| paused(run)).or_else(|| {
            let working = |step: &StepRun| {
                next::flying(step) > 0 || matches!(step.state, StepState::Working {})
            };
            when(current.is_none(), "every step has ended")
                .or_else(|| {
                    when(current.is_some_and(working), "the step is at work: wait for its end")
                })
                .or_else(|| ending(run))
        }),
        Action::Pause | Action::Abort => rested().or_else(|| ending(run)),
        Action::Rollback => rollback(run).err().map(|why| match why {
            NoWayBack::NotAtRest => "it can be rolled back once it has ended: A ends it".to_owned(),
            why => why.to_string(),
        }),
        Action::TakeOver => {
            let stuck = matches!(run.stage, Stage::Rested { rest: Rest::Stuck { .. } });
            let operator = &run.operator.actor;
            let own = view.told.pilot.as_ref().is_none_or(|pilot| pilot == operator);
            rested()
                .filter(|_| !stuck)
                .or_else(|| when(own && !view.told.watching, "you command it already"))
        }
        Action::Follow => when(!looking, "this is the current step already"),
        _ => None,
    }
}

const LOCKED: &str = "this run was started read-only and can never change anything";
const UNIDENTIFIED: &str = "the account has not answered yet";

fn paused(run: &Run) -> Option<String> {
    let paused = matches!(run.stage, Stage::Paused { .. });
    paused.then(|| "the run is paused: Enter goes on".to_owned())
}

fn ending(run: &Run) -> Option<String> {
    let ending = matches!(run.stage, Stage::Aborting { .. });
    ending.then(|| "the run is ending: what is in flight is seen to its end".to_owned())
}

/// True when the run is not at rest, and nobody walks it.
fn still(run: &Run, view: &View<'_>) -> bool {
    view.watched(&run.id).is_some_and(Watched::stands_still)
}

fn go_refused(run: &Run, view: &View<'_>) -> Option<String> {
    if view.watched(&run.id).is_some_and(|watched| watched.waits) {
        return Some("the runner was told, and has not answered yet".to_owned());
    }
    if still(run, view) {
        return None;
    }
    match &run.stage {
        Stage::Paused { .. } | Stage::Rested { rest: Rest::Stuck { .. } } => return None,
        Stage::Rested { .. } => return Some("the run has ended".to_owned()),
        Stage::Aborting { .. } => return ending(run),
        Stage::Reviewing {} => {
            let text = "what was in flight is looked for first: wait for AWS";
            return (!run.is_reviewed()).then(|| text.to_owned());
        }
        Stage::Walking {} => {}
    }
    let at = run.current()?;
    let step = run.steps.get(at)?;
    match &step.state {
        StepState::Asking { .. } => None,
        StepState::Planned { .. } if run.friction(at) == Friction::None => {
            Some("nothing to confirm: it goes on by itself".to_owned())
        }
        StepState::Planned { digest } => not_to_confirm(run, at, digest, view),
        StepState::Failed { .. } => {
            Some("the step failed: r tries again, s skips it, A ends the run".to_owned())
        }
        StepState::Waiting {} | StepState::Inspecting {} | StepState::Working {} => {
            Some("nothing to do for you: wait for AWS".to_owned())
        }
        StepState::Ended { .. } => Some("the step has ended".to_owned()),
    }
}

/// Why the plan of a step cannot be confirmed now.
pub(in crate::tui) fn not_to_confirm(
    run: &Run,
    at: usize,
    digest: &str,
    view: &View<'_>,
) -> Option<String> {
    if let Some((expected, found)) = view.told.wrong_account(Some(run)) {
        return Some(format!("wrong account: {found} answers, not {expected}"));
    }
    let Some(plan) = run.plan(at) else { return Some("there is no plan yet".to_owned()) };
    if plan.digest() != digest {
        return Some(
            "the plan on this screen is not the one in the journal; reopen the run".to_owned(),
        );
    }
    if plan.danger() > Danger::Read && run.read_only {
        return Some(LOCKED.to_owned());
    }
    if plan.danger() > Danger::Read && !run.armed {
        return Some("this run is read-only: press a to arm it first".to_owned());
    }
    run.identity.is_none().then(|| UNIDENTIFIED.to_owned())
}

/// What an action does.
pub(super) fn act(action: Action, run: &Run, view: &View<'_>) -> Vec<Move> {
    let current = run.current();
    match (action, current) {
        (Action::Go, _) if still(run, view) => vec![tell(run, Command::Resume {})],
        (Action::Go, _) => go(run),
        (Action::Arm, _) => vec![Move::Dialog(Box::new(Arm::new(run)))],
        (Action::Disarm, _) => vec![tell(run, Command::Disarm {})],
        (Action::Pause, _) if matches!(run.stage, Stage::Paused { .. }) => {
            vec![tell(run, Command::Resume {})]
        }
        (Action::Pause, _) => {
            let reason = "the operator asked to wait".to_owned();
            vec![tell(run, Command::Pause { reason })]
        }
        (Action::Retry, Some(step)) => vec![tell(run, Command::Retry { step })],
        (Action::Skip, Some(step)) => vec![Move::Dialog(Box::new(TextDialog::skip(run, step)))],
        (Action::Note, _) => vec![Move::Dialog(Box::new(TextDialog::note(run)))],
        (Action::TakeOver, _) => vec![Move::Dialog(Box::new(TextDialog::take_over(run)))],
        (Action::Rollback, _) => PlanPage::open(Course::Rollback { run: run.id.clone() }),
        (Action::Abort, _) => vec![Move::Dialog(Box::new(TextDialog::abort(run)))],
        _ => Vec::new(),
    }
}

fn go(run: &Run) -> Vec<Move> {
    match &run.stage {
        Stage::Paused { .. } | Stage::Rested { .. } => return vec![tell(run, Command::Resume {})],
        Stage::Reviewing {} => return vec![tell(run, Command::Accept {})],
        Stage::Aborting { .. } => return Vec::new(),
        Stage::Walking {} => {}
    }
    let Some(step) = run.current() else { return Vec::new() };
    match run.steps.get(step).map(|state| &state.state) {
        Some(StepState::Asking { text }) => {
            vec![Move::Dialog(Box::new(TextDialog::answer(run, step, text)))]
        }
        Some(StepState::Planned { .. }) => {
            let dialog = Confirm::new(run, step);
            dialog.into_iter().map(|dialog| Move::Dialog(Box::new(dialog) as _)).collect()
        }
        _ => Vec::new(),
    }
}

/// A command for the run.
fn tell(run: &Run, command: Command) -> Move {
    Move::Ask(Ask::Tell { run: run.id.clone(), command })
}
