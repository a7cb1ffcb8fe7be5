//! A terminal that goes away under the console without a signal: the console ends by itself, works
//! for nobody meanwhile, and the run goes on.
//!
//! Left out on purpose, and seen: the look at whether the terminal is still there, before each look
//! at the keys (`only_the_keys_go_away`, where nothing else notices). A console that asks the
//! terminal where its cursor is when it draws anew burns a processor if the terminal goes away
//! before it answers; that it asks is seen by `signals`, where the terminal never answers.

use std::path::Path;

use portable_pty::native_pty_system;
use tempfile::TempDir;

use crate::operator::{Operator, Runner, SIZE};
use crate::signals::{ARMED, ATTACH, RUN, aborts, muster, starts};

/// A shell that outlives its terminal, which is all that the kernel sends a signal to. In the end
/// it writes down how the console ended, and what it has worked.
const SHELL: &str = r#"
trap "" HUP
if [ -n "$KEYS" ]; then "$@" < "$KEYS"; else "$@"; fi
echo "$?" > "$MUSTER_STATE_DIR/ended"
times > "$MUSTER_STATE_DIR/times"
"#;

/// The same, with jobs. When the terminal has gone while the console was stopped, it wakes it up.
const SHELL_WITH_JOBS: &str = r#"
trap "" HUP
set -m
sh -c 'echo "pid $$."; exec "$@"' sh "$@"
echo "it has stopped"
read -r line
bg %1 > "$MUSTER_STATE_DIR/said"
wait %1
ended=$?
# It may be stopped once more, for keys or for its picture, while the terminal is on its way out.
while [ "$ended" = 149 ] || [ "$ended" = 150 ]; do bg %1; wait %1; ended=$?; done
echo "$ended" > "$MUSTER_STATE_DIR/ended"
times > "$MUSTER_STATE_DIR/times"
"#;

/// Far more than it takes to start and draw, and far less than a loop that burns.
const SECONDS: f64 = 1.0;

/// Seconds in a word such as `0m0.120000s`.
fn seconds(word: &str) -> f64 {
    let (minutes, seconds) = word.trim_end_matches('s').split_once('m').unwrap();
    minutes.parse::<f64>().unwrap() * 60.0 + seconds.parse::<f64>().unwrap()
}

/// It ended as one that leaves does, without having worked or said anything in vain; and the run
/// waits for whoever comes next.
fn nothing_is_lost(state: &Path) {
    let read = |name: &str| std::fs::read_to_string(state.join(name)).unwrap();
    assert_eq!(read("ended"), "0\n");
    let times = read("times");
    // The shell itself, then all that it waited for: the console, and not the runner.
    let worked: f64 = times.lines().nth(1).unwrap().split_whitespace().map(seconds).sum();
    println!("{worked} seconds of work");
    assert!(worked < SECONDS, "{worked} seconds of work");
    assert!(!read("runner.log").contains("panicked"), "{}", read("runner.log"));
    let mut next = Operator::in_a_shell(state, r#"exec "$@""#, ATTACH);
    next.sees(ARMED);
    aborts(&mut next);
    muster(state, &["journal", "verify"]);
}

#[test]
fn the_whole_terminal_goes_away() {
    let state = TempDir::new().unwrap();
    let _runner = Runner::of(state.path());
    let mut operator = Operator::in_a_shell(state.path(), SHELL, RUN);
    starts(&mut operator);
    operator.hangs_up();
    nothing_is_lost(state.path());
}

#[test]
fn only_the_keys_go_away() {
    let state = TempDir::new().unwrap();
    let _runner = Runner::of(state.path());
    let keys = native_pty_system().openpty(SIZE).unwrap();
    let name = keys.master.tty_name().unwrap();
    let script = format!("KEYS={}\n{SHELL}", name.display());
    let mut operator = Operator::in_a_shell(state.path(), &script, RUN);
    let mut writer = keys.master.take_writer().unwrap();
    operator.sees("start the run on harbour PROD");
    operator.reads_on();
    writer.write_all(b"\r").unwrap();
    operator.sees(ARMED);
    drop((writer, keys));
    let (code, raw) = operator.leaves();
    assert_eq!(code, 0);
    assert!(raw.contains("\u{1b}[?1049l"), "the terminal was not given back");
    assert!(!raw.contains("panicked"), "{raw}");
    nothing_is_lost(state.path());
}

#[test]
fn it_goes_away_while_the_console_is_stopped() {
    let state = TempDir::new().unwrap();
    let _runner = Runner::of(state.path());
    let mut operator = Operator::in_a_shell(state.path(), SHELL_WITH_JOBS, RUN);
    starts(&mut operator);
    operator.is_sent("TSTP");
    operator.sees("it has stopped");
    operator.hangs_up();
    nothing_is_lost(state.path());
}
