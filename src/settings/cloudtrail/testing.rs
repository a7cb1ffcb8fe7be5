//! What the tests of this folder share: a trail, and endings as AWS gives them.

use super::super::{Setting, Target, find};
use crate::cloud::cloudtrail::{EventSelector, ReadWrite, Reply};
use crate::cloud::{self, Answer, CallError, Ending, Outcome, Place};

pub(super) fn setting(id: &str) -> &'static Setting {
    find(id).expect("in the table")
}

pub(super) fn on(name: &str) -> Target {
    Target { place: Place::new("500313280221", "us-east-1"), name: name.to_owned() }
}

pub(super) fn said(reply: Reply) -> Outcome {
    Ok(Answer { reply: cloud::Reply::CloudTrail(reply), request_id: None })
}

pub(super) fn failed(ending: Ending) -> Outcome {
    Err(CallError::new(ending, "SomeError", "something else"))
}

/// The example of a setting, as a book gives it: it is a value, breaks no rule, and is the same
/// when it is read again.
pub(super) fn example(id: &str) -> serde_json::Value {
    let book: toml::Table = toml::from_str(&format!("to = {}", setting(id).example)).unwrap();
    let once = setting(id).parse(&serde_json::to_value(&book["to"]).unwrap()).unwrap();
    assert_eq!(setting(id).parse(&once).unwrap(), once);
    assert_eq!(setting(id).lint(&on("audit-trail"), &once), []);
    once
}

/// A basic selector with S3 objects.
pub(super) fn selector(read_write: ReadWrite, management: bool, arns: &[&str]) -> EventSelector {
    let arns: Vec<_> = arns.iter().map(|arn| (*arn).to_owned()).collect();
    let data = if arns.is_empty() { Vec::new() } else { vec![data("AWS::S3::Object", arns)] };
    EventSelector { read_write, management_events: management, data }
}

pub(super) fn data(kind: &str, arns: Vec<String>) -> cloud::cloudtrail::DataResource {
    cloud::cloudtrail::DataResource { kind: kind.to_owned(), arns }
}
