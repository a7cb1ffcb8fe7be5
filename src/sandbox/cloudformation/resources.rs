//! The types of resources that the simulated CloudFormation makes: each by the very calls of its
//! service, whose refusals are the reasons of a stack that fails.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::cloud::autoscaling::{self, Scalable, Tracking};
use crate::cloud::cloudformation::PropertyDifference;
use crate::cloud::dynamodb::{
    self, Attribute, AttributeType, EncryptionKey, GlobalIndexSpec, KeyPart, KeyRole, LocalIndex,
    Projection, StreamView, TableChange, TableClass, TableSpec, TableStatus, Units,
};
use crate::cloud::{CallError, Ending};

use super::super::autoscaling::AutoScaling;
use super::super::dynamodb::Tables;
use super::super::moment::Moment;
use super::template::plain;

pub const TABLE: &str = "AWS::DynamoDB::Table";
pub const TARGET: &str = "AWS::ApplicationAutoScaling::ScalableTarget";
pub const POLICY: &str = "AWS::ApplicationAutoScaling::ScalingPolicy";

/// The services that stacks make things in.
pub struct Services<'a> {
    pub dynamodb: &'a mut Tables,
    pub autoscaling: &'a mut AutoScaling,
}

/// What is known of a resource once it was begun.
#[derive(Debug)]
pub struct Begun {
    pub physical: String,
    pub attributes: BTreeMap<String, String>,
}

/// Why something is not done.
#[derive(Debug)]
pub enum Not {
    /// It is still going on, or the resource is busy: look again.
    Yet,
    /// It never will be: AWS's words.
    Ever(String),
}

impl From<CallError> for Not {
    fn from(error: CallError) -> Self {
        if error.ending == Ending::InUse {
            return Self::Yet;
        }
        let code = match error.ending {
            Ending::Exists => "AlreadyExists",
            Ending::Absent => "NotFound",
            Ending::Denied => "AccessDenied",
            Ending::Throttled => "Throttling",
            Ending::InUse
            | Ending::Refused
            | Ending::Expired
            | Ending::ClockSkew
            | Ending::WrongRegion
            | Ending::NotSent
            | Ending::Unknown => "InvalidRequest",
        };
        Self::Ever(format!(
            "Resource handler returned message: \"{}\" (HandlerErrorCode: {code})",
            error.message
        ))
    }
}

/// Begins to make a resource.
pub fn create(
    kind: &str,
    name: &str,
    properties: &Value,
    services: &mut Services<'_>,
    at: &Moment,
) -> Result<Begun, Not> {
    match kind {
        TABLE => {
            let (table, spec) = table(name, properties)?;
            let arn = at.place.arn("dynamodb", &format!("table/{table}"));
            let call = dynamodb::Call::CreateTable { table: table.clone(), spec: Box::new(spec) };
            let stream = match services.dynamodb.call(&call, at)?.reply {
                dynamodb::Reply::Table(made) => made.latest_stream,
                dynamodb::Reply::Tables { .. }
                | dynamodb::Reply::ContinuousBackups(_)
                | dynamodb::Reply::Tags { .. }
                | dynamodb::Reply::TimeToLive(_)
                | dynamodb::Reply::Counted { .. }
                | dynamodb::Reply::Done { .. } => None,
            };
            let mut attributes = BTreeMap::from([("Arn".to_owned(), arn)]);
            attributes.extend(stream.map(|stream| ("StreamArn".to_owned(), stream)));
            Ok(Begun { physical: table, attributes })
        }
        TARGET => {
            let of = scalable(properties)?;
            register(&of, properties, services, at)?;
            let physical = format!("{}|{}|dynamodb", of.resource, of.dimension.name());
            Ok(Begun { physical, attributes: BTreeMap::new() })
        }
        POLICY => {
            let arn = put_policy(name, properties, services, at)?;
            let attributes = BTreeMap::from([("Arn".to_owned(), arn.clone())]);
            Ok(Begun { attributes, physical: arn })
        }
        other => Err(Not::Ever(format!(
            "Resource type {other} is not one that the simulated account can make"
        ))),
    }
}

