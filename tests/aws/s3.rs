//! Buckets.

mod documents;

use muster::aws::Live;
use muster::cloud::s3::{
    Algorithm, Call, Encryption, Logging, PublicAccessBlock, Reply, Retention, RetentionMode,
    Versioning,
};
use muster::cloud::{self, Ending};

use crate::emulator;
use crate::support::{self, ACCOUNT, REGION, config, connection, ending, live};
use crate::transport::{Habit, Server};

async fn reply(live: &Live, call: Call) -> Reply {
    match support::reply(live, call).await {
        cloud::Reply::S3(reply) => reply,
        other => unreachable!("{other:?}"),
    }
}

async fn make(live: &Live, bucket: &str, object_lock: bool) {
    let bucket = bucket.to_owned();
    assert_eq!(reply(live, Call::CreateBucket { bucket, object_lock }).await, Reply::Done {});
}

fn files() -> String {
    "sitelogix-files".to_owned()
}

const PUBLIC_POLICY: &str = concat!(
    r#"{"Version":"2012-10-17","Statement":[{"Sid":"Logs","Effect":"Allow","#,
    r#""Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject","#,
    r#""Resource":"arn:aws:s3:::sitelogix-files/*"}]}"#
);

#[tokio::test]
async fn a_bucket_is_made_found_and_deleted() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    assert_eq!(reply(&live, Call::ListBuckets {}).await, Reply::Buckets { names: Vec::new() });
    make(&live, "sitelogix-files", false).await;
    make(&live, "sitelogix-backups", true).await;
    let names = vec!["sitelogix-backups".to_owned(), files()];
    assert_eq!(reply(&live, Call::ListBuckets {}).await, Reply::Buckets { names });
    let found = Reply::Bucket { region: REGION.to_owned() };
    assert_eq!(reply(&live, Call::HeadBucket { bucket: files() }).await, found);
    assert_eq!(reply(&live, Call::DeleteBucket { bucket: files() }).await, Reply::Done {});
    let absent = (Ending::Absent, "NotFound".to_owned());
    assert_eq!(ending(&live, Call::HeadBucket { bucket: files() }).await, absent);
}

#[tokio::test]
async fn a_bucket_is_made_in_the_region_of_the_connection() {
    let emulator = emulator::start(ACCOUNT);
    let url = emulator.url();
    let region = "eu-west-1";
    let live = Live::from_sdk_config(&config(&url, region), &connection(&url, region, ACCOUNT));
    make(&live, "sitelogix-files", false).await;
    let found = Reply::Bucket { region: region.to_owned() };
    assert_eq!(reply(&live, Call::HeadBucket { bucket: files() }).await, found);
    let second = aws_sdk_s3::Client::from_conf(
        aws_sdk_s3::config::Builder::from(&config(&url, region)).force_path_style(true).build(),
    );
    let place = second.get_bucket_location().bucket("sitelogix-files").send().await.unwrap();
    assert_eq!(place.location_constraint().map(|place| place.as_str()), Some(region));
}

#[tokio::test]
async fn versioning_goes_on_and_is_suspended() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    make(&live, "sitelogix-files", false).await;
    let read = Call::GetBucketVersioning { bucket: files() };
    let versioning = |versioning| Reply::Versioning { versioning };
    assert_eq!(reply(&live, read.clone()).await, versioning(Versioning::Never));
    reply(&live, Call::PutBucketVersioning { bucket: files(), enabled: true }).await;
    assert_eq!(reply(&live, read.clone()).await, versioning(Versioning::Enabled));
    reply(&live, Call::PutBucketVersioning { bucket: files(), enabled: false }).await;
    assert_eq!(reply(&live, read).await, versioning(Versioning::Suspended));
}

