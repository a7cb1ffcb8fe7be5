//! Lifecycle, Intelligent-Tiering, replication and tags.

use muster::cloud::Ending;
use muster::cloud::s3::{Call, Reply};
use serde_json::{Value, json};

use super::{files, make, reply};
use crate::emulator;
use crate::support::{ACCOUNT, ending, live};
use crate::transport::{Habit, Server};

fn call(operation: &str, fields: Value) -> Call {
    let mut json = json!({ "operation": operation, "bucket": files() });
    let more = fields.as_object().expect("fields").clone();
    json.as_object_mut().expect("an object").extend(more);
    serde_json::from_value(json).expect("a value")
}

fn lifecycle(rules: &Value) -> Value {
    json!({ "rules": rules, "minimum_size": "all_storage_classes_128K" })
}

fn copying() -> Value {
    json!({
        "role": format!("arn:aws:iam::{ACCOUNT}:role/copy"),
        "rules": [{ "id": "a", "destination": { "bucket": "sitelogix-copies" } }],
    })
}

fn archive() -> Value {
    json!({ "id": "cold", "tiers": [{ "access_tier": "ARCHIVE_ACCESS", "days": 90 }] })
}

/// Every call of this file on a bucket that must be there. ministack knows no tierings.
pub(super) fn calls_on(bucket: fn() -> String) -> Vec<Call> {
    let rules = json!([{ "id": "a", "expiration": { "days": 9 } }]);
    let calls = vec![
        call("GetBucketLifecycleConfiguration", json!({})),
        call("PutBucketLifecycleConfiguration", json!({ "lifecycle": lifecycle(&rules) })),
        call("DeleteBucketLifecycle", json!({})),
        call("GetBucketReplication", json!({})),
        call("PutBucketReplication", json!({ "replication": copying() })),
        call("DeleteBucketReplication", json!({})),
        call("GetBucketTagging", json!({})),
        call("PutBucketTagging", json!({ "tags": { "a": "b" } })),
        call("DeleteBucketTagging", json!({})),
    ];
    assert!(calls.iter().all(|call| call.resource() == Some(bucket().as_str())));
    calls
}

#[tokio::test]
async fn a_lifecycle_is_set_and_removed() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    make(&live, "sitelogix-files", false).await;
    let read = || call("GetBucketLifecycleConfiguration", json!({}));
    let none = (Ending::Absent, "NoSuchLifecycleConfiguration".to_owned());
    assert_eq!(ending(&live, read()).await, none);
    let tags = json!({ "k": "v", "l": "w" });
    // Inside an `And` AWS answers with a prefix and a size, whoever set them.
    let and = json!({ "prefix": "a/", "tags": tags, "size_greater_than": 9, "size_less_than": 99 });
    let everything = json!([
        {
            "id": "all", "enabled": true,
            "transitions": [
                { "days": 90, "storage_class": "STANDARD_IA" },
                { "days": 365, "storage_class": "GLACIER" },
                { "days": 1095, "storage_class": "DEEP_ARCHIVE" },
            ],
            "expiration": { "days": 2555 },
            "noncurrent_transitions": [
                { "days": 30, "newer_versions": 2, "storage_class": "ONEZONE_IA" },
                { "days": 60, "storage_class": "GLACIER_IR" },
            ],
            "noncurrent_expiration": { "days": 90, "newer_versions": 3 },
            "abort_incomplete_uploads_after_days": 7,
        },
        { "id": "off", "enabled": false, "filter": { "prefix": "tmp/" },
          "expiration": { "date": "2030-01-01" } },
        { "id": "markers", "filter": { "prefix": "" },
          "expiration": { "expired_object_delete_marker": true } },
        { "id": "tag", "filter": { "tags": { "k": "v" } },
          "transitions": [{ "date": "2030-01-01", "storage_class": "INTELLIGENT_TIERING" }] },
        { "id": "large", "filter": { "size_greater_than": 9 }, "expiration": { "days": 1 } },
        { "id": "small", "filter": { "size_less_than": 9 }, "expiration": { "days": 1 } },
        { "id": "and", "filter": and, "expiration": { "days": 1 } },
    ]);
    let wanted = lifecycle(&everything);
    let put = call("PutBucketLifecycleConfiguration", json!({ "lifecycle": wanted }));
    assert_eq!(reply(&live, put).await, Reply::Done {});
    let Reply::Lifecycle(found) = reply(&live, read()).await else { panic!("no lifecycle") };
    assert_eq!(found, serde_json::from_value(wanted).unwrap());
    let delete = || call("DeleteBucketLifecycle", json!({}));
    assert_eq!(reply(&live, delete()).await, Reply::Done {});
    assert_eq!(ending(&live, read()).await, none);
    assert_eq!(reply(&live, delete()).await, Reply::Done {}, "deleting again changes nothing");
}

