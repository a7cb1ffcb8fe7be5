//! What is played: every operation, where it works and where AWS refuses it.

use serde_json::{Value, json};

use super::{Scene, Step, objects};

/// The tables that are there.
pub const TABLES: [&str; 6] =
    ["tables-one", "tables-two", "tables-three", "tables-four", "tables-five", "tables-six"];

/// All scenes, in order. Each has resources of its own, so that a difference stays where it is.
pub fn all() -> Vec<Scene> {
    vec![
        identity(),
        tables(),
        protection(),
        streams(),
        recovery(),
        made(),
        capacity(),
        encryption_of_tables(),
        tags_of_tables(),
        time_to_live(),
        buckets(),
        versioning(),
        object_lock(),
        retention(),
        public_access(),
        encryption(),
        policies(),
        logging(),
        lifecycle(),
        lifecycle_refused(),
        tierings(),
        replication(),
        tags(),
        topics(),
        subscriptions(),
        trails(),
        trails_without(),
        selectors(),
        selectors_refused(),
        alarms(),
        alarms_by_hand(),
        dashboards(),
        vaults(),
        vault_locks(),
        plans(),
        selections(),
        regions(),
        parameters(),
        objects::written(),
        objects::in_parts(),
        objects::text(),
        objects::held(),
    ]
}

pub(super) fn scene(name: &'static str, steps: Vec<Step>) -> Scene {
    Scene { name, steps }
}

/// A call after the one before is over.
pub(super) fn then(label: &'static str, call: Value) -> Step {
    Step { label, call, at_once: false }
}

/// A call while the one before may still be going on.
fn at_once(label: &'static str, call: Value) -> Step {
    Step { label, call, at_once: true }
}

pub(super) fn call(service: &str, operation: &str, mut fields: Value) -> Value {
    fields["service"] = json!(service);
    fields["operation"] = json!(operation);
    fields
}

fn dynamodb(operation: &str, fields: Value) -> Value {
    call("dynamodb", operation, fields)
}

fn s3(operation: &str, fields: Value) -> Value {
    call("s3", operation, fields)
}

fn sns(operation: &str, fields: Value) -> Value {
    call("sns", operation, fields)
}

fn cloudtrail(operation: &str, fields: Value) -> Value {
    call("cloudtrail", operation, fields)
}

fn cloudwatch(operation: &str, fields: Value) -> Value {
    call("cloudwatch", operation, fields)
}

fn backup(operation: &str, fields: Value) -> Value {
    call("backup", operation, fields)
}

fn ssm(operation: &str, fields: Value) -> Value {
    call("ssm", operation, fields)
}

fn identity() -> Scene {
    scene("identity", vec![then("who is asking", call("sts", "GetCallerIdentity", json!({})))])
}

fn describe(table: &str) -> Value {
    dynamodb("DescribeTable", json!({ "table": table }))
}

fn protect(table: &str, on: bool) -> Value {
    dynamodb("UpdateTable", json!({ "table": table, "change": { "deletion_protection": on } }))
}

fn stream(table: &str, view: Value) -> Value {
    dynamodb("UpdateTable", json!({ "table": table, "change": { "stream": view } }))
}

fn tables() -> Scene {
    scene(
        "tables",
        vec![
            then("list", dynamodb("ListTables", json!({}))),
            then("describe", describe("tables-one")),
            then("describe one that is not there", describe("none")),
            then("describe one with a name that cannot be", describe("a b")),
        ],
    )
}

fn protection() -> Scene {
    let table = "tables-one";
    scene(
        "deletion protection",
        vec![
            then("on", protect(table, true)),
            at_once("read at once", describe(table)),
            at_once("change while it changes", protect(table, false)),
            then("read", describe(table)),
            then("on again", protect(table, true)),
            then("off", protect(table, false)),
            then("read that it is off", describe(table)),
            then("of a table that is not there", protect("none", true)),
        ],
    )
}

fn streams() -> Scene {
    let table = "tables-two";
    scene(
        "streams",
        vec![
            then("off while it is off", stream(table, Value::Null)),
            then("on", stream(table, json!("NEW_AND_OLD_IMAGES"))),
            then("read", describe(table)),
            then("on while it is on", stream(table, json!("NEW_AND_OLD_IMAGES"))),
            then("on with another view", stream(table, json!("KEYS_ONLY"))),
            then("read again", describe(table)),
            then("off", stream(table, Value::Null)),
            then("read that it is off", describe(table)),
            then("of a table that is not there", stream("none", json!("KEYS_ONLY"))),
        ],
    )
}

fn recovery() -> Scene {
    let table = "tables-three";
    let read = |table: &str| dynamodb("DescribeContinuousBackups", json!({ "table": table }));
    let set = |table: &str, days: Value| {
        let fields = json!({ "table": table, "recovery_period_days": days });
        dynamodb("UpdateContinuousBackups", fields)
    };
    scene(
        "recovery",
        vec![
            then("read before", read(table)),
            then("on for 35 days", set(table, json!(35))),
            then("read", read(table)),
            then("shorten to 7 days", set(table, json!(7))),
            then("read that it is shorter", read(table)),
            then("too long", set(table, json!(36))),
            then("off", set(table, Value::Null)),
            then("read that it is off", read(table)),
            then("off while it is off", set(table, Value::Null)),
            then("read of a table that is not there", read("none")),
            then("of a table that is not there", set("none", json!(35))),
        ],
    )
}

fn update(table: &str, change: Value) -> Value {
    dynamodb("UpdateTable", json!({ "table": table, "change": change }))
}

