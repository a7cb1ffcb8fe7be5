//! What the runner has told: the console's copy of the world.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::cloud::Call;
use crate::cloud::sts::Identity;
use crate::compliance::{Checked, Report};
use crate::engine::{AttemptId, Event, Record, Run, RunId};
use crate::link::{Course, Home, News, Planned, Said, ScanView, Seat};
use crate::settings::Kind;
use crate::settings::Progress;

/// How many records of a run are kept for the screen; the journal has them all.
const TAIL: usize = 2_000;

/// Everything that was told.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub home: Option<Home>,
    pub identity: Option<Result<Identity, String>>,
    pub expires: Option<Timestamp>,
    pub plan: Option<(Course, Box<Result<Planned, Said>>)>,
    /// How far the clock of this machine is ahead of the account's.
    pub skew: Option<SignedDuration>,
    pub runs: BTreeMap<RunId, Watched>,
    pub picks: BTreeMap<Kind, Result<Vec<String>, String>>,
    pub journal: Option<(Vec<Record>, Result<String, String>)>,
    pub scan: Option<Scanned>,
    /// The report that was asked for last: its run, its text, and the file it was written to.
    pub report: Option<(RunId, Result<String, String>)>,
    pub trouble: Option<String>,
    /// Whether the runner goes on when this console leaves.
    pub stays: bool,
    /// Whether somebody else commands, or nobody.
    pub watching: bool,
    /// Who commands, when that was told: `user@host`.
    pub pilot: Option<String>,
    /// When something was last typed or told.
    pub last: Option<Timestamp>,
}

/// After this long without a key or a piece of news the screen shows minutes, not seconds.
const STILL_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// A run that is looked at.
#[derive(Debug)]
pub(super) struct Watched {
    pub run: Run,
    pub records: Vec<Record>,
    /// Whether somebody walks it; else it stands still until it is resumed.
    pub walked: bool,
    pub glimpses: BTreeMap<(usize, usize), Glimpse>,
    /// How far its jobs are, and since when that is known.
    pub progress: BTreeMap<(usize, usize), (Timestamp, Progress)>,
    /// Whether the runner was told to go on, and has not said yet what came of it.
    pub waits: bool,
}

/// A compliance scan, under way or at its end.
#[derive(Debug)]
pub(super) struct Scanned {
    pub view: ScanView,
    /// What is answered of each line.
    pub checked: Vec<Option<Checked>>,
    /// The end of it.
    pub report: Option<Result<Report, Said>>,
}

/// What was last read of a resource.
#[derive(Debug)]
pub(super) struct Glimpse {
    pub at: Timestamp,
    pub seen: Result<Value, String>,
}

/// What the console has to do about a piece of news.
#[derive(Debug, PartialEq)]
pub(super) enum Follow {
    Nothing,
    /// A run was opened.
    Opened(RunId),
    /// The copy of this run does not fit what happened: it has to be opened afresh.
    Lost(RunId, String),
    /// A command was not allowed.
    Refused(String),
    /// Something worth knowing.
    Notice(String),
}

impl Told {
    /// Folds a piece of news in.
    pub fn hear(&mut self, news: News, now: Timestamp) -> Follow {
        match news {
            News::Home(home) => self.home = Some(home),
            News::Identity { identity, expires, skew_seconds } => {
                self.identity = Some(identity);
                self.expires = expires;
                self.skew = skew_seconds.map(SignedDuration::from_secs);
            }
            News::Planned { course, plan } => self.plan = Some((course, plan)),
            News::Opened { run, records, walked } => return self.opened(*run, records, walked),
            News::Recorded { record } => return self.recorded(*record),
            News::Glimpse { run, step, target, seen } => {
                if let Some(watched) = self.runs.get_mut(&run) {
                    watched.glimpses.insert((step, target), Glimpse { at: now, seen });
                }
            }
            News::Progress { run, step, target, progress } => {
                if let Some(watched) = self.runs.get_mut(&run) {
                    watched.progress.insert((step, target), (now, progress));
                }
            }
            News::Refused { run, refusal } => {
                if let Some(watched) = self.runs.get_mut(&run) {
                    watched.waits = false;
                }
                return Follow::Refused(refusal.to_string());
            }
            News::Picks { kind, names } => {
                self.picks.insert(kind, names);
            }
            News::Scanning { view } => {
                let checked = vec![None; view.lines.len()];
                self.scan = Some(Scanned { view: *view, checked, report: None });
            }
            News::Checked { line, checked } => {
                let scan = self.scan.as_mut().filter(|scan| scan.report.is_none());
                if let Some(slot) = scan.and_then(|scan| scan.checked.get_mut(line)) {
                    *slot = Some(*checked);
                }
            }
            News::Scanned { report } => {
                if let Some(scan) = &mut self.scan {
                    if let Ok(report) = report.as_ref() {
                        scan.checked = report.scan.lines.iter().cloned().map(Some).collect();
                    }
                    scan.report = Some(*report);
                }
            }
            News::Journal { records, verified } => self.journal = Some((records, verified)),
            News::Report { run, text, kept } => {
                self.report = Some((run, text));
                match kept {
                    Some(Ok(file)) => return Follow::Notice(format!("it is in {file}")),
                    Some(Err(why)) => return Follow::Refused(why),
                    None => {}
                }
            }
            News::Trouble { said } => {
                self.runs.values_mut().for_each(|watched| watched.waits = false);
                self.trouble = Some(said.text);
            }
            News::Welcome(welcome) => {
                self.stays = welcome.stays;
                return self.seated(welcome.seat, welcome.pilot);
            }
            News::Seats { seat, pilot } => return self.seated(seat, pilot),
            News::Denied { why } => return Follow::Refused(why),
            News::Notice { text } => return Follow::Notice(text),
            // Whoever carries the news says why, once the terminal was given back.
            News::Ended { .. } => {}
        }
        Follow::Nothing
    }

