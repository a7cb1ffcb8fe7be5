//! Buckets and their documents, as an operator meets them.

mod documents;

use crate::cloud::s3::{
    Algorithm, Call, Encryption, Logging, PublicAccessBlock, Retention, RetentionMode,
};
use crate::sandbox::testing::Desk;

const LOGS: &str = "sitelogix-logs-prod";
const AUDIO: &str = "sitelogix-audio-files-prod";
const TRANSCRIPTS: &str = "sitelogix-transcripts-prod";

fn create(bucket: &str) -> Call {
    Call::CreateBucket { bucket: bucket.to_owned(), object_lock: false }
}

fn head(bucket: &str) -> Call {
    Call::HeadBucket { bucket: bucket.to_owned() }
}

fn delete(bucket: &str) -> Call {
    Call::DeleteBucket { bucket: bucket.to_owned() }
}

fn versioning(bucket: &str) -> Call {
    Call::GetBucketVersioning { bucket: bucket.to_owned() }
}

fn set_versioning(bucket: &str, enabled: bool) -> Call {
    Call::PutBucketVersioning { bucket: bucket.to_owned(), enabled }
}

fn get_lock(bucket: &str) -> Call {
    Call::GetObjectLockConfiguration { bucket: bucket.to_owned() }
}

fn lock(bucket: &str, days: Option<u32>, years: Option<u32>) -> Call {
    let retention = Retention { mode: RetentionMode::Governance, days, years };
    let default_retention = Some(retention).filter(|_| days.or(years).is_some());
    Call::PutObjectLockConfiguration { bucket: bucket.to_owned(), default_retention }
}

fn log_to(bucket: &str, target: &str) -> Call {
    let logging = Logging { bucket: target.to_owned(), prefix: "audio/".to_owned() };
    Call::PutBucketLogging { bucket: bucket.to_owned(), logging: Some(logging) }
}

fn put_policy(bucket: &str, policy: &str) -> Call {
    Call::PutBucketPolicy { bucket: bucket.to_owned(), policy: policy.to_owned() }
}

#[test]
fn sitelogix_has_two_buckets_one_of_them_versioned() {
    let mut desk = Desk::sitelogix();
    assert_eq!(desk.good(0.0, Call::ListBuckets {}), format!("{{names:[{AUDIO},{TRANSCRIPTS}]}}"));
    assert_eq!(desk.good(0.0, head(AUDIO)), "{region:us-east-1}");
    assert_eq!(desk.good(0.0, versioning(AUDIO)), "{versioning:enabled}");
    assert_eq!(desk.good(0.0, versioning(TRANSCRIPTS)), "{versioning:never}");
}

#[test]
fn what_is_not_there_has_a_code_of_its_own() {
    let mut desk = Desk::sitelogix();
    let none = "Absent NoSuchBucket: The specified bucket does not exist";
    assert_eq!(desk.bad(0.0, head(LOGS)), "Absent NotFound: Not Found");
    assert_eq!(desk.bad(0.0, versioning(LOGS)), none);
    assert_eq!(desk.bad(0.0, set_versioning(LOGS, true)), none);
    assert_eq!(desk.bad(0.0, delete(LOGS)), none);
    assert_eq!(desk.bad(0.0, log_to(LOGS, AUDIO)), none);
    assert_eq!(
        desk.bad(0.0, get_lock(AUDIO)),
        "Absent ObjectLockConfigurationNotFoundError: Object Lock configuration does not exist \
         for this bucket"
    );
    assert_eq!(
        desk.bad(0.0, Call::GetBucketPolicy { bucket: AUDIO.to_owned() }),
        "Absent NoSuchBucketPolicy: The bucket policy does not exist"
    );
    assert_eq!(
        desk.good(0.0, Call::GetBucketLogging { bucket: AUDIO.to_owned() }),
        "{logging:null}"
    );
}

