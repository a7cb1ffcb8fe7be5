//! An estate, books and runs to look at.

use std::collections::BTreeMap;

use jiff::Timestamp;
use muster::cloud::dynamodb::{Call as Table, StreamView, TableChange};
use muster::cloud::sts::Identity;
use muster::cloud::{Call, CallError, Danger, Ending, Place};
use muster::engine::{
    Event, Failure, Mode, Record, Rest, Run, Stage, StepEnd, StepPlan, StepRun, StepState,
    TargetPlan, TargetRun, TargetState, Verdict,
};
use muster::estate::Environment;
use muster::link::{BookRow, Home, News, Planned, RunRow};
use muster::runbook::{
    Act, Bound, Kind, OnFailure, OnRefused, OutlineStep, Param, ParamKind, Pinned, Risk, Step,
    Wanted,
};
use muster::settings::{Breach, Severity, Target};
use serde_json::{Value, json};

pub const RUN: &str = "20261120-120411-k7q2";
pub const TABLES: [&str; 4] =
    ["sitelogix-reports", "sitelogix-personnel", "sitelogix-vendors", "sitelogix-constraints"];

pub fn at(text: &str) -> Timestamp {
    format!("2026-11-20T{text}Z").parse().unwrap()
}

pub fn now() -> Timestamp {
    at("12:04:11")
}

pub fn place() -> Place {
    Place::new("500313280221", "us-east-1")
}

pub fn environment() -> Environment {
    Environment {
        name: "prod".into(),
        place: place(),
        alias: "sitelogix-prod".into(),
        protected: true,
        inventory: BTreeMap::new(),
    }
}

pub fn identity() -> Identity {
    let arn = "arn:aws:sts::500313280221:assumed-role/oncall/anna";
    Identity { account: "500313280221".into(), arn: arn.into() }
}

fn pinned(name: &str, title: &str, kind: Kind, risk: Risk) -> Pinned {
    Pinned {
        name: name.into(),
        title: title.into(),
        version: "1.2.0".parse().unwrap(),
        kind,
        summary:
            "Turns on point-in-time recovery, deletion protection and streams, and checks them."
                .into(),
        risk,
        duration_seconds: 5400,
        cost: "+50 to +80 USD a month".into(),
        owner: "platform".into(),
        reviewed: "2026-11-01".parse().unwrap(),
        sha256: "ab".repeat(32),
    }
}

fn wanted(to: &Value) -> Vec<Wanted> {
    let on = |name: &str| Target { place: place(), name: name.into() };
    TABLES.iter().map(|name| Wanted { on: on(name), to: to.clone() }).collect()
}

fn step(id: &str, title: &str, why: &str, act: Act) -> Step {
    Step {
        id: id.into(),
        title: title.into(),
        why: why.into(),
        act,
        left_out: None,
        timeout_seconds: 600,
        attempts: 5,
        on_failure: OnFailure::Ask,
        on_refused: OnRefused::Leave,
        type_name: false,
        usual_seconds: Some(30),
        cost: None,
        undo: Some("Puts the value before back.".into()),
        link: None,
    }
}

fn set(setting: &str, to: &Value) -> Act {
    Act::Set { setting: format!("dynamodb.table.{setting}"), targets: wanted(to) }
}

pub fn bound() -> Bound {
    let pitr = json!({ "enabled": true, "recovery_period_days": 35 });
    let steps = vec![
        step(
            "tell",
            "Tell the team",
            "Nobody should be surprised by what follows.",
            Act::Ask {
                text: "Tell the channel #ops that phase 1 begins, and write down who answered."
                    .into(),
            },
        ),
        step(
            "pitr",
            "Turn on point-in-time recovery",
            "A bad deploy or a wrong delete can be rolled back to any second of the last 35 days.",
            set("point_in_time_recovery", &pitr),
        ),
        step(
            "protect",
            "Turn on deletion protection",
            "A slip in a script can no longer drop a table.",
            set("deletion_protection", &json!(true)),
        ),
        step(
            "stream",
            "Turn on streams",
            "Every change of an item can be followed, and replayed somewhere else.",
            set("stream", &json!("NEW_AND_OLD_IMAGES")),
        ),
        step(
            "active",
            "Check that the tables are in use",
            "A table that is still being updated refuses the next change.",
            Act::Check {
                setting: "dynamodb.table.status".into(),
                targets: wanted(&json!("ACTIVE")),
            },
        ),
    ];
    Bound {
        book: pinned("phase-1-protection", "Phase 1: critical protection", Kind::Phase, Risk::Low),
        estate: "sitelogix".into(),
        estate_sha256: "cd".repeat(32),
        environment: environment(),
        params: BTreeMap::from([("alert_email".into(), "ops@example.com".into())]),
        steps,
    }
}

