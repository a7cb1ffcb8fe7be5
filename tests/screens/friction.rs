//! What it takes to confirm: exactly the keys that the danger asks for, and nothing by accident.

use muster::cloud::Danger;
use muster::engine::{Command, Run, StepState};
use muster::link::{Ask, News};
use muster::tui::{Colour, Input, Outgoing};

use crate::fixtures::{self, TABLES};
use crate::render::Stage;

fn at(run: Run) -> Stage {
    let mut stage = Stage::at_run(Colour::Full, 80, 24, run);
    stage.out.clear();
    stage
}

/// The confirmations that were sent, as what was typed and the second person.
fn confirmed(stage: &mut Stage) -> Vec<(String, Vec<String>, Option<String>)> {
    let of = |ask| match ask {
        Ask::Tell { command: Command::Confirm { digest, typed, second, .. }, .. } => {
            Some((digest, typed, second))
        }
        _ => None,
    };
    stage.asks().into_iter().filter_map(of).collect()
}

fn digest(run: &Run) -> String {
    run.plan(2).unwrap().digest()
}

#[test]
fn a_change_is_confirmed_with_enter() {
    let run = fixtures::planned(Danger::Change);
    let mut stage = at(run.clone());
    stage.keys("Enter").wait(600).keys("y Tab x");
    assert_eq!(confirmed(&mut stage), []);
    stage.wait(600).keys("Enter");
    assert_eq!(confirmed(&mut stage), [(digest(&run), vec![], None)]);
    assert!(!stage.text().contains("┌ Confirm"));
}

#[test]
fn what_destroys_is_confirmed_with_y_and_enter_cancels() {
    let run = fixtures::planned_one(Danger::Destroy, false);
    let mut stage = at(run.clone());
    stage.keys("Enter").wait(600).keys("Enter");
    assert!(!stage.text().contains("┌ Confirm"), "Enter cancels");
    stage.keys("Enter").wait(600).keys("n Y x");
    assert_eq!(confirmed(&mut stage), []);
    stage.wait(600).keys("y");
    assert_eq!(confirmed(&mut stage), [(digest(&run), vec![], None)]);
}

#[test]
fn on_a_protected_environment_the_names_are_typed_one_after_the_other() {
    let run = fixtures::planned(Danger::Destroy);
    let mut stage = at(run.clone());
    stage.keys("Enter").wait(600);
    stage.types("y").keys("Enter");
    assert!(stage.text().contains("is not it"), "{}", stage.text());
    for name in &TABLES[..3] {
        stage.types(name).keys("Enter");
    }
    assert_eq!(confirmed(&mut stage), []);
    stage.types(TABLES[3]).keys("Enter");
    let typed = TABLES.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(confirmed(&mut stage), [(digest(&run), typed, None)]);
}

#[test]
fn what_nothing_brings_back_needs_the_whole_place_and_a_second_person() {
    let run = fixtures::planned_one(Danger::Irreversible, true);
    let mut stage = at(run.clone());
    stage.keys("Enter").wait(600).types("sitelogix-reports").keys("Enter");
    let phrase = "500313280221/us-east-1/sitelogix-reports";
    stage.types(phrase).keys("Enter");
    stage.types("Anna").keys("Enter");
    assert!(stage.text().contains("Anna started this run"), "{}", stage.text());
    assert_eq!(confirmed(&mut stage), []);
    for _ in 0.."Anna".len() {
        stage.keys("Backspace");
    }
    stage.types("ben").keys("Enter");
    let expected = (digest(&run), vec![phrase.to_owned()], Some("ben".to_owned()));
    assert_eq!(confirmed(&mut stage), [expected]);
}

#[test]
fn enter_on_nothing_cancels_where_a_name_is_typed() {
    let mut stage = at(fixtures::planned(Danger::Destroy));
    stage.keys("Enter").wait(600).keys("Enter");
    assert!(!stage.text().contains("┌ Confirm"));
    assert_eq!(confirmed(&mut stage), []);
}

#[test]
fn keys_in_the_first_half_second_are_dropped() {
    let mut stage = at(fixtures::planned(Danger::Change));
    stage.keys("Enter").wait(499).keys("Enter");
    assert_eq!(confirmed(&mut stage), []);
    stage.wait(500).keys("Enter");
    assert_eq!(confirmed(&mut stage).len(), 1);
}

#[test]
fn a_key_that_is_held_down_never_confirms() {
    let mut stage = at(fixtures::planned(Danger::Change));
    for _ in 0..200 {
        stage.keys("Enter").wait(30);
    }
    assert_eq!(confirmed(&mut stage), []);
}

