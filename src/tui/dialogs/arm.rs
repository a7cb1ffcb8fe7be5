//! Arming a run: from here on it may change things.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;

use crate::engine::{Command, Run, RunId};
use crate::link::Ask;
use crate::tui::keymap::Chord;
use crate::tui::page::{Dialog, Haste, Move, View};
use crate::tui::paint::Canvas;
use crate::tui::theme::Role;

/// Asks whether a run may change things.
#[derive(Debug)]
pub(in crate::tui) struct Arm {
    run: RunId,
    place: String,
    protected: bool,
    from: usize,
}

impl Arm {
    /// The question for a run.
    pub fn new(run: &Run) -> Self {
        let protected = run.bound.environment.protected;
        Self { run: run.id.clone(), place: super::place(run), protected, from: 0 }
    }
}

impl Dialog for Arm {
    fn haste(&self) -> Haste {
        Haste::Restarts
    }

    fn outdated(&self, view: &View<'_>) -> Option<String> {
        let run = view.watched(&self.run).map(|watched| &watched.run);
        let gone =
            run.is_none_or(|run| run.armed || run.is_at_rest() || super::place(run) != self.place);
        gone.then(|| "the run has changed meanwhile: look again".to_owned())
    }

    fn key(&mut self, key: KeyEvent, _view: &View<'_>) -> Vec<Move> {
        let chord = Chord::of(key);
        if chord.is(KeyCode::Char('y')) {
            let command = Command::Arm {};
            return vec![Move::Ask(Ask::Tell { run: self.run.clone(), command }), Move::Close];
        }
        if chord.is(KeyCode::Enter) { vec![Move::Close] } else { Vec::new() }
    }

    fn hint(&self) -> String {
        " y: arm, Enter or Esc: stay read-only".to_owned()
    }

    fn draw(&mut self, area: Rect, canvas: &mut Canvas<'_>, view: &View<'_>) -> bool {
        let (mut body, mut foot) = super::sheets(area, view);
        body.para(Role::Strong, "Allow this run to change things?");
        body.para(Role::Plain, &self.place);
        if self.protected {
            body.para(Role::Warn, "This environment is protected.");
        }
        body.gap();
        body.para(
            Role::Plain,
            "Every change is still shown and confirmed one by one. d disarms, at once.",
        );
        foot.spans(&[
            (Role::Key, "y"),
            (Role::Plain, " arm      "),
            (Role::Next, " Enter "),
            (Role::Plain, " or Esc: stay read-only"),
        ]);
        super::draw(area, canvas, "Arm", body, foot, &mut self.from).readable
    }
}
