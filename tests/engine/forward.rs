//! The shipped books from their beginning to their end, when nothing goes wrong; and what the first
//! phase promises.

use muster::cloud::{Call, Outcome, cloudtrail, cloudwatch, dynamodb, s3, sns};
use muster::engine::{Event, Record, Rest, Run, StepEnd, StepState};
use muster::sandbox::World;
use serde_json::{Value, json};

use crate::book::{phase_1, place, started, world};
use crate::oath::hold;
use crate::operator::Operator;
use crate::shell::{Shell, fold};
use crate::shipped;

/// A whole run of the first phase, at this pace.
fn walked(world: World, pace: u32) -> Shell {
    let mut shell = Shell::begin(world, started(phase_1(), pace));
    assert_eq!(Operator::default().walk(&mut shell), Rest::Succeeded {}, "{}", shell.tail());
    shell
}

fn ends(shell: &Shell) -> Vec<(&str, &StepEnd)> {
    let ends = shell.run.bound.steps.iter().zip(&shell.run.steps).map(|(text, step)| {
        let StepState::Ended { end } = &step.state else { panic!("{} has not ended", text.id) };
        (text.id.as_str(), end)
    });
    ends.collect()
}

#[test]
fn the_first_phase_succeeds_and_does_nothing_twice() {
    for pace in [1, 60] {
        let shell = walked(world(), pace);
        hold(&shell);
        for (id, end) in ends(&shell) {
            let wanted = match id {
                // Object Lock turned it on; every new bucket is private and encrypted.
                "log-bucket-versioning" | "log-bucket-private" | "log-bucket-encryption" => {
                    StepEnd::NoChange {}
                }
                _ if id.starts_with("verify-") || id == "log-bucket-lock" => StepEnd::Passed {},
                _ => StepEnd::Changed {},
            };
            assert_eq!(*end, wanted, "{id}");
        }
        assert!(shell.busiest <= 4, "{} targets at once", shell.busiest);
        assert!(shell.world.ledger().iter().all(|entry| entry.change), "no needless call");
        assert_eq!(shell.run.applied, shell.world.ledger().len() as u64);
    }
}

#[test]
fn every_shipped_book_succeeds_and_does_nothing_twice() {
    for book in shipped::everywhere() {
        let shell = book.walked();
        hold(&shell);
        let first = serde_json::to_string(&shell.records[0]).unwrap();
        assert_eq!(serde_json::from_str::<Record>(&first).unwrap(), shell.records[0]);
        assert!(shell.busiest <= 4, "{}: {} targets at once", book.name, shell.busiest);
        // To the run, work over many objects is one call; to the account, it is many.
        let objects = shell.world.ledger().iter().filter(|e| matches!(e.detail, Call::Objects(_)));
        let works = shell
            .records
            .iter()
            .filter(|record| matches!(&record.event, Event::Intended { call: Call::Bulk(_), .. }));
        let effects = shell.world.ledger().len() - objects.count() + works.count();
        assert_eq!(shell.run.applied, effects as u64, "{}", book.name);
        println!("{}: {} records, {:?} calls", book.name, shell.records.len(), shell.calls);
    }
}

#[test]
fn every_prefix_of_the_records_adds_up() {
    for book in shipped::books() {
        let shell = book.walked();
        for n in 1..=shell.records.len() {
            let run = fold(&shell.records[..n]);
            assert_eq!(run.last, shell.records[n - 1].time);
            let json = serde_json::to_string(&run).unwrap();
            assert_eq!(serde_json::from_str::<Run>(&json).unwrap(), run, "record {n}");
        }
        println!("{}: {} prefixes", book.name, shell.records.len());
    }
}

/// What the account answers, a day later.
fn answer(world: &mut World, call: Call) -> Value {
    let later = world.clock() + jiff::SignedDuration::from_hours(24);
    let outcome: Outcome = world.call(&call, later);
    serde_json::to_value(outcome.unwrap().reply).unwrap()
}

