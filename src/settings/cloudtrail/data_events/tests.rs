//! What trails record, seen as the table shows it: values in, calls out.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::testing::{data, example, failed, on, said, selector, setting};
use super::*;
use crate::cloud::Ending;
use crate::cloud::cloudtrail::{AdvancedSelector, FieldOperator, FieldSelector, ReadWrite};
use crate::settings::{Setting, Severity};

const ID: &str = "cloudtrail.trail.data_events";
const A: &str = "arn:aws:s3:::a/";
const B: &str = "arn:aws:s3:::b/";
const C: &str = "arn:aws:s3:::c/";

use ReadWrite::{All, ReadOnly, WriteOnly};

fn events() -> &'static Setting {
    setting(ID)
}

fn value(resources: &[&str], management: bool) -> Value {
    json!({ "resources": resources, "management_events": management })
}

fn basic(list: &[EventSelector]) -> Outcome {
    said(Reply::Selectors { selectors: Selectors::Basic(list.to_vec()) })
}

fn field(field: &str, operator: FieldOperator, values: &[&str]) -> FieldSelector {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    FieldSelector { field: field.to_owned(), conditions: vec![(operator, values)] }
}

fn equals(name: &str, value: &str) -> FieldSelector {
    field(name, FieldOperator::Equals, &[value])
}

fn advanced_list(selectors: Vec<Vec<FieldSelector>>) -> Outcome {
    let one = |fields| AdvancedSelector { name: String::new(), fields };
    let selectors = Selectors::Advanced(selectors.into_iter().map(one).collect());
    said(Reply::Selectors { selectors })
}

fn put_list(list: &[EventSelector]) -> Vec<cloud::Call> {
    let selectors = Selectors::Basic(list.to_vec());
    let trail = "audit".to_owned();
    vec![cloud::Call::CloudTrail(Call::PutEventSelectors { trail, selectors })]
}

fn lambda() -> cloud::cloudtrail::DataResource {
    data("AWS::Lambda::Function", vec!["arn:aws:lambda".to_owned()])
}

#[test]
fn the_example_is_a_value_and_management_events_are_on_by_default() {
    example(ID);
    let parsed = events().parse(&json!({ "resources": [B, A, B] })).unwrap();
    assert_eq!(parsed, value(&[A, B], true));
    assert!(events().parse(&json!({ "resources": [], "read_only": true })).is_err());
    assert!(events().parse(&json!({ "management_events": true })).is_err());
}

#[test]
fn only_what_is_recorded_of_both_reads_and_writes_is_read() {
    let with_lambda = EventSelector {
        data: vec![lambda(), data("AWS::S3::Object", vec![A.to_owned()])],
        ..selector(All, true, &[])
    };
    for (list, expected) in [
        (vec![], value(&[], true)),
        (vec![selector(All, true, &[])], value(&[], true)),
        (vec![selector(All, false, &[B, A])], value(&[A, B], false)),
        (vec![with_lambda], value(&[A], true)),
        (vec![selector(ReadOnly, true, &[A])], value(&[], false)),
        (vec![selector(ReadOnly, true, &[A]), selector(WriteOnly, true, &[B])], value(&[], true)),
        (vec![selector(WriteOnly, true, &[]), selector(All, false, &[C])], value(&[C], false)),
    ] {
        assert_eq!(events().decode(&on("audit"), &[basic(&list)]), Ok(expected), "{list:?}");
    }
    let read = |seen: Outcome| events().decode(&on("audit"), &[seen]);
    assert_eq!(read(failed(Ending::Absent)), Err(Unread::Absent));
    assert!(matches!(read(failed(Ending::Denied)), Err(Unread::Failed(_))));
    assert!(matches!(read(said(Reply::Done {})), Err(Unread::Strange(_))));
}

#[test]
fn advanced_selectors_are_read_as_far_as_they_record_everything() {
    let objects = || vec![equals("eventCategory", "Data"), equals("resources.type", S3)];
    let and = |more: FieldSelector| [objects(), vec![more]].concat();
    let starts = |arns: &[&str]| field("resources.ARN", FieldOperator::StartsWith, arns);
    let management = || vec![equals("eventCategory", "Management")];
    for (list, expected) in [
        (vec![management()], value(&[], true)),
        (vec![objects()], value(&["arn:aws:s3"], false)),
        (vec![management(), and(starts(&[A, B])), and(starts(&[C]))], value(&[A, B, C], true)),
        (vec![[management(), vec![equals("readOnly", "true")]].concat()], value(&[], false)),
        (vec![and(equals("readOnly", "false"))], value(&[], false)),
        (vec![and(equals("resources.ARN", A))], value(&[], false)),
        (vec![and(field("resources.ARN", FieldOperator::NotStartsWith, &[A]))], value(&[], false)),
        (vec![[and(starts(&[A])), vec![equals("readOnly", "true")]].concat()], value(&[], false)),
        (
            vec![vec![
                equals("eventCategory", "Data"),
                equals("resources.type", "AWS::S3::Tables"),
            ]],
            value(&[], false),
        ),
    ] {
        let seen = advanced_list(list);
        assert_eq!(
            events().decode(&on("audit"), std::slice::from_ref(&seen)),
            Ok(expected),
            "{seen:?}"
        );
    }
}

