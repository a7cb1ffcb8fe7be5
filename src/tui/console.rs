//! The console: keys and news in, asks out, and a screen.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind};
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ratatui::Frame;
use ratatui::layout::Rect;

use super::dialogs::{palette::Palette, quit::Quit};
use super::keymap::{self, Action, Chord, Scope};
use super::page::{Dialog, Haste, Move, Page, View};
use super::pages::book::BookPage;
use super::pages::compliance::CompliancePage;
use super::pages::plan::PlanPage;
use super::pages::{
    help::Help, home::HomePage, journal::JournalPage, report::ReportPage, rollout::RolloutPage,
    run::RunPage,
};
use super::paint::{self, Canvas, cells, rows, wrap};
use super::theme::{Colour, Role, Theme};
use super::told::{Follow, Told};
use super::{banner, footer};
use crate::engine::{Command, Run, RunId};
use crate::link::{Ask, Course, News};

/// Keys in the first half second of a dialog were meant for what was there before.
const HASTE: SignedDuration = SignedDuration::from_millis(500);

/// Under this there is a single pane of text.
const SMALL: (u16, u16) = (40, 10);

/// How many moves may follow from one key; a guard against moves that make each other.
const MOVES: usize = 32;

/// What the console knows about where it is.
#[derive(Clone, Debug)]
pub struct Look {
    /// How many colours there are.
    pub colour: Colour,
    /// The zone of the people in front of it: times are shown in it beside UTC.
    pub zone: TimeZone,
}

/// Something that happens to the console.
#[derive(Debug)]
pub enum Input {
    /// A key.
    Key(KeyEvent),
    /// A paste.
    Paste(String),
    /// The terminal has another size, in columns and rows.
    Resize(u16, u16),
    /// The runner said something.
    News(Box<News>),
    /// Time passed.
    Tick,
}

/// What the console wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Outgoing {
    /// Ask the runner.
    Ask(Ask),
    /// Give the terminal back and end.
    Quit,
    /// Give the terminal back and stop until `fg`.
    Suspend,
}

/// What is shown first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum First {
    /// The books, and the runs that need someone.
    Home,
    /// A book, whose parameters are still to be given.
    Book(String),
    /// The plan of a book with its parameters, or of the way back from a run.
    Plan(Course),
    /// A run.
    Run(RunId),
}

/// The whole state of the screen.
#[derive(Debug)]
pub struct Console {
    look: Look,
    told: Told,
    pages: Vec<Box<dyn Page>>,
    dialog: Option<Opened>,
    message: Option<(Role, String)>,
    small: bool,
    asked: bool,
}

#[derive(Debug)]
struct Opened {
    dialog: Box<dyn Dialog>,
    since: Timestamp,
    /// Whether it was drawn, readably, in the present size.
    drawn: bool,
}

/// True for commands after which what is next is another thing.
const fn goes_on(command: &Command) -> bool {
    matches!(
        command,
        Command::Confirm { .. } | Command::Resume {} | Command::Accept {} | Command::Retry { .. }
    )
}

impl Console {
    /// A console that was told nothing yet. With its first input it asks for the first page.
    pub fn new(look: Look) -> Self {
        Self {
            look,
            told: Told::default(),
            pages: vec![Box::new(HomePage::default())],
            dialog: None,
            message: None,
            small: false,
            asked: false,
        }
    }

    /// Shows something else than the list of books first. To be given before any input.
    pub fn begin_with(&mut self, first: First, now: Timestamp) -> Vec<Outgoing> {
        let moves = match first {
            First::Home => Vec::new(),
            First::Book(book) => vec![Move::Open(Box::new(BookPage::new(book)))],
            First::Plan(course) => PlanPage::open(course),
            First::Run(run) => vec![
                Move::Ask(Ask::Open { run: run.clone() }),
                Move::Open(Box::new(RunPage::new(run))),
            ],
        };
        let mut out = Vec::new();
        self.carry_out(moves, now, &mut out);
        out
    }

