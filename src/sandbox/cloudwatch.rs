//! The simulated CloudWatch: alarms that need a period to know.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cloud::cloudwatch::{AlarmSpec, AlarmState, Call, Reply};
use crate::cloud::{CallError, Ending};

use super::lagging::Shelf;
use super::moment::{Carried, Moment, later, read, refused, wrote};

/// All metric alarms of the account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Alarms {
    shelf: Shelf<Alarm>,
}

/// An alarm as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Alarm {
    spec: AlarmSpec,
    /// From when on it can tell.
    knows_from: Timestamp,
}

impl Alarms {
    /// Carries out one CloudWatch call.
    pub fn call(&mut self, call: &Call, at: &Moment) -> Carried<Reply> {
        match call {
            Call::DescribeAlarm { alarm } => match self.shelf.seen(alarm, at.now) {
                Some(found) => {
                    read(Reply::Alarm { spec: found.spec.clone(), state: found.state(at) })
                }
                None => absent(alarm),
            },
            Call::DescribeAlarmsTelling { action } => {
                let mut names = self.shelf.names(at.now);
                let tells = |alarm: &Alarm| alarm.spec.actions.contains(action);
                names.retain(|name| self.shelf.seen(name, at.now).is_some_and(tells));
                read(Reply::Alarms { names })
            }
            Call::PutMetricAlarm { alarm, spec } => {
                check(alarm, spec)?;
                let mut spec = spec.clone();
                spec.actions.sort();
                let first_known = later(at.now, i64::from(spec.period_seconds) * 1_000);
                // Replacing an alarm leaves its state alone.
                let knows_from =
                    self.shelf.truth(alarm).map_or(first_known, |before| before.knows_from);
                let new = Alarm { spec, knows_from };
                let changed = self.shelf.set(alarm, Some(new), at.now, at.visible);
                wrote(Reply::Done {}, changed)
            }
            Call::DeleteAlarm { alarm } => {
                if self.shelf.truth(alarm).is_none() {
                    return absent(alarm);
                }
                let changed = self.shelf.set(alarm, None, at.now, at.visible);
                wrote(Reply::Done {}, changed)
            }
        }
    }

    /// All alarms as they are, without what they say.
    pub fn state(&self) -> Value {
        let alarms = self.shelf.truths().map(|(name, alarm)| (name, &alarm.spec));
        serde_json::json!(alarms.collect::<BTreeMap<_, _>>())
    }
}

impl Alarm {
    /// Nothing ever goes wrong in the simulated account, so the alarm is fine once it can tell.
    fn state(&self, at: &Moment) -> AlarmState {
        if at.now < self.knows_from { AlarmState::InsufficientData } else { AlarmState::Ok }
    }
}

fn check(name: &str, spec: &AlarmSpec) -> Result<(), CallError> {
    let period = spec.period_seconds;
    let message = if name.is_empty() || name.len() > 255 {
        "Alarm name must be 1 to 255 characters long"
    } else if !([10, 20, 30].contains(&period) || (period > 0 && period.is_multiple_of(60))) {
        "Period must be 10, 20, 30 or a multiple of 60"
    } else if spec.evaluation_periods == 0 {
        "EvaluationPeriods must be at least 1"
    } else if !spec.threshold.is_finite() {
        "Threshold must be a finite number"
    } else if spec.actions.len() > 5 {
        "Member must have length less than or equal to 5"
    } else if spec.actions.iter().any(|action| !action.starts_with("arn:")) {
        "Invalid arn syntax"
    } else {
        return Ok(());
    };
    Err(CallError::new(Ending::Refused, "ValidationError", message))
}

fn absent<R>(name: &str) -> Carried<R> {
    refused(Ending::Absent, "ResourceNotFound", format!("Unknown alarm: {name}"))
}

#[cfg(test)]
mod tests;