const S3: &str = "AWS::S3::Object";

#[test]
fn a_wider_resource_meets_a_narrower_one() {
    for (held, wanted, met) in [
        (A, A, true),
        (A, B, false),
        (A, "arn:aws:s3:::a/photos/", true),
        ("arn:aws:s3:::a/photos/", A, false),
        ("arn:aws:s3:::a/ph", "arn:aws:s3:::a/photos/", true),
        ("arn:aws:s3:::a", "arn:aws:s3:::another/", false),
        ("arn:aws:s3", A, true),
        ("arn:aws:s3:::", A, true),
        ("arn:aws:s3:::", "arn:aws:s3", true),
        ("arn:aws-cn:s3", "arn:aws-cn:s3:::a/", true),
        (A, "arn:aws:s3", false),
    ] {
        let met_by = events().is_met(&value(&[held], true), &value(&[wanted], true));
        assert_eq!(met_by, met, "{held} for {wanted}");
    }
    assert!(events().is_met(&value(&[A, B], true), &value(&[], true)));
    assert!(!events().is_met(&value(&[A], false), &value(&[A], true)));
    assert!(!events().is_met(&value(&[A], true), &value(&[A], false)));
}

#[test]
fn what_is_missing_is_added_and_all_else_stays() {
    let others = || EventSelector { data: vec![lambda()], ..selector(All, true, &[]) };
    let with_a = EventSelector {
        data: vec![lambda(), data(S3, vec![A.to_owned()])],
        ..selector(All, true, &[])
    };
    for (now, wanted, list) in [
        (vec![], value(&[A], true), vec![selector(All, true, &[A])]),
        (vec![selector(All, true, &[])], value(&[B, A], true), vec![selector(All, true, &[A, B])]),
        (vec![selector(All, true, &[C])], value(&[A], true), vec![selector(All, true, &[C, A])]),
        (vec![others()], value(&[A], true), vec![with_a]),
        (
            vec![others(), selector(All, false, &[C])],
            value(&[A], true),
            vec![others(), selector(All, false, &[C, A])],
        ),
        (
            vec![selector(ReadOnly, true, &[A])],
            value(&[A], true),
            vec![selector(ReadOnly, true, &[A]), selector(All, true, &[A])],
        ),
        (
            vec![selector(WriteOnly, true, &[]), selector(All, false, &[C])],
            value(&[C], true),
            vec![selector(WriteOnly, true, &[]), selector(All, true, &[C])],
        ),
        (
            vec![selector(All, true, &[]), selector(ReadOnly, true, &[A])],
            value(&[B], false),
            vec![selector(All, false, &[B]), selector(ReadOnly, false, &[A])],
        ),
    ] {
        let calls = events().write(&on("audit"), &[basic(&now)], &wanted).unwrap();
        assert_eq!(calls, put_list(&list), "{now:?} to {wanted}");
        let value = events().decode(&on("audit"), &[basic(&list)]).unwrap();
        assert!(events().is_met(&value, &wanted), "{value} for {wanted}");
    }
    let now = basic(&[selector(All, true, &["arn:aws:s3"])]);
    assert_eq!(events().write(&on("audit"), &[now], &value(&[A], true)).unwrap(), []);
}

#[test]
fn advanced_selectors_are_never_overwritten() {
    let seen = [advanced_list(vec![vec![equals("eventCategory", "Management")]])];
    let (before, after) = (value(&[], true), value(&[A], true));
    let refused = events().write(&on("audit"), &seen, &after).unwrap_err();
    assert_eq!(refused.fact.as_deref(), Some("T1"));
    assert!(refused.fix.contains("resources.ARN StartsWith"), "{refused:?}");
    let undo = Undo { before: &before, after: &after };
    let refused = events().undo(&on("audit"), &seen, &undo).unwrap_err();
    assert_eq!(refused.fact.as_deref(), Some("T1"));
}

