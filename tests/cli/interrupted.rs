//! A run that is stopped from outside, and a second process beside one that is walked.

use serde_json::json;

use crate::support::{Machine, Running, exit, nothing_twice, walk_phase_1};

/// A run that waits in the middle of its streams, until the simulated account is idle again: for
/// longer than any test takes.
fn waiting(machine: &Machine) -> Running {
    let busy =
        json!([{ "on": "UpdateTable", "nth": 5, "times": 4_294_967_295_u32, "kind": "in_use" }]);
    machine.faults(&busy);
    let mut running = machine.start(&walk_phase_1());
    assert!(running.until("ResourceInUseException"));
    running
}

#[test]
fn a_run_that_is_told_to_stop_rests_and_is_resumed() {
    for signal in ["TERM", "INT", "HUP"] {
        let machine = Machine::new();
        let running = waiting(&machine);
        running.signal(signal);
        running.end().ended(exit::PAUSED);
        machine.no_faults();
        let before = machine.effects();
        let runs = machine.json(&["runs"]);
        assert_eq!(runs["runs"][0]["state"], "walking");
        assert!(runs["runs"][0]["needs"].as_str().unwrap().contains("resume"), "{runs}");
        machine.run(&["resume", "--linear", "--yes"]).ended(exit::SUCCEEDED);
        let effects = machine.effects();
        assert_eq!(effects[..before.len()], before);
        nothing_twice(&effects);
    }
}

#[test]
fn beside_a_run_that_is_walked_nobody_else_writes() {
    let machine = Machine::new();
    let running = waiting(&machine);
    let before = machine.effects();
    let ran = machine.run(&walk_phase_1());
    ran.ended(exit::FAILED).says("written by another process").says("process ").says("since 20");
    let ran = machine.run(&["resume", "--linear", "--yes"]);
    ran.ended(exit::FAILED).says("written by another process").says("process ");
    // Whoever only reads is let in.
    for words in [&["runs"][..], &["status"], &["journal", "show"], &["list"], &["doctor"]] {
        machine.ok(words);
    }
    assert_eq!(machine.effects(), before);
    running.signal("TERM");
    running.end().ended(exit::PAUSED);
    machine.no_faults();
    machine.run(&["resume", "--linear", "--yes"]).ended(exit::SUCCEEDED);
}

#[test]
fn beside_a_run_that_is_not_finished_no_second_one_begins() {
    let machine = Machine::new();
    let running = waiting(&machine);
    running.signal("TERM");
    running.end().ended(exit::PAUSED);
    let ran = machine.run(&walk_phase_1());
    ran.ended(exit::FAILED).says("is not finished").says("nothing was sent").says("muster resume");
}

#[test]
fn a_reader_that_goes_away_is_no_crash() {
    let machine = Machine::new();
    let running = machine.start(&["show", "settings"]);
    assert_eq!(running.close_output(), Some(exit::SUCCEEDED));
    let mut running = machine.start(&walk_phase_1());
    assert!(running.until("Step 1 of"));
    assert_eq!(running.close_output(), Some(exit::SUCCEEDED));
    assert_eq!(machine.json(&["runs"])["runs"][0]["state"], "succeeded");
}
