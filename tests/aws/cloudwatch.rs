//! Alarms, against winterbaume, an emulator inside this process: ministack reads CBOR, which is all
//! that the SDK speaks, only where Python's `cbor2` is installed too.
//!
//! winterbaume differs from AWS: a new alarm is OK, where AWS has INSUFFICIENT_DATA until there are
//! points; what missing data means is not kept and reads as `missing`.

use std::collections::BTreeMap;

use muster::aws::Live;
use muster::cloud::cloudwatch::{
    AlarmSpec, AlarmState, Call, Comparison, Happening, MissingData, Reply, Statistic,
};
use muster::cloud::{self, Ending};
use winterbaume_cloudwatch::CloudWatchService;
use winterbaume_core::MockAws;

use crate::support::{self, ACCOUNT, REGION, connection, ending, error};

async fn in_process() -> Live {
    let mock = MockAws::builder().with_service(CloudWatchService::new()).build();
    let config = mock.sdk_config(REGION).await;
    Live::from_sdk_config(&config, &connection("https://aws.invalid", REGION, ACCOUNT))
}

async fn reply(live: &Live, call: Call) -> Reply {
    match support::reply(live, call).await {
        cloud::Reply::CloudWatch(reply) => reply,
        other => unreachable!("{other:?}"),
    }
}

fn errors() -> String {
    "sitelogix-vendors-errors".to_owned()
}

fn spec() -> AlarmSpec {
    let dimension = ("TableName".to_owned(), "sitelogix-vendors".to_owned());
    AlarmSpec {
        description: "The table answers with errors.".to_owned(),
        namespace: "AWS/DynamoDB".to_owned(),
        metric: "SystemErrors".to_owned(),
        dimensions: BTreeMap::from([dimension]),
        statistic: Statistic::Sum,
        period_seconds: 300,
        evaluation_periods: 2,
        threshold: 1.5,
        comparison: Comparison::GreaterThanOrEqualToThreshold,
        missing_data: MissingData::Missing,
        actions: vec![format!("arn:aws:sns:{REGION}:{ACCOUNT}:sitelogix-alerts")],
    }
}

#[tokio::test]
async fn an_alarm_is_put_replaced_and_deleted() {
    let live = in_process().await;
    let read = Call::DescribeAlarm { alarm: errors() };
    let absent = (Ending::Absent, "ResourceNotFound".to_owned());
    assert_eq!(ending(&live, read.clone()).await, absent);

    let described = |spec| Reply::Alarm { spec, state: AlarmState::Ok };
    let put = Call::PutMetricAlarm { alarm: errors(), spec: spec() };
    assert_eq!(reply(&live, put).await, Reply::Done {});
    assert_eq!(reply(&live, read.clone()).await, described(spec()));

    let other = AlarmSpec { threshold: 7.0, statistic: Statistic::Maximum, ..spec() };
    let put = Call::PutMetricAlarm { alarm: errors(), spec: other.clone() };
    assert_eq!(reply(&live, put).await, Reply::Done {});
    assert_eq!(reply(&live, read.clone()).await, described(other));

    assert_eq!(reply(&live, Call::DeleteAlarm { alarm: errors() }).await, Reply::Done {});
    assert_eq!(ending(&live, read).await, absent);
}

#[tokio::test]
async fn an_alarm_that_our_words_cannot_hold_is_not_read() {
    let mock = MockAws::builder().with_service(CloudWatchService::new()).build();
    let config = mock.sdk_config(REGION).await;
    let live = Live::from_sdk_config(&config, &connection("https://aws.invalid", REGION, ACCOUNT));
    let put = Call::PutMetricAlarm { alarm: errors(), spec: spec() };
    assert_eq!(reply(&live, put).await, Reply::Done {});
    let second = aws_sdk_cloudwatch::Client::new(&config);
    let request = second
        .put_metric_alarm()
        .alarm_name(errors())
        .namespace("AWS/DynamoDB")
        .metric_name("SystemErrors")
        .statistic(aws_sdk_cloudwatch::types::Statistic::Sum)
        .period(60)
        .evaluation_periods(1)
        .threshold(1.0)
        .comparison_operator(aws_sdk_cloudwatch::types::ComparisonOperator::GreaterThanThreshold)
        .ok_actions("arn:aws:sns:us-east-1:500313280221:all-is-well");
    request.send().await.unwrap();
    // Written back without the OK action, nobody would be told that all is well again.
    let error = error(&live, Call::DescribeAlarm { alarm: errors() }).await;
    assert_eq!((error.ending, error.code.as_str()), (Ending::Refused, "BeyondVocabulary"));
    assert!(error.message.contains("OKActions"), "{}", error.message);
}

