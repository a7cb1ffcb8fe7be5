//! When AWS does not do as asked: how a run ends, what it says, and how it goes on.

use serde_json::{Value, json};

use crate::support::{Machine, exit, nothing_twice, walk_phase_1};

/// For good, until somebody sets it right.
const ALWAYS: u32 = u32::MAX;

#[test]
fn a_lost_reply_is_looked_for_and_not_sent_again() {
    for kind in ["lost_reply", "truncated"] {
        let machine = Machine::new();
        let table = "sitelogix-vendors";
        machine.faults(&json!([{ "on": "UpdateTable", "resource": table, "kind": kind }]));
        let ran = machine.run(&walk_phase_1());
        ran.ended(exit::SUCCEEDED).says("verified sitelogix-vendors: on");
        ran.says("nobody saw the end, it is looked for");
        ran.says("it was applied after all: UpdateTable sitelogix-vendors, deletion protection on");
        let journal = machine.json(&["journal", "show"]);
        let events: Vec<&Value> =
            journal["records"].as_array().unwrap().iter().map(|record| &record["event"]).collect();
        let lost = events.iter().position(|event| event["type"] == "unknown").unwrap();
        let attempt = &events[lost]["attempt"];
        let ending = events[lost..]
            .iter()
            .find(|event| event["type"] == "concluded" && event["attempt"] == *attempt);
        assert_eq!(ending.unwrap()["conclusion"], "done");
        let sent = events.iter().filter(|event| {
            event["type"] == "intended"
                && event["call"]["table"] == table
                && event["call"]["change"]["deletion_protection"] == true
        });
        assert_eq!(sent.count(), 1, "{kind}");
        let effects = machine.effects();
        nothing_twice(&effects);
        // One for the deletion protection, one for the stream.
        let changes = effects.iter().filter(|effect| {
            effect.change && effect.operation == "dynamodb:UpdateTable" && effect.resource == table
        });
        assert_eq!(changes.count(), 2, "{kind}");
    }
}

#[test]
fn a_lost_request_is_sent_again_once_it_is_known_that_it_never_arrived() {
    let machine = Machine::new();
    machine.faults(&json!([{ "on": "CreateTopic", "kind": "lost_request" }]));
    let ran = machine.run(&walk_phase_1());
    ran.ended(exit::SUCCEEDED).says("it never happened: CreateTopic sitelogix-alerts");
    nothing_twice(&machine.effects());
}

#[test]
fn what_is_forbidden_in_the_middle_is_stuck_and_goes_on_once_it_is_allowed() {
    let machine = Machine::new();
    machine.faults(&json!([{ "on": "UpdateTable", "times": ALWAYS, "kind": "denied" }]));
    let ran = machine.run(&walk_phase_1());
    ran.ended(exit::STUCK).says("the run is stuck and needs a person").says("AccessDenied");
    ran.says("next: Nothing was changed by this call.").says("`muster show BOOK --iam`");
    ran.says("then: go on with it: muster resume ");
    let status = machine.run(&["status"]);
    status
        .ended(exit::SUCCEEDED)
        .says("is stuck")
        .says("  in flight nothing")
        .says("let the role do this");
    status.says("step  4   Turn on deletion protection: FAILED");
    let before = machine.effects();

    // Nobody says yes: it stays as it is.
    machine.run(&["resume", "--linear"]).ended(exit::STUCK);
    // It is still forbidden: it says so again.
    machine.run(&["resume", "--linear", "--yes"]).ended(exit::STUCK).says("AccessDenied");
    assert_eq!(machine.effects(), before);

    machine.no_faults();
    let ran = machine.run(&["resume", "--linear", "--yes"]);
    ran.ended(exit::SUCCEEDED).says("is tried again").says("The run succeeded.");
    let effects = machine.effects();
    assert_eq!(effects[..before.len()], before);
    nothing_twice(&effects);
    assert_eq!(machine.json(&["runs"])["runs"].as_array().unwrap().len(), 1);
}

#[test]
fn what_is_forbidden_at_the_very_first_has_failed_and_changed_nothing() {
    let machine = Machine::new();
    machine.faults(&json!([{ "on": "sns:CreateTopic", "times": ALWAYS, "kind": "denied" }]));
    let ran = machine.run(&walk_phase_1());
    ran.ended(exit::FAILED).says("The run failed before anything was changed");
    ran.says("Nothing was changed.").says("let the role do this");
    assert_eq!(machine.effects(), []);
    machine.no_faults();
    machine.run(&walk_phase_1()).ended(exit::SUCCEEDED);
}