fn param(name: &str, kind: ParamKind, help: &str, default: Option<&str>) -> Param {
    let param = json!({ "name": name, "kind": kind, "help": help, "default": default });
    serde_json::from_value(param).unwrap()
}

pub fn params() -> Vec<Param> {
    vec![
        param("table", ParamKind::Table, "The table that is restored.", None),
        param(
            "at",
            ParamKind::Time,
            "The second to which it is restored.",
            Some("2026-11-20T11:00:00Z"),
        ),
        param("target", ParamKind::Text, "The name of the restored copy.", None),
    ]
}

fn book(pinned: Pinned, params: Vec<Param>, last: Option<(Timestamp, Rest)>) -> BookRow {
    let steps = bound()
        .steps
        .into_iter()
        .map(|step| OutlineStep {
            what: match &step.act {
                Act::Set { setting, .. } => format!("set {setting} on ${{estate.tables}}"),
                Act::Check { setting, .. } => format!("check {setting} on ${{estate.tables}}"),
                Act::Ask { .. } => "ask".into(),
            },
            when: (step.id == "stream").then(|| "with_streams".into()),
            type_name: step.id == "protect",
            id: step.id,
            title: step.title,
            why: step.why,
            cost: step.cost,
            undo: step.undo,
            usual_seconds: step.usual_seconds,
            danger: Danger::Change,
            link: step.link,
        })
        .collect();
    BookRow { pinned, params, steps, last_run: last }
}

pub fn home() -> Home {
    let row = |id: &str, state: &str, needs: Option<&str>, last: &str| RunRow {
        id: id.into(),
        book: "phase-1-protection".into(),
        estate: "sitelogix".into(),
        environment: "prod".into(),
        mode: Mode::Live,
        state: state.into(),
        needs: needs.map(Into::into),
        done: 2,
        steps: 5,
        started: at("11:00:00"),
        last: at(last),
        actor: "anna@laptop".into(),
    };
    Home {
        mode: Mode::Live,
        estate: "sitelogix".into(),
        environment: environment(),
        read_only: false,
        books: vec![
            book(
                pinned("dr-drill", "Quarterly disaster recovery drill", Kind::Drill, Risk::Low),
                vec![],
                None,
            ),
            book(
                pinned(
                    "phase-1-protection",
                    "Phase 1: critical protection",
                    Kind::Phase,
                    Risk::Low,
                ),
                vec![],
                Some((at("09:00:00"), Rest::Succeeded {})),
            ),
            book(
                pinned("phase-4-object-lock", "Phase 4: Object Lock", Kind::Phase, Risk::High),
                vec![],
                None,
            ),
            book(
                pinned(
                    "restore-table",
                    "Restore a table to a second in time",
                    Kind::Restore,
                    Risk::Medium,
                ),
                params(),
                Some((at("08:00:00"), Rest::Aborted { reason: "wrong table".into() })),
            ),
        ],
        runs: vec![
            row(RUN, "paused", Some("log in again: aws sso login --profile oncall"), "12:01:00"),
            row("20261119-090000-aaaa", "succeeded", None, "09:00:00"),
        ],
    }
}

pub fn update(table: &str, change: TableChange) -> Call {
    Call::DynamoDb(Table::UpdateTable { table: table.into(), change })
}

pub fn protect(table: &str) -> Call {
    update(table, TableChange::DeletionProtection(true))
}

pub fn change(before: &Value, call: Call, danger: Danger) -> Verdict {
    Verdict::Change {
        before: Some(before.clone()),
        calls: vec![call],
        danger,
        why: (danger > Danger::Change).then(|| "the window of recovery is lost for good".into()),
        fingerprint: None,
        warnings: vec![],
    }
}

fn target(state: TargetState, verdict: Option<Verdict>) -> TargetRun {
    TargetRun { state, verdict, value: None, since: Some(at("12:04:05")), requests: vec![] }
}

