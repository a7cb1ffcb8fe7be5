//! Topics and their subscriptions, seen as the table shows them: values in, calls out.

use serde_json::{Value, json};

use super::*;
use crate::cloud::{Answer, CallError, Ending, Place};
use crate::settings::{Setting, find};

const ARN: &str = "arn:aws:sns:us-east-1:500313280221:alerts";

fn setting(id: &str) -> &'static Setting {
    find(id).expect("in the table")
}

fn existence() -> &'static Setting {
    setting("sns.topic.existence")
}

fn recipients() -> &'static Setting {
    setting("sns.topic.subscriptions")
}

fn on(name: &str) -> Target {
    Target { place: Place::new("500313280221", "us-east-1"), name: name.to_owned() }
}

fn said(reply: Reply) -> Outcome {
    Ok(Answer { reply: cloud::Reply::Sns(reply), request_id: None })
}

fn failed(ending: Ending) -> Outcome {
    Err(CallError::new(ending, "NotFound", "Topic does not exist"))
}

fn there() -> Outcome {
    said(Reply::Topic { arn: ARN.to_owned() })
}

/// `mail` hears by mail; the ARN is none while it is pending.
fn listed(mails: &[(&str, Option<&str>)]) -> Outcome {
    let one = |(mail, arn): &(&str, Option<&str>)| Subscription {
        protocol: Protocol::Email,
        endpoint: (*mail).to_owned(),
        arn: arn.map(str::to_owned),
    };
    said(Reply::Subscriptions { subscriptions: mails.iter().map(one).collect() })
}

fn mails(mails: &[&str]) -> Value {
    mails.iter().map(|mail| json!({ "protocol": "email", "endpoint": mail })).collect()
}

fn subscribe(mail: &str) -> cloud::Call {
    cloud::Call::Sns(Call::Subscribe {
        topic: ARN.to_owned(),
        protocol: Protocol::Email,
        endpoint: mail.to_owned(),
    })
}

fn unsubscribe(arn: &str) -> cloud::Call {
    cloud::Call::Sns(Call::Unsubscribe { subscription: arn.to_owned() })
}

#[test]
fn examples_are_values_in_their_canonical_form() {
    for id in ["sns.topic.existence", "sns.topic.subscriptions"] {
        let book: toml::Table = toml::from_str(&format!("to = {}", setting(id).example)).unwrap();
        let example = serde_json::to_value(&book["to"]).unwrap();
        let once = setting(id).parse(&example).unwrap();
        assert_eq!(setting(id).parse(&once).unwrap(), once);
        assert!(setting(id).lint(&on("alerts"), &once).is_empty());
    }
    let messy = json!([
        { "protocol": "sms", "endpoint": "+41" },
        { "endpoint": "b@x.ch", "protocol": "email" },
        { "endpoint": "a@x.ch", "protocol": "email" },
        { "endpoint": "a@x.ch", "protocol": "email" },
    ]);
    let sorted = json!([
        { "protocol": "email", "endpoint": "a@x.ch" },
        { "protocol": "email", "endpoint": "b@x.ch" },
        { "protocol": "sms", "endpoint": "+41" },
    ]);
    assert_eq!(recipients().parse(&messy).unwrap(), sorted);
    assert!(recipients().parse(&json!([{ "protocol": "email", "adress": "a" }])).is_err());
}

#[test]
fn a_topic_that_is_not_there_is_a_value_and_one_that_cannot_be_seen_is_none() {
    let read = |seen: Outcome| existence().decode(&on("alerts"), &[seen]);
    assert_eq!(read(there()), Ok(json!("present")));
    assert_eq!(read(failed(Ending::Absent)), Ok(json!("absent")));
    assert!(matches!(read(failed(Ending::Denied)), Err(Unread::Failed(_))));
    assert!(matches!(read(said(Reply::Done {})), Err(Unread::Strange(_))));
    let get = cloud::Call::Sns(Call::GetTopicAttributes { topic: ARN.to_owned() });
    assert_eq!(existence().read(&on("alerts")), [get]);
}

