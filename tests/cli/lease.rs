//! One operator at a time: a lock per state directory, a lease per resource, and who commands.

use muster::engine::{Command, Event};
use muster::link::{Ask, Course, Hello, News, Seat, Wish};
use serde_json::json;

use crate::link::{Console, Runner};
use crate::support::{Machine, PHASE_1, Ran, exit, nothing_twice, walk_phase_1};

fn pilot() -> Hello {
    Hello::new("ada@desk", Wish::Pilot)
}

/// A world in which a run waits in the middle of its streams.
fn busy(machine: &Machine) {
    let times = u32::MAX;
    machine.faults(&json!([{ "on": "UpdateTable", "nth": 5, "times": times, "kind": "in_use" }]));
}

#[test]
fn of_two_processes_at_once_one_runs_and_the_other_names_it() {
    for _ in 0..4 {
        let machine = Machine::new();
        busy(&machine);
        let mut both = [machine.start(&walk_phase_1()), machine.start(&walk_phase_1())];
        let walks: Vec<_> =
            both.iter_mut().map(|one| one.until("ResourceInUseException")).collect();
        assert_eq!(walks.iter().filter(|walks| **walks).count(), 1, "{walks:?}");
        let [first, second] = both;
        let (holder, other) = if walks[0] { (first, second) } else { (second, first) };
        other.end().ended(exit::FAILED).says("process ").says("since 20");
        // Whoever comes later is told what is being done, too.
        let ran = machine.run(&walk_phase_1());
        ran.ended(exit::FAILED).says(&format!("process {}", holder.id()));
        ran.says("of phase-1-protection on sitelogix PROD").says(" of 35 (").says("muster attach");
        assert_eq!(machine.json(&["runs"])["runs"].as_array().unwrap().len(), 1);
        let process = holder.id();
        assert_eq!(machine.json(&["runs"])["runs"][0]["walked_by"]["process"], process);
        // The kernel frees the lock; what the run holds stays until somebody went on with it.
        holder.kill();
        machine.no_faults();
        let ran = machine.run(&walk_phase_1());
        ran.ended(exit::FAILED).says("is not finished, and holds the").says("muster resume");
        machine.run(&["resume", "--linear", "--yes"]).ended(exit::SUCCEEDED);
        nothing_twice(&machine.effects());
    }
}

/// What a refused start says.
fn trouble(console: &mut Console, book: &str) -> String {
    let course = Course::Book { book: book.to_owned(), params: Default::default() };
    console.say(&Ask::Start { course });
    console.until(|news| match news {
        News::Trouble { said } => Some(said.text.clone()),
        News::Opened { run, .. } => panic!("{} was begun", run.id),
        _ => None,
    })
}

#[test]
fn runs_on_other_resources_go_on_side_by_side() {
    let machine = Machine::harbour();
    let (_runner, mut console) = Runner::starts(&machine, &pilot());
    console.welcomed();
    let first = console.starts_run("ask", &[]);
    let why = trouble(&mut console, "prepare");
    for words in [&first[..], "table cranes", "ada (ada@desk)", "muster attach", "nothing was sent"]
    {
        assert!(why.contains(words), "no `{words}` in {why}");
    }
    // A bucket is no table.
    console.run = None;
    let second = console.starts_run("lock", &[]);
    let (watcher, welcome) = Console::attaches(&machine, Wish::Watch);
    assert_eq!(welcome.walks.len(), 2);
    drop(watcher);
    assert!(trouble(&mut console, "prepare").contains("is not finished"));
    for run in [first, second] {
        console.say(&Ask::Open { run });
        console.until(|news| matches!(news, News::Opened { .. }).then_some(()));
        console.tells(Command::Abort { reason: "enough".into() });
        console.happens(|event| matches!(event, Event::Rested { .. }));
    }
    console.run = None;
    console.starts_run("prepare", &[]);
}

#[test]
fn a_run_changes_hands_through_the_runner_that_walks_it() {
    let machine = Machine::new();
    let (_runner, mut console) = Runner::starts(&machine, &pilot());
    console.welcomed();
    let run = console.starts_run("phase-1-protection", &[("alert_email", "a@example.com")]);
    let nobody = machine.run(&["runs", "take-over", &run]);
    nobody.ended(exit::CANCELLED).says("--operator NAME").says("commanded by ada (ada@desk)");
    let ran = machine.run(&["runs", "take-over", &run, "--operator", "Ben"]);
    ran.ended(exit::SUCCEEDED).says("Ben commands run");
    console.happens(|event| matches!(event, Event::TakenOver { name } if name == "Ben"));
    console.seated(Seat::Watcher);
    console.tells(Command::Arm {});
    console.denied();
    let status = machine.json(&["status"]);
    assert_eq!(status["run"]["operator"]["name"], "Ben");
    assert_eq!(status["run"]["armed"], false);
    let ran = machine.run(&["runs", "take-over", "no-such-run", "--operator", "Ben"]);
    ran.ended(exit::USAGE).says("there is no run `no-such-run`");
}

#[test]
fn a_run_that_nobody_walks_changes_hands_in_the_journal() {
    let machine = Machine::new();
    busy(&machine);
    let mut running = machine.start(&walk_phase_1());
    assert!(running.until("ResourceInUseException"));
    running.kill();
    machine.no_faults();
    let run = machine.json(&["runs"])["runs"][0]["id"].as_str().unwrap().to_owned();
    let take =
        |name: &str| -> Ran { machine.run(&["runs", "take-over", &run, "--operator", name]) };
    take("").ended(exit::CANCELLED);
    take("Ben").ended(exit::SUCCEEDED).says("muster resume");
    machine.run(&["journal", "show"]).says("taken over by Ben");
    machine.run(&["resume", "--linear", "--yes"]).ended(exit::SUCCEEDED);
    take("Cid").ended(exit::FAILED).says("the run has ended");
    machine.ok(&["journal", "verify"]);
    let again = [&["run"][..], &PHASE_1, &["--linear", "--yes"]].concat();
    machine.run(&again).ended(exit::SUCCEEDED);
}
