//! The first page: runs that need someone, books, and other runs.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;

use super::book::BookPage;
use super::run::RunPage;
use crate::link::{Ask, BookRow, Home, RunRow};
use crate::tui::keymap::{Action, Chord, Scope};
use crate::tui::page::{Move, Page, View};
use crate::tui::paint::{Canvas, Sheet, ago, cells, columns, fit, rows};
use crate::tui::seek::seek;
use crate::tui::theme::Role;
use crate::tui::wording;

/// Two columns from this width on.
const WIDE: u16 = 110;
/// Other runs that are listed when nothing is searched.
const OTHERS: usize = 8;

/// The first page.
#[derive(Debug, Default)]
pub(in crate::tui) struct HomePage {
    search: String,
    /// True after `/`: every letter is text.
    searching: bool,
    selected: usize,
}

#[derive(Clone, Copy)]
enum Row<'a> {
    Run(&'a RunRow),
    Book(&'a BookRow),
}

impl HomePage {
    /// The rows in order, each with the heading it stands under.
    fn rows<'a>(&self, home: &'a Home) -> Vec<(&'static str, Row<'a>)> {
        let runs = |needy: bool| {
            home.runs.iter().filter(move |run| run.needs.is_some() == needy).map(Row::Run)
        };
        let books = home.books.iter().map(Row::Book);
        let needy = runs(true).map(|row| ("Needs you", row));
        let books = books.map(|row| ("Books", row));
        let most = if self.search.is_empty() { OTHERS } else { usize::MAX };
        let others = runs(false).take(most).map(|row| ("Runs", row));
        let all: Vec<_> = needy.chain(books).chain(others).collect();
        let texts: Vec<_> = all.iter().map(|(_, row)| row.text()).collect();
        let mut hits = seek(&self.search, &texts);
        // Under their headings still: the search narrows, it does not shuffle.
        hits.sort_unstable();
        hits.into_iter().filter_map(|at| all.get(at).copied()).collect()
    }

    fn move_by(&mut self, view: &View<'_>, by: isize) {
        let count = view.told.home.as_ref().map_or(0, |home| self.rows(home).len());
        self.selected = self.selected.saturating_add_signed(by).min(count.saturating_sub(1));
    }

    fn open(&self, view: &View<'_>) -> Vec<Move> {
        let Some(home) = &view.told.home else { return Vec::new() };
        match self.rows(home).get(self.selected) {
            Some((_, Row::Run(run))) => vec![
                Move::Ask(Ask::Open { run: run.id.clone() }),
                Move::Open(Box::new(RunPage::new(run.id.clone()))),
            ],
            Some((_, Row::Book(book))) => {
                vec![Move::Open(Box::new(BookPage::new(book.pinned.name.clone())))]
            }
            None => Vec::new(),
        }
    }

    fn list(&self, room: u16, view: &View<'_>) -> (Sheet, usize) {
        let mut sheet = Sheet::new(view.theme, room);
        let Some(home) = &view.told.home else {
            sheet.para(Role::Dim, "Reading the books and the runs of the estate…");
            return (sheet, 0);
        };
        let all = self.rows(home);
        if all.is_empty() {
            self.nothing(&mut sheet, home);
        }
        let (mut head, mut at) = ("", 0);
        for (position, (under, row)) in all.iter().enumerate() {
            if head != *under {
                head = under;
                sheet.head(head);
            }
            if position == self.selected {
                at = sheet.lines.len();
            }
            row.line(&mut sheet, position == self.selected, view);
        }
        (sheet, at)
    }

    fn nothing(&self, sheet: &mut Sheet, home: &Home) {
        if self.search.is_empty() {
            let text = format!(
                "There are no books for {} yet. Put one into runbooks/{}/ and press F5; `muster check` says whether it is sound.",
                home.estate, home.estate
            );
            sheet.para(Role::Plain, &text);
        } else {
            let text = format!("Nothing matches `{}`. Esc clears the search.", self.search);
            sheet.para(Role::Plain, &text);
        }
    }

    fn details(&self, room: u16, view: &View<'_>) -> Sheet {
        let mut sheet = Sheet::new(view.theme, room);
        let Some(home) = &view.told.home else { return sheet };
        match self.rows(home).get(self.selected) {
            Some((_, Row::Book(book))) => of_book(&mut sheet, book, view),
            Some((_, Row::Run(run))) => of_run(&mut sheet, run, view),
            None => {}
        }
        sheet
    }
}

