//! A run: the one thing to do next, the steps, the current step in full, the latest of the journal.

mod act;
mod detail;
mod evidence;
mod job;
mod next;
mod rest;

use ratatui::layout::Rect;

use crate::engine::words::sentence_in;
use crate::engine::{Run, RunId, Stage, asks_for_rollback};
use crate::tui::keymap::{Action, Scope};
use crate::tui::page::{Move, Page, View};
use crate::tui::paint::{Canvas, Sheet, columns, fit, rows, width};
use crate::tui::theme::Role;
use crate::tui::told::Watched;
use crate::tui::wording;

/// Two columns from this width on.
const WIDE: u16 = 110;

/// A run.
#[derive(Debug)]
pub(in crate::tui) struct RunPage {
    id: RunId,
    /// The step that is looked at; the current one when none.
    looking: Option<usize>,
    from: usize,
    /// Whether the book rolls this run back now: that run is shown instead.
    rolls_back: bool,
}

impl RunPage {
    /// The page of the run of this name.
    pub fn new(id: RunId) -> Self {
        Self { id, looking: None, from: 0, rolls_back: false }
    }

    /// The step that is shown; none for the end of a run.
    fn shown(&self, run: &Run) -> Option<usize> {
        match self.looking {
            Some(step) => Some(step.min(run.steps.len().saturating_sub(1))),
            None if run.is_at_rest() => None,
            None => run.current(),
        }
    }

    fn look(&mut self, view: &View<'_>, by: isize) {
        let Some(watched) = view.watched(&self.id) else { return };
        let last = watched.run.steps.len().saturating_sub(1);
        let now = self.looking.or_else(|| watched.run.current()).unwrap_or(last);
        self.looking = Some(now.saturating_add_signed(by).min(last));
        self.from = 0;
    }

    fn draw_parts(
        &mut self,
        body: Rect,
        canvas: &mut Canvas<'_>,
        watched: &Watched,
        view: &View<'_>,
    ) {
        let run = &watched.run;
        if body.width < 60 || body.height < 12 {
            self.draw_detail(body, canvas, watched, view);
            return;
        }
        let tail = (body.height / 5).clamp(3, 9);
        let (top, below) =
            (rows(body, 0, body.height - tail), rows(body, body.height - tail, tail));
        if body.width >= WIDE {
            let left = (body.width * 2 / 5).clamp(46, 60);
            let steps = self.steps(run, left, view);
            self.draw_steps(columns(top, 0, left), canvas, run, steps);
            canvas.upright(columns(top, left, 1));
            self.draw_detail(columns(top, left + 1, top.width), canvas, watched, view);
        } else {
            let count = u16::try_from(run.steps.len()).unwrap_or(u16::MAX);
            let height = count.saturating_add(1).min(top.height / 3).max(3);
            let steps = self.steps(run, body.width, view);
            self.draw_steps(rows(top, 0, height), canvas, run, steps);
            self.draw_detail(rows(top, height, top.height), canvas, watched, view);
        }
        let lines = tail_lines(watched, below, view);
        canvas.pane(below, "Journal", lines.lines, 0);
    }

    fn steps(&self, run: &Run, room: u16, view: &View<'_>) -> Sheet {
        let mut sheet = Sheet::new(view.theme, room);
        let shown = self.shown(run);
        for (at, (text, state)) in run.bound.steps.iter().zip(&run.steps).enumerate() {
            let words = wording::step(state);
            let done = progress(run, at).map(|text| format!(" {text}")).unwrap_or_default();
            let right = format!(
                "{}{done} {:>6}",
                words.word,
                wording::elapsed(state, text.usual_seconds, view.now)
            );
            let name = sheet.room.saturating_sub(width(&right) + 7);
            let mark = if shown == Some(at) { "▸" } else { " " };
            let left = format!("{mark}{:>2} {} {} ", at + 1, words.sign, fit(&text.title, name));
            let role = if shown == Some(at) { Role::Selected } else { Role::Plain };
            let tone = if shown == Some(at) { Role::Selected } else { words.role };
            sheet.spans(&[(role, &left), (tone, &right)]);
        }
        sheet
    }

