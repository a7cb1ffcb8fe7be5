//! Stacks as an operator meets them.

use std::collections::{BTreeMap, BTreeSet};

use crate::cloud::cloudformation::{Call, ChangeSetKind, ChangeSetSpec, Reply, Stack};
use crate::cloud::dynamodb;
use crate::cloud::{self, CallError};
use crate::sandbox::testing::Desk;
use crate::sandbox::{Fault, FaultKind};

const NAME: &str = "mine";

/// A table that scales, and one that does not.
fn template(protected: bool, capacity: u32) -> String {
    serde_json::json!({
        "Parameters": { "Environment": { "Type": "String", "AllowedValues": ["prod", "dev"] } },
        "Resources": {
            "Logs": { "Type": "AWS::DynamoDB::Table", "Properties": {
                "TableName": { "Fn::Sub": "my-logs-${Environment}" },
                "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
                "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
                "ProvisionedThroughput": {
                    "ReadCapacityUnits": capacity, "WriteCapacityUnits": capacity },
                "DeletionProtectionEnabled": protected,
                "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": true },
                "StreamSpecification": { "StreamViewType": "NEW_IMAGE" } } },
            "Scaling": { "Type": "AWS::ApplicationAutoScaling::ScalableTarget", "Properties": {
                "ServiceNamespace": "dynamodb",
                "ResourceId": { "Fn::Sub": "table/${Logs}" },
                "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
                "MinCapacity": 1, "MaxCapacity": 10 } }
        },
        "Outputs": { "Arn": { "Value": { "Fn::GetAtt": ["Logs", "Arn"] } } }
    })
    .to_string()
}

fn spec(kind: ChangeSetKind, template: String) -> Box<ChangeSetSpec> {
    Box::new(ChangeSetSpec {
        kind,
        template,
        parameters: BTreeMap::from([("Environment".to_owned(), "prod".to_owned())]),
        capabilities: BTreeSet::new(),
        tags: BTreeMap::new(),
        token: "token".to_owned(),
    })
}

fn make(kind: ChangeSetKind, set: &str, template: String) -> Call {
    let (stack, change_set) = (NAME.to_owned(), set.to_owned());
    Call::CreateChangeSet { stack, change_set, spec: spec(kind, template) }
}

fn look(desk: &mut Desk, second: f64) -> Result<Stack, CallError> {
    let call = Call::DescribeStack { stack: NAME.to_owned() };
    let reply = desk.ask(second, call)?;
    let cloud::Reply::CloudFormation(Reply::Stack(stack)) = reply else { panic!("{reply:?}") };
    Ok(*stack)
}

fn status(desk: &mut Desk, second: f64) -> String {
    look(desk, second).unwrap().status.to_string()
}

fn execute(desk: &mut Desk, second: f64, set: &str, token: &str) -> String {
    let stack = look(desk, second).unwrap();
    let found = stack.change_sets.iter().find(|one| one.name == set).unwrap();
    let (stack, change_set) = (NAME.to_owned(), found.id.clone());
    desk.good(second, Call::ExecuteChangeSet { stack, change_set, token: token.to_owned() })
}

fn delete(token: &str) -> Call {
    Call::DeleteStack { stack: NAME.to_owned(), token: token.to_owned() }
}

/// A stack that is complete after a hundred seconds.
fn made(protected: bool) -> Desk {
    let mut desk = Desk::empty();
    desk.good(0.0, make(ChangeSetKind::Create, "first", template(protected, 5)));
    execute(&mut desk, 10.0, "first", "a");
    assert_eq!(status(&mut desk, 110.0), "CREATE_COMPLETE");
    desk
}

fn table(desk: &mut Desk, second: f64) -> String {
    let call = dynamodb::Call::DescribeTable { table: "my-logs-prod".to_owned() };
    match desk.ask(second, call) {
        Ok(cloud::Reply::DynamoDb(dynamodb::Reply::Table(table))) => {
            format!("{:?} {:?} {:?}", table.status, table.capacity.map(|c| c.read), table.stream)
        }
        Ok(other) => panic!("{other:?}"),
        Err(error) => format!("{:?}", error.ending),
    }
}

