//! A copy by S3 Batch Operations as a person walks it: to its end, killed, and failed.

use serde_json::json;

use crate::support::{Machine, exit};

const WALK: &[&str] = &["run", "copies", "--linear", "--yes"];

fn jobs(machine: &Machine) -> usize {
    let is_job = |operation: &str| operation == "s3:CreateJob";
    machine.effects().iter().filter(|effect| is_job(&effect.operation)).count()
}

#[test]
fn a_job_copies_what_is_missing_and_a_second_run_changes_nothing() {
    let machine = Machine::harbour();
    let ran = machine.run(WALK);
    ran.ended(exit::SUCCEEDED).says("sending BeginBatch harbour-manifests-v2, number 1, ");
    ran.says("missing 0, missing bytes 0, objects 1, old versions 0, verified 1");
    let effects = machine.effects();
    machine.run(WALK).ended(exit::SUCCEEDED);
    assert_eq!(machine.effects(), effects, "a second time nothing changes");
    assert_eq!(jobs(&machine), 1);
}

#[test]
fn a_process_that_is_killed_when_the_job_is_begun_finds_it_again() {
    for kind in ["killed_sent", "killed_applied"] {
        let machine = Machine::harbour();
        machine.faults(&json!([{ "on": "CreateJob", "kind": kind }]));
        let ran = machine.run(WALK);
        assert_eq!(ran.code, None, "{ran}");
        machine.no_faults();
        let ran = machine.run(&["resume", "--linear", "--yes"]);
        ran.ended(exit::SUCCEEDED);
        assert_eq!(jobs(&machine), 1, "{kind}");
    }
}

#[test]
fn complete_is_not_succeeded_and_what_failed_is_copied_by_the_next_run() {
    let machine = Machine::harbour();
    machine.faults(&json!([{
        "on": "S3PutObjectCopy",
        "resource": "hello.txt",
        "kind": "task_fails",
        "reason": "Access Denied"
    }]));
    let ran = machine.run(WALK);
    ran.ended(exit::STUCK);
    ran.says("the job is Complete, but 1 objects could not be copied: hello.txt (AccessDenied: ");
    ran.says("`s3.copy_bucket`, which copies what is missing");
    machine.no_faults();
    machine.run(WALK).ended(exit::SUCCEEDED);
    assert_eq!(jobs(&machine), 2);
}

#[test]
fn a_role_that_may_not_is_the_first_thing_to_look_at() {
    let machine = Machine::harbour();
    machine.faults(&json!([{
        "on": "*", "kind": "job_fails", "reason": "the role could not be assumed"
    }]));
    let ran = machine.run(WALK);
    ran.ended(exit::STUCK).says("failed: the role could not be assumed; 0 objects were copied");
    ran.says("look at the role first");
}
