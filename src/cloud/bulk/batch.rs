//! A copy that S3 Batch Operations makes: what it is, and what is known of it.

use serde::{Deserialize, Serialize};

use super::{Compared, Copying, Failure};
use crate::cloud::s3control::{Job, Report};
use crate::cloud::{Danger, Operation, Repeat, digest_of, objects};

/// Objects that S3 Batch Operations is to copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// What is copied where to.
    pub copying: Copying,
    /// ARN of the role that copies.
    pub role: String,
    /// Where the list of what is copied and the report are put.
    pub report: Report,
}

/// What is known of a copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batched {
    /// What was looked for.
    pub of: Batch,
    /// The latest job of this copy, when there is one.
    pub job: Option<LookedFor>,
    /// What is in both buckets; none while a job is under way.
    pub compared: Option<Compared>,
}

/// A job that was looked for and found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookedFor {
    /// The how many-th of this copy it is.
    pub number: u32,
    /// How it is.
    pub job: Job,
    /// The first objects that it could not copy, as its report tells.
    pub failures: Vec<Failure>,
    /// Why the report could not be read, when it could not.
    pub unread: Option<String>,
}

/// What looking for jobs, reading a report and comparing buckets needs.
pub const SURVEY_BATCH: Operation = Operation::read(
    "s3",
    "SurveyBatch",
    &[
        "s3:ListJobs",
        "s3:DescribeJob",
        "s3:ListBucket",
        "s3:ListBucketVersions",
        "s3:ListBucketMultipartUploads",
        "s3:GetObject",
        "s3:GetObjectVersion",
    ],
);

/// `BeginBatch`
pub const BEGIN_BATCH: Operation = Operation::change(
    "s3",
    "BeginBatch",
    &[
        "s3:ListJobs",
        "s3:CreateJob",
        "iam:PassRole",
        "s3:ListBucket",
        "s3:ListBucketMultipartUploads",
        "s3:PutObject",
        "s3:AbortMultipartUpload",
    ],
    Danger::Change,
    Repeat::Same,
    &["SurveyBatch"],
);

impl Batch {
    /// What the descriptions of all jobs of this copy begin with, and those of no other.
    pub fn mark(&self) -> String {
        let Copying { from, to, prefix, .. } = &self.copying;
        let digest = digest_of(&(from, to, prefix));
        format!("muster copy {} #", digest.get(..16).unwrap_or(&digest))
    }

    /// The description of a job: its mark, its number, and what a person looks for.
    pub fn description(&self, number: u32) -> String {
        let Copying { from, to, .. } = &self.copying;
        format!("{}{number}: {from} to {to}", self.mark())
    }

    /// The number in the description of a job of this copy.
    pub fn number(&self, description: &str) -> Option<u32> {
        description.strip_prefix(&self.mark())?.split(':').next()?.parse().ok()
    }

    /// The key of the list of what a job copies.
    pub fn list(&self, number: u32) -> String {
        let digest = digest_of(&self.mark());
        let digest = digest.get(..16).unwrap_or(&digest);
        format!("{}/muster-{digest}-{number}.csv", self.report.prefix)
    }

    /// True for what writes the list of a job.
    pub(super) fn writes(&self, number: u32, call: &objects::Call) -> bool {
        let is_list = match call {
            objects::Call::PutObject { .. }
            | objects::Call::CreateMultipartUpload { .. }
            | objects::Call::UploadPart { .. }
            | objects::Call::CompleteMultipartUpload { .. }
            | objects::Call::AbortMultipartUpload { .. } => true,
            objects::Call::ListObjects { .. }
            | objects::Call::ListObjectVersions { .. }
            | objects::Call::ListMultipartUploads { .. }
            | objects::Call::HeadObject { .. }
            | objects::Call::GetObject { .. }
            | objects::Call::GetObjectTagging { .. }
            | objects::Call::GetObjectRetention { .. }
            | objects::Call::PutObjectRetention { .. }
            | objects::Call::DeleteObject { .. }
            | objects::Call::CopyObject(_)
            | objects::Call::UploadPartCopy { .. } => false,
        };
        is_list && call.bucket() == self.report.bucket && call.resource() == self.list(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_known_by_its_description() {
        let copying = |from: &str, prefix: &str| Copying {
            from: from.to_owned(),
            to: "new".to_owned(),
            prefix: prefix.to_owned(),
            accept_unverified: false,
        };
        let batch = |from: &str, prefix: &str| Batch {
            copying: copying(from, prefix),
            role: "arn:aws:iam::500313280221:role/batch".to_owned(),
            report: Report { bucket: "reports".to_owned(), prefix: "copies".to_owned() },
        };
        let one = batch("old", "");
        assert_eq!(one.number(&one.description(12)), Some(12));
        // Whoever copies it, with whatever role: the same copy is not begun twice.
        let mut other = batch("old", "");
        other.role.push('2');
        other.copying.accept_unverified = true;
        assert_eq!(other.number(&one.description(1)), Some(1));
        for another in [batch("older", ""), batch("old", "a/")] {
            assert_eq!(another.number(&one.description(1)), None);
        }
        // AWS takes 256 characters, and a bucket has a name of 63.
        let long = batch(&"x".repeat(63), &"y".repeat(1024));
        assert!(long.description(u32::MAX).len() <= 256);
    }
}
