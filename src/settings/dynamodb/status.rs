//! `dynamodb.table.status`: what state a table is in.

use super::super::{Kind, Property, Target, Unread};
use super::{describe, table, table_id};
use crate::cloud::dynamodb::TableStatus;
use crate::cloud::{self, Outcome};

/// `dynamodb.table.status`
pub(in crate::settings) struct Status;

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
