//! Replication documents, between the SDK's words and ours.

use aws_sdk_s3::types::{
    self as sdk, AccessControlTranslation, DeleteMarkerReplication, DeleteMarkerReplicationStatus,
    EncryptionConfiguration, ExistingObjectReplication, ExistingObjectReplicationStatus, Metrics,
    MetricsStatus, OwnerOverride, ReplicaModifications, ReplicaModificationsStatus,
    ReplicationConfiguration, ReplicationRuleAndOperator, ReplicationRuleFilter,
    ReplicationRuleStatus, ReplicationTime, ReplicationTimeStatus, ReplicationTimeValue,
    SourceSelectionCriteria, SseKmsEncryptedObjects, SseKmsEncryptedObjectsStatus,
};

use super::tags::{tags_from_sdk, tags_to_sdk};
use super::{Owned, count};
use crate::aws::ending::{absent, beyond, needed, unbuilt, unreadable};
use crate::aws::sending::{answer, sent};
use crate::cloud::s3::{Destination, Replication, ReplicationRule, Reply, Selection, StorageClass};
use crate::cloud::{self, CallError, Outcome, Place};

/// The one time that AWS promises a copy within, in minutes.
const PROMISED_MINUTES: i32 = 15;

pub(super) async fn get(s3: Owned<'_>, bucket: String) -> Outcome {
    let request =
        s3.client.get_bucket_replication().bucket(bucket).expected_bucket_owner(s3.owner());
    let output = sent!(s3.sending, request)?;
    let Some(configuration) = output.replication_configuration() else {
        let code = "ReplicationConfigurationNotFoundError";
        return Err(absent(code, "the bucket has no replication", &output));
    };
    let rules = configuration.rules().iter().map(rule_from_sdk).collect::<Result<_, _>>()?;
    let replication = Replication { role: configuration.role().to_owned(), rules };
    answer(cloud::Reply::S3(Reply::Replication(replication)), &output)
}

pub(super) async fn put(s3: Owned<'_>, bucket: String, replication: Replication) -> Outcome {
    let place = Place::new(s3.owner(), &s3.connection.region);
    let rules = replication.rules.into_iter().map(|rule| rule_to_sdk(&place, rule));
    let configuration = ReplicationConfiguration::builder()
        .role(replication.role)
        .set_rules(Some(rules.collect::<Result<_, _>>()?))
        .build()
        .map_err(unbuilt)?;
    let request = s3
        .client
        .put_bucket_replication()
        .bucket(bucket)
        .expected_bucket_owner(s3.owner())
        .replication_configuration(configuration);
    let output = sent!(s3.sending, request)?;
    answer(cloud::Reply::S3(Reply::Done {}), &output)
}

pub(super) async fn delete(s3: Owned<'_>, bucket: String) -> Outcome {
    let request =
        s3.client.delete_bucket_replication().bucket(bucket).expected_bucket_owner(s3.owner());
    let output = sent!(s3.sending, request)?;
    answer(cloud::Reply::S3(Reply::Done {}), &output)
}

