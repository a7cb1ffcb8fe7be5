//! Phase 2 of SiteLogix and its way back: the numbers of the plan, and that one takes out what the
//! other puts in.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use muster::estate::Estate;
use muster::runbook::{Act, Book, Bound, Step, Wanted};
use muster::sandbox::{World, seeds};
use muster::settings::{self, Severity};
use serde_json::{Value, json};

use crate::support::{estate, shown, source};

const LIFECYCLE: &str = "s3.bucket.lifecycle";
const TIERING: &str = "s3.bucket.intelligent_tiering";

fn sitelogix() -> Estate {
    estate(&source("runbooks/sitelogix/estate.toml", "sitelogix"))
}

fn bound(name: &str, params: &[(&str, &str)]) -> Bound {
    let estate = sitelogix();
    let path = format!("runbooks/sitelogix/{name}.toml");
    let (book, problems) = Book::load(&source(&path, name), &estate);
    assert!(problems.is_empty(), "{}", shown(&problems));
    let params: BTreeMap<_, _> =
        params.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let environment = estate.environment("prod").unwrap();
    book.unwrap().bind(&estate, environment, &params).unwrap_or_else(|e| panic!("{}", shown(&e)))
}

fn phase_2() -> Bound {
    bound("phase-2-lifecycle", &[("intelligent_tiering", "true")])
}

fn back() -> Bound {
    bound("rollback-phase-2", &[])
}

/// What is set, or else what is checked: setting, target and value, in order.
fn wanted(bound: &Bound, sets: bool) -> Vec<(&str, &Wanted)> {
    let is_asked = |step: &&Step| matches!(step.act, Act::Set { .. }) == sets;
    let steps = bound.steps.iter().filter(is_asked).filter_map(Step::targets);
    steps.flat_map(|(id, targets)| targets.iter().map(move |wanted| (id, wanted))).collect()
}

#[test]
fn the_numbers_are_those_of_the_plan() {
    let bound = phase_2();
    let sets: BTreeMap<_, _> = wanted(&bound, true)
        .into_iter()
        .map(|(id, wanted)| ((id, wanted.on.name.as_str()), &wanted.to))
        .collect();
    let moves = |list: &[(u32, &str)]| -> Value {
        list.iter().map(|(days, class)| json!({ "days": days, "storage_class": class })).collect()
    };
    for (bucket, transitions, expires) in [
        (
            "sitelogix-audio-files-prod",
            moves(&[(90, "STANDARD_IA"), (365, "GLACIER"), (1_095, "DEEP_ARCHIVE")]),
            None,
        ),
        ("sitelogix-transcripts-prod", moves(&[(90, "STANDARD_IA"), (365, "GLACIER")]), None),
        ("sitelogix-logs-prod", moves(&[(90, "GLACIER")]), Some(2_555)),
    ] {
        let rules = sets[&(LIFECYCLE, bucket)]["rules"].as_array().unwrap();
        let [rule] = rules.as_slice() else { panic!("{rules:?}") };
        assert_eq!(rule["transitions"], transitions, "{bucket}");
        assert_eq!(rule["noncurrent_expiration"], json!({ "days": 90 }), "{bucket}");
        let expiration = expires.map_or(Value::Null, |days| json!({ "days": days }));
        assert_eq!(rule.get("expiration").cloned().unwrap_or_default(), expiration, "{bucket}");
    }
    let tiering = sets[&(TIERING, "sitelogix-audio-files-prod")];
    let tiers = &tiering["configurations"][0]["tiers"];
    assert_eq!((&tiers[0]["days"], &tiers[1]["days"]), (&json!(90), &json!(180)));
    assert_eq!(sets.len(), 4);
}

#[test]
fn tiering_is_set_only_when_it_is_asked_for() {
    let plain = bound("phase-2-lifecycle", &[]);
    let left: Vec<_> = plain.steps.iter().filter(|step| step.left_out.is_some()).collect();
    assert_eq!(left.len(), 2, "the step and its check");
    assert!(left.iter().all(|step| step.targets().is_some_and(|(id, _)| id == TIERING)));
    assert!(phase_2().steps.iter().all(|step| step.left_out.is_none()));
}

#[test]
fn everything_that_is_set_is_read_back_and_explained() {
    for bound in [phase_2(), back()] {
        assert_eq!(wanted(&bound, true), wanted(&bound, false), "{}", bound.book.name);
        for step in bound.steps.iter().filter(|step| matches!(step.act, Act::Set { .. })) {
            let told = [step.cost.is_some(), step.undo.is_some(), step.usual_seconds.is_some()];
            assert_eq!(told, [true; 3], "{}: cost, undo, usual", step.id);
        }
    }
}

/// Sets everything, one target after the other, as far as it is not so already.
fn carry_out(world: &mut World, now: &mut Timestamp, bound: &Bound) -> BTreeSet<String> {
    let mut warned = BTreeSet::new();
    for (id, Wanted { on, to, .. }) in wanted(bound, true) {
        let setting = settings::find(id).unwrap();
        let mut ask = |calls: Vec<muster::cloud::Call>| -> Vec<_> {
            calls.iter().map(|call| world.call(call, *now)).collect()
        };
        let guard = ask(setting.guard(on, to));
        for breach in setting.judge(on, to, &guard) {
            assert_eq!(breach.severity, Severity::Warn, "{breach:?}");
            warned.insert(breach.fact.unwrap_or_default());
        }
        let seen = ask(setting.read(on));
        let calls = setting.write(on, &seen, to).unwrap();
        assert!(ask(calls).iter().all(Result::is_ok), "{id} {}", on.name);
        *now += SignedDuration::from_secs(10);
        let seen: Vec<_> = setting.read(on).iter().map(|call| world.call(call, *now)).collect();
        assert!(setting.is_met(&setting.decode(on, &seen).unwrap(), to), "{id} {}", on.name);
    }
    warned
}

#[test]
fn the_way_back_takes_out_what_phase_2_put_in_and_nothing_else() {
    let bound = phase_2();
    let mut now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
    let mut world = seeds::sitelogix(bound.environment.place.clone(), now);
    let mut call = |json: Value| {
        let answer = world.call(&serde_json::from_value(json).unwrap(), now);
        assert!(answer.is_ok(), "{answer:?}");
    };
    call(json!({ "service": "s3", "operation": "CreateBucket",
                 "bucket": "sitelogix-logs-prod", "object_lock": true }));
    // Somebody else has a rule there already.
    let theirs = json!([{ "id": "theirs", "filter": { "prefix": "tmp/" },
                          "abort_incomplete_uploads_after_days": 7 }]);
    let lifecycle = json!({ "rules": theirs, "minimum_size": "all_storage_classes_128K" });
    call(json!({ "service": "s3", "operation": "PutBucketLifecycleConfiguration",
                 "bucket": "sitelogix-audio-files-prod", "lifecycle": lifecycle }));
    now += SignedDuration::from_secs(10);
    let before = world.state();
    assert_eq!(carry_out(&mut world, &mut now, &bound), BTreeSet::new());
    assert_ne!(world.state(), before);
    let sent = world.ledger().len();
    carry_out(&mut world, &mut now, &bound);
    assert_eq!(world.ledger().len(), sent, "a second time changes nothing");
    carry_out(&mut world, &mut now, &back());
    assert_eq!(world.state(), before);
}
