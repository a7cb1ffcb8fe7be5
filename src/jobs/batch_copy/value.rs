//! What a job of S3 Batch Operations is to copy, and what was found of it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cloud::bulk::{Batch, Batched, Compared, Copying, LookedFor, Names};
use crate::cloud::objects::StorageClass;
use crate::cloud::s3control::{JobStatus, Report};
use crate::settings::Target;

/// What is to be copied, by whom, and what was found of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::jobs) struct Copies {
    /// Name of the bucket that the objects are in.
    pub from: String,
    /// What their keys begin with; all objects when left out.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    /// ARN of the role that copies: S3 Batch Operations takes it on
    /// (`batchoperations.s3.amazonaws.com`). It reads the source, writes the target, and reads and
    /// writes the reports.
    pub role: String,
    /// Where the list of what is copied and the report of what failed are put: a bucket that is
    /// neither of the two, and what the keys begin with, without a slash at its end.
    pub report: Report,
    /// The storage class of all copies. When left out it is that of the source, which must then be
    /// the same for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<StorageClass>,
    /// Whether objects of more than 5 GB, which a job cannot copy, are left to a step after this one.
    #[serde(default, skip_serializing_if = "is_false")]
    pub leave_large: bool,
    /// Whether objects that AWS gives nothing to compare of count as copied: encrypted with a key
    /// of KMS, or written in parts, and without a checksum.
    #[serde(default, skip_serializing_if = "is_false")]
    pub accept_unverified: bool,
    /// What was found. It is read, never given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Found>,
    /// The latest job of this copy. It is read, never given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<Latest>,
}

/// What is in both buckets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::jobs) struct Found {
    /// Current objects in the source.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Those of them that are in the target with the same contents.
    pub verified: u64,
    /// Those of them that are not in the target.
    pub missing: u64,
    /// Their bytes.
    pub missing_bytes: u64,
    /// Those that have other contents in the target.
    #[serde(default, skip_serializing_if = "is_none")]
    pub differing: Names,
    /// Those in the target of which AWS cannot tell whether the contents are the same.
    #[serde(default, skip_serializing_if = "is_none")]
    pub unverified: Names,
    /// Those missing that must be restored from an archive first.
    #[serde(default, skip_serializing_if = "is_none")]
    pub archived: Names,
    /// Those missing that are too large for a job.
    #[serde(default, skip_serializing_if = "is_none")]
    pub large: Names,
    /// The storage classes of the other missing ones, with how many are in each.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub classes: BTreeMap<StorageClass, u64>,
    /// Versions in the source that are not current, and are not copied.
    pub old_versions: u64,
    /// Delete markers in the source, which are not copied.
    pub delete_markers: u64,
    /// SHA-256 of the manifest: a line for every object, once all of them are copied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<String>,
}

/// The latest job of a copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::jobs) struct Latest {
    /// Its id.
    pub id: String,
    /// The how many-th of this copy it is.
    pub number: u32,
    /// Where it stands.
    pub state: State,
    /// How many objects it copied, once it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub succeeded: Option<u64>,
    /// How many it could not copy, once it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<u64>,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::jobs) enum State {
    /// AWS is at it.
    UnderWay,
    /// It went through all objects; not that it copied them.
    Complete,
    /// AWS gave it up.
    Failed,
    /// It was cancelled.
    Cancelled,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
const fn is_false(value: &bool) -> bool {
    !*value
}

const fn is_none(names: &Names) -> bool {
    names.count == 0
}

impl Copies {
    pub(super) fn batch(&self, on: &Target) -> Batch {
        Batch {
            copying: Copying {
                from: self.from.clone(),
                to: on.name.clone(),
                prefix: self.prefix.clone(),
                accept_unverified: self.accept_unverified,
            },
            role: self.role.clone(),
            report: self.report.clone(),
        }
    }

    pub(super) fn of(batched: &Batched) -> Self {
        let Batch { copying, role, report } = batched.of.clone();
        let Copying { from, prefix, accept_unverified, .. } = copying;
        Self {
            from,
            prefix,
            role,
            report,
            storage_class: None,
            leave_large: false,
            accept_unverified,
            found: batched.compared.as_ref().map(Found::of),
            job: batched.job.as_ref().map(Latest::of),
        }
    }

    pub(super) fn is_under_way(&self) -> bool {
        self.job.as_ref().is_some_and(|job| job.state == State::UnderWay)
    }

    /// How many are missing that a job is to copy.
    pub(super) fn left(&self, found: &Found) -> u64 {
        let large = if self.leave_large { found.large.count } else { 0 };
        found.missing.saturating_sub(large)
    }
}

impl Found {
    fn of(compared: &Compared) -> Self {
        Self {
            objects: compared.objects,
            bytes: compared.bytes,
            verified: compared.verified,
            missing: compared.missing,
            missing_bytes: compared.missing_bytes,
            differing: compared.differing.clone(),
            unverified: compared.unverified.clone(),
            archived: compared.archived.clone(),
            large: compared.large.clone(),
            classes: compared.classes.clone(),
            old_versions: compared.noncurrent,
            delete_markers: compared.markers,
            manifest: compared.manifest.clone(),
        }
    }
}

impl Latest {
    /// While AWS is at it nothing is told of how far it is: that would be another value each time.
    fn of(looked: &LookedFor) -> Self {
        let job = &looked.job;
        let state = match job.status {
            JobStatus::Complete => State::Complete,
            JobStatus::Failed => State::Failed,
            JobStatus::Cancelled => State::Cancelled,
            JobStatus::Active
            | JobStatus::Cancelling
            | JobStatus::Completing
            | JobStatus::Failing
            | JobStatus::New
            | JobStatus::Paused
            | JobStatus::Pausing
            | JobStatus::Preparing
            | JobStatus::Ready
            | JobStatus::Suspended => State::UnderWay,
        };
        let is_over = state != State::UnderWay;
        Self {
            id: job.id.clone(),
            number: looked.number,
            state,
            succeeded: is_over.then_some(job.succeeded),
            failed: is_over.then_some(job.failed),
        }
    }
}
