//! Amazon S3 Batch Operations: jobs that copy the objects of a list, and how far they are.
//!
//! All calls go to the account and Region that the copies are to be in (C9).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Operation;
use super::objects::StorageClass;
use super::operation::operations;

/// The most bytes of an object that a job copies (C1, C9).
pub const MOST_BYTES: u64 = 5 * 1024 * 1024 * 1024;

/// How urgent a job is among those of the account: AWS's own example, the higher the sooner.
pub const PRIORITY: i32 = 10;

/// An operation of Amazon S3 Batch Operations with its parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "operation")]
pub enum Call {
    /// `CreateJob`: a job that copies (`S3PutObjectCopy`) and begins without a confirmation of its
    /// own. Metadata and tags come along, as `CopyObject` does it (C3).
    CreateJob(Box<CopyJob>),
    /// `DescribeJob`.
    DescribeJob {
        /// Id of the job.
        job: String,
    },
    /// `ListJobs`, every page of it: those whose description begins with a mark. AWS tells of jobs
    /// for 90 days after their end.
    ListJobs {
        /// What the descriptions begin with.
        mark: String,
    },
    /// `UpdateJobStatus` to `Cancelled`. What was copied stays.
    CancelJob {
        /// Id of the job.
        job: String,
    },
}

/// A job that copies objects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyJob {
    /// Name of the bucket that the copies are to be in.
    pub to: String,
    /// The storage class of all copies.
    pub storage_class: StorageClass,
    /// What is copied.
    pub manifest: Manifest,
    /// Where the completion report is put: the tasks that failed.
    pub report: Report,
    /// ARN of the role that copies.
    pub role: String,
    /// What it is called. Lists show it.
    pub description: String,
    /// `ClientRequestToken`: sent again with it, the call makes no second job.
    pub token: String,
}

/// A list of objects: lines of a bucket and a key, the key as in a URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Name of the bucket that it is in.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// What AWS said of its contents when it was written: a job takes no other.
    pub etag: String,
}

/// Where completion reports are put.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Name of the bucket.
    pub bucket: String,
    /// What their keys begin with, without a slash at its end.
    pub prefix: String,
}

/// What Amazon S3 Batch Operations answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply")]
pub enum Reply {
    /// To [`Call::CreateJob`].
    Created {
        /// Id of the job: of the one before, when the token was used before.
        job: String,
    },
    /// To [`Call::DescribeJob`].
    Job(Job),
    /// To [`Call::ListJobs`].
    Jobs {
        /// In the order that AWS lists them in, without their reasons.
        jobs: Vec<Job>,
    },
    /// To [`Call::CancelJob`].
    Done {},
}

/// How a job is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub description: String,
    /// Where it stands. `Complete` means that it went through all tasks, never that they succeeded
    /// (C9).
    pub status: JobStatus,
    /// How many objects it is for; none before it has read its list.
    pub total: Option<u64>,
    /// How many of them were copied.
    pub succeeded: u64,
    /// How many could not be copied.
    pub failed: u64,
    /// Why the job itself failed: AWS's codes and words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// When it ended.
    pub ended: Option<Timestamp>,
}

/// Where a job stands, in AWS's own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum JobStatus {
    /// It goes through its list.
    Active,
    /// It was cancelled: what it had copied stays.
    Cancelled,
    /// It is being cancelled.
    Cancelling,
    /// It went through its list. What failed is in the report.
    Complete,
    /// It went through its list and writes the report.
    Completing,
    /// It was given up.
    Failed,
    /// It is being given up.
    Failing,
    /// It was made.
    New,
    /// A more urgent job goes before it.
    Paused,
    /// A more urgent job will go before it.
    Pausing,
    /// It reads its list.
    Preparing,
    /// It waits for its turn.
    Ready,
    /// It waits for somebody who confirms it.
    Suspended,
}

impl JobStatus {
    /// True when nothing happens any more.
    pub const fn is_over(self) -> bool {
        match self {
            Self::Cancelled | Self::Complete | Self::Failed => true,
            Self::Active
            | Self::Cancelling
            | Self::Completing
            | Self::Failing
            | Self::New
            | Self::Paused
            | Self::Pausing
            | Self::Preparing
            | Self::Ready
            | Self::Suspended => false,
        }
    }
}

impl std::fmt::Display for JobStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self, f)
    }
}

impl Report {
    /// The key of the report of a job: what says where its lists are.
    pub fn manifest_of(&self, job: &str) -> String {
        format!("{}/job-{job}/manifest.json", self.prefix)
    }
}

// `CreateJob` hands the role to the service, which needs a permission of its own.
operations! { "s3"
    read {
        DESCRIBE_JOB "DescribeJob" "s3:DescribeJob";
        LIST_JOBS "ListJobs" "s3:ListJobs";
    }
    change {
        CREATE_JOB "CreateJob" ["s3:CreateJob", "iam:PassRole"] Change Same "ListJobs";
        CANCEL_JOB "CancelJob" ["s3:UpdateJobStatus"] Change Same "DescribeJob";
    }
}

impl Call {
    /// The AWS operation behind the call.
    pub const fn operation(&self) -> &'static Operation {
        match self {
            Self::CreateJob(_) => &CREATE_JOB,
            Self::DescribeJob { .. } => &DESCRIBE_JOB,
            Self::ListJobs { .. } => &LIST_JOBS,
            Self::CancelJob { .. } => &CANCEL_JOB,
        }
    }

    /// The bucket that is copied into, or the job.
    pub fn resource(&self) -> Option<&str> {
        match self {
            Self::CreateJob(job) => Some(&job.to),
            Self::DescribeJob { job } | Self::CancelJob { job } => Some(job),
            Self::ListJobs { .. } => None,
        }
    }
}
