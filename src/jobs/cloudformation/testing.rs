//! What the tests of this folder share: stacks as AWS tells of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::cloud::cloudformation::{
    ChangeSet, ChangeSetStatus, ExecutionStatus, PlannedChange, Reply, Resource, Stack, StackEvent,
    StackStatus, template_digest,
};
use crate::cloud::{self, Answer, CallError, Ending, Outcome, Place};
use crate::settings::{Setting, Target};

pub(super) const TEMPLATE: &str = r#"{
  "Parameters": { "Environment": { "Type": "String", "AllowedValues": ["prod", "dev"] },
                  "Size": { "Type": "Number", "Default": 5 } },
  "Resources": {
    "Logs": { "Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Delete" },
    "Kept": { "Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain" },
    "Scaling": { "Type": "AWS::ApplicationAutoScaling::ScalableTarget" }
  }
}"#;

pub(super) fn job(id: &str) -> &'static Setting {
    crate::jobs::find(id).expect("in the table")
}

pub(super) fn on(name: &str) -> Target {
    Target { place: Place::new("500313280221", "us-east-1"), name: name.to_owned() }
}

/// The template with its one parameter that must be given.
pub(super) fn wanted() -> Value {
    json!({ "template": TEMPLATE, "parameters": { "Environment": "prod" } })
}

/// A stack with the template, in this state.
pub(super) fn stack(status: StackStatus) -> Stack {
    let table = |logical: &str| Resource {
        logical: logical.to_owned(),
        physical: Some(format!("my-{}", logical.to_ascii_lowercase())),
        kind: "AWS::DynamoDB::Table".to_owned(),
        status: "CREATE_COMPLETE".to_owned(),
        reason: None,
        protected: Some(false),
    };
    let parameters = [("Environment", "prod"), ("Size", "5")];
    Stack {
        id: "arn:aws:cloudformation:us-east-1:500313280221:stack/mine/1".to_owned(),
        name: "mine".to_owned(),
        status,
        reason: None,
        template: Some(TEMPLATE.to_owned()),
        parameters: parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        capabilities: BTreeSet::new(),
        tags: BTreeMap::new(),
        outputs: BTreeMap::from([("Name".to_owned(), "my-logs".to_owned())]),
        termination_protection: false,
        resources: vec![table("Kept"), table("Logs")],
        events: Vec::new(),
        change_sets: Vec::new(),
    }
}

/// A stack that waits for its first change set.
pub(super) fn under_review() -> Stack {
    Stack {
        template: None,
        parameters: BTreeMap::new(),
        outputs: BTreeMap::new(),
        resources: Vec::new(),
        ..stack(StackStatus::ReviewInProgress)
    }
}

/// A change set of the wanted template that can be executed.
pub(super) fn ready(name: &str, changes: Vec<PlannedChange>) -> ChangeSet {
    ChangeSet {
        id: format!("arn:aws:cloudformation:us-east-1:500313280221:changeSet/{name}/1"),
        name: name.to_owned(),
        status: ChangeSetStatus::CreateComplete,
        execution: ExecutionStatus::Available,
        reason: None,
        template_sha256: Some(template_digest(TEMPLATE)),
        parameters: stack(StackStatus::CreateComplete).parameters,
        changes,
    }
}

pub(super) fn planned(action: &str, logical: &str, policy: Option<&str>) -> PlannedChange {
    PlannedChange {
        action: action.to_owned(),
        logical: logical.to_owned(),
        physical: (action != "Add").then(|| format!("my-{}", logical.to_ascii_lowercase())),
        kind: "AWS::DynamoDB::Table".to_owned(),
        replacement: None,
        policy: policy.map(str::to_owned),
    }
}

/// Something that happened in the given second, the latest first in a list.
pub(super) fn event(second: i64, logical: &str, status: &str, reason: Option<&str>) -> StackEvent {
    let of_stack = logical == "mine";
    StackEvent {
        id: format!("{logical}-{status}-{second}"),
        at: jiff::Timestamp::from_second(1_700_000_000 + second).unwrap(),
        logical: logical.to_owned(),
        physical: None,
        kind: if of_stack { "AWS::CloudFormation::Stack" } else { "AWS::DynamoDB::Table" }
            .to_owned(),
        status: status.to_owned(),
        reason: reason.map(str::to_owned),
    }
}

pub(super) fn said(stack: Stack) -> Vec<Outcome> {
    let reply = cloud::Reply::CloudFormation(Reply::Stack(Box::new(stack)));
    vec![Ok(Answer { reply, request_id: None })]
}

pub(super) fn absent() -> Vec<Outcome> {
    vec![Err(CallError::new(Ending::Absent, "ValidationError", "it does not exist"))]
}
