//! The way back: what a run changed is taken back, and the account is as it was before.

use muster::sandbox::World;
use serde_json::{Value, json};

use crate::support::{Machine, exit, walk_phase_1};

/// The simulated account, without times and ids.
fn account(machine: &Machine, environment: &str) -> Value {
    let path = machine.state().join(format!("practice/{environment}.json"));
    let world: World = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    world.state()
}

/// The name of the run that began last.
fn latest(machine: &Machine) -> String {
    machine.json(&["runs"])["runs"][0]["id"].as_str().unwrap().to_owned()
}

fn states(machine: &Machine) -> Vec<String> {
    let runs = machine.json(&["runs"]);
    let state = |run: &Value| run["state"].as_str().unwrap().to_owned();
    runs["runs"].as_array().unwrap().iter().map(state).collect()
}

#[test]
fn the_account_is_as_before_the_phase() {
    let machine = Machine::new();
    machine.ok(&["practice", "reset"]);
    let before = account(&machine, "sitelogix-prod");
    machine.ok(&walk_phase_1());
    assert_ne!(account(&machine, "sitelogix-prod"), before);
    let run = latest(&machine);
    let ran = machine.run(&["rollback", &run, "--linear", "--yes"]);
    ran.ended(exit::SUCCEEDED).says("Take back: Create the log bucket");
    assert_eq!(account(&machine, "sitelogix-prod"), before);
    assert_eq!(states(&machine), ["succeeded", "rolled back"]);
    machine.ok(&["journal", "verify"]);
    let again = machine.run(&["rollback", &run, "--linear", "--yes"]);
    again.ended(exit::FAILED).says("was rolled back already").says("nothing was sent");
    // The phase can be walked again from where it began.
    machine.ok(&walk_phase_1());
}

#[test]
fn a_rollback_that_is_killed_goes_on() {
    let machine = Machine::new();
    machine.ok(&["practice", "reset"]);
    let before = account(&machine, "sitelogix-prod");
    machine.ok(&walk_phase_1());
    let run = latest(&machine);
    let mut running = machine.start(&["rollback", &run, "--linear", "--yes"]);
    for _ in 0..9 {
        assert!(running.until("sending"));
        running.kill();
        running = machine.start(&["resume", "--linear", "--yes"]);
    }
    running.end().ended(exit::SUCCEEDED);
    assert_eq!(account(&machine, "sitelogix-prod"), before);
    assert_eq!(states(&machine), ["succeeded", "rolled back"]);
}

#[test]
fn nothing_is_taken_back_of_what_goes_on_or_never_was() {
    let machine = Machine::new();
    machine.run(&["rollback", "20200101-000000-none"]).ended(exit::USAGE).says("there is no run");
    let mut running = machine.start(&walk_phase_1());
    assert!(running.until("sending"));
    running.kill();
    let run = latest(&machine);
    let ran = machine.run(&["rollback", &run, "--linear", "--yes"]);
    ran.ended(exit::FAILED).says("not at rest").says("muster resume").says("nothing was sent");
}

#[test]
fn a_book_may_ask_for_it_when_a_step_fails() {
    let machine = Machine::harbour();
    machine.ok(&["practice", "reset"]);
    let before = account(&machine, "harbour-prod");
    let denied = json!([{ "on": "UpdateTable", "nth": 4, "kind": "denied" }]);
    machine.faults(&denied);
    let ran = machine.run(&["run", "careful", "--linear", "--yes"]);
    ran.ended(exit::FAILED).says("is stuck").says("taken back, as the book says");
    machine.no_faults();
    assert_eq!(account(&machine, "harbour-prod"), before);
    assert_eq!(states(&machine), ["succeeded", "rolled back"]);
}

#[test]
fn what_knows_no_way_back_is_named_before_and_after() {
    let machine = Machine::harbour();
    let phrase = "500313280221/us-east-1/harbour-manifests";
    machine.ok(&["run", "prepare", "--linear", "--yes"]);
    let words = ["run", "lock", "--confirm", phrase, "--second-person", "Grace"];
    let ran = machine.run(&[&words[..], &["--linear", "--yes"]].concat());
    ran.ended(exit::SUCCEEDED).says("POINT OF NO RETURN");
    let run = latest(&machine);
    let ran = machine.run(&["rollback", &run, "--linear", "--yes"]);
    ran.says("harbour-manifests: refused");
    let status = machine.json(&["status", &run]);
    let left = &status["run"]["stage"]["rest"]["left"];
    assert!(left[0].as_str().unwrap().contains("harbour-manifests"), "{status}");
}
