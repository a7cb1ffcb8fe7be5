//! The shell of the tests: as the application's, but one thing after another, at a clock that moves
//! only when nothing else is due.
//!
//! It keeps the promises of the real one and asserts those of the engine: an event is a record
//! before anything follows from it, every record folds, and a call that changes something is sent
//! once, after the record that intends it.
//!
//! It is cheap, because tens of thousands of runs are walked with it: that records read back as
//! they were written is looked at once for each run, at its end ([`crate::oath::hold`]).

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use muster::bulk::{Limits, Nowhere, Tools, Worker};
use muster::cloud::{Account as _, Call, Outcome, sts};
use muster::engine::{
    AttemptId, Command, Effect, Event, Heard, Record, Refusal, Run, TargetState, advance, decide,
    due, hear,
};
use muster::journal::Journal;
use muster::runbook::Act;
use muster::sandbox::{Fault, FaultKind, Sandbox, World};

use crate::book::start;

/// How many milliseconds of AWS's time lie between two looks at the same thing.
const LOOK_EVERY_MILLIS: i64 = 2_000;

/// Who walks the runs of the tests.
pub const ACTOR: &str = "ada@console";

/// Who makes the records of what happens by itself.
pub const RUNNER: &str = "runner@host";

/// What tells one effect from another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Identify,
    Inspect(usize, usize, Option<Timestamp>),
    Send(AttemptId),
    Observe(usize, usize),
}

/// What became of one turn of the loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Something happened, or time passed.
    Went,
    /// Nothing goes on without a person.
    Waits,
    /// The run is at rest.
    Rests,
}

/// Goes wrong once: the call of this number, counted from 1 among its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slip {
    /// Counts reads instead of changes.
    pub read: bool,
    pub nth: usize,
    /// How many calls in a row.
    pub times: usize,
    pub kind: FaultKind,
}

/// The account and the shell as they were when a record had just been written.
#[derive(Clone)]
pub struct Moment {
    pub now: Timestamp,
    pub world: World,
    pub sent: BTreeSet<AttemptId>,
}

/// The shell.
pub struct Shell {
    pub now: Timestamp,
    pub world: World,
    pub records: Vec<Record>,
    /// The state that the records add up to.
    pub run: Run,
    /// Answers that are on their way, first come first.
    pub answers: VecDeque<(Key, Heard)>,
    next_look: BTreeMap<Key, Timestamp>,
    /// Attempts that were ever sent, by any process.
    pub sent: BTreeSet<AttemptId>,
    pub slips: Vec<Slip>,
    /// From which call on, reads included and counted from 1, the credentials have expired; until
    /// somebody logs in.
    pub expires_at: Option<usize>,
    /// Appends that take long: after the record of this position, so much time has passed.
    pub slow: BTreeMap<usize, SignedDuration>,
    /// Who sits at the console.
    pub by: &'static str,
    /// When the credentials end.
    pub expires: Option<Timestamp>,
    /// Where the records are kept besides, when that is wanted.
    pub journal: Option<Journal>,
    /// Whether the call that was struck last was carried out all the same.
    pub struck_applied: bool,
    /// Number of changing calls and of reads so far.
    pub calls: (usize, usize),
    /// Moments after each record, when they are wanted.
    pub moments: Option<Vec<Moment>>,
    /// Most targets that were ever being changed at once.
    pub busiest: usize,
}

impl Shell {
    /// Begins a run.
    pub fn begin(world: World, started: Event) -> Self {
        let now = start();
        let record =
            Record { seq: 1, time: now, run: "run-1".into(), actor: ACTOR.into(), event: started };
        Self::of(world, vec![record], now, BTreeSet::new())
    }

    /// Begins another run in the account and at the time that this one has left.
    pub fn next(&self, started: Event) -> Self {
        let (now, actor) = (self.now, self.by.into());
        let record = Record { seq: 1, time: now, run: "run-2".into(), actor, event: started };
        Self::of(self.world.clone(), vec![record], now, BTreeSet::new())
    }

    /// A process that finds these records, with nothing under way.
    pub fn of(
        world: World,
        records: Vec<Record>,
        now: Timestamp,
        sent: BTreeSet<AttemptId>,
    ) -> Self {
        let run = fold(&records);
        Self {
            now,
            world,
            records,
            run,
            answers: VecDeque::new(),
            next_look: BTreeMap::new(),
            sent,
            slips: Vec::new(),
            expires_at: None,
            slow: BTreeMap::new(),
            by: ACTOR,
            expires: None,
            journal: None,
            struck_applied: false,
            calls: (0, 0),
            moments: None,
            busiest: 0,
        }
    }

    /// Keeps the moment after each record from now on.
    pub fn filmed(mut self) -> Self {
        let moment = Moment { now: self.now, world: self.world.clone(), sent: self.sent.clone() };
        self.moments = Some(vec![moment; self.records.len()]);
        self
    }

