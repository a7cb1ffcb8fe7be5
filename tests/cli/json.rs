//! `--json`: a promise to scripts. The shapes stand in snapshots, their meaning in `docs/json.md`.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Machine, PHASE_1, copy, shipped, walk_phase_1};
use crate::{shape, support};

/// The machines whose answers are looked at: one after a run that succeeded, one that is stuck, and
/// one with nothing but a broken book.
struct Machines {
    done: Machine,
    stuck: Machine,
    broken: Machine,
}

impl Machines {
    fn new() -> Self {
        let done = Machine::new();
        done.faults(&json!([
            { "on": "UpdateTable", "resource": "sitelogix-vendors", "kind": "lost_reply" },
            { "on": "CreateTrail", "kind": "throttled" },
            { "on": "CreateTopic", "kind": "lost_request" },
        ]));
        done.ok(&walk_phase_1());
        let stuck = Machine::new();
        stuck.faults(&json!([{ "on": "CreateTrail", "times": u32::MAX, "kind": "denied" }]));
        stuck.run(&walk_phase_1()).ended(support::exit::STUCK);
        let broken = Machine::with(&["--practice", "--runbooks", "books"]);
        copy(&shipped(), &broken.path("books"));
        let book = broken.path("books/sitelogix/phase-1-protection.toml");
        let text = std::fs::read_to_string(&book).unwrap();
        std::fs::write(&book, text.replacen("risk ", "risc ", 1)).unwrap();
        Self { done, stuck, broken }
    }

    /// What a command answers on each of them, whatever its exit code.
    fn answers(&self, words: &[&str]) -> Vec<Value> {
        let machines = [&self.done, &self.stuck, &self.broken].into_iter();
        let words = [words, &["--json"]].concat();
        let answers = machines.map(|machine| machine.run(&words).out);
        let answers: Vec<_> =
            answers.filter(|out| !out.is_empty()).map(|out| support::json(&out)).collect();
        assert!(!answers.is_empty(), "{words:?}");
        answers
    }
}

/// Every command that reads, under the name of its snapshot and of its heading in the page.
fn commands() -> Vec<(&'static str, Vec<&'static str>)> {
    vec![
        ("list", vec!["list"]),
        ("show BOOK", vec!["show", "phase-1-protection"]),
        ("show settings", vec!["show", "settings"]),
        ("check", vec!["check"]),
        ("plan", [&["plan"][..], &PHASE_1].concat()),
        ("runs", vec!["runs"]),
        ("status", vec!["status"]),
        ("report", vec!["report"]),
        ("rollout", vec!["rollout"]),
        ("journal show", vec!["journal", "show"]),
        ("journal verify", vec!["journal", "verify"]),
        ("practice ledger", vec!["practice", "ledger"]),
        ("doctor", vec!["doctor"]),
        // The last: it writes into the journals.
        ("compliance", vec!["compliance"]),
    ]
}

/// The part of the page under the heading of a command, and what stands before the first.
fn section<'a>(page: &'a str, command: &str) -> (&'a str, &'a str) {
    let heading = format!("\n## `muster {command}`\n");
    let start = page.find(&heading).unwrap_or_else(|| panic!("no `{command}` in docs/json.md"));
    let rest = &page[start + heading.len()..];
    let common = page.find("\n## `").unwrap_or(0);
    (&page[..common], rest.find("\n## ").map_or(rest, |end| &rest[..end]))
}

/// A machine with two scans, the second by a role that may no longer read the trail.
fn watched() -> Machine {
    let machine = Machine::new();
    machine.ok(&["compliance"]);
    let denied = |on: &str| json!({ "on": on, "kind": "denied", "times": u32::MAX });
    machine.faults(&json!([denied("GetTrailStatus"), denied("GetEventSelectors")]));
    machine.ok(&["compliance"]);
    machine
}

#[test]
fn every_answer_has_its_shape_and_every_field_is_explained() {
    let (machines, watched) = (Machines::new(), watched());
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/json.md");
    let page = std::fs::read_to_string(page).unwrap();
    let mut missing = Vec::new();
    for (name, words) in commands() {
        let mut answers = machines.answers(&words);
        if name == "check" {
            let checks = ["check", "books", "--json"];
            answers.push(support::json(&machines.broken.run(&checks).out));
        }
        if ["compliance", "journal show"].contains(&name) {
            answers.push(watched.json(&words));
        }
        for answer in &answers {
            assert_eq!(answer["version"], 1, "{name}");
        }
        if name == "show settings" {
            // The schemas of the settings have a page of their own; one field each is enough.
            for answer in &mut answers {
                answer["settings"] = json!({ "name": "schema" });
            }
        }
        insta::assert_snapshot!(name.replace(' ', "-"), shape::of(&answers));
        let (common, own) = section(&page, name);
        for field in shape::fields(&answers) {
            let written = format!("`{field}`");
            if !own.contains(&written) && !common.contains(&written) {
                missing.push(format!("{name}: {field}"));
            }
        }
    }
    assert!(missing.is_empty(), "docs/json.md does not explain:\n{}", missing.join("\n"));
}

#[test]
fn the_iam_policy_of_a_book_is_json_as_it_is() {
    let machine = Machine::new();
    let policy = support::json(&machine.ok(&["show", "phase-1-protection", "--iam"]));
    assert_eq!(policy["Version"], "2012-10-17");
    let statements = policy["Statement"].as_array().unwrap();
    let actions: Vec<&str> = statements
        .iter()
        .flat_map(|statement| statement["Action"].as_array().unwrap())
        .map(|action| action.as_str().unwrap())
        .collect();
    for action in ["dynamodb:UpdateTable", "s3:PutBucketLogging", "cloudtrail:CreateTrail"] {
        assert!(actions.contains(&action), "{action} in {actions:?}");
    }
    assert_eq!(machine.effects(), []);
}

#[test]
fn errors_are_talk_and_leave_the_data_clean() {
    let machine = Machine::new();
    for words in [&["show", "nothing", "--json"][..], &["status", "nothing", "--json"]] {
        let ran = machine.run(words);
        ran.ended(support::exit::USAGE).says("error[");
        assert_eq!(ran.out, "");
    }
}
