//! Simulated UpdateTable: one class of change at a time, and only so many of some (D18).

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::cloud::dynamodb::{EncryptionKey, Reply, TableChange, TableClass, TableStatus, Units};
use crate::cloud::{CallError, Place};

use super::super::moment::{Carried, wrote};
use super::create::check_units;
use super::table::{Table, key_arn};
use super::{Moment, Tables, absent, exceeded, in_use, invalid, later};

/// How long an update takes, in milliseconds.
const UPDATING: i64 = 10_000;
/// How long a switch between on demand and provisioned takes, in milliseconds: AWS was seen to
/// need more than a minute.
const SWITCHING: i64 = 75_000;
/// How long it takes to encrypt with another key, in milliseconds; the table stays ACTIVE.
const ENCRYPTING: i64 = 22_000;

impl Tables {
    pub(super) fn update(
        &mut self,
        name: &str,
        change: &TableChange,
        at: &Moment,
    ) -> Carried<Reply> {
        let Some(table) = self.shelf.truth(name) else { return absent(name) };
        match table.status(at.now) {
            TableStatus::Active => {}
            TableStatus::Creating => return in_use(name, "created"),
            TableStatus::Updating => return in_use(name, "updated"),
            TableStatus::Deleting
            | TableStatus::InaccessibleEncryptionCredentials
            | TableStatus::Archiving
            | TableStatus::Archived => return in_use(name, "deleted"),
        }
        let mut new = table.clone();
        match change {
            TableChange::DeletionProtection(on) => new.deletion_protection = *on,
            TableChange::Stream(view) => {
                match (view, table.stream) {
                    (Some(_), Some(_)) => {
                        let message =
                            format!("Table already has an enabled stream: TableName: {name}");
                        return invalid(message);
                    }
                    (None, None) => {
                        return invalid(format!(
                            "Table has no stream to disable: TableName: {name}"
                        ));
                    }
                    (Some(_), None) => new.stream_label = Some(at.now),
                    (None, Some(_)) => {}
                }
                new.stream = *view;
            }
            TableChange::Encryption(key) => new.encrypt(name, key, at)?,
            TableChange::Class(class) => new.reclass(*class, at)?,
            TableChange::OnDemand {} => new.go_on_demand(at)?,
            TableChange::Provisioned { table, indexes } => new.provision(*table, indexes, at)?,
        }
        let changed = new != *table;
        if changed && new.encryption == table.encryption {
            let switched = new.capacity.is_some() != table.capacity.is_some();
            new.updating_until = later(at.now, if switched { SWITCHING } else { UPDATING });
        }
        let reply = Reply::Table(Box::new(new.describe(name, at)));
        self.shelf.set(name, Some(new), at.now, at.visible);
        wrote(reply, changed)
    }
}

impl Table {
    fn encrypt(&mut self, name: &str, key: &EncryptionKey, at: &Moment) -> Result<(), CallError> {
        check_key(key, &at.place)?;
        if self.encryption.is_changing(at.now) {
            return in_use(name, "updated");
        }
        let to = key_arn(key, &at.place);
        match key {
            EncryptionKey::AwsOwned if self.encryption.key.is_none() => {
                return invalid(
                    "One or more parameter values were invalid: Table is already encrypted by \
                     default",
                );
            }
            EncryptionKey::Customer(_) if self.encryption.key == to => {
                return invalid(
                    "One or more parameter values were invalid: Table is already encrypted by \
                     given KMSMasterKeyId",
                );
            }
            // AWS encrypts anew with the same managed key.
            EncryptionKey::AwsOwned | EncryptionKey::AwsManaged | EncryptionKey::Customer(_) => {}
        }
        let spent = &mut self.spent.encryption;
        spend(spent, (4, 24, 6), at, "Updates of the encryption of a table")?;
        self.encryption.former = std::mem::replace(&mut self.encryption.key, to);
        self.encryption.changing_until = later(at.now, ENCRYPTING);
        Ok(())
    }

    fn reclass(&mut self, class: TableClass, at: &Moment) -> Result<(), CallError> {
        if self.class == class {
            return Ok(());
        }
        spend(&mut self.spent.class, (2, 30 * 24, 30 * 24), at, "Updates of the class of a table")?;
        self.class = class;
        Ok(())
    }

    fn go_on_demand(&mut self, at: &Moment) -> Result<(), CallError> {
        if self.capacity.is_none() {
            return Ok(());
        }
        spend(&mut self.spent.to_on_demand, (4, 24, 24), at, "Update to PayPerRequest mode")?;
        self.capacity = None;
        for index in self.global_indexes.values_mut() {
            index.capacity = None;
        }
        Ok(())
    }