    /// Takes an input and says what is to be done. Never waits.
    pub fn update(&mut self, input: Input, now: Timestamp) -> Vec<Outgoing> {
        let mut out = Vec::new();
        if !matches!(input, Input::Tick) {
            self.told.last = Some(now);
        }
        if !self.asked {
            self.asked = true;
            out.push(Outgoing::Ask(Ask::Home {}));
        }
        match input {
            Input::Key(key) if key.kind == KeyEventKind::Release => {}
            Input::Key(key) => self.key(key, now, &mut out),
            Input::Paste(text) => {
                let moves = self.paste(&text, now);
                self.carry_out(moves, now, &mut out);
            }
            Input::Resize(..) => {
                if let Some(open) = &mut self.dialog {
                    open.drawn = false;
                }
            }
            Input::News(news) => self.news(*news, now, &mut out),
            Input::Tick => {}
        }
        out
    }

    /// How long the picture stays as it is when nothing happens: while something goes on, clocks
    /// move; on a screen that is still, the minute does.
    pub fn lasts(&self, now: Timestamp) -> Duration {
        const MOVING: Duration = Duration::from_millis(250);
        const MINUTE: i64 = 60;
        if !self.told.is_still(now) {
            return MOVING;
        }
        let left = MINUTE - now.as_second().rem_euclid(MINUTE);
        Duration::from_secs(left.unsigned_abs())
    }

    fn key(&mut self, key: KeyEvent, now: Timestamp, out: &mut Vec<Outgoing>) {
        let chord = Chord::of(key);
        self.message = None;
        if chord.is_ctrl('z') {
            out.push(Outgoing::Suspend);
            return;
        }
        let moves = if self.dialog.is_some() {
            self.dialog_key(key, chord, now)
        } else {
            self.page_key(key, chord, now)
        };
        self.carry_out(moves, now, out);
    }

    fn dialog_key(&mut self, key: KeyEvent, chord: Chord, now: Timestamp) -> Vec<Move> {
        let view = view(&self.told, &self.look, self.small, now);
        let Some(open) = &mut self.dialog else { return Vec::new() };
        if chord.is(KeyCode::Esc) || chord.is_ctrl('c') {
            return vec![Move::Close];
        }
        let haste = open.dialog.haste();
        if haste != Haste::Takes {
            if !open.drawn {
                let why = "the window is too small to read what is asked: make it larger";
                return vec![Move::Say(Role::Warn, why.to_owned())];
            }
            let passed = now.duration_since(open.since);
            if passed < HASTE {
                // A clock that was put back must not lock the dialog for good.
                if haste == Haste::Restarts || passed.is_negative() {
                    open.since = now;
                }
                return Vec::new();
            }
        }
        open.dialog.key(key, &view)
    }

    fn page_key(&mut self, key: KeyEvent, chord: Chord, now: Timestamp) -> Vec<Move> {
        let view = view(&self.told, &self.look, self.small, now);
        let Some(page) = self.pages.last_mut() else { return Vec::new() };
        match keymap::find(page.scope(), chord, page.typing()) {
            Some(action) => vec![Move::Do(action)],
            None => page.key(key, &view),
        }
    }

    fn paste(&mut self, text: &str, now: Timestamp) -> Vec<Move> {
        // Line ends become blanks: a paste never presses Enter.
        let text: String =
            text.chars().take(10_000).map(|c| if c.is_control() { ' ' } else { c }).collect();
        let view = view(&self.told, &self.look, self.small, now);
        match (&mut self.dialog, self.pages.last_mut()) {
            (Some(open), _) => open.dialog.paste(&text),
            (None, Some(page)) => page.paste(&text, &view),
            (None, None) => Vec::new(),
        }
    }

