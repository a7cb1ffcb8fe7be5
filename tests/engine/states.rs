//! A run in each state that it can be in, made by folding the events that lead there.

use muster::cloud::sts::Identity;
use muster::cloud::{Call, CallError, Danger, Ending, dynamodb};
use muster::engine::{
    Conclusion, Event, Failure, Record, Rest, Run, StepEnd, StepState, Verdict, WayBack,
};
use muster::settings::Breach;
use serde_json::json;

use crate::book::{ONE_CHANGE, small, start, started};
use crate::shell::ACTOR;

const STEPS: &str = r#"
[[step]]
id    = "active"
title = "The table is there"
why   = "A test needs it."
check = "dynamodb.table.status"
on    = "sitelogix-reports"
is    = "ACTIVE"

[[step]]
id    = "ask"
title = "Somebody looks"
why   = "A test needs it."
ask   = "Is it well?"

[[step]]
id    = "extra"
title = "One more"
why   = "A test needs it."
when  = "params.extra"
check = "dynamodb.table.status"
on    = "sitelogix-vendors"
is    = "ACTIVE"
"#;

/// A run with its name.
pub struct State {
    pub name: &'static str,
    pub run: Run,
}

/// A run that grows event by event.
#[derive(Clone)]
pub struct Story(pub Run);

impl Story {
    pub fn begin(environment: &str, read_only: bool) -> Self {
        let targets = r#"["sitelogix-reports", "sitelogix-vendors"]"#;
        let change = ONE_CHANGE.replace(r#""sitelogix-reports""#, targets);
        let mut event = started(small(environment, &(change + STEPS)), 1);
        if let Event::Started { read_only: locked, .. } = &mut event {
            *locked = read_only;
        }
        Self(Run::begin(&record(event)).unwrap())
    }

    pub fn then(mut self, event: Event) -> Self {
        self.0.apply(&record(event)).unwrap();
        self
    }

    pub fn named(&self, name: &'static str) -> State {
        State { name, run: self.0.clone() }
    }
}

/// A record of this event, a minute after the beginning.
pub fn record(event: Event) -> Record {
    let time = start() + jiff::SignedDuration::from_mins(1);
    Record { seq: 7, time, run: "run-1".into(), actor: ACTOR.into(), event }
}

pub fn identity(account: &str) -> Identity {
    Identity { account: account.into(), arn: format!("arn:aws:iam::{account}:role/oncall") }
}

/// The two calls of the target that the states are about.
pub fn call(position: usize) -> Call {
    let change = match position {
        0 => dynamodb::TableChange::DeletionProtection(true),
        _ => dynamodb::TableChange::Stream(None),
    };
    Call::DynamoDb(dynamodb::Call::UpdateTable { table: "sitelogix-reports".into(), change })
}

pub fn change(danger: Danger) -> Verdict {
    Verdict::Change {
        before: Some(json!(false)),
        calls: vec![call(0), call(1)],
        danger,
        why: None,
        fingerprint: None,
        warnings: Vec::new(),
        way_back: WayBack::Exact,
    }
}

pub fn refused() -> Verdict {
    let breach = Breach::refuse("S13", "it may not", "leave it");
    Verdict::Refused { before: Some(json!(false)), breach }
}

pub fn failure() -> Failure {
    Failure::new("denied", "it was denied", "ask for more")
}

pub fn error(ending: Ending) -> CallError {
    CallError::new(ending, "Code", "words")
}

pub fn intended(attempt: u64, position: usize) -> Event {
    let call = call(position);
    let digest = call.digest();
    Event::Intended { attempt, step: 0, target: 0, call, digest }
}

pub fn inspected(step: usize, target: usize, verdict: Verdict) -> Event {
    Event::Inspected { step, target, verdict }
}

/// The digest that waits to be confirmed.
pub fn shown(run: &Run) -> Option<String> {
    run.steps.iter().find_map(|step| match &step.state {
        StepState::Planned { digest } => Some(digest.clone()),
        _ => None,
    })
}

pub fn planned(run: &Run, step: usize) -> Event {
    Event::Planned { step, digest: run.plan(step).unwrap().digest() }
}

pub fn confirmed(run: &Run, step: usize) -> Event {
    let digest = shown(run).unwrap();
    Event::Confirmed { step, digest, typed: Vec::new(), second: None }
}

fn inspecting(environment: &str, verdict: Verdict) -> Story {
    Story::begin(environment, false)
        .then(Event::Identified { identity: identity(account(environment)), expires: None })
        .then(Event::StepStarted { step: 0 })
        .then(inspected(0, 0, verdict))
        .then(inspected(0, 1, Verdict::NoChange { value: json!(true) }))
}

pub fn account(environment: &str) -> &'static str {
    if environment == "prod" { "500313280221" } else { "111122223333" }
}

fn to_plan(story: Story) -> Story {
    let event = planned(&story.0, 0);
    story.then(event)
}

fn to_work(story: Story) -> Story {
    let story = to_plan(story);
    let event = confirmed(&story.0, 0);
    story.then(event)
}

/// Every state.
pub fn all() -> Vec<State> {
    let mut states = first();
    states.extend(work());
    states.extend(later());
    states.extend(stages());
    states
}

