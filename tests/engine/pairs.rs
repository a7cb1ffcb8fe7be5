//! Every state and every event, every command: what can happen, and what cannot.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use muster::cloud::{Danger, Ending};
use muster::engine::{
    Command, Conclusion, Event, Friction, Refusal, Rest, Run, Sight, StepEnd, Verdict, advance,
    decide, due, words,
};
use serde_json::{Value, json};

use crate::shell::ACTOR;
use crate::states::{
    State, all, call, change, error, failure, identity, inspected, intended, record, shown,
};

/// The name of an event. A new one does not compile until it is here, and its test fails until it
/// is tried below.
const fn name(event: &Event) -> &'static str {
    match event {
        Event::Started { .. } => "started",
        Event::Identified { .. } => "identified",
        Event::WrongAccount { .. } => "wrong-account",
        Event::Armed {} => "armed",
        Event::Disarmed {} => "disarmed",
        Event::StepStarted { .. } => "step-started",
        Event::Inspected { .. } => "inspected",
        Event::Planned { .. } => "planned",
        Event::Reopened { .. } => "reopened",
        Event::Confirmed { .. } => "confirmed",
        Event::Intended { .. } => "intended",
        Event::Answered { .. } => "answered",
        Event::NotApplied { .. } => "not-applied",
        Event::Unknown { .. } => "unknown",
        Event::Looked { .. } => "looked",
        Event::Concluded { .. } => "concluded",
        Event::Observed { .. } => "observed",
        Event::Overdue { .. } => "overdue",
        Event::Verified { .. } => "verified",
        Event::TargetFailed { .. } => "target-failed",
        Event::Asked { .. } => "asked",
        Event::Replied { .. } => "replied",
        Event::StepFailed { .. } => "step-failed",
        Event::Retried { .. } => "retried",
        Event::Skipped { .. } => "skipped",
        Event::StepEnded { .. } => "step-ended",
        Event::Noted { .. } => "noted",
        Event::Paused { .. } => "paused",
        Event::Resumed {} => "resumed",
        Event::Accepted {} => "accepted",
        Event::TakenOver { .. } => "taken-over",
        Event::AbortAsked { .. } => "abort-asked",
        Event::RolledBack { .. } => "rolled-back",
        Event::Rested { .. } => "rested",
    }
}

/// How many names there are above.
const EVENTS: usize = 34;

/// Events that could be said of the step that a run is at, each with what is special about it.
fn events(run: &Run) -> Vec<(&'static str, Event)> {
    let step = run.current().unwrap_or(0);
    let text = || "words".to_owned();
    let digest = shown(run).unwrap_or_else(|| "0".repeat(64));
    let confirmed = |digest: &str| Event::Confirmed {
        step,
        digest: digest.to_owned(),
        typed: Vec::new(),
        second: None,
    };
    let ended = |end| Event::StepEnded { step, end };
    let rested = |rest| Event::Rested { rest };
    let value = Some(json!(true));
    let mut all = vec![
        ("", crate::book::started(run.bound.clone(), 1)),
        (
            "",
            Event::Identified {
                identity: identity(&run.bound.environment.place.account),
                expires: None,
            },
        ),
        ("", Event::WrongAccount { expected: text(), found: identity("999999999999") }),
        ("", Event::Armed {}),
        ("", Event::Disarmed {}),
        ("", Event::StepStarted { step }),
        ("+1", Event::StepStarted { step: step + 1 }),
        ("", inspected(step, 0, change(Danger::Change))),
        ("no-target", inspected(step, 9, change(Danger::Change))),
        ("", Event::Planned { step, digest: digest.clone() }),
        ("", Event::Reopened { step, why: text() }),
        ("", confirmed(&digest)),
        ("other-plan", confirmed("f00")),
        ("", Event::Observed { step, target: 0, value: value.clone() }),
        ("", Event::Overdue { step, target: 0, waited_seconds: 9, advice: text() }),
        ("", Event::Verified { step, target: 0, value: json!(true) }),
        ("", Event::TargetFailed { step, target: 0, failure: failure() }),
        ("", Event::Asked { step, text: text() }),
        ("", Event::Replied { step, text: text() }),
        ("", Event::StepFailed { step, failure: failure() }),
        ("", Event::Retried { step }),
        ("", Event::Skipped { step, reason: text() }),
        ("no-step", Event::Skipped { step: 99, reason: text() }),
        ("changed", ended(StepEnd::Changed {})),
        ("left-out", ended(StepEnd::LeftOut { reason: text() })),
        ("answered", ended(StepEnd::Answered { text: text() })),
        ("skipped", ended(StepEnd::Skipped { reason: text() })),
        ("", Event::Noted { text: text() }),
        ("", Event::Paused { why: text() }),
        ("", Event::Resumed {}),
        ("", Event::Accepted {}),
        ("", Event::TakenOver { name: text() }),
        ("", Event::AbortAsked { reason: text() }),
        ("", Event::RolledBack { by: text(), left: Vec::new() }),
        ("succeeded", rested(Rest::Succeeded {})),
        ("aborted", rested(Rest::Aborted { reason: text() })),
        ("failed", rested(Rest::Failed { failure: failure() })),
        ("stuck", rested(Rest::Stuck { failure: failure() })),
        ("by-itself", rested(Rest::RolledBack { by: text(), left: Vec::new() })),
    ];
    all.extend(attempts(run));
    all
}

