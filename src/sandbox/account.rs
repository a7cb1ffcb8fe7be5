//! The simulated account as an [`Account`], so that everything above the seam runs unchanged.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use crate::cloud::{Account, Call, CallError, Ending, Outcome, Pending};

use super::World;

/// Tells the simulated time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Makes the world durable.
pub type After = Arc<dyn Fn(&World) -> Result<(), String> + Send + Sync>;

/// A world that answers calls, one at a time.
///
/// After every effect, and before the reply is given, `after` is called with the world: the
/// application stores it there, so that a process killed between an effect and its reply finds the
/// effect again. A call that a fault counted is stored too, or the fault would strike the next
/// process once more. If that fails nobody knows what a restart will find, and the answer is
/// [`Ending::Unknown`].
#[derive(Clone)]
pub struct Sandbox {
    world: Arc<Mutex<World>>,
    clock: Clock,
    after: After,
}

impl Sandbox {
    /// Puts a world behind the seam.
    pub fn new(world: Arc<Mutex<World>>, clock: Clock, after: After) -> Self {
        Self { world, clock, after }
    }

    fn carry_out(&self, call: &Call) -> Outcome {
        // A panic elsewhere cannot leave a world half changed in a way that serde could not hold.
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = |world: &World| (world.ledger().len(), world.used_up());
        let before = kept(&world);
        let outcome = world.call(call, (self.clock)());
        if kept(&world) == before {
            return outcome;
        }
        match (self.after)(&world) {
            Ok(()) => outcome,
            Err(why) => Err(CallError::new(Ending::Unknown, "PracticeStore", why)),
        }
    }
}

impl Account for Sandbox {
    fn send(&self, call: Call) -> Pending<Outcome> {
        let sandbox = self.clone();
        Box::pin(async move { sandbox.carry_out(&call) })
    }
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").field("world", &self.world).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use crate::cloud::s3;
    use crate::sandbox::testing::{place, start};
    use crate::sandbox::{Fault, FaultKind, seeds};

    use super::*;

    fn version() -> Call {
        let bucket = "sitelogix-transcripts-prod".to_owned();
        Call::S3(s3::Call::PutBucketVersioning { bucket, enabled: true })
    }

    fn list() -> Call {
        Call::S3(s3::Call::ListBuckets {})
    }

    fn world() -> Arc<Mutex<World>> {
        Arc::new(Mutex::new(seeds::sitelogix(place(), start())))
    }

    #[tokio::test]
    async fn the_world_is_stored_after_every_effect_and_before_the_reply() {
        let stored = Arc::new(Mutex::new(Vec::new()));
        let store = Arc::clone(&stored);
        let after: After = Arc::new(move |world| {
            store.lock().unwrap().push(serde_json::to_string(world).unwrap());
            Ok(())
        });
        let world = world();
        let sandbox = Sandbox::new(Arc::clone(&world), Arc::new(start), after);
        sandbox.send(list()).await.unwrap();
        assert_eq!(stored.lock().unwrap().len(), 0, "a read changes nothing");
        // A reply that nobody sees: the effect is stored all the same.
        let fault = Fault {
            on: "*".to_owned(),
            resource: None,
            nth: 1,
            times: 1,
            kind: FaultKind::LostReply,
            reason: None,
        };
        world.lock().unwrap().set_faults(vec![fault]);
        assert_eq!(sandbox.send(version()).await.unwrap_err().ending, Ending::Unknown);
        let found: World = serde_json::from_str(&stored.lock().unwrap()[0]).unwrap();
        assert_eq!(found.ledger().len(), 1);
        assert_eq!(found, *world.lock().unwrap());
    }

    #[tokio::test]
    async fn a_fault_is_stored_until_it_is_over() {
        let stored = Arc::new(Mutex::new(Vec::new()));
        let store = Arc::clone(&stored);
        let after: After = Arc::new(move |world| {
            store.lock().unwrap().push(world.clone());
            Ok(())
        });
        let world = world();
        let (on, kind) = ("ListBuckets".to_owned(), FaultKind::Throttled);
        let fault = Fault { on, resource: None, nth: 2, times: 1, kind, reason: None };
        world.lock().unwrap().set_faults(vec![fault]);
        let mut endings = Vec::new();
        for _ in 0..4 {
            // Each call in a process of its own.
            let last = stored.lock().unwrap().last().cloned();
            let found = last.unwrap_or_else(|| world.lock().unwrap().clone());
            let found = Arc::new(Mutex::new(found));
            let sandbox = Sandbox::new(found, Arc::new(start), Arc::clone(&after));
            endings.push(sandbox.send(list()).await.is_ok());
        }
        assert_eq!(endings, [true, false, true, true]);
        assert_eq!(stored.lock().unwrap().len(), 2, "what is over is not stored again");
    }

    #[tokio::test]
    async fn an_effect_that_could_not_be_stored_is_unknown() {
        let after: After = Arc::new(|_| Err("no space left on device".to_owned()));
        let sandbox = Sandbox::new(world(), Arc::new(start), after);
        let error = sandbox.send(version()).await.unwrap_err();
        assert_eq!(
            (error.ending, error.to_string().as_str()),
            (Ending::Unknown, "PracticeStore: no space left on device")
        );
        sandbox.send(list()).await.unwrap();
    }

    #[tokio::test]
    async fn a_call_that_nobody_waits_for_is_not_made() {
        let stored = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&stored);
        let after: After = Arc::new(move |_| {
            count.fetch_add(1, Ordering::Relaxed);
            Ok(())
        });
        let sandbox = Sandbox::new(world(), Arc::new(start), after);
        drop(sandbox.send(version()));
        assert_eq!(stored.load(Ordering::Relaxed), 0);
        assert!(format!("{sandbox:?}").starts_with("Sandbox"));
    }
}
