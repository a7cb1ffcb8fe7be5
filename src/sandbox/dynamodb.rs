//! The simulated DynamoDB: tables with states in between, and continuous backups.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cloud::dynamodb::{
    Call, ContinuousBackups, Reply, StreamView, Table as Description, TableChange, TableStatus,
};
use crate::cloud::{CallError, Ending};

use super::lagging::Shelf;
use super::moment::{Carried, Moment, later, read, refused, wrote};

/// How long a new table is CREATING, in milliseconds.
const CREATING: i64 = 20_000;
/// How long an update takes, in milliseconds.
const UPDATING: i64 = 10_000;
/// How long after ACTIVE the backups of a new table are still being enabled, in milliseconds.
/// AWS was seen to need three to six seconds.
const BACKUPS_ENABLING: i64 = 6_000;
/// The latest restorable time lags behind now by five minutes (D5).
const RESTORABLE_LAG: SignedDuration = SignedDuration::from_mins(5);

/// All tables of the account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tables {
    shelf: Shelf<Table>,
}

/// A table as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Table {
    id: String,
    active_from: Timestamp,
    updating_until: Timestamp,
    deletion_protection: bool,
    stream: Option<StreamView>,
    recovery: Option<Recovery>,
    /// The items, each a JSON object.
    items: Vec<Value>,
}

/// Point-in-time recovery that is on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Recovery {
    days: u32,
    /// When it was turned on: nothing before can be restored (D6).
    since: Timestamp,
}

impl Tables {
    /// Carries out one DynamoDB call.
    pub fn call(&mut self, call: &Call, at: &Moment) -> Carried<Reply> {
        match call {
            Call::ListTables {} => read(Reply::Tables { names: self.shelf.names(at.now) }),
            Call::DescribeTable { table } => {
                check_name(table)?;
                match self.shelf.seen(table, at.now) {
                    Some(found) => read(Reply::Table(found.describe(table, at))),
                    None => absent(table),
                }
            }
            Call::UpdateTable { table, change } => {
                check_name(table)?;
                self.update(table, change, at)
            }
            Call::DescribeContinuousBackups { table } => {
                check_name(table)?;
                match self.shelf.seen(table, at.now) {
                    Some(found) => read(Reply::ContinuousBackups(found.backups(at.now))),
                    None => absent_backups(table),
                }
            }
            Call::UpdateContinuousBackups { table, recovery_period_days } => {
                check_name(table)?;
                self.update_backups(table, *recovery_period_days, at)
            }
        }
    }

    /// Begins a table, CREATING.
    pub fn create(&mut self, name: &str, at: &Moment) {
        let active_from = later(at.now, CREATING);
        let table = Table { active_from, ..Table::new(name, Vec::new(), at) };
        self.shelf.set(name, Some(table), at.now, at.visible);
    }

    /// Puts a table that was always there.
    pub fn place(&mut self, name: &str, items: Vec<Value>, at: &Moment) {
        self.shelf.set(name, Some(Table::new(name, items, at)), at.now, at.now);
    }

    /// What a person could have set, and the items.
    pub fn state(&self) -> Value {
        let tables = self.shelf.truths().map(|(name, table)| {
            let state = serde_json::json!({
                "deletion_protection": table.deletion_protection,
                "stream": table.stream,
                "recovery_period_days": table.recovery.as_ref().map(|recovery| recovery.days),
                "items": table.items,
            });
            (name, state)
        });
        serde_json::json!(tables.collect::<BTreeMap<_, _>>())
    }

    fn update(&mut self, name: &str, change: &TableChange, at: &Moment) -> Carried<Reply> {
        let Some(table) = self.shelf.truth(name) else { return absent(name) };
        let in_use = match table.status(at.now) {
            TableStatus::Active => None,
            TableStatus::Creating => Some("created"),
            TableStatus::Updating => Some("updated"),
            TableStatus::Deleting
            | TableStatus::InaccessibleEncryptionCredentials
            | TableStatus::Archiving
            | TableStatus::Archived => Some("deleted"),
        };
        if let Some(what) = in_use {
            return refused(
                Ending::InUse,
                "ResourceInUseException",
                format!(
                    "Attempt to change a resource which is still in use: Table is being {what}: \
                     {name}"
                ),
            );
        }
        let mut new = table.clone();
        match (change, table.stream) {
            (TableChange::DeletionProtection(on), _) => new.deletion_protection = *on,
            (TableChange::Stream(Some(_)), Some(_)) => {
                return invalid(format!("Table already has an enabled stream: TableName: {name}"));
            }
            (TableChange::Stream(None), None) => {
                return invalid(format!("Table has no stream to disable: TableName: {name}"));
            }
            (TableChange::Stream(view), _) => new.stream = *view,
        }
        let changed = new != *table;
        if changed {
            new.updating_until = later(at.now, UPDATING);
        }
        let reply = Reply::Table(new.describe(name, at));
        self.shelf.set(name, Some(new), at.now, at.visible);
        wrote(reply, changed)
    }

