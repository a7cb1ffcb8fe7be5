//! The process dies at any record of any shipped book, and another one goes on: the run succeeds
//! all the same, and nothing happens twice.

use muster::cloud::Call;
use muster::engine::{AttemptId, Command, Event, Record, Rest, TargetState};

use crate::oath::hold;
use crate::operator::Operator;
use crate::shell::{Moment, Shell};
use crate::shipped::{self, Shipped};

/// A whole run with the moment after each of its records.
pub fn filmed(book: &Shipped) -> (Vec<Record>, Vec<Moment>) {
    let mut shell = book.begin().filmed();
    assert_eq!(Operator::default().walk(&mut shell), Rest::Succeeded {});
    (shell.records, shell.moments.unwrap())
}

/// Which of the calls that were intended, and not yet sent, reached AWS before the process died.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    None,
    All,
    Only(AttemptId),
}

/// The next process, which finds the first `n` records.
pub fn after_crash(records: &[Record], moment: &Moment, reached: Reached) -> Shell {
    let Moment { now, world, sent } = moment.clone();
    let mut shell = Shell::of(world, records.to_vec(), now, sent);
    for (attempt, call) in unsent(&shell) {
        if reached == Reached::All || reached == Reached::Only(attempt) {
            // Nobody sees the answer.
            let _ = shell.send(attempt, &call);
        }
    }
    shell
}

/// Attempts whose intent is durable, and which nobody has sent.
pub fn unsent(shell: &Shell) -> Vec<(AttemptId, Call)> {
    let targets = shell.run.steps.iter().flat_map(|step| &step.targets);
    let flying = targets.filter_map(|target| match &target.state {
        TargetState::Sent { attempt, call, .. } => Some((*attempt, call.clone())),
        _ => None,
    });
    flying.filter(|(attempt, _)| !shell.sent.contains(attempt)).collect()
}

/// The ways in which the process may have died after these records.
pub fn ways(records: &[Record], moment: &Moment) -> Vec<Reached> {
    let found = unsent(&after_crash(records, moment, Reached::None));
    let mut ways = vec![Reached::None];
    if !found.is_empty() {
        ways.push(Reached::All);
    }
    if found.len() > 1 {
        ways.extend(found.iter().map(|(attempt, _)| Reached::Only(*attempt)));
    }
    ways
}

/// Resumes and walks to the end, which is a good one.
pub fn resumed(mut shell: Shell) -> Shell {
    if shell.run.is_at_rest() {
        return shell;
    }
    shell.ask(&Command::Resume {}).unwrap();
    let rest = Operator::default().walk(&mut shell);
    assert_eq!(rest, Rest::Succeeded {}, "{}", shell.tail());
    let failed = shell.records.iter().find(|r| matches!(r.event, Event::TargetFailed { .. }));
    assert_eq!(failed, None, "a crash is no failure");
    hold(&shell);
    shell
}

#[test]
fn a_crash_at_any_record_costs_nothing() {
    for book in shipped::and_back() {
        let (records, moments) = filmed(book);
        let end = &moments.last().unwrap().world;
        let (effects, state) = (end.ledger().len(), end.state());
        let mut cases = 0;
        for n in 1..=records.len() {
            for way in ways(&records[..n], &moments[n - 1]) {
                let shell = resumed(after_crash(&records[..n], &moments[n - 1], way));
                assert_eq!(shell.world.ledger().len(), effects, "record {n}, {way:?}");
                assert_eq!(shell.world.state(), state, "record {n}, {way:?}");
                cases += 1;
            }
        }
        println!("{}: {cases} crashes at {} records", book.name, records.len());
    }
}

/// Two numbers without a common divisor with each other, so that all places are met in turn.
const EVERY_FIRST: usize = 11;
const EVERY_SECOND: usize = 17;

#[test]
fn a_second_crash_while_going_on_costs_nothing_either() {
    let (first, second) = if shipped::large() { (1, 1) } else { (EVERY_FIRST, EVERY_SECOND) };
    for book in shipped::books() {
        let (records, moments) = filmed(book);
        let mut cases = 0;
        for n in (1..records.len()).step_by(first) {
            let way = *ways(&records[..n], &moments[n - 1]).last().unwrap();
            let again = resumed(after_crash(&records[..n], &moments[n - 1], way).filmed());
            let film = again.moments.unwrap();
            for m in (n + 1..again.records.len()).step_by(second).take(6 * EVERY_SECOND / second) {
                for way in ways(&again.records[..m], &film[m - 1]) {
                    resumed(after_crash(&again.records[..m], &film[m - 1], way));
                    cases += 1;
                }
            }
        }
        println!("{}: {cases} second crashes", book.name);
    }
}
