//! Amazon DynamoDB.

mod change;
mod scan;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    ContinuousBackupsDescription, PointInTimeRecoverySpecification, PointInTimeRecoveryStatus,
    TimeToLiveSpecification, TimeToLiveStatus as SdkTtlStatus,
};
use aws_smithy_types::DateTime;
use jiff::Timestamp;

use super::MOST_PAGES;
use super::ending::{needed, too_many_pages, unbuilt, unreadable};
use super::sending::{Sending, answer, sent};
use crate::cloud::dynamodb::{
    Call, ContinuousBackups, Reply, TableChange, TableSpec, TimeToLive, TimeToLiveStatus,
};
use crate::cloud::{self, CallError, Ending, Outcome};

/// How far back the window reaches when AWS does not say (D4).
const USUAL_RECOVERY_DAYS: u32 = 35;

pub(super) async fn send(client: &Client, sending: &Sending, call: Call) -> Outcome {
    match call {
        Call::ListTables {} => list_tables(client, sending).await,
        Call::DescribeTable { table } => describe_table(client, sending, table).await,
        Call::UpdateTable { table, change } => update_table(client, sending, table, change).await,
        Call::DescribeContinuousBackups { table } => {
            describe_continuous_backups(client, sending, table).await
        }
        Call::UpdateContinuousBackups { table, recovery_period_days } => {
            update_continuous_backups(client, sending, table, recovery_period_days).await
        }
        Call::CreateTable { table, spec } => create_table(client, sending, table, *spec).await,
        Call::DeleteTable { table } => delete_table(client, sending, table).await,
        Call::ListTagsOfResource { arn } => list_tags(client, sending, arn).await,
        Call::TagResource { arn, tags } => tag(client, sending, arn, tags).await,
        Call::UntagResource { arn, keys } => untag(client, sending, arn, keys).await,
        Call::DescribeTimeToLive { table } => describe_time_to_live(client, sending, table).await,
        Call::UpdateTimeToLive { table, attribute, enabled } => {
            update_time_to_live(client, sending, table, attribute, enabled).await
        }
        Call::Scan { table, segment, segments, after } => {
            scan::page(client, sending, table, (segment, segments), after).await
        }
    }
}

async fn list_tables(client: &Client, sending: &Sending) -> Outcome {
    let mut names = Vec::new();
    let mut from = None;
    for _ in 0..MOST_PAGES {
        let request = client.list_tables().set_exclusive_start_table_name(from);
        let output = sent!(sending, request)?;
        names.extend_from_slice(output.table_names());
        from = output.last_evaluated_table_name().map(str::to_owned);
        if from.is_none() {
            names.sort_unstable();
            return answer(cloud::Reply::DynamoDb(Reply::Tables { names }), &output);
        }
    }
    Err(too_many_pages())
}

async fn describe_table(client: &Client, sending: &Sending, table: String) -> Outcome {
    let output = sent!(sending, client.describe_table().table_name(table))?;
    answer(table::reply(output.table())?, &output)
}

async fn update_table(
    client: &Client,
    sending: &Sending,
    table: String,
    change: TableChange,
) -> Outcome {
    let request = change::update(client.update_table().table_name(table), change)?;
    let output = sent!(sending, request)?;
    answer(table::reply(output.table_description())?, &output)
}

async fn create_table(
    client: &Client,
    sending: &Sending,
    table: String,
    spec: TableSpec,
) -> Outcome {
    let request = change::create(client.create_table().table_name(table), spec)?;
    // AWS has one code for a table that is there and for one that is busy.
    let output = sent!(sending, request).map_err(|error| match error.code.as_str() {
        "ResourceInUseException" => CallError { ending: Ending::Exists, ..error },
        _ => error,
    })?;
    answer(table::reply(output.table_description())?, &output)
}

async fn delete_table(client: &Client, sending: &Sending, table: String) -> Outcome {
    let output = sent!(sending, client.delete_table().table_name(table))?;
    answer(table::reply(output.table_description())?, &output)
}

async fn list_tags(client: &Client, sending: &Sending, arn: String) -> Outcome {
    let mut tags = BTreeMap::new();
    let mut from = None;
    for _ in 0..MOST_PAGES {
        let request = client.list_tags_of_resource().resource_arn(&arn).set_next_token(from);
        let output = sent!(sending, request)?;
        tags.extend(output.tags().iter().map(|tag| (tag.key.clone(), tag.value.clone())));
        from = output.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if from.is_none() {
            return answer(cloud::Reply::DynamoDb(Reply::Tags { tags }), &output);
        }
    }
    Err(too_many_pages())
}