#[tokio::test]
async fn object_lock_is_born_with_a_bucket_or_turned_on_later() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    make(&live, "sitelogix-files", true).await;
    let read = Call::GetObjectLockConfiguration { bucket: files() };
    let lock = |default_retention| Reply::ObjectLock { default_retention };
    assert_eq!(reply(&live, read.clone()).await, lock(None));
    let versioned = Call::GetBucketVersioning { bucket: files() };
    let on = Reply::Versioning { versioning: Versioning::Enabled };
    assert_eq!(reply(&live, versioned).await, on);
    let days = Retention { mode: RetentionMode::Governance, days: Some(30), years: None };
    let years = Retention { mode: RetentionMode::Compliance, days: None, years: Some(1) };
    for retention in [Some(days), Some(years), None] {
        let put = Call::PutObjectLockConfiguration {
            bucket: files(),
            default_retention: retention.clone(),
        };
        assert_eq!(reply(&live, put).await, Reply::Done {});
        assert_eq!(reply(&live, read.clone()).await, lock(retention));
    }

    let later = "sitelogix-later".to_owned();
    make(&live, &later, false).await;
    let read = Call::GetObjectLockConfiguration { bucket: later.clone() };
    let off = (Ending::Absent, "ObjectLockConfigurationNotFoundError".to_owned());
    assert_eq!(ending(&live, read.clone()).await, off);
    reply(&live, Call::PutBucketVersioning { bucket: later.clone(), enabled: true }).await;
    let put = Call::PutObjectLockConfiguration { bucket: later, default_retention: None };
    assert_eq!(reply(&live, put).await, Reply::Done {});
    assert_eq!(reply(&live, read).await, lock(None));
}

#[tokio::test]
async fn public_access_is_blocked() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    make(&live, "sitelogix-files", false).await;
    let read = Call::GetPublicAccessBlock { bucket: files() };
    let none = (Ending::Absent, "NoSuchPublicAccessBlockConfiguration".to_owned());
    assert_eq!(ending(&live, read.clone()).await, none);
    let block = PublicAccessBlock {
        block_public_acls: true,
        ignore_public_acls: false,
        block_public_policy: true,
        restrict_public_buckets: false,
    };
    reply(&live, Call::PutPublicAccessBlock { bucket: files(), block }).await;
    assert_eq!(reply(&live, read).await, Reply::PublicAccessBlock(block));
}

#[tokio::test]
async fn default_encryption_is_set() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    make(&live, "sitelogix-files", false).await;
    let read = Call::GetBucketEncryption { bucket: files() };
    let key = format!("arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab");
    for (algorithm, kms_key, bucket_key) in [
        (Algorithm::Kms, Some(key), true),
        (Algorithm::KmsDsse, None, false),
        (Algorithm::Aes256, None, false),
    ] {
        let encryption = Encryption { algorithm, kms_key, bucket_key };
        let put = Call::PutBucketEncryption { bucket: files(), encryption: encryption.clone() };
        assert_eq!(reply(&live, put).await, Reply::Done {});
        assert_eq!(reply(&live, read.clone()).await, Reply::Encryption(encryption));
    }
}

#[tokio::test]
async fn a_policy_is_set_and_removed() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    make(&live, "sitelogix-files", false).await;
    let read = Call::GetBucketPolicy { bucket: files() };
    let none = (Ending::Absent, "NoSuchBucketPolicy".to_owned());
    assert_eq!(ending(&live, read.clone()).await, none);
    let policy = PUBLIC_POLICY.to_owned();
    let put = Call::PutBucketPolicy { bucket: files(), policy: policy.clone() };
    assert_eq!(reply(&live, put).await, Reply::Done {});
    assert_eq!(reply(&live, read.clone()).await, Reply::Policy { policy });
    let delete = Call::DeleteBucketPolicy { bucket: files() };
    assert_eq!(reply(&live, delete.clone()).await, Reply::Done {});
    assert_eq!(ending(&live, read).await, none);
    assert_eq!(reply(&live, delete).await, Reply::Done {}, "deleting again changes nothing");
}

#[tokio::test]
async fn access_logging_goes_on_and_off() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    make(&live, "sitelogix-files", false).await;
    make(&live, "sitelogix-logs", false).await;
    let read = Call::GetBucketLogging { bucket: files() };
    assert_eq!(reply(&live, read.clone()).await, Reply::Logging { logging: None });
    for prefix in ["files/", ""] {
        let logging =
            Some(Logging { bucket: "sitelogix-logs".to_owned(), prefix: prefix.to_owned() });
        let put = Call::PutBucketLogging { bucket: files(), logging: logging.clone() };
        assert_eq!(reply(&live, put).await, Reply::Done {});
        assert_eq!(reply(&live, read.clone()).await, Reply::Logging { logging });
    }
    let put = Call::PutBucketLogging { bucket: files(), logging: None };
    assert_eq!(reply(&live, put).await, Reply::Done {});
    assert_eq!(reply(&live, read).await, Reply::Logging { logging: None });
}