fn rule_from_sdk(rule: &sdk::ReplicationRule) -> Result<ReplicationRule, CallError> {
    let Some(filter) = rule.filter() else {
        return Err(beyond("Prefix outside of a Filter of a replication rule"));
    };
    let markers = rule.delete_marker_replication().and_then(DeleteMarkerReplication::status);
    let source = rule.source_selection_criteria();
    let kms = source.and_then(SourceSelectionCriteria::sse_kms_encrypted_objects);
    let replicas = source.and_then(SourceSelectionCriteria::replica_modifications);
    Ok(ReplicationRule {
        id: needed(rule.id(), "ID of a replication rule")?.to_owned(),
        priority: rule.priority().map_or(Ok(0), |n| count(Some(n), "Priority"))?,
        enabled: match rule.status() {
            ReplicationRuleStatus::Enabled => true,
            ReplicationRuleStatus::Disabled => false,
            other => return Err(unreadable("Status", other.as_str())),
        },
        filter: filter_from_sdk(filter),
        destination: destination_from_sdk(needed(rule.destination(), "Destination")?)?,
        delete_markers: match markers {
            Some(DeleteMarkerReplicationStatus::Enabled) => true,
            Some(DeleteMarkerReplicationStatus::Disabled) | None => false,
            Some(other) => return Err(unreadable("DeleteMarkerReplication", other.as_str())),
        },
        kms_encrypted_objects: match kms.map(SseKmsEncryptedObjects::status) {
            Some(SseKmsEncryptedObjectsStatus::Enabled) => true,
            Some(SseKmsEncryptedObjectsStatus::Disabled) | None => false,
            Some(other) => return Err(unreadable("SseKmsEncryptedObjects", other.as_str())),
        },
        replica_modifications: match replicas.map(ReplicaModifications::status) {
            Some(ReplicaModificationsStatus::Enabled) => true,
            Some(ReplicaModificationsStatus::Disabled) | None => false,
            Some(other) => return Err(unreadable("ReplicaModifications", other.as_str())),
        },
        existing_objects: match rule.existing_object_replication().map(|one| one.status()) {
            Some(ExistingObjectReplicationStatus::Enabled) => true,
            Some(ExistingObjectReplicationStatus::Disabled) | None => false,
            Some(other) => return Err(unreadable("ExistingObjectReplication", other.as_str())),
        },
    })
}

fn filter_from_sdk(filter: &ReplicationRuleFilter) -> Selection {
    match filter.and() {
        Some(and) => {
            Selection { prefix: and.prefix().map(str::to_owned), tags: tags_from_sdk(and.tags()) }
        }
        None => Selection {
            prefix: filter.prefix().map(str::to_owned),
            tags: tags_from_sdk(filter.tag()),
        },
    }
}

fn destination_from_sdk(to: &sdk::Destination) -> Result<Destination, CallError> {
    let name = to.bucket().rsplit_once(":::").map(|(_, name)| name);
    let promised = match to.replication_time().map(ReplicationTime::status) {
        Some(ReplicationTimeStatus::Enabled) => true,
        Some(ReplicationTimeStatus::Disabled) | None => false,
        Some(other) => return Err(unreadable("ReplicationTime", other.as_str())),
    };
    let minutes = [
        to.replication_time().and_then(ReplicationTime::time),
        to.metrics().and_then(Metrics::event_threshold),
    ];
    let minutes = minutes.into_iter().flatten().filter_map(ReplicationTimeValue::minutes);
    if minutes.into_iter().any(|minutes| minutes != PROMISED_MINUTES) {
        return Err(beyond("a time other than 15 minutes of a replication rule"));
    }
    let key = to.encryption_configuration().and_then(EncryptionConfiguration::replica_kms_key_id);
    Ok(Destination {
        bucket: name.ok_or_else(|| unreadable("Bucket", to.bucket()))?.to_owned(),
        account: to.account().map(str::to_owned),
        owner_override: match to.access_control_translation().map(AccessControlTranslation::owner) {
            None => false,
            Some(OwnerOverride::Destination) => true,
            Some(other) => return Err(unreadable("Owner", other.as_str())),
        },
        storage_class: to.storage_class().map(class_from_sdk).transpose()?,
        replica_kms_key: key.map(str::to_owned),
        time_control: promised,
        metrics: match to.metrics().map(Metrics::status) {
            Some(MetricsStatus::Enabled) => true,
            Some(MetricsStatus::Disabled) | None => false,
            Some(other) => return Err(unreadable("Metrics", other.as_str())),
        },
    })
}

fn class_from_sdk(class: &sdk::StorageClass) -> Result<StorageClass, CallError> {
    let known = StorageClass::ALL.into_iter().find(|known| known.as_str() == class.as_str());
    known.ok_or_else(|| unreadable("StorageClass", class.as_str()))
}

