//! Phase 1, walked by the binary against an account that nobody here wrote, and read back by a
//! client that nobody here wrote.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::emulator::{self, Emulator};
use crate::support::ACCOUNT;

/// How the program ends.
pub const SUCCEEDED: i32 = 0;
pub const FAILED: i32 = 1;
pub const CANCELLED: i32 = 3;
pub const STUCK: i32 = 5;
pub const PAUSED: i32 = 75;

pub const WALK: [&str; 5] =
    ["run", "phase-1-protection", "-p", "alert_email=oncall@example.com", "--linear"];

/// An operator's machine, and the account that it talks to.
pub struct Operator {
    emulator: Emulator,
    home: TempDir,
}

impl Operator {
    /// With the tables and buckets of production in the account, as they were before any phase.
    pub fn before_phase_1(emulator: Emulator) -> Self {
        let operator = Self { emulator, home: TempDir::new().expect("a home") };
        operator.second_client("make");
        operator
    }

    /// Where its account is.
    pub fn url(&self) -> String {
        self.emulator.url()
    }

    /// The account has everything of phase 1.
    #[track_caller]
    pub fn is_protected(&self) {
        let account = self.account();
        is_protected(&account);
        assert_eq!(account["alarms"].as_object().expect("alarms").len(), 10);
    }

    /// The program, in production.
    fn command(&self, words: &[&str]) -> Command {
        let mut command = self.at(&self.emulator.url());
        command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test").args(words);
        command
    }

    /// The program, in production at an endpoint, with no credentials but those of the home.
    fn at(&self, url: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_muster"));
        command
            .env_clear()
            .env("HOME", self.home.path())
            .env("NO_COLOR", "1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .args(["--endpoint-url", url, "--state-dir"])
            .arg(self.home.path().join("state"))
            .args(["--estate", "sitelogix", "--env", "prod"]);
        command
    }

    /// The home of the operator.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Walks or reads at an endpoint, with a profile of the home.
    pub fn as_profile(&self, name: &str, url: &str, words: &[&str]) -> (Option<i32>, String) {
        self.with(&["--profile", name], &[], url, words)
    }

    /// Walks or reads at an endpoint, with options and variables.
    pub fn with(
        &self,
        options: &[&str],
        variables: &[(&str, &str)],
        url: &str,
        words: &[&str],
    ) -> (Option<i32>, String) {
        let mut command = self.at(url);
        run(command.args(options).envs(variables.iter().copied()).args(words))
    }

    /// Walks or reads: the exit code and everything that was printed.
    pub fn muster(&self, words: &[&str]) -> (Option<i32>, String) {
        run(&mut self.command(words))
    }

    /// Walks phase 1 with every answer given.
    pub fn walk(&self) -> (Option<i32>, String) {
        self.muster(&[&WALK[..], &["--yes"]].concat())
    }

    /// The account, as boto3 sees it.
    pub fn account(&self) -> Value {
        serde_json::from_str(&self.second_client("read")).expect("JSON")
    }

    /// The account of another access key id, as boto3 sees it.
    pub fn account_as(&self, key: &str) -> Value {
        serde_json::from_str(&self.client_of(key, "read")).expect("JSON")
    }

    fn second_client(&self, verb: &str) -> String {
        self.client_of("test", verb)
    }

    fn client_of(&self, key: &str, verb: &str) -> String {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/aws/account.py");
        let output = Command::new(python())
            .env_clear()
            .env("HOME", self.home.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            // Nothing is written beside the script.
            .arg("-B")
            .arg(script)
            .args([&self.emulator.url(), verb, key])
            .output()
            .expect("python");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        String::from_utf8(output.stdout).expect("text")
    }
}

/// The Python that has boto3: beside the emulator, unless another is named.
#[expect(clippy::disallowed_methods, reason = "tests have no app that read the environment")]
fn python() -> PathBuf {
    std::env::var_os("MUSTER_PYTHON")
        .map_or_else(|| emulator::executable().with_file_name("python"), PathBuf::from)
}

/// An emulator without the library that it reads CloudWatch's requests with, as pip installs it.
fn without_alarms() -> (Emulator, TempDir) {
    let hidden = TempDir::new().expect("a folder");
    std::fs::write(hidden.path().join("cbor2.py"), "raise ImportError('hidden')\n")
        .expect("a file");
    let path = hidden.path().to_str().expect("text");
    (emulator::start_with(ACCOUNT, &[("PYTHONPATH", path)]), hidden)
}

/// Runs it to its end: the exit code and everything that was printed.
fn run(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output().expect("the program");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).expect("text"))
}

