//! Rules come and go between those of others; what AWS refuses is known before.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::super::Severity::{self, Refuse, Warn};
use super::super::testing::{absent, bucket, failed, said};
use super::*;
use crate::cloud::Ending;
use crate::cloud::s3::Versioning;

fn on() -> Target {
    bucket("audio-bucket")
}

fn rules(value: Value) -> Rules {
    serde_json::from_value(value).unwrap()
}

/// A book's value with these rules, that says what becomes of small objects.
fn book(list: Value) -> Rules {
    let size = "all_storage_classes_128K";
    rules(json!({ "rules": list, "transition_default_minimum_object_size": size }))
}

fn archive(id: &str, days: u32) -> Value {
    json!({ "id": id, "transitions": [{ "days": days, "storage_class": "GLACIER" }] })
}

fn end(id: &str, days: u32) -> Value {
    json!({ "id": id, "expiration": { "days": days } })
}

fn seen(list: Value) -> Vec<Outcome> {
    let rules: Vec<LifecycleRule> = serde_json::from_value(list).unwrap();
    if rules.is_empty() {
        return vec![absent(NO_LIFECYCLE)];
    }
    let minimum_size = MinimumSize::VariesByStorageClass;
    vec![said(Reply::Lifecycle(Lifecycle { rules, minimum_size }))]
}

/// The bucket after the calls, as it will be read.
fn after(calls: &[cloud::Call], before: &[Outcome]) -> Vec<Outcome> {
    assert!(calls.iter().all(|call| BucketLifecycle::WRITES.contains(&call.operation())));
    match calls {
        [] => before.to_vec(),
        [cloud::Call::S3(Call::PutBucketLifecycleConfiguration { lifecycle, .. })] => {
            vec![said(Reply::Lifecycle(lifecycle.clone()))]
        }
        [cloud::Call::S3(Call::DeleteBucketLifecycle { .. })] => vec![absent(NO_LIFECYCLE)],
        other => panic!("{other:?}"),
    }
}

fn ids(seen: &[Outcome]) -> String {
    let value = BucketLifecycle::decode(&on(), seen).unwrap();
    value.list().iter().map(Named::id).collect::<Vec<_>>().join(" ")
}

#[test]
fn rules_are_written_beside_those_of_others_and_the_way_back_is_exact() {
    for (before, to, ids_after) in [
        (json!([]), json!({ "rules": [archive("a", 90)] }), "a"),
        (json!([end("b", 7)]), json!({ "rules": [archive("a", 90)] }), "b a"),
        (json!([archive("a", 60), end("b", 7)]), json!({ "rules": [archive("a", 90)] }), "a b"),
        (json!([archive("a", 60), end("b", 7)]), json!({ "absent": ["a"] }), "b"),
        (json!([archive("a", 60)]), json!({ "absent": ["a"] }), ""),
        (json!([archive("a", 60)]), json!({ "absent": ["x"] }), "a"),
        (
            json!([archive("a", 90)]),
            json!({ "rules": [archive("a", 90)],
                    "transition_default_minimum_object_size": "all_storage_classes_128K" }),
            "a",
        ),
    ] {
        let (start, to) = (seen(before), rules(to));
        let value = BucketLifecycle::decode(&on(), &start).unwrap();
        let calls = BucketLifecycle::write(&on(), &start, &to).unwrap();
        assert_eq!(BucketLifecycle::is_met(&value, &to), calls.is_empty(), "{to:?}");
        let now = after(&calls, &start);
        assert_eq!(ids(&now), ids_after);
        assert!(BucketLifecycle::is_met(&BucketLifecycle::decode(&on(), &now).unwrap(), &to));
        let undo = Undo { before: &value, after: &to };
        let back = BucketLifecycle::undo(&on(), &now, &undo).unwrap();
        assert_eq!(after(&back, &now), start, "{to:?}");
    }
}

