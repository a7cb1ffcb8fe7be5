//! The runs that the journal tells of.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;

use crate::cloud::Place;
use crate::compliance::Scan;
use crate::engine::{
    Event, Mode, NoWayBack, Record, Rest, Run, RunId, Stage, StepEnd, StepState, left_by, rollback,
};
use crate::error::{Error, Exit};
use crate::estate::Environment;
use crate::journal::{self, Line};
use crate::link::{Mark, RunRow, ScoreRow};
use crate::runbook::Bound;

/// Every run of a journal, folded, with its records.
#[derive(Debug, Default)]
pub struct History {
    runs: BTreeMap<RunId, (Run, Vec<Record>)>,
    /// The newest scan of each profile, environment and mode, with the number of its record.
    scans: Vec<(u64, Scan)>,
    /// The scores that scans told, oldest first.
    scores: Vec<Scored>,
}

/// The score of a scan, and of where it is one.
#[derive(Clone, Debug)]
pub(super) struct Scored {
    pub profile: String,
    pub estate: String,
    pub environment: String,
    pub place: Place,
    pub mode: Mode,
    pub mark: Mark,
}

impl History {
    /// Folds the lines of a journal.
    ///
    /// # Errors
    /// A line that verifies tells of something that cannot happen: another version wrote it.
    pub fn of(lines: &[Line]) -> Result<Self, Error> {
        let mut history = Self::default();
        for line in lines {
            if let Some(scan) = line.scan() {
                history.add_scan(line.seq, scan);
            }
            if let Some(record) = line.record() {
                history.add(record)?;
            }
        }
        Ok(history)
    }

    /// Reads and folds the journal of a state directory, without writing.
    ///
    /// # Errors
    /// It cannot be read, does not verify, or another version wrote it.
    pub fn read(state_dir: &Path) -> Result<Self, Error> {
        Self::of(&journal::read(state_dir)?.lines)
    }

    /// Folds one more record.
    ///
    /// # Errors
    /// It tells of something that cannot happen.
    pub fn add(&mut self, record: Record) -> Result<(), Error> {
        let impossible = |error: crate::engine::Illegal| {
            let advice = "The chain is whole, so a muster of another version wrote it: use that \
                one, or another --state-dir.";
            Error::new("journal-foreign", Exit::Failed, error.to_string(), advice)
                .with_effect("nothing was sent")
        };
        match (&record.event, self.runs.get_mut(&record.run)) {
            (Event::Started { .. }, None) => {
                let run = Run::begin(&record).map_err(impossible)?;
                self.runs.insert(record.run.clone(), (run, vec![record]));
            }
            (_, Some((run, records))) => {
                run.apply(&record).map_err(impossible)?;
                records.push(record);
            }
            (_, None) => {
                let what = format!("record {} belongs to a run that never began", record.seq);
                let advice = "Use the muster that wrote it, or another --state-dir.";
                return Err(Error::new("journal-foreign", Exit::Failed, what, advice));
            }
        }
        Ok(())
    }

    /// Says whether a record could be folded, and changes nothing.
    ///
    /// # Errors
    /// It tells of something that cannot happen.
    pub fn check(&self, record: Record) -> Result<(), Error> {
        let run = self.runs.get(&record.run).map(|(run, _)| (run.clone(), Vec::new()));
        let runs = run.into_iter().map(|run| (record.run.clone(), run)).collect();
        Self { runs, ..Self::default() }.add(record)
    }

    /// One more scan.
    pub fn add_scan(&mut self, seq: u64, scan: &Scan) {
        self.scans.retain(|(_, known)| !known.is_like(scan));
        self.scans.push((seq, scan.clone()));
        self.scores.push(scored(scan));
    }

    /// The newest scan that this one can be compared with, and the number of its record.
    pub fn scan_like(&self, scan: &Scan) -> Option<(u64, &Scan)> {
        self.scans.iter().find(|(_, known)| known.is_like(scan)).map(|(seq, scan)| (*seq, scan))
    }

