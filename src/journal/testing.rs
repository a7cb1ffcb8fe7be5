//! A disk that fails when it is told to, for tests.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::Disk;

/// How an operation fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fails {
    /// No space is left, and nothing is written.
    NoSpace,
    /// No space is left after a part of the bytes.
    Short,
    /// The device answers with an error.
    Io,
    /// The file system was made read-only.
    ReadOnly,
}

impl Fails {
    /// Every way.
    pub const ALL: [Self; 4] = [Self::NoSpace, Self::Short, Self::Io, Self::ReadOnly];

    fn error(self) -> io::Error {
        match self {
            Self::NoSpace | Self::Short => io::ErrorKind::StorageFull.into(),
            Self::Io => io::Error::other("input/output error"),
            Self::ReadOnly => io::ErrorKind::ReadOnlyFilesystem.into(),
        }
    }
}

/// Which operation of the disk fails, and how.
#[derive(Clone, Copy, Debug)]
pub struct Failure {
    /// Its number, from 1.
    pub nth: usize,
    /// How it fails.
    pub how: Fails,
    /// Whether those after it fail too.
    pub for_good: bool,
}

/// A disk of which one operation, or all from one on, fail.
pub struct Failing {
    disk: Box<dyn Disk>,
    failure: Failure,
    /// Operations so far, shared with the test.
    seen: Arc<AtomicUsize>,
}

impl Failing {
    /// Fails so on top of this disk, and counts the operations.
    pub fn new(disk: Box<dyn Disk>, failure: Failure, seen: &Arc<AtomicUsize>) -> Self {
        Self { disk, failure, seen: Arc::clone(seen) }
    }

    fn step(&self) -> io::Result<()> {
        let now = self.seen.fetch_add(1, Ordering::SeqCst) + 1;
        let Failure { nth, how, for_good } = self.failure;
        if now == nth || (for_good && now > nth) { Err(how.error()) } else { Ok(()) }
    }
}

impl Disk for Failing {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let step = self.step();
        if step.is_err() && self.failure.how == Fails::Short {
            self.disk.append(&bytes[..bytes.len() / 2])?;
        }
        step.and_then(|()| self.disk.append(bytes))
    }

    fn sync(&mut self) -> io::Result<()> {
        self.step().and_then(|()| self.disk.sync())
    }

    fn keep_head(&mut self, head: &[u8]) -> io::Result<()> {
        self.step().and_then(|()| self.disk.keep_head(head))
    }
}

/// The hash of a line, as the next one carries it.
pub fn hash(raw: &[u8]) -> String {
    super::line::text(&super::line::hash(raw))
}
