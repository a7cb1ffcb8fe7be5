//! Alarms, as an operator meets them.

use crate::cloud::cloudwatch::{AlarmSpec, AlarmState, Call, Comparison, MissingData, Statistic};
use crate::sandbox::testing::Desk;

const ALARM: &str = "sitelogix-reports-throttles";

fn spec() -> AlarmSpec {
    AlarmSpec {
        description: "Requests are throttled".to_owned(),
        namespace: "AWS/DynamoDB".to_owned(),
        metric: "ThrottledRequests".to_owned(),
        dimensions: [("TableName".to_owned(), "sitelogix-reports".to_owned())].into(),
        statistic: Statistic::Sum,
        period_seconds: 300,
        evaluation_periods: 1,
        threshold: 1.5,
        comparison: Comparison::GreaterThanThreshold,
        missing_data: MissingData::NotBreaching,
        actions: vec!["arn:aws:sns:us-east-1:500313280221:sitelogix-alerts".to_owned()],
    }
}

fn put(spec: AlarmSpec) -> Call {
    Call::PutMetricAlarm { alarm: ALARM.to_owned(), spec }
}

fn describe() -> Call {
    Call::DescribeAlarm { alarm: ALARM.to_owned() }
}

fn delete() -> Call {
    Call::DeleteAlarm { alarm: ALARM.to_owned() }
}

#[test]
fn a_new_alarm_cannot_tell_before_its_first_period() {
    let mut desk = Desk::empty();
    let absent = "Absent ResourceNotFound: Unknown alarm: sitelogix-reports-throttles";
    assert_eq!(desk.bad(0.0, describe()), absent);
    desk.good(0.0, put(spec()));
    assert_eq!(desk.bad(0.5, describe()), absent, "not seen yet");
    assert!(desk.good(3.0, describe()).ends_with("state:INSUFFICIENT_DATA}"));
    assert!(desk.good(299.0, describe()).ends_with("state:INSUFFICIENT_DATA}"));
    assert!(desk.good(300.0, describe()).ends_with("state:OK}"));
}

#[test]
fn an_alarm_is_replaced_as_a_whole_and_keeps_its_state() {
    let mut desk = Desk::empty();
    desk.good(0.0, put(spec()));
    let mut other = spec();
    other.threshold = 10.0;
    other.actions = vec!["arn:b".to_owned(), "arn:a".to_owned()];
    desk.good(400.0, put(other.clone()));
    desk.good(400.0, put(other));
    assert!(desk.good(400.5, describe()).contains("threshold:1.5"), "an old answer");
    let shown = desk.good(403.0, describe());
    assert!(shown.contains("actions:[arn:a,arn:b]"), "{shown}");
    assert!(shown.contains("threshold:10.0") && shown.ends_with("state:OK}"), "{shown}");
    let changed: Vec<bool> = desk.world.ledger().iter().map(|entry| entry.change).collect();
    assert_eq!(changed, [true, true, false]);
}

#[test]
fn an_alarm_is_deleted_once() {
    let mut desk = Desk::empty();
    desk.good(0.0, put(spec()));
    desk.good(5.0, delete());
    assert!(desk.bad(5.0, delete()).starts_with("Absent ResourceNotFound"));
    assert!(desk.bad(8.0, describe()).starts_with("Absent ResourceNotFound"));
}

#[test]
fn what_cannot_be_an_alarm_is_refused() {
    let mut desk = Desk::empty();
    let mut refused = |change: &dyn Fn(&mut AlarmSpec)| {
        let mut spec = spec();
        change(&mut spec);
        desk.bad(0.0, put(spec))
    };
    assert_eq!(
        refused(&|spec| spec.period_seconds = 45),
        "Refused ValidationError: Period must be 10, 20, 30 or a multiple of 60"
    );
    assert!(refused(&|spec| spec.period_seconds = 0).starts_with("Refused ValidationError"));
    assert!(refused(&|spec| spec.threshold = f64::NAN).contains("finite"));
    assert!(refused(&|spec| spec.evaluation_periods = 0).starts_with("Refused ValidationError"));
    assert!(refused(&|spec| spec.actions = vec!["arn:x".to_owned(); 6]).contains("less than"));
    assert!(refused(&|spec| spec.actions = vec!["topic".to_owned()]).contains("Invalid arn"));
}

fn history() -> Call {
    Call::DescribeAlarmHistory { alarm: ALARM.to_owned() }
}

fn force(state: AlarmState, reason: &str) -> Call {
    Call::SetAlarmState { alarm: ALARM.to_owned(), state, reason: reason.to_owned() }
}