/// A table of work logs with an index, made with everything that can be set on it.
fn made() -> Scene {
    let table = "made";
    let key = |name: &str| json!([{ "attribute": name, "role": "HASH" }]);
    let units = json!({ "read": 5, "write": 5 });
    let spec = json!({
        "attributes": [{ "name": "id", "type": "S" }, { "name": "team", "type": "S" }],
        "keys": key("id"), "local_indexes": [], "capacity": units, "encryption": "AWS_MANAGED",
        "global_indexes": [{
            "name": "TeamIndex", "keys": key("team"), "projection": { "INCLUDE": ["b", "a"] },
            "capacity": units,
        }],
        "class": "STANDARD_INFREQUENT_ACCESS", "deletion_protection": true,
        "stream": "NEW_IMAGE", "tags": { "Owner": "platform" },
    });
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut spec = spec.clone();
        change(&mut spec);
        dynamodb("CreateTable", json!({ "table": "never-made", "spec": spec }))
    };
    let create = || dynamodb("CreateTable", json!({ "table": table, "spec": spec }));
    let delete = |table: &str| dynamodb("DeleteTable", json!({ "table": table }));
    let index = json!({ "provisioned": {
        "table": null, "indexes": { "TeamIndex": { "read": 6, "write": 5 } },
    } });
    scene(
        "made",
        vec![
            then("without an attribute", refused(&|spec| spec["attributes"] = json!([]))),
            then("without a key", refused(&|spec| spec["keys"] = json!([]))),
            then(
                "without capacity of the index",
                refused(&|spec| spec["global_indexes"][0]["capacity"] = Value::Null),
            ),
            then("create", create()),
            then("read", describe(table)),
            then("create again", create()),
            then("raise the index", update(table, index)),
            then("read the index", describe(table)),
            then("delete while protected", delete(table)),
            then("protection off", protect(table, false)),
            then("delete", delete(table)),
            then("read that it is gone", describe(table)),
            then("delete again", delete(table)),
        ],
    )
}

fn capacity() -> Scene {
    let table = "tables-four";
    let provisioned = |units: u64| {
        let units = json!({ "read": units, "write": units });
        json!({ "provisioned": { "table": units, "indexes": {} } })
    };
    let index = json!({ "provisioned": {
        "table": null, "indexes": { "none": { "read": 5, "write": 5 } },
    } });
    let class = |class: &str| json!({ "class": class });
    scene(
        "capacity",
        vec![
            then("provisioned", update(table, provisioned(5))),
            then("read", describe(table)),
            then("the same again", update(table, provisioned(5))),
            then("none", update(table, provisioned(0))),
            then("of an index that is not there", update(table, index)),
            then("on demand", update(table, json!({ "on_demand": {} }))),
            then("read that it is on demand", describe(table)),
            then("of a table that is not there", update("none", provisioned(5))),
            then("another class", update(table, class("STANDARD_INFREQUENT_ACCESS"))),
            then("read the class", describe(table)),
        ],
    )
}

fn encryption_of_tables() -> Scene {
    let table = "tables-five";
    let key = "arn:aws:kms:us-east-1:500313280221:key/1111";
    let encrypt = |key: Value| update(table, json!({ "encryption": key }));
    scene(
        "encryption of tables",
        vec![
            then("off while it is off", encrypt(json!("AWS_OWNED"))),
            then("the managed key", encrypt(json!("AWS_MANAGED"))),
            then("read", describe(table)),
            then("a key of our own", encrypt(json!({ "CUSTOMER": key }))),
            then("read the key", describe(table)),
            then("the same key", encrypt(json!({ "CUSTOMER": key }))),
            then("a key that is none", encrypt(json!({ "CUSTOMER": "arn:aws:s3:::x" }))),
            then("off", encrypt(json!("AWS_OWNED"))),
            then("read that it is off", describe(table)),
        ],
    )
}

fn tags_of_tables() -> Scene {
    let arn = |table: &str| format!("arn:aws:dynamodb:us-east-1:500313280221:table/{table}");
    let list = |table: &str| dynamodb("ListTagsOfResource", json!({ "arn": arn(table) }));
    let tag = |table: &str, tags: Value| {
        dynamodb("TagResource", json!({ "arn": arn(table), "tags": tags }))
    };
    let untag =
        |keys: Value| dynamodb("UntagResource", json!({ "arn": arn("tables-six"), "keys": keys }));
    scene(
        "tags of tables",
        vec![
            then("list none", list("tables-six")),
            then("tag", tag("tables-six", json!({ "Owner": "platform", "Status": "Active" }))),
            then("list", list("tables-six")),
            then("another value", tag("tables-six", json!({ "Status": "Deprecated" }))),
            then("untag", untag(json!(["Owner", "none"]))),
            then("list again", list("tables-six")),
            then("a key of AWS", tag("tables-six", json!({ "aws:x": "y" }))),
            then("of a table that is not there", tag("none", json!({ "a": "b" }))),
            then("list of a table that is not there", list("none")),
        ],
    )
}

fn time_to_live() -> Scene {
    let look = |table: &str| dynamodb("DescribeTimeToLive", json!({ "table": table }));
    let set = |table: &str, attribute: &str, enabled: bool| {
        let fields = json!({ "table": table, "attribute": attribute, "enabled": enabled });
        dynamodb("UpdateTimeToLive", fields)
    };
    let table = "tables-six";
    scene(
        "time to live",
        vec![
            then("look", look(table)),
            then("off while it is off", set(table, "at", false)),
            then("on", set(table, "at", true)),
            then("look that it is on", look(table)),
            then("on while it is on", set(table, "at", true)),
            then("on by another attribute", set(table, "of", true)),
            then("off within the hour", set(table, "at", false)),
            then("look again", look(table)),
            then("of a table that is not there", set("none", "at", true)),
            then("look at a table that is not there", look("none")),
        ],
    )
}

