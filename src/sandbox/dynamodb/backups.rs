//! Simulated continuous backups.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::cloud::Ending;
use crate::cloud::dynamodb::{ContinuousBackups, Reply};

use super::super::moment::{Carried, read, refused, wrote};
use super::table::Table;
use super::{Moment, Tables, invalid, later};

/// How long after ACTIVE the backups of a new table are still being enabled, in milliseconds.
/// AWS was seen to need three to six seconds.
pub(super) const ENABLING: i64 = 6_000;
/// The latest restorable time lags behind now by five minutes (D5).
const RESTORABLE_LAG: SignedDuration = SignedDuration::from_mins(5);

/// Point-in-time recovery that is on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Recovery {
    pub days: u32,
    /// When it was turned on: nothing before can be restored (D6).
    pub since: Timestamp,
}

impl Tables {
    pub(super) fn backups(&self, name: &str, at: &Moment) -> Carried<Reply> {
        match self.shelf.seen(name, at.now) {
            Some(found) => read(Reply::ContinuousBackups(found.backups(at.now))),
            None => absent(name),
        }
    }

    pub(super) fn update_backups(
        &mut self,
        name: &str,
        days: Option<u32>,
        at: &Moment,
    ) -> Carried<Reply> {
        let Some(table) = self.shelf.truth(name) else { return absent(name) };
        if let Some(days) = days.filter(|days| !(1..=35).contains(days)) {
            let bound =
                if days < 1 { "greater than or equal to 1" } else { "less than or equal to 35" };
            return invalid(format!(
                "1 validation error detected: Value '{days}' at \
                 'pointInTimeRecoverySpecification.recoveryPeriodInDays' failed to satisfy \
                 constraint: Member must have value {bound}"
            ));
        }
        if at.now < later(table.active_from, ENABLING) {
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

/// The calls for backups have an exception of their own for a table that is not there.
fn absent<R>(name: &str) -> Carried<R> {
    refused(Ending::Absent, "TableNotFoundException", format!("Table not found: {name}"))
}
