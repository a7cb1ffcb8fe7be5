//! How far the jobs of a step are: a gauge where AWS gives a true measure, what happened with the
//! newest last, and every failure.

use crate::runbook::Step;
use crate::settings::{Progress, ProgressLine};
use crate::tui::page::View;
use crate::tui::paint::{Sheet, ago, clock};
use crate::tui::theme::Role;
use crate::tui::told::Watched;

/// How many of the newest events are shown. Failures before them are shown besides.
const NEWEST: usize = 8;
/// The most columns of a gauge.
const GAUGE: usize = 40;

/// Writes down how far each job of the step is.
pub(super) fn progress(sheet: &mut Sheet, watched: &Watched, at: usize, view: &View<'_>) {
    let run = &watched.run;
    let wanted = run.step(at).and_then(Step::targets).map(|(_, targets)| targets);
    let Some(state) = run.steps.get(at) else { return };
    for ((_, target), (told, progress)) in watched.progress.range((at, 0)..=(at, usize::MAX)) {
        let Some(name) = wanted.and_then(|wanted| wanted.get(*target)) else { continue };
        let ended = state.ended.unwrap_or(view.now);
        let since = state.targets.get(*target).and_then(|target| target.since).or(state.started);
        let taken = since.map(|since| clock(ended.duration_since(since))).unwrap_or_default();
        let age = if state.ended.is_some() { String::new() } else { ago(*told, view.now) };
        sheet.spans(&[
            (Role::Title, &name.on.name),
            (Role::Plain, &format!("  {taken}")),
            (Role::Dim, &format!("  {age}")),
        ]);
        one(sheet, progress);
        sheet.gap();
    }
}

fn one(sheet: &mut Sheet, progress: &Progress) {
    if let Some((done, all)) = progress.share {
        gauge(sheet, done, all);
    }
    sheet.hang("  ", Role::Strong, &progress.line);
    let lines = progress.lines.as_slice();
    let newest = lines.len().saturating_sub(NEWEST);
    let (before, newest) = lines.split_at(newest);
    let failures: Vec<_> = before.iter().filter(|line| line.failed).collect();
    let hidden = before.len() - failures.len();
    if hidden > 0 {
        sheet.line(Role::Dim, &format!("  ({hidden} earlier)"));
    }
    for line in failures.into_iter().chain(newest) {
        happened(sheet, line);
    }
}

fn happened(sheet: &mut Sheet, line: &ProgressLine) {
    let at = line.at.map(|at| format!("{} ", at.strftime("%H:%M:%S"))).unwrap_or_default();
    let (sign, role) = if line.failed { ("✘ ", Role::Bad) } else { ("  ", Role::Plain) };
    sheet.hang(&format!("  {sign}{at}"), role, &line.text);
}

/// What is done of how much, as a bar and in words.
fn gauge(sheet: &mut Sheet, done: u64, all: u64) {
    let all = all.max(1);
    let done = done.min(all);
    let percent = format!(" {} %", done.saturating_mul(100) / all);
    let room = GAUGE.min(sheet.room.saturating_sub(percent.len() + 2));
    let part = done.saturating_mul(room as u64) / all;
    let full = usize::try_from(part).unwrap_or(room).min(room);
    sheet.spans(&[
        (Role::Plain, "  "),
        (Role::Good, &"█".repeat(full)),
        (Role::Dim, &"░".repeat(room - full)),
        (Role::Plain, &percent),
    ]);
}