/// Scenes of Application Auto Scaling, which another emulator plays.
pub fn of_auto_scaling() -> Vec<Scene> {
    let reads = |mut fields: Value| {
        fields["resource"] = json!("table/scaled");
        fields["dimension"] = json!("dynamodb:table:ReadCapacityUnits");
        fields
    };
    let of = |operation: &str, fields: Value| call("autoscaling", operation, fields);
    let register =
        |min: u32, max: u32| of("RegisterScalableTarget", reads(json!({ "min": min, "max": max })));
    let put = |name: &str, percent: f64| {
        let tracking = json!({
            "target_utilization": percent, "scale_in_cooldown_seconds": 60,
            "scale_out_cooldown_seconds": null, "disable_scale_in": false,
        });
        of("PutScalingPolicy", reads(json!({ "name": name, "tracking": tracking })))
    };
    let delete = || of("DeleteScalingPolicy", reads(json!({ "name": "p" })));
    let targets = || of("DescribeScalableTargets", json!({}));
    let policies = || of("DescribeScalingPolicies", json!({}));
    let deregister = || of("DeregisterScalableTarget", reads(json!({})));
    let steps = vec![
        then("no targets", targets()),
        then("no policies", policies()),
        then("a policy of nothing", put("p", 70.0)),
        then("deregister nothing", deregister()),
        then("register", register(5, 50)),
        then("targets", targets()),
        then("delete no policy", delete()),
        then("a policy", put("p", 70.0)),
        then("policies", policies()),
        then("another utilisation", put("p", 50.0)),
        then("policies again", policies()),
        then("a second policy", put("q", 50.0)),
        then("the other way round", register(6, 5)),
        then("other bounds", register(5, 60)),
        then("other targets", targets()),
        then("delete the policy", delete()),
        then("deregister", deregister()),
        then("targets at the end", targets()),
        then("policies at the end", policies()),
    ];
    vec![scene("auto scaling", steps)]
}

fn create(bucket: &str, object_lock: bool) -> Value {
    s3("CreateBucket", json!({ "bucket": bucket, "object_lock": object_lock }))
}

fn of(operation: &str, bucket: &str) -> Value {
    s3(operation, json!({ "bucket": bucket }))
}

fn buckets() -> Scene {
    scene(
        "buckets",
        vec![
            then("list none", s3("ListBuckets", json!({}))),
            then("look for one that is not there", of("HeadBucket", "buckets-one")),
            then("create", create("buckets-one", false)),
            then("look for it", of("HeadBucket", "buckets-one")),
            then("create again", create("buckets-one", false)),
            then("create with a name that cannot be", create("Buckets_One", false)),
            then("list", s3("ListBuckets", json!({}))),
            then("delete", of("DeleteBucket", "buckets-one")),
            then("look for it when it is gone", of("HeadBucket", "buckets-one")),
            then("delete again", of("DeleteBucket", "buckets-one")),
        ],
    )
}

fn versions(bucket: &str, enabled: bool) -> Value {
    s3("PutBucketVersioning", json!({ "bucket": bucket, "enabled": enabled }))
}

fn versioning() -> Scene {
    let bucket = "versioning-one";
    scene(
        "versioning",
        vec![
            then("create", create(bucket, false)),
            then("read", of("GetBucketVersioning", bucket)),
            then("on", versions(bucket, true)),
            at_once("read at once", of("GetBucketVersioning", bucket)),
            then("read later", of("GetBucketVersioning", bucket)),
            then("suspend", versions(bucket, false)),
            then("read that it is suspended", of("GetBucketVersioning", bucket)),
            then("of a bucket that is not there", versions("none-at-all", true)),
            then("read of none", of("GetBucketVersioning", "none-at-all")),
        ],
    )
}

fn lock(bucket: &str, retention: Value) -> Value {
    let fields = json!({ "bucket": bucket, "default_retention": retention });
    s3("PutObjectLockConfiguration", fields)
}

fn object_lock() -> Scene {
    let (born, later) = ("lock-born", "lock-later");
    scene(
        "object lock",
        vec![
            then("create with it", create(born, true)),
            then("read", of("GetObjectLockConfiguration", born)),
            then("versions of it", of("GetBucketVersioning", born)),
            then("suspend versions", versions(born, false)),
            then("create without", create(later, false)),
            then("read without", of("GetObjectLockConfiguration", later)),
            then("without versions", lock(later, Value::Null)),
            then("versions", versions(later, true)),
            then("with versions", lock(later, Value::Null)),
            then("read with", of("GetObjectLockConfiguration", later)),
            then("of a bucket that is not there", lock("none-at-all", Value::Null)),
            then("read of none", of("GetObjectLockConfiguration", "none-at-all")),
        ],
    )
}

fn retention() -> Scene {
    let bucket = "retention-one";
    scene(
        "retention",
        vec![
            then("create", create(bucket, true)),
            then("set", lock(bucket, json!({ "mode": "GOVERNANCE", "days": 30 }))),
            then("read", of("GetObjectLockConfiguration", bucket)),
            then("in years", lock(bucket, json!({ "mode": "COMPLIANCE", "years": 1 }))),
            then("read in years", of("GetObjectLockConfiguration", bucket)),
            then("none", lock(bucket, Value::Null)),
            then("read none", of("GetObjectLockConfiguration", bucket)),
            then("no days", lock(bucket, json!({ "mode": "GOVERNANCE", "days": 0 }))),
            then(
                "days and years",
                lock(bucket, json!({ "mode": "GOVERNANCE", "days": 1, "years": 1 })),
            ),
            then("neither days nor years", lock(bucket, json!({ "mode": "GOVERNANCE" }))),
        ],
    )
}

fn public_access() -> Scene {
    let bucket = "public-one";
    let block = |bucket: &str, on: bool| {
        let block = json!({
            "block_public_acls": on,
            "ignore_public_acls": true,
            "block_public_policy": on,
            "restrict_public_buckets": true,
        });
        s3("PutPublicAccessBlock", json!({ "bucket": bucket, "block": block }))
    };
    scene(
        "public access",
        vec![
            then("create", create(bucket, false)),
            then("read of a new bucket", of("GetPublicAccessBlock", bucket)),
            then("set half", block(bucket, false)),
            then("read half", of("GetPublicAccessBlock", bucket)),
            then("set", block(bucket, true)),
            then("read", of("GetPublicAccessBlock", bucket)),
            then("of a bucket that is not there", block("none-at-all", true)),
            then("read of none", of("GetPublicAccessBlock", "none-at-all")),
        ],
    )
}