fn first() -> Vec<State> {
    let new = Story::begin("dev", false);
    let known =
        new.clone().then(Event::Identified { identity: identity(account("dev")), expires: None });
    let begun = known.clone().then(Event::StepStarted { step: 0 });
    let read = inspecting("dev", change(Danger::Change));
    let locked = Story::begin("dev", true)
        .then(Event::Identified { identity: identity(account("dev")), expires: None });
    let guarded = inspecting("prod", change(Danger::Change));
    vec![
        new.named("new"),
        known.named("identified"),
        locked.named("identified, read-only for good"),
        begun.named("inspecting"),
        read.named("inspecting, all read"),
        to_plan(read.clone()).named("planned"),
        to_plan(guarded.clone()).named("planned, disarmed"),
        to_work(guarded.then(Event::Armed {})).then(Event::Disarmed {}).named("between, disarmed"),
    ]
}

pub fn sent() -> Story {
    to_work(inspecting("dev", change(Danger::Change))).then(intended(1, 0))
}

fn unknown() -> Story {
    sent().then(Event::Unknown { attempt: 1, error: error(Ending::Unknown) })
}

fn backoff() -> Story {
    let again_at = Some(record(Event::Resumed {}).time);
    sent().then(Event::NotApplied { attempt: 1, error: error(Ending::Throttled), again_at })
}

fn observing() -> Story {
    let answered = |attempt| Event::Answered { attempt, request_id: Some("R".into()) };
    sent().then(answered(1)).then(intended(2, 1)).then(answered(2))
}

fn target_failed() -> Story {
    sent().then(Event::NotApplied { attempt: 1, error: error(Ending::Denied), again_at: None })
}

fn step_failed() -> Story {
    target_failed().then(Event::StepFailed { step: 0, failure: failure() })
}

fn work() -> Vec<State> {
    let verified = Event::Verified { step: 0, target: 0, value: json!(true) };
    let answered = Event::Answered { attempt: 1, request_id: None };
    vec![
        to_work(inspecting("dev", change(Danger::Change))).named("between"),
        to_work(inspecting("dev", change(Danger::Change)))
            .then(Event::WrongAccount {
                expected: account("dev").into(),
                found: identity(account("prod")),
            })
            .named("between, unidentified"),
        sent().named("sent"),
        backoff().named("backoff"),
        unknown().named("unknown"),
        sent().then(answered).named("between two calls"),
        observing().named("observing"),
        observing().then(verified).named("verified"),
        target_failed().named("target failed"),
        to_work(inspecting("dev", refused())).named("left"),
        step_failed().named("step failed"),
    ]
}

fn checking() -> Story {
    Story::begin("dev", false)
        .then(Event::Identified { identity: identity(account("dev")), expires: None })
        .then(Event::Skipped { step: 0, reason: "not today".into() })
}

fn asking() -> Story {
    checking()
        .then(Event::Skipped { step: 1, reason: "not today".into() })
        .then(Event::StepStarted { step: 2 })
        .then(Event::Asked { step: 2, text: "Is it well?".into() })
}

fn last() -> Story {
    asking().then(Event::Replied { step: 2, text: "yes".into() })
}

fn over() -> Story {
    last().then(Event::StepEnded {
        step: 3,
        end: StepEnd::LeftOut { reason: "the parameter `extra` is false".into() },
    })
}

fn later() -> Vec<State> {
    let story = checking().then(Event::StepStarted { step: 1 }).then(inspected(
        1,
        0,
        Verdict::NotYet { value: Some(json!("UPDATING")) },
    ));
    let event = planned(&story.0, 1);
    let story = story.then(event);
    let event = confirmed(&story.0, 1);
    vec![
        checking().named("check, waiting"),
        story.clone().named("check, planned"),
        story.then(event).named("check, observing"),
        asking().named("asking"),
        last().named("left out, waiting"),
        over().named("all ended"),
    ]
}

fn stages() -> Vec<State> {
    let pause = || Event::Paused { why: "lunch".into() };
    let abort = || Event::AbortAsked { reason: "no".into() };
    let rest = |rest| Event::Rested { rest };
    let plan = || to_plan(inspecting("dev", change(Danger::Change)));
    let never = Event::Concluded { attempt: 1, conclusion: Conclusion::NeverHappened };
    vec![
        plan().then(pause()).named("paused, planned"),
        sent().then(pause()).named("paused, sent"),
        unknown().then(pause()).named("paused, unknown"),
        step_failed().then(pause()).named("paused, step failed"),
        plan().then(abort()).named("aborting, planned"),
        asking().then(abort()).named("aborting, asking"),
        step_failed().then(abort()).named("aborting, step failed"),
        sent().then(abort()).named("aborting, sent"),
        unknown().then(abort()).named("aborting, unknown"),
        unknown().then(abort()).then(never.clone()).named("aborting, backoff"),
        observing().then(abort()).named("aborting, observing"),
        sent().then(Event::Resumed {}).named("resumed, was sent"),
        sent().then(Event::Resumed {}).then(never.clone()).named("resumed, was sent, reviewed"),
        sent()
            .then(Event::Resumed {})
            .then(never.clone())
            .then(Event::Accepted {})
            .named("resumed, was sent, accepted"),
        sent().then(Event::Resumed {}).then(pause()).named("paused, reviewing"),
        sent().then(abort()).then(pause()).named("paused, aborting"),
        sent().then(abort()).then(Event::Resumed {}).named("resumed, was aborting"),
        plan().then(Event::Resumed {}).named("resumed, was planned"),
        over().then(rest(Rest::Succeeded {})).named("succeeded"),
        plan().then(rest(Rest::Aborted { reason: "no".into() })).named("aborted"),
        step_failed().then(rest(Rest::Failed { failure: failure() })).named("failed"),
        step_failed().then(rest(Rest::Stuck { failure: failure() })).named("stuck"),
        step_failed()
            .then(rest(Rest::Stuck { failure: failure() }))
            .then(Event::RolledBack { by: "run-2".into(), left: Vec::new() })
            .named("rolled back"),
    ]
}
