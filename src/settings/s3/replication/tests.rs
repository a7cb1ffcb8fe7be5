//! Rules come and go beside those of others; what AWS refuses is known before.

use serde_json::{Value, json};

use super::super::super::Severity::{self, Refuse, Warn};
use super::super::testing::{absent, bucket, failed, said};
use super::*;
use crate::cloud::Ending;
use crate::cloud::s3::{Algorithm, Encryption, Versioning};

const ROLE: &str = "arn:aws:iam::500313280221:role/copy";
const OTHER_ROLE: &str = "arn:aws:iam::500313280221:role/other";

fn on() -> Target {
    bucket("audio-bucket")
}

fn value(value: Value) -> Copying {
    serde_json::from_value(value).unwrap()
}

fn rule(id: &str, priority: u32) -> Value {
    json!({ "id": id, "priority": priority, "destination": { "bucket": "copies" } })
}

fn seen(role: &str, rules: Value) -> Vec<Outcome> {
    let rules: Vec<ReplicationRule> = serde_json::from_value(rules).unwrap();
    match rules.is_empty() {
        true => vec![absent(NO_REPLICATION)],
        false => vec![said(Reply::Replication(Replication { role: role.to_owned(), rules }))],
    }
}

fn after(calls: &[cloud::Call], before: &[Outcome]) -> Vec<Outcome> {
    assert!(calls.iter().all(|call| BucketReplication::WRITES.contains(&call.operation())));
    match calls {
        [] => before.to_vec(),
        [cloud::Call::S3(Call::PutBucketReplication { replication, .. })] => {
            vec![said(Reply::Replication(replication.clone()))]
        }
        [cloud::Call::S3(Call::DeleteBucketReplication { .. })] => vec![absent(NO_REPLICATION)],
        other => panic!("{other:?}"),
    }
}

#[test]
fn rules_are_written_beside_those_of_others_and_the_way_back_is_exact() {
    let theirs = rule("theirs", 7);
    for (before, to, expected) in [
        (json!([]), json!({ "role": ROLE, "rules": [rule("a", 1)] }), json!([rule("a", 1)])),
        (json!([theirs]), json!({ "rules": [rule("a", 1)] }), json!([theirs, rule("a", 1)])),
        (json!([rule("a", 2)]), json!({ "rules": [rule("a", 1)] }), json!([rule("a", 1)])),
        (json!([theirs, rule("a", 2)]), json!({ "absent": ["a"] }), json!([theirs])),
        (json!([rule("a", 2)]), json!({ "absent": ["a"] }), json!([])),
    ] {
        let (start, to) = (seen(ROLE, before), value(to));
        let before = BucketReplication::decode(&on(), &start).unwrap();
        let calls = BucketReplication::write(&on(), &start, &to).unwrap();
        assert!(!BucketReplication::is_met(&before, &to));
        let now = after(&calls, &start);
        assert_eq!(now, seen(ROLE, expected));
        let there = BucketReplication::decode(&on(), &now).unwrap();
        assert!(BucketReplication::is_met(&there, &to));
        assert_eq!(BucketReplication::write(&on(), &now, &to), Ok(vec![]));
        let undo = Undo { before: &before, after: &to };
        let back = BucketReplication::undo(&on(), &now, &undo).unwrap();
        assert_eq!(after(&back, &now), start, "{to:?}");
        assert!(BucketReplication::change(&before, &to).why.is_some());
    }
    assert_eq!(
        BucketReplication::change(&Copying::default(), &Copying::default()),
        Change::exact()
    );
}

#[test]
fn one_role_carries_out_all_rules() {
    let to = value(json!({ "role": ROLE, "rules": [rule("a", 1)] }));
    let theirs = seen(OTHER_ROLE, json!([rule("theirs", 7)]));
    let refused = BucketReplication::write(&on(), &theirs, &to).unwrap_err();
    assert_eq!((refused.fact.as_deref(), refused.severity), (Some("S8"), Refuse));
    let ours = seen(OTHER_ROLE, json!([rule("a", 1)]));
    let now = after(&BucketReplication::write(&on(), &ours, &to).unwrap(), &ours);
    assert_eq!(now, seen(ROLE, json!([rule("a", 1)])));
    let before = BucketReplication::decode(&on(), &ours).unwrap();
    let undo = Undo { before: &before, after: &to };
    let back = after(&BucketReplication::undo(&on(), &now, &undo).unwrap(), &now);
    assert_eq!(back, ours);
    let silent = value(json!({ "rules": [rule("a", 1)] }));
    assert!(BucketReplication::write(&on(), &seen(ROLE, json!([])), &silent).is_err());
    let same = value(json!({ "rules": [rule("a", 7)] }));
    let refused = BucketReplication::write(&on(), &theirs, &same).unwrap_err();
    assert!(refused.why.contains("priority 7"), "{refused}");
}

#[test]
fn what_could_not_be_read_is_not_written() {
    let to = value(json!({ "role": ROLE, "rules": [rule("a", 1)] }));
    let undo = Undo { before: &Copying::default(), after: &to };
    let denied = [failed(Ending::Denied)];
    assert!(BucketReplication::write(&on(), &denied, &to).is_err());
    assert!(BucketReplication::undo(&on(), &denied, &undo).is_err());
    assert_eq!(BucketReplication::undo(&on(), &[absent("NoSuchBucket")], &undo), Ok(vec![]));
}

