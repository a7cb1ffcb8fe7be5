//! What a step would change, computed from live reads.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::words::value_words;
use crate::cloud::{Call, Danger, Outcome, digest_of};
use crate::runbook::{Undoes, Wanted};
use crate::settings::{Breach, Change, Setting, Severity, Target, Undo, Unread};

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
        /// How it could be taken back.
        way_back: WayBack,
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

/// True when a value that was read is the wanted one, or on the way back nothing is left to take
/// back.
pub(super) fn is_reached(
    setting: &Setting,
    wanted: &Wanted,
    seen: &[Outcome],
    value: &Value,
) -> bool {
    let Wanted { on, to, undoes } = wanted;
    match undoes {
        None => setting.is_met(value, to),
        Some(undoes) => setting.is_undone(on, seen, &Undo { before: to, after: &undoes.value }),
    }
}

/// What a person should know before a change is taken back that is not as the run left it.
fn since_then(setting: &Setting, now: &Value, undoes: &Undoes) -> Vec<Breach> {
    let warn = |why: String, fix: &str| Breach {
        fact: None,
        severity: Severity::Warn,
        why,
        fix: fix.to_owned(),
    };
    let mut warnings = Vec::new();
    if !setting.is_met(now, &undoes.value) {
        let (left, now) = (value_words(&undoes.value), value_words(now));
        warnings.push(warn(
            format!("somebody changed it since: the run left {left}, and now it is {now}"),
            "find out who did and why; going on puts back what was there before the run",
        ));
    }
    if undoes.doubted {
        warnings.push(warn(
            "it was there when the run wanted to make it, and nobody saw the run do so".to_owned(),
            "make sure that it is not somebody else's before it is taken away",
        ));
    }
    warnings
}

/// How the way back from a change would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WayBack {
    /// It brings back exactly what was there.
    Exact,
    /// It loses something.
    Loses(String),
    /// There is none: this is a point of no return.
    Closed(String),
}

/// How a change could be taken back, known before it is made.
fn way_back(setting: &Setting, before: &Value, to: &Value, change: &Change) -> WayBack {
    let no_words = || "AWS does not bring it back".to_owned();
    if change.danger == Danger::Irreversible {
        return WayBack::Closed(change.why.clone().unwrap_or_else(no_words));
    }
    let back = setting.change(to, before);
    match back.danger {
        Danger::Read | Danger::Change => WayBack::Exact,
        Danger::Destroy | Danger::Irreversible => WayBack::Loses(back.why.unwrap_or_else(no_words)),
    }
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
        let Wanted { on, to, undoes } = wanted;
        let (own, guard) = seen.split_at(setting.read_for(on, to).len().min(seen.len()));
        let value = setting.decode(on, own);
        if check {
            return match value {
                Ok(value) if setting.is_met(&value, to) => Self::NoChange { value },
                Ok(value) => Self::NotYet { value: Some(value) },
                Err(Unread::Absent) => Self::NotYet { value: None },
                Err(error) => Self::Unreadable { error },
            };
        }
        if let Some(undoes) = undoes {
            return Self::of_undo(setting, wanted, undoes, own);
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
                    way_back: way_back(setting, &before, to, &change),
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

    /// What follows on the way back, from the endings of the setting's reads. Rules of AWS about the
    /// value from before are no matter here: it was there.
    fn of_undo(setting: &Setting, wanted: &Wanted, undoes: &Undoes, own: &[Outcome]) -> Self {
        let Wanted { on, to, .. } = wanted;
        let undo = Undo { before: to, after: &undoes.value };
        let value = match setting.decode(on, own) {
            Ok(value) => value,
            // It may have gone with what held it.
            Err(Unread::Absent) if undoes.made || setting.is_undone(on, own, &undo) => {
                return Self::NoChange { value: to.clone() };
            }
            // It went by another way since: with a stack that was deleted, or by hand.
            Err(Unread::Absent) => {
                let why = "it is gone, so the change on it cannot be taken back";
                let fix = "make it again first, if it is wanted";
                return Self::Refused { before: None, breach: Breach::unfit(why, fix) };
            }
            Err(error) => return Self::Unreadable { error },
        };
        if setting.is_undone(on, own, &undo) {
            return Self::NoChange { value };
        }
        let calls = match setting.undo(on, own, &undo) {
            Ok(calls) => calls,
            Err(breach) => return Self::Refused { before: Some(value), breach },
        };
        let warnings = since_then(setting, &value, undoes);
        let change = setting.change(&value, to);
        let least = calls.iter().map(|call| call.operation().danger()).max();
        let danger = change.danger.max(least.unwrap_or(Danger::Read));
        Self::Change {
            way_back: way_back(setting, &value, to, &change),
            danger: if warnings.is_empty() { danger } else { danger.max(Danger::Destroy) },
            why: change.why,
            fingerprint: setting.fingerprint(own),
            before: Some(value),
            calls,
            warnings,
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