#[test]
fn a_new_bucket_is_private_encrypted_and_seen_late() {
    let mut desk = Desk::empty();
    assert_eq!(desk.good(0.0, create(LOGS)), "{}");
    assert_eq!(desk.bad(0.5, head(LOGS)), "Absent NotFound: Not Found");
    // A write acts on what is true.
    desk.good(0.5, set_versioning(LOGS, true));
    assert_eq!(desk.good(3.0, versioning(LOGS)), "{versioning:enabled}");
    assert_eq!(
        desk.good(3.0, Call::GetPublicAccessBlock { bucket: LOGS.to_owned() }),
        "{block_public_acls:true,block_public_policy:true,ignore_public_acls:true,\
         restrict_public_buckets:true}"
    );
    assert_eq!(
        desk.good(3.0, Call::GetBucketEncryption { bucket: LOGS.to_owned() }),
        "{algorithm:AES256,bucket_key:false}"
    );
}

#[test]
fn a_bucket_is_created_once() {
    let mut desk = Desk::empty();
    desk.good(0.0, create(LOGS));
    assert_eq!(
        desk.bad(0.1, create(LOGS)),
        "Exists BucketAlreadyOwnedByYou: Your previous request to create the named bucket \
         succeeded and you already own it."
    );
}

#[test]
fn names_that_cannot_be_are_refused() {
    let mut desk = Desk::empty();
    for name in ["ab", "Logs", "logs_prod", "-logs", "logs.", "a..b", "192.168.1.1", "xn--logs"] {
        assert_eq!(
            desk.bad(0.0, create(name)),
            "Refused InvalidBucketName: The specified bucket is not valid.",
            "{name}"
        );
    }
}

#[test]
fn a_bucket_is_deleted_only_when_empty_and_made_again_only_later() {
    let mut desk = Desk::sitelogix();
    assert_eq!(
        desk.bad(0.0, delete(TRANSCRIPTS)),
        "Refused BucketNotEmpty: The bucket you tried to delete is not empty"
    );
    assert_eq!(
        desk.bad(0.0, delete(AUDIO)),
        "Refused BucketNotEmpty: The bucket you tried to delete is not empty. You must delete all \
         versions in the bucket."
    );
    desk.good(0.0, create(LOGS));
    desk.good(10.0, delete(LOGS));
    assert_eq!(
        desk.bad(10.1, create(LOGS)),
        "InUse OperationAborted: A conflicting conditional operation is currently in progress \
         against this resource. Please try again."
    );
    desk.good(13.0, create(LOGS));
}

#[test]
fn object_lock_needs_versioning_and_keeps_it() {
    let mut desk = Desk::sitelogix();
    assert_eq!(
        desk.bad(0.0, lock(TRANSCRIPTS, None, None)),
        "Refused InvalidBucketState: Versioning must be 'Enabled' on the bucket to apply a Object \
         Lock configuration"
    );
    desk.good(0.0, lock(AUDIO, None, Some(7)));
    assert_eq!(desk.good(3.0, get_lock(AUDIO)), "{default_retention:{mode:GOVERNANCE,years:7}}");
    assert_eq!(
        desk.bad(3.0, set_versioning(AUDIO, false)),
        "Refused InvalidBucketState: An Object Lock configuration is present on this bucket, so \
         the versioning state cannot be changed."
    );
    desk.good(4.0, lock(AUDIO, None, None));
    assert_eq!(
        desk.good(7.0, get_lock(AUDIO)),
        "{default_retention:null}",
        "the lock itself stays"
    );
}

#[test]
fn a_bucket_born_with_object_lock_is_versioned() {
    let mut desk = Desk::empty();
    desk.good(0.0, Call::CreateBucket { bucket: LOGS.to_owned(), object_lock: true });
    assert_eq!(desk.good(3.0, versioning(LOGS)), "{versioning:enabled}");
    assert_eq!(desk.good(3.0, get_lock(LOGS)), "{default_retention:null}");
}

#[test]
fn a_retention_is_days_or_years() {
    let mut desk = Desk::sitelogix();
    let schema = "Refused MalformedXML: The XML you provided was not well-formed or did not \
                  validate against our published schema";
    assert_eq!(desk.bad(0.0, lock(AUDIO, Some(1), Some(1))), schema);
    assert_eq!(
        desk.bad(0.0, lock(AUDIO, Some(0), None)),
        "Refused InvalidArgument: Default retention period must be a positive integer value."
    );
}

