//! Books that need others: what is refused, with the way there, and how far the phases are.

use serde_json::{Value, json};

use crate::support::{Machine, Ran, exit, folder, walk_phase_1};

/// A book of a kind that sets one thing, and needs others.
fn book(kind: &str, needs: &[&str], setting: &str, to: &str) -> String {
    format!(
        r#"
title    = "A book"
version  = "1.0.0"
kind     = "{kind}"
summary  = "A book of the tests."
risk     = "low"
duration = "10m"
cost     = "nothing"
owner    = "platform"
reviewed = 2026-11-01
needs    = {needs:?}

[[step]]
id    = "set"
title = "Set it"
why   = "The test wants it."
set   = "{setting}"
on    = "${{estate.tables}}"
to    = {to}

[[step]]
id    = "check"
title = "It is so"
why   = "Read back from AWS."
check = "{setting}"
on    = "${{estate.tables}}"
is    = {to}
"#
    )
}

const PROTECTION: &str = "dynamodb.table.deletion_protection";
const STREAM: &str = "dynamodb.table.stream";
const IMAGES: &str = "\"NEW_AND_OLD_IMAGES\"";

/// A machine with three phases, each of which needs those before it, and a book that is the way back
/// from the first.
fn machine() -> Machine {
    let machine = Machine::with(&["--practice", "--runbooks", "books"]);
    let estate = std::fs::read_to_string(folder().join("harbour/estate.toml")).unwrap();
    let recovery = "dynamodb.table.point_in_time_recovery";
    let on = "{ enabled = true, recovery_period_days = 35 }";
    machine.file("books/harbour/estate.toml", &estate);
    machine.file("books/harbour/phase-a.toml", &book("phase", &[], PROTECTION, "true"));
    machine.file("books/harbour/phase-b.toml", &book("phase", &["phase-a"], STREAM, IMAGES));
    let both = &["phase-a", "phase-b"];
    machine.file("books/harbour/phase-c.toml", &book("phase", both, recovery, on));
    let back = book("rollback", &["phase-a"], PROTECTION, "false");
    machine.file("books/harbour/undo-a.toml", &back);
    machine
}

fn walk(machine: &Machine, book: &str) -> Ran {
    machine.run(&["run", book, "--linear", "--yes"])
}

fn latest(machine: &Machine) -> String {
    machine.json(&["runs"])["runs"][0]["id"].as_str().unwrap().to_owned()
}

/// The phases in their order, each with how far it is.
fn phases(machine: &Machine) -> Vec<(String, String)> {
    let rollout = machine.json(&["rollout"]);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let phases = rollout["phases"].as_array().unwrap().iter();
    phases.map(|phase| (text(&phase["book"]["name"]), text(&phase["standing"]))).collect()
}

fn states(machine: &Machine) -> Vec<String> {
    phases(machine).into_iter().map(|(_, state)| state).collect()
}

fn next(machine: &Machine) -> Value {
    machine.json(&["rollout"])["next"]["book"].clone()
}

#[test]
fn a_book_is_refused_until_what_it_needs_has_succeeded() {
    let machine = machine();
    let ran = walk(&machine, "phase-c");
    ran.ended(exit::FAILED).says("`phase-c` needs `phase-a`, which never ran here");
    ran.says("`phase-b`, which never ran here").says("nothing was sent");
    ran.says("Next is `phase-a`: muster --practice --estate harbour --env prod run phase-a");
    assert_eq!(machine.effects(), []);
    assert_eq!(machine.json(&["runs"])["runs"], json!([]), "no run began");
    // The way there, step by step.
    walk(&machine, "phase-b").ended(exit::FAILED).says("needs `phase-a`");
    walk(&machine, "phase-a").ended(exit::SUCCEEDED);
    walk(&machine, "phase-c").ended(exit::FAILED).says("Next is `phase-b`");
    walk(&machine, "phase-b").ended(exit::SUCCEEDED);
    walk(&machine, "phase-c").ended(exit::SUCCEEDED);
}

#[test]
fn the_plan_says_what_is_missing_and_is_made_all_the_same() {
    let machine = machine();
    let words = machine.ok(&["plan", "phase-b"]);
    assert!(words.contains("cannot be started now: `phase-b` needs `phase-a`"), "{words}");
    let plan = machine.json(&["plan", "phase-b"]);
    assert_eq!(plan["unmet"]["missing"][0]["book"], "phase-a");
    assert_eq!(plan["unmet"]["missing"][0]["standing"], "not_started");
    walk(&machine, "phase-a").ended(exit::SUCCEEDED);
    assert_eq!(machine.json(&["plan", "phase-b"])["unmet"], Value::Null);
}

#[test]
fn what_was_rolled_back_has_to_be_done_again() {
    let machine = machine();
    walk(&machine, "phase-a").ended(exit::SUCCEEDED);
    let run = latest(&machine);
    machine.run(&["rollback", &run, "--linear", "--yes"]).ended(exit::SUCCEEDED);
    let by = latest(&machine);
    let ran = walk(&machine, "phase-b");
    ran.ended(exit::FAILED).says(&format!("was rolled back by run {by}"));
    assert_eq!(states(&machine), ["rolled_back", "not_started", "not_started"]);
    assert_eq!(next(&machine), "phase-a");
    walk(&machine, "phase-a").ended(exit::SUCCEEDED);
    walk(&machine, "phase-b").ended(exit::SUCCEEDED);
}

