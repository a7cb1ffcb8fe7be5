//! The runner behind every console: it takes what is asked, and tells what happened.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::task::JoinSet;

use super::account::{self, Connected};
use super::clock::now;
use super::context::Context;
use super::hands::Hands;
use super::history::{History, no_such_run};
use super::planner;
use crate::cloud::{Account, Answer, Call, Outcome, Reply, dynamodb, s3};
use crate::engine::{
    Command, Event, Heard, Refusal, Run, RunId, advance, asks_for_rollback, decide, due, hear,
};
use crate::error::{Error, Exit};
use crate::estate::{Environment, Estate};
use crate::journal::{self, Check, Journal};
use crate::link::{Ask, BookRow, Course, Home, News, Said};
use crate::runbook::{Bound, Problem};
use crate::settings::{self, Kind};

/// Keeps the journal, walks one run, and answers one console.
#[derive(Debug)]
pub struct Hub {
    context: Arc<Context>,
    estate: Estate,
    environment: Environment,
    connected: Connected,
    news: Sender<News>,
    /// Open once something has to be written: only then others are kept out.
    journal: Option<Journal>,
    history: History,
    /// The run that is walked here.
    active: Option<RunId>,
    hands: Hands,
    /// Reads for a console that waits for nothing.
    errands: JoinSet<News>,
}

impl Hub {
    /// Connects to the account and reads the journal. Nothing is written or sent.
    ///
    /// # Errors
    /// The estate is not there, the account cannot be reached, or the journal does not verify.
    pub async fn new(context: Arc<Context>, news: Sender<News>) -> Result<Self, Error> {
        let (estate, environment) = context.place()?;
        let (estate, environment) = (estate.clone(), environment.clone());
        let connected = account::connect(&context, &estate, &environment).await?;
        let history = History::of(&journal::read(&context.state_dir)?.lines)?;
        let hands = Hands::new(connected.clone());
        let mut hub = Self {
            context,
            estate,
            environment,
            connected,
            news,
            journal: None,
            history,
            active: None,
            hands,
            errands: JoinSet::new(),
        };
        hub.identify();
        Ok(hub)
    }

    /// Serves the console until it hangs up; what is in flight then is seen to its end.
    ///
    /// # Errors
    /// An event could not be made durable: nothing was sent after that.
    pub async fn serve(mut self, mut asks: Receiver<Ask>) -> Result<(), Error> {
        loop {
            self.go_on().await?;
            let wake = self.hands.wake();
            tokio::select! {
                ask = asks.recv() => match ask {
                    Some(ask) => self.asked(ask).await?,
                    None => break,
                },
                heard = self.hands.heard(now) => if let Some(heard) = heard {
                    self.heard(&heard).await?;
                },
                Some(Ok(news)) = self.errands.join_next() => self.tell(news).await,
                () = sleep_until(wake) => {}
            }
        }
        while self.hands.is_sending() {
            if let Some(heard @ Heard::Ended { .. }) = self.hands.heard(now).await {
                self.heard(&heard).await?;
            }
        }
        Ok(())
    }

    async fn tell(&self, news: News) {
        // A console that has hung up need not be told.
        let _ = self.news.send(news).await;
    }

    /// Everything that happens by itself, then everything that is due.
    async fn go_on(&mut self) -> Result<(), Error> {
        // A run that comes to rest may be followed by the one that takes it back.
        while let Some(id) = self.active.clone() {
            while let Some(event) = self.run(&id).and_then(|run| advance(run, now())) {
                self.record(&id, event).await?;
            }
            let Some((run, _)) = self.history.get(&id) else { return Ok(()) };
            self.hands.carry_out(run, due(run), now());
            if !run.is_at_rest() {
                return Ok(());
            }
            self.rested(&id).await?;
        }
        Ok(())
    }