/// Whether what was begun is done; sets what can only be set then.
pub fn settle(
    kind: &str,
    physical: &str,
    properties: &Value,
    services: &mut Services<'_>,
    at: &Moment,
) -> Result<(), Not> {
    if kind != TABLE {
        return Ok(());
    }
    if !is_active(physical, services, at)? {
        return Err(Not::Yet);
    }
    let recovery = &properties["PointInTimeRecoverySpecification"];
    let days = recovery["PointInTimeRecoveryEnabled"].as_bool().unwrap_or(false).then(|| {
        recovery["RecoveryPeriodInDays"].as_u64().and_then(|d| u32::try_from(d).ok()).unwrap_or(35)
    });
    let table = physical.to_owned();
    let now = dynamodb::Call::DescribeContinuousBackups { table: table.clone() };
    let dynamodb::Reply::ContinuousBackups(now) = services.dynamodb.call(&now, at)?.reply else {
        return Err(Not::Yet);
    };
    if now.recovery_period_days != days {
        let call = dynamodb::Call::UpdateContinuousBackups { table, recovery_period_days: days };
        services.dynamodb.call(&call, at)?;
    }
    Ok(())
}

/// Changes a resource that is there, one class of change at a time (D18). Answers once nothing is
/// left to change.
pub fn modify(
    kind: &str,
    physical: &str,
    properties: &Value,
    services: &mut Services<'_>,
    at: &Moment,
) -> Result<(), Not> {
    match kind {
        TARGET => return register(&scalable(properties)?, properties, services, at),
        POLICY => return put_policy(physical, properties, services, at).map(|_| ()),
        _ => {}
    }
    let (table, wanted) = table(physical, properties)?;
    let read = dynamodb::Call::DescribeTable { table: table.clone() };
    let dynamodb::Reply::Table(now) = services.dynamodb.call(&read, at)?.reply else {
        return Err(Not::Yet);
    };
    if now.status != TableStatus::Active {
        return Err(Not::Yet);
    }
    let change = if now.deletion_protection != wanted.deletion_protection {
        Some(TableChange::DeletionProtection(wanted.deletion_protection))
    } else if now.stream != wanted.stream {
        // From one kind to another it goes by way of none.
        Some(TableChange::Stream(wanted.stream.filter(|_| now.stream.is_none())))
    } else if now.class != wanted.class {
        Some(TableChange::Class(wanted.class))
    } else if now.capacity != wanted.capacity {
        Some(wanted.capacity.map_or(TableChange::OnDemand {}, |units| TableChange::Provisioned {
            table: Some(units),
            indexes: BTreeMap::new(),
        }))
    } else {
        None
    };
    let Some(change) = change else { return settle(kind, physical, properties, services, at) };
    services.dynamodb.call(&dynamodb::Call::UpdateTable { table, change }, at)?;
    Err(Not::Yet)
}

/// Begins to delete a resource, and answers once it is gone.
pub fn delete(
    kind: &str,
    physical: &str,
    properties: &Value,
    services: &mut Services<'_>,
    at: &Moment,
) -> Result<(), Not> {
    if kind != TABLE {
        return unscale(kind, properties, services, at);
    }
    let table = || physical.to_owned();
    let truth = services.dynamodb.call(&dynamodb::Call::DeleteTable { table: table() }, at);
    match truth {
        Ok(_) => Err(Not::Yet),
        Err(error) if error.ending == Ending::Absent => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Whether another has to take its place when these properties become those.
pub fn replaces(kind: &str, from: &Value, to: &Value) -> bool {
    let fixed: &[&str] = match kind {
        TABLE => &["TableName", "KeySchema", "LocalSecondaryIndexes"],
        TARGET => &["ResourceId", "ScalableDimension", "ServiceNamespace"],
        POLICY => &["PolicyName", "ScalingTargetId", "ResourceId", "ScalableDimension"],
        _ => &[],
    };
    fixed.iter().any(|name| from.get(name) != to.get(name))
}

/// The name that the template itself gives, when it does.
pub fn custom_name<'p>(kind: &str, properties: &'p Value) -> Option<&'p str> {
    if kind == TABLE { properties["TableName"].as_str() } else { None }
}

/// Whether the service refuses to delete it now.
pub fn is_protected(kind: &str, physical: &str, tables: &mut Tables, at: &Moment) -> Option<bool> {
    if kind != TABLE {
        return None;
    }
    let call = dynamodb::Call::DescribeTable { table: physical.to_owned() };
    match tables.call(&call, at).ok()?.reply {
        dynamodb::Reply::Table(table) => Some(table.deletion_protection),
        dynamodb::Reply::Tables { .. }
        | dynamodb::Reply::ContinuousBackups(_)
        | dynamodb::Reply::Tags { .. }
        | dynamodb::Reply::TimeToLive(_)
        | dynamodb::Reply::Counted { .. }
        | dynamodb::Reply::Done { .. } => None,
    }
}

