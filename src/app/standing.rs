//! How far a book is in an environment, and what has to come before it: from the journal.

use jiff::Timestamp;

use super::history::History;
use super::library::Shelf;
use crate::engine::{Event, Mode, Record, Rest, Run, RunId, Stage, StepState};
use crate::error::{Error, Exit};
use crate::estate::Environment;
use crate::link::{Missing, Standing, Unmet};
use crate::runbook::{Book, Kind, Pinned};

/// Where runs count for each other: one environment, in one account, in one mode.
#[derive(Clone, Copy, Debug)]
pub struct Here<'a> {
    /// Name of the estate.
    pub estate: &'a str,
    /// The environment.
    pub environment: &'a Environment,
    /// Live, drill or practice.
    pub mode: Mode,
}

/// A run at rest, and the record that says so.
#[derive(Clone, Copy)]
struct Settled<'a> {
    run: &'a Run,
    rest: &'a Rest,
    seq: u64,
    at: Timestamp,
}

impl Here<'_> {
    pub(super) fn holds(&self, run: &Run) -> bool {
        run.mode == self.mode
            && run.bound.estate == self.estate
            && run.bound.environment.name == self.environment.name
            && run.bound.environment.place == self.environment.place
    }

    /// The command that does something here: `muster --practice --estate sitelogix --env prod ...`.
    pub fn command(&self, what: &str) -> String {
        let practice = if self.mode == Mode::Practice { "--practice " } else { "" };
        format!("muster {practice}--estate {} --env {} {what}", self.estate, self.environment.name)
    }
}

impl History {
    /// How far a book is here.
    pub fn standing(&self, here: Here<'_>, book: &str) -> Standing {
        let all = || self.told().filter(|(run, _)| here.holds(run));
        let runs = || all().filter(|(run, _)| is_of(run, book));
        if let Some((run, _)) = runs().find(|(run, _)| !run.is_at_rest()) {
            let ended = run.steps.iter().filter(|s| matches!(s.state, StepState::Ended { .. }));
            let (done, steps) = (ended.count(), run.steps.len());
            return Standing::Running { run: run.id.clone(), done, steps };
        }
        let settled = || runs().filter_map(|(run, records)| settle(run, records));
        let Some(latest) = settled().max_by_key(|settled| settled.seq) else {
            return Standing::NotStarted {};
        };
        let (run, at) = (latest.run.id.clone(), latest.at);
        if matches!(latest.rest, Rest::Stuck { .. }) {
            return Standing::Stuck { run, at };
        }
        let counts = |settled: &Settled<'_>| {
            matches!(settled.rest, Rest::Succeeded {} | Rest::RolledBack { .. })
        };
        let Some(last) = settled().filter(counts).max_by_key(|settled| settled.seq) else {
            return match latest.rest {
                Rest::Failed { .. } => Standing::Failed { run, at },
                _ => Standing::Aborted { run, at },
            };
        };
        let (run, at) = (last.run.id.clone(), last.at);
        if let Rest::RolledBack { by, .. } = last.rest {
            return Standing::RolledBack { run, by: by.clone(), at };
        }
        // A way back that has not come to its end has taken back a part.
        let ids: Vec<&RunId> = runs().map(|(run, _)| &run.id).collect();
        let undoer = all().filter(|(by, records)| {
            let later = records.last().is_some_and(|record| record.seq > last.seq);
            later && takes_back(by, book, &ids)
        });
        match undoer.max_by_key(|(by, _)| by.started) {
            Some((by, _)) => Standing::RolledBack { run, by: by.id.clone(), at: by.last },
            None => Standing::Done { run, at },
        }
    }

    /// Why a book cannot be started here now; none when everything that it needs is done.
    pub fn unmet(&self, here: Here<'_>, shelf: &Shelf, book: &Pinned) -> Option<Unmet> {
        let missing: Vec<_> = self.missing(here, book);
        if missing.is_empty() {
            return None;
        }
        let each = missing
            .iter()
            .map(|missing| format!("`{}`, which {}", missing.book, missing.standing.clause()));
        let each: Vec<_> = each.collect();
        let what = format!(
            "`{}` needs {}, in {} {} ({})",
            book.name,
            each.join(", and "),
            here.estate,
            here.environment.name,
            here.mode
        );
        let first = missing.first().map(|missing| missing.book.as_str()).unwrap_or_default();
        let advice = match self.first_to_do(here, shelf, first) {
            Some((book, standing)) => {
                let command = command(here, book, &standing);
                format!("Next is `{}`: {command}", book.pinned.name)
            }
            None => "`muster check` shows what is wrong with the books that it needs.".to_owned(),
        };
        Some(Unmet { missing, what, advice })
    }

    /// What a book needs and what is not done. A way back needs nothing: it is never barred.
    pub(super) fn missing(&self, here: Here<'_>, book: &Pinned) -> Vec<Missing> {
        let needs = book.needs.iter().filter(|_| book.kind != Kind::Rollback);
        let missing = needs.filter_map(|need| {
            let standing = self.standing(here, need);
            (!standing.is_done()).then(|| Missing { book: need.clone(), standing })
        });
        missing.collect()
    }

    /// The book to begin with, where this one cannot be started.
    fn first_to_do<'s>(
        &self,
        here: Here<'_>,
        shelf: &'s Shelf,
        book: &str,
    ) -> Option<(&'s Book, Standing)> {
        let mut found = shelf.books.iter().find(|found| found.pinned.name == book)?;
        // No more than there are books: what they need makes no circle, and if it did this ends.
        for _ in 0..shelf.books.len() {
            let Some(missing) = self.missing(here, &found.pinned).into_iter().next() else { break };
            found = shelf.books.iter().find(|found| found.pinned.name == missing.book)?;
        }
        Some((found, self.standing(here, &found.pinned.name)))
    }
}

