//! What policies in the wild let services do.

use serde_json::json;

use super::super::testing::place;
use super::*;

const INTO: &str = "logs-bucket";
const FROM: &str = "audio-bucket";

fn log() -> Request<'static> {
    Request::access_log(&Place::new("500313280221", "us-east-1"), INTO, "audio/", FROM)
}

fn policy(statements: Value) -> Policy {
    Policy::parse(&json!({ "Version": "2012-10-17", "Statement": statements }).to_string()).unwrap()
}

/// A statement that denies everything to everybody, changed by `part`.
fn deny(part: Value) -> Value {
    let mut statement = json!({
        "Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": ["arn:aws:s3:::logs-bucket", "arn:aws:s3:::logs-bucket/*"],
    });
    let parts = part.as_object().unwrap().clone();
    let fields = statement.as_object_mut().unwrap();
    for (key, value) in parts {
        if let Some(element) = key.strip_prefix("Not") {
            fields.remove(element);
        }
        fields.insert(key, value);
    }
    statement
}

/// As the console of S3 writes it.
fn allow(part: Value) -> Value {
    let mut statement = json!({
        "Sid": "S3ServerAccessLogsPolicy", "Effect": "Allow",
        "Principal": { "Service": "logging.s3.amazonaws.com" }, "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::logs-bucket/*",
        "Condition": {
            "ArnLike": { "aws:SourceArn": "arn:aws:s3:::audio-bucket" },
            "StringEquals": { "aws:SourceAccount": "500313280221" },
        },
    });
    statement.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
    statement
}

#[test]
fn what_is_denied_certainly_perhaps_and_not() {
    let cases = [
        (json!({}), Answer::Yes),
        (json!({ "Action": "S3:putobject" }), Answer::Yes),
        (json!({ "Action": ["s3:Put*"] }), Answer::Yes),
        (json!({ "Action": "s3:DeleteObject" }), Answer::No),
        (json!({ "NotAction": "s3:GetObject" }), Answer::Yes),
        (json!({ "NotAction": "s3:PutObject" }), Answer::No),
        (json!({ "Principal": { "AWS": "*" } }), Answer::Yes),
        (json!({ "Principal": { "AWS": "arn:aws:iam::500313280221:root" } }), Answer::No),
        (json!({ "Principal": { "Service": ["x", "logging.s3.amazonaws.com"] } }), Answer::Yes),
        (json!({ "Principal": { "Service": "cloudtrail.amazonaws.com" } }), Answer::No),
        (json!({ "NotPrincipal": { "AWS": "arn:aws:iam::500313280221:root" } }), Answer::Yes),
        (json!({ "NotPrincipal": { "Service": "logging.s3.amazonaws.com" } }), Answer::No),
        (json!({ "Resource": "arn:aws:s3:::logs-bucket/au*/*" }), Answer::Yes),
        (json!({ "Resource": "arn:aws:s3:::logs-bucket/trail/*" }), Answer::No),
        (json!({ "NotResource": "arn:aws:s3:::logs-bucket/trail/*" }), Answer::Yes),
        (json!({ "Resource": "arn:aws:s3:::logs-bucket/${aws:userid}/*" }), Answer::Perhaps),
        (json!({ "Condition": { "Bool": { "aws:SecureTransport": "false" } } }), Answer::No),
        (json!({ "Condition": { "Bool": { "aws:SecureTransport": false } } }), Answer::No),
        (json!({ "Condition": { "Bool": { "aws:SecureTransport": true } } }), Answer::Yes),
        (json!({ "Condition": { "NumericLessThan": { "s3:TlsVersion": 1.2 } } }), Answer::No),
        (json!({ "Condition": { "NumericLessThan": { "s3:TlsVersion": "1.3" } } }), Answer::Yes),
        (
            json!({ "Condition": {
                "StringNotEquals": { "aws:PrincipalOrgID": "o-1" },
                "BoolIfExists": { "aws:PrincipalIsAWSService": "false" },
            } }),
            Answer::No,
        ),
        (
            json!({ "Condition": { "StringNotEquals": {
                "s3:x-amz-server-side-encryption": "aws:kms",
            } } }),
            Answer::Perhaps,
        ),
        (json!({ "Condition": { "StringNotEquals": { "aws:SourceAccount": "1" } } }), Answer::Yes),
        (json!({ "Condition": { "Null": { "aws:SourceArn": "true" } } }), Answer::Perhaps),
        (json!({ "Condition": "odd" }), Answer::Perhaps),
        (json!({ "Effect": "Allow" }), Answer::No),
    ];
    for (part, expected) in cases {
        assert_eq!(policy(json!([deny(part.clone())])).denies(&log()), expected, "{part}");
    }
}