/// Every call on a bucket that must be there.
fn calls_on(bucket: fn() -> String) -> Vec<Call> {
    let encryption = Encryption { algorithm: Algorithm::Aes256, kms_key: None, bucket_key: false };
    let block = PublicAccessBlock {
        block_public_acls: true,
        ignore_public_acls: true,
        block_public_policy: true,
        restrict_public_buckets: true,
    };
    vec![
        Call::DeleteBucket { bucket: bucket() },
        Call::GetBucketVersioning { bucket: bucket() },
        Call::PutBucketVersioning { bucket: bucket(), enabled: true },
        Call::GetObjectLockConfiguration { bucket: bucket() },
        Call::PutObjectLockConfiguration { bucket: bucket(), default_retention: None },
        Call::GetPublicAccessBlock { bucket: bucket() },
        Call::PutPublicAccessBlock { bucket: bucket(), block },
        Call::GetBucketEncryption { bucket: bucket() },
        Call::PutBucketEncryption { bucket: bucket(), encryption },
        Call::GetBucketPolicy { bucket: bucket() },
        Call::PutBucketPolicy { bucket: bucket(), policy: PUBLIC_POLICY.to_owned() },
        Call::DeleteBucketPolicy { bucket: bucket() },
        Call::GetBucketLogging { bucket: bucket() },
        Call::PutBucketLogging { bucket: bucket(), logging: None },
    ]
    .into_iter()
    .chain(documents::calls_on(bucket))
    .collect()
}

#[tokio::test]
async fn a_bucket_that_is_not_there_is_absent() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    for call in calls_on(files) {
        let name = call.operation().name;
        let absent = (Ending::Absent, "NoSuchBucket".to_owned());
        assert_eq!(ending(&live, call).await, absent, "{name}");
    }
}

#[tokio::test]
async fn a_bucket_with_objects_is_not_deleted() {
    let emulator = emulator::start(ACCOUNT);
    let live = live(&emulator.url());
    make(&live, "sitelogix-files", false).await;
    let second = aws_sdk_s3::Client::from_conf(
        aws_sdk_s3::config::Builder::from(&config(&emulator.url(), REGION))
            .force_path_style(true)
            .build(),
    );
    let put = second.put_object().bucket("sitelogix-files").key("a").body(b"x".to_vec().into());
    put.send().await.unwrap();
    let refused = (Ending::Refused, "BucketNotEmpty".to_owned());
    assert_eq!(ending(&live, Call::DeleteBucket { bucket: files() }).await, refused);
}

/// ministack takes the owner that is expected and does not look at it, so that this is seen on the
/// wire.
#[tokio::test]
async fn every_request_names_the_account_that_must_own_the_bucket() {
    let server = Server::with(Habit::Answer(403, "")).await;
    let live = live(&server.url);
    let calls = calls_on(files);
    let sent = calls.len() + 1;
    for call in calls.into_iter().chain([Call::HeadBucket { bucket: files() }]) {
        assert_eq!(ending(&live, call).await.0, Ending::Denied);
    }
    let received = server.received();
    assert_eq!(received.len(), sent);
    for request in received {
        let owner = format!("\r\nx-amz-expected-bucket-owner: {ACCOUNT}\r\n");
        assert!(request.contains(&owner), "{request}");
    }
}

#[tokio::test]
async fn a_region_is_named_for_a_new_bucket_except_the_first_one() {
    let server = Server::with(Habit::Answer(403, "")).await;
    for region in ["us-east-1", "eu-west-1"] {
        let connection = connection(&server.url, region, ACCOUNT);
        let live = Live::from_sdk_config(&config(&server.url, region), &connection);
        let call = Call::CreateBucket { bucket: files(), object_lock: false };
        assert_eq!(ending(&live, call).await.0, Ending::Denied);
    }
    let received = server.received();
    let [first, other] = received.as_slice() else { panic!("{received:?}") };
    assert!(!first.contains("locationconstraint"), "{first}");
    assert!(other.contains("<locationconstraint>eu-west-1</locationconstraint>"), "{other}");
}
