//! What is under way: the effects that are being carried out, each of them once.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::task::{Id, JoinSet};

use super::account::Connected;
use super::planner::read;
use crate::cloud::sts;
use crate::cloud::{Call, CallError, Ending};
use crate::engine::{AttemptId, Effect, Heard, Run};

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
}

/// The effects under way.
#[derive(Debug)]
pub(super) struct Hands {
    connected: Connected,
    tasks: JoinSet<Heard>,
    keys: HashMap<Id, Key>,
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
        Self {
            connected,
            tasks: JoinSet::new(),
            keys: HashMap::new(),
            under_way: HashSet::new(),
            sent: HashSet::new(),
            next_look: HashMap::new(),
            wake: None,
        }
    }

    /// Begins whatever is due and not under way yet.
    pub(super) fn carry_out(&mut self, run: &Run, effects: Vec<Effect>, now: Timestamp) {
        self.wake = None;
        for effect in effects {
            let key = match &effect {
                Effect::Identify => Key::Identify,
                Effect::Inspect { step, target, .. } => {
                    Key::Inspect(*step, *target, run.steps[*step].since)
                }
                Effect::Send { attempt, .. } => Key::Send(*attempt),
                Effect::Observe { step, target, .. } => Key::Observe(*step, *target),
                Effect::Wake { at } => {
                    self.wake_at(*at);
                    continue;
                }
            };
            if self.under_way.contains(&key) {
                continue;
            }
            if let Some(at) = self.next_look.get(&key).copied().filter(|at| *at > now) {
                self.wake_at(at);
                continue;
            }
            self.begin(key, effect);
        }
    }

    fn wake_at(&mut self, at: Timestamp) {
        self.wake = Some(self.wake.map_or(at, |before| before.min(at)));
    }

    fn begin(&mut self, key: Key, effect: Effect) {
        let account = Arc::clone(&self.connected.account);
        let handle = match effect {
            Effect::Identify => self.tasks.spawn(async move {
                Heard::Identity(account.send(Call::Sts(sts::Call::GetCallerIdentity {})).await)
            }),
            Effect::Inspect { step, target, calls } => self.tasks.spawn(async move {
                Heard::Inspected { step, target, seen: read(&account, calls).await }
            }),
            Effect::Observe { step, target, calls } => self.tasks.spawn(async move {
                Heard::Observed { step, target, seen: read(&account, calls).await }
            }),
            Effect::Send { attempt, call } => {
                if !self.sent.insert(attempt) {
                    return;
                }
                self.tasks.spawn(async move {
                    Heard::Ended { attempt, outcome: account.send(call).await }
                })
            }
            Effect::Wake { .. } => return,
        };
        self.keys.insert(handle.id(), key.clone());
        self.under_way.insert(key);
    }

    /// Waits for the next answer. `None` is an answer that nobody waits for any more.
    pub(super) async fn heard(&mut self, now: impl Fn() -> Timestamp) -> Option<Heard> {
        let (id, heard) = match self.tasks.join_next_with_id().await {
            Some(Ok((id, heard))) => (id, Some(heard)),
            Some(Err(error)) => (error.id(), None),
            None => return std::future::pending().await,
        };
        let key = self.keys.remove(&id)?;
        self.under_way.remove(&key);
        match &key {
            Key::Send(attempt) => Some(heard.unwrap_or_else(|| broken(*attempt))),
            Key::Identify | Key::Inspect(..) | Key::Observe(..) => {
                let pause = LOOK_EVERY_MILLIS / i64::from(self.connected.pace);
                let next = now().checked_add(SignedDuration::from_millis(pause));
                self.next_look.insert(key, next.unwrap_or_else(|_| now()));
                heard
            }
        }
    }

    /// True while a call that changes something is on its way.
    pub(super) fn is_sending(&self) -> bool {
        self.under_way.iter().any(|key| matches!(key, Key::Send(_)))
    }

    /// When something can go on by itself.
    pub(super) const fn wake(&self) -> Option<Timestamp> {
        self.wake
    }

    /// Forgets the reads of a run that is no longer walked. Calls on their way are kept.
    pub(super) fn forget(&mut self) {
        self.next_look.clear();
        self.sent.clear();
    }
}

/// A task that broke after its call may have been sent: nobody saw the end.
fn broken(attempt: AttemptId) -> Heard {
    let message = "the task that sent the call broke before it saw the answer";
    let outcome = Err(CallError::new(Ending::Unknown, "TaskBroke", message));
    Heard::Ended { attempt, outcome }
}
