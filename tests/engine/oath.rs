//! What must hold of every run, whatever happened to it. Written without the engine's own state, so
//! that a mistake in the state does not hide itself.

use std::collections::{BTreeMap, BTreeSet};

use muster::cloud::{Call, Ending, s3control};
use muster::engine::{Event, Record, Verdict};

use crate::shell::{RUNNER, Shell, fold};

/// Holds the records and the ledger of a shell against the promises.
pub fn hold(shell: &Shell) {
    assert_eq!(fold(&shell.records), shell.run, "the records add up to the state");
    records_read_back(&shell.records);
    no_effect_twice(shell);
    every_effect_was_intended(shell);
    nothing_was_intended_too_soon(&shell.records);
    nobody_else_was_obeyed(&shell.records);
}

/// Whatever a person made happen was made so by the operator of that time, but for notes and for
/// taking the run over.
fn nobody_else_was_obeyed(records: &[Record]) {
    let mut operator = &records[0].actor;
    for record in &records[1..] {
        match &record.event {
            Event::TakenOver { .. } => operator = &record.actor,
            Event::Noted { .. } => {}
            _ if record.actor == RUNNER => {}
            _ => assert_eq!(record.actor, *operator, "{record:?}"),
        }
    }
}

/// A record reads back as it was written. The first one, which holds the book, is the same in all
/// runs of a book: `forward` looks at it.
fn records_read_back(records: &[Record]) {
    for record in &records[1..] {
        let json = serde_json::to_string(record).unwrap();
        assert_eq!(serde_json::from_str::<Record>(&json).unwrap(), *record, "{json}");
    }
}

/// No call changed the account twice.
fn no_effect_twice(shell: &Shell) {
    let mut seen = BTreeSet::new();
    for entry in shell.world.ledger().iter().filter(|entry| entry.change) {
        let tail =
            || format!("{} {} happened twice\n{}", entry.operation, entry.resource, shell.tail());
        assert!(seen.insert(&entry.digest), "{}", tail());
    }
}

/// Each effect has an intent of its own.
fn every_effect_was_intended(shell: &Shell) {
    let mut intents: BTreeMap<&str, usize> = BTreeMap::new();
    let mut works = Vec::new();
    for record in &shell.records {
        if let Event::Intended { digest, call, .. } = &record.event {
            *intents.entry(digest).or_default() += 1;
            if let Call::Bulk(work) = call {
                works.push(work);
            }
        }
    }
    for entry in shell.world.ledger() {
        if let Call::Objects(made) = &entry.detail {
            assert!(works.iter().any(|work| work.is_made_of(made)), "nobody intended {entry:?}");
            continue;
        }
        if let Call::S3Control(s3control::Call::CreateJob(job)) = &entry.detail {
            assert!(works.iter().any(|work| work.begins(job)), "nobody intended {entry:?}");
            continue;
        }
        let left = intents.get_mut(entry.digest.as_str());
        let left = left.unwrap_or_else(|| panic!("nobody intended {entry:?}"));
        assert!(*left > 0, "more effects than intents: {entry:?}");
        *left -= 1;
    }
}

/// Before each intent: the account was identified since the run last stood still, changes were
/// allowed, the plan with this very call was confirmed, and every earlier attempt at the call is
/// known not to have been applied.
fn nothing_was_intended_too_soon(records: &[Record]) {
    let (mut identified, mut armed, mut protected) = (false, false, false);
    let mut planned: BTreeMap<(usize, usize), Verdict> = BTreeMap::new();
    let mut confirmed = BTreeSet::new();
    // Attempts by call: whether they may have been applied.
    let mut maybe: BTreeMap<String, BTreeMap<u64, bool>> = BTreeMap::new();
    let settle = |maybe: &mut BTreeMap<String, BTreeMap<u64, bool>>, attempt: u64| {
        for attempts in maybe.values_mut() {
            attempts.remove(&attempt);
        }
    };
    for record in records {
        match &record.event {
            Event::Started { bound, read_only, .. } => {
                protected = bound.environment.protected;
                armed = !protected && !read_only;
            }
            Event::Identified { .. } => identified = true,
            Event::Armed {} => armed = true,
            Event::Disarmed {} => armed = false,
            Event::Resumed {} => (identified, armed) = (false, !protected),
            Event::TakenOver { .. } => armed = !protected,
            Event::Paused { .. } | Event::WrongAccount { .. } => identified = false,
            Event::Inspected { step, target, verdict } => {
                planned.insert((*step, *target), verdict.clone());
                confirmed.remove(step);
            }
            Event::Confirmed { step, .. } => {
                confirmed.insert(*step);
            }
            Event::Intended { attempt, step, target, call, digest } => {
                assert!(identified, "{record:?} before the account was identified");
                assert!(armed, "{record:?} while changes are forbidden");
                assert!(confirmed.contains(step), "{record:?} before the plan was confirmed");
                let calls = planned[&(*step, *target)].calls();
                assert!(calls.contains(call), "{record:?} is not of the plan");
                let attempts = maybe.entry(digest.clone()).or_default();
                assert!(attempts.is_empty(), "{record:?} while {attempts:?} may have been applied");
                attempts.insert(*attempt, true);
            }
            Event::NotApplied { attempt, error, .. } => {
                assert_ne!(error.ending, Ending::Unknown, "{record:?}");
                settle(&mut maybe, *attempt);
            }
            Event::Answered { attempt, .. } | Event::Concluded { attempt, .. } => {
                settle(&mut maybe, *attempt);
            }
            Event::StepStarted { .. }
            | Event::Planned { .. }
            | Event::Reopened { .. }
            | Event::Unknown { .. }
            | Event::Looked { .. }
            | Event::Observed { .. }
            | Event::Verified { .. }
            | Event::TargetFailed { .. }
            | Event::Asked { .. }
            | Event::Replied { .. }
            | Event::StepFailed { .. }
            | Event::Retried { .. }
            | Event::Skipped { .. }
            | Event::StepEnded { .. }
            | Event::Noted { .. }
            | Event::RolledBack { .. }
            | Event::Overdue { .. }
            | Event::Accepted {}
            | Event::AbortAsked { .. }
            | Event::Rested { .. } => {}
        }
    }
}
