//! The journal under a tired disk and under a hand that edits it.
//!
//! # What was taken out, and who saw it
//!
//! Each of these was taken out of the journal, alone, and turned these tests red.
//!
//! ```text
//! the sync after an append                        power: all of them
//! the sync of the file, of the first head and its power: sync all that they write
//!   name, of what was torn, of the cut journal,
//!   of the names
//! the sync of every 64th head                     power: never more than 64 behind
//! the hash of a head, the second of its places    power: an older head and a torn one,
//!                                                   every byte of the head
//! the kernel: a sync that does nothing            power: the kernel is asked
//! the head is kept before the line is synced      power: names nothing that is lost
//! the head is not kept                            eight, first: the journal that vanished
//! nothing is broken after a failed append         trouble: nothing is written any more
//! the lock                                        a second writer is told
//! the repair of a torn line                       set aside, and journalled
//! the hash of the line before                     every flipped bit
//! the head, as the hash of its record             every flipped bit, of the last line
//! the head, as the number of records              lines deleted, doubled, swapped or cut
//! a seam: a block is taken as it claims to hang   large: two journals at a seam, and two more
//! the event of a line is not read, or not         large: no second spelling, and what is wrong
//!   compared with how it is written
//! a second is any two digits                      large: a time passes as it is written
//! the limit of a line, read or written            large: longer than any
//! ```
//!
//! Nobody sees the sync of a copy of what could not be written (`write_private`): nothing depends on
//! it but the copy.

use tempfile::TempDir;

use super::*;

mod large;
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
    assert_eq!(last["prev"], line::text(&line::hash(lines[1])));
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

/// The head as it was kept by former versions.
fn former(head: &Head) -> String {
    let Head { log, seq, hash } = head;
    format!("{{\"log\":\"{log}\",\"seq\":{seq},\"hash\":\"{hash}\"}}\n")
}

#[test]
fn the_head_of_a_former_version_is_read_and_kept_anew() {
    let home = journal_of(&["one"]);
    let kept = home.path().join(HEAD);
    let Check::Head(head) = read(home.path()).unwrap().check else { panic!("no head") };
    std::fs::write(&kept, former(&head)).unwrap();
    assert_eq!(read(home.path()).unwrap().check, Check::Head(head.clone()));
    let whole = bytes_of(&home);
    let cut = whole.split_inclusive(|b| *b == b'\n').next().unwrap();
    overwrite(&home, cut);
    assert!(matches!(read(home.path()), Err(JournalError::Cut { found: 1, head: 2 })));
    overwrite(&home, &whole);
    let (mut journal, _) = Journal::open(home.path(), ACTOR, at(5)).unwrap();
    journal.append("run-1", ACTOR, at(5), &note("two")).unwrap();
    assert_eq!(std::fs::metadata(&kept).unwrap().len(), 2 * head::PLACE as u64);
    assert_eq!(read(home.path()).unwrap().check, Check::Head(journal.head().clone()));
}

/// A byte of the head that is not as it was written: the one before vouches then, and nothing that
/// was never a head does.
#[test]
fn every_byte_of_the_head_is_checked() {
    let home = journal_of(&["one", "two"]);
    let kept = home.path().join(HEAD);
    let good = std::fs::read(&kept).unwrap();
    for place in 0..good.len() {
        for bit in 0..8 {
            let mut bad = good.clone();
            bad[place] ^= 1 << bit;
            std::fs::write(&kept, &bad).unwrap();
            let Check::Head(head) = read(home.path()).unwrap().check else { panic!("no head") };
            // The third is in the first place again, the second in the other.
            let expected = if place < head::PLACE { 2 } else { 3 };
            assert_eq!(head.seq, expected, "byte {place}, bit {bit}");
        }
    }
    let mut bad = good.clone();
    bad[0] ^= 1;
    bad[head::PLACE] ^= 1;
    for bad in [&bad[..], &good[1..], b"", b"{}", b"{}\n"] {
        std::fs::write(&kept, bad).unwrap();
        assert!(matches!(read(home.path()), Err(JournalError::Head { .. })));
        assert!(Journal::open(home.path(), ACTOR, at(9)).unwrap_err().is_tampering());
    }
}
