//! Work over many objects that this program carries out itself, call by call, and that everybody
//! above sees as one call.
//!
//! Neither AWS nor the simulated account knows these operations: whoever is between them and the
//! engine carries them out, with the calls of [`objects`] and of [`dynamodb`](super::dynamodb). A
//! change among them is safe to send again: what is there and verifies is kept, and nothing is done
//! twice. So that memory does not grow with the number of objects, answers hold numbers and the
//! first few names.

mod batch;
mod integrity;

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::objects::StorageClass;
use super::s3::RetentionMode;
use super::s3control::CopyJob;
use super::{Danger, Operation, Repeat, objects};
pub use batch::{BEGIN_BATCH, Batch, Batched, LookedFor, SURVEY_BATCH};
pub use integrity::{COUNT_ITEMS, Counted, SAMPLE_OBJECTS, Sampled, Sampling};

/// How many names an answer holds of each kind.
pub const NAMES: usize = 10;

/// Work over many objects with its parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "operation")]
pub enum Call {
    /// Compares both buckets, object by object, by what AWS says of their contents.
    CompareBuckets(Copying),
    /// Copies what is missing, within S3.
    CopyObjects(Copying),
    /// How far this process has come with [`Call::CopyObjects`]. Asks nobody.
    CopyProgress(Copying),
    /// Looks at the retention of every version.
    SurveyRetention(Retaining),
    /// Puts retention on every version that has none, or too little.
    RetainObjects(Retaining),
    /// How far this process has come with [`Call::RetainObjects`]. Asks nobody.
    RetainProgress(Retaining),
    /// Looks for the jobs of S3 Batch Operations that copy this; while none is under way, compares
    /// both buckets as [`Call::CompareBuckets`] does.
    SurveyBatch(Batch),
    /// Writes a list of what is missing and begins a job of S3 Batch Operations that copies it,
    /// unless the job of that number is there.
    BeginBatch {
        /// What is to be copied, and by whom.
        of: Batch,
        /// The storage class of all copies.
        storage_class: StorageClass,
        /// The how many-th job of this copy it is, from 1.
        number: u32,
        /// `ClientRequestToken`: sent again with it, the call makes no second job, whatever has been
        /// written into the buckets meanwhile.
        token: String,
    },
    /// Counts the items of a table by reading all of it.
    CountItems {
        /// Name of the table.
        table: String,
    },
    /// Reads a sample of the objects of a bucket, and holds it against what S3 keeps of them.
    SampleObjects(Sampling),
}

/// Objects of one bucket, and another where they are to be too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copying {
    /// Name of the bucket that they are in.
    pub from: String,
    /// Name of the bucket that they are to be in.
    pub to: String,
    /// What the keys begin with; empty for all.
    pub prefix: String,
    /// Whether objects that AWS gives nothing to compare of count as copied.
    pub accept_unverified: bool,
}

/// Versions of objects, and until when they are to be held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retaining {
    /// Name of the bucket.
    pub bucket: String,
    /// What the keys begin with; empty for all.
    pub prefix: String,
    /// Who may shorten it.
    pub mode: RetentionMode,
    /// For how long.
    pub term: Term,
}

/// How long a version is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// So many days from when it was written, as a default retention would have held it.
    Days(u32),
    /// So many years of 365 days from when it was written, as S3 counts them.
    Years(u32),
    /// Until a moment, whenever it was written.
    Until(Timestamp),
}

/// What work over many objects answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply")]
pub enum Reply {
    /// To [`Call::CompareBuckets`].
    Compared(Compared),
    /// To [`Call::SurveyRetention`].
    Surveyed(Surveyed),
    /// To [`Call::CopyObjects`] and [`Call::RetainObjects`].
    Done(Tally),
    /// To [`Call::CopyProgress`] and [`Call::RetainProgress`].
    Progress(Progress),
    /// To [`Call::SurveyBatch`].
    Batched(Box<Batched>),
    /// To [`Call::BeginBatch`].
    Begun {
        /// Id of the job.
        job: String,
    },
    /// To [`Call::CountItems`].
    Counted(Counted),
    /// To [`Call::SampleObjects`].
    Sampled(Box<Sampled>),
}

/// What is in two buckets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// What was compared.
    pub of: Copying,
    /// Current objects in the source.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Those of them that are in the target with the same contents, as far as AWS says.
    pub verified: u64,
    /// Those of them that are not in the target.
    pub missing: u64,
    /// Their bytes.
    pub missing_bytes: u64,
    /// Those that have other contents in the target.
    pub differing: Names,
    /// Those that are in the target with the same size, and AWS cannot tell whether the contents
    /// are the same.
    pub unverified: Names,
    /// Those missing that cannot be read before they are restored from an archive.
    pub archived: Names,
    /// Those missing that are larger than what one request copies (C1).
    pub large: Names,
    /// The storage classes of those missing that one request copies, with how many are in each.
    pub classes: BTreeMap<StorageClass, u64>,
    /// Objects in the target that the source does not have.
    pub extra: u64,
    /// Versions in the source that are not current.
    pub noncurrent: u64,
    /// Their bytes.
    pub noncurrent_bytes: u64,
    /// Delete markers in the source.
    pub markers: u64,
    /// Uploads into the target that were begun and not ended.
    pub uploads: u64,
    /// SHA-256, in hex, of the manifest: one line for each object that is in both buckets, in the
    /// order of their keys. None while any is missing or differs.
    pub manifest: Option<String>,
}

