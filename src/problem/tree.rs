//! TOML as a tree that knows where each key and value stands.

use std::ops::Range;

use toml::de::{DeTable, DeValue};
use toml::value::Datetime;

use super::{Code, Findings, MAX_BYTES, Source, hygiene};

/// The most errors of syntax that are told of one file.
const MAX_SYNTAX: usize = 10;

/// A value and its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub shape: Shape,
    pub span: Range<usize>,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    Text(String),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    Time(Datetime),
    List(Vec<Node>),
    /// In the order of the file.
    Table(Vec<Entry>),
}

/// A key with its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub key: String,
    pub key_span: Range<usize>,
    pub value: Node,
}

impl Node {
    /// Reads a file; `None` when it is not TOML.
    pub(crate) fn read(source: &Source, findings: &mut Findings) -> Option<Self> {
        let size = source.text.len();
        if size > MAX_BYTES {
            let what =
                format!("the file has {size} bytes, more than the {MAX_BYTES} that are read");
            findings.error(Code::TooLarge, 0..0, what).help("split it into several files");
            return None;
        }
        let (table, errors) = DeTable::parse_recoverable(&source.text);
        // After a few, the rest only says again that a text has no end.
        for error in errors.iter().take(MAX_SYNTAX) {
            findings.error(Code::Syntax, error.span().unwrap_or(0..0), error.message());
        }
        let tree = Self { shape: entries(table.get_ref(), findings), span: 0..0 };
        let is_whole = errors.is_empty();
        hygiene::inspect(source, is_whole.then_some(&tree), findings);
        is_whole.then_some(tree)
    }

    fn of(value: &DeValue<'_>, span: Range<usize>, findings: &mut Findings) -> Self {
        let shape = match value {
            DeValue::String(text) => Shape::Text(text.clone().into_owned()),
            DeValue::Integer(number) => {
                let read = i64::from_str_radix(number.as_str(), number.radix());
                Shape::Integer(read.unwrap_or_else(|_| {
                    findings.error(
                        Code::OutOfRange,
                        span.clone(),
                        "the number has too many digits",
                    );
                    0
                }))
            }
            DeValue::Float(number) => {
                let read = number.as_str().parse().ok().filter(|number: &f64| number.is_finite());
                Shape::Float(read.unwrap_or_else(|| {
                    findings.error(Code::WrongType, span.clone(), "this is no finite number");
                    0.0
                }))
            }
            DeValue::Boolean(yes) => Shape::Boolean(*yes),
            DeValue::Datetime(time) => Shape::Time(*time),
            DeValue::Array(items) => Shape::List(
                items.iter().map(|item| Self::of(item.get_ref(), item.span(), findings)).collect(),
            ),
            DeValue::Table(table) => entries(table, findings),
        };
        Self { shape, span }
    }

    /// What kind of value it is, for people.
    pub(crate) fn kind(&self) -> &'static str {
        match self.shape {
            Shape::Text(_) => "a text",
            Shape::Integer(_) => "a whole number",
            Shape::Float(_) => "a number with a fraction",
            Shape::Boolean(_) => "true or false",
            Shape::Time(_) => "a date or time",
            Shape::List(_) => "a list",
            Shape::Table(_) => "a table",
        }
    }

    /// The text, when it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.shape {
            Shape::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The entries, when it is a table.
    pub(crate) fn table(&self) -> Option<&[Entry]> {
        match &self.shape {
            Shape::Table(entries) => Some(entries),
            _ => None,
        }
    }
}

fn entries(table: &DeTable<'_>, findings: &mut Findings) -> Shape {
    let mut entries: Vec<_> = table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().clone().into_owned(),
            key_span: key.span(),
            value: Node::of(value.get_ref(), value.span(), findings),
        })
        .collect();
    entries.sort_by_key(|entry| entry.key_span.start);
    Shape::Table(entries)
}
