//! Topics and who hears them.
//!
//! ministack differs from AWS: a subscription by mail is confirmed at once.

use muster::aws::Live;
use muster::cloud::sns::{Call, Protocol, Reply, Subscription};
use muster::cloud::{self, Ending};

use crate::emulator;
use crate::support::{self, ACCOUNT, REGION, ending, live};

async fn reply(live: &Live, call: Call) -> Reply {
    match support::reply(live, call).await {
        cloud::Reply::Sns(reply) => reply,
        other => unreachable!("{other:?}"),
    }
}

async fn subscriptions(live: &Live, topic: &str) -> Vec<Subscription> {
    let call = Call::ListSubscriptionsByTopic { topic: topic.to_owned() };
    match reply(live, call).await {
        Reply::Subscriptions { subscriptions } => subscriptions,
        other => unreachable!("{other:?}"),
    }
}

#[tokio::test]
async fn a_topic_is_made_heard_and_deleted() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    let topic = format!("arn:aws:sns:{REGION}:{ACCOUNT}:sitelogix-alerts");
    let made = Reply::Topic { arn: topic.clone() };
    let create = Call::CreateTopic { name: "sitelogix-alerts".to_owned() };
    assert_eq!(reply(&live, create.clone()).await, made);
    assert_eq!(reply(&live, create).await, made, "the same topic again");
    assert_eq!(reply(&live, Call::GetTopicAttributes { topic: topic.clone() }).await, made);
    assert_eq!(subscriptions(&live, &topic).await, []);

    let subscribe = Call::Subscribe {
        topic: topic.clone(),
        protocol: Protocol::Email,
        endpoint: "ops@example.com".to_owned(),
    };
    assert!(matches!(reply(&live, subscribe.clone()).await, Reply::Subscribed { .. }));
    let heard = subscriptions(&live, &topic).await;
    let [only] = heard.as_slice() else { panic!("{heard:?}") };
    assert_eq!((only.protocol, only.endpoint.as_str()), (Protocol::Email, "ops@example.com"));

    let subscription = only.arn.clone().unwrap();
    assert!(subscription.starts_with(&topic), "{subscription}");
    assert_eq!(reply(&live, Call::Unsubscribe { subscription }).await, Reply::Done {});
    assert_eq!(subscriptions(&live, &topic).await, []);

    let delete = Call::DeleteTopic { topic: topic.clone() };
    assert_eq!(reply(&live, delete.clone()).await, Reply::Done {});
    assert_eq!(reply(&live, delete).await, Reply::Done {}, "deleting again changes nothing");
}

#[tokio::test]
async fn the_list_of_subscriptions_has_every_page() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    let topic = format!("arn:aws:sns:{REGION}:{ACCOUNT}:many");
    reply(&live, Call::CreateTopic { name: "many".to_owned() }).await;
    // A page holds a hundred.
    let mut expected: Vec<String> = (0..105).map(|n| format!("ops-{n:03}@example.com")).collect();
    for endpoint in &expected {
        let (topic, endpoint) = (topic.clone(), endpoint.clone());
        reply(&live, Call::Subscribe { topic, protocol: Protocol::EmailJson, endpoint }).await;
    }
    let heard = subscriptions(&live, &topic).await;
    let mut found: Vec<String> = heard.into_iter().map(|one| one.endpoint).collect();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_topic_that_is_not_there_is_absent() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    let topic = format!("arn:aws:sns:{REGION}:{ACCOUNT}:nowhere");
    let absent = (Ending::Absent, "NotFound".to_owned());
    let call = Call::GetTopicAttributes { topic: topic.clone() };
    assert_eq!(ending(&live, call).await, absent);
    let call = Call::ListSubscriptionsByTopic { topic: topic.clone() };
    assert_eq!(ending(&live, call).await, absent);
    let protocol = Protocol::Email;
    let call = Call::Subscribe { topic, protocol, endpoint: "ops@example.com".to_owned() };
    assert_eq!(ending(&live, call).await, absent);
}
