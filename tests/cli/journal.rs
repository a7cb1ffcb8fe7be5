//! The journal: it verifies, and whoever changes a byte of it is found out.

use crate::support::{Machine, exit, json, walk_phase_1};

/// Every so many bytes one is changed: primes, so that they fall on every part of a record.
const STRIDE: usize = 97;
const LONG_STRIDE: usize = 1_009;
/// The last bytes are all changed: where a cut or a torn line would be looked for.
const TAIL: usize = 200;

/// Changes a byte here and there, and looks each time.
fn change(machine: &Machine, stride: usize, look: impl Fn(usize)) {
    let path = machine.state().join("journal.jsonl");
    let whole = machine.journal();
    let tail = whole.len() - TAIL;
    let places = (0..tail).step_by(stride).chain(tail..whole.len());
    for (count, place) in places.enumerate() {
        let mut changed = whole.clone();
        changed[place] ^= 1 << (count % 7);
        std::fs::write(&path, &changed).unwrap();
        look(place);
    }
    std::fs::write(&path, &whole).unwrap();
    machine.ok(&["journal", "verify"]);
}

#[test]
fn a_byte_that_was_changed_anywhere_is_found_and_its_record_named() {
    let machine = Machine::harbour();
    machine.ok(&["run", "prepare", "--linear", "--yes"]);
    change(&machine, STRIDE, |_| {
        let ran = machine.run(&["journal", "verify"]);
        ran.ended(exit::TAMPERED).says("error[journal-changed]").says("record ");
    });
}

#[test]
fn a_long_journal_is_no_different() {
    let machine = Machine::new();
    machine.ok(&walk_phase_1());
    change(&machine, LONG_STRIDE, |place| {
        let error = muster::journal::read(&machine.state()).expect_err("a byte was changed");
        assert!(error.is_tampering(), "byte {place}: {error}");
        assert!(error.to_string().contains("record "), "byte {place}: {error}");
    });
}

#[test]
fn nothing_is_read_or_walked_on_a_journal_that_was_changed() {
    let machine = Machine::harbour();
    machine.ok(&["run", "prepare", "--linear", "--yes"]);
    let effects = machine.effects();
    let whole = machine.journal();
    let text = String::from_utf8(whole).unwrap();
    std::fs::write(machine.state().join("journal.jsonl"), text.replace("ships", "shops")).unwrap();
    for words in [
        &["runs"][..],
        &["status"],
        &["journal", "show"],
        &["journal", "export"],
        &["resume", "--yes"],
        &["run", "unprotect", "--linear", "--yes"],
    ] {
        let ran = machine.run(words);
        ran.ended(exit::TAMPERED).says("does not verify").says("Nothing is written to it");
    }
    assert_eq!(machine.effects(), effects);
    let ran = machine.run(&["journal", "verify", "--json"]);
    ran.ended(exit::TAMPERED);
    assert_eq!(json(&ran.out)["verified"], false);
}

#[test]
fn a_tail_that_was_cut_is_missed() {
    let machine = Machine::harbour();
    machine.ok(&["run", "prepare", "--linear", "--yes"]);
    let path = machine.state().join("journal.jsonl");
    let whole = machine.journal();
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    std::fs::write(&path, lines[..lines.len() - 1].concat()).unwrap();
    let ran = machine.run(&["journal", "verify"]);
    ran.ended(exit::TAMPERED).says(&format!("record {} was written", lines.len()));
    std::fs::remove_file(&path).unwrap();
    machine.run(&["journal", "verify"]).ended(exit::TAMPERED).says("its head is there");
}

#[test]
fn the_journal_verifies_while_another_process_writes_it() {
    let machine = Machine::new();
    let mut running = machine.start(&walk_phase_1());
    assert!(running.until("begins"));
    let ending = running.end_in_the_background();
    let mut looks = 0;
    while !ending.is_finished() {
        let ran = machine.run(&["journal", "verify"]);
        ran.ended(exit::SUCCEEDED);
        looks += 1;
    }
    ending.join().unwrap().ended(exit::SUCCEEDED);
    assert!(looks > 3, "it was looked at while it was written, not {looks} times");
}

#[test]
fn what_is_exported_is_what_is_there() {
    let machine = Machine::harbour();
    machine.ok(&["run", "prepare", "--linear", "--yes"]);
    assert_eq!(machine.ok(&["journal", "export"]).into_bytes(), machine.journal());
}