impl From<Unmet> for Error {
    fn from(unmet: Unmet) -> Self {
        Self::new("needs", Exit::Failed, unmet.what, unmet.advice).with_effect("nothing was sent")
    }
}

/// The command that brings a book on, with a place for each parameter that has to be given.
pub(super) fn command(here: Here<'_>, book: &Book, standing: &Standing) -> String {
    match standing {
        Standing::Running { run, .. } | Standing::Stuck { run, .. } => {
            here.command(&format!("resume {run}"))
        }
        Standing::NotStarted {}
        | Standing::Done { .. }
        | Standing::RolledBack { .. }
        | Standing::Aborted { .. }
        | Standing::Failed { .. } => {
            let given = book.params.iter().filter(|param| param.default.is_none());
            let given: String = given.map(|param| format!(" -p {}=...", param.name)).collect();
            here.command(&format!("run {}{given}", book.pinned.name))
        }
    }
}

fn is_of(run: &Run, book: &str) -> bool {
    run.bound.undoes.is_none() && run.bound.book.name == book
}

fn settle<'a>(run: &'a Run, records: &[Record]) -> Option<Settled<'a>> {
    let Stage::Rested { rest } = &run.stage else { return None };
    let says =
        |record: &&Record| matches!(record.event, Event::Rested { .. } | Event::RolledBack { .. });
    let record = records.iter().rev().find(says)?;
    Some(Settled { run, rest, seq: record.seq, at: record.time })
}

/// Whether a run takes back what runs of a book did: as the way back from one of them, or by a book
/// of its own that is written for that.
fn takes_back(by: &Run, book: &str, ids: &[&RunId]) -> bool {
    match &by.bound.undoes {
        Some(undone) => ids.contains(&undone) && by.applied > 0,
        None => {
            let written = &by.bound.book;
            let done = matches!(&by.stage, Stage::Rested { rest: Rest::Succeeded {} });
            let is_way_back = written.kind == Kind::Rollback;
            is_way_back && written.needs.iter().any(|n| n == book) && (done || by.applied > 0)
        }
    }
}