impl Row<'_> {
    fn text(&self) -> String {
        match self {
            Self::Run(run) => format!("{} {} {} {}", run.book, run.id, run.state, run.actor),
            Self::Book(book) => {
                let pinned = &book.pinned;
                let kind = wording::kind(pinned.kind);
                format!("{} {} {kind} {}", pinned.name, pinned.title, pinned.owner)
            }
        }
    }

    fn line(&self, sheet: &mut Sheet, selected: bool, view: &View<'_>) {
        let mark = if selected { "▸ " } else { "  " };
        let role = if selected { Role::Selected } else { Role::Plain };
        match self {
            Self::Run(run) => run_lines(sheet, run, mark, role, view),
            Self::Book(book) => book_line(sheet, book, mark, role, view),
        }
    }
}

fn book_line(sheet: &mut Sheet, book: &BookRow, mark: &str, role: Role, view: &View<'_>) {
    let pinned = &book.pinned;
    let last = match &book.last_run {
        None => "never run".to_owned(),
        Some((at, rest)) => format!("{} {}", wording::rest(rest).0, ago(*at, view.now)),
    };
    let (risk, _) = wording::risk(pinned.risk);
    let owner = if sheet.room >= 100 { fit(&pinned.owner, 10) } else { String::new() };
    let rest = format!(
        "{} {} {} {owner}{last}",
        fit(wording::kind(pinned.kind), 9),
        fit(&pinned.version.to_string(), 7),
        fit(&format!("risk {risk}"), 11),
    );
    let name = if sheet.room > 70 { (sheet.room - 54).min(30) } else { sheet.room.min(26) };
    let text = fit(&format!("{mark}{} {rest}", fit(&pinned.name, name)), sheet.room);
    sheet.line(role, &text);
}

fn run_lines(sheet: &mut Sheet, run: &RunRow, mark: &str, role: Role, view: &View<'_>) {
    let progress = format!("{} {}/{}", run.state, run.done, run.steps);
    let name = if sheet.room > 64 { 26 } else { sheet.room.saturating_sub(18).clamp(8, 26) };
    let text = format!(
        "{mark}{} {} {} {} {}",
        fit(&run.book, name),
        fit(&progress, 14),
        ago(run.last, view.now),
        run.mode,
        run.id
    );
    let text = fit(&text, sheet.room);
    sheet.line(role, &text);
    if let Some(needs) = &run.needs {
        sheet.hang("    ! ", Role::Warn, needs);
    }
}

fn of_book(sheet: &mut Sheet, book: &BookRow, view: &View<'_>) {
    let pinned = &book.pinned;
    sheet.para(Role::Strong, &pinned.title);
    sheet.para(Role::Plain, &pinned.summary);
    let (risk, role) = wording::risk(pinned.risk);
    sheet.hang("risk   ", role, risk);
    sheet.hang("time   ", Role::Plain, &wording::duration(pinned.duration_seconds));
    sheet.hang("cost   ", Role::Plain, &pinned.cost);
    let read = format!("{}, last read through {}", pinned.owner, pinned.reviewed);
    sheet.hang("owner  ", Role::Plain, &read);
    if let Some((at, rest)) = &book.last_run {
        let (word, role) = wording::rest(rest);
        sheet.hang(
            "last   ",
            role,
            &format!("{word}, {}", wording::both_times(*at, &view.look.zone)),
        );
    }
}

fn of_run(sheet: &mut Sheet, run: &RunRow, view: &View<'_>) {
    sheet.para(Role::Strong, &format!("{}: {}", run.book, run.state));
    if let Some(needs) = &run.needs {
        sheet.para(Role::Warn, needs);
    }
    let place = format!("{} {}, {}", run.estate, run.environment, run.mode);
    sheet.hang("where    ", Role::Plain, &place);
    sheet.hang("by       ", Role::Plain, &run.actor);
    sheet.hang("steps    ", Role::Plain, &format!("{} of {} ended", run.done, run.steps));
    sheet.hang("started  ", Role::Plain, &wording::both_times(run.started, &view.look.zone));
    sheet.hang("last     ", Role::Plain, &ago(run.last, view.now));
    sheet.hang("run      ", Role::Plain, &run.id);
}

