//! Every format with text that somebody else wrote to do harm.

use serde_json::json;

use super::*;
use crate::compliance::{Checked, Entry, Finding, Outcome, Remedy, Report, Scan, Score};

/// What would break out of each format, or hide in it.
const HOSTILE: &str = "<script>alert('x')</script>\" onload=\"x\" | `x` [a](javascript:x) ]]> \u{202e}\u{1b}[2J\u{0} -->";

fn report() -> Report {
    let line = |id: &str, outcome: Outcome| Checked {
        id: id.to_owned(),
        target: HOSTILE.to_owned(),
        outcome,
    };
    let text = || HOSTILE.to_owned();
    let found = Finding {
        on: text(),
        setting: "s3.bucket.versioning".to_owned(),
        value: Some(json!(HOSTILE)),
        wanted: json!("enabled"),
    };
    let lines = vec![
        line("one", Outcome::Pass {}),
        line("two", Outcome::Fail { found: vec![found] }),
        line("three", Outcome::Manual { ask: text(), who: text(), evidence: None }),
        line("four", Outcome::NotApplicable { reason: text() }),
        line("five", Outcome::CouldNotCheck { why: text(), missing: vec!["s3:GetX".to_owned()] }),
    ];
    let entry = |id: &str| Entry {
        id: id.to_owned(),
        title: text(),
        why: text(),
        link: Some("https://example.com/".to_owned()),
        settings: vec!["s3.bucket.versioning".to_owned()],
        kind: Some(crate::settings::Kind::Bucket),
        remedies: vec![Remedy { book: None, step: None, words: Some(text()), on: Vec::new() }],
    };
    let scan = Scan {
        profile: "compliance".to_owned(),
        sha256: "ab".repeat(32),
        estate: text(),
        environment: text(),
        place: crate::cloud::Place::new("500313280221", "us-east-1"),
        mode: Mode::Live,
        identity: serde_json::from_value(json!({
            "account": "500313280221", "arn": HOSTILE,
        }))
        .unwrap(),
        began: "2026-11-20T12:00:00Z".parse().unwrap(),
        calls: 5,
        requests: 5,
        throttled: 0,
        score: Score::of(lines.iter().map(|line| &line.outcome)),
        lines,
    };
    let changed = Changed {
        id: "two".to_owned(),
        target: text(),
        from: Some("pass".to_owned()),
        to: Some("fail".to_owned()),
        runs: vec![text()],
    };
    Report {
        title: text(),
        version: "1.0.0".parse().unwrap(),
        scan,
        entries: ["one", "two", "three", "four", "five"].map(entry).into(),
        record: Some(7),
        previous: None,
        changed: vec![changed],
    }
}

fn visible_only(text: &str) {
    let hidden = text.chars().find(|c| *c != '\n' && crate::text::is_hidden(*c));
    assert_eq!(hidden, None);
}

#[test]
fn html_obeys_nothing_of_it_and_needs_nothing_else() {
    let page = html(&report());
    visible_only(&page);
    assert!(!page.contains("<script") && !page.contains("\" onload"), "{page}");
    assert!(!page.contains("src=") && !page.contains("url(") && !page.contains("@import"));
    assert!(page.contains("default-src 'none'") && page.contains("prefers-color-scheme: dark"));
    assert!(page.contains("2 of 4 (50 %), over 4 checks: 1 could not be checked"));
    balanced(&page);
}

/// Every element of the page that is opened is closed, in order.
fn balanced(page: &str) {
    let mut open: Vec<&str> = Vec::new();
    for piece in page.split('<').skip(1) {
        let tag = piece.split(['>', ' ', '\n']).next().unwrap();
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{piece}"),
            None if tag.starts_with('!') || tag == "meta" => {}
            None => open.push(tag),
        }
    }
    assert_eq!(open, Vec::<&str>::new());
}

#[test]
fn markdown_obeys_nothing_of_it() {
    let page = markdown(&report());
    visible_only(&page);
    assert!(!page.contains("<script") && !page.contains("](javascript"), "{page}");
    for row in page.lines().filter(|line| line.starts_with('|')) {
        // A cell with a bar of its own would be two.
        assert_eq!(row.replace("\\|", "").matches('|').count(), 7, "{row}");
    }
}

#[test]
fn junit_counts_what_it_holds() {
    let text = junit(&report());
    visible_only(&text);
    let document = roxmltree::Document::parse(&text).unwrap();
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "testsuites");
    let number = |node: roxmltree::Node<'_, '_>, name: &str| -> usize {
        node.attribute(name).unwrap().parse().unwrap()
    };
    for parent in root.children().filter(roxmltree::Node::is_element).chain([root]) {
        let count =
            |name: &str| parent.descendants().filter(|node| node.has_tag_name(name)).count();
        assert_eq!(number(parent, "tests"), count("testcase"));
        assert_eq!(number(parent, "failures"), count("failure"));
        assert_eq!(number(parent, "errors"), count("error"));
        assert_eq!(number(parent, "skipped"), count("skipped"));
    }
    // What the schema of JUnit asks of a suite: these attributes, and these children in this order.
    for suite in root.children().filter(roxmltree::Node::is_element) {
        assert_eq!(suite.tag_name().name(), "testsuite");
        for name in ["name", "timestamp", "hostname", "time", "id", "package"] {
            assert!(suite.attribute(name).is_some(), "{name}");
        }
        let names: Vec<_> = suite
            .children()
            .filter(roxmltree::Node::is_element)
            .map(|node| node.tag_name().name())
            .collect();
        assert_eq!(names, ["properties", "testcase", "system-out", "system-err"]);
        for case in suite.children().filter(|node| node.has_tag_name("testcase")) {
            for name in ["name", "classname", "time"] {
                assert!(case.attribute(name).is_some(), "{name}");
            }
            assert!(case.children().filter(roxmltree::Node::is_element).count() <= 1);
        }
    }
}

#[test]
fn json_and_sarif_say_the_same_of_each_line() {
    let report = report();
    let ours = json(&report);
    let sarif = sarif(&report);
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let kinds: Vec<_> = results.iter().map(|result| result["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["pass", "fail", "review", "notApplicable", "open"]);
    for (result, line) in results.iter().zip(ours["checks"].as_array().unwrap()) {
        assert_eq!(result["ruleId"], line["id"]);
        let rule = &sarif["runs"][0]["tool"]["driver"]["rules"]
            [result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], line["id"]);
        // A level other than none goes with a failure only.
        assert_eq!(result["level"] == "error", line["outcome"] == "fail");
    }
}
