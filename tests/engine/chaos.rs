//! Faults, crashes, slow disks and people at random: whatever they do, the run rests as it may,
//! nothing happens twice, and its records add up.
//!
//! Each run is made from its seed alone. One that fails names it, and what is left of it once
//! everything that does not matter was taken out:
//! `MUSTER_SEED=4711 cargo test --no-default-features --test engine chaos` walks it alone.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use fastrand::Rng;
use jiff::SignedDuration;
use muster::engine::{Command, Rest, Stage, StepState};
use muster::runbook::Bound;
use muster::sandbox::FaultKind;

use crate::book::{dev, small, started, world};
use crate::oath::hold;
use crate::operator::{Operator, confirm, take_over};
use crate::shell::{ACTOR, Shell, Slip, Turn};
use crate::shipped::{self, Shipped};

/// How many runs there are: so many, and at the large size so many.
const SEEDS: u64 = 10_000;
const LARGE: u64 = 1_000_000;
/// One in so many is of a given shipped book, in one environment or another. The others are of small
/// books, which are quick.
const OF_EACH: usize = 10;

/// Something that happens to a run besides what it does by itself.
#[derive(Clone, Debug)]
enum Deed {
    /// It is left alone for so many turns.
    Turns(u8),
    /// The process dies; answers on their way are lost. Another one resumes.
    Crash,
    /// The answers come in another order.
    Shuffle,
    /// Somebody does what the run waits for.
    Help,
    Pause,
    Resume,
    Arm,
    Disarm,
    Confirm,
    Skip,
    Retry,
    Note,
    /// So many seconds pass.
    Wait(u16),
    /// The credentials expire after so many more calls, until somebody logs in.
    Expire(u8),
    /// Somebody logs in, whether it is needed or not.
    LogIn,
    /// Somebody else sits at the console from now on.
    Other,
    TakeOver,
    Abort,
    GiveUp,
}

/// Which book is walked, where.
#[derive(Clone, Copy)]
enum Walked {
    Shipped(&'static Shipped),
    Small { book: usize, prod: bool, pace: u32 },
}

impl std::fmt::Debug for Walked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Shipped(book) => write!(f, "{}", book.name),
            Self::Small { book, prod, pace } => {
                write!(f, "small book {book}, prod {prod}, pace {pace}")
            }
        }
    }
}

/// A run with everything that happens to it.
#[derive(Clone, Debug)]
struct Script {
    book: Walked,
    slips: Vec<Slip>,
    /// After which records the disk is slow, and for how many milliseconds.
    slow: BTreeMap<usize, u16>,
    deeds: Vec<Deed>,
}

impl Script {
    /// Made from the seed alone.
    fn of(seed: u64) -> Self {
        let rng = &mut Rng::with_seed(seed);
        let books = shipped::shelved();
        let turn = usize::try_from(seed).unwrap() % OF_EACH.max(books.len());
        let (book, changes, reads, deeds) = if let Some(book) = books.get(turn) {
            (Walked::Shipped(book[rng.usize(..book.len())]), 50, 250, 60)
        } else {
            let pace = if rng.bool() { 1 } else { shipped::PACE };
            let book = rng.usize(..SMALL.len());
            (Walked::Small { book, prod: rng.bool(), pace }, 16, 60, 40)
        };
        let slips = (0..rng.usize(..8)).map(|_| slip(rng, changes, reads)).collect();
        let slow = (0..rng.usize(..4)).map(|_| (rng.usize(1..100), rng.u16(..60_000))).collect();
        let mut deeds: Vec<_> = (0..rng.usize(..deeds)).map(|_| deed(rng)).collect();
        // At most one of these, at the end: they end the run.
        deeds.extend(match rng.u8(..8) {
            0 => Some(Deed::Abort),
            1 => Some(Deed::GiveUp),
            _ => None,
        });
        Self { book, slips, slow, deeds }
    }

    /// The same without one of the things that happen.
    fn without(&self, n: usize) -> Option<Self> {
        let mut less = self.clone();
        let (deeds, slips) = (self.deeds.len(), self.slips.len());
        if n < deeds {
            less.deeds.remove(n);
        } else if n < deeds + slips {
            less.slips.remove(n - deeds);
        } else {
            let at = *self.slow.keys().nth(n - deeds - slips)?;
            less.slow.remove(&at);
        }
        Some(less)
    }

    fn begin(&self) -> Shell {
        let mut shell = match self.book {
            Walked::Shipped(book) => book.begin(),
            Walked::Small { book, prod, pace } => {
                let bound = SMALL[book][usize::from(prod)].clone();
                Shell::begin(if prod { world() } else { dev() }, started(bound, pace))
            }
        };
        shell.slips.clone_from(&self.slips);
        let millis =
            |(at, millis): (&usize, &u16)| (*at, SignedDuration::from_millis((*millis).into()));
        shell.slow = self.slow.iter().map(millis).collect();
        shell
    }

    /// Walks it to its end and holds it against the promises.
    fn play(&self) {
        let mut shell = self.begin();
        let (mut operator, mut spoilt) = (Operator::default(), false);
        for deed in &self.deeds {
            spoilt |= act(&mut shell, &mut operator, deed);
        }
        // Nobody is left but the operator, who wants to see the end.
        let rest = operator.walk(&mut shell);
        hold(&shell);
        assert!(matches!(shell.run.stage, Stage::Rested { .. }));
        match rest {
            Rest::Succeeded {} => {}
            Rest::Aborted { .. } => {
                assert!(matches!(self.deeds.last(), Some(Deed::Abort)), "{}", shell.tail());
            }
            Rest::RolledBack { .. } => panic!("nobody rolled it back\n{}", shell.tail()),
            Rest::Failed { failure } | Rest::Stuck { failure } => {
                assert!(spoilt, "{failure:?}\n{}", shell.tail());
                assert!(!failure.code.is_empty() && !failure.advice.is_empty());
            }
        }
    }
}

