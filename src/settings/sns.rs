//! Settings of SNS topics: whether there is one, and who hears it.

mod audience;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::seen::{reply, strange};
use super::{Breach, Change, Kind, Property, Target, Undo, Unread};
use crate::cloud::sns::{
    CREATE_TOPIC, Call, DELETE_TOPIC, Protocol, Reply, SUBSCRIBE, Subscription, UNSUBSCRIBE,
};
use crate::cloud::{self, Danger, Operation, Outcome};
use crate::text;
pub(super) use audience::{Alarms, ConfirmedSubscriptions};

/// `sns.topic.existence`
pub(super) struct Existence;

/// `sns.topic.subscriptions`
pub(super) struct Subscriptions;

/// Whether the topic is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Being {
    /// It is there.
    Present,
    /// It is not.
    Absent,
}

/// Somebody who hears a topic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Recipient {
    /// How they are told.
    pub protocol: Protocol,
    /// Who is told: an address, a URL or an ARN, as the protocol says.
    pub endpoint: String,
    /// Whether they have confirmed it. In a book, `true` waits for that; anything else does not
    /// ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<bool>,
}

impl Recipient {
    /// One recipient is one endpoint under one protocol, confirmed or not.
    fn is_same(&self, other: &Self) -> bool {
        self.protocol == other.protocol && self.endpoint == other.endpoint
    }
}

const NAME_LENGTH: std::ops::RangeInclusive<usize> = 1..=256;

fn topic_arn(on: &Target) -> String {
    on.place.arn("sns", &on.name)
}

/// True when SNS takes this as the name of a standard topic.
pub(super) fn is_topic_name(name: &str) -> bool {
    NAME_LENGTH.contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

fn unreadable(why: &Unread) -> Breach {
    Breach::unfit(format!("the topic could not be read: {why}"), "try again when it can be read")
}

fn subscriptions(seen: &[Outcome]) -> Result<&[Subscription], Unread> {
    match reply(seen, 0)? {
        cloud::Reply::Sns(Reply::Subscriptions { subscriptions }) => Ok(subscriptions),
        other => Err(strange(other)),
    }
}

impl Property for Existence {
    type Value = Being;

    const ID: &'static str = "sns.topic.existence";
    const KIND: Kind = Kind::Topic;
    const TITLE: &'static str = "Existence";
    const HELP: &'static str = "Whether the topic is there. Its name has 1 to 256 letters, digits, \
        hyphens and underscores. Only standard topics, not FIFO topics.";
    const SOURCE: &'static str = "https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html";
    const EXAMPLE: &'static str = "\"present\"";
    const WRITES: &'static [&'static Operation] = &[&CREATE_TOPIC, &DELETE_TOPIC];

    fn read(on: &Target) -> Vec<cloud::Call> {
        vec![cloud::Call::Sns(Call::GetTopicAttributes { topic: topic_arn(on) })]
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<Being, Unread> {
        match reply(seen, 0) {
            Ok(cloud::Reply::Sns(Reply::Topic { .. })) => Ok(Being::Present),
            Ok(other) => Err(strange(other)),
            Err(Unread::Absent) => Ok(Being::Absent),
            Err(why) => Err(why),
        }
    }

    fn write(on: &Target, seen: &[Outcome], to: &Being) -> Result<Vec<cloud::Call>, Breach> {
        let now = Self::decode(on, seen).map_err(|why| unreadable(&why))?;
        let call = match (now, to) {
            (Being::Present, Being::Present) | (Being::Absent, Being::Absent) => {
                return Ok(Vec::new());
            }
            (Being::Absent, Being::Present) => Call::CreateTopic { name: on.name.clone() },
            (Being::Present, Being::Absent) => Call::DeleteTopic { topic: topic_arn(on) },
        };
        Ok(vec![cloud::Call::Sns(call)])
    }

    fn change(from: &Being, to: &Being) -> Change {
        if (*from, *to) == (Being::Present, Being::Absent) {
            let why = "All its subscriptions go with it, and every recipient has to confirm again \
                if it comes back. Alarms that tell it tell nobody.";
            return Change::because(Danger::Destroy, why);
        }
        Change::exact()
    }

    fn lint(on: &Target, _to: &Being) -> Vec<Breach> {
        if is_topic_name(&on.name) {
            return Vec::new();
        }
        let why = if on.name.ends_with(".fifo") {
            format!(
                "`{}` is the name of a FIFO topic, and only standard topics are made here",
                on.name
            )
        } else {
            format!("`{}` is no name for a topic", on.name)
        };
        vec![Breach::unfit(why, "use 1 to 256 letters, digits, hyphens and underscores")]
    }

    fn creates(to: &Being) -> bool {
        *to == Being::Present
    }
}

impl Property for Subscriptions {
    type Value = BTreeSet<Recipient>;

    const ID: &'static str = "sns.topic.subscriptions";
    const KIND: Kind = Kind::Topic;
    const TITLE: &'static str = "Subscriptions";
    const HELP: &'static str = "Who hears the topic, at least: others stay. Recipients of mail have \
        to confirm within three days; with `confirmed = true` the setting is met only when they \
        have. Undo unsubscribes those it added; one that is still pending cannot be removed, it \
        lapses by itself.";
    const SOURCE: &'static str = "https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html";
    const EXAMPLE: &'static str = "[{ protocol = \"email\", endpoint = \"alerts@example.com\" }]";
    const WRITES: &'static [&'static Operation] = &[&SUBSCRIBE, &UNSUBSCRIBE];

    fn read(on: &Target) -> Vec<cloud::Call> {
        vec![cloud::Call::Sns(Call::ListSubscriptionsByTopic { topic: topic_arn(on) })]
    }

    fn decode(_on: &Target, seen: &[Outcome]) -> Result<BTreeSet<Recipient>, Unread> {
        let recipient = |one: &Subscription| Recipient {
            protocol: one.protocol,
            endpoint: one.endpoint.clone(),
            confirmed: Some(one.arn.is_some()),
        };
        Ok(subscriptions(seen)?.iter().map(recipient).collect())
    }

    fn is_met(value: &BTreeSet<Recipient>, wanted: &BTreeSet<Recipient>) -> bool {
        wanted.iter().all(|wanted| {
            value.iter().any(|there| {
                there.is_same(wanted)
                    && (wanted.confirmed != Some(true) || there.confirmed == Some(true))
            })
        })
    }

    fn write(
        on: &Target,
        seen: &[Outcome],
        to: &BTreeSet<Recipient>,
    ) -> Result<Vec<cloud::Call>, Breach> {
        let now = Self::decode(on, seen).map_err(|why| unreadable(&why))?;
        let is_missing = |wanted: &&Recipient| !now.iter().any(|there| there.is_same(wanted));
        let mut missing: Vec<_> = to.iter().filter(is_missing).collect();
        missing.dedup_by(|a, b| a.is_same(b));
        if missing.is_empty() && !Self::is_met(&now, to) {
            return Err(Breach::unfit(
                "everybody is subscribed, but the recipient has to confirm, and has not",
                "have the link in AWS's message opened, then check again; a message that was lost \
                    is sent again from the console of SNS",
            ));
        }
        let subscribe = |one: &Recipient| {
            let (protocol, endpoint) = (one.protocol, one.endpoint.clone());
            cloud::Call::Sns(Call::Subscribe { topic: topic_arn(on), protocol, endpoint })
        };
        Ok(missing.into_iter().map(subscribe).collect())
    }

    /// Only those that the change added are unsubscribed. A pending one has no ARN and cannot be
    /// removed: there is no call for it, it lapses by itself within days.
    fn undo(
        _on: &Target,
        seen: &[Outcome],
        undo: &Undo<'_, BTreeSet<Recipient>>,
    ) -> Result<Vec<cloud::Call>, Breach> {
        let now = match subscriptions(seen) {
            Ok(now) => now,
            // They went with the topic.
            Err(Unread::Absent) => return Ok(Vec::new()),
            Err(why) => return Err(unreadable(&why)),
        };
        let holds = |set: &BTreeSet<Recipient>, one: &Subscription| {
            set.iter().any(|held| held.protocol == one.protocol && held.endpoint == one.endpoint)
        };
        let added = now.iter().filter(|one| holds(undo.after, one) && !holds(undo.before, one));
        let unsubscribe =
            |arn: &String| cloud::Call::Sns(Call::Unsubscribe { subscription: arn.clone() });
        Ok(added.filter_map(|one| one.arn.as_ref()).map(unsubscribe).collect())
    }

    fn lint(_on: &Target, to: &BTreeSet<Recipient>) -> Vec<Breach> {
        to.iter().filter_map(unfit_endpoint).collect()
    }
}

