//! A report of a scan for people and for programs. Everything in it comes from outside, and each
//! format escapes it in its own way.

mod html;
mod json;
mod junit;
mod markdown;
mod sarif;
mod text;

pub use html::html;
pub use json::json;
pub use junit::junit;
pub use markdown::markdown;
pub use sarif::sarif;
pub use text::text;

use super::change::Changed;
use super::scan::Report;
use crate::engine::Mode;

/// What is said of where a scan was made.
fn place(report: &Report) -> String {
    let scan = &report.scan;
    let mode = match scan.mode {
        Mode::Live => "",
        Mode::Drill => ", a drill",
        Mode::Practice => ", PRACTICE: evidence of nothing",
    };
    format!("{} {} ({}){mode}", scan.estate, scan.environment, scan.place)
}

/// What changed of one line, in words.
fn changed_words(changed: &Changed) -> String {
    let name = |outcome: &Option<String>| match outcome {
        Some(name) => name.replace('_', " "),
        None => "not there".to_owned(),
    };
    let by = match changed.runs.as_slice() {
        [] => ", by no run in this journal".to_owned(),
        runs => format!(", by {}", runs.join(", ")),
    };
    format!("{} -> {}{by}", name(&changed.from), name(&changed.to))
}

/// The scan before, in words.
fn before_words(report: &Report) -> String {
    match &report.previous {
        Some(before) => format!(
            "since the scan of {:.0} (record {}, {}):",
            before.at,
            before.record,
            before.score.in_words()
        ),
        None => "this is the first scan here".to_owned(),
    }
}

#[cfg(test)]
mod tests;
