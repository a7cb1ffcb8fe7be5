//! The jobs of CloudFormation against stacks as AWS tells of them.

use serde_json::{Value, json};

use super::testing::{
    TEMPLATE, absent, event, job, on, planned, ready, said, stack, under_review, wanted,
};
use crate::cloud::cloudformation::{
    Call, ChangeSetKind, ChangeSetStatus, ExecutionStatus, Replacement, Stack, StackStatus,
};
use crate::cloud::{self, Danger, Outcome};
use crate::settings::{Setting, Severity, Undo};

const SET: &str = "cloudformation.change_set";
const DEPLOY: &str = "cloudformation.deploy";
const DELETE: &str = "cloudformation.delete_stack";

fn name() -> String {
    let Some(cloud::Call::CloudFormation(Call::CreateChangeSet { change_set, .. })) =
        calls(SET, &absent(), &wanted()).pop()
    else {
        panic!("no change set")
    };
    change_set
}

fn calls(id: &str, seen: &[Outcome], to: &Value) -> Vec<cloud::Call> {
    job(id).write(&on("mine"), seen, to).unwrap()
}

fn refused(id: &str, stack: Stack, to: &Value) -> (Option<String>, String) {
    let breach = job(id).write(&on("mine"), &said(stack), to).unwrap_err();
    (breach.fact, format!("{}: {}", breach.why, breach.fix))
}

fn read(id: &str, seen: &[Outcome]) -> Value {
    job(id).decode(&on("mine"), seen).unwrap()
}

fn met(id: &str, seen: &[Outcome], to: &Value) -> bool {
    job(id).is_met(&read(id, seen), &canonical(id, to))
}

fn canonical(id: &str, value: &Value) -> Value {
    job(id).parse(value).unwrap()
}

fn back(id: &str, seen: &[Outcome], before: &Value, after: &Value) -> Vec<cloud::Call> {
    let undo = Undo { before, after };
    job(id).undo(&on("mine"), seen, &undo).unwrap()
}

#[test]
fn a_change_set_has_the_name_of_what_it_is_made_of() {
    let first = name();
    assert_eq!(first, name());
    let mut other = wanted();
    other["parameters"]["Environment"] = json!("dev");
    let [cloud::Call::CloudFormation(Call::CreateChangeSet { change_set, spec, .. })] =
        &calls(SET, &absent(), &other)[..]
    else {
        panic!("one call")
    };
    assert_ne!(*change_set, first);
    assert_eq!((spec.kind, spec.template.as_str()), (ChangeSetKind::Create, TEMPLATE));
}

#[test]
fn of_a_stack_that_is_there_it_is_an_update_and_one_that_failed_makes_room() {
    let mut failed = ready(&name(), Vec::new());
    failed.status = ChangeSetStatus::Failed;
    let there = Stack { change_sets: vec![failed.clone()], ..stack(StackStatus::UpdateComplete) };
    let [
        cloud::Call::CloudFormation(Call::DeleteChangeSet { change_set, .. }),
        cloud::Call::CloudFormation(Call::CreateChangeSet { spec, .. }),
    ] = &calls(SET, &said(there.clone()), &wanted())[..]
    else {
        panic!("two calls")
    };
    assert_eq!((change_set, spec.kind), (&failed.id, ChangeSetKind::Update));
    assert!(!job(SET).is_busy(&said(there.clone())));
    let setback = job(SET).setback(&on("mine"), &said(there)).unwrap();
    assert_eq!(setback.code, "change-set-failed");
}

#[test]
fn a_change_set_is_there_when_it_can_be_executed_or_nothing_is_left_to_do() {
    assert!(!met(SET, &absent(), &wanted()));
    let set = ready(&name(), Vec::new());
    let with = |set| said(Stack { change_sets: vec![set], ..under_review() });
    assert!(met(SET, &with(set.clone()), &wanted()));
    let spent = |execution| crate::cloud::cloudformation::ChangeSet { execution, ..set.clone() };
    assert!(!met(SET, &with(spent(ExecutionStatus::ExecuteFailed)), &wanted()));
    assert!(met(SET, &said(stack(StackStatus::CreateComplete)), &wanted()), "deployed already");
    let others = crate::cloud::cloudformation::ChangeSet { name: "theirs".to_owned(), ..set };
    assert!(!met(SET, &with(others), &wanted()), "somebody else's");
}