/// The score of the newest scan, where there is room for a line of it.
fn score(area: Rect, canvas: &mut Canvas<'_>, view: &View<'_>) -> Rect {
    let Some(home) = view.told.home.as_ref().filter(|_| area.height >= 12) else { return area };
    let (role, text) = match &home.score {
        Some(row) => {
            let all = row.score.met == row.score.checks;
            let role = if all { Role::Good } else { Role::Warn };
            let words = row.score.in_words();
            (role, format!(" Compliance: {words}, {} (F4 scans)", ago(row.at, view.now)))
        }
        None => (Role::Dim, " Compliance: never scanned here (F4 scans)".to_owned()),
    };
    canvas.bar(rows(area, 1, 1), role, &text);
    rows(area, 1, area.height)
}

impl Page for HomePage {
    fn scope(&self) -> Scope {
        Scope::Home
    }

    fn typing(&self) -> bool {
        self.searching || !self.search.is_empty()
    }

    fn awaits_run(&self) -> bool {
        true
    }

    fn refuses(&self, action: Action, view: &View<'_>) -> Option<String> {
        let none = view.told.home.as_ref().is_none_or(|home| self.rows(home).is_empty());
        (action == Action::Go && none).then(|| "there is nothing to open".to_owned())
    }

    fn act(&mut self, action: Action, view: &View<'_>) -> Vec<Move> {
        match action {
            Action::Go => return self.open(view),
            Action::Up => self.move_by(view, -1),
            Action::Down => self.move_by(view, 1),
            Action::PageUp => self.move_by(view, -10),
            Action::PageDown => self.move_by(view, 10),
            Action::Search => self.searching = true,
            Action::Refresh => return vec![Move::Ask(Ask::Home {})],
            Action::Back => {
                self.search.clear();
                self.searching = false;
                self.selected = 0;
            }
            _ => {}
        }
        Vec::new()
    }

    fn key(&mut self, key: KeyEvent, _view: &View<'_>) -> Vec<Move> {
        let chord = Chord::of(key);
        if chord.is(KeyCode::Backspace) {
            self.search.pop();
            self.selected = 0;
        } else if let Some(c) = chord.text() {
            self.search.push(c);
            self.selected = 0;
        }
        Vec::new()
    }

    fn paste(&mut self, text: &str, _view: &View<'_>) -> Vec<Move> {
        self.search.push_str(text.trim());
        self.selected = 0;
        Vec::new()
    }

    fn told(&mut self, view: &View<'_>) {
        self.move_by(view, 0);
    }

    fn draw(&mut self, area: Rect, canvas: &mut Canvas<'_>, view: &View<'_>) {
        let cursor = if self.typing() { "▏" } else { "" };
        let hint = if self.typing() { "" } else { "type to find a book or a run" };
        let search = format!(" Search: {}{cursor}{hint}", self.search);
        canvas.bar(rows(area, 0, 1), if self.typing() { Role::Strong } else { Role::Dim }, &search);
        let area = score(area, canvas, view);
        let body = rows(area, 1, area.height);
        let wide = body.width >= WIDE;
        let tall = !wide && body.height >= 16;
        let (list, about) = if wide {
            let left = body.width * 3 / 5;
            canvas.upright(columns(body, left, 1));
            (columns(body, 0, left), columns(body, left + 2, body.width))
        } else if tall {
            (rows(body, 0, body.height - 9), rows(body, body.height - 9, 9))
        } else {
            (body, rows(body, body.height, 0))
        };
        let (sheet, at) = self.list(list.width, view);
        let from = (at + 2).saturating_sub(usize::from(list.height));
        canvas.pane(list, "", sheet.lines, from);
        let details = self.details(about.width, view);
        if cells(details.lines.len()) > 0 {
            canvas.pane(about, "Selected", details.lines, 0);
        }
    }
}
