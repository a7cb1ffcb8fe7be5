//! What consoles ask, and the answers that only read.

use std::sync::Arc;

use super::consoles::ConsoleId;
use super::{Hub, is_the_end, said, unbound};
use crate::app::clock::now;
use crate::app::history::{History, no_such_run};
use crate::app::planner;
use crate::app::reports;
use crate::app::rollout::rollout;
use crate::app::standing::Here;
use crate::cloud::{Account, Answer, Call, Outcome, Reply, dynamodb, s3};
use crate::engine::RunId;
use crate::error::Error;
use crate::journal::{self, Check};
use crate::link::{Ask, BookRow, Course, Home, News, Planned, Seat, Unmet};
use crate::runbook::Bound;
use crate::settings::Kind;

impl Hub {
    /// Answers a console.
    pub(super) async fn asked(&mut self, id: ConsoleId, ask: Ask) -> Result<(), Error> {
        let Some(actor) = self.consoles.actor(id).map(str::to_owned) else { return Ok(()) };
        let only_looks = match &ask {
            Ask::Start { .. } | Ask::Tell { .. } => self.consoles.seat(id) == Seat::Watcher,
            Ask::Home {}
            | Ask::Plan { .. }
            | Ask::Open { .. }
            | Ask::Pick { .. }
            | Ask::Scan { .. }
            | Ask::Journal {}
            | Ask::Report { .. } => false,
        };
        if only_looks && !self.takes_over(id, &ask) {
            let why = self.denied(id);
            self.consoles.tell(id, News::Denied { why }).await;
            return Ok(());
        }
        let answer = match ask {
            Ask::Home {} => self.refresh().map(|()| Some(News::Home(self.home()))),
            Ask::Plan { course } => Ok(self.plan(id, course)),
            Ask::Start { course } => self.start(&actor, &course).await.map(Some),
            Ask::Open { run } => self.refresh().and_then(|()| self.open(&run)).map(Some),
            Ask::Tell { run, command } => self.command(id, &actor, &run, &command).await,
            Ask::Pick { kind } => {
                self.pick(id, kind);
                Ok(None)
            }
            Ask::Scan { profile } => self.scan(&actor, profile.as_deref()),
            Ask::Journal {} => Ok(Some(self.journal())),
            Ask::Report { run, keep } => Ok(Some(self.report(run, keep))),
        };
        match answer {
            Ok(Some(news)) => self.consoles.tell(id, news).await,
            Ok(None) => {}
            Err(error) if is_the_end(&error) => return Err(error),
            Err(error) => self.consoles.tell(id, News::Trouble { said: said(&error) }).await,
        }
        Ok(())
    }

    /// Reads what another process has written meanwhile, unless only this one can write.
    pub(super) fn refresh(&mut self) -> Result<(), Error> {
        if self.journal.is_none() {
            self.history = History::read(&self.context.state_dir)?;
        }
        Ok(())
    }

    pub(super) fn home(&self) -> Home {
        let shelf = self.context.library.shelf(Some(&self.estate.name));
        let shelf = shelf.ok();
        let books = shelf.map(|shelf| shelf.books.as_slice()).unwrap_or_default();
        let (estate, environment) = (&self.estate.name, &self.environment.name);
        let books = books.iter().map(|book| BookRow {
            pinned: book.pinned.clone(),
            params: book.params.clone(),
            steps: book.outline(),
            last_run: self.history.last(estate, environment, &book.pinned.name),
        });
        let rollout = shelf.map(|shelf| rollout(&self.history, shelf, self.here()));
        Home {
            rollout: rollout.unwrap_or_default(),
            mode: self.context.mode(),
            estate: estate.clone(),
            environment: self.environment.clone(),
            read_only: self.context.options.read_only,
            books: books.collect(),
            runs: self.history.rows(),
            score: self.history.score(estate, &self.environment, self.context.mode()),
        }
    }

