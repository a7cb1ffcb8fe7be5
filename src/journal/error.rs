//! What can be wrong with a journal.

use std::io;

/// What can be wrong with a journal, or with the disk under it.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another process has it open for writing.
    #[error("the journal is being written by another process ({holder})")]
    Locked {
        /// Who, since when, as the lock file says.
        holder: String,
    },
    /// A record is not what was written.
    #[error("the journal does not verify: record {seq}: {why}")]
    Line {
        /// Number of the record.
        seq: u64,
        /// What is wrong.
        why: String,
    },
    /// Records at the end are missing.
    #[error(
        "the journal does not verify: record {head} was written, but it ends with record {found}"
    )]
    Cut {
        /// The last record that is there.
        found: u64,
        /// The last record that the head names.
        head: u64,
    },
    /// The whole journal is missing, but its head is there.
    #[error("the journal does not verify: its head is there, but it is not")]
    Missing,
    /// The head cannot be read.
    #[error("the journal does not verify: its head is damaged: {why}")]
    Head {
        /// What is wrong.
        why: String,
    },
    /// A record could not be made durable.
    #[error("record {seq} could not be written to the journal: {error}")]
    Append {
        /// Number of the record.
        seq: u64,
        /// What the disk said.
        error: io::Error,
    },
    /// A record before this one could not be made durable: nothing is written after that.
    #[error("the journal is closed since a record could not be written: {why}")]
    Broken {
        /// What the disk said then.
        why: String,
    },
    /// A record cannot be written as JSON.
    #[error("a record cannot be written: {why}")]
    Unwritable {
        /// Why.
        why: String,
    },
    /// The disk refuses.
    #[error("the state directory cannot be used: {0}")]
    Disk(#[from] io::Error),
}

impl JournalError {
    /// True when the journal is not what was written, as against a disk or a lock in the way.
    pub const fn is_tampering(&self) -> bool {
        match self {
            Self::Line { .. } | Self::Cut { .. } | Self::Missing | Self::Head { .. } => true,
            Self::Locked { .. }
            | Self::Append { .. }
            | Self::Broken { .. }
            | Self::Unwritable { .. }
            | Self::Disk(_) => false,
        }
    }
}
