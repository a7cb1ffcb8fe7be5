//! Every call goes wrong in every way, once and for good.

use muster::cloud::{Call, Ending};
use muster::engine::{Conclusion, Event, Record, Rest, Stage};
use muster::sandbox::FaultKind;

use crate::book::{ONE_CHANGE, dev, phase_1, small, started, world};
use crate::forward::walked;
use crate::oath::hold;
use crate::operator::Operator;
use crate::shell::{Shell, Slip};

/// What is tried at every call that changes something; the others at some of them.
const EVERYWHERE: [FaultKind; 9] = [
    FaultKind::LostReply,
    FaultKind::LostRequest,
    FaultKind::Throttled,
    FaultKind::Denied,
    FaultKind::Expired,
    FaultKind::NotSent,
    FaultKind::InUse,
    FaultKind::ServerError,
    FaultKind::Truncated,
];

/// What may happen to a read; the others look like one of these to whoever reads.
const OF_READS: [FaultKind; 6] = [
    FaultKind::Throttled,
    FaultKind::Denied,
    FaultKind::Expired,
    FaultKind::NotSent,
    FaultKind::LostReply,
    FaultKind::InUse,
];

/// How many calls the book makes when nothing goes wrong: changes, and reads.
fn calls() -> (usize, usize) {
    walked(world(), 60).calls
}

fn with(slip: Slip, operator: &mut Operator) -> (Shell, Rest) {
    let mut shell = Shell::begin(world(), started(phase_1(), 60));
    shell.slips.push(slip);
    let rest = operator.walk(&mut shell);
    hold(&shell);
    (shell, rest)
}

/// The attempt that was struck, with everything that is said of it, and how often its call was
/// intended again after it.
fn story(shell: &Shell, nth: usize) -> (Vec<&Record>, usize) {
    let attempt = nth as u64;
    let said = |record: &&Record| match &record.event {
        Event::Intended { attempt: of, .. }
        | Event::Answered { attempt: of, .. }
        | Event::NotApplied { attempt: of, .. }
        | Event::Unknown { attempt: of, .. }
        | Event::Looked { attempt: of, .. }
        | Event::Concluded { attempt: of, .. } => *of == attempt,
        _ => false,
    };
    let story: Vec<_> = shell.records.iter().filter(said).collect();
    let Event::Intended { digest, .. } = &story[0].event else { panic!("{story:?}") };
    let again = shell.records.iter().filter(|record| {
        record.seq > story[0].seq
            && matches!(&record.event, Event::Intended { digest: of, .. } if of == digest)
    });
    let again = again.count();
    (story, again)
}

fn call_of(intended: &Record) -> Call {
    let Event::Intended { call, .. } = &intended.event else { panic!("{intended:?}") };
    call.clone()
}

/// What is said of an attempt: unknown, how often it was looked for and over how many seconds of
/// AWS's time, and what was concluded.
fn search(story: &[&Record]) -> (bool, usize, i64, Option<Conclusion>) {
    let unknown = story.iter().find(|r| matches!(r.event, Event::Unknown { .. }));
    let looks: Vec<_> = story.iter().filter(|r| matches!(r.event, Event::Looked { .. })).collect();
    let spread = unknown.zip(looks.last()).map_or(0, |(first, last)| {
        i64::try_from(last.time.duration_since(first.time).as_millis()).unwrap() * 60 / 1000
    });
    let conclusion = story.iter().find_map(|record| match record.event {
        Event::Concluded { conclusion, .. } => Some(conclusion),
        _ => None,
    });
    (unknown.is_some(), looks.len(), spread, conclusion)
}

#[test]
fn any_change_may_go_wrong_in_any_way_once() {
    let (changes, _) = calls();
    let mut cases = 0;
    for kind in FaultKind::ALL {
        let step = if EVERYWHERE.contains(&kind) { 1 } else { 6 };
        for nth in (1..=changes).step_by(step) {
            let slip = Slip { read: false, nth, times: 1, kind };
            let (shell, rest) = with(slip, &mut Operator::default());
            let tail = || format!("{slip:?}\n{}", shell.tail());
            assert_eq!(rest, Rest::Succeeded {}, "{}", tail());
            let (story, again) = story(&shell, nth);
            let (unknown, looks, spread, conclusion) = search(&story);
            let ending = kind.error(&call_of(story[0]), "").ending;
            assert_eq!(unknown, ending == Ending::Unknown, "{}", tail());
            if !unknown {
                assert!(matches!(story[1].event, Event::NotApplied { .. }), "{}", tail());
                assert!(again > 0, "{}", tail());
            } else if shell.struck_applied {
                assert_eq!(conclusion, Some(Conclusion::Done), "{}", tail());
                assert_eq!(again, 0, "what was applied is not sent again\n{}", tail());
            } else {
                assert_eq!(conclusion, Some(Conclusion::NeverHappened), "{}", tail());
                assert!(looks >= 3 && spread >= 10, "{looks} in {spread} s\n{}", tail());
                assert!(again > 0, "{}", tail());
            }
            cases += 1;
        }
    }
    println!("{cases} changes gone wrong");
}

