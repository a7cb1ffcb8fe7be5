//! Compliance: the score, resources against checks, and what brings each check to pass.

use ratatui::layout::Rect;

use super::book::BookPage;
use crate::compliance::{Checked, Group, Outcome, Remedy, Score, groups};
use crate::link::Ask;
use crate::tui::keymap::{Action, Scope};
use crate::tui::page::{Move, Page, View};
use crate::tui::paint::{Canvas, Sheet, ago, columns, fit, rows, width};
use crate::tui::theme::Role;
use crate::tui::told::Scanned;

/// Two columns from this width on.
const WIDE: u16 = 110;
/// The widest that the name of a resource gets.
const NAME: usize = 28;
/// The narrowest column of a check: narrower ones are told by their marks alone.
const CELL: usize = 10;

/// The compliance of the environment.
#[derive(Debug, Default)]
pub(in crate::tui) struct CompliancePage {
    /// The line that is looked at, in the order in which the page shows them.
    selected: usize,
}

/// The lines of a scan in the order of the page.
fn order(scan: &Scanned) -> (Vec<Group>, Vec<usize>) {
    let lines = scan.view.lines.iter().map(|line| (line.id.as_str(), line.target.as_str()));
    let groups = groups(&scan.view.entries, lines);
    let cells = groups.iter().flat_map(|group| &group.rows).flat_map(|row| &row.cells);
    let order = cells.filter_map(|line| *line).collect();
    (groups, order)
}

/// The mark of an outcome, so that colour is never the only sign.
fn mark(checked: Option<&Checked>) -> (&'static str, Role, &'static str) {
    match checked.map(|checked| &checked.outcome) {
        None => ("·", Role::Dim, "reading"),
        Some(Outcome::Pass {}) => ("✔", Role::Good, "pass"),
        Some(Outcome::Fail { .. }) => ("✘", Role::Bad, "fail"),
        Some(Outcome::Manual { evidence: Some(_), .. }) => ("✎", Role::Good, "answered"),
        Some(Outcome::Manual { evidence: None, .. }) => ("✎", Role::Warn, "manual"),
        Some(Outcome::NotApplicable { .. }) => ("–", Role::Dim, "n/a"),
        Some(Outcome::CouldNotCheck { .. }) => ("?", Role::Warn, "unread"),
    }
}

