//! Objects, and a whole copy of a bucket, on an emulator that nobody here wrote.

use std::collections::BTreeMap;
use std::sync::Arc;

use muster::aws::Live;
use muster::bulk::{Limits, Nowhere, Tools, Worker};
use muster::cloud::bulk::{self, Copying};
use muster::cloud::objects::{Call, Object, Properties, Reply, Source, StorageClass, Write};
use muster::cloud::{self, Account, Ending, s3};

use crate::emulator;
use crate::support::{self, ACCOUNT, ending, live};

const OLD: &str = "recordings";
const NEW: &str = "recordings-v2";

async fn reply(live: &Live, call: Call) -> Reply {
    match support::reply(live, call).await {
        cloud::Reply::Objects(reply) => reply,
        other => unreachable!("{other:?}"),
    }
}

async fn make(live: &Live, bucket: &str, object_lock: bool) {
    support::reply(live, s3::Call::CreateBucket { bucket: bucket.to_owned(), object_lock }).await;
}

async fn put(live: &Live, bucket: &str, key: &str, body: &str) -> String {
    let tags = BTreeMap::from([("Site".to_owned(), "a & b".to_owned())]);
    let (bucket, key, body) = (bucket.to_owned(), key.to_owned(), body.to_owned());
    match reply(live, Call::PutObject { bucket, key, body, tags, write: Write::Always }).await {
        Reply::Stored { etag, .. } => etag,
        other => unreachable!("{other:?}"),
    }
}

async fn head(live: &Live, bucket: &str, key: &str) -> Object {
    let (bucket, key) = (bucket.to_owned(), key.to_owned());
    match reply(live, Call::HeadObject { bucket, key, version: None, part: None }).await {
        Reply::Object(object) => *object,
        other => unreachable!("{other:?}"),
    }
}

/// Keys that a header, a query and XML have to carry.
const KEYS: [&str; 5] =
    ["plain", "with blank/and + & = %41", "ünï/çödé 録音", "quo\"te<>'", "a//b"];

#[tokio::test]
async fn keys_of_every_kind_are_listed_and_copied() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    make(&live, OLD, false).await;
    for key in KEYS {
        let etag = put(&live, OLD, key, key).await;
        let found = head(&live, OLD, key).await;
        // The emulator counts no tags in the answer to HeadObject.
        assert_eq!((&found.etag, found.size), (&etag, key.len() as u64), "{key}");
    }
    let list = Call::ListObjects { bucket: OLD.into(), prefix: String::new(), after: None };
    let Reply::Objects { objects, next: None } = reply(&live, list).await else { unreachable!() };
    let mut keys = KEYS.to_vec();
    keys.sort_unstable();
    assert_eq!(objects.iter().map(|o| o.key.as_str()).collect::<Vec<_>>(), keys);
}

#[tokio::test]
async fn a_bucket_is_copied_verified_and_kept() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    make(&live, OLD, false).await;
    make(&live, NEW, true).await;
    for key in KEYS {
        put(&live, OLD, key, key).await;
    }
    in_parts(&live, "long").await;
    let worker = worker(&live);
    let before = compared(&worker).await;
    assert_eq!((before.objects, before.missing), (6, 6));
    let tally = copied(&worker).await;
    assert_eq!((tally.done, tally.failed), (6, 0), "{tally:?}");
    let after = compared(&worker).await;
    assert_eq!((after.verified, after.missing, after.uploads), (6, 0, 0), "{after:?}");
    assert!(after.manifest.is_some());
    for key in KEYS {
        let (old, new) = (head(&live, OLD, key).await, head(&live, NEW, key).await);
        assert_eq!((old.etag, old.tags, old.properties), (new.etag, new.tags, new.properties));
    }
    // A second time nothing is sent.
    assert_eq!(copied(&worker).await.kept, 6);
    // What somebody else wrote there is left alone and named.
    put(&live, NEW, "plain", "other contents").await;
    assert_eq!(compared(&worker).await.differing.first, ["plain"]);
    assert_eq!(copied(&worker).await.failures[0].code, "ContentsDiffer");
    assert_eq!(head(&live, NEW, "plain").await.size, "other contents".len() as u64);
}

