//! Texts with paths in them: `${estate.tables}-write-throttled`. A path is only a path, never an
//! expression, and it is resolved by type.

use std::ops::Range;

use serde_json::Value;

use super::scope::Scope;
use crate::estate::Item;
use crate::problem::{Code, Findings, kebab, snake};

/// A text, cut into words and paths.
#[derive(Clone, Debug)]
pub(super) struct Template {
    /// As it is written.
    pub raw: String,
    pub parts: Vec<Part>,
    pub span: Range<usize>,
}

/// A piece of a text.
#[derive(Clone, Debug)]
pub(super) enum Part {
    Words(String),
    Path(Path, Range<usize>),
}

/// What a path leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Path {
    /// `params.NAME`
    Param(String),
    /// `estate.KEY`
    Estate(String),
    /// `env.name` and so on.
    Env(EnvKey),
    /// `each`
    Each,
    /// `steps.ID.answer`
    Answer(String),
    /// `asset.NAME`
    Asset(String),
}

/// What a book can know of the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EnvKey {
    Name,
    Account,
    Region,
    Alias,
}

/// What a text becomes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Got {
    /// One value; of a text that is one path alone, with the type of what it leads to.
    One(Value),
    /// A list: of each text, what it was made for, and the text.
    Many(Vec<(String, String)>),
}

/// The roots of paths, for suggestions.
const ROOTS: &[&str] = &["params", "estate", "env", "each", "steps", "asset"];
pub(super) const ENV_KEYS: &[(&str, EnvKey)] = &[
    ("name", EnvKey::Name),
    ("account", EnvKey::Account),
    ("region", EnvKey::Region),
    ("alias", EnvKey::Alias),
];

impl Template {
    /// Cuts a text; a problem for each path that is none.
    pub(super) fn read(text: &str, span: &Range<usize>, findings: &mut Findings) -> Self {
        let mut parts = Vec::new();
        let mut words = String::new();
        let mut rest = text;
        let mut looked = 0;
        while let Some(at) = rest.find("${") {
            let (before, after) = rest.split_at(at);
            let after = &after[2..];
            // `$${` stands for `${`.
            if let Some(before) = before.strip_suffix('$') {
                words.push_str(before);
                words.push_str("${");
                rest = after;
                continue;
            }
            words.push_str(before);
            let (inside, end) = match after.find('}') {
                Some(end) => (&after[..end], end + 1),
                None => (after, after.len()),
            };
            let place = place(inside, span, &mut looked, findings);
            if end == inside.len() {
                findings
                    .error(Code::BadPath, place, "`${` without a `}`")
                    .help("write `$${` where the text itself should say `${`");
            } else if let Some(path) = path(inside, &place, findings) {
                if !words.is_empty() {
                    parts.push(Part::Words(std::mem::take(&mut words)));
                }
                parts.push(Part::Path(path, place));
            }
            rest = &after[end..];
        }
        words.push_str(rest);
        if !words.is_empty() || parts.is_empty() {
            parts.push(Part::Words(words));
        }
        Self { raw: text.to_owned(), parts, span: span.clone() }
    }

    /// The paths, each with its place.
    pub(super) fn paths(&self) -> impl Iterator<Item = (&Path, &Range<usize>)> {
        self.parts.iter().filter_map(|part| match part {
            Part::Path(path, span) => Some((path, span)),
            Part::Words(_) => None,
        })
    }

    /// What the text becomes; `None` when a path leads nowhere, which was reported before.
    pub(super) fn resolve(&self, scope: &Scope<'_>) -> Option<Got> {
        if let [Part::Path(path, _)] = self.parts.as_slice() {
            return Some(match scope.at(path)? {
                Got::One(value) => Got::One(value),
                Got::Many(items) => Got::Many(items),
            });
        }
        let mut texts = vec![(None, String::new())];
        for part in &self.parts {
            let many = match part {
                Part::Words(words) => Got::One(Value::String(words.clone())),
                Part::Path(path, _) => scope.at(path)?,
            };
            match many {
                Got::One(value) => {
                    let piece = plain(&value);
                    texts.iter_mut().for_each(|(_, text)| text.push_str(&piece));
                }
                Got::Many(items) => {
                    let (_, before) = texts.pop()?;
                    let text =
                        |(each, item): (String, String)| (Some(each), before.clone() + &item);
                    texts = items.into_iter().map(text).collect();
                }
            }
        }
        if let [(None, text)] = texts.as_slice() {
            return Some(Got::One(Value::String(text.clone())));
        }
        Some(Got::Many(
            texts.into_iter().map(|(each, text)| (each.unwrap_or_default(), text)).collect(),
        ))
    }

    /// The text, where only a text can stand.
    pub(super) fn words(&self, scope: &Scope<'_>) -> Option<String> {
        match self.resolve(scope)? {
            Got::One(value) => Some(plain(&value)),
            Got::Many(_) => None,
        }
    }
}

/// A value inside a text.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// An entry of the inventory as a value.
pub(super) fn got(item: &Item) -> Got {
    match item {
        Item::One(name) => Got::One(Value::String(name.clone())),
        Item::Many(names) => {
            Got::Many(names.iter().map(|name| (name.clone(), name.clone())).collect())
        }
    }
}

/// Where a path stands in the file; the whole text, when escapes hide it.
fn place(
    inside: &str,
    span: &Range<usize>,
    looked: &mut usize,
    findings: &Findings,
) -> Range<usize> {
    let raw = findings.slice(span);
    let written = format!("${{{inside}");
    let Some(found) = raw.get(*looked..).and_then(|rest| rest.find(&written)) else {
        return span.clone();
    };
    let start = *looked + found;
    let mut end = start + written.len();
    if raw[end..].starts_with('}') {
        end += 1;
    }
    *looked = end;
    span.start + start..span.start + end
}

fn path(inside: &str, span: &Range<usize>, findings: &mut Findings) -> Option<Path> {
    let parts: Vec<_> = inside.split('.').collect();
    let path = match parts.as_slice() {
        ["asset", name, ..] if !name.is_empty() => Path::Asset(inside["asset.".len()..].to_owned()),
        ["each"] => Path::Each,
        ["params", name] if snake(name) => Path::Param((*name).to_owned()),
        ["estate", key] if snake(key) => Path::Estate((*key).to_owned()),
        ["steps", id, "answer"] if kebab(id) => Path::Answer((*id).to_owned()),
        ["env", key] if snake(key) => {
            let Some((_, key)) = ENV_KEYS.iter().find(|(name, _)| name == key) else {
                let message = format!("there is no `${{{inside}}}`");
                findings
                    .error(Code::UnknownPath, span.clone(), message)
                    .suggest(key, ENV_KEYS.iter().map(|(name, _)| *name));
                return None;
            };
            Path::Env(*key)
        }
        [root, ..] if snake(root) && !ROOTS.contains(root) => {
            findings
                .error(Code::UnknownPath, span.clone(), format!("no path begins with `{root}`"))
                .suggest(root, ROOTS.iter().copied());
            return None;
        }
        _ => {
            findings
                .error(Code::BadPath, span.clone(), format!("`${{{inside}}}` is no path"))
                .help(
                    "a path is `${params.NAME}`, `${estate.KEY}`, `${env.name}`, `${each}`, \
                `${asset.FILE}` or `${steps.ID.answer}`, and never an expression",
                );
            return None;
        }
    };
    Some(path)
}
