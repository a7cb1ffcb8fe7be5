//! What a setting is made of: the typed trait behind each row of the table, and its erased form.

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, schema_for};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cloud::{Call, CallError, Danger, Operation, Outcome, Place};

/// The resource whose setting is meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The account and Region it lives in.
    pub place: Place,
    /// Its name: of the table, bucket, topic, trail or alarm.
    pub name: String,
}

/// The kind of resource that a setting belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A DynamoDB table.
    Table,
    /// An S3 bucket.
    Bucket,
    /// An SNS topic.
    Topic,
    /// A CloudTrail trail.
    Trail,
    /// A CloudWatch alarm.
    Alarm,
    /// A backup vault of AWS Backup.
    Vault,
    /// A plan of AWS Backup.
    BackupPlan,
    /// What a plan of AWS Backup covers.
    BackupSelection,
    /// A CloudFormation stack.
    Stack,
    /// A parameter of Systems Manager.
    Parameter,
    /// A CloudWatch dashboard.
    Dashboard,
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Table => "table",
            Self::Bucket => "bucket",
            Self::Topic => "topic",
            Self::Trail => "trail",
            Self::Alarm => "alarm",
            Self::Vault => "backup vault",
            Self::BackupPlan => "backup plan",
            Self::BackupSelection => "backup selection",
            Self::Stack => "stack",
            Self::Parameter => "parameter",
            Self::Dashboard => "dashboard",
        })
    }
}

/// Why a setting has no value that could be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Unread {
    /// The resource is not there.
    #[error("it does not exist")]
    Absent,
    /// AWS would not say.
    #[error("{0}")]
    Failed(CallError),
    /// The answer is not of the shape that AWS documents.
    #[error("an answer that Muster does not understand: {0}")]
    Strange(String),
}

/// A change that is to be taken back: the values before it and after it.
///
/// Settings that merge into a document of others take out only what the change put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undo<'v, V> {
    /// The value read before the change.
    pub before: &'v V,
    /// The value that the change was to bring about.
    pub after: &'v V,
}

/// Why something that was begun will never become as wanted: AWS gave it up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setback {
    /// A stable code: `stack-failed`.
    pub code: String,
    /// What happened, the first cause first.
    pub what: String,
    /// What to do next.
    pub advice: String,
}

/// How far a job is, for whoever watches. It is not evidence: that is the value read at the end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// In one line: `1204 of 10000 objects, 41 MB/s, 3 errors`.
    pub line: String,
    /// What is done of how much, where AWS gives a true measure; never a guess.
    pub share: Option<(u64, u64)>,
    /// What happened so far, oldest first.
    pub lines: Vec<ProgressLine>,
}

/// Something that happened while a job ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgressLine {
    /// When, as AWS says.
    pub at: Option<Timestamp>,
    /// What.
    pub text: String,
    /// Whether it is a failure.
    pub failed: bool,
}

/// How dangerous a given change is, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The danger.
    pub danger: Danger,
    /// Why, as a sentence for the confirmation; none when there is nothing to add.
    pub why: Option<String>,
}

/// A rule of AWS that a value or a change breaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{why}")]
pub struct Breach {
    /// Id of the fact: `S13`. None when AWS's parameter limits alone say it.
    pub fact: Option<String>,
    /// Whether AWS would refuse it, or a person should only know.
    pub severity: Severity,
    /// What is wrong and why.
    pub why: String,
    /// What to do instead.
    pub fix: String,
}

/// How much a broken rule weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It works, but probably not as meant.
    Warn,
    /// AWS refuses it, or it would do harm: it is not sent.
    Refuse,
}

/// What is said of a resource that is not there.
const GONE: &str = "it is not there, so there is nothing to change";

impl Change {
    /// Undo brings it back exactly.
    pub const fn exact() -> Self {
        Self { danger: Danger::Change, why: None }
    }

    /// A change of this danger, for this reason.
    pub fn because(danger: Danger, why: impl Into<String>) -> Self {
        Self { danger, why: Some(why.into()) }
    }
}

