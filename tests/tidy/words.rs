//! Text that does not belong into the project: paths of somebody's machine, tests that do not run
//! and tests that wait for the clock on the wall.

use crate::read::{Breach, File, read};

/// Folders under `/` that exist on one machine only, and whether a bare one already says so.
const MACHINES: [(&str, bool); 4] =
    [("home", false), ("Users", false), ("root", true), ("work", true)];

/// Finds absolute paths into somebody's home.
pub fn homeless(file: &File) -> Vec<Breach> {
    let lines = file.text.lines().enumerate();
    let found = lines.filter(|(_, line)| MACHINES.iter().any(|machine| is_named(line, *machine)));
    found
        .map(|(at, _)| Breach {
            path: file.path.clone(),
            line: at + 1,
            rule: "a path of somebody's machine: it means nothing on any other".to_owned(),
        })
        .collect()
}

fn is_named(line: &str, (folder, bare): (&str, bool)) -> bool {
    let name = format!("/{folder}");
    line.match_indices(&name).any(|(at, _)| {
        // Within a longer path, or an address: not the root of a machine.
        let starts = line[..at]
            .chars()
            .next_back()
            .is_none_or(|before| !before.is_alphanumeric() && !"_-.~*})/".contains(before));
        let mut after = line[at + name.len()..].chars();
        let ends = match after.next() {
            Some('/') => bare || after.next().is_some_and(char::is_alphanumeric),
            Some(next) => bare && !next.is_alphanumeric() && !"_-.".contains(next),
            None => bare,
        };
        starts && ends
    })
}

/// Finds tests that are kept from running.
pub fn all_run(file: &File) -> Vec<Breach> {
    let rule = "a test that is not run promises nothing: repair it or take it out";
    let lines = read(file).ignored.into_iter();
    lines.map(|line| Breach { path: file.path.clone(), line, rule: rule.to_owned() }).collect()
}

/// Finds tests that sleep. In `src/` simulated time may pass: there only threads are meant.
pub fn awake(file: &File) -> Vec<Breach> {
    let integration = file.path.starts_with("tests/");
    let source = read(file);
    let sleeping = source.names.iter().filter(|named| {
        let last = named.segments.last().map(String::as_str).unwrap_or_default();
        let thread = named.segments.iter().any(|segment| segment == "thread");
        matches!(last, "sleep" | "sleep_until" | "sleep_ms")
            && (integration || named.test && thread)
    });
    sleeping
        .map(|named| Breach {
            path: file.path.clone(),
            line: named.line,
            rule: "a test that sleeps is slow when it passes and wrong when it fails: wait for \
                   the thing itself, with a limit"
                .to_owned(),
        })
        .collect()
}
