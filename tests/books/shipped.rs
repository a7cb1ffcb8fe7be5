//! The estates and books that ship with the program keep what their documents promise.

use std::collections::{BTreeMap, BTreeSet};

use muster::cloud::Danger;
use muster::estate::{Estate, Item};
use muster::jobs;
use muster::problem::{Code, Severity, Source};
use muster::runbook::{Act, Book, Bound, OnRefused, Step, Wanted, iam_policy};
use muster::settings;
use serde_json::{Value, json};

use crate::support::{estate, folder, golden, shown, source};

fn sitelogix() -> Estate {
    estate(&source("runbooks/sitelogix/estate.toml", "sitelogix"))
}

fn phase_1() -> Book {
    let source = source("runbooks/sitelogix/phase-1-protection.toml", "phase-1-protection");
    let (book, problems) = Book::load(&source, &sitelogix());
    let told: Vec<_> = problems.iter().map(|p| (p.severity, p.code.as_str())).collect();
    assert_eq!(told, [(Severity::Warning, "S13")], "{}", shown(&problems));
    book.unwrap()
}

fn mail() -> BTreeMap<String, String> {
    BTreeMap::from([("alert_email".to_owned(), "ops@example.com".to_owned())])
}

pub fn bound(environment: &str) -> Bound {
    let estate = sitelogix();
    let environment = estate.environment(environment).unwrap();
    phase_1().bind(&estate, environment, &mail()).unwrap_or_else(|e| panic!("{}", shown(&e)))
}

fn sets(bound: &Bound) -> impl Iterator<Item = (&Step, &str, &[Wanted])> {
    bound.steps.iter().filter_map(|step| match &step.act {
        Act::Set { setting, targets } => Some((step, setting.as_str(), targets.as_slice())),
        Act::Check { .. } | Act::Ask { .. } => None,
    })
}

#[test]
fn each_environment_has_names_of_its_own() {
    let estate = sitelogix();
    let [prod, dev] = estate.environments.as_slice() else { panic!("two environments") };
    assert_eq!((prod.place.account.as_str(), prod.protected), ("500313280221", true));
    assert_eq!((dev.place.account.as_str(), dev.protected), ("111122223333", false));
    let tables = ["reports", "personnel", "vendors", "constraints"];
    let names =
        |end: &str| Item::Many(tables.map(|table| format!("sitelogix-{table}{end}")).into());
    assert_eq!(prod.inventory["tables"], names(""));
    assert_eq!(dev.inventory["tables"], names("-dev"));
    for (key, item) in dev.inventory.iter().filter(|(key, _)| *key != "trail_prefix") {
        // The second buckets have their number after it, the parameters a path.
        assert!(item.names().iter().all(|name| name.contains("-dev")), "{key}");
    }
}

#[test]
fn phase_1_does_its_eight_operations_in_an_order_that_aws_accepts() {
    let bound = bound("prod");
    let done: Vec<_> = sets(&bound).map(|(_, setting, targets)| (setting, targets.len())).collect();
    assert_eq!(
        done,
        [
            ("sns.topic.existence", 1),
            ("sns.topic.subscriptions", 1),
            ("dynamodb.table.point_in_time_recovery", 4),
            ("dynamodb.table.deletion_protection", 4),
            ("dynamodb.table.stream", 4),
            ("s3.bucket.existence", 1),
            ("s3.bucket.versioning", 1),
            ("s3.bucket.public_access_block", 1),
            ("s3.bucket.encryption", 1),
            ("s3.bucket.log_delivery", 1),
            ("s3.bucket.access_logging", 3),
            ("cloudtrail.trail.definition", 1),
            ("cloudtrail.trail.data_events", 1),
            ("cloudtrail.trail.logging", 1),
            ("cloudwatch.alarm.definition", 4),
            ("cloudwatch.alarm.definition", 4),
            ("cloudwatch.alarm.definition", 2),
        ]
    );
    assert!(!bound.steps.iter().any(|step| matches!(step.act, Act::Ask { .. })));
}

#[test]
fn phase_1_sets_exactly_ten_alarms_and_all_tell_the_topic() {
    let bound = bound("prod");
    let alarms = sets(&bound).filter(|(_, setting, _)| *setting == "cloudwatch.alarm.definition");
    let alarms: BTreeMap<_, _> = alarms
        .flat_map(|(_, _, targets)| targets)
        .map(|wanted| (wanted.on.name.clone(), wanted.to.clone()))
        .collect();
    assert_eq!(alarms.len(), 10);
    for (name, alarm) in &alarms {
        assert_eq!(alarm["notify"], json!(["sitelogix-alerts"]), "{name}");
        assert_eq!(alarm["missing_data"], "notBreaching", "{name}");
    }
    let dimensions = &alarms["sitelogix-reports-system-errors"]["dimensions"];
    assert_eq!(*dimensions, json!({ "TableName": "sitelogix-reports", "Operation": "PutItem" }));
}

#[test]
fn every_change_of_phase_1_says_what_it_costs_and_how_it_is_undone() {
    for (step, _, _) in sets(&bound("prod")) {
        assert!(!step.type_name, "{}", step.id);
        let told = [step.cost.is_some(), step.undo.is_some(), step.usual_seconds.is_some()];
        assert_eq!(told, [true; 3], "{}: cost, undo, usual", step.id);
    }
}

