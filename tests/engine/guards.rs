//! What keeps a run from doing what nobody meant: read-only, the account, the plan, the person.

use jiff::SignedDuration;
use muster::cloud::{Call, Danger, Place, dynamodb};
use muster::engine::{
    Command, Conclusion, Event, Friction, Refusal, Rest, Stage, StepEnd, StepPlan, StepState,
    TargetPlan, TargetState,
};
use muster::sandbox::{FaultKind, World, seeds};
use muster::settings::Target;
use serde_json::json;

use crate::book::{ONE_CHANGE, dev, place, small, start, started, world};
use crate::oath::hold;
use crate::operator::{Operator, confirm, refused, until_it_waits};
use crate::shell::{Shell, Slip, Turn};
use crate::states::change;

/// Six topics: more than may be worked at together.
const TOPICS: &str = r#"
[[step]]
id    = "topics"
title = "Create the topics"
why   = "A test needs it."
set   = "sns.topic.existence"
on    = ["a", "b", "c", "d", "e", "f"]
to    = "present"
"#;

/// Turns recovery off, which throws its window away.
const RECOVERY_OFF: &str = r#"
[[step]]
id    = "off"
title = "Turn recovery off"
why   = "A test needs it."
set   = "dynamodb.table.point_in_time_recovery"
on    = ["sitelogix-reports", "sitelogix-vendors"]
to    = { enabled = false }
"#;

fn begin(environment: &str, steps: &str) -> Shell {
    let world = if environment == "prod" { world() } else { dev() };
    Shell::begin(world, started(small(environment, steps), 1))
}

/// A run that waits with its first plan.
fn planned(environment: &str, steps: &str) -> Shell {
    let mut shell = begin(environment, steps);
    assert_eq!(until_it_waits(&mut shell), Turn::Waits);
    assert!(matches!(shell.run.steps[0].state, StepState::Planned { .. }));
    shell
}

fn has(shell: &Shell, is: impl Fn(&Event) -> bool) -> bool {
    shell.records.iter().any(|record| is(&record.event))
}

fn lost(nth: usize, times: usize, kind: FaultKind) -> Slip {
    Slip { read: false, nth, times, kind }
}

#[test]
fn a_protected_environment_changes_nothing_before_it_is_armed() {
    let mut shell = planned("prod", ONE_CHANGE);
    let confirmation = confirm(&shell.run, 0, None);
    assert_eq!(refused(&mut shell, &confirmation), Refusal::ReadOnly {});
    assert_eq!(until_it_waits(&mut shell), Turn::Waits);
    assert_eq!((shell.calls.0, shell.world.ledger().len()), (0, 0));
    shell.ask(&Command::Arm {}).unwrap();
    shell.ask(&Command::Disarm {}).unwrap();
    assert_eq!(refused(&mut shell, &confirmation), Refusal::ReadOnly {});
    shell.ask(&Command::Arm {}).unwrap();
    shell.ask(&confirmation).unwrap();
    // Forbidden again before it was sent: it waits.
    shell.ask(&Command::Disarm {}).unwrap();
    assert_eq!(until_it_waits(&mut shell), Turn::Waits);
    assert_eq!(shell.calls.0, 0);
    shell.ask(&Command::Arm {}).unwrap();
    assert_eq!(Operator::absent().walk(&mut shell), Rest::Succeeded {});
    hold(&shell);
}

#[test]
fn a_run_that_may_only_look_can_never_be_armed() {
    let mut event = started(small("prod", ONE_CHANGE), 1);
    if let Event::Started { read_only, .. } = &mut event {
        *read_only = true;
    }
    let mut shell = Shell::begin(world(), event);
    assert_eq!(until_it_waits(&mut shell), Turn::Waits);
    for resumed in [false, true] {
        if resumed {
            shell.ask(&Command::Resume {}).unwrap();
            until_it_waits(&mut shell);
        }
        assert_eq!(refused(&mut shell, &Command::Arm {}), Refusal::Locked {});
        let confirmation = confirm(&shell.run, 0, None);
        assert_eq!(refused(&mut shell, &confirmation), Refusal::Locked {});
    }
    assert_eq!(until_it_waits(&mut shell), Turn::Waits);
    assert_eq!((shell.calls.0, shell.world.ledger().len()), (0, 0));
}

