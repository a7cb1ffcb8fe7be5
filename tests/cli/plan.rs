//! `muster plan`: everything that would change, and nothing sent.

use serde_json::{Value, json};

use crate::support::{Machine, PHASE_1, exit, json, walk_phase_1};

fn step<'a>(plan: &'a Value, id: &str) -> &'a Value {
    let steps = plan["steps"].as_array().unwrap();
    steps.iter().find(|step| step["id"] == id).unwrap()
}

#[test]
fn every_change_is_shown_with_before_and_after_and_none_is_sent() {
    let machine = Machine::new();
    let plan = machine.json(&[&["plan"][..], &PHASE_1].concat());
    let tables = ["reports", "personnel", "vendors", "constraints"];
    let targets = step(&plan, "pitr")["targets"].as_array().unwrap();
    assert_eq!(targets.len(), tables.len());
    for (target, table) in targets.iter().zip(tables) {
        assert_eq!(target["resource"], format!("sitelogix-{table}"));
        assert_eq!(target["before"], json!({ "enabled": false }));
        assert_eq!(target["after"], json!({ "enabled": true, "recovery_period_days": 35 }));
    }
    let bucket = &step(&plan, "log-bucket")["targets"][0];
    assert_eq!(bucket["resource"], "sitelogix-logs-prod");
    assert_eq!(bucket["after"], json!({ "object_lock": true }));
    assert_eq!(plan["steps"].as_array().unwrap().len(), 35);
    assert_eq!((&plan["account"], &plan["mode"]), (&json!("500313280221"), &json!("practice")));
    assert_eq!(machine.effects(), []);

    let text = machine.ok(&[&["plan"][..], &PHASE_1].concat());
    assert!(text.contains("~ sitelogix-reports: off -> on, recovery period days 35"), "{text}");
    assert!(text.contains("24 to change"), "{text}");
    assert!(!machine.state().join("journal.jsonl").exists(), "a plan is no event");
}

#[test]
fn the_run_of_a_plan_that_was_kept_begins_only_while_it_is_true() {
    let machine = Machine::new();
    let keep = [&["plan"][..], &PHASE_1, &["--out", "plan.json"]].concat();
    machine.ok(&keep);
    let kept = json(&std::fs::read_to_string(machine.path("plan.json")).unwrap());
    let run = [&walk_phase_1()[..], &["--plan", "plan.json"]].concat();

    // Somebody changes a table in between.
    machine.faults(&json!([{ "on": "UpdateTable", "nth": 2, "kind": "denied" }]));
    machine.run(&walk_phase_1()).ended(exit::STUCK);
    let before = machine.effects();
    let ran = machine.run(&run);
    ran.ended(exit::FAILED).says("the account or the book has changed").says("Nothing was sent.");
    assert_eq!(machine.effects(), before);

    // Another plan is another digest; as it is again, so is the digest.
    let fresh = Machine::new();
    fresh.file("plan.json", &kept.to_string());
    let ran = fresh.run(&run);
    ran.ended(exit::SUCCEEDED).says("The run succeeded.");
    let later = fresh.json(&[&["plan"][..], &PHASE_1].concat());
    assert_ne!(later["digest"], kept["digest"]);
}

#[test]
fn what_is_no_plan_is_not_run() {
    let machine = Machine::new();
    machine.file("other.json", "{\"version\": 1}");
    for (file, why) in [("none.json", "No such file"), ("other.json", "it has no digest")] {
        let ran = machine.run(&[&walk_phase_1()[..], &["--plan", file]].concat());
        ran.ended(exit::USAGE).says("error[plan-file]").says(why);
    }
    assert_eq!(machine.effects(), []);
    let ran = machine.run(&[&["plan"][..], &PHASE_1, &["--out", "no/such/folder"]].concat());
    ran.ended(exit::FAILED).says("error[plan-file]").says("nothing was changed");
}
