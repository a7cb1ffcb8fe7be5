//! The simulated SNS: topics, and recipients who confirm in their own time.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cloud::sns::{Call, Protocol, Reply, Subscription as Description};
use crate::cloud::{CallError, Ending};

use super::lagging::Shelf;
use super::moment::{Carried, Moment, later, read, refused, wrote};

/// How long a recipient takes to confirm, in milliseconds.
const CONFIRMS_AFTER: i64 = 120_000;
/// How long a subscription waits for its confirmation before it lapses, in milliseconds.
const LAPSES_AFTER: i64 = 48 * 60 * 60 * 1_000;

/// All topics of the account, by ARN.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Topics {
    shelf: Shelf<Topic>,
}

/// A topic as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Topic {
    subscriptions: Vec<Subscription>,
}

/// A subscription as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Subscription {
    protocol: Protocol,
    endpoint: String,
    arn: String,
    asked: Timestamp,
    confirmed: bool,
}

impl Topics {
    /// Lets recipients do what they did until `now`: confirm, or let their chance lapse.
    pub fn settle(&mut self, now: Timestamp, recipient_confirms: bool) {
        let mut moved: Vec<(String, Topic)> = Vec::new();
        for (arn, topic) in self.shelf.truths() {
            let mut new = topic.clone();
            for waiting in new.subscriptions.iter_mut().filter(|one| !one.confirmed) {
                waiting.confirmed =
                    recipient_confirms && now >= later(waiting.asked, CONFIRMS_AFTER);
            }
            new.subscriptions.retain(|one| one.confirmed || now < later(one.asked, LAPSES_AFTER));
            if new != *topic {
                moved.push((arn.to_owned(), new));
            }
        }
        for (arn, topic) in moved {
            self.shelf.set(&arn, Some(topic), now, now);
        }
    }

    /// Carries out one SNS call.
    pub fn call(&mut self, call: &Call, at: &Moment) -> Carried<Reply> {
        match call {
            Call::GetTopicAttributes { topic } => match self.seen(topic, at)? {
                Some(_) => read(Reply::Topic { arn: topic.clone() }),
                None => no_topic(),
            },
            Call::ListSubscriptionsByTopic { topic } => match self.seen(topic, at)? {
                Some(found) => read(Reply::Subscriptions {
                    subscriptions: found.subscriptions.iter().map(describe).collect(),
                }),
                None => no_topic(),
            },
            Call::CreateTopic { name } => self.create(name, at),
            Call::DeleteTopic { topic } => {
                check_arn("TopicArn", topic)?;
                // Deleting a topic that is not there is a success (SNS API, DeleteTopic).
                let changed = self.shelf.set(topic, None, at.now, at.visible);
                wrote(Reply::Done {}, changed)
            }
            Call::Subscribe { topic, protocol, endpoint } => {
                self.subscribe(topic, *protocol, endpoint, at)
            }
            Call::Unsubscribe { subscription } => self.unsubscribe(subscription, at),
        }
    }

    /// What a person could have set; whether a recipient has confirmed yet is not.
    pub fn state(&self) -> Value {
        let topics = self.shelf.truths().map(|(arn, topic)| {
            let mut told: Vec<_> =
                topic.subscriptions.iter().map(|one| (one.protocol, &one.endpoint)).collect();
            told.sort();
            (arn, told)
        });
        serde_json::json!(topics.collect::<BTreeMap<_, _>>())
    }

    fn seen(&self, arn: &str, at: &Moment) -> Result<Option<&Topic>, CallError> {
        check_arn("TopicArn", arn)?;
        Ok(self.shelf.seen(arn, at.now))
    }

    fn create(&mut self, name: &str, at: &Moment) -> Carried<Reply> {
        let good = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
        if name.is_empty() || name.len() > 256 || !name.chars().all(good) {
            return invalid("Topic Name");
        }
        let arn = at.place.arn("sns", name);
        let changed = self.shelf.truth(&arn).is_none()
            && self.shelf.set(&arn, Some(Topic::default()), at.now, at.visible);
        wrote(Reply::Topic { arn }, changed)
    }

