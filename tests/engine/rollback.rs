//! The way back: what a run changed is taken back, last change first, and nothing else.

use muster::cloud::{Call, dynamodb, s3};
use muster::engine::{
    Command, Event, Failure, NoWayBack, Rest, Run, StepState, TargetState, Verdict, WayBack,
    left_by, rollback,
};
use muster::sandbox::FaultKind;

use crate::book::{ONE_CHANGE, dev, phase_1, small, started, world};
use crate::oath::hold;
use crate::operator::{Operator, until_it_waits};
use crate::shell::{Shell, Slip, Turn};
use crate::shipped;

/// A run of the shipped book that succeeded.
fn walked() -> Shell {
    let mut shell = Shell::begin(world(), started(phase_1(), 60));
    assert_eq!(Operator::default().walk(&mut shell), Rest::Succeeded {});
    shell
}

/// The run that takes another one back, before its first turn.
fn back(shell: &Shell) -> Shell {
    shell.next(started(rollback(&shell.run).unwrap(), shell.run.pace))
}

#[test]
fn the_account_is_as_it_was_before_the_run() {
    let before = world().state();
    let forward = walked();
    assert_ne!(forward.world.state(), before);
    let mut shell = back(&forward);
    assert_eq!(Operator::default().walk(&mut shell), Rest::Succeeded {}, "{}", shell.tail());
    assert_eq!(left_by(&shell.run), Vec::<String>::new());
    assert_eq!(shell.world.state(), before);
    assert_eq!(rollback(&shell.run).map(|_| ()), Ok(()), "the way back can be taken back");
}

#[test]
fn a_way_back_that_was_left_half_way_can_be_begun_again() {
    let before = world().state();
    let forward = walked();
    let mut cases = 0;
    // Up to the end of each of its steps but the last.
    for step in 0..rollback(&forward.run).unwrap().steps.len() - 1 {
        let mut first = back(&forward);
        let mut operator = Operator::default();
        while first.run.current().is_some_and(|now| now <= step) {
            if first.turn() == Turn::Waits {
                operator.help(&mut first);
            }
        }
        first.ask(&Command::Abort { reason: "enough".into() }).unwrap();
        assert!(matches!(operator.walk(&mut first), Rest::Aborted { .. }));
        let mut again = first.next(started(rollback(&forward.run).unwrap(), 60));
        assert_eq!(Operator::default().walk(&mut again), Rest::Succeeded {}, "{}", again.tail());
        assert_eq!(again.world.state(), before, "after step {step}");
        cases += 1;
    }
    println!("{cases} ways back begun again");
}

#[test]
fn there_is_no_way_back_from_nothing_or_from_a_run_that_goes_on() {
    let mut shell = Shell::begin(dev(), started(small("dev", ONE_CHANGE), 1));
    assert_eq!(rollback(&shell.run), Err(NoWayBack::NotAtRest));
    assert_eq!(Operator::absent().walk(&mut shell), Rest::Succeeded {});
    let mut again = shell.next(started(small("dev", ONE_CHANGE), 1));
    assert_eq!(Operator::absent().walk(&mut again), Rest::Succeeded {});
    assert_eq!(rollback(&again.run), Err(NoWayBack::NothingChanged));
}