    fn provision(
        &mut self,
        table: Option<Units>,
        indexes: &BTreeMap<String, Units>,
        at: &Moment,
    ) -> Result<(), CallError> {
        table.iter().chain(indexes.values()).copied().try_for_each(check_units)?;
        if let Some(name) = indexes.keys().find(|name| !self.global_indexes.contains_key(*name)) {
            let message = format!("Requested resource not found: Index: {name} not found");
            let ending = crate::cloud::Ending::Absent;
            return Err(CallError::new(ending, "ResourceNotFoundException", message));
        }
        if table.is_none() && indexes.is_empty() {
            return invalid(
                "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, \
                 GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required",
            );
        }
        if self.capacity.is_none() {
            self.check_all_given(table, indexes)?;
        }
        if let Some(units) = table {
            lower(&mut self.spent.decreases, self.capacity, units, "table", at)?;
            self.capacity = Some(units);
        }
        for (name, index) in &mut self.global_indexes {
            let Some(units) = indexes.get(name) else { continue };
            lower(&mut index.decreases, index.capacity, *units, &format!("index {name}"), at)?;
            index.capacity = Some(*units);
            index.updating_until = later(at.now, UPDATING);
        }
        Ok(())
    }

    /// From on demand, the table and every index need their capacity in the same call.
    fn check_all_given(
        &self,
        table: Option<Units>,
        indexes: &BTreeMap<String, Units>,
    ) -> Result<(), CallError> {
        if table.is_none() {
            return invalid(
                "One or more parameter values were invalid: ProvisionedThroughput must be \
                 specified when BillingMode is PROVISIONED",
            );
        }
        match self.global_indexes.keys().find(|name| !indexes.contains_key(*name)) {
            None => Ok(()),
            Some(name) => invalid(format!(
                "One or more parameter values were invalid: ProvisionedThroughput must be \
                 specified for index: {name}"
            )),
        }
    }
}

/// Notes a change of which AWS allows `most` in so many hours, and after those one in so many.
fn spend(
    spent: &mut Vec<Timestamp>,
    (most, hours, after): (usize, i64, i64),
    at: &Moment,
    what: &str,
) -> Result<(), CallError> {
    let ago = |hours: i64| later(at.now, -hours * 3_600_000);
    spent.retain(|when| ago(hours) < *when);
    if spent.len() >= most
        && let Some(last) = spent.last().filter(|last| ago(after) < **last)
    {
        let next = later(*last, after * 3_600_000);
        return exceeded(format!(
            "Subscriber limit exceeded: {what} are limited to {most} times in {hours} hour(s). \
             Last update at {last}. Next update can be made at {next}"
        ));
    }
    spent.push(at.now);
    Ok(())
}

/// Refuses what is there already, and too many decreases in a UTC day: four, and after those one
/// an hour.
fn lower(
    decreases: &mut Vec<Timestamp>,
    from: Option<Units>,
    to: Units,
    what: &str,
    at: &Moment,
) -> Result<(), CallError> {
    let Some(from) = from else { return Ok(()) };
    if from == to {
        return invalid(format!(
            "The provisioned throughput for the {what} will not change. The requested value \
             equals the current value. Current ReadCapacityUnits provisioned for the {what}: {}. \
             Requested ReadCapacityUnits: {}. Current WriteCapacityUnits provisioned for the \
             {what}: {}. Requested WriteCapacityUnits: {}. Refer to the Amazon DynamoDB Developer \
             Guide for current limits and how to request higher limits.",
            from.read, to.read, from.write, to.write
        ));
    }
    if to.read >= from.read && to.write >= from.write {
        return Ok(());
    }
    let day = |at: Timestamp| at.as_second().div_euclid(86_400);
    decreases.retain(|when| day(*when) == day(at.now));
    if decreases.len() >= 4
        && let Some(last) = decreases.last()
        && at.now.duration_since(*last) < SignedDuration::from_hours(1)
    {
        return exceeded(format!(
            "Subscriber limit exceeded: Provisioned throughput decreases are limited within a \
             given UTC day. After the first 4 decreases, each subsequent decrease in the same UTC \
             day can be performed at most once every 3600 seconds. Number of decreases today: {}. \
             Last decrease at {last}. Next decrease can be made at {}",
            decreases.len(),
            later(*last, 3_600_000)
        ));
    }
    decreases.push(at.now);
    Ok(())
}

/// A customer key is named by an ARN of this account and Region.
pub(super) fn check_key(key: &EncryptionKey, place: &Place) -> Result<(), CallError> {
    match key {
        EncryptionKey::AwsOwned | EncryptionKey::AwsManaged => Ok(()),
        EncryptionKey::Customer(arn) if arn.starts_with(&place.arn("kms", "key/")) => Ok(()),
        EncryptionKey::Customer(arn) => invalid(format!(
            "One or more parameter values were invalid: KMS validation error: Invalid arn {arn} \
             (Service: Kms, Status Code: 400)"
        )),
    }
}