    /// The score of the newest scan of an environment, by any profile.
    pub fn score(&self, estate: &str, environment: &Environment, mode: Mode) -> Option<ScoreRow> {
        let here = |scan: &&(u64, Scan)| {
            let (_, scan) = scan;
            scan.estate == estate && scan.place == environment.place && scan.mode == mode
        };
        let (record, scan) = self.scans.iter().rev().find(here)?;
        Some(ScoreRow {
            profile: scan.profile.clone(),
            at: scan.began,
            record: *record,
            score: scan.score,
        })
    }

    /// A run with its records.
    pub fn get(&self, id: &str) -> Option<&(Run, Vec<Record>)> {
        self.runs.get(id)
    }

    /// All runs, latest first.
    pub fn runs(&self) -> impl Iterator<Item = &Run> {
        let mut runs: Vec<_> = self.runs.values().map(|(run, _)| run).collect();
        runs.sort_by(|a, b| b.started.cmp(&a.started).then_with(|| b.id.cmp(&a.id)));
        runs.into_iter()
    }

    /// The scores that scans told, oldest first.
    pub(super) fn scores(&self) -> &[Scored] {
        &self.scores
    }

    /// All runs with their records, in order of name.
    pub(super) fn told(&self) -> impl Iterator<Item = (&Run, &[Record])> {
        self.runs.values().map(|(run, records)| (run, records.as_slice()))
    }

    /// The run that is meant: of this name, or else the latest that can go on, of this mode.
    ///
    /// # Errors
    /// There is none.
    pub fn meant(&self, id: Option<&str>, can_go_on: bool) -> Result<&Run, Error> {
        let found = match id {
            Some(id) => self.runs.get(id).map(|(run, _)| run),
            None => self.runs().find(|run| !can_go_on || !is_over(run)),
        };
        found.ok_or_else(|| {
            let (what, advice) = match id {
                Some(id) => (format!("there is no run `{id}`"), "`muster runs` shows all."),
                None if can_go_on => {
                    ("there is no run to go on with".to_owned(), "`muster runs` shows all.")
                }
                None => ("there is no run yet".to_owned(), "`muster run BOOK` begins one."),
            };
            Error::usage("no-such-run", what, advice)
        })
    }

    /// The way back from a run, with the texts of the book and the estate that it was made from.
    ///
    /// # Errors
    /// There is none now.
    pub fn way_back(&self, id: &str) -> Result<(Bound, String, String), Error> {
        let (run, records) = self.get(id).ok_or_else(|| no_such_run(id))?;
        let bound = rollback(run).map_err(|why| no_way_back(run, why))?;
        let texts = records.first().and_then(|record| match &record.event {
            Event::Started { book_text, estate_text, .. } => {
                Some((book_text.clone(), estate_text.clone()))
            }
            _ => None,
        });
        let (book_text, estate_text) = texts.unwrap_or_default();
        Ok((bound, book_text, estate_text))
    }

    /// Runs that were taken back by another one which has come to its end, where that is not
    /// written down yet: the run, and what is to be written.
    pub fn taken_back(&self) -> Vec<(RunId, Event)> {
        let done = self.runs.values().filter_map(|(by, _)| {
            let (of, _) = self.runs.get(by.bound.undoes.as_ref()?)?;
            let all = matches!(by.stage, Stage::Rested { rest: Rest::Succeeded {} })
                && !by.steps.iter().any(|step| {
                    matches!(&step.state, StepState::Ended { end: StepEnd::Skipped { .. } })
                });
            let written = matches!(of.stage, Stage::Rested { rest: Rest::RolledBack { .. } });
            let event = Event::RolledBack { by: by.id.clone(), left: left_by(by) };
            (all && !written && of.is_at_rest()).then(|| (of.id.clone(), event))
        });
        done.collect()
    }

    /// When a book last came to rest in an environment, and how.
    pub fn last(&self, estate: &str, environment: &str, book: &str) -> Option<(Timestamp, Rest)> {
        self.runs().find_map(|run| match &run.stage {
            Stage::Rested { rest }
                if run.bound.estate == estate
                    && run.bound.environment.name == environment
                    && run.bound.book.name == book =>
            {
                Some((run.last, rest.clone()))
            }
            _ => None,
        })
    }