#[test]
fn the_limits_count_what_is_there_already() {
    let arns = |range: std::ops::Range<usize>| -> Vec<String> {
        range.map(|n| format!("arn:aws:s3:::b{n}/")).collect()
    };
    let full = |count: usize| EventSelector {
        data: vec![data(S3, arns(0..count))],
        ..selector(All, true, &[])
    };
    let functions = EventSelector { data: vec![lambda()], ..selector(ReadOnly, false, &[]) };
    let read_only = || selector(ReadOnly, true, &[A]);
    for (now, fits) in [
        (vec![full(249)], true),
        (vec![full(250)], false),
        (vec![full(249), functions], false),
        (vec![read_only(), read_only(), read_only(), read_only()], true),
        (vec![read_only(), read_only(), read_only(), read_only(), read_only()], false),
    ] {
        let written = events().write(&on("audit"), &[basic(&now)], &value(&[C], true));
        let fact = written.err().and_then(|breach| breach.fact);
        assert_eq!(fact, (!fits).then(|| "T3".to_owned()), "{} selectors", now.len());
    }
    let many = |count: usize| json!({ "resources": arns(0..count) });
    assert_eq!(events().lint(&on("audit"), &many(250)), []);
    assert_eq!(events().lint(&on("audit"), &many(251))[0].fact.as_deref(), Some("T3"));
    let nothing =
        events().write(&on("audit"), &[basic(&[selector(All, true, &[])])], &value(&[], false));
    assert_eq!(nothing.unwrap_err().fact.as_deref(), Some("T5"));
}

#[test]
fn resources_that_select_nothing_are_refused_with_the_right_text() {
    for (arn, right) in [
        ("arn:aws:s3:::a/", None),
        ("arn:aws:s3:::a/photos/", None),
        ("arn:aws:s3:::a/ph", None),
        ("arn:aws:s3", None),
        ("arn:aws:s3:::", None),
        ("arn:aws:s3:::a", Some("arn:aws:s3:::a/")),
        ("a", Some("arn:aws:s3:::a/")),
        ("s3://a", Some("arn:aws:s3:::a/")),
        ("arn:aws:s3:::a/*", Some("arn:aws:s3:::a/")),
        ("arn:aws:s3:::*", Some("arn:aws:s3")),
        ("*", Some("arn:aws:s3")),
        ("arn:aws:s3:::a\u{200b}/", Some("arn:aws:s3:::a/")),
        ("arn:aws-cn:s3:::a/", Some("arn:aws:s3:::BUCKET/")),
        ("arn:aws-cn:s3", Some("arn:aws:s3:::BUCKET/")),
        ("arn:aws:lambda", Some("arn:aws:s3:::BUCKET/")),
        ("arn:aws:s3:::/x", Some("arn:aws:s3:::BUCKET/x")),
    ] {
        let found = events().lint(&on("audit"), &value(&[arn], true));
        let fix = found.first().map(|breach| breach.fix.clone());
        assert_eq!(fix, right.map(|right| format!("write `{right}`")), "{arn}");
        assert!(found.iter().all(|breach| breach.fact.as_deref() == Some("T4")));
    }
    let china = Target { place: Place::new("500313280221", "cn-north-1"), ..on("audit") };
    assert_eq!(events().lint(&china, &value(&["arn:aws-cn:s3:::a/"], true)), []);
}

#[test]
fn leaving_management_events_out_is_warned_of_and_told_to_lose_them() {
    let found = events().lint(&on("audit"), &value(&[A], false));
    let ids: Vec<_> = found.iter().map(|one| (one.fact.as_deref(), one.severity)).collect();
    assert_eq!(ids, [(Some("T5"), Severity::Warn)]);
    assert_eq!(events().lint(&on("audit"), &value(&[A], true)), []);
    let change = |from: &Value, to: &Value| events().change(from, to);
    let (all, data_only) = (value(&[A], true), value(&[A], false));
    assert_eq!(change(&all, &data_only).danger, Danger::Destroy);
    assert_eq!(change(&data_only, &all), Change::exact());
    let paid = change(&all, &value(&[A, B], true));
    assert_eq!(paid.danger, Danger::Change);
    assert!(paid.why.unwrap().contains("T5"));
}

#[test]
fn undo_takes_out_only_what_was_added() {
    let take_back = |now: &[EventSelector], before: &Value, after: &Value| {
        events().undo(&on("audit"), &[basic(now)], &Undo { before, after }).unwrap()
    };
    let (none, a, ab) = (value(&[], true), value(&[A], true), value(&[A, B], true));
    let now = [selector(All, true, &[A, B, C])];
    assert_eq!(take_back(&now, &a, &ab), put_list(&[selector(All, true, &[A, C])]));
    assert_eq!(
        take_back(&[selector(All, true, &[A])], &none, &a),
        put_list(&[selector(All, true, &[])])
    );
    assert_eq!(take_back(&[selector(All, true, &[C])], &none, &a), []);
    let wide = value(&["arn:aws:s3"], true);
    assert_eq!(take_back(&[selector(All, true, &[A, "arn:aws:s3"])], &wide, &a), []);
    let (data_only, off) = (value(&[A], false), [selector(All, false, &[A])]);
    assert_eq!(take_back(&off, &a, &data_only), put_list(&[selector(All, true, &[A])]));
    assert_eq!(take_back(&[selector(All, true, &[A])], &data_only, &a), put_list(&off));
    let gone =
        |ending| events().undo(&on("audit"), &[failed(ending)], &Undo { before: &none, after: &a });
    assert_eq!(gone(Ending::Absent).unwrap(), []);
    assert!(gone(Ending::Denied).is_err());
}

