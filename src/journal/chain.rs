//! Checking the chain. Pure: bytes in, lines or the first thing that is wrong out.

use super::JournalError;
use super::line::{Entry, GENESIS, Head, Line, LogEvent, hash};

/// A journal that verifies.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verified {
    /// Its lines.
    pub lines: Vec<Line>,
    /// How many bytes at the end are a torn line: what a crash in the middle of a write leaves.
    pub torn: usize,
    /// How far the kept head vouches for the end.
    pub check: Check,
}

impl Verified {
    /// The head that its lines make.
    pub fn head(&self) -> Head {
        Head::of(&self.lines)
    }
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

/// A chain that is walked line by line.
#[derive(Debug)]
pub struct Chain {
    seq: u64,
    hash: String,
}

impl Default for Chain {
    fn default() -> Self {
        Self { seq: 0, hash: GENESIS.to_owned() }
    }
}

impl Chain {
    /// Checks the next line, given with its newline.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn next(&mut self, raw: &[u8]) -> Result<Line, JournalError> {
        let seq = self.seq + 1;
        let bad = |why: String| JournalError::Line { seq, why };
        let line: Line =
            serde_json::from_slice(raw).map_err(|e| bad(format!("it is no record: {e}")))?;
        if line.seq != seq {
            return Err(bad(format!("it is numbered {}", line.seq)));
        }
        if line.prev != self.hash {
            // The hash tells that one of the two was changed, not which: name both.
            let why = match seq {
                1 => "it does not begin a journal".to_owned(),
                _ => format!("record {} before it was changed, or it was", seq - 1),
            };
            return Err(bad(why));
        }
        if (seq == 1) != matches!(line.event, Entry::Log(LogEvent::Created { .. })) {
            return Err(bad("a journal is created in its first record, and only there".to_owned()));
        }
        // What is there must be what this program writes: no second spelling of the same record.
        if line.to_bytes()? != raw {
            return Err(bad("it is not written as this program writes".to_owned()));
        }
        self.seq = seq;
        self.hash = hash(raw);
        Ok(line)
    }
}

/// Checks a whole journal against its chain and the head that was kept of it.
///
/// # Errors
/// The first record that is wrong, or a tail that was cut.
pub(super) fn check(bytes: &[u8], head: Option<&Head>) -> Result<Verified, JournalError> {
    let mut chain = Chain::default();
    let mut lines = Vec::new();
    let mut torn = 0;
    for raw in bytes.split_inclusive(|byte| *byte == b'\n') {
        if !raw.ends_with(b"\n") {
            torn = raw.len();
            break;
        }
        lines.push(chain.next(raw)?);
        if let Some(head) = head
            && head.seq == chain.seq
            && head.hash != chain.hash
        {
            let why = "it is not the record that the head names".to_owned();
            return Err(JournalError::Line { seq: chain.seq, why });
        }
    }
    let Some(head) = head else { return Ok(Verified { lines, torn, check: Check::NoHead }) };
    if head.seq > chain.seq {
        return Err(JournalError::Cut { found: chain.seq, head: head.seq });
    }
    if !lines.is_empty() && head.seq > 0 && Head::of(&lines).log != head.log {
        let why = "it belongs to another journal than the head".to_owned();
        return Err(JournalError::Line { seq: 1, why });
    }
    Ok(Verified { lines, torn, check: Check::Head(head.clone()) })
}