    fn subscribe(
        &mut self,
        arn: &str,
        protocol: Protocol,
        endpoint: &str,
        at: &Moment,
    ) -> Carried<Reply> {
        check_arn("TopicArn", arn)?;
        check_endpoint(protocol, endpoint)?;
        let Some(topic) = self.shelf.truth(arn) else { return no_topic() };
        let same = |one: &&Subscription| one.protocol == protocol && one.endpoint == endpoint;
        if let Some(there) = topic.subscriptions.iter().find(same) {
            return wrote(Reply::Subscribed { arn: describe(there).arn }, false);
        }
        let new = Subscription {
            protocol,
            endpoint: endpoint.to_owned(),
            arn: format!("{arn}:{}", at.uuid("subscription")),
            asked: at.now,
            confirmed: confirms_at_once(protocol),
        };
        let reply = Reply::Subscribed { arn: describe(&new).arn };
        let mut topic = topic.clone();
        topic.subscriptions.push(new);
        let changed = self.shelf.set(arn, Some(topic), at.now, at.visible);
        wrote(reply, changed)
    }

    /// A second `Unsubscribe` is a success, too: AWS was seen to answer so.
    fn unsubscribe(&mut self, subscription: &str, at: &Moment) -> Carried<Reply> {
        check_arn("SubscriptionArn", subscription)?;
        let found = self.shelf.truths().find_map(|(arn, topic)| {
            let rest: Vec<Subscription> = topic
                .subscriptions
                .iter()
                .filter(|one| !(one.confirmed && one.arn == subscription))
                .cloned()
                .collect();
            (rest.len() < topic.subscriptions.len()).then(|| (arn.to_owned(), rest))
        });
        let Some((arn, subscriptions)) = found else { return wrote(Reply::Done {}, false) };
        let changed = self.shelf.set(&arn, Some(Topic { subscriptions }), at.now, at.visible);
        wrote(Reply::Done {}, changed)
    }
}

fn describe(subscription: &Subscription) -> Description {
    Description {
        protocol: subscription.protocol,
        endpoint: subscription.endpoint.clone(),
        arn: subscription.confirmed.then(|| subscription.arn.clone()),
    }
}

/// A queue or function of the same account needs nobody to confirm, nor does a telephone number.
fn confirms_at_once(protocol: Protocol) -> bool {
    match protocol {
        Protocol::Email | Protocol::EmailJson | Protocol::Https => false,
        Protocol::Sms | Protocol::Sqs | Protocol::Lambda => true,
    }
}

fn check_endpoint(protocol: Protocol, endpoint: &str) -> Result<(), CallError> {
    let arn_of = |service: &str| {
        let mut parts = endpoint.split(':');
        parts.next() == Some("arn") && parts.nth(1) == Some(service)
    };
    let (good, what) = match protocol {
        Protocol::Email | Protocol::EmailJson => (is_address(endpoint), "Email address"),
        Protocol::Https => {
            (endpoint.starts_with("https://"), "Endpoint must match the specified protocol")
        }
        Protocol::Sms => (
            endpoint.chars().any(|c| c.is_ascii_digit())
                && endpoint.chars().all(|c| c.is_ascii_digit() || "+- ".contains(c)),
            "Invalid SMS endpoint",
        ),
        Protocol::Sqs => (arn_of("sqs"), "SQS endpoint ARN"),
        Protocol::Lambda => (arn_of("lambda"), "Lambda endpoint ARN"),
    };
    if good { Ok(()) } else { invalid(what).map(|_: super::moment::Applied<()>| ()) }
}

fn is_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty()
            && !host.is_empty()
            && !text.contains([' ', ';', ','])
            && !host.contains('@')
    })
}

fn check_arn(parameter: &str, arn: &str) -> Result<(), CallError> {
    let elements = arn.split(':').count();
    if elements >= 6 {
        return Ok(());
    }
    let message = format!(
        "Invalid parameter: {parameter} Reason: An ARN must have at least 6 elements, not \
         {elements}"
    );
    Err(CallError::new(Ending::Refused, "InvalidParameter", message))
}

fn invalid<R>(what: &str) -> Carried<R> {
    refused(Ending::Refused, "InvalidParameter", format!("Invalid parameter: {what}"))
}

fn no_topic<R>() -> Carried<R> {
    refused(Ending::Absent, "NotFound", "Topic does not exist")
}

#[cfg(test)]
mod tests;
