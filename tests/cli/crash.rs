//! A process that dies: whatever was in flight is looked for, and nothing happens twice.

use crate::support::{Machine, exit, nothing_twice, walk_phase_1};

/// What was changed, in any order.
fn done(machine: &Machine) -> Vec<String> {
    let effects = machine.effects().into_iter().filter(|effect| effect.change);
    let mut done: Vec<_> = effects.map(|effect| effect.digest).collect();
    done.sort();
    done
}

/// Dies after so many lines of output, of some five hundred.
fn dies_after(lines: usize, undisturbed: &[String]) {
    let machine = Machine::new();
    let mut running = machine.start(&walk_phase_1());
    for _ in 0..lines {
        assert!(running.line().is_some(), "it ended before line {lines}");
    }
    running.kill();
    machine.ok(&["journal", "verify"]);
    let before = machine.effects();
    let runs = machine.json(&["runs"]);
    if runs["runs"].as_array().unwrap().is_empty() {
        assert_eq!(before, [], "a run that was never begun changed something");
        machine.ok(&walk_phase_1());
    } else {
        machine.run(&["resume", "--linear", "--yes"]).ended(exit::SUCCEEDED);
    }
    let effects = machine.effects();
    assert_eq!(effects[..before.len()], before, "what happened before the end is what happened");
    nothing_twice(&effects);
    assert_eq!(done(&machine), undisturbed, "after {lines} lines");
    machine.ok(&["journal", "verify"]);
}

#[test]
fn killed_anywhere_a_run_is_resumed_and_nothing_happens_twice() {
    let lines = [1, 80, 95, 110, 130, 160, 190, 220, 260, 300, 340, 380];
    let undisturbed = Machine::new();
    undisturbed.ok(&walk_phase_1());
    let undisturbed = done(&undisturbed);
    std::thread::scope(|scope| {
        for lines in lines {
            let undisturbed = &undisturbed;
            scope.spawn(move || dies_after(lines, undisturbed));
        }
    });
}

#[test]
fn killed_again_and_again_it_still_comes_to_its_end() {
    let machine = Machine::new();
    let mut running = machine.start(&walk_phase_1());
    for _ in 0..12 {
        assert!(running.until("sending"));
        running.kill();
        running = machine.start(&["resume", "--linear", "--yes"]);
    }
    running.end().ended(exit::SUCCEEDED);
    nothing_twice(&machine.effects());
    assert!(machine.json(&["runs"])["runs"].as_array().unwrap().len() == 1);
}