#[test]
fn versioning_once_on_can_only_be_suspended() {
    let mut desk = Desk::sitelogix();
    desk.good(0.0, set_versioning(TRANSCRIPTS, true));
    desk.good(5.0, set_versioning(TRANSCRIPTS, false));
    assert_eq!(desk.good(5.5, versioning(TRANSCRIPTS)), "{versioning:enabled}", "an old answer");
    assert_eq!(desk.good(8.0, versioning(TRANSCRIPTS)), "{versioning:suspended}");
}

#[test]
fn access_logs_go_to_a_bucket_that_is_there_and_does_not_lock_them() {
    let mut desk = Desk::sitelogix();
    assert_eq!(
        desk.bad(0.0, log_to(AUDIO, LOGS)),
        "Refused InvalidTargetBucketForLogging: The target bucket for logging does not exist"
    );
    desk.good(0.0, Call::CreateBucket { bucket: LOGS.to_owned(), object_lock: true });
    desk.good(0.0, lock(LOGS, Some(30), None));
    assert!(
        desk.bad(1.0, log_to(AUDIO, LOGS)).starts_with("Refused InvalidTargetBucketForLogging")
    );
    desk.good(2.0, lock(LOGS, None, None));
    desk.good(3.0, log_to(AUDIO, LOGS));
    let get = Call::GetBucketLogging { bucket: AUDIO.to_owned() };
    assert_eq!(desk.good(6.0, get.clone()), "{logging:{bucket:sitelogix-logs-prod,prefix:audio/}}");
    desk.good(6.0, Call::PutBucketLogging { bucket: AUDIO.to_owned(), logging: None });
    assert_eq!(desk.good(9.0, get), "{logging:null}");
}

#[test]
fn a_policy_comes_back_without_its_spaces() {
    let mut desk = Desk::sitelogix();
    let get = Call::GetBucketPolicy { bucket: AUDIO.to_owned() };
    let policy = r#"{ "Statement": [ { "Effect": "Allow",
        "Principal": { "Service": "logging.s3.amazonaws.com" }, "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::sitelogix-audio-files-prod/*" } ] }"#;
    desk.good(0.0, put_policy(AUDIO, policy));
    let shown = desk.good(3.0, get.clone());
    assert!(shown.contains("logging.s3.amazonaws.com") && !shown.contains(' '), "{shown}");
    desk.good(3.0, Call::DeleteBucketPolicy { bucket: AUDIO.to_owned() });
    assert!(desk.bad(6.0, get).starts_with("Absent NoSuchBucketPolicy"));
}

#[test]
fn a_public_policy_is_refused_while_public_access_is_blocked() {
    let mut desk = Desk::sitelogix();
    assert!(desk.bad(0.0, put_policy(AUDIO, "no")).starts_with("Refused MalformedPolicy"));
    let public = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",
        "Resource":"arn:aws:s3:::sitelogix-audio-files-prod/*"}}"#;
    assert!(desk.bad(0.0, put_policy(AUDIO, public)).contains(
        "because public policies are prevented by the BlockPublicPolicy setting in S3 Block \
             Public Access."
    ));
    let block = PublicAccessBlock {
        block_public_acls: false,
        ignore_public_acls: false,
        block_public_policy: false,
        restrict_public_buckets: false,
    };
    desk.good(0.0, Call::PutPublicAccessBlock { bucket: AUDIO.to_owned(), block });
    desk.good(0.0, put_policy(AUDIO, public));
}

#[test]
fn a_key_belongs_to_kms() {
    let mut desk = Desk::sitelogix();
    let encrypt = |algorithm| Call::PutBucketEncryption {
        bucket: AUDIO.to_owned(),
        encryption: Encryption {
            algorithm,
            kms_key: Some("alias/audio".to_owned()),
            bucket_key: true,
        },
    };
    assert_eq!(
        desk.bad(0.0, encrypt(Algorithm::Aes256)),
        "Refused InvalidArgument: a KMSMasterKeyID is not applicable if the default sse algorithm \
         is not aws:kms or aws:kms:dsse"
    );
    desk.good(0.0, encrypt(Algorithm::Kms));
    desk.good(0.1, encrypt(Algorithm::Kms));
    assert_eq!(
        desk.effects(),
        [
            "1 s3:PutBucketEncryption sitelogix-audio-files-prod",
            "2 s3:PutBucketEncryption sitelogix-audio-files-prod =",
        ]
    );
}
