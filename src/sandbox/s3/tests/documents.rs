//! Lifecycle, Intelligent-Tiering, replication and tags, as an operator meets them.

use serde_json::{Value, json};

use super::{AUDIO, LOGS, TRANSCRIPTS, create, set_versioning};
use crate::cloud::s3::Call;
use crate::sandbox::testing::Desk;

/// A call from its fields: documents are easier to read so.
fn call(operation: &str, bucket: &str, fields: Value) -> Call {
    let mut json = json!({ "operation": operation, "bucket": bucket });
    json.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    serde_json::from_value(json).unwrap()
}

fn get(operation: &str, bucket: &str) -> Call {
    call(operation, bucket, json!({}))
}

fn lifecycle(bucket: &str, rules: Value) -> Call {
    let lifecycle = json!({ "rules": rules, "minimum_size": "all_storage_classes_128K" });
    call("PutBucketLifecycleConfiguration", bucket, json!({ "lifecycle": lifecycle }))
}

fn moving(list: &[(u32, &str)]) -> Value {
    let one = |(days, class): &(u32, &str)| json!({ "days": days, "storage_class": class });
    json!([{ "id": "a", "transitions": list.iter().map(one).collect::<Vec<_>>() }])
}

#[test]
fn a_lifecycle_is_replaced_as_a_whole_and_removed() {
    let mut desk = Desk::sitelogix();
    let read = || get("GetBucketLifecycleConfiguration", AUDIO);
    let none = "Absent NoSuchLifecycleConfiguration: The lifecycle configuration does not exist";
    assert_eq!(desk.bad(0.0, read()), none);
    desk.good(0.0, lifecycle(AUDIO, moving(&[(30, "STANDARD_IA"), (60, "GLACIER")])));
    assert_eq!(desk.bad(0.5, read()), none, "it is seen late");
    assert_eq!(
        desk.good(3.0, read()),
        "{minimum_size:all_storage_classes_128K,rules:[{id:a,transitions:[{days:30,\
         storage_class:STANDARD_IA},{days:60,storage_class:GLACIER}]}]}"
    );
    desk.good(3.0, lifecycle(AUDIO, json!([{ "id": "b", "expiration": { "days": 9 } }])));
    assert!(!desk.good(6.0, read()).contains("id:a"), "what was there is gone");
    desk.good(6.0, get("DeleteBucketLifecycle", AUDIO));
    assert_eq!(desk.bad(9.0, read()), none);
    desk.good(9.0, get("DeleteBucketLifecycle", AUDIO));
    let gone = "Absent NoSuchBucket: The specified bucket does not exist";
    assert_eq!(desk.bad(9.0, lifecycle(LOGS, moving(&[(9, "GLACIER")]))), gone);
}

