//! The report as JUnit XML: a suite for each check, a case for each line.
//!
//! A failed line is a failure, one that could not be checked an error, one that waits for a person
//! is skipped. What does not apply is a case that passed, with the reason in its output.

use std::fmt::Write as _;

use crate::compliance::{Checked, Outcome, Report};
use crate::text::visible;

/// The report as JUnit XML.
pub fn junit(report: &Report) -> String {
    let scan = &report.scan;
    let all = Counts::of(&scan.lines);
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a String cannot fail.
    let _ = writeln!(xml, "<testsuites name=\"{}\" {all} time=\"0\">", escaped(&report.title));
    for (number, entry) in report.entries.iter().enumerate() {
        let lines: Vec<_> = scan.lines.iter().filter(|line| line.id == entry.id).cloned().collect();
        let counts = Counts::of(&lines);
        let at = scan.began.strftime("%Y-%m-%dT%H:%M:%S");
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{}\" package=\"{}\" id=\"{number}\" hostname=\"{}\" {counts} \
             timestamp=\"{at}\" time=\"0\">",
            escaped(&entry.title),
            escaped(&scan.profile),
            escaped(&scan.place.to_string()),
        );
        xml.push_str("    <properties>\n");
        for (name, value) in [
            ("estate", scan.estate.as_str()),
            ("environment", scan.environment.as_str()),
            ("check", entry.id.as_str()),
            ("why", entry.why.as_str()),
        ] {
            let value = escaped(value);
            let _ = writeln!(xml, "      <property name=\"{name}\" value=\"{value}\"/>");
        }
        xml.push_str("    </properties>\n");
        for line in &lines {
            let class = format!("{}.{}", scan.profile, entry.id);
            case(line, &class, &mut xml);
        }
        xml.push_str("    <system-out></system-out>\n    <system-err></system-err>\n");
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn case(checked: &Checked, class: &str, xml: &mut String) {
    let (name, class) = (escaped(&checked.target), escaped(class));
    let head = format!("    <testcase name=\"{name}\" classname=\"{class}\" time=\"0\"");
    let detail = escaped(&checked.detail());
    let inner = match &checked.outcome {
        Outcome::Pass {} => String::new(),
        Outcome::NotApplicable { .. } => {
            format!("<system-out>not applicable: {detail}</system-out>")
        }
        Outcome::Manual { evidence: Some(_), .. } => format!("<system-out>{detail}</system-out>"),
        Outcome::Fail { .. } => {
            format!("<failure message=\"{detail}\" type=\"fail\">{detail}</failure>")
        }
        Outcome::Manual { evidence: None, .. } => format!("<skipped message=\"{detail}\"/>"),
        Outcome::CouldNotCheck { .. } => {
            format!("<error message=\"{detail}\" type=\"could_not_check\">{detail}</error>")
        }
    };
    let _ = if inner.is_empty() {
        writeln!(xml, "{head}/>")
    } else {
        writeln!(xml, "{head}>{inner}</testcase>")
    };
}

#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Counts {
    fn of(lines: &[Checked]) -> Self {
        let mut counts = Self { tests: lines.len(), ..Self::default() };
        for line in lines {
            match &line.outcome {
                Outcome::Fail { .. } => counts.failures += 1,
                Outcome::CouldNotCheck { .. } => counts.errors += 1,
                Outcome::Manual { evidence: None, .. } => counts.skipped += 1,
                Outcome::Pass {} | Outcome::Manual { .. } | Outcome::NotApplicable { .. } => {}
            }
        }
        counts
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { tests, failures, errors, skipped } = self;
        write!(
            f,
            "tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\""
        )
    }
}

/// Text from outside: hidden characters, of which XML allows but a few, are spelt out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            // What Unicode reserves is no character of XML.
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}
