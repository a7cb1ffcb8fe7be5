//! Settings of DynamoDB tables.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::seen::{reply, strange};
use super::{Breach, Change, Kind, Property, Target, Unread};
use crate::cloud::dynamodb::{
    Call, Reply, StreamView, Table, TableChange, TableStatus, UPDATE_CONTINUOUS_BACKUPS,
    UPDATE_TABLE,
};
use crate::cloud::{self, Danger, Operation, Outcome};

/// `dynamodb.table.status`
pub(super) struct Status;

/// `dynamodb.table.deletion_protection`
pub(super) struct DeletionProtection;

/// `dynamodb.table.stream`
pub(super) struct Stream;

/// `dynamodb.table.point_in_time_recovery`
pub(super) struct PointInTimeRecovery;

/// Whether a table has a stream, and what the records of it hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum StreamState {
    /// No stream.
    Off,
    /// Only the key.
    KeysOnly,
    /// The item after the change.
    NewImage,
    /// The item before the change.
    OldImage,
    /// The item before and after.
    NewAndOldImages,
}

/// Point-in-time recovery of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Recovery {
    /// Whether the table can be restored to any second of the window.
    pub enabled: bool,
    /// How many days the window reaches back; as it is when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 35))]
    pub recovery_period_days: Option<u32>,
}

const PERIOD_DAYS: std::ops::RangeInclusive<u32> = 1..=35;

fn describe(on: &Target) -> Vec<cloud::Call> {
    vec![cloud::Call::DynamoDb(Call::DescribeTable { table: on.name.clone() })]
}

fn update(on: &Target, change: TableChange) -> Vec<cloud::Call> {
    vec![cloud::Call::DynamoDb(Call::UpdateTable { table: on.name.clone(), change })]
}

fn table(seen: &[Outcome]) -> Result<&Table, Unread> {
    match reply(seen, 0)? {
        cloud::Reply::DynamoDb(Reply::Table(table)) => Ok(table),
        other => Err(strange(other)),
    }
}

fn is_changing(seen: &[Outcome]) -> bool {
    use TableStatus::{Creating, Deleting, Updating};
    table(seen).is_ok_and(|table| matches!(table.status, Creating | Updating | Deleting))
}

fn table_id(seen: &[Outcome]) -> Option<String> {
    table(seen).ok().map(|table| table.id.clone())
}

impl Property for Status {
    type Value = TableStatus;

    const ID: &'static str = "dynamodb.table.status";
    const KIND: Kind = Kind::Table;
    const TITLE: &'static str = "State of the table";
    const HELP: &'static str = "What DescribeTable says of the table. Data can be read and written \
        when it is ACTIVE or UPDATING.";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html";
    const EXAMPLE: &'static str = "\"ACTIVE\"";

    fn read(on: &Target) -> Vec<cloud::Call> {
        describe(on)
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<TableStatus, Unread> {
        Ok(table(seen)?.status)
    }

    fn fingerprint(seen: &[Outcome]) -> Option<String> {
        table_id(seen)
    }
}

impl Property for DeletionProtection {
    type Value = bool;

    const ID: &'static str = "dynamodb.table.deletion_protection";
    const KIND: Kind = Kind::Table;
    const TITLE: &'static str = "Deletion protection";
    const HELP: &'static str = "Whether DeleteTable is refused. It guards against slips, it is no \
        control: whoever may call UpdateTable can turn it off (D21).";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html";
    const EXAMPLE: &'static str = "true";
    const WRITES: &'static [&'static Operation] = &[&UPDATE_TABLE];

    fn read(on: &Target) -> Vec<cloud::Call> {
        describe(on)
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<bool, Unread> {
        Ok(table(seen)?.deletion_protection)
    }

    fn write(on: &Target, _seen: &[Outcome], to: &bool) -> Result<Vec<cloud::Call>, Breach> {
        Ok(update(on, TableChange::DeletionProtection(*to)))
    }

    fn change(from: &bool, to: &bool) -> Change {
        if *from && !*to {
            let why = "Without it, one call deletes the table and its data.";
            return Change::because(Danger::Destroy, why);
        }
        Change::exact()
    }

    fn is_busy(seen: &[Outcome]) -> bool {
        is_changing(seen)
    }

    fn fingerprint(seen: &[Outcome]) -> Option<String> {
        table_id(seen)
    }
}

impl Property for Stream {
    type Value = StreamState;

    const ID: &'static str = "dynamodb.table.stream";
    const KIND: Kind = Kind::Table;
    const TITLE: &'static str = "Stream";
    const HELP: &'static str = "Whether changes of items are put on a stream, and what its records \
        hold. A stream that is turned on again has a new ARN (D19).";
    const SOURCE: &'static str = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_StreamSpecification.html";
    const EXAMPLE: &'static str = "\"NEW_AND_OLD_IMAGES\"";
    const WRITES: &'static [&'static Operation] = &[&UPDATE_TABLE];

