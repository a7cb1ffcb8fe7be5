//! A copy on a bad day: throttled, denied, with lost replies, with a login that ends.

use muster::cloud::Ending;
use muster::cloud::bulk::{Call, Stage};
use muster::sandbox::FaultKind;

use crate::desk::{ALL, Desk, all};

const FOR_GOOD: u32 = u32::MAX;

#[tokio::test]
async fn a_key_that_is_denied_is_named_and_the_others_are_copied() {
    let desk = Desk::new();
    let key = "trial/hello.m4a";
    desk.fault("CopyObject", Some(key), (1, FOR_GOOD), FaultKind::Denied);
    let tally = desk.copied().await;
    assert_eq!((tally.done, tally.failed), (ALL - 1, 1));
    assert_eq!(
        (tally.failures[0].key.as_str(), tally.failures[0].code.as_str()),
        (key, "AccessDenied")
    );
    let progress = desk.progress().await;
    assert_eq!((progress.stage, progress.tally.failed), (Stage::Finished, 1));
    assert_eq!(desk.compared().await.missing, 1);
}

#[tokio::test]
async fn what_failed_once_is_tried_again_apart() {
    let desk = Desk::new();
    desk.fault("CopyObject", Some("trial/hello.m4a"), (1, 1), FaultKind::Denied);
    let tally = desk.copied().await;
    assert_eq!((tally.done, tally.failed, tally.failures.len()), (ALL, 0, 0));
}

#[tokio::test]
async fn where_s3_asks_to_slow_down_the_worker_waits_and_copies_everything() {
    let desk = Desk::new();
    desk.fault("CopyObject", None, (1, 30), FaultKind::Throttled);
    let tally = desk.copied().await;
    assert_eq!((tally.done, tally.failed), (ALL, 0));
    assert!(*desk.pauses.lock().unwrap() >= 20, "it waited before each try");
}

#[tokio::test]
async fn a_reply_that_is_lost_is_looked_for_and_nothing_is_copied_twice() {
    for kind in [
        FaultKind::LostReply,
        FaultKind::LostRequest,
        FaultKind::Truncated,
        FaultKind::ServerError,
        FaultKind::NotSent,
        FaultKind::InUse,
    ] {
        for operation in [
            "CopyObject",
            "CreateMultipartUpload",
            "UploadPartCopy",
            "CompleteMultipartUpload",
            "ListObjectsV2",
            "HeadObject",
        ] {
            let desk = Desk::new();
            desk.fault(operation, None, (1, 3), kind);
            let tally = desk.copied().await;
            let told = || format!("{kind:?} of {operation}: {tally:?}");
            assert_eq!(tally.failed, 0, "{}", told());
            assert_eq!(tally.done + tally.kept, ALL, "{}", told());
            let found = desk.compared().await;
            assert_eq!(found.verified, ALL, "{}", told());
            assert_eq!(desk.effects("CopyObject").len() as u64, ALL - 1, "{}", told());
            assert_eq!(desk.effects("CompleteMultipartUpload").len(), 1, "{}", told());
        }
    }
}

#[tokio::test]
async fn a_login_that_ends_on_the_way_leaves_an_ending_that_has_to_be_looked_at() {
    let desk = Desk::new();
    desk.fault("CopyObject", None, (10, FOR_GOOD), FaultKind::Expired);
    let error = desk.ask(Call::CopyObjects(all())).await.unwrap_err();
    assert_eq!((error.ending, error.code.as_str()), (Ending::Unknown, "ExpiredToken"));
    assert!(error.message.contains(" objects were copied before that"), "{error}");
    // Where nothing was done, nothing has to be looked at.
    let desk = Desk::new();
    desk.fault("*", None, (1, FOR_GOOD), FaultKind::Expired);
    let error = desk.ask(Call::CopyObjects(all())).await.unwrap_err();
    assert_eq!(error.ending, Ending::Expired);
}

#[tokio::test]
async fn a_list_that_breaks_off_is_not_taken_for_the_end() {
    let desk = Desk::new();
    desk.fault("ListObjectVersions", None, (1, FOR_GOOD), FaultKind::ServerError);
    assert!(desk.ask(Call::CompareBuckets(all())).await.is_err());
    let desk = Desk::new();
    desk.fault("ListObjectsV2", None, (1, FOR_GOOD), FaultKind::Denied);
    let error = desk.ask(Call::CopyObjects(all())).await.unwrap_err();
    assert_eq!((error.ending, error.code.as_str()), (Ending::Denied, "AccessDenied"));
}
