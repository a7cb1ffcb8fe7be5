//! Configurations of S3 Intelligent-Tiering.

use std::collections::BTreeSet;

use crate::cloud::s3::{Reply, Tiering};
use crate::cloud::{CallError, Ending};

use super::super::moment::{Carried, read};
use super::{Bucket, argument, malformed};

/// The most configurations of a bucket.
const MOST: usize = 1_000;
/// The longest name of a configuration.
const LONGEST_ID: usize = 64;
/// The most days without access before a tier.
const MOST_DAYS: u32 = 730;

impl Bucket {
    /// `ListBucketIntelligentTieringConfigurations`.
    pub fn tierings(&self) -> Carried<Reply> {
        read(Reply::Tierings { tierings: self.tierings.values().cloned().collect() })
    }

    /// `PutBucketIntelligentTieringConfiguration`.
    pub fn set_tiering(&mut self, tiering: &Tiering) -> Result<(), CallError> {
        let Tiering { id, tiers, .. } = tiering;
        if id.is_empty() || id.chars().count() > LONGEST_ID {
            return Err(argument("Invalid Id"));
        }
        let kinds: BTreeSet<_> = tiers.iter().map(|tier| tier.access_tier).collect();
        if tiers.is_empty() || kinds.len() < tiers.len() {
            return Err(malformed());
        }
        for tier in tiers {
            let fewest = tier.access_tier.fewest_days();
            if !(fewest..=MOST_DAYS).contains(&tier.days) {
                return Err(argument(&format!(
                    "'Days' for AccessTier '{}' must be between {fewest} and {MOST_DAYS}",
                    tier.access_tier.as_str()
                )));
            }
        }
        let days_of = |position: usize| {
            let mut sorted: Vec<_> = tiers.iter().collect();
            sorted.sort_by_key(|tier| tier.access_tier);
            sorted.get(position).map(|tier| tier.days)
        };
        if let (Some(archive), Some(deep)) = (days_of(0), days_of(1))
            && deep <= archive
        {
            return Err(argument(
                "'Days' for AccessTier 'DEEP_ARCHIVE_ACCESS' must be greater than 'Days' for \
                 AccessTier 'ARCHIVE_ACCESS'",
            ));
        }
        if !self.tierings.contains_key(id) && self.tierings.len() >= MOST {
            return Err(CallError::new(
                Ending::Refused,
                "TooManyConfigurations",
                "You are attempting to create a new configuration but have already reached the \
                 1,000-configuration limit.",
            ));
        }
        self.tierings.insert(id.clone(), tiering.clone());
        Ok(())
    }

    /// `DeleteBucketIntelligentTieringConfiguration`.
    pub fn remove_tiering(&mut self, id: &str) -> Result<(), CallError> {
        match self.tierings.remove(id) {
            Some(_) => Ok(()),
            None => Err(CallError::new(
                Ending::Absent,
                "NoSuchConfiguration",
                "The specified configuration does not exist.",
            )),
        }
    }
}
