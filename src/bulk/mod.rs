//! Work over many objects or items: what is one call above, and as many calls as there are objects
//! below.
//!
//! A [`Worker`] is an account over an account. Ordinary calls pass through it; work over many
//! objects ([`bulk`](crate::cloud::bulk)) it carries out by streaming: the first objects are copied
//! while the rest are still being listed, and nothing that it keeps grows with their number. It
//! owns neither clock nor timer nor file: they are given to it.
//!
//! * Nothing is copied twice: what is at the target and verifies is kept, and S3 itself refuses a
//!   copy over anything that is there (C8). What is there and differs is named, never overwritten.
//! * Nothing counts as copied by its size alone. Where AWS does not tell enough to compare
//!   contents, the object is counted as unverified, loudly.
//! * An object that fails does not stop the others: it is tried again apart, and then named.
//! * Work that ends before it went through all objects ends as unknown: whoever asked has to look.

mod batch;
mod board;
mod compare;
mod copy;
mod count;
mod gauge;
mod listing;
mod manifest;
mod pairs;
mod retain;
mod sample;
mod send;
mod survey;
mod verify;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::cloud::bulk::{Call as Bulk, Reply};
use crate::cloud::{self, Account, Answer, Call, CallError, Ending, Outcome, Pending};

use board::Board;
pub use manifest::{Manifest, Manifests, Nowhere};

/// Waits for so long.
pub type Pause = Arc<dyn Fn(Duration) -> Pending<()> + Send + Sync>;

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What the worker does not own.
#[derive(Clone)]
pub struct Tools {
    /// Waits, where AWS asks to slow down.
    pub pause: Pause,
    /// Tells the time.
    pub clock: Clock,
    /// Where manifests are kept.
    pub manifests: Arc<dyn Manifests>,
    /// How much at once.
    pub limits: Limits,
}

impl std::fmt::Debug for Tools {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tools").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// How much is done at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes that one request copies. S3's limit is 5 GB (C1).
    pub once: u64,
    /// How many objects are under way at once, at the most.
    pub objects: usize,
    /// How many parts of one object are under way at once.
    pub parts: usize,
}

impl Default for Limits {
    fn default() -> Self {
        // S3 takes 3,500 writes a second per prefix; a copy of a small object takes some 30
        // milliseconds. Fewer would leave the line idle, more would only be throttled.
        Self { once: 5 * 1024 * 1024 * 1024, objects: 128, parts: 8 }
    }
}

/// An account that can carry out work over many objects.
#[derive(Clone)]
pub struct Worker {
    inner: Arc<Inner>,
}

/// What all clones of a worker and all its works share, but for the last.
#[derive(Clone)]
struct Inner {
    account: Arc<dyn Account>,
    tools: Tools,
    board: Arc<Board>,
    /// How many times it was stopped.
    stops: Arc<AtomicU64>,
    /// How many times that was when this work was begun.
    before: u64,
}

impl Worker {
    /// Puts a worker before an account.
    pub fn new(account: Arc<dyn Account>, tools: Tools) -> Self {
        let (board, stops) = (Arc::default(), Arc::default());
        Self { inner: Arc::new(Inner { account, tools, board, stops, before: 0 }) }
    }

    /// Ends whatever is under way: objects that were begun are finished, and no other is begun.
    /// What is asked for after this goes on where it stopped.
    pub fn stop(&self) {
        self.inner.stops.fetch_add(1, Ordering::Relaxed);
    }

    async fn work(&self, call: Bulk, before: u64) -> Outcome {
        let inner = &Arc::new(Inner { before, ..Inner::clone(&self.inner) });
        let reply = match call {
            Bulk::CompareBuckets(copying) => {
                compare::run(inner, &copying).await.map(Reply::Compared)
            }
            Bulk::CopyObjects(copying) => copy::run(inner, &copying).await.map(Reply::Done),
            Bulk::SurveyRetention(retaining) => {
                survey::run(inner, &retaining).await.map(Reply::Surveyed)
            }
            Bulk::RetainObjects(retaining) => retain::run(inner, &retaining).await.map(Reply::Done),
            Bulk::CopyProgress(copying) => Ok(Reply::Progress(inner.progress(&copying))),
            Bulk::RetainProgress(retaining) => Ok(Reply::Progress(inner.progress(&retaining))),
            Bulk::SurveyBatch(of) => {
                batch::survey(inner, &of).await.map(|found| Reply::Batched(Box::new(found)))
            }
            Bulk::BeginBatch { of, storage_class, number, token } => {
                let begun = batch::begin(inner, &of, storage_class, number, token).await;
                begun.map(|job| Reply::Begun { job })
            }
            Bulk::CountItems { table } => count::run(inner, &table).await.map(Reply::Counted),
            Bulk::SampleObjects(sampling) => {
                let sampled = sample::run(inner, &sampling).await;
                sampled.map(|sampled| Reply::Sampled(Box::new(sampled)))
            }
        };
        Ok(Answer { reply: cloud::Reply::Bulk(reply?), request_id: None })
    }
}

impl Account for Worker {
    fn send(&self, call: Call) -> Pending<Outcome> {
        let Call::Bulk(call) = call else { return self.inner.account.send(call) };
        let (worker, before) = (self.clone(), self.inner.stops.load(Ordering::Relaxed));
        Box::pin(async move { worker.work(call, before).await })
    }

    fn send_once(&self, call: Call) -> Pending<Outcome> {
        match call {
            // Work over many objects has a pace of its own.
            Call::Bulk(_) => self.send(call),
            call => self.inner.account.send_once(call),
        }
    }

    fn skew(&self) -> Option<SignedDuration> {
        self.inner.account.skew()
    }
}

impl Inner {
    fn is_stopped(&self) -> bool {
        self.stops.load(Ordering::Relaxed) != self.before
    }
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Worker").field("limits", &self.inner.tools.limits).finish_non_exhaustive()
    }
}

/// The answer to a call is not one of those that it has.
fn strange(reply: &cloud::Reply) -> CallError {
    CallError::new(Ending::Unknown, "StrangeReply", format!("{reply:?}"))
}
