//! `dynamodb.table.point_in_time_recovery`: whether a table can be restored to any second.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::seen::{reply, strange};
use super::super::{Breach, Change, Kind, Property, Target, Unread};
use crate::cloud::dynamodb::{Call, Reply, UPDATE_CONTINUOUS_BACKUPS};
use crate::cloud::{self, Danger, Operation, Outcome};

/// `dynamodb.table.point_in_time_recovery`
pub(in crate::settings) struct PointInTimeRecovery;

/// Point-in-time recovery of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::settings) struct Recovery {
    /// Whether the table can be restored to any second of the window.
    pub enabled: bool,
    /// How many days the window reaches back; as it is when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 35))]
    pub recovery_period_days: Option<u32>,
}

const PERIOD_DAYS: std::ops::RangeInclusive<u32> = 1..=35;

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
