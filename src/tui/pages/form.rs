//! The form: what a book needs, checked while it is typed.

use std::collections::{BTreeMap, BTreeSet};

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;
use ratatui_textarea::{CursorMove, TextArea};

use super::plan::PlanPage;
use crate::link::Course;
use crate::runbook::{Param, ParamKind};
use crate::settings::Kind;
use crate::tui::keymap::{Action, Chord, Scope};
use crate::tui::page::{Move, Page, View};
use crate::tui::paint::{Canvas, Sheet, cells, columns, rows};
use crate::tui::seek::seek;
use crate::tui::theme::Role;
use crate::tui::wording;

/// Suggestions that are listed at a time.
const SUGGESTIONS: usize = 5;

/// The form of a book.
#[derive(Debug)]
pub(in crate::tui) struct FormPage {
    book: String,
    fields: Vec<Field>,
    focus: usize,
}

#[derive(Debug)]
struct Field {
    param: Param,
    area: TextArea<'static>,
    /// The suggestion that Enter takes.
    picked: Option<usize>,
    /// Whether it was left once, so that what is missing may be said.
    touched: bool,
}

impl FormPage {
    /// The form of a book with these parameters.
    pub fn new(book: String, params: &[Param]) -> Self {
        let fields = params.iter().map(Field::new).collect();
        Self { book, fields, focus: 0 }
    }

    /// The kinds of resources whose names the form offers.
    pub fn kinds(params: &[Param]) -> impl Iterator<Item = Kind> {
        let kinds: BTreeSet<_> = params.iter().filter_map(|param| kind(&param.kind)).collect();
        kinds.into_iter()
    }

    fn leave(&mut self, to: usize) {
        if let Some(field) = self.fields.get_mut(self.focus) {
            field.touched = true;
            field.picked = None;
        }
        self.focus = to.min(self.fields.len().saturating_sub(1));
    }

    fn see_plan(&mut self) -> Vec<Move> {
        for field in &mut self.fields {
            field.touched = true;
        }
        if let Some(wrong) = self.fields.iter().position(|field| field.wrong().is_some()) {
            self.leave(wrong);
            let name = self.fields.get(wrong).map(|field| field.param.name.clone());
            let text = format!("`{}` is not right yet", name.unwrap_or_default());
            return vec![Move::Say(Role::Warn, text)];
        }
        let params: BTreeMap<_, _> =
            self.fields.iter().map(|field| (field.param.name.clone(), field.text())).collect();
        PlanPage::open(Course::Book { book: self.book.clone(), params })
    }

    fn go(&mut self, view: &View<'_>) -> Vec<Move> {
        let last = self.focus + 1 >= self.fields.len();
        if let Some(field) = self.fields.get_mut(self.focus) {
            if field.take(view) {
                return Vec::new();
            }
            field.touched = true;
            if let Some(why) = field.wrong() {
                return vec![Move::Say(Role::Warn, why)];
            }
        }
        if last {
            return self.see_plan();
        }
        self.leave(self.focus + 1);
        Vec::new()
    }

    fn vertical(&mut self, down: bool, view: &View<'_>) {
        let Some(field) = self.fields.get_mut(self.focus) else { return };
        let count = field.suggestions(view).len();
        if down && count > 0 {
            field.picked = Some(field.picked.map_or(0, |at| (at + 1).min(count - 1)));
        } else if down {
            self.leave(self.focus + 1);
        } else if let Some(at) = field.picked {
            field.picked = at.checked_sub(1);
        } else {
            self.leave(self.focus.saturating_sub(1));
        }
    }
}

impl Field {
    fn new(param: &Param) -> Self {
        let mut area = TextArea::new(vec![param.default.clone().unwrap_or_default()]);
        area.move_cursor(CursorMove::End);
        area.set_cursor_line_style(Style::new());
        Self { param: param.clone(), area, picked: None, touched: false }
    }

    fn text(&self) -> String {
        self.area.lines().join(" ").trim().to_owned()
    }

    fn wrong(&self) -> Option<String> {
        self.param.check(&self.text()).err()
    }

