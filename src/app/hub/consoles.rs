//! The consoles of a runner: one in this process, any number over a socket.
//!
//! One of them commands, the others watch. Whoever does not read what it is told is left behind,
//! never waited for: a run stops for nobody. Only the console in this process, which ends with the
//! runner, is waited for.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::net::UnixStream;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::timeout;

use super::door::{self, Door};
use crate::error::Error;
use crate::link::{Ask, Hello, News, Seat, Wish};

/// How many news may wait for a console: some seconds of a busy run.
const NEWS: usize = 1024;
/// How much may wait to be heard from all consoles: persons type slower than the runner answers.
const KNOCKS: usize = 64;
/// How long the last news may take to be read once the runner has ended.
const FAREWELL: Duration = Duration::from_secs(2);

/// Which console.
pub(super) type ConsoleId = u64;

/// What is heard from a console.
#[derive(Debug)]
pub(super) enum Knock {
    /// It greets, and is told everything from now on.
    Joined(Hello, Sender<News>),
    /// It asks.
    Asked(Ask),
    /// It said something that makes no sense.
    Babbled(String),
    /// It has hung up.
    Left,
    /// It is gone altogether.
    Gone,
    /// Another one came through the door.
    Came(UnixStream),
    /// The runner is told to stop.
    Stop,
}

/// A console.
#[derive(Debug)]
struct Console {
    actor: String,
    wish: Wish,
    news: Sender<News>,
    /// Whether it is waited for.
    own: bool,
}

/// All of them.
#[derive(Debug)]
pub(super) struct Consoles {
    knocks: Receiver<(ConsoleId, Knock)>,
    knocking: Sender<(ConsoleId, Knock)>,
    /// What talks to each of them.
    tasks: JoinSet<()>,
    talking: BTreeMap<ConsoleId, AbortHandle>,
    consoles: BTreeMap<ConsoleId, Console>,
    pilot: Option<ConsoleId>,
    next: ConsoleId,
    pub door: Option<Door>,
}

impl Consoles {
    pub(super) fn new() -> Self {
        let (knocking, knocks) = channel(KNOCKS);
        Self {
            knocks,
            knocking,
            tasks: JoinSet::new(),
            talking: BTreeMap::new(),
            consoles: BTreeMap::new(),
            pilot: None,
            next: 0,
            door: None,
        }
    }

    /// Where [`Knock::Stop`] can be sent to.
    pub(super) fn bell(&self) -> Sender<(ConsoleId, Knock)> {
        self.knocking.clone()
    }

    /// The console in this process: it commands, and the runner ends with it.
    pub(super) fn own(&mut self, actor: &str, news: Sender<News>) {
        let id = self.number();
        let console = Console { actor: actor.to_owned(), wish: Wish::Pilot, news, own: true };
        self.consoles.insert(id, console);
        self.pilot = Some(id);
    }

    /// Hears the console in this process.
    pub(super) fn hear_own(&mut self, mut asked: Receiver<Ask>) {
        let own = self.consoles.iter().find(|(_, console)| console.own).map(|(id, _)| *id);
        let (Some(id), knocking) = (own, self.knocking.clone()) else { return };
        self.tasks.spawn(async move {
            while let Some(ask) = asked.recv().await {
                if knocking.send((id, Knock::Asked(ask))).await.is_err() {
                    return;
                }
            }
            let _ = knocking.send((id, Knock::Left)).await;
        });
    }

    /// A console on the other end of a socket.
    pub(super) fn receive(&mut self, stream: UnixStream) {
        let (id, knocking) = (self.number(), self.knocking.clone());
        let talk = self.tasks.spawn(async move {
            let (news, told) = channel(NEWS);
            door::talk(id, stream, &knocking, news, told).await;
            let _ = knocking.send((id, Knock::Gone)).await;
        });
        self.talking.insert(id, talk);
    }

    fn number(&mut self) -> ConsoleId {
        self.next += 1;
        self.next
    }

    /// Waits for the next that a console does. May be dropped and asked again.
    pub(super) async fn knock(&mut self) -> (ConsoleId, Knock) {
        // Nothing is to be heard of a task that has ended: it said so itself.
        while self.tasks.try_join_next().is_some() {}
        tokio::select! {
            Some(knock) = self.knocks.recv() => knock,
            stream = door::come(self.door.as_ref()) => (0, Knock::Came(stream)),
        }
    }

