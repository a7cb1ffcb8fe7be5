//! `cloudwatch.alarm.state`: what an alarm says now.

use super::super::{Kind, Property, Target, Unread};
use super::{alarm, describe};
use crate::cloud::cloudwatch::AlarmState;
use crate::cloud::{self, Outcome};

/// `cloudwatch.alarm.state`
pub(in crate::settings) struct State;

impl Property for State {
    type Value = AlarmState;

    const ID: &'static str = "cloudwatch.alarm.state";
    const KIND: Kind = Kind::Alarm;
    const TITLE: &'static str = "State";
    const HELP: &'static str = "What the alarm says now: `OK`, `ALARM` or `INSUFFICIENT_DATA`. It \
        is measured, so it cannot be set; `cloudwatch.alarm.test` tries whether the alarm is heard.";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricAlarm.html";
    const EXAMPLE: &'static str = "\"OK\"";

    fn read(on: &Target) -> Vec<cloud::Call> {
        vec![describe(on)]
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<AlarmState, Unread> {
        Ok(alarm(seen)?.1)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{absent, alarm, on};
    use super::*;

    #[test]
    fn what_the_alarm_says_is_read_and_never_written() {
        for state in [AlarmState::Ok, AlarmState::Alarm, AlarmState::InsufficientData] {
            assert_eq!(State::decode(&on("a"), &[alarm(&[], state)]), Ok(state));
        }
        assert_eq!(State::decode(&on("a"), &[absent()]), Err(Unread::Absent));
        assert!(State::write(&on("a"), &[], &AlarmState::Ok).is_err());
    }
}
