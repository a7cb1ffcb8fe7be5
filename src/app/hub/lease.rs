//! Who may change what: a run holds every resource that it sets something on, until it rests.
//!
//! A lease is derived from the journal and from nothing else: it needs no clock and no renewal,
//! and it does not die with a process. What was begun there is neither done nor undone, so nobody
//! else may touch it before somebody went on with that run, or gave it up.

use std::collections::BTreeSet;

use super::command::doing;
use crate::app::history::History;
use crate::engine::{Mode, Run};
use crate::error::{Error, Exit};
use crate::jobs;
use crate::runbook::{Act, Bound};
use crate::settings::Kind;

/// A resource that a run may change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Lease {
    /// What is simulated crosses nothing in AWS.
    practice: bool,
    account: String,
    region: String,
    kind: Kind,
    name: String,
}

/// Everything that a book, bound like this, may change.
fn leases(mode: Mode, bound: &Bound) -> BTreeSet<Lease> {
    let mut held = BTreeSet::new();
    for step in bound.steps.iter().filter(|step| step.left_out.is_none()) {
        let Act::Set { setting, targets } = &step.act else { continue };
        let Some(setting) = jobs::row(setting) else { continue };
        held.extend(targets.iter().map(|wanted| Lease {
            practice: mode == Mode::Practice,
            account: wanted.on.place.account.clone(),
            region: wanted.on.place.region.clone(),
            kind: setting.kind,
            name: wanted.on.name.clone(),
        }));
    }
    held
}

/// Makes sure that no other run holds what this one may change.
///
/// # Errors
/// One does: which, whose, since when, what it is doing, and how to go on.
pub(super) fn free(
    history: &History,
    mode: Mode,
    bound: &Bound,
    own: Option<&str>,
    walks: impl Fn(&str) -> bool,
) -> Result<(), Error> {
    let wanted = leases(mode, bound);
    let others = history.runs().filter(|run| !run.is_at_rest() && !run.read_only);
    for run in others.filter(|run| own != Some(run.id.as_str())) {
        let held = leases(run.mode, &run.bound);
        let mut crossing = wanted.intersection(&held);
        if let Some(first) = crossing.next() {
            return Err(refused(run, first, crossing.count(), walks(&run.id)));
        }
    }
    Ok(())
}

fn refused(run: &Run, first: &Lease, more: usize, walked: bool) -> Error {
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let what = format!(
        "another run is not finished, and holds the {} {}{more}: {}",
        first.kind,
        first.name,
        doing(run)
    );
    let id = &run.id;
    let advice = if walked {
        format!("`muster attach {id}` shows it: see it to its end, or abort it there.")
    } else {
        format!(
            "Its process is gone, but what it began is not finished: `muster resume {id}` goes on, \
             and there it can be aborted."
        )
    };
    Error::new("held", Exit::Failed, what, advice).with_effect("nothing was sent")
}
