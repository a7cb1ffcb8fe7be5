//! Amazon DynamoDB.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    ContinuousBackupsDescription, PointInTimeRecoverySpecification, PointInTimeRecoveryStatus,
    StreamSpecification, StreamViewType, TableDescription, TableStatus as SdkStatus,
};
use aws_smithy_types::DateTime;
use jiff::Timestamp;

use super::MOST_PAGES;
use super::ending::{needed, too_many_pages, unreadable};
use super::sending::{Sending, answer, sent};
use crate::cloud::dynamodb::{
    Call, ContinuousBackups, Reply, StreamView, Table, TableChange, TableStatus,
};
use crate::cloud::{self, CallError, Outcome};

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
    answer(table_reply(output.table())?, &output)
}

async fn update_table(
    client: &Client,
    sending: &Sending,
    table: String,
    change: TableChange,
) -> Outcome {
    let request = client.update_table().table_name(table);
    let request = match change {
        TableChange::DeletionProtection(on) => request.deletion_protection_enabled(on),
        TableChange::Stream(view) => {
            let spec = StreamSpecification::builder()
                .stream_enabled(view.is_some())
                .set_stream_view_type(view.map(view_to_sdk));
            request.stream_specification(spec.build().map_err(super::ending::unbuilt)?)
        }
    };
    let output = sent!(sending, request)?;
    answer(table_reply(output.table_description())?, &output)
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
        .map_err(super::ending::unbuilt)?;
    let request = client
        .update_continuous_backups()
        .table_name(table)
        .point_in_time_recovery_specification(spec);
    let output = sent!(sending, request)?;
    answer(backups_reply(output.continuous_backups_description())?, &output)
}

fn table_reply(table: Option<&TableDescription>) -> Result<cloud::Reply, CallError> {
    let table = needed(table, "Table")?;
    let stream = table
        .stream_specification()
        .filter(|stream| stream.stream_enabled())
        .map(|stream| needed(stream.stream_view_type(), "StreamViewType").and_then(view_from_sdk))
        .transpose()?;
    Ok(cloud::Reply::DynamoDb(Reply::Table(Table {
        name: needed(table.table_name(), "TableName")?.to_owned(),
        arn: needed(table.table_arn(), "TableArn")?.to_owned(),
        id: needed(table.table_id(), "TableId")?.to_owned(),
        status: status_from_sdk(needed(table.table_status(), "TableStatus")?)?,
        deletion_protection: table.deletion_protection_enabled().unwrap_or(false),
        stream,
        items_about: table.item_count().and_then(|n| u64::try_from(n).ok()).unwrap_or(0),
    })))
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

const fn view_to_sdk(view: StreamView) -> StreamViewType {
    match view {
        StreamView::KeysOnly => StreamViewType::KeysOnly,
        StreamView::NewImage => StreamViewType::NewImage,
        StreamView::OldImage => StreamViewType::OldImage,
        StreamView::NewAndOldImages => StreamViewType::NewAndOldImages,
    }
}

fn view_from_sdk(view: &StreamViewType) -> Result<StreamView, CallError> {
    match view {
        StreamViewType::KeysOnly => Ok(StreamView::KeysOnly),
        StreamViewType::NewImage => Ok(StreamView::NewImage),
        StreamViewType::OldImage => Ok(StreamView::OldImage),
        StreamViewType::NewAndOldImages => Ok(StreamView::NewAndOldImages),
        other => Err(unreadable("StreamViewType", other.as_str())),
    }
}

fn status_from_sdk(status: &SdkStatus) -> Result<TableStatus, CallError> {
    match status {
        SdkStatus::Creating => Ok(TableStatus::Creating),
        SdkStatus::Updating => Ok(TableStatus::Updating),
        SdkStatus::Deleting => Ok(TableStatus::Deleting),
        SdkStatus::Active => Ok(TableStatus::Active),
        SdkStatus::InaccessibleEncryptionCredentials => {
            Ok(TableStatus::InaccessibleEncryptionCredentials)
        }
        SdkStatus::Archiving => Ok(TableStatus::Archiving),
        SdkStatus::Archived => Ok(TableStatus::Archived),
        other => Err(unreadable("TableStatus", other.as_str())),
    }
}