fn deed(rng: &mut Rng) -> Deed {
    match rng.u8(..48) {
        0..12 => Deed::Turns(rng.u8(1..60)),
        12..16 => Deed::Crash,
        16..19 => Deed::Shuffle,
        19..31 => Deed::Help,
        31..34 => Deed::Expire(rng.u8(..60)),
        34 => Deed::LogIn,
        35 => {
            if rng.bool() {
                Deed::Other
            } else {
                Deed::TakeOver
            }
        }
        36 | 37 => Deed::Pause,
        38 => Deed::Resume,
        39 | 40 => Deed::Arm,
        41 => Deed::Disarm,
        42 | 43 => Deed::Confirm,
        44 => Deed::Skip,
        45 => Deed::Retry,
        46 => Deed::Note,
        _ => Deed::Wait(rng.u16(..1500)),
    }
}

fn slip(rng: &mut Rng, changes: usize, reads: usize) -> Slip {
    let kind = FaultKind::ALL[rng.usize(..FaultKind::ALL.len())];
    // A read that says a bucket is not there is believed: it may leave a target for good.
    let read = rng.bool() && kind != FaultKind::NotFound;
    let nth = rng.usize(1..=if read { reads } else { changes });
    Slip { read, nth, times: rng.usize(1..4), kind }
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
            take_over(shell);
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
        Deed::Expire(calls) => {
            shell.expires_at = Some(shell.calls.0 + shell.calls.1 + usize::from(*calls));
            return false;
        }
        Deed::LogIn => {
            shell.log_in();
            return false;
        }
        Deed::Other => {
            shell.by = if shell.by == ACTOR { "lin@laptop" } else { ACTOR };
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
        Deed::TakeOver => Command::TakeOver { name: "Lin".into() },
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

/// The small books, in the open environment and in the protected one. Together they have every kind
/// of step, several targets, more than may be worked at together, what destroys, what a rule
/// refuses, and what is left out.
static SMALL: LazyLock<[[Bound; 2]; 3]> = LazyLock::new(|| {
    [MANY, GRAVE, MIXED].map(|steps| ["dev", "prod"].map(|environment| small(environment, steps)))
});

const MANY: &str = r#"
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

const GRAVE: &str = r#"
[[step]]
id    = "on"
title = "Turn recovery on"
why   = "A test needs it."
set   = "dynamodb.table.point_in_time_recovery"
on    = ["sitelogix-reports", "sitelogix-vendors"]
to    = { enabled = true, recovery_period_days = 35 }

[[step]]
id    = "off"
title = "Turn recovery off, which throws its window away"
why   = "A test needs it."
set   = "dynamodb.table.point_in_time_recovery"
on    = ["sitelogix-reports", "sitelogix-vendors"]
to    = { enabled = false }

[[step]]
id    = "sure"
title = "Be sure"
why   = "A test needs it."
ask   = "Is it off?"
"#;

const MIXED: &str = r#"
[[step]]
id    = "never"
title = "Left out"
why   = "A test needs it."
when  = "params.extra"
set   = "sns.topic.existence"
on    = "never"
to    = "present"

[[step]]
id         = "logging"
title      = "Log, but not into itself"
why        = "A test needs it."
set        = "s3.bucket.access_logging"
on         = ["sitelogix-audio-files-prod", "sitelogix-transcripts-prod"]
to         = { bucket = "sitelogix-transcripts-prod", prefix = "logs/${each}/" }
on_refused = "leave"

[[step]]
id    = "who"
title = "Who is told"
why   = "A test needs it."
ask   = "Whose mail?"

[[step]]
id    = "topic"
title = "Where it is told"
why   = "A test needs it."
set   = "sns.topic.existence"
on    = "told"
to    = "present"
retry = 2
"#;

/// Walks the seeds on all cores, and answers for those that failed.
fn walk(seeds: std::ops::Range<u64>) -> Vec<u64> {
    let next = AtomicU64::new(seeds.start);
    let worker = || {
        let mut failed = Vec::new();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end || failed.len() > 2 {
                return failed;
            }
            let script = Script::of(seed);
            if catch_unwind(AssertUnwindSafe(|| script.play())).is_err() {
                failed.push(seed);
            }
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    })
}

/// A run that fails, without whatever it fails without; none when it does not fail.
fn least(seed: u64) -> Option<Script> {
    let mut script = Script::of(seed);
    let fails = |script: &Script| catch_unwind(AssertUnwindSafe(|| script.play())).is_err();
    if !fails(&script) {
        return None;
    }
    let mut n = 0;
    while let Some(less) = script.without(n) {
        if fails(&less) {
            (script, n) = (less, 0);
        } else {
            n += 1;
        }
    }
    Some(script)
}

#[test]
fn any_book_survives_anything() {
    let seeds = if shipped::large() { LARGE } else { SEEDS };
    let seeds = shipped::variable("MUSTER_SEED").map_or(0..seeds, |seed| {
        let seed = seed.parse().unwrap();
        seed..seed + 1
    });
    let failed = walk(seeds.clone());
    println!("{} seeds, {seeds:?}, of which failed: {failed:?}", seeds.end - seeds.start);
    if let Some(script) = failed.first().and_then(|seed| least(*seed)) {
        println!("seed {} fails with {script:?}", failed[0]);
        script.play();
    }
    assert!(failed.is_empty(), "{failed:?} failed, and then no more");
}
