//! A step in full: why, what would be sent, each target, what is read at the moment.

use super::job;
use crate::engine::words::{call_words, count, failure_words, value_words, way_back_words};
use crate::engine::{Failure, Run, StepEnd, StepPlan, StepState, TargetRun, TargetState, Verdict};
use crate::jobs;
use crate::runbook::{Act, Step, Wanted};
use crate::settings::Breach;
use crate::tui::page::View;
use crate::tui::paint::{Sheet, ago, fit, width};
use crate::tui::theme::Role;
use crate::tui::told::Watched;
use crate::tui::wording;

/// Writes a step down, the most urgent first.
pub(super) fn step(sheet: &mut Sheet, watched: &Watched, at: usize, view: &View<'_>) {
    let run = &watched.run;
    let (Some(step), Some(state)) = (run.step(at), run.steps.get(at)) else { return };
    if let StepState::Failed { failure } = &state.state {
        failed(sheet, run, at, failure);
    }
    job::progress(sheet, watched, at, view);
    match &state.state {
        StepState::Asking { text } => sheet.para(Role::Strong, text),
        StepState::Ended { end } => ended(sheet, end),
        _ => {}
    }
    sheet.para(Role::Plain, &step.why);
    if let Some(why) = &step.left_out {
        sheet.para(Role::Dim, &format!("Left out in this run: {why}"));
    }
    if let Some((_, wanted)) = step.targets() {
        sheet.gap();
        targets(sheet, wanted, &state.targets, view);
        if let (StepState::Planned { .. }, Some(plan)) = (&state.state, run.plan(at)) {
            to_send(sheet, &plan);
        }
        live(sheet, watched, at, view);
    }
    facts(sheet, step, state, view);
}

fn failed(sheet: &mut Sheet, run: &Run, at: usize, failure: &Failure) {
    sheet.para(Role::Bad, "THIS STEP FAILED");
    sheet.hang("what happened  ", Role::Plain, &failure_words(failure));
    sheet.hang("changed in AWS ", Role::Plain, &changed(run, at));
    sheet.hang("what to do     ", Role::Strong, &failure.advice);
    sheet.hang(
        "keys           ",
        Role::Plain,
        "r tries again, s skips it, A ends the run, n writes it down",
    );
    sheet.gap();
}

/// What a step has changed so far, by name.
fn changed(run: &Run, at: usize) -> String {
    let named = |wanted: fn(&TargetState) -> bool| -> Vec<&str> {
        let targets = run.step(at).and_then(Step::targets).map(|(_, targets)| targets);
        let states = run.steps.get(at).map(|step| step.targets.as_slice()).unwrap_or_default();
        targets
            .unwrap_or_default()
            .iter()
            .zip(states)
            .filter(|(_, state)| wanted(&state.state))
            .map(|(target, _)| target.on.name.as_str())
            .collect()
    };
    let done = named(|state| matches!(state, TargetState::Verified { changed: true }));
    let unsure = named(|state| {
        matches!(
            state,
            TargetState::Unknown { .. } | TargetState::Observing {} | TargetState::Between { .. }
        )
    });
    let mut text = if done.is_empty() {
        "nothing is verified as changed by this step".to_owned()
    } else {
        format!("verified: {}", done.join(", "))
    };
    if !unsure.is_empty() {
        text = format!("{text}; may have changed: {}", unsure.join(", "));
    }
    format!(
        "{text} ({} applied in the whole run)",
        count(usize::try_from(run.applied).unwrap_or(usize::MAX), "call")
    )
}

fn ended(sheet: &mut Sheet, end: &StepEnd) {
    match end {
        StepEnd::Answered { text } => sheet.hang("answer  ", Role::Good, text),
        StepEnd::Skipped { reason } => sheet.hang("skipped  ", Role::Warn, reason),
        StepEnd::LeftOut { .. }
        | StepEnd::Changed {}
        | StepEnd::NoChange {}
        | StepEnd::Passed {} => {}
    }
}

fn targets(sheet: &mut Sheet, wanted: &[Wanted], states: &[TargetRun], view: &View<'_>) {
    let names = wanted.iter().map(|wanted| width(&wanted.on.name)).max().unwrap_or(0);
    let room = sheet.room;
    let words = if room >= 70 { 26 } else { 20.min(room / 3) };
    let name = names.min(room.saturating_sub(words) / 2).max(6);
    let values = room.saturating_sub(name + words + 4);
    sheet.line(
        Role::Dim,
        &format!("  {} {} {}", fit("resource", name), fit("before → after", values), "state"),
    );
    for (wanted, state) in wanted.iter().zip(states) {
        let shown = wording::target(state, view.now);
        let after = value_words(&wanted.to);
        let change = match &state.verdict {
            Some(Verdict::NoChange { .. }) => after,
            verdict => format!("{} → {after}", wording::before(verdict.as_ref())),
        };
        let time = state.since.map(|since| ago(since, view.now)).unwrap_or_default();
        let time = if matches!(
            state.state,
            TargetState::Sent { .. } | TargetState::Observing {} | TargetState::Unknown { .. }
        ) {
            format!(" {time}")
        } else {
            String::new()
        };
        sheet.spans(&[
            (
                Role::Plain,
                &format!("{} {} {} ", shown.sign, fit(&wanted.on.name, name), fit(&change, values)),
            ),
            (shown.role, &shown.word),
            (Role::Dim, &time),
        ]);
        target_notes(sheet, state);
    }
}

