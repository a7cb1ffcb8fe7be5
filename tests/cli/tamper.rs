//! A hand that edits the journal of a short run: whatever it does is found, as long as the head
//! that was kept is there. What cannot be found is shown too.
//!
//! What was taken out, alone, turned the flipped bits and the edits of lines red: the hash of the
//! line before, the head as the hash of its record, the head as the number of records.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use muster::engine::Event;
use muster::journal::{Check, Entry, Line, read};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::support::{Machine, exit};

/// Records of the run that are kept: up to the confirmation of its first plan.
const RECORDS: usize = 8;
/// Threads that flip bits.
const AT_ONCE: usize = 2;
const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

type Lines = Vec<Vec<u8>>;

/// The first records of a run, each with its newline.
fn short_run() -> Lines {
    let machine = Machine::harbour();
    machine.ok(&["run", "unprotect", "--linear", "--yes"]);
    let whole = machine.journal();
    whole.split_inclusive(|byte| *byte == b'\n').take(RECORDS).map(<[u8]>::to_vec).collect()
}

fn hash(raw: &[u8]) -> String {
    hex::encode(Sha256::digest(raw))
}

/// The lines as somebody who knows the format would chain them: numbers and hashes are right.
fn chained(lines: &[Vec<u8>]) -> Lines {
    let mut prev = GENESIS.to_owned();
    let chain = (1..).zip(lines).map(|(seq, raw)| {
        let line: Line = serde_json::from_slice(raw).unwrap();
        let raw = Line { seq, prev: prev.clone(), ..line }.to_bytes().unwrap();
        prev = hash(&raw);
        raw
    });
    chain.collect()
}

fn head(lines: &[Vec<u8>]) -> String {
    let first: serde_json::Value = serde_json::from_slice(&lines[0]).unwrap();
    let (log, hash) = (first["event"]["log"].as_str().unwrap(), hash(lines.last().unwrap()));
    format!("{{\"log\":\"{log}\",\"seq\":{},\"hash\":\"{hash}\"}}\n", lines.len())
}

fn put(state: &Path, journal: &[u8]) {
    std::fs::write(state.join("journal.jsonl"), journal).unwrap();
}

fn state(lines: &[Vec<u8>]) -> TempDir {
    let state = TempDir::new().unwrap();
    put(state.path(), &lines.concat());
    std::fs::write(state.path().join("journal.head"), head(lines)).unwrap();
    state
}

/// The record by another actor: it is as good a record as before.
fn touched(raw: &[u8]) -> Vec<u8> {
    let mut line: Line = serde_json::from_slice(raw).unwrap();
    line.actor.push('x');
    line.to_bytes().unwrap()
}

/// Everything that an editor, who may know how the chain is made, does to whole lines.
fn edits(good: &Lines, other: &Lines) -> Vec<(&'static str, Lines)> {
    let mut edits = Vec::new();
    let noted = Entry::Run(Event::Noted { text: "all is well".to_owned() });
    let line: Line = serde_json::from_slice(&good[1]).unwrap();
    let forged = Line { event: noted, ..line }.to_bytes().unwrap();
    for n in 0..good.len() {
        let (before, after) = (good[..n].to_vec(), good[n + 1..].to_vec());
        let this = vec![good[n].clone()];
        edits.push(("deleted", [before.clone(), after.clone()].concat()));
        edits.push((
            "doubled",
            [before.clone(), this.clone(), this.clone(), after.clone()].concat(),
        ));
        edits.push(("changed", [before.clone(), vec![touched(&good[n])], after].concat()));
        edits.push((
            "inserted",
            [before.clone(), vec![forged.clone()], good[n..].to_vec()].concat(),
        ));
        edits.push(("spliced", [before.clone(), other[n..].to_vec()].concat()));
        edits.push(("cut", before.clone()));
        edits.push(("cut and continued", [before, vec![forged.clone(); good.len() - n]].concat()));
        for m in 0..n {
            let mut swapped = good.clone();
            swapped.swap(n, m);
            edits.push(("swapped", swapped));
        }
    }
    edits
}

