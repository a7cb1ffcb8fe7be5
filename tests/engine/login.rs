//! Credentials that end, and credentials of somebody else, at every call of every shipped book: the
//! run pauses and goes on, or sends nothing.

use muster::cloud::Place;
use muster::engine::{Command, Event, Rest, Stage};
use muster::sandbox::{FaultKind, World};

use crate::book::start;
use crate::crash::{Reached, after_crash, filmed};
use crate::oath::hold;
use crate::operator::{Operator, until_paused};
use crate::shell::{Shell, Slip};
use crate::shipped::{self, Shipped};

/// An account that somebody else owns.
fn elsewhere() -> World {
    World::new(Place::new("999999999999", "us-east-1"), 3, start())
}

/// Goes on with the credentials of another account: it is asked who it is, and no more. Then with
/// the right ones, unless the run has ended because nothing was changed yet.
fn misled(shell: &mut Shell) {
    let here = std::mem::replace(&mut shell.world, elsewhere());
    let calls = shell.calls;
    shell.log_in();
    shell.ask(&Command::Resume {}).unwrap();
    let rest = Operator::absent().walk(shell);
    let failure = match &rest {
        Rest::Failed { failure } | Rest::Stuck { failure } => failure,
        rest => panic!("{rest:?}\n{}", shell.tail()),
    };
    assert_eq!(failure.code, "wrong-account", "{}", shell.tail());
    assert_eq!(shell.calls, (calls.0, calls.1 + 1), "{}", shell.tail());
    assert_eq!(shell.world.ledger(), []);
    shell.world = here;
    if matches!(rest, Rest::Failed { .. }) {
        assert_eq!(shell.world.ledger(), [], "nothing was changed\n{}", shell.tail());
        return;
    }
    shell.ask(&Command::Resume {}).unwrap();
    assert_eq!(Operator::default().walk(shell), Rest::Succeeded {}, "{}", shell.tail());
    hold(shell);
}

/// The run of a book whose credentials end at this call, reads included, paused.
fn expired_at(book: &Shipped, call: usize) -> Shell {
    let mut shell = book.begin();
    shell.expires_at = Some(call);
    until_paused(&mut shell, &mut Operator::absent());
    shell
}

#[test]
fn credentials_that_end_at_any_call_are_a_pause() {
    for book in shipped::and_back() {
        let clean = book.walked();
        let (state, effects) = (clean.world.state(), clean.world.ledger().len());
        for call in 1..=clean.calls.0 + clean.calls.1 {
            let mut shell = expired_at(book, call);
            let sent = shell.calls;
            // Without a login it waits, however long.
            for _ in 0..5 {
                shell.turn();
            }
            // Calls whose answers are on their way are none that are sent.
            assert_eq!(shell.calls, sent, "{}: call {call}", book.name);
            let mut operator = Operator::absent();
            assert_eq!(operator.walk(&mut shell), Rest::Succeeded {}, "{}", shell.tail());
            let failed = |event: &Event| matches!(event, Event::TargetFailed { .. });
            assert!(!shell.records.iter().any(|record| failed(&record.event)), "{}", shell.tail());
            hold(&shell);
            assert_eq!(shell.world.ledger().len(), effects, "{}: call {call}", book.name);
            assert_eq!(shell.world.state(), state, "{}: call {call}", book.name);
        }
        println!("{}: {} calls without credentials", book.name, clean.calls.0 + clean.calls.1);
    }
}

#[test]
fn after_a_login_to_another_account_nothing_is_sent() {
    for book in shipped::and_back() {
        let (changes, reads) = book.walked().calls;
        let every = if shipped::large() { 1 } else { 3 };
        let mut cases = 0;
        for call in (1..=changes + reads).step_by(every) {
            misled(&mut expired_at(book, call));
            cases += 1;
        }
        println!("{}: {cases} logins to another account", book.name);
    }
}

#[test]
fn at_the_start_and_at_any_resume_another_account_is_sent_nothing() {
    for book in shipped::and_back() {
        let mut shell = book.again(elsewhere());
        let rest = Operator::absent().walk(&mut shell);
        assert!(matches!(rest, Rest::Failed { .. }), "{rest:?}");
        assert_eq!((shell.calls, shell.world.ledger().len()), ((0, 1), 0));
        let (records, moments) = filmed(book);
        let every = if shipped::large() { 1 } else { 3 };
        let mut cases = 1;
        for n in (1..records.len()).step_by(every) {
            let mut shell = after_crash(&records[..n], &moments[n - 1], Reached::None);
            // Behind its last step a run asks the account nothing.
            if shell.run.current().is_some() {
                misled(&mut shell);
                cases += 1;
            }
        }
        println!("{}: {cases} identifications of another account", book.name);
    }
}

/// The resource of every call turns out to live in another Region.
#[test]
fn in_the_wrong_region_nothing_is_changed() {
    for book in shipped::and_back() {
        let (changes, _) = book.walked().calls;
        for nth in 1..=changes {
            let mut shell = book.begin();
            let kind = FaultKind::WrongRegion;
            shell.slips.push(Slip { read: false, nth, times: usize::MAX - nth, kind });
            let rest = Operator::absent().walk(&mut shell);
            let (Rest::Failed { failure } | Rest::Stuck { failure }) = &rest else {
                panic!("{rest:?}\n{}", shell.tail())
            };
            assert_eq!(failure.code, "wrong-region");
            assert!(matches!(shell.run.stage, Stage::Rested { .. }));
            assert!(shell.run.applied < nth as u64, "{}: {nth}", book.name);
            hold(&shell);
        }
        println!("{}: {changes} calls in the wrong Region", book.name);
    }
}