#[test]
fn a_topic_is_made_or_deleted_once() {
    let write = |seen: Outcome, to: &str| existence().write(&on("alerts"), &[seen], &json!(to));
    let create = cloud::Call::Sns(Call::CreateTopic { name: "alerts".to_owned() });
    let delete = cloud::Call::Sns(Call::DeleteTopic { topic: ARN.to_owned() });
    assert_eq!(write(failed(Ending::Absent), "present").unwrap(), [create]);
    assert_eq!(write(there(), "absent").unwrap(), [delete]);
    assert_eq!(write(there(), "present").unwrap(), []);
    assert_eq!(write(failed(Ending::Absent), "absent").unwrap(), []);
    assert!(write(failed(Ending::Denied), "present").is_err());
    assert!(existence().creates(&json!("present")) && !existence().creates(&json!("absent")));
}

#[test]
fn deleting_a_topic_is_told_to_take_its_subscriptions() {
    let (present, absent) = (json!("present"), json!("absent"));
    let change = existence().change(&present, &absent);
    assert_eq!(change.danger, Danger::Destroy);
    assert!(change.why.unwrap().contains("subscriptions go with it"));
    assert_eq!(existence().change(&absent, &present), Change::exact());
}

#[test]
fn topic_names_are_checked_before_anything_is_sent() {
    let long = "x".repeat(257);
    for (name, fits) in [
        ("alerts", true),
        ("Alerts_2-x", true),
        (&long[..256], true),
        (&long[..], false),
        ("", false),
        ("orders.fifo", false),
        ("två", false),
    ] {
        let found = existence().lint(&on(name), &json!("present"));
        assert_eq!(found.is_empty(), fits, "{name}: {found:?}");
    }
}

#[test]
fn each_subscription_is_read_with_whether_it_is_confirmed() {
    let seen = listed(&[("b@x.ch", None), ("a@x.ch", Some("arn:a"))]);
    let value = json!([
        { "protocol": "email", "endpoint": "a@x.ch", "confirmed": true },
        { "protocol": "email", "endpoint": "b@x.ch", "confirmed": false },
    ]);
    let decode = |seen: Outcome| recipients().decode(&on("alerts"), &[seen]);
    assert_eq!(decode(seen), Ok(value.clone()));
    assert_eq!(recipients().parse(&value).unwrap(), value);
    assert_eq!(decode(failed(Ending::Absent)), Err(Unread::Absent));
    assert!(matches!(decode(there()), Err(Unread::Strange(_))));
}

#[test]
fn others_may_hear_too_and_confirmed_is_asked_for_only_when_written() {
    let value = json!([
        { "protocol": "email", "endpoint": "a@x.ch", "confirmed": true },
        { "protocol": "email", "endpoint": "b@x.ch", "confirmed": false },
    ]);
    let asks = |mail: &str, confirmed: bool| json!([{ "protocol": "email", "endpoint": mail, "confirmed": confirmed }]);
    for (wanted, met) in [
        (json!([]), true),
        (mails(&["a@x.ch"]), true),
        (mails(&["b@x.ch"]), true),
        (mails(&["a@x.ch", "c@x.ch"]), false),
        (asks("a@x.ch", true), true),
        (asks("a@x.ch", false), true),
        (asks("b@x.ch", true), false),
        (json!([{ "protocol": "email-json", "endpoint": "a@x.ch" }]), false),
    ] {
        assert_eq!(recipients().is_met(&value, &wanted), met, "{wanted}");
    }
}