#[test]
fn lint_of_values() {
    let with = |rest: Value| {
        let mut rule = rule("a", 1);
        rule.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        json!({ "role": ROLE, "rules": [rule] })
    };
    let to = |rest: Value| {
        let mut destination = json!({ "bucket": "copies" });
        destination.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        json!({ "destination": destination })
    };
    let key = "arn:aws:kms:us-east-1:500313280221:key/k";
    let both = json!({ "kms_encrypted_objects": true,
                       "destination": { "bucket": "copies", "replica_kms_key": key } });
    let tagged = json!({ "delete_markers": true, "filter": { "tags": { "k": "v" } } });
    for (value_of, fact, part) in [
        (with(json!({})), None, ""),
        (with(both), None, ""),
        (json!({ "absent": ["a"] }), None, ""),
        (json!({}), Some(None), "names no rule"),
        (json!({ "role": "copy", "rules": [rule("a", 1)] }), Some(None), "no ARN of a role"),
        (json!({ "rules": [rule("a", 1), rule("a", 2)] }), Some(None), "named twice"),
        (json!({ "rules": [rule("a", 1), rule("b", 1)] }), Some(None), "the priority 1"),
        (json!({ "rules": [rule("", 1)] }), Some(None), "characters"),
        (with(json!({ "existing_objects": true })), Some(Some("C10")), "no longer supports"),
        (with(json!({ "kms_encrypted_objects": true })), Some(Some("C10")), "names no key"),
        (with(to(json!({ "replica_kms_key": key }))), Some(Some("C10")), "copies none"),
        (with(tagged), Some(Some("C10")), "delete markers"),
        (with(to(json!({ "bucket": "audio-bucket" }))), Some(None), "into itself"),
        (with(to(json!({ "bucket": "No" }))), Some(None), "name of a bucket"),
        (with(to(json!({ "account": "1" }))), Some(None), "account that is none"),
        (with(to(json!({ "owner_override": true }))), Some(None), "does not name"),
        (with(to(json!({ "time_control": true }))), Some(None), "without metrics"),
    ] {
        let breaches = BucketReplication::lint(&on(), &value(value_of.clone()));
        let facts: Vec<_> = breaches.iter().map(|breach| breach.fact.as_deref()).collect();
        assert_eq!(facts, Vec::from_iter(fact), "{value_of}");
        assert!(breaches.iter().all(|breach| breach.why.contains(part)), "{breaches:?}");
    }
}

fn versioned(versioning: Versioning) -> Outcome {
    said(Reply::Versioning { versioning })
}

/// Buckets as they should be, with one ending changed.
fn but(position: usize, outcome: Outcome) -> Vec<Outcome> {
    let mut seen = vec![
        absent(NO_REPLICATION),
        versioned(Versioning::Enabled),
        absent("ObjectLockConfigurationNotFoundError"),
        absent("ServerSideEncryptionConfigurationNotFoundError"),
        versioned(Versioning::Enabled),
    ];
    seen[position] = outcome;
    seen
}

/// The position of an answer, the answer, and the breach that follows, when one does.
type Case = (usize, Outcome, Option<(Option<&'static str>, Severity)>);

#[test]
fn both_buckets_are_looked_at_before_anything_is_sent() {
    let to = value(json!({ "role": ROLE, "rules": [rule("a", 1)] }));
    assert_eq!(BucketReplication::guard(&on(), &to).len(), 5);
    let kms = Encryption { algorithm: Algorithm::Kms, kms_key: None, bucket_key: false };
    let [theirs] = seen(ROLE, json!([rule("a", 9)])).try_into().unwrap();
    let cases: [Case; 12] = [
        (1, versioned(Versioning::Enabled), None),
        (1, versioned(Versioning::Never), Some((Some("C10"), Refuse))),
        (1, versioned(Versioning::Suspended), Some((Some("C10"), Refuse))),
        (4, versioned(Versioning::Never), Some((Some("C10"), Refuse))),
        (4, absent("NoSuchBucket"), Some((None, Refuse))),
        (4, failed(Ending::WrongRegion), Some((Some("C10"), Warn))),
        (4, failed(Ending::Denied), Some((Some("C10"), Warn))),
        (2, said(Reply::ObjectLock { default_retention: None }), Some((Some("S5"), Warn))),
        (3, said(Reply::Encryption(kms)), Some((Some("C10"), Warn))),
        (0, theirs, Some((Some("S8"), Warn))),
        (2, failed(Ending::Denied), None),
        (3, failed(Ending::Denied), None),
    ];
    for (position, outcome, expected) in cases {
        let found = BucketReplication::judge(&on(), &to, &but(position, outcome));
        let found: Vec<_> =
            found.iter().map(|breach| (breach.fact.as_deref(), breach.severity)).collect();
        assert_eq!(found, Vec::from_iter(expected), "{position}");
    }
    let mut far = to.clone();
    far.rules.as_mut().unwrap()[0].destination.account = Some("111122223333".to_owned());
    assert_eq!(BucketReplication::guard(&on(), &far).len(), 4);
    let found = BucketReplication::judge(&on(), &far, &but(0, absent(NO_REPLICATION)));
    assert!(found[0].why.contains("another account"), "{found:?}");
    let gone = value(json!({ "absent": ["a"] }));
    assert_eq!(BucketReplication::guard(&on(), &gone), []);
    assert_eq!(BucketReplication::judge(&on(), &gone, &[]), []);
}