    fn update_backups(&mut self, name: &str, days: Option<u32>, at: &Moment) -> Carried<Reply> {
        let Some(table) = self.shelf.truth(name) else { return absent_backups(name) };
        if let Some(days) = days.filter(|days| !(1..=35).contains(days)) {
            let bound =
                if days < 1 { "greater than or equal to 1" } else { "less than or equal to 35" };
            return invalid(format!(
                "1 validation error detected: Value '{days}' at \
                 'pointInTimeRecoverySpecification.recoveryPeriodInDays' failed to satisfy \
                 constraint: Member must have value {bound}"
            ));
        }
        if at.now < later(table.active_from, BACKUPS_ENABLING) {
            return refused(
                Ending::InUse,
                "ContinuousBackupsUnavailableException",
                format!("Backups are being enabled for the table: {name}. Please retry later"),
            );
        }
        let mut new = table.clone();
        let since = table.recovery.as_ref().map_or(at.now, |recovery| recovery.since);
        new.recovery = days.map(|days| Recovery { days, since });
        let reply = Reply::ContinuousBackups(new.backups(at.now));
        let changed = self.shelf.set(name, Some(new), at.now, at.visible);
        wrote(reply, changed)
    }
}

impl Table {
    fn new(name: &str, items: Vec<Value>, at: &Moment) -> Self {
        Self {
            id: at.uuid(&format!("table {name}")),
            // Old enough for its backups to be ready.
            active_from: later(at.now, -BACKUPS_ENABLING),
            updating_until: at.now,
            deletion_protection: false,
            stream: None,
            recovery: None,
            items,
        }
    }

    fn status(&self, at: Timestamp) -> TableStatus {
        if at < self.active_from {
            TableStatus::Creating
        } else if at < self.updating_until {
            TableStatus::Updating
        } else {
            TableStatus::Active
        }
    }

    fn describe(&self, name: &str, at: &Moment) -> Description {
        Description {
            name: name.to_owned(),
            arn: at.place.arn("dynamodb", &format!("table/{name}")),
            id: self.id.clone(),
            status: self.status(at.now),
            deletion_protection: self.deletion_protection,
            stream: self.stream,
            items_about: self.items.len() as u64,
        }
    }

    fn backups(&self, now: Timestamp) -> ContinuousBackups {
        let Some(Recovery { days, since }) = self.recovery else {
            return ContinuousBackups { recovery_period_days: None, earliest: None, latest: None };
        };
        let reach = SignedDuration::from_hours(24 * i64::from(days));
        let back = |by| now.checked_sub(by).unwrap_or(Timestamp::MIN).max(since);
        ContinuousBackups {
            recovery_period_days: Some(days),
            earliest: Some(whole_second(back(reach))),
            latest: Some(whole_second(back(RESTORABLE_LAG))),
        }
    }
}

/// AWS tells restorable times to the second.
fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
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
    Err(CallError::new(Ending::Refused, "ValidationException", message))
}

fn invalid<R>(message: String) -> Carried<R> {
    refused(Ending::Refused, "ValidationException", message)
}

fn absent<R>(name: &str) -> Carried<R> {
    let message = format!("Requested resource not found: Table: {name} not found");
    refused(Ending::Absent, "ResourceNotFoundException", message)
}

/// The calls for backups have an exception of their own for the same thing.
fn absent_backups<R>(name: &str) -> Carried<R> {
    refused(Ending::Absent, "TableNotFoundException", format!("Table not found: {name}"))
}

#[cfg(test)]
mod tests;
