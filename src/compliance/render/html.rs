//! The report as one HTML page: no script, nothing from elsewhere, light and dark, fit to print.

use std::fmt::Write as _;

use super::{before_words, changed_words, place};
use crate::compliance::{Checked, Entry, Group, Outcome, Report, groups};
use crate::text::visible;

const STYLE: &str = include_str!("page.css");

/// The report as HTML.
pub fn html(report: &Report) -> String {
    let scan = &report.scan;
    let title = escaped(&report.title);
    let mut page = String::new();
    // Writing to a String cannot fail.
    let _ = write!(
        page,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
    );
    let score = &scan.score;
    let _ = write!(
        page,
        "<p class=\"score\"><strong>{}</strong></p>\n\
         <progress max=\"{}\" value=\"{}\">{} %</progress>\n<dl>\n",
        escaped(&score.in_words()),
        score.total,
        score.met,
        score.percent()
    );
    let record = match report.record {
        Some(record) => format!("record {record}"),
        None => "not written there".to_owned(),
    };
    let profile = format!("{} {}, sha256 {}", scan.profile, report.version, scan.sha256);
    for (name, value) in [
        ("Where", place(report)),
        ("Who read", scan.identity.arn.clone()),
        ("When", format!("{:.0}", scan.began)),
        ("Profile", profile),
        ("Journal", record),
    ] {
        let _ = writeln!(page, "<dt>{name}</dt><dd>{}</dd>", escaped(&value));
    }
    page.push_str("</dl>\n");
    let lines = scan.lines.iter().map(|line| (line.id.as_str(), line.target.as_str()));
    for group in groups(&report.entries, lines) {
        matrix(report, &group, &mut page);
    }
    open(report, &mut page);
    changed(report, &mut page);
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

fn matrix(report: &Report, group: &Group, page: &mut String) {
    let title = escaped(&group.title());
    let _ = write!(
        page,
        "<section>\n<h2>{title}</h2>\n<table>\n<thead><tr><th scope=\"col\">{title}</th>"
    );
    for column in &group.columns {
        let entry = &report.entries[*column];
        let (why, title) = (escaped(&entry.why), escaped(&entry.title));
        let _ = write!(page, "<th scope=\"col\" title=\"{why}\">{title}</th>");
    }
    page.push_str("</tr></thead>\n<tbody>\n");
    for row in &group.rows {
        let _ = write!(page, "<tr><th scope=\"row\">{}</th>", escaped(&row.target));
        for cell in &row.cells {
            let _ = match cell.map(|line| &report.scan.lines[line]) {
                Some(checked) => write!(
                    page,
                    "<td class=\"{}\" title=\"{}\">{}</td>",
                    checked.outcome.name(),
                    escaped(&checked.detail()),
                    word(&checked.outcome)
                ),
                None => write!(page, "<td></td>"),
            };
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</tbody>\n</table>\n</section>\n");
}

/// The outcome with a mark, so that colour is never the only sign.
fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Pass {} => "&#10003; pass",
        Outcome::Fail { .. } => "&#10007; fail",
        Outcome::Manual { .. } => "&#9998; manual",
        Outcome::NotApplicable { .. } => "&#8211; not applicable",
        Outcome::CouldNotCheck { .. } => "? could not check",
    }
}

/// Everything that is not simply passed, with its reason and its remedy.
fn open(report: &Report, page: &mut String) {
    page.push_str("<section>\n<h2>What is not simply passed</h2>\n");
    let open: Vec<_> =
        report.lines().filter(|(checked, _)| checked.outcome.name() != "pass").collect();
    if open.is_empty() {
        page.push_str("<p>Nothing: everything is as wanted.</p>\n</section>\n");
        return;
    }
    page.push_str(
        "<table>\n<thead><tr><th scope=\"col\">Check</th><th scope=\"col\">Target</th>\
         <th scope=\"col\">Outcome</th><th scope=\"col\">Why</th>\
         <th scope=\"col\">Remedy</th></tr></thead>\n<tbody>\n",
    );
    for (checked, entry) in open {
        item(checked, entry, page);
    }
    page.push_str("</tbody>\n</table>\n</section>\n");
}

fn item(checked: &Checked, entry: Option<&Entry>, page: &mut String) {
    let title = entry.map_or(checked.id.as_str(), |entry| entry.title.as_str());
    let remedy = entry.and_then(|entry| entry.remedy(&checked.target));
    let remedy = remedy.filter(|_| !checked.outcome.is_met());
    let _ = writeln!(
        page,
        "<tr><td>{}</td><th scope=\"row\">{}</th><td class=\"{}\">{}</td><td>{}</td><td>{}</td></tr>",
        escaped(title),
        escaped(&checked.target),
        checked.outcome.name(),
        word(&checked.outcome),
        escaped(&checked.detail()),
        remedy.map(|remedy| escaped(&remedy.in_words())).unwrap_or_default()
    );
}

fn changed(report: &Report, page: &mut String) {
    let before = escaped(&before_words(report));
    let _ = writeln!(page, "<section>\n<h2>What changed</h2>\n<p>{before}</p>");
    if report.changed.is_empty() {
        if report.previous.is_some() {
            page.push_str("<p>Nothing.</p>\n");
        }
    } else {
        page.push_str("<ul>\n");
        for changed in &report.changed {
            let words = format!("{} {}: {}", changed.id, changed.target, changed_words(changed));
            let _ = writeln!(page, "<li>{}</li>", escaped(&words));
        }
        page.push_str("</ul>\n");
    }
    page.push_str("</section>\n");
}

/// Text from outside, in an element or in an attribute with double quotes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}
