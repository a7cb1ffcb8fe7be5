//! `muster run` from end to end, where nobody types.

use crate::support::{Machine, exit, nothing_twice, walk_phase_1};

#[test]
fn phase_1_is_walked_and_a_second_time_changes_nothing() {
    let machine = Machine::new();
    let first = machine.run(&walk_phase_1());
    first.ended(exit::SUCCEEDED).says("The run succeeded.");
    first.says("PRACTICE run").says("verified sitelogix-vendors: on, recovery period days 35");
    first.says("14 steps changed and verified, 3 as wanted already, 18 checked, 0 skipped.");
    first.says("This was practice: nothing in AWS was touched, and it is evidence of nothing.");
    let effects = machine.effects();
    nothing_twice(&effects);
    let of =
        |name: &str| effects.iter().filter(|e| e.change && e.operation.ends_with(name)).count();
    assert_eq!((of(":UpdateContinuousBackups"), of(":UpdateTable")), (4, 8));
    assert_eq!((of(":CreateTrail"), of(":CreateBucket"), of(":PutMetricAlarm")), (1, 1, 10));

    let second = machine.run(&walk_phase_1());
    second.ended(exit::SUCCEEDED);
    second.says("0 steps changed and verified, 17 as wanted already, 18 checked, 0 skipped.");
    second.says("Nothing was changed.");
    assert_eq!(machine.effects(), effects, "a second run sends nothing");
    let ran = machine.run(&["journal", "verify"]);
    ran.ended(exit::SUCCEEDED).says("every link of the chain holds").says("head: ");
    assert_eq!(first.err, "", "all that was said is data");

    let runs = machine.json(&["runs"]);
    let states: Vec<_> = runs["runs"].as_array().unwrap().iter().map(|run| &run["state"]).collect();
    assert_eq!(states, ["succeeded", "succeeded"]);
    machine.run(&["resume", "--linear", "--yes"]).ended(exit::USAGE).says("no run to go on with");
}

#[test]
fn a_run_that_is_over_is_not_walked_again() {
    let machine = Machine::harbour();
    machine.ok(&["run", "prepare", "--linear", "--yes"]);
    let run = machine.json(&["runs"])["runs"][0]["id"].as_str().unwrap().to_owned();
    let before = machine.journal();
    let ran = machine.run(&["resume", &run, "--linear", "--yes"]);
    ran.ended(exit::SUCCEEDED).says("It is over: the run succeeded.");
    assert_eq!(machine.journal(), before);
    machine.run(&["resume", "none", "--yes"]).ended(exit::USAGE).says("there is no run `none`");
}

#[test]
fn two_practices_in_two_directories_know_nothing_of_each_other() {
    let (one, other) = (Machine::harbour(), Machine::harbour());
    one.ok(&["run", "prepare", "--linear", "--yes"]);
    assert_eq!(other.effects(), []);
    assert!(!one.effects().is_empty());
    one.ok(&["practice", "reset"]);
    assert_eq!(one.effects(), []);
}
