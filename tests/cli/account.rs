//! The wrong account or Region, at the command line: its own code, the words of what is wrong, and
//! nothing sent.

use serde_json::json;

use crate::support::{Machine, exit, walk_phase_1};

/// The simulated account of production answers as another one from now on, as it does when a
/// profile or a login is another's.
fn becomes_another(machine: &Machine) {
    let path = machine.state().join("practice/sitelogix-prod.json");
    let text = std::fs::read_to_string(&path).expect("a simulated account");
    assert!(text.contains("500313280221"), "{}", path.display());
    std::fs::write(&path, text.replace("500313280221", "999988887777")).expect("a file");
}

fn production<'a>(words: &[&'a str]) -> Vec<&'a str> {
    [&["--env", "prod"][..], words].concat()
}

#[test]
fn an_account_that_is_not_the_environments_is_refused_before_a_run() {
    let machine = Machine::new();
    machine.ok(&production(&["practice", "reset"]));
    becomes_another(&machine);
    let before = machine.effects();
    let plan = [&["plan"][..], &walk_phase_1()[1..4]].concat();
    for words in [walk_phase_1(), plan] {
        let ran = machine.run(&production(&words));
        ran.ended(exit::FAILED).says("error[wrong-account]");
        ran.says("expected: 500313280221 (sitelogix prod)").says("found:    999988887777");
        ran.says("in AWS: nothing was changed");
    }
    let doctor = machine.run(&production(&["doctor"]));
    doctor.ended(exit::FAILED).says("expected 500313280221, found 999988887777");
    assert_eq!(machine.effects(), before);
    assert_eq!(machine.json(&["runs"])["runs"], json!([]));
}

#[test]
fn a_run_that_paused_is_not_resumed_in_another_account() {
    let machine = Machine::new();
    machine.faults(&json!([{ "on": "UpdateTable", "kind": "expired" }]));
    machine.run(&production(&walk_phase_1())).ended(exit::PAUSED);
    becomes_another(&machine);
    let before = machine.effects();
    assert!(!before.is_empty());
    let ran = machine.run(&production(&["resume", "--linear", "--yes"]));
    ran.ended(exit::STUCK).says("WRONG ACCOUNT: 999988887777 answered, not 500313280221");
    assert_eq!(machine.effects(), before);
    machine.run(&["runs"]).says("stuck").says("Choose the profile of the right account");
}

#[test]
fn a_run_is_resumed_only_where_it_began() {
    let machine = Machine::new();
    machine.faults(&json!([{ "on": "UpdateTable", "kind": "expired" }]));
    machine.run(&production(&walk_phase_1())).ended(exit::PAUSED);
    let before = machine.effects();
    let elsewhere = machine.run(&["--env", "dev", "resume", "--linear", "--yes"]);
    elsewhere.ended(exit::FAILED).says("500313280221").says("111122223333");
    elsewhere.says("Start muster with --practice --estate sitelogix --env prod.");
    let region = ["--env", "prod", "--region", "eu-west-1", "resume", "--linear", "--yes"];
    let region = machine.run(&region);
    region.ended(exit::FAILED).says("error[wrong-region]").says("in AWS: nothing was sent");
    assert_eq!(machine.effects(), before);
    machine.run(&production(&["resume", "--linear", "--yes"])).ended(exit::SUCCEEDED);
}