#[test]
fn an_alarm_that_is_set_off_tells_and_takes_itself_back() {
    let mut desk = Desk::empty();
    assert_eq!(desk.good(0.0, history()), "{happened:[]}");
    assert!(desk.bad(0.0, force(AlarmState::Alarm, "a test")).starts_with("Absent"));
    desk.good(0.0, put(spec()));
    desk.good(400.0, force(AlarmState::Alarm, "a test"));
    assert!(desk.good(400.5, describe()).ends_with("state:OK}"), "not seen yet");
    assert!(desk.good(403.0, describe()).ends_with("state:ALARM}"));
    let told = desk.good(403.0, history());
    assert!(told.contains("kind:state,reason:a test,to:ALARM"), "{told}");
    assert!(told.contains("succeeded:true,told:arn:aws:sns"), "{told}");
    assert!(!told.contains("Threshold"), "not yet: {told}");
    desk.good(410.0, force(AlarmState::Alarm, "again"));
    assert!(desk.good(430.0, describe()).ends_with("state:OK}"));
    let told = desk.good(430.0, history());
    assert!(told.contains("reason:Threshold not crossed,to:OK"), "{told}");
    assert!(!told.contains("again"), "it was in this state already: {told}");
    assert_eq!(desk.good(430.0 + 31.0 * 86_400.0, history()), "{happened:[]}");
    let changed: Vec<_> = desk.world.ledger().iter().map(|entry| entry.change).collect();
    assert_eq!(changed, [true, true, false]);
    let long = "x".repeat(1024);
    assert!(desk.bad(500.0, force(AlarmState::Alarm, &long)).contains("1023"));
}

#[test]
fn an_alarm_that_cannot_tell_yet_cannot_tell_afterwards() {
    let mut desk = Desk::empty();
    desk.good(0.0, put(spec()));
    desk.good(10.0, force(AlarmState::Ok, "it is fine"));
    assert!(desk.good(13.0, describe()).ends_with("state:OK}"));
    assert!(!desk.good(13.0, history()).contains("told"), "nobody is told of this");
    assert!(desk.good(41.0, describe()).ends_with("state:INSUFFICIENT_DATA}"));
    assert!(desk.good(41.0, history()).contains("to:INSUFFICIENT_DATA"));
}

#[test]
fn a_dashboard_is_put_replaced_and_deleted() {
    let mut desk = Desk::empty();
    let dashboard = || "sitelogix".to_owned();
    let put = |body: &str| Call::PutDashboard { dashboard: dashboard(), body: body.to_owned() };
    let get = || Call::GetDashboard { dashboard: dashboard() };
    let delete = || Call::DeleteDashboard { dashboard: dashboard() };
    let absent = "Absent ResourceNotFound: Dashboard sitelogix does not exist";
    assert_eq!(desk.bad(0.0, get()), absent);
    assert_eq!(desk.bad(0.0, delete()), absent);
    assert_eq!(desk.good(0.0, put("{ \"widgets\": [] }")), "{remarks:[]}");
    assert_eq!(desk.bad(0.5, get()), absent, "not seen yet");
    assert!(desk.good(3.0, get()).contains("widgets"));
    desk.good(3.0, put("{ \"widgets\": [], \"start\": \"-PT3H\" }"));
    assert!(desk.good(6.0, get()).contains("PT3H"));
    desk.good(6.0, delete());
    assert_eq!(desk.bad(9.0, get()), absent);
    assert!(desk.bad(9.0, put("no JSON")).starts_with("Refused InvalidParameterInput"));
    assert!(desk.bad(9.0, put("{}")).starts_with("Refused InvalidParameterInput"));
    let (dashboard, body) = ("a b".to_owned(), "{\"widgets\":[]}".to_owned());
    let odd = Call::PutDashboard { dashboard, body };
    assert!(desk.bad(9.0, odd).starts_with("Refused InvalidParameterValue"));
}

#[test]
fn the_alarms_that_tell_a_topic_are_listed_and_no_others() {
    let mut desk = Desk::empty();
    let topic = spec().actions[0].clone();
    let telling = || Call::DescribeAlarmsTelling { action: topic.clone() };
    assert_eq!(desk.good(0.0, telling()), "{names:[]}");
    desk.good(0.0, put(spec()));
    let silent = AlarmSpec { actions: Vec::new(), ..spec() };
    desk.good(0.0, Call::PutMetricAlarm { alarm: "silent".to_owned(), spec: silent });
    assert_eq!(desk.good(0.5, telling()), "{names:[]}", "not seen yet");
    assert_eq!(desk.good(3.0, telling()), format!("{{names:[{ALARM}]}}"));
}
