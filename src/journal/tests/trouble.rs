//! A disk that fails: what was written verifies, and what was not is not lost.

use std::sync::Arc;

use crate::journal::testing::{Failing, Fails, Failure};

use super::*;

/// Records that are appended.
const RECORDS: usize = 4;
/// Operations of the disk for each: the line, its fsync, the head.
const OPERATIONS: usize = 3;

/// Appends to a journal whose disk fails so. Returns which records became durable.
fn appended(home: &TempDir, failure: Failure) -> (Journal, Vec<bool>) {
    let (journal, _) = Journal::open(home.path(), ACTOR, at(0)).unwrap();
    let mut journal = journal.on(|disk| Box::new(Failing::new(disk, failure, &Arc::default())));
    let durable = (0..RECORDS).map(|_| journal.append("run-1", ACTOR, at(1), &note("x")));
    let durable = durable.map(|record| record.is_ok()).collect();
    (journal, durable)
}

fn failures() -> impl Iterator<Item = Failure> {
    (1..=RECORDS * OPERATIONS).flat_map(|nth| {
        Fails::ALL
            .into_iter()
            .flat_map(move |how| [false, true].map(move |for_good| Failure { nth, how, for_good }))
    })
}

#[test]
fn after_a_failing_write_fsync_or_head_nothing_is_written_any_more() {
    let mut cases = 0;
    for failure in failures() {
        let home = TempDir::new().unwrap();
        let (journal, durable) = appended(&home, failure);
        let fine = (failure.nth - 1) / OPERATIONS;
        let expected: Vec<_> = (0..RECORDS).map(|n| n < fine).collect();
        assert_eq!(durable, expected, "{failure:?}");
        // The first line is the journal's own.
        assert_eq!(journal.head().seq as usize, 1 + fine, "{failure:?}");
        cases += 1;
    }
    println!("{cases} failing operations");
}

#[test]
fn what_could_not_be_written_continues_what_was() {
    for failure in failures() {
        let home = TempDir::new().unwrap();
        let (journal, durable) = appended(&home, failure);
        let fine = durable.iter().filter(|durable| **durable).count();
        let unwritten = journal.unwritten();
        assert_eq!(unwritten.len(), RECORDS - fine, "{failure:?}");
        let whole = bytes_of(&home);
        let durable: Vec<&[u8]> = whole.split_inclusive(|b| *b == b'\n').take(1 + fine).collect();
        let mut copied = durable.concat();
        for line in unwritten {
            copied.extend(line.to_bytes().unwrap());
        }
        let sound = walk::walk(&copied[..], Some(journal.head()), Pace::here(), None).unwrap();
        assert_eq!(sound.head.seq as usize, 1 + RECORDS, "{failure:?}");
    }
}

#[test]
fn on_a_disk_that_was_repaired_the_journal_goes_on() {
    for failure in failures() {
        let home = TempDir::new().unwrap();
        drop(appended(&home, failure));
        let found = read(home.path()).unwrap_or_else(|error| panic!("{failure:?}: {error}"));
        let (mut journal, lines) = Journal::open(home.path(), ACTOR, at(2)).unwrap();
        assert!(lines.len() >= found.lines.len(), "{failure:?}");
        journal.append("run-1", ACTOR, at(3), &note("y")).unwrap();
        let again = read(home.path()).unwrap();
        assert_eq!((again.lines.len(), again.torn), (lines.len() + 1, 0), "{failure:?}");
        assert_eq!(again.check, Check::Head(journal.head().clone()), "{failure:?}");
    }
}

#[test]
fn a_copy_is_private_and_takes_no_place_of_another() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = TempDir::new().unwrap();
    let path = home.path().join("copy");
    write_private(&path, b"one\n").unwrap();
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    write_private(&path, b"two\n").unwrap_err();
    assert_eq!(std::fs::read(&path).unwrap(), b"one\n");
    let link = home.path().join("link");
    std::os::unix::fs::symlink(home.path().join("elsewhere"), &link).unwrap();
    write_private(&link, b"three\n").unwrap_err();
    assert!(!home.path().join("elsewhere").exists());
}
