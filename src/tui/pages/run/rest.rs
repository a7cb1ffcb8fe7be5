//! The end of a run: how it came to rest, what was changed, what to do with that.

use crate::engine::words::{count, failure_words};
use crate::engine::{Card, Failure, Mode, Rest, Run, Stage, StepEnd, StepState, TargetState};
use crate::tui::page::View;
use crate::tui::paint::{Sheet, clock};
use crate::tui::theme::Role;

/// Writes the end of a run down.
pub(super) fn card(sheet: &mut Sheet, run: &Run, view: &View<'_>) {
    match &run.stage {
        Stage::Rested { rest: Rest::Succeeded {} } => {
            sheet.para(Role::Good, "✔ SUCCEEDED: every step was done, or left out with a reason.");
        }
        Stage::Rested { rest: Rest::Aborted { reason } } => {
            sheet.para(Role::Warn, "- ABORTED: what was changed stays changed.");
            sheet.hang("why            ", Role::Plain, reason);
        }
        Stage::Rested { rest: Rest::Failed { failure } } => {
            sheet.para(Role::Bad, "✘ FAILED before anything was changed.");
            why(sheet, failure);
        }
        Stage::Rested { rest: Rest::Stuck { failure } } => {
            sheet.para(Role::Bad, "✘ STUCK: something was changed, and a person is needed.");
            sheet.hang("what happened  ", Role::Plain, &failure_words(failure));
        }
        Stage::Rested { rest: Rest::RolledBack { by, left } } => {
            sheet.para(Role::Warn, "- ROLLED BACK: what it changed was taken back.");
            sheet.hang("by the run     ", Role::Plain, by);
            for what in left {
                sheet.hang("not taken back ", Role::Bad, what);
            }
        }
        Stage::Walking {} | Stage::Reviewing {} | Stage::Paused { .. } | Stage::Aborting { .. } => {
            sheet.para(Role::Dim, "Every step has ended; the run comes to rest.");
        }
    }
    if let Stage::Rested { rest: Rest::Stuck { .. } } = &run.stage {
        stuck(sheet, &Card::of(run));
    }
    sheet.gap();
    counts(sheet, run);
    sheet.gap();
    let end = if run.is_at_rest() { run.last } else { view.now };
    sheet.hang("took           ", Role::Plain, &clock(end.duration_since(run.started)));
    let calls = count(usize::try_from(run.applied).unwrap_or(usize::MAX), "call");
    sheet.hang("sent           ", Role::Plain, &format!("{calls} applied, or perhaps applied"));
    sheet.hang("run            ", Role::Plain, &run.id);
    sheet.hang("journal        ", Role::Plain, &format!("F3, or: muster journal show {}", run.id));
    if run.mode == Mode::Practice {
        sheet.gap();
        sheet.para(Role::Warn, "This was practice: it is no evidence of anything.");
    }
}

/// Everything that whoever is called wants to know.
fn stuck(sheet: &mut Sheet, card: &Card) {
    let parts = [
        ("next           ", &card.next, Role::Strong),
        ("in flight      ", &card.in_flight, Role::Bad),
        ("call           ", &card.call, Role::Strong),
        ("in AWS         ", &card.changed, Role::Plain),
    ];
    if card.in_flight.is_empty() {
        sheet.hang("in flight      ", Role::Good, "nothing");
    }
    for (label, lines, role) in parts {
        for line in lines {
            sheet.hang(label, role, line);
        }
    }
}

fn why(sheet: &mut Sheet, failure: &Failure) {
    sheet.hang("what happened  ", Role::Plain, &failure_words(failure));
    sheet.hang("what to do     ", Role::Strong, &failure.advice);
}

fn counts(sheet: &mut Sheet, run: &Run) {
    let ends = |wanted: fn(&StepEnd) -> bool| {
        let ended = |state: &StepState| matches!(state, StepState::Ended { end } if wanted(end));
        run.steps.iter().filter(|step| ended(&step.state)).count()
    };
    let of_targets = |changed: bool| {
        let wanted = TargetState::Verified { changed };
        run.steps.iter().flat_map(|step| &step.targets).filter(|t| t.state == wanted).count()
    };
    let (changed, same) = (count(of_targets(true), "resource"), of_targets(false));
    sheet.para(Role::Strong, &format!("{changed} changed and verified, {same} as wanted already"));
    let left =
        run.steps.iter().filter(|step| !matches!(step.state, StepState::Ended { .. })).count();
    let lines = [
        (ends(|end| matches!(end, StepEnd::Changed {})), Role::Good, "changed and verified"),
        (ends(|end| matches!(end, StepEnd::NoChange {})), Role::Good, "as wanted already"),
        (ends(|end| matches!(end, StepEnd::Passed {})), Role::Good, "checked and passed"),
        (ends(|end| matches!(end, StepEnd::Answered { .. })), Role::Good, "answered by a person"),
        (ends(|end| matches!(end, StepEnd::Skipped { .. })), Role::Warn, "skipped with a reason"),
        (ends(|end| matches!(end, StepEnd::LeftOut { .. })), Role::Dim, "left out by the book"),
        (left, Role::Warn, "not reached or not finished"),
    ];
    for (number, role, words) in lines.into_iter().filter(|(number, ..)| *number > 0) {
        sheet.hang(&format!("{:>8}  ", count(number, "step")), role, words);
    }
}
