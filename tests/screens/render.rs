//! A console in a terminal of a given size, its picture as text and as styles.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::{SignedDuration, Timestamp};
use muster::link::{Ask, News};
use muster::tui::{Colour, Console, Input, Look, Outgoing};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::Color;

use crate::fixtures;

/// A console with a clock and a terminal.
pub struct Stage {
    pub console: Console,
    pub now: Timestamp,
    pub out: Vec<Outgoing>,
    terminal: Terminal<TestBackend>,
}

impl Stage {
    pub fn new(colour: Colour, columns: u16, rows: u16) -> Self {
        let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(1));
        let terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        let console = Console::new(Look { colour, zone });
        let mut stage = Self { console, now: fixtures::now(), out: vec![], terminal };
        stage.draw();
        stage
    }

    /// With the first page, and somebody logged in.
    pub fn at_home(colour: Colour, columns: u16, rows: u16) -> Self {
        let mut stage = Self::new(colour, columns, rows);
        stage.news(News::Home(fixtures::home()));
        let expires = Some(stage.now + SignedDuration::from_mins(41));
        stage.news(News::Identity {
            identity: Ok(fixtures::identity()),
            expires,
            skew_seconds: None,
        });
        stage
    }

    /// With a run on the screen.
    pub fn at_run(colour: Colour, columns: u16, rows: u16, run: muster::engine::Run) -> Self {
        let mut stage = Self::at_home(colour, columns, rows);
        stage.news(fixtures::opened(run));
        stage
    }

    pub fn input(&mut self, input: Input) -> &mut Self {
        let out = self.console.update(input, self.now);
        self.out.extend(out);
        self.draw();
        self
    }

    pub fn news(&mut self, news: News) -> &mut Self {
        self.input(Input::News(Box::new(news)))
    }

    /// Presses keys, written as in the help: `Enter`, `Esc`, `Ctrl-s`, `F1`, `a`.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for key in keys.split(' ').filter(|key| !key.is_empty()) {
            self.input(Input::Key(key_event(key)));
        }
        self
    }

    /// Types a text, letter by letter.
    pub fn types(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.input(Input::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
        }
        self
    }

    /// Waits.
    pub fn wait(&mut self, millis: i64) -> &mut Self {
        self.now += SignedDuration::from_millis(millis);
        self.input(Input::Tick)
    }

    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.terminal.backend_mut().resize(columns, rows);
        self.input(Input::Resize(columns, rows));
    }

    pub fn draw(&mut self) {
        let (console, now) = (&mut self.console, self.now);
        self.terminal.draw(|frame| console.draw(frame, now)).unwrap();
    }

    /// What was asked since this was last called.
    pub fn asks(&mut self) -> Vec<Ask> {
        let out = std::mem::take(&mut self.out);
        out.into_iter()
            .filter_map(|out| match out {
                Outgoing::Ask(ask) => Some(ask),
                Outgoing::Quit | Outgoing::Suspend => None,
            })
            .collect()
    }

    pub fn buffer(&self) -> &Buffer {
        self.terminal.backend().buffer()
    }

    pub fn text(&self) -> String {
        let buffer = self.buffer();
        let mut text = String::new();
        for row in buffer.content().chunks(usize::from(buffer.area.width).max(1)) {
            let mut line = String::new();
            let mut skip = 0;
            for cell in row {
                if skip > 0 {
                    skip -= 1;
                    continue;
                }
                skip = unicode_width::UnicodeWidthStr::width(cell.symbol()).saturating_sub(1);
                line.push_str(cell.symbol());
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    /// The styles, row by row, as runs: `3: 0-14 fg=Red bg=White BOLD`.
    pub fn styles(&self) -> String {
        let buffer = self.buffer();
        let mut text = String::new();
        for (y, row) in buffer.content().chunks(usize::from(buffer.area.width).max(1)).enumerate() {
            let mut from = 0;
            for x in 1..=row.len() {
                if x < row.len() && style(&row[x]) == style(&row[from]) {
                    continue;
                }
                let words = style(&row[from]);
                if !words.is_empty() {
                    text.push_str(&format!("{y}: {from}-{}{words}\n", x - 1));
                }
                from = x;
            }
        }
        text
    }
}

fn style(cell: &Cell) -> String {
    let mut words = String::new();
    if cell.fg != Color::Reset {
        words.push_str(&format!(" fg={}", cell.fg));
    }
    if cell.bg != Color::Reset {
        words.push_str(&format!(" bg={}", cell.bg));
    }
    if !cell.modifier.is_empty() {
        words.push_str(&format!(" {:?}", cell.modifier));
    }
    words
}

pub fn key_event(key: &str) -> KeyEvent {
    let (modifiers, name) = match key.strip_prefix("Ctrl-") {
        Some(name) => (KeyModifiers::CONTROL, name),
        None => (KeyModifiers::NONE, key),
    };
    let code = match name {
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "PgUp" => KeyCode::PageUp,
        "PgDn" => KeyCode::PageDown,
        "Tab" => KeyCode::Tab,
        "BackTab" => KeyCode::BackTab,
        "Backspace" => KeyCode::Backspace,
        "F1" => KeyCode::F(1),
        "F2" => KeyCode::F(2),
        "F3" => KeyCode::F(3),
        "F4" => KeyCode::F(4),
        "F5" => KeyCode::F(5),
        "F6" => KeyCode::F(6),
        other => {
            let mut letters = other.chars();
            let (letter, rest) = (letters.next().unwrap(), letters.next());
            assert_eq!(rest, None, "no key is called {other}");
            KeyCode::Char(letter)
        }
    };
    KeyEvent::new(code, modifiers)
}
