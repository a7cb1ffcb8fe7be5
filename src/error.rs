//! What a person is told when something does not work: what happened, what it did to AWS, what to
//! do next, under a stable code. The only place that words an error for the command line.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::journal::JournalError;
use crate::text::visible;

/// How the program ends. The numbers are part of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Exit {
    /// It did what was asked.
    Succeeded = 0,
    /// It failed, and nothing was changed, or all was taken back.
    Failed = 1,
    /// The command line or a book is not right.
    Usage = 2,
    /// The operator said no, or nobody was there to say yes.
    Cancelled = 3,
    /// A login is needed.
    Login = 4,
    /// Something was changed, something failed, and a person is needed.
    Stuck = 5,
    /// A score is under what was asked for.
    Missed = 6,
    /// The journal does not verify.
    Tampered = 7,
    /// It rests half way and can be resumed.
    Paused = 75,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// An error for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{what}")]
pub struct Error {
    /// A stable code: `no-such-book`.
    pub code: Cow<'static, str>,
    /// What happened.
    pub what: String,
    /// What it did to AWS.
    pub effect: Option<String>,
    /// What to do next.
    pub advice: String,
    /// How the program ends.
    pub exit: Exit,
    /// What has to be kept: printed after everything else, line by line and without indentation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<Box<str>>,
}

impl Error {
    /// An error in what was asked: nothing has happened.
    pub fn usage(code: &'static str, what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(code, Exit::Usage, what, advice)
    }

    /// An error that ends the program in this way.
    pub fn new(
        code: &'static str,
        exit: Exit,
        what: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            code: Cow::Borrowed(code),
            what: what.into(),
            effect: None,
            advice: advice.into(),
            exit,
            copy: None,
        }
    }

    /// The same error, with what it did to AWS.
    pub fn with_effect(self, effect: impl Into<String>) -> Self {
        Self { effect: Some(effect.into()), ..self }
    }

    /// The error as it is printed, every hidden character spelt out.
    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "error[{}]: {}", self.code, lines(&self.what));
        if let Some(effect) = &self.effect {
            let _ = writeln!(text, "  in AWS: {}", lines(effect));
        }
        if !self.advice.is_empty() {
            let _ = writeln!(text, "  next:   {}", lines(&self.advice));
        }
        for line in self.copy.iter().flat_map(|copy| copy.lines()) {
            let _ = writeln!(text, "{}", visible(line));
        }
        text
    }
}

fn lines(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n          ")
}

impl From<JournalError> for Error {
    fn from(error: JournalError) -> Self {
        let what = error.to_string();
        if error.is_tampering() {
            let advice = "Nothing is written to it or sent to AWS. Keep the state directory as it \
                is for whoever audits it, and start a new one with --state-dir.";
            return Self::new("journal-changed", Exit::Tampered, what, advice);
        }
        match error {
            JournalError::Locked { .. } => Self::new(
                "journal-locked",
                Exit::Failed,
                what,
                "Wait until it ends, or use another --state-dir for another estate. The lock dies \
                 with its process.",
            )
            .with_effect("nothing was sent"),
            JournalError::Append { .. } | JournalError::Broken { .. } => Self::new(
                "journal-write",
                Exit::Stuck,
                what,
                "Make room or repair the disk, then `muster resume`: it looks at AWS before it \
                 does anything.",
            )
            .with_effect("nothing more was sent after that"),
            JournalError::Disk(_) | JournalError::Unwritable { .. } => Self::new(
                "state-directory",
                Exit::Failed,
                what,
                "Check the directory given by --state-dir, its owner and its free space.",
            )
            .with_effect("nothing was sent"),
            JournalError::Line { .. }
            | JournalError::Cut { .. }
            | JournalError::Missing
            | JournalError::Head { .. } => {
                Self::new("journal-changed", Exit::Tampered, what, String::new())
            }
        }
    }
}