#[test]
fn only_the_missing_are_subscribed() {
    let write = |seen: Outcome, to: &Value| recipients().write(&on("alerts"), &[seen], to);
    let now = || listed(&[("a@x.ch", Some("arn:a")), ("b@x.ch", None)]);
    let wanted = mails(&["d@x.ch", "a@x.ch", "c@x.ch"]);
    assert_eq!(write(now(), &wanted).unwrap(), [subscribe("c@x.ch"), subscribe("d@x.ch")]);
    assert_eq!(write(now(), &mails(&["b@x.ch"])).unwrap(), []);
    let twice = json!([
        { "protocol": "email", "endpoint": "c@x.ch" },
        { "protocol": "email", "endpoint": "c@x.ch", "confirmed": true },
    ]);
    assert_eq!(write(now(), &twice).unwrap(), [subscribe("c@x.ch")]);
    let pending = json!([{ "protocol": "email", "endpoint": "b@x.ch", "confirmed": true }]);
    let refused = write(now(), &pending).unwrap_err();
    assert!(refused.why.contains("has to confirm"), "{refused:?}");
    assert!(write(failed(Ending::Absent), &wanted).is_err());
}

#[test]
fn undo_leaves_those_of_others_and_cannot_remove_a_pending_one() {
    let (before, after) = (mails(&["a@x.ch"]), mails(&["a@x.ch", "b@x.ch", "c@x.ch"]));
    let undo = Undo { before: &before, after: &after };
    let take_back = |seen: Outcome| recipients().undo(&on("alerts"), &[seen], &undo);
    let now = listed(&[
        ("a@x.ch", Some("arn:a")),
        ("b@x.ch", Some("arn:b")),
        ("c@x.ch", None),
        ("other@x.ch", Some("arn:other")),
    ]);
    assert_eq!(take_back(now).unwrap(), [unsubscribe("arn:b")]);
    assert_eq!(take_back(failed(Ending::Absent)).unwrap(), []);
    assert!(take_back(failed(Ending::Denied)).is_err());
}

#[test]
fn endpoints_are_checked_before_anything_is_sent() {
    for (protocol, endpoint, fits) in [
        ("email", "ops@example.com", true),
        ("email-json", "o.p+s@mail.example.com", true),
        ("email", "ops.example.com", false),
        ("email", "@example.com", false),
        ("email", "ops@example", false),
        ("email", "ops@.com", false),
        ("email", "ops@example.", false),
        ("email", "a@b@example.com", false),
        ("email", "o ps@example.com", false),
        ("email", "ops@exam\u{200b}ple.com", false),
        ("https", "https://example.com/hook", true),
        ("https", "http://example.com/hook", false),
        ("https", "https://", false),
        ("sms", "+41790000000", true),
        ("sms", "079 000 00 00", false),
        ("sqs", "arn:aws:sqs:us-east-1:500313280221:alerts", true),
        ("lambda", "alert-handler", false),
    ] {
        let to = json!([{ "protocol": protocol, "endpoint": endpoint }]);
        let found = recipients().lint(&on("alerts"), &to);
        assert_eq!(found.is_empty(), fits, "{endpoint}: {found:?}");
    }
}

proptest::proptest! {
    #[test]
    fn what_undo_removes_is_never_somebody_elses(
        mine in "[a-d]{0,4}", before in "[a-f]{0,4}", others in "[e-h]{0,4}", pending in "[a-h]{0,3}",
    ) {
        let set = |letters: &str| -> Value {
            let list = letters.chars().map(|c| format!("{c}@x.ch")).collect::<Vec<_>>();
            mails(&list.iter().map(String::as_str).collect::<Vec<_>>())
        };
        let all: BTreeSet<char> = [&mine, &before, &others].iter().flat_map(|s| s.chars()).collect();
        let subscriptions = all.iter().map(|c| Subscription {
            protocol: Protocol::Email,
            endpoint: format!("{c}@x.ch"),
            arn: (!pending.contains(*c)).then(|| c.to_string()),
        });
        let seen = said(Reply::Subscriptions { subscriptions: subscriptions.collect() });
        let (before_set, after_set) = (set(&before), set(&mine));
        let undo = Undo { before: &before_set, after: &after_set };
        let calls = recipients().undo(&on("alerts"), &[seen], &undo).unwrap();
        let removable = |c: &&char| {
            mine.contains(**c) && !before.contains(**c) && !pending.contains(**c)
        };
        let expected: Vec<_> =
            all.iter().filter(removable).map(|c| unsubscribe(&c.to_string())).collect();
        proptest::prop_assert_eq!(calls, expected);
    }
}
