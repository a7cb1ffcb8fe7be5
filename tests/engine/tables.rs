//! The settings of tables that no shipped book sets: walked, walked twice, crashed at every record
//! and taken back, as a shipped book is.

use jiff::SignedDuration;
use muster::cloud::{Call, dynamodb};
use muster::engine::{Command, Event, Record, Rest};
use muster::sandbox::World;
use serde_json::json;

use crate::book::{small, start, world};
use crate::crash::{after_crash, filmed, ways};
use crate::oath::hold;
use crate::operator::Operator;
use crate::shell::Shell;
use crate::shipped::Shipped;

const TABLE: &str = "sitelogix-work-logs";

const STEPS: &str = r#"
[[step]]
id    = "capacity"
title = "Twice the capacity"
why   = "A test needs it."
set   = "dynamodb.table.capacity"
on    = "sitelogix-work-logs"
to    = { mode = "PROVISIONED", read = 10, indexes = { TeamIndex = { read = 10, write = 10 } } }

[[step]]
id    = "provisioned"
title = "The reports are provisioned"
why   = "A test needs it."
set   = "dynamodb.table.capacity"
on    = "sitelogix-reports"
to    = { mode = "PROVISIONED", read = 5, write = 5 }

[[step]]
id    = "scaling"
title = "Scale the table and an index"
why   = "A test needs it."
set   = "dynamodb.table.auto_scaling"
on    = ["sitelogix-work-logs", "sitelogix-reports"]
to    = { read = { min = 5, max = 50, target_utilization = 70 }, write = { min = 5, max = 50, target_utilization = 70 } }

[[step]]
id    = "scaling-index"
title = "Scale the index"
why   = "A test needs it."
set   = "dynamodb.table.auto_scaling"
on    = "sitelogix-work-logs"
to    = { indexes = { TeamIndex = { write = { min = 5, max = 50, target_utilization = 70, scale_in_cooldown_seconds = 60 } } } }

[[step]]
id    = "tags"
title = "Tag the tables"
why   = "A test needs it."
set   = "dynamodb.table.tags"
on    = ["sitelogix-work-logs", "sitelogix-reports"]
to    = { System = "sitelogix", Environment = "production", Old = "absent" }

[[step]]
id    = "encryption"
title = "Encrypt with KMS"
why   = "A test needs it."
set   = "dynamodb.table.encryption"
on    = ["sitelogix-work-logs", "sitelogix-reports"]
to    = "KMS"

[[step]]
id    = "class"
title = "Cheaper storage"
why   = "A test needs it."
set   = "dynamodb.table.class"
on    = "sitelogix-reports"
to    = "STANDARD_INFREQUENT_ACCESS"

[[step]]
id    = "time-to-live"
title = "Let old logs expire"
why   = "A test needs it."
set   = "dynamodb.table.time_to_live"
on    = "sitelogix-work-logs"
to    = { status = "ENABLED", attribute = "expiresAt" }
"#;

/// The account with work logs besides: provisioned, with an index, two tags and reads that are
/// scaled already, under a policy of another's name.
fn with_work_logs() -> World {
    let mut world = world();
    let key = |name: &str| json!([{ "attribute": name, "role": "HASH" }]);
    let of = json!({ "resource": format!("table/{TABLE}"), "dimension": "dynamodb:table:ReadCapacityUnits" });
    let calls = [
        json!({ "service": "dynamodb", "operation": "CreateTable", "table": TABLE, "spec": {
            "attributes": [{ "name": "logId", "type": "S" }, { "name": "team", "type": "S" }],
            "keys": key("logId"),
            "global_indexes": [{
                "name": "TeamIndex", "keys": key("team"), "projection": "ALL",
                "capacity": { "read": 5, "write": 5 },
            }],
            "local_indexes": [], "capacity": { "read": 5, "write": 5 }, "encryption": "AWS_OWNED",
            "class": "STANDARD", "deletion_protection": false, "stream": null,
            "tags": { "Owner": "platform", "Environment": "test", "Old": "x" },
        } }),
        json!({
            "service": "autoscaling", "operation": "RegisterScalableTarget", "min": 1, "max": 10,
            "resource": of["resource"], "dimension": of["dimension"],
        }),
        json!({
            "service": "autoscaling", "operation": "PutScalingPolicy", "name": "theirs",
            "resource": of["resource"], "dimension": of["dimension"], "tracking": {
                "target_utilization": 50.0, "scale_in_cooldown_seconds": 30,
                "scale_out_cooldown_seconds": null, "disable_scale_in": true,
            },
        }),
    ];
    for call in calls {
        let call: Call = serde_json::from_value(call).unwrap();
        let now = world.clock() + SignedDuration::from_mins(2);
        world.call(&call, now).unwrap();
    }
    let call = Call::DynamoDb(dynamodb::Call::ListTables {});
    let now = world.clock() + SignedDuration::from_mins(2);
    world.call(&call, now).unwrap();
    world
}