fn encryption() -> Scene {
    let bucket = "encryption-one";
    let encrypt = |bucket: &str, encryption: Value| {
        s3("PutBucketEncryption", json!({ "bucket": bucket, "encryption": encryption }))
    };
    let key = "arn:aws:kms:us-east-1:500313280221:key/11111111-2222-3333-4444-555555555555";
    scene(
        "encryption",
        vec![
            then("create", create(bucket, false)),
            then("read of a new bucket", of("GetBucketEncryption", bucket)),
            then(
                "with a key",
                encrypt(
                    bucket,
                    json!({ "algorithm": "aws:kms", "kms_key": key, "bucket_key": true }),
                ),
            ),
            then("read with a key", of("GetBucketEncryption", bucket)),
            then("with keys of S3", encrypt(bucket, json!({ "algorithm": "AES256" }))),
            then("read with keys of S3", of("GetBucketEncryption", bucket)),
            then(
                "a key that means nothing",
                encrypt(bucket, json!({ "algorithm": "AES256", "kms_key": key })),
            ),
            then(
                "of a bucket that is not there",
                encrypt("none-at-all", json!({ "algorithm": "AES256" })),
            ),
            then("read of none", of("GetBucketEncryption", "none-at-all")),
        ],
    )
}

/// A policy that lets a service write.
fn writable(bucket: &str, service: &str) -> String {
    json!({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Write",
                "Effect": "Allow",
                "Principal": { "Service": service },
                "Action": "s3:PutObject",
                "Resource": format!("arn:aws:s3:::{bucket}/*"),
            },
            {
                "Sid": "Look",
                "Effect": "Allow",
                "Principal": { "Service": service },
                "Action": "s3:GetBucketAcl",
                "Resource": format!("arn:aws:s3:::{bucket}"),
            },
        ],
    })
    .to_string()
}

fn policy(bucket: &str, policy: &str) -> Value {
    s3("PutBucketPolicy", json!({ "bucket": bucket, "policy": policy }))
}

fn policies() -> Scene {
    let bucket = "policy-one";
    let elsewhere = writable("another", "logging.s3.amazonaws.com");
    scene(
        "policies",
        vec![
            then("create", create(bucket, false)),
            then("read none", of("GetBucketPolicy", bucket)),
            then("set", policy(bucket, &writable(bucket, "logging.s3.amazonaws.com"))),
            then("read", of("GetBucketPolicy", bucket)),
            then("no JSON", policy(bucket, "{")),
            then("no statement", policy(bucket, "{\"Version\": \"2012-10-17\"}")),
            then("about another bucket", policy(bucket, &elsewhere)),
            then("remove", of("DeleteBucketPolicy", bucket)),
            then("read that there is none", of("GetBucketPolicy", bucket)),
            then("remove again", of("DeleteBucketPolicy", bucket)),
            then("of a bucket that is not there", policy("none-at-all", &elsewhere)),
            then("read of none", of("GetBucketPolicy", "none-at-all")),
            then("remove of none", of("DeleteBucketPolicy", "none-at-all")),
        ],
    )
}

fn logging() -> Scene {
    let (from, to) = ("logging-from", "logging-to");
    let log = |from: &str, logging: Value| {
        s3("PutBucketLogging", json!({ "bucket": from, "logging": logging }))
    };
    scene(
        "logging",
        vec![
            then("create the first", create(from, false)),
            then("create the second", create(to, false)),
            then("read", of("GetBucketLogging", from)),
            then("let it write", policy(to, &writable(to, "logging.s3.amazonaws.com"))),
            then("on", log(from, json!({ "bucket": to, "prefix": "logs/" }))),
            then("read that it is on", of("GetBucketLogging", from)),
            then("without a prefix", log(from, json!({ "bucket": to, "prefix": "" }))),
            then("read without a prefix", of("GetBucketLogging", from)),
            then("off", log(from, Value::Null)),
            then("read that it is off", of("GetBucketLogging", from)),
            then(
                "into a bucket that is not there",
                log(from, json!({ "bucket": "none-at-all", "prefix": "" })),
            ),
            then("of a bucket that is not there", log("none-at-all", Value::Null)),
            then("read of none", of("GetBucketLogging", "none-at-all")),
        ],
    )
}

fn put_lifecycle(bucket: &str, rules: Value) -> Value {
    let lifecycle = json!({ "rules": rules, "minimum_size": "all_storage_classes_128K" });
    s3("PutBucketLifecycleConfiguration", json!({ "bucket": bucket, "lifecycle": lifecycle }))
}

fn moving(days: u32, class: &str) -> Value {
    json!([{ "id": "a", "transitions": [{ "days": days, "storage_class": class }] }])
}

fn lifecycle() -> Scene {
    let bucket = "lifecycle-one";
    let read = || of("GetBucketLifecycleConfiguration", bucket);
    let many = json!([
        { "id": "a", "filter": { "prefix": "a/" }, "expiration": { "days": 9 },
          "noncurrent_expiration": { "days": 9, "newer_versions": 2 } },
        { "id": "b", "enabled": false, "abort_incomplete_uploads_after_days": 7 },
    ]);
    let tags = json!({ "k": "v", "l": "w" });
    let tagged = json!([{ "id": "a", "filter": { "tags": tags }, "expiration": { "days": 9 } }]);
    scene(
        "lifecycle",
        vec![
            then("create", create(bucket, false)),
            then("read none", read()),
            then("set", put_lifecycle(bucket, moving(30, "STANDARD_IA"))),
            then("read", read()),
            then("replace", put_lifecycle(bucket, many)),
            then("read what replaced it", read()),
            then("with two tags", put_lifecycle(bucket, tagged)),
            then("read two tags", read()),
            then("remove", of("DeleteBucketLifecycle", bucket)),
            then("read that there is none", read()),
            then("remove again", of("DeleteBucketLifecycle", bucket)),
            then(
                "of a bucket that is not there",
                put_lifecycle("none-at-all", moving(1, "GLACIER")),
            ),
            then("read of none", of("GetBucketLifecycleConfiguration", "none-at-all")),
            then("remove of none", of("DeleteBucketLifecycle", "none-at-all")),
        ],
    )
}