#[test]
fn the_account_is_as_the_first_phase_promises() {
    let mut world = walked(world(), 60).world;
    for table in ["reports", "personnel", "vendors", "constraints"] {
        let table = format!("sitelogix-{table}");
        let call = dynamodb::Call::DescribeContinuousBackups { table: table.clone() };
        let found = answer(&mut world, Call::DynamoDb(call));
        assert_eq!(found["recovery_period_days"], 35, "{table}");
        let found = answer(&mut world, Call::DynamoDb(dynamodb::Call::DescribeTable { table }));
        assert_eq!(found["deletion_protection"], true);
        assert_eq!(found["stream"], "NEW_AND_OLD_IMAGES");
        assert_eq!(found["status"], "ACTIVE");
    }
    the_buckets_are_as_promised(&mut world);
    the_trail_and_the_alarms_are_as_promised(&mut world);
}

fn the_buckets_are_as_promised(world: &mut World) {
    let logs = "sitelogix-logs-prod".to_owned();
    let call = s3::Call::GetObjectLockConfiguration { bucket: logs.clone() };
    assert_eq!(answer(world, Call::S3(call))["default_retention"], Value::Null);
    let call = s3::Call::GetBucketVersioning { bucket: logs.clone() };
    assert_eq!(answer(world, Call::S3(call))["versioning"], "enabled");
    let found = answer(world, Call::S3(s3::Call::GetPublicAccessBlock { bucket: logs.clone() }));
    for switch in [
        "block_public_acls",
        "ignore_public_acls",
        "block_public_policy",
        "restrict_public_buckets",
    ] {
        assert_eq!(found[switch], true, "{switch}");
    }
    let found = answer(world, Call::S3(s3::Call::GetBucketPolicy { bucket: logs.clone() }));
    let policy = found["policy"].as_str().unwrap();
    for service in ["logging.s3.amazonaws.com", "cloudtrail.amazonaws.com"] {
        assert!(policy.contains(service), "{policy}");
    }
    for bucket in ["sitelogix-audio-files-prod", "sitelogix-transcripts-prod"] {
        let call = s3::Call::GetBucketLogging { bucket: bucket.to_owned() };
        let wanted = json!({ "bucket": logs, "prefix": format!("access-logs/{bucket}/") });
        assert_eq!(answer(world, Call::S3(call))["logging"], wanted);
    }
    let found = answer(world, Call::S3(s3::Call::GetBucketLogging { bucket: logs }));
    assert_eq!(found["logging"], Value::Null, "a bucket does not log into itself");
}

fn the_trail_and_the_alarms_are_as_promised(world: &mut World) {
    let trail = "sitelogix-trail".to_owned();
    let call = cloudtrail::Call::GetTrailStatus { trail: trail.clone() };
    assert_eq!(answer(world, Call::CloudTrail(call))["logging"], true);
    let found = answer(world, Call::CloudTrail(cloudtrail::Call::GetEventSelectors { trail }));
    assert_eq!(found.to_string().matches("arn:aws:s3:::").count(), 3, "{found}");
    let topic = place().arn("sns", "sitelogix-alerts");
    let found =
        answer(world, Call::Sns(sns::Call::ListSubscriptionsByTopic { topic: topic.clone() }));
    assert_eq!(found["subscriptions"][0]["endpoint"], "oncall@example.com");
    let tables = ["reports", "personnel", "vendors", "constraints"];
    let tables = tables.iter().flat_map(|table| {
        ["write-throttled", "system-errors"].map(|end| format!("sitelogix-{table}-{end}"))
    });
    let buckets = ["audio-files", "transcripts"];
    let alarms = tables.chain(buckets.map(|name| format!("sitelogix-{name}-prod-5xx-errors")));
    for (n, alarm) in alarms.enumerate() {
        let call = cloudwatch::Call::DescribeAlarm { alarm: alarm.clone() };
        let found = answer(world, Call::CloudWatch(call));
        assert!(found.to_string().contains(&topic), "{n}: {alarm}: {found}");
        assert!(n < 10);
    }
}
