//! Parameters: what a person is asked for before a book is bound, and what they may say.

use std::ops::Range;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::problem::{Code, Entry, Fields, Findings, Node, Shape, snake, text_of, wrong};
use crate::text::is_hidden;

/// Keys of a parameter.
pub(super) const KEYS: &[&str] = &["type", "help", "default", "min", "max", "one_of"];
/// The kinds of parameters, as they are written.
pub(super) const KINDS: &[&str] =
    &["text", "email", "integer", "boolean", "choice", "table", "bucket", "time"];
/// The longest text that is taken: longer than any name or address of AWS.
const LONGEST: usize = 1024;

/// Something that a person gives when the book is bound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Param {
    /// Its name: `alert_email`.
    pub name: String,
    /// What can be given.
    pub kind: ParamKind,
    /// What it is for.
    pub help: String,
    /// What is taken when nothing is given; without it something must be given.
    pub default: Option<String>,
    /// Where it stands in the book.
    #[serde(skip)]
    pub(super) span: Range<usize>,
}

/// What can be given for a parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParamKind {
    /// Any text.
    Text,
    /// A mail address.
    Email,
    /// A whole number.
    Integer {
        /// The least.
        min: i64,
        /// The greatest.
        max: i64,
    },
    /// `true` or `false`.
    Boolean,
    /// One of a few texts.
    Choice(Vec<String>),
    /// The name of a table; the console lists those of the account.
    Table,
    /// The name of a bucket; the console lists those of the account.
    Bucket,
    /// A moment, with its offset from UTC: `2026-11-01T03:00:00Z`.
    Time,
}

impl Param {
    /// The value of what was typed, with the type of the parameter's kind.
    ///
    /// # Errors
    /// Why it cannot be taken, as a fragment.
    pub fn check(&self, text: &str) -> Result<Value, String> {
        if text.trim().is_empty() {
            return Err("nothing was given".to_owned());
        }
        if text.len() > LONGEST {
            return Err(format!("it is longer than {LONGEST} bytes"));
        }
        if text.chars().any(is_hidden) {
            return Err("it holds a character that nobody sees".to_owned());
        }
        if text.contains("${") {
            return Err("it holds `${`, which begins a path".to_owned());
        }
        let fits = |is: bool, what: &str| if is { Ok(text.into()) } else { Err(what.to_owned()) };
        match &self.kind {
            ParamKind::Text => Ok(text.into()),
            ParamKind::Email => fits(is_email(text), "it is no mail address: name@example.com"),
            ParamKind::Integer { min, max } => match text.parse::<i64>() {
                Ok(number) if (min..=max).contains(&&number) => Ok(number.into()),
                Ok(_) => Err(format!("it is not from {min} to {max}")),
                Err(_) => Err("it is no whole number".to_owned()),
            },
            ParamKind::Boolean => match text {
                "true" => Ok(true.into()),
                "false" => Ok(false.into()),
                _ => Err("it is neither `true` nor `false`".to_owned()),
            },
            ParamKind::Choice(choices) => {
                let what = format!("it is none of {}", choices.join(", "));
                fits(choices.iter().any(|choice| choice == text), &what)
            }
            ParamKind::Table => {
                let what = "a table is called by 3 to 255 letters, digits, `_`, `-` and `.`";
                let is_part = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
                fits((3..=255).contains(&text.len()) && text.chars().all(is_part), what)
            }
            ParamKind::Bucket => {
                let what = "a bucket is called by 3 to 63 small letters, digits, `-` and `.`";
                let is_end = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
                let is_part = |c: char| is_end(c) || c == '-' || c == '.';
                let is_name = (3..=63).contains(&text.len())
                    && text.chars().all(is_part)
                    && text.starts_with(is_end)
                    && text.ends_with(is_end);
                fits(is_name, what)
            }
            ParamKind::Time => match text.parse::<Timestamp>() {
                Ok(time) => Ok(time.to_string().into()),
                Err(_) => Err("it is no moment with an offset: 2026-11-01T03:00:00Z".to_owned()),
            },
        }
    }

    /// A text that could be given, for whoever only wants to see what a book does.
    pub fn example(&self) -> String {
        match self.sample().0 {
            Value::String(text) => text,
            value => value.to_string(),
        }
    }

    /// A value that could be given, and whether it is the default.
    pub(super) fn sample(&self) -> (Value, bool) {
        if let Some(value) = self.default.as_ref().and_then(|text| self.check(text).ok()) {
            return (value, true);
        }
        let value = match &self.kind {
            ParamKind::Text => "sample".into(),
            ParamKind::Email => "someone@example.com".into(),
            ParamKind::Integer { min, max } => 1.clamp(*min, *max).into(),
            ParamKind::Boolean => true.into(),
            ParamKind::Choice(choices) => choices.first().cloned().unwrap_or_default().into(),
            ParamKind::Table => "sample-table".into(),
            ParamKind::Bucket => "sample-bucket".into(),
            ParamKind::Time => "2026-01-01T00:00:00Z".into(),
        };
        (value, false)
    }

