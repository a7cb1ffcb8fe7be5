//! Whether what is kept is what was written: items that are counted, objects that are read.

use serde::{Deserialize, Serialize};

use super::Names;
use crate::cloud::Operation;

/// How many items a table has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// Name of the table.
    pub table: String,
    /// Its items, each counted while it was read. What is written meanwhile may be among them.
    pub items: u64,
}

/// Objects of which some are read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sampling {
    /// Name of the bucket.
    pub bucket: String,
    /// What the keys begin with; empty for all.
    pub prefix: String,
    /// How many are read, at the most.
    pub count: u32,
}

/// What reading a sample showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sampled {
    /// What the sample is of.
    pub of: Sampling,
    /// Current objects under the prefix.
    pub objects: u64,
    /// Those of them that cannot be read before they are restored from an archive.
    pub archived: u64,
    /// Those of them that are larger than what is read for a sample.
    pub large: u64,
    /// Objects in the sample whose contents are what S3 says of them.
    pub verified: u64,
    /// Bytes that were read.
    pub bytes: u64,
    /// Those in the sample whose contents are not.
    pub differing: Names,
    /// Those in the sample of which S3 keeps nothing that contents could be held against (C7).
    pub unverifiable: Names,
    /// Those in the sample that could not be read, each with the reason.
    pub unread: Names,
    /// Those in the sample that were deleted before they were read.
    pub gone: u64,
}

/// `CountItems`
pub const COUNT_ITEMS: Operation = Operation::read("dynamodb", "CountItems", &["dynamodb:Scan"]);

/// `SampleObjects`
pub const SAMPLE_OBJECTS: Operation =
    Operation::read("s3", "SampleObjects", &["s3:ListBucket", "s3:GetObject"]);
