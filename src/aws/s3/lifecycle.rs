//! Lifecycle documents, between the SDK's words and ours.

use aws_sdk_s3::primitives::DateTime;
use aws_sdk_s3::types::{
    self as sdk, AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, ExpirationStatus,
    LifecycleRuleAndOperator, LifecycleRuleFilter, NoncurrentVersionExpiration,
    NoncurrentVersionTransition, TransitionDefaultMinimumObjectSize, TransitionStorageClass,
};
use jiff::civil::Date;
use jiff::tz::Offset;

use super::tags::{tags_from_sdk, tags_to_sdk};
use super::{Owned, count};
use crate::aws::ending::{absent, beyond, invalid, needed, unbuilt, unreadable};
use crate::aws::sending::{answer, sent};
use crate::cloud::s3::{
    Expiration, Filter, Lifecycle, LifecycleRule, MinimumSize, NoncurrentExpiration,
    NoncurrentTransition, Reply, StorageClass, Transition,
};
use crate::cloud::{self, CallError, Outcome};

pub(super) async fn get(s3: Owned<'_>, bucket: String) -> Outcome {
    let request = s3
        .client
        .get_bucket_lifecycle_configuration()
        .bucket(bucket)
        .expected_bucket_owner(s3.owner());
    let output = sent!(s3.sending, request)?;
    let rules = output.rules().iter().map(rule_from_sdk).collect::<Result<Vec<_>, _>>()?;
    if rules.is_empty() {
        let code = "NoSuchLifecycleConfiguration";
        return Err(absent(code, "the bucket has no lifecycle", &output));
    }
    let minimum_size = match output.transition_default_minimum_object_size() {
        // What AWS does where nobody said anything.
        None | Some(TransitionDefaultMinimumObjectSize::AllStorageClasses128K) => {
            MinimumSize::AllStorageClasses128K
        }
        Some(TransitionDefaultMinimumObjectSize::VariesByStorageClass) => {
            MinimumSize::VariesByStorageClass
        }
        Some(other) => {
            return Err(unreadable("TransitionDefaultMinimumObjectSize", other.as_str()));
        }
    };
    answer(cloud::Reply::S3(Reply::Lifecycle(Lifecycle { rules, minimum_size })), &output)
}

pub(super) async fn put(s3: Owned<'_>, bucket: String, lifecycle: Lifecycle) -> Outcome {
    let rules = lifecycle.rules.into_iter().map(rule_to_sdk).collect::<Result<Vec<_>, _>>()?;
    let configuration =
        BucketLifecycleConfiguration::builder().set_rules(Some(rules)).build().map_err(unbuilt)?;
    let request = s3
        .client
        .put_bucket_lifecycle_configuration()
        .bucket(bucket)
        .expected_bucket_owner(s3.owner())
        .transition_default_minimum_object_size(match lifecycle.minimum_size {
            MinimumSize::AllStorageClasses128K => {
                TransitionDefaultMinimumObjectSize::AllStorageClasses128K
            }
            MinimumSize::VariesByStorageClass => {
                TransitionDefaultMinimumObjectSize::VariesByStorageClass
            }
        })
        .lifecycle_configuration(configuration);
    let output = sent!(s3.sending, request)?;
    answer(cloud::Reply::S3(Reply::Done {}), &output)
}

pub(super) async fn delete(s3: Owned<'_>, bucket: String) -> Outcome {
    let request =
        s3.client.delete_bucket_lifecycle().bucket(bucket).expected_bucket_owner(s3.owner());
    let output = sent!(s3.sending, request)?;
    answer(cloud::Reply::S3(Reply::Done {}), &output)
}

fn rule_from_sdk(rule: &sdk::LifecycleRule) -> Result<LifecycleRule, CallError> {
    let transitions = rule.transitions().iter().map(transition_from_sdk);
    let noncurrent = rule.noncurrent_version_transitions().iter().map(noncurrent_from_sdk);
    let abort = rule.abort_incomplete_multipart_upload();
    Ok(LifecycleRule {
        id: needed(rule.id(), "ID of a lifecycle rule")?.to_owned(),
        enabled: match rule.status() {
            ExpirationStatus::Enabled => true,
            ExpirationStatus::Disabled => false,
            other => return Err(unreadable("Status", other.as_str())),
        },
        filter: filter_from_sdk(rule)?,
        transitions: transitions.collect::<Result<_, _>>()?,
        expiration: rule.expiration().map(expiration_from_sdk).transpose()?,
        noncurrent_transitions: noncurrent.collect::<Result<_, _>>()?,
        noncurrent_expiration: rule
            .noncurrent_version_expiration()
            .map(|end| {
                Ok(NoncurrentExpiration {
                    days: count(end.noncurrent_days(), "NoncurrentDays")?,
                    newer_versions: end
                        .newer_noncurrent_versions()
                        .map(|n| count(Some(n), "NewerNoncurrentVersions"))
                        .transpose()?,
                })
            })
            .transpose()?,
        abort_incomplete_uploads_after_days: abort
            .map(|abort| count(abort.days_after_initiation(), "DaysAfterInitiation"))
            .transpose()?,
    })
}