    /// Takes a console in, and says what it may do.
    pub(super) fn join(&mut self, id: ConsoleId, hello: Hello, news: Sender<News>) -> Seat {
        let commands = self.pilot.is_none() && hello.wish == Wish::Pilot;
        let console = Console { actor: hello.actor, wish: hello.wish, news, own: false };
        self.consoles.insert(id, console);
        if commands {
            self.pilot = Some(id);
        }
        self.seat(id)
    }

    /// Everything of a console that is here no more. True when it commanded.
    pub(super) fn leave(&mut self, id: ConsoleId) -> bool {
        self.consoles.remove(&id);
        self.pilot.take_if(|pilot| *pilot == id).is_some()
    }

    /// A console that is gone: nothing talks to it any more.
    pub(super) fn gone(&mut self, id: ConsoleId) {
        self.talking.remove(&id);
    }

    /// True when nobody is here, and nobody is coming in.
    pub(super) fn are_gone(&self) -> bool {
        self.consoles.is_empty() && self.talking.is_empty()
    }

    /// True while the console in this process is here.
    pub(super) fn has_own(&self) -> bool {
        self.consoles.values().any(|console| console.own)
    }

    pub(super) fn seat(&self, id: ConsoleId) -> Seat {
        if self.pilot == Some(id) { Seat::Pilot } else { Seat::Watcher }
    }

    /// Who sits at a console: `user@host`.
    pub(super) fn actor(&self, id: ConsoleId) -> Option<&str> {
        self.consoles.get(&id).map(|console| console.actor.as_str())
    }

    /// Who commands.
    pub(super) fn pilot(&self) -> Option<&str> {
        self.pilot.and_then(|id| self.actor(id))
    }

    /// Whether a console may become the one that commands.
    pub(super) fn may_take_over(&self, id: ConsoleId) -> bool {
        self.consoles.get(&id).is_some_and(|console| console.wish != Wish::Watch)
    }

    /// This console commands from now on; the one before watches.
    pub(super) async fn take_over(&mut self, id: ConsoleId) {
        if self.pilot != Some(id) {
            self.pilot = Some(id);
            self.tell_seats().await;
        }
    }

    /// Tells everybody what they may do.
    pub(super) async fn tell_seats(&mut self) {
        let ids: Vec<_> = self.consoles.keys().copied().collect();
        for id in ids {
            let pilot = self.pilot().map(str::to_owned);
            self.tell(id, News::Seats { seat: self.seat(id), pilot }).await;
        }
    }

    /// Tells everybody.
    pub(super) async fn tell_all(&mut self, news: News) {
        let ids: Vec<_> = self.consoles.keys().copied().collect();
        for id in ids {
            self.tell(id, news.clone()).await;
        }
    }

    /// Tells one console, which may have left meanwhile.
    pub(super) async fn tell(&mut self, id: ConsoleId, news: News) {
        let Some(console) = self.consoles.get(&id) else { return };
        if console.own {
            // A console that has hung up need not be told.
            let _ = console.news.send(news).await;
            return;
        }
        // What is not durable is left out before a slow console is left behind.
        let short = console.news.capacity() < console.news.max_capacity() / 2;
        if short && matches!(news, News::Glimpse { .. } | News::Progress { .. }) {
            return;
        }
        if let Err(TrySendError::Full(_)) = console.news.try_send(news) {
            if let Some(talk) = self.talking.remove(&id) {
                talk.abort();
            }
            if self.leave(id) {
                Box::pin(self.tell_seats()).await;
            }
        }
    }

    /// Tells those in other processes why the runner ends, and lets them read it.
    pub(super) async fn farewell(mut self, error: Error) {
        self.door = None;
        let ids: Vec<_> = self.talking.keys().copied().collect();
        for id in ids {
            self.tell(id, News::Ended { error: error.clone() }).await;
        }
        self.consoles.clear();
        let Self { knocks, mut tasks, .. } = self;
        // Nothing is heard any more: whatever still asks ends on this.
        drop(knocks);
        let all = async { while tasks.join_next().await.is_some() {} };
        // Whoever does not read now never will; dropping the tasks ends them.
        let _ = timeout(FAREWELL, all).await;
    }
}