#[test]
fn a_stack_is_deployed_when_it_is_at_rest_with_this_template_and_these_values() {
    let there = |status| said(stack(status));
    for status in [StackStatus::CreateComplete, StackStatus::UpdateRollbackComplete] {
        assert!(met(DEPLOY, &there(status), &wanted()), "{status}");
    }
    for status in [
        StackStatus::CreateInProgress,
        StackStatus::RollbackComplete,
        StackStatus::UpdateFailed,
        StackStatus::DeleteComplete,
    ] {
        assert!(!met(DEPLOY, &there(status), &wanted()), "{status}");
    }
    let spaced =
        Stack { template: Some(TEMPLATE.replace('\n', " ")), ..stack(StackStatus::CreateComplete) };
    assert!(met(DEPLOY, &said(spaced), &wanted()), "spaces say nothing");
    let mut other = wanted();
    other["parameters"]["Size"] = json!("6");
    assert!(!met(DEPLOY, &there(StackStatus::CreateComplete), &other));
    other["parameters"]["Size"] = json!("5");
    other["outputs"] = json!({ "Name": "my-logs" });
    assert!(met(DEPLOY, &there(StackStatus::CreateComplete), &other));
    other["outputs"] = json!({ "Name": "another" });
    assert!(!met(DEPLOY, &there(StackStatus::CreateComplete), &other));
}

#[test]
fn only_the_change_set_that_was_shown_is_executed() {
    let set = ready(&name(), vec![planned("Add", "Logs", None)]);
    let with = |set| Stack { change_sets: vec![set], ..under_review() };
    let [cloud::Call::CloudFormation(Call::ExecuteChangeSet { change_set, token, .. })] =
        &calls(DEPLOY, &said(with(set.clone())), &wanted())[..]
    else {
        panic!("one call")
    };
    assert_eq!(*change_set, set.id);
    assert!(token.len() <= 128 && token.starts_with("muster-"));
    let mut forged = set.clone();
    forged.template_sha256 = Some("another".to_owned());
    let (fact, why) = refused(DEPLOY, with(forged), &wanted());
    assert_eq!(fact.as_deref(), Some("F3"));
    assert!(why.contains("cloudformation.change_set"), "{why}");
    let mut other_values = set;
    other_values.parameters.insert("Size".to_owned(), "99".to_owned());
    assert_eq!(refused(DEPLOY, with(other_values), &wanted()).0.as_deref(), Some("F3"));
}

#[test]
fn what_is_lost_is_named_and_costs_more_than_enter() {
    let replaced = crate::cloud::cloudformation::PlannedChange {
        replacement: Some(Replacement::True),
        ..planned("Modify", "Logs", Some("ReplaceAndDelete"))
    };
    let change = |there: Stack, changes| {
        let there = Stack { change_sets: vec![ready(&name(), changes)], ..there };
        let from = read(DEPLOY, &said(there));
        job(DEPLOY).change(&from, &canonical(DEPLOY, &wanted()))
    };
    let new = change(under_review(), vec![planned("Add", "Logs", None)]);
    assert_eq!(new.danger, Danger::Change);
    assert_eq!(new.why.as_deref(), Some("It adds Logs (AWS::DynamoDB::Table)."));
    let several = ["More", "Most"].map(|name| planned("Add", name, None));
    let several = change(under_review(), [&several[..], &[planned("Add", "Logs", None)]].concat());
    let said = "It adds 3 of type AWS::DynamoDB::Table: More, Most, Logs.";
    assert_eq!(several.why.as_deref(), Some(said));
    let kept =
        change(stack(StackStatus::CreateComplete), vec![planned("Remove", "Kept", Some("Retain"))]);
    assert_eq!(kept.danger, Danger::Destroy, "an update has no exact way back");
    assert!(!kept.why.unwrap().contains("lost"));
    let lost = change(stack(StackStatus::CreateComplete), vec![replaced]);
    assert_eq!(lost.danger, Danger::Destroy);
    let why = lost.why.unwrap();
    assert!(why.contains("lost: it replaces Logs (AWS::DynamoDB::Table, my-logs)"), "{why}");
}

