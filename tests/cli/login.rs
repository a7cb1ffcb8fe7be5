//! Credentials that end, at any step: a pause that says why, and a run that goes on.

use serde_json::json;

use crate::support::{Machine, exit, nothing_twice, walk_phase_1};

/// For good, until somebody logs in.
const ALWAYS: u32 = u32::MAX;

/// A call of each step that asks AWS anything new, and of each service.
const CALLS: [&str; 9] = [
    "CreateTopic",
    "UpdateContinuousBackups",
    "UpdateTable",
    "CreateBucket",
    "PutBucketPolicy",
    "PutBucketLogging",
    "CreateTrail",
    "StartLogging",
    "PutMetricAlarm",
];

#[test]
fn credentials_that_end_at_step_4_are_a_pause_until_somebody_logs_in() {
    let machine = Machine::new();
    machine.faults(&json!([{ "on": "UpdateTable", "times": ALWAYS, "kind": "expired" }]));
    machine.run(&walk_phase_1()).ended(exit::PAUSED).says("step 4 `Turn on deletion protection`");
    let runs = machine.run(&["runs"]);
    runs.ended(exit::SUCCEEDED).says("paused");
    runs.says("needs: the credentials are not valid (ExpiredTokenException").says("then resume");
    machine.run(&["status"]).ended(exit::SUCCEEDED).says("is paused").says("log in again");
    let before = machine.effects();

    // Nobody has logged in: the same again, and nothing is sent twice.
    machine.run(&["resume", "--linear", "--yes"]).ended(exit::PAUSED).says("log in again");
    assert_eq!(machine.effects(), before);

    // Not even who is asking can be said.
    let silent = json!([{ "on": "*", "times": ALWAYS, "kind": "expired" }]);
    machine.faults(&silent);
    machine.run(&["resume", "--linear", "--yes"]).ended(exit::PAUSED).says("log in again");
    assert_eq!(machine.effects(), before);

    machine.no_faults();
    let ran = machine.run(&["resume", "--linear", "--yes"]);
    ran.ended(exit::SUCCEEDED).says("account 500313280221 answered as").says("The run succeeded.");
    let effects = machine.effects();
    assert_eq!(effects[..before.len()], before);
    nothing_twice(&effects);
    machine.ok(&["journal", "verify"]);
}

#[test]
fn wherever_credentials_end_or_the_clock_is_wrong_one_resume_goes_on() {
    let kinds = [("expired", "the credentials"), ("clock_skew", "the clock")];
    let mut cases = 0;
    // In turn: both at every call would take longer than a gate may.
    for (on, (kind, why)) in CALLS.into_iter().zip(kinds.into_iter().cycle()) {
        let machine = Machine::new();
        machine.faults(&json!([{ "on": on, "times": ALWAYS, "kind": kind }]));
        machine.run(&walk_phase_1()).ended(exit::PAUSED).says(&format!("Paused: {why}"));
        machine.no_faults();
        machine.run(&["resume", "--linear", "--yes"]).ended(exit::SUCCEEDED);
        nothing_twice(&machine.effects());
        cases += 1;
    }
    println!("{cases} pauses");
}
