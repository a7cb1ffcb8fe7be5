//! Lifecycle of objects: when they move to another storage class, and when they are deleted.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::filter::Filter;
use super::written::{is_no, is_yes, yes};

/// The whole lifecycle document of a bucket. AWS keeps none without rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifecycle {
    /// Its rules, in AWS's order.
    pub rules: Vec<LifecycleRule>,
    /// Which objects are too small to move.
    pub minimum_size: MinimumSize,
}

/// Which objects are too small to move to another class, unless a filter names a size (S11).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum MinimumSize {
    /// Those under 128 KB, into every class. AWS's default.
    #[default]
    #[serde(rename = "all_storage_classes_128K")]
    AllStorageClasses128K,
    /// Those under 128 KB, but for GLACIER and DEEP_ARCHIVE, which take every size.
    #[serde(rename = "varies_by_storage_class")]
    VariesByStorageClass,
}

/// One rule of a lifecycle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LifecycleRule {
    /// Its name in the bucket, at most 255 characters.
    pub id: String,
    /// Whether it is applied.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub enabled: bool,
    /// The objects it is about; all when left out.
    #[serde(default, skip_serializing_if = "Filter::is_everything")]
    pub filter: Filter,
    /// When objects move to other classes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transitions: Vec<Transition>,
    /// When objects are deleted; with versioning, hidden.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiration: Option<Expiration>,
    /// When old versions move to other classes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub noncurrent_transitions: Vec<NoncurrentTransition>,
    /// When old versions are deleted for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noncurrent_expiration: Option<NoncurrentExpiration>,
    /// Days after which the parts of an upload that was never finished are deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abort_incomplete_uploads_after_days: Option<u32>,
}

/// A move to another storage class: after days, or at a date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// Days after the object was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// Midnight of this day, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub date: Option<Date>,
    /// The class.
    pub storage_class: StorageClass,
}

/// A move of old versions to another storage class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoncurrentTransition {
    /// Days after the version was replaced or deleted.
    pub days: u32,
    /// How many of the newest old versions stay where they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newer_versions: Option<u32>,
    /// The class.
    pub storage_class: StorageClass,
}

/// The deletion of objects: after days, at a date, or only of markers with nothing behind them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expiration {
    /// Days after the object was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// Midnight of this day, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub date: Option<Date>,
    /// Delete markers with no version left are removed.
    #[serde(default, skip_serializing_if = "is_no")]
    pub expired_object_delete_marker: bool,
}

/// The deletion of old versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoncurrentExpiration {
    /// Days after the version was replaced or deleted.
    pub days: u32,
    /// How many of the newest old versions are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newer_versions: Option<u32>,
}

/// A storage class. In AWS's order: objects move only down this list (S10).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StorageClass {
    /// S3 Standard, where nothing moves to.
    Standard,
    /// S3 Standard-Infrequent Access.
    StandardIa,
    /// S3 Intelligent-Tiering.
    IntelligentTiering,
    /// S3 One Zone-Infrequent Access.
    #[serde(rename = "ONEZONE_IA")]
    OneZoneIa,
    /// S3 Glacier Instant Retrieval.
    GlacierIr,
    /// S3 Glacier Flexible Retrieval: an object is restored before it is read.
    Glacier,
    /// S3 Glacier Deep Archive: an object is restored before it is read, within two days.
    DeepArchive,
}

impl StorageClass {
    /// Every class, in AWS's order.
    pub const ALL: [Self; 7] = [
        Self::Standard,
        Self::StandardIa,
        Self::IntelligentTiering,
        Self::OneZoneIa,
        Self::GlacierIr,
        Self::Glacier,
        Self::DeepArchive,
    ];

    /// AWS's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "STANDARD",
            Self::StandardIa => "STANDARD_IA",
            Self::IntelligentTiering => "INTELLIGENT_TIERING",
            Self::OneZoneIa => "ONEZONE_IA",
            Self::GlacierIr => "GLACIER_IR",
            Self::Glacier => "GLACIER",
            Self::DeepArchive => "DEEP_ARCHIVE",
        }
    }

    /// Infrequent access, where objects come after 30 days at the earliest (S9).
    pub const fn is_infrequent(self) -> bool {
        matches!(self, Self::StandardIa | Self::OneZoneIa)
    }

    /// An archive: an object is restored before it can be read.
    pub const fn is_archive(self) -> bool {
        matches!(self, Self::Glacier | Self::DeepArchive)
    }

    /// Whether AWS moves objects from this class to that one (S10).
    pub fn goes_to(self, next: Self) -> bool {
        match self {
            Self::OneZoneIa => next.is_archive(),
            Self::Standard
            | Self::StandardIa
            | Self::IntelligentTiering
            | Self::GlacierIr
            | Self::Glacier
            | Self::DeepArchive => self < next,
        }
    }
}

impl std::fmt::Display for StorageClass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_called_as_in_the_documents_of_aws() {
        for class in StorageClass::ALL {
            assert_eq!(serde_json::to_value(class).unwrap(), class.as_str());
        }
    }

    #[test]
    fn objects_move_only_down() {
        use StorageClass::{
            DeepArchive, Glacier, GlacierIr, IntelligentTiering, OneZoneIa, Standard, StandardIa,
        };
        for (from, to, may) in [
            (Standard, DeepArchive, true),
            (StandardIa, Standard, false),
            (StandardIa, IntelligentTiering, true),
            (StandardIa, OneZoneIa, true),
            (IntelligentTiering, StandardIa, false),
            (IntelligentTiering, OneZoneIa, true),
            (OneZoneIa, GlacierIr, false),
            (OneZoneIa, Glacier, true),
            (OneZoneIa, DeepArchive, true),
            (GlacierIr, Glacier, true),
            (Glacier, DeepArchive, true),
            (DeepArchive, Glacier, false),
            (Glacier, Glacier, false),
        ] {
            assert_eq!(from.goes_to(to), may, "{from} {to}");
        }
    }
}
