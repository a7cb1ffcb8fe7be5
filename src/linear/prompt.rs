//! What a person is asked, and what the typed line means. Enter alone never changes anything that
//! is worse than a change.

use crate::engine::{Command, Friction};
use crate::error::Exit;

/// A question that waits for a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Prompt {
    /// Begin the run?
    Start { what: String },
    /// Allow changes?
    Arm { what: String },
    /// Send the calls of a step?
    Confirm { step: usize, digest: String, friction: Friction, typed: Vec<String> },
    /// Answer a manual step.
    Answer { step: usize, text: String },
    /// A step failed: what now?
    Failed { step: usize, what: String, advice: String },
    /// What became of the calls in flight was told: go on?
    Review,
    /// The run waits: what now?
    Paused { why: String, run: String },
    /// Why?
    Reason { step: Option<usize> },
}

/// What a typed line leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reaction {
    /// The line means nothing here.
    Again { why: String },
    /// Something else has to be asked.
    Next { prompt: Prompt },
    /// The run begins.
    Start,
    /// The run is told.
    Tell { command: Command },
    /// The run is ended, then the way back from it is shown.
    RollBack,
    /// The console leaves; the run can be resumed.
    Leave { exit: Exit },
}

/// What can be typed beside the confirmation itself.
const OTHERS: &str = "s skips the step, n TEXT notes, x aborts, q leaves for later";

/// What can be done about a failed step, and what comes of it.
const CHOICES: &str = "  \
  1 try again: it is read afresh, and what would be sent is shown before anything is
  2 skip it: it stays as it is, with your reason in the journal
  3 end the run: what was changed stays changed
  4 end the run and roll it back: you see first what that would change
  5 leave it for later
  n TEXT writes a note";

impl Prompt {
    pub(super) fn confirm(step: usize, digest: String, friction: &Friction) -> Self {
        Self::Confirm { step, digest, friction: friction.clone(), typed: Vec::new() }
    }

    /// The question, as it is printed before the cursor.
    pub(super) fn text(&self) -> String {
        const LEAVE: &str = "q leaves, and the run can be resumed";
        match self {
            Self::Start { what } => format!("{what} [Enter starts, q leaves] "),
            Self::Arm { what } => format!("{what} [Enter arms it, {LEAVE}] "),
            Self::Confirm { friction: Friction::Type { phrases, .. }, typed, .. } => {
                match phrases.get(typed.len()) {
                    Some(phrase) => format!("Type {phrase} to confirm [{OTHERS}]: "),
                    None => "Name of the second person who agrees, or q: ".to_owned(),
                }
            }
            Self::Confirm { friction: Friction::Yes, .. } => {
                format!("Send? [y sends, {OTHERS}] ")
            }
            Self::Confirm { .. } => format!("Send? [Enter sends, {OTHERS}] "),
            Self::Answer { text, .. } => format!("{text}\nYour answer [s skips, q leaves]: "),
            Self::Failed { step, what, advice } => format!(
                "Step {} failed: {what}\n  next: {advice}\n{CHOICES}\nYour choice: ",
                step + 1
            ),
            Self::Review => format!("[Enter goes on, {LEAVE}] "),
            Self::Paused { why, run } => {
                format!("Paused: {why}\n[Enter goes on, q leaves; later: muster resume {run}] ")
            }
            Self::Reason { .. } => "Why? ".to_owned(),
        }
    }

    const fn takes_notes(&self) -> bool {
        matches!(self, Self::Confirm { .. } | Self::Failed { .. } | Self::Paused { .. })
    }

    /// What a typed line means.
    pub(super) fn answer(&self, line: &str) -> Reaction {
        let line = line.trim();
        let leave = Reaction::Leave { exit: Exit::Paused };
        if let Some(text) = line.strip_prefix("n ").filter(|_| self.takes_notes()) {
            return Reaction::Tell { command: Command::Note { text: text.to_owned() } };
        }
        match self {
            Self::Start { .. } => match line {
                "" => Reaction::Start,
                "q" => Reaction::Leave { exit: Exit::Cancelled },
                _ => again("Enter starts, q leaves"),
            },
            Self::Arm { .. } => match line {
                "" => Reaction::Tell { command: Command::Arm {} },
                "q" => leave,
                _ => again("Enter arms it, q leaves"),
            },
            Self::Review => match line {
                "" => Reaction::Tell { command: Command::Accept {} },
                "q" => leave,
                _ => again("Enter goes on, q leaves"),
            },
            Self::Paused { .. } => match line {
                "" => Reaction::Tell { command: Command::Resume {} },
                "q" => leave,
                _ => again("Enter goes on, q leaves"),
            },
            Self::Answer { .. } | Self::Confirm { .. } if line == "q" => leave,
            Self::Confirm { .. } if line == "x" => {
                Reaction::Next { prompt: Self::Reason { step: None } }
            }
            Self::Answer { step, .. } | Self::Confirm { step, .. } if line == "s" => {
                Reaction::Next { prompt: Self::Reason { step: Some(*step) } }
            }
            Self::Answer { step, .. } if !line.is_empty() => {
                Reaction::Tell { command: Command::Answer { step: *step, text: line.to_owned() } }
            }
            Self::Answer { .. } => again("an answer is needed"),
            Self::Confirm { step, digest, friction, typed } => {
                confirmed(*step, digest, friction, typed, line)
            }
            Self::Failed { step, .. } => match line {
                "1" => Reaction::Tell { command: Command::Retry { step: *step } },
                "2" => Reaction::Next { prompt: Self::Reason { step: Some(*step) } },
                "3" => Reaction::Next { prompt: Self::Reason { step: None } },
                "4" => Reaction::RollBack,
                "5" | "q" => leave,
                _ => again("type 1, 2, 3, 4 or 5"),
            },
            Self::Reason { .. } if line.is_empty() => again("a reason is needed"),
            Self::Reason { step } => {
                let reason = line.to_owned();
                let command = match step {
                    Some(step) => Command::Skip { step: *step, reason },
                    None => Command::Abort { reason },
                };
                Reaction::Tell { command }
            }
        }
    }
}

fn again(why: &str) -> Reaction {
    Reaction::Again { why: why.to_owned() }
}

fn confirmed(
    step: usize,
    digest: &str,
    friction: &Friction,
    typed: &[String],
    line: &str,
) -> Reaction {
    let confirm = |typed: Vec<String>, second: Option<String>| Reaction::Tell {
        command: Command::Confirm { step, digest: digest.to_owned(), typed, second },
    };
    match friction {
        Friction::None => confirm(Vec::new(), None),
        Friction::Enter if line.is_empty() => confirm(Vec::new(), None),
        Friction::Yes if line == "y" => confirm(Vec::new(), None),
        Friction::Enter => again("Enter sends, s skips, q leaves"),
        Friction::Yes => again("y sends, s skips, q leaves; Enter alone sends nothing"),
        Friction::Type { phrases, second } => {
            let mut typed = typed.to_vec();
            match phrases.get(typed.len()) {
                Some(phrase) if phrase == line => typed.push(line.to_owned()),
                Some(phrase) => return again(&format!("that is not {phrase}; nothing was sent")),
                None if line.is_empty() => return again("a second person must give their name"),
                None => return confirm(typed, Some(line.to_owned())),
            }
            if typed.len() < phrases.len() || *second {
                let (digest, friction) = (digest.to_owned(), friction.clone());
                return Reaction::Next {
                    prompt: Prompt::Confirm { step, digest, friction, typed },
                };
            }
            confirm(typed, None)
        }
    }
}
