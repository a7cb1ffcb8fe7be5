//! `dynamodb.table.deletion_protection`: whether DeleteTable is refused.

use super::super::{Breach, Change, Kind, Property, Target, Unread};
use super::{describe, is_changing, table, table_id, update};
use crate::cloud::dynamodb::{TableChange, UPDATE_TABLE};
use crate::cloud::{self, Danger, Operation, Outcome};

/// `dynamodb.table.deletion_protection`
pub(in crate::settings) struct DeletionProtection;

impl Property for DeletionProtection {
    type Value = bool;

    const ID: &'static str = "dynamodb.table.deletion_protection";
    const KIND: Kind = Kind::Table;
    const TITLE: &'static str = "Deletion protection";
    const HELP: &'static str = "Whether DeleteTable is refused. It guards against slips, it is no \
        control: whoever may call UpdateTable can turn it off. Where it has to hold, deny \
        `dynamodb:DeleteTable` in a service control policy (D21).";
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