/// The prefix of the form before filters is kept apart: AWS takes no mixture of both forms.
fn filter_from_sdk(rule: &sdk::LifecycleRule) -> Result<Filter, CallError> {
    #[expect(deprecated, reason = "AWS still answers with it")]
    let old = rule.prefix();
    let Some(filter) = rule.filter() else {
        return Ok(Filter {
            prefix: Some(old.unwrap_or_default().to_owned()),
            old_form: true,
            ..Filter::default()
        });
    };
    let bytes = |size: Option<i64>| size.and_then(|size| u64::try_from(size).ok());
    if let Some(and) = filter.and() {
        return Ok(Filter {
            prefix: and.prefix().map(str::to_owned),
            tags: tags_from_sdk(and.tags()),
            size_greater_than: bytes(and.object_size_greater_than()),
            size_less_than: bytes(and.object_size_less_than()),
            old_form: false,
        });
    }
    Ok(Filter {
        prefix: filter.prefix().map(str::to_owned),
        tags: tags_from_sdk(filter.tag()),
        size_greater_than: bytes(filter.object_size_greater_than()),
        size_less_than: bytes(filter.object_size_less_than()),
        old_form: false,
    })
}

fn transition_from_sdk(transition: &sdk::Transition) -> Result<Transition, CallError> {
    Ok(Transition {
        days: transition.days().map(|days| count(Some(days), "Days")).transpose()?,
        date: transition.date().map(date_from_sdk).transpose()?,
        storage_class: class_from_sdk(needed(transition.storage_class(), "StorageClass")?)?,
    })
}

fn noncurrent_from_sdk(
    transition: &NoncurrentVersionTransition,
) -> Result<NoncurrentTransition, CallError> {
    let newer = transition.newer_noncurrent_versions();
    Ok(NoncurrentTransition {
        days: count(transition.noncurrent_days(), "NoncurrentDays")?,
        newer_versions: newer.map(|n| count(Some(n), "NewerNoncurrentVersions")).transpose()?,
        storage_class: class_from_sdk(needed(transition.storage_class(), "StorageClass")?)?,
    })
}

fn expiration_from_sdk(end: &sdk::LifecycleExpiration) -> Result<Expiration, CallError> {
    Ok(Expiration {
        // Beside a marker or a date, some answer with no days at all as 0.
        days: end
            .days()
            .filter(|days| *days != 0)
            .map(|days| count(Some(days), "Days"))
            .transpose()?,
        date: end.date().map(date_from_sdk).transpose()?,
        expired_object_delete_marker: end.expired_object_delete_marker().unwrap_or(false),
    })
}

fn class_from_sdk(class: &TransitionStorageClass) -> Result<StorageClass, CallError> {
    match class {
        TransitionStorageClass::StandardIa => Ok(StorageClass::StandardIa),
        TransitionStorageClass::IntelligentTiering => Ok(StorageClass::IntelligentTiering),
        TransitionStorageClass::OnezoneIa => Ok(StorageClass::OneZoneIa),
        TransitionStorageClass::GlacierIr => Ok(StorageClass::GlacierIr),
        TransitionStorageClass::Glacier => Ok(StorageClass::Glacier),
        TransitionStorageClass::DeepArchive => Ok(StorageClass::DeepArchive),
        other => Err(unreadable("StorageClass", other.as_str())),
    }
}

/// AWS acts at midnight UTC only.
fn date_from_sdk(date: &DateTime) -> Result<Date, CallError> {
    let time = jiff::Timestamp::from_second(date.secs())
        .map_err(|error| unreadable("Date", &error.to_string()))?;
    let civil = Offset::UTC.to_datetime(time);
    if civil != civil.date().to_datetime(jiff::civil::Time::midnight()) {
        return Err(beyond("the time of day in a Date of the lifecycle"));
    }
    Ok(civil.date())
}