#[track_caller]
pub fn ended((code, said): &(Option<i32>, String), wanted: i32) {
    assert_eq!(*code, Some(wanted), "{said}");
}

/// Everything of phase 1 but the alarms.
#[track_caller]
fn is_protected(account: &Value) {
    let table = json!({
        "status": "ACTIVE",
        "deletion_protection": true,
        "stream": "NEW_AND_OLD_IMAGES",
        "recovery": "ENABLED",
        // The emulator does not tell.
        "recovery_days": null,
        "items": 1,
    });
    let tables = ["reports", "personnel", "vendors", "constraints"];
    let tables: BTreeMap<_, _> =
        tables.into_iter().map(|name| (format!("sitelogix-{name}"), table.clone())).collect();
    assert_eq!(account["tables"], json!(tables));

    let logs = "sitelogix-logs-prod";
    let logged = |bucket: &str| json!({ "versioning": null, "objects": ["one"], "policy": null, "logs_to": [logs, format!("access-logs/{bucket}/")] });
    let buckets = json!({
        "sitelogix-audio-files-prod": logged("sitelogix-audio-files-prod"),
        "sitelogix-transcripts-prod": logged("sitelogix-transcripts-prod"),
        logs: {
            "versioning": "Enabled",
            "objects": [],
            "policy": "2012-10-17",
            "object_lock": ["Enabled", null],
            "public": [true, true, true, true],
            "encryption": "AES256",
            "writers": ["cloudtrail.amazonaws.com", "logging.s3.amazonaws.com"],
            "logs_to": null,
        },
    });
    assert_eq!(account["buckets"], buckets);

    let trail = json!({
        "bucket": logs,
        "prefix": "trail",
        "multi_region": true,
        "validation": true,
        "logging": true,
        "management_events": [true],
        "data": [
            "arn:aws:s3:::sitelogix-audio-files-prod/",
            "arn:aws:s3:::sitelogix-logs-prod/",
            "arn:aws:s3:::sitelogix-transcripts-prod/",
        ],
    });
    assert_eq!(account["trails"], json!({ "sitelogix-trail": trail }));
    assert_eq!(account["topics"], json!({ "sitelogix-alerts": [["email", "oncall@example.com"]] }));
}

