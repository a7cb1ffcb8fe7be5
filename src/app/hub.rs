//! The runner behind every console: it takes what is asked, and tells what happened.

mod asked;
mod command;
mod consoles;
mod door;
mod emergency;
mod lease;
mod scans;

use std::sync::Arc;

use jiff::Timestamp;
use tokio::net::UnixStream;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::task::JoinSet;

use super::account::{self, Connected};
use super::clock::now;
use super::context::Context;
use super::hands::Hands;
use super::history::History;
use crate::engine::{Event, Heard, Run, Stage, advance, asks_for_rollback, due, hear};
use crate::error::{Error, Exit};
use crate::estate::{Environment, Estate};
use crate::jobs;
use crate::journal::Journal;
use crate::link::{Ask, Course, News, Said, Seat, Welcome, Wish};
use crate::runbook::Problem;
use consoles::{ConsoleId, Consoles, Knock};
use door::Door;
use scans::Scans;

pub(super) use command::held;
pub use command::{doing, options_of};
pub use door::socket_of;

/// Keeps the journal, walks runs, and answers consoles.
#[derive(Debug)]
pub struct Hub {
    context: Arc<Context>,
    estate: Estate,
    environment: Environment,
    connected: Connected,
    since: Timestamp,
    consoles: Consoles,
    /// Whether it goes on when its consoles leave.
    stays: bool,
    /// Whether it was told to stop.
    stopped: bool,
    /// Open once something has to be written: only then others are kept out.
    journal: Option<Journal>,
    history: History,
    hands: Hands,
    /// Reads for a console that waits for nothing, or for all of them.
    errands: JoinSet<(Option<ConsoleId>, News)>,
    scans: Scans,
}

impl Hub {
    /// Connects to the account and reads the journal. Nothing is written or sent. It is told to
    /// the console in this process, and ends with it.
    ///
    /// # Errors
    /// The estate is not there, the account cannot be reached, or the journal does not verify.
    pub async fn new(context: Arc<Context>, news: Sender<News>) -> Result<Self, Error> {
        let mut hub = Self::begin(context, false).await?;
        hub.consoles.own(&hub.context.surroundings.actor, news);
        hub.identify(None);
        Ok(hub)
    }

    /// The same without a console in this process: it lives as long as there is something to do.
    ///
    /// # Errors
    /// As above.
    pub async fn apart(context: Arc<Context>) -> Result<Self, Error> {
        Self::begin(context, true).await
    }

    async fn begin(context: Arc<Context>, stays: bool) -> Result<Self, Error> {
        let (estate, environment) = context.place()?;
        let (estate, environment) = (estate.clone(), environment.clone());
        let connected = account::connect(&context, &estate, &environment).await?;
        let history = History::read(&context.state_dir)?;
        let hands = Hands::new(connected.clone());
        Ok(Self {
            context,
            estate,
            environment,
            connected,
            since: now(),
            consoles: Consoles::new(),
            stays,
            stopped: false,
            journal: None,
            history,
            hands,
            errands: JoinSet::new(),
            scans: Scans::new(),
        })
    }

    /// Serves the console in this process until it hangs up; what is in flight then is seen to its
    /// end.
    ///
    /// # Errors
    /// An event could not be made durable: nothing was sent after that.
    pub async fn serve(mut self, asked: Receiver<Ask>) -> Result<(), Error> {
        self.consoles.hear_own(asked);
        self.live().await
    }

    /// Serves the console on this socket and all that attach, until nobody is here and no run is
    /// walked, or until it is told to stop; what is in flight then is seen to its end.
    ///
    /// # Errors
    /// An event could not be made durable: nothing was sent after that.
    pub async fn serve_apart(
        mut self,
        first: UnixStream,
        stop: impl Future<Output = ()>,
    ) -> Result<(), Error> {
        self.consoles.receive(first);
        let bell = self.consoles.bell();
        let stopping = async {
            stop.await;
            // An ending runner need not be told.
            let _ = bell.send((0, Knock::Stop)).await;
            std::future::pending().await
        };
        tokio::select! {
            served = self.live() => served,
            () = stopping => Ok(()),
        }
    }

    async fn live(mut self) -> Result<(), Error> {
        let lived = match self.walk().await {
            Ok(()) => self.see_to_the_end().await,
            Err(error) => Err(self.emergency(error).await),
        };
        let lived = match lived {
            Ok(()) => Ok(()),
            Err(error) => Err(self.emergency(error).await),
        };
        let error = match &lived {
            Ok(()) => self.stopping(),
            Err(error) => error.clone(),
        };
        // Whoever waits for the lock may go on: nothing is written any more.
        drop(self.journal.take());
        self.consoles.farewell(error).await;
        lived
    }

