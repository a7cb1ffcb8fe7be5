//! What is planned, refused and told of a retention.

use super::*;
use crate::cloud::bulk::{Failure, Tally};
use crate::cloud::{Answer, CallError, Ending, Place};

fn on() -> Target {
    Target { place: Place::new("500313280221", "us-east-1"), name: "audio-files".to_owned() }
}

fn years(mode: RetentionMode, years: u32) -> Held {
    let (days, until, prefix, found) = (None, None, String::new(), None);
    Held { mode, days, years: Some(years), until, prefix, found }
}

fn seven() -> Held {
    years(RetentionMode::Governance, 7)
}

fn said(reply: Reply) -> Outcome {
    Ok(Answer { reply: cloud::Reply::Bulk(reply), request_id: None })
}

fn surveyed(held: u64) -> Outcome {
    let mut short = Names::default();
    (held..10).for_each(|n| short.add(&format!("k{n}")));
    let (of, over, markers) = (retaining(&on(), &seven()), 0, 1);
    said(Reply::Surveyed(Surveyed { of, versions: 10, bytes: 100, held, short, over, markers }))
}

#[test]
fn it_is_done_when_every_version_is_held() {
    let value = RetainObjects::decode(&on(), &[surveyed(4)]).unwrap();
    assert!(!RetainObjects::is_met(&value, &seven()));
    let whole = RetainObjects::decode(&on(), &[surveyed(10)]).unwrap();
    assert!(RetainObjects::is_met(&whole, &seven()));
    assert!(!RetainObjects::is_met(&whole, &years(RetentionMode::Compliance, 7)));
    assert!(RetainObjects::goes_on(&value, &whole) && !RetainObjects::goes_on(&whole, &value));
    let calls = RetainObjects::write(&on(), &[surveyed(4)], &seven()).unwrap();
    assert_eq!(calls, [Call::Bulk(bulk::Call::RetainObjects(retaining(&on(), &seven())))]);
    let json = serde_json::to_value(&whole).unwrap();
    assert_eq!(serde_json::from_value::<Held>(json).unwrap(), whole);
}

#[test]
fn object_lock_comes_first() {
    let off = "ObjectLockConfigurationNotFoundError";
    let off = Err(CallError::new(Ending::Absent, off, "off"));
    let judged = RetainObjects::judge(&on(), &seven(), &[off]);
    assert_eq!(judged[0].fact.as_deref(), Some("S2"));
    assert!(judged[0].why.contains("Object Lock is off"));
    let lock = cloud::Reply::S3(s3::Reply::ObjectLock { default_retention: None });
    let lock = Ok(Answer { reply: lock, request_id: None });
    assert_eq!(RetainObjects::judge(&on(), &seven(), &[lock]), []);
    assert_eq!(RetainObjects::judge(&on(), &seven(), &[]).len(), 1, "what is not known is no yes");
}

#[test]
fn how_dangerous_it_is_follows_the_mode() {
    let value = RetainObjects::decode(&on(), &[surveyed(4)]).unwrap();
    let change = RetainObjects::change(&value, &seven());
    assert_eq!(change.danger, Danger::Destroy);
    assert!(change.why.unwrap().starts_with("6 of 10 versions (100 bytes) cannot be deleted"));
    let strict = years(RetentionMode::Compliance, 7);
    assert_eq!(RetainObjects::change(&value, &strict).danger, Danger::Irreversible);
    let undo = Undo { before: &value, after: &seven() };
    assert!(RetainObjects::undo(&on(), &[], &undo).unwrap_err().why.contains("stay held"));
}

#[test]
fn an_end_is_given_once_and_lies_within_what_s3_takes() {
    let lint = |to: &Held| RetainObjects::lint(&on(), to).len();
    let none = Held { years: None, ..seven() };
    let both = Held { days: Some(1), ..seven() };
    for wrong in [
        none.clone(),
        both,
        Held { days: Some(0), ..none.clone() },
        Held { days: Some(36_501), ..none.clone() },
        years(RetentionMode::Governance, 0),
        years(RetentionMode::Governance, 101),
        Held { found: Some(Found::default()), ..seven() },
    ] {
        assert_eq!(lint(&wrong), 1, "{wrong:?}");
    }
    let until = Held { until: Some("2033-12-31T00:00:00Z".parse().unwrap()), ..none.clone() };
    for right in [seven(), Held { days: Some(36_500), ..none }, until] {
        assert_eq!(lint(&right), 0, "{right:?}");
    }
}

#[test]
fn versions_that_failed_are_named() {
    let tally = Tally {
        failed: 1,
        failures: vec![Failure {
            key: "a".into(),
            code: "AccessDenied".into(),
            message: "".into(),
        }],
        ..Tally::default()
    };
    let progress = bulk::Progress { stage: Stage::Finished, tally, ..bulk::Progress::default() };
    let seen = [surveyed(9), said(Reply::Progress(progress))];
    let setback = RetainObjects::setback(&on(), &seen).unwrap();
    assert!(setback.what.starts_with("1 versions could not be held: a (AccessDenied"));
    assert_eq!(RetainObjects::setback(&on(), &[surveyed(9)]), None);
}
