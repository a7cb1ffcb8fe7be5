//! The audit journal: append-only JSON Lines, hash-chained, fsynced before anything is shown or sent.
//!
//! Each line carries the SHA-256 of the raw bytes of the line before it, newline included, so that
//! `sha256sum` checks the chain without this program. A chain alone cannot see a cut tail: the
//! head (log id, number and hash of the last line) is therefore kept beside the journal, and is
//! printed on reports.
//!
//! The head is written once its line is durable, never before, so it names nothing that could be
//! lost. It is not waited for: a process that dies leaves it at most one record behind, a loss of
//! power at most 64. What is behind the head is held by the chain alone.
//!
//! Verifying reads every line in full: it must be a record of this version, and the very text that
//! this version writes for it. Blocks of a MiB are walked two at a time, so that what is held of a
//! journal does not depend on its size; a line is no longer than 64 MiB.
//!
//! One writer at a time: an OS lock, which the kernel frees when the process dies.

mod blocks;
mod chain;
mod disk;
mod error;
mod head;
mod line;
mod quick;
mod walk;

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use jiff::Timestamp;

pub use chain::{Check, Sound, Verified};
pub use disk::{Disk, make_private_directory, write_private};
pub use error::JournalError;
pub use line::{Entry, Head, Line, LogEvent, ScanEvent};

use self::walk::Pace;
use crate::compliance::Scan;
use crate::engine::{Event, Record};

const JOURNAL: &str = "journal.jsonl";
const HEAD: &str = "journal.head";
const LOCK: &str = "journal.lock";
const DOOR: &str = "journal.door";

/// The journal, open for writing. Only one of them exists per directory.
pub struct Journal {
    disk: Box<dyn Disk>,
    head: Head,
    /// Set once an operation of the disk has failed: nothing may be written, or sent, after that.
    broken: Option<Broken>,
    _lock: File,
}

