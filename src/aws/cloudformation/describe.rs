//! A stack with all that belongs to it, which AWS tells in several calls.

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::operation::describe_stacks::DescribeStacksOutput;
use aws_sdk_cloudformation::types::{self, StackStatus as Status, TemplateStage};
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::super::MOST_PAGES;
use super::super::ending::{needed, too_many_pages, unreadable};
use super::super::sending::{Sending, answer, sent};
use super::{Clients, changes};
use crate::cloud::cloudformation::{Capability, Reply, Resource, Stack, StackEvent, StackStatus};
use crate::cloud::{self, CallError, Ending, Outcome};

/// The most events that are read: the newest.
const MOST_EVENTS: usize = 200;
/// The type of the resources whose protection is looked at.
const TABLE: &str = "AWS::DynamoDB::Table";

pub(super) async fn stack(clients: &Clients<'_>, sending: &Sending, name: String) -> Outcome {
    let client = clients.client;
    let output = match named(client, sending, &name).await {
        // By its name AWS tells of none that is gone.
        Err(error) if error.ending == Ending::Absent => {
            match deleted(client, sending, &name).await? {
                Some(id) => named(client, sending, &id).await?,
                None => return Err(error),
            }
        }
        found => found?,
    };
    let found = needed(output.stacks().first(), "Stacks")?;
    let mut stack = described(found)?;
    let is_gone = stack.status == StackStatus::DeleteComplete;
    stack.events = events(client, sending, &stack.id).await?;
    stack.resources = resources(client, sending, &stack.id).await?;
    if !stack.status.is_busy() && !is_gone {
        if stack.status != StackStatus::ReviewInProgress {
            stack.template = Some(template(client, sending, &stack.id, None).await?);
        }
        stack.change_sets = changes::sets(client, sending, &stack.name).await?;
        for resource in stack.resources.iter_mut().filter(|one| one.kind == TABLE) {
            resource.protected = protected(clients, sending, resource).await?;
        }
    }
    answer(cloud::Reply::CloudFormation(Reply::Stack(Box::new(stack))), &output)
}

async fn named(
    client: &Client,
    sending: &Sending,
    name: &str,
) -> Result<DescribeStacksOutput, CallError> {
    sent!(sending, client.describe_stacks().stack_name(name))
}

/// The id of the last stack of this name that was deleted.
async fn deleted(
    client: &Client,
    sending: &Sending,
    name: &str,
) -> Result<Option<String>, CallError> {
    let mut last: Option<(DateTime, String)> = None;
    let mut token = None;
    for _ in 0..MOST_PAGES {
        let request =
            client.list_stacks().stack_status_filter(Status::DeleteComplete).set_next_token(token);
        let output = sent!(sending, request)?;
        for one in output.stack_summaries().iter().filter(|one| one.stack_name() == Some(name)) {
            // The time of its deletion may be left out, that of its creation never.
            let at = one.deletion_time().or(one.creation_time());
            let at = *needed(at, "CreationTime")?;
            let id = needed(one.stack_id(), "StackId")?.to_owned();
            if last.as_ref().is_none_or(|(before, _)| *before < at) {
                last = Some((at, id));
            }
        }
        token = output.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if token.is_none() {
            return Ok(last.map(|(_, id)| id));
        }
    }
    Err(too_many_pages())
}

fn described(found: &types::Stack) -> Result<Stack, CallError> {
    let status = needed(found.stack_status(), "StackStatus")?;
    let mut stack = Stack {
        id: needed(found.stack_id(), "StackId")?.to_owned(),
        name: needed(found.stack_name(), "StackName")?.to_owned(),
        status: word(status.as_str(), "StackStatus")?,
        reason: text(found.stack_status_reason()),
        template: None,
        parameters: parameters(found.parameters())?,
        capabilities: Default::default(),
        tags: Default::default(),
        outputs: Default::default(),
        termination_protection: found.enable_termination_protection().unwrap_or(false),
        resources: Vec::new(),
        events: Vec::new(),
        change_sets: Vec::new(),
    };
    for capability in found.capabilities() {
        let capability: Capability = word(capability.as_str(), "Capability")?;
        stack.capabilities.insert(capability);
    }
    for tag in found.tags() {
        let (key, value) = (tag.key().unwrap_or_default(), tag.value().unwrap_or_default());
        stack.tags.insert(key.to_owned(), value.to_owned());
    }
    for output in found.outputs() {
        let key = needed(output.output_key(), "OutputKey")?.to_owned();
        stack.outputs.insert(key, output.output_value().unwrap_or_default().to_owned());
    }
    Ok(stack)
}

