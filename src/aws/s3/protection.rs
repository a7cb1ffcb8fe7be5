//! Versioning and Object Lock.

use aws_sdk_s3::types::{
    BucketVersioningStatus, DefaultRetention, ObjectLockConfiguration, ObjectLockEnabled,
    ObjectLockRetentionMode, ObjectLockRule, VersioningConfiguration,
};

use super::Owned;
use crate::aws::ending::{absent, needed, unreadable};
use crate::aws::sending::{answer, sent};
use crate::cloud::s3::{Reply, Retention, RetentionMode, Versioning};
use crate::cloud::{self, CallError, Outcome};

pub(super) async fn get_versioning(s3: Owned<'_>, bucket: String) -> Outcome {
    let request =
        s3.client.get_bucket_versioning().bucket(bucket).expected_bucket_owner(s3.owner());
    let output = sent!(s3.sending, request)?;
    let versioning = match output.status() {
        None => Versioning::Never,
        Some(BucketVersioningStatus::Enabled) => Versioning::Enabled,
        Some(BucketVersioningStatus::Suspended) => Versioning::Suspended,
        Some(other) => return Err(unreadable("Status", other.as_str())),
    };
    answer(cloud::Reply::S3(Reply::Versioning { versioning }), &output)
}

pub(super) async fn put_versioning(s3: Owned<'_>, bucket: String, enabled: bool) -> Outcome {
    let status =
        if enabled { BucketVersioningStatus::Enabled } else { BucketVersioningStatus::Suspended };
    let request = s3
        .client
        .put_bucket_versioning()
        .bucket(bucket)
        .expected_bucket_owner(s3.owner())
        .versioning_configuration(VersioningConfiguration::builder().status(status).build());
    let output = sent!(s3.sending, request)?;
    answer(cloud::Reply::S3(Reply::Done {}), &output)
}

pub(super) async fn get_object_lock(s3: Owned<'_>, bucket: String) -> Outcome {
    let request =
        s3.client.get_object_lock_configuration().bucket(bucket).expected_bucket_owner(s3.owner());
    let output = sent!(s3.sending, request)?;
    let on = output
        .object_lock_configuration()
        .filter(|lock| lock.object_lock_enabled() == Some(&ObjectLockEnabled::Enabled));
    let Some(lock) = on else {
        let code = "ObjectLockConfigurationNotFoundError";
        return Err(absent(code, "Object Lock is off", &output));
    };
    let default_retention = lock
        .rule()
        .and_then(ObjectLockRule::default_retention)
        .map(retention_from_sdk)
        .transpose()?;
    answer(cloud::Reply::S3(Reply::ObjectLock { default_retention }), &output)
}

pub(super) async fn put_object_lock(
    s3: Owned<'_>,
    bucket: String,
    default_retention: Option<Retention>,
) -> Outcome {
    let rule = default_retention.map(|retention| {
        ObjectLockRule::builder().default_retention(retention_to_sdk(&retention)).build()
    });
    let lock = ObjectLockConfiguration::builder()
        .object_lock_enabled(ObjectLockEnabled::Enabled)
        .set_rule(rule);
    let request = s3
        .client
        .put_object_lock_configuration()
        .bucket(bucket)
        .expected_bucket_owner(s3.owner())
        .object_lock_configuration(lock.build());
    let output = sent!(s3.sending, request)?;
    answer(cloud::Reply::S3(Reply::Done {}), &output)
}

fn retention_to_sdk(retention: &Retention) -> DefaultRetention {
    DefaultRetention::builder()
        .mode(match retention.mode {
            RetentionMode::Governance => ObjectLockRetentionMode::Governance,
            RetentionMode::Compliance => ObjectLockRetentionMode::Compliance,
        })
        .set_days(retention.days.map(u32::cast_signed))
        .set_years(retention.years.map(u32::cast_signed))
        .build()
}

fn retention_from_sdk(retention: &DefaultRetention) -> Result<Retention, CallError> {
    Ok(Retention {
        mode: match needed(retention.mode(), "Mode")? {
            ObjectLockRetentionMode::Governance => RetentionMode::Governance,
            ObjectLockRetentionMode::Compliance => RetentionMode::Compliance,
            other => return Err(unreadable("Mode", other.as_str())),
        },
        days: retention.days().and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0),
        years: retention.years().and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0),
    })
}
