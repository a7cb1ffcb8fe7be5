//! A sample of the objects of a bucket, read to their end: what differs is named, and what cannot
//! be told is never called verified.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use muster::bulk::{Limits, Nowhere, Tools, Worker};
use muster::cloud::bulk::{Call, Reply, Sampled, Sampling};
use muster::cloud::objects::{self, ChecksumAlgorithm, ChecksumKind, StorageClass, Write};
use muster::cloud::{self, Account, Answer, CallError, Ending, Outcome, Pending, s3};
use muster::sandbox::seeds::{BucketSeed, Seed};
use muster::sandbox::{FaultKind, ObjectSeed, Seeded};

use crate::desk::{ALL, AUDIO, BIG, Desk, V2, account, place, start};

const FOR_GOOD: u32 = u32::MAX;
const HELLO: &str = "trial/hello.m4a";

fn of(bucket: &str, count: u32) -> Sampling {
    Sampling { bucket: bucket.into(), prefix: String::new(), count }
}

async fn read(worker: &Worker, of: Sampling) -> Result<Sampled, CallError> {
    match worker.send(cloud::Call::Bulk(Call::SampleObjects(of))).await?.reply {
        cloud::Reply::Bulk(Reply::Sampled(sampled)) => Ok(*sampled),
        other => panic!("{other:?}"),
    }
}

/// Every object of the audio bucket that is small enough.
async fn all(desk: &Desk) -> Sampled {
    read(&desk.worker, of(AUDIO, 1_000)).await.unwrap()
}

#[tokio::test]
async fn what_is_as_it_was_written_is_verified() {
    let desk = Desk::new();
    let found = all(&desk).await;
    assert_eq!((found.objects, found.verified, found.large), (ALL, ALL - 1, 1), "{found:?}");
    assert!(desk.head(AUDIO, BIG).size > 100 * 1024 * 1024, "it is the large one");
    assert!(found.bytes > 200 * 1024 * 1024);
    let some = read(&desk.worker, of(AUDIO, 20)).await.unwrap();
    assert_eq!((some.objects, some.verified, some.large), (ALL, 20, 1));
    let trial = Sampling { prefix: "trial/".into(), ..of(AUDIO, 20) };
    let trial = read(&desk.worker, trial).await.unwrap();
    assert_eq!((trial.objects, trial.verified), (2, 2));
}

#[tokio::test]
async fn contents_that_changed_under_their_checksum_are_named() {
    // One with an ETag alone, and two with a checksum.
    for key in [HELLO, "audio/2026-10-08/site-08.m4a", "audio/2026-10-21/meeting.m4a"] {
        let desk = Desk::new();
        let before = desk.head(AUDIO, key);
        assert!(desk.world.lock().unwrap().rot(AUDIO, key));
        assert_eq!(desk.head(AUDIO, key), before, "S3 says the same of it");
        let found = all(&desk).await;
        assert_eq!((found.verified, found.differing.count), (ALL - 2, 1));
        assert_eq!(found.differing.first, [key]);
    }
    assert!(!Desk::new().world.lock().unwrap().rot(AUDIO, "none"));
}

/// A bucket with one object of each kind that S3 says too little of, and one that it says enough of.
fn mixed() -> Desk {
    let mib = 1024 * 1024;
    let one =
        |key: &str, seed: ObjectSeed| Seeded { versions: vec![seed], ..Seeded::text(key, "") };
    let parts = |text: &str| ObjectSeed {
        size: Some(20 * mib),
        part: Some(8 * mib),
        ..ObjectSeed::text(text)
    };
    let checksum = |algorithm, kind| ObjectSeed { checksum: Some((algorithm, kind)), ..parts("c") };
    use ChecksumAlgorithm::{Crc32, Sha256, Xxhash3};
    let objects = vec![
        one("at-once", ObjectSeed::text("hello")),
        one("cold", ObjectSeed { storage_class: Some(StorageClass::Glacier), ..parts("a") }),
        one("parts", parts("b")),
        one("parts-composite", checksum(Sha256, ChecksumKind::Composite)),
        one("parts-whole", checksum(Crc32, ChecksumKind::FullObject)),
        one("parts-xxhash", checksum(Xxhash3, ChecksumKind::FullObject)),
        // The ETag of this one tells.
        one("xxhash", ObjectSeed { part: None, ..checksum(Xxhash3, ChecksumKind::FullObject) }),
    ];
    let buckets = vec![BucketSeed { name: AUDIO.into(), versioned: false, objects }];
    Desk::of(Seed { tables: Vec::new(), buckets }.world(place(), 1, start()))
}