#[test]
fn the_wrong_account_is_told_and_nothing_else_is_asked_of_it() {
    let mut shell = Shell::begin(dev(), started(small("prod", ONE_CHANGE), 1));
    let rest = Operator::absent().walk(&mut shell);
    let Rest::Failed { failure } = rest else { panic!("{rest:?}") };
    assert_eq!(failure.code, "wrong-account");
    assert!(has(&shell, |event| matches!(event, Event::WrongAccount { .. })));
    assert_eq!(shell.calls, (0, 1), "it was asked who it is, and no more");
    assert_eq!(refused(&mut shell, &Command::Resume {}), Refusal::AtRest {});
}

#[test]
fn the_account_is_asked_again_after_each_stop() {
    let mut shell = planned("dev", ONE_CHANGE);
    shell.ask(&Command::Pause { reason: "lunch".into() }).unwrap();
    assert_eq!(shell.run.identity, None);
    let here = std::mem::replace(&mut shell.world, world());
    shell.ask(&Command::Resume {}).unwrap();
    let rest = Operator::absent().walk(&mut shell);
    assert!(matches!(&rest, Rest::Failed { failure } if failure.code == "wrong-account"));
    assert_eq!(shell.world.ledger().len() + here.ledger().len(), 0);
}

#[test]
fn another_account_is_not_asked_what_became_of_a_call() {
    let mut shell = planned("dev", ONE_CHANGE);
    shell.slips.push(lost(1, 1, FaultKind::LostReply));
    let confirmation = confirm(&shell.run, 0, None);
    shell.ask(&confirmation).unwrap();
    shell.turn();
    assert!(has(&shell, |event| matches!(event, Event::Unknown { .. })));
    shell.crash();
    let here = std::mem::replace(&mut shell.world, world());
    shell.ask(&Command::Resume {}).unwrap();
    let rest = Operator::absent().walk(&mut shell);
    let Rest::Stuck { failure } = rest else { panic!("{rest:?}") };
    assert_eq!((failure.code.as_str(), shell.world.ledger().len()), ("wrong-account", 0));
    shell.world = here;
    shell.ask(&Command::Resume {}).unwrap();
    assert_eq!(Operator::absent().walk(&mut shell), Rest::Succeeded {});
    assert_eq!(shell.world.ledger().len(), 1);
    hold(&shell);
}

#[test]
fn a_plan_that_was_shown_too_long_ago_is_read_again() {
    let mut shell = planned("dev", ONE_CHANGE);
    let confirmation = confirm(&shell.run, 0, None);
    shell.now += SignedDuration::from_secs(601);
    // Meanwhile somebody else did it.
    let change = dynamodb::TableChange::DeletionProtection(true);
    let table = "sitelogix-reports".to_owned();
    let call = Call::DynamoDb(dynamodb::Call::UpdateTable { table, change });
    shell.world.call(&call, shell.time() - SignedDuration::from_mins(1)).unwrap();
    shell.ask(&confirmation).unwrap();
    assert!(has(&shell, |event| matches!(event, Event::Reopened { .. })));
    assert_eq!(Operator::absent().walk(&mut shell), Rest::Succeeded {});
    assert_eq!(shell.run.steps[0].state, StepState::Ended { end: StepEnd::NoChange {} });
    assert_eq!(shell.calls.0, 0, "there was nothing left to do");
}

#[test]
fn ten_minutes_are_enough_to_read_a_plan() {
    let mut shell = planned("dev", ONE_CHANGE);
    shell.now += SignedDuration::from_secs(600);
    let confirmation = confirm(&shell.run, 0, None);
    shell.ask(&confirmation).unwrap();
    assert!(!has(&shell, |event| matches!(event, Event::Reopened { .. })));
}

#[test]
fn only_the_plan_that_was_shown_can_be_confirmed() {
    let mut shell = planned("dev", ONE_CHANGE);
    let Command::Confirm { step, digest, .. } = confirm(&shell.run, 0, None) else { panic!() };
    let other = |step, digest| Command::Confirm { step, digest, typed: Vec::new(), second: None };
    for wrong in [String::new(), "0".repeat(64), digest.to_uppercase(), digest[1..].to_owned()] {
        assert_eq!(refused(&mut shell, &other(step, wrong)), Refusal::Changed {});
    }
    assert_eq!(refused(&mut shell, &other(1, digest.clone())), Refusal::NotNow { step: 1 });
    shell.ask(&other(step, digest)).unwrap();
}