#[test]
fn a_filter_of_several_conditions_comes_back_with_a_prefix_and_a_size() {
    let mut desk = Desk::sitelogix();
    let tags = json!({ "k": "v", "l": "w" });
    let rule = json!({ "id": "a", "filter": { "tags": tags }, "expiration": { "days": 9 } });
    desk.good(0.0, lifecycle(AUDIO, json!([rule])));
    let read = desk.good(3.0, get("GetBucketLifecycleConfiguration", AUDIO));
    assert!(read.contains("filter:{prefix:,size_greater_than:0,tags:{k:v,l:w}}"), "{read}");
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases, read from top to bottom")]
fn a_lifecycle_is_refused_in_the_words_of_s3() {
    let mut desk = Desk::sitelogix();
    let rule = |rest: Value| {
        let mut rule = json!({ "id": "a" });
        rule.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        rule
    };
    let one = |rest: Value| json!([rule(rest)]);
    let ends = |days: u32| json!({ "expiration": { "days": days } });
    let long = "x".repeat(256);
    let many: Vec<_> =
        (0..1_001).map(|n| json!({ "id": n.to_string(), "expiration": { "days": 1 } })).collect();
    let old = json!({ "filter": { "prefix": "", "old_form": true }, "expiration": { "days": 1 } });
    let (argument, request) = ("Refused InvalidArgument: ", "Refused InvalidRequest: ");
    for (rules, code, message) in [
        (json!([]), "Refused MalformedXML: ", "The XML you provided was not well-formed"),
        (json!(many), request, "must not exceed the allowed limit of 1000 rules."),
        (json!([{ "id": long, "expiration": { "days": 1 } }]), argument, "limit of 255"),
        (json!([rule(ends(1)), rule(ends(2))]), argument, "Rule ID must be unique."),
        (json!([]), "Refused MalformedXML: ", "schema"),
        (
            json!([rule(old.clone()), { "id": "b", "expiration": { "days": 1 } }]),
            request,
            "Filter element can only be used in Lifecycle V2.",
        ),
        (
            json!([{ "id": "b", "expiration": { "days": 1 } }, rule(old)]),
            request,
            "Base level prefix cannot be used in Lifecycle V2",
        ),
        (one(json!({})), request, "At least one action needs to be specified in a rule"),
        (one(ends(0)), argument, "'Days' for Expiration action must be a positive integer"),
        (
            one(json!({ "expiration": { "days": 1, "expired_object_delete_marker": true } })),
            "Refused MalformedXML: ",
            "schema",
        ),
        (
            one(json!({ "filter": { "tags": { "k": "v" } },
            "expiration": { "expired_object_delete_marker": true } })),
            request,
            "ExpiredObjectDeleteMarker cannot be specified with Tags.",
        ),
        (
            one(json!({ "filter": { "size_less_than": 5 },
            "abort_incomplete_uploads_after_days": 1 })),
            request,
            "AbortIncompleteMultipartUpload cannot be specified with Object Size.",
        ),
        (
            one(json!({ "filter": { "size_less_than": 5, "size_greater_than": 5 },
            "expiration": { "days": 1 } })),
            request,
            "has to be a value greater than",
        ),
        (
            moving(&[(29, "STANDARD_IA")]),
            argument,
            "'Days' in Transition action must be greater than or equal to 30 for storageClass \
             'STANDARD_IA'",
        ),
        (
            moving(&[(30, "STANDARD_IA"), (59, "GLACIER")]),
            argument,
            "'Days' in the Transition action for StorageClass 'GLACIER' for filter '()' must be \
             30 days more than 'Days' in the Transition action for StorageClass 'STANDARD_IA' \
             for filter '()'",
        ),
        (moving(&[(9, "DEEP_ARCHIVE"), (9, "GLACIER")]), argument, "must be greater than 'Days'"),
        (moving(&[(9, "GLACIER"), (10, "GLACIER")]), request, "'StorageClass' must be different"),
        (moving(&[(9, "STANDARD")]), "Refused MalformedXML: ", "schema"),
        (
            one(json!({ "transitions": [{ "days": 9, "storage_class": "GLACIER" }],
            "expiration": { "date": "2030-01-01" } })),
            request,
            "Found mixed 'Date' and 'Days'",
        ),
        (
            one(json!({ "transitions": [{ "days": 9, "storage_class": "GLACIER" }],
            "expiration": { "days": 9 } })),
            argument,
            "'Days' in the Expiration action for filter '()' must be greater than 'Days' in the \
             Transition action",
        ),
        (
            one(
                json!({ "noncurrent_transitions": [{ "days": 9, "storage_class": "ONEZONE_IA" }] }),
            ),
            argument,
            "'NoncurrentDays' in NoncurrentVersionTransition action must be greater \
             than or equal to 30 for storageClass 'ONEZONE_IA'",
        ),
        (one(json!({ "noncurrent_expiration": { "days": 0 } })), argument, "positive integer"),
        (
            one(json!({ "noncurrent_expiration": { "days": 1, "newer_versions": 0 } })),
            argument,
            "'NewerNoncurrentVersions' must be a positive integer",
        ),
    ] {
        let told = desk.bad(0.0, lifecycle(AUDIO, rules));
        assert!(told.starts_with(code) && told.contains(message), "{told}");
    }
    assert_eq!(desk.effects(), [""; 0]);
}

#[test]
fn tierings_have_names_and_days() {
    let mut desk = Desk::sitelogix();
    let put = |id: &str, tiers: &[(&str, u32)]| {
        let one = |(tier, days): &(&str, u32)| json!({ "access_tier": tier, "days": days });
        let tiers: Vec<_> = tiers.iter().map(one).collect();
        let tiering = json!({ "id": id, "tiers": tiers });
        call("PutBucketIntelligentTieringConfiguration", AUDIO, json!({ "tiering": tiering }))
    };
    let list = || get("ListBucketIntelligentTieringConfigurations", AUDIO);
    let delete =
        |id: &str| call("DeleteBucketIntelligentTieringConfiguration", AUDIO, json!({ "id": id }));
    let (archive, deep) = ("ARCHIVE_ACCESS", "DEEP_ARCHIVE_ACCESS");
    assert_eq!(desk.good(0.0, list()), "{tierings:[]}");
    desk.good(0.0, put("a", &[(archive, 90), (deep, 180)]));
    desk.good(3.0, put("a", &[(archive, 100)]));
    assert_eq!(
        desk.good(6.0, list()),
        "{tierings:[{id:a,tiers:[{access_tier:ARCHIVE_ACCESS,days:100}]}]}"
    );
    for tiers in
        [&[(archive, 89)][..], &[(deep, 179)], &[(archive, 731)], &[(archive, 200), (deep, 190)]]
    {
        assert!(desk.bad(6.0, put("b", tiers)).starts_with("Refused InvalidArgument"));
    }
    assert!(desk.bad(6.0, put("b", &[])).starts_with("Refused MalformedXML"));
    desk.good(6.0, delete("a"));
    let none = "Absent NoSuchConfiguration: The specified configuration does not exist.";
    assert_eq!(desk.bad(9.0, delete("a")), none);
}

fn replicate(bucket: &str, rules: Value) -> Call {
    let replication = json!({ "role": "arn:aws:iam::500313280221:role/copy", "rules": rules });
    call("PutBucketReplication", bucket, json!({ "replication": replication }))
}

#[test]
fn replication_needs_versions_on_both_sides() {
    let mut desk = Desk::sitelogix();
    let to = |bucket: &str| json!([{ "id": "a", "destination": { "bucket": bucket } }]);
    let read = || get("GetBucketReplication", AUDIO);
    assert!(desk.bad(0.0, read()).starts_with("Absent ReplicationConfigurationNotFoundError"));
    assert_eq!(
        desk.bad(0.0, replicate(TRANSCRIPTS, to(AUDIO))),
        "Refused InvalidRequest: Versioning must be 'Enabled' on the bucket to apply a \
         replication configuration"
    );
    let told = desk.bad(0.0, replicate(AUDIO, to(LOGS)));
    assert_eq!(told, "Refused InvalidRequest: Destination bucket must exist.");
    desk.good(0.0, create(LOGS));
    let told = desk.bad(3.0, replicate(AUDIO, to(LOGS)));
    assert_eq!(told, "Refused InvalidRequest: Destination bucket must have versioning enabled.");
    desk.good(3.0, set_versioning(LOGS, true));
    desk.good(6.0, replicate(AUDIO, to(LOGS)));
    assert!(desk.good(9.0, read()).contains("destination:{bucket:sitelogix-logs-prod}"));
    assert!(desk.bad(9.0, set_versioning(AUDIO, false)).contains("first delete the replication"));
    desk.good(9.0, get("DeleteBucketReplication", AUDIO));
    desk.good(9.0, set_versioning(AUDIO, false));
}

#[test]
fn replication_is_refused_in_the_words_of_s3() {
    let mut desk = Desk::sitelogix();
    desk.good(0.0, create(LOGS));
    desk.good(0.0, set_versioning(LOGS, true));
    let rule = |rest: Value| {
        let mut rule = json!({ "id": "a", "destination": { "bucket": LOGS } });
        rule.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        rule
    };
    let key = json!({ "bucket": LOGS, "replica_kms_key": "arn:aws:kms:us-east-1:1:key/k" });
    for (rules, message) in [
        (json!([]), "MalformedXML"),
        (json!([rule(json!({})), rule(json!({ "priority": 1 }))]), "Rule Id must be unique"),
        (json!([rule(json!({})), rule(json!({ "id": "b" }))]), "duplicate priority"),
        (json!([rule(json!({ "existing_objects": true }))]), "ExistingObjectReplication"),
        (
            json!([rule(json!({ "delete_markers": true, "filter": { "tags": { "k": "v" } } }))]),
            "Delete marker replication is not supported if any Tag filter is specified",
        ),
        (json!([rule(json!({ "kms_encrypted_objects": true }))]), "EncryptionConfiguration"),
        (json!([rule(json!({ "destination": key }))]), "SseKmsEncryptedObjects"),
    ] {
        let told = desk.bad(3.0, replicate(AUDIO, rules));
        assert!(told.starts_with("Refused ") && told.contains(message), "{told}");
    }
}

#[test]
fn tags_are_replaced_as_a_whole_and_those_of_aws_stay() {
    let mut desk = Desk::sitelogix();
    let put = |tags: Value| call("PutBucketTagging", AUDIO, json!({ "tags": tags }));
    let read = || get("GetBucketTagging", AUDIO);
    let none = "Absent NoSuchTagSet: The TagSet does not exist";
    assert_eq!(desk.bad(0.0, read()), none);
    desk.good(0.0, put(json!({ "Team": "platform" })));
    desk.good(3.0, put(json!({ "Status": "Deprecated" })));
    assert_eq!(desk.good(6.0, read()), "{tags:{Status:Deprecated}}");
    let many: serde_json::Map<_, _> = (0..51).map(|n| (n.to_string(), json!("v"))).collect();
    let long = "x".repeat(257);
    for (tags, message) in [
        (json!({ "aws:cloudformation:stack-name": "x" }), "InvalidTag: System tags cannot be"),
        (json!({ "": "v" }), "InvalidTag: The TagKey you have provided is invalid"),
        (json!({ "a<b": "v" }), "InvalidTag: The TagKey you have provided is invalid"),
        (json!({ "a": long }), "InvalidTag: The TagValue you have provided is invalid"),
        (json!(many), "BadRequest: Bucket tag count cannot be greater than 50"),
    ] {
        let told = desk.bad(6.0, put(tags));
        assert!(told.contains(message), "{told}");
    }
    desk.good(6.0, get("DeleteBucketTagging", AUDIO));
    assert_eq!(desk.bad(9.0, read()), none);
}