/// How many there are, and the first of them by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Names {
    /// How many there are.
    pub count: u64,
    /// The first of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub first: Vec<String>,
}

/// What holds the versions in a bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surveyed {
    /// What was looked at.
    pub of: Retaining,
    /// Versions of objects, current or not.
    pub versions: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Those that are held as long as wanted, or longer.
    pub held: u64,
    /// Those that are not held, or not long enough.
    pub short: Names,
    /// Those that need not be held any more: their time is over.
    pub over: u64,
    /// Delete markers, which nothing holds.
    pub markers: u64,
}

/// What work over many objects has done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Objects that were changed, or copied, and verified.
    pub done: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Objects that were as wanted before.
    pub kept: u64,
    /// Objects that were copied, and AWS cannot tell whether the contents are the same.
    pub unverified: Names,
    /// Objects that could not be done.
    pub failed: u64,
    /// The first of them, with the reason.
    pub failures: Vec<Failure>,
}

/// Why one object could not be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Its key.
    pub key: String,
    /// AWS's code, or ours.
    pub code: String,
    /// AWS's message, or ours.
    pub message: String,
}

/// How far this process has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Whether it was begun, and whether it has ended.
    pub stage: Stage,
    /// What was done so far.
    pub tally: Tally,
    /// How many objects are to be done, when they were counted before.
    pub objects: Option<u64>,
    /// How many bytes are to be done, when they were counted before.
    pub bytes: Option<u64>,
    /// For how long it has been going on, in milliseconds.
    pub milliseconds: u64,
    /// How many objects are under way at once; less when AWS asks to slow down.
    pub at_once: u32,
}

/// Whether work was begun, and whether it has ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Not by this process.
    #[default]
    Idle,
    /// It goes on.
    Running,
    /// It went through all objects.
    Finished,
    /// It was ended before it had gone through all.
    Stopped,
}

/// What comparing buckets needs.
const COMPARES: &[&str] = &[
    "s3:ListBucket",
    "s3:ListBucketVersions",
    "s3:ListBucketMultipartUploads",
    "s3:GetObject",
    "s3:GetObjectVersion",
];

/// `CompareBuckets`
pub const COMPARE_BUCKETS: Operation = Operation::read("s3", "CompareBuckets", COMPARES);

/// `CopyObjects`
pub const COPY_OBJECTS: Operation = Operation::change(
    "s3",
    "CopyObjects",
    &[
        "s3:ListBucket",
        "s3:ListBucketMultipartUploads",
        "s3:GetBucketObjectLockConfiguration",
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:GetObjectTagging",
        "s3:GetObjectVersionTagging",
        "s3:GetObjectRetention",
        "s3:GetObjectLegalHold",
        "s3:PutObject",
        "s3:PutObjectTagging",
        "s3:PutObjectRetention",
        "s3:PutObjectLegalHold",
        "s3:AbortMultipartUpload",
    ],
    Danger::Change,
    Repeat::Same,
    &["CompareBuckets"],
);

/// `CopyProgress`
pub const COPY_PROGRESS: Operation = Operation::read("s3", "CopyProgress", &[]);

/// What looking at retentions needs.
const SURVEYS: &[&str] =
    &["s3:ListBucketVersions", "s3:GetObjectRetention", "s3:GetBucketObjectLockConfiguration"];

/// `SurveyRetention`
pub const SURVEY_RETENTION: Operation = Operation::read("s3", "SurveyRetention", SURVEYS);

/// `RetainObjects`
pub const RETAIN_OBJECTS: Operation = Operation::change(
    "s3",
    "RetainObjects",
    &["s3:ListBucketVersions", "s3:GetObjectRetention", "s3:PutObjectRetention"],
    Danger::Destroy,
    Repeat::Same,
    &["SurveyRetention"],
);

/// `RetainProgress`
pub const RETAIN_PROGRESS: Operation = Operation::read("s3", "RetainProgress", &[]);

pub(super) const OPERATIONS: &[&Operation] = &[
    &COMPARE_BUCKETS,
    &COPY_PROGRESS,
    &COUNT_ITEMS,
    &RETAIN_PROGRESS,
    &SAMPLE_OBJECTS,
    &SURVEY_BATCH,
    &SURVEY_RETENTION,
    &BEGIN_BATCH,
    &COPY_OBJECTS,
    &RETAIN_OBJECTS,
];