#[tokio::test]
async fn what_s3_says_too_little_of_is_named_and_never_verified() {
    let found = all(&mixed()).await;
    assert_eq!((found.objects, found.verified, found.archived), (7, 3, 1), "{found:?}");
    assert_eq!(found.unverifiable.first, ["parts", "parts-composite", "parts-xxhash"]);
}

#[tokio::test]
async fn an_object_under_a_key_of_kms_is_verified_by_its_checksum_alone() {
    let desk = Desk::new();
    let encryption =
        s3::Encryption { algorithm: s3::Algorithm::Kms, kms_key: None, bucket_key: true };
    desk.world(s3::Call::PutBucketEncryption { bucket: V2.into(), encryption });
    let put = |key: &str| objects::Call::PutObject {
        bucket: V2.into(),
        key: key.into(),
        body: "hello".into(),
        tags: std::collections::BTreeMap::new(),
        write: Write::Always,
    };
    {
        let mut world = desk.world.lock().unwrap();
        let now = world.clock() + SignedDuration::from_secs(3);
        world.call(&cloud::Call::Objects(put("k")), now).unwrap();
    }
    let object = desk.head(V2, "k");
    assert_eq!(object.encryption, Some(s3::Algorithm::Kms));
    let found = read(&desk.worker, of(V2, 20)).await.unwrap();
    let told = (found.verified, found.unverifiable.count, found.differing.count);
    assert_eq!(told, if object.checksum.is_some() { (1, 0, 0) } else { (0, 1, 0) });
}

#[tokio::test]
async fn an_empty_bucket_says_so() {
    let found = read(&Desk::new().worker, of(V2, 20)).await.unwrap();
    assert_eq!((found.objects, found.verified, found.bytes), (0, 0, 0));
}

#[tokio::test]
async fn one_that_cannot_be_read_is_named_with_the_reason() {
    for operation in ["HeadObject", "GetObject"] {
        let desk = Desk::new();
        desk.fault(operation, Some(HELLO), (1, FOR_GOOD), FaultKind::Denied);
        let found = all(&desk).await;
        assert_eq!((found.verified, found.unread.count), (ALL - 2, 1), "{operation}");
        assert_eq!(found.unread.first, [format!("{HELLO} (AccessDenied: Access Denied)")]);
    }
}

#[tokio::test]
async fn a_bad_line_costs_time_and_nothing_else() {
    for kind in [
        FaultKind::Throttled,
        FaultKind::LostReply,
        FaultKind::Truncated,
        FaultKind::ServerError,
        FaultKind::NotSent,
    ] {
        for operation in ["ListObjectsV2", "HeadObject", "GetObject"] {
            let desk = Desk::new();
            desk.fault(operation, None, (1, 3), kind);
            let found = all(&desk).await;
            assert_eq!((found.verified, found.unread.count), (ALL - 1, 0), "{kind:?} {operation}");
            assert!(*desk.pauses.lock().unwrap() >= 3, "{kind:?} {operation}");
        }
    }
}

#[tokio::test]
async fn a_list_or_a_login_that_ends_ends_the_sample() {
    for (operation, kind, ending) in [
        ("ListObjectsV2", FaultKind::Denied, Ending::Denied),
        ("ListObjectsV2", FaultKind::ServerError, Ending::Unknown),
        ("GetObject", FaultKind::Expired, Ending::Expired),
    ] {
        let desk = Desk::new();
        desk.fault(operation, None, (1, FOR_GOOD), kind);
        let error = read(&desk.worker, of(AUDIO, 20)).await.unwrap_err();
        assert_eq!(error.ending, ending, "{operation}");
    }
    let desk = Desk::new();
    let reading = desk.worker.send(cloud::Call::Bulk(Call::SampleObjects(of(AUDIO, 20))));
    desk.worker.stop();
    assert_eq!(reading.await.unwrap_err().code, "Stopped");
}

/// An account in which somebody writes over an object just before it is read for the first time.
struct Busy {
    account: Arc<dyn Account>,
    writes: Mutex<u32>,
}

impl Account for Busy {
    fn send(&self, call: cloud::Call) -> Pending<Outcome> {
        let mut writes = self.writes.lock().unwrap();
        let is_read = matches!(&call, cloud::Call::Objects(objects::Call::DigestObject { key, .. })
            if key == HELLO);
        if !is_read || *writes == 0 {
            return self.account.send(call);
        }
        *writes -= 1;
        let put = objects::Call::PutObject {
            bucket: AUDIO.into(),
            key: HELLO.into(),
            body: format!("another {writes}"),
            tags: std::collections::BTreeMap::new(),
            write: Write::Always,
        };
        let (put, read) = (self.account.send(cloud::Call::Objects(put)), self.account.send(call));
        Box::pin(async move {
            put.await.unwrap();
            read.await
        })
    }
}

