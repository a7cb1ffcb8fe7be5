//! Whether a topic is any use: how many recipients confirmed it, and how many alarms tell it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::seen::{reply, strange};
use super::super::{Breach, Kind, Property, Target, Unread};
use super::{subscriptions, topic_arn};
use crate::cloud::sns::Call;
use crate::cloud::{self, Outcome, cloudwatch};

/// `sns.topic.confirmed_subscriptions`
pub(in crate::settings) struct ConfirmedSubscriptions;

/// `sns.topic.alarms`
pub(in crate::settings) struct Alarms;

/// How many there are: in a book, at least so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::settings) struct AtLeast {
    /// The number.
    #[schemars(range(min = 1))]
    pub at_least: usize,
}

impl AtLeast {
    fn lint(self) -> Vec<Breach> {
        if self.at_least > 0 {
            return Vec::new();
        }
        let why = "at least none is always so: the check could not fail";
        vec![Breach::unfit(why, "give a number from 1 on")]
    }
}

impl Property for ConfirmedSubscriptions {
    type Value = AtLeast;

    const ID: &'static str = "sns.topic.confirmed_subscriptions";
    const KIND: Kind = Kind::Topic;
    const TITLE: &'static str = "Confirmed subscriptions";
    const HELP: &'static str = "How many recipients have confirmed that they want to hear the \
        topic, at least: one that is pending hears nothing. Who they are is the matter of \
        `sns.topic.subscriptions`.";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html";
    const EXAMPLE: &'static str = "{ at_least = 1 }";

    fn read(on: &Target) -> Vec<cloud::Call> {
        vec![cloud::Call::Sns(Call::ListSubscriptionsByTopic { topic: topic_arn(on) })]
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<AtLeast, Unread> {
        let confirmed = subscriptions(seen)?.iter().filter(|one| one.arn.is_some());
        Ok(AtLeast { at_least: confirmed.count() })
    }

    fn is_met(value: &AtLeast, wanted: &AtLeast) -> bool {
        value.at_least >= wanted.at_least
    }

    fn lint(_on: &Target, to: &AtLeast) -> Vec<Breach> {
        to.lint()
    }
}

impl Property for Alarms {
    type Value = AtLeast;

    const ID: &'static str = "sns.topic.alarms";
    const KIND: Kind = Kind::Topic;
    const TITLE: &'static str = "Alarms that tell it";
    const HELP: &'static str = "How many metric alarms tell the topic when they go off, at least. \
        An alarm whose actions are off tells nobody and does not count. What each alarm watches is \
        the matter of `cloudwatch.alarm.definition`.";
    const SOURCE: &'static str =
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html";
    const EXAMPLE: &'static str = "{ at_least = 10 }";

    fn read(on: &Target) -> Vec<cloud::Call> {
        let action = topic_arn(on);
        vec![cloud::Call::CloudWatch(cloudwatch::Call::DescribeAlarmsTelling { action })]
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<AtLeast, Unread> {
        match reply(seen, 0)? {
            cloud::Reply::CloudWatch(cloudwatch::Reply::Alarms { names }) => {
                Ok(AtLeast { at_least: names.len() })
            }
            other => Err(strange(other)),
        }
    }

    fn is_met(value: &AtLeast, wanted: &AtLeast) -> bool {
        value.at_least >= wanted.at_least
    }

    fn lint(_on: &Target, to: &AtLeast) -> Vec<Breach> {
        to.lint()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cloud::sns::{Protocol, Reply, Subscription};
    use crate::cloud::{Answer, Place};
    use crate::settings;

    fn topic() -> Target {
        Target { place: Place::new("500313280221", "us-east-1"), name: "alerts".to_owned() }
    }

    fn answered(reply: cloud::Reply) -> Vec<Outcome> {
        vec![Ok(Answer { reply, request_id: None })]
    }

    #[test]
    fn a_pending_recipient_does_not_count() {
        let one = |arn: Option<&str>| Subscription {
            protocol: Protocol::Email,
            endpoint: "ops@example.com".to_owned(),
            arn: arn.map(str::to_owned),
        };
        let seen = answered(cloud::Reply::Sns(Reply::Subscriptions {
            subscriptions: vec![one(None), one(Some("arn:aws:sns:x"))],
        }));
        let setting = settings::find("sns.topic.confirmed_subscriptions").unwrap();
        let value = setting.decode(&topic(), &seen).unwrap();
        assert_eq!(value, json!({ "at_least": 1 }));
        assert!(setting.is_met(&value, &json!({ "at_least": 1 })));
        assert!(!setting.is_met(&value, &json!({ "at_least": 2 })));
    }

    #[test]
    fn alarms_are_counted_and_none_at_all_is_no_check() {
        let names = (0..12).map(|n| format!("alarm-{n}")).collect();
        let seen = answered(cloud::Reply::CloudWatch(cloudwatch::Reply::Alarms { names }));
        let setting = settings::find("sns.topic.alarms").unwrap();
        let value = setting.decode(&topic(), &seen).unwrap();
        assert!(setting.is_met(&value, &json!({ "at_least": 12 })));
        assert!(!setting.is_met(&value, &json!({ "at_least": 13 })));
        assert_eq!(setting.lint(&topic(), &json!({ "at_least": 0 })).len(), 1);
        assert!(!setting.is_writable());
    }
}
