//! Every signal that a terminal, a shell or an administrator sends, on every page of the console:
//! the terminal is given back, and the run goes on.

use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::operator::{BOOKS, Operator, Runner};

/// A shell with jobs, as people have one. It says who it started, when that has stopped and when it
/// has ended, and how it finds the terminal then. A process that was stopped ended with 128 and
/// the number of the signal, which is another one on other systems.
const SHELL: &str = r#"
set -m
sh -c 'echo "pid $$."; exec "$@"' sh "$@"
code=$?
while [ "$code" = 145 ] || [ "$code" = 147 ]; do
    stty -a; echo "it has stopped"; read -r line
    fg; code=$?
done
stty -a; echo "it has ended with $code."
"#;

/// What ends a console.
const LEAVE: [&str; 4] = ["HUP", "TERM", "INT", "QUIT"];

/// Somewhere in the console, and what its screen says there.
struct State {
    name: &'static str,
    /// How the program is started for the first time, and how it is started again.
    start: [&'static [&'static str]; 2],
    /// From there to the state, the first time and again.
    reach: [fn(&mut Operator); 2],
    says: &'static str,
    /// How the run is abandoned in the end, where one goes on.
    walks: bool,
    faults: fn() -> Value,
}

pub const RUN: &[&str] = &["run", "careful"];
pub const ATTACH: &[&str] = &["attach"];

pub const ARMED: &str = "a: arm this run";

const fn page(name: &'static str, reach: fn(&mut Operator), says: &'static str) -> State {
    let start: [&[&str]; 2] = [&[], &[]];
    State { name, start, reach: [reach, reach], says, walks: false, faults: none }
}

const fn run(
    name: &'static str,
    first: fn(&mut Operator),
    again: fn(&mut Operator),
    says: &'static str,
) -> State {
    let start = [RUN, ATTACH];
    State { name, start, reach: [first, again], says, walks: true, faults: none }
}

fn none() -> Value {
    json!([])
}

fn denied() -> Value {
    json!([{ "on": "UpdateTable", "times": u32::MAX, "kind": "denied" }])
}

fn busy() -> Value {
    json!([{ "on": "UpdateTable", "times": u32::MAX, "kind": "throttled" }])
}

fn home(operator: &mut Operator) {
    operator.sees("Search");
    operator.sees("careful");
}

fn book(operator: &mut Operator) {
    home(operator);
    operator.types("careful");
    operator.sees("risk low");
    operator.types("\r");
    operator.sees("Steps (2)");
}

fn plan(operator: &mut Operator) {
    operator.sees("start the run on harbour PROD");
}

pub fn starts(operator: &mut Operator) {
    plan(operator);
    operator.reads_on();
    operator.types("\r");
    operator.sees("a: arm this run");
}

fn at_the_arm_dialog(operator: &mut Operator) {
    operator.sees("a: arm this run");
    operator.types("a");
    operator.sees("Allow this run to change things?");
}

fn arms(operator: &mut Operator) {
    at_the_arm_dialog(operator);
    operator.reads_on();
    operator.types("y");
    operator.sees("Enter: confirm");
}

fn at_the_confirmation(operator: &mut Operator) {
    operator.sees("Enter: confirm");
    operator.types("\r");
    operator.sees("will be sent, exactly:");
}

fn confirms(operator: &mut Operator) {
    at_the_confirmation(operator);
    operator.reads_on();
    operator.types("\r");
}

fn at_work(operator: &mut Operator) {
    arms(operator);
    confirms(operator);
    operator.sees("Waiting for AWS");
}

fn at_work_again(operator: &mut Operator) {
    if operator.sees_one_of(&["Waiting for AWS", "r: retry"]) == "r: retry" {
        operator.types("r");
        confirms(operator);
        operator.sees("Waiting for AWS");
    }
}

fn failed(operator: &mut Operator) {
    arms(operator);
    confirms(operator);
    operator.sees("r: retry");
}

fn asked(operator: &mut Operator) {
    plan(operator);
    operator.reads_on();
    operator.types("\r");
    operator.sees("Enter: answer");
}

fn answers(operator: &mut Operator) {
    operator.sees("Enter: answer");
    operator.types("\r");
    operator.sees("Your answer is written");
}

fn paused(operator: &mut Operator) {
    starts(operator);
    operator.types("p");
    operator.sees("Paused: ");
}

fn leaving(operator: &mut Operator) {
    operator.sees("a: arm this run");
    operator.types("q");
    operator.sees("Leave Muster?");
}

pub fn aborts(operator: &mut Operator) {
    operator.sees("A abort");
    operator.types("A");
    operator.sees("End this run of");
    operator.types("enough\r");
    operator.sees("What was changed stays changed");
}

fn ended(operator: &mut Operator) {
    starts(operator);
    aborts(operator);
}