    fn here(&self) -> Here<'_> {
        let mode = self.context.mode();
        Here { estate: &self.estate.name, environment: &self.environment, mode }
    }

    /// Why what would be walked cannot be started now.
    pub(super) fn unmet(&self, course: &Course) -> Option<Unmet> {
        let Course::Book { book, .. } = course else { return None };
        let shelf = self.context.library.shelf(Some(&self.estate.name)).ok()?;
        let book = shelf.books.iter().find(|found| found.pinned.name == *book)?;
        self.history.unmet(self.here(), shelf, &book.pinned)
    }

    /// What is walked, with the texts of the book and of the estate that it was made from.
    pub(super) fn bind(&self, course: &Course) -> Result<(Bound, String, String), Error> {
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

    /// Reads for a plan; an answer at once when there is nothing to read.
    fn plan(&mut self, id: ConsoleId, course: Course) -> Option<News> {
        let bound = match self.bind(&course) {
            Ok((bound, ..)) => bound,
            Err(error) => {
                let plan = Box::new(Err(said(&error)));
                return Some(News::Planned { course, plan });
            }
        };
        let (account, mode) = (Arc::clone(&self.connected.account), self.context.mode());
        let unmet = self.unmet(&course);
        self.errands.spawn(async move {
            let plan = planner::plan(&account, mode, bound, now()).await;
            let plan = plan.map(|plan| Planned { unmet, ..plan });
            let plan = Box::new(plan.map_err(|error| said(&error)));
            (Some(id), News::Planned { course, plan })
        });
        None
    }

    pub(super) fn open(&self, id: &str) -> Result<News, Error> {
        let (run, records) = self.history.get(id).ok_or_else(|| no_such_run(id))?;
        let walked = self.hands.is_walking(id);
        Ok(News::Opened { run: Box::new(run.clone()), records: records.clone(), walked })
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

    /// A report changes nothing of a run: where it cannot be made, that is its answer.
    fn report(&self, run: RunId, keep: bool) -> News {
        let state_dir = &self.context.state_dir;
        match reports::report_of(state_dir, Some(&run)) {
            Ok(report) => {
                let kept = keep.then(|| reports::keep(state_dir, &report));
                News::Report { run, text: Ok(report.markdown()), kept }
            }
            Err(error) => News::Report { run, text: Err(said(&error).text), kept: None },
        }
    }

    /// Asks the account who is asking, for one console or for all.
    pub(super) fn identify(&mut self, to: Option<ConsoleId>) {
        let (account, expires) =
            (Arc::clone(&self.connected.account), Arc::clone(&self.connected.expires));
        self.errands.spawn(async move {
            let identity = planner::who(&account).await.map_err(|error| error.to_string());
            let skew_seconds = account.skew().map(|skew| skew.as_secs());
            (to, News::Identity { identity, expires: expires().await, skew_seconds })
        });
    }

    fn pick(&mut self, id: ConsoleId, kind: Kind) {
        let account = Arc::clone(&self.connected.account);
        self.errands.spawn(async move {
            (Some(id), News::Picks { kind, names: names(&account, kind).await })
        });
    }
}

async fn names(account: &Arc<dyn Account>, kind: Kind) -> Result<Vec<String>, String> {
    let call = match kind {
        Kind::Table => Call::DynamoDb(dynamodb::Call::ListTables {}),
        Kind::Bucket => Call::S3(s3::Call::ListBuckets {}),
        Kind::Topic
        | Kind::Trail
        | Kind::Alarm
        | Kind::Vault
        | Kind::BackupPlan
        | Kind::BackupSelection
        | Kind::Stack
        | Kind::Parameter
        | Kind::Dashboard => return Ok(Vec::new()),
    };
    let outcome: Outcome = account.send(call).await;
    match outcome {
        Ok(Answer { reply: Reply::DynamoDb(dynamodb::Reply::Tables { names }), .. })
        | Ok(Answer { reply: Reply::S3(s3::Reply::Buckets { names }), .. }) => Ok(names),
        Ok(answer) => Err(format!("an answer that makes no sense: {:?}", answer.reply)),
        Err(error) => Err(error.to_string()),
    }
}