impl CompliancePage {
    fn scan<'a>(view: &View<'a>) -> Option<&'a Scanned> {
        view.told.scan.as_ref()
    }

    /// The line that is looked at: its position in the scan.
    fn line(&self, scan: &Scanned) -> Option<usize> {
        order(scan).1.get(self.selected).copied()
    }

    fn move_by(&mut self, view: &View<'_>, by: isize) {
        let count = Self::scan(view).map_or(0, |scan| scan.view.lines.len());
        self.selected = self.selected.saturating_add_signed(by).min(count.saturating_sub(1));
    }

    /// Goes to the next line that is not met, or to the one before.
    fn seek(&mut self, view: &View<'_>, on: bool) {
        let Some(scan) = Self::scan(view) else { return };
        let (_, order) = order(scan);
        let is_open = |at: &usize| {
            let checked = order.get(*at).and_then(|line| scan.checked[*line].as_ref());
            checked.is_some_and(|checked| !checked.outcome.is_met())
        };
        let (from, count) = (self.selected, order.len());
        let found = if on {
            (from + 1..count).chain(0..from).find(is_open)
        } else {
            (0..from).rev().chain((from + 1..count).rev()).find(is_open)
        };
        self.selected = found.unwrap_or(from);
    }

    /// What brings the selected line to pass, when it is not met.
    fn remedy<'a>(&self, scan: &'a Scanned) -> Option<&'a Remedy> {
        let line = self.line(scan)?;
        let checked = scan.checked[line].as_ref()?;
        let entry = scan.view.entries.iter().find(|entry| entry.id == checked.id)?;
        entry.remedy(&checked.target).filter(|_| !checked.outcome.is_met())
    }

    /// The tables, and the line of the sheet where the selection is.
    fn matrix(&self, room: u16, scan: &Scanned, view: &View<'_>) -> (Sheet, usize) {
        let mut sheet = Sheet::new(view.theme, room);
        let (groups, order) = order(scan);
        let selected = order.get(self.selected).copied();
        let mut at = 0;
        for group in &groups {
            let name = group.rows.iter().map(|row| width(&row.target)).max().unwrap_or(0).min(NAME);
            let name = name.min(sheet.room / 2);
            let cell = sheet.room.saturating_sub(name + 2) / group.columns.len().max(1);
            let cell = cell.min(24);
            sheet.head(&group.title());
            if cell >= CELL {
                let mut head = " ".repeat(name + 2);
                for column in &group.columns {
                    head += &fit(&scan.view.entries[*column].title, cell - 1);
                    head.push(' ');
                }
                sheet.line(Role::Dim, &head);
            }
            for row in &group.rows {
                let is_here = row.cells.iter().flatten().any(|line| Some(*line) == selected);
                if is_here {
                    at = sheet.lines.len();
                }
                let pointer = if is_here { "▸ " } else { "  " };
                let mut pieces =
                    vec![(Role::Plain, format!("{pointer}{}", fit(&row.target, name)))];
                for line in &row.cells {
                    pieces.push(piece(scan, *line, selected, cell));
                }
                let pieces: Vec<_> =
                    pieces.iter().map(|(role, text)| (*role, text.as_str())).collect();
                sheet.spans(&pieces);
            }
        }
        (sheet, at)
    }

    fn details(&self, room: u16, scan: &Scanned, view: &View<'_>) -> Sheet {
        let mut sheet = Sheet::new(view.theme, room);
        if let Some(line) = self.line(scan) {
            self.of_line(line, scan, &mut sheet);
        }
        if let Some(Ok(report)) = &scan.report {
            changed(report, view, &mut sheet);
        }
        sheet
    }

    fn of_line(&self, line: usize, scan: &Scanned, sheet: &mut Sheet) {
        let row = &scan.view.lines[line];
        let entry = scan.view.entries.iter().find(|entry| entry.id == row.id);
        let checked = scan.checked[line].as_ref();
        let (sign, role, word) = mark(checked);
        let title = entry.map_or(row.id.as_str(), |entry| entry.title.as_str());
        sheet.para(Role::Strong, &format!("{title}: {}", row.target));
        let word = checked.map_or(word, |checked| checked.outcome.title());
        sheet.para(role, &format!("{sign} {word}"));
        let detail = checked.map(Checked::detail).filter(|detail| !detail.is_empty());
        if let Some(detail) = detail {
            sheet.para(Role::Plain, &detail);
        }
        if let Some(remedy) = self.remedy(scan) {
            sheet.hang("remedy ", Role::Warn, &remedy.in_words());
        }
        if let Some(entry) = entry {
            sheet.hang("why    ", Role::Plain, &entry.why);
        }
    }
}

/// A cell of the matrix.
fn piece(
    scan: &Scanned,
    line: Option<usize>,
    selected: Option<usize>,
    room: usize,
) -> (Role, String) {
    let Some(line) = line else { return (Role::Plain, " ".repeat(room)) };
    let (sign, role, word) = mark(scan.checked[line].as_ref());
    let role = if Some(line) == selected { Role::Selected } else { role };
    let text = if room >= CELL { format!(" {sign} {word}") } else { format!(" {sign}") };
    (role, fit(&text, room))
}

/// What changed since the scan before, and by which run.
fn changed(report: &crate::compliance::Report, view: &View<'_>, sheet: &mut Sheet) {
    let Some(previous) = &report.previous else {
        sheet.head("This is the first scan here");
        return;
    };
    let since = format!("Since {}: {}", ago(previous.at, view.now), previous.score.in_words());
    sheet.head(&since);
    if report.changed.is_empty() {
        sheet.para(Role::Dim, "nothing changed");
    }
    for one in &report.changed {
        let name = |outcome: &Option<String>| {
            outcome.as_deref().map_or_else(|| "not there".to_owned(), |name| name.replace('_', " "))
        };
        let by = if one.runs.is_empty() { "no run here".to_owned() } else { one.runs.join(", ") };
        let words = format!("{} -> {}, by {by}", name(&one.from), name(&one.to));
        sheet.hang(&format!("{} {} ", one.id, one.target), Role::Plain, &words);
    }
}