fn unfit_endpoint(one: &Recipient) -> Option<Breach> {
    let endpoint = one.endpoint.as_str();
    let shown = text::visible(endpoint);
    if endpoint.chars().any(text::is_hidden) {
        let why = format!("the endpoint `{shown}` holds characters that nobody sees");
        return Some(Breach::unfit(why, "type it again instead of pasting it"));
    }
    let (is_fit, fix) = match one.protocol {
        Protocol::Email | Protocol::EmailJson => {
            (is_address(endpoint), "give one address: `name@example.com`")
        }
        Protocol::Https => {
            let host = endpoint.strip_prefix("https://");
            let is_fit = host.is_some_and(|host| !host.is_empty()) && !endpoint.contains(' ');
            (is_fit, "give a URL that begins with `https://`")
        }
        Protocol::Sms => {
            let digits = endpoint.strip_prefix('+').unwrap_or_default();
            let is_fit = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
            (is_fit, "give the number with its country, digits only: `+41790000000`")
        }
        Protocol::Sqs | Protocol::Lambda => {
            (endpoint.starts_with("arn:"), "give the ARN of the queue or function")
        }
    };
    let why = || format!("`{shown}` is no endpoint for this protocol");
    (!is_fit).then(|| Breach::unfit(why(), fix))
}

/// One `@`, no spaces, a dot inside the domain. Only the recipient can tell the rest.
fn is_address(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else { return false };
    let labels: Vec<_> = domain.split('.').collect();
    !name.is_empty()
        && !text.contains(char::is_whitespace)
        && !domain.contains('@')
        && labels.len() > 1
        && labels.iter().all(|label| !label.is_empty())
}

#[cfg(test)]
mod tests;
