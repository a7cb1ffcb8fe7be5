//! A copy by S3 Batch Operations, which no shipped book makes: walked, walked twice, crashed at every
//! record, failed, begun again and taken back. A job is never begun twice.

use muster::cloud::{Call, Danger, s3control};
use muster::engine::{Event, Rest, Verdict, left_by, rollback};
use muster::sandbox::{Fault, FaultKind, World};
use serde_json::{Value, json};

use crate::book::{small, start, started, world};
use crate::crash::{after_crash, filmed, resumed, ways};
use crate::oath::hold;
use crate::operator::Operator;
use crate::shell::{Shell, Slip, Turn};
use crate::shipped::{PACE, Shipped};

const NEW: &str = "sitelogix-transcripts-prod-v2";

const STEPS: &str = r#"
[[step]]
id    = "bucket"
title = "A new bucket"
why   = "A test needs it."
set   = "s3.bucket.existence"
on    = ["sitelogix-transcripts-prod-v2", "sitelogix-audio-files-prod-v2"]
to    = {}

[[step]]
id    = "reports"
title = "A bucket for reports"
why   = "A test needs it."
set   = "s3.bucket.existence"
on    = "sitelogix-reports-prod"
to    = {}

[[step]]
id      = "copy"
title   = "Copy all transcripts"
why     = "A test needs it."
run     = "s3.batch_copy"
on      = "sitelogix-transcripts-prod-v2"
with    = { from = "sitelogix-transcripts-prod", role = "arn:aws:iam::${env.account}:role/batch-copy", report = { bucket = "sitelogix-reports-prod", prefix = "copies" } }
timeout = "1h"

[[step]]
id      = "recordings"
title   = "Copy the recordings, but the largest"
why     = "A test needs it."
run     = "s3.batch_copy"
on      = "sitelogix-audio-files-prod-v2"
with    = { from = "sitelogix-audio-files-prod", role = "arn:aws:iam::${env.account}:role/batch-copy", report = { bucket = "sitelogix-reports-prod", prefix = "copies" }, leave_large = true, storage_class = "STANDARD" }
timeout = "1h"

[[step]]
id      = "rest"
title   = "Copy the largest recordings"
why     = "A test needs it."
run     = "s3.copy_bucket"
on      = "sitelogix-audio-files-prod-v2"
with    = { from = "sitelogix-audio-files-prod", batch_above = 10 }
timeout = "1h"

[[step]]
id    = "verified"
title = "Every recording is there"
why   = "A test needs it."
check = "s3.copy_bucket"
on    = "sitelogix-audio-files-prod-v2"
is    = { from = "sitelogix-audio-files-prod" }
"#;

fn book() -> Shipped {
    Shipped::like(small("prod", STEPS), &world(), start())
}

fn jobs(world: &World) -> Vec<Value> {
    world.state()["s3control"].as_array().unwrap().clone()
}

fn begun(shell: &Shell) -> usize {
    let is_begun = |call: &Call| matches!(call, Call::S3Control(s3control::Call::CreateJob(_)));
    shell.world.ledger().iter().filter(|entry| is_begun(&entry.detail)).count()
}

/// The faults that strike once the copy begins, until they are used up.
fn with(shell: &mut Shell, kind: FaultKind, key: Option<&str>, times: u32) {
    let fault = Fault {
        on: "*".to_owned(),
        resource: key.map(ToOwned::to_owned),
        nth: 1,
        times,
        kind,
        reason: Some("Access Denied".to_owned()),
    };
    shell.world.set_faults(vec![fault]);
}

/// Walks until the copy has failed; nobody decides anything then.
fn failed(shell: &mut Shell) -> (String, String) {
    Operator::absent().walk(shell);
    let failure = shell.records.iter().rev().find_map(|record| match &record.event {
        Event::StepFailed { failure, .. } => Some(failure.clone()),
        _ => None,
    });
    let failure = failure.unwrap_or_else(|| panic!("it did not fail\n{}", shell.tail()));
    (failure.code.clone(), format!("{}. {}", failure.what, failure.advice))
}

#[test]
fn a_job_copies_everything_and_a_second_run_changes_nothing() {
    let book = book();
    let first = book.walked();
    assert_eq!(begun(&first), 2);
    let state = first.world.state();
    let of = |bucket: &str| state["s3"]["objects"][bucket].as_object().unwrap().len();
    let old = state["s3"]["objects"]["sitelogix-transcripts-prod"].as_object().unwrap();
    let gone =
        old.values().filter(|versions| versions.as_array().unwrap().last().unwrap() == "deleted");
    assert_eq!(of(NEW), old.len() - gone.count());
    let found = first.run.steps[2].targets[0].value.clone().unwrap();
    assert_eq!(
        (&found["found"]["missing"], &found["job"]["state"]),
        (&json!(0), &json!("complete"))
    );
    assert_eq!(found["found"]["manifest"].as_str().unwrap().len(), 64);

    let mut again = book.again(first.world.clone());
    again.now = first.now + jiff::SignedDuration::from_hours(1);
    Operator::default().walk(&mut again);
    assert_eq!(again.world.ledger(), first.world.ledger(), "nothing was sent");
}

