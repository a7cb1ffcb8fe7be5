//! The report as Markdown, for a ticket or a wiki.

use std::fmt::Write as _;

use super::{before_words, changed_words, place};
use crate::compliance::{Checked, Entry, Report, groups};
use crate::text::visible;

/// The report as Markdown.
pub fn markdown(report: &Report) -> String {
    let scan = &report.scan;
    let mut page = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(page, "# {}\n", plain(&report.title));
    let _ = writeln!(page, "**Score: {}**\n", plain(&scan.score.in_words()));
    let _ = writeln!(page, "- where: {}", plain(&place(report)));
    let _ = writeln!(page, "- who read: {}", plain(&scan.identity.arn));
    let _ = writeln!(page, "- when: {:.0}", scan.began);
    let profile = format!("{} {}, sha256 {}", scan.profile, report.version, scan.sha256);
    let _ = writeln!(page, "- profile: {}", plain(&profile));
    let _ = match report.record {
        Some(record) => writeln!(page, "- record {record} of the journal"),
        None => writeln!(page, "- not in the journal"),
    };
    matrices(report, &mut page);
    open(report, &mut page);
    let _ = writeln!(page, "\n## What changed\n\n{}", plain(&before_words(report)));
    for changed in &report.changed {
        let words = changed_words(changed);
        let line = format!("{} {}: {words}", changed.id, changed.target);
        let _ = writeln!(page, "- {}", plain(&line));
    }
    if report.previous.is_some() && report.changed.is_empty() {
        let _ = writeln!(page, "- nothing");
    }
    page
}

fn matrices(report: &Report, page: &mut String) {
    let lines = report.scan.lines.iter().map(|line| (line.id.as_str(), line.target.as_str()));
    for group in groups(&report.entries, lines) {
        let _ = writeln!(page, "\n## {}\n", group.title());
        let titles = group.columns.iter().map(|column| plain(&report.entries[*column].title));
        let titles: Vec<_> = titles.collect();
        let _ = writeln!(page, "| | {} |", titles.join(" | "));
        let _ = writeln!(page, "|---{}|", "|---".repeat(titles.len()));
        for row in &group.rows {
            let cells = row.cells.iter().map(|line| match line {
                Some(line) => report.scan.lines[*line].outcome.title().to_owned(),
                None => String::new(),
            });
            let cells: Vec<_> = cells.collect();
            let _ = writeln!(page, "| {} | {} |", plain(&row.target), cells.join(" | "));
        }
    }
}

/// Everything that is not simply passed, with its reason and its remedy.
fn open(report: &Report, page: &mut String) {
    let _ = writeln!(page, "\n## What is not simply passed\n");
    let mut any = false;
    for (checked, entry) in report.lines().filter(|(checked, _)| checked.outcome.name() != "pass") {
        any = true;
        let _ = writeln!(page, "{}", item(checked, entry));
    }
    if !any {
        let _ = writeln!(page, "Nothing: everything is as wanted.");
    }
}

fn item(checked: &Checked, entry: Option<&Entry>) -> String {
    let title = entry.map_or(checked.id.as_str(), |entry| entry.title.as_str());
    let outcome = checked.outcome.title();
    let mut item = format!("- **{outcome}** {}, {}", plain(title), plain(&checked.target));
    let detail = checked.detail();
    if !detail.is_empty() {
        item += &format!(": {}", plain(&detail));
    }
    let remedy = entry.and_then(|entry| entry.remedy(&checked.target));
    if let Some(remedy) = remedy.filter(|_| !checked.outcome.is_met()) {
        item += &format!("\n  - remedy: {}", plain(&remedy.in_words()));
    }
    item
}

/// Text from outside on one line, with nothing in it that Markdown or HTML would obey.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => plain.push_str("&amp;"),
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            '\n' | '\r' => plain.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '(' | ')' | '!' | '|' | '#' | '~' | '{' | '}' => {
                plain.push('\\');
                plain.push(c);
            }
            c => plain.push(c),
        }
    }
    plain
}
