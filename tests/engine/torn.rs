//! The journal is cut: at every record of every shipped book, one byte before its end and one byte
//! after. What the next process finds there, with the head as it stood at that moment, opens, adds
//! up, goes on to success, does nothing twice and verifies at the end.
//!
//! What is found depends on nothing but the number of whole records, and `crash` walks on from every
//! record. So here each cut is opened, repaired and gone on with, and one in twelve, of each kind in
//! turn, is walked to the end. The large size cuts at every byte and walks them all.
//!
//! The disk of these tests keeps only what was synced: an append that is not synced is lost with the
//! process, as with a loss of power.

use std::fs;
use std::io;
use std::path::Path;

use muster::engine::{Command, Record, Rest};
use muster::journal::{Check, Disk, Journal, read};
use tempfile::TempDir;

use crate::book::start;
use crate::crash::{filmed, unsent};
use crate::oath::hold;
use crate::operator::Operator;
use crate::shell::{ACTOR, Moment, Shell};
use crate::shipped::{self, Shipped};

const JOURNAL: &str = "journal.jsonl";
const HEAD: &str = "journal.head";

/// A disk that gets what was appended once it is synced, and not before.
struct Volatile {
    disk: Box<dyn Disk>,
    unsynced: Vec<u8>,
}

impl Disk for Volatile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.unsynced.extend(bytes);
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        self.disk.append(&std::mem::take(&mut self.unsynced))?;
        self.disk.sync()
    }

    fn keep_head(&mut self, head: &[u8]) -> io::Result<()> {
        self.disk.keep_head(head)
    }
}

/// Opens the journal of a directory as a new process does, on a disk that forgets.
fn open(home: &Path, at: jiff::Timestamp) -> (Journal, Vec<Record>) {
    let (journal, lines) = Journal::open(home, ACTOR, at).unwrap();
    let records = lines.iter().filter_map(muster::journal::Line::record).collect();
    let journal = journal.on(|disk| Box::new(Volatile { disk, unsynced: Vec::new() }));
    (journal, records)
}

/// What stands on the disk after each record: how long the journal is, and the head.
struct Kept {
    records: Vec<Record>,
    moments: Vec<Moment>,
    bytes: Vec<u8>,
    /// The first is before the run.
    ends: Vec<(usize, Vec<u8>)>,
}

fn kept(book: &Shipped) -> Kept {
    let (records, moments) = filmed(book);
    let home = TempDir::new().unwrap();
    let (mut journal, _) = open(home.path(), start());
    let stands = || {
        let bytes = fs::metadata(home.path().join(JOURNAL)).unwrap().len();
        (usize::try_from(bytes).unwrap(), fs::read(home.path().join(HEAD)).unwrap())
    };
    let mut ends = vec![stands()];
    for Record { time, run, actor, event, .. } in &records {
        journal.append(run, actor, *time, event).unwrap();
        ends.push(stands());
    }
    let bytes = fs::read(home.path().join(JOURNAL)).unwrap();
    Kept { records, moments, bytes, ends }
}

/// What the process that died may have left behind.
#[derive(Clone, Copy, Debug)]
struct Cut {
    /// How long the journal is.
    length: usize,
    /// How many records of it are whole.
    whole: usize,
    /// After how many records the head was written.
    head: usize,
}

/// The cuts around the end of record `n`, or everywhere in it. The head is written after the record:
/// of a record that is just whole it may know or not know.
fn cuts(kept: &Kept, n: usize) -> Vec<Cut> {
    let (before, end) = (kept.ends[n - 1].0, kept.ends[n].0);
    let torn = |length| Cut { length, whole: n - 1, head: n - 1 };
    let mut cuts: Vec<_> = if shipped::large() {
        (before + 1..end).map(torn).collect()
    } else {
        vec![torn(before + 1), torn(end - 1)]
    };
    cuts.push(Cut { length: end, whole: n, head: n - 1 });
    cuts.push(Cut { length: end, whole: n, head: n });
    cuts
}

/// The next process over what is left, which resumes the run; none when not even the first record of
/// it is whole. It goes on to its success, or dies at once.
fn go_on(kept: &Kept, cut: Cut, to_the_end: bool) -> Option<Shell> {
    let home = TempDir::new().unwrap();
    fs::write(home.path().join(JOURNAL), &kept.bytes[..cut.length]).unwrap();
    fs::write(home.path().join(HEAD), &kept.ends[cut.head].1).unwrap();
    let now = kept.moments[cut.whole.saturating_sub(1)].now;
    let (journal, records) = open(home.path(), now);
    assert_eq!(records.len(), cut.whole, "{cut:?}");
    let same = |(found, wanted): (&Record, &Record)| found.event == wanted.event;
    assert!(records.iter().zip(&kept.records).all(same), "{cut:?}");
    if records.is_empty() {
        return None;
    }
    let Moment { now, world, sent } = kept.moments[cut.whole - 1].clone();
    let mut shell = Shell::of(world, records, now, sent);
    // A call whose intent is whole may have been sent: nobody sees the answer.
    if cut.length.is_multiple_of(2) {
        for (attempt, call) in unsent(&shell) {
            let _ = shell.send(attempt, &call);
        }
    }
    shell.journal = Some(journal);
    if !shell.run.is_at_rest() {
        shell.ask(&Command::Resume {}).unwrap();
    }
    if to_the_end && !shell.run.is_at_rest() {
        assert_eq!(Operator::default().walk(&mut shell), Rest::Succeeded {}, "{}", shell.tail());
    }
    if to_the_end {
        verifies(home.path(), &mut shell);
    }
    Some(shell)
}

/// The journal holds what the process knows, all of it, and its head vouches for the end.
fn verifies(home: &Path, shell: &mut Shell) {
    let last = shell.journal.take().unwrap().head().clone();
    let verified = read(home).unwrap();
    let records: Vec<_> = verified.lines.iter().filter_map(muster::journal::Line::record).collect();
    assert_eq!((&records, verified.torn), (&shell.records, 0));
    let Check::Head(head) = verified.check else { panic!("the head is gone") };
    // A run that was at rest already is only read.
    assert!(head == last || shell.calls == (0, 0), "{head}, {last}");
}

#[test]
fn a_journal_that_is_cut_anywhere_goes_on() {
    for book in shipped::and_back() {
        let kept = kept(book);
        let end = &kept.moments.last().unwrap().world;
        let (effects, state) = (end.ledger().len(), end.state());
        let mut cases = 0;
        for n in 1..=kept.records.len() {
            for (which, cut) in cuts(&kept, n).into_iter().enumerate() {
                let to_the_end = shipped::large() || (n % 3 == 0 && which == n / 3 % 4);
                let shell = go_on(&kept, cut, to_the_end);
                if let Some(shell) = shell.filter(|_| to_the_end) {
                    hold(&shell);
                    assert_eq!(shell.world.ledger().len(), effects, "{}: {cut:?}", book.name);
                    assert_eq!(shell.world.state(), state, "{}: {cut:?}", book.name);
                }
                cases += 1;
            }
        }
        println!("{}: {cases} cuts at {} records", book.name, kept.records.len());
    }
}