    /// The process dies here and another one finds its records. Answers on their way are lost.
    pub fn crash(&mut self) {
        self.answers.clear();
        self.next_look.clear();
        self.run = fold(&self.records);
    }

    /// Somebody logs in.
    pub fn log_in(&mut self) {
        self.expires_at = None;
    }

    /// Makes an event that nobody asked for a record.
    pub fn record(&mut self, event: Event) {
        self.record_by(RUNNER, event);
    }

    /// Makes an event a record, then lets it follow.
    fn record_by(&mut self, by: &str, event: Event) {
        let (run, actor, now) = (self.run.id.clone(), by.to_owned(), self.now);
        let record = match &mut self.journal {
            Some(journal) => journal.append(&run, &actor, now, &event).unwrap(),
            None => Record { seq: self.records.len() as u64 + 1, time: now, run, actor, event },
        };
        if let Err(illegal) = self.run.apply(&record) {
            panic!("{illegal}\n{:#?}\nafter {}", record.event, self.tail());
        }
        self.records.push(record);
        if let Some(passed) = self.slow.get(&self.records.len()) {
            self.now += *passed;
        }
        // A check only reads: all of its targets are looked at together.
        let sets = self.run.bound.steps.iter().zip(&self.run.steps);
        let sets = sets.filter(|(text, _)| !matches!(text.act, Act::Check { .. }));
        let flying = sets.flat_map(|(_, step)| &step.targets).filter(|target| {
            target.state.is_in_flight() || matches!(target.state, TargetState::Observing {})
        });
        self.busiest = self.busiest.max(flying.count());
        if let Some(moments) = &mut self.moments {
            let (now, world, sent) = (self.now, self.world.clone(), self.sent.clone());
            moments.push(Moment { now, world, sent });
        }
    }

    /// A person asks for something.
    pub fn ask(&mut self, command: &Command) -> Result<(), Refusal> {
        for event in decide(&self.run, command, self.by, self.now)? {
            self.record_by(self.by, event);
        }
        Ok(())
    }

    /// One turn: everything that follows by itself, everything that is due, one answer; when there
    /// is none of these, time passes.
    pub fn turn(&mut self) -> Turn {
        let mut turn = Turn::Waits;
        while let Some(event) = advance(&self.run, self.now) {
            self.record(event);
            turn = Turn::Went;
        }
        if self.run.is_at_rest() {
            return Turn::Rests;
        }
        let wake = self.begin_what_is_due();
        if let Some((key, heard)) = self.answers.pop_front() {
            self.arrive(key, &heard);
            return Turn::Went;
        }
        match wake {
            Some(wake) => {
                self.now = self.now.max(wake);
                Turn::Went
            }
            None => turn,
        }
    }

    /// Carries out whatever is due and not under way; answers when something is due again.
    fn begin_what_is_due(&mut self) -> Option<Timestamp> {
        let mut wake: Option<Timestamp> = None;
        let mut later = |at: Timestamp| wake = Some(wake.map_or(at, |before| before.min(at)));
        for effect in due(&self.run) {
            let key = match &effect {
                Effect::Identify => Key::Identify,
                Effect::Inspect { step, target, .. } => {
                    Key::Inspect(*step, *target, self.run.steps[*step].since)
                }
                Effect::Send { attempt, .. } => Key::Send(*attempt),
                Effect::Observe { step, target, .. } => Key::Observe(*step, *target),
                Effect::Wake { at } => {
                    if *at > self.now {
                        later(*at);
                    }
                    continue;
                }
                // Nothing follows from how far a call is.
                Effect::Watch { .. } => continue,
            };
            if self.answers.iter().any(|(under_way, _)| *under_way == key) {
                continue;
            }
            match self.next_look.get(&key) {
                Some(at) if *at > self.now => later(*at),
                _ => self.begin_one(key, effect),
            }
        }
        wake
    }

    fn begin_one(&mut self, key: Key, effect: Effect) {
        let heard = match effect {
            Effect::Identify => {
                let call = Call::Sts(sts::Call::GetCallerIdentity {});
                let expires = self.expires;
                Heard::Identity { outcome: self.read(call), expires }
            }
            Effect::Inspect { step, target, calls } => {
                Heard::Inspected { step, target, seen: self.reads(calls) }
            }
            Effect::Observe { step, target, calls } => {
                Heard::Observed { step, target, seen: self.reads(calls) }
            }
            Effect::Send { attempt, call } => {
                if self.sent.contains(&attempt) {
                    return;
                }
                Heard::Ended { attempt, outcome: self.send(attempt, &call) }
            }
            Effect::Wake { .. } | Effect::Watch { .. } => return,
        };
        self.answers.push_back((key, heard));
    }