#[test]
fn phase_1_reads_everything_back() {
    let bound = bound("prod");
    let checked: BTreeSet<_> = bound
        .steps
        .iter()
        .filter(|step| matches!(step.act, Act::Check { .. }))
        .filter_map(Step::targets)
        .flat_map(|(id, targets)| targets.iter().map(move |wanted| (id, &wanted.on.name)))
        .collect();
    for (step, id, targets) in sets(&bound) {
        for wanted in targets {
            // The bucket is there when its Object Lock can be read, and it cannot log into itself.
            let is_seen_otherwise = id == "s3.bucket.existence"
                || (id, wanted.on.name.as_str())
                    == ("s3.bucket.access_logging", "sitelogix-logs-prod");
            let is_checked = checked.contains(&(id, &wanted.on.name));
            assert!(is_checked || is_seen_otherwise, "{}: {}", step.id, wanted.on.name);
            let setting = jobs::row(id).unwrap();
            assert!(setting.is_met(&wanted.to, &wanted.to), "{}: a second run", step.id);
            assert_eq!(setting.parse(&wanted.to), Ok(wanted.to.clone()), "{}", step.id);
        }
    }
}

#[test]
fn the_log_bucket_is_not_logged_into_itself() {
    let bound = bound("prod");
    let step = &bound.steps[bound.position("access-logging").unwrap()];
    assert_eq!(step.on_refused, OnRefused::Leave);
    let (id, targets) = step.targets().unwrap();
    let refused = targets.iter().filter(|wanted| {
        let breaches = jobs::row(id).unwrap().lint(&wanted.on, &wanted.to);
        breaches.iter().any(|breach| breach.severity == settings::Severity::Refuse)
    });
    let refused: Vec<_> = refused.map(|wanted| wanted.on.name.as_str()).collect();
    assert_eq!(refused, ["sitelogix-logs-prod"]);
}

#[test]
fn each_object_event_has_its_slash() {
    let bound = bound("dev");
    let step = &bound.steps[bound.position("trail-data-events").unwrap()];
    let (_, targets) = step.targets().unwrap();
    let arns: BTreeSet<_> =
        targets[0].to["resources"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(
        arns,
        BTreeSet::from([
            "arn:aws:s3:::sitelogix-audio-files-dev/",
            "arn:aws:s3:::sitelogix-logs-dev/",
            "arn:aws:s3:::sitelogix-transcripts-dev/",
        ])
    );
}

#[test]
fn binding_is_the_same_every_time_and_survives_json() {
    let first = bound("prod");
    assert_eq!(first, bound("prod"));
    let text = serde_json::to_string(&first).unwrap();
    assert_eq!(serde_json::from_str::<Bound>(&text).unwrap(), first);
    assert_ne!(first, bound("dev"));
}

#[test]
fn a_book_is_not_bound_without_its_mail_address() {
    let estate = sitelogix();
    let environment = estate.environment("prod").unwrap();
    for (params, code) in [
        (BTreeMap::new(), Code::MissingParam),
        (BTreeMap::from([("alert_email".into(), "ops".into())]), Code::BadParam),
    ] {
        let problems = phase_1().bind(&estate, environment, &params).unwrap_err();
        assert_eq!(problems.iter().map(|p| p.code.clone()).collect::<Vec<_>>(), [code]);
    }
}

#[test]
fn the_outline_shows_the_steps_as_they_are_written() {
    let outline = phase_1().outline();
    let step = outline.iter().find(|step| step.id == "pitr").unwrap();
    assert_eq!(
        step.what,
        "set dynamodb.table.point_in_time_recovery of ${estate.tables} to \
         { enabled = true, recovery_period_days = 35 }"
    );
    assert_eq!(step.danger, Danger::Change);
}

#[test]
fn the_policy_of_phase_1_is_known() {
    let policy = iam_policy(&bound("prod"));
    golden(&folder().join("phase-1.policy.json"), &format!("{policy:#}\n"));
}

#[test]
fn a_role_may_be_passed_to_the_service_that_takes_it_on_and_to_no_other() {
    let estate = sitelogix();
    let text = r#"
title    = "A copy"
version  = "1.0.0"
kind     = "procedure"
summary  = "Copies."
risk     = "low"
duration = "10m"
cost     = "nothing"
owner    = "platform"
reviewed = 2026-11-01

[[step]]
id    = "copy"
title = "Copy"
why   = "A test needs it."
run   = "s3.batch_copy"
on    = "new"
with  = { from = "old", role = "arn:aws:iam::${env.account}:role/batch", report = { bucket = "reports", prefix = "copies" } }
"#;
    let source = Source { path: "copy.toml".into(), name: "copy".into(), text: text.into() };
    let (book, problems) = Book::load(&source, &estate);
    let book = book.unwrap_or_else(|| panic!("{problems:?}"));
    let prod = estate.environment("prod").unwrap();
    let policy = iam_policy(&book.bind(&estate, prod, &BTreeMap::new()).unwrap());
    golden(&folder().join("batch-copy.policy.json"), &format!("{policy:#}\n"));
    let statements = policy["Statement"].as_array().unwrap();
    let of = |action: &str| {
        let mut found = statements
            .iter()
            .filter(|one| one["Action"].as_array().unwrap().contains(&json!(action)));
        let one = found.next().unwrap();
        assert_eq!(found.count(), 0, "{action}");
        one.clone()
    };
    let pass = of("iam:PassRole");
    assert_eq!(pass["Resource"], json!(["arn:aws:iam::500313280221:role/batch"]));
    let service = json!({ "StringEquals": {
        "iam:PassedToService": "batchoperations.s3.amazonaws.com",
    } });
    assert_eq!(pass["Condition"], service);
    assert_eq!(of("s3:PutObject")["Resource"], json!(["arn:aws:s3:::reports/*"]));
    assert_eq!(
        of("s3:UpdateJobStatus")["Resource"],
        json!(["arn:aws:s3:us-east-1:500313280221:job/*"])
    );
    assert_eq!(of("s3:CreateJob")["Resource"], json!(["*"]));
}
