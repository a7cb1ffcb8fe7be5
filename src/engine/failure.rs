//! Why something failed, in words that help: what happened, and what to do next.

use super::event::Failure;
use serde_json::Value;

use super::plan::Verdict;
use super::words::value_words;
use crate::cloud::{CallError, Ending};
use crate::settings::{Setback, Unread};

/// The code of a target that was given up because another one failed.
const NOT_BEGUN: &str = "not-begun";

impl Failure {
    /// A failure with its code, what happened and what to do.
    pub fn new(code: &str, what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { code: code.to_owned(), what: what.into(), advice: advice.into() }
    }

    /// What a call's bad ending means to a person.
    pub fn of(error: &CallError) -> Self {
        let (code, advice) = match error.ending {
            Ending::Denied => (
                "denied",
                "Nothing was changed by this call. Check that the banner shows the account and role \
                 you meant, let the role do this (`muster show BOOK --iam` prints the policy), then \
                 retry the step.",
            ),
            Ending::Throttled => (
                "throttled",
                "Nothing was changed by this call: AWS was asked too often. Wait a minute, then \
                 retry the step.",
            ),
            Ending::Absent => (
                "absent",
                "Nothing was changed by this call: the resource is not there. Check the name and \
                 the Region, and whether an earlier step was skipped.",
            ),
            Ending::Exists => (
                "exists",
                "Nothing was changed by this call: the name is taken. Look at what is there; if it \
                 is not yours, choose another name.",
            ),
            Ending::InUse => (
                "in-use",
                "Nothing was changed by this call: another change of this resource is going on. \
                 Wait until it is ACTIVE, then retry the step.",
            ),
            Ending::Refused => (
                "refused",
                "Nothing was changed by this call: AWS refuses the values or the state of the \
                 resource. Read AWS's message, set it right, then retry the step.",
            ),
            Ending::Expired => (
                "login",
                "Nothing was changed by this call. Log in again (`aws sso login --profile NAME`, or \
                 fresh keys), then resume the run.",
            ),
            Ending::ClockSkew => (
                "clock",
                "Nothing was changed by this call. Set the clock of this machine (`timedatectl` shows \
                 it and what sets it), then resume the run.",
            ),
            Ending::WrongRegion => (
                "wrong-region",
                "Nothing was changed by this call: the resource lives in another Region. Check the \
                 estate's environment.",
            ),
            Ending::NotSent => (
                "not-sent",
                "Nothing was changed: the request never left. Check the network, the proxy and the \
                 endpoint, then retry the step.",
            ),
            Ending::Unknown => (
                "unknown",
                "It is not known whether the call was applied. Retrying reads the resource first \
                 and sends nothing that is there already.",
            ),
        };
        let advice = match &error.advice {
            Some(advice) if error.ending.not_applied() => {
                format!("Nothing was changed by this call. To go on: {advice}.")
            }
            Some(_) | None => advice.to_owned(),
        };
        Self::new(code, format!("AWS answered {}: {}", error.code, error.message), advice)
    }

    /// What the bad ending of a read means to a person.
    pub fn of_read(name: &str, error: &CallError) -> Self {
        let Self { code, what, advice } = Self::of(error);
        let what = format!("{name} could not be read: {what}");
        if error.ending == Ending::Unknown {
            let advice = "Nothing was changed by this step: reading it failed. Check that the \
                endpoint offers this service and answers, then retry the step, or skip it with a \
                reason.";
            return Self::new("no-answer", what, advice);
        }
        Self { code, what, advice }
    }

    /// Why a target that could not be read stops its step; none when it could.
    pub fn of_verdict(name: &str, verdict: &Verdict, leave_refused: bool) -> Option<Self> {
        match verdict {
            Verdict::Unreadable { error: Unread::Absent } => Some(Self::new(
                "absent",
                format!("{name} does not exist"),
                "Nothing was changed by this step. Check the name, the account and the Region, and \
                 whether an earlier step that makes it was skipped; then retry the step.",
            )),
            Verdict::Unreadable { error: Unread::Failed(error) } => {
                Some(Self::of_read(name, error))
            }
            Verdict::Unreadable { error: Unread::Strange(what) } => Some(Self::new(
                "strange",
                format!("{name}: an answer that Muster does not understand: {what}"),
                "Nothing was changed by this step. Please report the answer; skip the step with a \
                 reason, or do it by hand.",
            )),
            Verdict::Undetermined { depends_on } => Some(Self::new(
                "undetermined",
                format!("{name} depends on step `{depends_on}`"),
                "Nothing was changed by this step. Walk that step first, then retry this one.",
            )),
            Verdict::Refused { breach, .. } if !leave_refused => Some(Self::new(
                breach.fact.as_deref().unwrap_or("refused"),
                format!("{name}: {}", breach.why),
                format!("Nothing was changed by this step. {}.", breach.fix),
            )),
            Verdict::Refused { .. }
            | Verdict::NoChange { .. }
            | Verdict::Change { .. }
            | Verdict::NotYet { .. } => None,
        }
    }