    /// A run has come to rest.
    async fn rested(&mut self, id: &str) -> Result<(), Error> {
        let back = self.run(id).is_some_and(asks_for_rollback);
        self.active = None;
        self.hands.forget();
        for (of, event) in self.history.taken_back() {
            self.record(&of, event).await?;
        }
        if back {
            let course = Course::Rollback { run: id.to_owned() };
            self.asked(Ask::Start { course }).await?;
        }
        let home = self.home();
        self.tell(News::Home(home)).await;
        Ok(())
    }

    fn run(&self, id: &str) -> Option<&Run> {
        self.history.get(id).map(|(run, _)| run)
    }

    /// Makes an event durable, and only then lets anything follow from it.
    async fn record(&mut self, id: &str, event: Event) -> Result<(), Error> {
        let actor = self.context.surroundings.actor.clone();
        let journal = match &mut self.journal {
            Some(journal) => journal,
            none => none.insert(Journal::open(&self.context.state_dir, &actor, now())?.0),
        };
        let time = now();
        // What cannot be folded must not become durable: the journal would be unreadable.
        self.history.check(journal.next(id, &actor, time, &event))?;
        let record = journal.append(id, &actor, time, &event)?;
        self.history.add(record.clone())?;
        self.tell(News::Recorded { record: Box::new(record) }).await;
        Ok(())
    }

    async fn heard(&mut self, heard: &Heard) -> Result<(), Error> {
        let Some(id) = self.active.clone() else { return Ok(()) };
        let Some(run) = self.run(&id) else { return Ok(()) };
        let events = hear(run, heard, now());
        if let Some(glimpse) = glimpse(run, heard) {
            self.tell(glimpse).await;
        }
        for event in events {
            let again = matches!(event, Event::Identified { .. });
            self.record(&id, event).await?;
            if again {
                self.identify();
            }
        }
        Ok(())
    }

    async fn asked(&mut self, ask: Ask) -> Result<(), Error> {
        let answer = match ask {
            Ask::Home {} => Ok(News::Home(self.home())),
            Ask::Plan { course } => return self.plan(course).await,
            Ask::Start { course } => self.start(&course).await,
            Ask::Open { run } => self.open(&run),
            Ask::Tell { run, command } => return self.command(&run, &command).await,
            Ask::Pick { kind } => {
                self.pick(kind);
                return Ok(());
            }
            Ask::Journal {} => Ok(self.journal()),
        };
        match answer {
            Ok(news) => self.tell(news).await,
            Err(error) if is_the_end(&error) => return Err(error),
            Err(error) => self.tell(News::Trouble { said: said(&error) }).await,
        }
        Ok(())
    }

    fn home(&self) -> Home {
        let shelf = self.context.library.shelf(Some(&self.estate.name));
        let books = shelf.map(|shelf| shelf.books.as_slice()).unwrap_or_default();
        let (estate, environment) = (&self.estate.name, &self.environment.name);
        let books = books.iter().map(|book| BookRow {
            pinned: book.pinned.clone(),
            params: book.params.clone(),
            steps: book.outline(),
            last_run: self.history.last(estate, environment, &book.pinned.name),
        });
        Home {
            mode: self.context.mode(),
            estate: estate.clone(),
            environment: self.environment.clone(),
            read_only: self.context.options.read_only,
            books: books.collect(),
            runs: self.history.rows(),
        }
    }

    /// What is walked, with the texts of the book and of the estate that it was made from.
    fn bind(&self, course: &Course) -> Result<(Bound, String, String), Error> {
        match course {
            Course::Book { book, params } => {
                let book = self.context.library.book(&self.estate.name, book)?;
                let shelf = self.context.library.shelf(Some(&self.estate.name))?;
                let bound = book.bind(&self.estate, &self.environment, params);
                let bound = bound.map_err(|problems| unbound(&problems))?;
                Ok((bound, book.text().to_owned(), shelf.source.text.clone()))
            }
            Course::Rollback { run } => self.history.way_back(run),
        }
    }

    async fn plan(&mut self, course: Course) -> Result<(), Error> {
        match self.bind(&course) {
            Err(error) => {
                let plan = Box::new(Err(said(&error)));
                self.tell(News::Planned { course, plan }).await;
            }
            Ok((bound, ..)) => {
                let (account, mode) = (Arc::clone(&self.connected.account), self.context.mode());
                self.errands.spawn(async move {
                    let plan = planner::plan(&account, mode, bound, now()).await;
                    News::Planned { course, plan: Box::new(plan.map_err(|error| said(&error))) }
                });
            }
        }
        Ok(())
    }