fn lifecycle_refused() -> Scene {
    let bucket = "lifecycle-two";
    let one = |rule: Value| put_lifecycle(bucket, json!([rule]));
    let soon = json!([
        { "days": 30, "storage_class": "STANDARD_IA" },
        { "days": 31, "storage_class": "GLACIER" },
    ]);
    let marker = json!({ "days": 1, "expired_object_delete_marker": true });
    let twice = json!([
        { "id": "a", "expiration": { "days": 1 } },
        { "id": "a", "expiration": { "days": 2 } },
    ]);
    scene(
        "lifecycle refused",
        vec![
            then("create", create(bucket, false)),
            then("without rules", put_lifecycle(bucket, json!([]))),
            then("too early", put_lifecycle(bucket, moving(7, "STANDARD_IA"))),
            then("too soon", one(json!({ "id": "a", "transitions": soon }))),
            then("to standard", put_lifecycle(bucket, moving(30, "STANDARD"))),
            then("after no days", one(json!({ "id": "a", "expiration": { "days": 0 } }))),
            then("a marker and days", one(json!({ "id": "a", "expiration": marker }))),
            then("nothing to do", one(json!({ "id": "a" }))),
            then("two of one name", put_lifecycle(bucket, twice)),
        ],
    )
}

fn tierings() -> Scene {
    let bucket = "tierings-one";
    let list = |bucket: &str| of("ListBucketIntelligentTieringConfigurations", bucket);
    let put = |days: u32| {
        let tiering =
            json!({ "id": "a", "tiers": [{ "access_tier": "ARCHIVE_ACCESS", "days": days }] });
        let fields = json!({ "bucket": bucket, "tiering": tiering });
        s3("PutBucketIntelligentTieringConfiguration", fields)
    };
    let delete = || {
        let fields = json!({ "bucket": bucket, "id": "a" });
        s3("DeleteBucketIntelligentTieringConfiguration", fields)
    };
    scene(
        "tierings",
        vec![
            then("create", create(bucket, false)),
            then("none", list(bucket)),
            then("too early", put(89)),
            then("set", put(90)),
            then("read", list(bucket)),
            then("remove", delete()),
            then("remove again", delete()),
            then("of a bucket that is not there", list("none-at-all")),
        ],
    )
}

fn replication() -> Scene {
    let (from, to) = ("replication-from", "replication-to");
    let versioned =
        |bucket: &str| s3("PutBucketVersioning", json!({ "bucket": bucket, "enabled": true }));
    let replicate = |from: &str, rules: Value| {
        let role = "arn:aws:iam::500313280221:role/copy";
        let replication = json!({ "role": role, "rules": rules });
        s3("PutBucketReplication", json!({ "bucket": from, "replication": replication }))
    };
    let rule = |to: &str| {
        json!([{ "id": "a", "priority": 1, "filter": { "prefix": "" },
                 "destination": { "bucket": to } }])
    };
    let mut tagged = rule(to);
    tagged[0]["filter"] = json!({ "tags": { "k": "v" } });
    tagged[0]["delete_markers"] = json!(true);
    scene(
        "replication",
        vec![
            then("create the first", create(from, false)),
            then("create the second", create(to, false)),
            then("read none", of("GetBucketReplication", from)),
            then("without versions", replicate(from, rule(to))),
            then("version the first", versioned(from)),
            then("to one without versions", replicate(from, rule(to))),
            then("version the second", versioned(to)),
            then("set", replicate(from, rule(to))),
            then("read", of("GetBucketReplication", from)),
            then("delete markers by tag", replicate(from, tagged)),
            then("without rules", replicate(from, json!([]))),
            then("to a bucket that is not there", replicate(from, rule("none-at-all"))),
            then("remove", of("DeleteBucketReplication", from)),
            then("read that there is none", of("GetBucketReplication", from)),
            then("remove again", of("DeleteBucketReplication", from)),
            then("of a bucket that is not there", replicate("none-at-all", rule(to))),
            then("read of none", of("GetBucketReplication", "none-at-all")),
        ],
    )
}

fn tags() -> Scene {
    let bucket = "tags-one";
    let put = |bucket: &str, tags: Value| {
        s3("PutBucketTagging", json!({ "bucket": bucket, "tags": tags }))
    };
    let many: serde_json::Map<_, _> = (0..51).map(|n| (n.to_string(), json!("v"))).collect();
    scene(
        "tags",
        vec![
            then("create", create(bucket, false)),
            then("read none", of("GetBucketTagging", bucket)),
            then("set", put(bucket, json!({ "a": "1", "b": "" }))),
            then("read", of("GetBucketTagging", bucket)),
            then("replace", put(bucket, json!({ "c": "3" }))),
            then("read what replaced them", of("GetBucketTagging", bucket)),
            then("too many", put(bucket, json!(many))),
            then("one of AWS", put(bucket, json!({ "aws:x": "y" }))),
            then("remove", of("DeleteBucketTagging", bucket)),
            then("read that there are none", of("GetBucketTagging", bucket)),
            then("remove again", of("DeleteBucketTagging", bucket)),
            then("of a bucket that is not there", put("none-at-all", json!({ "a": "1" }))),
            then("read of none", of("GetBucketTagging", "none-at-all")),
        ],
    )
}

const TOPIC: &str = "arn:aws:sns:us-east-1:500313280221:topics-one";
const NO_TOPIC: &str = "arn:aws:sns:us-east-1:500313280221:none";

