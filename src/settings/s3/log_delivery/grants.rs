//! Our statements in a bucket's policy: written, read back, and replaced among those of others.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::super::{Target, Unread};
use super::super::policy::{CLOUDTRAIL, LOGGING, Policy, object_arn, texts, trail_folder};
use super::Delivery;

/// Lets access logs of buckets in.
const ACCESS_LOGS: &str = "MusterAccessLogs";
/// Lets CloudTrail ask whose bucket it is, which it does before anything else.
const TRAIL_CHECK: &str = "MusterTrailAclCheck";
/// Lets log files of trails in.
const TRAIL_WRITE: &str = "MusterTrailWrite";

const FOLDER_END: &str = "*";

/// What our statements in a policy grant.
///
/// # Errors
/// One of them is not as it was written: somebody made it their own.
pub(super) fn read(policy: &Policy, on: &Target) -> Result<Delivery, Unread> {
    let (logs, _) = granted(policy, on, ACCESS_LOGS)?;
    let (checks, _) = granted(policy, on, TRAIL_CHECK)?;
    let (writes, trail_prefix) = granted(policy, on, TRAIL_WRITE)?;
    // CloudTrail needs both.
    let trails: BTreeSet<String> = &checks & &writes;
    let trail_prefix = if trails.is_empty() { String::new() } else { trail_prefix };
    Ok(Delivery { access_logs_from: logs, trails, trail_prefix })
}

/// Puts statements that grant exactly this in the place of ours.
pub(super) fn replace(policy: &mut Policy, on: &Target, to: &Delivery) {
    policy.statements.retain(|statement| !is_ours(statement));
    if !to.access_logs_from.is_empty() {
        policy.statements.push(statement(on, ACCESS_LOGS, &to.access_logs_from, ""));
    }
    if !to.trails.is_empty() {
        policy.statements.push(statement(on, TRAIL_CHECK, &to.trails, ""));
        policy.statements.push(statement(on, TRAIL_WRITE, &to.trails, &to.trail_prefix));
    }
}

fn is_ours(statement: &Value) -> bool {
    let sid = statement.get("Sid").and_then(Value::as_str);
    sid.is_some_and(|sid| [ACCESS_LOGS, TRAIL_CHECK, TRAIL_WRITE].contains(&sid))
}

/// The sources that the statement of this id names, and the prefix of its resource.
fn granted(policy: &Policy, on: &Target, sid: &str) -> Result<(BTreeSet<String>, String), Unread> {
    let mut found = policy.statements.iter().filter(|statement| statement["Sid"] == sid);
    let Some(written) = found.next() else {
        return Ok((BTreeSet::new(), String::new()));
    };
    let operator = if sid == ACCESS_LOGS { "ArnLike" } else { "StringEquals" };
    let beginning = source_arn(on, sid, "");
    let names: BTreeSet<String> = texts(&written["Condition"][operator]["aws:SourceArn"])
        .filter_map(|arn| arn.strip_prefix(&beginning).map(str::to_owned))
        .collect();
    let prefix = written["Resource"]
        .as_str()
        .and_then(|arn| arn.strip_prefix(&object_arn(&on.place, &on.name, "")))
        .and_then(|key| key.strip_suffix(&format!("{}{FOLDER_END}", trail_folder(&on.place, ""))))
        .map(|prefix| prefix.strip_suffix('/').unwrap_or(prefix).to_owned())
        .unwrap_or_default();
    let ours = statement(on, sid, &names, &prefix);
    if found.next().is_some() || plain(written) != plain(&ours) {
        return Err(Unread::Strange(format!(
            "the statement {sid} in the policy of {} is not as Muster writes it; give it another \
             Sid if it is meant",
            on.name
        )));
    }
    Ok((names, prefix))
}

fn source_arn(on: &Target, sid: &str, name: &str) -> String {
    if sid == ACCESS_LOGS {
        on.place.bucket_arn(name)
    } else {
        on.place.arn("cloudtrail", &format!("trail/{name}"))
    }
}

/// Our statement of this id. `prefix` is that of [`TRAIL_WRITE`]; the others have none.
fn statement(on: &Target, sid: &str, sources: &BTreeSet<String>, prefix: &str) -> Value {
    let arns: Vec<String> = sources.iter().map(|name| source_arn(on, sid, name)).collect();
    let all_under =
        |folder: &str| object_arn(&on.place, &on.name, &format!("{folder}{FOLDER_END}"));
    let (service, action, resource, condition) = match sid {
        ACCESS_LOGS => (
            LOGGING,
            "s3:PutObject",
            all_under(""),
            json!({
                "ArnLike": { "aws:SourceArn": arns },
                "StringEquals": { "aws:SourceAccount": on.place.account },
            }),
        ),
        TRAIL_CHECK => (
            CLOUDTRAIL,
            "s3:GetBucketAcl",
            on.place.bucket_arn(&on.name),
            json!({ "StringEquals": { "aws:SourceArn": arns } }),
        ),
        _ => (
            CLOUDTRAIL,
            "s3:PutObject",
            all_under(&trail_folder(&on.place, prefix)),
            json!({
                "StringEquals": {
                    "aws:SourceArn": arns,
                    "s3:x-amz-acl": "bucket-owner-full-control",
                },
            }),
        ),
    };
    json!({
        "Sid": sid,
        "Effect": "Allow",
        "Principal": { "Service": service },
        "Action": action,
        "Resource": resource,
        "Condition": condition,
    })
}

/// A statement in the one form in which two that mean the same are equal: every list sorted, and a
/// list of one written as the one.
fn plain(value: &Value) -> Value {
    match value {
        Value::Array(values) => {
            let mut values: Vec<Value> = values.iter().map(plain).collect();
            values.sort_by_key(Value::to_string);
            values.dedup();
            match (values.pop(), values.is_empty()) {
                (Some(only), true) => only,
                (last, _) => Value::Array(values.into_iter().chain(last).collect()),
            }
        }
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(key, value)| (key.clone(), plain(value))).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}