fn book() -> Shipped {
    let now = start() + SignedDuration::from_mins(10);
    Shipped::like(small("prod", STEPS), &with_work_logs(), now)
}

/// The way back, begun when AWS takes another change of time to live (D17).
fn back(book: &Shipped) -> Shipped {
    let way_back = book.way_back().unwrap();
    let bound = way_back.bound.clone();
    let now = book.walked().now + SignedDuration::from_hours(2);
    Shipped::like(bound, &way_back.world(), now)
}

#[test]
fn the_tables_are_as_the_book_says_and_a_second_run_changes_nothing() {
    let book = book();
    let first = book.walked();
    let state = first.world.state();
    let logs = &state["dynamodb"][TABLE];
    assert_eq!(logs["capacity"], json!({ "read": 10, "write": 5 }));
    assert_eq!(logs["indexes"]["TeamIndex"]["capacity"], json!({ "read": 10, "write": 10 }));
    let tags = json!({ "Owner": "platform", "Environment": "production", "System": "sitelogix" });
    assert_eq!(logs["tags"], tags);
    assert_eq!(logs["time_to_live"], "expiresAt");
    assert!(logs["encryption"].as_str().unwrap().starts_with("arn:aws:kms:us-east-1:"));
    assert_eq!(state["dynamodb"]["sitelogix-reports"]["class"], "STANDARD_INFREQUENT_ACCESS");
    let scaled = state["autoscaling"].as_object().unwrap();
    assert_eq!(scaled.len(), 5, "{scaled:?}");
    let reads = &scaled[&format!("table/{TABLE} dynamodb:table:ReadCapacityUnits")];
    assert_eq!((&reads["min"], &reads["max"]), (&json!(5), &json!(50)));
    let theirs = json!({ "theirs": {
        "target_utilization": 70.0, "scale_in_cooldown_seconds": 30,
        "scale_out_cooldown_seconds": null, "disable_scale_in": true,
    } });
    assert_eq!(reads["policies"], theirs, "changed under its own name, with its cooldown");

    let mut again = book.again(first.world.clone());
    again.now = first.now + SignedDuration::from_hours(1);
    Operator::default().walk(&mut again);
    assert_eq!(again.world.ledger(), first.world.ledger(), "nothing was sent");
}

#[test]
fn the_way_back_leaves_the_account_as_it_was() {
    let book = book();
    let back = back(&book).walked();
    assert_eq!(back.world.state(), book.world().state());
}

/// Resumes and walks to the end. Between the calls of one target the account is neither as it was
/// nor as it is wanted, so after a crash there a person looks, and has the step tried again.
fn resumed(mut shell: Shell) -> Shell {
    if shell.run.is_at_rest() {
        return shell;
    }
    shell.ask(&Command::Resume {}).unwrap();
    let rest = Operator::default().walk(&mut shell);
    assert_eq!(rest, Rest::Succeeded {}, "{}", shell.tail());
    for record in &shell.records {
        if let Event::TargetFailed { step, target, failure } = &record.event {
            let several = planned(&shell, *step, *target) > 1 || failure.code == "not-begun";
            assert!(several, "a crash is no failure: {failure:?}\n{}", shell.tail());
        }
    }
    hold(&shell);
    shell
}

/// The most calls that were planned for a target.
fn planned(shell: &Shell, at: usize, on: usize) -> usize {
    let calls = |record: &Record| match &record.event {
        Event::Inspected { step, target, verdict } if (*step, *target) == (at, on) => {
            verdict.calls().len()
        }
        _ => 0,
    };
    shell.records.iter().map(calls).max().unwrap_or(0)
}

#[test]
fn a_crash_at_any_record_costs_nothing() {
    let book = book();
    for book in [back(&book), book] {
        let (records, moments) = filmed(&book);
        let end = &moments.last().unwrap().world;
        let (effects, state) = (end.ledger().len(), end.state());
        for n in 1..=records.len() {
            for way in ways(&records[..n], &moments[n - 1]) {
                let shell = resumed(after_crash(&records[..n], &moments[n - 1], way));
                assert_eq!(shell.world.ledger().len(), effects, "record {n}, {way:?}");
                assert_eq!(shell.world.state(), state, "record {n}, {way:?}");
            }
        }
    }
}