#[test]
fn any_read_may_go_wrong_in_any_way_once() {
    let (_, reads) = calls();
    let mut cases = 0;
    for kind in OF_READS {
        for nth in (1..=reads).step_by(3) {
            let slip = Slip { read: true, nth, times: 1, kind };
            let mut operator = Operator::default();
            let (shell, rest) = with(slip, &mut operator);
            assert_eq!(rest, Rest::Succeeded {}, "{slip:?}\n{}", shell.tail());
            let failed = shell.records.iter().any(|r| matches!(r.event, Event::StepFailed { .. }));
            // Only what no second read would answer otherwise is a matter for a person.
            assert!(!failed || kind == FaultKind::Denied, "{slip:?}\n{}", shell.tail());
            cases += 1;
        }
    }
    println!("{cases} reads gone wrong");
}

#[test]
fn a_fault_that_stays_comes_to_rest_and_says_what_to_do() {
    let mut cases = 0;
    let (changes, _) = calls();
    for kind in FaultKind::ALL {
        for nth in (1..=changes).step_by(5) {
            let slip = Slip { read: false, nth, times: usize::MAX - nth, kind };
            let mut shell = Shell::begin(world(), started(phase_1(), 60));
            shell.slips.push(slip);
            if matches!(kind, FaultKind::Expired | FaultKind::ClockSkew) {
                // That is a pause, for as long as nobody logs in.
                crate::operator::until_paused(&mut shell, &mut Operator::absent());
                continue;
            }
            let rest = Operator::absent().walk(&mut shell);
            hold(&shell);
            let failure = match &rest {
                Rest::Failed { failure } => {
                    assert_eq!(shell.world.ledger().len(), 0, "{slip:?}: nothing was changed");
                    failure
                }
                Rest::Stuck { failure } => failure,
                // The reply of every call is lost, and each is found by looking.
                Rest::Succeeded {} if kind.applies() => continue,
                rest => panic!("{slip:?}: {rest:?}"),
            };
            let wanted = match kind {
                FaultKind::Throttled => "throttled",
                FaultKind::Denied => "denied",
                FaultKind::NotSent => "not-sent",
                FaultKind::ServerError | FaultKind::LostRequest => "lost",
                FaultKind::InUse => "in-use",
                FaultKind::NotFound => "absent",
                FaultKind::Quota => "refused",
                FaultKind::WrongRegion => "wrong-region",
                kind => panic!("{kind:?} does not fail a step"),
            };
            assert_eq!(failure.code, wanted, "{slip:?}: the cause is told\n{}", shell.tail());
            let told = [&failure.code, &failure.what, &failure.advice];
            assert!(told.iter().all(|text| !text.is_empty()), "{failure:?}");
            cases += 1;
            assert!(matches!(shell.run.stage, Stage::Rested { .. }));
        }
    }
    println!("{cases} faults that stay");
}

#[test]
fn a_busy_table_uses_up_no_try() {
    let book = small("dev", ONE_CHANGE);
    let mut shell = Shell::begin(dev(), started(book, 1));
    // Busy more often than the two tries that the book allows, then throttled once.
    shell.slips.push(Slip { read: false, nth: 1, times: 6, kind: FaultKind::InUse });
    shell.slips.push(Slip { read: false, nth: 7, times: 1, kind: FaultKind::Throttled });
    assert_eq!(Operator::absent().walk(&mut shell), Rest::Succeeded {}, "{}", shell.tail());
    hold(&shell);
}

#[test]
fn a_call_is_tried_again_after_longer_and_longer() {
    for (kind, waits) in [
        (FaultKind::InUse, [1, 1, 2, 4, 8, 16, 30]),
        (FaultKind::Throttled, [1, 2, 4, 8, 16, 30, 30]),
    ] {
        for pace in [1, 60] {
            let book = small("dev", &ONE_CHANGE.replace("retry = 2", "retry = 20"));
            let mut shell = Shell::begin(dev(), started(book, pace));
            shell.slips.push(Slip { read: false, nth: 1, times: 7, kind });
            assert_eq!(Operator::absent().walk(&mut shell), Rest::Succeeded {});
            let found: Vec<_> = shell
                .records
                .iter()
                .filter_map(|record| match &record.event {
                    Event::NotApplied { again_at, .. } => {
                        let left = again_at.unwrap().duration_since(record.time).as_millis();
                        // In AWS's time, to the nearest second: the clock counts in milliseconds.
                        Some((left * i128::from(pace) + 500) / 1000)
                    }
                    _ => None,
                })
                .collect();
            // A clock of milliseconds is not exact when sixty seconds pass in one.
            let off = if pace == 1 { 0 } else { 1 };
            let near = found.iter().zip(waits).all(|(found, wanted)| (found - wanted).abs() <= off);
            assert!(near && found.len() == waits.len(), "{kind:?} at pace {pace}: {found:?}");
        }
    }
}
