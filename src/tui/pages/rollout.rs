//! The rollout: the phases of the estate in their order, how far each is, and what to do next.

use ratatui::layout::Rect;

use super::book::BookPage;
use super::run::RunPage;
use crate::link::{Ask, Mark, Phase, Rollout, Standing};
use crate::tui::keymap::{Action, Scope};
use crate::tui::page::{Move, Page, View};
use crate::tui::paint::{Canvas, Sheet, ago, fit, rows};
use crate::tui::theme::Role;
use crate::tui::wording;

/// The phases.
#[derive(Debug, Default)]
pub(in crate::tui) struct RolloutPage {
    /// The phase that was chosen; the one to do next until then.
    chosen: Option<usize>,
}

/// From this width on a phase and its score stand in one line.
const WIDE: usize = 100;

impl RolloutPage {
    fn rollout<'a>(view: &View<'a>) -> Option<&'a Rollout> {
        view.told.home.as_ref().map(|home| &home.rollout)
    }

    fn selected(&self, rollout: &Rollout) -> usize {
        let next = rollout.next.as_ref();
        let next = next
            .and_then(|next| rollout.phases.iter().position(|phase| phase.book.name == next.book));
        let last = rollout.phases.len().saturating_sub(1);
        self.chosen.or(next).unwrap_or(0).min(last)
    }

    fn move_by(&mut self, view: &View<'_>, by: isize) {
        if let Some(rollout) = Self::rollout(view) {
            let last = rollout.phases.len().saturating_sub(1);
            self.chosen = Some(self.selected(rollout).saturating_add_signed(by).min(last));
        }
    }

    fn open(&self, view: &View<'_>) -> Vec<Move> {
        let Some(rollout) = Self::rollout(view) else { return Vec::new() };
        match rollout.phases.get(self.selected(rollout)) {
            Some(Phase {
                standing: Standing::Running { run, .. } | Standing::Stuck { run, .. },
                ..
            }) => {
                let ask = Ask::Open { run: run.clone() };
                vec![Move::Ask(ask), Move::Open(Box::new(RunPage::new(run.clone())))]
            }
            Some(phase) => vec![Move::Open(Box::new(BookPage::new(phase.book.name.clone())))],
            None => Vec::new(),
        }
    }

    /// The lines, and the one on which the selected phase begins.
    fn sheet(&self, room: u16, view: &View<'_>) -> (Sheet, usize) {
        let mut sheet = Sheet::new(view.theme, room);
        let Some(rollout) = Self::rollout(view) else {
            sheet.para(Role::Dim, "Reading the phases of the estate…");
            return (sheet, 0);
        };
        if rollout.phases.is_empty() {
            let text = "The estate has no phases: no book here is of the kind `phase`.";
            sheet.para(Role::Plain, text);
        }
        let (mut at, selected) = (0, self.selected(rollout));
        for (position, phase) in rollout.phases.iter().enumerate() {
            if position == selected {
                at = sheet.lines.len();
            }
            line(&mut sheet, position, phase, position == selected, view);
            if position == selected {
                details(&mut sheet, phase, view);
            }
        }
        (sheet, at)
    }
}

/// A sign and a word for how far a phase is.
fn shown(phase: &Phase) -> (&'static str, Role) {
    match &phase.standing {
        Standing::Done { .. } => ("✔", Role::Good),
        Standing::Running { .. } => ("▶", Role::Strong),
        Standing::Stuck { .. } | Standing::Failed { .. } => ("✘", Role::Bad),
        Standing::RolledBack { .. } | Standing::Aborted { .. } => ("-", Role::Warn),
        Standing::NotStarted {} if phase.waits_for.is_empty() => (" ", Role::Plain),
        Standing::NotStarted {} => (" ", Role::Dim),
    }
}

fn state(phase: &Phase, view: &View<'_>) -> String {
    let word = phase.standing.word();
    match &phase.standing {
        Standing::NotStarted {} if !phase.waits_for.is_empty() => "waits".to_owned(),
        Standing::NotStarted {} => "ready".to_owned(),
        Standing::Running { done, steps, .. } => format!("{word} {done}/{steps}"),
        Standing::Done { at, .. }
        | Standing::RolledBack { at, .. }
        | Standing::Stuck { at, .. }
        | Standing::Aborted { at, .. }
        | Standing::Failed { at, .. } => format!("{word} {}", ago(*at, view.now)),
    }
}