/// ministack drops what is in the form before filters, and the header with the size.
#[tokio::test]
async fn a_lifecycle_in_the_form_before_filters_is_kept_in_it() {
    let server = Server::with(Habit::Say(concat!(
        "HTTP/1.1 200 OK\r\nConnection: close\r\n",
        "x-amz-transition-default-minimum-object-size: varies_by_storage_class\r\n\r\n",
        "<LifecycleConfiguration><Rule><ID>old</ID><Prefix>a/</Prefix><Status>Enabled</Status>",
        "<Expiration><Days>9</Days></Expiration></Rule></LifecycleConfiguration>",
    )))
    .await;
    let live = live(&server.url);
    let read = call("GetBucketLifecycleConfiguration", json!({}));
    let Reply::Lifecycle(found) = reply(&live, read).await else { panic!("no lifecycle") };
    let old = json!({
        "rules": [{ "id": "old", "filter": { "prefix": "a/", "old_form": true },
                    "expiration": { "days": 9 } }],
        "minimum_size": "varies_by_storage_class",
    });
    assert_eq!(found, serde_json::from_value(old.clone()).unwrap());
    let put = call("PutBucketLifecycleConfiguration", json!({ "lifecycle": old }));
    assert_eq!(reply(&live, put).await, Reply::Done {});
    let sent = server.received().pop().unwrap();
    assert!(sent.contains("x-amz-transition-default-minimum-object-size: varies_by_storage_class"));
    assert!(sent.contains("<prefix>a/</prefix>") && !sent.contains("<filter>"), "{sent}");
}

#[tokio::test]
async fn a_lifecycle_that_our_words_cannot_hold_is_not_read() {
    let noon = "<LifecycleConfiguration><Rule><ID>a</ID><Filter/><Status>Enabled</Status>\
        <Expiration><Date>2030-01-01T12:00:00Z</Date></Expiration></Rule></LifecycleConfiguration>";
    let odd = "<LifecycleConfiguration><Rule><ID>a</ID><Filter/><Status>Enabled</Status>\
        <Transition><Days>1</Days><StorageClass>FUTURE</StorageClass></Transition></Rule>\
        </LifecycleConfiguration>";
    for (body, expected) in [
        (noon, (Ending::Refused, "BeyondVocabulary".to_owned())),
        (odd, (Ending::Unknown, "UnreadableReply".to_owned())),
    ] {
        let server = Server::with(Habit::Answer(200, body)).await;
        let read = call("GetBucketLifecycleConfiguration", json!({}));
        assert_eq!(ending(&live(&server.url), read).await, expected);
    }
}

#[tokio::test]
async fn tags_are_set_and_removed() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    make(&live, "sitelogix-files", false).await;
    let read = || call("GetBucketTagging", json!({}));
    let none = (Ending::Absent, "NoSuchTagSet".to_owned());
    assert_eq!(ending(&live, read()).await, none);
    for tags in [json!({ "Status": "Deprecated", "Team": "ä b" }), json!({ "Team": "" })] {
        let put = call("PutBucketTagging", json!({ "tags": tags }));
        assert_eq!(reply(&live, put).await, Reply::Done {});
        let expected = Reply::Tags { tags: serde_json::from_value(tags).unwrap() };
        assert_eq!(reply(&live, read()).await, expected);
    }
    assert_eq!(reply(&live, call("DeleteBucketTagging", json!({}))).await, Reply::Done {});
    assert_eq!(ending(&live, read()).await, none);
}

#[tokio::test]
async fn replication_is_set_and_removed() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    for bucket in ["sitelogix-files", "sitelogix-copies"] {
        make(&live, bucket, false).await;
        let bucket = bucket.to_owned();
        reply(&live, Call::PutBucketVersioning { bucket, enabled: true }).await;
    }
    let read = || call("GetBucketReplication", json!({}));
    let none = (Ending::Absent, "ReplicationConfigurationNotFoundError".to_owned());
    assert_eq!(ending(&live, read()).await, none);
    let mut wanted = copying();
    let key = format!("arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab");
    wanted["rules"] = json!([
        { "id": "a", "priority": 1, "filter": { "prefix": "" }, "delete_markers": true,
          "destination": { "bucket": "sitelogix-copies", "storage_class": "STANDARD_IA",
                           "time_control": true, "metrics": true } },
        { "id": "b", "priority": 2, "enabled": false, "kms_encrypted_objects": true,
          "replica_modifications": true,
          "filter": { "prefix": "x/", "tags": { "k": "v" } },
          "destination": { "bucket": "sitelogix-copies", "replica_kms_key": key } },
        { "id": "c", "priority": 3, "filter": { "tags": { "k": "v" } },
          "destination": { "bucket": "sitelogix-copies", "account": ACCOUNT,
                           "owner_override": true, "storage_class": "STANDARD" } },
    ]);
    let put = call("PutBucketReplication", json!({ "replication": wanted }));
    assert_eq!(reply(&live, put).await, Reply::Done {});
    let Reply::Replication(found) = reply(&live, read()).await else { panic!("no replication") };
    assert_eq!(found, serde_json::from_value(wanted).unwrap());
    let delete = || call("DeleteBucketReplication", json!({}));
    assert_eq!(reply(&live, delete()).await, Reply::Done {});
    assert_eq!(ending(&live, read()).await, none);
}