#[test]
fn a_change_set_makes_an_empty_stack_and_says_what_would_be_made() {
    let mut desk = Desk::empty();
    assert!(look(&mut desk, 0.0).is_err());
    desk.good(0.0, make(ChangeSetKind::Create, "first", template(false, 5)));
    let early = look(&mut desk, 2.1).unwrap();
    assert_eq!(early.change_sets[0].status.to_string_of(), "CREATE_IN_PROGRESS");
    let stack = look(&mut desk, 5.0).unwrap();
    assert_eq!(stack.status.to_string(), "REVIEW_IN_PROGRESS");
    let set = &stack.change_sets[0];
    let changes: Vec<_> =
        set.changes.iter().map(|one| format!("{} {}", one.action, one.logical)).collect();
    assert_eq!(changes, ["Add Logs", "Add Scaling"]);
    assert_eq!(table(&mut desk, 60.0), "Absent", "nothing is made yet");
    desk.good(60.0, delete("x"));
    assert!(status(&mut desk, 63.0).contains("DELETE_COMPLETE"));
    assert_eq!(desk.world.state()["cloudformation"], serde_json::json!({}));
}

trait Word {
    fn to_string_of(&self) -> String;
}

impl<T: serde::Serialize> Word for T {
    fn to_string_of(&self) -> String {
        serde_json::to_value(self).unwrap().as_str().unwrap().to_owned()
    }
}

#[test]
fn a_stack_is_made_resource_by_resource_and_its_tables_are_real() {
    let mut desk = Desk::empty();
    desk.good(0.0, make(ChangeSetKind::Create, "first", template(false, 5)));
    execute(&mut desk, 10.0, "first", "a");
    assert_eq!(status(&mut desk, 15.0), "CREATE_IN_PROGRESS");
    assert_eq!(table(&mut desk, 15.0), "Creating Some(5) Some(NewImage)");
    let done = look(&mut desk, 110.0).unwrap();
    assert_eq!(done.status.to_string(), "CREATE_COMPLETE");
    let arn = "arn:aws:dynamodb:us-east-1:500313280221:table/my-logs-prod";
    assert_eq!(done.outputs["Arn"], arn);
    assert_eq!(
        done.resources[1].physical.as_deref(),
        Some("table/my-logs-prod|dynamodb:table:ReadCapacityUnits|dynamodb")
    );
    let told: Vec<_> =
        done.events.iter().rev().map(|e| format!("{} {}", e.logical, e.status)).collect();
    assert_eq!(
        told,
        [
            "mine REVIEW_IN_PROGRESS",
            "mine CREATE_IN_PROGRESS",
            "Logs CREATE_IN_PROGRESS",
            "Logs CREATE_IN_PROGRESS",
            "Logs CREATE_COMPLETE",
            "Scaling CREATE_IN_PROGRESS",
            "Scaling CREATE_IN_PROGRESS",
            "Scaling CREATE_COMPLETE",
            "mine CREATE_COMPLETE",
        ]
    );
    let backups = dynamodb::Call::DescribeContinuousBackups { table: "my-logs-prod".to_owned() };
    assert!(desk.good(110.0, backups).contains("recovery_period_days:35"));
}

