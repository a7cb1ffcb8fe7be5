//! `cloudwatch.alarm.test`: whether somebody was told when the alarm was set off on purpose.

use std::collections::BTreeSet;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::seen::{reply, strange};
use super::super::{Breach, Change, Kind, Property, Target, Undo, Unread};
use super::{alarm, describe};
use crate::cloud::cloudwatch::{AlarmState, Call, Happened, Happening, Reply, SET_ALARM_STATE};
use crate::cloud::{self, Danger, Operation, Outcome};
use crate::text;

/// `cloudwatch.alarm.test`
pub(in crate::settings) struct Test;

/// An alarm that was set off on purpose.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::settings) struct Tried {
    /// The name of the test: `2026-11`. The same name is not tried twice within 30 days.
    pub name: String,
    /// Whether somebody was told.
    #[serde(default = "yes")]
    pub told: bool,
}

const fn yes() -> bool {
    true
}

/// What the reason of a state begins with when it was set for a test; the name follows.
const REASON: &str = "Test of the alarm by Muster, nothing is wrong: ";
/// The longest name of a test, so that the reason with it stays short enough for a mail's subject.
const NAME_LENGTH: usize = 100;

/// The tests that the history of the alarm shows, each with when it began.
fn tests(happened: &[Happened]) -> impl Iterator<Item = (&str, Timestamp)> {
    happened.iter().filter_map(|one| match &one.what {
        Happening::State { to: AlarmState::Alarm, reason } => {
            Some((reason.strip_prefix(REASON)?, one.at))
        }
        Happening::State { .. } | Happening::Action { .. } => None,
    })
}

/// True when somebody was told from then on, and before the alarm went off once more.
fn is_told(happened: &[Happened], since: Timestamp) -> bool {
    let next = happened.iter().find(|one| {
        one.at > since && matches!(one.what, Happening::State { to: AlarmState::Alarm, .. })
    });
    happened.iter().any(|one| {
        matches!(one.what, Happening::Action { succeeded: true, .. })
            && one.at >= since
            && next.is_none_or(|next| one.at < next.at)
    })
}

impl Property for Test {
    type Value = BTreeSet<Tried>;