    fn draw_steps(&self, area: Rect, canvas: &mut Canvas<'_>, run: &Run, sheet: Sheet) {
        let title = format!("{} {}", run.bound.book.title, run.bound.book.version);
        let at = self.shown(run).unwrap_or_else(|| run.steps.len().saturating_sub(1));
        let room = usize::from(area.height.saturating_sub(1));
        // The one after the current step is in sight too.
        let from = (at + 2).saturating_sub(room);
        canvas.pane(area, &title, sheet.lines, from);
    }

    fn draw_detail(
        &mut self,
        area: Rect,
        canvas: &mut Canvas<'_>,
        watched: &Watched,
        view: &View<'_>,
    ) {
        let run = &watched.run;
        let mut sheet = Sheet::new(view.theme, area.width);
        if run.stage == (Stage::Reviewing {}) && self.looking.is_none() {
            evidence::cards(&mut sheet, run, view);
            let title = "What became of what was in flight";
            self.from = canvas.pane(area, title, sheet.lines, self.from);
            return;
        }
        let title = match self.shown(run).and_then(|at| Some((at, run.step(at)?))) {
            Some((at, step)) => {
                detail::step(&mut sheet, watched, at, view);
                format!("{}/{} {}", at + 1, run.steps.len(), step.title)
            }
            None => {
                rest::card(&mut sheet, run, view);
                "The end of the run".to_owned()
            }
        };
        self.from = canvas.pane(area, &title, sheet.lines, self.from);
    }
}

/// How many targets of a step are done, once it began.
fn progress(run: &Run, at: usize) -> Option<String> {
    let state = run.steps.get(at)?;
    let all = state.targets.len();
    let done = next::done(state);
    (state.started.is_some() && state.ended.is_none() && all > 0).then(|| format!("{done}/{all}"))
}

fn tail_lines(watched: &Watched, area: Rect, view: &View<'_>) -> Sheet {
    let mut sheet = Sheet::new(view.theme, area.width);
    let from = watched.records.len().saturating_sub(usize::from(area.height.saturating_sub(1)));
    for record in watched.records.iter().skip(from) {
        let call = record.event.ends().and_then(|attempt| watched.call(attempt));
        let text = sentence_in(&record.event, Some(&watched.run.bound), call);
        let lead = format!("{:>5} {}  ", record.seq, record.time.strftime("%H:%M:%S"));
        sheet.spans(&[(Role::Dim, &lead), (Role::Plain, &text)]);
    }
    sheet
}

impl Page for RunPage {
    fn scope(&self) -> Scope {
        Scope::Run
    }

    fn run(&self) -> Option<&RunId> {
        Some(&self.id)
    }

    fn awaits_run(&self) -> bool {
        self.rolls_back
    }

    fn told(&mut self, view: &View<'_>) {
        let run = view.watched(&self.id).filter(|watched| watched.walked);
        self.rolls_back = run.is_some_and(|watched| asks_for_rollback(&watched.run));
    }

    fn refuses(&self, action: Action, view: &View<'_>) -> Option<String> {
        match view.watched(&self.id) {
            Some(watched) => act::refuses(action, &watched.run, self.looking.is_some(), view),
            None if act::is_about_run(action) => Some("the run is not open yet".to_owned()),
            None => None,
        }
    }

    fn act(&mut self, action: Action, view: &View<'_>) -> Vec<Move> {
        match action {
            Action::Back => return vec![Move::Back],
            Action::Up => self.look(view, -1),
            Action::Down => self.look(view, 1),
            Action::PageUp => self.from = self.from.saturating_sub(5),
            Action::PageDown => self.from += 5,
            Action::Follow => {
                self.looking = None;
                self.from = 0;
            }
            _ => {
                let Some(watched) = view.watched(&self.id) else { return Vec::new() };
                return act::act(action, &watched.run, view);
            }
        }
        Vec::new()
    }

    fn draw(&mut self, area: Rect, canvas: &mut Canvas<'_>, view: &View<'_>) {
        let Some(watched) = view.watched(&self.id) else {
            canvas.sentence(area, Role::Dim, &format!("Opening run {}…", self.id));
            return;
        };
        let (role, text) = next::sentence(&watched.run, view);
        let whose = match (&view.told.pilot, view.told.watching) {
            (Some(pilot), true) => format!("NEXT, for {pilot}  "),
            (None, true) => "NEXT, for whoever takes over  ".to_owned(),
            (_, false) => "NEXT  ".to_owned(),
        };
        let taken = canvas.sentence(area, role, &format!("{whose}{text}"));
        self.draw_parts(rows(area, taken, area.height), canvas, watched, view);
    }
}
