//! The shipped books, carried out in the simulated account, one target after the other.

use jiff::{SignedDuration, Timestamp};
use muster::cloud::{Call, Danger, Outcome};
use muster::jobs;
use muster::runbook::{Act, Bound, OnRefused};
use muster::sandbox::{World, seeds};
use muster::settings::{Severity, Target};
use serde_json::Value;

use crate::shipped::bound;

/// A person who follows a book with the calls of its settings.
struct Walk {
    world: World,
    now: Timestamp,
    /// What was changed, skipped because of a rule, and told as a warning.
    changed: Vec<String>,
    left: Vec<String>,
    warned: Vec<String>,
}

impl Walk {
    fn new(bound: &Bound) -> Self {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let world = seeds::sitelogix(bound.environment.place.clone(), now);
        Self { world, now, changed: Vec::new(), left: Vec::new(), warned: Vec::new() }
    }

    fn ask(&mut self, calls: &[Call]) -> Vec<Outcome> {
        calls.iter().map(|call| self.world.call(call, self.now)).collect()
    }

    fn wait(&mut self) {
        self.now += SignedDuration::from_secs(10);
    }

    /// Everything that the book sets and checks, in order.
    fn book(&mut self, bound: &Bound) {
        for step in &bound.steps {
            let Some((id, targets)) = step.targets() else { continue };
            for wanted in targets {
                let what = format!("{} {}", step.id, wanted.on.name);
                if matches!(step.act, Act::Set { .. }) {
                    let leave = step.on_refused == OnRefused::Leave;
                    self.set(id, &wanted.on, &wanted.to, leave, &what);
                } else {
                    self.until_met(id, &wanted.on, &wanted.to, &what);
                }
            }
        }
    }

    fn set(&mut self, id: &str, on: &Target, to: &Value, leave: bool, what: &str) {
        let setting = jobs::row(id).unwrap();
        let guard = self.ask(&setting.guard(on, to));
        let breaches = setting.lint(on, to).into_iter().chain(setting.judge(on, to, &guard));
        for breach in breaches {
            if breach.severity == Severity::Refuse {
                assert!(leave, "{what}: {breach:?}");
                self.left.push(what.to_owned());
                return;
            }
            self.warned.push(format!("{what}: {}", breach.fact.unwrap_or_default()));
        }
        let seen = self.ask(&setting.read(on));
        if setting.decode(on, &seen).is_ok_and(|value| setting.is_met(&value, to)) {
            return;
        }
        let before = setting.decode(on, &seen).unwrap_or_default();
        let change = setting.change(&before, to);
        assert!(change.danger <= Danger::Change, "{what}: {change:?}");
        let calls = setting.write(on, &seen, to).unwrap_or_else(|e| panic!("{what}: {e:?}"));
        for outcome in self.ask(&calls) {
            outcome.unwrap_or_else(|e| panic!("{what}: {e:?}"));
        }
        self.changed.push(what.to_owned());
        self.until_met(id, on, to, what);
    }

    fn until_met(&mut self, id: &str, on: &Target, to: &Value, what: &str) {
        let setting = jobs::row(id).unwrap();
        for _ in 0..60 {
            let seen = self.ask(&setting.read(on));
            if setting.decode(on, &seen).is_ok_and(|value| setting.is_met(&value, to)) {
                return;
            }
            self.wait();
        }
        let seen = self.ask(&setting.read(on));
        panic!("{what}: wanted {to}, and it is {:?}", setting.decode(on, &seen));
    }
}

/// It never needs more than Enter, either.
#[test]
fn phase_1_can_be_carried_out_and_a_second_run_changes_nothing() {
    let bound = bound("prod");
    let mut walk = Walk::new(&bound);
    walk.book(&bound);
    assert_eq!(walk.left, ["access-logging sitelogix-logs-prod"]);
    assert!(walk.changed.contains(&"alarms-system-errors sitelogix-vendors-system-errors".into()));
    // AWS contradicts itself on Object Lock without a default retention: the book says so.
    let buckets = ["sitelogix-audio-files-prod", "sitelogix-transcripts-prod"];
    assert_eq!(walk.warned, buckets.map(|bucket| format!("access-logging {bucket}: S13")));
    let sent = walk.world.ledger().len();
    walk.changed.clear();
    walk.book(&bound);
    assert_eq!(walk.changed, Vec::<String>::new());
    assert_eq!(walk.world.ledger().len(), sent);
}
