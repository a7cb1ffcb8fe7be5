//! A book: what it does, why, what it costs, how it is undone.

use std::collections::BTreeMap;

use ratatui::layout::Rect;

use super::form::FormPage;
use super::plan::PlanPage;
use crate::cloud::Danger;
use crate::engine::words::count;
use crate::link::{Ask, BookRow, Course};
use crate::runbook::{Kind, OutlineStep};
use crate::tui::keymap::{Action, Scope};
use crate::tui::page::{Move, Page, View};
use crate::tui::paint::{Canvas, Sheet, ago, rows};
use crate::tui::theme::Role;
use crate::tui::wording;

/// A book.
#[derive(Debug)]
pub(in crate::tui) struct BookPage {
    book: String,
    from: usize,
    /// The step to begin with, until it was shown.
    step: Option<String>,
}

impl BookPage {
    /// The page of the book with this name.
    pub fn new(book: String) -> Self {
        Self { book, from: 0, step: None }
    }

    /// The same, from this step on.
    pub fn at(book: String, step: Option<String>) -> Self {
        Self { book, from: 0, step }
    }

    fn row<'a>(&self, view: &View<'a>) -> Option<&'a BookRow> {
        let home = view.told.home.as_ref()?;
        home.books.iter().find(|row| row.pinned.name == self.book)
    }

    /// What is shown, and where the step is that it begins with.
    fn sheet(&self, room: u16, view: &View<'_>) -> (Sheet, Option<usize>) {
        let mut from = None;
        let mut sheet = Sheet::new(view.theme, room);
        let Some(row) = self.row(view) else {
            if view.told.home.is_none() {
                sheet.para(Role::Dim, "Reading the books of the estate…");
            } else {
                let text = format!("There is no book called {} here. Esc goes back.", self.book);
                sheet.para(Role::Warn, &text);
            }
            return (sheet, None);
        };
        about(&mut sheet, row, view);
        if !row.params.is_empty() {
            sheet.head("You will be asked for");
            for param in &row.params {
                let default = param.default.as_ref();
                let default = default.map(|text| format!(" (or: {text})")).unwrap_or_default();
                sheet.hang(
                    &format!("  {}  ", param.name),
                    Role::Plain,
                    &format!("{}{default}", param.help),
                );
            }
        }
        sheet.head(&format!("Steps ({})", row.steps.len()));
        for (at, step) in row.steps.iter().enumerate() {
            if self.step.as_ref().is_some_and(|wanted| *wanted == step.id) {
                from = Some(sheet.lines.len());
            }
            let usual = step.usual_seconds.map(wording::seconds);
            let usual = usual.map(|usual| format!("  ~{usual}")).unwrap_or_default();
            sheet.hang(&format!("{:>2} ", at + 1), Role::Strong, &format!("{}{usual}", step.title));
            sheet.hang("   ", Role::Plain, &step.why);
            details(&mut sheet, step);
        }
        (sheet, from)
    }
}

fn details(sheet: &mut Sheet, step: &OutlineStep) {
    sheet.hang("   ", Role::Dim, &step.what);
    if step.danger > Danger::Change {
        let (words, role) = wording::danger(step.danger);
        sheet.hang("   ", role, words);
    }
    if step.type_name {
        sheet.hang("   ", Role::Warn, "the name is typed before it is done");
    }
    if let Some(when) = &step.when {
        sheet.hang("   ", Role::Plain, &format!("only when `{when}` is true"));
    }
    for (label, text) in [("cost", &step.cost), ("undo", &step.undo), ("link", &step.link)] {
        if let Some(text) = text {
            sheet.hang(&format!("   {label}  "), Role::Plain, text);
        }
    }
}

fn about(sheet: &mut Sheet, row: &BookRow, view: &View<'_>) {
    let pinned = &row.pinned;
    sheet.para(Role::Plain, &pinned.summary);
    sheet.gap();
    let (risk, role) = wording::risk(pinned.risk);
    sheet.hang("risk   ", role, risk);
    let time = format!("about {}", wording::duration(pinned.duration_seconds));
    sheet.hang("time   ", Role::Plain, &time);
    sheet.hang("cost   ", Role::Plain, &pinned.cost);
    let owner = format!("{}, last read through {}", pinned.owner, pinned.reviewed);
    sheet.hang("owner  ", Role::Plain, &owner);
    if !pinned.needs.is_empty() {
        let word = if pinned.kind == Kind::Rollback { "back of" } else { "needs  " };
        sheet.hang(&format!("{word:<7}"), Role::Plain, &pinned.needs.join(", "));
    }
    let last = row.last_run.as_ref().map_or_else(
        || "never run here".to_owned(),
        |(at, rest)| format!("{} {}", wording::rest(rest).0, ago(*at, view.now)),
    );
    sheet.hang("last   ", Role::Plain, &last);
}

impl Page for BookPage {
    fn scope(&self) -> Scope {
        Scope::Book
    }

    fn refuses(&self, action: Action, view: &View<'_>) -> Option<String> {
        let gone = action == Action::Go && self.row(view).is_none();
        gone.then(|| "there is no such book".to_owned())
    }

    fn act(&mut self, action: Action, view: &View<'_>) -> Vec<Move> {
        match action {
            Action::Go => {
                let Some(row) = self.row(view) else { return Vec::new() };
                if row.params.is_empty() {
                    let (book, params) = (self.book.clone(), BTreeMap::new());
                    return PlanPage::open(Course::Book { book, params });
                }
                let picks = FormPage::kinds(&row.params).map(|kind| Move::Ask(Ask::Pick { kind }));
                let form = FormPage::new(self.book.clone(), &row.params);
                return picks.chain([Move::Open(Box::new(form))]).collect();
            }
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
        let (sheet, from) = self.sheet(area.width, view);
        if let Some(from) = from {
            (self.from, self.step) = (from, None);
        }
        let title = self.row(view).map_or_else(
            || self.book.clone(),
            |row| {
                format!(
                    "{} · {} {}",
                    wording::kind(row.pinned.kind),
                    row.pinned.title,
                    row.pinned.version
                )
            },
        );
        let next = match self.row(view).map(|row| row.params.len()) {
            None => "Esc: back".to_owned(),
            Some(0) => "Enter: see what it would change. The account is only read".to_owned(),
            Some(asked) => format!("Enter: fill in {}, then see the plan", count(asked, "value")),
        };
        let taken = canvas.sentence(area, Role::Next, &format!("NEXT  {next}"));
        let body = rows(area, taken, area.height);
        self.from = canvas.pane(body, &title, sheet.lines, self.from);
    }
}
