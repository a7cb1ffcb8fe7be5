//! A process that dies: whatever was in flight is looked for, and nothing happens twice.

use crate::support::{Machine, exit, is_large, nothing_twice, variable, walk_phase_1};

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

/// Lines of output after which a process dies: a resumed run prints some thirty before it goes on.
const LINES: std::ops::Range<usize> = 1..90;
/// How often it dies in all.
const KILLS: usize = 100;
const MANY_KILLS: usize = 2_000;
/// Machines at once.
const AT_ONCE: usize = 4;

/// Walks the book again and again on one machine, and dies at random until it has died so often.
fn dies_at_random(seed: u64, kills: usize, undisturbed: &[String]) {
    let machine = Machine::new();
    let mut random = fastrand::Rng::with_seed(seed);
    let mut died = 0;
    while died < kills {
        machine.ok(&["practice", "reset"]);
        loop {
            let runs = machine.json(&["runs"]);
            let latest = &runs["runs"][0]["state"];
            let words = if latest.is_null() || latest == "succeeded" {
                walk_phase_1()
            } else {
                vec!["resume", "--linear", "--yes"]
            };
            let mut running = machine.start(&words);
            let lines = if died < kills { random.usize(LINES) } else { usize::MAX };
            if (0..lines).all(|_| running.line().is_some()) {
                running.kill();
                machine.ok(&["journal", "verify"]);
                died += 1;
            } else {
                running.end().ended(exit::SUCCEEDED);
                machine.ok(&["journal", "verify"]);
                break;
            }
        }
        nothing_twice(&machine.effects());
        assert_eq!(done(&machine), undisturbed, "seed {seed}, after {died} kills");
    }
}

#[test]
fn killed_at_a_hundred_random_moments_it_always_comes_to_success() {
    let kills = if is_large() { MANY_KILLS } else { KILLS };
    let seed = variable("MUSTER_SEED").and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| fastrand::u64(..));
    println!("MUSTER_SEED={seed} kills {kills} times");
    let undisturbed = Machine::new();
    undisturbed.ok(&walk_phase_1());
    let undisturbed = done(&undisturbed);
    std::thread::scope(|scope| {
        for number in 0..AT_ONCE {
            let undisturbed = &undisturbed;
            let seed = seed.wrapping_add(number as u64);
            scope.spawn(move || dies_at_random(seed, kills / AT_ONCE, undisturbed));
        }
    });
}
