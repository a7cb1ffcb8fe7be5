//! The simulated CloudWatch: alarms that need a period to know, and dashboards.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::cloud::cloudwatch::{AlarmSpec, AlarmState, Call, Happened, Happening, Reply};
use crate::cloud::{CallError, Ending};

use super::lagging::Shelf;
use super::moment::{Carried, Moment, later, read, refused, wrote};

/// After how long an alarm that was set by hand looks at its metric again.
const LOOKS_AGAIN: SignedDuration = SignedDuration::from_secs(30);
/// How long AWS keeps the history of an alarm.
const HISTORY: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The longest reason that may be given for a state.
const REASON_LENGTH: usize = 1023;

/// All metric alarms and dashboards of the account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Alarms {
    shelf: Shelf<Alarm>,
    dashboards: Shelf<String>,
}

/// An alarm as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Alarm {
    spec: AlarmSpec,
    /// From when on it can tell.
    knows_from: Timestamp,
    /// What happened, and what will: that it looks again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    happened: Vec<Happened>,
}

impl Alarms {
    /// Carries out one CloudWatch call.
    pub fn call(&mut self, call: &Call, at: &Moment) -> Carried<Reply> {
        match call {
            Call::DescribeAlarm { alarm } => match self.shelf.seen(alarm, at.now) {
                Some(found) => {
                    read(Reply::Alarm { spec: found.spec.clone(), state: found.state(at.now) })
                }
                None => absent(alarm),
            },
            Call::DescribeAlarmHistory { alarm } => {
                // AWS answers for an alarm that it does not know, too: nothing happened.
                let found = self.shelf.seen(alarm, at.now);
                read(Reply::History {
                    happened: found.map(|found| found.history(at.now)).unwrap_or_default(),
                })
            }
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
                let new = match self.shelf.truth(alarm) {
                    Some(before) => Alarm { spec, ..before.clone() },
                    None => Alarm { spec, knows_from: first_known, happened: Vec::new() },
                };
                let changed = self.shelf.set(alarm, Some(new), at.now, at.visible);
                wrote(Reply::Done {}, changed)
            }
            Call::SetAlarmState { alarm, state, reason } => self.force(alarm, *state, reason, at),
            Call::DeleteAlarm { alarm } => {
                if self.shelf.truth(alarm).is_none() {
                    return absent(alarm);
                }
                let changed = self.shelf.set(alarm, None, at.now, at.visible);
                wrote(Reply::Done {}, changed)
            }
            Call::GetDashboard { dashboard } => match self.dashboards.seen(dashboard, at.now) {
                Some(body) => read(Reply::Dashboard { body: body.clone() }),
                None => no_dashboard(dashboard),
            },
            Call::PutDashboard { dashboard, body } => {
                check_dashboard(dashboard, body)?;
                let body = Some(body.clone());
                let changed = self.dashboards.set(dashboard, body, at.now, at.visible);
                wrote(Reply::DashboardPut { remarks: Vec::new() }, changed)
            }
            Call::DeleteDashboard { dashboard } => {
                if self.dashboards.truth(dashboard).is_none() {
                    return no_dashboard(dashboard);
                }
                let changed = self.dashboards.set(dashboard, None, at.now, at.visible);
                wrote(Reply::Done {}, changed)
            }
        }
    }

    /// All alarms, without what they say, and all dashboards.
    pub fn state(&self) -> Value {
        let alarms: BTreeMap<_, _> =
            self.shelf.truths().map(|(name, alarm)| (name, &alarm.spec)).collect();
        let dashboards: BTreeMap<_, _> = self.dashboards.truths().collect();
        json!({ "alarms": alarms, "dashboards": dashboards })
    }

    /// Sets what an alarm says until it looks at its metric again. Those it tells are told.
    fn force(
        &mut self,
        name: &str,
        state: AlarmState,
        reason: &str,
        at: &Moment,
    ) -> Carried<Reply> {
        let Some(found) = self.shelf.truth(name) else { return absent(name) };
        if reason.chars().count() > REASON_LENGTH {
            let message = "Member must have length less than or equal to 1023";
            return refused(Ending::Refused, "ValidationError", message);
        }
        if found.state(at.now) == state {
            return wrote(Reply::Done {}, false);
        }
        let mut alarm = found.clone();
        // What would have happened by itself does not, if it was set by hand before.
        alarm.happened.retain(|happened| happened.at <= at.now);
        let again = at.now.checked_add(LOOKS_AGAIN).unwrap_or(Timestamp::MAX);
        let mut happens = |at: Timestamp, what: Happening| {
            alarm.happened.push(Happened { at, what });
        };
        happens(at.now, Happening::State { to: state, reason: reason.to_owned() });
        if state == AlarmState::Alarm {
            for told in &found.spec.actions {
                happens(at.now, Happening::Action { told: told.clone(), succeeded: true });
            }
        }
        let back = found.measured(again);
        if back != state {
            let reason = "Threshold not crossed".to_owned();
            happens(again, Happening::State { to: back, reason });
        }
        self.shelf.set(name, Some(alarm), at.now, at.visible);
        // What an alarm says is no setting of anybody, but those it tells were told.
        wrote(Reply::Done {}, true)
    }
}

impl Alarm {
    /// Nothing ever goes wrong in the simulated account, so the alarm is fine once it can tell.
    fn measured(&self, now: Timestamp) -> AlarmState {
        if now < self.knows_from { AlarmState::InsufficientData } else { AlarmState::Ok }
    }

    /// What it says: what it measured, but for a while after somebody set it.
    fn state(&self, now: Timestamp) -> AlarmState {
        let last = self.happened.iter().rev().find_map(|happened| match happened.what {
            Happening::State { to, .. } if happened.at <= now => Some((happened.at, to)),
            Happening::State { .. } | Happening::Action { .. } => None,
        });
        match last {
            Some((set, state)) if now.duration_since(set) < LOOKS_AGAIN => state,
            Some(_) | None => self.measured(now),
        }
    }

    fn history(&self, now: Timestamp) -> Vec<Happened> {
        let is_kept =
            |happened: &&Happened| happened.at <= now && now.duration_since(happened.at) < HISTORY;
        self.happened.iter().filter(is_kept).cloned().collect()
    }
}

fn check_dashboard(name: &str, body: &str) -> Result<(), CallError> {
    let is_name = (1..=255).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    let (code, message) = if !is_name {
        ("InvalidParameterValue", "The dashboard name must match the pattern [0-9A-Za-z-_]{1,255}")
    } else {
        match serde_json::from_str::<Value>(body) {
            Ok(body) if body.get("widgets").is_some_and(Value::is_array) => return Ok(()),
            Ok(_) => {
                ("InvalidParameterInput", "The dashboard body is invalid: it must have \"widgets\"")
            }
            Err(_) => {
                ("InvalidParameterInput", "The field DashboardBody must be a valid JSON object")
            }
        }
    };
    Err(CallError::new(Ending::Refused, code, message))
}

fn no_dashboard<R>(name: &str) -> Carried<R> {
    refused(Ending::Absent, "ResourceNotFound", format!("Dashboard {name} does not exist"))
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
