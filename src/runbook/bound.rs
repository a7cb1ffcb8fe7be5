//! A book with everything filled in: what a run walks, and what it pins.

use std::collections::BTreeMap;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::estate::Environment;
use crate::settings::Target;

/// A book bound to an environment and to parameters. It does not change while it runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bound {
    /// The book, as it was when it was bound.
    pub book: Pinned,
    /// Name of the estate.
    pub estate: String,
    /// SHA-256, in hex, of the estate's text.
    pub estate_sha256: String,
    /// The environment, as it was when it was bound.
    pub environment: Environment,
    /// The parameters, as text.
    pub params: BTreeMap<String, String>,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// Name of the run that it takes back, when it is the way back from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<String>,
}

/// The copy of a book that a run keeps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pinned {
    /// Its name, that of its file: `phase-1-protection`.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its version.
    pub version: semver::Version,
    /// Its kind.
    pub kind: Kind,
    /// Its summary.
    pub summary: String,
    /// How risky it is.
    pub risk: Risk,
    /// How long it takes by the book, in seconds.
    pub duration_seconds: u64,
    /// What it costs, in words.
    pub cost: String,
    /// Who answers for it.
    pub owner: String,
    /// When somebody last read it through.
    pub reviewed: Date,
    /// SHA-256, in hex, of its text.
    pub sha256: String,
    /// The books that have to have succeeded before it; of a way back, the books that it takes back.
    #[serde(default)]
    pub needs: Vec<String>,
}

/// What a book is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A phase of a rollout.
    Phase,
    /// A restore.
    Restore,
    /// The way back from a phase.
    Rollback,
    /// An exercise that measures.
    Drill,
    /// Only looks.
    Check,
    /// Anything else that is done by the book.
    Procedure,
}

/// How risky a book is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// Nothing is lost whatever happens.
    Low,
    /// Something may stop for a while.
    Medium,
    /// Something may be lost.
    High,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Its id: `pitr`.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Why it is done.
    pub why: String,
    /// What it does.
    pub act: Act,
    /// Why it is left out in this run, when its `when` says so.
    pub left_out: Option<String>,
    /// How long a target may take until it is as wanted, in seconds.
    pub timeout_seconds: u64,
    /// How often a call that was certainly not applied is sent in all.
    pub attempts: u32,
    /// What happens when it fails.
    pub on_failure: OnFailure,
    /// What happens to a target that a rule refuses.
    pub on_refused: OnRefused,
    /// Whether the name must be typed although the danger alone would not ask for it.
    pub type_name: bool,
    /// How long it usually takes, in seconds, when the book says so.
    pub usual_seconds: Option<u64>,
    /// What it costs, in words.
    pub cost: Option<String>,
    /// How it is undone, in words.
    pub undo: Option<String>,
    /// Where to read more.
    pub link: Option<String>,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Bring a setting to a value on every target.
    Set {
        /// Id of the setting.
        setting: String,
        /// The targets, each with its value.
        targets: Vec<Wanted>,
    },
    /// Assert that a setting has a value on every target.
    Check {
        /// Id of the setting.
        setting: String,
        /// The targets, each with its value.
        targets: Vec<Wanted>,
    },
    /// Ask a person to do something or to answer.
    Ask {
        /// What is asked. It may still hold `${steps.ID.answer}`, as a value may.
        text: String,
    },
}

/// A target and the value that is wanted there.
///
/// A text may still hold `${steps.ID.answer}`: it is filled in when the step is reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wanted {
    /// The resource.
    pub on: Target,
    /// The value, in the setting's canonical form. On the way back: the one from before.
    pub to: Value,
    /// The change that is taken back, on the way back from a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<Undoes>,
}

/// A change that is taken back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Undoes {
    /// The value that the change brought about.
    pub value: Value,
    /// Whether another may have made it: nobody saw the run do so.
    #[serde(default)]
    pub doubted: bool,
    /// Whether nobody ever read the change back: a read that does not show it may lag behind.
    #[serde(default)]
    pub unseen: bool,
    /// Whether the run made the resource itself: where that is gone, nothing is left to take back.
    #[serde(default)]
    pub made: bool,
}

/// What happens when a step fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// A person decides: again, skip, or abort.
    #[default]
    Ask,
    /// The run ends.
    Stop,
    /// The run ends, and what it changed is taken back: planned and confirmed like any run.
    Rollback,
}

/// What happens to a target that a rule of AWS refuses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnRefused {
    /// The step fails before anything is sent.
    #[default]
    Stop,
    /// The target is left as it is, and the rule is shown.
    Leave,
}

impl Bound {
    /// The position of the step with this id.
    pub fn position(&self, id: &str) -> Option<usize> {
        self.steps.iter().position(|step| step.id == id)
    }
}

impl Bound {
    /// Fills in the answer of a manual step wherever a later step asks for it.
    pub fn answer(&mut self, id: &str, text: &str) {
        let path = format!("${{steps.{id}.answer}}");
        for step in &mut self.steps {
            match &mut step.act {
                Act::Set { targets, .. } | Act::Check { targets, .. } => {
                    for wanted in targets {
                        wanted.on.name = wanted.on.name.replace(&path, text);
                        fill(&mut wanted.to, &path, text);
                    }
                }
                Act::Ask { text: asked } => *asked = asked.replace(&path, text),
            }
        }
    }
}

fn fill(value: &mut Value, path: &str, text: &str) {
    match value {
        Value::String(string) if string.contains(path) => *string = string.replace(path, text),
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, path, text)),
        Value::Object(fields) => fields.values_mut().for_each(|field| fill(field, path, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The id of the step whose answer a text still waits for.
fn awaited(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("${steps.")?;
    rest.split_once(".answer}").map(|(id, _)| id)
}

fn awaited_in(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => awaited(text),
        Value::Array(items) => items.iter().find_map(awaited_in),
        Value::Object(fields) => fields.values().find_map(awaited_in),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

impl Step {
    /// The id of the step whose answer this one still waits for: it was not given, or left out.
    pub fn waits_for(&self) -> Option<&str> {
        match &self.act {
            Act::Set { targets, .. } | Act::Check { targets, .. } => targets
                .iter()
                .find_map(|wanted| awaited(&wanted.on.name).or_else(|| awaited_in(&wanted.to))),
            Act::Ask { text } => awaited(text),
        }
    }

    /// The setting and the targets, when the step sets or checks one.
    pub fn targets(&self) -> Option<(&str, &[Wanted])> {
        match &self.act {
            Act::Set { setting, targets } | Act::Check { setting, targets } => {
                Some((setting, targets))
            }
            Act::Ask { .. } => None,
        }
    }
}
