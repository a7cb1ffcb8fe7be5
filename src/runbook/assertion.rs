//! What a check asserts where it stands in no book: a setting, its targets, and the value, whole
//! (`is`) or in part (`has`).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::bind::{self, Raised};
use super::bound::Wanted;
use super::draft::Draft;
use super::refs;
use super::scope::Scope;
use super::template::{Got, Template};
use super::verb::{self, Aim};
use crate::estate::{Environment, Estate};
use crate::problem::{Code, Fields, Findings, Node, Shape, wrong};
use crate::settings::Setting;

/// The keys of an assertion.
pub(crate) const KEYS: &[&str] = &["check", "on", "is", "has"];

/// A setting, its targets, and what its value is to be.
#[derive(Clone, Debug)]
pub(crate) struct Assertion(Aim);

/// One text with paths, as it is written.
#[derive(Clone, Debug)]
pub(crate) struct Text(Template);

impl Assertion {
    pub(crate) fn read(fields: &Fields<'_>, findings: &mut Findings) -> Option<Self> {
        fields.need("check", findings)?;
        let setting = verb::setting("check", fields, findings);
        let on = fields.need("on", findings).and_then(|node| verb::targets(node, findings));
        let (value, in_part) = match (fields.get("is"), fields.entry("has")) {
            (Some(_), Some(has)) => {
                let span = has.key_span.clone();
                findings
                    .error(Code::StrayKey, span, "`has` does not go with `is`")
                    .help("`is` gives the whole value, `has` the part of it that matters");
                return None;
            }
            (is, None) => (is.or_else(|| fields.need("is", findings))?, false),
            (None, Some(has)) => (&has.value, true),
        };
        let setting = setting?;
        if in_part {
            part(value, setting, findings)?;
        }
        Some(Self(Aim {
            setting,
            on: on?,
            value: Draft::read(value, findings),
            in_part,
            setting_span: fields.get("check")?.span.clone(),
            value_span: value.span.clone(),
        }))
    }

    /// Reports every path that leads nowhere.
    pub(crate) fn follow(&self, estate: &Estate, findings: &mut Findings) {
        refs::check_aim(&self.0, estate, findings);
    }

    /// The targets in one environment, each with what is wanted there.
    pub(crate) fn bind(
        &self,
        environment: &Environment,
        raised: &mut Vec<Raised>,
    ) -> Option<Vec<Wanted>> {
        let nothing = Nothing::default();
        bind::targets(&self.0, None, &nothing.around(environment), raised)
    }

    pub(crate) const fn setting(&self) -> &'static Setting {
        self.0.setting
    }

    /// Whether what is wanted is only a part of the value.
    pub(crate) const fn is_in_part(&self) -> bool {
        self.0.in_part
    }
}

impl Text {
    /// The names under a key: a text or a list of texts.
    pub(crate) fn several(node: &Node, findings: &mut Findings) -> Option<Vec<Self>> {
        Some(verb::targets(node, findings)?.into_iter().map(Self).collect())
    }

    pub(crate) fn read(text: &str, node: &Node, findings: &mut Findings) -> Self {
        Self(Template::read(text, &node.span, findings))
    }

    /// Reports every path that leads nowhere.
    pub(crate) fn follow(&self, estate: &Estate, findings: &mut Findings) {
        refs::check_text(&self.0, estate, findings);
    }

    /// What it becomes in one environment: one text, or several.
    pub(crate) fn names(&self, environment: &Environment) -> Vec<String> {
        match self.0.resolve(&Nothing::default().around(environment)) {
            Some(Got::One(Value::String(name))) => vec![name],
            Some(Got::One(other)) => vec![other.to_string()],
            Some(Got::Many(items)) => items.into_iter().map(|(_, name)| name).collect(),
            None => Vec::new(),
        }
    }
}

/// What there is outside of a book: no parameters and no assets.
#[derive(Default)]
struct Nothing {
    params: BTreeMap<String, Value>,
    guessed: BTreeSet<String>,
    assets: BTreeMap<String, String>,
}

impl Nothing {
    const fn around<'a>(&'a self, environment: &'a Environment) -> Scope<'a> {
        let Self { params, guessed, assets } = self;
        Scope { environment, assets, params, guessed, each: None }
    }
}

/// A part of a value names fields that the setting has: a slip would be a check that never fails,
/// or one that always does.
fn part(node: &Node, setting: &Setting, findings: &mut Findings) -> Option<()> {
    if node.table().is_none() {
        return wrong("has", "a table with the fields that matter", node, findings);
    }
    let schema = setting.schema().to_value();
    let mut known = BTreeSet::new();
    let mut is_open = false;
    fields_of(&schema, &mut known, &mut is_open);
    if !is_open {
        unknown(node, &known, setting.id, findings);
    }
    Some(())
}

fn fields_of(schema: &Value, known: &mut BTreeSet<String>, is_open: &mut bool) {
    match schema {
        Value::Object(object) => {
            if let Some(Value::Object(properties)) = object.get("properties") {
                known.extend(properties.keys().cloned());
            }
            // Names of one's own: rules by id, dimensions.
            *is_open |= object.get("additionalProperties").is_some_and(|more| *more != false);
            object.values().for_each(|value| fields_of(value, known, is_open));
        }
        Value::Array(items) => items.iter().for_each(|item| fields_of(item, known, is_open)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn unknown(node: &Node, known: &BTreeSet<String>, setting: &str, findings: &mut Findings) {
    match &node.shape {
        Shape::Table(entries) => {
            for entry in entries {
                if !known.contains(&entry.key) {
                    let message = format!("`{}` is no field of `{setting}`", entry.key);
                    findings
                        .error(Code::UnknownKey, entry.key_span.clone(), message)
                        .suggest(&entry.key, known.iter().map(String::as_str));
                }
                unknown(&entry.value, known, setting, findings);
            }
        }
        Shape::List(items) => items.iter().for_each(|item| unknown(item, known, setting, findings)),
        Shape::Text(_)
        | Shape::Integer(_)
        | Shape::Float(_)
        | Shape::Boolean(_)
        | Shape::Time(_) => {}
    }
}
