//! A profile in one environment: every line of the score, with what is read for it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::profile::{Act, Draft, Profile, RemedyDraft};
use crate::cloud::Place;
use crate::estate::{Environment, Estate};
use crate::runbook::Raised;
use crate::settings::{Kind, Setting, Target};

/// A profile in one environment.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    /// Name of the profile.
    pub profile: String,
    /// SHA-256, in hex, of its text.
    pub sha256: String,
    /// Name of the estate.
    pub estate: String,
    /// Name of the environment.
    pub environment: String,
    /// The account and Region.
    pub place: Place,
    /// The checks, in the order of the file.
    pub entries: Vec<Entry>,
    /// The lines, in the order of the checks.
    pub lines: Vec<Line>,
    /// The lines that cannot be checked, because it is not known what they are about.
    pub blocked: BTreeMap<usize, Blocked>,
}

/// Why a line cannot be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// Why.
    pub why: String,
    /// The IAM actions that are missing, where that is why.
    pub missing: Vec<String>,
}

/// A check as people read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Why it matters.
    pub why: String,
    /// Where to read more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The settings that it reads; none when a person answers it.
    pub settings: Vec<String>,
    /// The kind of resource of its lines, when they are resources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// What brings it to pass.
    pub remedies: Vec<Remedy>,
}

/// What brings a check to pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remedy {
    /// A book of the estate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub book: Option<String>,
    /// The step of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// What a person does, in words.
    #[serde(default, rename = "do", skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// Only for these targets; for all when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on: Vec<String>,
}

/// One line of the score.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Position of its check.
    pub entry: usize,
    /// The resource, or the name of several together.
    pub target: String,
    /// What is read for it, all of which has to be as wanted.
    pub parts: Vec<Part>,
    /// Why it does not apply where it is not as wanted although the resource is there.
    pub exempt: Option<String>,
    /// What a person answers instead.
    pub ask: Option<Manual>,
}

/// What a person answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manual {
    /// What they look at.
    pub ask: String,
    /// Who they are.
    pub who: String,
    /// The book and its manual step whose answer is the evidence.
    pub evidence: Option<(String, String)>,
}

/// One setting of one resource, and what is wanted there.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The setting.
    pub setting: Row,
    /// The resource.
    pub on: Target,
    /// The value.
    pub wanted: Value,
    /// Whether that is only the part of the value that matters.
    pub in_part: bool,
}

/// A row of the table of settings; two are the same when their ids are.
#[derive(Clone, Copy, Debug)]
pub struct Row(pub &'static Setting);

impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id
    }
}

impl Part {
    /// True when the value that was read is what is wanted.
    pub(super) fn is_met(&self, value: &Value) -> bool {
        if self.in_part {
            return holds(value, &self.wanted);
        }
        self.setting.0.is_met(value, &self.wanted)
    }
}

/// True when everything that a part of a value says is so in the value: fields of a table, and for
/// each item of a list another item that holds it.
fn holds(value: &Value, part: &Value) -> bool {
    match (value, part) {
        (Value::Object(value), Value::Object(part)) => {
            part.iter().all(|(key, part)| value.get(key).is_some_and(|value| holds(value, part)))
        }
        (Value::Array(items), Value::Array(part)) => {
            part.iter().all(|part| items.iter().any(|item| holds(item, part)))
        }
        (value, part) => value == part,
    }
}

impl Bound {
    /// What brings a line to pass.
    pub fn remedy(&self, line: &Line) -> Option<&Remedy> {
        self.entries[line.entry].remedy(&line.target)
    }
}

impl Entry {
    /// What brings the line of this target to pass.
    pub fn remedy(&self, target: &str) -> Option<&Remedy> {
        self.remedies
            .iter()
            .find(|remedy| remedy.on.is_empty() || remedy.on.iter().any(|on| on == target))
    }
}

impl Remedy {
    /// In words: the book and its step, or what a person does.
    pub fn in_words(&self) -> String {
        match (&self.book, &self.step, &self.words) {
            (Some(book), Some(step), _) => format!("book {book}, step {step}"),
            (Some(book), None, _) => format!("book {book}"),
            (None, _, Some(words)) => words.clone(),
            (None, _, None) => String::new(),
        }
    }
}

