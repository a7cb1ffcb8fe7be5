//! What a comparison shows, before and after.

use muster::cloud::bulk::Names;
use muster::cloud::s3::{self, Algorithm, Encryption};

use crate::desk::{ALL, AUDIO, BIG, Desk, V2};

#[tokio::test]
async fn before_a_copy_everything_is_missing_and_versions_are_counted() {
    let desk = Desk::new();
    let found = desk.compared().await;
    assert_eq!((found.objects, found.missing, found.verified), (ALL, ALL, 0));
    assert!(found.bytes > 6 << 30 && found.bytes == found.missing_bytes);
    // The first take of a corrected recording, and one that was deleted with its marker.
    assert_eq!((found.noncurrent, found.markers), (2, 1));
    assert_eq!((found.manifest, found.uploads, found.extra), (None, 0, 0));
}

#[tokio::test]
async fn after_it_every_object_verifies_and_the_manifest_says_how() {
    let desk = Desk::new();
    desk.copied().await;
    let found = desk.compared().await;
    assert_eq!((found.objects, found.missing, found.verified), (ALL, 0, ALL));
    let kept = desk.manifests.0.lock().unwrap().clone();
    let [(sha256, lines)] = &kept[..] else { panic!("{kept:?}") };
    assert_eq!((found.manifest.as_ref(), lines.len() as u64), (Some(sha256), ALL));
    let keys: Vec<String> = lines
        .iter()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["key"].to_string())
        .collect();
    assert!(keys.is_sorted(), "in the order of the lists");
    let line = |key: &str| lines.iter().find(|line| line.contains(key)).unwrap().clone();
    assert!(line(BIG).contains("-12\",\"verified\":\"etag\""), "{}", line(BIG));
    let meeting = line("meeting.m4a");
    assert!(meeting.contains("\"verified\":\"crc64nvme\",\"checksum\""), "{meeting}");
    // Whoever compares again comes to the same.
    drop(kept);
    assert_eq!(desk.compared().await.manifest, found.manifest);
}

#[tokio::test]
async fn an_object_that_is_corrupted_at_the_target_is_found_and_named() {
    let desk = Desk::new();
    desk.copied().await;
    for key in ["audio/2026-10-03/site-03.m4a", BIG, "audio/2026-10-21/meeting.m4a"] {
        let whole = desk.world.lock().unwrap().clone();
        assert!(desk.world.lock().unwrap().corrupt(V2, key));
        let found = desk.compared().await;
        assert_eq!(found.differing, Names { count: 1, first: vec![key.to_owned()] });
        assert_eq!((found.verified, found.manifest), (ALL - 1, None));
        // It is not written over either: somebody has to look.
        let tally = desk.copied().await;
        assert_eq!((tally.done, tally.kept, tally.failed), (0, ALL - 1, 1));
        assert_eq!(tally.failures[0].code, "ContentsDiffer");
        assert_eq!(tally.failures[0].key, key);
        *desk.world.lock().unwrap() = whole;
    }
}

#[tokio::test]
async fn what_aws_cannot_tell_is_never_called_verified() {
    let desk = Desk::new();
    let (algorithm, bucket_key) = (Algorithm::Kms, true);
    desk.world(s3::Call::PutBucketEncryption {
        bucket: V2.into(),
        encryption: Encryption { algorithm, kms_key: None, bucket_key },
    });
    let tally = desk.copied().await;
    let found = desk.compared().await;
    // Those that have a checksum of the whole are verified by it; ETags are random there.
    assert_eq!(found.verified, 5);
    assert_eq!(found.unverified.count, ALL - 5);
    assert_eq!((tally.done, tally.unverified.count), (5, ALL - 5));
    assert!(found.unverified.first.len() < found.unverified.count as usize, "only the first names");
    assert!(desk.manifests.0.lock().unwrap()[0].1[0].contains("\"verified\":\"no\""));
}

#[tokio::test]
async fn extra_objects_and_deleted_ones_are_told_apart() {
    let desk = Desk::new();
    desk.copied().await;
    let delete = muster::cloud::objects::Call::DeleteObject {
        bucket: AUDIO.into(),
        key: "trial/hello.m4a".into(),
        version: None,
    };
    let now = desk.world.lock().unwrap().clock();
    desk.world.lock().unwrap().call(&muster::cloud::Call::Objects(delete), now).unwrap();
    let found = desk.compared().await;
    assert_eq!((found.extra, found.objects, found.verified), (1, ALL - 1, ALL - 1));
    assert!(found.manifest.is_some());
}
