//! A compliance scan from end to end: who answers, the pointers, the reads, and the report with
//! what the journal knows of it.

mod drive;
mod pace;
mod pointers;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::time::Instant;

use super::history::History;
use super::planner;
use crate::cloud::Account;
use crate::compliance::{
    self, Bound, Checked, Evidence, Outcome, Previous, Profile, Report, Scan, Score, Touched,
};
use crate::engine::{Event, Mode, Rest, Stage};
use crate::error::Error;
use crate::estate::{Environment, Estate};
use crate::runbook::Act;
use crate::settings::Target;

use drive::{Tally, drive};
use pace::Pace;

/// The pace of the reads of one account, kept from one scan to the next.
#[derive(Debug)]
pub struct Pacer {
    pace: Pace,
    began: Instant,
}

/// A scan that came to its end, before it is written down.
#[derive(Clone, Debug)]
pub struct Scanned {
    /// The profile, as it was read.
    pub bound: Bound,
    /// What was found.
    pub scan: Scan,
}

impl Default for Pacer {
    fn default() -> Self {
        Self { pace: Pace::default(), began: Instant::now() }
    }
}

/// What is told of a scan while it goes on.
#[derive(Clone, Copy, Debug)]
pub enum Progress<'s> {
    /// It is known what is read.
    Began(&'s Bound),
    /// A line was answered: its position, and how it came out.
    Checked(usize, &'s Checked),
}

/// Scans an environment by a profile, and tells how far it is.
///
/// # Errors
/// The account does not answer, or it is not the one of the environment.
pub async fn scan(
    account: &Arc<dyn Account>,
    pacer: &mut Pacer,
    mode: Mode,
    (estate, environment): (&Estate, &Environment),
    profile: &Profile,
    (now, mut told): (Timestamp, impl FnMut(Progress<'_>)),
) -> Result<Scanned, Error> {
    let identity = planner::identity(account, &estate.name, environment).await?;
    let bound = pointers::bind(account, profile, estate, environment).await;
    told(Progress::Began(&bound));
    let mut lines = vec![None; bound.lines.len()];
    let Tally { calls, requests, throttled } = drive(account, &bound, pacer, |line, checked| {
        told(Progress::Checked(line, &checked));
        lines[line] = Some(checked);
    })
    .await;
    let lines: Vec<Checked> = lines.into_iter().flatten().collect();
    let scan = Scan {
        profile: bound.profile.clone(),
        sha256: bound.sha256.clone(),
        estate: bound.estate.clone(),
        environment: bound.environment.clone(),
        place: bound.place.clone(),
        mode,
        identity,
        began: now,
        calls,
        requests,
        throttled,
        score: Score::of(lines.iter().map(|checked| &checked.outcome)),
        lines,
    };
    Ok(Scanned { bound, scan })
}

impl Scanned {
    /// Puts in what persons answered in runs of this environment, as the journal tells it.
    pub fn answer(&mut self, history: &History) {
        let asks: BTreeMap<_, _> = self
            .bound
            .lines
            .iter()
            .filter_map(|line| {
                let (book, step) = line.ask.as_ref()?.evidence.as_ref()?;
                let id = self.bound.entries[line.entry].id.as_str();
                Some(((id, line.target.as_str()), (book.as_str(), step.as_str())))
            })
            .collect();
        for checked in &mut self.scan.lines {
            let asked = asks.get(&(checked.id.as_str(), checked.target.as_str()));
            if let (Outcome::Manual { evidence, .. }, Some((book, step))) =
                (&mut checked.outcome, asked)
            {
                *evidence = latest_answer(history, &self.bound, self.scan.mode, book, step);
            }
        }
        self.scan.score = Score::of(self.scan.lines.iter().map(|checked| &checked.outcome));
    }
}

/// The latest answer to a step of a book, of a run that nobody has taken back.
fn latest_answer(
    history: &History,
    bound: &Bound,
    mode: Mode,
    book: &str,
    step: &str,
) -> Option<Evidence> {
    history
        .runs()
        .filter(|run| {
            let taken_back = matches!(run.stage, Stage::Rested { rest: Rest::RolledBack { .. } });
            !taken_back
                && run.mode == mode
                && run.bound.book.name == book
                && run.bound.estate == bound.estate
                && run.bound.environment.place == bound.place
        })
        .find_map(|run| {
            let position = run.bound.position(step)?;
            let (_, records) = history.get(&run.id)?;
            records.iter().rev().find_map(|record| match &record.event {
                Event::Replied { step, text } if *step == position => Some(Evidence {
                    run: run.id.clone(),
                    at: record.time,
                    by: record.actor.clone(),
                    text: text.clone(),
                }),
                _ => None,
            })
        })
}

/// A scan with the one before it and what changed in between, from the journal as it was before
/// this scan was written down.
pub fn report(
    profile: &Profile,
    scanned: Scanned,
    history: &History,
    record: Option<u64>,
) -> Report {
    let Scanned { bound, scan } = scanned;
    let before = history.scan_like(&scan);
    let changed = before.map(|(seq, before)| {
        let touched = touched(history, &scan, seq);
        compliance::changes(before, &scan, &bound, &touched)
    });
    Report {
        title: profile.title.clone(),
        version: profile.version.clone(),
        previous: before.map(|(seq, before)| Previous {
            record: seq,
            at: before.began,
            score: before.score,
        }),
        changed: changed.unwrap_or_default(),
        entries: bound.entries,
        scan,
        record,
    }
}

/// What runs changed after a record of the journal, in the order in which they did.
fn touched(history: &History, scan: &Scan, after: u64) -> Vec<Touched> {
    let mut all = Vec::new();
    for run in history.runs() {
        if run.mode != scan.mode || run.bound.environment.place != scan.place {
            continue;
        }
        let Some((_, records)) = history.get(&run.id) else { continue };
        for record in records.iter().filter(|record| record.seq > after) {
            let Event::Intended { step, target, .. } = &record.event else { continue };
            let Some(step) = run.bound.steps.get(*step) else { continue };
            let Act::Set { setting, targets } = &step.act else { continue };
            let Some(wanted) = targets.get(*target) else { continue };
            let on: Target = wanted.on.clone();
            all.push((record.seq, Touched { run: run.id.clone(), setting: setting.clone(), on }));
        }
    }
    all.sort_by_key(|(seq, _)| *seq);
    all.into_iter().map(|(_, touched)| touched).collect()
}

#[cfg(test)]
mod tests;
