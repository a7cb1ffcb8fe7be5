//! Copies what is missing: while the lists are still being read, as much at once as S3 takes.

mod one;
mod parts;

use std::sync::Arc;

use futures_util::future::{Either, select};
use futures_util::stream::{FuturesUnordered, StreamExt as _};

use super::board::Entry;
use super::gauge::Gauge;
use super::pairs::{Pair, join};
use super::{Inner, listing, send};
use crate::cloud::bulk::{Copying, Stage, Tally};
use crate::cloud::objects::Listed;
use crate::cloud::{CallError, Ending, Pending};

/// How many objects that failed are kept, to be tried once more apart.
const APART: usize = 1_000;

/// From so many failures on the work ends when more failed than were done: then it is no matter of
/// single objects.
const TOO_MANY: u64 = 1_000;

/// One object to be looked after.
#[derive(Clone, Debug)]
struct Task {
    /// The object in the source.
    listed: Listed,
    /// What is in the target under its key.
    there: Option<Listed>,
}

/// What became of one object.
#[derive(Debug)]
enum Done {
    /// It was copied, and verifies.
    Copied,
    /// It was copied, or was there, and AWS does not tell whether the contents are the same.
    Unverified,
    /// It was there, and verifies.
    Kept,
    /// It is no longer in the source.
    Gone,
    /// It could not be done.
    Failed(CallError),
}

/// Everything that the copies of one call have in common.
struct Job {
    inner: Arc<Inner>,
    of: Copying,
    gauge: Gauge,
    /// Whether objects of the source may be held, which a copy does not take over by itself (C3),
    /// and those of the target too.
    locked: bool,
}

/// Objects under way.
type Crew = FuturesUnordered<Pending<(Task, Done)>>;

pub(super) async fn run(inner: &Arc<Inner>, of: &Copying) -> Result<Tally, CallError> {
    let entry = inner.begins(of);
    let mut tally = Tally::default();
    let ended = walk(inner, of, &entry, &mut tally).await;
    match ended {
        Ok(stage) => {
            inner.ends(&entry, stage, &tally);
            Ok(tally)
        }
        Err(error) => {
            inner.ends(&entry, Stage::Stopped, &tally);
            Err(cut_short(error, &tally))
        }
    }
}

/// What is said of work that ended on the way: that nothing was changed only where nothing was.
fn cut_short(error: CallError, tally: &Tally) -> CallError {
    let none = tally.done == 0 && tally.unverified.count == 0 && tally.failed == 0;
    if none && error.ending.not_applied() {
        return error;
    }
    let message = format!("{} objects were copied before that: {}", tally.done, error.message);
    CallError { ending: Ending::Unknown, message, ..error }
}

async fn walk(
    inner: &Arc<Inner>,
    of: &Copying,
    entry: &Entry,
    tally: &mut Tally,
) -> Result<Stage, CallError> {
    let locked = inner.holds_objects(&of.from).await? && inner.holds_objects(&of.to).await?;
    let gauge = Gauge::new(inner.tools.limits.objects);
    let job = Arc::new(Job { inner: Arc::clone(inner), of: of.clone(), gauge, locked });
    let source = listing::objects(inner, &of.from, &of.prefix);
    let target = listing::objects(inner, &of.to, &of.prefix);
    let mut pairs = join(source, target);
    let (mut crew, mut apart) = (Crew::new(), Vec::new());
    let mut fed = false;
    let mut end = None;
    loop {
        let goes_on = !fed && end.is_none() && !inner.is_stopped() && !is_hopeless(tally);
        let room = goes_on && crew.len() < job.gauge.at_once() as usize;
        if !room && crew.is_empty() {
            break;
        }
        let event = match (room, crew.is_empty()) {
            (true, true) => Either::Left(pairs.next().await),
            (true, false) => match select(pairs.next(), crew.next()).await {
                Either::Left((pair, _)) => Either::Left(pair),
                Either::Right((done, _)) => Either::Right(done),
            },
            (false, _) => Either::Right(crew.next().await),
        };
        match event {
            Either::Left(Some(Ok(pair))) => job.begin(pair, &crew, tally),
            Either::Left(Some(Err(error))) => end = Some(error),
            Either::Left(None) => fed = true,
            Either::Right(Some((task, done))) => {
                end = count(tally, &mut apart, task, done).or(end);
                inner.comes_to(entry, tally, job.gauge.at_once());
            }
            Either::Right(None) => {}
        }
    }
    if let Some(error) = end {
        give_up(tally, apart);
        return Err(error);
    }
    if inner.is_stopped() {
        give_up(tally, apart);
        let message = "it was stopped; what was begun is finished, and it goes on where it stopped";
        return Err(CallError::new(Ending::Unknown, "Stopped", message));
    }
    again(&job, entry, tally, apart).await?;
    Ok(if is_hopeless(tally) { Stage::Stopped } else { Stage::Finished })
}

/// Tries once more, one after another, what failed while much else was under way.
async fn again(
    job: &Arc<Job>,
    entry: &Entry,
    tally: &mut Tally,
    apart: Vec<(Task, CallError)>,
) -> Result<(), CallError> {
    let mut failed = apart.into_iter();
    while let Some((task, _)) = failed.next() {
        let (task, done) = Arc::clone(job).look_after(task).await;
        let mut none = Vec::new();
        let end = count(tally, &mut none, task, done);
        give_up(tally, none);
        if let Some(error) = end {
            give_up(tally, failed.collect());
            return Err(error);
        }
        job.inner.comes_to(entry, tally, 1);
    }
    Ok(())
}

fn give_up(tally: &mut Tally, apart: Vec<(Task, CallError)>) {
    for (task, error) in apart {
        tally.fail(&task.listed.key, &error.code, &error.message);
    }
}

fn is_hopeless(tally: &Tally) -> bool {
    tally.failed >= TOO_MANY && tally.failed > tally.done + tally.kept
}

/// Counts what became of an object. Answers with the ending after which no other fares better.
fn count(
    tally: &mut Tally,
    apart: &mut Vec<(Task, CallError)>,
    task: Task,
    done: Done,
) -> Option<CallError> {
    match done {
        Done::Copied => {
            tally.done += 1;
            tally.bytes += task.listed.size;
        }
        Done::Unverified => tally.unverified.add(&task.listed.key),
        Done::Kept => tally.kept += 1,
        Done::Gone => {}
        Done::Failed(error) if send::is_fatal(&error) => return Some(error),
        Done::Failed(error) if apart.len() < APART => apart.push((task, error)),
        Done::Failed(error) => tally.fail(&task.listed.key, &error.code, &error.message),
    }
    None
}

impl Job {
    /// Begins to look after an object, when there is something to be done.
    fn begin(self: &Arc<Self>, pair: Pair<Listed, Listed>, crew: &Crew, tally: &mut Tally) {
        let task = match pair {
            Pair::Left(listed) => Task { listed, there: None },
            Pair::Both(listed, there) if listed.size == there.size && listed.etag == there.etag => {
                tally.kept += 1;
                return;
            }
            Pair::Both(listed, there) => Task { listed, there: Some(there) },
            Pair::Right(_) => return,
        };
        crew.push(Box::pin(Arc::clone(self).look_after(task)));
    }
}
