//! Everything twice, for every shipped book: a run over a finished account, a run over an account
//! that is finished as far as one of its steps, and a step whose end was not written down.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use muster::engine::{Event, Rest, StepEnd, StepState};
use muster::runbook::{Act, Step};

use crate::crash::{Reached, after_crash, filmed, resumed};
use crate::operator::Operator;
use crate::shell::Shell;
use crate::shipped::{self, Shipped};

/// Walks the book from its beginning in the account that another run has left, an hour later.
fn once_more(book: &Shipped, first: &Shell) -> Shell {
    let mut shell = book.again(first.world.clone());
    shell.now = first.now + SignedDuration::from_hours(1);
    assert_eq!(Operator::default().walk(&mut shell), Rest::Succeeded {}, "{}", shell.tail());
    shell
}

#[test]
fn a_second_run_finds_everything_done() {
    for book in shipped::everywhere() {
        let first = book.walked();
        let shell = once_more(book, &first);
        assert_eq!(shell.world.ledger(), first.world.ledger(), "{}: nothing was sent", book.name);
        assert_eq!((shell.run.attempts, shell.calls.0), (0, 0));
        for (text, step) in shell.run.bound.steps.iter().zip(&shell.run.steps) {
            let StepState::Ended { end } = &step.state else { panic!("{} goes on", text.id) };
            let is_right = match text.act {
                Act::Set { .. } => matches!(end, StepEnd::NoChange {} | StepEnd::LeftOut { .. }),
                Act::Check { .. } | Act::Ask { .. } => !matches!(end, StepEnd::Changed {}),
            };
            assert!(is_right, "{}: {} ended as {end:?}", book.name, text.id);
        }
        let armed = shell.records.iter().any(|record| matches!(record.event, Event::Armed {}));
        assert!(!armed, "{}: a run that changes nothing need not be armed", book.name);
        println!("{}: {} steps found done", book.name, shell.run.steps.len());
    }
}

/// On the way back a setting may be gone together with what held it, so a second way back from the
/// same run may come to rest on that. It changes nothing.
#[test]
fn a_second_way_back_changes_nothing() {
    for book in shipped::backs() {
        let first = book.walked();
        let mut shell = book.again(first.world.clone());
        shell.now = first.now + SignedDuration::from_hours(1);
        match Operator::absent().walk(&mut shell) {
            Rest::Succeeded {} => {}
            Rest::Failed { failure } => assert_eq!(failure.code, "absent", "{}", shell.tail()),
            rest => panic!("{rest:?}\n{}", shell.tail()),
        }
        assert_eq!(shell.world.ledger(), first.world.ledger(), "{}", book.name);
        assert_eq!(shell.world.state(), first.world.state(), "{}", book.name);
        println!("{}: twice", book.name);
    }
}

/// A new run begins in the account as it was at the end of each step, and walks all of them.
#[test]
fn every_step_may_be_walked_twice() {
    for book in shipped::books() {
        let (records, moments) = filmed(book);
        let end = &moments.last().unwrap().world;
        let state = end.state();
        let mut cases = 0;
        for (record, moment) in records.iter().zip(&moments) {
            let Event::StepEnded { step, .. } = record.event else { continue };
            let mut first = book.again(moment.world.clone());
            first.now = moment.now;
            let shell = once_more(book, &first);
            let told = || format!("{}, after step {}", book.name, step + 1);
            // What was done before is found done, and what was not is done once.
            let mut seen = BTreeSet::new();
            let once = shell.world.ledger().iter().all(|entry| seen.insert(&entry.digest));
            assert!(once, "{}\n{}", told(), shell.tail());
            assert_eq!(shell.world.state(), state, "{}", told());
            cases += 1;
        }
        // A question ends with its answer.
        let asks = |step: &&Step| matches!(step.act, Act::Ask { .. });
        assert_eq!(cases + book.bound.steps.iter().filter(asks).count(), book.bound.steps.len());
        println!("{}: {cases} steps walked twice", book.name);
    }
}

/// The process dies when a step is done and its end is not written down.
#[test]
fn a_step_whose_end_is_not_written_down_does_nothing_again() {
    for book in shipped::and_back() {
        let (records, moments) = filmed(book);
        let mut cases = 0;
        for n in 1..records.len() {
            let Event::StepEnded { step, .. } = records[n].event else { continue };
            let shell = resumed(after_crash(&records[..n], &moments[n - 1], Reached::None));
            let again = shell.records[n..].iter().find(
                |record| matches!(record.event, Event::Intended { step: of, .. } if of == step),
            );
            assert_eq!(again, None, "{}: step {}", book.name, step + 1);
            cases += 1;
        }
        println!("{}: {cases} ends not written down", book.name);
    }
}
