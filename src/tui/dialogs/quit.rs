//! Leaving: what happens to runs that are being walked.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;

use crate::tui::keymap::Chord;
use crate::tui::page::{Dialog, Haste, Move, View};
use crate::tui::paint::Canvas;
use crate::tui::theme::Role;

/// Asks whether to leave.
#[derive(Debug)]
pub(in crate::tui) struct Quit;

impl Dialog for Quit {
    fn haste(&self) -> Haste {
        Haste::Takes
    }

    fn key(&mut self, key: KeyEvent, _view: &View<'_>) -> Vec<Move> {
        let chord = Chord::of(key);
        if chord.is(KeyCode::Char('y')) {
            return vec![Move::Close, Move::Quit];
        }
        if chord.is(KeyCode::Enter) { vec![Move::Close] } else { Vec::new() }
    }

    fn hint(&self) -> String {
        " y: leave, Enter or Esc: stay".to_owned()
    }

    fn draw(&mut self, area: Rect, canvas: &mut Canvas<'_>, view: &View<'_>) -> bool {
        let (mut body, mut foot) = super::sheets(area, view);
        body.para(Role::Strong, "Leave Muster?");
        let mut any = false;
        for run in view.told.going_on() {
            any = true;
            body.gap();
            let book = &run.bound.book.name;
            if view.told.watching {
                let who = view.told.pilot.as_deref().unwrap_or("Nobody");
                let text =
                    format!("You only watch: leaving changes nothing. {who} commands {book}.");
                body.para(Role::Plain, &text);
                body.hang("To come back: ", Role::Plain, &format!("muster attach {}", run.id));
            } else if view.told.stays {
                let text = format!("The run of {book} goes on without you, until it needs you.");
                body.para(Role::Plain, &text);
                body.hang("To come back: ", Role::Plain, &format!("muster attach {}", run.id));
            } else {
                let text = format!(
                    "The walk of {book} stops: what is in flight is seen to its end, and no new \
                     call begins."
                );
                body.para(Role::Warn, &text);
                body.hang("To go on later: ", Role::Plain, &format!("muster resume {}", run.id));
            }
        }
        if !any {
            body.para(Role::Plain, "No run is being walked.");
        }
        foot.spans(&[
            (Role::Key, "y"),
            (Role::Plain, " leave      "),
            (Role::Next, " Enter "),
            (Role::Plain, " or Esc: stay"),
        ]);
        super::draw(area, canvas, "Leave", body, foot, &mut 0).readable
    }
}