#[test]
fn what_it_takes_to_confirm_follows_danger_and_environment() {
    let target = |name: &str, danger| TargetPlan {
        target: Target { place: place(), name: name.into() },
        to: json!(true),
        verdict: change(danger),
    };
    let live = Place::new("999999999999", "eu-central-1");
    let plan = |danger| StepPlan {
        step: 0,
        targets: vec![target("worst", danger), target("mild", Danger::Read)],
    };
    let mut table = Vec::new();
    for danger in [Danger::Read, Danger::Change, Danger::Destroy, Danger::Irreversible] {
        for (protected, type_name) in [(false, false), (false, true), (true, false), (true, true)] {
            let friction = match Friction::of(&plan(danger), &live, protected, type_name) {
                Friction::None => "none".to_owned(),
                Friction::Enter => "enter".to_owned(),
                Friction::Yes => "y".to_owned(),
                Friction::Type { phrases, second } => {
                    phrases.join(",") + if second { " and a second person" } else { "" }
                }
            };
            table.push(friction);
        }
    }
    let place = "999999999999/eu-central-1/worst and a second person";
    assert_eq!(
        table,
        [
            // Open, open by name, protected, protected by name.
            ["none", "none", "none", "none"],
            ["enter", "worst", "enter", "worst"],
            ["y", "worst", "worst", "worst"],
            ["worst", "worst", place, place],
        ]
        .concat()
    );
}

/// Production with recovery on, where turning it off loses something for good.
fn recoverable() -> World {
    let mut world = world();
    for table in ["sitelogix-reports", "sitelogix-vendors"] {
        let call = dynamodb::Call::UpdateContinuousBackups {
            table: table.into(),
            recovery_period_days: Some(35),
        };
        world.call(&Call::DynamoDb(call), start()).unwrap();
    }
    let text = serde_json::to_string(&world).unwrap();
    let mut json: serde_json::Value = serde_json::from_str(&text).unwrap();
    json["ledger"] = json!([]);
    serde_json::from_value(json).unwrap()
}

#[test]
fn what_must_be_typed_is_compared_letter_by_letter() {
    let mut shell = Shell::begin(recoverable(), started(small("prod", RECOVERY_OFF), 1));
    shell.now += SignedDuration::from_mins(1);
    assert_eq!(until_it_waits(&mut shell), Turn::Waits);
    shell.ask(&Command::Arm {}).unwrap();
    let (reports, vendors) = (
        "500313280221/us-east-1/sitelogix-reports".to_owned(),
        "500313280221/us-east-1/sitelogix-vendors".to_owned(),
    );
    let StepState::Planned { digest } = shell.run.steps[0].state.clone() else { panic!() };
    let typed = |typed: &[&String], second: Option<&str>| Command::Confirm {
        step: 0,
        digest: digest.clone(),
        typed: typed.iter().map(ToString::to_string).collect(),
        second: second.map(str::to_owned),
    };
    let grace = Some("grace");
    for first in ["", "sitelogix-reports", &reports.to_uppercase(), &format!("{reports} ")] {
        let command = typed(&[&first.to_owned(), &vendors], grace);
        let expected = reports.clone();
        assert_eq!(refused(&mut shell, &command), Refusal::WrongPhrase { expected });
    }
    for short in [typed(&[&reports], grace), typed(&[&reports, &reports], grace)] {
        let expected = vendors.clone();
        assert_eq!(refused(&mut shell, &short), Refusal::WrongPhrase { expected });
    }
    let ada = ["ada", " ada ", "Ada", "ada@console", "ADA@elsewhere"];
    for same in ada.map(Some).into_iter().chain([None, Some(""), Some("  "), Some("@")]) {
        let command = typed(&[&reports, &vendors], same);
        assert_eq!(refused(&mut shell, &command), Refusal::SecondPerson {}, "{same:?}");
    }
    assert_eq!(shell.calls.0, 0);
    // On a shared login the name that was typed counts as well.
    shell.ask(&Command::TakeOver { name: "Grace".into() }).unwrap();
    shell.ask(&Command::Arm {}).unwrap();
    assert_eq!(refused(&mut shell, &typed(&[&reports, &vendors], grace)), Refusal::SecondPerson {});
    shell.ask(&typed(&[&reports, &vendors], Some("linus"))).unwrap();
    assert_eq!(Operator::absent().walk(&mut shell), Rest::Succeeded {});
    hold(&shell);
}

