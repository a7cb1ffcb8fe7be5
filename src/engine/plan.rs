//! What a step would change, computed from live reads.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cloud::{Call, Danger, Outcome, digest_of};
use crate::runbook::Wanted;
use crate::settings::{Breach, Setting, Severity, Target, Unread};

/// What one step would change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepPlan {
    /// Position of the step.
    pub step: usize,
    /// Its targets, in order.
    pub targets: Vec<TargetPlan>,
}

/// What would change on one target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetPlan {
    /// The resource.
    pub target: Target,
    /// The value that is wanted.
    pub to: Value,
    /// What follows from what was read.
    pub verdict: Verdict,
}

/// What follows from what was read of a target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// It is as wanted already.
    NoChange {
        /// The value read.
        value: Value,
    },
    /// These calls bring it from one value to the other.
    Change {
        /// The value read; none when the resource is not there yet.
        before: Option<Value>,
        /// The calls, in order, as they will be sent.
        calls: Vec<Call>,
        /// The worst danger among them.
        danger: Danger,
        /// Why it is dangerous, when there is something to say.
        why: Option<String>,
        /// What tells this resource from another of the same name.
        fingerprint: Option<String>,
        /// Rules that a person should know of.
        warnings: Vec<Breach>,
    },
    /// A rule forbids the change: nothing will be sent.
    Refused {
        /// The value read, when there was one.
        before: Option<Value>,
        /// The rule.
        breach: Breach,
    },
    /// An earlier step has to run before this can be known.
    Undetermined {
        /// Id of that step.
        depends_on: String,
    },
    /// It could not be read.
    Unreadable {
        /// Why.
        error: Unread,
    },
    /// A check: the value is not (yet) the expected one.
    NotYet {
        /// The value read, when there was one.
        value: Option<Value>,
    },
}

/// The rules that forbid a change, and those that a person should know of.
fn sorted(breaches: Vec<Breach>) -> (Vec<Breach>, Vec<Breach>) {
    breaches.into_iter().partition(|breach| breach.severity == Severity::Refuse)
}

impl StepPlan {
    /// SHA-256, in hex, of everything that a person confirms.
    pub fn digest(&self) -> String {
        digest_of(self)
    }

    /// The calls that would be sent, in order.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.targets.iter().flat_map(|target| target.verdict.calls())
    }

    /// The worst danger of the step.
    pub fn danger(&self) -> Danger {
        self.targets.iter().map(|target| target.verdict.danger()).max().unwrap_or(Danger::Read)
    }
}

impl Verdict {
    /// What follows for a setting from the endings of its reads and, after them, of its guard.
    pub fn of(setting: &Setting, wanted: &Wanted, seen: &[Outcome], check: bool) -> Self {
        let Wanted { on, to } = wanted;
        let (own, guard) = seen.split_at(setting.read(on).len().min(seen.len()));
        let value = setting.decode(on, own);
        if check {
            return match value {
                Ok(value) if setting.is_met(&value, to) => Self::NoChange { value },
                Ok(value) => Self::NotYet { value: Some(value) },
                Err(Unread::Absent) => Self::NotYet { value: None },
                Err(error) => Self::Unreadable { error },
            };
        }
        if let Ok(value) = &value
            && setting.is_met(value, to)
        {
            return Self::NoChange { value: value.clone() };
        }
        let (mut refused, mut warnings) = sorted(setting.lint(on, to));
        let before = match value {
            Ok(value) => value,
            Err(_) if !refused.is_empty() => {
                return Self::Refused { before: None, breach: refused.swap_remove(0) };
            }
            Err(error) => return Self::Unreadable { error },
        };
        let judged = sorted(setting.judge(on, to, guard));
        refused.extend(judged.0);
        warnings.extend(judged.1);
        if !refused.is_empty() {
            return Self::Refused { before: Some(before), breach: refused.swap_remove(0) };
        }
        match setting.write(on, own, to) {
            Err(breach) => Self::Refused { before: Some(before), breach },
            Ok(calls) => {
                let change = setting.change(&before, to);
                let least = calls.iter().map(|call| call.operation().danger()).max();
                Self::Change {
                    danger: change.danger.max(least.unwrap_or(Danger::Read)),
                    why: change.why,
                    fingerprint: setting.fingerprint(own),
                    before: Some(before),
                    calls,
                    warnings,
                }
            }
        }
    }

    /// The calls that would be sent.
    pub fn calls(&self) -> &[Call] {
        match self {
            Self::Change { calls, .. } => calls,
            Self::NoChange { .. }
            | Self::Refused { .. }
            | Self::Undetermined { .. }
            | Self::Unreadable { .. }
            | Self::NotYet { .. } => &[],
        }
    }

    /// The danger of the calls.
    pub fn danger(&self) -> Danger {
        match self {
            Self::Change { danger, .. } => *danger,
            Self::NoChange { .. }
            | Self::Refused { .. }
            | Self::Undetermined { .. }
            | Self::Unreadable { .. }
            | Self::NotYet { .. } => Danger::Read,
        }
    }

    /// The value that was read.
    pub fn before(&self) -> Option<&Value> {
        match self {
            Self::NoChange { value } => Some(value),
            Self::Change { before, .. } | Self::Refused { before, .. } => before.as_ref(),
            Self::NotYet { value } => value.as_ref(),
            Self::Undetermined { .. } | Self::Unreadable { .. } => None,
        }
    }
}