fn line(sheet: &mut Sheet, at: usize, phase: &Phase, selected: bool, view: &View<'_>) {
    let (sign, role) = shown(phase);
    let role = if selected { Role::Selected } else { role };
    let mark = if selected { "▸" } else { " " };
    let state = fit(&state(phase, view), 22.min(sheet.room / 2));
    let (risk, _) = wording::risk(phase.book.risk);
    let time = wording::duration(phase.book.duration_seconds);
    let mut rest = format!("{state} ~{} risk {}", fit(&time, 6), fit(risk, 7));
    if sheet.room >= WIDE {
        rest += &fit(&scores(phase), 20);
    }
    let name = sheet.room.saturating_sub(crate::tui::paint::width(&rest) + 8).clamp(12, 48);
    let title = fit(&format!("{} {}", phase.book.title, phase.book.version), name);
    let text = fit(&format!("{mark}{sign} {:>2} {title} {rest}", at + 1), sheet.room);
    sheet.line(role, &text);
}

fn scores(phase: &Phase) -> String {
    let score = |mark: &Mark| format!("{}/{}", mark.met, mark.total);
    match (&phase.before, &phase.after) {
        (Some(before), Some(after)) => format!("score {} → {}", score(before), score(after)),
        (Some(before), None) => format!("score {} before", score(before)),
        (None, Some(after)) => format!("score {} after", score(after)),
        (None, None) => String::new(),
    }
}

fn details(sheet: &mut Sheet, phase: &Phase, view: &View<'_>) {
    let book = &phase.book;
    sheet.hang("      ", Role::Plain, &book.summary);
    sheet.hang("      state  ", Role::Plain, &format!("it {}", phase.standing.clause()));
    if let Standing::Done { at, .. } = &phase.standing {
        sheet.hang("             ", Role::Dim, &wording::both_times(*at, &view.look.zone));
    }
    if !book.needs.is_empty() {
        sheet.hang("      needs  ", Role::Plain, &book.needs.join(", "));
    }
    if !phase.waits_for.is_empty() {
        sheet.hang("      waits  ", Role::Warn, &format!("for {}", phase.waits_for.join(", ")));
    }
    sheet.hang("      cost   ", Role::Plain, &book.cost);
    if sheet.room < WIDE && (phase.before.is_some() || phase.after.is_some()) {
        sheet.hang("      ", Role::Plain, &scores(phase));
    }
}

impl Page for RolloutPage {
    fn scope(&self) -> Scope {
        Scope::Rollout
    }

    fn refuses(&self, action: Action, view: &View<'_>) -> Option<String> {
        let none = Self::rollout(view).is_none_or(|rollout| rollout.phases.is_empty());
        (action == Action::Go && none).then(|| "there is no phase to open".to_owned())
    }

    fn act(&mut self, action: Action, view: &View<'_>) -> Vec<Move> {
        match action {
            Action::Go => return self.open(view),
            Action::Back => return vec![Move::Back],
            Action::Refresh => return vec![Move::Ask(Ask::Home {})],
            Action::Up => self.move_by(view, -1),
            Action::Down => self.move_by(view, 1),
            Action::PageUp => self.move_by(view, -10),
            Action::PageDown => self.move_by(view, 10),
            _ => {}
        }
        Vec::new()
    }

    fn draw(&mut self, area: Rect, canvas: &mut Canvas<'_>, view: &View<'_>) {
        let rollout = Self::rollout(view);
        let (role, next) = match rollout.map(|rollout| (&rollout.next, rollout.phases.is_empty())) {
            None | Some((None, true)) => (Role::Dim, "Esc: back".to_owned()),
            Some((None, false)) => (Role::Good, "All phases are done".to_owned()),
            Some((Some(next), _)) => {
                (Role::Next, format!("Enter: {}, for {}", next.book, next.why))
            }
        };
        let taken = canvas.sentence(area, role, &format!("NEXT  {next}"));
        let body = rows(area, taken, area.height);
        let (sheet, at) = self.sheet(body.width, view);
        let from = (at + 8).saturating_sub(usize::from(body.height)).min(at);
        canvas.pane(body, "Rollout", sheet.lines, from);
    }
}