#[test]
fn only_the_operator_commands_until_another_takes_over() {
    let mut shell = planned("prod", ONE_CHANGE);
    shell.ask(&Command::Arm {}).unwrap();
    let confirmation = confirm(&shell.run, 0, None);
    shell.by = "grace@desk";
    for command in [
        confirmation.clone(),
        Command::Resume {},
        Command::Disarm {},
        Command::Skip { step: 0, reason: "enough".into() },
        Command::Abort { reason: "enough".into() },
    ] {
        let refusal = refused(&mut shell, &command);
        let Refusal::NotYours { name, actor, since } = refusal else { panic!("{refusal:?}") };
        assert_eq!((name.as_str(), actor.as_str(), since), ("ada", "ada@console", start()));
    }
    shell.ask(&Command::Note { text: "anybody may write something down".into() }).unwrap();
    assert_eq!(refused(&mut shell, &Command::TakeOver { name: " ".into() }), Refusal::Empty {});
    shell.ask(&Command::TakeOver { name: "Grace".into() }).unwrap();
    // What the one before allowed, the next one has to allow again.
    assert_eq!(refused(&mut shell, &confirmation), Refusal::ReadOnly {});
    shell.by = "ada@console";
    let refusal = refused(&mut shell, &Command::Arm {});
    assert!(matches!(&refusal, Refusal::NotYours { name, .. } if name == "Grace"), "{refusal:?}");
    shell.by = "grace@desk";
    assert_eq!(Operator::absent().walk(&mut shell), Rest::Succeeded {});
    assert_eq!(refused(&mut shell, &Command::TakeOver { name: "Ada".into() }), Refusal::AtRest {});
    hold(&shell);
}

#[test]
fn after_a_stop_nothing_goes_on_before_a_person_saw_what_became_of_what_was_in_flight() {
    for (kind, conclusion) in [
        (FaultKind::LostReply, Conclusion::Done),
        (FaultKind::LostRequest, Conclusion::NeverHappened),
    ] {
        let mut shell = planned("dev", ONE_CHANGE);
        shell.slips.push(lost(1, 1, kind));
        let confirmation = confirm(&shell.run, 0, None);
        shell.ask(&confirmation).unwrap();
        while !shell.run.steps[0].targets[0].state.is_in_flight() {
            shell.turn();
        }
        shell.crash();
        let before = shell.records.len();
        shell.ask(&Command::Resume {}).unwrap();
        assert_eq!(shell.run.stage, Stage::Reviewing {});
        assert_eq!(refused(&mut shell, &Command::Accept {}), Refusal::Reviewing {});
        let retry = Command::Retry { step: 0 };
        assert_eq!(refused(&mut shell, &retry), Refusal::Reviewing {});
        assert_eq!(until_it_waits(&mut shell), Turn::Waits);
        let [evidence] = shell.run.evidence.as_slice() else { panic!("{}", shell.tail()) };
        assert_eq!(evidence.conclusion, Some(conclusion));
        assert_eq!(evidence.before, Some(json!(false)));
        assert_eq!(shell.calls.0, 1, "nothing was sent since");
        let only = |event: &Event| {
            matches!(
                event,
                Event::Resumed {}
                    | Event::Identified { .. }
                    | Event::Looked { .. }
                    | Event::Concluded { .. }
                    | Event::Verified { .. }
            )
        };
        assert!(shell.records[before..].iter().all(|r| only(&r.event)), "{}", shell.tail());
        // Nobody saw it: it is shown again after the next stop.
        shell.crash();
        shell.ask(&Command::Resume {}).unwrap();
        assert_eq!(shell.run.stage, Stage::Reviewing {});
        assert_eq!(until_it_waits(&mut shell), Turn::Waits);
        assert_eq!(shell.run.evidence[0].conclusion, Some(conclusion));
        shell.ask(&Command::Accept {}).unwrap();
        assert_eq!(Operator::absent().walk(&mut shell), Rest::Succeeded {}, "{}", shell.tail());
        hold(&shell);
    }
}

