//! Reading the keys of a table one by one, with a problem for each that does not fit.

use std::ops::Range;
use std::sync::Arc;

use miette::NamedSource;

use super::{Code, Entry, Node, Problem, Severity, Shape, Source};
use crate::text::visible;

/// The problems found so far in one file.
#[derive(Debug)]
pub(crate) struct Findings {
    file: NamedSource<Arc<str>>,
    length: usize,
    problems: Vec<Problem>,
}

/// A problem that was just found, for what remains to be said of it.
pub(crate) struct Found<'f>(&'f mut Problem);

impl Findings {
    pub(crate) fn new(source: &Source) -> Self {
        Self { file: source.shown(), length: source.text.len(), problems: Vec::new() }
    }

    pub(crate) fn error(
        &mut self,
        code: Code,
        span: Range<usize>,
        message: impl AsRef<str>,
    ) -> Found<'_> {
        self.add(Severity::Error, code, span, message.as_ref())
    }

    pub(crate) fn warn(
        &mut self,
        code: Code,
        span: Range<usize>,
        message: impl AsRef<str>,
    ) -> Found<'_> {
        self.add(Severity::Warning, code, span, message.as_ref())
    }

    pub(crate) fn add(
        &mut self,
        severity: Severity,
        code: Code,
        span: Range<usize>,
        message: &str,
    ) -> Found<'_> {
        let end = span.end.min(self.length);
        let span = span.start.min(end)..end;
        let message = visible(message).into_owned();
        let file = self.file.clone();
        self.problems.push(Problem { severity, code, message, help: None, span, file });
        let last = self.problems.len() - 1;
        Found(&mut self.problems[last])
    }

    /// What the file says there.
    pub(crate) fn slice(&self, span: &Range<usize>) -> &str {
        self.file.inner().get(span.clone()).unwrap_or_default()
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.problems.iter().any(Problem::is_error)
    }

    /// The problems, in the order of the file.
    pub(crate) fn into_problems(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|problem| problem.span.start);
        self.problems
    }
}

impl Found<'_> {
    pub(crate) fn help(self, help: impl AsRef<str>) {
        self.0.help = Some(visible(help.as_ref()).into_owned());
    }

    /// Suggests the name that was probably meant, or else lists those that there are.
    pub(crate) fn suggest<'n>(self, name: &str, known: impl IntoIterator<Item = &'n str>) {
        let known: Vec<&str> = known.into_iter().collect();
        match nearest(name, known.iter().copied()) {
            Some(meant) => self.help(format!("did you mean `{meant}`?")),
            None if known.is_empty() => self.help("there are none here"),
            None => self.help(format!("there is {}", list(&known))),
        }
    }
}

/// The name that was probably meant.
pub(crate) fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    known
        .into_iter()
        .map(|known| (likeness(known, name), known))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}

/// How like two names are, from 0 to 1. Two letters that changed places are one slip.
fn likeness(known: &str, name: &str) -> f64 {
    if strsim::osa_distance(known, name) <= 1 { 0.99 } else { strsim::jaro_winkler(known, name) }
}

/// Names for people: `a`, `b` and `c`.
pub(crate) fn list(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// True for `small-words-2`: what ids and file names are made of.
pub(crate) fn kebab(name: &str) -> bool {
    words(name, '-')
}

/// True for `small_words_2`: what parameters and the inventory are named by.
pub(crate) fn snake(name: &str) -> bool {
    words(name, '_')
}

fn words(name: &str, between: char) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.split(between).all(|word| !word.is_empty() && word.chars().all(fits))
}

/// The keys of one table.
pub(crate) struct Fields<'n> {
    entries: &'n [Entry],
    what: &'static str,
    /// Where the table begins, for what is missing in it.
    pub at: Range<usize>,
}

impl<'n> Fields<'n> {
    /// The keys of a table; a problem when it is none.
    pub(crate) fn of(
        node: &'n Node,
        what: &'static str,
        known: &[&str],
        findings: &mut Findings,
    ) -> Option<Self> {
        Self::with_later(node, what, known, &[], findings)
    }

