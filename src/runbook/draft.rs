//! A value as it is written in a book, with paths in its texts.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::scope::Scope;
use super::template::{Got, Path, Template};
use crate::problem::{Code, Findings, Node, Shape};

/// A value before its paths are resolved.
#[derive(Clone, Debug)]
pub(super) enum Draft {
    Text(Template),
    Plain(Value),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
}

impl Draft {
    pub(super) fn read(node: &Node, findings: &mut Findings) -> Self {
        match &node.shape {
            Shape::Text(text) => {
                if text.contains("$${steps.") {
                    let message = "`$${steps.` cannot stand in a value";
                    findings
                        .error(Code::BadPath, node.span.clone(), message)
                        .help("it would be taken for an answer when the step is reached");
                }
                Self::Text(Template::read(text, &node.span, findings))
            }
            Shape::Integer(number) => Self::Plain((*number).into()),
            Shape::Float(number) => Self::Plain((*number).into()),
            Shape::Boolean(yes) => Self::Plain((*yes).into()),
            Shape::Time(time) => Self::Plain(time.to_string().into()),
            Shape::List(items) => {
                Self::List(items.iter().map(|item| Self::read(item, findings)).collect())
            }
            Shape::Table(entries) => {
                let entries = entries.iter().map(|entry| {
                    if entry.key.contains("${") {
                        let message = "a key has no paths";
                        findings.error(Code::MisplacedPath, entry.key_span.clone(), message);
                    }
                    (entry.key.clone(), Self::read(&entry.value, findings))
                });
                Self::Map(entries.collect())
            }
        }
    }

    /// Every text in it.
    pub(super) fn templates(&self) -> Vec<&Template> {
        match self {
            Self::Text(template) => vec![template],
            Self::Plain(_) => Vec::new(),
            Self::List(items) => items.iter().flat_map(Self::templates).collect(),
            Self::Map(entries) => entries.iter().flat_map(|(_, draft)| draft.templates()).collect(),
        }
    }

    /// True when it waits for an answer.
    pub(super) fn waits(&self) -> bool {
        let waits = |t: &&Template| t.paths().any(|(path, _)| matches!(path, Path::Answer(_)));
        self.templates().iter().any(waits)
    }

    /// The value; `None` when a path leads nowhere, which was reported before.
    pub(super) fn resolve(&self, scope: &Scope<'_>) -> Option<Value> {
        Some(match self {
            Self::Text(template) => match template.resolve(scope)? {
                Got::One(value) => value,
                Got::Many(items) => items.into_iter().map(|(_, text)| text).collect(),
            },
            Self::Plain(value) => value.clone(),
            Self::List(items) => {
                let mut list = Vec::with_capacity(items.len());
                for item in items {
                    match item {
                        // A list inside a list is not wanted by anything: its items are.
                        Self::Text(template) => match template.resolve(scope)? {
                            Got::One(value) => list.push(value),
                            Got::Many(items) => {
                                list.extend(items.into_iter().map(|(_, text)| Value::String(text)));
                            }
                        },
                        other => list.push(other.resolve(scope)?),
                    }
                }
                Value::Array(list)
            }
            Self::Map(entries) => {
                let mut map = Map::new();
                for (key, draft) in entries {
                    map.insert(key.clone(), draft.resolve(scope)?);
                }
                Value::Object(map)
            }
        })
    }

    /// As it is written, on one line.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Text(template) => Value::from(template.raw.as_str()).to_string(),
            Self::Plain(value) => value.to_string(),
            Self::List(items) => {
                format!("[{}]", items.iter().map(Self::shown).collect::<Vec<_>>().join(", "))
            }
            Self::Map(entries) => {
                let entry = |(key, draft): &(String, Self)| format!("{key} = {}", draft.shown());
                format!("{{ {} }}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// A bound value with the answers that were given: `${steps.ID.answer}` becomes the answer to the
/// question of step `ID`.
///
/// # Errors
/// The id of a step whose answer is not there yet.
pub fn fill(value: &Value, answers: &BTreeMap<String, String>) -> Result<Value, String> {
    Ok(match value {
        Value::String(text) => Value::String(fill_text(text, answers)?),
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| fill(item, answers)).collect::<Result<_, _>>()?)
        }
        Value::Object(map) => {
            let filled = map.iter().map(|(key, value)| Ok((key.clone(), fill(value, answers)?)));
            Value::Object(filled.collect::<Result<_, String>>()?)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    })
}

/// A text with the answers that were given.
fn fill_text(text: &str, answers: &BTreeMap<String, String>) -> Result<String, String> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${steps.") {
        filled.push_str(before);
        match after.split_once(".answer}").filter(|(id, _)| crate::problem::kebab(id)) {
            Some((id, after)) => {
                filled.push_str(answers.get(id).ok_or(id)?);
                rest = after;
            }
            None => {
                filled.push_str("${steps.");
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn answers_are_filled_in_once() {
        let answers = BTreeMap::from([("who".to_owned(), "${steps.who.answer}".to_owned())]);
        let value = json!({ "a": ["x-${steps.who.answer}-y", 1], "b": "${steps." });
        let filled = json!({ "a": ["x-${steps.who.answer}-y", 1], "b": "${steps." });
        assert_eq!(fill(&value, &answers), Ok(filled));
        assert_eq!(fill(&json!("${steps.when.answer}"), &answers), Err("when".to_owned()));
    }
}
