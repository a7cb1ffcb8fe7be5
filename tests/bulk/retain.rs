//! Retention on objects that were there before the bucket was locked.

use muster::cloud::bulk::{Call, Reply, Retaining, Surveyed, Tally, Term};
use muster::cloud::s3::{self, RetentionMode};
use muster::cloud::{self, objects};
use muster::sandbox::FaultKind;

use crate::desk::{ALL, AUDIO, Desk};

fn seven_years() -> Retaining {
    Retaining {
        bucket: AUDIO.into(),
        prefix: String::new(),
        mode: RetentionMode::Governance,
        term: Term::Years(7),
    }
}

/// SiteLogix with Object Lock turned on in place.
fn locked() -> Desk {
    let desk = Desk::new();
    desk.world(s3::Call::PutObjectLockConfiguration {
        bucket: AUDIO.into(),
        default_retention: None,
    });
    desk
}

async fn survey(desk: &Desk, of: Retaining) -> Surveyed {
    match desk.ask(Call::SurveyRetention(of)).await {
        Ok(Reply::Surveyed(found)) => found,
        other => panic!("{other:?}"),
    }
}

async fn retain(desk: &Desk, of: Retaining) -> Tally {
    match desk.ask(Call::RetainObjects(of)).await {
        Ok(Reply::Done(tally)) => tally,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_version_is_held_as_if_the_bucket_had_always_been_locked() {
    let desk = locked();
    let before = survey(&desk, seven_years()).await;
    // Current objects, and the versions that are not current any more.
    assert_eq!((before.versions, before.short.count, before.held), (ALL + 2, ALL + 2, 0));
    assert_eq!(before.markers, 1);
    let tally = retain(&desk, seven_years()).await;
    assert_eq!((tally.done, tally.kept, tally.failed), (ALL + 2, 0, 0));
    let after = survey(&desk, seven_years()).await;
    assert_eq!((after.held, after.short.count), (ALL + 2, 0));
    let object = desk.head(AUDIO, "audio/2026-10-22/corrected.m4a");
    let days = object.lock.unwrap().until.duration_since(object.modified).as_hours() / 24;
    assert_eq!(days, 7 * 365, "from when it was written");
    // A second time changes nothing.
    let effects = desk.world.lock().unwrap().ledger().len();
    assert_eq!(retain(&desk, seven_years()).await.kept, ALL + 2);
    assert_eq!(desk.world.lock().unwrap().ledger().len(), effects);
}

#[tokio::test]
async fn what_need_not_be_held_any_more_is_left_alone() {
    let desk = locked();
    let of = Retaining { term: Term::Days(35), ..seven_years() };
    let found = survey(&desk, of.clone()).await;
    assert_eq!(found.over + found.short.count, ALL + 2);
    assert!(found.over > 5, "{found:?}");
    assert_eq!(retain(&desk, of).await.done, found.short.count);
}

#[tokio::test]
async fn a_retention_is_never_made_shorter() {
    let desk = locked();
    let until = "2060-01-01T00:00:00Z".parse().unwrap();
    retain(&desk, Retaining { term: Term::Until(until), ..seven_years() }).await;
    assert_eq!(retain(&desk, seven_years()).await.kept, ALL + 2);
    assert_eq!(desk.head(AUDIO, "trial/hello.m4a").lock.unwrap().until, until);
}

#[tokio::test]
async fn one_that_is_denied_is_named_and_a_bucket_without_object_lock_is_not_touched() {
    let desk = locked();
    let (key, all) = (Some("trial/hello.m4a"), (1, u32::MAX));
    desk.fault("PutObjectRetention", key, all, FaultKind::Denied);
    let tally = retain(&desk, seven_years()).await;
    assert_eq!((tally.done, tally.failed), (ALL + 1, 1));
    assert_eq!(tally.failures[0].key, "trial/hello.m4a");
    let desk = Desk::new();
    let found = survey(&desk, seven_years()).await;
    assert_eq!((found.held, found.short.count), (0, ALL + 2), "nothing is held there");
    let tally = retain(&desk, seven_years()).await;
    assert_eq!((tally.done, tally.failed), (0, ALL + 2));
    assert_eq!(tally.failures[0].code, "InvalidRequest");
    let puts = desk.effects("PutObjectRetention");
    assert!(puts.is_empty(), "{puts:?}");
}

#[tokio::test]
async fn ordinary_calls_pass_through() {
    use muster::cloud::Account as _;
    let desk = Desk::new();
    let (bucket, key) = (AUDIO.to_owned(), "trial/hello.m4a".to_owned());
    let call = objects::Call::HeadObject { bucket, key, version: None, part: None };
    let reply = desk.worker.send(cloud::Call::Objects(call)).await.unwrap().reply;
    assert!(matches!(reply, cloud::Reply::Objects(objects::Reply::Object(_))));
    // Neither account knows work over many objects.
    let bulk = cloud::Call::Bulk(Call::RetainObjects(seven_years()));
    let now = desk.world.lock().unwrap().clock();
    let error = desk.world.lock().unwrap().call(&bulk, now).unwrap_err();
    assert_eq!(error.code, "NotOneCall");
}
