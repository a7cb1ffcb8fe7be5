//! Default encryption and access logging.

use aws_sdk_s3::types::{
    BucketLoggingStatus, LoggingEnabled, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};

use super::Owned;
use crate::aws::ending::{absent, beyond, unbuilt, unreadable};
use crate::aws::sending::{answer, sent};
use crate::cloud::s3::{Algorithm, Encryption, Logging, Reply};
use crate::cloud::{self, CallError, Outcome};

pub(super) async fn get_encryption(s3: Owned<'_>, bucket: String) -> Outcome {
    let request =
        s3.client.get_bucket_encryption().bucket(bucket).expected_bucket_owner(s3.owner());
    let output = sent!(s3.sending, request)?;
    let rule = output
        .server_side_encryption_configuration()
        .and_then(|configuration| configuration.rules().first());
    let default = rule.and_then(ServerSideEncryptionRule::apply_server_side_encryption_by_default);
    let Some(default) = default else {
        let code = "ServerSideEncryptionConfigurationNotFoundError";
        return Err(absent(code, "no default encryption is set", &output));
    };
    let encryption = Encryption {
        algorithm: match default.sse_algorithm() {
            ServerSideEncryption::Aes256 => Algorithm::Aes256,
            ServerSideEncryption::AwsKms => Algorithm::Kms,
            ServerSideEncryption::AwsKmsDsse => Algorithm::KmsDsse,
            other => return Err(unreadable("SSEAlgorithm", other.as_str())),
        },
        kms_key: default.kms_master_key_id().filter(|key| !key.is_empty()).map(str::to_owned),
        bucket_key: rule.and_then(ServerSideEncryptionRule::bucket_key_enabled).unwrap_or(false),
    };
    answer(cloud::Reply::S3(Reply::Encryption(encryption)), &output)
}

pub(super) async fn put_encryption(
    s3: Owned<'_>,
    bucket: String,
    encryption: Encryption,
) -> Outcome {
    let default = ServerSideEncryptionByDefault::builder()
        .sse_algorithm(match encryption.algorithm {
            Algorithm::Aes256 => ServerSideEncryption::Aes256,
            Algorithm::Kms => ServerSideEncryption::AwsKms,
            Algorithm::KmsDsse => ServerSideEncryption::AwsKmsDsse,
        })
        .set_kms_master_key_id(encryption.kms_key)
        .build()
        .map_err(unbuilt)?;
    let rule = ServerSideEncryptionRule::builder()
        .apply_server_side_encryption_by_default(default)
        .bucket_key_enabled(encryption.bucket_key)
        .build();
    let configuration =
        ServerSideEncryptionConfiguration::builder().rules(rule).build().map_err(unbuilt)?;
    let request = s3
        .client
        .put_bucket_encryption()
        .bucket(bucket)
        .expected_bucket_owner(s3.owner())
        .server_side_encryption_configuration(configuration);
    let output = sent!(s3.sending, request)?;
    answer(cloud::Reply::S3(Reply::Done {}), &output)
}

pub(super) async fn get_logging(s3: Owned<'_>, bucket: String) -> Outcome {
    let request = s3.client.get_bucket_logging().bucket(bucket).expected_bucket_owner(s3.owner());
    let output = sent!(s3.sending, request)?;
    let logging = output.logging_enabled().map(logging_from_sdk).transpose()?;
    answer(cloud::Reply::S3(Reply::Logging { logging }), &output)
}

pub(super) async fn put_logging(
    s3: Owned<'_>,
    bucket: String,
    logging: Option<Logging>,
) -> Outcome {
    let target = logging
        .map(|logging| {
            let target = LoggingEnabled::builder();
            target.target_bucket(logging.bucket).target_prefix(logging.prefix).build()
        })
        .transpose()
        .map_err(unbuilt)?;
    let request = s3
        .client
        .put_bucket_logging()
        .bucket(bucket)
        .expected_bucket_owner(s3.owner())
        .bucket_logging_status(BucketLoggingStatus::builder().set_logging_enabled(target).build());
    let output = sent!(s3.sending, request)?;
    answer(cloud::Reply::S3(Reply::Done {}), &output)
}

/// Logging is written as a whole: what our words cannot hold would be gone after an undo.
fn logging_from_sdk(target: &LoggingEnabled) -> Result<Logging, CallError> {
    if !target.target_grants().is_empty() {
        return Err(beyond("TargetGrants of the access logging"));
    }
    let format = target.target_object_key_format();
    if format.is_some_and(|format| format.partitioned_prefix().is_some()) {
        return Err(beyond("PartitionedPrefix of the access logging"));
    }
    Ok(Logging {
        bucket: target.target_bucket().to_owned(),
        prefix: target.target_prefix().to_owned(),
    })
}
