//! The simulated DynamoDB: tables with states in between, and what is set on them.
//!
//! What it leaves out: on-demand limits and replicas (nothing sets them), which KMS keys there are
//! (every key ARN of the account and Region will do), and that items expire.

mod backups;
mod create;
mod scan;
mod table;
mod tags;
mod time_to_live;
mod update;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cloud::dynamodb::{Call, Reply};
use crate::cloud::{CallError, Ending};

use super::lagging::Shelf;
use super::moment::{Carried, Moment, later, read};
use table::Table;

/// All tables of the account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tables {
    shelf: Shelf<Table>,
}

impl Tables {
    /// Carries out one DynamoDB call.
    pub fn call(&mut self, call: &Call, at: &Moment) -> Carried<Reply> {
        self.settle(at);
        match call {
            Call::ListTables {} => read(Reply::Tables { names: self.shelf.names(at.now) }),
            Call::DescribeTable { table } => {
                check_name(table)?;
                match self.shelf.seen(table, at.now) {
                    Some(found) => read(Reply::Table(Box::new(found.describe(table, at)))),
                    None => absent(table),
                }
            }
            Call::CreateTable { table, spec } => {
                check_name(table)?;
                self.create(table, spec, at)
            }
            Call::UpdateTable { table, change } => {
                check_name(table)?;
                self.update(table, change, at)
            }
            Call::DeleteTable { table } => {
                check_name(table)?;
                self.delete(table, at)
            }
            Call::DescribeContinuousBackups { table } => {
                check_name(table)?;
                self.backups(table, at)
            }
            Call::UpdateContinuousBackups { table, recovery_period_days } => {
                check_name(table)?;
                self.update_backups(table, *recovery_period_days, at)
            }
            Call::ListTagsOfResource { arn } => self.tags(arn, at),
            Call::TagResource { arn, tags } => self.tag(arn, tags, at),
            Call::UntagResource { arn, keys } => self.untag(arn, keys, at),
            Call::DescribeTimeToLive { table } => {
                check_name(table)?;
                self.time_to_live(table, at)
            }
            Call::UpdateTimeToLive { table, attribute, enabled } => {
                check_name(table)?;
                self.update_time_to_live(table, attribute, *enabled, at)
            }
            Call::Scan { table, segment, segments, after } => {
                check_name(table)?;
                self.scan(table, (*segment, *segments), after.as_ref(), at)
            }
        }
    }

    /// Begins a table on demand with one key, CREATING.
    pub fn begin(&mut self, name: &str, key: &str, at: &Moment) {
        let table = Table::plain(name, key, Vec::new(), at).created_at(at.now);
        self.shelf.set(name, Some(table), at.now, at.visible);
    }

    /// Puts a table on demand that was always there.
    pub fn place(&mut self, name: &str, key: &str, items: Vec<Value>, at: &Moment) {
        self.shelf.set(name, Some(Table::plain(name, key, items, at)), at.now, at.now);
    }

    /// What a person could have set, and the items.
    pub fn state(&self) -> Value {
        let tables = self.shelf.truths().filter(|(_, table)| !table.is_going());
        serde_json::json!(
            tables.map(|(name, table)| (name, table.state())).collect::<BTreeMap<_, _>>()
        )
    }

    /// Whether the table, or with a name that index of it, is there.
    pub fn has(&self, name: &str, index: Option<&str>) -> bool {
        let table = self.shelf.truth(name).filter(|table| !table.is_going());
        table.is_some_and(|table| index.is_none_or(|of| table.global_indexes.contains_key(of)))
    }

    /// Takes away what has been deleted by now.
    fn settle(&mut self, at: &Moment) {
        let gone = |table: &Table| table.gone_from.filter(|gone| *gone <= at.now);
        let names: Vec<_> = self
            .shelf
            .truths()
            .filter_map(|(name, table)| Some((name.to_owned(), gone(table)?)))
            .collect();
        for (name, gone) in names {
            self.shelf.set(&name, None, gone, gone);
        }
    }

    /// The table that an ARN names, as it is.
    fn of_arn<'a>(&self, arn: &'a str, at: &Moment) -> Result<&'a str, CallError> {
        let ours = at.place.arn("dynamodb", "table/");
        let Some(name) = arn.strip_prefix(&ours) else {
            return invalid(format!(
                "Invalid TableArn: Invalid ResourceArn provided as input {arn}"
            ));
        };
        if self.shelf.truth(name).is_none() {
            let message = format!("Requested resource not found: ResourcArn: {arn} not found");
            return Err(CallError::new(Ending::Absent, "ResourceNotFoundException", message));
        }
        Ok(name)
    }
}

fn check_name(name: &str) -> Result<(), CallError> {
    let message = if name.len() < 3 || name.len() > 255 {
        "TableName must be at least 3 characters long and at most 255 characters long".to_owned()
    } else if !name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c)) {
        format!(
            "1 validation error detected: Value '{name}' at 'tableName' failed to satisfy \
             constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
        )
    } else {
        return Ok(());
    };
    invalid(message)
}

fn invalid<R>(message: impl Into<String>) -> Result<R, CallError> {
    Err(CallError::new(Ending::Refused, "ValidationException", message))
}

/// A quota of the account or the table: AWS takes the call again later.
fn exceeded<R>(message: String) -> Result<R, CallError> {
    Err(CallError::new(Ending::Throttled, "LimitExceededException", message))
}

fn in_use<R>(name: &str, what: &str) -> Result<R, CallError> {
    let message = format!(
        "Attempt to change a resource which is still in use: Table is being {what}: {name}"
    );
    Err(CallError::new(Ending::InUse, "ResourceInUseException", message))
}

fn absent<R>(name: &str) -> Result<R, CallError> {
    let message = format!("Requested resource not found: Table: {name} not found");
    Err(CallError::new(Ending::Absent, "ResourceNotFoundException", message))
}

#[cfg(test)]
mod tests;