fn target_notes(sheet: &mut Sheet, state: &TargetRun) {
    if state.overdue {
        let text = "longer than usual: look at it in AWS's console and at AWS's health page";
        sheet.hang("    ", Role::Warn, text);
    }
    if let TargetState::Failed { failure } = &state.state {
        sheet.hang("    ", Role::Bad, &failure_words(failure));
        sheet.hang("    do: ", Role::Plain, &failure.advice);
    }
    if let TargetState::Backoff { error, .. } = &state.state {
        sheet.hang("    ", Role::Warn, &format!("not applied: {error}"));
    }
    match &state.verdict {
        Some(Verdict::Change { why, warnings, way_back, .. }) => {
            if let Some(words) = way_back_words(way_back) {
                sheet.hang("    undo: ", Role::Warn, &words);
            }
            if let Some(text) = why {
                sheet.hang("    why: ", Role::Warn, text);
            }
            for warning in warnings {
                rule(sheet, "warning", Role::Warn, warning);
            }
        }
        Some(Verdict::Refused { breach, .. }) => rule(sheet, "refused", Role::Bad, breach),
        Some(Verdict::Undetermined { depends_on }) => {
            sheet.hang("    ", Role::Dim, &format!("known after step {depends_on}"));
        }
        Some(Verdict::Unreadable { error }) => sheet.hang("    ", Role::Bad, &error.to_string()),
        Some(Verdict::NoChange { .. } | Verdict::NotYet { .. }) | None => {}
    }
}

fn rule(sheet: &mut Sheet, word: &str, role: Role, breach: &Breach) {
    let fact = breach.fact.as_ref().map(|fact| format!(" {fact}")).unwrap_or_default();
    sheet.hang(&format!("    {word}{fact}: "), role, &breach.why);
    sheet.hang("    instead: ", Role::Plain, &breach.fix);
}

fn live(sheet: &mut Sheet, watched: &Watched, at: usize, view: &View<'_>) {
    let wanted = watched.run.step(at).and_then(Step::targets).map(|(_, targets)| targets);
    let mut head = false;
    for ((_, target), glimpse) in watched.glimpses.range((at, 0)..=(at, usize::MAX)) {
        let Some(name) = wanted.and_then(|wanted| wanted.get(*target)) else { continue };
        if !head {
            sheet.head("Live");
            head = true;
        }
        let age = ago(glimpse.at, view.now);
        let (role, seen) = match &glimpse.seen {
            Ok(value) => (Role::Plain, value_words(value)),
            Err(why) => (Role::Warn, format!("cannot be read: {why}")),
        };
        sheet.hang(&format!("  {}  ", name.on.name), role, &format!("{seen}  ({age})"));
    }
}

fn to_send(sheet: &mut Sheet, plan: &StepPlan) {
    let calls: Vec<_> = plan.calls().collect();
    if calls.is_empty() {
        return;
    }
    sheet.head(&format!(
        "Once confirmed, {} sent",
        if calls.len() == 1 { "this is" } else { "these are" }
    ));
    for (at, call) in calls.into_iter().enumerate() {
        sheet.hang(&format!("{:>3} ", at + 1), Role::Plain, &call_words(call));
    }
}

fn facts(sheet: &mut Sheet, step: &Step, state: &crate::engine::StepRun, view: &View<'_>) {
    sheet.gap();
    let what = match &step.act {
        Act::Set { setting, .. } if jobs::find(setting).is_some() => format!("runs {setting}"),
        Act::Set { setting, .. } => format!("sets {setting}"),
        Act::Check { setting, .. } => format!("checks {setting}"),
        Act::Ask { .. } => "asks a person".to_owned(),
    };
    sheet.hang("does   ", Role::Dim, &what);
    if let Some(usual) = step.usual_seconds {
        let taken = wording::elapsed(state, None, view.now);
        let taken = if taken.is_empty() { String::new() } else { format!("{taken}, ") };
        sheet.hang("time   ", Role::Dim, &format!("{taken}usually {}", wording::seconds(usual)));
    }
    for (label, text) in [("cost   ", &step.cost), ("undo   ", &step.undo), ("link   ", &step.link)]
    {
        if let Some(text) = text {
            sheet.hang(label, Role::Dim, text);
        }
    }
}
