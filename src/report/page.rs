//! A report as a page: what the templates show, in words.

use askama::Template;
use jiff::Timestamp;
use serde_json::Value;

use super::parts::{AttemptEnd, FoundPart, Report, Role, State, StepPart, TargetPart};
use crate::engine::Mode;
use crate::engine::words::{conclusion_words, value_words};

/// The page as Markdown.
#[derive(Template)]
#[template(path = "run.md")]
struct MarkdownPage<'a> {
    report: &'a Report,
}

/// The page as HTML.
#[derive(Template)]
#[template(path = "run.html")]
struct HtmlPage<'a> {
    report: &'a Report,
}

/// Shown where there is nothing to show.
const NONE: &str = "–";

impl Report {
    /// The report as Markdown.
    pub fn markdown(&self) -> String {
        // Writing to a String cannot fail, and nothing else in the template can.
        MarkdownPage { report: self }.render().unwrap_or_default()
    }

    /// The report as one file of HTML: no script, nothing that is loaded.
    pub fn html(&self) -> String {
        HtmlPage { report: self }.render().unwrap_or_default()
    }

    /// What kind of report it is.
    fn heading(&self) -> &'static str {
        match self.mode {
            Mode::Live => "Report of a run",
            Mode::Drill => "Report of a drill",
            Mode::Practice => "Report of a practice run",
        }
    }

    fn happened_words(&self) -> String {
        let mut letters = self.happened.trim_end_matches('.').chars();
        let first = letters.next().map(char::to_uppercase);
        first.map(|first| first.chain(letters).collect()).unwrap_or_default()
    }

    fn mode_words(&self) -> String {
        self.mode.to_string().to_uppercase()
    }

    /// Whether it was good, for the colour of its headline.
    const fn tone(&self) -> &'static str {
        match self.state {
            State::Succeeded | State::RolledBack => "good",
            State::Failed | State::Stuck => "bad",
            State::Walking
            | State::Reviewing
            | State::Paused
            | State::Aborting
            | State::Aborted => "warn",
        }
    }

    const fn state_words(&self) -> &'static str {
        match self.state {
            State::Walking => "not finished",
            State::Reviewing => "stopped with calls in flight",
            State::Paused => "paused",
            State::Aborting => "being aborted",
            State::Succeeded => "succeeded",
            State::Aborted => "aborted",
            State::Failed => "failed",
            State::Stuck => "stuck",
            State::RolledBack => "rolled back",
        }
    }

    fn totals_words(&self) -> String {
        let totals = &self.totals;
        let parts = [
            (totals.changed, "changed and verified"),
            (totals.no_change, "as wanted already"),
            (totals.passed, "checked"),
            (totals.answered, "answered"),
            (totals.skipped, "skipped"),
            (totals.left_out, "left out"),
            (totals.not_ended, "not ended"),
        ];
        let parts = parts.into_iter().filter(|(count, _)| *count > 0);
        let parts: Vec<_> = parts.map(|(count, what)| format!("{count} {what}")).collect();
        format!("{} steps: {}", totals.steps, parts.join(", "))
    }

    fn took(&self) -> String {
        span(self.seconds)
    }
}

impl Role {
    const fn words(self) -> &'static str {
        match self {
            Self::Began => "began the run",
            Self::TookOver => "took it over",
            Self::Armed => "allowed changes",
            Self::Confirmed => "confirmed",
            Self::SecondPerson => "second person",
            Self::Answered => "answered",
            Self::Skipped => "left out",
            Self::Accepted => "saw what became of the calls in flight",
            Self::Aborted => "ended the run",
            Self::Noted => "wrote notes",
        }
    }
}

impl StepPart {
    const fn what(&self) -> &'static str {
        match (&self.question, &self.setting, self.check) {
            (_, Some(_), true) => "check",
            (_, Some(_), false) => "change",
            (Some(_), None, _) => "question",
            (None, None, _) => "step",
        }
    }

    fn state_words(&self) -> &str {
        match self.state.as_str() {
            "changed" => "changed and verified",
            "no_change" => "everything was as wanted already",
            "passed" => "passed",
            "answered" => "answered",
            "skipped" => "skipped",
            "left_out" => "left out",
            "waiting" => "not reached",
            "failed" => "FAILED",
            other => other,
        }
    }

    fn tone(&self) -> &'static str {
        match self.state.as_str() {
            "changed" | "no_change" | "passed" | "answered" => "good",
            "failed" => "bad",
            _ => "warn",
        }
    }

    fn took(&self) -> String {
        self.seconds.map_or_else(|| NONE.to_owned(), span)
    }
}

impl TargetPart {
    fn before_words(&self) -> String {
        there(self.before.as_ref())
    }

    fn after_words(&self) -> String {
        value_words(&self.after)
    }

    const fn tone(&self) -> &'static str {
        if self.verified { "good" } else { "warn" }
    }
}

impl FoundPart {
    fn so(&self) -> &'static str {
        self.conclusion.map_or("not known yet", conclusion_words)
    }
}

impl AttemptEnd {
    const fn words(self) -> &'static str {
        match self {
            Self::InFlight => "nothing was heard of it yet",
            Self::Answered => "answered",
            Self::NotApplied => "not applied",
            Self::Unknown => "nobody saw the end",
            Self::Done => "nobody saw the end; it was applied",
            Self::NeverHappened => "nobody saw the end; it never happened",
            Self::Partly => "nobody saw the end; it was begun, and goes on where it stopped",
            Self::Differently => "nobody saw the end; it happened differently",
            Self::CannotTell => "nobody saw the end, and it cannot be told",
        }
    }
}

/// A time on the wall; JSON has its fractions.
fn when(at: &Timestamp) -> String {
    format!("{at:.0}")
}

fn there(value: Option<&Value>) -> String {
    value.map_or_else(|| "not there".to_owned(), value_words)
}

fn or_none(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or(NONE)
}

/// Numbers in a row: `1, 2, 5`.
fn numbers(numbers: &[usize]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn joined(texts: &[String]) -> String {
    if texts.is_empty() { NONE.to_owned() } else { texts.join(", ") }
}

/// A word that stands in JSON, for a page.
fn word(value: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().replace('_', " ")
}

/// A span of time: `7 s`, `1 min 2 s`, `1 h 2 min`.
fn span(seconds: i64) -> String {
    let seconds = seconds.max(0);
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => format!("{m} min {s} s"),
        (h, m, _) => format!("{h} h {m} min"),
    }
}