#[test]
fn what_becomes_of_small_objects_is_kept_unless_the_book_says() {
    let size = |to: &Rules, start: &[Outcome]| {
        let now = after(&BucketLifecycle::write(&on(), start, to).unwrap(), start);
        BucketLifecycle::decode(&on(), &now).unwrap().transition_default_minimum_object_size
    };
    let silent = rules(json!({ "rules": [archive("a", 90)] }));
    let there = seen(json!([end("b", 7)]));
    assert_eq!(size(&silent, &there), Some(MinimumSize::VariesByStorageClass));
    assert_eq!(size(&silent, &seen(json!([]))), Some(MinimumSize::AllStorageClasses128K));
    let said = book(json!([archive("a", 90)]));
    assert_eq!(size(&said, &there), Some(MinimumSize::AllStorageClasses128K));
}

#[test]
fn what_others_did_since_stays() {
    let to = rules(json!({ "rules": [archive("a", 90)] }));
    let before = BucketLifecycle::decode(&on(), &seen(json!([end("b", 7)]))).unwrap();
    let undo = Undo { before: &before, after: &to };
    let now = seen(json!([end("b", 8), archive("a", 90), end("c", 9)]));
    let back = after(&BucketLifecycle::undo(&on(), &now, &undo).unwrap(), &now);
    assert_eq!(back, seen(json!([end("b", 8), end("c", 9)])));
    assert_eq!(BucketLifecycle::undo(&on(), &back, &undo), Ok(vec![]), "nothing is left");
    let gone = [absent("NoSuchBucket")];
    assert_eq!(BucketLifecycle::undo(&on(), &gone, &undo), Ok(vec![]));
    assert!(BucketLifecycle::undo(&on(), &[failed(Ending::Denied)], &undo).is_err());
    assert!(BucketLifecycle::write(&on(), &[failed(Ending::Denied)], &to).is_err());
}

#[test]
fn a_rule_is_the_same_however_it_is_written() {
    let two = json!([{ "days": 90, "storage_class": "STANDARD_IA" },
                     { "days": 365, "storage_class": "GLACIER" }]);
    let turned = json!([two[1], two[0]]);
    let wanted = rules(json!({ "rules": [{ "id": "a", "transitions": two }] }));
    for there in [
        json!({ "id": "a", "transitions": turned }),
        json!({ "id": "a", "transitions": two, "filter": { "prefix": "" } }),
        json!({ "id": "a", "transitions": two, "filter": { "prefix": "", "old_form": true } }),
    ] {
        let there = seen(json!([there]));
        let value = BucketLifecycle::decode(&on(), &there).unwrap();
        assert!(BucketLifecycle::is_met(&value, &wanted), "{value:?}");
        assert_eq!(BucketLifecycle::write(&on(), &there, &wanted), Ok(vec![]));
    }
    for there in [
        json!({ "id": "a", "transitions": two, "enabled": false }),
        json!({ "id": "a", "transitions": two, "filter": { "prefix": "x" } }),
        json!({ "id": "a", "transitions": [two[0]] }),
        json!({ "id": "b", "transitions": two }),
    ] {
        let value = BucketLifecycle::decode(&on(), &seen(json!([there]))).unwrap();
        assert!(!BucketLifecycle::is_met(&value, &wanted), "{value:?}");
    }
}

/// AWS adds an empty prefix and a size of nothing to every `And`.
#[test]
fn what_aws_adds_to_a_filter_is_no_difference() {
    let rule = |filter: Value| json!({ "id": "a", "expiration": { "days": 9 }, "filter": filter });
    let tags = json!({ "k": "v", "l": "w" });
    let wanted = rules(json!({ "rules": [rule(json!({ "tags": tags }))] }));
    let there = rule(json!({ "prefix": "", "size_greater_than": 0, "tags": tags }));
    let value = BucketLifecycle::decode(&on(), &seen(json!([there]))).unwrap();
    assert!(BucketLifecycle::is_met(&value, &wanted));
}