#[test]
fn what_somebody_changed_since_is_shown_and_costs_a_word_more() {
    let stream = ONE_CHANGE
        .replace("deletion_protection", "stream")
        .replace("to    = true", "to    = \"KEYS_ONLY\"");
    let mut forward = Shell::begin(dev(), started(small("dev", &stream), 1));
    assert_eq!(Operator::absent().walk(&mut forward), Rest::Succeeded {});
    for view in [None, Some(dynamodb::StreamView::NewImage)] {
        let change = dynamodb::TableChange::Stream(view);
        let table = "sitelogix-reports".to_owned();
        forward.now += jiff::SignedDuration::from_mins(5);
        let call = Call::DynamoDb(dynamodb::Call::UpdateTable { table, change });
        forward.world.call(&call, forward.time()).unwrap();
    }
    forward.now += jiff::SignedDuration::from_mins(5);
    let mut shell = back(&forward);
    assert_eq!(until_it_waits(&mut shell), Turn::Waits);
    let Some(Verdict::Change { warnings, danger, .. }) = &shell.run.steps[0].targets[0].verdict
    else {
        panic!("{}", shell.tail())
    };
    assert_eq!(*danger, muster::cloud::Danger::Destroy);
    let why = &warnings[0].why;
    assert!(why.contains("left KEYS_ONLY") && why.contains("now it is NEW_IMAGE"), "{why}");
}

#[test]
fn what_was_there_before_is_kept_through_failures_and_retries() {
    // The first call of the step is applied and its reply is lost, the second is denied: the step
    // fails, is retried, and finds the first one done already.
    let stream = ONE_CHANGE
        .replace("\"sitelogix-reports\"", "[\"sitelogix-reports\", \"sitelogix-vendors\"]");
    let mut forward = Shell::begin(dev(), started(small("dev", &stream), 1));
    let before = forward.world.state();
    forward.slips.push(Slip { read: false, nth: 1, times: 1, kind: FaultKind::LostReply });
    forward.slips.push(Slip { read: false, nth: 2, times: 1, kind: FaultKind::Denied });
    assert_eq!(Operator::default().walk(&mut forward), Rest::Succeeded {}, "{}", forward.tail());
    hold(&forward);
    let mut shell = back(&forward);
    assert_eq!(shell.run.bound.steps[0].targets().unwrap().1.len(), 2);
    assert_eq!(Operator::default().walk(&mut shell), Rest::Succeeded {}, "{}", shell.tail());
    assert_eq!(shell.world.state(), before);
}

/// A change that was made, did not show in time, was undone by somebody else otherwise, and was made
/// again: what is put back is what was there first.
#[test]
fn what_was_there_first_is_put_back_whatever_came_between() {
    let bucket = "sitelogix-transcripts-prod";
    let versions = ONE_CHANGE
        .replace("dynamodb.table.deletion_protection", "s3.bucket.versioning")
        .replace("sitelogix-reports", bucket)
        .replace("to    = true", "to    = \"enabled\"");
    let mut forward = Shell::begin(dev(), started(small("dev", &versions), 1));
    let mut operator = Operator::default();
    while !matches!(forward.run.steps[0].targets[0].state, TargetState::Observing {}) {
        if forward.turn() == Turn::Waits {
            operator.help(&mut forward);
        }
    }
    let first = forward.run.steps[0].targets[0].touched.before.clone();
    let failure = Failure::new("timed-out", "it did not show", "look");
    forward.record(Event::TargetFailed { step: 0, target: 0, failure });
    let suspend = s3::Call::PutBucketVersioning { bucket: bucket.to_owned(), enabled: false };
    forward.world.call(&Call::S3(suspend), forward.time()).unwrap();
    forward.now += jiff::SignedDuration::from_mins(5);
    assert_eq!(operator.walk(&mut forward), Rest::Succeeded {}, "{}", forward.tail());
    let found = &forward.run.steps[0].targets[0];
    let suspended = serde_json::json!("suspended");
    assert_eq!(found.verdict.as_ref().and_then(Verdict::before), Some(&suspended));
    assert_ne!(first, Some(suspended));
    let way_back = rollback(&forward.run).unwrap();
    assert_eq!(Some(&way_back.steps[0].targets().unwrap().1[0].to), first.as_ref());
}

