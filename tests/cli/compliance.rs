//! `muster compliance`: the score, told in every format, kept in the journal, and honest about what
//! it could not see.

use serde_json::{Value, json};

use crate::support::{Machine, exit, walk_phase_1};

/// The line of a check, by id and target.
fn line<'a>(report: &'a Value, id: &str, target: &str) -> &'a Value {
    let checks = report["checks"].as_array().unwrap();
    checks
        .iter()
        .find(|line| line["id"] == id && line["target"] == target)
        .unwrap_or_else(|| panic!("no {id} {target} in {report:#}"))
}

#[test]
fn a_fresh_estate_meets_three_of_thirty_six_and_the_scan_is_in_the_journal() {
    let machine = Machine::new();
    let ran = machine.run(&["compliance"]);
    ran.ended(exit::SUCCEEDED).says("score: 3 of 36 (8 %)").says("this is the first scan here");
    ran.says("PRACTICE: evidence of nothing").says("remedy: book phase-1-protection, step pitr");
    let shown = machine.ok(&["journal", "show"]);
    assert!(
        shown.contains("scan of sitelogix prod by compliance (practice: no evidence): 3 of 36")
    );
    machine.ok(&["journal", "verify"]);

    let report = machine.json(&["compliance"]);
    assert_eq!((&report["score"]["met"], &report["score"]["total"]), (&json!(3), &json!(36)));
    assert_eq!(report["checks"].as_array().unwrap().len(), 36);
    assert_eq!(report["record"], 3);
    assert_eq!(report["previous"]["record"], 2);
    assert_eq!(report["changed"], json!([]));
    assert_eq!(report["requests"], report["calls"]);
    let protected = line(&report, "table-deletion-protection", "sitelogix-vendors");
    assert_eq!(protected["outcome"], "fail");
    assert_eq!(
        protected["remedy"],
        json!({ "book": "phase-1-protection", "step": "deletion-protection", "do": null })
    );
    let records = machine.json(&["journal", "show"]);
    let scan = &records["records"][1];
    assert_eq!((&scan["event"]["type"], &scan["run"]), (&json!("scanned"), &Value::Null));
    assert_eq!(scan["event"]["scan"]["score"]["met"], 3);
}

#[test]
fn what_changed_names_the_run_that_did_it() {
    let machine = Machine::new();
    machine.ok(&["compliance"]);
    machine.ok(&walk_phase_1());
    let run = machine.json(&["runs"])["runs"][0]["id"].as_str().unwrap().to_owned();
    let report = machine.json(&["compliance"]);
    assert!(report["score"]["met"].as_u64().unwrap() >= 22, "{}", report["score"]);
    let changed = report["changed"].as_array().unwrap();
    let of = |id: &str, target: &str| {
        changed.iter().find(|one| one["id"] == id && one["target"] == target).unwrap()
    };
    let stream = of("table-stream", "sitelogix-vendors");
    assert_eq!((&stream["from"], &stream["to"]), (&json!("fail"), &json!("pass")));
    assert_eq!(stream["runs"], json!([run]));
    let itself = of("bucket-access-logging", "sitelogix-logs-prod");
    assert_eq!((&itself["to"], &itself["runs"]), (&json!("not_applicable"), &json!([run])));
    assert!(!changed.iter().any(|one| one["target"] == "sitelogix-work-logs"));
    // The same again: nothing changed, and nothing is told twice.
    assert!(!machine.ok(&["compliance"]).contains("table-stream sitelogix-vendors: fail"));
}

#[test]
fn a_role_that_may_not_read_the_trail_says_so_and_the_score_is_over_the_rest() {
    let machine = Machine::new();
    machine.faults(&json!([
        { "on": "cloudtrail:GetTrailStatus", "kind": "denied", "times": u32::MAX },
        { "on": "cloudtrail:GetEventSelectors", "kind": "denied", "times": u32::MAX },
    ]));
    let report = machine.json(&["compliance"]);
    let trail = line(&report, "trail", "sitelogix-trail");
    assert_eq!((&trail["outcome"], &trail["met"]), (&json!("could_not_check"), &json!(false)));
    assert_eq!(
        trail["missing"],
        json!(["cloudtrail:GetEventSelectors", "cloudtrail:GetTrailStatus"])
    );
    let score = &report["score"];
    assert_eq!(
        (&score["met"], &score["total"], &score["checks"]),
        (&json!(3), &json!(35), &json!(36))
    );
    let words = score["words"].as_str().unwrap();
    assert!(words.contains("over 35 checks: 1 could not be checked"), "{words}");
}