#[tokio::test]
async fn what_is_not_there_has_an_ending_of_its_own() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    make(&live, OLD, false).await;
    let call = Call::HeadObject { bucket: OLD.into(), key: "k".into(), version: None, part: None };
    assert_eq!(ending(&live, call).await, (Ending::Absent, "NotFound".to_owned()));
    let list = Call::ListObjects { bucket: "none".into(), prefix: String::new(), after: None };
    assert_eq!(ending(&live, list).await, (Ending::Absent, "NoSuchBucket".to_owned()));
    put(&live, OLD, "k", "one").await;
    let again = Call::PutObject {
        bucket: OLD.into(),
        key: "k".into(),
        body: "two".into(),
        tags: BTreeMap::new(),
        write: Write::IfAbsent,
    };
    assert_eq!(ending(&live, again).await, (Ending::Refused, "PreconditionFailed".to_owned()));
}

/// An object that was written in one part: its ETag tells so.
async fn in_parts(live: &Live, key: &str) {
    let etag = put(live, OLD, "source", "a long recording").await;
    let begin = Call::CreateMultipartUpload {
        bucket: OLD.into(),
        key: key.into(),
        properties: Properties { content_type: Some("audio/mp4".into()), ..Properties::default() },
        tags: BTreeMap::new(),
        storage_class: StorageClass::Standard,
        checksum: None,
        lock: None,
        legal_hold: false,
    };
    let Reply::Begun { upload } = reply(live, begin).await else { unreachable!() };
    let part = Call::UploadPartCopy {
        from: Source { bucket: OLD.into(), key: "source".into(), version: None, etag },
        bucket: OLD.into(),
        key: key.into(),
        upload: upload.clone(),
        part: 1,
        first: 0,
        last: 15,
    };
    let Reply::Part(part) = reply(live, part).await else { unreachable!() };
    let complete = Call::CompleteMultipartUpload {
        bucket: OLD.into(),
        key: key.into(),
        upload,
        parts: vec![part],
        checksum: None,
        write: Write::Always,
    };
    reply(live, complete).await;
    assert!(head(live, OLD, key).await.etag.ends_with("-1"));
    let delete = Call::DeleteObject { bucket: OLD.into(), key: "source".into(), version: None };
    reply(live, delete).await;
}

fn worker(live: &Live) -> Worker {
    let tools = Tools {
        pause: Arc::new(|_| Box::pin(tokio::task::yield_now())),
        clock: Arc::new(|| "2026-11-20T12:00:00Z".parse().expect("a time")),
        manifests: Arc::new(Nowhere),
        limits: Limits::default(),
    };
    Worker::new(Arc::new(live.clone()), tools)
}

fn all() -> Copying {
    let (from, to, prefix) = (OLD.to_owned(), NEW.to_owned(), String::new());
    Copying { from, to, prefix, accept_unverified: false }
}

async fn ask(worker: &Worker, call: bulk::Call) -> bulk::Reply {
    match worker.send(cloud::Call::Bulk(call)).await.expect("an answer").reply {
        cloud::Reply::Bulk(reply) => reply,
        other => unreachable!("{other:?}"),
    }
}

async fn compared(worker: &Worker) -> bulk::Compared {
    match ask(worker, bulk::Call::CompareBuckets(all())).await {
        bulk::Reply::Compared(compared) => compared,
        other => unreachable!("{other:?}"),
    }
}

async fn copied(worker: &Worker) -> bulk::Tally {
    match ask(worker, bulk::Call::CopyObjects(all())).await {
        bulk::Reply::Done(tally) => tally,
        other => unreachable!("{other:?}"),
    }
}
