//! A value as it is written in a book, with paths in its texts.

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
