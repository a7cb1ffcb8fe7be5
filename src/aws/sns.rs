//! Amazon SNS.

use aws_sdk_sns::Client;
use aws_sdk_sns::types::Subscription as SdkSubscription;

use super::MOST_PAGES;
use super::ending::{needed, too_many_pages};
use super::sending::{Sending, answer, sent};
use crate::cloud::sns::{Call, Protocol, Reply, Subscription};
use crate::cloud::{self, CallError, Outcome};

/// What a list says instead of an ARN while a removed subscription is still in it.
const DELETED: &str = "Deleted";

pub(super) async fn send(client: &Client, sending: &Sending, call: Call) -> Outcome {
    match call {
        Call::GetTopicAttributes { topic } => get_topic_attributes(client, sending, topic).await,
        Call::CreateTopic { name } => create_topic(client, sending, name).await,
        Call::DeleteTopic { topic } => delete_topic(client, sending, topic).await,
        Call::ListSubscriptionsByTopic { topic } => {
            list_subscriptions_by_topic(client, sending, topic).await
        }
        Call::Subscribe { topic, protocol, endpoint } => {
            subscribe(client, sending, topic, protocol, endpoint).await
        }
        Call::Unsubscribe { subscription } => unsubscribe(client, sending, subscription).await,
    }
}

async fn get_topic_attributes(client: &Client, sending: &Sending, topic: String) -> Outcome {
    let output = sent!(sending, client.get_topic_attributes().topic_arn(topic))?;
    let arn = output.attributes().and_then(|attributes| attributes.get("TopicArn"));
    let arn = needed(arn, "TopicArn")?.to_owned();
    answer(cloud::Reply::Sns(Reply::Topic { arn }), &output)
}

async fn create_topic(client: &Client, sending: &Sending, name: String) -> Outcome {
    let output = sent!(sending, client.create_topic().name(name))?;
    let arn = needed(output.topic_arn(), "TopicArn")?.to_owned();
    answer(cloud::Reply::Sns(Reply::Topic { arn }), &output)
}

async fn delete_topic(client: &Client, sending: &Sending, topic: String) -> Outcome {
    let output = sent!(sending, client.delete_topic().topic_arn(topic))?;
    answer(cloud::Reply::Sns(Reply::Done {}), &output)
}

async fn list_subscriptions_by_topic(client: &Client, sending: &Sending, topic: String) -> Outcome {
    let mut subscriptions = Vec::new();
    let mut token = None;
    for _ in 0..MOST_PAGES {
        let request = client.list_subscriptions_by_topic().topic_arn(&topic).set_next_token(token);
        let output = sent!(sending, request)?;
        for entry in output.subscriptions() {
            subscriptions.extend(subscription(entry)?);
        }
        token = output.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if token.is_none() {
            return answer(cloud::Reply::Sns(Reply::Subscriptions { subscriptions }), &output);
        }
    }
    Err(too_many_pages())
}

async fn subscribe(
    client: &Client,
    sending: &Sending,
    topic: String,
    protocol: Protocol,
    endpoint: String,
) -> Outcome {
    let request =
        client.subscribe().topic_arn(topic).protocol(protocol_to_sdk(protocol)).endpoint(endpoint);
    let output = sent!(sending, request)?;
    let arn = output.subscription_arn().and_then(confirmed);
    answer(cloud::Reply::Sns(Reply::Subscribed { arn }), &output)
}

async fn unsubscribe(client: &Client, sending: &Sending, subscription: String) -> Outcome {
    let output = sent!(sending, client.unsubscribe().subscription_arn(subscription))?;
    answer(cloud::Reply::Sns(Reply::Done {}), &output)
}

/// What the vocabulary holds of an entry; none for one that is gone or of another protocol.
fn subscription(entry: &SdkSubscription) -> Result<Option<Subscription>, CallError> {
    let arn = needed(entry.subscription_arn(), "SubscriptionArn")?;
    let Some(protocol) = protocol_from_sdk(needed(entry.protocol(), "Protocol")?) else {
        return Ok(None);
    };
    if arn == DELETED {
        return Ok(None);
    }
    let endpoint = needed(entry.endpoint(), "Endpoint")?.to_owned();
    Ok(Some(Subscription { protocol, endpoint, arn: confirmed(arn) }))
}

/// The ARN, unless it is one of the words that stand for a pending confirmation.
fn confirmed(arn: &str) -> Option<String> {
    arn.starts_with("arn:").then(|| arn.to_owned())
}

const fn protocol_to_sdk(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Email => "email",
        Protocol::EmailJson => "email-json",
        Protocol::Https => "https",
        Protocol::Sms => "sms",
        Protocol::Sqs => "sqs",
        Protocol::Lambda => "lambda",
    }
}

fn protocol_from_sdk(protocol: &str) -> Option<Protocol> {
    match protocol {
        "email" => Some(Protocol::Email),
        "email-json" => Some(Protocol::EmailJson),
        "https" => Some(Protocol::Https),
        "sms" => Some(Protocol::Sms),
        "sqs" => Some(Protocol::Sqs),
        "lambda" => Some(Protocol::Lambda),
        _ => None,
    }
}
