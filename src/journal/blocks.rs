//! A journal as blocks of whole lines: what is held of it never depends on its size.

use std::io::{self, Read};

/// How much is read at a time.
pub(super) const BLOCK: usize = 1 << 20;

/// How long a line may be. A longer one is neither written nor read: what somebody puts there does
/// not fill the memory.
pub(super) const LONGEST: usize = 64 << 20;

/// The blocks of a journal, in order.
pub(super) struct Blocks<R> {
    from: R,
    block: usize,
    longest: usize,
    /// The beginning of a line of which the end is not read yet.
    begun: Vec<u8>,
    end: Option<End>,
}

/// Why there are no more blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// All is read; so many bytes at the end are no whole line.
    Read { torn: usize },
    /// The next line is longer than any may be.
    TooLong,
}

impl<R: Read> Blocks<R> {
    /// Blocks of about this length, of lines that are no longer than that.
    pub(super) const fn of(from: R, block: usize, longest: usize) -> Self {
        Self { from, block, longest, begun: Vec::new(), end: None }
    }

    /// Why there are no more; none while there may be.
    pub(super) const fn end(&self) -> Option<End> {
        self.end
    }

    /// Reads the next block in place of what is there: one whole line at least. None when there are
    /// no more.
    pub(super) fn next<'a>(&mut self, block: &'a mut Vec<u8>) -> io::Result<Option<&'a [u8]>> {
        block.clear();
        if self.end.is_some() {
            return Ok(None);
        }
        block.append(&mut self.begun);
        loop {
            let known = block.len();
            let count = self.from.by_ref().take(self.block as u64).read_to_end(block)?;
            if let Some(last) = block[known..].iter().rposition(|byte| *byte == b'\n') {
                let whole = known + last + 1;
                self.begun.extend_from_slice(&block[whole..]);
                block.truncate(whole);
                return Ok(Some(block));
            }
            if block.len() > self.longest {
                self.end = Some(End::TooLong);
                return Ok(None);
            }
            if count == 0 {
                self.end = Some(End::Read { torn: block.len() });
                return Ok(None);
            }
        }
    }
}

/// The lines of a block, each with its newline.
pub(super) fn lines(block: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = block;
    std::iter::from_fn(move || {
        let whole = rest;
        // Reading from memory does not fail.
        let length = io::BufRead::skip_until(&mut rest, b'\n').ok().filter(|length| *length > 0)?;
        Some(&whole[..length])
    })
}
