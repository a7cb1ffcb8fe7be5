//! Our statements come and go; those of others stay.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::testing::{absent, bucket, failed, said};
use super::*;
use crate::cloud::Ending;

fn on() -> Target {
    bucket("logs-bucket")
}

fn delivery(value: Value) -> Delivery {
    serde_json::from_value(value).unwrap()
}

fn seen(policy: &str) -> Vec<Outcome> {
    vec![said(Reply::Policy { policy: policy.to_owned() })]
}

fn none() -> Vec<Outcome> {
    vec![absent(NO_POLICY)]
}

/// The account after the calls, as it will be read.
fn after(calls: &[cloud::Call], before: Vec<Outcome>) -> Vec<Outcome> {
    match calls {
        [] => before,
        [cloud::Call::S3(Call::PutBucketPolicy { policy, .. })] => seen(policy),
        [cloud::Call::S3(Call::DeleteBucketPolicy { .. })] => none(),
        other => panic!("{other:?}"),
    }
}

fn statements(seen: &[Outcome]) -> Vec<Value> {
    policy(seen).unwrap().statements
}

/// A policy that somebody else wrote.
fn others() -> Vec<Value> {
    vec![
        json!({ "Sid": "Theirs", "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucket",
                "Resource": "arn:aws:s3:::logs-bucket" }),
        json!({ "Effect": "Allow", "Principal": { "AWS": "111122223333" },
                "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::logs-bucket/*" }),
    ]
}

fn with_others() -> Vec<Outcome> {
    seen(&json!({ "Version": "2008-10-17", "Id": "x", "Statement": others() }).to_string())
}

#[test]
fn the_first_grant_makes_the_statements_that_aws_documents() {
    let to = delivery(json!({
        "access_logs_from": ["b", "a", "b"], "trails": ["main"], "trail_prefix": "trail",
    }));
    let calls = LogDelivery::write(&on(), &none(), &to).unwrap();
    let trail = json!(["arn:aws:cloudtrail:us-east-1:500313280221:trail/main"]);
    let expected = json!([
        { "Sid": "MusterAccessLogs", "Effect": "Allow", "Action": "s3:PutObject",
          "Principal": { "Service": "logging.s3.amazonaws.com" },
          "Resource": "arn:aws:s3:::logs-bucket/*",
          "Condition": {
              "ArnLike": { "aws:SourceArn": ["arn:aws:s3:::a", "arn:aws:s3:::b"] },
              "StringEquals": { "aws:SourceAccount": "500313280221" } } },
        { "Sid": "MusterTrailAclCheck", "Effect": "Allow", "Action": "s3:GetBucketAcl",
          "Principal": { "Service": "cloudtrail.amazonaws.com" },
          "Resource": "arn:aws:s3:::logs-bucket",
          "Condition": { "StringEquals": { "aws:SourceArn": trail } } },
        { "Sid": "MusterTrailWrite", "Effect": "Allow", "Action": "s3:PutObject",
          "Principal": { "Service": "cloudtrail.amazonaws.com" },
          "Resource": "arn:aws:s3:::logs-bucket/trail/AWSLogs/500313280221/*",
          "Condition": { "StringEquals": {
              "aws:SourceArn": trail, "s3:x-amz-acl": "bucket-owner-full-control" } } },
    ]);
    let now = after(&calls, none());
    assert_eq!(Value::Array(statements(&now)), expected);
    assert_eq!(LogDelivery::decode(&on(), &now), Ok(to));
    assert_eq!(LogDelivery::write(&on(), &none(), &delivery(json!({}))).unwrap(), []);
}

#[test]
fn what_is_granted_can_be_used() {
    let to = delivery(json!({ "access_logs_from": ["audio"], "trails": ["main"] }));
    let now = after(&LogDelivery::write(&on(), &none(), &to).unwrap(), none());
    let policy = policy(&now).unwrap();
    let place = on().place;
    let log = |from| policy.allows(&Request::access_log(&place, "logs-bucket", "x/", from));
    assert_eq!((log("audio"), log("other")), (Answer::Yes, Answer::No));
    let of_trail = |trail| Request::of_trail(&place, "logs-bucket", "", Some(trail));
    assert!(of_trail("main").iter().all(|request| policy.allows(request) == Answer::Yes));
    assert!(of_trail("other").iter().all(|request| policy.allows(request) == Answer::No));
}

