//! Objects, and a whole copy of a bucket, on an emulator that nobody here wrote.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ChecksumAlgorithm;
use muster::aws::Live;
use muster::bulk::{Limits, Nowhere, Tools, Worker};
use muster::cloud::bulk::{self, Copying};
use muster::cloud::objects::{
    Call, ChecksumAlgorithm as Algorithm, Digest, Object, Properties, Reply, Source, StorageClass,
    Write,
};
use muster::cloud::{self, Account, Ending, s3};

use crate::emulator;
use crate::proxy::{Break, Proxy};
use crate::support::{self, ACCOUNT, REGION, config, ending, live};

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

pub fn worker(live: &Live) -> Worker {
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

async fn sampled(worker: &Worker, count: u32) -> bulk::Sampled {
    let (bucket, prefix) = (OLD.to_owned(), String::new());
    let sampling = bulk::Sampling { bucket, prefix, count };
    match ask(worker, bulk::Call::SampleObjects(sampling)).await {
        bulk::Reply::Sampled(sampled) => *sampled,
        other => unreachable!("{other:?}"),
    }
}

/// A text with a checksum of its own, written by a client other than ours.
async fn put_with(second: &Client, key: &str, algorithm: ChecksumAlgorithm) {
    let body = ByteStream::from_static(b"123456789");
    let request = second.put_object().bucket(OLD).key(key).body(body);
    request.checksum_algorithm(algorithm).send().await.expect("an object");
}

#[tokio::test]
async fn objects_are_read_and_held_against_what_is_kept_of_them() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    make(&live, OLD, false).await;
    for key in KEYS {
        put(&live, OLD, key, key).await;
    }
    let config = aws_sdk_s3::config::Builder::from(&config(&emulator.url(), REGION));
    let second = Client::from_conf(config.force_path_style(true).build());
    let algorithms = [
        (ChecksumAlgorithm::Crc32, "crc32"),
        (ChecksumAlgorithm::Crc32C, "crc32c"),
        (ChecksumAlgorithm::Sha1, "sha1"),
        (ChecksumAlgorithm::Sha256, "sha256"),
    ];
    for (algorithm, key) in algorithms.clone() {
        put_with(&second, key, algorithm).await;
        let object = head(&live, OLD, key).await;
        assert!(object.checksum.is_some(), "the emulator keeps what it is given: {object:?}");
    }
    in_parts(&live, "long").await;
    let worker = worker(&live);
    let found = sampled(&worker, 100).await;
    assert_eq!((found.objects, found.verified), (10, 9), "{found:?}");
    assert_eq!(found.unverifiable.first, ["long"]);
    assert_eq!((found.differing.count, found.unread.count, found.gone), (0, 0, 0));
    assert_eq!(sampled(&worker, 3).await.objects, 10);
    // What is kept and what is read are compared: an ETag that the object has not is refused.
    let digest = Call::DigestObject {
        bucket: OLD.into(),
        key: "plain".into(),
        etag: "0123".into(),
        digest: Digest::Etag,
    };
    assert_eq!(ending(&live, digest).await, (Ending::Refused, "PreconditionFailed".to_owned()));
}

#[tokio::test]
async fn a_digest_is_of_the_contents_and_of_nothing_else() {
    let body = "the contents of an object";
    let changed = "THE contents of an object";
    let emulator = emulator::start(ACCOUNT);
    let direct = live(&emulator.url());
    make(&direct, OLD, false).await;
    put(&direct, OLD, "one", body).await;
    let read = |etag: String, digest| Call::DigestObject {
        bucket: OLD.into(),
        key: "one".into(),
        etag,
        digest,
    };
    let etag = head(&direct, OLD, "one").await.etag;
    for digest in [Digest::Etag, Digest::Checksum(Algorithm::Sha256)] {
        let before = reply(&direct, read(etag.clone(), digest)).await;
        let again = put(&direct, OLD, "one", changed).await;
        let after = reply(&direct, read(again, digest)).await;
        assert_ne!(before, after, "{digest:?}");
        put(&direct, OLD, "one", body).await;
        assert_eq!(reply(&direct, read(etag.clone(), digest)).await, before, "{digest:?}");
    }
}

/// No emulator changes contents under what it keeps of them: a server in between answers with
/// others, of the same size.
#[tokio::test]
async fn contents_that_are_not_what_was_written_are_named() {
    let emulator = emulator::start(ACCOUNT);
    let direct = live(&emulator.url());
    make(&direct, OLD, false).await;
    put(&direct, OLD, "one", "the contents").await;
    put(&direct, OLD, "two", "the contents").await;
    let url = emulator.url();
    let proxy = Proxy::before(&url, |request, _| {
        let is_read = request.operation.starts_with(&format!("GET /{OLD}/one"));
        is_read.then_some(Break::Answer(200, "The contents"))
    });
    let proxy = proxy.await;
    let found = sampled(&worker(&live(&proxy.url)), 20).await;
    assert_eq!((found.objects, found.verified, found.unread.count), (2, 1, 0), "{found:?}");
    assert_eq!(found.differing.first, ["one"]);
    // What breaks off is no difference: it is read again.
    let proxy = Proxy::before(&url, |request, before| {
        let is_read = request.operation.starts_with(&format!("GET /{OLD}/one"));
        (is_read && before < 2).then_some(Break::Truncated)
    });
    let proxy = proxy.await;
    assert_eq!(sampled(&worker(&live(&proxy.url)), 20).await.verified, 2);
}
