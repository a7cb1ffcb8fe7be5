//! A hundred thousand objects that exist only while a page of them is read: what the worker keeps
//! does not grow with their number. Counted, not timed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use muster::bulk::{Limits, Nowhere, Tools, Worker};
use muster::cloud::bulk::{self, Copying};
use muster::cloud::objects::{self, Listed, StorageClass, Version};
use muster::cloud::{Account, Answer, Call, CallError, Ending, Outcome, Pending, Reply};

use crate::desk::{all, start};

const OBJECTS: u64 = 100_000;
const PAGE: u64 = 1_000;

/// A made-up account: a source with so many objects, and a target that is empty or full.
struct MadeUp {
    full: bool,
    listed: AtomicU64,
    copied: AtomicU64,
    /// The most that were listed and not yet copied, and the most copies at once.
    most: Mutex<(u64, u64)>,
    flying: AtomicU64,
    /// What was listed when the first copy arrived.
    first: AtomicU64,
}

fn listed(n: u64) -> Listed {
    Listed {
        key: format!("k/{n:08}"),
        size: 7,
        etag: format!("{n:032x}"),
        modified: start(),
        storage_class: StorageClass::Standard,
    }
}

impl MadeUp {
    fn new(full: bool) -> Arc<Self> {
        let (listed, copied, flying) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
        let (most, first) = (Mutex::new((0, 0)), AtomicU64::new(0));
        Arc::new(Self { full, listed, copied, most, flying, first })
    }

    fn page(&self, is_source: bool, after: Option<u64>) -> (std::ops::Range<u64>, Option<u64>) {
        if !is_source && !self.full {
            return (0..0, None);
        }
        let from = after.unwrap_or(0);
        let to = (from + PAGE).min(OBJECTS);
        if is_source {
            let listed = self.listed.fetch_add(to - from, Ordering::Relaxed) + to - from;
            let ahead = listed - self.copied.load(Ordering::Relaxed);
            let mut most = self.most.lock().unwrap();
            most.0 = most.0.max(ahead);
        }
        (from..to, Some(to).filter(|to| *to < OBJECTS))
    }

    fn answer(&self, call: &objects::Call) -> Result<objects::Reply, CallError> {
        let is_source = call.bucket() == all().from;
        Ok(match call {
            objects::Call::ListObjects { after, .. } => {
                let after = after.as_ref().map(|token| token.parse().unwrap());
                let (range, next) = self.page(is_source, after);
                let objects = range.map(listed).collect();
                objects::Reply::Objects { objects, next: next.map(|n| n.to_string()) }
            }
            objects::Call::ListObjectVersions { after, .. } => {
                let after = after.as_ref().map(|mark| mark.id.parse().unwrap());
                let (range, next) = self.page(is_source, after);
                let version = |n| {
                    let (current, marker) = (true, false);
                    Version { listed: listed(n), version: n.to_string(), current, marker }
                };
                let versions = range.map(version).collect();
                let mark = |n: u64| objects::Mark { key: listed(n).key, id: n.to_string() };
                objects::Reply::Versions { versions, next: next.map(mark) }
            }
            objects::Call::ListMultipartUploads { .. } => {
                objects::Reply::Uploads { uploads: Vec::new(), next: None }
            }
            objects::Call::CopyObject(copy) => {
                let (etag, checksum, version) = (copy.from.etag.clone(), None, None);
                objects::Reply::Stored { etag, checksum, version }
            }
            other => panic!("{other:?}"),
        })
    }
}

struct Door(Arc<MadeUp>);

impl Account for Door {
    fn send(&self, call: Call) -> Pending<Outcome> {
        let made_up = Arc::clone(&self.0);
        Box::pin(async move {
            let Call::Objects(call) = call else {
                let code = "ObjectLockConfigurationNotFoundError";
                return Err(CallError::new(Ending::Absent, code, "it is off"));
            };
            let is_copy = matches!(call, objects::Call::CopyObject(_));
            if is_copy {
                let seen = made_up.listed.load(Ordering::Relaxed);
                let _ =
                    made_up.first.compare_exchange(0, seen, Ordering::Relaxed, Ordering::Relaxed);
                let flying = made_up.flying.fetch_add(1, Ordering::Relaxed) + 1;
                {
                    let mut most = made_up.most.lock().unwrap();
                    most.1 = most.1.max(flying);
                }
                // Others come in between, as on a line.
                tokio::task::yield_now().await;
                made_up.flying.fetch_sub(1, Ordering::Relaxed);
                made_up.copied.fetch_add(1, Ordering::Relaxed);
            }
            let reply = Reply::Objects(made_up.answer(&call)?);
            Ok(Answer { reply, request_id: None })
        })
    }
}

fn worker(made_up: &Arc<MadeUp>) -> Worker {
    let tools = Tools {
        pause: Arc::new(|_| Box::pin(async {})),
        clock: Arc::new(start),
        manifests: Arc::new(Nowhere),
        limits: Limits::default(),
    };
    Worker::new(Arc::new(Door(Arc::clone(made_up))), tools)
}

async fn ask(worker: &Worker, call: fn(Copying) -> bulk::Call) -> bulk::Reply {
    match worker.send(Call::Bulk(call(all()))).await.unwrap().reply {
        Reply::Bulk(reply) => reply,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn copying_starts_on_the_first_page_and_never_holds_more_than_two() {
    let made_up = MadeUp::new(false);
    let bulk::Reply::Done(tally) = ask(&worker(&made_up), bulk::Call::CopyObjects).await else {
        panic!()
    };
    assert_eq!((tally.done, tally.failed), (OBJECTS, 0));
    let (ahead, flying) = *made_up.most.lock().unwrap();
    assert!(made_up.first.load(Ordering::Relaxed) <= PAGE, "on the first page");
    assert!(ahead <= 2 * PAGE, "{ahead} were listed and waited");
    assert!((16..=Limits::default().objects as u64).contains(&flying), "{flying} at once");
}

#[tokio::test]
async fn comparing_reads_each_page_once() {
    let made_up = MadeUp::new(true);
    let bulk::Reply::Compared(found) = ask(&worker(&made_up), bulk::Call::CompareBuckets).await
    else {
        panic!()
    };
    assert_eq!((found.objects, found.verified, found.missing), (OBJECTS, OBJECTS, 0));
    assert_eq!(made_up.listed.load(Ordering::Relaxed), OBJECTS);
    assert!(found.manifest.is_some());
    let bulk::Reply::Done(tally) = ask(&worker(&made_up), bulk::Call::CopyObjects).await else {
        panic!()
    };
    assert_eq!((tally.done, tally.kept), (0, OBJECTS));
}
