//! Trails, seen as the table shows them: values in, calls out.

use serde_json::{Value, json};

use super::super::testing::{example, failed, on, said, setting};
use super::*;
use crate::cloud::{Answer, CallError, Ending};
use crate::settings::{Setting, Undo};

const ID: &str = "cloudtrail.trail.definition";

fn trail() -> &'static Setting {
    setting(ID)
}

fn spec() -> TrailSpec {
    TrailSpec {
        bucket: "logs".to_owned(),
        prefix: "trail".to_owned(),
        multi_region: true,
        global_services: true,
        log_file_validation: true,
    }
}

/// What [`spec`] looks like in a book, with some of it changed.
fn value(changes: &[(&str, Value)]) -> Value {
    let mut value = json!({
        "bucket": "logs", "prefix": "trail", "multi_region": true, "global_services": true,
        "log_file_validation": true,
    });
    for (field, changed) in changes {
        value[*field] = changed.clone();
    }
    value
}

fn there(home: &str, spec: TrailSpec) -> Outcome {
    let (arn, home_region) = ("arn:trail".to_owned(), home.to_owned());
    said(Reply::Trail { arn, home_region, spec })
}

fn call(call: Call) -> [cloud::Call; 1] {
    [cloud::Call::CloudTrail(call)]
}

fn name() -> String {
    "audit".to_owned()
}

#[test]
fn the_example_is_a_value_and_what_is_left_out_is_off() {
    example(ID);
    let least = trail().parse(&json!({ "bucket": "logs" })).unwrap();
    let off = [("multi_region", false), ("global_services", false), ("log_file_validation", false)];
    let mut expected: Vec<_> = off.map(|(field, off)| (field, json!(off))).to_vec();
    expected.push(("prefix", json!("")));
    assert_eq!(least, value(&expected));
    assert!(trail().parse(&json!({ "bucket": "logs", "validation": true })).is_err());
}

#[test]
fn a_trail_that_is_not_there_is_a_value() {
    let read = |seen: Outcome| trail().decode(&on("audit"), &[seen]);
    assert_eq!(read(there("us-east-1", spec())), Ok(value(&[])));
    assert_eq!(read(failed(Ending::Absent)), Ok(json!("absent")));
    assert!(matches!(read(failed(Ending::Denied)), Err(Unread::Failed(_))));
    assert!(matches!(read(said(Reply::Done {})), Err(Unread::Strange(_))));
    assert_eq!(trail().read(&on("audit")), call(Call::GetTrail { trail: name() }));
}

#[test]
fn a_trail_is_created_updated_or_deleted() {
    let write = |seen: Outcome, to: &Value| trail().write(&on("audit"), &[seen], to).unwrap();
    let home = |spec: TrailSpec| there("us-east-1", spec);
    let absent = json!("absent");
    let create = call(Call::CreateTrail { trail: name(), spec: spec() });
    let update = call(Call::UpdateTrail { trail: name(), spec: spec() });
    assert_eq!(write(failed(Ending::Absent), &value(&[])), create);
    assert_eq!(write(home(TrailSpec { bucket: name(), ..spec() }), &value(&[])), update);
    assert_eq!(write(home(spec()), &value(&[])), []);
    assert_eq!(write(home(spec()), &absent), call(Call::DeleteTrail { trail: name() }));
    assert_eq!(write(failed(Ending::Absent), &absent), []);
    assert!(trail().write(&on("audit"), &[failed(Ending::Denied)], &value(&[])).is_err());
    assert!(trail().creates(&value(&[])) && !trail().creates(&absent));
    let undo = Undo { before: &absent, after: &value(&[]) };
    let undone = trail().undo(&on("audit"), &[home(spec())], &undo).unwrap();
    assert_eq!(undone, call(Call::DeleteTrail { trail: name() }));
}

#[test]
fn a_trail_of_another_home_region_is_not_touched() {
    for to in [value(&[("prefix", json!("other"))]), json!("absent")] {
        let refused = trail().write(&on("audit"), &[there("eu-west-1", spec())], &to).unwrap_err();
        assert_eq!(refused.fact.as_deref(), Some("T2"));
        assert!(refused.fix.contains("eu-west-1"), "{refused:?}");
    }
}

#[test]
fn whatever_records_less_is_told_to_lose_it() {
    let off = |field: &str| value(&[(field, json!(false))]);
    for (from, to, danger) in [
        (json!("absent"), value(&[]), Danger::Change),
        (value(&[]), json!("absent"), Danger::Destroy),
        (value(&[]), off("multi_region"), Danger::Destroy),
        (value(&[]), off("global_services"), Danger::Destroy),
        (value(&[]), off("log_file_validation"), Danger::Destroy),
        (off("multi_region"), value(&[]), Danger::Change),
        (value(&[]), value(&[("prefix", json!("other"))]), Danger::Change),
    ] {
        let change = trail().change(&from, &to);
        assert_eq!(change.danger, danger, "{from} -> {to}");
        assert_eq!(change.why.is_some(), danger == Danger::Destroy, "{from} -> {to}");
    }
}

