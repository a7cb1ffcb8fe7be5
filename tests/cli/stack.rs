//! Phase 3 as a person walks it: a stack that fails, and one that is made.

use serde_json::json;

use crate::support::{Machine, exit, walk_phase_1};

const WALK: &[&str] = &["run", "phase-3-missing-tables", "--linear", "--yes"];

#[test]
fn a_stack_that_fails_says_why_leaves_nothing_and_can_be_made_once_that_is_mended() {
    let machine = Machine::new();
    machine.run(&walk_phase_1()).ended(exit::SUCCEEDED);
    machine.faults(&json!([{
        "on": "AWS::ApplicationAutoScaling::ScalableTarget",
        "kind": "stack_fails",
        "reason": "Unable to assume the service role"
    }]));
    let ran = machine.run(WALK);
    ran.ended(exit::STUCK).says("creating the stack failed, first");
    ran.says("(AWS::ApplicationAutoScaling::ScalableTarget): Unable to assume the service role");
    ran.says("AWS has cleaned up: nothing of it is left");
    ran.says("next: The service role of auto scaling is made on first use");
    ran.says("begin the book again");
    // Each event is told once, as it happens.
    ran.says("FAILED: ").says("CREATE_IN_PROGRESS");
    let told = ran.out.matches("CREATE_IN_PROGRESS: User Initiated").count();
    assert_eq!(told, 1, "{}", ran.out);

    // Nothing is left: the tables have names of their own, and would be in the way.
    machine.no_faults();
    let ran = machine.run(WALK);
    ran.ended(exit::SUCCEEDED)
        .says("adds 3 of type AWS::DynamoDB::Table: AiAnalysisTable, AuditLogTable, WorkLogsTable");
    let effects = machine.effects();

    machine.run(WALK).ended(exit::SUCCEEDED);
    assert_eq!(machine.effects(), effects, "a second time nothing changes");
}

#[test]
fn the_three_tables_go_again_with_their_stack() {
    let machine = Machine::new();
    machine.run(&walk_phase_1()).ended(exit::SUCCEEDED);
    machine.run(WALK).ended(exit::SUCCEEDED);
    let back = &[
        "run",
        "rollback-phase-3",
        "--linear",
        "--yes",
        "-p",
        "reason=nobody uses them",
        "--answer",
        "nothing-is-lost=looked",
    ];
    let ran = machine.run(back);
    ran.ended(exit::SUCCEEDED).says("3 Delete the stack");
    ran.says("known after step protection-off");
    ran.says("loses sitelogix-ai-analysis + sitelogix-audit-log + sitelogix-work-logs");
}
