//! What the console asks of the runner, and what it does with what it is told.

use std::collections::BTreeMap;

use muster::cloud::Danger;
use muster::engine::{Command, Event, Refusal, Rest};
use muster::link::{Ask, Course, News, Planned, Standing, Unmet};
use muster::settings::Kind;
use muster::tui::Colour;

use crate::fixtures::{self, RUN};
use crate::render::Stage;

fn tell(command: Command) -> Ask {
    Ask::Tell { run: RUN.into(), command }
}

fn home() -> Stage {
    let mut stage = Stage::at_home(Colour::None, 100, 30);
    stage.out.clear();
    stage
}

fn run(run: muster::engine::Run) -> Stage {
    let mut stage = Stage::at_run(Colour::None, 100, 30, run);
    stage.out.clear();
    stage
}

#[test]
fn the_first_input_asks_for_the_first_page() {
    let mut stage = Stage::new(Colour::None, 80, 24);
    stage.wait(100).wait(100);
    assert_eq!(stage.asks(), [Ask::Home {}]);
}

#[test]
fn a_book_is_found_by_typing_filled_in_planned_and_started() {
    let mut stage = home();
    stage.types("rest-tab").keys("Enter Enter");
    assert_eq!(stage.asks(), [Ask::Pick { kind: Kind::Table }]);
    let names = Ok(fixtures::TABLES.iter().map(|name| (*name).to_owned()).collect());
    stage.news(News::Picks { kind: Kind::Table, names });
    stage.types("vend").keys("Down Enter Enter Enter");
    stage.types("sitelogix-vendors-copy").keys("Enter");
    let params = BTreeMap::from(
        [
            ("table", "sitelogix-vendors"),
            ("at", "2026-11-20T11:00:00Z"),
            ("target", "sitelogix-vendors-copy"),
        ]
        .map(|(name, text)| (name.to_owned(), text.to_owned())),
    );
    let book = "restore-table".to_owned();
    let course = Course::Book { book, params };
    assert_eq!(stage.asks(), [Ask::Plan { course: course.clone() }]);
    let plan = Box::new(Ok(fixtures::plan()));
    stage.news(News::Planned { course: course.clone(), plan });
    stage.keys("Enter");
    assert_eq!(stage.asks(), [], "an Enter that was meant for the form starts nothing");
    stage.wait(600).keys("Enter Enter");
    assert_eq!(stage.asks(), [Ask::Start { course }]);
    stage.news(fixtures::opened(fixtures::begun()));
    assert!(stage.text().contains("NEXT"), "{}", stage.text());
}

#[test]
fn a_plan_for_other_parameters_is_not_shown() {
    let mut stage = home();
    stage
        .types("rest-tab")
        .keys("Enter Enter")
        .types("abc")
        .keys("Tab Tab")
        .types("bcd")
        .keys("Ctrl-s");
    let plan = Box::new(Ok(fixtures::plan()));
    stage.news(News::Planned { course: fixtures::course("restore-table"), plan });
    assert!(stage.text().contains("Reading the account"), "{}", stage.text());
}

#[test]
fn a_form_that_is_not_right_says_where() {
    let mut stage = home();
    stage.types("rest-tab").keys("Enter Enter Tab");
    for _ in 0..25 {
        stage.keys("Backspace");
    }
    stage.types("yesterday").keys("Enter");
    let text = stage.text();
    assert!(text.contains("✘"), "{text}");
    stage.keys("Ctrl-s");
    assert!(stage.asks().iter().all(|ask| !matches!(ask, Ask::Plan { .. })));
}

#[test]
fn the_run_that_needs_someone_is_one_key_away() {
    let mut stage = home();
    stage.keys("Enter");
    assert_eq!(stage.asks(), [Ask::Open { run: RUN.into() }]);
    assert!(stage.text().contains("Opening run"), "{}", stage.text());
    stage.news(fixtures::opened(fixtures::paused())).keys("Enter");
    assert_eq!(stage.asks(), [tell(Command::Resume {})]);
}

#[test]
fn every_command_of_a_run_has_its_key() {
    let mut stage = run(fixtures::failed());
    stage.keys("r p n").types("seen").keys("Enter s").types("later").keys("Enter A");
    stage.keys("Enter").types("enough").keys("Enter");
    let reason = "the operator asked to wait".to_owned();
    let expected = [
        Command::Retry { step: 2 },
        Command::Pause { reason },
        Command::Note { text: "seen".into() },
        Command::Skip { step: 2, reason: "later".into() },
        Command::Abort { reason: "enough".into() },
    ];
    assert_eq!(stage.asks(), expected.map(tell));
    let mut stage = run(fixtures::asking());
    stage.keys("Enter").types("Ben said go").keys("Enter");
    assert_eq!(stage.asks(), [tell(Command::Answer { step: 0, text: "Ben said go".into() })]);
}

#[test]
fn the_palette_does_what_the_key_does() {
    let mut stage = run(fixtures::failed());
    stage.keys(":").types("retry").keys("Enter");
    assert_eq!(stage.asks(), [tell(Command::Retry { step: 2 })]);
}