#[test]
fn what_usually_takes_longer_than_the_credentials_last_is_asked_for_with_a_y() {
    let steps = ONE_CHANGE.replace("retry = 2", "retry = 2\nusual = \"10m\"");
    for (left, asked, outlasts) in [(599, Friction::Yes, Some(599)), (600, Friction::Enter, None)] {
        let mut shell = Shell::begin(dev(), started(small("dev", &steps), 1));
        shell.expires = Some(shell.now + SignedDuration::from_secs(left));
        assert_eq!(until_it_waits(&mut shell), Turn::Waits);
        assert_eq!((shell.run.friction(0), shell.run.steps[0].outlasts), (asked, outlasts));
    }
    // What is only read asks nobody: it pauses when the credentials end, and nothing is half done.
    let check = steps.replace("set   =", "check =").replace("to    = true", "is    = false");
    let check = check.replace("retry = 2\n", "");
    let mut shell = Shell::begin(dev(), started(small("dev", &check), 1));
    shell.expires = Some(shell.now + SignedDuration::from_secs(5));
    assert_eq!(Operator::absent().walk(&mut shell), Rest::Succeeded {}, "{}", shell.tail());
}

#[test]
fn what_takes_longer_than_usual_is_told_once_and_not_stopped() {
    let steps = ONE_CHANGE.replace("retry = 2", "retry = 2\nusual = \"5s\"");
    let mut shell = Shell::begin(dev(), started(small("dev", &steps), 1));
    assert_eq!(until_it_waits(&mut shell), Turn::Waits);
    // Its reads are lost for half a minute.
    shell.slips.push(Slip {
        read: true,
        nth: shell.calls.1 + 1,
        times: 15,
        kind: FaultKind::LostReply,
    });
    let confirmation = confirm(&shell.run, 0, None);
    shell.ask(&confirmation).unwrap();
    while !has(&shell, |event| matches!(event, Event::Overdue { .. })) {
        assert_eq!(shell.turn(), Turn::Went, "{}", shell.tail());
    }
    // That another value is seen then is no reason to tell it again.
    shell.record(Event::Observed { step: 0, target: 0, value: None });
    assert_eq!(Operator::absent().walk(&mut shell), Rest::Succeeded {}, "{}", shell.tail());
    let told: Vec<_> = shell
        .records
        .iter()
        .filter_map(|record| match &record.event {
            Event::Overdue { waited_seconds, advice, .. } => Some((*waited_seconds, advice)),
            _ => None,
        })
        .collect();
    let [(waited, advice)] = told.as_slice() else { panic!("{told:?}\n{}", shell.tail()) };
    assert!((10..15).contains(waited), "{waited} s, and 5 s are usual");
    assert!(advice.contains("DescribeTable") && advice.contains("muster status"), "{advice}");
    hold(&shell);
}

#[test]
fn a_step_is_not_left_while_nobody_knows_how_its_call_ended() {
    let mut shell = planned("dev", ONE_CHANGE);
    shell.slips.push(lost(1, 1, FaultKind::LostRequest));
    let confirmation = confirm(&shell.run, 0, None);
    shell.ask(&confirmation).unwrap();
    shell.turn();
    assert!(shell.run.steps[0].targets[0].state.is_in_flight());
    let skip = Command::Skip { step: 0, reason: "enough".into() };
    assert_eq!(refused(&mut shell, &skip), Refusal::InFlight {});
}

#[test]
fn no_more_than_four_targets_are_worked_at_together() {
    let mut shell = begin("dev", TOPICS);
    assert_eq!(Operator::absent().walk(&mut shell), Rest::Succeeded {});
    assert_eq!((shell.busiest, shell.world.ledger().len()), (4, 6));
    hold(&shell);
}