#[test]
fn a_stack_that_fails_says_where_and_leaves_nothing_behind() {
    let mut desk = Desk::empty();
    let empty = desk.world.state();
    desk.world.set_faults(vec![Fault {
        on: "*".to_owned(),
        resource: Some("Scaling".to_owned()),
        nth: 1,
        times: 1,
        kind: FaultKind::StackFails,
        reason: Some("the role is not there".to_owned()),
    }]);
    desk.good(0.0, make(ChangeSetKind::Create, "first", template(false, 5)));
    execute(&mut desk, 10.0, "first", "a");
    let gone = look(&mut desk, 300.0).unwrap();
    assert_eq!(gone.status.to_string(), "DELETE_COMPLETE");
    let failed: Vec<_> = gone.events.iter().filter(|e| e.status == "CREATE_FAILED").collect();
    assert_eq!(failed[0].logical, "Scaling");
    assert_eq!(failed[0].reason.as_deref(), Some("the role is not there"));
    assert_eq!(table(&mut desk, 300.0), "Absent");
    assert_eq!(desk.world.state(), empty);
}

#[test]
fn what_a_service_refuses_is_the_reason() {
    let mut desk = Desk::empty();
    desk.world.create_table("my-logs-prod", crate::sandbox::testing::at(0.0));
    desk.good(30.0, make(ChangeSetKind::Create, "first", template(false, 5)));
    execute(&mut desk, 40.0, "first", "a");
    let gone = look(&mut desk, 300.0).unwrap();
    let reason = gone.events.iter().find(|e| e.status == "CREATE_FAILED").unwrap();
    assert_eq!(
        reason.reason.as_deref(),
        Some(
            "Resource handler returned message: \"Table already exists: my-logs-prod\" \
             (HandlerErrorCode: AlreadyExists)"
        )
    );
    assert!(table(&mut desk, 300.0).starts_with("Active"), "somebody else's table stays");
}

#[test]
fn a_type_that_nobody_can_make_fails_by_name() {
    let mut desk = Desk::empty();
    let odd = r#"{ "Resources": { "Q": { "Type": "AWS::SQS::Queue" } },
        "Parameters": { "Environment": { "Type": "String" } } }"#;
    desk.good(0.0, make(ChangeSetKind::Create, "first", odd.to_owned()));
    execute(&mut desk, 10.0, "first", "a");
    let gone = look(&mut desk, 100.0).unwrap();
    let reason = gone.events.iter().find(|e| e.status == "CREATE_FAILED").unwrap();
    assert!(reason.reason.as_ref().unwrap().contains("AWS::SQS::Queue"));
}

#[test]
fn a_protected_table_keeps_its_stack_from_going() {
    let mut desk = made(true);
    desk.good(120.0, delete("b"));
    let left = look(&mut desk, 300.0).unwrap();
    assert_eq!(left.status.to_string(), "DELETE_FAILED");
    let failed = left.events.iter().find(|e| e.status == "DELETE_FAILED" && e.logical == "Logs");
    assert!(failed.unwrap().reason.as_ref().unwrap().contains("protected against deletion"));
    let off = dynamodb::TableChange::DeletionProtection(false);
    desk.good(300.0, dynamodb::Call::UpdateTable { table: "my-logs-prod".into(), change: off });
    desk.good(320.0, delete("c"));
    assert_eq!(status(&mut desk, 420.0), "DELETE_COMPLETE");
    assert_eq!(table(&mut desk, 420.0), "Absent");
}

