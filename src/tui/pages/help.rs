//! The help of a page, from the table of keys.

use ratatui::layout::Rect;

use crate::tui::keymap::{self, Action, Scope};
use crate::tui::page::{Move, Page, View};
use crate::tui::paint::{Canvas, Sheet};
use crate::tui::theme::Role;

/// The help of a page.
#[derive(Debug)]
pub(in crate::tui) struct Help {
    of: Scope,
    from: usize,
}

impl Help {
    /// The help of this page.
    pub fn of(of: Scope) -> Self {
        Self { of, from: 0 }
    }

    fn sheet(&self, room: u16, view: &View<'_>) -> Sheet {
        let mut sheet = Sheet::new(view.theme, room);
        for row in keymap::rows(self.of) {
            let keys: Vec<_> = row.keys.iter().map(|key| key.name()).collect();
            let label = format!(" {:<12}", keys.join(" "));
            sheet.hang(&label, Role::Plain, &format!("{}: {}", row.name, row.help));
        }
        sheet.head("In dialogs");
        for (key, text) in [
            ("Esc", "Cancel. Always possible, and always the default."),
            ("Tab", "Nothing: what confirms is never one key from what cancels."),
        ] {
            sheet.hang(&format!(" {key:<12}"), Role::Plain, text);
        }
        sheet.gap();
        sheet.para(
            Role::Dim,
            "Keys in the first half second of a confirmation are dropped, and a paste never confirms.",
        );
        sheet
    }
}

impl Page for Help {
    fn scope(&self) -> Scope {
        Scope::Help
    }

    fn refuses(&self, _action: Action, _view: &View<'_>) -> Option<String> {
        None
    }

    fn act(&mut self, action: Action, _view: &View<'_>) -> Vec<Move> {
        match action {
            Action::Back => return vec![Move::Back],
            Action::Up => self.from = self.from.saturating_sub(1),
            Action::Down => self.from += 1,
            Action::PageUp => self.from = self.from.saturating_sub(10),
            Action::PageDown => self.from += 10,
            _ => {}
        }
        Vec::new()
    }

    fn draw(&mut self, area: Rect, canvas: &mut Canvas<'_>, view: &View<'_>) {
        let sheet = self.sheet(area.width, view);
        let title = format!("Keys of the page `{:?}`", self.of).to_lowercase();
        self.from = canvas.pane(area, &title, sheet.lines, self.from);
    }
}
