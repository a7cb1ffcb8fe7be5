//! The IAM policy that a book needs, from the table of settings.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::bound::{Act, Bound};
use crate::cloud::{Call, Place, sts};
use crate::jobs;
use crate::settings::Kind;

/// Actions that IAM cannot limit to a resource, from the service authorization reference.
const UNLIMITED: &[&str] = &[
    "cloudformation:ListStacks",
    "cloudtrail:DescribeTrails",
    "dynamodb:ListTables",
    "s3:CreateJob",
    "s3:ListAllMyBuckets",
    "s3:ListJobs",
    "sns:Unsubscribe",
    "sts:GetCallerIdentity",
];

/// The actions that a bound book needs, as an IAM policy document. Each is limited to the targets
/// where IAM can do that.
pub fn iam_policy(bound: &Bound) -> Value {
    let mut needs: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut passed: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let identity = sts::GET_CALLER_IDENTITY.iam.iter();
    needs.extend(identity.map(|action| (*action, BTreeSet::from(["*".to_owned()]))));
    for step in bound.steps.iter().filter(|step| step.left_out.is_none()) {
        let Some((id, targets)) = step.targets() else { continue };
        let Some(setting) = jobs::row(id) else { continue };
        let sets = matches!(step.act, Act::Set { .. });
        // What is in a stack has names of its own.
        let is_inside =
            |action: &str| setting.kind == Kind::Stack && !action.starts_with("cloudformation:");
        for wanted in targets {
            let (on, to) = (&wanted.on, sets.then_some(&wanted.to));
            for call in to.iter().flat_map(|to| setting.guard(on, to)) {
                let name = call.resource().unwrap_or_default().to_owned();
                for action in call.operation().iam {
                    let name = if is_inside(action) { "" } else { name.as_str() };
                    needs.entry(action).or_default().insert(resource(action, &on.place, name));
                }
            }
            let own = setting.read_for(on, &wanted.to);
            let sources: Vec<_> = own.iter().filter_map(Call::source).collect();
            let writes = if sets { setting.writes } else { &[] };
            let own = own.iter().map(Call::operation);
            for action in own.chain(writes.iter().copied()).flat_map(|operation| operation.iam) {
                if let Some((role, service)) = to.and_then(|to| passes(id, action, to)) {
                    passed.entry(service).or_default().insert(role);
                    continue;
                }
                let report = reported(&wanted.to);
                if let Some(bucket) = report.filter(|_| sets && writes_objects(action)) {
                    // S3 itself writes into the target, with the role that it is given.
                    needs.entry(action).or_default().insert(resource(action, &on.place, bucket));
                    continue;
                }
                // What is copied is read where it comes from, and nothing is written there.
                let sources = sources.iter().copied().chain(report).filter(|_| looks(action));
                let own = if is_inside(action) { "" } else { on.name.as_str() };
                for name in sources.chain([own]) {
                    needs.entry(action).or_default().insert(resource(action, &on.place, name));
                }
            }
        }
    }
    let mut statements = statements(needs);
    statements.extend(passed.into_iter().map(|(service, roles)| {
        json!({
            "Effect": "Allow", "Action": ["iam:PassRole"], "Resource": roles,
            "Condition": { "StringEquals": { "iam:PassedToService": service } },
        })
    }));
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// True for actions that write what is in a bucket.
fn writes_objects(action: &str) -> bool {
    ["s3:PutObject", "s3:AbortMultipart"].iter().any(|lead| action.starts_with(lead))
}

/// The bucket that lists and reports of a job are put into, where the value names one.
fn reported(to: &Value) -> Option<&str> {
    to.get("report")?.get("bucket")?.as_str()
}

/// True for actions of S3 on what is in a bucket, not on the bucket.
fn is_of_objects(action: &str) -> bool {
    let leads = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipart"];
    leads.iter().any(|lead| action.starts_with(lead))
}

/// True for actions that change nothing.
fn looks(action: &str) -> bool {
    ["s3:Get", "s3:List"].iter().any(|lead| action.starts_with(lead))
}

/// One statement for all actions on the same resources.
fn statements(needs: BTreeMap<&str, BTreeSet<String>>) -> Vec<Value> {
    let mut grouped: BTreeMap<(String, BTreeSet<String>), Vec<&str>> = BTreeMap::new();
    for (action, resources) in needs {
        let service = action.split(':').next().unwrap_or_default();
        let is_any = resources.contains("*");
        let (service, resources) = if is_any {
            (String::new(), BTreeSet::from(["*".to_owned()]))
        } else {
            (service.to_owned(), resources)
        };
        grouped.entry((service, resources)).or_default().push(action);
    }
    grouped
        .into_iter()
        .map(|((_, resources), actions)| {
            json!({ "Effect": "Allow", "Action": actions, "Resource": resources })
        })
        .collect()
}

/// The role that a service is given, where the value names it, and the service: nobody may pass any
/// other, or to another.
fn passes(id: &str, action: &str, to: &Value) -> Option<(String, &'static str)> {
    let role = to.get("role").filter(|_| action == "iam:PassRole")?;
    let service = match id.split('.').next()? {
        "backup" => "backup.amazonaws.com",
        "s3" if id == "s3.batch_copy" => "batchoperations.s3.amazonaws.com",
        "s3" => "s3.amazonaws.com",
        _ => return None,
    };
    Some((role.as_str()?.to_owned(), service))
}

/// The ARN that an action on this resource is limited to.
fn resource(action: &str, place: &Place, name: &str) -> String {
    if UNLIMITED.contains(&action) || name.is_empty() {
        return "*".to_owned();
    }
    if name.starts_with("arn:") {
        return name.to_owned();
    }
    match action.split(':').next() {
        Some("dynamodb") => place.arn("dynamodb", &format!("table/{name}")),
        // Jobs have ids, which nobody knows before they are made.
        Some("s3") if action.ends_with("Job") || action.ends_with("JobStatus") => {
            place.arn("s3", "job/*")
        }
        Some("s3") if is_of_objects(action) => format!("{}/*", place.bucket_arn(name)),
        Some("s3") => place.bucket_arn(name),
        Some("sns") => place.arn("sns", name),
        Some("cloudtrail") => place.arn("cloudtrail", &format!("trail/{name}")),
        Some("cloudformation") => place.arn("cloudformation", &format!("stack/{name}/*")),
        Some("cloudwatch") if action.contains("Dashboard") => {
            format!("arn:{}:cloudwatch::{}:dashboard/{name}", place.partition(), place.account)
        }
        Some("cloudwatch") => place.arn("cloudwatch", &format!("alarm:{name}")),
        // Plans and selections have ids, which nobody knows before they are made.
        Some("backup") if action.ends_with("Vault") || action.ends_with("LockConfiguration") => {
            place.arn("backup", &format!("backup-vault:{name}"))
        }
        Some("ssm") => {
            let name = name.strip_prefix('/').unwrap_or(name);
            place.arn("ssm", &format!("parameter/{name}"))
        }
        _ => "*".to_owned(),
    }
}