#[test]
fn the_account_as_it_is_says_what_would_be_lost_and_what_refuses() {
    let judge =
        |there: Stack| job(DEPLOY).judge(&on("mine"), &canonical(DEPLOY, &wanted()), &said(there));
    let removes = vec![planned("Remove", "Logs", Some("Delete"))];
    let mut there =
        Stack { change_sets: vec![ready(&name(), removes)], ..stack(StackStatus::CreateComplete) };
    let found = judge(there.clone());
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].fact.as_deref(), found[0].severity), (Some("F5"), Severity::Warn));
    there.resources[1].protected = Some(true);
    assert_eq!(judge(there.clone())[0].severity, Severity::Refuse);
    there.resources[1].protected = Some(false);
    there.change_sets.push(ready("theirs", Vec::new()));
    let found = judge(there);
    assert_eq!(found[1].fact.as_deref(), Some("F3"));
    assert!(found[1].why.contains("theirs"));
}

#[test]
fn a_stack_in_a_bad_state_is_not_changed_and_says_the_way_out() {
    for (status, fact, way) in [
        (StackStatus::CreateInProgress, None, "wait"),
        (StackStatus::RollbackComplete, Some("F1"), "cloudformation.delete_stack"),
        (StackStatus::CreateFailed, Some("F1"), "cloudformation.delete_stack"),
        (StackStatus::UpdateFailed, Some("F1"), "rollback-stack"),
        (StackStatus::UpdateRollbackFailed, Some("F2"), "continue-update-rollback"),
    ] {
        for id in [SET, DEPLOY] {
            let there = Stack {
                events: vec![
                    event(2, "Logs", "UPDATE_FAILED", Some("no room")),
                    event(1, "mine", "UPDATE_IN_PROGRESS", Some("User Initiated")),
                ],
                ..stack(status)
            };
            let (found, why) = refused(id, there, &json!({ "template": "{}" }));
            assert_eq!(found.as_deref(), fact, "{status}");
            assert!(why.contains(way), "{status}: {why}");
            let told = !status.is_busy();
            assert_eq!(why.contains("Logs (AWS::DynamoDB::Table): no room"), told, "{why}");
        }
    }
}

fn failed_creation(status: StackStatus) -> Stack {
    Stack {
        resources: Vec::new(),
        events: vec![
            event(9, "mine", "DELETE_COMPLETE", None),
            event(
                6,
                "mine",
                "DELETE_IN_PROGRESS",
                Some("The following resource(s) failed to create: [Logs]."),
            ),
            event(5, "Other", "CREATE_FAILED", Some("Resource creation cancelled")),
            event(4, "Logs", "CREATE_FAILED", Some("Table already exists: my-logs")),
            event(2, "Logs", "CREATE_IN_PROGRESS", None),
            event(1, "mine", "CREATE_IN_PROGRESS", Some("User Initiated")),
            event(0, "Logs", "CREATE_FAILED", Some("something of an earlier life")),
        ],
        ..stack(status)
    }
}

#[test]
fn the_first_cause_is_told_and_not_what_was_cancelled_for_it() {
    let setback = |stack| job(DEPLOY).setback(&on("mine"), &said(stack));
    let told = setback(failed_creation(StackStatus::DeleteComplete)).unwrap();
    assert_eq!(
        told.what,
        "creating the stack failed, first Logs (AWS::DynamoDB::Table): Table already exists: \
         my-logs; AWS has cleaned up: nothing of it is left"
    );
    assert!(told.advice.contains("import it into the stack (F5)"), "{}", told.advice);
    assert!(told.advice.contains("begin the book again"), "{}", told.advice);
    assert_eq!(setback(failed_creation(StackStatus::DeleteInProgress)), None, "AWS is at it");
    assert_eq!(setback(stack(StackStatus::CreateComplete)), None);
    let waits = Stack {
        change_sets: vec![ready(&name(), Vec::new())],
        ..failed_creation(StackStatus::UpdateRollbackComplete)
    };
    assert_eq!(setback(waits), None, "from before: ours was not executed");
    let left = setback(Stack {
        resources: stack(StackStatus::CreateComplete).resources,
        ..failed_creation(StackStatus::DeleteFailed)
    });
    assert!(left.unwrap().what.contains("left are my-kept (AWS::DynamoDB::Table), my-logs"));
}

#[test]
fn progress_is_what_happened_since_it_was_begun_oldest_first() {
    let seen = said(failed_creation(StackStatus::DeleteComplete));
    let progress = job(DEPLOY).progress(&on("mine"), &seen).unwrap();
    assert_eq!(progress.share, None, "AWS gives no true measure");
    assert_eq!(progress.lines[0].text, "mine CREATE_IN_PROGRESS: User Initiated");
    let failed: Vec<_> = progress.lines.iter().filter(|line| line.failed).collect();
    assert_eq!(failed[0].text, "Logs CREATE_FAILED: Table already exists: my-logs");
    assert_eq!(job(DEPLOY).progress(&on("mine"), &said(under_review())), None);
}