#[test]
fn a_stack_is_changed_and_put_back_when_that_fails() {
    let mut desk = made(false);
    let update = |set: &str, capacity| make(ChangeSetKind::Update, set, template(false, capacity));
    desk.good(120.0, update("same", 5));
    let same = look(&mut desk, 130.0).unwrap();
    let found = same.change_sets.iter().find(|set| set.name == "same").unwrap();
    assert_eq!(found.status.to_string_of(), "FAILED", "there is nothing to change");
    desk.good(130.0, update("more", 9));
    desk.good(130.0, update("other", 8));
    execute(&mut desk, 140.0, "more", "b");
    let done = look(&mut desk, 260.0).unwrap();
    assert_eq!(done.status.to_string(), "UPDATE_COMPLETE");
    assert_eq!(table(&mut desk, 260.0), "Active Some(9) Some(NewImage)");
    let names: Vec<_> = done.change_sets.iter().map(|set| set.name.as_str()).collect();
    assert_eq!(names, ["more"], "executing one deletes the others (F3)");
    desk.world.set_faults(vec![Fault {
        on: "AWS::DynamoDB::Table".to_owned(),
        resource: None,
        nth: 1,
        times: 1,
        kind: FaultKind::StackFails,
        reason: None,
    }]);
    desk.good(270.0, update("less", 4));
    execute(&mut desk, 280.0, "less", "c");
    let back = look(&mut desk, 400.0).unwrap();
    assert_eq!(back.status.to_string(), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(back.template, done.template);
    assert_eq!(table(&mut desk, 400.0), "Active Some(9) Some(NewImage)");
}

#[test]
fn the_same_token_again_does_nothing_more_and_what_is_busy_refuses() {
    let mut desk = Desk::empty();
    let create = || make(ChangeSetKind::Create, "first", template(false, 5));
    desk.good(0.0, create());
    desk.good(0.0, create());
    let id = look(&mut desk, 10.0).unwrap().change_sets[0].id.clone();
    let run = |token: &str| Call::ExecuteChangeSet {
        stack: NAME.to_owned(),
        change_set: id.clone(),
        token: token.to_owned(),
    };
    desk.good(10.0, run("a"));
    desk.good(11.0, run("a"));
    assert!(desk.bad(12.0, run("b")).starts_with("Refused InvalidChangeSetStatus"));
    let busy = desk.bad(12.0, delete("x"));
    assert!(busy.starts_with("InUse ValidationError") && busy.contains("CREATE_IN_PROGRESS"));
    let effects = desk.effects();
    assert_eq!(effects.iter().filter(|effect| effect.ends_with('=')).count(), 2, "{effects:?}");
}

#[test]
fn templates_are_refused_in_awss_words() {
    let mut desk = Desk::empty();
    let bad = |desk: &mut Desk, body: &str| {
        desk.bad(0.0, make(ChangeSetKind::Create, "first", body.to_owned()))
    };
    for (body, words) in [
        ("{", "Template format error: JSON not well-formed. (line 1, column 1)"),
        ("{}", "At least one Resources member must be defined"),
        (
            r#"{"Resources": {"T": {}}}"#,
            "[/Resources/T] Every Resources object must contain a Type",
        ),
        (
            r#"{"Resources": {"T": {"Type": "X", "Properties": {"A": {"Ref": "B"}}}}}"#,
            "Unresolved resource dependencies [B]",
        ),
        (r#"{"Resources": {"T": {"Type": "X"}}}"#, "Parameters: [Environment] do not exist"),
    ] {
        let told = bad(&mut desk, body);
        assert!(told.starts_with("Refused ValidationError") && told.contains(words), "{told}");
    }
    let long = format!("{{}}{}", " ".repeat(51_200));
    assert!(bad(&mut desk, &long).contains("length less than or equal to 51200"));
    let needs = r#"{"Resources": {"T": {"Type": "X"}}, "Parameters": {
        "Environment": {"Type": "String", "AllowedValues": ["dev"]}, "B": {"Type": "String"}}}"#;
    assert!(bad(&mut desk, needs).contains("must"));
    let missing = make(ChangeSetKind::Update, "first", template(false, 5));
    assert_eq!(desk.bad(0.0, missing), "Absent ValidationError: Stack with id mine does not exist");
}

#[test]
fn drift_compares_what_the_template_says() {
    let mut desk = made(false);
    let drift = || Call::DetectStackDrift { stack: NAME.to_owned() };
    assert_eq!(desk.good(120.0, drift()), "{resources:[],status:IN_SYNC}");
    let off = dynamodb::TableChange::Stream(None);
    desk.good(120.0, dynamodb::Call::UpdateTable { table: "my-logs-prod".into(), change: off });
    let found = desk.good(140.0, drift());
    assert!(found.contains("status:DRIFTED") && found.contains("/StreamSpecification/"), "{found}");
}
