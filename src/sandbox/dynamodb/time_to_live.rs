//! Simulated time to live: it takes a while, and then AWS takes no other change for an hour (D17).

use crate::cloud::dynamodb::{Reply, TableStatus, TimeToLive, TimeToLiveStatus};

use super::super::moment::{Carried, read, wrote};
use super::table::Table;
use super::{Moment, Tables, absent, in_use, invalid, later};

/// How long time to live is ENABLING or DISABLING, in milliseconds. AWS says up to an hour.
const CHANGING: i64 = 30_000;
/// For how long after a change AWS refuses another one, in milliseconds.
const FIXED_INTERVAL: i64 = 3_600_000;

impl Tables {
    pub(super) fn time_to_live(&self, name: &str, at: &Moment) -> Carried<Reply> {
        match self.shelf.seen(name, at.now) {
            None => absent(name),
            Some(table) => match table.status(at.now) {
                TableStatus::Creating => invalid(cannot_describe("CREATING")),
                TableStatus::Deleting => invalid(cannot_describe("DELETING")),
                TableStatus::Updating
                | TableStatus::Active
                | TableStatus::InaccessibleEncryptionCredentials
                | TableStatus::Archiving
                | TableStatus::Archived => read(Reply::TimeToLive(table.describe_time_to_live(at))),
            },
        }
    }

    pub(super) fn update_time_to_live(
        &mut self,
        name: &str,
        attribute: &str,
        enabled: bool,
        at: &Moment,
    ) -> Carried<Reply> {
        let Some(table) = self.shelf.truth(name) else { return absent(name) };
        match table.status(at.now) {
            TableStatus::Creating => return in_use(name, "created"),
            TableStatus::Deleting => return in_use(name, "deleted"),
            TableStatus::Updating
            | TableStatus::Active
            | TableStatus::InaccessibleEncryptionCredentials
            | TableStatus::Archiving
            | TableStatus::Archived => {}
        }
        // What is asked for is looked at before how long ago the last change was.
        match (&table.time_to_live, enabled) {
            (None, false) => return invalid("TimeToLive is already disabled"),
            (Some(there), _) if there != attribute => {
                return invalid(format!(
                    "TimeToLive is active on a different AttributeName: current AttributeName is \
                     {there}"
                ));
            }
            (Some(_), true) => return invalid("TimeToLive is already enabled"),
            (Some(_), false) | (None, true) => {}
        }
        let last = table.time_to_live_changed;
        if last.is_some_and(|last| at.now < later(last, FIXED_INTERVAL)) {
            return invalid(
                "Time to live has been modified multiple times within a fixed interval",
            );
        }
        let mut new = table.clone();
        new.time_to_live = enabled.then(|| attribute.to_owned());
        new.time_to_live_changed = Some(at.now);
        self.shelf.set(name, Some(new), at.now, at.visible);
        wrote(Reply::Done {}, true)
    }
}

impl Table {
    fn describe_time_to_live(&self, at: &Moment) -> TimeToLive {
        let changed = self.time_to_live_changed;
        let changing = changed.is_some_and(|changed| at.now < later(changed, CHANGING));
        let status = match (self.time_to_live.is_some(), changing) {
            (true, true) => TimeToLiveStatus::Enabling,
            (true, false) => TimeToLiveStatus::Enabled,
            (false, true) => TimeToLiveStatus::Disabling,
            (false, false) => TimeToLiveStatus::Disabled,
        };
        TimeToLive { status, attribute: self.time_to_live.clone() }
    }
}

fn cannot_describe(state: &str) -> String {
    format!("Cannot describe time to live while table is in {state} state")
}