fn date_to_sdk(date: Date) -> Result<DateTime, CallError> {
    let midnight = date.to_datetime(jiff::civil::Time::midnight());
    let time = Offset::UTC.to_timestamp(midnight).map_err(|error| invalid(error.to_string()))?;
    Ok(DateTime::from_secs(time.as_second()))
}

fn rule_to_sdk(rule: LifecycleRule) -> Result<sdk::LifecycleRule, CallError> {
    let (transitions, noncurrent) = (rule.transitions, rule.noncurrent_transitions);
    let transitions =
        transitions.into_iter().map(transition_to_sdk).collect::<Result<Vec<_>, _>>()?;
    let noncurrent: Vec<_> = noncurrent.iter().map(noncurrent_to_sdk).collect();
    let end = rule.noncurrent_expiration.map(|end| {
        NoncurrentVersionExpiration::builder()
            .noncurrent_days(end.days.cast_signed())
            .set_newer_noncurrent_versions(end.newer_versions.map(u32::cast_signed))
            .build()
    });
    let abort = rule.abort_incomplete_uploads_after_days.map(|days| {
        AbortIncompleteMultipartUpload::builder().days_after_initiation(days.cast_signed()).build()
    });
    let builder = sdk::LifecycleRule::builder()
        .id(rule.id)
        .status(if rule.enabled { ExpirationStatus::Enabled } else { ExpirationStatus::Disabled })
        .set_transitions((!transitions.is_empty()).then_some(transitions))
        .set_expiration(rule.expiration.map(expiration_to_sdk).transpose()?)
        .set_noncurrent_version_transitions((!noncurrent.is_empty()).then_some(noncurrent))
        .set_noncurrent_version_expiration(end)
        .set_abort_incomplete_multipart_upload(abort);
    let builder = if rule.filter.old_form {
        #[expect(deprecated, reason = "what is in the old form is written back in it")]
        builder.prefix(rule.filter.prefix.unwrap_or_default())
    } else {
        builder.filter(filter_to_sdk(rule.filter)?)
    };
    builder.build().map_err(unbuilt)
}

fn filter_to_sdk(filter: Filter) -> Result<LifecycleRuleFilter, CallError> {
    let conditions = filter.conditions();
    let bytes = |size: Option<u64>| {
        size.map(|size| i64::try_from(size).map_err(|error| invalid(error.to_string()))).transpose()
    };
    let above = bytes(filter.size_greater_than)?;
    let below = bytes(filter.size_less_than)?;
    let tags = tags_to_sdk(filter.tags)?;
    if conditions > 1 {
        let and = LifecycleRuleAndOperator::builder()
            .set_prefix(filter.prefix)
            .set_tags((!tags.is_empty()).then_some(tags))
            .set_object_size_greater_than(above)
            .set_object_size_less_than(below)
            .build();
        return Ok(LifecycleRuleFilter::builder().and(and).build());
    }
    Ok(LifecycleRuleFilter::builder()
        .set_prefix(filter.prefix)
        .set_tag(tags.into_iter().next())
        .set_object_size_greater_than(above)
        .set_object_size_less_than(below)
        .build())
}

fn transition_to_sdk(transition: Transition) -> Result<sdk::Transition, CallError> {
    Ok(sdk::Transition::builder()
        .set_days(transition.days.map(u32::cast_signed))
        .set_date(transition.date.map(date_to_sdk).transpose()?)
        .storage_class(class_to_sdk(transition.storage_class))
        .build())
}

fn noncurrent_to_sdk(transition: &NoncurrentTransition) -> NoncurrentVersionTransition {
    NoncurrentVersionTransition::builder()
        .noncurrent_days(transition.days.cast_signed())
        .set_newer_noncurrent_versions(transition.newer_versions.map(u32::cast_signed))
        .storage_class(class_to_sdk(transition.storage_class))
        .build()
}

fn expiration_to_sdk(end: Expiration) -> Result<sdk::LifecycleExpiration, CallError> {
    Ok(sdk::LifecycleExpiration::builder()
        .set_days(end.days.map(u32::cast_signed))
        .set_date(end.date.map(date_to_sdk).transpose()?)
        .set_expired_object_delete_marker(end.expired_object_delete_marker.then_some(true))
        .build())
}

/// AWS refuses STANDARD, which is no class to move to.
fn class_to_sdk(class: StorageClass) -> TransitionStorageClass {
    TransitionStorageClass::from(class.as_str())
}
