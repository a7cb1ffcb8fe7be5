//! What is different from the scan before, and which run made it so.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::bind::Bound;
use super::outcome::Checked;
use super::scan::Scan;
use crate::settings::Target;

/// A line that came out otherwise than in the scan before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// Id of the check.
    pub id: String,
    /// Its target.
    pub target: String,
    /// How it came out before; none when it was not there.
    pub from: Option<String>,
    /// How it comes out now; none when it is no longer there.
    pub to: Option<String>,
    /// The runs that changed what it reads in between, in order of their changes.
    pub runs: Vec<String>,
}

/// What a run changed between two scans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// The run.
    pub run: String,
    /// The setting.
    pub setting: String,
    /// The resource.
    pub on: Target,
}

/// What is different, in the order of the profile; what is gone comes last.
pub fn changes(before: &Scan, now: &Scan, bound: &Bound, touched: &[Touched]) -> Vec<Changed> {
    let key = |checked: &Checked| (checked.id.clone(), checked.target.clone());
    let mut old: BTreeMap<_, _> =
        before.lines.iter().map(|checked| (key(checked), checked)).collect();
    let mut changed = Vec::new();
    for (position, checked) in now.lines.iter().enumerate() {
        let from = old.remove(&key(checked));
        if from.is_some_and(|from| is_same(from, checked)) {
            continue;
        }
        changed.push(Changed {
            id: checked.id.clone(),
            target: checked.target.clone(),
            from: from.map(|from| from.outcome.name().to_owned()),
            to: Some(checked.outcome.name().to_owned()),
            runs: runs(position, bound, touched),
        });
    }
    changed.extend(old.into_values().map(|gone| Changed {
        id: gone.id.clone(),
        target: gone.target.clone(),
        from: Some(gone.outcome.name().to_owned()),
        to: None,
        runs: Vec::new(),
    }));
    changed
}

/// Whether both count the same: the same outcome, answered by a person or not.
fn is_same(from: &Checked, to: &Checked) -> bool {
    from.outcome.name() == to.outcome.name() && from.outcome.is_met() == to.outcome.is_met()
}

/// The runs that changed a setting that the line reads, or brought its resource about.
fn runs(position: usize, bound: &Bound, touched: &[Touched]) -> Vec<String> {
    let parts = bound.lines.get(position).map(|line| line.parts.as_slice()).unwrap_or_default();
    let mut exact = Vec::new();
    let mut near = Vec::new();
    for one in touched {
        let of_resource = |part: &&super::bind::Part| {
            let kind = crate::settings::find(&one.setting).map(|setting| setting.kind);
            part.on == one.on && kind == Some(part.setting.0.kind)
        };
        let mut parts = parts.iter().filter(of_resource).peekable();
        if parts.peek().is_none() {
            continue;
        }
        let runs =
            if parts.any(|part| part.setting.0.id == one.setting) { &mut exact } else { &mut near };
        if !runs.contains(&one.run) {
            runs.push(one.run.clone());
        }
    }
    if exact.is_empty() { near } else { exact }
}