    /// Begins a run: everything it needs is pinned in its first record.
    async fn start(&mut self, course: &Course) -> Result<News, Error> {
        self.take_journal()?;
        let (bound, book_text, estate_text) = self.bind(course)?;
        if let Course::Rollback { run } = course {
            self.is_of_here(run)?;
        }
        if let Some(other) = self.unfinished() {
            let what = format!("the run {other} on {} is not finished", self.environment.name);
            let advice =
                format!("Go on with it (`muster resume {other}`), or abort it there first.");
            return Err(Error::new("unfinished-run", Exit::Failed, what, advice)
                .with_effect("nothing was sent"));
        }
        let event = Event::Started {
            mode: self.context.mode(),
            pace: self.connected.pace,
            read_only: self.context.options.read_only,
            bound: Box::new(bound),
            book_text,
            estate_text,
        };
        let id = new_id(now());
        self.record(&id, event).await?;
        self.active = Some(id.clone());
        self.open(&id)
    }

    /// A run here that nobody has seen to its end: two at once could cross each other.
    fn unfinished(&self) -> Option<RunId> {
        let mut runs = self.history.runs();
        let found = runs.find(|run| {
            !run.is_at_rest()
                && run.mode == self.context.mode()
                && run.bound.environment.place == self.environment.place
        });
        found.map(|run| run.id.clone())
    }

    fn open(&self, id: &str) -> Result<News, Error> {
        let (run, records) = self.history.get(id).ok_or_else(|| no_such_run(id))?;
        let walked = self.active.as_deref() == Some(id);
        Ok(News::Opened { run: Box::new(run.clone()), records: records.clone(), walked })
    }

    async fn command(&mut self, id: &str, command: &Command) -> Result<(), Error> {
        if self.active.as_deref() != Some(id)
            && let Err(error) = self.activate(id, command)
        {
            if is_the_end(&error) {
                return Err(error);
            }
            self.tell(News::Trouble { said: said(&error) }).await;
            return Ok(());
        }
        let Some(run) = self.run(id) else { return Ok(()) };
        if matches!(command, Command::Resume {}) && self.hands.is_sending() {
            // Its ending is still to be heard: to look for it now could conclude too early.
            self.refuse(id, Refusal::InFlight {}).await;
            return Ok(());
        }
        match decide(run, command, &self.context.surroundings.actor, now()) {
            Ok(events) => {
                for event in events {
                    self.record(id, event).await?;
                }
                if matches!(command, Command::Resume {}) {
                    self.active = Some(id.to_owned());
                }
            }
            Err(refusal) => self.refuse(id, refusal).await,
        }
        Ok(())
    }

    async fn refuse(&self, id: &str, refusal: Refusal) {
        self.tell(News::Refused { run: id.to_owned(), refusal }).await;
    }

    /// Makes sure that a run which is not walked here can be: it is of this account and mode, and
    /// nobody else writes its journal.
    fn activate(&mut self, id: &str, command: &Command) -> Result<(), Error> {
        if self.run(id).is_none() {
            return Err(no_such_run(id));
        }
        if !matches!(command, Command::Resume {} | Command::Note { .. }) {
            let what = "the run is not being walked here";
            return Err(Error::usage("not-walked", what, "Resume it first."));
        }
        self.is_of_here(id)?;
        if self.active.is_some() {
            let what = "another run is being walked here";
            return Err(Error::usage("busy", what, "Let it come to rest, or abort it, first."));
        }
        self.take_journal()
    }

