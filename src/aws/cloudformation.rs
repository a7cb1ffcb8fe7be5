//! AWS CloudFormation.

mod changes;
mod describe;
mod drift;

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{self, ChangeSetType, OnStackFailure};

use super::ending::needed;
use super::sending::{Sending, answer, sent};
use crate::cloud::cloudformation::{Call, Capability, ChangeSetKind, ChangeSetSpec, Reply};
use crate::cloud::{self, Outcome};

/// What reads of stacks are made with: they tell of the tables in them, too.
pub(super) struct Clients<'a> {
    pub client: &'a Client,
    pub dynamodb: &'a aws_sdk_dynamodb::Client,
}

pub(super) async fn send(clients: Clients<'_>, sending: &Sending, call: Call) -> Outcome {
    let client = clients.client;
    match call {
        Call::DescribeStack { stack } => describe::stack(&clients, sending, stack).await,
        Call::DetectStackDrift { stack } => drift::detect(client, sending, stack).await,
        Call::CreateChangeSet { stack, change_set, spec } => {
            create(client, sending, stack, change_set, *spec).await
        }
        Call::DeleteChangeSet { stack, change_set } => {
            let request = client.delete_change_set().stack_name(stack).change_set_name(change_set);
            let output = sent!(sending, request)?;
            answer(cloud::Reply::CloudFormation(Reply::Done {}), &output)
        }
        Call::ExecuteChangeSet { stack, change_set, token } => {
            let request = client
                .execute_change_set()
                .stack_name(stack)
                .change_set_name(change_set)
                .client_request_token(token)
                // What is new goes when it fails, whatever its policy says: nothing is left.
                .retain_except_on_create(true);
            let output = sent!(sending, request)?;
            answer(cloud::Reply::CloudFormation(Reply::Done {}), &output)
        }
        Call::DeleteStack { stack, token } => {
            let request = client.delete_stack().stack_name(stack).client_request_token(token);
            let output = sent!(sending, request)?;
            answer(cloud::Reply::CloudFormation(Reply::Done {}), &output)
        }
    }
}

async fn create(
    client: &Client,
    sending: &Sending,
    stack: String,
    change_set: String,
    spec: ChangeSetSpec,
) -> Outcome {
    let ChangeSetSpec { kind, template, parameters, capabilities, tags, token } = spec;
    let parameter = |(key, value)| {
        types::Parameter::builder().parameter_key(key).parameter_value(value).build()
    };
    let tag = |(key, value): (String, String)| types::Tag::builder().key(key).value(value).build();
    // AWS cleans up by itself what it could not create.
    let (kind, failure) = match kind {
        ChangeSetKind::Create => (ChangeSetType::Create, Some(OnStackFailure::Delete)),
        ChangeSetKind::Update => (ChangeSetType::Update, None),
    };
    let request = client
        .create_change_set()
        .stack_name(stack)
        .change_set_name(change_set)
        .change_set_type(kind)
        .template_body(template)
        .set_parameters(Some(parameters.into_iter().map(parameter).collect()))
        .set_capabilities(Some(capabilities.into_iter().map(to_sdk).collect()))
        .set_tags(Some(tags.into_iter().map(tag).collect()))
        .set_on_stack_failure(failure)
        .client_token(token);
    let output = sent!(sending, request)?;
    let reply = Reply::Created {
        change_set: needed(output.id(), "Id")?.to_owned(),
        stack: needed(output.stack_id(), "StackId")?.to_owned(),
    };
    answer(cloud::Reply::CloudFormation(reply), &output)
}

const fn to_sdk(capability: Capability) -> types::Capability {
    match capability {
        Capability::CapabilityIam => types::Capability::CapabilityIam,
        Capability::CapabilityNamedIam => types::Capability::CapabilityNamedIam,
        Capability::CapabilityAutoExpand => types::Capability::CapabilityAutoExpand,
    }
}
