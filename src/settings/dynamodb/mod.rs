//! Settings of DynamoDB tables. One file per setting; what they share is here.

mod auto_scaling;
mod capacity;
mod class;
mod deletion_protection;
mod encryption;
mod item_count;
mod point_in_time_recovery;
mod status;
mod stream;
mod tags;
#[cfg(test)]
mod testing;
mod time_to_live;

use super::seen::{reply, strange};
use super::{Target, Unread};
use crate::cloud::dynamodb::{Call, Reply, Table, TableChange, TableStatus};
use crate::cloud::{self, Outcome};

pub(super) use auto_scaling::AutoScaling;
pub(super) use capacity::Capacity;
pub(super) use class::Class;
pub(super) use deletion_protection::DeletionProtection;
pub(super) use encryption::Encryption;
pub(super) use item_count::ItemCount;
pub(super) use point_in_time_recovery::PointInTimeRecovery;
pub(super) use status::Status;
pub(super) use stream::Stream;
pub(super) use tags::Tags;
pub(super) use time_to_live::TimeToLive;

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