#[test]
fn a_new_stack_is_taken_back_by_deleting_it_unless_something_is_protected() {
    let before = read(DEPLOY, &absent());
    let after = canonical(DEPLOY, &wanted());
    assert_eq!(back(DEPLOY, &absent(), &before, &after), []);
    assert_eq!(back(DEPLOY, &said(under_review()), &before, &after), []);
    let there = stack(StackStatus::CreateComplete);
    let calls = back(DEPLOY, &said(there.clone()), &before, &after);
    assert!(matches!(calls[..], [cloud::Call::CloudFormation(Call::DeleteStack { .. })]));
    let undo = Undo { before: &before, after: &after };
    let refused = |there: Stack| job(DEPLOY).undo(&on("mine"), &said(there), &undo).unwrap_err();
    let mut protected = there.clone();
    protected.resources[1].protected = Some(true);
    assert!(refused(protected).why.contains("my-logs"));
    let mut kept = there.clone();
    kept.resources[0].protected = Some(true);
    assert_eq!(back(DEPLOY, &said(kept), &before, &after).len(), 1, "it stays anyway");
    assert!(refused(Stack { termination_protection: true, ..there }).why.contains("termination"));
    assert!(!job(DEPLOY).is_undone(
        &on("mine"),
        &said(stack(StackStatus::DeleteInProgress)),
        &undo
    ));
    // A change of a stack that was there is another matter.
    let former = read(DEPLOY, &said(stack(StackStatus::CreateComplete)));
    let undo = Undo { before: &former, after: &json!({ "template": "{}" }) };
    let other = Stack { template: Some("{}".to_owned()), ..stack(StackStatus::UpdateComplete) };
    let refused = job(DEPLOY).undo(&on("mine"), &said(other), &undo).unwrap_err();
    assert!(refused.why.contains("no exact way back"));
}

#[test]
fn a_change_set_is_taken_back_with_the_empty_stack_that_was_made_for_it() {
    let (before, after) = (read(SET, &absent()), canonical(SET, &wanted()));
    let set = ready(&name(), Vec::new());
    let mut review = Stack { change_sets: vec![set.clone()], ..under_review() };
    let calls = back(SET, &said(review.clone()), &before, &after);
    assert!(matches!(calls[..], [cloud::Call::CloudFormation(Call::DeleteStack { .. })]));
    review.change_sets.push(ready("theirs", Vec::new()));
    let calls = back(SET, &said(review), &before, &after);
    assert!(matches!(calls[..], [cloud::Call::CloudFormation(Call::DeleteChangeSet { .. })]));
    let spent = crate::cloud::cloudformation::ChangeSet {
        execution: ExecutionStatus::ExecuteComplete,
        ..set
    };
    let there = Stack { change_sets: vec![spent], ..stack(StackStatus::CreateComplete) };
    assert_eq!(back(SET, &said(there), &before, &after), []);
    assert_eq!(back(SET, &absent(), &before, &after), []);
}

#[test]
fn a_stack_is_deleted_when_all_that_goes_with_it_is_named() {
    let delete = |there: Stack, loses: Value| {
        job(DELETE).write(&on("mine"), &said(there), &json!({ "loses": loses }))
    };
    let there = stack(StackStatus::CreateComplete);
    assert_eq!(delete(there.clone(), json!(["my-logs"])).unwrap().len(), 1, "the other stays");
    let unnamed = delete(there.clone(), json!([])).unwrap_err();
    assert_eq!(unnamed.fact.as_deref(), Some("F5"));
    assert!(unnamed.why.contains("my-logs") && !unnamed.why.contains("my-kept"));
    let mut protected = there.clone();
    protected.resources[1].protected = Some(true);
    let refused = delete(protected, json!(["my-logs"])).unwrap_err();
    assert!(refused.fix.contains("dynamodb.table.deletion_protection"));
    assert_eq!(job(DELETE).write(&on("mine"), &absent(), &json!({})), Ok(Vec::new()));
    assert!(met(DELETE, &absent(), &json!({})) && !met(DELETE, &said(there), &json!({})));
    let change = job(DELETE).change(&json!({ "loses": ["my-logs"] }), &json!({}));
    assert_eq!(change.danger, Danger::Destroy);
    assert!(change.why.unwrap().contains("my-logs"));
}

