//! What is under way: the effects that are being carried out, each of them once.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::task::{Id, JoinSet};

use super::account::Connected;
use super::planner::read;
use crate::cloud::sts;
use crate::cloud::{Call, CallError, Ending};
use crate::engine::{AttemptId, Effect, Heard, Run, RunId};

/// How many milliseconds of AWS's time lie between two looks at the same thing: often enough for a
/// person who waits, seldom enough for AWS's limits on Describe calls.
const LOOK_EVERY_MILLIS: i64 = 2_000;

/// What tells one effect from another. An inspection that was begun before its step was reopened
/// is another than the one after.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Identify,
    Inspect(usize, usize, Option<Timestamp>),
    Send(AttemptId),
    Observe(usize, usize),
    Watch(usize, usize),
}

/// The effects under way, of every run that is walked.
#[derive(Debug)]
pub(super) struct Hands {
    connected: Connected,
    tasks: JoinSet<Heard>,
    keys: HashMap<Id, (RunId, Key)>,
    walks: BTreeMap<RunId, Walk>,
}

/// What is under way of one run.
#[derive(Debug, Default)]
struct Walk {
    under_way: HashSet<Key>,
    /// Attempts that were ever sent: none is sent a second time, whatever the state says.
    sent: HashSet<AttemptId>,
    /// When the same read may be made again.
    next_look: HashMap<Key, Timestamp>,
    /// When something can go on by itself.
    wake: Option<Timestamp>,
}

impl Hands {
    pub(super) fn new(connected: Connected) -> Self {
        Self { connected, tasks: JoinSet::new(), keys: HashMap::new(), walks: BTreeMap::new() }
    }

    /// Walks this run from now on.
    pub(super) fn walk(&mut self, run: &str) {
        self.walks.entry(run.to_owned()).or_default();
    }

    /// The runs that are walked.
    pub(super) fn walked(&self) -> Vec<RunId> {
        self.walks.keys().cloned().collect()
    }

    pub(super) fn is_walking(&self, run: &str) -> bool {
        self.walks.contains_key(run)
    }

    /// Begins whatever is due of a walked run and not under way yet.
    pub(super) fn carry_out(&mut self, run: &Run, effects: Vec<Effect>, now: Timestamp) {
        let Some(walk) = self.walks.get_mut(&run.id) else { return };
        walk.wake = None;
        let mut due = Vec::new();
        for effect in effects {
            let key = match &effect {
                Effect::Identify => Key::Identify,
                Effect::Inspect { step, target, .. } => {
                    Key::Inspect(*step, *target, run.steps[*step].since)
                }
                Effect::Send { attempt, .. } => Key::Send(*attempt),
                Effect::Observe { step, target, .. } => Key::Observe(*step, *target),
                Effect::Watch { step, target, .. } => Key::Watch(*step, *target),
                Effect::Wake { at } => {
                    walk.wake_at(*at);
                    continue;
                }
            };
            if walk.under_way.contains(&key) {
                continue;
            }
            if let Some(at) = walk.next_look.get(&key).copied().filter(|at| *at > now) {
                walk.wake_at(at);
                continue;
            }
            if let Key::Send(attempt) = &key
                && !walk.sent.insert(*attempt)
            {
                continue;
            }
            walk.under_way.insert(key.clone());
            due.push((key, effect));
        }
        for (key, effect) in due {
            self.begin(&run.id, key, effect);
        }
    }

    fn begin(&mut self, run: &str, key: Key, effect: Effect) {
        let (account, expires) =
            (Arc::clone(&self.connected.account), Arc::clone(&self.connected.expires));
        let handle = match effect {
            Effect::Identify => self.tasks.spawn(async move {
                let outcome = account.send(Call::Sts(sts::Call::GetCallerIdentity {})).await;
                Heard::Identity { outcome, expires: expires().await }
            }),
            Effect::Inspect { step, target, calls } => self.tasks.spawn(async move {
                Heard::Inspected { step, target, seen: read(&account, calls).await }
            }),
            Effect::Observe { step, target, calls } => self.tasks.spawn(async move {
                Heard::Observed { step, target, seen: read(&account, calls).await }
            }),
            Effect::Watch { step, target, calls } => self.tasks.spawn(async move {
                Heard::Watched { step, target, seen: read(&account, calls).await }
            }),
            Effect::Send { attempt, call } => self
                .tasks
                .spawn(async move { Heard::Ended { attempt, outcome: account.send(call).await } }),
            Effect::Wake { .. } => return,
        };
        self.keys.insert(handle.id(), (run.to_owned(), key));
    }

    /// Waits for the next answer. `None` is an answer that nobody waits for any more.
    pub(super) async fn heard(&mut self, now: impl Fn() -> Timestamp) -> Option<(RunId, Heard)> {
        let (id, heard) = match self.tasks.join_next_with_id().await {
            Some(Ok((id, heard))) => (id, Some(heard)),
            Some(Err(error)) => (error.id(), None),
            None => return std::future::pending().await,
        };
        let (run, key) = self.keys.remove(&id)?;
        let walk = self.walks.get_mut(&run)?;
        walk.under_way.remove(&key);
        let heard = match &key {
            Key::Send(attempt) => Some(heard.unwrap_or_else(|| broken(*attempt))),
            Key::Identify | Key::Inspect(..) | Key::Observe(..) | Key::Watch(..) => {
                let pause = LOOK_EVERY_MILLIS / i64::from(self.connected.pace);
                let next = now().checked_add(SignedDuration::from_millis(pause));
                walk.next_look.insert(key, next.unwrap_or_else(|_| now()));
                heard
            }
        };
        heard.map(|heard| (run, heard))
    }

    /// True while a call of any run that changes something is on its way.
    pub(super) fn is_sending(&self) -> bool {
        self.walks.values().any(Walk::is_sending)
    }

    /// True while a call of this run that changes something is on its way.
    pub(super) fn is_sending_for(&self, run: &str) -> bool {
        self.walks.get(run).is_some_and(Walk::is_sending)
    }

    /// When something can go on by itself.
    pub(super) fn wake(&self) -> Option<Timestamp> {
        self.walks.values().filter_map(|walk| walk.wake).min()
    }

    /// Walks this run no more. One with a call on its way is kept until the call has ended.
    pub(super) fn leave(&mut self, run: &str) -> bool {
        let leaves = !self.is_sending_for(run);
        if leaves {
            self.walks.remove(run);
        }
        leaves
    }
}

impl Walk {
    fn wake_at(&mut self, at: Timestamp) {
        self.wake = Some(self.wake.map_or(at, |before| before.min(at)));
    }

    fn is_sending(&self) -> bool {
        self.under_way.iter().any(|key| matches!(key, Key::Send(_)))
    }
}

/// A task that broke after its call may have been sent: nobody saw the end.
fn broken(attempt: AttemptId) -> Heard {
    let message = "the task that sent the call broke before it saw the answer";
    let outcome = Err(CallError::new(Ending::Unknown, "TaskBroke", message));
    Heard::Ended { attempt, outcome }
}
