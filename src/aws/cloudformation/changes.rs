//! The change sets of a stack, each with all that it would change.

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{ChangeSetSummary, ResourceChange};

use super::super::MOST_PAGES;
use super::super::ending::{beyond, needed, too_many_pages};
use super::super::sending::{Sending, sent};
use super::describe::{parameters, template, text, word};
use crate::cloud::CallError;
use crate::cloud::cloudformation::{
    ChangeSet, ChangeSetStatus, PlannedChange, Replacement, template_digest,
};

pub(super) async fn sets(
    client: &Client,
    sending: &Sending,
    stack: &str,
) -> Result<Vec<ChangeSet>, CallError> {
    let mut sets = Vec::new();
    let mut token = None;
    for _ in 0..MOST_PAGES {
        let request = client.list_change_sets().stack_name(stack).set_next_token(token);
        let output = sent!(sending, request)?;
        for summary in output.summaries() {
            sets.push(set(client, sending, stack, summary).await?);
        }
        token = output.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if token.is_none() {
            sets.sort_by(|a, b| a.name.cmp(&b.name));
            return Ok(sets);
        }
    }
    Err(too_many_pages())
}

async fn set(
    client: &Client,
    sending: &Sending,
    stack: &str,
    summary: &ChangeSetSummary,
) -> Result<ChangeSet, CallError> {
    let id = needed(summary.change_set_id(), "ChangeSetId")?;
    let status = needed(summary.status(), "Status")?;
    let execution = needed(summary.execution_status(), "ExecutionStatus")?;
    let mut set = ChangeSet {
        id: id.to_owned(),
        name: needed(summary.change_set_name(), "ChangeSetName")?.to_owned(),
        status: word(status.as_str(), "Status")?,
        execution: word(execution.as_str(), "ExecutionStatus")?,
        reason: text(summary.status_reason()),
        template_sha256: None,
        parameters: Default::default(),
        changes: Vec::new(),
    };
    if set.status != ChangeSetStatus::CreateComplete {
        return Ok(set);
    }
    let mut token = None;
    for _ in 0..MOST_PAGES {
        let request = client
            .describe_change_set()
            .stack_name(stack)
            .change_set_name(id)
            .set_next_token(token);
        let output = sent!(sending, request)?;
        set.parameters = parameters(output.parameters())?;
        for change in output.changes() {
            // Hooks and the like would be missing from what is shown before it is executed.
            let change = change.resource_change();
            set.changes.push(planned(change.ok_or_else(|| beyond("a change of no resource"))?)?);
        }
        token = output.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if token.is_none() {
            let body = template(client, sending, stack, Some(id.to_owned())).await?;
            set.template_sha256 = Some(template_digest(&body));
            return Ok(set);
        }
    }
    Err(too_many_pages())
}

fn planned(change: &ResourceChange) -> Result<PlannedChange, CallError> {
    let replacement =
        change.replacement().map(|one| word::<Replacement>(one.as_str(), "Replacement"));
    Ok(PlannedChange {
        action: needed(change.action(), "Action")?.as_str().to_owned(),
        logical: needed(change.logical_resource_id(), "LogicalResourceId")?.to_owned(),
        physical: text(change.physical_resource_id()),
        kind: needed(change.resource_type(), "ResourceType")?.to_owned(),
        replacement: replacement.transpose()?,
        policy: change.policy_action().map(|policy| policy.as_str().to_owned()),
    })
}