    /// The keys of a table, of which some are of later versions.
    pub(crate) fn with_later(
        node: &'n Node,
        what: &'static str,
        known: &[&str],
        later: &[(&str, &str)],
        findings: &mut Findings,
    ) -> Option<Self> {
        let Some(entries) = node.table() else {
            let message = format!("{what} is a table, not {}", node.kind());
            findings.error(Code::WrongType, node.span.clone(), message);
            return None;
        };
        for entry in entries.iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            if let Some((_, instead)) = later.iter().find(|(key, _)| *key == entry.key) {
                let message = format!("`{}` is not in this version", entry.key);
                findings
                    .error(Code::NotInThisVersion, entry.key_span.clone(), message)
                    .help(instead);
                continue;
            }
            let message = format!("`{}` is no key of {what}", entry.key);
            findings
                .error(Code::UnknownKey, entry.key_span.clone(), message)
                .suggest(&entry.key, known.iter().copied());
        }
        Some(Self { entries, what, at: node.span.clone() })
    }

    pub(crate) fn entry(&self, key: &str) -> Option<&'n Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    pub(crate) fn get(&self, key: &str) -> Option<&'n Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The value of a key that must be there.
    pub(crate) fn need(&self, key: &str, findings: &mut Findings) -> Option<&'n Node> {
        let found = self.get(key);
        if found.is_none() {
            let message = format!("{} has no `{key}`", self.what);
            findings.error(Code::MissingKey, self.at.clone(), message);
        }
        found
    }

    /// A text that is not empty.
    pub(crate) fn text(&self, key: &str, findings: &mut Findings) -> Option<&'n str> {
        text_of(key, self.get(key)?, findings)
    }

    /// A text that is not empty and must be there.
    pub(crate) fn need_text(
        &self,
        key: &str,
        findings: &mut Findings,
    ) -> Option<(&'n str, Range<usize>)> {
        let node = self.need(key, findings)?;
        Some((text_of(key, node, findings)?, node.span.clone()))
    }

    /// One of a few texts.
    pub(crate) fn choice<T: Copy>(
        &self,
        key: &str,
        choices: &[(&str, T)],
        findings: &mut Findings,
    ) -> Option<T> {
        let node = self.get(key)?;
        let text = text_of(key, node, findings)?;
        let found = choices.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
        if found.is_none() {
            let message = format!("`{key}` cannot be `{text}`");
            findings
                .error(Code::UnknownChoice, node.span.clone(), message)
                .suggest(text, choices.iter().map(|(name, _)| *name));
        }
        found
    }

    /// A whole number within limits.
    pub(crate) fn integer(
        &self,
        key: &str,
        limits: std::ops::RangeInclusive<i64>,
        findings: &mut Findings,
    ) -> Option<i64> {
        let node = self.get(key)?;
        let Shape::Integer(number) = node.shape else {
            return wrong(key, "a whole number", node, findings);
        };
        if limits.contains(&number) {
            return Some(number);
        }
        let message = format!("`{key}` is from {} to {}", limits.start(), limits.end());
        findings.error(Code::OutOfRange, node.span.clone(), message);
        None
    }

    /// True or false.
    pub(crate) fn boolean(&self, key: &str, findings: &mut Findings) -> Option<bool> {
        let node = self.get(key)?;
        match node.shape {
            Shape::Boolean(yes) => Some(yes),
            _ => wrong(key, "true or false", node, findings),
        }
    }
}

/// A text that is not empty.
pub(crate) fn text_of<'n>(key: &str, node: &'n Node, findings: &mut Findings) -> Option<&'n str> {
    let Some(text) = node.text() else { return wrong(key, "a text", node, findings) };
    if text.trim().is_empty() {
        findings.error(Code::Empty, node.span.clone(), format!("`{key}` is empty"));
        return None;
    }
    Some(text)
}

/// Reports a value of the wrong type.
pub(crate) fn wrong<T>(key: &str, wanted: &str, node: &Node, findings: &mut Findings) -> Option<T> {
    let message = format!("`{key}` is {wanted}, not {}", node.kind());
    findings.error(Code::WrongType, node.span.clone(), message);
    None
}