async fn tag(
    client: &Client,
    sending: &Sending,
    arn: String,
    tags: BTreeMap<String, String>,
) -> Outcome {
    let tags = tags.into_iter().map(change::tag).collect::<Result<_, _>>()?;
    let output = sent!(sending, client.tag_resource().resource_arn(arn).set_tags(Some(tags)))?;
    answer(cloud::Reply::DynamoDb(Reply::Done {}), &output)
}

async fn untag(client: &Client, sending: &Sending, arn: String, keys: BTreeSet<String>) -> Outcome {
    let keys = keys.into_iter().collect();
    let request = client.untag_resource().resource_arn(arn).set_tag_keys(Some(keys));
    let output = sent!(sending, request)?;
    answer(cloud::Reply::DynamoDb(Reply::Done {}), &output)
}

async fn describe_time_to_live(client: &Client, sending: &Sending, table: String) -> Outcome {
    let output = sent!(sending, client.describe_time_to_live().table_name(table))?;
    let found = needed(output.time_to_live_description(), "TimeToLiveDescription")?;
    let status = match needed(found.time_to_live_status(), "TimeToLiveStatus")? {
        SdkTtlStatus::Enabling => TimeToLiveStatus::Enabling,
        SdkTtlStatus::Enabled => TimeToLiveStatus::Enabled,
        SdkTtlStatus::Disabling => TimeToLiveStatus::Disabling,
        SdkTtlStatus::Disabled => TimeToLiveStatus::Disabled,
        other => return Err(unreadable("TimeToLiveStatus", other.as_str())),
    };
    let attribute = found.attribute_name().map(str::to_owned);
    let found = TimeToLive { status, attribute };
    answer(cloud::Reply::DynamoDb(Reply::TimeToLive(found)), &output)
}

async fn update_time_to_live(
    client: &Client,
    sending: &Sending,
    table: String,
    attribute: String,
    enabled: bool,
) -> Outcome {
    let spec = TimeToLiveSpecification::builder()
        .attribute_name(attribute)
        .enabled(enabled)
        .build()
        .map_err(unbuilt)?;
    let request = client.update_time_to_live().table_name(table).time_to_live_specification(spec);
    let output = sent!(sending, request)?;
    answer(cloud::Reply::DynamoDb(Reply::Done {}), &output)
}

async fn describe_continuous_backups(client: &Client, sending: &Sending, table: String) -> Outcome {
    let output = sent!(sending, client.describe_continuous_backups().table_name(table))?;
    answer(backups_reply(output.continuous_backups_description())?, &output)
}

async fn update_continuous_backups(
    client: &Client,
    sending: &Sending,
    table: String,
    recovery_period_days: Option<u32>,
) -> Outcome {
    let spec = PointInTimeRecoverySpecification::builder()
        .point_in_time_recovery_enabled(recovery_period_days.is_some())
        .set_recovery_period_in_days(recovery_period_days.map(u32::cast_signed))
        .build()
        .map_err(unbuilt)?;
    let request = client
        .update_continuous_backups()
        .table_name(table)
        .point_in_time_recovery_specification(spec);
    let output = sent!(sending, request)?;
    answer(backups_reply(output.continuous_backups_description())?, &output)
}

fn backups_reply(
    backups: Option<&ContinuousBackupsDescription>,
) -> Result<cloud::Reply, CallError> {
    let recovery = needed(backups, "ContinuousBackupsDescription")?
        .point_in_time_recovery_description()
        .filter(|recovery| {
            recovery.point_in_time_recovery_status() == Some(&PointInTimeRecoveryStatus::Enabled)
        });
    let backups = ContinuousBackups {
        recovery_period_days: recovery.map(|recovery| {
            let days = recovery.recovery_period_in_days().and_then(|n| u32::try_from(n).ok());
            days.unwrap_or(USUAL_RECOVERY_DAYS)
        }),
        earliest: recovery.and_then(|r| r.earliest_restorable_date_time()).and_then(second),
        latest: recovery.and_then(|r| r.latest_restorable_date_time()).and_then(second),
    };
    Ok(cloud::Reply::DynamoDb(Reply::ContinuousBackups(backups)))
}

/// The whole second: a restore takes no finer time.
fn second(at: &DateTime) -> Option<Timestamp> {
    Timestamp::from_second(at.secs()).ok()
}
