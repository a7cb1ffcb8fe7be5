//! Where access logs can go and where not.

use serde_json::{Value, json};

use super::super::testing::{REGION, absent, bucket, failed, head, said};
use super::*;
use crate::cloud::s3::{Encryption, Retention, RetentionMode};

fn on() -> Target {
    bucket("audio-bucket")
}

fn into(bucket: &str) -> Presence<Logging> {
    Presence::Present(Logging { bucket: bucket.to_owned(), prefix: "audio/".to_owned() })
}

fn allowing(principal: &str, condition: Value) -> Outcome {
    let statement = json!({
        "Effect": "Allow", "Principal": { "Service": principal }, "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::logs-bucket/*", "Condition": condition,
    });
    said(Reply::Policy { policy: json!({ "Statement": [statement] }).to_string() })
}

/// A destination as it should be, with one ending changed.
fn but(position: usize, outcome: Outcome) -> Vec<Outcome> {
    let mut seen = vec![
        head(REGION),
        absent(NO_OBJECT_LOCK),
        allowing("logging.s3.amazonaws.com", json!({})),
        absent("ServerSideEncryptionConfigurationNotFoundError"),
    ];
    seen[position] = outcome;
    seen
}

#[test]
fn reading_and_writing() {
    let some = into("logs-bucket");
    for value in [Presence::Absent, some.clone()] {
        let logging = value.present().cloned();
        let seen = [said(Reply::Logging { logging: logging.clone() })];
        assert_eq!(AccessLogging::decode(&on(), &seen), Ok(value.clone()));
        let calls = AccessLogging::write(&on(), &seen, &value).unwrap();
        let bucket = "audio-bucket".to_owned();
        assert_eq!(calls, call(Call::PutBucketLogging { bucket, logging }));
        assert!(calls.iter().all(|c| AccessLogging::WRITES.contains(&c.operation())));
    }
    let danger = |from, to| AccessLogging::change(from, to).danger;
    assert_eq!(danger(&some, &Presence::Absent), Danger::Destroy);
    assert_eq!(danger(&Presence::Absent, &some), Danger::Change);
    assert!(AccessLogging::change(&some, &into("other")).why.is_some());
}

#[test]
fn a_bucket_is_not_logged_into_itself() {
    let itself = into("audio-bucket");
    let breaches = AccessLogging::lint(&on(), &itself);
    assert_eq!(breaches.len(), 1);
    assert_eq!(breaches[0].fact.as_deref(), Some("S13"));
    assert!(breaches[0].why.contains("its own logs"), "{}", breaches[0]);
    assert_eq!(AccessLogging::guard(&on(), &itself), []);
    assert_eq!(AccessLogging::judge(&on(), &itself, &[]), []);
    assert_eq!(AccessLogging::lint(&on(), &into("logs-bucket")), []);
    assert_eq!(AccessLogging::lint(&on(), &Presence::Absent), []);
    assert_eq!(AccessLogging::lint(&on(), &into("No_Name")).len(), 1);
    assert_eq!(AccessLogging::guard(&on(), &into("logs-bucket")).len(), 4);
}

#[test]
fn the_destination_is_judged_before_anything_is_sent() {
    use Severity::{Refuse, Warn};
    let retention = Retention { mode: RetentionMode::Governance, days: Some(1), years: None };
    let lock = |default_retention| said(Reply::ObjectLock { default_retention });
    let encrypted = |algorithm| {
        said(Reply::Encryption(Encryption { algorithm, kms_key: None, bucket_key: false }))
    };
    let logging = "logging.s3.amazonaws.com";
    let from =
        |name: &str| json!({ "ArnLike": { "aws:SourceArn": format!("arn:aws:s3:::{name}") } });
    let cases = [
        (0, head(REGION), None),
        (0, head("eu-west-1"), Some((Some("S13"), Refuse))),
        (0, failed(Ending::WrongRegion), Some((Some("S13"), Refuse))),
        (0, absent("NotFound"), Some((None, Refuse))),
        (0, failed(Ending::Denied), Some((Some("S16"), Warn))),
        (0, failed(Ending::Throttled), Some((Some("S13"), Warn))),
        (1, lock(Some(retention)), Some((Some("S13"), Refuse))),
        (1, lock(None), Some((Some("S13"), Warn))),
        (1, failed(Ending::Denied), Some((Some("S13"), Warn))),
        (2, absent(NO_POLICY), Some((Some("S14"), Refuse))),
        (2, allowing("cloudtrail.amazonaws.com", json!({})), Some((Some("S14"), Refuse))),
        (2, allowing(logging, from("audio-bucket")), None),
        (2, allowing(logging, from("another")), Some((Some("S14"), Refuse))),
        (2, allowing(logging, json!({ "Odd": { "a": "b" } })), Some((Some("S14"), Warn))),
        (2, failed(Ending::Denied), Some((Some("S14"), Warn))),
        (3, encrypted(Algorithm::Aes256), None),
        (3, encrypted(Algorithm::Kms), Some((Some("S15"), Warn))),
        (3, failed(Ending::Denied), Some((Some("S15"), Warn))),
    ];
    for (position, outcome, expected) in cases {
        let seen = but(position, outcome);
        let breaches = AccessLogging::judge(&on(), &into("logs-bucket"), &seen);
        let found: Vec<_> = breaches.iter().map(|b| (b.fact.as_deref(), b.severity)).collect();
        assert_eq!(found, Vec::from_iter(expected), "{position} {:?}", seen[position]);
    }
    assert_eq!(AccessLogging::judge(&on(), &Presence::Absent, &[]), []);
}

#[test]
fn a_destination_that_may_not_be_looked_at_is_still_judged_by_the_rest() {
    let mut seen = but(0, failed(Ending::Denied));
    seen[2] = absent(NO_POLICY);
    let breaches = AccessLogging::judge(&on(), &into("logs-bucket"), &seen);
    let facts: Vec<_> = breaches.iter().filter_map(|breach| breach.fact.as_deref()).collect();
    assert_eq!(facts, ["S16", "S14"]);
}