#[test]
fn names_and_prefixes_are_checked_before_anything_is_sent() {
    let long = "x".repeat(129);
    for (name, fits) in [
        ("abc", true),
        ("Audit-trail.v2_x", true),
        (&long[..128], true),
        ("ab", false),
        (&long[..], false),
        ("-audit", false),
        ("audit.", false),
        ("my--trail", false),
        ("my-_trail", false),
        ("audit trail", false),
    ] {
        for id in [ID, "cloudtrail.trail.data_events"] {
            let found = setting(id).lint(&on(name), &example(id));
            assert_eq!(found.is_empty(), fits, "{name}: {found:?}");
        }
    }
    for (changes, fits) in [
        (vec![("prefix", json!(""))], true),
        (vec![("prefix", json!("a/b"))], true),
        (vec![("prefix", json!("trail/"))], false),
        (vec![("prefix", json!("x".repeat(201)))], false),
        (vec![("global_services", json!(false))], false),
        (vec![("global_services", json!(false)), ("multi_region", json!(false))], true),
    ] {
        let found = trail().lint(&on("audit"), &value(&changes));
        assert_eq!(found.is_empty(), fits, "{changes:?}: {found:?}");
    }
    assert_eq!(trail().lint(&on("audit"), &json!("absent")), []);
    let slash = trail().lint(&on("audit"), &value(&[("prefix", json!("trail/"))]));
    assert_eq!(slash[0].fix, "write `trail`");
}

/// A policy that lets CloudTrail write into the bucket under the prefix.
fn policy(bucket: &str, prefix: &str) -> Outcome {
    let service = json!({ "Service": "cloudtrail.amazonaws.com" });
    let resource = format!("arn:aws:s3:::{bucket}");
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": service, "Action": "s3:GetBucketAcl",
          "Resource": resource },
        { "Effect": "Allow", "Principal": service, "Action": "s3:PutObject",
          "Resource": format!("{resource}/{prefix}/AWSLogs/500313280221/*"),
          "Condition": { "StringEquals": { "s3:x-amz-acl": "bucket-owner-full-control" } } },
    ]});
    s3_said(s3::Reply::Policy { policy: policy.to_string() })
}

fn s3_said(reply: s3::Reply) -> Outcome {
    Ok(Answer { reply: cloud::Reply::S3(reply), request_id: None })
}

fn s3_failed(ending: Ending, code: &str) -> Outcome {
    Err(CallError::new(ending, code, "no"))
}

#[test]
fn the_bucket_must_be_there_and_let_the_trail_write() {
    let head = || s3_said(s3::Reply::Bucket { region: "us-east-1".to_owned() });
    let denied = || s3_failed(Ending::Denied, "AccessDenied");
    let refuse = Some(Severity::Refuse);
    for (case, seen, expected, fix) in [
        ("allowed", [head(), policy("logs", "trail")], None, ""),
        ("head denied, policy seen", [denied(), policy("logs", "trail")], None, ""),
        ("other prefix", [head(), policy("logs", "other")], refuse, "`s3.bucket.log_delivery`"),
        ("other bucket", [head(), policy("data", "trail")], refuse, "`s3.bucket.log_delivery`"),
        (
            "no policy",
            [head(), s3_failed(Ending::Absent, "NoSuchBucketPolicy")],
            refuse,
            "`trails = [\"audit\"]` and `trail_prefix = \"trail\"`",
        ),
        (
            "no bucket",
            [s3_failed(Ending::Absent, "NotFound"), s3_failed(Ending::Absent, "NoSuchBucket")],
            refuse,
            "create it",
        ),
        ("policy denied", [head(), denied()], Some(Severity::Warn), "look at its policy"),
        ("strange", [head(), head()], Some(Severity::Warn), "look at its policy"),
    ] {
        let found = trail().judge(&on("audit"), &value(&[]), &seen);
        assert_eq!(found.first().map(|breach| breach.severity), expected, "{case}: {found:?}");
        assert!(found.iter().all(|breach| breach.fix.contains(fix)), "{case}: {found:?}");
    }
    assert_eq!(trail().judge(&on("audit"), &json!("absent"), &[]), []);
    assert_eq!(trail().guard(&on("audit"), &json!("absent")), []);
    let bucket = || "logs".to_owned();
    let guard =
        [s3::Call::HeadBucket { bucket: bucket() }, s3::Call::GetBucketPolicy { bucket: bucket() }];
    assert_eq!(trail().guard(&on("audit"), &value(&[])), guard.map(cloud::Call::S3));
}