fn topics() -> Scene {
    let read = |topic: &str| sns("GetTopicAttributes", json!({ "topic": topic }));
    let make = |name: &str| sns("CreateTopic", json!({ "name": name }));
    let delete = |topic: &str| sns("DeleteTopic", json!({ "topic": topic }));
    scene(
        "topics",
        vec![
            then("read one that is not there", read(TOPIC)),
            then("create", make("topics-one")),
            then("read", read(TOPIC)),
            then("create again", make("topics-one")),
            then("create with a name that cannot be", make("a b")),
            then("delete", delete(TOPIC)),
            then("read when it is gone", read(TOPIC)),
            then("delete again", delete(TOPIC)),
            then("read what is no ARN", read("topics-one")),
        ],
    )
}

fn subscriptions() -> Scene {
    let topic = "arn:aws:sns:us-east-1:500313280221:subscriptions-one";
    let list = |topic: &str| sns("ListSubscriptionsByTopic", json!({ "topic": topic }));
    let subscribe = |topic: &str, protocol: &str, endpoint: &str| {
        let fields = json!({ "topic": topic, "protocol": protocol, "endpoint": endpoint });
        sns("Subscribe", fields)
    };
    let leave = |subscription: &str| sns("Unsubscribe", json!({ "subscription": subscription }));
    let queue = "arn:aws:sqs:us-east-1:500313280221:queue";
    let gone =
        "arn:aws:sns:us-east-1:500313280221:subscriptions-one:11111111-2222-3333-4444-555555555555";
    scene(
        "subscriptions",
        vec![
            then("create the topic", sns("CreateTopic", json!({ "name": "subscriptions-one" }))),
            then("none", list(topic)),
            then("a mail", subscribe(topic, "email", "ada@example.com")),
            at_once("a mail, read at once", list(topic)),
            then("a mail, read later", list(topic)),
            then("the same mail again", subscribe(topic, "email", "ada@example.com")),
            then("leave", leave("$subscription")),
            then("none again", list(topic)),
            then("a queue", subscribe(topic, "sqs", queue)),
            then("a queue, read", list(topic)),
            then("leave the queue", leave("$subscription")),
            then("leave what is not there", leave(gone)),
            then("no mail address", subscribe(topic, "email", "ada")),
            then("to a topic that is not there", subscribe(NO_TOPIC, "email", "ada@example.com")),
            then("of a topic that is not there", list(NO_TOPIC)),
        ],
    )
}

fn spec(bucket: &str) -> Value {
    json!({
        "bucket": bucket,
        "prefix": "trail",
        "multi_region": true,
        "global_services": true,
        "log_file_validation": true,
    })
}

fn trail(operation: &str, trail: &str) -> Value {
    cloudtrail(operation, json!({ "trail": trail }))
}

fn make_trail(trail: &str, spec: &Value) -> Value {
    cloudtrail("CreateTrail", json!({ "trail": trail, "spec": spec }))
}

fn trails() -> Scene {
    let (name, bucket) = ("trails-one", "trails-logs");
    let mut narrow = spec(bucket);
    narrow["multi_region"] = json!(false);
    let mut impossible = spec(bucket);
    impossible["global_services"] = json!(false);
    let update = |name: &str, spec: &Value| {
        cloudtrail("UpdateTrail", json!({ "trail": name, "spec": spec }))
    };
    scene(
        "trails",
        vec![
            then("create the bucket", create(bucket, false)),
            then("let it write", policy(bucket, &writable(bucket, "cloudtrail.amazonaws.com"))),
            then("read one that is not there", trail("GetTrail", name)),
            then("create", make_trail(name, &spec(bucket))),
            then("read", trail("GetTrail", name)),
            then("create again", make_trail(name, &spec(bucket))),
            then("is it logging", trail("GetTrailStatus", name)),
            then("start", trail("StartLogging", name)),
            then("it is logging", trail("GetTrailStatus", name)),
            then("start again", trail("StartLogging", name)),
            then("stop", trail("StopLogging", name)),
            then("it is not logging", trail("GetTrailStatus", name)),
            then("update", update(name, &narrow)),
            then("read what was updated", trail("GetTrail", name)),
            then("in all Regions without the global one", update(name, &impossible)),
            then("delete", trail("DeleteTrail", name)),
            then("read when it is gone", trail("GetTrail", name)),
            then("delete again", trail("DeleteTrail", name)),
            then("update when it is gone", update(name, &narrow)),
            then("start when it is gone", trail("StartLogging", name)),
            then("stop when it is gone", trail("StopLogging", name)),
            then("status when it is gone", trail("GetTrailStatus", name)),
        ],
    )
}

fn trails_without() -> Scene {
    let bucket = "trails-closed";
    scene(
        "trails without",
        vec![
            then("a bucket", make_trail("without-bucket", &spec("none-at-all"))),
            then("create a bucket", create(bucket, false)),
            then("a policy", make_trail("without-policy", &spec(bucket))),
            then("a name", make_trail("a", &spec(bucket))),
        ],
    )
}

fn select(trail: &str, selectors: Value) -> Value {
    cloudtrail("PutEventSelectors", json!({ "trail": trail, "selectors": selectors }))
}

/// Basic selectors with the objects under an ARN.
fn objects(arn: &str) -> Value {
    let data = [json!({ "kind": "AWS::S3::Object", "arns": [arn] })];
    json!({ "basic": [{ "read_write": "All", "management_events": true, "data": data }] })
}

fn with_a_trail(name: &'static str, trail: &str, bucket: &str, steps: Vec<Step>) -> Scene {
    let mut all = vec![
        then("create the bucket", create(bucket, false)),
        then("let it write", policy(bucket, &writable(bucket, "cloudtrail.amazonaws.com"))),
        then("create the trail", make_trail(trail, &spec(bucket))),
    ];
    all.extend(steps);
    scene(name, all)
}