impl Call {
    /// What is known about the work: the IAM actions are those of all calls that it is made of.
    pub const fn operation(&self) -> &'static Operation {
        match self {
            Self::CompareBuckets(_) => &COMPARE_BUCKETS,
            Self::CopyObjects(_) => &COPY_OBJECTS,
            Self::CopyProgress(_) => &COPY_PROGRESS,
            Self::SurveyRetention(_) => &SURVEY_RETENTION,
            Self::RetainObjects(_) => &RETAIN_OBJECTS,
            Self::RetainProgress(_) => &RETAIN_PROGRESS,
            Self::SurveyBatch(_) => &SURVEY_BATCH,
            Self::BeginBatch { .. } => &BEGIN_BATCH,
            Self::CountItems { .. } => &COUNT_ITEMS,
            Self::SampleObjects(_) => &SAMPLE_OBJECTS,
        }
    }

    /// The bucket that is changed, or would be; the bucket or table that is looked at.
    pub const fn resource(&self) -> &str {
        match self {
            Self::CompareBuckets(copying)
            | Self::CopyObjects(copying)
            | Self::CopyProgress(copying) => copying.to.as_str(),
            Self::SurveyRetention(retaining)
            | Self::RetainObjects(retaining)
            | Self::RetainProgress(retaining) => retaining.bucket.as_str(),
            Self::SurveyBatch(of) | Self::BeginBatch { of, .. } => of.copying.to.as_str(),
            Self::CountItems { table } => table.as_str(),
            Self::SampleObjects(sampling) => sampling.bucket.as_str(),
        }
    }

    /// The bucket that is only read, where there is another.
    pub const fn source(&self) -> Option<&str> {
        match self {
            Self::CompareBuckets(copying)
            | Self::CopyObjects(copying)
            | Self::CopyProgress(copying) => Some(copying.from.as_str()),
            Self::SurveyBatch(of) | Self::BeginBatch { of, .. } => Some(of.copying.from.as_str()),
            Self::SurveyRetention(_)
            | Self::RetainObjects(_)
            | Self::RetainProgress(_)
            | Self::CountItems { .. }
            | Self::SampleObjects(_) => None,
        }
    }

    /// True when this work begins that job.
    pub fn begins(&self, job: &CopyJob) -> bool {
        match self {
            Self::BeginBatch { of, storage_class, number, token } => {
                job.token == *token
                    && job.to == of.copying.to
                    && job.role == of.role
                    && job.report == of.report
                    && job.storage_class == *storage_class
                    && job.description == of.description(*number)
                    && job.manifest.bucket == of.report.bucket
                    && job.manifest.key == of.list(*number)
            }
            Self::CompareBuckets(_)
            | Self::CopyObjects(_)
            | Self::CopyProgress(_)
            | Self::SurveyBatch(_)
            | Self::SurveyRetention(_)
            | Self::RetainObjects(_)
            | Self::RetainProgress(_)
            | Self::CountItems { .. }
            | Self::SampleObjects(_) => false,
        }
    }

    /// True when this work may be made of that call: what was intended when the call was sent.
    pub fn is_made_of(&self, call: &objects::Call) -> bool {
        let key = call.resource();
        match self {
            Self::CopyObjects(Copying { from, to, prefix, .. }) => {
                let source = match call {
                    objects::Call::CopyObject(copy) => Some(&copy.from),
                    objects::Call::UploadPartCopy { from, .. } => Some(from),
                    objects::Call::CreateMultipartUpload { .. }
                    | objects::Call::CompleteMultipartUpload { .. }
                    | objects::Call::AbortMultipartUpload { .. } => None,
                    objects::Call::ListObjects { .. }
                    | objects::Call::ListObjectVersions { .. }
                    | objects::Call::ListMultipartUploads { .. }
                    | objects::Call::HeadObject { .. }
                    | objects::Call::GetObject { .. }
                    | objects::Call::DigestObject { .. }
                    | objects::Call::UploadPart { .. }
                    | objects::Call::GetObjectTagging { .. }
                    | objects::Call::GetObjectRetention { .. }
                    | objects::Call::PutObjectRetention { .. }
                    | objects::Call::PutObject { .. }
                    | objects::Call::DeleteObject { .. } => return false,
                };
                let same = source.is_none_or(|s| s.bucket == *from && s.key == key);
                same && call.bucket() == to && key.starts_with(prefix.as_str())
            }
            Self::RetainObjects(Retaining { bucket, prefix, .. }) => {
                matches!(call, objects::Call::PutObjectRetention { .. })
                    && call.bucket() == bucket
                    && key.starts_with(prefix.as_str())
            }
            Self::BeginBatch { of, number, .. } => of.writes(*number, call),
            Self::CompareBuckets(_)
            | Self::CopyProgress(_)
            | Self::SurveyBatch(_)
            | Self::SurveyRetention(_)
            | Self::RetainProgress(_)
            | Self::CountItems { .. }
            | Self::SampleObjects(_) => false,
        }
    }
}

impl Names {
    /// One more.
    pub fn add(&mut self, name: &str) {
        self.count += 1;
        if self.first.len() < NAMES {
            self.first.push(name.to_owned());
        }
    }
}

impl Tally {
    /// One more that could not be done.
    pub fn fail(&mut self, key: &str, code: &str, message: &str) {
        self.failed += 1;
        if self.failures.len() < NAMES {
            let (key, code, message) = (key.to_owned(), code.to_owned(), message.to_owned());
            self.failures.push(Failure { key, code, message });
        }
    }
}
