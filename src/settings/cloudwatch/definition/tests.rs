//! Alarms, seen as the table shows them: values in, calls out.

use serde_json::{Value, json};

use super::*;
use crate::cloud::cloudwatch::AlarmState;
use crate::cloud::{Answer, CallError, Ending};
use crate::settings::{Setting, Undo, find};

const TOPIC: &str = "arn:aws:sns:us-east-1:500313280221:alerts";
const ELSEWHERE: &str = "arn:aws:sns:us-east-1:999999999999:alerts";

fn alarm() -> &'static Setting {
    find("cloudwatch.alarm.definition").expect("in the table")
}

fn on(name: &str) -> Target {
    Target { place: Place::new("500313280221", "us-east-1"), name: name.to_owned() }
}

fn spec() -> AlarmSpec {
    AlarmSpec {
        description: String::new(),
        namespace: "AWS/DynamoDB".to_owned(),
        metric: "SystemErrors".to_owned(),
        dimensions: [("TableName".to_owned(), "reports".to_owned())].into(),
        statistic: Statistic::Sum,
        period_seconds: 300,
        evaluation_periods: 2,
        threshold: 1.5,
        comparison: Comparison::GreaterThanThreshold,
        missing_data: MissingData::NotBreaching,
        actions: vec![TOPIC.to_owned()],
    }
}

/// What [`spec`] looks like in a book, with some of it changed.
fn value(changes: &[(&str, Value)]) -> Value {
    let mut value = json!({
        "description": "", "namespace": "AWS/DynamoDB", "metric": "SystemErrors",
        "dimensions": { "TableName": "reports" }, "statistic": "Sum", "period_seconds": 300,
        "evaluation_periods": 2, "threshold": 1.5, "comparison": "GreaterThanThreshold",
        "missing_data": "notBreaching", "notify": ["alerts"],
    });
    for (field, changed) in changes {
        value[*field] = changed.clone();
    }
    value
}

fn said(reply: Reply) -> Outcome {
    Ok(Answer { reply: cloud::Reply::CloudWatch(reply), request_id: None })
}

fn there(spec: AlarmSpec) -> Outcome {
    said(Reply::Alarm { spec, state: AlarmState::Ok })
}

fn failed(ending: Ending) -> Outcome {
    Err(CallError::new(ending, "ResourceNotFound", "no such alarm"))
}

fn put(spec: AlarmSpec) -> cloud::Call {
    cloud::Call::CloudWatch(Call::PutMetricAlarm { alarm: "errors".to_owned(), spec })
}

#[test]
fn the_example_is_a_value_and_what_is_left_out_has_defaults() {
    let book: toml::Table = toml::from_str(&format!("to = {}", alarm().example)).unwrap();
    let example = alarm().parse(&serde_json::to_value(&book["to"]).unwrap()).unwrap();
    assert_eq!(alarm().parse(&example).unwrap(), example);
    assert_eq!(alarm().lint(&on("errors"), &example), []);
    assert_eq!(example["threshold"], json!(1.0));
    let least = json!({
        "namespace": "X", "metric": "Y", "statistic": "Sum", "period_seconds": 60,
        "evaluation_periods": 1, "threshold": 3, "comparison": "LessThanThreshold",
        "notify": ["b", "a", "b"],
    });
    let least = alarm().parse(&least).unwrap();
    assert_eq!(least["description"], json!(""));
    assert_eq!(least["dimensions"], json!({}));
    assert_eq!(least["missing_data"], json!("missing"));
    assert_eq!(least["notify"], json!(["a", "b"]));
    let error = alarm().parse(&value(&[("treshold", json!(1))])).unwrap_err();
    assert!(error.contains("unknown field `treshold`"), "{error}");
}

#[test]
fn an_alarm_is_read_with_the_bare_names_of_its_own_topics() {
    let decode = |seen: Outcome| alarm().decode(&on("errors"), &[seen]);
    assert_eq!(decode(there(spec())), Ok(value(&[])));
    let scaling = "arn:aws:autoscaling:us-east-1:500313280221:scalingPolicy:x:y";
    let subscription = format!("{TOPIC}:1234");
    let actions = [TOPIC, ELSEWHERE, scaling, &subscription].map(str::to_owned).to_vec();
    let read = decode(there(AlarmSpec { actions, ..spec() })).unwrap();
    assert_eq!(read["notify"], json!(["alerts", scaling, subscription, ELSEWHERE]));
    assert_eq!(decode(failed(Ending::Absent)), Ok(json!("absent")));
    assert!(matches!(decode(failed(Ending::Denied)), Err(Unread::Failed(_))));
    assert!(matches!(decode(said(Reply::Done {})), Err(Unread::Strange(_))));
}

#[test]
fn every_part_of_an_alarm_is_compared() {
    let now = value(&[]);
    for (field, other) in [
        ("description", json!("for nights")),
        ("namespace", json!("AWS/S3")),
        ("metric", json!("5xxErrors")),
        ("dimensions", json!({})),
        ("statistic", json!("Average")),
        ("period_seconds", json!(60)),
        ("evaluation_periods", json!(3)),
        ("threshold", json!(1.25)),
        ("comparison", json!("LessThanThreshold")),
        ("missing_data", json!("breaching")),
        ("notify", json!([])),
    ] {
        assert!(!alarm().is_met(&now, &value(&[(field, other)])), "{field}");
    }
    assert!(alarm().is_met(&now, &now));
    let order = |names: &[&str]| value(&[("notify", json!(names))]);
    assert!(alarm().is_met(&order(&["a", "b"]), &order(&["b", "a"])));
    assert!(alarm().is_met(&json!("absent"), &json!("absent")));
    assert!(!alarm().is_met(&now, &json!("absent")));
}

