//! How far work has come, for those who ask while it goes on.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde::Serialize;

use super::Inner;
use crate::cloud::bulk::{Progress, Stage, Tally};
use crate::cloud::digest_of;

/// What is known of the work of this process, by the digest of its parameters. As many entries as
/// there are steps that work over many objects.
#[derive(Debug, Default)]
pub(super) struct Board {
    works: Mutex<BTreeMap<String, Work>>,
}

/// Under which some work is on the board.
#[derive(Debug)]
pub(super) struct Entry(String);

/// Some work.
#[derive(Debug, Default)]
struct Work {
    progress: Progress,
    /// How much there is to be done, as it was last counted.
    counted: Option<(u64, u64)>,
    begun: Option<Timestamp>,
    ended: Option<Timestamp>,
}

impl Inner {
    /// How far the work with these parameters has come.
    pub(super) fn progress(&self, of: &impl Serialize) -> Progress {
        let works = self.board.works.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(work) = works.get(&digest_of(of)) else { return Progress::default() };
        let mut progress = work.progress.clone();
        if let Some(begun) = work.begun {
            let until = work.ended.unwrap_or_else(|| (self.tools.clock)());
            let millis = until.duration_since(begun).as_millis().max(0);
            progress.milliseconds = u64::try_from(millis).unwrap_or(u64::MAX);
        }
        progress
    }

    /// So many objects and bytes are to be done, by what was last counted.
    pub(super) fn counted(&self, of: &impl Serialize, objects: u64, bytes: u64) {
        self.with(&Entry(digest_of(of)), |work| work.counted = Some((objects, bytes)));
    }

    /// It begins.
    pub(super) fn begins(&self, of: &impl Serialize) -> Entry {
        let entry = Entry(digest_of(of));
        let now = (self.tools.clock)();
        self.with(&entry, |work| {
            let (objects, bytes) = work.counted.unzip();
            work.progress =
                Progress { stage: Stage::Running, objects, bytes, ..Progress::default() };
            (work.begun, work.ended) = (Some(now), None);
        });
        entry
    }

    /// It has come so far.
    pub(super) fn comes_to(&self, of: &Entry, tally: &Tally, at_once: u32) {
        self.with(of, |work| {
            work.progress.tally = tally.clone();
            work.progress.at_once = at_once;
        });
    }

    /// It has ended.
    pub(super) fn ends(&self, of: &Entry, stage: Stage, tally: &Tally) {
        let now = (self.tools.clock)();
        self.with(of, |work| {
            work.progress.stage = stage;
            work.progress.tally = tally.clone();
            work.progress.at_once = 0;
            work.ended = Some(now);
        });
    }

    fn with(&self, of: &Entry, change: impl FnOnce(&mut Work)) {
        let mut works = self.board.works.lock().unwrap_or_else(PoisonError::into_inner);
        match works.get_mut(&of.0) {
            Some(work) => change(work),
            None => change(works.entry(of.0.clone()).or_default()),
        }
    }
}