#[test]
fn a_crash_at_any_record_begins_no_second_job() {
    let book = book();
    let (records, moments) = filmed(&book);
    let end = &moments.last().unwrap().world;
    let (effects, state) = (end.ledger().len(), end.state());
    let mut cases = 0;
    for n in 1..=records.len() {
        for way in ways(&records[..n], &moments[n - 1]) {
            let shell = resumed(after_crash(&records[..n], &moments[n - 1], way));
            assert_eq!(shell.world.ledger().len(), effects, "record {n}, {way:?}");
            assert_eq!(shell.world.state(), state, "record {n}, {way:?}");
            assert_eq!(jobs(&shell.world).len(), jobs(end).len().min(2));
            cases += 1;
        }
    }
    println!("{cases} crashes at {} records", records.len());
}

#[test]
fn complete_is_not_succeeded() {
    let mut shell = Shell::begin(world(), started(book().bound, PACE));
    with(&mut shell, FaultKind::TaskFails, Some("transcripts/2026-10-03/site-03.json"), 1);
    let (code, words) = failed(&mut shell);
    assert_eq!(code, "objects-failed", "{words}");
    for part in [
        "the job is Complete, but 1 objects could not be copied: \
         transcripts/2026-10-03/site-03.json (AccessDenied: Access Denied)",
        "`s3.copy_bucket`, which copies what is missing",
    ] {
        assert!(words.contains(part), "{words}");
    }
    assert_eq!(jobs(&shell.world)[0]["failed"].as_array().unwrap().len(), 1);
    hold(&shell);
}

#[test]
fn what_failed_is_copied_by_another_job_and_nothing_twice() {
    let mut shell = Shell::begin(world(), started(book().bound, PACE));
    with(&mut shell, FaultKind::TaskFails, Some("transcripts/2026-10-03/site-03.json"), 1);
    let mut operator = Operator::default();
    while !shell.records.iter().any(|record| matches!(record.event, Event::StepFailed { .. })) {
        if let Turn::Waits = shell.turn() {
            operator.help(&mut shell);
        }
    }
    // Somebody comes back to it later, so that the next look follows at once on the next job, which
    // AWS does not show yet.
    shell.now += jiff::SignedDuration::from_hours(1);
    let rest = operator.walk(&mut shell);
    assert_eq!(rest, Rest::Succeeded {}, "{}", shell.tail());
    let done: Vec<_> = jobs(&shell.world).iter().map(|job| job["done"].as_u64().unwrap()).collect();
    assert_eq!((done.len(), done.iter().min()), (3, Some(&1)), "only what was missing: {done:?}");
    let failures = shell.records.iter().filter(|r| matches!(r.event, Event::TargetFailed { .. }));
    assert_eq!(failures.count(), 1, "the first job says nothing of the second\n{}", shell.tail());
    hold(&shell);
}

#[test]
fn a_role_that_may_not_fails_the_job_with_its_reason() {
    let mut shell = Shell::begin(world(), started(book().bound, PACE));
    with(&mut shell, FaultKind::JobFails, None, 1);
    let (code, words) = failed(&mut shell);
    assert_eq!(code, "job-failed", "{words}");
    assert!(words.contains("failed: Access Denied; 0 objects were copied"), "{words}");
    assert!(words.contains("trust batchoperations.s3.amazonaws.com"), "{words}");
}

#[test]
fn the_way_back_cancels_what_goes_on_and_what_was_copied_stays() {
    // The step's time is up before AWS is through.
    let steps = STEPS.replacen("timeout = \"1h\"", "timeout = \"10s\"", 1);
    let mut shell = Shell::begin(world(), started(small("prod", &steps), PACE));
    let (code, words) = failed(&mut shell);
    assert_eq!(code, "timed-out", "{words}");
    let back = rollback(&shell.run).unwrap();
    let mut back = shell.next(started(back, PACE));
    let rest = Operator::default().walk(&mut back);
    assert_eq!(rest, Rest::Succeeded {}, "{}", back.tail());
    assert_eq!(jobs(&back.world)[0]["status"], "Cancelled", "{}", back.tail());
    let told = back.records.iter().find_map(|record| match &record.event {
        Event::Inspected { step: 0, verdict: Verdict::Change { why, danger, .. }, .. } => {
            Some((why.clone().unwrap_or_default(), *danger))
        }
        _ => None,
    });
    let (why, danger) = told.unwrap();
    assert_eq!(danger, Danger::Destroy);
    assert!(why.contains("is cancelled. The copies stay"), "{why}");
}

#[test]
fn the_way_back_from_a_finished_copy_leaves_it_and_says_so() {
    let book = book();
    let back = book.way_back().unwrap().walked();
    let left = left_by(&back.run);
    let copies = left.iter().filter(|what| what.contains("the copies stay in"));
    assert_eq!(copies.count(), 3, "{left:?}");
    assert_eq!(jobs(&back.world).len(), 2);
}

#[test]
fn a_lost_answer_begins_no_second_job() {
    for kind in [FaultKind::LostReply, FaultKind::LostRequest, FaultKind::ServerError] {
        let mut shell = Shell::begin(world(), started(book().bound, PACE));
        // The fourth change: three buckets come first.
        shell.slips = vec![Slip { nth: 4, times: 1, kind, read: false }];
        let rest = Operator::default().walk(&mut shell);
        assert_eq!(rest, Rest::Succeeded {}, "{kind:?}\n{}", shell.tail());
        assert_eq!((jobs(&shell.world).len(), begun(&shell)), (2, 2), "{kind:?}");
        hold(&shell);
    }
}