    fn candidates(&self, view: &View<'_>) -> Vec<String> {
        match (&self.param.kind, kind(&self.param.kind)) {
            (ParamKind::Choice(names), _) => names.clone(),
            (ParamKind::Boolean, _) => vec!["true".to_owned(), "false".to_owned()],
            (_, Some(kind)) => match view.told.picks.get(&kind) {
                Some(Ok(names)) => names.clone(),
                Some(Err(_)) | None => Vec::new(),
            },
            (_, None) => Vec::new(),
        }
    }

    /// What fits what was typed; nothing once it is one of them.
    fn suggestions(&self, view: &View<'_>) -> Vec<String> {
        let all = self.candidates(view);
        let text = self.text();
        if all.contains(&text) {
            return Vec::new();
        }
        seek(&text, &all).into_iter().filter_map(|at| all.get(at).cloned()).collect()
    }

    /// Takes the suggestion that is picked; false when none is.
    fn take(&mut self, view: &View<'_>) -> bool {
        let Some(at) = self.picked.take() else { return false };
        let Some(name) = self.suggestions(view).into_iter().nth(at) else { return false };
        self.area.select_all();
        self.area.cut();
        self.area.insert_str(name);
        true
    }

    fn sheet(&self, room: u16, focused: bool, view: &View<'_>) -> Sheet {
        let mut sheet = Sheet::new(view.theme, room);
        let text = self.text();
        match self.param.check(&text) {
            Ok(value) => {
                let time = matches!(self.param.kind, ParamKind::Time);
                match time.then(|| wording::time_in(&text, &value)).flatten() {
                    Some(at) => {
                        sheet.hang("  ✔ ", Role::Good, &wording::both_times(at, &view.look.zone))
                    }
                    None if focused || self.touched => sheet.line(Role::Good, "  ✔ fits"),
                    None => sheet.line(Role::Dim, ""),
                }
            }
            Err(why) if self.touched || !text.is_empty() => sheet.hang("  ✘ ", Role::Bad, &why),
            Err(why) => sheet.hang("    ", Role::Dim, &why),
        }
        if focused {
            self.offer(&mut sheet, view);
        }
        sheet
    }

    fn offer(&self, sheet: &mut Sheet, view: &View<'_>) {
        if let Some(kind) = kind(&self.param.kind) {
            match view.told.picks.get(&kind) {
                None => sheet.line(Role::Dim, &format!("    reading the {kind}s…")),
                Some(Err(why)) => {
                    sheet.hang(
                        "    ",
                        Role::Warn,
                        &format!("the {kind}s cannot be listed, type the name: {why}"),
                    );
                }
                Some(Ok(_)) => {}
            }
        }
        let names = self.suggestions(view);
        let from = self.picked.map_or(0, |at| (at + 1).saturating_sub(SUGGESTIONS));
        for (at, name) in names.iter().enumerate().skip(from).take(SUGGESTIONS) {
            let (mark, role) =
                if self.picked == Some(at) { ("▸", Role::Selected) } else { (" ", Role::Plain) };
            sheet.line(role, &format!("  {mark} {name}"));
        }
        if !names.is_empty() {
            let more = format!("    {} to choose from: ↓ picks, Enter takes", names.len());
            sheet.line(Role::Dim, &more);
        }
    }
}

const fn kind(kind: &ParamKind) -> Option<Kind> {
    match kind {
        ParamKind::Table => Some(Kind::Table),
        ParamKind::Bucket => Some(Kind::Bucket),
        ParamKind::Text
        | ParamKind::Email
        | ParamKind::Integer { .. }
        | ParamKind::Boolean
        | ParamKind::Choice(_)
        | ParamKind::Time => None,
    }
}

fn kind_words(kind: &ParamKind) -> String {
    match kind {
        ParamKind::Text => "text".to_owned(),
        ParamKind::Email => "mail address".to_owned(),
        ParamKind::Integer { min, max } => format!("number, {min} to {max}"),
        ParamKind::Boolean => "true or false".to_owned(),
        ParamKind::Choice(_) => "one of the list".to_owned(),
        ParamKind::Table => "table".to_owned(),
        ParamKind::Bucket => "bucket".to_owned(),
        ParamKind::Time => "time".to_owned(),
    }
}

