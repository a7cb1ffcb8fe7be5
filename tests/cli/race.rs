//! Two to eight processes that race for one run: exactly one walks it, the others exit and name
//! who does, and the death of the holder frees it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use serde_json::json;

use crate::support::{Machine, Ran, Running, exit, is_large, nothing_twice};

/// Races in all; each of these machines runs its share, one after the other.
const RACES: usize = 200;
const MANY_RACES: usize = 10_000;
const AT_ONCE: usize = 2;
/// Races on one machine before it is thrown away: its journal grows with each.
const ON_ONE: usize = 10;

const START: [&str; 4] = ["run", "prepare", "--linear", "--yes"];
const RESUME: [&str; 3] = ["resume", "--linear", "--yes"];

/// What a racer does.
enum Told {
    /// It walks the run; its process.
    Walks(u32),
    /// It ended.
    Ended(u32, Ran),
}

/// A run whose first call finds its bucket busy as long as nobody sets it right: whoever walks it, stays.
fn machine() -> Machine {
    let machine = Machine::harbour();
    machine.faults(&json!([{ "on": "PutBucketVersioning", "times": u32::MAX, "kind": "in_use" }]));
    machine
}

/// The process that walks.
struct Holder {
    id: u32,
    told: mpsc::Receiver<Told>,
}

impl Holder {
    /// Kills it as `kill -9` does, and sees it gone: until then it may hold the lock.
    fn kill(self) {
        let id = rustix::process::Pid::from_raw(self.id.cast_signed()).unwrap();
        rustix::process::kill_process(id, rustix::process::Signal::KILL).unwrap();
        assert!(matches!(self.told.recv(), Ok(Told::Ended(id, _)) if id == self.id));
    }
}

/// Starts these processes at once. Returns the one that walks, after all others have ended.
fn race(machine: &Machine, racers: &[&[&str]]) -> (Option<Holder>, Vec<(u32, Ran)>) {
    let (tell, told) = mpsc::channel();
    let running: Vec<_> = racers.iter().map(|words| machine.start_talking(words)).collect();
    for racer in running {
        let tell = tell.clone();
        thread::spawn(move || watch(racer, &tell));
    }
    let (mut walks, mut ended) = (Vec::new(), Vec::new());
    while walks.len() + ended.len() < racers.len() {
        match told.recv().unwrap() {
            Told::Walks(id) => walks.push(id),
            Told::Ended(id, ran) => ended.push((id, ran)),
        }
    }
    assert!(walks.len() < 2, "{walks:?} walk the same run");
    (walks.pop().map(|id| Holder { id, told }), ended)
}

/// Reads what a process prints: that it walks, as soon as it does, or how it ended.
fn watch(mut racer: Running, tell: &mpsc::Sender<Told>) {
    let id = racer.id();
    let walks = racer.until(" answered as ");
    if walks {
        tell.send(Told::Walks(id)).unwrap();
    }
    // To its end, so that it never waits for a reader.
    tell.send(Told::Ended(id, racer.end())).unwrap();
}

/// One race among equals: one walks, and every other names it.
fn among_equals(machine: &Machine, words: &[&str], racers: usize) {
    let (holder, others) = race(machine, &vec![words; racers]);
    let Some(holder) = holder else { panic!("nobody walks: {others:?}") };
    for (_, other) in others {
        other.ended(exit::FAILED).says("written by another process");
        other.says(&format!("process {}, since ", holder.id));
    }
    holder.kill();
}

#[test]
fn of_many_processes_exactly_one_walks_and_the_others_name_it() {
    let races = if is_large() { MANY_RACES } else { RACES };
    let begun = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while begun.load(Ordering::Relaxed) < races {
                    let machine = machine();
                    for number in 0..ON_ONE {
                        let words = if number == 0 { &START[..] } else { &RESUME };
                        let racers = 2 + begun.fetch_add(1, Ordering::Relaxed) % 7;
                        among_equals(&machine, words, racers);
                    }
                    machine.no_faults();
                    machine.run(&RESUME).ended(exit::SUCCEEDED);
                    nothing_twice(&machine.effects());
                    machine.ok(&["journal", "verify"]);
                    assert_eq!(machine.json(&["runs"])["runs"].as_array().unwrap().len(), 1);
                }
            });
        }
    });
    println!("{} races", begun.into_inner());
}

/// Whoever would begin a second run is refused, and may keep the others out while it is: then
/// nobody walks, and nothing is lost.
#[test]
fn between_those_who_begin_and_those_who_resume_at_most_one_walks() {
    let machine = machine();
    among_equals(&machine, &START, 2);
    for number in 0..ON_ONE {
        let racers: Vec<&[&str]> =
            (0..2 + number % 7).map(|n| if n % 2 == 0 { &START[..] } else { &RESUME }).collect();
        let (holder, others) = race(&machine, &racers);
        for (_, other) in &others {
            other.ended(exit::FAILED);
            assert!(
                other.out.contains("written by another process")
                    || other.out.contains("is not finished"),
                "{other}"
            );
        }
        holder.into_iter().for_each(Holder::kill);
    }
    machine.no_faults();
    machine.run(&RESUME).ended(exit::SUCCEEDED);
    assert_eq!(machine.json(&["runs"])["runs"].as_array().unwrap().len(), 1);
}