#[test]
fn a_clock_that_was_put_back_does_not_lock_the_dialog() {
    let mut stage = at(fixtures::planned(Danger::Change));
    stage.keys("Enter").wait(-3_600_000).keys("Enter").wait(600).keys("Enter");
    assert_eq!(confirmed(&mut stage).len(), 1);
}

#[test]
fn a_paste_never_confirms() {
    for (run, text) in [
        (fixtures::planned(Danger::Change), "\n"),
        (fixtures::planned_one(Danger::Destroy, false), "y\ny"),
        (fixtures::planned_one(Danger::Destroy, true), "sitelogix-reports\n\r"),
    ] {
        let mut stage = at(run);
        stage.keys("Enter").wait(600).input(Input::Paste(text.to_owned()));
        assert_eq!(confirmed(&mut stage), []);
        assert!(stage.text().contains("typed, never pasted"), "{}", stage.text());
        stage.keys("Enter");
        let typed: Vec<_> = confirmed(&mut stage).into_iter().map(|(_, typed, _)| typed).collect();
        assert!(typed.iter().all(Vec::is_empty), "nothing of the paste was taken");
    }
}

#[test]
fn when_the_plan_changes_the_dialog_closes_and_says_so() {
    let mut stage = at(fixtures::planned(Danger::Change));
    stage.keys("Enter").wait(600);
    stage.news(fixtures::opened(fixtures::planned_one(Danger::Destroy, true)));
    assert!(stage.text().contains("the plan changed while it was shown"), "{}", stage.text());
    stage.keys("Esc");
    assert_eq!(confirmed(&mut stage), []);
}

#[test]
fn news_of_something_else_leaves_the_dialog_open() {
    let run = fixtures::planned(Danger::Change);
    let mut stage = at(run.clone());
    stage.keys("Enter").wait(600);
    stage.news(News::Home(fixtures::home())).news(fixtures::opened(run));
    stage.keys("Enter");
    assert_eq!(confirmed(&mut stage).len(), 1);
}

#[test]
fn a_plan_that_is_not_the_recorded_one_is_not_confirmed() {
    let mut run = fixtures::planned(Danger::Change);
    run.steps[2].state = StepState::Planned { digest: "0".repeat(64) };
    let mut stage = at(run);
    stage.keys("Enter");
    assert!(stage.text().contains("not the one in the journal"), "{}", stage.text());
}

#[test]
fn a_read_only_run_is_armed_with_y_first_and_disarmed_at_once() {
    let mut run = fixtures::planned(Danger::Change);
    run.armed = false;
    let mut stage = at(run);
    stage.keys("Enter");
    assert!(stage.text().contains("press a to arm it first"), "{}", stage.text());
    stage.keys("a").wait(600).keys("Enter").keys("a").wait(600).keys("y");
    let told = |command| Ask::Tell { run: fixtures::RUN.into(), command };
    assert_eq!(stage.asks(), [told(Command::Arm {})]);
    let mut stage = at(fixtures::planned(Danger::Change));
    stage.keys("d");
    assert_eq!(stage.asks(), [told(Command::Disarm {})]);
}

#[test]
fn with_the_wrong_account_nothing_is_confirmed() {
    let mut run = fixtures::planned(Danger::Change);
    run.identity.as_mut().unwrap().account = "111122223333".into();
    let mut stage = at(run);
    stage.keys("Enter").wait(600).keys("Enter");
    assert_eq!(confirmed(&mut stage), []);
    assert!(stage.text().contains("WRONG ACCOUNT"), "{}", stage.text());
}

#[test]
fn what_cannot_be_read_is_not_confirmed() {
    for (columns, rows) in [(20, 24), (80, 5), (0, 0)] {
        let mut stage = at(fixtures::planned(Danger::Change));
        stage.resize(columns, rows);
        stage.keys("Enter").wait(600).keys("Enter").wait(600).keys("Enter");
        assert_eq!(confirmed(&mut stage), [], "{columns}x{rows}");
    }
}

#[test]
fn leaving_is_asked_once_more() {
    let mut stage = at(fixtures::working());
    stage.keys("q Enter");
    assert_eq!(stage.out, []);
    stage.keys("q y");
    assert_eq!(stage.out, [Outgoing::Quit]);
    stage.keys("Ctrl-z");
    assert_eq!(stage.out, [Outgoing::Quit, Outgoing::Suspend]);
}
