//! One line of the journal, and the head that tells the last one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::JournalError;
use crate::compliance::Scan;
use crate::engine::{Event, Record, RunId};

/// A SHA-256 in hex.
pub(super) type Hash = [u8; 64];

/// What the first line has for a hash of the line before it.
pub(super) const GENESIS: Hash = [b'0'; 64];

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Number of the line, from 1.
    pub seq: u64,
    /// When it was written.
    pub time: Timestamp,
    /// The run it belongs to; none for the journal's own events.
    pub run: Option<RunId>,
    /// Who made it happen: `user@host`.
    pub actor: String,
    /// What happened.
    pub event: Entry,
    /// SHA-256, in hex, of the raw bytes of the line before, newline included.
    pub prev: String,
}

/// What a line tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(clippy::large_enum_variant, reason = "nearly every line is an event of a run")]
#[serde(untagged)]
pub enum Entry {
    /// Something about the journal itself.
    Log(LogEvent),
    /// A scan: it belongs to no run.
    Scan(ScanEvent),
    /// Something that happened in a run.
    Run(Event),
}

/// What was seen of an estate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ScanEvent {
    /// A compliance scan came to its end.
    Scanned {
        /// What it found.
        scan: Box<Scan>,
    },
}

/// What happens to the journal itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LogEvent {
    /// The journal began.
    #[serde(rename = "journal_created")]
    Created {
        /// Its id, drawn at random: tells it from every other journal.
        log: String,
    },
    /// A torn last line was moved aside.
    #[serde(rename = "journal_repaired")]
    Repaired {
        /// Its length.
        bytes: u64,
    },
}

/// The last line: with it a cut tail shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Id of the journal.
    pub log: String,
    /// Number of its last line; 0 while it is empty.
    pub seq: u64,
    /// SHA-256, in hex, of the raw bytes of that line, newline included.
    pub hash: String,
}

impl Line {
    /// The raw bytes of the line, newline included.
    ///
    /// # Errors
    /// The event cannot be written as JSON.
    pub fn to_bytes(&self) -> Result<Vec<u8>, JournalError> {
        let mut bytes = serde_json::to_vec(self)
            .map_err(|e| JournalError::Unwritable { why: e.to_string() })?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// The scan that it tells of.
    pub fn scan(&self) -> Option<&Scan> {
        match &self.event {
            Entry::Scan(ScanEvent::Scanned { scan }) => Some(scan),
            Entry::Log(_) | Entry::Run(_) => None,
        }
    }

    /// The record of the run's event; none for the journal's own events and for scans.
    pub fn record(&self) -> Option<Record> {
        let (Entry::Run(event), Some(run)) = (&self.event, &self.run) else { return None };
        Some(Record {
            seq: self.seq,
            time: self.time,
            run: run.clone(),
            actor: self.actor.clone(),
            event: event.clone(),
        })
    }
}

impl Default for Head {
    /// Of an empty journal.
    fn default() -> Self {
        Self { log: String::new(), seq: 0, hash: text(&GENESIS) }
    }
}

impl Head {
    /// As JSON.
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, JournalError> {
        serde_json::to_vec(self).map_err(|e| JournalError::Unwritable { why: e.to_string() })
    }
}

impl std::fmt::Display for Head {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.log, self.seq, self.hash)
    }
}

/// SHA-256 in hex.
pub(super) fn hash(bytes: &[u8]) -> Hash {
    // To choose between digits and letters would take longer than the hash itself.
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut hash = GENESIS;
    for (pair, byte) in hash.chunks_mut(2).zip(Sha256::digest(bytes)) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
    hash
}

/// The digits of a hash.
pub(super) fn text(hash: &Hash) -> String {
    hash.iter().map(|digit| char::from(*digit)).collect()
}