/// Fills everything in, and raises what is wrong in this environment.
pub(super) fn bind(
    profile: &Profile,
    estate: &Estate,
    environment: &Environment,
    raised: &mut Vec<Raised>,
) -> Bound {
    let mut bound = Bound {
        profile: profile.name.clone(),
        sha256: profile.sha256.clone(),
        estate: estate.name.clone(),
        environment: environment.name.clone(),
        place: environment.place.clone(),
        entries: Vec::with_capacity(profile.checks.len()),
        lines: Vec::new(),
        blocked: BTreeMap::new(),
    };
    for (entry, draft) in profile.checks.iter().enumerate() {
        bound.entries.push(entry_of(draft, environment));
        lines(draft, entry, environment, &mut bound.lines, raised);
    }
    bound
}

fn entry_of(draft: &Draft, environment: &Environment) -> Entry {
    let parts = match &draft.act {
        Act::Read(parts) => parts.as_slice(),
        Act::Ask { .. } => &[],
    };
    let remedy = |draft: &RemedyDraft| Remedy {
        book: draft.book.clone(),
        step: draft.step.clone(),
        words: draft.words.clone(),
        on: draft.on.iter().flat_map(|text| text.names(environment)).collect(),
    };
    Entry {
        id: draft.id.clone(),
        title: draft.title.clone(),
        why: draft.why.clone(),
        link: draft.link.clone(),
        settings: parts.iter().map(|part| part.setting().id.to_owned()).collect(),
        kind: parts.first().filter(|_| draft.together.is_none()).map(|part| part.setting().kind),
        remedies: draft.remedies.iter().map(remedy).collect(),
    }
}

fn lines(
    draft: &Draft,
    entry: usize,
    environment: &Environment,
    all: &mut Vec<Line>,
    raised: &mut Vec<Raised>,
) {
    let together = draft.together.as_ref().map(|text| text.names(environment).join(", "));
    match &draft.act {
        Act::Read(assertions) => {
            let parts = assertions.iter().flat_map(|assertion| {
                let wanted = assertion.bind(environment, raised).unwrap_or_default();
                wanted.into_iter().map(|wanted| Part {
                    setting: Row(assertion.setting()),
                    on: wanted.on,
                    wanted: wanted.to,
                    in_part: assertion.is_in_part(),
                })
            });
            let line = |target: String, parts: Vec<Part>| {
                let exempt = draft.exempt.as_ref().filter(|exempt| {
                    exempt.on.iter().any(|text| text.names(environment).contains(&target))
                });
                let exempt = exempt.map(|exempt| exempt.why.clone());
                Line { entry, target, parts, exempt, ask: None }
            };
            match together {
                Some(name) => all.push(line(name, parts.collect())),
                None => all.extend(parts.map(|part| line(part.on.name.clone(), vec![part]))),
            }
        }
        Act::Ask { ask, who, on, evidence } => {
            let manual = Manual { ask: ask.clone(), who: who.clone(), evidence: evidence.clone() };
            let line = |target: String| Line {
                entry,
                target,
                parts: Vec::new(),
                exempt: None,
                ask: Some(manual.clone()),
            };
            match together {
                Some(name) => all.push(line(name)),
                None => {
                    all.extend(on.iter().flat_map(|text| text.names(environment)).map(line));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_part_of_a_value_holds_where_everything_that_it_says_is_so() {
        let value = json!({ "bucket": "logs", "prefix": "a/", "days": [{ "n": 1, "to": "x" }, { "n": 2 }] });
        for part in [
            json!({}),
            json!({ "bucket": "logs" }),
            json!({ "days": [] }),
            json!({ "days": [{ "n": 2 }, { "to": "x" }] }),
        ] {
            assert!(holds(&value, &part), "{part}");
        }
        for part in [
            json!({ "bucket": "log" }),
            json!({ "none": null }),
            json!({ "days": [{ "n": 3 }] }),
            json!({ "bucket": { "logs": 1 } }),
        ] {
            assert!(!holds(&value, &part), "{part}");
        }
        assert!(!holds(&json!("absent"), &json!({})), "a word is no table");
    }
}