    /// Sends a call that changes something: once, and only what a record before it intends.
    pub fn send(&mut self, attempt: AttemptId, call: &Call) -> Outcome {
        let intended = self.records.iter().rev().find_map(|record| match &record.event {
            Event::Intended { attempt: found, call, digest, .. } if *found == attempt => {
                Some((call, digest))
            }
            _ => None,
        });
        assert_eq!(intended, Some((call, &call.digest())), "sent as intended");
        assert!(self.sent.insert(attempt), "attempt {attempt} is sent once");
        assert!(!call.operation().is_read(), "a read is not an attempt");
        self.calls.0 += 1;
        let nth = self.calls.0;
        self.carry_out(call, false, nth)
    }

    fn reads(&mut self, calls: Vec<Call>) -> Vec<Outcome> {
        calls.into_iter().map(|call| self.read(call)).collect()
    }

    fn read(&mut self, call: Call) -> Outcome {
        assert!(call.operation().is_read(), "{call:?} is sent without an intent");
        self.calls.1 += 1;
        let nth = self.calls.1;
        self.carry_out(&call, true, nth)
    }

    fn carry_out(&mut self, call: &Call, read: bool, nth: usize) -> Outcome {
        let struck = self
            .slips
            .iter()
            .find(|slip| slip.read == read && (slip.nth..slip.nth + slip.times).contains(&nth));
        let expired = self.expires_at.is_some_and(|at| self.calls.0 + self.calls.1 >= at);
        let kind = struck.map(|slip| slip.kind).or(expired.then_some(FaultKind::Expired));
        let faults = kind.map(|kind| Fault {
            on: "*".to_owned(),
            resource: None,
            nth: 1,
            times: 1,
            kind,
            reason: None,
        });
        let fault = faults.is_some();
        if fault {
            self.world.set_faults(faults.into_iter().collect());
        }
        let effects = self.world.ledger().len();
        let outcome = match call {
            Call::Bulk(_) => self.work(call, kind),
            call => self.world.call(call, self.time()),
        };
        if fault {
            self.struck_applied = self.world.ledger().len() > effects;
            self.world.set_faults(Vec::new());
        }
        outcome
    }

    /// Carries out work over many objects, as the application does: call by call. A fault strikes
    /// the whole of it.
    fn work(&mut self, call: &Call, fault: Option<FaultKind>) -> Outcome {
        if fault.is_some() {
            self.world.set_faults(Vec::new());
        }
        let struck = fault.map(|kind| (kind.applies(), kind.error(call, "request")));
        if let Some((false, error)) = struck {
            return Err(error);
        }
        let now = self.time();
        let nothing = World::new(self.world.place().clone(), 0, now);
        let world = Arc::new(Mutex::new(std::mem::replace(&mut self.world, nothing)));
        let sandbox = Sandbox::new(Arc::clone(&world), Arc::new(move || now), Arc::new(|_| Ok(())));
        let tools = Tools {
            pause: Arc::new(|_| Box::pin(async {})),
            clock: Arc::new(move || now),
            manifests: Arc::new(Nowhere),
            limits: Limits::default(),
        };
        let worker = Worker::new(Arc::new(sandbox), tools);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let outcome = runtime.block_on(worker.send(call.clone()));
        drop(worker);
        self.world = Arc::into_inner(world).unwrap().into_inner().unwrap();
        match struck {
            Some((_, error)) => Err(error),
            None => outcome,
        }
    }

    /// AWS's time: it passes as fast as the run says.
    pub fn time(&self) -> Timestamp {
        let passed = self.now.duration_since(start()).as_millis() * i128::from(self.run.pace);
        start() + SignedDuration::from_millis(i64::try_from(passed).unwrap())
    }

    /// An answer arrives.
    fn arrive(&mut self, key: Key, heard: &Heard) {
        if !matches!(key, Key::Send(_)) {
            let pause = LOOK_EVERY_MILLIS / i64::from(self.run.pace);
            self.next_look.insert(key, self.now + SignedDuration::from_millis(pause));
        }
        for event in hear(&self.run, heard, self.now) {
            self.record(event);
        }
    }

    /// The last records in words, for a test that failed.
    pub fn tail(&self) -> String {
        let last = self.records.len().saturating_sub(25);
        let words = self.records[last..].iter().map(|record| {
            let words = muster::engine::words::sentence(&record.event, &self.run);
            format!("{:4} {} {words}\n", record.seq, record.time)
        });
        words.collect()
    }
}

/// The state that records add up to, from nothing.
pub fn fold(records: &[Record]) -> Run {
    let mut run = Run::begin(&records[0]).unwrap();
    for record in &records[1..] {
        run.apply(record).unwrap_or_else(|illegal| panic!("{illegal}"));
    }
    run
}