/// The score as far as it is known, and a bar as long as it.
fn gauge(scan: &Scanned, room: usize) -> (Role, String) {
    let known: Vec<_> = scan.checked.iter().flatten().collect();
    let score = Score::of(known.iter().map(|checked| &checked.outcome));
    let all = scan.view.lines.len();
    let words = match &scan.report {
        Some(Ok(report)) => report.scan.score.in_words(),
        Some(Err(_)) => "not known".to_owned(),
        None => format!("{} met, {} of {all} read", score.met, known.len()),
    };
    let most = 30.min(room / 4);
    let full = (score.met * most).checked_div(all).unwrap_or(0);
    let bar = format!("{}{}", "█".repeat(full), "░".repeat(most - full));
    let role = match &scan.report {
        Some(Ok(report)) if report.scan.score.met == report.scan.score.checks => Role::Good,
        Some(Ok(_)) | None => Role::Strong,
        Some(Err(_)) => Role::Bad,
    };
    (role, format!(" {bar} {words}"))
}

impl Page for CompliancePage {
    fn scope(&self) -> Scope {
        Scope::Compliance
    }

    fn refuses(&self, action: Action, view: &View<'_>) -> Option<String> {
        let scan = Self::scan(view);
        match action {
            Action::Go => {
                let remedy = scan.and_then(|scan| self.remedy(scan));
                match remedy {
                    Some(Remedy { book: Some(_), .. }) => None,
                    Some(remedy) => Some(format!("there is no book for it: {}", remedy.in_words())),
                    None => Some("there is nothing to remedy on this line".to_owned()),
                }
            }
            Action::Refresh if scan.is_some_and(|scan| scan.report.is_none()) => {
                Some("the scan is under way".to_owned())
            }
            _ => None,
        }
    }

    fn act(&mut self, action: Action, view: &View<'_>) -> Vec<Move> {
        match action {
            Action::Go => {
                let remedy = Self::scan(view).and_then(|scan| self.remedy(scan));
                let Some(Remedy { book: Some(book), step, .. }) = remedy else { return Vec::new() };
                return vec![Move::Open(Box::new(BookPage::at(book.clone(), step.clone())))];
            }
            Action::Refresh => return vec![Move::Ask(Ask::Scan { profile: None })],
            Action::Back => return vec![Move::Back],
            Action::Up => self.move_by(view, -1),
            Action::Down => self.move_by(view, 1),
            Action::PageUp => self.move_by(view, -10),
            Action::PageDown => self.move_by(view, 10),
            Action::Next => self.seek(view, true),
            Action::Previous => self.seek(view, false),
            _ => {}
        }
        Vec::new()
    }

    fn told(&mut self, view: &View<'_>) {
        self.move_by(view, 0);
    }

    fn draw(&mut self, area: Rect, canvas: &mut Canvas<'_>, view: &View<'_>) {
        let Some(scan) = Self::scan(view) else {
            canvas.sentence(area, Role::Dim, "Asking which checks there are…");
            return;
        };
        canvas.bar(rows(area, 0, 1), Role::Title, &format!(" {}", scan.view.title));
        let (role, words) = gauge(scan, usize::from(area.width));
        canvas.bar(rows(area, 1, 1), role, &words);
        let mut body = rows(area, 2, area.height);
        if let Some(Err(said)) = &scan.report {
            let taken = canvas.sentence(body, Role::Bad, &said.text);
            body = rows(body, taken, body.height);
        }
        let wide = body.width >= WIDE;
        let tall = !wide && body.height >= 16;
        let (list, about) = if wide {
            let left = body.width * 3 / 5;
            canvas.upright(columns(body, left, 1));
            (columns(body, 0, left), columns(body, left + 2, body.width))
        } else if tall {
            (rows(body, 0, body.height - 8), rows(body, body.height - 8, 8))
        } else if body.height >= 7 {
            (rows(body, 0, body.height - 3), rows(body, body.height - 3, 3))
        } else {
            (body, rows(body, body.height, 0))
        };
        let (sheet, at) = self.matrix(list.width, scan, view);
        let from = (at + 3).saturating_sub(usize::from(list.height));
        canvas.pane(list, "", sheet.lines, from);
        let details = self.details(about.width, scan, view);
        let title = if tall || wide { "Selected" } else { "" };
        canvas.pane(about, title, details.lines, 0);
    }
}
