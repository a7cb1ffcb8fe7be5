//! The rollout of an estate: its phases in order, how far each is, and what to do next.

use jiff::Timestamp;

use super::history::{History, Scored};
use super::library::Shelf;
use super::standing::{Here, command};
use crate::engine::{NoWayBack, Run, rollback};
use crate::link::{Mark, NextStep, Phase, Rollout, Standing};
use crate::runbook::{Book, Kind, Pinned, in_order};

/// The phases of an estate here.
pub fn rollout(history: &History, shelf: &Shelf, here: Here<'_>) -> Rollout {
    let phases = shelf.books.iter().filter(|book| book.pinned.kind == Kind::Phase);
    // A phase may need books that are no phases: they are ordered too, and left out after.
    let all: Vec<Pinned> = shelf.books.iter().map(|book| book.pinned.clone()).collect();
    let ordered = in_order(&all).into_iter();
    let ordered =
        ordered.filter_map(|pinned| phases.clone().find(|book| book.pinned.name == pinned.name));
    let ordered: Vec<&Book> = ordered.collect();
    let phases: Vec<_> = ordered.iter().map(|book| phase(history, here, book)).collect();
    let next = next(&phases, &ordered, here);
    Rollout { phases, next }
}

fn phase(history: &History, here: Here<'_>, book: &Book) -> Phase {
    let pinned = book.pinned.clone();
    let standing = history.standing(here, &pinned.name);
    let missing = history.missing(here, &pinned).into_iter();
    let run = standing.run().and_then(|id| history.get(id)).map(|(run, _)| run);
    let (before, after) = scores(history, here, run, &standing);
    Phase {
        book: pinned,
        waits_for: missing.map(|missing| missing.book).collect(),
        standing,
        before,
        after,
    }
}

/// What needs somebody first, else the first phase that can begin.
fn next(phases: &[Phase], books: &[&Book], here: Here<'_>) -> Option<NextStep> {
    let urgent = |phase: &&Phase| {
        matches!(phase.standing, Standing::Running { .. } | Standing::Stuck { .. })
    };
    let open = |phase: &&Phase| !phase.standing.is_done() && phase.waits_for.is_empty();
    let phase = phases.iter().find(urgent).or_else(|| phases.iter().find(open))?;
    let book = books.iter().find(|book| book.pinned.name == phase.book.name)?;
    let (run, why) = match &phase.standing {
        Standing::Stuck { run, .. } => {
            (Some(run.clone()), "it is stuck: a person is needed before anything else")
        }
        Standing::Running { run, .. } => (Some(run.clone()), "it is under way: go on with it"),
        Standing::RolledBack { .. } => (None, "it was rolled back, and others may need it"),
        Standing::Aborted { .. } => {
            (None, "it was aborted: walked again, it leaves alone what is done")
        }
        Standing::Failed { .. } => (None, "it failed before it changed anything"),
        Standing::NotStarted {} | Standing::Done { .. } if phase.book.needs.is_empty() => {
            (None, "it needs nothing before it")
        }
        Standing::NotStarted {} | Standing::Done { .. } => {
            (None, "everything that it needs is done")
        }
    };
    let command = command(here, book, &phase.standing);
    Some(NextStep { book: phase.book.name.clone(), run, why: why.to_owned(), command })
}

/// The scores around a run: the last one before it began, and the last one after it was done. One
/// that also tells of the changes of another run is none of its own.
fn scores(
    history: &History,
    here: Here<'_>,
    run: Option<&Run>,
    standing: &Standing,
) -> (Option<Mark>, Option<Mark>) {
    let Some(run) = run else { return (None, None) };
    let marks = marks(history, here);
    let others = history.runs().filter(|other| here.holds(other) && other.id != run.id);
    let others: Vec<&Run> =
        others.filter(|other| rollback(other) != Err(NoWayBack::NothingChanged)).collect();
    let is_apart = |from: Timestamp, to: Timestamp| {
        others.iter().all(|other| other.last <= from || other.started >= to)
    };
    let before = marks.iter().rfind(|mark| mark.at <= run.started);
    let before = before.filter(|mark| is_apart(mark.at, run.started));
    let done: Option<Timestamp> = match standing {
        Standing::Done { at, .. } => Some(*at),
        Standing::NotStarted {}
        | Standing::Running { .. }
        | Standing::RolledBack { .. }
        | Standing::Stuck { .. }
        | Standing::Aborted { .. }
        | Standing::Failed { .. } => None,
    };
    let after =
        done.and_then(|done| marks.iter().rfind(|mark| mark.at >= done && is_apart(done, mark.at)));
    (before.cloned(), after.cloned())
}

/// The scores that the journal tells of here, oldest first: the one place that they come from. Of
/// several profiles it is the one that was scanned last, as scores of two cannot be compared.
fn marks(history: &History, here: Here<'_>) -> Vec<Mark> {
    let is_here = |scored: &&Scored| {
        scored.mode == here.mode
            && scored.estate == here.estate
            && scored.environment == here.environment.name
            && scored.place == here.environment.place
    };
    let scores = || history.scores().iter().filter(is_here);
    let Some(profile) = scores().next_back().map(|scored| &scored.profile) else {
        return Vec::new();
    };
    let same = scores().filter(|scored| scored.profile == *profile);
    same.map(|scored| scored.mark.clone()).collect()
}
