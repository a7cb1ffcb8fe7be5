//! `muster report`: a run as a page or as data, printed and written to files.

use serde_json::{Value, json};

use crate::support::{Machine, exit, json, walk_phase_1};

fn walked() -> Machine {
    let machine = Machine::new();
    machine.faults(&json!([
        { "on": "UpdateTable", "resource": "sitelogix-vendors", "kind": "lost_reply" },
        { "on": "CreateTrail", "kind": "throttled" },
    ]));
    machine.ok(&walk_phase_1());
    machine
}

fn latest(machine: &Machine) -> String {
    machine.json(&["runs"])["runs"][0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_run_becomes_markdown_html_and_json() {
    let machine = walked();
    let run = latest(&machine);
    let markdown = machine.ok(&["report", &run]);
    assert_eq!(markdown, machine.ok(&["report"]), "the latest when none is named");
    assert!(markdown.starts_with("# Phase 1: critical protection: succeeded"), "{markdown}");
    for words in ["PRACTICE", "| sitelogix-vendors | off | on |", "SHA-256 of the book"] {
        assert!(markdown.contains(words), "no `{words}` in {markdown}");
    }
    let html = machine.ok(&["report", &run, "--format", "html"]);
    assert!(html.starts_with("<!doctype html>") && html.trim_end().ends_with("</html>"));
    let report = machine.json(&["report", &run]);
    assert_eq!(report, json(&machine.ok(&["report", &run, "--format", "json"])));
    assert_eq!((&report["version"], &report["evidence"]), (&json!(1), &json!(false)));
    assert_eq!(report["state"], "succeeded");
    let head = machine.json(&["journal", "verify"])["head"].clone();
    let same = ["log", "seq", "hash"].map(|key| report["journal"][key] == head[key]);
    assert_eq!(same, [true; 3], "{head} in {}", report["journal"]);
    // Every call that the account has seen stands in it, with its request id.
    let ledger = machine.json(&["practice", "ledger"]);
    for effect in ledger["effects"].as_array().unwrap() {
        let id = effect["request_id"].as_str().unwrap();
        let lost = effect["resource"] == "sitelogix-vendors";
        assert!(lost || markdown.contains(id), "no request {id}");
    }
}

#[test]
fn a_redacted_report_names_nobody() {
    let machine = walked();
    let report = machine.json(&["report"]);
    let account = report["place"]["account"].as_str().unwrap();
    let arn = report["identities"][0]["arn"].as_str().unwrap();
    let person = report["people"][0]["name"].as_str().unwrap();
    let requests = report["steps"].as_array().unwrap().iter().flat_map(|step| {
        let attempts = step["attempts"].as_array().unwrap().iter();
        attempts.filter_map(|attempt| attempt["request_id"].as_str())
    });
    let secrets = [account, arn, person, "oncall@example.com", "oncall"];
    let secrets: Vec<&str> = secrets.into_iter().chain(requests).collect();
    assert!(secrets.len() > 20, "{secrets:?}");
    for format in ["markdown", "html", "json"] {
        let shown = machine.ok(&["report", "--redacted", "--format", format]);
        let bare = shown.replace('\\', "");
        for secret in &secrets {
            assert!(!bare.contains(secret), "{secret} in {format}");
        }
        assert!(shown.to_lowercase().contains("redacted"), "{format}");
    }
}

#[test]
fn a_report_is_written_to_a_new_file_that_only_its_owner_reads() {
    use std::os::unix::fs::PermissionsExt as _;
    let machine = walked();
    for (name, begin) in [("a.html", "<!doctype"), ("a.md", "# Phase 1"), ("a.json", "{")] {
        let ran = machine.run(&["report", "--out", name]);
        ran.ended(exit::SUCCEEDED).says(name);
        assert_eq!(ran.out, "");
        let path = machine.path(name);
        assert!(std::fs::read_to_string(&path).unwrap().starts_with(begin), "{name}");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0);
        machine.run(&["report", "--out", name]).ended(exit::FAILED).says("not there yet");
    }
    let file = std::fs::read_to_string(machine.path("a.json")).unwrap();
    assert_eq!(json(&file), machine.json(&["report"]));
    machine.run(&["report", "--json", "--format", "html"]).ended(exit::USAGE);
}

#[test]
fn nothing_is_reported_of_what_is_not_there_or_does_not_verify() {
    let machine = Machine::new();
    machine.run(&["report"]).ended(exit::USAGE).says("there is no run yet");
    machine.ok(&walk_phase_1());
    machine.run(&["report", "20200101-000000-none"]).ended(exit::USAGE).says("there is no run");
    let path = machine.state().join("journal.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("sitelogix-vendors", "sitelogix-sellers", 1)).unwrap();
    let ran = machine.run(&["report"]);
    ran.ended(exit::TAMPERED);
    assert_eq!(ran.out, "");
}

#[test]
fn a_run_that_is_stuck_says_why_and_what_is_next() {
    let machine = Machine::new();
    machine.faults(&json!([{ "on": "CreateTrail", "times": u32::MAX, "kind": "denied" }]));
    machine.run(&walk_phase_1()).ended(exit::STUCK);
    let report = machine.json(&["report"]);
    assert_eq!(report["state"], "stuck");
    assert_eq!(report["failure"]["code"], "denied");
    let next: Vec<&Value> = report["next"].as_array().unwrap().iter().collect();
    assert!(next.iter().any(|next| next.as_str().unwrap().contains("muster rollback")), "{next:?}");
    let failed = report["steps"].as_array().unwrap().iter().find(|step| step["state"] == "failed");
    assert_eq!(failed.unwrap()["failures"][0]["failure"]["code"], "denied");
    assert!(machine.ok(&["report"]).contains(": stuck\n"));
}
