//! Amazon SNS: topics and who hears them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Operation;
use super::operation::operations;

/// An SNS operation with its parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "operation")]
pub enum Call {
    /// `GetTopicAttributes`.
    GetTopicAttributes {
        /// ARN of the topic.
        topic: String,
    },
    /// `CreateTopic`: answers with the topic that is there when it is there already.
    CreateTopic {
        /// Name of the topic.
        name: String,
    },
    /// `DeleteTopic`, with all its subscriptions.
    DeleteTopic {
        /// ARN of the topic.
        topic: String,
    },
    /// `ListSubscriptionsByTopic`, every page.
    ListSubscriptionsByTopic {
        /// ARN of the topic.
        topic: String,
    },
    /// `Subscribe`: the same endpoint again answers with the subscription that is there.
    Subscribe {
        /// ARN of the topic.
        topic: String,
        /// How it is told.
        protocol: Protocol,
        /// Who is told: an address, a URL or an ARN, as the protocol says.
        endpoint: String,
    },
    /// `Unsubscribe`: a pending subscription cannot be removed, it lapses by itself.
    Unsubscribe {
        /// ARN of the subscription.
        subscription: String,
    },
}

/// How a subscriber is told.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// A mail with text.
    Email,
    /// A mail with JSON.
    EmailJson,
    /// A POST over TLS.
    Https,
    /// A text message.
    Sms,
    /// A message in a queue.
    Sqs,
    /// A call of a function.
    Lambda,
}

/// One subscription of a topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// How it is told.
    pub protocol: Protocol,
    /// Who is told.
    pub endpoint: String,
    /// Its ARN; none while the recipient has not confirmed.
    pub arn: Option<String>,
}

/// What SNS answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply")]
pub enum Reply {
    /// To [`Call::GetTopicAttributes`] and [`Call::CreateTopic`].
    Topic {
        /// ARN of the topic.
        arn: String,
    },
    /// To [`Call::ListSubscriptionsByTopic`]; protocols that are not in [`Protocol`] are left out.
    Subscriptions {
        /// All subscriptions.
        subscriptions: Vec<Subscription>,
    },
    /// To [`Call::Subscribe`].
    Subscribed {
        /// ARN of the subscription; none while the recipient has not confirmed.
        arn: Option<String>,
    },
    /// To [`Call::DeleteTopic`] and [`Call::Unsubscribe`].
    Done {},
}

operations! {
    "sns"
    read {
        GET_TOPIC_ATTRIBUTES "GetTopicAttributes" "sns:GetTopicAttributes";
        LIST_SUBSCRIPTIONS_BY_TOPIC "ListSubscriptionsByTopic" "sns:ListSubscriptionsByTopic";
    }
    change {
        CREATE_TOPIC "CreateTopic" ["sns:CreateTopic"] Change Same "GetTopicAttributes";
        DELETE_TOPIC "DeleteTopic" ["sns:DeleteTopic"] Destroy Same "GetTopicAttributes";
        SUBSCRIBE "Subscribe" ["sns:Subscribe"] Change Same "ListSubscriptionsByTopic";
        UNSUBSCRIBE "Unsubscribe" ["sns:Unsubscribe"] Destroy Same "ListSubscriptionsByTopic";
    }
}

impl Call {
    /// The AWS operation behind the call.
    pub const fn operation(&self) -> &'static Operation {
        match self {
            Self::GetTopicAttributes { .. } => &GET_TOPIC_ATTRIBUTES,
            Self::CreateTopic { .. } => &CREATE_TOPIC,
            Self::DeleteTopic { .. } => &DELETE_TOPIC,
            Self::ListSubscriptionsByTopic { .. } => &LIST_SUBSCRIPTIONS_BY_TOPIC,
            Self::Subscribe { .. } => &SUBSCRIBE,
            Self::Unsubscribe { .. } => &UNSUBSCRIBE,
        }
    }

    /// The topic or subscription that the call is about.
    pub fn resource(&self) -> &str {
        match self {
            Self::GetTopicAttributes { topic }
            | Self::DeleteTopic { topic }
            | Self::ListSubscriptionsByTopic { topic }
            | Self::Subscribe { topic, .. } => topic,
            Self::CreateTopic { name } => name,
            Self::Unsubscribe { subscription } => subscription,
        }
    }
}