    /// The runs as they are listed, latest first.
    pub fn rows(&self) -> Vec<RunRow> {
        self.runs().map(row).collect()
    }
}

fn scored(scan: &Scan) -> Scored {
    let (met, total) = (scan.score.met, scan.score.total);
    Scored {
        profile: scan.profile.clone(),
        estate: scan.estate.clone(),
        environment: scan.environment.clone(),
        place: scan.place.clone(),
        mode: scan.mode,
        mark: Mark { at: scan.began, met, total },
    }
}

/// There is no such run.
pub fn no_such_run(id: &str) -> Error {
    Error::usage("no-such-run", format!("there is no run `{id}`"), "`muster runs` shows all.")
}

fn no_way_back(run: &Run, why: NoWayBack) -> Error {
    let advice = match why {
        NoWayBack::NotAtRest => format!(
            "Go on with it (`muster resume {}`) to its end, or end it there first: A in the \
             console, x at a question.",
            run.id
        ),
        NoWayBack::InFlight => {
            format!("Resume it first (`muster resume {}`): it looks for that call.", run.id)
        }
        NoWayBack::NothingChanged => "There is nothing to take back.".to_owned(),
        NoWayBack::RolledBack => "`muster runs` shows by which run.".to_owned(),
    };
    let what = format!("{} cannot be rolled back: {why}", run.id);
    Error::new("no-way-back", Exit::Failed, what, advice).with_effect("nothing was sent")
}

fn is_over(run: &Run) -> bool {
    match &run.stage {
        Stage::Rested { rest: Rest::Stuck { .. } }
        | Stage::Walking {}
        | Stage::Reviewing {}
        | Stage::Paused { .. }
        | Stage::Aborting { .. } => false,
        Stage::Rested { .. } => true,
    }
}

fn row(run: &Run) -> RunRow {
    let (state, needs) = state_of(run);
    RunRow {
        id: run.id.clone(),
        book: run.bound.book.name.clone(),
        estate: run.bound.estate.clone(),
        environment: run.bound.environment.name.clone(),
        mode: run.mode,
        state: state.to_owned(),
        needs,
        done: run.steps.iter().filter(|s| matches!(s.state, StepState::Ended { .. })).count(),
        steps: run.steps.len(),
        started: run.started,
        last: run.last,
        actor: run.actor.clone(),
    }
}

/// The state of a run in a word, and what it needs of a person, when it needs one.
pub fn state_of(run: &Run) -> (&'static str, Option<String>) {
    match &run.stage {
        Stage::Walking {} => ("walking", Some(need(run))),
        Stage::Reviewing {} if run.is_reviewed() => {
            let text = "what became of the calls in flight is to be seen: resume it";
            ("reviewing", Some(text.to_owned()))
        }
        Stage::Reviewing {} => {
            let text = "what was in flight is looked for: resume it";
            ("reviewing", Some(text.to_owned()))
        }
        Stage::Paused { why, .. } => ("paused", Some(why.clone())),
        Stage::Aborting { .. } => ("aborting", Some("resume it: a call is in flight".to_owned())),
        Stage::Rested { rest } => match rest {
            Rest::Succeeded {} => ("succeeded", None),
            Rest::Aborted { .. } => ("aborted", None),
            Rest::Failed { .. } => ("failed", None),
            Rest::RolledBack { .. } => ("rolled back", None),
            Rest::Stuck { failure } => {
                ("stuck", Some(format!("{} — {}", failure.what, failure.advice)))
            }
        },
    }
}

fn need(run: &Run) -> String {
    let Some(step) = run.current() else { return "resume it".to_owned() };
    let number = step + 1;
    match &run.steps[step].state {
        StepState::Planned { .. } => format!("step {number} waits to be confirmed"),
        StepState::Asking { text } => format!("step {number} asks: {text}"),
        StepState::Failed { failure } => format!("step {number} failed: {}", failure.what),
        StepState::Waiting {}
        | StepState::Inspecting {}
        | StepState::Working {}
        | StepState::Ended { .. } => {
            format!("it stands at step {number}: resume it")
        }
    }
}