    fn read(on: &Target) -> Vec<cloud::Call> {
        describe(on)
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<StreamState, Unread> {
        Ok(match table(seen)?.stream {
            None => StreamState::Off,
            Some(StreamView::KeysOnly) => StreamState::KeysOnly,
            Some(StreamView::NewImage) => StreamState::NewImage,
            Some(StreamView::OldImage) => StreamState::OldImage,
            Some(StreamView::NewAndOldImages) => StreamState::NewAndOldImages,
        })
    }

    fn write(on: &Target, seen: &[Outcome], to: &StreamState) -> Result<Vec<cloud::Call>, Breach> {
        let is_on = table(seen).is_ok_and(|table| table.stream.is_some());
        let view = match to {
            StreamState::Off => None,
            StreamState::KeysOnly => Some(StreamView::KeysOnly),
            StreamState::NewImage => Some(StreamView::NewImage),
            StreamState::OldImage => Some(StreamView::OldImage),
            StreamState::NewAndOldImages => Some(StreamView::NewAndOldImages),
        };
        if is_on && view.is_some() {
            return Err(Breach::refuse(
                "D18",
                "the table has a stream with another view, and AWS refuses to enable one that is on",
                "turn the stream off in a step of its own first; its consumers then need the new ARN",
            ));
        }
        Ok(update(on, TableChange::Stream(view)))
    }

    fn change(from: &StreamState, to: &StreamState) -> Change {
        if *from != StreamState::Off && *to == StreamState::Off {
            let why = "Consumers stop, unread records expire within 24 hours, and a stream that is \
                turned on again has a new ARN (D19).";
            return Change::because(Danger::Destroy, why);
        }
        Change::exact()
    }

    fn is_busy(seen: &[Outcome]) -> bool {
        is_changing(seen)
    }

    fn fingerprint(seen: &[Outcome]) -> Option<String> {
        table_id(seen)
    }
}

impl Property for PointInTimeRecovery {
    type Value = Recovery;

    const ID: &'static str = "dynamodb.table.point_in_time_recovery";
    const KIND: Kind = Kind::Table;
    const TITLE: &'static str = "Point-in-time recovery";
    const HELP: &'static str = "Whether the table can be restored to any second of the last \
        `recovery_period_days` days (1 to 35), into a new table (D1, D4).";
    const SOURCE: &'static str = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PointInTimeRecoverySpecification.html";
    const EXAMPLE: &'static str = "{ enabled = true, recovery_period_days = 35 }";
    const WRITES: &'static [&'static Operation] = &[&UPDATE_CONTINUOUS_BACKUPS];

    fn read(on: &Target) -> Vec<cloud::Call> {
        let table = on.name.clone();
        vec![cloud::Call::DynamoDb(Call::DescribeContinuousBackups { table })]
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<Recovery, Unread> {
        match reply(seen, 0)? {
            cloud::Reply::DynamoDb(Reply::ContinuousBackups(backups)) => Ok(Recovery {
                enabled: backups.recovery_period_days.is_some(),
                recovery_period_days: backups.recovery_period_days,
            }),
            other => Err(strange(other)),
        }
    }

    fn is_met(value: &Recovery, wanted: &Recovery) -> bool {
        value.enabled == wanted.enabled
            && (wanted.recovery_period_days.is_none()
                || value.recovery_period_days == wanted.recovery_period_days)
    }

    fn write(on: &Target, _seen: &[Outcome], to: &Recovery) -> Result<Vec<cloud::Call>, Breach> {
        let longest = *PERIOD_DAYS.end();
        let period = to.enabled.then(|| to.recovery_period_days.unwrap_or(longest));
        Ok(vec![cloud::Call::DynamoDb(Call::UpdateContinuousBackups {
            table: on.name.clone(),
            recovery_period_days: period,
        })])
    }

    fn change(from: &Recovery, to: &Recovery) -> Change {
        if from.enabled && !to.enabled {
            let why = "Turning it off throws the restorable window away; turning it on again starts \
                an empty one (D6).";
            return Change::because(Danger::Irreversible, why);
        }
        if let (Some(from), Some(to)) = (from.recovery_period_days, to.recovery_period_days)
            && to < from
        {
            let why = "Restore points older than the shorter window are lost (D4).";
            return Change::because(Danger::Irreversible, why);
        }
        Change::exact()
    }

    fn lint(_on: &Target, to: &Recovery) -> Vec<Breach> {
        let mut breaches = Vec::new();
        if let Some(days) = to.recovery_period_days {
            if !PERIOD_DAYS.contains(&days) {
                let why = format!("the recovery period is 1 to 35 days, not {days}");
                breaches.push(Breach::refuse("D4", why, "give a number from 1 to 35"));
            }
            if !to.enabled {
                let why = "a recovery period means nothing while recovery is off";
                breaches.push(Breach::refuse("D4", why, "leave `recovery_period_days` out"));
            }
        }
        breaches
    }
}