    /// A step cannot be walked without an answer that nobody gave.
    pub fn unanswered(id: &str) -> Self {
        Self::new(
            "unanswered",
            format!("it needs the answer of step `{id}`, which was skipped or left out"),
            "Nothing was changed by this step. Skip it with a reason, and do it by hand or in a new \
             run.",
        )
    }

    /// The wanted value did not appear in time.
    pub fn timed_out(name: &str, seconds: u64, seen: &str, changed: bool) -> Self {
        let advice = if changed {
            "The change was sent and answered. AWS may still be at it: look at the resource, then \
             retry the step, which reads first and sends nothing that is there already."
        } else {
            "Nothing was changed by this step. Look at why it is not as expected, then retry it, or \
             skip it with a reason."
        };
        let what = format!("{name} was not as wanted after {seconds} s; last seen: {seen}");
        Self::new("timed-out", what, advice)
    }

    /// A target that was given up because another one failed.
    pub(super) fn not_begun(what: String) -> Self {
        let advice = "Nothing was changed on it. Retry the step: it goes on with what is not done.";
        Self::new(NOT_BEGUN, what, advice)
    }

    /// What several targets failed of. The advice is that of a cause, not of those given up.
    pub fn of_targets(failures: &[(&str, &Self)]) -> Self {
        let cause = failures.iter().find(|(_, failure)| failure.code != NOT_BEGUN);
        let Some((_, first)) = cause.or(failures.first()) else {
            return Self::new("failed", "a target failed", "Retry the step.");
        };
        let what: Vec<_> = failures.iter().map(|(name, f)| format!("{name}: {}", f.what)).collect();
        Self::new(&first.code, what.join("; "), first.advice.clone())
    }

    /// The same failure of so many more targets.
    pub(super) fn and_more(self, others: usize) -> Self {
        match others {
            0 => self,
            1 => Self { what: format!("{} (and 1 more target)", self.what), ..self },
            _ => Self { what: format!("{} (and {others} more targets)", self.what), ..self },
        }
    }

    pub(super) fn never_happened() -> CallError {
        let message = "the call was looked for and was never applied";
        CallError::new(Ending::NotSent, "NeverHappened", message)
    }

    pub(super) fn cut_short() -> CallError {
        let message = "the call was cut short, and goes on where it stopped";
        CallError::new(Ending::NotSent, "CutShort", message)
    }

    /// AWS gave up what was begun.
    pub(super) fn of_setback(name: &str, setback: Setback) -> Self {
        let Setback { code, what, advice } = setback;
        Self { code, what: format!("{name}: {what}"), advice }
    }

    /// A call was sent as often as the book allows, and never applied.
    pub(super) fn lost(tries: u32) -> Self {
        Self::new(
            "lost",
            format!("the call was sent {tries} times, never answered well and never applied"),
            "Nothing was changed by this call: the resource was read and is as before. Look at \
             AWS's health page and at the network, then retry the step.",
        )
    }

    pub(super) fn cannot_tell() -> Self {
        Self::new(
            "cannot-tell",
            "the ending of a call was lost, and the resource cannot be read: nobody can tell whether \
             it was applied",
            "Look at the resource yourself. Then choose: retry reads it again, and shows what would \
             be sent before anything is; skip leaves it as it is, with your reason in the journal; \
             abort ends the run, and what was changed stays changed or is rolled back.",
        )
    }

    /// It happened otherwise than was asked, or somebody else changed it meanwhile.
    pub(super) fn differently(value: Option<&Value>) -> Self {
        let now = value.map_or_else(|| "not there".to_owned(), value_words);
        Self::new(
            "differently",
            format!(
                "the ending of a call was lost, and the resource is neither as before nor as wanted; \
                 it is {now}"
            ),
            "Find out who else changes it. Then choose: retry reads it again, and shows what would \
             be sent over it before anything is; skip leaves it as it is, with your reason in the \
             journal; abort ends the run, and what was changed stays changed or is rolled back.",
        )
    }
}