#[test]
fn what_must_be_absent_is_taken_out_and_its_undo_puts_back_just_that() {
    let bare = json!({ "resources": [], "absent": [A, B] });
    let bare = events().parse(&bare).unwrap();
    let before = value(&[A, C], true);
    assert!(!events().is_met(&before, &bare) && events().is_met(&value(&[C], true), &bare));
    // Another's wider selector is not this book's to take away.
    assert!(events().is_met(&value(&["arn:aws:s3"], true), &bare));
    let held = [selector(All, true, &[A, C]), selector(ReadOnly, false, &[C])];
    let left = [selector(All, true, &[C]), selector(ReadOnly, false, &[C])];
    let written = events().write(&on("audit"), &[basic(&held)], &bare).unwrap();
    assert_eq!(written, put_list(&left));
    let undo = Undo { before: &before, after: &bare };
    let again = [selector(All, true, &[C, A]), selector(ReadOnly, false, &[C])];
    let undone = events().undo(&on("audit"), &[basic(&left)], &undo).unwrap();
    assert_eq!(undone, put_list(&again), "B was not there before");
    assert_eq!(events().undo(&on("audit"), &[basic(&again)], &undo).unwrap(), []);
    // The last data events of a trail leave its management events, never a selector of nothing.
    let only = [selector(All, true, &[A])];
    let written = events().write(&on("audit"), &[basic(&only)], &bare).unwrap();
    assert_eq!(written, put_list(&[selector(All, true, &[])]));

    let change = events().change(&before, &bare);
    assert_eq!(change.danger, Danger::Destroy);
    assert!(change.why.unwrap().contains("cannot be had later"));
    assert_eq!(events().change(&value(&[C], true), &bare), Change::exact());
    assert_eq!(events().lint(&on("audit"), &bare), []);
    let unsure = json!({ "resources": [A], "absent": [A, "b"], "management_events": true });
    let found = events().lint(&on("audit"), &unsure);
    let facts: Vec<_> = found.iter().map(|one| one.fact.as_deref()).collect();
    assert_eq!(facts, [Some("T4"), None], "{found:?}");
}

/// Selectors that CloudTrail would hold: each records something.
fn some_selector() -> impl Strategy<Value = EventSelector> {
    let arn = prop::sample::select(vec![A, B, C, "arn:aws:s3:::a/x/", "arn:aws:s3"]);
    let kinds = prop::sample::select(vec![All, ReadOnly, WriteOnly]);
    let arns = prop::collection::vec(arn, 0..3);
    (kinds, any::<bool>(), arns, any::<bool>()).prop_map(|(kind, management, arns, functions)| {
        let mut one = selector(kind, management || (arns.is_empty() && !functions), &arns);
        if functions {
            one.data.push(lambda());
        }
        one
    })
}

proptest! {
    /// What was written is met; then others add theirs; then undo leaves the list as it would be
    /// had the change never been.
    #[test]
    fn undo_leaves_the_selectors_of_others_as_they_are(
        now in prop::collection::vec(some_selector(), 1..4),
        wanted in prop::collection::btree_set(prop::sample::select(vec![A, B, C]), 0..3),
        other in any::<bool>(),
    ) {
        let wanted = value(&wanted.into_iter().collect::<Vec<_>>(), true);
        let before = events().decode(&on("audit"), &[basic(&now)]).unwrap();
        let calls = events().write(&on("audit"), &[basic(&now)], &wanted).unwrap();
        let mut list = match calls.as_slice() {
            [] => now.clone(),
            [cloud::Call::CloudTrail(Call::PutEventSelectors {
                selectors: Selectors::Basic(list), ..
            })] => list.clone(),
            other => return Err(TestCaseError::fail(format!("{other:?}"))),
        };
        let after = events().decode(&on("audit"), &[basic(&list)]).unwrap();
        prop_assert!(events().is_met(&after, &wanted));
        let mut expected = now;
        if other {
            let theirs = selector(WriteOnly, true, &["arn:aws:s3:::theirs/"]);
            list.push(theirs.clone());
            expected.push(theirs);
        }
        let undo = Undo { before: &before, after: &wanted };
        let calls = events().undo(&on("audit"), &[basic(&list)], &undo).unwrap();
        let left = if list == expected { Vec::new() } else { put_list(&expected) };
        prop_assert_eq!(calls, left);
    }
}