#[test]
fn an_abort_sees_what_is_in_flight_to_its_end_and_begins_nothing() {
    for kind in [FaultKind::LostReply, FaultKind::LostRequest, FaultKind::ServerError] {
        let mut shell = planned("dev", TOPICS);
        shell.slips.push(lost(1, 4, kind));
        let confirmation = confirm(&shell.run, 0, None);
        shell.ask(&confirmation).unwrap();
        shell.turn();
        shell.ask(&Command::Abort { reason: "not today".into() }).unwrap();
        let intents = shell.run.attempts;
        let rest = Operator::absent().walk(&mut shell);
        assert_eq!(rest, Rest::Aborted { reason: "not today".into() });
        assert_eq!((intents, shell.run.attempts), (4, 4), "nothing new was begun");
        assert_eq!(shell.world.ledger().len(), if kind.applies() { 4 } else { 0 });
        let found: Vec<_> =
            shell.run.steps[0].targets.iter().map(|target| target.state.name()).collect();
        let seen = if kind.applies() { "verified" } else { "backoff" };
        assert_eq!(found, [seen, seen, seen, seen, "between", "between"], "{kind:?}");
        hold(&shell);
    }
}

#[test]
fn what_does_not_come_in_time_fails_and_says_what_was_seen() {
    let check = r#"
[[step]]
id      = "archived"
title   = "It is archived"
why     = "A test needs it."
check   = "dynamodb.table.status"
on      = "sitelogix-reports"
is      = "ARCHIVED"
timeout = "90s"
"#;
    let mut shell = begin("dev", check);
    let rest = Operator::absent().walk(&mut shell);
    let Rest::Failed { failure } = rest else { panic!("{rest:?}") };
    assert_eq!(failure.code, "timed-out");
    assert!(failure.what.contains("90 s; last seen: \"ACTIVE\""), "{failure:?}");
    assert!(failure.advice.starts_with("Nothing was changed"), "{failure:?}");
    assert_eq!(shell.now.duration_since(start()), SignedDuration::from_secs(90));
}

#[test]
fn a_step_is_left_out_when_its_parameter_says_so() {
    let steps = format!("{ONE_CHANGE}when = \"params.extra\"\n");
    let mut shell = begin("dev", &steps);
    assert_eq!(Operator::absent().walk(&mut shell), Rest::Succeeded {});
    let StepState::Ended { end: StepEnd::LeftOut { reason } } = &shell.run.steps[0].state else {
        panic!("{:?}", shell.run.steps[0].state)
    };
    assert!(reason.contains("extra"));
    assert_eq!(shell.calls, (0, 1));
}