/// Events that could be said of the last attempt, or of the next one.
fn attempts(run: &Run) -> Vec<(&'static str, Event)> {
    let (next, attempt) = (run.attempts + 1, run.attempts);
    let not_applied =
        |again_at| Event::NotApplied { attempt, error: error(Ending::Throttled), again_at };
    let concluded = |conclusion| Event::Concluded { attempt, conclusion };
    let other = match intended(next, 0) {
        Event::Intended { attempt, step, target, call, .. } => {
            Event::Intended { attempt, step, target, call, digest: "f00".into() }
        }
        event => event,
    };
    vec![
        ("", intended(next, 0)),
        ("second-call", intended(next, 1)),
        ("number-again", intended(attempt, 0)),
        ("other-digest", other),
        ("", Event::Answered { attempt, request_id: None }),
        ("other", Event::Answered { attempt: attempt + 7, request_id: None }),
        ("again", not_applied(Some(record(Event::Resumed {}).time))),
        ("for-good", not_applied(None)),
        ("", Event::Unknown { attempt, error: error(Ending::Unknown) }),
        ("", Event::Looked { attempt, sight: Sight::AsBefore, value: None }),
        ("going-on", Event::Looked { attempt, sight: Sight::GoingOn, value: None }),
        ("partly", concluded(Conclusion::Partly)),
        ("done", concluded(Conclusion::Done)),
        ("never", concluded(Conclusion::NeverHappened)),
        ("differently", concluded(Conclusion::Differently)),
        ("cannot-tell", concluded(Conclusion::CannotTell)),
    ]
}

fn label(special: &str, event: &Event) -> String {
    if special.is_empty() { name(event).to_owned() } else { format!("{}({special})", name(event)) }
}

/// Everything that is asked of a state must be answered, whatever the state.
fn ask_everything(run: &Run, event: &Event) {
    let now = record(Event::Resumed {}).time;
    let _ = (advance(run, now), due(run), words::sentence(event, run), run.live_place());
    for step in 0..=run.steps.len() {
        let _ = (run.plan(step), run.friction(step));
    }
}

/// The run after the event; none when it cannot happen, which must then change nothing.
fn after(run: &Run, event: &Event) -> Option<Run> {
    let mut next = run.clone();
    match next.apply(&record(event.clone())) {
        Ok(()) => {
            ask_everything(&next, event);
            Some(next)
        }
        Err(illegal) => {
            assert_eq!(next, *run, "{illegal}: it changed something");
            assert_eq!((illegal.seq, illegal.event.replace('_', "-").as_str()), (7, name(event)));
            assert!(!illegal.state.is_empty());
            None
        }
    }
}

#[test]
fn what_can_happen_in_each_state_is_written_down() {
    let (mut text, mut tried, mut cases) = (String::new(), BTreeSet::new(), 0);
    for State { name: state, run } in all() {
        ask_everything(&run, &Event::Resumed {});
        let mut legal = Vec::new();
        for (special, event) in events(&run) {
            tried.insert(name(&event));
            cases += 1;
            if let Some(next) = after(&run, &event) {
                legal.push(label(special, &event));
                // One more of everything: nothing panics, and nothing illegal changes a thing.
                for (_, event) in events(&next) {
                    after(&next, &event);
                    cases += 1;
                }
            }
        }
        write_state(&mut text, state, &legal);
    }
    assert_eq!(tried.len(), EVENTS, "every event is tried");
    golden("pairs.txt", &text);
    println!("{cases} pairs");
}

fn write_state(text: &mut String, state: &str, found: &[String]) {
    writeln!(text, "{state}").unwrap();
    let mut line = String::new();
    for word in found {
        if line.len() + word.len() > 90 {
            writeln!(text, "   {line}").unwrap();
            line.clear();
        }
        line = line + " " + word;
    }
    writeln!(text, "   {line}\n").unwrap();
}

/// What a value calls itself in the journal.
fn word(value: &impl serde::Serialize) -> String {
    let json = serde_json::to_value(value).unwrap();
    let word = ["rest", "refusal"].iter().find_map(|tag| json[*tag].as_str());
    word.or(json.as_str()).unwrap().replace('_', "-")
}