    /// Who commands; and a word about it when that has changed.
    fn seated(&mut self, seat: Seat, pilot: Option<String>) -> Follow {
        let before = std::mem::replace(&mut self.watching, seat == Seat::Watcher);
        self.pilot = pilot;
        let who = self.pilot.as_deref().unwrap_or("nobody");
        match (before, self.watching) {
            (false, true) => Follow::Notice(format!("{who} commands; this console watches")),
            (true, false) => Follow::Notice("you command now".to_owned()),
            (true, true) | (false, false) => Follow::Nothing,
        }
    }

    /// True when nothing goes on and nothing did for a while: no second matters on the screen.
    pub fn is_still(&self, now: Timestamp) -> bool {
        let passed = self.last.map(|last| now.duration_since(last));
        let scans = self.scan.as_ref().is_some_and(|scan| scan.report.is_none());
        !scans
            && self.going_on().next().is_none()
            && passed.is_some_and(|passed| passed > STILL_AFTER)
    }

    /// The runs that are being walked and are not at rest.
    pub fn going_on(&self) -> impl Iterator<Item = &Run> {
        let walked = self.runs.values().filter(|watched| watched.walked);
        walked.map(|watched| &watched.run).filter(|run| !run.is_at_rest())
    }

    fn opened(&mut self, run: Run, records: Vec<Record>, walked: bool) -> Follow {
        let id = run.id.clone();
        let old = self.runs.remove(&id).map(|old| (old.glimpses, old.progress));
        let (glimpses, progress) = old.unwrap_or_default();
        let watched = Watched { run, records, walked, glimpses, progress, waits: false };
        self.runs.insert(id.clone(), watched);
        Follow::Opened(id)
    }

    fn recorded(&mut self, record: Record) -> Follow {
        let id = record.run.clone();
        let Some(watched) = self.runs.get_mut(&id) else { return Follow::Nothing };
        if watched.records.last().is_some_and(|last| last.seq >= record.seq) {
            return Follow::Nothing;
        }
        watched.walked |= matches!(record.event, Event::Resumed {});
        watched.waits = false;
        let folded = fold(&mut watched.run, &record);
        watched.records.push(record);
        if watched.records.len() > TAIL {
            watched.records.drain(..TAIL / 2);
        }
        match folded {
            Ok(()) => Follow::Nothing,
            Err(why) => Follow::Lost(id, why),
        }
    }

    /// The account that answered, when it is not the one it has to be.
    pub fn wrong_account(&self, run: Option<&Run>) -> Option<(String, String)> {
        let expected = match run {
            Some(run) => &run.bound.environment.place.account,
            None => &self.home.as_ref()?.environment.place.account,
        };
        let told = self.identity.as_ref().and_then(|identity| identity.as_ref().ok());
        let of_run = run.and_then(|run| run.identity.as_ref());
        [told, of_run]
            .into_iter()
            .flatten()
            .find(|identity| identity.account != *expected)
            .map(|identity| (expected.clone(), identity.account.clone()))
    }
}

impl Watched {
    /// True when it is not at rest, and nobody walks it.
    pub const fn stands_still(&self) -> bool {
        !self.walked && !self.run.is_at_rest()
    }

    /// The call of an attempt, as it was intended.
    pub fn call(&self, wanted: AttemptId) -> Option<&Call> {
        self.records.iter().rev().find_map(|record| match &record.event {
            Event::Intended { attempt, call, .. } if *attempt == wanted => Some(call),
            _ => None,
        })
    }
}

/// Folds a record into the console's copy of its run, as the engine folds it into its own.
fn fold(run: &mut Run, record: &Record) -> Result<(), String> {
    run.apply(record).map_err(|illegal| illegal.to_string())
}