pub(super) fn parameters(
    found: &[types::Parameter],
) -> Result<std::collections::BTreeMap<String, String>, CallError> {
    let one = |parameter: &types::Parameter| {
        let key = needed(parameter.parameter_key(), "ParameterKey")?.to_owned();
        Ok((key, parameter.parameter_value().unwrap_or_default().to_owned()))
    };
    found.iter().map(one).collect()
}

/// A text that says something.
pub(super) fn text(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

/// One of AWS's words, as ours.
pub(super) fn word<T: DeserializeOwned>(word: &str, member: &str) -> Result<T, CallError> {
    serde_json::from_value(word.into()).map_err(|_| unreadable(member, word))
}

/// The newest events, newest first.
async fn events(
    client: &Client,
    sending: &Sending,
    id: &str,
) -> Result<Vec<StackEvent>, CallError> {
    let mut events = Vec::new();
    let mut token = None;
    while events.len() < MOST_EVENTS {
        let request = client.describe_stack_events().stack_name(id).set_next_token(token);
        let output = sent!(sending, request)?;
        for event in output.stack_events() {
            events.push(happened(event)?);
        }
        token = output.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    events.truncate(MOST_EVENTS);
    Ok(events)
}

fn happened(event: &types::StackEvent) -> Result<StackEvent, CallError> {
    Ok(StackEvent {
        id: needed(event.event_id(), "EventId")?.to_owned(),
        at: moment(needed(event.timestamp(), "Timestamp")?)?,
        logical: needed(event.logical_resource_id(), "LogicalResourceId")?.to_owned(),
        physical: text(event.physical_resource_id()),
        kind: needed(event.resource_type(), "ResourceType")?.to_owned(),
        status: needed(event.resource_status(), "ResourceStatus")?.as_str().to_owned(),
        reason: text(event.resource_status_reason()),
    })
}

fn moment(at: &DateTime) -> Result<Timestamp, CallError> {
    let strange = || unreadable("Timestamp", &at.to_string());
    let millis = at.to_millis().map_err(|_| strange())?;
    Timestamp::from_millisecond(millis).map_err(|_| strange())
}

async fn resources(
    client: &Client,
    sending: &Sending,
    id: &str,
) -> Result<Vec<Resource>, CallError> {
    let mut resources = Vec::new();
    let mut token = None;
    for _ in 0..MOST_PAGES {
        let request = client.list_stack_resources().stack_name(id).set_next_token(token);
        let output = sent!(sending, request)?;
        for one in output.stack_resource_summaries() {
            resources.push(Resource {
                logical: needed(one.logical_resource_id(), "LogicalResourceId")?.to_owned(),
                physical: text(one.physical_resource_id()),
                kind: needed(one.resource_type(), "ResourceType")?.to_owned(),
                status: needed(one.resource_status(), "ResourceStatus")?.as_str().to_owned(),
                reason: text(one.resource_status_reason()),
                protected: None,
            });
        }
        token = output.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if token.is_none() {
            resources.sort_by(|a, b| a.logical.cmp(&b.logical));
            return Ok(resources);
        }
    }
    Err(too_many_pages())
}

/// The template as it was sent, of the stack or of one of its change sets.
pub(super) async fn template(
    client: &Client,
    sending: &Sending,
    stack: &str,
    change_set: Option<String>,
) -> Result<String, CallError> {
    let request = client
        .get_template()
        .stack_name(stack)
        .set_change_set_name(change_set)
        .template_stage(TemplateStage::Original);
    let output = sent!(sending, request)?;
    Ok(needed(output.template_body(), "TemplateBody")?.to_owned())
}

/// Whether DynamoDB refuses to delete a table; none when it is gone.
async fn protected(
    clients: &Clients<'_>,
    sending: &Sending,
    resource: &Resource,
) -> Result<Option<bool>, CallError> {
    let Some(table) = resource.physical.as_deref().filter(|_| resource.is_there()) else {
        return Ok(None);
    };
    match sent!(sending, clients.dynamodb.describe_table().table_name(table)) {
        Ok(output) => {
            let found = needed(output.table(), "Table")?;
            Ok(Some(found.deletion_protection_enabled().unwrap_or(false)))
        }
        Err(error) if error.ending == Ending::Absent => Ok(None),
        Err(error) => Err(error),
    }
}
