//! The report of a run, as it reads; a key writes it to a file.

use ratatui::layout::Rect;

use crate::engine::RunId;
use crate::link::Ask;
use crate::tui::keymap::{Action, Scope};
use crate::tui::page::{Move, Page, View};
use crate::tui::paint::{Canvas, Sheet, rows};
use crate::tui::theme::Role;

/// The report of a run.
#[derive(Debug)]
pub(in crate::tui) struct ReportPage {
    run: RunId,
    from: usize,
}

impl ReportPage {
    /// Asks for the report and shows the page that waits for it.
    pub fn open(run: RunId) -> Vec<Move> {
        let ask = Ask::Report { run: run.clone(), keep: false };
        vec![Move::Ask(ask), Move::Open(Box::new(Self { run, from: 0 }))]
    }

    fn text<'a>(&self, view: &View<'a>) -> Option<&'a Result<String, String>> {
        let (run, text) = view.told.report.as_ref()?;
        (*run == self.run).then_some(text)
    }

    fn sheet(&self, room: u16, view: &View<'_>) -> Sheet {
        let mut sheet = Sheet::new(view.theme, room);
        match self.text(view) {
            None => sheet.para(Role::Dim, "Reading the journal…"),
            Some(Err(why)) => sheet.para(Role::Bad, why),
            Some(Ok(text)) => text.lines().for_each(|line| markdown(&mut sheet, line)),
        }
        sheet
    }
}

/// A line of Markdown as a terminal shows it: what was escaped for the page stands there bare.
fn markdown(sheet: &mut Sheet, line: &str) {
    let text = bare(line);
    if let Some(title) = text.strip_prefix('#').filter(|_| line.starts_with('#')) {
        sheet.head(title.trim_start_matches('#').trim());
    } else if line.starts_with("> ") {
        sheet.para(Role::Warn, &text.replace("**", "").replace("> ", ""));
    } else if line.starts_with("|---") {
        // The rule under the head of a table says nothing.
    } else if let Some(cells) = line.strip_prefix("| ") {
        let cells: Vec<_> = bare(&cells.replace(r"\|", "\u{1}").replace(" |", "  "))
            .replace('\u{1}', "|")
            .trim_end()
            .split("   ")
            .map(|cell| cell.trim().to_owned())
            .collect();
        let (first, rest) = cells.split_first().map_or(("", &[][..]), |(f, r)| (f.as_str(), r));
        sheet.hang(&format!("  {first}  "), Role::Plain, &rest.join("  "));
    } else {
        sheet.para(Role::Plain, &text);
    }
}

/// Markdown without its escapes.
fn bare(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        match (c, letters.peek()) {
            ('\\', Some(next)) if next.is_ascii_punctuation() => {
                shown.extend(letters.next());
            }
            _ => shown.push(c),
        }
    }
    shown.replace("<br>", " / ")
}

impl Page for ReportPage {
    fn scope(&self) -> Scope {
        Scope::Report
    }

    fn run(&self) -> Option<&RunId> {
        Some(&self.run)
    }

    fn refuses(&self, action: Action, view: &View<'_>) -> Option<String> {
        let none = !matches!(self.text(view), Some(Ok(_)));
        (action == Action::Keep && none).then(|| "there is no report to write".to_owned())
    }

    fn act(&mut self, action: Action, _view: &View<'_>) -> Vec<Move> {
        let ask = |keep| vec![Move::Ask(Ask::Report { run: self.run.clone(), keep })];
        match action {
            Action::Keep => return ask(true),
            Action::Refresh => return ask(false),
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
        let next = match self.text(view) {
            Some(Ok(_)) => {
                "w: write it as a page. `muster report` knows --format, --redacted and --out"
            }
            _ => "Esc: back",
        };
        let taken = canvas.sentence(area, Role::Next, &format!("NEXT  {next}"));
        let sheet = self.sheet(area.width, view);
        let title = format!("Report of {}", self.run);
        let body = rows(area, taken, area.height);
        self.from = canvas.pane(body, &title, sheet.lines, self.from);
    }
}
