//! Phase 1 through a line that breaks: at every changing call, in every way, between the program and
//! an account that nobody here wrote. Nothing that was applied is sent again, what was not is found
//! out and sent again, and the account ends as it should.

use muster::engine::{Conclusion, Event, Rest};

use crate::emulator;
use crate::phase_1::Operator;
use crate::proxy::{Break, Proxy};
use crate::support::ACCOUNT;
use crate::transport::impatient;
use crate::walk::{Walk, phase_1};

/// Walks phase 1 while every change of it is struck once in this way. Returns how many were.
async fn struck(kind: Break) -> usize {
    let operator = Operator::before_phase_1(emulator::start(ACCOUNT));
    let chosen = kind.clone();
    let proxy = Proxy::before(&operator.url(), move |request, before| {
        (request.is_change() && before == 0).then(|| chosen.clone())
    })
    .await;
    let live = impatient(&proxy.url);
    let mut walk = Walk::begin(phase_1());
    walk.on(&live).await;
    assert_eq!(*walk.rest(), Rest::Succeeded {}, "{kind:?}\n{}", walk.tail());
    let struck = counted(&proxy, &kind);
    told(&walk, &kind, struck);
    operator.is_protected();
    struck
}

/// Every change was struck once and reached the account once. Returns how many there were.
#[track_caller]
pub fn counted(proxy: &Proxy, kind: &Break) -> usize {
    let changes = proxy.changes();
    for (request, (forwarded, broken)) in &changes {
        let name = &request.operation;
        assert_eq!(*forwarded, 1, "{kind:?}: {name} reached the account {forwarded} times");
        assert_eq!(broken.as_slice(), std::slice::from_ref(kind), "{kind:?}: {name}");
    }
    changes.len()
}

/// Every struck call is told as what it was: unknown, and then what became of it.
#[track_caller]
pub fn told(walk: &Walk, kind: &Break, struck: usize) {
    let mut found = [0; 4];
    for record in &walk.records {
        match &record.event {
            Event::Unknown { .. } => found[0] += 1,
            Event::Concluded { conclusion: Conclusion::Done, .. } => found[1] += 1,
            Event::Concluded { conclusion: Conclusion::NeverHappened, .. } => found[2] += 1,
            Event::NotApplied { .. } | Event::Concluded { .. } => found[3] += 1,
            _ => {}
        }
    }
    let wanted = match kind {
        Break::Slow => [0, 0, 0, 0],
        kind if kind.applies() => [struck, struck, 0, 0],
        _ => [struck, 0, struck, 0],
    };
    assert_eq!(found, wanted, "{kind:?}: unknown, done, never happened, else\n{}", walk.tail());
}

#[expect(clippy::print_stdout, reason = "every harness prints its number of cases")]
async fn all(kinds: &[Break]) {
    let mut cases = 0;
    for kind in kinds {
        cases += struck(kind.clone()).await;
    }
    println!("{cases} broken lines");
    assert!(cases >= kinds.len() * 30, "{cases}: the book has more changes than that");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_was_applied_is_found_and_not_sent_again() {
    all(&[Break::ResetApplied, Break::Truncated, Break::SilentApplied]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_never_arrived_is_found_out_and_sent_again() {
    all(&[Break::ResetUnread, Break::ResetRead, Break::SilentRead]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_of_single_bytes_is_an_answer() {
    all(&[Break::Slow]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_that_breaks_is_made_again_and_nobody_notices() {
    let operator = Operator::before_phase_1(emulator::start(ACCOUNT));
    let proxy = Proxy::before(&operator.url(), move |request, before| {
        let kinds = [Break::ResetUnread, Break::Truncated, Break::ResetApplied];
        // Each read is struck in a way of its own, when it is first made.
        let kind = request.body.len() % kinds.len();
        (!request.is_change() && before == 0).then(|| kinds[kind].clone())
    })
    .await;
    let mut walk = Walk::begin(phase_1());
    walk.on(&impatient(&proxy.url)).await;
    assert_eq!(*walk.rest(), Rest::Succeeded {}, "{}", walk.tail());
    told(&walk, &Break::Slow, 0);
    assert!(proxy.changes().values().all(|(forwarded, _)| *forwarded == 1));
    operator.is_protected();
    let cases = proxy.passed().iter().filter(|passed| passed.broken.is_some()).count();
    println!("{cases} broken reads");
    assert!(cases >= 30, "{cases}: the book has more reads than that");
}
