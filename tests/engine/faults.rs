//! Every call of every shipped book goes wrong in every way, once and for good.

use muster::cloud::{Call, Ending, dynamodb};
use muster::engine::{Conclusion, Event, Record, Rest, Sight, Stage};
use muster::sandbox::FaultKind;

use crate::book::{ONE_CHANGE, dev, small, started};
use crate::oath::hold;
use crate::operator::{Operator, until_it_waits};
use crate::shell::{Shell, Slip, Turn};
use crate::shipped::{self, Shipped};

/// What is worst at a call that changes something: two endings that look the same and are not, one
/// that needs a person, and one that stops everything. Tried at every call; the other kinds at
/// every sixth, and at the large size everywhere.
const WORST: [FaultKind; 4] =
    [FaultKind::LostReply, FaultKind::LostRequest, FaultKind::Denied, FaultKind::Expired];
const OTHERS_EVERY: usize = 6;

/// What may happen to a read; the others look like one of these to whoever reads. The first four
/// are tried at every read.
const OF_READS: [FaultKind; 6] = [
    FaultKind::Throttled,
    FaultKind::Denied,
    FaultKind::Expired,
    FaultKind::LostReply,
    FaultKind::NotSent,
    FaultKind::InUse,
];
const READS_EVERY: usize = 2;

/// The calls, among so many, at which a kind of fault is tried.
fn places(calls: usize, everywhere: bool, otherwise: usize) -> impl Iterator<Item = usize> {
    (1..=calls).step_by(if everywhere || shipped::large() { 1 } else { otherwise })
}

fn with(book: &Shipped, slips: &[Slip], operator: &mut Operator) -> (Shell, Rest) {
    let mut shell = book.begin();
    shell.slips.extend(slips);
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
    for book in shipped::and_back() {
        let (changes, _) = book.walked().calls;
        let mut cases = 0;
        for kind in FaultKind::ALL {
            for nth in places(changes, WORST.contains(&kind), OTHERS_EVERY) {
                let slip = Slip { read: false, nth, times: 1, kind };
                let (shell, rest) = with(book, &[slip], &mut Operator::default());
                assert_eq!(rest, Rest::Succeeded {}, "{}: {slip:?}\n{}", book.name, shell.tail());
                told_as_it_was(&shell, slip);
                cases += 1;
            }
        }
        println!("{}: {cases} changes gone wrong", book.name);
    }
}

/// Everything that is said of the attempt that was struck is true.
fn told_as_it_was(shell: &Shell, slip: Slip) {
    let tail = || format!("{slip:?}\n{}", shell.tail());
    let (story, again) = story(shell, slip.nth);
    let (unknown, looks, spread, conclusion) = search(&story);
    let ending = slip.kind.error(&call_of(story[0]), "").ending;
    assert_eq!(unknown, ending == Ending::Unknown, "{}", tail());
    if !unknown {
        assert!(matches!(story[1].event, Event::NotApplied { .. }), "{}", tail());
        assert!(again > 0, "{}", tail());
    } else if shell.struck_applied {
        assert_eq!(conclusion, Some(Conclusion::Done), "{}", tail());
        assert_eq!(again, 0, "what was applied is not sent again\n{}", tail());
    } else {
        assert_eq!(conclusion, Some(Conclusion::NeverHappened), "{}", tail());
        // Long enough, and no longer than a person would wait.
        assert!(looks >= 3 && (10..60).contains(&spread), "{looks} in {spread} s\n{}", tail());
        assert!(again > 0, "{}", tail());
    }
}

#[test]
fn any_read_may_go_wrong_in_any_way_once() {
    for book in shipped::books() {
        let (_, reads) = book.walked().calls;
        let mut cases = 0;
        for (n, kind) in OF_READS.into_iter().enumerate() {
            for nth in places(reads, n < 4, READS_EVERY) {
                let slip = Slip { read: true, nth, times: 1, kind };
                let (shell, rest) = with(book, &[slip], &mut Operator::default());
                assert_eq!(rest, Rest::Succeeded {}, "{}: {slip:?}\n{}", book.name, shell.tail());
                let failed = |r: &Record| matches!(r.event, Event::StepFailed { .. });
                // Only what no second read would answer otherwise is a matter for a person.
                let person = kind == FaultKind::Denied || !shell.records.iter().any(failed);
                assert!(person, "{}: {slip:?}\n{}", book.name, shell.tail());
                cases += 1;
            }
        }
        println!("{}: {cases} reads gone wrong", book.name);
    }
}

