//! What is asked of a run, by a person or by what was heard from the account.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::event::AttemptId;
use super::friction::Phrase;
use crate::cloud::Outcome;

/// What a person asks of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Allow changes.
    Arm {},
    /// Forbid changes again.
    Disarm {},
    /// Confirm the plan of a step, by its digest.
    Confirm {
        /// The step.
        step: usize,
        /// SHA-256 of the plan that was shown.
        digest: String,
        /// What was typed, in order.
        typed: Vec<Phrase>,
        /// Name of the second person.
        second: Option<String>,
    },
    /// Answer a manual step.
    Answer {
        /// The step.
        step: usize,
        /// The answer.
        text: String,
    },
    /// Leave a step out. Refused while a call of it is in flight.
    Skip {
        /// The step.
        step: usize,
        /// Why.
        reason: String,
    },
    /// Try a failed step again.
    Retry {
        /// The step.
        step: usize,
    },
    /// Write something down.
    Note {
        /// What.
        text: String,
    },
    /// Wait: no new call is begun.
    Pause {
        /// Why.
        reason: String,
    },
    /// Go on after a pause, a stop or a crash.
    Resume {},
    /// What became of the calls that were in flight was seen: go on.
    Accept {},
    /// Begin no new step; see what is in flight to its end.
    Abort {
        /// Why.
        reason: String,
    },
    /// Nobody is there to decide about a failed step: come to rest and say what is needed.
    GiveUp {},
    /// Another operator commands the run from now on: whoever asks this.
    TakeOver {
        /// Their name, as they typed it.
        name: String,
    },
}

/// What the shell heard when it carried out an effect.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// The answer to who is asking.
    Identity {
        /// How the call ended.
        outcome: Outcome,
        /// When the credentials end, when that is known.
        expires: Option<Timestamp>,
    },
    /// The reads of a target, in the order in which they were due.
    Inspected {
        /// The step.
        step: usize,
        /// The target.
        target: usize,
        /// How each read ended.
        seen: Vec<Outcome>,
    },
    /// How a call that was sent ended.
    Ended {
        /// Number of the attempt.
        attempt: AttemptId,
        /// The ending.
        outcome: Outcome,
    },
    /// The reads that show how far a call is that is on its way.
    Watched {
        /// The step.
        step: usize,
        /// The target.
        target: usize,
        /// How each read ended.
        seen: Vec<Outcome>,
    },
    /// The reads of a target that is waited for.
    Observed {
        /// The step.
        step: usize,
        /// The target.
        target: usize,
        /// How each read ended.
        seen: Vec<Outcome>,
    },
}

/// Why something that was asked is not allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "refusal", rename_all = "snake_case")]
pub enum Refusal {
    /// Changes are forbidden.
    #[error("this run is read-only; arm it first")]
    ReadOnly {},
    /// Another operator commands it.
    #[error(
        "{name} ({actor}) commands this run since {since:.0}: `muster runs take-over` changes that"
    )]
    NotYours {
        /// The operator's name.
        name: String,
        /// Whose commands it takes: `user@host`.
        actor: String,
        /// Since when.
        since: Timestamp,
    },
    /// It was started with `--read-only`.
    #[error("this run was started with --read-only and can never change anything")]
    Locked {},
    /// The run is at rest.
    #[error("the run has ended")]
    AtRest {},
    /// The run waits.
    #[error("the run is paused: resume it first")]
    Paused {},
    /// What was in flight when the run stopped is looked for first.
    #[error(
        "what was in flight when the run stopped is looked for first; see what was found, then go on"
    )]
    Reviewing {},
    /// There is nothing to go on from.
    #[error("the run is not waiting for that")]
    NotWaiting {},
    /// The step is not the one that is being walked, or not in a state for it.
    #[error("step {} is not in a state for that", step + 1)]
    NotNow {
        /// The step.
        step: usize,
    },
    /// The plan has changed since it was shown.
    #[error("the plan has changed since it was shown; look again")]
    Changed {},
    /// What was typed is not the phrase.
    #[error("what was typed is not `{expected}`")]
    WrongPhrase {
        /// The phrase.
        expected: Phrase,
    },
    /// A second person is needed.
    #[error("a second person must give their name")]
    SecondPerson {},
    /// The account was not yet identified.
    #[error("the account has not answered yet")]
    Unidentified {},
    /// A call of the step is in flight.
    #[error("a call is in flight; wait for its end")]
    InFlight {},
    /// An answer holds `${`, which begins a path.
    #[error("an answer cannot hold `${{`, which begins a path in a book")]
    Path {},
    /// A reason or an answer is missing.
    #[error("a text is needed")]
    Empty {},
}
