//! The template of phase 3 holds what the plan of the rollout asks for, and its books are sound.

use muster::estate::Estate;
use muster::runbook::Book;
use serde_json::{Value, json};

use crate::support::{estate, shown, source};

const TEMPLATE: &str = "missing-tables.template.json";

fn template() -> Value {
    let path = format!("runbooks/sitelogix/assets/{TEMPLATE}");
    serde_json::from_str(&source(&path, "template").text).unwrap()
}

fn sitelogix() -> Estate {
    let mut estate = estate(&source("runbooks/sitelogix/estate.toml", "sitelogix"));
    let path = format!("runbooks/sitelogix/assets/{TEMPLATE}");
    estate.assets.insert(TEMPLATE.to_owned(), source(&path, "template").text);
    estate
}

fn table(logical: &str) -> Value {
    template()["Resources"][logical]["Properties"].clone()
}

fn indexes(table: &Value) -> Vec<String> {
    let names = table["GlobalSecondaryIndexes"].as_array().unwrap().iter();
    names.map(|one| one["IndexName"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_table_is_as_the_plan_says() {
    for (logical, units, names, streams) in [
        ("WorkLogsTable", Some(5), ["ProjectDateIndex", "TeamIndex"].as_slice(), true),
        ("AiAnalysisTable", Some(10), &["TypeIndex", "ModelIndex"], true),
        ("AuditLogTable", None, &["EventTypeIndex"], false),
    ] {
        let table = table(logical);
        assert_eq!(indexes(&table), names, "{logical}");
        let capacity = units.map_or(
            Value::Null,
            |units| json!({ "ReadCapacityUnits": units, "WriteCapacityUnits": units }),
        );
        assert_eq!(table["ProvisionedThroughput"], capacity, "{logical}");
        let mode = if units.is_some() { "PROVISIONED" } else { "PAY_PER_REQUEST" };
        assert_eq!(table["BillingMode"], mode, "{logical}");
        let recovery = &table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"];
        assert_eq!(*recovery, true, "{logical}");
        assert_eq!(table["SSESpecification"], json!({ "SSEEnabled": true, "SSEType": "KMS" }));
        let view = &table["StreamSpecification"]["StreamViewType"];
        assert_eq!(*view == "NEW_AND_OLD_IMAGES", streams, "{logical}");
        // A protected table could not be cleaned up when creating the stack fails.
        assert_eq!(table["DeletionProtectionEnabled"], Value::Null, "{logical}");
    }
}

#[test]
fn tables_and_indexes_scale_at_seventy_per_cent() {
    let template = template();
    let resources = template["Resources"].as_object().unwrap();
    let of = |kind: &str| -> Vec<&Value> {
        let found = resources.values().filter(|one| one["Type"] == kind);
        found.map(|one| &one["Properties"]).collect()
    };
    let targets = of("AWS::ApplicationAutoScaling::ScalableTarget");
    let policies = of("AWS::ApplicationAutoScaling::ScalingPolicy");
    // Two tables, each with two indexes, reads and writes.
    assert_eq!((targets.len(), policies.len()), (12, 12));
    for target in targets {
        let path = target["ResourceId"]["Fn::Sub"].as_str().unwrap();
        let bounds = if path.contains("WorkLogs") { (5, 50) } else { (10, 100) };
        let (min, max) = (target["MinCapacity"].as_i64(), target["MaxCapacity"].as_i64());
        assert_eq!((min, max), (Some(bounds.0), Some(bounds.1)), "{path}");
        let kind = if path.contains("/index/") { "index" } else { "table" };
        let dimension = target["ScalableDimension"].as_str().unwrap();
        assert!(dimension.starts_with(&format!("dynamodb:{kind}:")), "{path}: {dimension}");
    }
    for policy in policies {
        let tracked = &policy["TargetTrackingScalingPolicyConfiguration"];
        assert_eq!(tracked["TargetValue"], 70.0);
        let target = policy["ScalingTargetId"]["Ref"].as_str().unwrap();
        let dimension = resources[target]["Properties"]["ScalableDimension"].as_str().unwrap();
        let metric = &tracked["PredefinedMetricSpecification"]["PredefinedMetricType"];
        let reads = dimension.contains("Read");
        assert_eq!(metric.as_str().unwrap().contains("Read"), reads, "{target}");
    }
}

#[test]
fn outputs_name_what_others_need() {
    let template = template();
    let mut names: Vec<_> = template["Outputs"].as_object().unwrap().keys().collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "AiAnalysisStreamArn",
            "AiAnalysisTableArn",
            "AiAnalysisTableName",
            "AuditLogTableArn",
            "AuditLogTableName",
            "WorkLogsStreamArn",
            "WorkLogsTableArn",
            "WorkLogsTableName",
        ]
    );
    assert!(template["Description"].as_str().unwrap().len() <= 1_024, "AWS takes no more");
}

#[test]
fn both_books_are_sound_in_every_environment() {
    let estate = sitelogix();
    for name in ["phase-3-missing-tables", "rollback-phase-3"] {
        let (book, problems) =
            Book::load(&source(&format!("runbooks/sitelogix/{name}.toml"), name), &estate);
        assert!(problems.is_empty(), "{}", shown(&problems));
        let mut params = std::collections::BTreeMap::new();
        if name.starts_with("rollback") {
            params.insert("reason".to_owned(), "a test".to_owned());
        }
        for environment in &estate.environments {
            let bound = book.as_ref().unwrap().bind(&estate, environment, &params);
            let bound = bound.unwrap_or_else(|problems| panic!("{}", shown(&problems)));
            let text = serde_json::to_string(&bound).unwrap();
            let suffix = if environment.name == "prod" { "" } else { "-dev" };
            assert!(text.contains(&format!("sitelogix-missing-tables{suffix}\"")), "{name}");
        }
    }
}
