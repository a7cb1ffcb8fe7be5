//! A line of text that a run needs: a note, a reason, an answer.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;
use ratatui_textarea::{TextArea, WrapMode};

use crate::engine::{Command, Rest, Run, RunId, Stage, StepState};
use crate::link::Ask;
use crate::tui::keymap::Chord;
use crate::tui::page::{Dialog, Haste, Move, View};
use crate::tui::paint::{Canvas, rows};
use crate::tui::theme::Role;

/// Rows of the field.
const FIELD: u16 = 3;

/// Asks for a text.
#[derive(Debug)]
pub(in crate::tui) struct TextDialog {
    run: RunId,
    what: What,
    title: String,
    /// What it means, before it is written.
    lines: Vec<(Role, String)>,
    area: TextArea<'static>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Note,
    Skip { step: usize },
    Abort,
    Answer { step: usize },
    TakeOver,
}

impl TextDialog {
    fn new(run: &Run, what: What, title: String, lines: Vec<(Role, String)>) -> Self {
        let mut area = TextArea::default();
        area.set_cursor_line_style(Style::new());
        area.set_cursor_style(Style::new().add_modifier(Modifier::REVERSED));
        area.set_wrap_mode(WrapMode::WordOrGlyph);
        Self { run: run.id.clone(), what, title, lines, area }
    }

    /// Something to write down.
    pub fn note(run: &Run) -> Self {
        let text = "It is written to the journal, with your name and the time.".to_owned();
        Self::new(run, What::Note, "Note".to_owned(), vec![(Role::Plain, text)])
    }

    /// Why a step is left out.
    pub fn skip(run: &Run, step: usize) -> Self {
        let title = run.step(step).map(|step| step.title.clone()).unwrap_or_default();
        let lines = vec![
            (Role::Strong, format!("Skip step {}: {title}", step + 1)),
            (Role::Plain, "Nothing more is sent for it, and what it has changed so far stays. Why is it left out?".to_owned()),
        ];
        Self::new(run, What::Skip { step }, "Skip".to_owned(), lines)
    }

    /// Why a run ends.
    pub fn abort(run: &Run) -> Self {
        let left = run.steps.iter().filter(|step| !matches!(step.state, StepState::Ended { .. }));
        let lines = vec![
            (Role::Strong, format!("End this run of {}", run.bound.book.name)),
            (Role::Warn, "NOTHING IS UNDONE: what was changed stays changed.".to_owned()),
            (Role::Plain, "What is in flight is seen to its end; no new step begins.".to_owned()),
            (
                Role::Plain,
                format!(
                    "{} of {} steps are not finished. An aborted run cannot be resumed. Why does it end?",
                    left.count(),
                    run.steps.len()
                ),
            ),
        ];
        Self::new(run, What::Abort, "Abort".to_owned(), lines)
    }

    /// The answer to a manual step.
    pub fn answer(run: &Run, step: usize, asked: &str) -> Self {
        let title = format!("Step {}: answer", step + 1);
        let lines = vec![
            (Role::Strong, asked.to_owned()),
            (
                Role::Dim,
                "Your answer is written to the journal, with your name and the time.".to_owned(),
            ),
        ];
        Self::new(run, What::Answer { step }, title, lines)
    }

    /// Who commands from now on.
    pub fn take_over(run: &Run) -> Self {
        let operator = &run.operator;
        let since = operator.since.strftime("%Y-%m-%d %H:%M UTC");
        let lines = vec![
            // The question first: a small window shows no more than the beginning.
            (Role::Strong, "Command this run from here: your name?".to_owned()),
            (
                Role::Plain,
                format!("{} ({}) commands it since {since}.", operator.name, operator.actor),
            ),
            (
                Role::Warn,
                format!(
                    "{} only watches from then on. Where the environment is protected, the run has \
                     to be armed again.",
                    operator.name
                ),
            ),
            (Role::Plain, "It is written to the journal.".to_owned()),
        ];
        Self::new(run, What::TakeOver, "Take over".to_owned(), lines)
    }

    fn text(&self) -> String {
        self.area.lines().join(" ").trim().to_owned()
    }

    fn command(&self, text: String) -> Command {
        match self.what {
            What::Note => Command::Note { text },
            What::Skip { step } => Command::Skip { step, reason: text },
            What::Abort => Command::Abort { reason: text },
            What::Answer { step } => Command::Answer { step, text },
            What::TakeOver => Command::TakeOver { name: text },
        }
    }
}

impl Dialog for TextDialog {
    fn haste(&self) -> Haste {
        Haste::Takes
    }

    fn outdated(&self, view: &View<'_>) -> Option<String> {
        let run = view.watched(&self.run).map(|watched| &watched.run);
        if self.what == What::Note {
            return None;
        }
        let stuck = |run: &Run| matches!(run.stage, Stage::Rested { rest: Rest::Stuck { .. } });
        if self.what == What::TakeOver && run.is_some_and(stuck) {
            return None;
        }
        let Some(run) = run.filter(|run| !run.is_at_rest()) else {
            return Some("the run has ended meanwhile".to_owned());
        };
        let gone = match self.what {
            What::Note | What::Abort | What::TakeOver => false,
            What::Skip { step } => run.current() != Some(step),
            What::Answer { step } => {
                !matches!(run.steps.get(step).map(|s| &s.state), Some(StepState::Asking { .. }))
            }
        };
        gone.then(|| "the step went on meanwhile: nothing was sent".to_owned())
    }

    fn key(&mut self, key: KeyEvent, _view: &View<'_>) -> Vec<Move> {
        let chord = Chord::of(key);
        if !(chord.is(KeyCode::Enter) || chord.is_ctrl('m') || chord.is_ctrl('j')) {
            self.area.input(key);
            return Vec::new();
        }
        let text = self.text();
        if text.is_empty() {
            return vec![Move::Say(Role::Warn, "a text is needed; Esc cancels".to_owned())];
        }
        let command = self.command(text);
        vec![Move::Ask(Ask::Tell { run: self.run.clone(), command }), Move::Close]
    }

    fn paste(&mut self, text: &str) -> Vec<Move> {
        self.area.insert_str(text);
        Vec::new()
    }

    fn hint(&self) -> String {
        " Enter: send, Esc: cancel".to_owned()
    }

    fn draw(&mut self, area: Rect, canvas: &mut Canvas<'_>, view: &View<'_>) -> bool {
        let (mut body, mut foot) = super::sheets(area, view);
        for (role, text) in &self.lines {
            body.para(*role, text);
        }
        foot.line(Role::Dim, &"─".repeat(foot.room));
        for _ in 0..FIELD.min(area.height / 4).max(1) {
            foot.line(Role::Plain, "");
        }
        let placed = super::draw(area, canvas, &self.title, body, foot, &mut 0);
        let field = rows(placed.foot, 1, placed.foot.height);
        if !field.is_empty() {
            self.area.render(field, canvas.buffer);
        }
        placed.readable
    }
}