    pub(super) fn read(entry: &Entry, findings: &mut Findings) -> Option<Self> {
        if !snake(&entry.key) {
            let message = format!("a parameter cannot be called `{}`", entry.key);
            findings
                .error(Code::BadName, entry.key_span.clone(), message)
                .help("use small letters, digits and underscores: `alert_email`");
        }
        let fields = Fields::of(&entry.value, "a parameter", KEYS, findings)?;
        let kind = kind(&fields, findings);
        let help = fields.need_text("help", findings);
        let param = Self {
            name: entry.key.clone(),
            kind: kind?,
            help: help?.0.to_owned(),
            default: fields.get("default").and_then(|node| default(node, findings)),
            span: entry.key_span.clone(),
        };
        if let (Some(text), Some(node)) = (&param.default, fields.get("default"))
            && let Err(why) = param.check(text)
        {
            let message = format!("the default does not fit: {why}");
            findings.error(Code::BadParam, node.span.clone(), message);
        }
        Some(param)
    }
}

/// A default is a text, or a number or true or false as TOML writes it.
fn default(node: &Node, findings: &mut Findings) -> Option<String> {
    match &node.shape {
        Shape::Text(text) => Some(text.clone()),
        Shape::Integer(number) => Some(number.to_string()),
        Shape::Boolean(yes) => Some(yes.to_string()),
        _ => wrong("default", "a text, a whole number, or true or false", node, findings),
    }
}

fn kind(fields: &Fields<'_>, findings: &mut Findings) -> Option<ParamKind> {
    fields.need("type", findings)?;
    let names: Vec<_> = KINDS.iter().map(|name| (*name, *name)).collect();
    let name = fields.choice("type", &names, findings)?;
    for (key, of) in [("min", "integer"), ("max", "integer"), ("one_of", "choice")] {
        if let Some(entry) = fields.entry(key).filter(|_| name != of) {
            let message = format!("`{key}` goes with a parameter of type `{of}`");
            findings.error(Code::StrayKey, entry.key_span.clone(), message);
        }
    }
    Some(match name {
        "email" => ParamKind::Email,
        "integer" => {
            let any = i64::MIN..=i64::MAX;
            let min = fields.integer("min", any.clone(), findings).unwrap_or(i64::MIN);
            let max = fields.integer("max", any, findings).unwrap_or(i64::MAX);
            if min > max {
                let span = fields.get("max")?.span.clone();
                findings.error(Code::OutOfRange, span, "`max` is less than `min`");
                return None;
            }
            ParamKind::Integer { min, max }
        }
        "boolean" => ParamKind::Boolean,
        "choice" => ParamKind::Choice(choices(fields.need("one_of", findings)?, findings)?),
        "table" => ParamKind::Table,
        "bucket" => ParamKind::Bucket,
        "time" => ParamKind::Time,
        _ => ParamKind::Text,
    })
}

fn choices(node: &Node, findings: &mut Findings) -> Option<Vec<String>> {
    let Shape::List(items) = &node.shape else {
        return wrong("one_of", "a list of texts", node, findings);
    };
    if items.is_empty() {
        findings.error(Code::Empty, node.span.clone(), "`one_of` is empty");
        return None;
    }
    items.iter().map(|item| text_of("one_of", item, findings).map(str::to_owned)).collect()
}

fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.rsplit_once('@') else { return false };
    let is_word = |c: char| c.is_ascii_graphic() && !"\"(),:;<>@[\\]".contains(c);
    text.len() <= 254
        && !name.is_empty()
        && name.chars().all(is_word)
        && domain.contains('.')
        && domain.split('.').all(|part| !part.is_empty())
        && domain.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn param(kind: ParamKind) -> Param {
        Param { name: "x".into(), kind, help: "h".into(), default: None, span: 0..0 }
    }

    #[test]
    fn each_kind_takes_what_it_means() {
        let check = |kind: &ParamKind, text: &str| param(kind.clone()).check(text).ok();
        assert_eq!(check(&ParamKind::Email, "ops@example.com"), Some("ops@example.com".into()));
        assert_eq!(check(&ParamKind::Email, "ops@example"), None);
        let days = ParamKind::Integer { min: 1, max: 35 };
        assert_eq!(check(&days, "35"), Some(35.into()));
        assert_eq!(check(&days, "36"), None);
        assert_eq!(check(&ParamKind::Boolean, "true"), Some(true.into()));
        assert_eq!(check(&ParamKind::Boolean, "yes"), None);
        assert_eq!(check(&ParamKind::Bucket, "Upper"), None);
        assert_eq!(check(&ParamKind::Table, "Upper.lower-1_2"), Some("Upper.lower-1_2".into()));
        let utc = Some("2026-11-01T02:00:00Z".into());
        assert_eq!(check(&ParamKind::Time, "2026-11-01T03:00:00+01:00"), utc);
        assert_eq!(check(&ParamKind::Time, "2026-11-01T03:00:00"), None);
        assert_eq!(check(&ParamKind::Text, "a${b}"), None);
        assert_eq!(check(&ParamKind::Text, "a\u{202e}b"), None);
    }

    #[test]
    fn every_sample_is_accepted() {
        let kinds = [
            ParamKind::Text,
            ParamKind::Email,
            ParamKind::Integer { min: 5, max: 7 },
            ParamKind::Boolean,
            ParamKind::Choice(vec!["a".into()]),
            ParamKind::Table,
            ParamKind::Bucket,
            ParamKind::Time,
        ];
        for kind in kinds {
            let param = param(kind);
            let (sample, _) = param.sample();
            assert!(param.check(&super::super::template::plain(&sample)).is_ok(), "{param:?}");
        }
    }
}