#[tokio::test]
async fn an_object_that_is_written_over_meanwhile_is_looked_at_again() {
    for (writes, verified, unread) in [(1, ALL - 1, 0), (2, ALL - 1, 0), (3, ALL - 2, 1)] {
        let desk = Desk::new();
        let busy = Busy { account: account(&desk.world), writes: Mutex::new(writes) };
        let desk = Desk::before(&desk.world, Arc::new(busy));
        let found = all(&desk).await;
        let told = (found.verified, found.unread.count, found.differing.count);
        assert_eq!(told, (verified, unread, 0), "{writes}: {found:?}");
    }
}

/// A hundred thousand objects that exist only while a page of them is read, and which of them were.
struct MadeUp {
    read: Mutex<BTreeSet<u32>>,
}

const OBJECTS: u32 = 100_000;

fn made_up(n: u32) -> String {
    format!("k/{n:08}")
}

struct Door(Arc<MadeUp>);

impl Account for Door {
    fn send(&self, call: cloud::Call) -> Pending<Outcome> {
        let cloud::Call::Objects(call) = call else { panic!("{call:?}") };
        let etag = |n: u32| format!("{n:032x}");
        let number = |key: &str| key.trim_start_matches("k/").parse::<u32>().unwrap();
        let reply = match call {
            objects::Call::ListObjects { after, .. } => {
                let from: u32 = after.map_or(0, |token| token.parse().unwrap());
                let to = (from + 1_000).min(OBJECTS);
                let listed = |n| objects::Listed {
                    key: made_up(n),
                    size: 7,
                    etag: etag(n),
                    modified: start(),
                    storage_class: StorageClass::Standard,
                };
                let next = Some(to).filter(|to| *to < OBJECTS).map(|to| to.to_string());
                objects::Reply::Objects { objects: (from..to).map(listed).collect(), next }
            }
            objects::Call::HeadObject { key, .. } => {
                objects::Reply::Object(Box::new(objects::Object {
                    size: 7,
                    etag: etag(number(&key)),
                    version: None,
                    modified: start(),
                    storage_class: StorageClass::Standard,
                    parts: None,
                    properties: objects::Properties::default(),
                    tags: 0,
                    encryption: None,
                    checksum: None,
                    lock: None,
                    legal_hold: false,
                    restored: false,
                }))
            }
            objects::Call::DigestObject { key, etag, .. } => {
                self.0.read.lock().unwrap().insert(number(&key));
                objects::Reply::Digested { size: 7, value: etag }
            }
            other => panic!("{other:?}"),
        };
        let reply = cloud::Reply::Objects(reply);
        Box::pin(async move { Ok(Answer { reply, request_id: None }) })
    }
}

/// Which of a hundred thousand objects are read on a day.
async fn chosen(at: &str) -> BTreeSet<u32> {
    let at: Timestamp = at.parse().unwrap();
    let account = Arc::new(MadeUp { read: Mutex::default() });
    let tools = Tools {
        pause: Arc::new(|_| Box::pin(async {})),
        clock: Arc::new(move || at),
        manifests: Arc::new(Nowhere),
        limits: Limits::default(),
    };
    let worker = Worker::new(Arc::new(Door(Arc::clone(&account))), tools);
    let found = read(&worker, of(AUDIO, 100)).await.unwrap();
    assert_eq!((found.objects, found.verified), (u64::from(OBJECTS), 100));
    account.read.lock().unwrap().clone()
}

#[tokio::test]
async fn a_sample_is_taken_evenly_and_is_another_one_every_day() {
    let first = chosen("2026-11-20T08:00:00Z").await;
    assert_eq!(first, chosen("2026-11-20T23:59:59Z").await, "who looks again sees the same");
    let next = chosen("2026-11-21T00:00:00Z").await;
    let same = first.intersection(&next).count();
    assert!(same < 5, "{same} of both days");
    for sample in [first, next] {
        // From every tenth of the list, and from none most.
        let mut tenths = [0; 10];
        for n in sample {
            tenths[usize::try_from(n / (OBJECTS / 10)).unwrap()] += 1;
        }
        assert!(tenths.iter().all(|n| (1..=25).contains(n)), "{tenths:?}");
    }
}