#[test]
fn a_change_that_nobody_read_back_is_not_taken_for_undone_by_a_read_that_lags() {
    let recovery = ONE_CHANGE
        .replace("deletion_protection", "point_in_time_recovery")
        .replace("to    = true", "to    = { enabled = true }");
    let mut forward = Shell::begin(dev(), started(small("dev", &recovery), 60));
    let before = forward.world.state();
    // It is applied, the first look at it is denied, and the run is given up at once.
    forward.slips.push(Slip { read: true, nth: 3, times: 1, kind: FaultKind::Denied });
    let rest = Operator::absent().walk(&mut forward);
    assert!(matches!(rest, Rest::Stuck { .. }), "{rest:?}\n{}", forward.tail());
    assert_ne!(forward.world.state(), before);
    taken_back(&forward, &before, "a moment after the change");
}

#[test]
fn what_was_never_applied_is_not_taken_back() {
    let mut forward = Shell::begin(dev(), started(small("dev", ONE_CHANGE), 1));
    forward.slips.push(Slip { read: false, nth: 1, times: 9, kind: FaultKind::LostRequest });
    let rest = Operator::absent().walk(&mut forward);
    assert!(matches!(rest, Rest::Failed { .. }), "{rest:?}");
    assert!(matches!(forward.run.steps[0].state, StepState::Failed { .. }));
    assert!(matches!(forward.run.steps[0].targets[0].state, TargetState::Failed { .. }));
    assert_eq!(rollback(&forward.run), Err(NoWayBack::NothingChanged));
}

/// Fails the run for good at each of its calls in turn, in two ways, and takes it back.
#[test]
fn a_run_that_fails_at_any_call_can_be_taken_back() {
    for book in shipped::books() {
        let before = book.world().state();
        let (changes, _) = book.walked().calls;
        let (mut cases, mut untouched) = (0, 0);
        for kind in [FaultKind::Denied, FaultKind::LostRequest] {
            for nth in 1..=changes {
                let slip = Slip { read: false, nth, times: usize::MAX - nth, kind };
                let mut forward = book.begin();
                forward.slips.push(slip);
                let rest = Operator::absent().walk(&mut forward);
                let told = || format!("{}: {slip:?}: {rest:?}", book.name);
                cases += 1;
                if matches!(rest, Rest::Failed { .. }) {
                    assert_eq!(
                        rollback(&forward.run),
                        Err(NoWayBack::NothingChanged),
                        "{}",
                        told()
                    );
                    assert_eq!(forward.world.state(), before, "{}", told());
                    untouched += 1;
                    continue;
                }
                assert!(matches!(rest, Rest::Stuck { .. }), "{}", told());
                taken_back(&forward, &before, &told());
            }
        }
        assert!(untouched < cases || changes == 0);
        println!("{}: taken back after {cases} failures, {untouched} of nothing", book.name);
    }
}

/// Takes a run back, and holds the account against the one before it.
pub fn taken_back(forward: &Shell, before: &serde_json::Value, told: &str) {
    let mut shell = back(forward);
    shell.world = shipped::without_ledger(&shell.world);
    let rest = Operator::default().walk(&mut shell);
    assert_eq!(rest, Rest::Succeeded {}, "{told}\n{}", shell.tail());
    hold(&shell);
    let left = left_by(&shell.run);
    if !left.is_empty() {
        // Only what was declared to have no way back, before it was made, may stay.
        assert!(is_final(&forward.run), "{told}: {left:?}");
        return;
    }
    assert_eq!(settled(&shell.world.state()), settled(before), "{told}\n{}", shell.tail());
}

/// True when a change of the run said, before it was made, that its way back loses something or is closed.
fn is_final(run: &Run) -> bool {
    let mut targets = run.steps.iter().flat_map(|step| &step.targets);
    targets.any(|target| {
        matches!(
            &target.verdict,
            Some(Verdict::Change { way_back: WayBack::Closed(_) | WayBack::Loses(_), .. })
        )
    })
}

/// Versioning that was on is suspended ever after: AWS brings back everything but that it never was
/// (S2), which is said before it is turned on.
fn settled(state: &serde_json::Value) -> String {
    state.to_string().replace("\"suspended\"", "\"never\"")
}
