//! Phase 1, walked in this process, so that a test may hold the account: one thing after another, at
//! a clock that moves only when nothing else is due.
#![expect(clippy::panic, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use muster::app::Library;
use muster::aws::Live;
use muster::cloud::{Account, Call, sts};
use muster::engine::{
    Command, Effect, Event, Friction, Heard, Mode, Record, Rest, Run, Stage, StepState, advance,
    decide, due, hear,
};
use muster::runbook::Bound;

/// Between two looks at the same thing.
const LOOK_EVERY: SignedDuration = SignedDuration::from_secs(2);

/// More turns than a walk takes.
const TURNS: usize = 20_000;

/// A run and everything that happened in it.
pub struct Walk {
    pub run: Run,
    pub records: Vec<Record>,
    now: Timestamp,
}

/// The shipped book, in production.
pub fn phase_1() -> Bound {
    let library = Library::embedded();
    let estate = library.estate(Some("sitelogix")).expect("the estate");
    let environment = estate.environment("prod").expect("production");
    let book = library.book(&estate.name, "phase-1-protection").expect("the book");
    let mail = ("alert_email".to_owned(), "oncall@example.com".to_owned());
    book.bind(estate, environment, &BTreeMap::from([mail])).expect("a book that binds")
}

impl Walk {
    /// Begins a run of a book.
    pub fn begin(bound: Bound) -> Self {
        let event = Event::Started {
            mode: Mode::Live,
            pace: 1,
            read_only: false,
            bound: Box::new(bound),
            book_text: String::new(),
            estate_text: String::new(),
        };
        let now: Timestamp = "2026-11-20T08:00:00Z".parse().expect("a time");
        let (run, actor) = ("run-1".to_owned(), "ada@console".to_owned());
        let record = Record { seq: 1, time: now, run, actor, event };
        Self { run: Run::begin(&record).expect("a run"), records: vec![record], now }
    }

    /// Walks with every confirmation given, until it rests or is paused.
    pub async fn on(&mut self, live: &Live) {
        let mut looks = BTreeMap::new();
        for _ in 0..TURNS {
            while let Some(event) = advance(&self.run, self.now) {
                self.record(event);
            }
            if matches!(self.run.stage, Stage::Rested { .. } | Stage::Paused { .. }) {
                return;
            }
            let mut wake: Option<Timestamp> = None;
            let mut went = false;
            for effect in due(&self.run) {
                let at = match (&effect, looks.get(&format!("{effect:?}"))) {
                    (Effect::Wake { at }, _) | (_, Some(at)) if *at > self.now => *at,
                    (Effect::Wake { .. }, _) => continue,
                    (_, _) => {
                        looks.insert(format!("{effect:?}"), self.now + LOOK_EVERY);
                        let heard = carry_out(live, effect).await;
                        for event in hear(&self.run, &heard, self.now) {
                            self.record(event);
                        }
                        went = true;
                        break;
                    }
                };
                wake = Some(wake.map_or(at, |before| before.min(at)));
            }
            match (went, wake) {
                (true, _) => {}
                (false, Some(at)) => self.now = at,
                (false, None) => self.confirm(),
            }
        }
        panic!("it goes on for ever:\n{}", self.tail());
    }

    /// A person asks for something.
    #[track_caller]
    pub fn ask(&mut self, command: &Command) {
        let decided = decide(&self.run, command, "ada@console", self.now);
        for event in decided.unwrap_or_else(|refusal| panic!("{refusal}\n{}", self.tail())) {
            self.record(event);
        }
    }

    fn confirm(&mut self) {
        if self.run.stage == (Stage::Reviewing {}) {
            return self.ask(&Command::Accept {});
        }
        if !self.run.armed {
            return self.ask(&Command::Arm {});
        }
        let step = self.run.current().expect("a step");
        let StepState::Planned { digest } = self.run.steps[step].state.clone() else {
            let failed = self.run.steps[step].state.failure().is_some();
            assert!(failed, "nobody knows what it waits for:\n{}", self.tail());
            return self.ask(&Command::GiveUp {});
        };
        let typed = match self.run.friction(step) {
            Friction::Type { phrases, .. } => phrases,
            Friction::None | Friction::Enter | Friction::Yes => Vec::new(),
        };
        self.ask(&Command::Confirm { step, digest, typed, second: Some("grace".to_owned()) });
    }

    fn record(&mut self, event: Event) {
        let seq = self.records.len() as u64 + 1;
        let (run, actor) = (self.run.id.clone(), "ada@console".to_owned());
        let record = Record { seq, time: self.now, run, actor, event };
        self.run.apply(&record).unwrap_or_else(|illegal| panic!("{illegal}\n{}", self.tail()));
        self.records.push(record);
    }

    /// How it rests.
    pub fn rest(&self) -> &Rest {
        match &self.run.stage {
            Stage::Rested { rest } => rest,
            stage => panic!("{stage:?}\n{}", self.tail()),
        }
    }

    /// The last records in words.
    pub fn tail(&self) -> String {
        let last = self.records.len().saturating_sub(25);
        let words = self.records[last..].iter().map(|record| {
            format!(
                "{} {}\n",
                record.seq,
                muster::engine::words::sentence(&record.event, &self.run)
            )
        });
        words.collect()
    }
}

async fn carry_out(live: &Live, effect: Effect) -> Heard {
    match effect {
        Effect::Identify => {
            let outcome = live.send(Call::Sts(sts::Call::GetCallerIdentity {})).await;
            Heard::Identity { outcome, expires: None }
        }
        Effect::Inspect { step, target, calls } => {
            Heard::Inspected { step, target, seen: read(live, calls).await }
        }
        Effect::Observe { step, target, calls } => {
            Heard::Observed { step, target, seen: read(live, calls).await }
        }
        Effect::Watch { step, target, calls } => {
            Heard::Watched { step, target, seen: read(live, calls).await }
        }
        Effect::Send { attempt, call } => Heard::Ended { attempt, outcome: live.send(call).await },
        Effect::Wake { .. } => unreachable!("nobody carries out that time passes"),
    }
}

async fn read(live: &Live, calls: Vec<Call>) -> Vec<muster::cloud::Outcome> {
    let mut seen = Vec::new();
    for call in calls {
        seen.push(live.send(call).await);
    }
    seen
}
