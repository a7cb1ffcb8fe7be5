//! The report as lines for a terminal.

use std::fmt::Write as _;

use super::{before_words, changed_words, place};
use crate::compliance::Report;

/// The report as text. Whoever prints it makes its hidden characters visible.
pub fn text(report: &Report) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{}  ({} {})", report.title, report.scan.profile, report.version);
    let _ = writeln!(text, "{}, read at {:.0}", place(report), report.scan.began);
    let mut last = None;
    let width = report.scan.lines.iter().map(|line| line.target.chars().count()).max().unwrap_or(0);
    for (checked, entry) in report.lines() {
        let title = entry.map_or(checked.id.as_str(), |entry| entry.title.as_str());
        if last != Some(title) {
            last = Some(title);
            let _ = writeln!(text, "\n{title}");
        }
        let (target, outcome) = (&checked.target, &checked.outcome);
        let line = format!("  {:<15} {target:<width$}  {}", outcome.title(), checked.detail());
        let _ = writeln!(text, "{}", line.trim_end());
        let remedy = entry.and_then(|entry| entry.remedy(target)).filter(|_| !outcome.is_met());
        if let Some(remedy) = remedy {
            let _ = writeln!(text, "  {:<15} {:<width$}  remedy: {}", "", "", remedy.in_words());
        }
    }
    let _ = writeln!(text, "\n{}", before_words(report));
    for changed in &report.changed {
        let _ = writeln!(text, "  {} {}: {}", changed.id, changed.target, changed_words(changed));
    }
    if report.previous.is_some() && report.changed.is_empty() {
        let _ = writeln!(text, "  nothing changed");
    }
    let _ = writeln!(text, "\nscore: {}", report.scan.score.in_words());
    text
}