fn waiting(step: &Step) -> StepRun {
    let count = step.targets().map_or(0, |(_, targets)| targets.len());
    let targets = vec![target(TargetState::Waiting {}, None); count];
    StepRun { state: StepState::Waiting {}, started: None, since: None, ended: None, targets }
}

fn ended(run: &mut Run, at_step: usize, end: StepEnd) {
    let step = &mut run.steps[at_step];
    step.state = StepState::Ended { end };
    step.started = Some(at("12:01:00"));
    step.ended = Some(at("12:01:41"));
    for target in &mut step.targets {
        target.state = TargetState::Verified { changed: true };
        target.verdict = Some(Verdict::NoChange { value: json!(true) });
    }
}

/// A run that has just begun: nobody answered yet.
pub fn begun() -> Run {
    let bound = bound();
    let steps = bound.steps.iter().map(waiting).collect();
    Run {
        id: RUN.into(),
        mode: Mode::Live,
        pace: 1,
        read_only: false,
        bound,
        actor: "anna@laptop".into(),
        started: at("12:00:00"),
        last: at("12:04:05"),
        identity: None,
        armed: false,
        stage: Stage::Walking {},
        steps,
        attempts: 0,
        applied: 0,
        notes: vec![],
    }
}

/// At the third step, with two steps behind it.
pub fn third() -> Run {
    let mut run = begun();
    run.identity = Some(identity());
    run.armed = true;
    run.applied = 4;
    run.attempts = 4;
    ended(&mut run, 0, StepEnd::Answered { text: "Ben said go".into() });
    ended(&mut run, 1, StepEnd::Changed {});
    run.steps[2].started = Some(at("12:04:00"));
    run
}

/// The third step waits to be confirmed, with this danger.
pub fn planned(danger: Danger) -> Run {
    let mut run = third();
    for (name, target) in TABLES.iter().zip(&mut run.steps[2].targets) {
        target.state = TargetState::Inspected {};
        target.verdict = Some(change(&json!(false), protect(name), danger));
    }
    let digest = run.plan(2).unwrap().digest();
    run.steps[2].state = StepState::Planned { digest };
    run
}

/// Only one target would change, and with this danger; the rest is as wanted already.
pub fn planned_one(danger: Danger, protected: bool) -> Run {
    let mut run = planned(danger);
    run.bound.environment.protected = protected;
    for target in run.steps[2].targets.iter_mut().skip(1) {
        target.verdict = Some(Verdict::NoChange { value: json!(true) });
    }
    let digest = run.plan(2).unwrap().digest();
    run.steps[2].state = StepState::Planned { digest };
    run
}

/// The calls of the third step are under way.
pub fn working() -> Run {
    let mut run = planned(Danger::Change);
    run.steps[2].state = StepState::Working {};
    let sent = |attempt, name: &str| TargetState::Sent {
        attempt,
        call: protect(name),
        position: 0,
        tries: 1,
    };
    let states = [
        TargetState::Verified { changed: true },
        TargetState::Observing {},
        sent(7, TABLES[2]),
        TargetState::Inspected {},
    ];
    for (state, target) in states.into_iter().zip(&mut run.steps[2].targets) {
        target.state = state;
    }
    run
}

/// Nobody saw how one call ended; another waits to be sent again.
pub fn unknown() -> Run {
    let mut run = working();
    run.steps[2].targets[2].state = TargetState::Unknown {
        attempt: 7,
        call: protect(TABLES[2]),
        position: 0,
        tries: 1,
        absences: 1,
    };
    run.steps[2].targets[3].state = TargetState::Backoff {
        until: at("12:04:20"),
        position: 0,
        tries: 1,
        error: CallError::new(Ending::Throttled, "ThrottlingException", "Rate exceeded"),
    };
    run
}

pub fn failure() -> Failure {
    Failure {
        code: "denied".into(),
        what: "the role oncall may not call dynamodb:UpdateTable on sitelogix-vendors".into(),
        advice: "Ask for dynamodb:UpdateTable, or log in with another role, then try again.".into(),
    }
}

/// The third step failed half way.
pub fn failed() -> Run {
    let mut run = working();
    run.steps[2].state = StepState::Failed { failure: failure() };
    run.steps[2].targets[1].state = TargetState::Verified { changed: true };
    run.steps[2].targets[2].state = TargetState::Failed { failure: failure() };
    run
}