    async fn walk(&mut self) -> Result<(), Error> {
        while !self.is_over() {
            self.go_on().await?;
            let wake = self.hands.wake();
            tokio::select! {
                (id, knock) = self.consoles.knock() => self.knocked(id, knock).await?,
                heard = self.hands.heard(now) => if let Some((run, heard)) = heard {
                    self.heard(&run, &heard).await?;
                },
                Some(Ok((to, news))) = self.errands.join_next() => self.tell(to, news).await,
                came = self.scans.came() => self.scanned(came).await?,
                () = sleep_until(wake) => {}
            }
        }
        Ok(())
    }

    fn is_over(&self) -> bool {
        let alone = match self.stays {
            true => self.consoles.are_gone() && self.hands.walked().is_empty(),
            false => !self.consoles.has_own(),
        };
        self.stopped || alone
    }

    async fn see_to_the_end(&mut self) -> Result<(), Error> {
        // Work over many objects could take hours: it ends at the next object, and goes on from
        // there when the run is resumed.
        self.connected.worker.stop();
        while self.hands.is_sending() {
            if let Some((run, heard @ Heard::Ended { .. })) = self.hands.heard(now).await {
                self.heard(&run, &heard).await?;
            }
        }
        Ok(())
    }

    /// What those are told who are still here when it ends.
    fn stopping(&self) -> Error {
        let what = "the runner has ended: what was in flight was seen to its end";
        let walked = self.hands.walked();
        let advice = match walked.first() {
            Some(run) => format!("`muster resume {run}` goes on."),
            None => "`muster runs` shows what rests where.".to_owned(),
        };
        Error::new("runner-ended", Exit::Paused, what, advice)
    }

    async fn knocked(&mut self, id: ConsoleId, knock: Knock) -> Result<(), Error> {
        match knock {
            Knock::Came(stream) => self.consoles.receive(stream),
            Knock::Joined(hello, news) if hello.wish == Wish::Peek => {
                // It is told, and hung up on.
                let _ = news.try_send(News::Welcome(self.welcome(Seat::Watcher)));
            }
            Knock::Joined(hello, news) => {
                let seat = self.consoles.join(id, hello, news);
                self.consoles.tell(id, News::Welcome(self.welcome(seat))).await;
                if seat == Seat::Pilot {
                    self.consoles.tell_seats().await;
                }
                self.identify(Some(id));
            }
            Knock::Asked(ask) => return self.asked(id, ask).await,
            Knock::Babbled(why) => {
                self.consoles.tell(id, door::babble(&why)).await;
                self.left(id).await;
            }
            Knock::Left => self.left(id).await,
            Knock::Gone => {
                self.left(id).await;
                self.consoles.gone(id);
            }
            Knock::Stop => self.stopped = true,
        }
        Ok(())
    }

    async fn left(&mut self, id: ConsoleId) {
        if self.consoles.leave(id) {
            self.consoles.tell_seats().await;
        }
    }

    fn welcome(&self, seat: Seat) -> Welcome {
        Welcome {
            process: std::process::id(),
            since: self.since,
            actor: self.context.surroundings.actor.clone(),
            mode: self.context.mode(),
            estate: self.estate.name.clone(),
            environment: self.environment.name.clone(),
            walks: self.hands.walked(),
            stays: self.stays,
            seat,
            pilot: self.consoles.pilot().map(str::to_owned),
        }
    }

    /// Tells one console, or all.
    async fn tell(&mut self, to: Option<ConsoleId>, news: News) {
        match to {
            Some(id) => self.consoles.tell(id, news).await,
            None => self.consoles.tell_all(news).await,
        }
    }

    /// Everything that happens by itself, then everything that is due.
    async fn go_on(&mut self) -> Result<(), Error> {
        let mut again = true;
        // A run that comes to rest may be followed by the one that takes it back.
        while std::mem::take(&mut again) {
            for id in self.hands.walked() {
                while let Some(event) = self.run(&id).and_then(|run| advance(run, now())) {
                    self.record(&id, event).await?;
                }
                let Some((run, _)) = self.history.get(&id) else { continue };
                self.hands.carry_out(run, due(run), now());
                if run.is_at_rest() && self.hands.leave(&id) {
                    self.rested(&id).await?;
                    again = true;
                }
            }
        }
        Ok(())
    }

    /// A run has come to rest.
    async fn rested(&mut self, id: &str) -> Result<(), Error> {
        for (of, event) in self.history.taken_back() {
            self.record(&of, event).await?;
        }
        let back = self.run(id).filter(|run| asks_for_rollback(run));
        if let Some(operator) = back.map(|run| run.operator.actor.clone()) {
            let course = Course::Rollback { run: id.to_owned() };
            // It follows for whoever looks at the run that failed.
            let news = match self.start(&operator, &course).await {
                Ok(opened) => opened,
                Err(error) if is_the_end(&error) => return Err(error),
                Err(error) => News::Trouble { said: said(&error) },
            };
            self.tell(None, news).await;
        }
        let home = self.home();
        self.tell(None, News::Home(home)).await;
        Ok(())
    }

