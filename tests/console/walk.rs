//! Phase 1 through the full screen, keys only.

use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::operator::{Operator, Runner};

fn effects(state: &TempDir) -> Vec<Value> {
    let output = Command::new(env!("CARGO_BIN_EXE_muster"))
        .args(["practice", "ledger", "--json", "--estate", "sitelogix", "--env", "prod"])
        .arg("--state-dir")
        .arg(state.path())
        .output()
        .unwrap();
    let ledger: Value = serde_json::from_slice(&output.stdout).unwrap();
    ledger["effects"].as_array().unwrap().clone()
}

/// From the first page to a started run.
fn starts_phase_1(operator: &mut Operator) {
    operator.sees("phase-1-protection");
    operator.types("phase");
    operator.sees("risk low");
    operator.types("\r");
    operator.sees("Steps (35)");
    operator.types("\r");
    operator.sees("alert_email");
    operator.types("oncall@example");
    operator.sees("it is no mail address");
    operator.types(".com");
    operator.sees("fits");
    operator.types("\r");
    operator.sees("start the run on sitelogix PROD");
    operator.sees("as wanted already");
    operator.reads_on();
    operator.types("\r");
    operator.sees("a: arm this run");
}

fn arms(operator: &mut Operator) {
    operator.types("a");
    operator.sees("Allow this run to change things?");
    operator.reads_on();
    operator.types("y");
    operator.sees("ARMED");
}

#[test]
fn from_home_to_the_finished_phase_1() {
    let state = TempDir::new().unwrap();
    let _runner = Runner::of(state.path());
    let mut operator = Operator::sits_down(state.path(), &[]);
    operator.sees("PRACTICE");
    operator.sees("500313280221 us-east-1");
    starts_phase_1(&mut operator);
    arms(&mut operator);
    let mut confirmed = 0;
    let end = "SUCCEEDED: every step was done";
    while operator.sees_one_of(&["NEXT  Enter: confirm", end]) != end {
        operator.types("\r");
        operator.sees("will be sent, exactly:");
        operator.reads_on();
        operator.types("\r");
        confirmed += 1;
        // The dialog is gone once the calls are on their way.
        while operator.screen().contains("will be sent, exactly:") {
            operator.sees_one_of(&["Waiting for AWS", "NEXT  Enter: confirm", "Reading", end]);
            operator.reads_on();
        }
    }
    assert_eq!(confirmed, 14, "steps that change something:\n{}", operator.screen());
    operator.sees("31 resources changed and verified");
    operator.types("q");
    operator.sees("Leave Muster?");
    operator.reads_on();
    operator.types("y");
    let (code, raw) = operator.leaves();
    assert_eq!(code, 0);
    assert!(raw.contains("\u{1b}[?1049l"), "the terminal was not given back");
    assert_eq!(effects(&state).len(), 31);
}

#[test]
fn read_only_sends_nothing_and_a_terminal_that_is_closed_stops_nothing() {
    let state = TempDir::new().unwrap();
    let _runner = Runner::of(state.path());
    let mut operator = Operator::sits_down(state.path(), &[]);
    starts_phase_1(&mut operator);
    operator.types("\r");
    operator.reads_on();
    operator.types("y");
    operator.reads_on();
    assert!(operator.screen().contains("READ-ONLY"), "{}", operator.screen());
    assert_eq!(effects(&state), Vec::<Value>::new());
    // The terminal is closed: the console ends by itself, and the run goes on.
    operator.hangs_up();
    let mut operator = Operator::sits_down(state.path(), &["resume"]);
    operator.sees("Create the alert topic");
    operator.sees("a: arm this run");
    arms(&mut operator);
    operator.sees("NEXT  Enter: confirm");
    // A paste is not a person who confirms.
    operator.types("\r");
    operator.sees("will be sent, exactly:");
    operator.reads_on();
    operator.types("\u{1b}[200~\r\ry\u{1b}[201~");
    operator.reads_on();
    assert_eq!(effects(&state), Vec::<Value>::new());
    operator.types("\r");
    operator.sees("2/35");
    assert_eq!(effects(&state).len(), 1);
}
