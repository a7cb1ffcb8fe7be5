//! A whole journal, checked block by block: with two threads where there are two processors.
//!
//! The second of two blocks is walked from where its first line says that it hangs, while the first
//! one is walked. It counts when the first has led to that very place. When it has not, or something
//! is wrong in the second, that one is walked again from where the first has led to: what is named
//! is always the first wrong line of the file.

use std::io::Read;
use std::thread;

use super::JournalError;
use super::blocks::{BLOCK, Blocks, End, LONGEST, lines};
use super::chain::{Chain, Sound, Stand};
use super::line::{Head, Line};
use super::quick::Quick;

/// How a journal is walked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// How long the blocks are.
    pub block: usize,
    /// How long a line may be.
    pub longest: usize,
    /// Whether two blocks are walked at once.
    pub two: bool,
}

impl Pace {
    /// As fits the machine.
    pub(super) fn here() -> Self {
        let two = thread::available_parallelism().is_ok_and(|count| count.get() > 1);
        Self { block: BLOCK, longest: LONGEST, two }
    }
}

/// The second of two blocks, walked before it is known whether it hangs on the first.
struct Ahead {
    from: Stand,
    to: Stand,
    lines: Vec<Line>,
}

/// Checks a journal against its chain and the head that was kept of it, and keeps its lines where
/// they are wanted.
///
/// # Errors
/// The first record that is wrong, or a tail that was cut; or it cannot be read.
pub(super) fn walk(
    from: impl Read,
    head: Option<&Head>,
    pace: Pace,
    mut kept: Option<&mut Vec<Line>>,
) -> Result<Sound, JournalError> {
    let mut blocks = Blocks::of(from, pace.block, pace.longest);
    let mut chain = Chain::begin(head);
    let (mut buffers, mut quicks) =
        ([Vec::new(), Vec::new()], [Quick::default(), Quick::default()]);
    let ([first, second], [quick, other]) = (&mut buffers, &mut quicks);
    while let Some(first) = blocks.next(first)? {
        let second = if pace.two { blocks.next(second)? } else { None };
        let Some(second) = second else {
            chain.walk(first, quick, kept.as_deref_mut())?;
            continue;
        };
        let wanted = kept.is_some();
        let ahead = thread::scope(|scope| {
            let ahead = || ahead(second, head, other, wanted);
            // Where there is no thread to be had, it is walked afterwards.
            let ahead = thread::Builder::new().spawn_scoped(scope, ahead);
            chain.walk(first, quick, kept.as_deref_mut())?;
            let joined = ahead.map(|thread| thread.join());
            Ok::<_, JournalError>(joined.ok().and_then(Result::ok).flatten())
        })?;
        match ahead {
            Some(ahead) if ahead.from == chain.stand() => {
                chain.go_on(ahead.to);
                if let Some(kept) = &mut kept {
                    kept.extend(ahead.lines);
                }
            }
            Some(_) | None => chain.walk(second, other, kept.as_deref_mut())?,
        }
    }
    match blocks.end() {
        None => chain.end(0),
        Some(End::Read { torn }) => chain.end(torn),
        Some(End::TooLong) => {
            let most = pace.longest >> 20;
            let why = format!("it is longer than {most} MiB, which no record is");
            Err(JournalError::Line { seq: chain.next(), why })
        }
    }
}

fn ahead(block: &[u8], head: Option<&Head>, quick: &mut Quick, wanted: bool) -> Option<Ahead> {
    let line = serde_json::from_slice(lines(block).next()?).ok()?;
    let mut chain = Chain::at(head, &line)?;
    let (from, mut lines) = (chain.stand(), Vec::new());
    chain.walk(block, quick, wanted.then_some(&mut lines)).ok()?;
    Some(Ahead { from, to: chain.stand(), lines })
}