fn selectors() -> Scene {
    let name = "selectors-one";
    let advanced = json!({ "advanced": [{
        "name": "Objects",
        "fields": [
            { "field": "eventCategory", "conditions": [["Equals", ["Data"]]] },
            { "field": "resources.type", "conditions": [["Equals", ["AWS::S3::Object"]]] },
        ],
    }] });
    with_a_trail(
        "selectors",
        name,
        "selectors-logs",
        vec![
            then("of a new trail", trail("GetEventSelectors", name)),
            then("basic", select(name, objects("arn:aws:s3:::selectors-logs/"))),
            then("read basic", trail("GetEventSelectors", name)),
            then("advanced", select(name, advanced)),
            then("read advanced", trail("GetEventSelectors", name)),
            then("basic again", select(name, objects("arn:aws:s3"))),
            then("read basic again", trail("GetEventSelectors", name)),
            then("of a trail that is not there", select("none", objects("arn:aws:s3"))),
            then("read of a trail that is not there", trail("GetEventSelectors", "none")),
        ],
    )
}

fn selectors_refused() -> Scene {
    let name = "selectors-two";
    let many = json!({ "read_write": "All", "management_events": true, "data": [] });
    let strange = json!([{ "kind": "AWS::EC2::Instance", "arns": ["arn:aws:ec2"] }]);
    let strange = json!({ "read_write": "All", "management_events": true, "data": strange });
    let read_only = json!({ "advanced": [{
        "name": "Objects",
        "fields": [
            { "field": "eventCategory", "conditions": [["StartsWith", ["Data"]]] },
        ],
    }] });
    with_a_trail(
        "selectors refused",
        name,
        "selectors-more",
        vec![
            then("without the slash", select(name, objects("arn:aws:s3:::selectors-more"))),
            then("six", select(name, json!({ "basic": vec![many; 6] }))),
            then("none", select(name, json!({ "basic": [] }))),
            then("of a strange kind", select(name, json!({ "basic": [strange] }))),
            then("a category that does not equal", select(name, read_only)),
        ],
    )
}

fn alarms() -> Scene {
    let name = "alarms-one";
    let spec = json!({
        "description": "The table answers with errors.",
        "namespace": "AWS/DynamoDB",
        "metric": "SystemErrors",
        "dimensions": { "TableName": "tables-one", "Operation": "PutItem" },
        "statistic": "Sum",
        "period_seconds": 300,
        "evaluation_periods": 2,
        "threshold": 1.5,
        "comparison": "GreaterThanOrEqualToThreshold",
        "missing_data": "notBreaching",
        "actions": [TOPIC],
    });
    let mut bare = spec.clone();
    bare["description"] = json!("");
    bare["actions"] = json!([]);
    let read = || cloudwatch("DescribeAlarm", json!({ "alarm": name }));
    let put = |spec: &Value| cloudwatch("PutMetricAlarm", json!({ "alarm": name, "spec": spec }));
    let delete = || cloudwatch("DeleteAlarm", json!({ "alarm": name }));
    scene(
        "alarms",
        vec![
            then("read one that is not there", read()),
            then("put", put(&spec)),
            then("read", read()),
            then("put again", put(&bare)),
            then("read again", read()),
            then("delete", delete()),
            then("read when it is gone", read()),
            then("delete again", delete()),
        ],
    )
}

fn alarms_by_hand() -> Scene {
    let name = "alarms-two";
    let spec = json!({
        "description": "", "namespace": "AWS/DynamoDB", "metric": "SystemErrors",
        "dimensions": { "TableName": "tables-one", "Operation": "PutItem" }, "statistic": "Sum",
        "period_seconds": 60, "evaluation_periods": 1, "threshold": 1.0,
        "comparison": "GreaterThanOrEqualToThreshold", "missing_data": "notBreaching",
        "actions": [TOPIC],
    });
    let set = |state: &str| {
        let fields = json!({ "alarm": name, "state": state, "reason": "a test" });
        cloudwatch("SetAlarmState", fields)
    };
    let history = || cloudwatch("DescribeAlarmHistory", json!({ "alarm": name }));
    scene(
        "alarms by hand",
        vec![
            then("history of one that is not there", history()),
            then("set one that is not there", set("ALARM")),
            then("put", cloudwatch("PutMetricAlarm", json!({ "alarm": name, "spec": spec }))),
            then("set off", set("ALARM")),
            then("read the history", history()),
        ],
    )
}

fn dashboards() -> Scene {
    let name = "dashboards-one";
    let get = || cloudwatch("GetDashboard", json!({ "dashboard": name }));
    let put = |body: &str| cloudwatch("PutDashboard", json!({ "dashboard": name, "body": body }));
    let delete = || cloudwatch("DeleteDashboard", json!({ "dashboard": name }));
    scene(
        "dashboards",
        vec![
            then("read one that is not there", get()),
            then("put", put("{\"widgets\":[]}")),
            then("read", get()),
            then("put no JSON", put("no JSON")),
            then("delete", delete()),
            then("read when it is gone", get()),
            then("delete again", delete()),
        ],
    )
}

fn vaults() -> Scene {
    let name = "vaults-one";
    let key = "arn:aws:kms:us-east-1:500313280221:key/1";
    let find = || backup("FindVault", json!({ "vault": name }));
    let make = |name: &str, key: Value| {
        backup("CreateBackupVault", json!({ "vault": name, "encryption_key": key }))
    };
    let delete = || backup("DeleteBackupVault", json!({ "vault": name }));
    scene(
        "vaults",
        vec![
            then("find one that is not there", find()),
            then("make", make(name, json!(key))),
            then("find", find()),
            then("make again", make(name, json!(key))),
            then("make with another key", make(name, Value::Null)),
            then("make one with a name that cannot be", make("a b", Value::Null)),
            then("delete", delete()),
            then("delete again", delete()),
            then("make with AWS's own key", make(name, Value::Null)),
            then("find it", find()),
        ],
    )
}

fn vault_locks() -> Scene {
    let name = "vaults-two";
    let make = json!({ "vault": name, "encryption_key": null });
    let put = |min: u32, days: Value| {
        let lock = json!({ "min_retention_days": min, "max_retention_days": null });
        let fields = json!({ "vault": name, "lock": lock, "changeable_for_days": days });
        backup("PutVaultLock", fields)
    };
    let delete = || backup("DeleteVaultLock", json!({ "vault": name }));
    scene(
        "vault locks",
        vec![
            then("lock one that is not there", put(7, Value::Null)),
            then("make", backup("CreateBackupVault", make)),
            then("lock", put(7, Value::Null)),
            then("unlock", delete()),
            then("lock too soon", put(7, json!(2))),
        ],
    )
}