#[test]
fn access_logs_need_an_allow_and_no_deny() {
    let source = |arn: &str| json!({ "Condition": { "ArnLike": { "aws:SourceArn": ["arn:aws:s3:::other", arn] } } });
    let tls = deny(json!({ "Condition": { "Bool": { "aws:SecureTransport": "false" } } }));
    let cases = [
        (json!([]), Answer::No),
        (json!([allow(json!({}))]), Answer::Yes),
        (json!(allow(json!({}))), Answer::Yes),
        (json!([tls, allow(json!({}))]), Answer::Yes),
        (json!([allow(json!({})), deny(json!({}))]), Answer::No),
        (json!([allow(source("arn:aws:s3:::audio-*"))]), Answer::Yes),
        (json!([allow(source("arn:aws:s3:::transcripts"))]), Answer::No),
        (json!([allow(json!({ "Resource": "arn:aws:s3:::logs-bucket/trail*" }))]), Answer::No),
        (json!([allow(json!({ "Principal": { "AWS": "500313280221" } }))]), Answer::No),
        (
            json!([allow(json!({ "Condition": { "StringEquals": { "aws:x": "y" } } }))]),
            Answer::Perhaps,
        ),
    ];
    for (statements, expected) in cases {
        let text = policy(statements.clone()).text();
        let found = allows_access_logs(&text, &place(), INTO, "audio/", FROM);
        assert_eq!(found, expected, "{statements}");
    }
    assert_eq!(allows_access_logs("not json", &place(), INTO, "", FROM), Answer::Perhaps);
}

#[test]
fn a_trail_needs_both_of_its_statements() {
    let trail = "arn:aws:cloudtrail:us-east-1:500313280221:trail/main";
    let service = json!({ "Service": "cloudtrail.amazonaws.com" });
    let check = json!({
        "Effect": "Allow", "Principal": service, "Action": "s3:GetBucketAcl",
        "Resource": "arn:aws:s3:::logs-bucket",
        "Condition": { "StringEquals": { "aws:SourceArn": trail } },
    });
    let write = |folder: &str| {
        json!({
            "Effect": "Allow", "Principal": service, "Action": "s3:PutObject",
            "Resource": format!("arn:aws:s3:::logs-bucket/{folder}AWSLogs/500313280221/*"),
            "Condition": { "StringEquals": {
                "aws:SourceArn": trail, "s3:x-amz-acl": "bucket-owner-full-control",
            } },
        })
    };
    let allows = |statements: Value, prefix: &str| {
        allows_trail(&policy(statements).text(), &place(), INTO, prefix)
    };
    assert!(allows(json!([check, write("")]), ""));
    assert!(allows(json!([check, write("trail/")]), "trail"));
    assert!(!allows(json!([check, write("trail/")]), ""));
    assert!(!allows(json!([check, write("")]), "trail"));
    assert!(!allows(json!([check]), ""));
    assert!(!allows(json!([write("")]), ""));
    assert!(!allows(json!([check, write(""), deny(json!({}))]), ""));
    assert!(!allows_trail("{}", &place(), INTO, ""));
}

#[test]
fn what_is_not_a_policy_is_said_to_be_none() {
    for text in ["", "[]", "{}", r#"{"Statement":"x"}"#, r#"{"Statement":["x"]}"#] {
        assert!(Policy::parse(text).is_err(), "{text}");
    }
    let text = r#"{"Id":"x","Statement":[{"Sid":"a"}],"Version":"2008-10-17"}"#;
    assert_eq!(Policy::parse(text).unwrap().text(), text);
}

#[test]
fn patterns_go_back_to_their_last_star() {
    for (pattern, text, is) in [
        ("*", "", true),
        ("", "", true),
        ("", "a", false),
        ("a*b*c", "aXbXbYc", true),
        ("a*b*c", "aXbXbYd", false),
        ("*ab", "aab", true),
        ("a?c", "abc", true),
        ("a?c", "ac", false),
        ("**a", "bba", true),
    ] {
        assert_eq!(condition::like(pattern, text), answer(is), "{pattern} {text}");
    }
}
