//! Checking the chain. Pure: lines in, or the first thing that is wrong out.

use super::JournalError;
use super::blocks::lines;
use super::line::{Entry, GENESIS, Hash, Head, Line, LogEvent, hash, text};
use super::quick::Quick;

/// A journal that verifies.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verified {
    /// Its lines.
    pub lines: Vec<Line>,
    /// How many bytes at the end are a torn line: what a crash in the middle of a write leaves.
    pub torn: usize,
    /// How far the kept head vouches for the end.
    pub check: Check,
    /// The head that its lines make.
    pub head: Head,
}

/// What is known of a journal that verifies, without its lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sound {
    /// How many bytes at the end are a torn line: what a crash in the middle of a write leaves.
    pub torn: usize,
    /// How far the kept head vouches for the end.
    pub check: Check,
    /// The head that its lines make: its number is how many there are.
    pub head: Head,
}

/// How far the kept head vouches for the end of the journal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Check {
    /// There was no head: a cut tail would not show.
    #[default]
    NoHead,
    /// The head is this line: at least so much is there, unchanged.
    Head(Head),
}

/// Where a chain stands: the number and the hash of the line that it was walked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stand {
    seq: u64,
    hash: Hash,
}

/// A chain that is walked line by line.
#[derive(Clone, Debug)]
pub(super) struct Chain<'a> {
    /// The head that was kept of it.
    kept: Option<&'a Head>,
    /// Its id, once the first line was seen.
    log: String,
    stand: Stand,
}

impl<'a> Chain<'a> {
    /// From its beginning.
    pub(super) fn begin(kept: Option<&'a Head>) -> Self {
        Self { kept, log: String::new(), stand: Stand { seq: 0, hash: GENESIS } }
    }

    /// From where a line says that it hangs, which is still to be seen.
    pub(super) fn at(kept: Option<&'a Head>, line: &Line) -> Option<Self> {
        let stand =
            Stand { seq: line.seq.checked_sub(1)?, hash: line.prev.as_bytes().try_into().ok()? };
        Some(Self { stand, ..Self::begin(kept) })
    }

    /// The number of the next line.
    pub(super) const fn next(&self) -> u64 {
        // A line may say that it has the highest number there is.
        self.stand.seq.saturating_add(1)
    }

    pub(super) const fn stand(&self) -> Stand {
        self.stand
    }

    /// Goes on from where somebody else has walked to.
    pub(super) const fn go_on(&mut self, stand: Stand) {
        self.stand = stand;
    }

    /// Checks a block of whole lines, and keeps them where they are wanted.
    ///
    /// # Errors
    /// The first that is wrong.
    pub(super) fn walk(
        &mut self,
        block: &[u8],
        quick: &mut Quick,
        mut kept: Option<&mut Vec<Line>>,
    ) -> Result<(), JournalError> {
        for raw in lines(block) {
            let (seq, prev) = (self.next(), &self.stand.hash);
            match &mut kept {
                None if quick.proves(raw, seq, prev) => {}
                None => drop(self.read(raw, quick)?),
                Some(kept) => {
                    let line = quick.read(raw, seq, prev);
                    kept.push(line.map_or_else(|| self.read(raw, quick), Ok)?);
                }
            }
            self.stand = Stand { seq, hash: hash(raw) };
            if let Some(kept) = self.kept
                && kept.seq == seq
                && kept.hash.as_bytes() != self.stand.hash
            {
                let why = "it is not the record that the head names".to_owned();
                return Err(JournalError::Line { seq, why });
            }
        }
        Ok(())
    }

    /// Reads the next line, given with its newline, and says what is wrong with it.
    fn read(&mut self, raw: &[u8], quick: &mut Quick) -> Result<Line, JournalError> {
        let seq = self.next();
        let bad = |why: String| JournalError::Line { seq, why };
        let line: Line =
            serde_json::from_slice(raw).map_err(|e| bad(format!("it is no record: {e}")))?;
        if line.seq != seq {
            return Err(bad(format!("it is numbered {}", line.seq)));
        }
        if line.prev.as_bytes() != self.stand.hash {
            // The hash tells that one of the two was changed, not which: name both.
            let why = match seq {
                1 => "it does not begin a journal".to_owned(),
                _ => format!("record {} before it was changed, or it was", seq - 1),
            };
            return Err(bad(why));
        }
        match &line.event {
            Entry::Log(LogEvent::Created { log }) if seq == 1 => self.log.clone_from(log),
            Entry::Log(LogEvent::Repaired { .. }) | Entry::Scan(_) | Entry::Run(_) if seq > 1 => {}
            Entry::Log(_) | Entry::Scan(_) | Entry::Run(_) => {
                let why = "a journal is created in its first record, and only there";
                return Err(bad(why.to_owned()));
            }
        }
        // What is there must be what this program writes: no second spelling of the same record.
        if line.to_bytes()? != raw {
            return Err(bad("it is not written as this program writes".to_owned()));
        }
        quick.learn(&line);
        Ok(line)
    }

    /// What is known at the end, with so many bytes of a torn line behind it.
    ///
    /// # Errors
    /// The tail was cut, or the head is that of another journal.
    pub(super) fn end(self, torn: usize) -> Result<Sound, JournalError> {
        let Stand { seq, hash } = self.stand;
        let head = Head { log: self.log, seq, hash: text(&hash) };
        let Some(kept) = self.kept else { return Ok(Sound { torn, check: Check::NoHead, head }) };
        if kept.seq > seq {
            return Err(JournalError::Cut { found: seq, head: kept.seq });
        }
        if seq > 0 && kept.seq > 0 && head.log != kept.log {
            let why = "it belongs to another journal than the head".to_owned();
            return Err(JournalError::Line { seq: 1, why });
        }
        Ok(Sound { torn, check: Check::Head(kept.clone()), head })
    }
}