fn plan_of(delete_after_days: u32, cold_after_days: Value) -> Value {
    let rule = json!({
        "vault": "vaults-one", "schedule": "cron(0 5 * * ? *)", "start_window_minutes": 60,
        "completion_window_minutes": 120, "delete_after_days": delete_after_days,
        "cold_after_days": cold_after_days,
    });
    json!({ "rules": { "daily": rule }, "advanced": {} })
}

fn plans() -> Scene {
    let name = "plans-one";
    let find = || backup("FindPlan", json!({ "plan": name }));
    let make =
        |name: &str, spec: Value| backup("CreateBackupPlan", json!({ "plan": name, "spec": spec }));
    let update = |id: &str, spec: Value| {
        backup("UpdateBackupPlan", json!({ "plan": name, "id": id, "spec": spec }))
    };
    let delete = || backup("DeleteBackupPlan", json!({ "plan": name, "id": "$plan" }));
    scene(
        "plans",
        vec![
            then("find one that is not there", find()),
            then("make one that AWS refuses", make("plans-cold", plan_of(35, json!(7)))),
            then("make", make(name, plan_of(35, Value::Null))),
            then("find", find()),
            then("update", update("$plan", plan_of(97, json!(7)))),
            then("find it changed", find()),
            then("update one that is not there", update("none", plan_of(35, Value::Null))),
            then("delete", delete()),
            then("delete again", delete()),
            then("find it when it is gone", find()),
        ],
    )
}

fn selections() -> Scene {
    let (plan, name) = ("plans-two", "tables");
    let spec = || {
        json!({
            "role": "arn:aws:iam::500313280221:role/service-role/AWSBackupDefaultServiceRole",
            "resources": ["arn:aws:dynamodb:us-east-1:500313280221:table/tables-one"],
            "tags": [{ "key": "Backup", "value": "yes" }],
        })
    };
    let list = || backup("ListSelections", json!({ "plan": plan }));
    let select = |plan_id: &str| {
        let fields = json!({
            "plan": plan, "plan_id": plan_id, "selection": name, "spec": spec()
        });
        backup("CreateBackupSelection", fields)
    };
    let delete = || {
        let fields =
            json!({ "plan": plan, "plan_id": "$plan", "selection": name, "id": "$selection" });
        backup("DeleteBackupSelection", fields)
    };
    let delete_plan = || backup("DeleteBackupPlan", json!({ "plan": plan, "id": "$plan" }));
    let make = json!({ "plan": plan, "spec": plan_of(35, Value::Null) });
    scene(
        "selections",
        vec![
            then("list of a plan that is not there", list()),
            then("select in a plan that is not there", select("none")),
            then("make the plan", backup("CreateBackupPlan", make)),
            then("list none", list()),
            then("select", select("$plan")),
            then("list", list()),
            then("delete", delete()),
            then("delete again", delete()),
            then("list none again", list()),
            then("select once more", select("$plan")),
            then("delete the plan before it", delete_plan()),
        ],
    )
}

fn regions() -> Scene {
    scene("regions", vec![then("read", backup("DescribeRegionSettings", json!({})))])
}

fn parameters() -> Scene {
    let name = "/parameters/one";
    let get = || ssm("GetParameter", json!({ "parameter": name }));
    let put = |name: &str, value: &str, overwrite: bool| {
        let fields = json!({ "parameter": name, "value": value, "overwrite": overwrite });
        ssm("PutParameter", fields)
    };
    let delete = || ssm("DeleteParameter", json!({ "parameter": name }));
    scene(
        "parameters",
        vec![
            then("read one that is not there", get()),
            then("make", put(name, "old", false)),
            then("read", get()),
            then("make again", put(name, "new", false)),
            then("replace", put(name, "new", true)),
            then("read again", get()),
            then("make one with a name that cannot be", put("a b", "x", false)),
            then("make one with a reserved name", put("ssm-x", "x", false)),
            then("make one of nothing", put("/parameters/two", "", false)),
            then("delete", delete()),
            then("delete again", delete()),
            then("read when it is gone", get()),
        ],
    )
}

/// Scenes of S3 Batch Operations, which another emulator plays.
pub fn of_batch() -> Vec<Scene> {
    let of = |operation: &str, fields: Value| call("s3control", operation, fields);
    let begin = |token: &str, role: &str| {
        of(
            "CreateJob",
            json!({
                "to": "diff-new", "storage_class": "STANDARD",
                "manifest": { "bucket": "diff-reports", "key": "copies/list ü.csv", "etag": "0-2" },
                "report": { "bucket": "diff-reports", "prefix": "copies" },
                "role": format!("arn:aws:iam::500313280221:role/{role}"),
                "description": "muster copy 0123 #1: old to new", "token": token,
            }),
        )
    };
    let list = |mark: &str| of("ListJobs", json!({ "mark": mark }));
    let of_job = |operation: &str, job: &str| of(operation, json!({ "job": job }));
    let steps = vec![
        then("no jobs", list("muster")),
        then("look at none", of_job("DescribeJob", "none")),
        then("cancel none", of_job("CancelJob", "none")),
        then("begin", begin("one", "batch")),
        at_once("cancel", of_job("CancelJob", "$job")),
        then("look at it", of_job("DescribeJob", "$job")),
        then("list it", list("muster copy 0123 #")),
        then("list others", list("somebody else's")),
        then("the same token", begin("one", "batch")),
        then("cancel it", of_job("CancelJob", "$job")),
        then("list what there is", list("muster")),
        then("the same token for another", begin("one", "other")),
        then("no role", begin("two", "")),
    ];
    vec![scene("batch", steps)]
}
