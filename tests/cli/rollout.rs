//! The whole rollout in practice: five sittings with a score that tells the truth after each, and
//! the way back from each.

use serde_json::Value;

use crate::support::{Machine, exit};

/// The phases in their order, with the score after each.
const PHASES: [(&str, u64); 5] = [
    ("phase-1-protection", 23),
    ("phase-2-lifecycle", 26),
    ("phase-3-missing-tables", 32),
    ("phase-4-object-lock", 35),
    ("phase-5-backup-plan", 36),
];

fn walk(machine: &Machine, book: &str) -> String {
    let mut words = vec!["run", book, "--linear", "--yes"];
    if book == "phase-1-protection" {
        words.extend(["-p", "alert_email=oncall@example.com"]);
    }
    let walked = machine.run(&words);
    walked.ended(exit::SUCCEEDED);
    walked.out
}

/// The score, as it is once the recipient of the alerts has confirmed: the clock of practice stands
/// while nobody walks, and he takes two minutes of it.
fn met(machine: &Machine) -> u64 {
    let scan = machine.json(&["compliance"]);
    assert_eq!(scan["score"]["total"], 36, "{scan}");
    let mut checks = scan["checks"].as_array().unwrap().iter();
    let alerts = checks.find(|check| check["id"] == "alert-topic").unwrap();
    let is_pending = alerts["found"][0]["value"]["at_least"] == 0;
    scan["score"]["met"].as_u64().unwrap() + u64::from(is_pending)
}

/// A machine on which the first so many phases were walked.
fn after(phases: usize) -> Machine {
    let machine = Machine::new();
    for (book, _) in &PHASES[..phases] {
        walk(&machine, book);
    }
    machine
}

#[test]
fn five_phases_bring_the_score_from_3_to_36_and_walked_again_they_change_nothing() {
    let machine = Machine::new();
    assert_eq!(met(&machine), 3);
    for (book, score) in PHASES {
        walk(&machine, book);
        assert_eq!(met(&machine), score, "{book}");
        let effects = machine.effects();
        let again = walk(&machine, book);
        assert!(again.contains("Nothing was changed."), "{again}");
        assert_eq!(machine.effects(), effects, "{book} changed something again");
        assert_eq!(met(&machine), score, "{book}");
    }
    let said = machine.ok(&["compliance"]);
    assert!(said.contains("score: 36 of 36 (100 %)"), "{said}");
    let rollout = machine.json(&["rollout"]);
    let scores = rollout["phases"].as_array().unwrap().iter().map(|phase| &phase["after"]["met"]);
    let expected: Vec<_> = PHASES.iter().map(|(_, score)| Value::from(*score)).collect();
    // What was told after phase 1 may be without the one who had not confirmed yet.
    assert_eq!(scores.cloned().collect::<Vec<_>>()[1..], expected[1..]);
}

#[test]
fn a_score_that_tells_of_several_phases_is_no_single_one_s() {
    let machine = Machine::new();
    machine.ok(&["compliance"]);
    for (book, _) in &PHASES[..2] {
        walk(&machine, book);
    }
    assert_eq!(met(&machine), 26);
    let rollout = machine.json(&["rollout"]);
    let score = |at: usize, when: &str| rollout["phases"][at][when]["met"].clone();
    assert_eq!((score(0, "before"), score(0, "after")), (Value::from(3), Value::Null));
    assert_eq!((score(1, "before"), score(1, "after")), (Value::Null, Value::from(26)));
}

#[test]
fn each_phase_rolled_back_puts_the_score_back() {
    for (nth, (book, score)) in PHASES.iter().enumerate() {
        let machine = after(nth);
        let before = met(&machine);
        walk(&machine, book);
        assert_eq!(met(&machine), *score, "{book}");
        let run = machine.json(&["runs"])["runs"][0]["id"].as_str().unwrap().to_owned();
        machine.run(&["rollback", &run, "--linear", "--yes"]).ended(exit::SUCCEEDED);
        assert_eq!(met(&machine), before, "{book}");
    }
}

#[test]
fn each_book_that_is_a_way_back_puts_the_score_back_but_for_the_log_bucket() {
    let reason: &[&str] = &["-p", "reason=a test"];
    let ways_back = [
        // The logs are evidence: their bucket stays, and passes the three checks that are its own.
        ("rollback-phase-1", &[][..], 3),
        ("rollback-phase-2", &[], 0),
        ("rollback-phase-3", reason, 0),
        ("rollback-phase-4", &[], 0),
    ];
    for (nth, (back, params, stays)) in ways_back.into_iter().enumerate() {
        let machine = after(nth);
        let before = met(&machine);
        walk(&machine, PHASES[nth].0);
        let words = [&["run", back, "--linear", "--yes"], params].concat();
        machine.run(&words).ended(exit::SUCCEEDED);
        assert_eq!(met(&machine), before + stays, "{back}");
        if stays > 0 {
            let checks = machine.json(&["compliance"])["checks"].clone();
            let is_of = |check: &&Value| {
                check["target"] == "sitelogix-logs-prod" && check["outcome"] != "fail"
            };
            assert_eq!(checks.as_array().unwrap().iter().filter(is_of).count(), 3);
        }
    }
}