#[tokio::test]
async fn a_replication_that_our_words_cannot_hold_is_not_read() {
    let old = "<ReplicationConfiguration><Role>r</Role><Rule><ID>a</ID><Prefix>x</Prefix>\
        <Status>Enabled</Status><Destination><Bucket>arn:aws:s3:::b</Bucket></Destination></Rule>\
        </ReplicationConfiguration>";
    let hour = "<ReplicationConfiguration><Role>r</Role><Rule><ID>a</ID><Filter/>\
        <Status>Enabled</Status><Destination><Bucket>arn:aws:s3:::b</Bucket><ReplicationTime>\
        <Status>Enabled</Status><Time><Minutes>60</Minutes></Time></ReplicationTime></Destination>\
        </Rule></ReplicationConfiguration>";
    for body in [old, hour] {
        let server = Server::with(Habit::Answer(200, body)).await;
        let ended = ending(&live(&server.url), call("GetBucketReplication", json!({}))).await;
        assert_eq!(ended, (Ending::Refused, "BeyondVocabulary".to_owned()), "{body}");
    }
}

/// ministack knows no tierings, so that they are seen on the wire.
#[tokio::test]
async fn tierings_are_listed_set_and_removed() {
    let server = Server::with(Habit::Answer(
        200,
        "<ListBucketIntelligentTieringConfigurationsOutput><IsTruncated>false</IsTruncated>\
         <IntelligentTieringConfiguration><Id>warm</Id><Filter><And><Prefix>a/</Prefix><Tag><Key>k\
         </Key><Value>v</Value></Tag></And></Filter><Status>Disabled</Status><Tiering>\
         <AccessTier>DEEP_ARCHIVE_ACCESS</AccessTier><Days>180</Days></Tiering>\
         </IntelligentTieringConfiguration><IntelligentTieringConfiguration><Id>cold</Id>\
         <Status>Enabled</Status><Tiering><AccessTier>ARCHIVE_ACCESS</AccessTier><Days>90</Days>\
         </Tiering></IntelligentTieringConfiguration>\
         </ListBucketIntelligentTieringConfigurationsOutput>",
    ))
    .await;
    let live = live(&server.url);
    let list = call("ListBucketIntelligentTieringConfigurations", json!({}));
    let warm = json!({
        "id": "warm", "enabled": false, "filter": { "prefix": "a/", "tags": { "k": "v" } },
        "tiers": [{ "access_tier": "DEEP_ARCHIVE_ACCESS", "days": 180 }],
    });
    let expected = serde_json::from_value(json!([archive(), warm])).unwrap();
    assert_eq!(reply(&live, list).await, Reply::Tierings { tierings: expected });
    for tiering in [archive(), warm] {
        let put = call("PutBucketIntelligentTieringConfiguration", json!({ "tiering": tiering }));
        assert_eq!(reply(&live, put).await, Reply::Done {});
    }
    let delete = call("DeleteBucketIntelligentTieringConfiguration", json!({ "id": "cold" }));
    assert_eq!(reply(&live, delete).await, Reply::Done {});
    let [list, cold, warm, delete] = server.received().try_into().unwrap();
    assert!(list.starts_with("get /sitelogix-files/?intelligent-tiering"), "{list}");
    assert!(cold.starts_with("put /sitelogix-files/?") && cold.contains("id=cold"), "{cold}");
    assert!(cold.contains("<id>cold</id>") && !cold.contains("<filter>"), "{cold}");
    assert!(
        cold.contains("<accesstier>archive_access</accesstier><days>90</days>")
            || cold.contains("<days>90</days><accesstier>archive_access</accesstier>"),
        "{cold}"
    );
    assert!(warm.contains("<and><prefix>a/</prefix><tag><key>k</key>"), "{warm}");
    assert!(delete.starts_with("delete /sitelogix-files/?") && delete.contains("id=cold"));
    let owner = format!("\r\nx-amz-expected-bucket-owner: {ACCOUNT}\r\n");
    assert!([list, cold, warm, delete].iter().all(|request| request.contains(&owner)));
}