#[test]
fn a_key_that_is_not_possible_says_why() {
    let mut stage = run(fixtures::working());
    for (key, why) in [
        ("r", "no step has failed"),
        ("s", "the step is at work"),
        ("a", "it is armed already"),
        ("f", "this is the current step already"),
        ("Enter", "wait for AWS"),
    ] {
        stage.keys(key);
        assert!(stage.text().contains(why), "{key}: {}", stage.text());
    }
    assert_eq!(stage.asks(), []);
}

#[test]
fn what_is_recorded_is_folded_into_the_screen() {
    let mut stage = run(fixtures::failed());
    let record = fixtures::record(44, "12:04:12", Event::Retried { step: 2 });
    stage.news(News::Recorded { record: Box::new(record) });
    assert!(stage.text().contains("is tried again"), "{}", stage.text());
    assert!(stage.text().contains("Reading the account"), "{}", stage.text());
    assert_eq!(stage.asks(), []);
}

#[test]
fn a_record_that_does_not_fit_makes_the_console_look_afresh() {
    let mut stage = run(fixtures::asking());
    let record = fixtures::record(44, "12:04:12", Event::Retried { step: 2 });
    stage.news(News::Recorded { record: Box::new(record) });
    assert_eq!(stage.asks(), [Ask::Open { run: RUN.into() }]);
}

#[test]
fn a_refusal_is_said() {
    let mut stage = run(fixtures::working());
    stage.news(News::Refused { run: RUN.into(), refusal: Refusal::ReadOnly {} });
    assert!(stage.text().contains("not done: this run is read-only"), "{}", stage.text());
}

#[test]
fn a_run_that_is_opened_does_not_take_the_form_away() {
    let mut stage = home();
    stage.types("rest-tab").keys("Enter Enter").types("abc");
    stage.news(fixtures::opened(fixtures::planned(Danger::Change)));
    let text = stage.text();
    assert!(text.contains("what it needs") && text.contains("was opened"), "{text}");
}

#[test]
fn a_run_that_rests_closes_what_was_asked_about_it() {
    let mut stage = run(fixtures::failed());
    stage.keys("s");
    stage.news(fixtures::opened(fixtures::rested(Rest::Succeeded {})));
    assert!(stage.text().contains("the run has ended meanwhile"), "{}", stage.text());
}

#[test]
fn the_rollout_begins_at_what_is_next_and_opens_its_book() {
    let mut stage = home();
    stage.keys("F6");
    assert_eq!(stage.asks(), [Ask::Home {}], "it is read afresh");
    assert!(stage.text().contains("NEXT  Enter: phase-2-lifecycle"), "{}", stage.text());
    stage.keys("Up Enter");
    assert!(stage.text().contains("phase · Phase 1: critical protection"), "{}", stage.text());
}

#[test]
fn a_phase_that_is_under_way_opens_its_run() {
    let mut stage = home();
    let mut told = fixtures::home();
    let run = RUN.to_owned();
    told.rollout.phases[1].standing = Standing::Running { run, done: 2, steps: 5 };
    stage.news(News::Home(told)).keys("F6");
    stage.out.clear();
    stage.keys("Enter");
    assert_eq!(stage.asks(), [Ask::Open { run: RUN.into() }]);
}

#[test]
fn what_has_to_come_first_keeps_a_plan_from_being_started() {
    let mut stage = home();
    stage.keys("Down Down Enter Enter");
    let what = "`b` needs `a`, which never ran here".to_owned();
    let unmet = Some(Unmet { missing: vec![], what, advice: "Next is `a`: muster run a".into() });
    let plan = Box::new(Ok(Planned { unmet, ..fixtures::plan() }));
    stage.news(News::Planned { course: fixtures::course("phase-1-protection"), plan });
    stage.out.clear();
    stage.wait(600).keys("Enter");
    assert_eq!(stage.asks(), []);
    assert!(stage.text().contains("which never ran here"), "{}", stage.text());
}

#[test]
fn the_report_of_a_run_is_shown_and_written() {
    let mut stage = run(fixtures::rested(Rest::Succeeded {}));
    stage.keys("R");
    let ask = |keep| Ask::Report { run: RUN.into(), keep };
    assert_eq!(stage.asks(), [ask(false)]);
    stage.out.clear();
    stage.keys("w");
    assert_eq!(stage.asks(), [], "there is nothing to write yet");
    let text = Ok("# Phase 1: done\n".to_owned());
    stage.news(News::Report { run: RUN.into(), text: text.clone(), kept: None }).keys("w");
    assert_eq!(stage.asks(), [ask(true)]);
    let kept = Some(Ok("/state/reports/x.html".to_owned()));
    stage.news(News::Report { run: RUN.into(), text, kept });
    assert!(stage.text().contains("it is in /state/reports/x.html"), "{}", stage.text());
}

#[test]
fn esc_goes_back_to_a_fresh_first_page() {
    let mut stage = run(fixtures::rested(Rest::Succeeded {}));
    stage.keys("? Esc Esc");
    assert_eq!(stage.asks(), [Ask::Home {}]);
    assert!(stage.text().contains("Search"), "{}", stage.text());
}
