//! A process that dies in the middle of a copy, again and again.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use muster::bulk::Worker;
use muster::cloud::{Account, Call, Ending, Outcome, Pending, bulk};
use tokio::sync::Notify;

use crate::desk::{ALL, BIG, Desk, V2, account, all};

/// An account in a process that dies after so many changes: what it was asked then is never
/// answered.
struct Mortal {
    account: Arc<dyn Account>,
    left: AtomicUsize,
    dead: Arc<Notify>,
    /// Whether the last change is made before it dies.
    applied: bool,
}

impl Account for Mortal {
    fn send(&self, call: Call) -> Pending<Outcome> {
        if call.operation().is_read() {
            return self.account.send(call);
        }
        if self.left.fetch_sub(1, Ordering::Relaxed) > 1 {
            return self.account.send(call);
        }
        self.left.store(1, Ordering::Relaxed);
        let (dead, outcome) = (Arc::clone(&self.dead), self.account.send(call));
        let applied = self.applied;
        Box::pin(async move {
            if applied {
                let _ = outcome.await;
            }
            dead.notify_one();
            std::future::pending().await
        })
    }
}

/// Another process before the same account, which dies after so many changes, and what tells that.
pub fn mortal(desk: &Desk, changes: usize, applied: bool) -> (Desk, Arc<Notify>) {
    let dead = Arc::new(Notify::new());
    let left = AtomicUsize::new(changes);
    let (account, died) = (account(&desk.world), Arc::clone(&dead));
    (Desk::before(&desk.world, Arc::new(Mortal { account, left, dead, applied })), died)
}

/// Copies until the process dies. Answers whether it did.
async fn dies_after(desk: &Desk, changes: usize, applied: bool) -> bool {
    let (process, died) = mortal(desk, changes, applied);
    tokio::select! {
        _ = process.copied() => false,
        () = died.notified() => true,
    }
}

#[tokio::test]
async fn a_copy_that_is_killed_five_times_is_finished_and_nothing_is_copied_twice() {
    let undisturbed = Desk::new();
    undisturbed.copied().await;
    let whole = undisturbed.compared().await;
    for applied in [false, true] {
        let desk = Desk::new();
        // In the middle of small objects, of the parts of a large one, and before its end.
        for changes in [7, 9, 3, 11, 2] {
            assert!(dies_after(&desk, changes, applied).await);
        }
        let tally = desk.copied().await;
        assert!(tally.kept > 0 && tally.failed == 0, "{tally:?}");
        let found = desk.compared().await;
        assert_eq!(found, whole, "the manifest is that of a copy that nobody disturbed");
        assert_eq!((found.verified, found.uploads), (ALL, 0), "no parts are left behind");
        let mut copied: Vec<_> =
            desk.effects("CopyObject").into_iter().map(|entry| entry.resource).collect();
        let count = copied.len() as u64;
        copied.sort();
        copied.dedup();
        assert_eq!((copied.len() as u64, count), (ALL - 1, ALL - 1), "each once");
        assert_eq!(desk.effects("CompleteMultipartUpload").len(), 1);
        assert_eq!(desk.head(V2, BIG).tags, 1);
    }
}

/// An account that stops its own worker after so many changes.
struct Stopping {
    account: Arc<dyn Account>,
    left: AtomicUsize,
    worker: Mutex<Option<Worker>>,
}

impl Account for Stopping {
    fn send(&self, call: Call) -> Pending<Outcome> {
        if !call.operation().is_read() && self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            let worker = self.worker.lock().unwrap();
            worker.as_ref().expect("a worker").stop();
        }
        self.account.send(call)
    }
}

#[tokio::test]
async fn a_copy_that_is_stopped_begins_no_other_object_and_goes_on_when_it_is_asked_again() {
    let desk = Desk::new();
    let (left, worker) = (AtomicUsize::new(3), Mutex::new(None));
    let door = Arc::new(Stopping { account: account(&desk.world), left, worker });
    let stopped = Desk::before(&desk.world, Arc::clone(&door) as Arc<dyn Account>);
    *door.worker.lock().unwrap() = Some(stopped.worker.clone());
    let error = stopped.ask(bulk::Call::CopyObjects(all())).await.unwrap_err();
    assert_eq!((error.ending, error.code.as_str()), (Ending::Unknown, "Stopped"), "{error:?}");
    let begun = desk.effects("CopyObject").len();
    assert!(begun > 0 && (begun as u64) < ALL - 1, "{begun}");
    let tally = stopped.copied().await;
    assert_eq!((tally.failed, tally.kept), (0, begun as u64), "{tally:?}");
    assert_eq!(desk.effects("CopyObject").len() as u64, ALL - 1, "each once");
    *door.worker.lock().unwrap() = None;
}

#[tokio::test]
async fn a_copy_dies_at_every_change() {
    for changes in 1.. {
        let desk = Desk::new();
        if !dies_after(&desk, changes, true).await {
            assert!(changes > 40, "every change was met: {changes}");
            return;
        }
        desk.copied().await;
        let found = desk.compared().await;
        assert_eq!((found.verified, found.uploads), (ALL, 0), "after {changes}");
        assert_eq!(desk.effects("CopyObject").len() as u64, ALL - 1, "after {changes}");
    }
}
