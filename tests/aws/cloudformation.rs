//! Stacks: what a change set would make is read before it is made, and the stack after.

use std::collections::{BTreeMap, BTreeSet};

use muster::aws::Live;
use muster::cloud::cloudformation::{
    Call, ChangeSetKind, ChangeSetSpec, ChangeSetStatus, DriftStatus, ExecutionStatus, Reply,
    Stack, StackStatus, template_digest,
};
use muster::cloud::{self, Ending};
use serde_json::Value;

use crate::emulator;
use crate::support::{self, ACCOUNT, ending, error, live};

const STACK: &str = "missing-tables";

/// The template that ships, without what the emulator knows no type for.
fn tables() -> String {
    let mut template: Value = serde_json::from_str(SHIPPED).expect("the template");
    let resources = template["Resources"].as_object_mut().expect("resources");
    resources.retain(|_, one| one["Type"] == "AWS::DynamoDB::Table");
    template.to_string()
}

const SHIPPED: &str = include_str!("../../runbooks/sitelogix/assets/missing-tables.template.json");

fn create(template: String) -> Call {
    let spec = ChangeSetSpec {
        kind: ChangeSetKind::Create,
        template,
        parameters: BTreeMap::from([("Environment".to_owned(), "prod".to_owned())]),
        capabilities: BTreeSet::new(),
        tags: BTreeMap::from([("System".to_owned(), "sitelogix".to_owned())]),
        token: "token".to_owned(),
    };
    let (stack, change_set) = (STACK.to_owned(), "first".to_owned());
    Call::CreateChangeSet { stack, change_set, spec: Box::new(spec) }
}

fn describe() -> Call {
    Call::DescribeStack { stack: STACK.to_owned() }
}

async fn reply(live: &Live, call: Call) -> Reply {
    match support::reply(live, call).await {
        cloud::Reply::CloudFormation(reply) => reply,
        other => unreachable!("{other:?}"),
    }
}

async fn stack(live: &Live) -> Stack {
    match reply(live, describe()).await {
        Reply::Stack(stack) => *stack,
        other => unreachable!("{other:?}"),
    }
}

/// The stack once AWS is done with it.
async fn settled(live: &Live) -> Stack {
    loop {
        let found = stack(live).await;
        if !found.status.is_busy() {
            return found;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_stack_is_shown_made_and_deleted() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    let absent = (Ending::Absent, "ValidationError".to_owned());
    assert_eq!(ending(&live, describe()).await, absent);
    let Reply::Created { change_set, stack: id } = reply(&live, create(tables())).await else {
        unreachable!("created")
    };
    let review = settled(&live).await;
    assert_eq!((review.status, &review.id), (StackStatus::ReviewInProgress, &id));
    let [set] = review.change_sets.as_slice() else { unreachable!("one") };
    assert_eq!((set.id.as_str(), set.name.as_str()), (change_set.as_str(), "first"));
    assert_eq!(set.status, ChangeSetStatus::CreateComplete);
    assert_eq!(set.execution, ExecutionStatus::Available);
    assert_eq!(set.template_sha256, Some(template_digest(&tables())));
    let added: BTreeSet<_> = set.changes.iter().map(|one| one.logical.as_str()).collect();
    assert_eq!(added, BTreeSet::from(["AiAnalysisTable", "AuditLogTable", "WorkLogsTable"]));
    assert!(set.changes.iter().all(|one| one.action == "Add" && !one.loses()));

    let token = "run".to_owned();
    reply(&live, Call::ExecuteChangeSet { stack: STACK.to_owned(), change_set, token }).await;
    let made = settled(&live).await;
    assert_eq!(made.status, StackStatus::CreateComplete);
    assert_eq!(made.template, Some(tables()));
    assert_eq!(made.parameters["Environment"], "prod");
    assert_eq!(made.outputs["WorkLogsTableName"], "sitelogix-work-logs");
    assert!(made.outputs["WorkLogsStreamArn"].contains(":table/sitelogix-work-logs/stream/"));
    let physical: Vec<_> = made.resources.iter().map(|one| one.physical.as_deref()).collect();
    let names = ["sitelogix-ai-analysis", "sitelogix-audit-log", "sitelogix-work-logs"];
    assert_eq!(physical, names.map(Some));
    assert!(made.resources.iter().all(|one| one.protected == Some(false)));
    assert!(made.events.iter().any(|event| event.status == "CREATE_COMPLETE"));
    let drift = reply(&live, Call::DetectStackDrift { stack: STACK.to_owned() }).await;
    let Reply::Drift(drift) = drift else { unreachable!("drift") };
    assert_eq!((drift.status, drift.resources), (DriftStatus::InSync, Vec::new()));

    let delete = Call::DeleteStack { stack: STACK.to_owned(), token: "gone".to_owned() };
    assert_eq!(reply(&live, delete).await, Reply::Done {});
    let gone = loop {
        match support::reply_or_error(&live, describe()).await {
            Ok(cloud::Reply::CloudFormation(Reply::Stack(stack))) if stack.status.is_busy() => {
                tokio::task::yield_now().await;
            }
            other => break other,
        }
    };
    // The emulator forgets what AWS still tells of by its id, in one of several ways.
    match gone {
        Err(error) => {
            assert!(matches!(error.ending, Ending::Absent | Ending::Unknown), "{error}");
        }
        Ok(cloud::Reply::CloudFormation(Reply::Stack(stack))) => {
            assert_eq!(stack.status, StackStatus::DeleteComplete);
        }
        Ok(other) => unreachable!("{other:?}"),
    }
}

/// On the list of what the emulator cannot do: it knows no Application Auto Scaling in templates,
/// and refuses the whole template. Once it does, this test says so.
#[tokio::test]
async fn the_whole_template_is_more_than_the_emulator_knows() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    let refused = error(&live, create(SHIPPED.to_owned())).await;
    assert_eq!((refused.ending, refused.code.as_str()), (Ending::Refused, "ValidationError"));
    assert!(refused.message.contains("AWS::ApplicationAutoScaling::"), "{}", refused.message);
    assert_eq!(ending(&live, describe()).await.0, Ending::Absent, "nothing is left of it");
}