#[test]
fn a_book_that_is_a_way_back_takes_back_what_it_needs_and_is_never_barred() {
    let machine = machine();
    // Nothing of it was ever done here by Muster: the way back is open all the same.
    walk(&machine, "undo-a").ended(exit::SUCCEEDED);
    walk(&machine, "phase-a").ended(exit::SUCCEEDED);
    assert_eq!(states(&machine)[0], "done");
    walk(&machine, "undo-a").ended(exit::SUCCEEDED);
    assert_eq!(states(&machine)[0], "rolled_back");
    walk(&machine, "phase-b").ended(exit::FAILED).says("was rolled back by run");
}

#[test]
fn a_run_that_stopped_half_way_is_gone_on_with_first() {
    let machine = machine();
    machine
        .faults(&json!([{ "on": "UpdateTable", "nth": 2, "times": u32::MAX, "kind": "denied" }]));
    walk(&machine, "phase-a").ended(exit::STUCK);
    let run = latest(&machine);
    assert_eq!(states(&machine)[0], "stuck");
    let resume =
        format!("Next is `phase-a`: muster --practice --estate harbour --env prod resume {run}");
    walk(&machine, "phase-b").ended(exit::FAILED).says("is stuck since").says(&resume);
    machine.no_faults();
    machine.run(&["resume", &run, "--linear", "--yes"]).ended(exit::SUCCEEDED);
    assert_eq!(states(&machine)[0], "done");
}

#[test]
fn practice_and_another_environment_count_for_themselves_only() {
    let machine = machine();
    let estate = std::fs::read_to_string(machine.path("books/harbour/estate.toml")).unwrap();
    let dev = "\n[environments.dev]\naccount = \"111122223333\"\nregion = \"us-east-1\"\n\
        alias = \"harbour-dev\"\nprotected = false\n";
    machine.file("books/harbour/estate.toml", &(estate + dev));
    machine.run(&["run", "phase-a", "--env", "prod", "--linear", "--yes"]).ended(exit::SUCCEEDED);
    machine.run(&["run", "phase-b", "--env", "dev", "--linear", "--yes"]).ended(exit::FAILED);
    machine.run(&["run", "phase-b", "--env", "prod", "--linear", "--yes"]).ended(exit::SUCCEEDED);
}

#[test]
fn the_rollout_shows_the_phases_in_order_and_what_is_next() {
    let machine = machine();
    let names: Vec<_> = phases(&machine).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["phase-a", "phase-b", "phase-c"]);
    assert_eq!(states(&machine), ["not_started"; 3]);
    assert_eq!(next(&machine), "phase-a");
    let words = machine.ok(&["rollout"]);
    assert!(words.contains("waits for phase-a, phase-b"), "{words}");
    assert!(words.contains("Next is phase-a: it needs nothing before it"), "{words}");
    for book in ["phase-a", "phase-b"] {
        walk(&machine, book).ended(exit::SUCCEEDED);
    }
    assert_eq!(states(&machine), ["done", "done", "not_started"]);
    assert_eq!(next(&machine), "phase-c");
    walk(&machine, "phase-c").ended(exit::SUCCEEDED);
    assert_eq!(next(&machine), Value::Null);
    assert!(machine.ok(&["rollout"]).contains("All phases are done."));
}

#[test]
fn a_phase_has_the_scores_that_scans_told_around_it() {
    let machine = Machine::new();
    let phase = || machine.json(&["rollout"])["phases"][0].clone();
    assert_eq!((&phase()["before"], &phase()["after"]), (&Value::Null, &Value::Null));
    machine.ok(&["compliance"]);
    machine.ok(&walk_phase_1());
    assert_eq!(phase()["before"]["met"], 3);
    assert_eq!(phase()["after"], Value::Null, "nobody looked since");
    let score = machine.json(&["compliance"])["score"].clone();
    machine.ok(&["compliance"]);
    assert_eq!(phase()["after"]["met"], score["met"]);
    assert_eq!(phase()["before"]["total"], score["total"]);
    let words = format!("score 3 of 36 (8 %) -> {} of 36", score["met"]);
    assert!(machine.ok(&["rollout"]).contains(&words), "{words}");
}

#[test]
fn a_need_that_is_not_there_and_a_circle_are_told() {
    let machine = machine();
    machine.ok(&["check", "books"]);
    machine.file("books/harbour/phase-d.toml", &book("phase", &["phase-bb"], STREAM, IMAGES));
    let ran = machine.run(&["check", "books"]);
    ran.ended(exit::USAGE)
        .says("the estate has no book `phase-bb`")
        .says("did you mean `phase-b`?");
    walk(&machine, "phase-d").ended(exit::USAGE).says("has errors");
    machine.file("books/harbour/phase-d.toml", &book("phase", &["phase-e"], STREAM, IMAGES));
    machine.file("books/harbour/phase-e.toml", &book("phase", &["phase-d"], STREAM, IMAGES));
    let ran = machine.run(&["check", "books"]);
    ran.ended(exit::USAGE).says("it needs `phase-e`, which needs `phase-d`");
    ran.says("none of them could ever be started");
}