impl Page for FormPage {
    fn scope(&self) -> Scope {
        Scope::Form
    }

    fn typing(&self) -> bool {
        true
    }

    fn refuses(&self, _action: Action, _view: &View<'_>) -> Option<String> {
        None
    }

    fn act(&mut self, action: Action, view: &View<'_>) -> Vec<Move> {
        match action {
            Action::Go => return self.go(view),
            Action::SeePlan => return self.see_plan(),
            Action::Back => return vec![Move::Back],
            Action::Next => self.leave(self.focus + 1),
            Action::Previous => self.leave(self.focus.saturating_sub(1)),
            Action::Up => self.vertical(false, view),
            Action::Down => self.vertical(true, view),
            Action::PageUp => self.leave(0),
            Action::PageDown => self.leave(usize::MAX),
            _ => {}
        }
        Vec::new()
    }

    fn key(&mut self, key: KeyEvent, _view: &View<'_>) -> Vec<Move> {
        // A field is one line: what the text area takes for a line end never reaches it.
        let chord = Chord::of(key);
        let ends_line =
            matches!(key.code, KeyCode::Enter) || chord.is_ctrl('m') || chord.is_ctrl('j');
        if let Some(field) = self.fields.get_mut(self.focus)
            && !ends_line
            && field.area.input(key)
        {
            field.picked = None;
        }
        Vec::new()
    }

    fn paste(&mut self, text: &str, _view: &View<'_>) -> Vec<Move> {
        if let Some(field) = self.fields.get_mut(self.focus) {
            field.area.insert_str(text.trim());
            field.picked = None;
        }
        Vec::new()
    }

    fn draw(&mut self, area: Rect, canvas: &mut Canvas<'_>, view: &View<'_>) {
        let title =
            format!("{}: what it needs ({} of {})", self.book, self.focus + 1, self.fields.len());
        canvas.pane(area, &title, Vec::new(), 0);
        let body = rows(area, 1, area.height);
        let mut heads: Vec<(Sheet, Sheet)> = Vec::new();
        for (at, field) in self.fields.iter().enumerate() {
            let mut head = Sheet::new(view.theme, body.width);
            let role = if at == self.focus { Role::Title } else { Role::Strong };
            head.spans(&[
                (role, &field.param.name),
                (Role::Dim, &format!("  ({})", kind_words(&field.param.kind))),
            ]);
            head.para(Role::Plain, &field.param.help);
            heads.push((head, field.sheet(body.width, at == self.focus, view)));
        }
        let height = |(head, tail): &(Sheet, Sheet)| head.lines.len() + 1 + tail.lines.len();
        // The first field that is shown: as few are left out above as the focused one allows.
        let mut first = 0;
        while first < self.focus
            && heads.iter().skip(first).take(self.focus + 1 - first).map(height).sum::<usize>()
                > usize::from(body.height)
        {
            first += 1;
        }
        let mut at = 0;
        for ((head, tail), (position, field)) in
            heads.into_iter().zip(self.fields.iter_mut().enumerate()).skip(first)
        {
            let (lead, after) = (cells(head.lines.len()), cells(tail.lines.len()));
            canvas.pane(rows(body, at, lead), "", head.lines, 0);
            let line = rows(body, at.saturating_add(lead), 1);
            field.draw(line, canvas, position == self.focus);
            let below = at.saturating_add(lead).saturating_add(1);
            canvas.pane(rows(body, below, after), "", tail.lines, 0);
            at = below.saturating_add(after);
        }
    }
}

impl Field {
    fn draw(&mut self, area: Rect, canvas: &mut Canvas<'_>, focused: bool) {
        let mark = if focused { "▸ " } else { "  " };
        canvas.bar(columns(area, 0, 2), Role::Key, mark);
        let cursor =
            if focused { Style::new().add_modifier(Modifier::REVERSED) } else { Style::new() };
        self.area.set_cursor_style(cursor);
        self.area.set_style(Style::new().add_modifier(Modifier::UNDERLINED));
        let field = columns(area, 2, area.width);
        if !field.is_empty() {
            self.area.render(field, canvas.buffer);
        }
    }
}