/// The engine reads them again for a minute before it gives up: so long does this take.
#[test]
fn where_alarms_cannot_be_set_everything_before_them_is_done() {
    let (emulator, _hidden) = without_alarms();
    let operator = Operator::before_phase_1(emulator);
    let walked = operator.walk();
    ended(&walked, STUCK);
    let said = &walked.1;
    assert!(said.contains("Step 16 failed: sitelogix-reports-write-throttled"), "{said}");
    assert!(said.contains("next: Nothing was changed by this step: reading it failed."));
    assert!(said.contains("go on with it: muster resume "), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    let account = operator.account();
    is_protected(&account);

    // What is done is done: only the alarms are left, and they cannot be read.
    let plan = operator.muster(&[&["plan"][..], &WALK[1..4], &["--json"]].concat());
    ended(&plan, SUCCEEDED);
    let plan: Value = serde_json::from_str(&plan.1).unwrap();
    for step in &plan["steps"].as_array().unwrap()[..15] {
        for target in step["targets"].as_array().unwrap() {
            let (name, found) = (&target["resource"], &target["outcome"]["verdict"]);
            // The log bucket does not log into itself.
            let wanted = match step["id"].as_str() {
                Some("access-logging") if *name == "sitelogix-logs-prod" => "refused",
                _ => "no_change",
            };
            assert_eq!(found, wanted, "{} {name}", step["id"]);
        }
    }
    assert_eq!(operator.account(), account);
    ended(&operator.muster(&["journal", "verify"]), SUCCEEDED);
}

#[test]
fn phase_1_is_walked_to_its_end_and_a_second_time_changes_nothing() {
    let operator = Operator::before_phase_1(emulator::start(ACCOUNT));
    let plan = operator.muster(&[&["plan"][..], &WALK[1..4], &["--json"]].concat());
    ended(&plan, SUCCEEDED);
    let before = operator.account();
    assert_eq!((&before["topics"], &before["trails"]), (&json!({}), &json!({})));

    let walked = operator.walk();
    ended(&walked, SUCCEEDED);
    assert!(walked.1.contains("LIVE run"), "{}", walked.1);
    let account = operator.account();
    is_protected(&account);
    let alarms = account["alarms"].as_object().unwrap();
    let topic = format!("arn:aws:sns:us-east-1:{ACCOUNT}:sitelogix-alerts");
    let of = |metric: &str| json!([metric, 1.0, "notBreaching", [topic]]);
    assert_eq!(alarms.len(), 10, "{alarms:?}");
    assert_eq!(alarms["sitelogix-vendors-system-errors"], of("SystemErrors"));
    assert_eq!(alarms["sitelogix-reports-write-throttled"], of("WriteThrottleEvents"));
    assert_eq!(alarms["sitelogix-transcripts-prod-5xx-errors"], of("5xxErrors"));

    let again = operator.walk();
    ended(&again, SUCCEEDED);
    assert!(again.1.contains("Nothing was changed."), "{}", again.1);
    assert!(!again.1.contains(" sending "), "{}", again.1);
    assert_eq!(operator.account(), account);
    ended(&operator.muster(&["journal", "verify"]), SUCCEEDED);
    ended(&operator.muster(&["doctor"]), SUCCEEDED);
}

#[test]
fn in_another_account_nothing_happens() {
    let operator = Operator::before_phase_1(emulator::start("111122223333"));
    let before = operator.account();
    let plan = operator.muster(&[&["plan"][..], &WALK[1..4]].concat());
    for refused in [operator.walk(), plan] {
        ended(&refused, FAILED);
        let said = &refused.1;
        assert!(said.contains("error[wrong-account]"), "{said}");
        assert!(said.contains("expected: 500313280221 (sitelogix prod)"), "{said}");
        assert!(said.contains("found:    111122223333 (arn:aws:iam::111122223333:root)"), "{said}");
        assert!(said.contains("in AWS: nothing was changed"), "{said}");
    }
    assert_eq!(operator.account(), before);
    assert_eq!(before["topics"], json!({}));
    let doctor = operator.muster(&["doctor"]);
    ended(&doctor, FAILED);
    assert!(doctor.1.contains("expected 500313280221, found 111122223333"), "{}", doctor.1);
}

#[test]
fn a_run_is_not_resumed_in_another_account() {
    let here = Operator::before_phase_1(emulator::start(ACCOUNT));
    let mut walk = here.command(&[&WALK[..], &["--yes"]].concat());
    let mut walk = walk.stdout(Stdio::piped()).spawn().expect("the program");
    let lines = BufReader::new(walk.stdout.take().expect("its output")).lines();
    let begun = lines.map_while(Result::ok).any(|line| line.contains("Step 6 of"));
    assert!(begun, "it ended before the sixth step");
    walk.kill().expect("a process to kill");
    walk.wait().expect("its end");

    let elsewhere = Operator { emulator: emulator::start("111122223333"), home: here.home };
    elsewhere.second_client("make");
    let before = elsewhere.account();
    let resumed = elsewhere.muster(&["resume", "--linear", "--yes"]);
    assert!(resumed.1.contains("WRONG ACCOUNT: 111122223333 answered, not 500313280221"));
    ended(&resumed, STUCK);
    assert_eq!(elsewhere.account(), before);
}
