//! A real `kill -9` at every moment of every call, by the process itself: what was in flight is
//! looked for, the run comes to its end, and nothing happens twice.
//!
//! What was taken out, alone, and who saw it on the way back from a run:
//!
//! ```text
//! a resumed run keeps what was sent as sent       it does not come to success
//! a call is sent before its intent is durable     an effect without an intent
//! ```
//!
//! It does not see a missing fsync (the kernel keeps what a killed process wrote) and no lost call
//! that is sent again without a look: `tests/engine` and `src/journal/tests/power.rs` do.
//!
//! A chain is one machine on which the process dies at one call after the other; each chain has
//! another moment for each call, until every call has met every moment. `MUSTER_HARNESS=large`
//! walks every book, and each chain to its end although its moments are known.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use muster::sandbox::Killed;
use serde_json::{Value, json};

use crate::support::{Effect, Machine, exit, is_large, nothing_twice, walk_phase_1};

/// Chains at once: a run waits for the simulated account about half of its time.
const AT_ONCE: usize = 4;
/// Calls in flight beside one that dies can pass their moment in the same chain: so many more
/// chains are walked for each moment at the most.
const TRIES: usize = 4;

/// What is killed again and again.
struct Walk {
    name: &'static str,
    machine: fn() -> Machine,
    /// What comes before, undisturbed.
    before: fn(&Machine),
    /// The words that start it.
    start: fn(&Machine) -> Vec<String>,
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

const PHASE_1: Walk = Walk {
    name: "phase 1",
    machine: Machine::new,
    before: |_| {},
    start: |_| words(&walk_phase_1()),
};

const PREPARE: Walk = Walk {
    name: "prepare",
    machine: Machine::harbour,
    before: |_| {},
    start: |_| words(&["run", "prepare", "--linear", "--yes"]),
};

const LOCK: Walk = Walk {
    name: "lock",
    machine: Machine::harbour,
    before: |machine| drop(machine.ok(&["run", "prepare", "--linear", "--yes"])),
    start: |_| words(&["run", "lock", "--linear", "--yes"]),
};

/// The way back from the latest run.
fn rollback(machine: &Machine) -> Vec<String> {
    let runs = machine.json(&["runs"]);
    words(&["rollback", runs["runs"][0]["id"].as_str().unwrap(), "--linear", "--yes"])
}

const BACK_FROM_PREPARE: Walk = Walk {
    name: "back from prepare",
    machine: Machine::harbour,
    before: |machine| drop(machine.ok(&["run", "prepare", "--linear", "--yes"])),
    start: rollback,
};

const BACK_FROM_PHASE_1: Walk = Walk {
    name: "back from phase 1",
    machine: Machine::new,
    before: |machine| drop(machine.ok(&walk_phase_1())),
    start: rollback,
};

/// Which call has met which moment.
type Met = Vec<[bool; Killed::ALL.len()]>;

impl Walk {
    fn fresh(&self) -> (Machine, usize) {
        let machine = (self.machine)();
        (self.before)(&machine);
        let before = machine.effects().len();
        (machine, before)
    }