/// The second one is among the next three calls that change something: another target, or the call
/// of the first that is sent again.
#[test]
fn two_changes_may_go_wrong_in_any_two_ways() {
    let every = if shipped::large() { 1 } else { 53 };
    for book in shipped::books() {
        let (changes, _) = book.walked().calls;
        let mut cases = 0;
        let pairs = FaultKind::ALL.into_iter().flat_map(|a| FaultKind::ALL.map(|b| (a, b)));
        let all = pairs.flat_map(|kinds| (1..=changes).map(move |nth| (kinds, nth)));
        for (n, ((first, second), nth)) in all.enumerate().step_by(every) {
            let one = Slip { read: false, nth, times: 1, kind: first };
            let two = Slip { read: false, nth: nth + 1 + n % 3, times: 1, kind: second };
            let (shell, rest) = with(book, &[one, two], &mut Operator::default());
            let told = || format!("{}: {one:?}, {two:?}\n{}", book.name, shell.tail());
            assert_eq!(rest, Rest::Succeeded {}, "{}", told());
            cases += 1;
        }
        println!("{}: {cases} pairs of changes gone wrong", book.name);
    }
}

#[test]
fn a_fault_that_stays_comes_to_rest_and_says_what_to_do() {
    for book in shipped::books() {
        let (changes, _) = book.walked().calls;
        let mut cases = 0;
        for kind in FaultKind::ALL {
            for nth in places(changes, false, 5) {
                stays(book, Slip { read: false, nth, times: usize::MAX - nth, kind });
                cases += 1;
            }
        }
        println!("{}: {cases} faults that stay", book.name);
    }
}

fn stays(book: &Shipped, slip: Slip) {
    let mut shell = book.begin();
    shell.slips.push(slip);
    if matches!(slip.kind, FaultKind::Expired | FaultKind::ClockSkew) {
        // That is a pause, for as long as nobody logs in.
        crate::operator::until_paused(&mut shell, &mut Operator::absent());
        return;
    }
    let rest = Operator::absent().walk(&mut shell);
    hold(&shell);
    assert!(matches!(shell.run.stage, Stage::Rested { .. }));
    let failure = match &rest {
        Rest::Failed { failure } => {
            assert_eq!(shell.world.ledger().len(), 0, "{slip:?}: nothing was changed");
            failure
        }
        Rest::Stuck { failure } => failure,
        // The reply of every call is lost, and each is found by looking.
        Rest::Succeeded {} if slip.kind.applies() => return,
        rest => panic!("{slip:?}: {rest:?}"),
    };
    let wanted = match slip.kind {
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
}

/// While somebody else's change goes on, the value from before says nothing of a lost call.
#[test]
fn a_lost_call_is_not_given_up_while_its_resource_is_busy() {
    let mut shell = Shell::begin(dev(), started(small("dev", ONE_CHANGE), 1));
    assert_eq!(until_it_waits(&mut shell), Turn::Waits);
    shell.slips.push(Slip { read: false, nth: 1, times: 1, kind: FaultKind::LostRequest });
    let table = "sitelogix-reports".to_owned();
    let change = dynamodb::TableChange::Stream(Some(dynamodb::StreamView::KeysOnly));
    let stream = Call::DynamoDb(dynamodb::Call::UpdateTable { table, change });
    shell.world.call(&stream, shell.time()).unwrap();
    assert_eq!(Operator::absent().walk(&mut shell), Rest::Succeeded {}, "{}", shell.tail());
    let told = shell.records.iter().filter_map(|record| match &record.event {
        Event::Looked { sight, .. } => Some(*sight),
        _ => None,
    });
    let told: Vec<_> = told.collect();
    let before = Sight::AsBefore;
    // The first look lags behind; what it counted counts no more.
    assert_eq!(told, [before, Sight::GoingOn, before, before, before], "{}", shell.tail());
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
