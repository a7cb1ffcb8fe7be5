//! Problems in the files that people write, each with its place: file, line, column and caret.
//!
//! Books and estates are read with the same few tools, so a slip is reported in the same way
//! wherever it is made: a stable code, a sentence, what to do, and the text it is about.

mod code;
mod fields;
mod hygiene;
mod tree;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use serde_json::{Value, json};

pub use code::Code;
pub(crate) use fields::{Fields, Findings, kebab, list, nearest, snake, text_of, wrong};
pub(crate) use tree::{Entry, Node, Shape};

use crate::text::{is_hidden, visible};

/// The longest file that is read, in bytes. A book of this size is no longer read by people.
pub const MAX_BYTES: usize = 256 * 1024;

/// A file as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Where it is, as shown to people: `runbooks/sitelogix/phase-1-protection.toml`.
    pub path: String,
    /// Its name: of a book that of its file, of an estate that of its folder.
    pub name: String,
    /// What it says.
    pub text: String,
}

/// How much a problem weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It works, but probably not as meant.
    Warning,
    /// The file cannot be used.
    Error,
}

/// Something that is wrong with a file.
#[derive(Clone)]
pub struct Problem {
    /// How much it weighs.
    pub severity: Severity,
    /// What kind of problem it is.
    pub code: Code,
    /// What is wrong, as a fragment.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The bytes of the text that it is about.
    pub span: Range<usize>,
    file: NamedSource<Arc<str>>,
}

impl Problem {
    /// The file it is in, as shown to people.
    pub fn path(&self) -> &str {
        self.file.name()
    }

    /// Line and column of its beginning, both from 1; the column counts characters.
    pub fn position(&self) -> (usize, usize) {
        let text = self.file.inner();
        let before = text.get(..self.span.start).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
        (line, column)
    }

    /// True when the file cannot be used because of it.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The problem for programs: file, line, column, severity, code, message, help.
    pub fn to_json(&self) -> Value {
        let (line, column) = self.position();
        json!({
            "file": self.path(),
            "line": line,
            "column": column,
            "severity": self.severity.to_string(),
            "code": self.code.as_str(),
            "message": self.message,
            "help": self.help,
        })
    }
}

/// The text as it may be shown: what a terminal obeys or a reader cannot see is replaced by marks
/// of the same length in bytes, so that every span still fits.
fn showable(text: &str) -> Arc<str> {
    if !text.chars().any(|c| is_hidden(c) && c != '\n') {
        return text.into();
    }
    let mark = |c: char| match c.len_utf8() {
        1 => "?",
        2 => "\u{bf}",
        3 => "\u{fffd}",
        _ => "?\u{fffd}",
    };
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => shown.push(c),
            '\r' | '\t' => shown.push(' '),
            c if is_hidden(c) => shown.push_str(mark(c)),
            c => shown.push(c),
        }
    }
    shown.into()
}

impl Source {
    /// The file as problems show it.
    fn shown(&self) -> NamedSource<Arc<str>> {
        NamedSource::new(visible(&self.path), showable(&self.text))
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.position();
        let Self { severity, code, message, .. } = self;
        write!(f, "{}:{line}:{column}: {severity} {code}: {message}", self.path())
    }
}

impl std::error::Error for Problem {}

impl Diagnostic for Problem {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Warning => miette::Severity::Warning,
            Severity::Error => miette::Severity::Error,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.file)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(None, self.span.clone()))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_keeps_every_place() {
        let text = "a\u{1b}b\u{ad}c\u{202e}d\u{e0041}e\r\n";
        let shown = showable(text);
        assert_eq!(shown.len(), text.len());
        assert_eq!(&*shown, "a?b\u{bf}c\u{fffd}d?\u{fffd}e \n");
    }

    #[test]
    fn a_position_counts_characters_from_one() {
        let source = Source { path: "x".into(), name: "x".into(), text: "a = 1\nü = é".into() };
        let mut findings = Findings::new(&source);
        findings.error(Code::UnknownKey, 9..11, "no such key");
        let problem = &findings.into_problems()[0];
        assert_eq!(problem.position(), (2, 3));
        assert_eq!(problem.to_json()["code"], "unknown-key");
    }
}