#[test]
fn an_alarm_is_put_as_a_whole_with_the_arns_of_its_topics() {
    let write = |seen: Outcome, to: &Value| alarm().write(&on("errors"), &[seen], to);
    assert_eq!(write(failed(Ending::Absent), &value(&[])).unwrap(), [put(spec())]);
    assert_eq!(write(there(spec()), &value(&[])).unwrap(), []);
    let told = value(&[("notify", json!(["zz", ELSEWHERE]))]);
    let zz = "arn:aws:sns:us-east-1:500313280221:zz";
    let actions = [zz, ELSEWHERE].map(str::to_owned).to_vec();
    assert_eq!(write(there(spec()), &told).unwrap(), [put(AlarmSpec { actions, ..spec() })]);
    let delete = cloud::Call::CloudWatch(Call::DeleteAlarm { alarm: "errors".to_owned() });
    assert_eq!(write(there(spec()), &json!("absent")).unwrap(), [delete]);
    assert_eq!(write(failed(Ending::Absent), &json!("absent")).unwrap(), []);
    assert!(write(failed(Ending::Denied), &value(&[])).is_err());
    assert!(alarm().creates(&value(&[])) && !alarm().creates(&json!("absent")));
}

#[test]
fn replacing_or_deleting_an_alarm_says_what_it_does() {
    let (now, other, absent) = (value(&[]), value(&[("threshold", json!(9))]), json!("absent"));
    let replace = alarm().change(&now, &other);
    assert_eq!(replace.danger, Danger::Change);
    assert!(replace.why.unwrap().starts_with("It replaces the whole alarm"));
    let delete = alarm().change(&now, &absent);
    assert_eq!(delete.danger, Danger::Change);
    assert!(delete.why.is_some());
    assert_eq!(alarm().change(&absent, &now), Change::exact());
    assert_eq!(alarm().change(&now, &now), Change::exact());
}

#[test]
fn undo_puts_the_alarm_from_before_back() {
    let (absent, now, other) = (json!("absent"), value(&[]), value(&[("threshold", json!(9))]));
    let undo = |before: &Value, after: &Value, seen: Outcome| {
        alarm().undo(&on("errors"), &[seen], &Undo { before, after }).unwrap()
    };
    let changed = AlarmSpec { threshold: 9.0, ..spec() };
    assert_eq!(undo(&now, &other, there(changed)), [put(spec())]);
    assert_eq!(undo(&now, &absent, failed(Ending::Absent)), [put(spec())]);
    let delete = cloud::Call::CloudWatch(Call::DeleteAlarm { alarm: "errors".to_owned() });
    assert_eq!(undo(&absent, &now, there(spec())), [delete]);
}

#[test]
fn times_are_checked_before_anything_is_sent() {
    for (period, periods, fits) in [
        (10, 1, true),
        (30, 2880, true),
        (30, 2881, false),
        (40, 1, false),
        (0, 1, false),
        (60, 0, false),
        (90, 1, false),
        (300, 288, true),
        (300, 289, false),
        (3540, 25, false),
        (3600, 25, true),
        (3600, 168, true),
        (3600, 169, false),
        (604_800, 1, true),
        (4_294_967_280_u32, u32::MAX, false),
    ] {
        let times = [("period_seconds", json!(period)), ("evaluation_periods", json!(periods))];
        let found = alarm().lint(&on("errors"), &value(&times));
        assert_eq!(found.is_empty(), fits, "{period} x {periods}: {found:?}");
    }
}

#[test]
fn names_dimensions_and_actions_are_checked_before_anything_is_sent() {
    let many = |count: usize| -> Value {
        (0..count).map(|n| (n.to_string(), json!("x"))).collect::<serde_json::Map<_, _>>().into()
    };
    let topics = |count: usize| -> Value { (0..count).map(|n| format!("t{n}")).collect() };
    for (field, changed, fits) in [
        ("dimensions", many(30), true),
        ("dimensions", many(31), false),
        ("notify", topics(5), true),
        ("notify", topics(6), false),
        ("notify", json!([ELSEWHERE]), true),
        ("notify", json!([TOPIC]), false),
        ("notify", json!(["alerts.fifo"]), false),
        ("notify", json!(["arn:aws"]), false),
        ("notify", json!([""]), false),
        ("metric", json!(""), false),
        ("namespace", json!("x".repeat(256)), false),
        ("description", json!("x".repeat(1025)), false),
    ] {
        let found = alarm().lint(&on("errors"), &value(&[(field, changed)]));
        assert_eq!(found.is_empty(), fits, "{field}: {found:?}");
    }
    let own = alarm().lint(&on("errors"), &value(&[("notify", json!([TOPIC]))]));
    assert_eq!(own[0].fix, "write its name alone: `alerts`");
    for (name, fits) in [("x".repeat(255), true), ("x".repeat(256), false), (String::new(), false)]
    {
        assert_eq!(alarm().lint(&on(&name), &json!("absent")).is_empty(), fits, "{name}");
    }
}
