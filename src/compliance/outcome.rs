//! How a check comes out: five ways, of which two say that nobody can tell by reading.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::engine::words::value_words;

/// One line of the score, answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Checked {
    /// Id of the check.
    pub id: String,
    /// The resource, or the name of several together.
    pub target: String,
    /// How it came out.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// How a check comes out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// It is as wanted.
    Pass {},
    /// It is not.
    Fail {
        /// What was found instead, one for each setting that is not as wanted.
        found: Vec<Finding>,
    },
    /// No read can tell: a person answers. Met when there is evidence that one did.
    Manual {
        /// What they look at.
        ask: String,
        /// Who they are.
        who: String,
        /// What was answered last, when it was.
        evidence: Option<Evidence>,
    },
    /// It does not apply here, which counts as met.
    NotApplicable {
        /// Why.
        reason: String,
    },
    /// It could not be read: it is neither passed nor failed.
    CouldNotCheck {
        /// Why.
        why: String,
        /// The IAM actions that are missing, where that is why.
        missing: Vec<String>,
    },
}

/// A setting that is not as wanted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The resource.
    pub on: String,
    /// The setting.
    pub setting: String,
    /// What was read; null when the resource is not there.
    pub value: Option<Value>,
    /// What is wanted.
    pub wanted: Value,
}

/// The answer of a person, from the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The run in which it was given.
    pub run: String,
    /// When.
    pub at: Timestamp,
    /// Who gave it: `user@host`.
    pub by: String,
    /// The answer.
    pub text: String,
}

impl Checked {
    /// Why it came out so, in words; nothing to add to a pass.
    pub fn detail(&self) -> String {
        self.outcome.detail(&self.target)
    }
}

impl Outcome {
    /// True when it counts as met.
    pub const fn is_met(&self) -> bool {
        match self {
            Self::Pass {} | Self::NotApplicable { .. } => true,
            Self::Manual { evidence, .. } => evidence.is_some(),
            Self::Fail { .. } | Self::CouldNotCheck { .. } => false,
        }
    }

    /// Its name for programs, as in JSON.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Pass {} => "pass",
            Self::Fail { .. } => "fail",
            Self::Manual { .. } => "manual",
            Self::NotApplicable { .. } => "not_applicable",
            Self::CouldNotCheck { .. } => "could_not_check",
        }
    }

    /// Its name for people.
    pub const fn title(&self) -> &'static str {
        match self {
            Self::Pass {} => "pass",
            Self::Fail { .. } => "FAIL",
            Self::Manual { .. } => "manual",
            Self::NotApplicable { .. } => "not applicable",
            Self::CouldNotCheck { .. } => "could not check",
        }
    }

    /// Why it came out so, in words; nothing to add to a pass.
    fn detail(&self, target: &str) -> String {
        match self {
            Self::Pass {} => String::new(),
            Self::Fail { found } => {
                let first = found.first().map(|finding| &finding.setting);
                let alone = found.iter().all(|finding| Some(&finding.setting) == first);
                let words = found.iter().map(|finding| finding.in_words(target, alone));
                words.collect::<Vec<_>>().join("; ")
            }
            Self::Manual { ask, who, evidence: None } => {
                format!("{ask} (by {who}; not answered yet)")
            }
            Self::Manual { ask, evidence: Some(Evidence { run, at, by, text }), .. } => {
                format!("{ask}: answered \"{text}\" by {by} at {at:.0} in run {run}")
            }
            Self::NotApplicable { reason } => reason.clone(),
            Self::CouldNotCheck { why, missing } if missing.is_empty() => why.clone(),
            Self::CouldNotCheck { why, missing } => {
                format!("missing permission {}: {why}", missing.join(", "))
            }
        }
    }
}

impl Finding {
    /// In words: what is there, and what is wanted. What a line about this very resource and
    /// setting says already is left out.
    fn in_words(&self, target: &str, alone: bool) -> String {
        let Self { on, setting, value, wanted } = self;
        let wanted = match wanted {
            Value::Object(part) if part.is_empty() => "it to be there".to_owned(),
            wanted => value_words(wanted),
        };
        let mut subject = String::new();
        if on != target {
            subject = format!("{on}: ");
        }
        if !alone {
            subject += &format!("{setting} ");
        }
        match value {
            None => format!("{subject}does not exist, wanted {wanted}"),
            Some(value) => format!("{subject}{}, wanted {wanted}", value_words(value)),
        }
    }
}