/// What a journal could not write down.
struct Broken {
    /// What the disk said.
    why: String,
    /// The lines as they would have been written, the failing one first.
    lines: Vec<Line>,
    /// The head that the last of them would have made.
    head: Head,
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Journal").field("head", &self.head).finish_non_exhaustive()
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
        Self::open_with(directory, actor, now, disk::KERNEL)
    }

    fn open_with(
        directory: &Path,
        actor: &str,
        now: Timestamp,
        sync: disk::Sync,
    ) -> Result<(Self, Vec<Line>), JournalError> {
        disk::make_private_directory(directory)?;
        let lock = disk::lock(directory, actor, now)?;
        let Verified { mut lines, torn, head, .. } = read(directory)?;
        if torn > 0 {
            set_aside(directory, torn, now, sync)?;
        }
        let disk = Box::new(disk::Files::open(directory, sync)?);
        let mut journal = Self { disk, head, broken: None, _lock: lock };
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

    /// Puts something between the journal and its disk: in practice and in tests, what fails.
    pub fn on(mut self, wrap: impl FnOnce(Box<dyn Disk>) -> Box<dyn Disk>) -> Self {
        self.disk = wrap(self.disk);
        self
    }

    /// Makes an event durable. When this returns, it is on the disk.
    ///
    /// # Errors
    /// The disk refuses, now or before. Nothing may be sent to AWS any more. What was to be written
    /// is among the [unwritten](Self::unwritten) lines then.
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

    /// Makes a scan durable. Returns the number of its record.
    ///
    /// # Errors
    /// As [`Journal::append`].
    pub fn append_scan(
        &mut self,
        actor: &str,
        now: Timestamp,
        scan: &Scan,
    ) -> Result<u64, JournalError> {
        let scanned = ScanEvent::Scanned { scan: Box::new(scan.clone()) };
        Ok(self.write(None, actor, now, Entry::Scan(scanned))?.seq)
    }

    /// The record that [`Journal::append`] would make durable.
    pub fn next(&self, run: &str, actor: &str, now: Timestamp, event: &Event) -> Record {
        Record {
            seq: self.end().seq + 1,
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

    /// What could not be written down, as the lines that it would have been.
    pub fn unwritten(&self) -> &[Line] {
        self.broken.as_ref().map_or(&[], |broken| &broken.lines)
    }

    /// What the next line hangs on: the last one, written or not.
    fn end(&self) -> &Head {
        self.broken.as_ref().map_or(&self.head, |broken| &broken.head)
    }

    fn write(
        &mut self,
        run: Option<&str>,
        actor: &str,
        now: Timestamp,
        event: Entry,
    ) -> Result<Line, JournalError> {
        let end = self.end();
        let (seq, prev) = (end.seq + 1, end.hash.clone());
        let run = run.map(str::to_owned);
        let line = Line { seq, time: now, run, actor: actor.to_owned(), event, prev };
        let bytes = line.to_bytes()?;
        if bytes.len() > blocks::LONGEST {
            let why = format!("it is {} bytes long, and would not be read again", bytes.len());
            return Err(JournalError::Unwritable { why });
        }
        let head = Head { log: self.head.log.clone(), seq, hash: line::text(&line::hash(&bytes)) };
        let kept = head.to_bytes()?;
        if let Some(broken) = &mut self.broken {
            broken.lines.push(line);
            broken.head = head;
            return Err(JournalError::Broken { why: broken.why.clone() });
        }
        // The head last: it may lag behind the journal, and must never run ahead of it.
        let written = self.disk.append(&bytes).and_then(|()| self.disk.sync());
        if let Err(error) = written.and_then(|()| self.disk.keep_head(&kept)) {
            self.broken = Some(Broken { why: error.to_string(), lines: vec![line], head });
            return Err(JournalError::Append { seq, error });
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
    let mut lines = Vec::new();
    let Sound { torn, check, head } = checked(directory, Pace::here(), Some(&mut lines))?;
    Ok(Verified { lines, torn, check, head })
}

/// Verifies the journal of a state directory as [`read`] does, and holds a few blocks of it at a
/// time, whatever its size.
///
/// # Errors
/// It does not verify, or the disk refuses.
pub fn verify(directory: &Path) -> Result<Sound, JournalError> {
    checked(directory, Pace::here(), None)
}

fn checked(
    directory: &Path,
    pace: Pace,
    lines: Option<&mut Vec<Line>>,
) -> Result<Sound, JournalError> {
    // The head first: a record that another process writes meanwhile is then one too many, which
    // is fine, and not one too few, which would look like a cut.
    let head = read_head(directory)?;
    match disk::open_if_there(&directory.join(JOURNAL))? {
        Some(file) => walk::walk(file, head.as_ref(), pace, lines),
        None if head.is_some_and(|head| head.seq > 0) => Err(JournalError::Missing),
        None => Ok(Sound::default()),
    }
}

/// The raw bytes of the journal, as they stand on the disk.
///
/// # Errors
/// The disk refuses.
pub fn raw(directory: &Path) -> Result<Vec<u8>, JournalError> {
    let mut bytes = Vec::new();
    raw_parts(directory, |part| bytes.extend_from_slice(part))?;
    Ok(bytes)
}

/// The raw bytes of the journal, part by part.
///
/// # Errors
/// The disk refuses.
pub fn raw_parts(directory: &Path, mut each: impl FnMut(&[u8])) -> Result<(), JournalError> {
    let Some(file) = disk::open_if_there(&directory.join(JOURNAL))? else { return Ok(()) };
    let mut file = BufReader::with_capacity(1 << 16, file);
    loop {
        let part = file.fill_buf()?;
        if part.is_empty() {
            return Ok(());
        }
        each(part);
        let length = part.len();
        file.consume(length);
    }
}

fn read_head(directory: &Path) -> Result<Option<Head>, JournalError> {
    let Some(file) = disk::open_if_there(&directory.join(HEAD))? else { return Ok(None) };
    let mut bytes = Vec::new();
    file.take(head::MOST).read_to_end(&mut bytes)?;
    head::read(&bytes).map(Some)
}

/// A last line without its end is what a crash in the middle of a write leaves behind.
fn set_aside(
    directory: &Path,
    torn: usize,
    now: Timestamp,
    sync: disk::Sync,
) -> Result<(), JournalError> {
    let mut file = OpenOptions::new().read(true).write(true).open(directory.join(JOURNAL))?;
    let whole = file.metadata()?.len() - torn as u64;
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(whole))?;
    file.read_to_end(&mut bytes)?;
    let name = format!("journal.torn-{}", now.as_millisecond());
    disk::replace(directory, &name, &bytes, sync)?;
    file.set_len(whole)?;
    (sync.all)(&file)?;
    Ok(())
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