impl Breach {
    /// A rule under which nothing is sent.
    pub fn refuse(fact: &str, why: impl Into<String>, fix: impl Into<String>) -> Self {
        let (why, fix) = (why.into(), fix.into());
        Self { fact: Some(fact.to_owned()), severity: Severity::Refuse, why, fix }
    }

    /// A rule that a person should know of.
    pub fn warn(fact: &str, why: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { severity: Severity::Warn, ..Self::refuse(fact, why, fix) }
    }

    /// There is nothing to change: the resource is not there.
    pub fn gone() -> Self {
        Self::unfit(GONE, "make it first, if it is wanted")
    }

    /// True when it says that the resource is not there.
    pub fn is_gone(&self) -> bool {
        self.why == GONE
    }

    /// A change that makes no sense as the account is, whatever AWS would say.
    pub fn unfit(why: impl Into<String>, fix: impl Into<String>) -> Self {
        let (why, fix) = (why.into(), fix.into());
        Self { fact: None, severity: Severity::Refuse, why, fix }
    }
}

/// A setting or a job as its file writes it: types and pure functions. [`Setting`](super::Setting)
/// says what each of them means.
pub(crate) trait Property {
    type Value: Serialize + DeserializeOwned + JsonSchema + PartialEq;

    const ID: &'static str;
    const KIND: Kind;
    const TITLE: &'static str;
    const HELP: &'static str;
    const SOURCE: &'static str;
    const EXAMPLE: &'static str;
    const WRITES: &'static [&'static Operation] = &[];

    fn read(on: &Target) -> Vec<Call>;

    fn read_for(on: &Target, _to: &Self::Value) -> Vec<Call> {
        Self::read(on)
    }

    fn decode(on: &Target, seen: &[Outcome]) -> Result<Self::Value, Unread>;

    fn is_met(value: &Self::Value, wanted: &Self::Value) -> bool {
        value == wanted
    }

    fn write(_on: &Target, _seen: &[Outcome], _to: &Self::Value) -> Result<Vec<Call>, Breach> {
        let why = format!("{} can be checked but not set", Self::ID);
        Err(Breach::unfit(why, "use it in a step with `check`"))
    }

    fn undo(
        on: &Target,
        seen: &[Outcome],
        undo: &Undo<'_, Self::Value>,
    ) -> Result<Vec<Call>, Breach> {
        Self::write(on, seen, undo.before)
    }

    fn change(_from: &Self::Value, _to: &Self::Value) -> Change {
        Change::exact()
    }

    fn lint(_on: &Target, _to: &Self::Value) -> Vec<Breach> {
        Vec::new()
    }

    fn guard(_on: &Target, _to: &Self::Value) -> Vec<Call> {
        Vec::new()
    }

    fn judge(_on: &Target, _to: &Self::Value, _seen: &[Outcome]) -> Vec<Breach> {
        Vec::new()
    }

    fn creates(_to: &Self::Value) -> bool {
        false
    }

    fn fingerprint(_seen: &[Outcome]) -> Option<String> {
        None
    }

    fn is_busy(_seen: &[Outcome]) -> bool {
        false
    }

    fn setback(_on: &Target, _seen: &[Outcome]) -> Option<Setback> {
        None
    }

    fn is_later(_before: &Self::Value, _now: &Self::Value) -> bool {
        true
    }

    fn goes_on(_before: &Self::Value, _now: &Self::Value) -> bool {
        false
    }

    fn watch(_on: &Target, _to: &Self::Value) -> Vec<Call> {
        Vec::new()
    }

    fn progress(_on: &Target, _seen: &[Outcome]) -> Option<Progress> {
        None
    }
}

/// The calls that write a value, or the rule that refuses it.
type Calls = Result<Vec<Call>, Breach>;