fn states() -> Vec<State> {
    vec![
        page("home", home, "Search"),
        page("book", book, "Steps (2)"),
        page(
            "help",
            |operator| {
                home(operator);
                operator.types("\u{1b}OP");
                operator.sees("never one key from what cancels");
            },
            "never one key from what cancels",
        ),
        State { start: [RUN; 2], ..page("plan", plan, "start the run on harbour PROD") },
        State { start: [RUN; 2], ..page("at the end", ended, "What was changed stays changed") },
        run("waits to be armed", starts, |operator| operator.sees(ARMED), ARMED),
        run(
            "arm",
            |operator| {
                starts(operator);
                at_the_arm_dialog(operator);
            },
            at_the_arm_dialog,
            "Allow this run to change things?",
        ),
        run(
            "planned",
            |operator| {
                starts(operator);
                arms(operator);
            },
            |operator| operator.sees("Enter: confirm"),
            "Enter: confirm",
        ),
        run(
            "confirm",
            |operator| {
                starts(operator);
                arms(operator);
                at_the_confirmation(operator);
            },
            at_the_confirmation,
            "will be sent, exactly:",
        ),
        State {
            faults: busy,
            ..run(
                "at work",
                |operator| {
                    starts(operator);
                    at_work(operator);
                },
                at_work_again,
                "Protect the tables",
            )
        },
        State {
            faults: denied,
            ..run(
                "failed",
                |operator| {
                    starts(operator);
                    failed(operator);
                },
                |operator| operator.sees("r: retry"),
                "r: retry",
            )
        },
        State {
            start: [&["run", "ask"], ATTACH],
            ..run("asks", asked, |operator| operator.sees("Enter: answer"), "Enter: answer")
        },
        State {
            start: [&["run", "ask"], ATTACH],
            ..run(
                "answer",
                |operator| {
                    asked(operator);
                    answers(operator);
                },
                answers,
                "Your answer is written",
            )
        },
        run("paused", paused, |operator| operator.sees("Paused: "), "Paused: "),
        run(
            "leave",
            |operator| {
                starts(operator);
                leaving(operator);
            },
            leaving,
            "Leave Muster?",
        ),
        State {
            start: [ATTACH; 2],
            ..run(
                "watches",
                |operator| operator.sees("WATCHING"),
                |operator| operator.sees("WATCHING"),
                "WATCHING",
            )
        },
    ]
}

/// The program without a terminal.
pub fn muster(state: &Path, arguments: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_muster"));
    command.arg("--practice").args(arguments);
    let ran = command.env("MUSTER_STATE_DIR", state).env("MUSTER_RUNBOOKS", BOOKS).output();
    let ran = ran.unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

impl Operator {
    /// Number of the process of the console.
    fn process(&self) -> String {
        let raw = self.raw();
        let (_, rest) = raw.split_once("pid ").unwrap();
        rest.split_once('.').unwrap().0.to_owned()
    }

    /// Sends a signal to the console.
    pub fn is_sent(&self, signal: &str) {
        let kill = format!("kill -{signal} {}", self.process());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Sends a signal to the console, and finds a terminal that a shell can be used on.
    fn is_told(&mut self, signal: &str, what: &str, then: &str) {
        let before = self.raw().len();
        self.is_sent(signal);
        self.sees(then);
        assert!(self.is_given_back(), "{what}: the terminal was not given back");
        let raw = self.raw();
        let modes: Vec<_> = raw[before..].split_whitespace().collect();
        for mode in ["icanon", "echo", "isig", "opost"] {
            assert!(modes.contains(&mode), "{what}: {mode} is off: {modes:?}");
        }
        assert!(!raw.contains("panicked"), "{what}: {raw}");
    }
}

/// All signals in one state; how many cases these were.
fn walk(state: &State) -> usize {
    let name = state.name;
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let _runner = Runner::of(at);
    let faults = at.join("faults.json");
    std::fs::write(&faults, (state.faults)().to_string()).unwrap();
    muster(at, &["practice", "faults", faults.to_str().unwrap()]);
    let pilot = (name == "watches").then(|| {
        let mut pilot = Operator::in_a_shell(at, SHELL, RUN);
        starts(&mut pilot);
        pilot
    });
    let mut console = Operator::in_a_shell(at, SHELL, state.start[0]);
    state.reach[0](&mut console);
    console.is_told("TSTP", &format!("{name}, TSTP"), "it has stopped");
    console.types("\n");
    console.sees(state.says);
    assert!(console.is_taken(), "{name}: it went on without a screen");
    for (told, signal) in LEAVE.iter().enumerate() {
        console.is_told(signal, &format!("{name}, {signal}"), "it has ended with 0.");
        console.leaves();
        muster(at, &["journal", "verify"]);
        if told + 1 == LEAVE.len() && state.walks {
            break;
        }
        console = Operator::in_a_shell(at, SHELL, state.start[1]);
        state.reach[1](&mut console);
    }
    if state.walks {
        // It is all still there, and does as it is told.
        let mut commands = pilot.unwrap_or_else(|| Operator::in_a_shell(at, SHELL, ATTACH));
        aborts(&mut commands);
        muster(at, &["journal", "verify"]);
    }
    let log = std::fs::read_to_string(at.join("runner.log")).unwrap_or_default();
    assert!(!log.contains("panicked"), "{name}: {log}");
    1 + LEAVE.len()
}

#[test]
fn every_signal_on_every_page_gives_the_terminal_back_and_stops_no_run() {
    let states = states();
    let left = Mutex::new(states.iter());
    let cases = Mutex::new(0);
    let next = || left.lock().unwrap().next();
    std::thread::scope(|scope| {
        // Each waits for its terminal most of the time.
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(state) = next() {
                    let walked = walk(state);
                    *cases.lock().unwrap() += walked;
                }
            });
        }
    });
    let cases = cases.into_inner().unwrap();
    println!("{cases} cases of a signal on a page");
    assert_eq!(cases, states.len() * (1 + LEAVE.len()));
}