/// A call that was not applied leaves no effect behind: that its fault has struck is kept all the
/// same.
#[test]
fn a_fault_that_strikes_once_does_not_strike_the_next_process_again() {
    let machine = Machine::harbour();
    machine.ok(&["run", "prepare", "--linear", "--yes"]);
    let before = machine.effects();
    machine.faults(&json!([{ "on": "UpdateTable", "times": 2, "kind": "denied" }]));
    machine.run(&["run", "unprotect", "--linear", "--yes"]).ended(exit::FAILED);
    assert_eq!(machine.effects(), before);
    machine.run(&["run", "unprotect", "--linear", "--yes"]).ended(exit::SUCCEEDED);
    nothing_twice(&machine.effects()[before.len()..]);
}

#[test]
fn credentials_that_end_in_the_middle_are_a_pause() {
    let machine = Machine::new();
    machine.faults(&json!([{ "on": "PutBucketLogging", "kind": "expired" }]));
    let ran = machine.run(&walk_phase_1());
    ran.ended(exit::PAUSED).says("Paused: the credentials are not valid").says("muster resume");
    let runs = machine.run(&["runs"]);
    runs.ended(exit::SUCCEEDED).says("paused").says("needs: the credentials are not valid");
    runs.says("log in again, then resume");
    let ran = machine.run(&["resume", "--linear", "--yes"]);
    ran.ended(exit::SUCCEEDED).says("account 500313280221 answered as");
    nothing_twice(&machine.effects());
}

#[test]
fn a_wrong_clock_in_the_middle_is_a_pause() {
    let machine = Machine::new();
    machine.faults(&json!([{ "on": "PutBucketLogging", "kind": "clock_skew" }]));
    let ran = machine.run(&walk_phase_1());
    ran.ended(exit::PAUSED).says("Paused: the clock of this machine is wrong");
    ran.says("RequestTimeTooSkewed")
        .says("set the clock right (`timedatectl`")
        .says("muster resume");
    let runs = machine.run(&["runs"]);
    runs.ended(exit::SUCCEEDED).says("paused").says("needs: the clock of this machine is wrong");
    let ran = machine.run(&["resume", "--linear", "--yes"]);
    ran.ended(exit::SUCCEEDED).says("account 500313280221 answered as");
    nothing_twice(&machine.effects());
}

#[test]
fn with_a_wrong_clock_nothing_begins() {
    let machine = Machine::new();
    machine.faults(&json!([{ "on": "GetCallerIdentity", "times": ALWAYS, "kind": "clock_skew" }]));
    for ran in [
        machine.run(&walk_phase_1()),
        machine.run(&[&["plan"][..], &walk_phase_1()[1..4]].concat()),
    ] {
        ran.ended(exit::FAILED).says("error[clock]").says("in AWS: nothing was changed");
        ran.says("timedatectl");
    }
    machine.run(&["doctor"]).ended(exit::FAILED).says("BAD account").says("timedatectl");
    assert_eq!(machine.effects(), []);
}

#[test]
fn without_a_login_nothing_begins() {
    let machine = Machine::new();
    machine.faults(&json!([{ "on": "GetCallerIdentity", "times": ALWAYS, "kind": "expired" }]));
    for ran in [
        machine.run(&walk_phase_1()),
        machine.run(&[&["plan"][..], &walk_phase_1()[1..4]].concat()),
    ] {
        ran.ended(exit::LOGIN).says("error[login]").says("in AWS: nothing was changed");
        ran.says("aws sso login");
    }
    let ran = machine.run(&["doctor"]);
    ran.ended(exit::FAILED).says("BAD account").says("aws sso login");
    assert!(!machine.state().join("journal.jsonl").exists());
    machine.faults(&json!([{ "on": "GetCallerIdentity", "times": ALWAYS, "kind": "not_sent" }]));
    machine.run(&walk_phase_1()).ended(exit::FAILED).says("error[no-answer]");
}

#[test]
fn what_passes_by_itself_is_waited_for() {
    let machine = Machine::new();
    machine.faults(&json!([
        { "on": "UpdateTable", "times": 2, "kind": "throttled" },
        { "on": "DescribeTable", "times": 2, "kind": "throttled" },
        { "on": "CreateTrail", "kind": "not_sent" },
    ]));
    machine.run(&walk_phase_1()).ended(exit::SUCCEEDED).says("not applied, sent again soon");
    nothing_twice(&machine.effects());
}

#[test]
fn faults_that_make_no_sense_are_refused() {
    let machine = Machine::new();
    for text in ["[{\"on\": \"UpdateTable\", \"kind\": \"bogus\"}]", "{}", "[{\"no\": 1}]"] {
        machine.file("faults.json", text);
        let ran = machine.run(&["practice", "faults", "faults.json"]);
        ran.ended(exit::USAGE).says("error[faults]").says("\"kind\": \"denied\"");
    }
    machine.run(&["practice", "faults", "none.json"]).ended(exit::USAGE);
    // The example in the advice is one.
    machine.file("faults.json", "[{\"on\": \"UpdateTable\", \"kind\": \"denied\"}]");
    machine.run(&["practice", "faults", "faults.json"]).ended(exit::SUCCEEDED).says("1 fault set");
}
