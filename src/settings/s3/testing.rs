//! What the tests of this folder share: a target, and endings as AWS gives them.

use super::super::Target;
use crate::cloud::s3::Reply;
use crate::cloud::{self, Answer, CallError, Ending, Outcome, Place};

pub(super) const REGION: &str = "us-east-1";

pub(super) fn place() -> Place {
    Place::new("500313280221", REGION)
}

pub(super) fn bucket(name: &str) -> Target {
    Target { place: place(), name: name.to_owned() }
}

pub(super) fn said(reply: Reply) -> Outcome {
    Ok(Answer { reply: cloud::Reply::S3(reply), request_id: None })
}

pub(super) fn head(region: &str) -> Outcome {
    said(Reply::Bucket { region: region.to_owned() })
}

pub(super) fn absent(code: &str) -> Outcome {
    Err(CallError::new(Ending::Absent, code, "not there"))
}

pub(super) fn failed(ending: Ending) -> Outcome {
    Err(CallError::new(ending, "SomeError", "something else"))
}