fn rule_to_sdk(place: &Place, rule: ReplicationRule) -> Result<sdk::ReplicationRule, CallError> {
    let status = |enabled: bool| match enabled {
        true => ReplicationRuleStatus::Enabled,
        false => ReplicationRuleStatus::Disabled,
    };
    let markers = match rule.delete_markers {
        true => DeleteMarkerReplicationStatus::Enabled,
        false => DeleteMarkerReplicationStatus::Disabled,
    };
    let existing = rule.existing_objects.then(|| {
        let status = ExistingObjectReplicationStatus::Enabled;
        ExistingObjectReplication::builder().status(status).build().map_err(unbuilt)
    });
    let source = source_to_sdk(&rule)?;
    sdk::ReplicationRule::builder()
        .id(rule.id)
        .priority(rule.priority.cast_signed())
        .status(status(rule.enabled))
        .filter(filter_to_sdk(rule.filter)?)
        .delete_marker_replication(DeleteMarkerReplication::builder().status(markers).build())
        .set_source_selection_criteria(source)
        .set_existing_object_replication(existing.transpose()?)
        .destination(destination_to_sdk(place, rule.destination)?)
        .build()
        .map_err(unbuilt)
}

fn source_to_sdk(rule: &ReplicationRule) -> Result<Option<SourceSelectionCriteria>, CallError> {
    if !(rule.kms_encrypted_objects || rule.replica_modifications) {
        return Ok(None);
    }
    let kms = rule.kms_encrypted_objects.then(|| {
        let status = SseKmsEncryptedObjectsStatus::Enabled;
        SseKmsEncryptedObjects::builder().status(status).build().map_err(unbuilt)
    });
    let replicas = rule.replica_modifications.then(|| {
        let status = ReplicaModificationsStatus::Enabled;
        ReplicaModifications::builder().status(status).build().map_err(unbuilt)
    });
    let builder = SourceSelectionCriteria::builder()
        .set_sse_kms_encrypted_objects(kms.transpose()?)
        .set_replica_modifications(replicas.transpose()?);
    Ok(Some(builder.build()))
}

/// A rule has a filter, even if it is about all objects: without one it is in the old form.
fn filter_to_sdk(filter: Selection) -> Result<ReplicationRuleFilter, CallError> {
    let Selection { prefix, tags } = filter;
    let mut tags = tags_to_sdk(tags)?;
    let builder = ReplicationRuleFilter::builder();
    if usize::from(prefix.is_some()) + tags.len() > 1 {
        let and = ReplicationRuleAndOperator::builder().set_prefix(prefix).set_tags(Some(tags));
        return Ok(builder.and(and.build()).build());
    }
    let prefix = prefix.or_else(|| tags.is_empty().then(String::new));
    Ok(builder.set_prefix(prefix).set_tag(tags.pop()).build())
}

fn destination_to_sdk(place: &Place, to: Destination) -> Result<sdk::Destination, CallError> {
    let minutes = || ReplicationTimeValue::builder().minutes(PROMISED_MINUTES).build();
    let time = to.time_control.then(|| {
        let status = ReplicationTimeStatus::Enabled;
        ReplicationTime::builder().status(status).time(minutes()).build().map_err(unbuilt)
    });
    let metrics = to.metrics.then(|| {
        let threshold = to.time_control.then(minutes);
        let status = MetricsStatus::Enabled;
        Metrics::builder().status(status).set_event_threshold(threshold).build().map_err(unbuilt)
    });
    let owner = to.owner_override.then(|| {
        let owner = OwnerOverride::Destination;
        AccessControlTranslation::builder().owner(owner).build().map_err(unbuilt)
    });
    let key = to
        .replica_kms_key
        .map(|key| EncryptionConfiguration::builder().replica_kms_key_id(key).build());
    sdk::Destination::builder()
        .bucket(place.bucket_arn(&to.bucket))
        .set_account(to.account)
        .set_access_control_translation(owner.transpose()?)
        .set_storage_class(to.storage_class.map(|class| sdk::StorageClass::from(class.as_str())))
        .set_encryption_configuration(key)
        .set_replication_time(time.transpose()?)
        .set_metrics(metrics.transpose()?)
        .build()
        .map_err(unbuilt)
}
