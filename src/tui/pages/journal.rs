//! The journal: every event in words, and whether the chain verifies.

use std::collections::BTreeMap;

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;

use crate::cloud::Call;
use crate::engine::words::sentence_in;
use crate::engine::{AttemptId, Event, Record, RunId};
use crate::link::Ask;
use crate::runbook::Bound;
use crate::tui::keymap::{Action, Chord, Scope};
use crate::tui::page::{Move, Page, View};
use crate::tui::paint::{Canvas, Sheet, fit, rows};
use crate::tui::theme::Role;

/// The journal.
#[derive(Debug)]
pub(in crate::tui) struct JournalPage {
    /// The run below this page: the search begins with it.
    run: Option<RunId>,
    search: String,
    searching: bool,
    /// The record that is looked at, counted from the latest.
    back: usize,
}

impl JournalPage {
    /// The journal, of one run when there is one.
    pub fn new(run: Option<RunId>) -> Self {
        let search = run.clone().unwrap_or_default();
        Self { run, search, searching: false, back: 0 }
    }

    /// The records that the search leaves, with their sentences, oldest first.
    fn lines<'a>(&self, records: &'a [Record]) -> Vec<(&'a Record, String)> {
        let mut books: BTreeMap<&str, &Bound> = BTreeMap::new();
        let mut sent: BTreeMap<(&str, AttemptId), &Call> = BTreeMap::new();
        let mut found = Vec::new();
        let wanted = self.search.trim().to_lowercase();
        for record in records {
            if let Event::Started { bound, .. } = &record.event {
                books.insert(&record.run, bound);
            }
            if let Event::Intended { attempt, call, .. } = &record.event {
                sent.insert((&record.run, *attempt), call);
            }
            let attempt = record.event.ends();
            let call = attempt.and_then(|attempt| sent.get(&(record.run.as_str(), attempt)));
            let text =
                sentence_in(&record.event, books.get(record.run.as_str()).copied(), call.copied());
            let whole = format!("{} {} {} {text}", record.seq, record.run, record.actor);
            if whole.to_lowercase().contains(&wanted) {
                found.push((record, text));
            }
        }
        found
    }

    fn sheet(&self, room: u16, view: &View<'_>) -> (Sheet, usize) {
        let mut sheet = Sheet::new(view.theme, room);
        let Some((records, _)) = &view.told.journal else {
            sheet.para(Role::Dim, "Reading the journal…");
            return (sheet, 0);
        };
        let lines = self.lines(records);
        if lines.is_empty() {
            let text = if records.is_empty() {
                "Nothing is written yet: it begins with the first run.".to_owned()
            } else {
                format!("Nothing matches `{}`. Esc clears the search.", self.search)
            };
            sheet.para(Role::Plain, &text);
        }
        let selected = lines.len().saturating_sub(1).saturating_sub(self.back);
        let mut at = 0;
        for (position, (record, text)) in lines.iter().enumerate() {
            let time = record.time.strftime("%m-%d %H:%M:%S");
            let line = format!("{:>5} {time}  {text}", record.seq);
            if position == selected {
                at = sheet.lines.len();
                sheet.para(Role::Selected, &fit_all(&line, sheet.room));
                let who =
                    format!("      {} by {} in run {}", record.time, record.actor, record.run);
                sheet.para(Role::Dim, &who);
            } else {
                sheet.line(Role::Plain, &line);
            }
        }
        (sheet, at)
    }
}

/// A short line fills its row, so that the selection shows; a long one is left to be wrapped.
fn fit_all(line: &str, room: usize) -> String {
    if crate::tui::paint::width(line) < room { fit(line, room) } else { line.to_owned() }
}

impl Page for JournalPage {
    fn scope(&self) -> Scope {
        Scope::Journal
    }

    fn typing(&self) -> bool {
        self.searching
    }

    fn refuses(&self, _action: Action, _view: &View<'_>) -> Option<String> {
        None
    }

    fn act(&mut self, action: Action, view: &View<'_>) -> Vec<Move> {
        let count = view.told.journal.as_ref().map_or(0, |(records, _)| records.len());
        match action {
            Action::Back if self.searching || (!self.search.is_empty() && self.run.is_none()) => {
                self.search.clear();
                self.searching = false;
            }
            Action::Back => return vec![Move::Back],
            Action::Search => {
                self.searching = true;
                self.run = None;
                self.search.clear();
                self.back = 0;
            }
            Action::Refresh => return vec![Move::Ask(Ask::Journal {})],
            Action::Up => self.back = (self.back + 1).min(count),
            Action::PageUp => self.back = (self.back + 10).min(count),
            Action::Down => self.back = self.back.saturating_sub(1),
            Action::PageDown => self.back = self.back.saturating_sub(10),
            _ => {}
        }
        Vec::new()
    }

    fn key(&mut self, key: KeyEvent, _view: &View<'_>) -> Vec<Move> {
        let chord = Chord::of(key);
        if chord.is(KeyCode::Backspace) {
            self.search.pop();
        } else if chord.is(KeyCode::Enter) {
            self.searching = false;
        } else if let (true, Some(c)) = (self.searching, chord.text()) {
            self.search.push(c);
        }
        self.back = 0;
        Vec::new()
    }

    fn paste(&mut self, text: &str, _view: &View<'_>) -> Vec<Move> {
        if self.searching {
            self.search.push_str(text.trim());
        }
        Vec::new()
    }

    fn draw(&mut self, area: Rect, canvas: &mut Canvas<'_>, view: &View<'_>) {
        let (role, state) = match view.told.journal.as_ref().map(|(_, verified)| verified) {
            None => (Role::Dim, "reading the journal".to_owned()),
            Some(Ok(words)) => (Role::Good, format!("✔ verifies: {words}")),
            Some(Err(why)) => (Role::Bad, format!("✘ DOES NOT VERIFY: {why}")),
        };
        let taken = canvas.sentence(area, role, &state);
        let cursor = if self.searching { "▏" } else { "" };
        canvas.bar(rows(area, taken, 1), Role::Dim, &format!(" / {}{cursor}", self.search));
        let body = rows(area, taken + 1, area.height);
        let (sheet, at) = self.sheet(body.width, view);
        let from = (at + 4).saturating_sub(usize::from(body.height));
        canvas.pane(body, "Journal", sheet.lines, from);
    }
}