/// The functions of a [`Property`] over JSON values.
#[derive(Clone, Copy)]
pub(super) struct Erased {
    pub schema: fn() -> Schema,
    pub parse: fn(&Value) -> Result<Value, String>,
    pub read: fn(&Target) -> Vec<Call>,
    pub read_for: fn(&Target, &Value) -> Vec<Call>,
    pub decode: fn(&Target, &[Outcome]) -> Result<Value, Unread>,
    pub is_met: fn(&Value, &Value) -> bool,
    pub write: fn(&Target, &[Outcome], &Value) -> Calls,
    pub undo: fn(&Target, &[Outcome], &Undo<'_, Value>) -> Calls,
    pub change: fn(&Value, &Value) -> Change,
    pub lint: fn(&Target, &Value) -> Vec<Breach>,
    pub guard: fn(&Target, &Value) -> Vec<Call>,
    pub judge: fn(&Target, &Value, &[Outcome]) -> Vec<Breach>,
    pub creates: fn(&Value) -> bool,
    pub fingerprint: fn(&[Outcome]) -> Option<String>,
    pub is_busy: fn(&[Outcome]) -> bool,
    pub setback: fn(&Target, &[Outcome]) -> Option<Setback>,
    pub is_later: fn(&Value, &Value) -> bool,
    pub goes_on: fn(&Value, &Value) -> bool,
    pub watch: fn(&Target, &Value) -> Vec<Call>,
    pub progress: fn(&Target, &[Outcome]) -> Option<Progress>,
}

impl Erased {
    pub(super) const fn of<P: Property>() -> Self {
        Self {
            schema: || schema_for!(P::Value),
            parse: |value| json(&typed::<P>(value)?),
            read: P::read,
            read_for: |on, to| {
                typed::<P>(to).map_or_else(|_| P::read(on), |to| P::read_for(on, &to))
            },
            decode: |on, seen| json(&P::decode(on, seen)?).map_err(Unread::Strange),
            is_met: |value, wanted| match (typed::<P>(value), typed::<P>(wanted)) {
                (Ok(value), Ok(wanted)) => P::is_met(&value, &wanted),
                _ => false,
            },
            write: |on, seen, to| P::write(on, seen, &typed::<P>(to).map_err(unfit)?),
            undo: |on, seen, undo| {
                let before = typed::<P>(undo.before).map_err(unfit)?;
                let after = typed::<P>(undo.after).map_err(unfit)?;
                P::undo(on, seen, &Undo { before: &before, after: &after })
            },
            change: |from, to| match (typed::<P>(from), typed::<P>(to)) {
                (Ok(from), Ok(to)) => P::change(&from, &to),
                // There is no former value: the resource is new, or could not be read.
                _ => Change::exact(),
            },
            lint: |on, to| match typed::<P>(to) {
                Ok(to) => P::lint(on, &to),
                Err(why) => vec![unfit(why)],
            },
            guard: |on, to| typed::<P>(to).map_or_else(|_| Vec::new(), |to| P::guard(on, &to)),
            judge: |on, to, seen| match typed::<P>(to) {
                Ok(to) => P::judge(on, &to, seen),
                Err(why) => vec![unfit(why)],
            },
            creates: |to| typed::<P>(to).is_ok_and(|to| P::creates(&to)),
            fingerprint: P::fingerprint,
            is_busy: P::is_busy,
            setback: P::setback,
            is_later: |before, now| match (typed::<P>(before), typed::<P>(now)) {
                (Ok(before), Ok(now)) => P::is_later(&before, &now),
                _ => true,
            },
            goes_on: |before, now| match (typed::<P>(before), typed::<P>(now)) {
                (Ok(before), Ok(now)) => P::goes_on(&before, &now),
                _ => false,
            },
            watch: |on, to| typed::<P>(to).map_or_else(|_| Vec::new(), |to| P::watch(on, &to)),
            progress: P::progress,
        }
    }
}

fn typed<P: Property>(value: &Value) -> Result<P::Value, String> {
    P::Value::deserialize(value).map_err(|e| e.to_string())
}

fn json(value: &impl Serialize) -> Result<Value, String> {
    serde_json::to_value(value).map_err(|e| e.to_string())
}

fn unfit(why: String) -> Breach {
    Breach::unfit(why, "give a value that fits the setting's schema (`muster show settings`)")
}