/// The name of an event, with what decides about how it goes on.
fn said(event: &Event) -> String {
    match event {
        Event::NotApplied { again_at: Some(_), .. } => label("again", event),
        Event::NotApplied { again_at: None, .. } => label("for-good", event),
        Event::Concluded { conclusion, .. } => label(&word(conclusion), event),
        Event::Rested { rest } => label(&word(rest), event),
        event => label("", event),
    }
}

/// The events in words, or the refusal.
pub fn told(run: &Run, found: Result<Vec<Event>, Refusal>) -> String {
    match found {
        Ok(events) => {
            // Whatever is decided can happen: the journal holds it before anybody finds out.
            let mut next = run.clone();
            for event in &events {
                next.apply(&record(event.clone())).unwrap();
            }
            let names: Vec<_> = events.iter().map(said).collect();
            if names.is_empty() { "nothing".to_owned() } else { names.join(" ") }
        }
        Err(refusal) => format!("({})", word(&refusal)),
    }
}

/// Every command, said of the step that a run is at.
fn commands(run: &Run) -> Vec<(&'static str, Command)> {
    let step = run.current().unwrap_or(0);
    let text = || "words".to_owned();
    let digest = shown(run).unwrap_or_default();
    let typed = match run.friction(step) {
        Friction::Type { phrases, .. } => phrases,
        Friction::None | Friction::Enter | Friction::Yes => Vec::new(),
    };
    let confirm = |digest: String| Command::Confirm {
        step,
        digest,
        typed: typed.clone(),
        second: Some("grace".into()),
    };
    vec![
        ("arm", Command::Arm {}),
        ("disarm", Command::Disarm {}),
        ("confirm", confirm(digest)),
        ("confirm another plan", confirm("f00".into())),
        ("answer", Command::Answer { step, text: text() }),
        ("answer nothing", Command::Answer { step, text: "  ".into() }),
        ("skip", Command::Skip { step, reason: text() }),
        ("skip another", Command::Skip { step: step + 1, reason: text() }),
        ("retry", Command::Retry { step }),
        ("note", Command::Note { text: text() }),
        ("pause", Command::Pause { reason: text() }),
        ("resume", Command::Resume {}),
        ("accept", Command::Accept {}),
        ("abort", Command::Abort { reason: text() }),
        ("give up", Command::GiveUp {}),
        ("take over", Command::TakeOver { name: "grace".into() }),
    ]
}

/// A new command does not compile until it is tried above.
const fn is_tried(command: &Command) -> bool {
    match command {
        Command::Arm {}
        | Command::Disarm {}
        | Command::Confirm { .. }
        | Command::Answer { .. }
        | Command::Skip { .. }
        | Command::Retry { .. }
        | Command::Note { .. }
        | Command::Pause { .. }
        | Command::Resume {}
        | Command::Accept {}
        | Command::Abort { .. }
        | Command::GiveUp {}
        | Command::TakeOver { .. } => true,
    }
}

/// The table of a question: for each state, what each of several things leads to.
pub fn table<T>(
    asked: impl Fn(&Run) -> Vec<(&'static str, T)>,
    tell: impl Fn(&Run, &T) -> String,
) -> String {
    let mut text = String::new();
    for State { name, run } in all() {
        let mut by_answer: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (asked, one) in asked(&run) {
            by_answer.entry(tell(&run, &one)).or_default().push(asked.to_owned());
        }
        writeln!(text, "{name}").unwrap();
        for (answer, asked) in by_answer {
            writeln!(text, "    {answer}: {}", asked.join(", ")).unwrap();
        }
        text.push('\n');
    }
    text
}

#[test]
fn what_a_person_may_ask_in_each_state_is_written_down() {
    let now = record(Event::Resumed {}).time;
    let text = table(commands, |run, command| {
        assert!(is_tried(command));
        told(run, decide(run, command, ACTOR, now))
    });
    golden("commands.txt", &text);
}

#[test]
fn a_verdict_is_of_the_calls_that_it_holds() {
    let calls = change(Danger::Change).calls().to_vec();
    assert_eq!(calls, [call(0), call(1)]);
    for verdict in [
        Verdict::NoChange { value: Value::Null },
        Verdict::NotYet { value: None },
        Verdict::Undetermined { depends_on: "a".into() },
        crate::states::refused(),
    ] {
        assert_eq!((verdict.calls().len(), verdict.danger()), (0, Danger::Read));
    }
}

/// Compares with a file beside this one; with `UPDATE` set in the environment, writes it instead.
pub fn golden(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engine").join(file);
    if updates() {
        std::fs::write(&path, text).unwrap();
        return;
    }
    let wanted = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, wanted, "{}: run the tests with UPDATE=1", path.display());
}

#[expect(clippy::disallowed_methods, reason = "a test may be told to write what it found")]
fn updates() -> bool {
    std::env::var_os("UPDATE").is_some()
}