#[test]
fn every_flipped_bit_of_a_run_is_found() {
    let good = short_run();
    let (whole, next) = (good.concat(), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                let state = state(&good);
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    if place >= whole.len() {
                        return;
                    }
                    for bit in 0..8 {
                        let mut bad = whole.clone();
                        bad[place] ^= 1 << bit;
                        put(state.path(), &bad);
                        let error = read(state.path()).expect_err("a flipped bit");
                        assert!(error.is_tampering(), "byte {place}, bit {bit}: {error}");
                    }
                }
            });
        }
    });
    println!("{} flipped bits", whole.len() * 8);
}

#[test]
fn every_edit_of_lines_is_found_even_when_the_chain_is_made_anew() {
    let (good, other) = (short_run(), short_run());
    let (state, mut cases) = (state(&good), 0);
    let refused = |kind: &str, bytes: &[u8]| {
        put(state.path(), bytes);
        let error = read(state.path()).err().unwrap_or_else(|| panic!("{kind} was not found"));
        assert!(error.is_tampering(), "{kind}: {error}");
    };
    for (kind, lines) in edits(&good, &other) {
        refused(kind, &lines.concat());
        cases += 1;
        let anew = chained(&lines);
        if !anew.starts_with(&good) {
            refused(kind, &anew.concat());
            cases += 1;
        }
    }
    // At any byte: what looks like a torn line is no crash when the head knows of the record.
    let whole = good.concat();
    for length in 0..whole.len() {
        refused("cut", &whole[..length]);
        cases += 1;
    }
    println!("{cases} edits");
}

/// These leave nothing behind that could be found for certain: the note of a head elsewhere tells.
#[test]
fn what_cannot_be_found_here_is_told_by_a_head_that_was_noted_elsewhere() {
    let good = short_run();
    let noted = head(&good);
    // What was added behind the record that the head names, by somebody who knows how the chain is
    // made, looks as what was written just before a crash: it shows as more records than the head.
    let longer = chained(&[good.clone(), vec![touched(&good[1])]].concat());
    let added = state(&good);
    put(added.path(), &longer.concat());
    let verified = read(added.path()).unwrap();
    assert!(matches!(verified.check, Check::Head(head) if head.seq < verified.lines.len() as u64));
    for length in 1..good.len() {
        let older = state(&good[..length]);
        let Check::Head(found) = read(older.path()).unwrap().check else { panic!("no head") };
        let found = format!(
            "{{\"log\":\"{}\",\"seq\":{},\"hash\":\"{}\"}}\n",
            found.log, found.seq, found.hash
        );
        assert_ne!(found, noted);
        // And without any head that much is said.
        std::fs::remove_file(older.path().join("journal.head")).unwrap();
        assert_eq!(read(older.path()).unwrap().check, Check::NoHead);
    }
}

#[test]
fn the_command_line_ends_with_the_code_of_a_journal_that_was_changed() {
    let machine = Machine::harbour();
    machine.ok(&["run", "unprotect", "--linear", "--yes"]);
    let whole = machine.journal();
    let lines = whole.split_inclusive(|byte| *byte == b'\n');
    let good: Lines = lines.map(<[u8]>::to_vec).collect();
    let other = Machine::harbour();
    other.ok(&["run", "unprotect", "--linear", "--yes"]);
    let other = other.journal();
    let other: Lines = other.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let mut seen = Vec::new();
    for (kind, lines) in edits(&good, &other).into_iter().rev() {
        if seen.contains(&kind) {
            continue;
        }
        seen.push(kind);
        let anew = chained(&lines);
        for bytes in [lines, anew].iter().filter(|lines| !lines.starts_with(&good)) {
            let bytes = bytes.concat();
            put(&machine.state(), &bytes);
            machine.run(&["journal", "verify"]).ended(exit::TAMPERED);
            machine.run(&["resume", "--linear", "--yes"]).ended(exit::TAMPERED);
        }
    }
    println!("{} kinds of edits at the command line", 2 * seen.len());
    // The same machine with everything as it was.
    put(&machine.state(), &whole);
    machine.ok(&["journal", "verify"]);
}
