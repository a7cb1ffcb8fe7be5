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
/// effect again. If that fails nobody knows what a restart will find, and the answer is
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
        let effects = world.ledger().len();
        let outcome = world.call(call, (self.clock)());
        if world.ledger().len() == effects {
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