#[test]
fn a_gate_is_six_when_it_is_missed_and_not_passed_by_taking_a_permission_away() {
    let machine = Machine::new();
    machine.run(&["compliance", "--fail-under", "8"]).ended(exit::SUCCEEDED);
    machine.run(&["compliance", "--fail-under", "9"]).ended(exit::MISSED).says("under 9 %");
    machine.faults(&json!([
        { "on": "cloudtrail:GetTrailStatus", "kind": "denied", "times": u32::MAX },
    ]));
    // 3 of 35 would be 9 %.
    machine.run(&["compliance", "--fail-under", "9"]).ended(exit::MISSED);
    machine.run(&["compliance", "--fail-under", "101"]).ended(exit::USAGE);
}

#[test]
fn throttled_reads_are_made_again_and_none_is_lost() {
    let machine = Machine::new();
    machine.faults(&json!([
        { "on": "DescribeTable", "kind": "throttled", "times": 3 },
        { "on": "GetBucketVersioning", "kind": "throttled", "times": 2 },
        { "on": "DescribeAlarms", "kind": "lost_reply", "times": 1 },
        { "on": "DescribeContinuousBackups", "kind": "server_error", "times": 1 },
    ]));
    let report = machine.json(&["compliance"]);
    assert_eq!((&report["score"]["met"], &report["score"]["total"]), (&json!(3), &json!(36)));
    assert_eq!(report["throttled"], 5);
    let (calls, requests) =
        (report["calls"].as_u64().unwrap(), report["requests"].as_u64().unwrap());
    assert_eq!(requests, calls + 7);
}

#[test]
fn a_read_that_never_answers_is_not_passed_and_not_failed() {
    let machine = Machine::new();
    machine.faults(&json!([
        { "on": "DescribeContinuousBackups", "kind": "not_sent", "times": u32::MAX },
    ]));
    let report = machine.json(&["compliance"]);
    assert_eq!((&report["score"]["met"], &report["score"]["total"]), (&json!(3), &json!(30)));
    let vendors = line(&report, "table-recovery", "sitelogix-vendors");
    assert_eq!((&vendors["outcome"], &vendors["missing"]), (&json!("could_not_check"), &json!([])));
}

#[test]
fn another_account_is_not_scanned() {
    let machine = Machine::new();
    machine.faults(&json!([{ "on": "GetCallerIdentity", "kind": "expired", "times": u32::MAX }]));
    machine.run(&["compliance"]).ended(exit::LOGIN);
    let shown = machine.run(&["journal", "show"]);
    assert!(!shown.out.contains("scan of"), "{shown}");
}

#[test]
fn a_profile_that_is_not_there_or_has_errors_is_told() {
    let machine = Machine::new();
    machine.run(&["compliance", "weekly"]).ended(exit::USAGE).says("There are: compliance.");
    machine.run(&["compliance", "--html", "--junit"]).ended(exit::USAGE);
    machine.run(&["compliance", "--html", "--json"]).ended(exit::USAGE);
}

#[test]
fn a_report_goes_to_a_file_and_a_place_that_cannot_be_written_is_told() {
    let machine = Machine::new();
    let ran = machine.run(&["compliance", "--html", "--out", "report.html"]);
    ran.ended(exit::SUCCEEDED).says("3 of 36 (8 %)").says("kept in report.html");
    let page = std::fs::read_to_string(machine.path("report.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("3 of 36 (8 %)"));
    machine.run(&["compliance", "--out", "no/such/folder"]).ended(exit::FAILED).says("--out");
}

#[test]
fn sarif_is_as_its_schema_has_it() {
    let schema = crate::support::json(include_str!("sarif-2.1.0.schema.json"));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let machine = Machine::new();
    machine.faults(&json!([
        { "on": "cloudtrail:GetTrailStatus", "kind": "denied", "times": u32::MAX },
    ]));
    let sarif = crate::support::json(&machine.ok(&["compliance", "--sarif"]));
    let errors: Vec<_> = validator.iter_errors(&sarif).map(|e| e.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 36);
    // The schema refuses what is wrong: it was not an empty one.
    assert!(!validator.is_valid(&json!({ "version": "2.1.0", "runs": [{}] })));
}
