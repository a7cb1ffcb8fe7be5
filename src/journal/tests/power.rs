//! A loss of power: nothing is taken for durable before its fsync has said so.

use std::cell::{Cell, RefCell};
use std::io;

use crate::journal::disk::{Files, KERNEL, Sync};
use crate::journal::head::{LAG, PLACE};
use crate::journal::testing::{Failing, Fails, Failure};

use super::*;

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

thread_local! {
    /// What was synced by this test: whether a directory, and how long it was.
    static SYNCED: RefCell<Vec<Option<u64>>> = const { RefCell::new(Vec::new()) };
    /// Which sync fails, from 1; 0 for none.
    static FAILS: Cell<usize> = const { Cell::new(0) };
}

/// Both kinds of sync, counted alike.
const COUNTED: Sync = Sync { data: counted, all: counted };

fn counted(file: &File) -> io::Result<()> {
    let found = file.metadata()?;
    let nth = SYNCED.with_borrow_mut(|synced| {
        synced.push(found.is_file().then_some(found.len()));
        synced.len()
    });
    if nth == FAILS.get() { Err(io::Error::other("input/output error")) } else { Ok(()) }
}

/// What is synced while this is done: the length of each file, nothing for a directory.
fn synced<T>(fails: usize, done: impl FnOnce() -> T) -> (T, Vec<Option<u64>>) {
    SYNCED.take();
    FAILS.set(fails);
    (done(), SYNCED.take())
}

fn length(home: &TempDir, name: &str) -> u64 {
    std::fs::metadata(home.path().join(name)).unwrap().len()
}

#[test]
fn the_power_may_go_at_any_operation_and_the_head_names_nothing_that_is_lost() {
    for nth in 1..=9 {
        let home = TempDir::new().unwrap();
        let (journal, _) = Journal::open(home.path(), ACTOR, at(0)).unwrap();
        let failure = Failure { nth, how: Fails::Io, for_good: true };
        let mut journal = journal.on(|disk| {
            let disk = Box::new(Volatile { disk, unsynced: Vec::new() });
            Box::new(Failing::new(disk, failure, &std::sync::Arc::default()))
        });
        let durable =
            (1..=3).filter(|n| journal.append("run-1", ACTOR, at(*n), &note("x")).is_ok());
        let durable = durable.count();
        drop(journal);
        let found = read(home.path()).unwrap_or_else(|error| panic!("operation {nth}: {error}"));
        assert!(found.lines.len() > durable, "operation {nth}: a record was lost");
    }
}

#[test]
fn a_new_journal_an_append_and_a_repair_sync_all_that_they_write() {
    let home = TempDir::new().unwrap();
    let open = |second| Journal::open_with(home.path(), ACTOR, at(second), COUNTED);
    let (opened, first) = synced(0, || open(0).unwrap());
    let (mut journal, _) = opened;
    // The name of the journal, its first line, the head before it gets its name, and the name.
    let head = Some(length(&home, HEAD));
    assert_eq!(first, [None, Some(length(&home, JOURNAL)), head, None]);
    let ((), appended) = synced(0, || {
        journal.append("run-1", ACTOR, at(1), &note("x")).unwrap();
    });
    // The head is not waited for.
    assert_eq!(appended, [Some(length(&home, JOURNAL))]);
    drop(journal);
    let whole = length(&home, JOURNAL);
    overwrite(&home, &[bytes_of(&home), b"torn".to_vec()].concat());
    let (_, repaired) = synced(0, || open(2).unwrap());
    let journal = Some(length(&home, JOURNAL));
    // First what was torn, then the journal without it.
    assert_eq!(repaired, [Some(4), Some(whole), None, journal, head, None]);
}

#[test]
fn the_head_on_the_disk_is_never_more_than_64_records_behind() {
    let home = TempDir::new().unwrap();
    let (mut journal, _) = Journal::open_with(home.path(), ACTOR, at(0), COUNTED).unwrap();
    let (mut behind, mut most) = (0, 0);
    for second in 1..300 {
        // A loss of power between the line and its head leaves the head as it was.
        behind += 1;
        most = behind.max(most);
        let (_, synced) = synced(0, || journal.append("run-1", ACTOR, at(second), &note("x")));
        match synced.len() {
            1 => {}
            2 => behind = 0,
            _ => panic!("{synced:?}"),
        }
    }
    assert_eq!(most, LAG);
}

/// What a loss of power leaves of heads that were not waited for: any one since the last that was,
/// or one that was being written, up to any byte.
#[test]
fn an_older_head_and_a_torn_one_vouch_for_what_was_before_them() {
    let home = TempDir::new().unwrap();
    let (mut journal, _) = Journal::open(home.path(), ACTOR, at(0)).unwrap();
    let mut heads = vec![std::fs::read(home.path().join(HEAD)).unwrap()];
    for second in 1..=4 {
        journal.append("run-1", ACTOR, at(second), &note("x")).unwrap();
        heads.push(std::fs::read(home.path().join(HEAD)).unwrap());
    }
    drop(journal);
    let journal = bytes_of(&home);
    let vouched = |head: &[u8]| {
        std::fs::write(home.path().join(HEAD), head).unwrap();
        match read(home.path()).unwrap().check {
            Check::Head(head) => head.seq,
            Check::NoHead => panic!("the head is gone"),
        }
    };
    for (seq, pair) in (1..).zip(heads.windows(2)) {
        assert_eq!(vouched(&pair[0]), seq);
        for length in 0..=2 * PLACE {
            let torn = [&pair[1][..length], &pair[0][length..]].concat();
            let whole = torn == pair[1];
            assert_eq!(vouched(&torn), seq + u64::from(whole), "{length} bytes of {}", seq + 1);
        }
    }
    for head in &heads {
        overwrite(&home, &journal);
        vouched(head);
        let (mut journal, lines) = Journal::open(home.path(), ACTOR, at(9)).unwrap();
        assert_eq!(lines.len(), 5);
        journal.append("run-1", ACTOR, at(9), &note("y")).unwrap();
        assert_eq!(read(home.path()).unwrap().check, Check::Head(journal.head().clone()));
    }
}

#[test]
fn a_sync_that_fails_is_believed_and_nothing_takes_its_name() {
    let torn = |home: &TempDir| overwrite(home, &[bytes_of(home), b"torn".to_vec()].concat());
    for nth in 1..=5 {
        let home = journal_of(&["one"]);
        torn(&home);
        let head = std::fs::read(home.path().join(HEAD)).unwrap();
        let open = || Journal::open_with(home.path(), ACTOR, at(5), COUNTED).map(drop);
        let (opened, _) = synced(nth, open);
        opened.expect_err("a sync that failed");
        assert_eq!(std::fs::read(home.path().join(HEAD)).unwrap(), head, "sync {nth}");
        read(home.path()).unwrap_or_else(|error| panic!("sync {nth}: {error}"));
    }
}

/// The real one, asked of what cannot be synced: a device that takes every write.
#[cfg(target_os = "linux")]
#[test]
fn the_kernel_is_asked() {
    let home = TempDir::new().unwrap();
    std::os::unix::fs::symlink("/dev/null", home.path().join(JOURNAL)).unwrap();
    let error = Journal::open(home.path(), ACTOR, at(0)).expect_err("it cannot be synced");
    assert!(matches!(error, JournalError::Append { seq: 1, .. }), "{error}");
    Files::open(home.path(), KERNEL).unwrap().sync().expect_err("it cannot be synced");
}
