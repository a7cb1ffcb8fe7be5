//! The archive tiers of S3 Intelligent-Tiering.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Selection;
use super::written::{is_yes, yes};

/// One configuration of a bucket: which objects of the class INTELLIGENT_TIERING go to archive
/// tiers when nobody reads them. Objects of other classes are no matter of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tiering {
    /// Its name in the bucket, at most 64 characters.
    pub id: String,
    /// Whether it is applied.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub enabled: bool,
    /// The objects it is about; all when left out.
    #[serde(default, skip_serializing_if = "Selection::is_everything")]
    pub filter: Selection,
    /// The tiers, each with its days.
    pub tiers: Vec<Tier>,
}

/// A tier that objects go to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// The tier.
    pub access_tier: AccessTier,
    /// Days in a row without access.
    pub days: u32,
}

/// An archive tier: an object there is restored before it is read.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AccessTier {
    /// Restored within hours.
    ArchiveAccess,
    /// Restored within half a day.
    DeepArchiveAccess,
}

impl AccessTier {
    /// AWS's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ArchiveAccess => "ARCHIVE_ACCESS",
            Self::DeepArchiveAccess => "DEEP_ARCHIVE_ACCESS",
        }
    }

    /// The fewest days without access that AWS takes.
    pub const fn fewest_days(self) -> u32 {
        match self {
            Self::ArchiveAccess => 90,
            Self::DeepArchiveAccess => 180,
        }
    }
}
