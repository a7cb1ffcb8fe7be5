//! The audit journal: append-only JSON Lines, hash-chained, fsynced before anything is shown or sent.
//!
//! Each line carries the SHA-256 of the raw bytes of the line before it, newline included, so that
//! `sha256sum` checks the chain without this program. A chain alone cannot see a cut tail: the
//! head (log id, number and hash of the last line) is therefore kept beside the journal, and is
//! printed on reports.
//!
//! One writer at a time: an OS lock, which the kernel frees when the process dies.

mod chain;
mod disk;
mod error;
mod line;

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

pub use chain::{Check, Verified};
pub use disk::Disk;
pub use error::JournalError;
pub use line::{Entry, Head, Line, LogEvent};

use crate::engine::{Event, Record};

const JOURNAL: &str = "journal.jsonl";
const HEAD: &str = "journal.head";
const LOCK: &str = "journal.lock";

/// The journal, open for writing. Only one of them exists per directory.
pub struct Journal {
    directory: PathBuf,
    disk: Box<dyn Disk>,
    head: Head,
    /// Set once an append or fsync has failed: nothing may be written, or sent, after that.
    broken: Option<String>,
    _lock: File,
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Journal")
            .field("directory", &self.directory)
            .field("head", &self.head)
            .finish()
    }
}

impl Journal {
    /// Opens the journal of a state directory, making it when there is none, and repairing a torn
    /// last line. Returns the lines that it holds.
    ///
    /// # Errors
    /// Another process writes it, it does not verify, or the disk refuses.
    pub fn open(
        directory: &Path,
        actor: &str,
        now: Timestamp,
    ) -> Result<(Self, Vec<Line>), JournalError> {
        disk::make_private_directory(directory)?;
        let lock = disk::lock(&directory.join(LOCK), actor, now)?;
        let path = directory.join(JOURNAL);
        let bytes = disk::read_if_there(&path)?.unwrap_or_default();
        let Verified { lines, torn, .. } = chain::check(&bytes, read_head(directory)?.as_ref())?;
        if torn > 0 {
            set_aside(directory, &bytes, torn, now)?;
        }
        let file = disk::open_private(OpenOptions::new().append(true).create(true), &path)?;
        disk::sync_directory(directory)?;
        let head = Head::of(&lines);
        let disk = Box::new(file);
        let mut journal =
            Self { directory: directory.to_owned(), disk, head, broken: None, _lock: lock };
        let mut lines = lines;
        if lines.is_empty() {
            let log = format!("{:016x}", fastrand::u64(..));
            journal.head.log.clone_from(&log);
            lines.push(journal.write(None, actor, now, Entry::Log(LogEvent::Created { log }))?);
        }
        if torn > 0 {
            let repaired = LogEvent::Repaired { bytes: torn as u64 };
            lines.push(journal.write(None, actor, now, Entry::Log(repaired))?);
        }
        Ok((journal, lines))
    }

    /// Replaces what is written to, for tests of a failing disk.
    pub fn on(mut self, disk: Box<dyn Disk>) -> Self {
        self.disk = disk;
        self
    }

    /// Makes an event durable. When this returns, it is on the disk.
    ///
    /// # Errors
    /// The disk refuses, now or before. Nothing may be sent to AWS any more.
    pub fn append(
        &mut self,
        run: &str,
        actor: &str,
        now: Timestamp,
        event: &Event,
    ) -> Result<Record, JournalError> {
        let record = self.next(run, actor, now, event);
        self.write(Some(run), actor, now, Entry::Run(event.clone()))?;
        Ok(record)
    }

    /// The record that [`Journal::append`] would make durable.
    pub fn next(&self, run: &str, actor: &str, now: Timestamp, event: &Event) -> Record {
        Record {
            seq: self.head.seq + 1,
            time: now,
            run: run.to_owned(),
            actor: actor.to_owned(),
            event: event.clone(),
        }
    }

    /// Log id, number and hash of the last line.
    pub const fn head(&self) -> &Head {
        &self.head
    }

    fn write(
        &mut self,
        run: Option<&str>,
        actor: &str,
        now: Timestamp,
        event: Entry,
    ) -> Result<Line, JournalError> {
        if let Some(why) = &self.broken {
            return Err(JournalError::Broken { why: why.clone() });
        }
        let line = Line {
            seq: self.head.seq + 1,
            time: now,
            run: run.map(str::to_owned),
            actor: actor.to_owned(),
            event,
            prev: self.head.hash.clone(),
        };
        let bytes = line.to_bytes()?;
        let written = self.disk.append(&bytes).and_then(|()| self.disk.sync());
        let hash = line::hash(&bytes);
        let head = Head { log: self.head.log.clone(), seq: line.seq, hash };
        if let Err(error) =
            written.and_then(|()| disk::replace(&self.directory, HEAD, &head.to_bytes()))
        {
            self.broken = Some(error.to_string());
            return Err(JournalError::Append { seq: line.seq, error });
        }
        self.head = head;
        Ok(line)
    }
}

/// Reads and verifies the journal of a state directory without writing. Empty when there is none.
///
/// # Errors
/// It does not verify, or the disk refuses.
pub fn read(directory: &Path) -> Result<Verified, JournalError> {
    // The head first: a record that another process writes meanwhile is then one too many, which
    // is fine, and not one too few, which would look like a cut.
    let head = read_head(directory)?;
    let bytes = disk::read_if_there(&directory.join(JOURNAL))?;
    match bytes {
        Some(bytes) => chain::check(&bytes, head.as_ref()),
        None if head.is_some_and(|head| head.seq > 0) => Err(JournalError::Missing),
        None => Ok(Verified::default()),
    }
}

/// The raw bytes of the journal, as they stand on the disk.
///
/// # Errors
/// The disk refuses.
pub fn raw(directory: &Path) -> Result<Vec<u8>, JournalError> {
    Ok(disk::read_if_there(&directory.join(JOURNAL))?.unwrap_or_default())
}

fn read_head(directory: &Path) -> Result<Option<Head>, JournalError> {
    let Some(bytes) = disk::read_if_there(&directory.join(HEAD))? else { return Ok(None) };
    serde_json::from_slice(&bytes).map(Some).map_err(|e| JournalError::Head { why: e.to_string() })
}

/// A last line without its end is what a crash in the middle of a write leaves behind.
fn set_aside(
    directory: &Path,
    bytes: &[u8],
    torn: usize,
    now: Timestamp,
) -> Result<(), JournalError> {
    let whole = bytes.len() - torn;
    let name = format!("journal.torn-{}", now.as_millisecond());
    disk::replace(directory, &name, &bytes[whole..])?;
    let file = OpenOptions::new().write(true).open(directory.join(JOURNAL))?;
    file.set_len(whole as u64)?;
    file.sync_all()?;
    Ok(())
}

#[cfg(test)]
mod tests;
