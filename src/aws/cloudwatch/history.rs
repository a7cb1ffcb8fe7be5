//! What happened to an alarm, and setting what it says.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{AlarmHistoryItem, AlarmType, HistoryItemType, ScanBy, StateValue};
use jiff::Timestamp;
use serde::Deserialize;

use super::super::MOST_PAGES;
use super::super::ending::{needed, too_many_pages, unreadable};
use super::super::sending::{Sending, answer, sent};
use super::state_from_sdk;
use crate::cloud::cloudwatch::{AlarmState, Happened, Happening, Reply};
use crate::cloud::{self, CallError, Outcome};

/// What an entry says about a change of the state, as far as we read it. It is JSON in a text.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StateData {
    new_state: NewState,
}

/// What the alarm says from then on.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewState {
    state_value: String,
    #[serde(default)]
    state_reason: String,
}

/// What an entry says about somebody who is told, as far as we read it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ActionData {
    action_state: String,
    notification_resource: Option<String>,
}

/// How AWS calls an action that worked.
const SUCCEEDED: &str = "Succeeded";

pub(super) async fn describe(client: &Client, sending: &Sending, alarm: String) -> Outcome {
    let mut happened = Vec::new();
    let mut token = None;
    for _ in 0..MOST_PAGES {
        let request = client
            .describe_alarm_history()
            .alarm_name(&alarm)
            .alarm_types(AlarmType::MetricAlarm)
            .scan_by(ScanBy::TimestampAscending)
            .set_next_token(token);
        let output = sent!(sending, request)?;
        for item in output.alarm_history_items() {
            happened.extend(happened_in(item)?);
        }
        token = output.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if token.is_none() {
            happened.sort_by_key(|one| one.at);
            let reply = Reply::History { happened };
            return answer(cloud::Reply::CloudWatch(reply), &output);
        }
    }
    Err(too_many_pages())
}

pub(super) async fn set_state(
    client: &Client,
    sending: &Sending,
    alarm: String,
    state: AlarmState,
    reason: String,
) -> Outcome {
    let state = match state {
        AlarmState::Ok => StateValue::Ok,
        AlarmState::Alarm => StateValue::Alarm,
        AlarmState::InsufficientData => StateValue::InsufficientData,
    };
    let request =
        client.set_alarm_state().alarm_name(alarm).state_value(state).state_reason(reason);
    let output = sent!(sending, request)?;
    answer(cloud::Reply::CloudWatch(Reply::Done {}), &output)
}

/// What the vocabulary holds of an entry; none for one about the definition of the alarm.
fn happened_in(item: &AlarmHistoryItem) -> Result<Option<Happened>, CallError> {
    let data = || needed(item.history_data(), "HistoryData");
    let what = match needed(item.history_item_type(), "HistoryItemType")? {
        HistoryItemType::StateUpdate => {
            let StateData { new_state } = read(data()?)?;
            let to = state_from_sdk(&StateValue::from(new_state.state_value.as_str()))?;
            Happening::State { to, reason: new_state.state_reason }
        }
        HistoryItemType::Action => {
            let ActionData { action_state, notification_resource } = read(data()?)?;
            Happening::Action {
                told: notification_resource.unwrap_or_default(),
                succeeded: action_state == SUCCEEDED,
            }
        }
        // Changes of the definition, and alarms of several series: neither is ours.
        _ => return Ok(None),
    };
    Ok(Some(Happened { at: time(item)?, what }))
}

fn read<'d, T: Deserialize<'d>>(data: &'d str) -> Result<T, CallError> {
    serde_json::from_str(data).map_err(|_| unreadable("HistoryData", data))
}

fn time(item: &AlarmHistoryItem) -> Result<Timestamp, CallError> {
    let at = needed(item.timestamp(), "Timestamp")?;
    let nanos = i32::try_from(at.subsec_nanos()).unwrap_or_default();
    Timestamp::new(at.secs(), nanos).map_err(|_| unreadable("Timestamp", &at.to_string()))
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::DateTime;

    use super::*;

    fn item(kind: HistoryItemType, data: &str) -> AlarmHistoryItem {
        AlarmHistoryItem::builder()
            .timestamp(DateTime::from_secs(1_763_600_000))
            .history_item_type(kind)
            .history_data(data)
            .build()
    }

    fn what(kind: HistoryItemType, data: &str) -> Result<Option<Happening>, CallError> {
        happened_in(&item(kind, data)).map(|found| found.map(|happened| happened.what))
    }

    /// The entries of the CloudWatch user guide and of `API_AlarmHistoryItem`.
    #[test]
    fn what_happened_is_read_from_the_entries() {
        let state = r#"{ "version": "1.0", "oldState": { "stateValue": "OK", "stateReason": "x" },
            "newState": { "stateValue": "ALARM", "stateReason": "a test", "stateReasonData": {} } }"#;
        let (to, reason) = (AlarmState::Alarm, "a test".to_owned());
        let expected = Happening::State { to, reason };
        assert_eq!(what(HistoryItemType::StateUpdate, state), Ok(Some(expected)));
        let action = |state: &str| {
            let data = format!(
                r#"{{ "actionState": "{state}", "stateUpdateTimestamp": 1, "error": null,
                "notificationResource": "arn:aws:sns:us-east-1:500313280221:alerts",
                "publishedMessage": "{{}}" }}"#
            );
            what(HistoryItemType::Action, &data)
        };
        let told = "arn:aws:sns:us-east-1:500313280221:alerts".to_owned();
        let expected = |succeeded| Ok(Some(Happening::Action { told: told.clone(), succeeded }));
        assert_eq!(action("Succeeded"), expected(true));
        assert_eq!(action("Failed"), expected(false));
        assert_eq!(what(HistoryItemType::ConfigurationUpdate, "{}"), Ok(None));
        for odd in ["", "{}", "no JSON", r#"{ "newState": { "stateValue": "FINE" } }"#] {
            assert!(what(HistoryItemType::StateUpdate, odd).is_err(), "{odd}");
        }
    }
}
