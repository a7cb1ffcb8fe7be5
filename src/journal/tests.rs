//! The journal under a tired disk and under a hand that edits it.
//!
//! # What was taken out, and who saw it
//!
//! Each of these was taken out of the journal, alone, and turned these tests red.
//!
//! ```text
//! the sync after an append                        power: all of them
//! the sync of the file, of the new head, of what  power: sync all that they write
//!   was torn, of the cut journal, of the names
//! the kernel: a sync that does nothing            power: the kernel is asked
//! the head is kept before the line is synced      power: names nothing that is lost
//! the head is not kept                            eight, first: the journal that vanished
//! nothing is broken after a failed append         trouble: nothing is written any more
//! the lock                                        a second writer is told
//! the repair of a torn line                       set aside, and journalled
//! the hash of the line before                     every flipped bit
//! the head, as the hash of its record             every flipped bit, of the last line
//! the head, as the number of records              lines deleted, doubled, swapped or cut
//! ```
//!
//! Nobody sees the sync of a copy of what could not be written (`write_private`): nothing depends on
//! it but the copy.

use tempfile::TempDir;

use super::*;

mod power;
mod trouble;

const ACTOR: &str = "ana@desk";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + second).unwrap()
}

fn note(text: &str) -> Event {
    Event::Noted { text: text.to_owned() }
}

fn journal_of(notes: &[&str]) -> TempDir {
    let home = TempDir::new().unwrap();
    let (mut journal, _) = Journal::open(home.path(), ACTOR, at(0)).unwrap();
    for (second, text) in (1..).zip(notes) {
        journal.append("run-1", ACTOR, at(second), &note(text)).unwrap();
    }
    home
}

fn bytes_of(home: &TempDir) -> Vec<u8> {
    raw(home.path()).unwrap()
}

fn overwrite(home: &TempDir, bytes: &[u8]) {
    std::fs::write(home.path().join(JOURNAL), bytes).unwrap();
}

#[test]
fn what_is_appended_is_there_after_reopening_and_continues() {
    let home = journal_of(&["one", "two"]);
    let (mut journal, lines) = Journal::open(home.path(), ACTOR, at(9)).unwrap();
    assert_eq!(lines.len(), 3);
    assert_eq!(journal.append("run-1", ACTOR, at(9), &note("three")).unwrap().seq, 4);
    let verified = read(home.path()).unwrap();
    assert_eq!(verified.lines.last().unwrap().record().unwrap().event, note("three"));
    assert_eq!(verified.check, Check::Head(journal.head().clone()));
}

#[test]
fn sha256sum_alone_can_follow_the_chain() {
    let home = journal_of(&["one", "two"]);
    let bytes = bytes_of(&home);
    let lines: Vec<_> = bytes.split_inclusive(|b| *b == b'\n').collect();
    let last: serde_json::Value = serde_json::from_slice(lines[2]).unwrap();
    assert_eq!(last["prev"], line::hash(lines[1]));
}

#[test]
fn every_flipped_bit_is_found_and_the_record_named() {
    let home = journal_of(&["one", "two", "three"]);
    let good = bytes_of(&home);
    let mut cases = 0;
    for position in 0..good.len() {
        for bit in 0..8 {
            let mut bad = good.clone();
            bad[position] ^= 1 << bit;
            overwrite(&home, &bad);
            let error = read(home.path()).expect_err("a flipped bit was not found");
            assert!(error.is_tampering(), "{error}");
            assert!(error.to_string().contains("record"), "{error}");
            cases += 1;
        }
    }
    println!("{cases} flipped bits");
}

#[test]
fn lines_deleted_doubled_swapped_or_cut_are_found() {
    let home = journal_of(&["one", "two", "three", "four"]);
    let good = bytes_of(&home);
    let lines: Vec<_> = good.split_inclusive(|b| *b == b'\n').collect();
    let mut edits: Vec<Vec<&[u8]>> = Vec::new();
    for n in 0..lines.len() {
        edits.push([&lines[..n], &lines[n + 1..]].concat());
        edits.push([&lines[..=n], &lines[n..]].concat());
        edits.push(lines[..n].to_vec());
        if n > 0 {
            let mut swapped = lines.clone();
            swapped.swap(n, n - 1);
            edits.push(swapped);
        }
    }
    for edit in edits {
        overwrite(&home, &edit.concat());
        assert!(read(home.path()).unwrap_err().is_tampering());
        assert!(Journal::open(home.path(), ACTOR, at(9)).unwrap_err().is_tampering());
    }
}

#[test]
fn a_tail_that_was_cut_and_continued_is_found() {
    let home = journal_of(&["one", "two"]);
    let other = journal_of(&["one", "other"]);
    overwrite(&home, &bytes_of(&other));
    assert!(read(home.path()).unwrap_err().is_tampering());
}

#[test]
fn a_torn_last_line_is_set_aside_and_the_repair_is_journalled() {
    let home = journal_of(&["one"]);
    let mut bytes = bytes_of(&home);
    bytes.extend_from_slice(b"{\"seq\":3,\"time\":\"20");
    overwrite(&home, &bytes);
    assert_eq!(read(home.path()).unwrap().torn, 19);
    let (_, lines) = Journal::open(home.path(), ACTOR, at(5)).unwrap();
    assert_eq!(lines[2].event, Entry::Log(LogEvent::Repaired { bytes: 19 }));
    assert_eq!(read(home.path()).unwrap().torn, 0);
    let aside = std::fs::read(home.path().join(format!("journal.torn-{}", at(5).as_millisecond())));
    assert_eq!(aside.unwrap(), b"{\"seq\":3,\"time\":\"20");
}

#[test]
fn a_second_writer_is_told_who_writes() {
    let home = TempDir::new().unwrap();
    let (journal, _) = Journal::open(home.path(), ACTOR, at(0)).unwrap();
    let error = Journal::open(home.path(), "eve@sofa", at(1)).unwrap_err();
    assert!(
        matches!(&error, JournalError::Locked { holder } if holder.starts_with(ACTOR)),
        "{error}"
    );
    drop(journal);
    Journal::open(home.path(), "eve@sofa", at(2)).unwrap();
}

#[test]
fn without_a_head_the_chain_is_checked_and_the_lack_is_said() {
    let home = journal_of(&["one"]);
    std::fs::remove_file(home.path().join(HEAD)).unwrap();
    assert_eq!(read(home.path()).unwrap().check, Check::NoHead);
}

#[test]
fn a_journal_that_vanished_leaves_its_head_behind() {
    let home = journal_of(&["one"]);
    std::fs::remove_file(home.path().join(JOURNAL)).unwrap();
    assert!(read(home.path()).unwrap_err().is_tampering());
}