#[test]
fn a_document_in_the_old_form_takes_no_rule_in_the_new_one() {
    let old = json!({ "id": "b", "filter": { "prefix": "x", "old_form": true },
                      "expiration": { "days": 7 } });
    let there = seen(json!([old]));
    let to = rules(json!({ "rules": [archive("a", 90)] }));
    let refused = BucketLifecycle::write(&on(), &there, &to).unwrap_err();
    assert_eq!((refused.fact.as_deref(), refused.severity), (Some("S12"), Refuse));
    let without = rules(json!({ "absent": ["b"] }));
    assert_eq!(BucketLifecycle::write(&on(), &there, &without).unwrap().len(), 1);
    let many: Vec<_> = (0..1_000).map(|n| end(&format!("r{n}"), 7)).collect();
    let refused = BucketLifecycle::write(&on(), &seen(json!(many)), &to).unwrap_err();
    assert!(refused.why.contains("1001 rules"), "{refused}");
}

#[test]
fn deleting_is_more_dangerous_than_moving() {
    let none = Rules::default();
    let now = |list: Value| BucketLifecycle::decode(&on(), &seen(list)).unwrap();
    let noncurrent = json!({ "id": "n", "noncurrent_expiration": { "days": 90 } });
    let off = json!({ "id": "n", "enabled": false, "expiration": { "days": 1 } });
    let markers = json!({ "id": "n", "expiration": { "expired_object_delete_marker": true } });
    let absent = |id: &str| rules(json!({ "absent": [id] }));
    for (from, to, danger, part) in [
        (none.clone(), book(json!([archive("a", 90)])), Danger::Change, Some("restored before")),
        (none.clone(), book(json!([end("e", 9)])), Danger::Destroy, Some("all objects after 9")),
        (none.clone(), book(json!([noncurrent])), Danger::Destroy, Some("old versions of all")),
        (none.clone(), book(json!([off])), Danger::Change, None),
        (none, book(json!([markers])), Danger::Change, None),
        (now(json!([])), book(json!([end("e", 9)])), Danger::Destroy, Some("all objects")),
        (now(json!([end("e", 9)])), book(json!([end("e", 9)])), Danger::Change, None),
        (now(json!([end("e", 9)])), absent("e"), Danger::Change, Some("stays so")),
        (now(json!([end("e", 9)])), absent("x"), Danger::Change, None),
        // The way back: rules of others are no change, those that were taken out are.
        (
            rules(json!({ "rules": [archive("a", 90)] })),
            now(json!([end("e", 9)])),
            Danger::Change,
            None,
        ),
        (absent("e"), now(json!([end("e", 9)])), Danger::Destroy, Some("all objects")),
        (now(json!([archive("a", 90)])), now(json!([end("e", 9)])), Danger::Destroy, Some("9")),
    ] {
        let change = BucketLifecycle::change(&from, &to);
        assert_eq!(change.danger, danger, "{from:?} {to:?}");
        assert_eq!(change.why.is_some(), part.is_some(), "{change:?}");
        let why = change.why.unwrap_or_default();
        assert!(part.is_none_or(|part| why.contains(part)), "{why}");
    }
}

/// Facts and severities of what a book's rules break.
fn lint(to: &Rules) -> Vec<(String, Severity)> {
    let told = |breach: Breach| (breach.fact.unwrap_or_default(), breach.severity);
    BucketLifecycle::lint(&on(), to).into_iter().map(told).collect()
}

fn moved(list: &[(u32, &str)]) -> Value {
    let one = |(days, class): &(u32, &str)| json!({ "days": days, "storage_class": class });
    json!({ "id": "r", "transitions": list.iter().map(one).collect::<Vec<_>>() })
}

