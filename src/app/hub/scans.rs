//! Compliance scans that consoles ask for: one at a time, told line by line, then written down.

use std::sync::Arc;

use tokio::sync::Mutex;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinSet;

use super::{Hub, said};
use crate::app::clock::now;
use crate::app::scan::{Pacer, Progress, Scanned, report, scan};
use crate::compliance::{Bound, Scan};
use crate::error::Error;
use crate::journal::{Journal, JournalError};
use crate::link::{LineRow, News, ScanView};

/// How many lines may wait to be told: a scan is faster than consoles draw. One that does not fit is
/// not lost, it comes with the report.
const WAITING: usize = 256;

/// What a scan was asked for.
#[derive(Clone, Debug)]
struct Asked {
    /// Who asked: `user@host`.
    actor: String,
    /// Name of the profile.
    profile: String,
}

/// The scans of a hub.
#[derive(Debug)]
pub(super) struct Scans {
    pacer: Arc<Mutex<Pacer>>,
    under_way: JoinSet<(Asked, Result<Scanned, Error>)>,
    told: (Sender<News>, Receiver<News>),
}

/// What comes of a scan.
pub(super) enum Came {
    /// A line was answered.
    Line(News),
    /// It came to its end.
    Done(Done),
}

/// A scan that came to its end.
pub(super) struct Done {
    asked: Asked,
    scanned: Result<Scanned, Error>,
}

impl Scans {
    pub(super) fn new() -> Self {
        let pacer = Arc::new(Mutex::new(Pacer::default()));
        Self { pacer, under_way: JoinSet::new(), told: channel(WAITING) }
    }

    /// The next thing that comes of the scan under way; waits for ever while there is none.
    pub(super) async fn came(&mut self) -> Came {
        tokio::select! {
            biased;
            Some(news) = self.told.1.recv() => Came::Line(news),
            Some(Ok((asked, scanned))) = self.under_way.join_next() => {
                Came::Done(Done { asked, scanned })
            }
            else => std::future::pending().await,
        }
    }
}

impl Hub {
    /// Begins a scan; an answer at once when it cannot, or when one is under way.
    pub(super) fn scan(
        &mut self,
        actor: &str,
        profile: Option<&str>,
    ) -> Result<Option<News>, Error> {
        if !self.scans.under_way.is_empty() {
            return Ok(Some(News::Notice { text: "a scan is under way".to_owned() }));
        }
        let profile = self.context.library.profile(&self.estate.name, profile)?.clone();
        let asked = Asked { actor: actor.to_owned(), profile: profile.name.clone() };
        let (pacer, sender) = (Arc::clone(&self.scans.pacer), self.scans.told.0.clone());
        let (account, mode) = (Arc::clone(&self.connected.account), self.context.mode());
        let (estate, environment) = (self.estate.clone(), self.environment.clone());
        self.scans.under_way.spawn(async move {
            let title = profile.title.clone();
            let told = move |progress: Progress<'_>| {
                // The report has what finds no room.
                let _ = sender.try_send(match progress {
                    Progress::Began(bound) => {
                        News::Scanning { view: Box::new(view(bound, &title)) }
                    }
                    Progress::Checked(line, checked) => {
                        News::Checked { line, checked: Box::new(checked.clone()) }
                    }
                });
            };
            let mut pacer = pacer.lock().await;
            let place = (&estate, &environment);
            let scanned = scan(&account, &mut pacer, mode, place, &profile, (now(), told)).await;
            (asked, scanned)
        });
        Ok(None)
    }

    /// Tells every console what came of a scan, and writes it down first.
    pub(super) async fn scanned(&mut self, came: Came) -> Result<(), Error> {
        let Done { asked, scanned } = match came {
            Came::Line(news) => {
                self.tell(None, news).await;
                return Ok(());
            }
            Came::Done(done) => done,
        };
        let report = match scanned {
            Ok(mut scanned) => {
                self.refresh()?;
                scanned.answer(&self.history);
                let record = self.keep(&asked.actor, &scanned.scan).await?;
                let profile =
                    self.context.library.profile(&self.estate.name, Some(&asked.profile))?;
                let found = report(profile, scanned, &self.history, record);
                if let Some(record) = record {
                    self.history.add_scan(record, &found.scan);
                }
                Ok(found)
            }
            Err(error) => Err(said(&error)),
        };
        self.tell(None, News::Scanned { report: Box::new(report) }).await;
        let home = self.home();
        self.tell(None, News::Home(home)).await;
        Ok(())
    }

    /// Writes a scan down; none when another process writes the journal, which is told.
    async fn keep(&mut self, actor: &str, scan: &Scan) -> Result<Option<u64>, Error> {
        if let Some(journal) = &mut self.journal {
            return Ok(Some(journal.append_scan(actor, now(), scan)?));
        }
        // Only for this one record: others may write as long as no run is walked here.
        match Journal::open(&self.context.state_dir, actor, now()) {
            Ok((journal, _)) => {
                let mut journal = self.connected.watch(journal);
                Ok(Some(journal.append_scan(actor, now(), scan)?))
            }
            Err(error @ JournalError::Locked { .. }) => {
                let text = format!("this scan is not in the journal: {error}");
                self.tell(None, News::Notice { text }).await;
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// What is scanned, as consoles are told.
fn view(bound: &Bound, title: &str) -> ScanView {
    let lines = bound.lines.iter().map(|line| LineRow {
        id: bound.entries[line.entry].id.clone(),
        target: line.target.clone(),
    });
    ScanView {
        profile: bound.profile.clone(),
        title: title.to_owned(),
        lines: lines.collect(),
        entries: bound.entries.clone(),
    }
}