    fn run(&self, id: &str) -> Option<&Run> {
        self.history.get(id).map(|(run, _)| run)
    }

    /// Makes an event durable, and only then lets anything follow from it.
    async fn record(&mut self, id: &str, event: Event) -> Result<(), Error> {
        let actor = self.context.surroundings.actor.clone();
        self.record_by(&actor, id, event).await
    }

    /// The same of what somebody asked for: `user@host`.
    async fn record_by(&mut self, actor: &str, id: &str, event: Event) -> Result<(), Error> {
        self.take_journal()?;
        let Some(journal) = &mut self.journal else { return Ok(()) };
        let time = now();
        // What cannot be folded must not become durable: the journal would be unreadable.
        self.history.check(journal.next(id, actor, time, &event))?;
        let record = journal.append(id, actor, time, &event)?;
        let was_held = self.run(id).is_some_and(is_held);
        self.history.add(record.clone())?;
        if !was_held && self.run(id).is_some_and(is_held) {
            self.connected.worker.stop();
        }
        self.tell(None, News::Recorded { record: Box::new(record) }).await;
        Ok(())
    }

    /// Opens the journal for writing, and with it keeps every other process out; and opens the
    /// door, for consoles of other processes.
    fn take_journal(&mut self) -> Result<(), Error> {
        if self.journal.is_some() {
            return Ok(());
        }
        let (directory, actor) = (&self.context.state_dir, &self.context.surroundings.actor);
        let opened = Journal::open(directory, actor, now());
        let (journal, lines) = opened.map_err(|error| command::held(directory, error))?;
        self.history = History::of(&lines)?;
        self.journal = Some(self.connected.watch(journal));
        match Door::open(directory) {
            Ok(door) => self.consoles.door = Some(door),
            Err(text) => {
                self.errands.spawn(async { (None, News::Notice { text }) });
            }
        }
        Ok(())
    }

    async fn heard(&mut self, id: &str, heard: &Heard) -> Result<(), Error> {
        let Some(run) = self.run(id) else { return Ok(()) };
        let events = hear(run, heard, now());
        if let Some(glimpse) = glimpse(run, heard) {
            self.tell(None, glimpse).await;
        }
        for event in events {
            let again = matches!(event, Event::Identified { .. });
            self.record(id, event).await?;
            if again {
                self.identify(None);
            }
        }
        Ok(())
    }
}

/// True for a run that is to come to a halt.
const fn is_held(run: &Run) -> bool {
    matches!(run.stage, Stage::Paused { .. } | Stage::Aborting { .. })
}

/// What was just read, for the live pane.
fn glimpse(run: &Run, heard: &Heard) -> Option<News> {
    let (step, target, seen) = match heard {
        Heard::Inspected { step, target, seen }
        | Heard::Observed { step, target, seen }
        | Heard::Watched { step, target, seen } => (step, target, seen),
        Heard::Identity { .. } | Heard::Ended { .. } => return None,
    };
    let (id, wanted) = run.bound.steps.get(*step)?.targets()?;
    let (setting, wanted) = (jobs::row(id)?, wanted.get(*target)?);
    let (run, step, target) = (run.id.clone(), *step, *target);
    if let Some(progress) = setting.progress(&wanted.on, seen) {
        return Some(News::Progress { run, step, target, progress });
    }
    if matches!(heard, Heard::Watched { .. }) {
        return None;
    }
    let own = setting.read_for(&wanted.on, &wanted.to).len().min(seen.len());
    let seen = setting.decode(&wanted.on, &seen[..own]).map_err(|error| error.to_string());
    Some(News::Glimpse { run, step, target, seen })
}

/// True for errors after which nothing may be written or sent: the journal is not what was
/// written, or can no longer be written.
fn is_the_end(error: &Error) -> bool {
    matches!(error.exit, Exit::Tampered | Exit::Stuck)
}

/// An error in one paragraph, for a console.
fn said(error: &Error) -> Said {
    let effect = error.effect.as_ref().map(|effect| format!(" ({effect})")).unwrap_or_default();
    Said { text: format!("{}{effect}. {}", error.what, error.advice), exit: error.exit }
}

/// The problems of a book that cannot be bound, as one error.
pub fn unbound(problems: &[Problem]) -> Error {
    let what: Vec<_> =
        problems.iter().filter(|p| p.is_error()).map(|p| p.message.clone()).collect();
    let advice = "Give parameters as `-p name=value`; `muster show BOOK` lists them.";
    Error::usage("parameters", what.join("\n"), advice)
}

async fn sleep_until(at: Option<Timestamp>) {
    match at {
        Some(at) => {
            let left = at.duration_since(now());
            tokio::time::sleep(left.try_into().unwrap_or_default()).await;
        }
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests;
