//! What is on the screen before the runner has said anything.

use std::os::unix::net::UnixListener;

use tempfile::TempDir;

use crate::operator::Operator;

#[test]
fn the_first_picture_waits_for_no_runner() {
    let state = TempDir::new().unwrap();
    let folder = state.path().join("link");
    std::fs::create_dir(&folder).unwrap();
    // It takes connections, and never answers.
    let _silent = UnixListener::bind(folder.join("runner.sock")).unwrap();
    let mut operator = Operator::sits_down(state.path(), &[]);
    operator.sees("reading the estate");
    assert!(operator.is_taken());
    operator.types("?");
    operator.sees("keys of the page");
    // Escape and a letter at once would be one key.
    operator.types("\x1b");
    operator.sees("Reading the books");
    operator.types("q");
    operator.sees("Leave Muster?");
    operator.reads_on();
    operator.types("y");
    // One that waited for the answer would say that there was none.
    let (code, raw) = operator.leaves();
    assert_eq!(code, 0, "{raw}");
    assert!(raw.ends_with("\u{1b}[?25h"), "the terminal was given back: {raw:?}");
}