fn is_active(table: &str, services: &mut Services<'_>, at: &Moment) -> Result<bool, Not> {
    let call = dynamodb::Call::DescribeTable { table: table.to_owned() };
    match services.dynamodb.call(&call, at) {
        Ok(done) => Ok(matches!(
            done.reply,
            dynamodb::Reply::Table(table) if table.status == TableStatus::Active
        )),
        // Seen late.
        Err(error) if error.ending == Ending::Absent => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// What is not in this list AWS does not know, or the simulated account does not make.
const OF_TABLE: &[&str] = &[
    "AttributeDefinitions",
    "BillingMode",
    "DeletionProtectionEnabled",
    "GlobalSecondaryIndexes",
    "KeySchema",
    "LocalSecondaryIndexes",
    "PointInTimeRecoverySpecification",
    "ProvisionedThroughput",
    "SSESpecification",
    "StreamSpecification",
    "TableClass",
    "TableName",
    "Tags",
];

fn table(name: &str, properties: &Value) -> Result<(String, TableSpec), Not> {
    let nothing = Map::new();
    let fields = properties.as_object().unwrap_or(&nothing);
    if let Some(strange) = fields.keys().find(|key| !OF_TABLE.contains(&key.as_str())) {
        return Err(Not::Ever(format!(
            "Properties validation failed for resource {name} with message: #: extraneous key \
             [{strange}] is not permitted"
        )));
    }
    let on_demand = properties["BillingMode"] == "PAY_PER_REQUEST";
    let capacity = |of: &Value| (!on_demand).then(|| units(&of["ProvisionedThroughput"]));
    let stream: Option<StreamView> =
        serde_json::from_value(properties["StreamSpecification"]["StreamViewType"].clone()).ok();
    let encryption = match properties["SSESpecification"].as_object() {
        Some(sse) if sse.get("SSEEnabled") == Some(&Value::Bool(true)) => sse
            .get("KMSMasterKeyId")
            .map_or(EncryptionKey::AwsManaged, |key| EncryptionKey::Customer(plain(key))),
        _ => EncryptionKey::AwsOwned,
    };
    let attributes = list(&properties["AttributeDefinitions"]).map(|one| Attribute {
        name: plain(&one["AttributeName"]),
        kind: match one["AttributeType"].as_str() {
            Some("B") => AttributeType::B,
            Some("N") => AttributeType::N,
            _ => AttributeType::S,
        },
    });
    let global_indexes = list(&properties["GlobalSecondaryIndexes"]).map(|one| GlobalIndexSpec {
        name: plain(&one["IndexName"]),
        keys: keys(&one["KeySchema"]),
        projection: projection(&one["Projection"]),
        capacity: capacity(one),
    });
    let local_indexes = list(&properties["LocalSecondaryIndexes"]).map(|one| LocalIndex {
        name: plain(&one["IndexName"]),
        keys: keys(&one["KeySchema"]),
        projection: projection(&one["Projection"]),
    });
    let tags = list(&properties["Tags"]).map(|tag| (plain(&tag["Key"]), plain(&tag["Value"])));
    let spec = TableSpec {
        attributes: attributes.collect(),
        keys: keys(&properties["KeySchema"]),
        global_indexes: global_indexes.collect(),
        local_indexes: local_indexes.collect(),
        capacity: capacity(properties),
        encryption,
        class: match properties["TableClass"].as_str() {
            Some("STANDARD_INFREQUENT_ACCESS") => TableClass::StandardInfrequentAccess,
            _ => TableClass::Standard,
        },
        deletion_protection: properties["DeletionProtectionEnabled"].as_bool().unwrap_or(false),
        stream,
        tags: tags.collect(),
    };
    let name = custom_name(TABLE, properties).unwrap_or(name).to_owned();
    Ok((name, spec))
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn keys(value: &Value) -> Vec<KeyPart> {
    let part = |one: &Value| KeyPart {
        attribute: plain(&one["AttributeName"]),
        role: if one["KeyType"] == "RANGE" { KeyRole::Range } else { KeyRole::Hash },
    };
    list(value).map(part).collect()
}

fn projection(value: &Value) -> Projection {
    match value["ProjectionType"].as_str() {
        Some("ALL") => Projection::All,
        Some("INCLUDE") => {
            Projection::Include(list(&value["NonKeyAttributes"]).map(plain).collect())
        }
        _ => Projection::KeysOnly,
    }
}

/// Numbers may be written as text in a template.
fn units(value: &Value) -> Units {
    let number = |value: &Value| {
        value.as_u64().or_else(|| value.as_str().and_then(|text| text.parse().ok())).unwrap_or(0)
    };
    Units { read: number(&value["ReadCapacityUnits"]), write: number(&value["WriteCapacityUnits"]) }
}

/// What a scalable target or a policy is about. Both may name it by the id of the target.
fn scalable(properties: &Value) -> Result<Scalable, Not> {
    let target = properties["ScalingTargetId"].as_str().unwrap_or_default();
    let mut parts = target.split('|');
    let mut of = |name: &str| {
        let part = parts.next().filter(|part| !part.is_empty()).map(str::to_owned);
        part.unwrap_or_else(|| plain(&properties[name]))
    };
    let (resource, dimension) = (of("ResourceId"), of("ScalableDimension"));
    let space = of("ServiceNamespace");
    let dimension = serde_json::from_value(Value::String(dimension.clone())).map_err(|_| {
        Not::Ever(format!("Unsupported scalable dimension: {dimension} of {space}"))
    })?;
    Ok(Scalable { resource, dimension })
}

fn register(
    of: &Scalable,
    properties: &Value,
    services: &mut Services<'_>,
    at: &Moment,
) -> Result<(), Not> {
    let number = |name: &str| {
        properties[name].as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or_default()
    };
    let call = autoscaling::Call::RegisterScalableTarget {
        of: of.clone(),
        min: number("MinCapacity"),
        max: number("MaxCapacity"),
    };
    services.autoscaling.call(&call, services.dynamodb, at)?;
    Ok(())
}

/// Puts a policy, and answers its ARN.
fn put_policy(
    logical: &str,
    properties: &Value,
    services: &mut Services<'_>,
    at: &Moment,
) -> Result<String, Not> {
    let of = scalable(properties)?;
    let tracked = &properties["TargetTrackingScalingPolicyConfiguration"];
    let seconds =
        |name: &str| tracked[name].as_u64().and_then(|seconds| u32::try_from(seconds).ok());
    let Some(target_utilization) = tracked["TargetValue"].as_f64() else {
        let message = "only policies that track a utilisation can be made here";
        return Err(Not::Ever(message.to_owned()));
    };
    let name = plain(&properties["PolicyName"]);
    let call = autoscaling::Call::PutScalingPolicy {
        of: of.clone(),
        name: name.clone(),
        tracking: Tracking {
            target_utilization,
            scale_in_cooldown_seconds: seconds("ScaleInCooldown"),
            scale_out_cooldown_seconds: seconds("ScaleOutCooldown"),
            disable_scale_in: tracked["DisableScaleIn"].as_bool().unwrap_or(false),
        },
    };
    services.autoscaling.call(&call, services.dynamodb, at)?;
    let id = at.uuid(&format!("scaling policy {logical}"));
    let Scalable { resource, .. } = of;
    let path = format!("scalingPolicy:{id}:resource/dynamodb/{resource}:policyName/{name}");
    Ok(at.place.arn("autoscaling", &path))
}

/// Takes scaling away; what is gone already is gone.
fn unscale(
    kind: &str,
    properties: &Value,
    services: &mut Services<'_>,
    at: &Moment,
) -> Result<(), Not> {
    let of = scalable(properties)?;
    let call = if kind == TARGET {
        autoscaling::Call::DeregisterScalableTarget { of }
    } else {
        let name = plain(&properties["PolicyName"]);
        autoscaling::Call::DeleteScalingPolicy { of, name }
    };
    match services.autoscaling.call(&call, services.dynamodb, at) {
        Ok(_) => Ok(()),
        Err(error) if error.ending == Ending::Absent => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// What of a table is not as these properties say; what they do not say is not compared (F4).
pub fn differences(properties: &Value, now: &dynamodb::Table) -> Vec<PropertyDifference> {
    let Ok((_, wanted)) = table(&now.name, properties) else { return Vec::new() };
    let mut found = Vec::new();
    let mut compare = |path: &str, expected: Option<String>, actual: String| {
        if let Some(expected) = expected.filter(|expected| *expected != actual) {
            found.push(PropertyDifference { path: path.to_owned(), expected, actual });
        }
    };
    let protected = properties["DeletionProtectionEnabled"].as_bool();
    compare(
        "/DeletionProtectionEnabled",
        protected.map(|on| on.to_string()),
        now.deletion_protection.to_string(),
    );
    let view = |stream: Option<StreamView>| plain(&serde_json::json!(stream));
    let stream = properties.get("StreamSpecification").map(|_| view(wanted.stream));
    compare("/StreamSpecification/StreamViewType", stream, view(now.stream));
    let (asked, is) = (wanted.capacity, now.capacity);
    let count = |units: Option<Units>, of: fn(&Units) -> u64| {
        units.as_ref().map(of).unwrap_or_default().to_string()
    };
    for (path, of) in [
        ("/ProvisionedThroughput/ReadCapacityUnits", (|units| units.read) as fn(&Units) -> u64),
        ("/ProvisionedThroughput/WriteCapacityUnits", |units| units.write),
    ] {
        compare(path, asked.map(|_| count(asked, of)), count(is, of));
    }
    found
}