    /// Makes sure that a run is of the account and mode that calls go to from here.
    fn is_of_here(&self, id: &str) -> Result<(), Error> {
        let Some(run) = self.run(id) else { return Ok(()) };
        let (mode, place) = (self.context.mode(), &self.environment.place);
        if run.mode != mode || run.bound.environment.place != *place {
            let what = format!(
                "the run is a {} run in {} {}, and this is {mode} in {place}",
                run.mode, run.bound.estate, run.bound.environment.place
            );
            let advice = format!(
                "Start muster with {}--estate {} --env {}.",
                if run.mode == crate::engine::Mode::Practice { "--practice " } else { "" },
                run.bound.estate,
                run.bound.environment.name
            );
            return Err(Error::new("other-place", Exit::Failed, what, advice)
                .with_effect("nothing was sent"));
        }
        Ok(())
    }

    /// Opens the journal for writing, and with it keeps every other process out.
    fn take_journal(&mut self) -> Result<(), Error> {
        if self.journal.is_none() {
            let actor = &self.context.surroundings.actor;
            let (journal, lines) = Journal::open(&self.context.state_dir, actor, now())?;
            self.history = History::of(&lines)?;
            self.journal = Some(journal);
        }
        Ok(())
    }

    fn journal(&self) -> News {
        match journal::read(&self.context.state_dir) {
            Ok(verified) => {
                let records: Vec<_> =
                    verified.lines.iter().filter_map(|line| line.record()).collect();
                let verified = match verified.check {
                    Check::Head(head) => format!("verified up to record {}", head.seq),
                    Check::NoHead => "the chain verifies, but there is no head: a cut tail would \
                        not show"
                        .to_owned(),
                };
                News::Journal { records, verified: Ok(verified) }
            }
            Err(error) => News::Journal { records: Vec::new(), verified: Err(error.to_string()) },
        }
    }

    fn identify(&mut self) {
        let (account, expires) =
            (Arc::clone(&self.connected.account), Arc::clone(&self.connected.expires));
        self.errands.spawn(async move {
            let identity = planner::who(&account).await.map_err(|error| error.to_string());
            let skew_seconds = account.skew().map(|skew| skew.as_secs());
            News::Identity { identity, expires: expires().await, skew_seconds }
        });
    }

    fn pick(&mut self, kind: Kind) {
        let account = Arc::clone(&self.connected.account);
        self.errands.spawn(async move { News::Picks { kind, names: names(&account, kind).await } });
    }
}

async fn names(account: &Arc<dyn Account>, kind: Kind) -> Result<Vec<String>, String> {
    let call = match kind {
        Kind::Table => Call::DynamoDb(dynamodb::Call::ListTables {}),
        Kind::Bucket => Call::S3(s3::Call::ListBuckets {}),
        Kind::Topic | Kind::Trail | Kind::Alarm => return Ok(Vec::new()),
    };
    let outcome: Outcome = account.send(call).await;
    match outcome {
        Ok(Answer { reply: Reply::DynamoDb(dynamodb::Reply::Tables { names }), .. })
        | Ok(Answer { reply: Reply::S3(s3::Reply::Buckets { names }), .. }) => Ok(names),
        Ok(answer) => Err(format!("an answer that makes no sense: {:?}", answer.reply)),
        Err(error) => Err(error.to_string()),
    }
}

/// What was just read, for the live pane.
fn glimpse(run: &Run, heard: &Heard) -> Option<News> {
    let (Heard::Inspected { step, target, seen } | Heard::Observed { step, target, seen }) = heard
    else {
        return None;
    };
    let (id, wanted) = run.bound.steps.get(*step)?.targets()?;
    let (setting, wanted) = (settings::find(id)?, wanted.get(*target)?);
    let own = setting.read(&wanted.on).len().min(seen.len());
    let seen = setting.decode(&wanted.on, &seen[..own]).map_err(|error| error.to_string());
    Some(News::Glimpse { run: run.id.clone(), step: *step, target: *target, seen })
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

/// A name that sorts by time and can be read aloud.
fn new_id(now: Timestamp) -> RunId {
    let letters: String =
        std::iter::repeat_with(|| fastrand::alphanumeric().to_ascii_lowercase()).take(4).collect();
    format!("{}-{letters}", now.strftime("%Y%m%d-%H%M%S"))
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
