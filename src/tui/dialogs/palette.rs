//! The palette: every action of the page, found by its name.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;

use crate::tui::keymap::{self, Action, Chord};
use crate::tui::page::{Dialog, Haste, Move, Page, View};
use crate::tui::paint::{Canvas, fit};
use crate::tui::seek::seek;
use crate::tui::theme::Role;

/// The actions of a page.
#[derive(Debug)]
pub(in crate::tui) struct Palette {
    entries: Vec<Entry>,
    text: String,
    selected: usize,
}

#[derive(Debug)]
struct Entry {
    action: Action,
    text: String,
    keys: String,
    /// Why it is not possible now.
    refused: Option<String>,
}

impl Palette {
    /// The actions of this page.
    pub fn new(page: &dyn Page, view: &View<'_>) -> Self {
        let listed = keymap::rows(page.scope()).filter(|row| {
            !matches!(row.action, Action::Palette | Action::Up | Action::Down | Action::Suspend)
        });
        let entries = listed.map(|row| Entry {
            action: row.action,
            text: format!("{}: {}", row.name, row.help),
            keys: row.keys.iter().map(|key| key.name()).collect::<Vec<_>>().join(" "),
            refused: page.refuses(row.action, view),
        });
        Self { entries: entries.collect(), text: String::new(), selected: 0 }
    }

    fn found(&self) -> Vec<&Entry> {
        let texts: Vec<_> = self.entries.iter().map(|entry| entry.text.as_str()).collect();
        seek(&self.text, &texts).into_iter().filter_map(|at| self.entries.get(at)).collect()
    }
}

impl Dialog for Palette {
    fn haste(&self) -> Haste {
        Haste::Takes
    }

    fn key(&mut self, key: KeyEvent, _view: &View<'_>) -> Vec<Move> {
        let chord = Chord::of(key);
        let last = self.found().len().saturating_sub(1);
        match key.code {
            KeyCode::Enter => {
                let action = self.found().get(self.selected).map(|entry| entry.action);
                return [Move::Close].into_iter().chain(action.map(Move::Do)).collect();
            }
            KeyCode::Up => self.selected = self.selected.saturating_sub(1),
            KeyCode::Down => self.selected = (self.selected + 1).min(last),
            KeyCode::Backspace => {
                self.text.pop();
                self.selected = 0;
            }
            _ => {
                if let Some(c) = chord.text() {
                    self.text.push(c);
                    self.selected = 0;
                }
            }
        }
        Vec::new()
    }

    fn paste(&mut self, text: &str) -> Vec<Move> {
        self.text.push_str(text.trim());
        self.selected = 0;
        Vec::new()
    }

    fn hint(&self) -> String {
        " type to find, ↑↓: choose, Enter: do it, Esc: cancel".to_owned()
    }

    fn draw(&mut self, area: Rect, canvas: &mut Canvas<'_>, view: &View<'_>) -> bool {
        let (mut body, mut foot) = super::sheets(area, view);
        let found = self.found();
        if found.is_empty() {
            body.para(Role::Plain, "No action is called that here.");
        }
        for (at, entry) in found.iter().enumerate() {
            let role = match (at == self.selected, &entry.refused) {
                (true, _) => Role::Selected,
                (false, Some(_)) => Role::Dim,
                (false, None) => Role::Plain,
            };
            let why = entry.refused.as_ref().map(|why| format!(" (not now: {why})"));
            let text =
                format!("{} {}{}", fit(&entry.keys, 11), entry.text, why.unwrap_or_default());
            body.line(role, &text);
        }
        foot.spans(&[(Role::Key, ": "), (Role::Strong, &self.text), (Role::Key, "▏")]);
        let mut from = self.selected.saturating_sub(usize::from(area.height / 2));
        super::draw(area, canvas, "Commands", body, foot, &mut from).readable
    }
}
