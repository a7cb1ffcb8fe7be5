//! A copy that nothing disturbs.

use muster::cloud::bulk::{self, Stage};
use muster::cloud::objects::{self, StorageClass};
use muster::cloud::{Call, s3};
use muster::sandbox::{Seed, Seeded, seeds};

use crate::desk::{ALL, AUDIO, BIG, Desk, V2, copying, place, start};

#[tokio::test]
async fn everything_is_copied_once_with_all_that_aws_keeps() {
    let desk = Desk::new();
    let tally = desk.copied().await;
    assert_eq!((tally.done, tally.kept, tally.failed), (ALL, 0, 0), "{tally:?}");
    assert_eq!(desk.effects("CopyObject").len() as u64, ALL - 1);
    assert_eq!(desk.effects("UploadPartCopy").len(), 12, "6 GiB in the parts that it had");
    let (old, new) = (desk.head(AUDIO, BIG), desk.head(V2, BIG));
    assert_eq!((&old.etag, old.size), (&new.etag, new.size));
    assert_eq!((&old.properties, old.tags), (&new.properties, new.tags), "not lost with parts");
    assert_eq!(new.tags, 1);
    let archive = "audio/2026-10-07/site-07.m4a";
    assert_eq!(desk.head(V2, archive).storage_class, StorageClass::StandardIa);
    let (old, new) = ("audio/2026-10-04/site-04.m4a", "audio/2026-10-05/site-05.m4a");
    assert_eq!(desk.head(V2, old).checksum, desk.head(AUDIO, old).checksum);
    assert_eq!(desk.head(V2, new).properties, desk.head(AUDIO, new).properties);
    // The default of the new bucket holds every one of them.
    assert!(desk.head(V2, BIG).lock.is_some() && desk.head(V2, old).lock.is_some());
}

#[tokio::test]
async fn a_second_copy_changes_nothing() {
    let desk = Desk::new();
    desk.copied().await;
    let before = desk.world.lock().unwrap().ledger().len();
    let tally = desk.copied().await;
    assert_eq!((tally.done, tally.kept, tally.failed), (0, ALL, 0));
    assert_eq!(desk.world.lock().unwrap().ledger().len(), before);
}

#[tokio::test]
async fn a_prefix_is_a_trial() {
    let desk = Desk::new();
    let trial = copying(AUDIO, V2, "trial/");
    let Ok(bulk::Reply::Done(tally)) = desk.ask(bulk::Call::CopyObjects(trial.clone())).await
    else {
        panic!()
    };
    assert_eq!(tally.done, 2);
    let compare = bulk::Call::CompareBuckets(trial);
    let Ok(bulk::Reply::Compared(found)) = desk.ask(compare).await else { panic!() };
    assert_eq!((found.objects, found.verified), (2, 2));
    // All the rest is still to come, and what is there is kept.
    assert_eq!(desk.copied().await.done, ALL - 2);
}

#[tokio::test]
async fn what_holds_an_object_of_the_source_holds_its_copy() {
    let desk = Desk::new();
    desk.world(s3::Call::PutObjectLockConfiguration {
        bucket: AUDIO.into(),
        default_retention: None,
    });
    let lock = objects::Lock {
        mode: s3::RetentionMode::Compliance,
        until: "2050-01-01T00:00:00Z".parse().unwrap(),
    };
    for key in ["trial/hello.m4a", BIG] {
        let (bucket, key) = (AUDIO.to_owned(), key.to_owned());
        let hold = objects::Call::PutObjectRetention { bucket, key, version: None, lock };
        let now = desk.world.lock().unwrap().clock();
        desk.world.lock().unwrap().call(&Call::Objects(hold), now).unwrap();
    }
    desk.copied().await;
    assert_eq!(desk.head(V2, "trial/hello.m4a").lock, Some(lock));
    assert_eq!(desk.head(V2, BIG).lock, Some(lock));
    assert_ne!(desk.head(V2, "trial/second.m4a").lock, Some(lock), "the default of the bucket");
}

#[tokio::test]
async fn archived_objects_are_named_and_not_copied() {
    let archived = |key: &str, class| {
        let mut seeded = Seeded::text(key, key);
        seeded.versions[0].storage_class = Some(class);
        seeded
    };
    let objects = vec![
        Seeded::text("a", "one"),
        archived("b", StorageClass::Glacier),
        archived("c", StorageClass::GlacierIr),
    ];
    let bucket = seeds::BucketSeed { name: AUDIO.into(), versioned: false, objects };
    let seed = Seed { tables: Vec::new(), buckets: vec![bucket] };
    let desk = Desk::of(seed.world(place(), 1, start()));
    let found = desk.compared().await;
    assert_eq!(found.archived.first, ["b"]);
    let tally = desk.copied().await;
    assert_eq!((tally.done, tally.failed), (2, 1));
    assert_eq!(tally.failures[0].code, "InvalidObjectState");
    assert!(tally.failures[0].message.contains("restore it first"));
}

#[tokio::test]
async fn whoever_asks_is_told_how_far_it_came() {
    let desk = Desk::new();
    assert_eq!(desk.progress().await.stage, Stage::Idle);
    desk.compared().await;
    desk.copied().await;
    let progress = desk.progress().await;
    assert_eq!(progress.stage, Stage::Finished);
    assert_eq!((progress.objects, progress.tally.done), (Some(ALL), ALL));
    assert_eq!(progress.bytes, Some(progress.tally.bytes));
}