#[test]
fn a_grant_adds_to_what_is_there_and_changes_nothing_of_others() {
    let first = delivery(json!({ "access_logs_from": ["audio"] }));
    let second = delivery(json!({ "access_logs_from": ["scripts"], "trails": ["main"] }));
    let mut now = with_others();
    for to in [&first, &second] {
        now = after(&LogDelivery::write(&on(), &now, to).unwrap(), now);
    }
    let both = delivery(json!({ "access_logs_from": ["audio", "scripts"], "trails": ["main"] }));
    assert_eq!(LogDelivery::decode(&on(), &now), Ok(both.clone()));
    assert_eq!(statements(&now)[..2], others());
    let text = policy(&now).unwrap().text();
    assert!(text.contains(r#""Version":"2008-10-17""#) && text.contains(r#""Id":"x""#), "{text}");
    assert!(LogDelivery::is_met(&both, &first) && LogDelivery::is_met(&both, &second));
    assert!(!LogDelivery::is_met(&first, &both));
}

#[test]
fn an_empty_value_takes_out_only_our_statements() {
    let to = delivery(json!({ "access_logs_from": ["audio"] }));
    for before in [none(), with_others()] {
        let now = after(&LogDelivery::write(&on(), &before, &to).unwrap(), before.clone());
        let calls = LogDelivery::write(&on(), &now, &Delivery::default()).unwrap();
        assert_eq!(statements(&after(&calls, now)), statements(&before));
    }
}

#[test]
fn undo_leaves_what_a_later_run_granted() {
    let (before, first) = (Delivery::default(), delivery(json!({ "access_logs_from": ["audio"] })));
    let later = delivery(json!({ "trails": ["main"], "trail_prefix": "trail" }));
    let mut now = none();
    for to in [&first, &later] {
        now = after(&LogDelivery::write(&on(), &now, to).unwrap(), now);
    }
    let undo = Undo { before: &before, after: &first };
    let calls = LogDelivery::undo(&on(), &now, &undo).unwrap();
    assert_eq!(LogDelivery::decode(&on(), &after(&calls, now)), Ok(later));
}

#[test]
fn trails_that_write_already_keep_their_prefix() {
    let first = delivery(json!({ "trails": ["main"], "trail_prefix": "a" }));
    let now = after(&LogDelivery::write(&on(), &none(), &first).unwrap(), none());
    let other = delivery(json!({ "trails": ["more"], "trail_prefix": "b" }));
    let refused = LogDelivery::write(&on(), &now, &other).unwrap_err();
    assert!(refused.why.contains("main already write under the prefix `a`"), "{refused}");
    let same = delivery(json!({ "trails": ["main"], "trail_prefix": "b" }));
    let calls = LogDelivery::write(&on(), &now, &same).unwrap();
    let moved = after(&calls, now.clone());
    assert_eq!(LogDelivery::decode(&on(), &moved), Ok(same.clone()));
    assert_eq!(LogDelivery::change(&first, &same).danger, Danger::Destroy);
    assert!(!LogDelivery::is_met(&first, &same));
    let undo = Undo { before: &first, after: &same };
    let back = LogDelivery::undo(&on(), &moved, &undo).unwrap();
    assert_eq!(after(&back, moved), now);
}

#[test]
fn a_statement_of_ours_that_somebody_changed_is_not_touched() {
    let to = delivery(json!({ "access_logs_from": ["audio"] }));
    let now = after(&LogDelivery::write(&on(), &none(), &to).unwrap(), none());
    let mut ours = statements(&now).remove(0);
    // AWS may write a list of one as the one.
    ours["Condition"]["ArnLike"]["aws:SourceArn"] = json!("arn:aws:s3:::audio");
    let text = |ours: &Value| json!({ "Statement": ours }).to_string();
    assert_eq!(LogDelivery::decode(&on(), &seen(&text(&ours))), Ok(to.clone()));
    let mut changed = ours.clone();
    changed["Action"] = json!(["s3:PutObject", "s3:GetObject"]);
    let twice = json!([ours, ours]);
    for edited in [changed, twice] {
        let now = seen(&text(&edited));
        let Err(Unread::Strange(why)) = LogDelivery::decode(&on(), &now) else {
            panic!("{edited}");
        };
        assert!(why.contains("MusterAccessLogs"), "{why}");
        assert!(LogDelivery::write(&on(), &now, &to).is_err());
    }
}

#[test]
fn what_could_not_be_read_is_not_written() {
    let to = delivery(json!({ "access_logs_from": ["audio"] }));
    for seen in [seen("not json"), seen("{}"), vec![failed(Ending::Denied)], vec![]] {
        assert!(LogDelivery::write(&on(), &seen, &to).is_err());
        let undo = Undo { before: &Delivery::default(), after: &to };
        assert!(LogDelivery::undo(&on(), &seen, &undo).is_err());
    }
    let gone = [absent("NoSuchBucket")];
    assert_eq!(LogDelivery::decode(&on(), &gone), Err(Unread::Absent));
}

#[test]
fn lint_of_values() {
    for (value, part) in [
        (json!({ "access_logs_from": ["audio"] }), None),
        (json!({ "trails": ["main"], "trail_prefix": "a/b" }), None),
        (json!({}), Some("nobody")),
        (json!({ "access_logs_from": ["logs-bucket"] }), Some("into itself")),
        (json!({ "access_logs_from": ["*"] }), Some("does not take `*`")),
        (json!({ "access_logs_from": ["audio"], "trail_prefix": "a" }), Some("without trails")),
        (json!({ "trails": ["main"], "trail_prefix": "a/" }), Some("the slash")),
        (json!({ "trails": ["main"], "trail_prefix": "/a" }), Some("the slash")),
        (json!({ "trails": ["main"], "trail_prefix": "${x}" }), Some("something else")),
        (json!({ "trails": ["ma*"] }), Some("something else")),
    ] {
        let breaches = LogDelivery::lint(&on(), &delivery(value.clone()));
        let whys: Vec<&str> = breaches.iter().map(|breach| breach.why.as_str()).collect();
        assert_eq!(whys.is_empty(), part.is_none(), "{value} {whys:?}");
        assert!(part.is_none_or(|part| whys.concat().contains(part)), "{value} {whys:?}");
    }
}

#[test]
fn a_deny_statement_of_others_is_found_before_it_bites() {
    let to = delivery(json!({ "access_logs_from": ["audio"], "trails": ["main"] }));
    let deny = |condition: Value, principal: Value| {
        let statement = json!({ "Effect": "Deny", "Principal": principal, "Action": "s3:*",
            "Resource": "arn:aws:s3:::logs-bucket/*", "Condition": condition });
        let seen = seen(&json!({ "Statement": [statement] }).to_string());
        let found = LogDelivery::judge(&on(), &to, &seen);
        found.into_iter().map(|breach| breach.severity).collect::<Vec<_>>()
    };
    let tls = json!({ "Bool": { "aws:SecureTransport": "false" } });
    let odd = json!({ "StringNotEquals": { "aws:PrincipalOrgID": "o-1" } });
    let trails = json!({ "Service": "cloudtrail.amazonaws.com" });
    assert_eq!(deny(tls, json!("*")), []);
    assert_eq!(deny(json!({}), json!("*")), [Severity::Refuse, Severity::Refuse]);
    assert_eq!(deny(odd, json!("*")), [Severity::Warn, Severity::Warn]);
    assert_eq!(deny(json!({}), trails), [Severity::Refuse]);
    assert_eq!(LogDelivery::judge(&on(), &to, &none()), []);
}

fn some_delivery() -> impl Strategy<Value = Delivery> {
    let names = || prop::collection::btree_set("[a-c]{3}", 0..4);
    (names(), names(), "(x|y/z)?").prop_map(|(access_logs_from, trails, prefix)| {
        let trail_prefix = if trails.is_empty() { String::new() } else { prefix };
        Delivery { access_logs_from, trails, trail_prefix }
    })
}

fn some_statement() -> impl Strategy<Value = Value> {
    let sid = prop_oneof!["[A-Za-z]{1,8}".prop_map(Some), Just(None)];
    (sid, "s3:[A-Z][a-z]{1,5}", any::<bool>()).prop_map(|(sid, action, deny)| {
        let mut statement = json!({
            "Effect": if deny { "Deny" } else { "Allow" }, "Principal": "*", "Action": [action],
            "Resource": "arn:aws:s3:::logs-bucket/x", "Condition": { "Bool": { "a:b": true } },
        });
        if let Some(sid) = sid {
            statement["Sid"] = json!(sid);
        }
        statement
    })
}

proptest! {
    #[test]
    fn undoing_a_grant_brings_the_policy_back(
        theirs in prop::collection::vec(some_statement(), 0..4),
        before in some_delivery(),
        to in some_delivery(),
    ) {
        let start = match theirs.is_empty() {
            true => none(),
            false => seen(&json!({ "Version": "2012-10-17", "Statement": theirs }).to_string()),
        };
        let first = LogDelivery::write(&on(), &start, &before);
        let start = after(&first.unwrap(), start);
        prop_assert_eq!(LogDelivery::decode(&on(), &start), Ok(before.clone()));
        let Ok(calls) = LogDelivery::write(&on(), &start, &to) else {
            // Refused: the prefix is another, and others write under it.
            return Ok(());
        };
        prop_assert!(calls.iter().all(|call| LogDelivery::WRITES.contains(&call.operation())));
        let written = after(&calls, start.clone());
        let value = LogDelivery::decode(&on(), &written).unwrap();
        prop_assert!(LogDelivery::is_met(&value, &to));
        if !to.is_empty() {
            prop_assert!(before.access_logs_from.is_subset(&value.access_logs_from));
            prop_assert!(before.trails.is_subset(&value.trails));
        }
        prop_assert_eq!(&LogDelivery::write(&on(), &start, &to).unwrap(), &calls);
        prop_assert_eq!(statements(&written)[..theirs.len()].to_vec(), theirs);
        let undo = Undo { before: &before, after: &to };
        let back = after(&LogDelivery::undo(&on(), &written, &undo).unwrap(), written);
        prop_assert_eq!(policy(&back).unwrap(), policy(&start).unwrap());
    }
}
