//! Faults, crashes and people at random: whatever they do, the run rests as it may, nothing happens
//! twice, and its records add up.

use jiff::SignedDuration;
use muster::engine::{Command, Rest, Stage, StepState};
use muster::sandbox::FaultKind;
use proptest::prelude::*;

use crate::book::{dev, phase_1, small, started, world};
use crate::oath::hold;
use crate::operator::{Operator, confirm};
use crate::shell::{Shell, Slip, Turn};

/// Runs of the shipped book, and of a small one. Raise both a thousandfold by hand before a
/// release.
const CASES: u32 = 60;
const SMALL_CASES: u32 = 400;

/// Something that happens to a run besides what it does by itself.
#[derive(Clone, Debug)]
enum Deed {
    /// It is left alone for so many turns.
    Turns(u8),
    /// The process dies; answers on their way are lost. Another one resumes.
    Crash,
    /// The answers come in another order.
    Shuffle,
    Help,
    Pause,
    Resume,
    Arm,
    Disarm,
    Confirm,
    Skip,
    Retry,
    Note,
    Wait(u16),
    Abort,
    GiveUp,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        12 => (1..60_u8).prop_map(Deed::Turns),
        4 => Just(Deed::Crash),
        3 => Just(Deed::Shuffle),
        12 => Just(Deed::Help),
        1 => Just(Deed::Pause),
        1 => Just(Deed::Resume),
        2 => Just(Deed::Arm),
        1 => Just(Deed::Disarm),
        2 => Just(Deed::Confirm),
        1 => Just(Deed::Skip),
        1 => Just(Deed::Retry),
        1 => Just(Deed::Note),
        1 => (0..1500_u16).prop_map(Deed::Wait),
    ]
}

/// At most one of these, at the end: they end the run.
fn last() -> impl Strategy<Value = Option<Deed>> {
    prop_oneof![6 => Just(None), 1 => Just(Some(Deed::Abort)), 1 => Just(Some(Deed::GiveUp))]
}

fn slip(changes: usize, reads: usize) -> impl Strategy<Value = Slip> {
    let kind = prop::sample::select(FaultKind::ALL.to_vec());
    (any::<bool>(), 1..=changes, 1..=reads, 1..4_usize, kind).prop_map(
        |(read, change, look, times, kind)| {
            // A read that says a bucket is not there is believed: it may leave a target for good.
            let read = read && kind != FaultKind::NotFound;
            let nth = if read { look } else { change };
            Slip { read, nth, times, kind }
        },
    )
}

/// Does one deed; whether the run may end otherwise than well because of it.
fn act(shell: &mut Shell, operator: &mut Operator, deed: &Deed) -> bool {
    let step = shell.run.current().unwrap_or(0);
    let asked = match deed {
        Deed::Turns(turns) => {
            for _ in 0..*turns {
                shell.turn();
            }
            return false;
        }
        Deed::Crash => {
            shell.crash();
            Command::Resume {}
        }
        Deed::Shuffle => {
            let by = shell.answers.len().min(1);
            shell.answers.rotate_left(by);
            return false;
        }
        Deed::Wait(seconds) => {
            shell.now += SignedDuration::from_secs(i64::from(*seconds));
            return false;
        }
        Deed::Help => {
            if !shell.run.is_at_rest() && shell.turn() == Turn::Waits {
                operator.help(shell);
            }
            return false;
        }
        Deed::Confirm => match shell.run.steps[step].state {
            StepState::Planned { .. } => confirm(&shell.run, step, None),
            _ => return false,
        },
        Deed::Pause => Command::Pause { reason: "wait".into() },
        Deed::Resume => Command::Resume {},
        Deed::Arm => Command::Arm {},
        Deed::Disarm => Command::Disarm {},
        Deed::Skip => Command::Skip { step, reason: "enough".into() },
        Deed::Retry => Command::Retry { step },
        Deed::Note => Command::Note { text: "strange".into() },
        Deed::Abort => Command::Abort { reason: "enough".into() },
        Deed::GiveUp => Command::GiveUp {},
    };
    let done = shell.ask(&asked).is_ok();
    done && matches!(deed, Deed::Skip | Deed::Abort | Deed::GiveUp)
}

fn walk(mut shell: Shell, slips: Vec<Slip>, deeds: &[Deed], last: Option<&Deed>) {
    shell.slips = slips;
    let (mut operator, mut spoilt) = (Operator::default(), false);
    for deed in deeds.iter().chain(last) {
        spoilt |= act(&mut shell, &mut operator, deed);
    }
    // Nobody is left but the operator, who wants to see the end.
    let rest = operator.walk(&mut shell);
    hold(&shell);
    assert!(matches!(shell.run.stage, Stage::Rested { .. }));
    match rest {
        Rest::Succeeded {} => {}
        Rest::Aborted { .. } => assert!(matches!(last, Some(Deed::Abort)), "{}", shell.tail()),
        Rest::RolledBack { .. } => panic!("nobody rolled it back"),
        Rest::Failed { failure } | Rest::Stuck { failure } => {
            assert!(spoilt, "{failure:?}\n{}", shell.tail());
            assert!(!failure.code.is_empty() && !failure.advice.is_empty());
        }
    }
}

const SMALL: &str = r#"
[[step]]
id    = "topics"
title = "Create the topics"
why   = "A test needs it."
set   = "sns.topic.existence"
on    = ["a", "b", "c", "d", "e", "f"]
to    = "present"

[[step]]
id    = "ask"
title = "Somebody looks"
why   = "A test needs it."
ask   = "Is it well?"

[[step]]
id    = "protect"
title = "Protect two tables"
why   = "A test needs it."
set   = "dynamodb.table.deletion_protection"
on    = ["sitelogix-reports", "sitelogix-vendors"]
to    = true

[[step]]
id    = "stream"
title = "Turn on their streams"
why   = "A test needs it."
set   = "dynamodb.table.stream"
on    = ["sitelogix-reports", "sitelogix-vendors"]
to    = "NEW_IMAGE"

[[step]]
id    = "look"
title = "They are there"
why   = "A test needs it."
check = "dynamodb.table.status"
on    = ["sitelogix-reports", "sitelogix-vendors"]
is    = "ACTIVE"
"#;

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(CASES))]
    #[test]
    fn the_shipped_book_survives_anything(
        slips in prop::collection::vec(slip(50, 250), 0..8),
        deeds in prop::collection::vec(deed(), 0..60),
        last in last(),
    ) {
        let shell = Shell::begin(world(), started(phase_1(), 60));
        walk(shell, slips, &deeds, last.as_ref());
    }
}

proptest! {
    #![proptest_config(config(SMALL_CASES))]
    #[test]
    fn a_small_book_survives_anything(
        slips in prop::collection::vec(slip(14, 60), 0..8),
        deeds in prop::collection::vec(deed(), 0..40),
        last in last(),
        pace in prop::sample::select(vec![1_u32, 60]),
    ) {
        let shell = Shell::begin(dev(), started(small("dev", SMALL), pace));
        walk(shell, slips, &deeds, last.as_ref());
    }
}