    fn started(&self, machine: &Machine) -> crate::support::Ran {
        let start = (self.start)(machine);
        machine.run(&start.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// What an undisturbed walk does, in order.
    fn undisturbed(&self) -> Vec<Effect> {
        let (machine, before) = self.fresh();
        self.started(&machine).ended(exit::SUCCEEDED);
        machine.effects().split_off(before)
    }

    /// One machine on which the process dies at each call once, as far as there is a moment left
    /// that it has not met. Returns how often it died.
    fn chain(&self, number: usize, calls: &[Effect], met: &Mutex<Met>) -> usize {
        let (machine, before) = self.fresh();
        let (mut died, mut struck) = (0, BTreeSet::new());
        loop {
            let done = machine.effects().split_off(before);
            let armed = armed(number, calls, &done, &struck, &met.lock().unwrap());
            let faults: Vec<_> = armed.iter().map(|armed| armed.fault.clone()).collect();
            machine.faults(&json!(faults));
            let ran = match died {
                0 => self.started(&machine),
                _ => machine.run(&["resume", "--linear", "--yes"]),
            };
            machine.ok(&["journal", "verify"]);
            nothing_without_its_intent(&machine);
            if ran.code.is_some() {
                ran.ended(exit::SUCCEEDED);
                break;
            }
            died += 1;
            let strikes = strikes(&machine);
            assert!(strikes.contains(&true), "{}: it died of something else: {ran}", self.name);
            for (armed, _) in armed.iter().zip(strikes).filter(|(_, strike)| *strike) {
                struck.insert(armed.call);
                met.lock().unwrap()[armed.call][armed.moment] = true;
            }
        }
        let effects = machine.effects();
        nothing_twice(&effects);
        assert_eq!(changed(&effects[before..]), changed(calls), "{} chain {number}", self.name);
        died
    }

    /// Every call meets every moment. Prints how many cases that were.
    fn everywhere(&self) {
        let calls = self.undisturbed();
        let moments = Killed::ALL.len();
        let met = Mutex::new(vec![[false; Killed::ALL.len()]; calls.len()]);
        let (next, died) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..AT_ONCE {
                scope.spawn(|| {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        let open = met.lock().unwrap().iter().flatten().any(|met| !met);
                        if number >= TRIES * moments || !(open || is_large() && number < moments) {
                            return;
                        }
                        died.fetch_add(self.chain(number, &calls, &met), Ordering::Relaxed);
                    }
                });
            }
        });
        let met = met.into_inner().unwrap();
        for (call, met) in calls.iter().zip(&met) {
            let open = Killed::ALL.iter().zip(met).filter(|(_, met)| !**met);
            let open: Vec<_> = open.map(|(moment, _)| moment).collect();
            assert!(
                open.is_empty(),
                "{} {} was not killed at {open:?}",
                call.operation,
                call.resource
            );
        }
        let died = died.into_inner();
        println!("{}: {} calls at {moments} moments, {died} kills", self.name, calls.len());
    }
}

/// A kill that waits for a call.
struct Armed {
    call: usize,
    moment: usize,
    fault: Value,
}

/// One kill for each call that was not carried out yet and did not kill in this chain.
fn armed(
    chain: usize,
    calls: &[Effect],
    done: &[Effect],
    struck: &BTreeSet<usize>,
    met: &Met,
) -> Vec<Armed> {
    let is_open = |call: &Effect| !done.iter().any(|done| done.digest == call.digest);
    let moments = Killed::ALL.len();
    let mut armed = Vec::new();
    for (number, call) in calls.iter().enumerate() {
        if !is_open(call) || struck.contains(&number) {
            continue;
        }
        let later = (0..moments).map(|more| (chain + number + more) % moments);
        let Some(moment) = later.into_iter().find(|moment| !met[number][*moment]) else { continue };
        let same = |other: &&Effect| {
            (&other.operation, &other.resource) == (&call.operation, &call.resource)
        };
        let nth = 1 + calls[..number].iter().filter(same).filter(|call| is_open(call)).count();
        let (on, resource, kind) = (&call.operation, &call.resource, Killed::ALL[moment]);
        let fault = json!({ "on": on, "resource": resource, "nth": nth, "kind": kind });
        armed.push(Armed { call: number, moment, fault });
    }
    armed
}

/// Which of the kills have struck, as the simulated account keeps it.
fn strikes(machine: &Machine) -> Vec<bool> {
    let mut worlds = machine.state().join("practice").read_dir().unwrap();
    let world = std::fs::read(worlds.next().unwrap().unwrap().path()).unwrap();
    let world: Value = serde_json::from_slice(&world).unwrap();
    let faults = world["faults"].as_array().unwrap().iter();
    faults.map(|armed| armed["seen"].as_u64() >= armed["fault"]["nth"].as_u64()).collect()
}

/// Whatever the account has seen was intended in the journal before.
fn nothing_without_its_intent(machine: &Machine) {
    let journal = String::from_utf8(machine.journal()).unwrap();
    for effect in machine.effects() {
        let intent = format!("\"digest\":\"{}\"", effect.digest);
        assert!(journal.contains(&intent), "without an intent: {effect:?}");
    }
}

/// What was changed, in any order.
fn changed(effects: &[Effect]) -> Vec<&str> {
    let changes = effects.iter().filter(|effect| effect.change);
    let mut changed: Vec<_> = changes.map(|effect| effect.digest.as_str()).collect();
    changed.sort_unstable();
    changed
}

#[test]
fn killed_at_every_moment_of_every_call_a_run_is_resumed_and_nothing_happens_twice() {
    PHASE_1.everywhere();
    if is_large() {
        PREPARE.everywhere();
        LOCK.everywhere();
    }
}

#[test]
fn killed_at_every_moment_on_the_way_back_it_is_resumed_and_nothing_happens_twice() {
    BACK_FROM_PREPARE.everywhere();
    if is_large() {
        BACK_FROM_PHASE_1.everywhere();
    }
}
