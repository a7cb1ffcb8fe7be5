//! Topics and their recipients, as an operator meets them.

use crate::cloud::sns::{Call, Protocol};
use crate::sandbox::testing::Desk;

const ARN: &str = "arn:aws:sns:us-east-1:500313280221:sitelogix-alerts";

fn create() -> Call {
    Call::CreateTopic { name: "sitelogix-alerts".to_owned() }
}

fn get() -> Call {
    Call::GetTopicAttributes { topic: ARN.to_owned() }
}

fn list() -> Call {
    Call::ListSubscriptionsByTopic { topic: ARN.to_owned() }
}

fn delete() -> Call {
    Call::DeleteTopic { topic: ARN.to_owned() }
}

fn subscribe(protocol: Protocol, endpoint: &str) -> Call {
    Call::Subscribe { topic: ARN.to_owned(), protocol, endpoint: endpoint.to_owned() }
}

fn mail() -> Call {
    subscribe(Protocol::Email, "oncall@example.com")
}

const PENDING: &str = "{subscriptions:[{arn:null,endpoint:oncall@example.com,protocol:email}]}";

#[test]
fn a_topic_of_the_same_name_is_the_same_topic() {
    let mut desk = Desk::empty();
    assert_eq!(desk.bad(0.0, get()), "Absent NotFound: Topic does not exist");
    assert_eq!(desk.good(0.0, create()), format!("{{arn:{ARN}}}"));
    assert_eq!(desk.bad(0.5, get()), "Absent NotFound: Topic does not exist", "not seen yet");
    assert_eq!(desk.good(0.5, create()), format!("{{arn:{ARN}}}"));
    assert_eq!(desk.good(3.0, get()), format!("{{arn:{ARN}}}"));
    assert_eq!(
        desk.effects(),
        ["1 sns:CreateTopic sitelogix-alerts", "2 sns:CreateTopic sitelogix-alerts ="]
    );
}

#[test]
fn a_mail_address_is_pending_until_its_owner_confirms() {
    let mut desk = Desk::empty();
    desk.good(0.0, create());
    assert_eq!(desk.good(0.0, mail()), "{arn:null}");
    assert_eq!(desk.good(5.0, list()), PENDING);
    assert_eq!(desk.good(119.0, list()), PENDING);
    let confirmed = desk.good(120.0, list());
    assert!(confirmed.contains(&format!("{{arn:{ARN}:")), "{confirmed}");
    desk.good(125.0, create());
    let again = desk.good(130.0, mail());
    assert!(again.contains(ARN), "the same endpoint again answers with what is there: {again}");
    assert_eq!(desk.good(140.0, list()), confirmed, "and so does the same topic");
}

#[test]
fn an_owner_who_never_confirms_loses_the_subscription() {
    let mut desk = Desk::empty();
    desk.world.set_recipient_confirms(false);
    desk.good(0.0, create());
    desk.good(0.0, mail());
    assert_eq!(desk.good(86_400.0, list()), PENDING);
    assert_eq!(desk.good(172_800.0, list()), "{subscriptions:[]}");
}

#[test]
fn a_queue_and_a_function_need_nobody_to_confirm() {
    let mut desk = Desk::empty();
    desk.good(0.0, create());
    let queue = subscribe(Protocol::Sqs, "arn:aws:sqs:us-east-1:500313280221:alerts");
    assert!(desk.good(0.0, queue).starts_with(&format!("{{arn:{ARN}:")));
    let function = subscribe(Protocol::Lambda, "arn:aws:lambda:us-east-1:500313280221:function:f");
    assert!(desk.good(0.0, function).starts_with(&format!("{{arn:{ARN}:")));
    assert_eq!(desk.good(3.0, list()).matches("arn:aws:sns").count(), 2);
}

#[test]
fn an_endpoint_must_fit_its_protocol() {
    let mut desk = Desk::empty();
    desk.good(0.0, create());
    for (protocol, endpoint, what) in [
        (Protocol::Email, "oncall", "Invalid parameter: Email address"),
        (Protocol::EmailJson, "a@b;c@d", "Invalid parameter: Email address"),
        (
            Protocol::Https,
            "http://example.com",
            "Invalid parameter: Endpoint must match the specified protocol",
        ),
        (Protocol::Sms, "call me", "Invalid parameter: Invalid SMS endpoint"),
        (Protocol::Sqs, "alerts", "Invalid parameter: SQS endpoint ARN"),
        (Protocol::Lambda, "alerts", "Invalid parameter: Lambda endpoint ARN"),
    ] {
        assert_eq!(
            desk.bad(0.0, subscribe(protocol, endpoint)),
            format!("Refused InvalidParameter: {what}")
        );
    }
}

#[test]
fn names_and_arns_are_checked() {
    let mut desk = Desk::empty();
    assert_eq!(
        desk.bad(0.0, Call::CreateTopic { name: "alert topic".to_owned() }),
        "Refused InvalidParameter: Invalid parameter: Topic Name"
    );
    assert_eq!(
        desk.bad(0.0, Call::GetTopicAttributes { topic: "sitelogix-alerts".to_owned() }),
        "Refused InvalidParameter: Invalid parameter: TopicArn Reason: An ARN must have at least \
         6 elements, not 1"
    );
    // A pending subscription has no ARN, so it cannot be removed.
    assert_eq!(
        desk.bad(0.0, Call::Unsubscribe { subscription: "pending confirmation".to_owned() }),
        "Refused InvalidParameter: Invalid parameter: SubscriptionArn Reason: An ARN must have at \
         least 6 elements, not 1"
    );
    assert_eq!(desk.bad(0.0, mail()), "Absent NotFound: Topic does not exist");
    assert_eq!(desk.bad(0.0, list()), "Absent NotFound: Topic does not exist");
}

#[test]
fn what_is_removed_twice_is_removed_once() {
    let mut desk = Desk::empty();
    desk.good(0.0, create());
    let queue = subscribe(Protocol::Sqs, "arn:aws:sqs:us-east-1:500313280221:alerts");
    let reply = desk.good(0.0, queue);
    let subscription = reply.trim_matches(['{', '}']).replacen("arn:arn:", "arn:", 1);
    let remove = Call::Unsubscribe { subscription };
    desk.good(5.0, remove.clone());
    desk.good(5.0, remove);
    assert_eq!(desk.good(9.0, list()), "{subscriptions:[]}");
    desk.good(9.0, delete());
    desk.good(9.0, delete());
    assert!(desk.bad(12.0, get()).starts_with("Absent"));
    let changed: Vec<bool> = desk.world.ledger().iter().map(|entry| entry.change).collect();
    assert_eq!(changed, [true, true, true, false, true, false]);
}