    const ID: &'static str = "cloudwatch.alarm.test";
    const KIND: Kind = Kind::Alarm;
    const TITLE: &'static str = "Test";
    const HELP: &'static str = "Which tests the alarm has been through in the last 30 days, at \
        least. Setting it sets the alarm off: everybody whom it tells is told, with the name of the \
        test in the reason, and the alarm takes that back by itself as soon as it looks at its \
        metric again. It is met when the alarm's history says that somebody was told. There is \
        nothing to undo.";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html";
    const EXAMPLE: &'static str = "[{ name = \"2026-11\" }]";
    const WRITES: &'static [&'static Operation] = &[&SET_ALARM_STATE];

    fn read(on: &Target) -> Vec<cloud::Call> {
        let alarm = on.name.clone();
        vec![describe(on), cloud::Call::CloudWatch(Call::DescribeAlarmHistory { alarm })]
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<BTreeSet<Tried>, Unread> {
        alarm(seen)?;
        match reply(seen, 1)? {
            cloud::Reply::CloudWatch(Reply::History { happened }) => {
                let tried = |(name, at): (&str, Timestamp)| Tried {
                    name: name.to_owned(),
                    told: is_told(happened, at),
                };
                Ok(tests(happened).map(tried).collect())
            }
            other => Err(strange(other)),
        }
    }

    fn is_met(value: &BTreeSet<Tried>, wanted: &BTreeSet<Tried>) -> bool {
        wanted.is_subset(value)
    }

    fn write(
        on: &Target,
        seen: &[Outcome],
        to: &BTreeSet<Tried>,
    ) -> Result<Vec<cloud::Call>, Breach> {
        let unreadable = |why: Unread| {
            let why = format!("the alarm could not be read: {why}");
            Breach::unfit(why, "try again when it can be read")
        };
        let now = Self::decode(on, seen).map_err(unreadable)?;
        let (spec, state) = alarm(seen).map_err(unreadable)?;
        let Some(missing) = to.iter().find(|tried| !now.contains(tried)) else {
            return Ok(Vec::new());
        };
        if now.iter().any(|tried| tried.name == missing.name) {
            return Err(Breach::unfit(
                format!(
                    "the test `{}` was made, and nobody was told",
                    text::visible(&missing.name)
                ),
                "look at the actions of the alarm and at the policy of its topic, then give the \
                 test another name",
            ));
        }
        if spec.actions.is_empty() {
            let why = "the alarm tells nobody: there is nothing to try";
            return Err(Breach::unfit(why, "let it tell a topic: `cloudwatch.alarm.definition`"));
        }
        if state == AlarmState::Alarm {
            let why = "the alarm is going off, so it cannot be set off, and somebody is needed";
            return Err(Breach::unfit(why, "see to what it says, and try it when it is OK"));
        }
        let (alarm, state) = (on.name.clone(), AlarmState::Alarm);
        let reason = format!("{REASON}{}", missing.name);
        Ok(vec![cloud::Call::CloudWatch(Call::SetAlarmState { alarm, state, reason })])
    }

    /// The alarm takes it back by itself, and what was sent cannot be taken back.
    fn undo(
        _on: &Target,
        _seen: &[Outcome],
        _undo: &Undo<'_, BTreeSet<Tried>>,
    ) -> Result<Vec<cloud::Call>, Breach> {
        Ok(Vec::new())
    }

    fn change(from: &BTreeSet<Tried>, to: &BTreeSet<Tried>) -> Change {
        if Self::is_met(from, to) {
            return Change::exact();
        }
        Change::because(
            Danger::Change,
            "Everybody whom the alarm tells is told that it goes off, and why. It takes that back \
             by itself, mostly within seconds; the messages are not taken back.",
        )
    }

    fn lint(_on: &Target, to: &BTreeSet<Tried>) -> Vec<Breach> {
        let mut breaches = Vec::new();
        if to.len() != 1 {
            let why = "an alarm goes through one test at a time";
            breaches.push(Breach::unfit(why, "name one test"));
        }
        for Tried { name, told } in to {
            let count = name.chars().count();
            if !(1..=NAME_LENGTH).contains(&count) || name.chars().any(text::is_hidden) {
                let why = format!("`{}` is no name for a test", text::visible(name));
                breaches.push(Breach::unfit(why, "use 1 to 100 characters on one line: `2026-11`"));
            }
            if !told {
                let why = "a test is there to tell somebody";
                breaches.push(Breach::unfit(why, "leave `told` out"));
            }
        }
        breaches
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{absent, alarm, call, failed, on, said};
    use super::*;
    use crate::cloud::Ending;

    const TOPIC: &str = "arn:aws:sns:us-east-1:500313280221:alerts";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_760_000_000 + second).unwrap()
    }

    fn goes_off(second: i64, reason: &str) -> Happened {
        let what = Happening::State { to: AlarmState::Alarm, reason: reason.to_owned() };
        Happened { at: at(second), what }
    }

    fn tells(second: i64, succeeded: bool) -> Happened {
        Happened { at: at(second), what: Happening::Action { told: TOPIC.to_owned(), succeeded } }
    }

    fn ends(second: i64) -> Happened {
        let reason = "Threshold not crossed".to_owned();
        Happened { at: at(second), what: Happening::State { to: AlarmState::Ok, reason } }
    }

    fn november() -> String {
        format!("{REASON}2026-11")
    }

    fn seen(happened: Vec<Happened>) -> Vec<Outcome> {
        vec![alarm(&[TOPIC], AlarmState::Ok), said(Reply::History { happened })]
    }

    fn tried(name: &str, told: bool) -> BTreeSet<Tried> {
        BTreeSet::from([Tried { name: name.to_owned(), told }])
    }

    #[test]
    fn a_test_is_met_when_somebody_was_told() {
        let read = |happened| Test::decode(&on("a"), &seen(happened)).unwrap();
        assert_eq!(read(vec![]), BTreeSet::new());
        assert_eq!(read(vec![goes_off(0, &november())]), tried("2026-11", false));
        let told = vec![goes_off(0, &november()), tells(0, true), ends(30)];
        assert_eq!(read(told), tried("2026-11", true));
        let in_vain = vec![goes_off(0, &november()), tells(1, false), ends(30)];
        assert_eq!(read(in_vain), tried("2026-11", false));
        // What was told before, or when it really went off afterwards, is no answer to the test.
        let elsewhere = vec![
            goes_off(0, "Threshold crossed"),
            tells(1, true),
            goes_off(100, &november()),
            goes_off(200, "Threshold crossed"),
            tells(201, true),
        ];
        assert_eq!(read(elsewhere), tried("2026-11", false));
        let wanted = tried("2026-11", true);
        assert!(Test::is_met(&wanted, &wanted));
        assert!(!Test::is_met(&tried("2026-11", false), &wanted));
        assert!(!Test::is_met(&tried("2026-10", true), &wanted));
        assert_eq!(Test::decode(&on("a"), &[absent(), said(Reply::Done {})]), Err(Unread::Absent));
        let strange = [alarm(&[], AlarmState::Ok), said(Reply::Done {})];
        assert!(matches!(Test::decode(&on("a"), &strange), Err(Unread::Strange(_))));
    }

    #[test]
    fn an_alarm_is_set_off_once_and_only_when_that_says_something() {
        let write = |seen: Vec<Outcome>| Test::write(&on("a"), &seen, &tried("2026-11", true));
        let (alarm_name, state) = ("a".to_owned(), AlarmState::Alarm);
        let set = Call::SetAlarmState { alarm: alarm_name, state, reason: november() };
        assert_eq!(write(seen(vec![])), Ok(call(set.clone())));
        assert_eq!(write(seen(vec![goes_off(0, "Threshold crossed"), ends(9)])), Ok(call(set)));
        let done = vec![goes_off(0, &november()), tells(0, true), ends(30)];
        assert_eq!(write(seen(done)), Ok(vec![]));
        let why = |seen| write(seen).unwrap_err().why;
        assert!(why(seen(vec![goes_off(0, &november())])).contains("nobody was told"));
        let history = || said(Reply::History { happened: vec![] });
        assert!(why(vec![alarm(&[], AlarmState::Ok), history()]).contains("tells nobody"));
        assert!(why(vec![alarm(&[TOPIC], AlarmState::Alarm), history()]).contains("going off"));
        assert!(why(vec![failed(Ending::Denied), history()]).contains("could not be read"));
    }

    #[test]
    fn there_is_nothing_to_undo() {
        let (before, after) = (BTreeSet::new(), tried("2026-11", true));
        let undo = Undo { before: &before, after: &after };
        assert_eq!(Test::undo(&on("a"), &seen(vec![]), &undo), Ok(vec![]));
        assert_eq!(Test::change(&before, &after).danger, Danger::Change);
        assert!(Test::change(&before, &after).why.is_some());
        assert_eq!(Test::change(&after, &after), Change::exact());
    }

    #[test]
    fn one_test_with_a_name() {
        let lint = |to: BTreeSet<Tried>| Test::lint(&on("a"), &to).len();
        assert_eq!(lint(tried("2026-11", true)), 0);
        assert_eq!(lint(tried("2026-11", false)), 1);
        assert_eq!(lint(tried("", true)), 1);
        assert_eq!(lint(tried("2026\n11", true)), 1);
        assert_eq!(lint(tried(&"x".repeat(101), true)), 1);
        assert_eq!(lint(BTreeSet::new()), 1);
        assert_eq!(lint(&tried("a", true) | &tried("b", true)), 1);
    }
}