fn old(list: &[(u32, &str)], end: Option<u32>) -> Value {
    let one = |(days, class): &(u32, &str)| json!({ "days": days, "storage_class": class });
    let mut rule = json!({ "id": "r" });
    rule["noncurrent_transitions"] = list.iter().map(one).collect();
    if let Some(days) = end {
        rule["noncurrent_expiration"] = json!({ "days": days });
    }
    rule
}

#[test]
fn classes_are_reached_in_time_and_downward() {
    let (ia, onezone, tiering) = ("STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING");
    let (instant, glacier, deep) = ("GLACIER_IR", "GLACIER", "DEEP_ARCHIVE");
    for (rule, expected) in [
        (moved(&[(90, ia), (365, glacier), (1_095, deep)]), None),
        (moved(&[(30, ia), (60, glacier)]), None),
        (moved(&[(0, glacier)]), None),
        (moved(&[(29, ia)]), Some(("S9", Refuse))),
        (moved(&[(29, onezone)]), Some(("S9", Refuse))),
        (moved(&[(30, ia), (59, glacier)]), Some(("S9", Refuse))),
        (moved(&[(59, glacier), (30, ia)]), Some(("S9", Refuse))),
        (moved(&[(30, onezone), (59, deep)]), Some(("S9", Refuse))),
        (moved(&[(30, ia), (31, tiering)]), None),
        (moved(&[(0, instant), (90, glacier)]), None),
        (moved(&[(0, instant), (89, glacier)]), Some(("S9", Warn))),
        (moved(&[(10, "STANDARD")]), Some(("S10", Refuse))),
        (moved(&[(30, tiering), (60, ia)]), Some(("S10", Refuse))),
        (moved(&[(30, onezone), (60, instant)]), Some(("S10", Refuse))),
        (moved(&[(30, glacier), (60, glacier)]), Some(("S10", Refuse))),
        (moved(&[(60, tiering), (60, glacier)]), Some(("S10", Refuse))),
        (old(&[(30, ia), (60, glacier)], Some(90)), None),
        (old(&[(29, ia)], None), Some(("S9", Refuse))),
        (old(&[(30, ia), (59, glacier)], None), Some(("S9", Refuse))),
        (old(&[(30, glacier), (60, tiering)], None), Some(("S10", Refuse))),
        (old(&[(30, glacier)], Some(30)), Some(("S12", Refuse))),
    ] {
        let found = lint(&book(json!([rule])));
        let found: Vec<_> =
            found.iter().map(|(fact, severity)| (fact.as_str(), *severity)).collect();
        assert_eq!(found, Vec::from_iter(expected), "{rule}");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases, read from top to bottom")]
fn documents_that_aws_does_not_take() {
    let long = "x".repeat(256);
    let sized = json!({ "size_greater_than": 200_000 });
    for (to, expected) in [
        (json!({ "rules": [archive("a", 90)] }), vec![("S11", Warn)]),
        (
            json!({ "rules": [{ "id": "a", "filter": sized,
            "transitions": [{ "days": 9, "storage_class": "GLACIER" }] }] }),
            vec![],
        ),
        (json!({ "rules": [end("a", 9)] }), vec![]),
        (json!({ "absent": ["a"] }), vec![]),
        (json!({}), vec![("", Refuse)]),
        (json!({ "rules": [end("a", 9), end("a", 8)] }), vec![("S12", Refuse)]),
        (json!({ "rules": [end("a", 9)], "absent": ["a"] }), vec![("S12", Refuse)]),
        (json!({ "rules": [end("", 9)] }), vec![("S12", Refuse)]),
        (json!({ "rules": [end(&long, 9)] }), vec![("S12", Refuse)]),
        (json!({ "rules": [{ "id": "a" }] }), vec![("S12", Refuse)]),
        (json!({ "rules": [end("a", 0)] }), vec![("S12", Refuse)]),
        (json!({ "rules": [{ "id": "a", "expiration": {} }] }), vec![("S12", Refuse)]),
        (
            json!({ "rules": [{ "id": "a", "expiration":
            { "days": 1, "expired_object_delete_marker": true } }] }),
            vec![("S12", Refuse)],
        ),
        (
            json!({ "rules": [{ "id": "a", "expiration":
            { "days": 1, "date": "2030-01-01" } }] }),
            vec![("S12", Refuse); 2],
        ),
        (
            json!({ "rules": [{ "id": "a", "filter": { "tags": { "k": "v" } },
            "expiration": { "expired_object_delete_marker": true } }] }),
            vec![("S12", Refuse)],
        ),
        (
            json!({ "rules": [{ "id": "a", "filter": { "size_less_than": 9 },
            "abort_incomplete_uploads_after_days": 7 }] }),
            vec![("S12", Refuse)],
        ),
        (
            json!({ "rules": [{ "id": "a", "abort_incomplete_uploads_after_days": 0 }] }),
            vec![("S12", Refuse)],
        ),
        (
            json!({ "rules": [{ "id": "a", "expiration": { "days": 9 },
            "filter": { "size_less_than": 9, "size_greater_than": 9 } }] }),
            vec![("S12", Refuse)],
        ),
        (
            json!({ "rules": [{ "id": "a", "expiration": { "days": 9 },
            "filter": { "size_less_than": 0 } }] }),
            vec![("S12", Refuse)],
        ),
        (
            json!({ "rules": [{ "id": "a", "expiration": { "days": 9 },
            "filter": { "prefix": "x", "old_form": true } }] }),
            vec![("S12", Refuse)],
        ),
        (
            json!({ "rules": [{ "id": "a", "filter": sized, "expiration": { "days": 9 },
            "transitions": [{ "days": 9, "storage_class": "GLACIER" }] }] }),
            vec![("S12", Refuse)],
        ),
        (
            json!({ "rules": [{ "id": "a", "filter": sized, "expiration": { "days": 9 },
            "transitions": [{ "date": "2030-01-01", "storage_class": "GLACIER" }] }] }),
            vec![("S12", Refuse)],
        ),
        (
            json!({ "rules": [{ "id": "a", "filter": sized,
            "transitions": [{ "storage_class": "GLACIER" }] }] }),
            vec![("S12", Refuse)],
        ),
        (
            json!({ "rules": [{ "id": "a",
            "noncurrent_expiration": { "days": 9, "newer_versions": 100 } }] }),
            vec![],
        ),
        (
            json!({ "rules": [{ "id": "a",
            "noncurrent_expiration": { "days": 9, "newer_versions": 101 } }] }),
            vec![("S12", Refuse)],
        ),
        (
            json!({ "rules": [{ "id": "a", "noncurrent_expiration": { "days": 0 } }] }),
            vec![("S12", Refuse)],
        ),
    ] {
        let found = lint(&rules(to.clone()));
        let found: Vec<_> =
            found.iter().map(|(fact, severity)| (fact.as_str(), *severity)).collect();
        assert_eq!(found, expected, "{to}");
    }
}

fn versioned(versioning: Versioning) -> Outcome {
    said(Reply::Versioning { versioning })
}

#[test]
fn the_bucket_as_it_is_decides_what_a_rule_means() {
    let under = |prefix: &str| {
        json!({ "id": "theirs", "filter": { "prefix": prefix },
                                       "expiration": { "days": 30 } })
    };
    let ends = json!({ "id": "theirs", "noncurrent_expiration": { "days": 30 } });
    let off = json!({ "id": "theirs", "enabled": false, "expiration": { "days": 30 } });
    let with_end = json!({ "id": "a", "expiration": { "days": 9 },
                           "noncurrent_expiration": { "days": 9 } });
    let (never, enabled) = (Versioning::Never, Versioning::Enabled);
    for (there, to, versioning, expected) in [
        (json!([]), book(json!([archive("a", 90)])), enabled, vec![]),
        (json!([]), book(json!([end("a", 9)])), never, vec![]),
        (json!([]), book(json!([end("a", 9)])), enabled, vec!["S7"]),
        (json!([]), book(json!([end("a", 9)])), Versioning::Suspended, vec!["S7"]),
        (json!([]), book(json!([with_end])), enabled, vec![]),
        (json!([ends]), book(json!([end("a", 9)])), enabled, vec![]),
        (json!([end("a", 8)]), book(json!([end("a", 9)])), never, vec!["S8"]),
        (json!([end("a", 9)]), book(json!([end("a", 9)])), never, vec![]),
        (json!([under("")]), book(json!([archive("a", 90)])), never, vec!["S12"]),
        (json!([under("x")]), book(json!([end("a", 9)])), never, vec!["S12"]),
        (json!([ends]), book(json!([archive("a", 90)])), never, vec![]),
        (json!([off]), book(json!([archive("a", 90)])), never, vec![]),
    ] {
        let mut seen = seen(there);
        seen.push(versioned(versioning));
        let found = BucketLifecycle::judge(&on(), &to, &seen);
        assert!(found.iter().all(|breach| breach.severity == Warn), "{found:?}");
        let found: Vec<_> = found.into_iter().filter_map(|breach| breach.fact).collect();
        assert_eq!(found, expected, "{to:?}");
    }
    let named = book(json!([archive("a", 90)]));
    let apart = Rules { absent: BTreeSet::from(["theirs".to_owned()]), ..named };
    let seen = [seen(json!([under("")])), vec![versioned(never)]].concat();
    assert_eq!(BucketLifecycle::judge(&on(), &apart, &seen), []);
    assert_eq!(BucketLifecycle::guard(&on(), &apart).len(), 2);
}

fn some_rule() -> impl Strategy<Value = Value> {
    let classes = prop::sample::subsequence(vec!["STANDARD_IA", "GLACIER", "DEEP_ARCHIVE"], 1..3);
    ("[a-d]", classes, 30_u32..200, any::<bool>()).prop_map(|(id, classes, days, ends)| {
        let one = |(n, class): (usize, &&str)| {
            let days = days + 40 * u32::try_from(n).unwrap();
            json!({ "days": days, "storage_class": class })
        };
        let transitions: Vec<_> = classes.iter().enumerate().map(one).collect();
        let mut rule = json!({ "id": id, "transitions": transitions });
        if ends {
            rule["expiration"] = json!({ "days": 1_000 });
        }
        rule
    })
}

fn some_rules() -> impl Strategy<Value = Value> {
    prop::collection::vec(some_rule(), 0..4).prop_map(|rules| {
        let mut names = BTreeSet::new();
        rules.into_iter().filter(|rule| names.insert(rule["id"].to_string())).collect()
    })
}

proptest! {
    #[test]
    fn any_change_is_taken_back_exactly(
        there in some_rules(),
        wanted in some_rules(),
        absent in prop::collection::btree_set("[e-f]|a", 0..2),
        says in any::<bool>(),
    ) {
        let mut to = if says { book(wanted) } else { rules(json!({ "rules": wanted })) };
        to.rules.iter_mut().for_each(|list| list.retain(|rule| !absent.contains(&rule.id)));
        to.absent = absent;
        let start = seen(there);
        let before = BucketLifecycle::decode(&on(), &start).unwrap();
        let calls = BucketLifecycle::write(&on(), &start, &to).unwrap();
        let now = after(&calls, &start);
        let value = BucketLifecycle::decode(&on(), &now).unwrap();
        prop_assert!(BucketLifecycle::is_met(&value, &to));
        prop_assert_eq!(BucketLifecycle::write(&on(), &now, &to), Ok(vec![]));
        let undo = Undo { before: &before, after: &to };
        let back = BucketLifecycle::undo(&on(), &now, &undo).unwrap();
        prop_assert_eq!(after(&back, &now), start);
    }
}