    fn news(&mut self, news: News, now: Timestamp, out: &mut Vec<Outgoing>) {
        match self.told.hear(news, now) {
            Follow::Nothing => {}
            Follow::Opened(run) => self.opened(run, now, out),
            Follow::Lost(run, why) => {
                self.message = Some((Role::Warn, format!("read the run afresh: {why}")));
                out.push(Outgoing::Ask(Ask::Open { run }));
            }
            Follow::Refused(why) => {
                self.message = Some((Role::Warn, format!("not done: {why}")));
            }
            Follow::Notice(text) => self.message = Some((Role::Warn, text)),
        }
        let view = view(&self.told, &self.look, self.small, now);
        if let Some(why) = self.dialog.as_ref().and_then(|open| open.dialog.outdated(&view)) {
            self.dialog = None;
            self.message = Some((Role::Warn, why));
        }
        for page in &mut self.pages {
            page.told(&view);
        }
    }

    fn opened(&mut self, run: String, now: Timestamp, out: &mut Vec<Outgoing>) {
        if self.pages.iter().any(|page| page.run() == Some(&run)) {
            return;
        }
        let Some(page) = self.pages.last() else { return };
        if self.dialog.is_some() || !page.awaits_run() {
            let text = format!("run {run} was opened: it is on the first page");
            self.message = Some((Role::Warn, text));
            return;
        }
        let page = Box::new(RunPage::new(run));
        let moves = if self.pages.len() > 1 { Move::Replace(page) } else { Move::Open(page) };
        self.carry_out(vec![moves], now, out);
    }

    fn carry_out(&mut self, moves: Vec<Move>, now: Timestamp, out: &mut Vec<Outgoing>) {
        let mut waiting: std::collections::VecDeque<_> = moves.into();
        for _ in 0..MOVES {
            let Some(next) = waiting.pop_front() else { return };
            match next {
                Move::Ask(ask) => self.ask(ask, out),
                Move::Open(page) => self.pages.push(page),
                Move::Replace(page) => {
                    self.pages.pop();
                    self.pages.push(page);
                }
                Move::Back => self.back(out),
                Move::Dialog(dialog) => {
                    self.dialog = Some(Opened { dialog, since: now, drawn: false });
                }
                Move::Close => self.dialog = None,
                Move::Do(action) => waiting.extend(self.act(action, now)),
                Move::Say(role, text) => self.message = Some((role, text)),
                Move::Quit => out.push(Outgoing::Quit),
            }
        }
    }

    fn ask(&mut self, ask: Ask, out: &mut Vec<Outgoing>) {
        match &ask {
            Ask::Plan { .. } => self.told.plan = None,
            // What was found before is not what is there now.
            Ask::Scan { .. }
                if self.told.scan.as_ref().is_some_and(|scan| scan.report.is_some()) =>
            {
                self.told.scan = None;
            }
            Ask::Tell { run, command } if goes_on(command) => {
                if let Some(watched) = self.told.runs.get_mut(run) {
                    watched.waits = true;
                }
            }
            _ => {}
        }
        out.push(Outgoing::Ask(ask));
    }

    fn back(&mut self, out: &mut Vec<Outgoing>) {
        if self.pages.len() > 1 {
            self.pages.pop();
            if self.pages.len() == 1 {
                out.push(Outgoing::Ask(Ask::Home {}));
            }
        }
    }

