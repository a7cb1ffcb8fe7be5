//! Drift: AWS is asked to look, waited for, and then tells what it found.

use std::time::Duration;

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{
    StackDriftDetectionStatus, StackResourceDrift, StackResourceDriftStatus,
};

use super::super::MOST_PAGES;
use super::super::ending::{needed, too_many_pages, unreadable};
use super::super::sending::{Sending, answer, sent};
use super::describe::word;
use crate::cloud::cloudformation::{
    DriftStatus, DriftedResource, PropertyDifference, Reply, StackDrift,
};
use crate::cloud::{self, CallError, Ending, Outcome};

/// How long between two looks whether AWS is done.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How often is looked: some minutes in all. It changes nothing, and can be asked again.
const MOST_LOOKS: usize = 150;

pub(super) async fn detect(client: &Client, sending: &Sending, stack: String) -> Outcome {
    let begun = sent!(sending, client.detect_stack_drift().stack_name(&stack))?;
    let id = needed(begun.stack_drift_detection_id(), "StackDriftDetectionId")?.to_owned();
    for _ in 0..MOST_LOOKS {
        let request = client.describe_stack_drift_detection_status().stack_drift_detection_id(&id);
        let output = sent!(sending, request)?;
        let status = needed(output.detection_status(), "DetectionStatus")?;
        match status {
            StackDriftDetectionStatus::DetectionComplete => {
                let found = needed(output.stack_drift_status(), "StackDriftStatus")?;
                let status: DriftStatus = word(found.as_str(), "StackDriftStatus")?;
                let resources = drifted(client, sending, &stack).await?;
                let reply = Reply::Drift(StackDrift { status, resources });
                return answer(cloud::Reply::CloudFormation(reply), &output);
            }
            StackDriftDetectionStatus::DetectionFailed => {
                let why = output.detection_status_reason().unwrap_or("AWS does not say why");
                return Err(CallError::new(Ending::Refused, "DetectionFailed", why));
            }
            StackDriftDetectionStatus::DetectionInProgress => {}
            other => return Err(unreadable("DetectionStatus", other.as_str())),
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let why = "AWS is still looking for drift";
    Err(CallError::new(Ending::InUse, "DetectionInProgress", why))
}

async fn drifted(
    client: &Client,
    sending: &Sending,
    stack: &str,
) -> Result<Vec<DriftedResource>, CallError> {
    let mut resources = Vec::new();
    let mut token = None;
    for _ in 0..MOST_PAGES {
        let request = client
            .describe_stack_resource_drifts()
            .stack_name(stack)
            .stack_resource_drift_status_filters(StackResourceDriftStatus::Modified)
            .stack_resource_drift_status_filters(StackResourceDriftStatus::Deleted)
            .set_next_token(token);
        let output = sent!(sending, request)?;
        for one in output.stack_resource_drifts() {
            resources.push(resource(one)?);
        }
        token = output.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if token.is_none() {
            resources.sort_by(|a, b| a.logical.cmp(&b.logical));
            return Ok(resources);
        }
    }
    Err(too_many_pages())
}

fn resource(one: &StackResourceDrift) -> Result<DriftedResource, CallError> {
    let difference = |one: &aws_sdk_cloudformation::types::PropertyDifference| {
        Ok(PropertyDifference {
            path: needed(one.property_path(), "PropertyPath")?.to_owned(),
            expected: one.expected_value().unwrap_or_default().to_owned(),
            actual: one.actual_value().unwrap_or_default().to_owned(),
        })
    };
    let differences: Result<Vec<_>, CallError> =
        one.property_differences().iter().map(difference).collect();
    let status = needed(one.stack_resource_drift_status(), "StackResourceDriftStatus")?;
    Ok(DriftedResource {
        logical: needed(one.logical_resource_id(), "LogicalResourceId")?.to_owned(),
        physical: one.physical_resource_id().map(str::to_owned),
        kind: needed(one.resource_type(), "ResourceType")?.to_owned(),
        deleted: *status == StackResourceDriftStatus::Deleted,
        differences: differences?,
    })
}