#[test]
fn a_deletion_that_failed_says_of_what() {
    let there = Stack {
        events: vec![
            event(3, "Logs", "DELETE_FAILED", Some("it is protected")),
            event(1, "mine", "DELETE_IN_PROGRESS", Some("User Initiated")),
        ],
        ..stack(StackStatus::DeleteFailed)
    };
    let setback = job(DELETE).setback(&on("mine"), &said(there)).unwrap();
    assert!(setback.what.contains("first Logs (AWS::DynamoDB::Table): it is protected"));
    let (before, after) = (json!({ "status": "CREATE_COMPLETE" }), json!({}));
    let undo = Undo { before: &before, after: &after };
    assert!(job(DELETE).undo(&on("mine"), &absent(), &undo).is_err(), "nothing brings it back");
}

fn lints(template: &str, extra: &Value) -> Vec<String> {
    let mut to = json!({ "template": template });
    to.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    let job: &Setting = job(SET);
    job.lint(&on("mine"), &job.parse(&to).unwrap()).into_iter().map(|one| one.why).collect()
}

#[test]
fn a_template_is_looked_at_before_aws_sees_it() {
    let table = |inside: &str| {
        format!(r#"{{ "Resources": {{ "T": {{ "Type": "AWS::DynamoDB::Table"{inside} }} }} }}"#)
    };
    let none = json!({});
    let has = |template: &str, extra: &Value, words: &str| {
        let found = lints(template, extra);
        assert!(found.iter().any(|why| why.contains(words)), "{words}: {found:?}");
    };
    assert_eq!(lints(TEMPLATE, &wanted()["parameters"].clone().into_given()), [""; 0]);
    has("Resources:\n  T:\n", &none, "no JSON");
    has("{}", &none, "no `Resources`");
    has(&format!("{{}}{}", " ".repeat(51_200)), &none, "51200");
    has(&table(""), &none, "no `DeletionPolicy`");
    let protected = r#", "Properties": { "DeletionProtectionEnabled": true }"#;
    has(&table(protected), &none, "cannot clean it up");
    has(TEMPLATE, &none, "`Environment` of the template has no value");
    has(TEMPLATE, &json!({ "Environment": "test" }).into_given(), "cannot be `test`");
    let strange = json!({ "Environment": "prod", "Colour": "blue" }).into_given();
    has(TEMPLATE, &strange, "no parameter `Colour`");
    let arn = r#", "DeletionPolicy": "Delete", "X": "arn:aws:sns:us-east-1:500313280221:t""#;
    has(&table(arn), &none, "names the account 500313280221");
    let role = r#"{ "Resources": { "R": { "Type": "AWS::IAM::Role" } } }"#;
    has(role, &none, "IAM");
    assert_eq!(lints(role, &json!({ "capabilities": ["CAPABILITY_NAMED_IAM"] })), [""; 0]);
    has(r#"{ "Transform": "X", "Resources": { "R": {} } }"#, &none, "macros");
    let lint = |id: &str| job(id).lint(&on("9 lives"), &json!({}));
    assert_eq!((lint(SET).len(), lint(DEPLOY).len(), lint(DELETE).len()), (2, 2, 1));
}

trait Given {
    fn into_given(self) -> Value;
}

impl Given for Value {
    fn into_given(self) -> Value {
        json!({ "parameters": self })
    }
}

#[test]
fn drift_is_read_by_resource_and_property() {
    use crate::cloud::cloudformation::{
        DriftStatus, DriftedResource, PropertyDifference, Reply, StackDrift,
    };
    let difference = PropertyDifference {
        path: "/BillingMode".to_owned(),
        expected: "PROVISIONED".to_owned(),
        actual: "PAY_PER_REQUEST".to_owned(),
    };
    let resource = DriftedResource {
        logical: "Logs".to_owned(),
        physical: Some("my-logs".to_owned()),
        kind: "AWS::DynamoDB::Table".to_owned(),
        deleted: false,
        differences: vec![difference],
    };
    let drift = StackDrift { status: DriftStatus::Drifted, resources: vec![resource] };
    let reply = cloud::Reply::CloudFormation(Reply::Drift(drift));
    let seen = [Ok(cloud::Answer { reply, request_id: None })];
    let found = read("cloudformation.drift", &seen);
    let expected = json!({
        "resources": { "Logs (my-logs)": ["/BillingMode: PAY_PER_REQUEST, not PROVISIONED"] }
    });
    assert_eq!(found, expected);
    assert!(!job("cloudformation.drift").is_met(&found, &json!({ "resources": {} })));
}