/// The first step asks.
pub fn asking() -> Run {
    let mut run = begun();
    run.identity = Some(identity());
    run.steps[0].started = Some(at("12:00:01"));
    let Act::Ask { text } = &run.bound.steps[0].act else { panic!("not a question") };
    run.steps[0].state = StepState::Asking { text: text.clone() };
    run
}

/// The run came to rest.
pub fn rested(rest: Rest) -> Run {
    let mut run = third();
    let all = matches!(rest, Rest::Succeeded {});
    for step in 2..if all { 5 } else { 3 } {
        let end = if step == 4 { StepEnd::Passed {} } else { StepEnd::NoChange {} };
        ended(&mut run, step, end);
    }
    run.stage = Stage::Rested { rest };
    run
}

pub fn paused() -> Run {
    let mut run = planned(Danger::Change);
    run.stage = Stage::Paused {
        why: "the credentials have expired: aws sso login --profile oncall".into(),
    };
    run
}

pub fn record(seq: u64, time: &str, event: Event) -> Record {
    Record { seq, time: at(time), run: RUN.into(), actor: "anna@laptop".into(), event }
}

/// The latest of the journal of a run that works on its third step.
pub fn records() -> Vec<Record> {
    let digest = planned(Danger::Change).plan(2).unwrap().digest();
    let call = protect(TABLES[2]);
    vec![
        record(38, "12:04:01", Event::StepStarted { step: 2 }),
        record(39, "12:04:02", Event::Planned { step: 2, digest: digest.clone() }),
        record(40, "12:04:04", Event::Confirmed { step: 2, digest, typed: vec![], second: None }),
        record(
            41,
            "12:04:05",
            Event::Intended { attempt: 7, step: 2, target: 2, digest: call.digest(), call },
        ),
        record(
            42,
            "12:04:06",
            Event::Answered { attempt: 7, request_id: Some("7NQ2AEXAMPLE".into()) },
        ),
        record(43, "12:04:07", Event::Verified { step: 2, target: 0, value: json!(true) }),
    ]
}

pub fn opened(run: Run) -> News {
    News::Opened { run: Box::new(run), records: records() }
}

/// A plan with everything that a plan can say.
pub fn plan() -> Planned {
    let bound = bound();
    let of = |step: usize, verdicts: Vec<Verdict>| {
        let (_, wanted) = bound.steps[step].targets().unwrap();
        let targets = wanted
            .iter()
            .zip(verdicts)
            .map(|(w, verdict)| TargetPlan { target: w.on.clone(), to: w.to.clone(), verdict })
            .collect();
        StepPlan { step, targets }
    };
    let breach = Breach {
        fact: Some("D18".into()),
        severity: Severity::Refuse,
        why: "the table is being updated, and AWS refuses a second update".into(),
        fix: "wait until it is ACTIVE".into(),
    };
    let warning = Breach { severity: Severity::Warn, ..breach.clone() };
    let stream = |name: &str| update(name, TableChange::Stream(Some(StreamView::NewAndOldImages)));
    let off = json!(false);
    let steps = vec![
        of(
            1,
            vec![
                Verdict::NoChange { value: json!({ "enabled": true, "recovery_period_days": 35 }) },
                Verdict::Unreadable {
                    error: muster::settings::Unread::Failed(CallError::new(
                        Ending::Denied,
                        "AccessDeniedException",
                        "not authorized",
                    )),
                },
            ],
        ),
        of(
            2,
            vec![
                change(&off, protect(TABLES[0]), Danger::Change),
                change(&off, protect(TABLES[1]), Danger::Destroy),
                Verdict::Refused { before: Some(off.clone()), breach },
                change(&off, protect(TABLES[3]), Danger::Irreversible),
            ],
        ),
        of(
            3,
            vec![
                Verdict::Undetermined { depends_on: "pitr".into() },
                Verdict::Change {
                    before: Some(json!("OFF")),
                    calls: vec![stream(TABLES[1])],
                    danger: Danger::Change,
                    why: None,
                    fingerprint: None,
                    warnings: vec![warning],
                },
            ],
        ),
        of(4, vec![Verdict::NotYet { value: Some(json!("UPDATING")) }]),
    ];
    Planned {
        mode: Mode::Live,
        bound,
        identity: identity(),
        at: at("12:04:05"),
        digest: "9f86d081884c7d65".into(),
        steps,
    }
}