    fn act(&mut self, action: Action, now: Timestamp) -> Vec<Move> {
        let view = view(&self.told, &self.look, self.small, now);
        let Some(page) = self.pages.last_mut() else { return Vec::new() };
        if action == Action::Back && self.told.trouble.is_some() {
            self.told.trouble = None;
            return Vec::new();
        }
        if let Some(why) = page.refuses(action, &view) {
            return vec![Move::Say(Role::Warn, why)];
        }
        let scope = page.scope();
        match action {
            Action::Quit => vec![Move::Dialog(Box::new(Quit))],
            Action::Palette => vec![Move::Dialog(Box::new(Palette::new(page.as_ref(), &view)))],
            Action::Help if scope == Scope::Help => vec![Move::Back],
            Action::Help => vec![Move::Open(Box::new(Help::of(scope)))],
            Action::Journal => {
                let run = page.run().cloned();
                vec![Move::Ask(Ask::Journal {}), Move::Open(Box::new(JournalPage::new(run)))]
            }
            Action::Compliance => {
                let scan = Move::Ask(Ask::Scan { profile: None });
                vec![scan, Move::Open(Box::new(CompliancePage::default()))]
            }
            Action::Rollout => {
                vec![Move::Ask(Ask::Home {}), Move::Open(Box::new(RolloutPage::default()))]
            }
            Action::Report => match page.run().cloned() {
                Some(run) => ReportPage::open(run),
                None => Vec::new(),
            },
            _ => page.act(action, &view),
        }
    }

    /// What becomes of runs that are being walked when this console leaves.
    pub fn farewell(&self) -> Vec<String> {
        let going_on = self.told.going_on().map(|run| {
            let id = &run.id;
            match (&self.told.pilot, self.told.watching, self.told.stays) {
                (Some(pilot), true, _) => {
                    format!("{pilot} commands run {id}. `muster attach {id}` watches again.")
                }
                (None, true, _) => format!(
                    "Nobody commands run {id}: it goes on until it needs someone. `muster attach \
                     {id}` comes back."
                ),
                (_, false, true) => {
                    format!("Run {id} goes on until it needs you. `muster attach {id}` comes back.")
                }
                (_, false, false) => format!("`muster resume {id}` goes on."),
            }
        });
        going_on.collect()
    }

    /// Draws the screen. Safe at any size.
    pub fn draw(&mut self, frame: &mut Frame<'_>, now: Timestamp) {
        let area = frame.area();
        if area.is_empty() {
            return;
        }
        self.small = area.width < SMALL.0 || area.height < SMALL.1;
        let view = view(&self.told, &self.look, self.small, now);
        let mut canvas = Canvas { buffer: frame.buffer_mut(), theme: view.theme };
        let run = run_of(&self.pages, &view);
        let head = banner::draw(area, &mut canvas, &view, run);
        let rest = rows(area, head, area.height);
        let rest = draw_trouble(rest, &mut canvas, &self.told);
        let hint = self.dialog.as_ref().map(|open| open.dialog.hint());
        if let Some(page) = self.pages.last_mut() {
            let foot = footer::draw(rest, &mut canvas, &view, page.as_ref(), hint, &self.message);
            let body = rows(rest, 0, rest.height - foot);
            page.draw(body, &mut canvas, &view);
            if let Some(open) = &mut self.dialog {
                let before = open.drawn;
                open.drawn = open.dialog.draw(body, &mut canvas, &view);
                if open.drawn && !before {
                    // What could not be read until now is read for half a second first.
                    open.since = now;
                }
            }
        }
        paint::scrub(frame.buffer_mut());
    }
}

fn view<'a>(told: &'a Told, look: &'a Look, small: bool, now: Timestamp) -> View<'a> {
    View { told, look, theme: Theme { colour: look.colour }, now, small }
}

/// The run of the page that is shown, or of the one below it.
fn run_of<'a>(pages: &[Box<dyn Page>], view: &View<'a>) -> Option<&'a Run> {
    let id = pages.iter().rev().find_map(|page| page.run())?;
    view.watched(id).map(|watched| &watched.run)
}

fn draw_trouble(area: Rect, canvas: &mut Canvas<'_>, told: &Told) -> Rect {
    let Some(text) = &told.trouble else { return area };
    let lines = wrap(&format!("TROUBLE: {text} (Esc)"), usize::from(area.width));
    let height = cells(lines.len()).min(area.height / 3).max(1).min(area.height);
    for (at, line) in lines.iter().take(usize::from(height)).enumerate() {
        canvas.bar(rows(area, cells(at), 1), Role::Bad, line);
    }
    rows(area, height, area.height)
}