#[test]
fn an_answer_is_filled_in_where_a_later_step_asks_for_it() {
    let steps = TOPICS.replace(r#"["a", "b", "c", "d", "e", "f"]"#, "\"a\"")
        + r#"
[[step]]
id    = "who"
title = "Who is told"
why   = "A test needs it."
ask   = "Whose mail?"

[[step]]
id    = "told"
title = "Tell them"
why   = "A test needs it."
set   = "sns.topic.subscriptions"
on    = "a"
to    = [{ protocol = "email", endpoint = "${steps.who.answer}" }]

[[step]]
id    = "sure"
title = "Be sure"
why   = "A test needs it."
ask   = "Did ${steps.who.answer} get a mail?"
"#;
    let mut shell = begin("dev", &steps);
    let mut operator = Operator { answer: " grace@example.com ".into(), ..Operator::absent() };
    assert_eq!(operator.walk(&mut shell), Rest::Succeeded {}, "{}", shell.tail());
    let sent = serde_json::to_string(&shell.world.ledger()[1].detail).unwrap();
    assert!(sent.contains(r#""grace@example.com""#), "{sent}");
    let asked = "Did grace@example.com get a mail?";
    assert!(has(&shell, |event| matches!(event, Event::Asked { text, .. } if text == asked)));
    hold(&shell);
}

#[test]
fn a_failed_step_goes_on_with_what_is_not_done() {
    let mut shell = begin("dev", TOPICS);
    shell.slips.push(lost(2, 1, FaultKind::Denied));
    assert_eq!(Operator::default().walk(&mut shell), Rest::Succeeded {}, "{}", shell.tail());
    assert_eq!(shell.world.ledger().len(), 6);
    let again = shell.records.iter().filter(|r| matches!(r.event, Event::Inspected { .. }));
    // Six at first, then the denied one and the two that were not begun.
    assert_eq!(again.count(), 6 + 3);
    hold(&shell);
}

#[test]
fn a_table_that_is_still_made_is_waited_for() {
    let mut world =
        seeds::from_inventory(Place::new("111122223333", "us-east-1"), &[], &[], 7, start());
    world.create_table("sitelogix-reports", start());
    let mut shell = Shell::begin(world, started(small("dev", ONE_CHANGE), 1));
    // It can be seen by now, and is busy for a while.
    shell.now += SignedDuration::from_secs(5);
    assert_eq!(Operator::absent().walk(&mut shell), Rest::Succeeded {}, "{}", shell.tail());
    assert!(matches!(shell.run.stage, Stage::Rested { .. }));
    hold(&shell);
}

#[test]
fn credentials_that_end_under_four_calls_are_one_pause_and_no_failure() {
    let mut shell = begin("dev", TOPICS);
    shell.slips.push(lost(1, 4, FaultKind::Expired));
    let mut operator = Operator::absent();
    assert_eq!(operator.walk(&mut shell), Rest::Succeeded {}, "{}", shell.tail());
    assert_eq!(operator.resumed, 1);
    assert!(!has(&shell, |event| matches!(event, Event::TargetFailed { .. })));
    hold(&shell);
}

#[test]
fn a_long_pause_does_not_use_up_the_time_to_wait() {
    for kind in [None, Some(FaultKind::LostReply)] {
        let mut shell = planned("dev", ONE_CHANGE);
        shell.slips.extend(kind.map(|kind| lost(1, 1, kind)));
        // What is read first after the pause is read too early, or not at all.
        let first = shell.calls.1 + 2;
        shell.slips.push(Slip { read: true, nth: first, times: 1, kind: FaultKind::Throttled });
        let confirmation = confirm(&shell.run, 0, None);
        shell.ask(&confirmation).unwrap();
        shell.turn();
        let state = &shell.run.steps[0].targets[0].state;
        assert!(matches!(state, TargetState::Observing {} | TargetState::Unknown { .. }));
        shell.ask(&Command::Pause { reason: "the night".into() }).unwrap();
        shell.now += SignedDuration::from_hours(9);
        shell.ask(&Command::Resume {}).unwrap();
        assert_eq!(Operator::absent().walk(&mut shell), Rest::Succeeded {}, "{}", shell.tail());
        hold(&shell);
    }
}

#[test]
fn a_run_that_stopped_can_be_resumed_and_tries_again() {
    let steps = ONE_CHANGE.replace("sitelogix-reports", "sitelogix-vendors")
        + &TOPICS.replace("to    =", "on_failure = \"stop\"\nto    =");
    let mut shell = begin("dev", &steps);
    shell.slips.push(lost(3, 1, FaultKind::Denied));
    let rest = Operator::absent().walk(&mut shell);
    let Rest::Stuck { failure } = rest else { panic!("{rest:?}") };
    assert_eq!(failure.code, "denied");
    shell.ask(&Command::Resume {}).unwrap();
    assert_eq!(Operator::absent().walk(&mut shell), Rest::Succeeded {}, "{}", shell.tail());
    assert_eq!(shell.world.ledger().len(), 7);
    hold(&shell);
}

#[test]
fn what_was_confirmed_before_a_resume_is_read_and_confirmed_anew() {
    let mut shell = planned("dev", TOPICS);
    let confirmed = confirm(&shell.run, 0, None);
    shell.ask(&confirmed).unwrap();
    // The process dies between the confirmation and the first call.
    shell.crash();
    shell.now += SignedDuration::from_hours(72);
    shell.ask(&Command::Resume {}).unwrap();
    assert_eq!(until_it_waits(&mut shell), Turn::Waits);
    assert!(matches!(shell.run.steps[0].state, StepState::Planned { .. }), "{}", shell.tail());
    assert!(has(&shell, |event| matches!(event, Event::Reopened { .. })));
    assert!(!has(&shell, |event| matches!(event, Event::Intended { .. })), "{}", shell.tail());
    Operator::default().walk(&mut shell);
    hold(&shell);
}
