//! The file of the head: two places that are written in turn.
//!
//! A head is written over the one before the last, never over the last one. So whenever a write is
//! cut short, the head before it is still whole; and no write waits for the disk. Each place holds
//! the head as JSON, a space, the SHA-256 of that JSON, and spaces up to a newline at its end.
//!
//! Former versions kept one JSON object and nothing else. It is still read.

use std::fs::File;
use std::io::{self, Seek as _, SeekFrom, Write as _};

use super::JournalError;
use super::disk::Sync;
use super::line::{Head, hash};

/// How long a place is. A sector of a disk is written as a whole, and is no shorter.
pub(super) const PLACE: usize = 512;

/// How much of the file is read: a longer one is none of ours.
pub(super) const MOST: u64 = 16 << 10;

/// By how many records the head may lag behind after a loss of power. A crash of the process alone
/// leaves it at most one behind.
pub(super) const LAG: usize = 64;

/// Reads the content of the file.
///
/// # Errors
/// None of it is whole.
pub(super) fn read(bytes: &[u8]) -> Result<Head, JournalError> {
    if bytes.len() != 2 * PLACE {
        return serde_json::from_slice(bytes).map_err(|e| damaged(e.to_string()));
    }
    let heads = bytes.chunks(PLACE).filter_map(whole);
    heads
        .max_by_key(|head| head.seq)
        .ok_or_else(|| damaged("neither of its two places is whole".to_owned()))
}

const fn damaged(why: String) -> JournalError {
    JournalError::Head { why }
}

/// The head in a place, when every byte of it is as it was written.
fn whole(place: &[u8]) -> Option<Head> {
    let (json, _) = std::str::from_utf8(place).ok()?.trim_end().rsplit_once(' ')?;
    let head = serde_json::from_str(json).ok()?;
    (self::place(json.as_bytes()).ok()? == place).then_some(head)
}

/// A place with this head.
fn place(json: &[u8]) -> io::Result<Vec<u8>> {
    let mut place = [json, b" ", &hash(json)].concat();
    if place.len() >= PLACE {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the id of the journal is too long",
        ));
    }
    place.resize(PLACE - 1, b' ');
    place.push(b'\n');
    Ok(place)
}

/// The content of a new file.
pub(super) fn fresh(json: &[u8]) -> io::Result<Vec<u8>> {
    let mut bytes = place(json)?;
    bytes.resize(2 * PLACE - 1, b' ');
    bytes.push(b'\n');
    Ok(bytes)
}

/// The file, open to be written in place.
#[derive(Debug)]
pub(super) struct Places {
    file: File,
    /// How many heads were written into it.
    written: usize,
}

impl Places {
    /// Over a [fresh] file that is on the disk.
    pub(super) const fn of(file: File) -> Self {
        Self { file, written: 1 }
    }

    /// Writes a head where the one before the last was. It reaches the disk when the system likes
    /// to, and every [`LAG`]th waits for that.
    pub(super) fn write(&mut self, json: &[u8], sync: Sync) -> io::Result<()> {
        let place = place(json)?;
        let at = self.written % 2 * PLACE;
        self.file.seek(SeekFrom::Start(at as u64))?;
        self.file.write_all(&place)?;
        self.written += 1;
        if self.written.is_multiple_of(LAG) { (sync.data)(&self.file) } else { Ok(()) }
    }
}