#[tokio::test]
async fn an_alarm_is_set_off_by_hand() {
    let live = in_process().await;
    let put = Call::PutMetricAlarm { alarm: errors(), spec: spec() };
    assert_eq!(reply(&live, put).await, Reply::Done {});
    for state in [AlarmState::Alarm, AlarmState::InsufficientData, AlarmState::Ok] {
        let reason = "a test".to_owned();
        let set = Call::SetAlarmState { alarm: errors(), state, reason };
        assert_eq!(reply(&live, set).await, Reply::Done {});
        let read = reply(&live, Call::DescribeAlarm { alarm: errors() }).await;
        assert_eq!(read, Reply::Alarm { spec: spec(), state });
    }
    let (alarm, state) = ("nowhere".to_owned(), AlarmState::Alarm);
    let set = Call::SetAlarmState { alarm, state, reason: "a test".to_owned() };
    assert_eq!(ending(&live, set).await, (Ending::Absent, "ResourceNotFound".to_owned()));
}

#[tokio::test]
async fn a_dashboard_is_put_replaced_and_deleted() {
    let live = in_process().await;
    let dashboard = || "sitelogix".to_owned();
    let get = || Call::GetDashboard { dashboard: dashboard() };
    let absent = (Ending::Absent, "ResourceNotFound".to_owned());
    assert_eq!(ending(&live, get()).await, absent);
    for body in ["{\"widgets\":[]}", "{\"widgets\":[],\"start\":\"-PT3H\"}"] {
        let body = body.to_owned();
        let put = Call::PutDashboard { dashboard: dashboard(), body: body.clone() };
        assert_eq!(reply(&live, put).await, Reply::DashboardPut { remarks: vec![] });
        assert_eq!(reply(&live, get()).await, Reply::Dashboard { body });
    }
    let delete = Call::DeleteDashboard { dashboard: dashboard() };
    assert_eq!(reply(&live, delete).await, Reply::Done {});
    assert_eq!(ending(&live, get()).await, absent);
}

/// ministack keeps a history, which winterbaume does not; but it writes down only what the alarm
/// says, not whom it told.
#[tokio::test]
async fn the_history_of_an_alarm_says_why_it_went_off() {
    let emulator = crate::emulator::start(ACCOUNT);
    let live = support::live(&emulator.url());
    let history = || Call::DescribeAlarmHistory { alarm: errors() };
    assert_eq!(reply(&live, history()).await, Reply::History { happened: vec![] });
    reply(&live, Call::PutMetricAlarm { alarm: errors(), spec: spec() }).await;
    for number in 0..60 {
        let state = if number % 2 == 0 { AlarmState::Alarm } else { AlarmState::Ok };
        let set = Call::SetAlarmState { alarm: errors(), state, reason: format!("test {number}") };
        reply(&live, set).await;
    }
    let Reply::History { happened } = reply(&live, history()).await else { unreachable!() };
    let told: Vec<_> = happened
        .iter()
        .filter_map(|one| match &one.what {
            Happening::State { to, reason } if reason.starts_with("test") => {
                Some((*to, reason.as_str()))
            }
            Happening::State { .. } | Happening::Action { .. } => None,
        })
        .collect();
    // A page holds fifty.
    assert_eq!(told.len(), 60);
    assert_eq!(told[0], (AlarmState::Alarm, "test 0"));
    assert_eq!(told[59], (AlarmState::Ok, "test 59"));
}

#[tokio::test]
async fn the_alarms_that_tell_a_topic_are_listed_and_no_others() {
    let live = in_process().await;
    let topic = |name: &str| format!("arn:aws:sns:{REGION}:{ACCOUNT}:{name}");
    for (alarm, actions) in [
        ("tells", vec![topic("alerts")]),
        ("tells-two", vec![topic("alerts"), topic("others")]),
        // The filter of AWS is a prefix.
        ("tells-another", vec![topic("alerts-of-others")]),
        ("tells-nobody", Vec::new()),
    ] {
        let spec = AlarmSpec { actions, ..spec() };
        let put = Call::PutMetricAlarm { alarm: alarm.to_owned(), spec };
        assert_eq!(reply(&live, put).await, Reply::Done {});
    }
    let read = Call::DescribeAlarmsTelling { action: topic("alerts") };
    let names = vec!["tells".to_owned(), "tells-two".to_owned()];
    assert_eq!(reply(&live, read).await, Reply::Alarms { names });
}
