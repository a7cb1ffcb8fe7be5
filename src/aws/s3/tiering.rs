//! Configurations of Intelligent-Tiering, between the SDK's words and ours.

use aws_sdk_s3::types::{
    self as sdk, IntelligentTieringAccessTier, IntelligentTieringAndOperator,
    IntelligentTieringConfiguration, IntelligentTieringFilter, IntelligentTieringStatus,
};

use super::tags::{tags_from_sdk, tags_to_sdk};
use super::{MOST_PAGES, Owned, count};
use crate::aws::ending::{too_many_pages, unbuilt, unreadable};
use crate::aws::sending::{answer, sent};
use crate::cloud::s3::{AccessTier, Reply, Selection, Tier, Tiering};
use crate::cloud::{self, CallError, Outcome};

pub(super) async fn list(s3: Owned<'_>, bucket: String) -> Outcome {
    let mut tierings = Vec::new();
    let mut token = None;
    for _ in 0..MOST_PAGES {
        let request = s3
            .client
            .list_bucket_intelligent_tiering_configurations()
            .bucket(&bucket)
            .expected_bucket_owner(s3.owner())
            .set_continuation_token(token);
        let output = sent!(s3.sending, request)?;
        for one in output.intelligent_tiering_configuration_list() {
            tierings.push(tiering_from_sdk(one)?);
        }
        let next = output.next_continuation_token().filter(|token| !token.is_empty());
        token = next.map(str::to_owned);
        if token.is_none() {
            tierings.sort_by(|a: &Tiering, b| a.id.cmp(&b.id));
            return answer(cloud::Reply::S3(Reply::Tierings { tierings }), &output);
        }
    }
    Err(too_many_pages())
}

pub(super) async fn put(s3: Owned<'_>, bucket: String, tiering: Tiering) -> Outcome {
    let request = s3
        .client
        .put_bucket_intelligent_tiering_configuration()
        .bucket(bucket)
        .expected_bucket_owner(s3.owner())
        .id(&tiering.id)
        .intelligent_tiering_configuration(tiering_to_sdk(tiering.clone())?);
    let output = sent!(s3.sending, request)?;
    answer(cloud::Reply::S3(Reply::Done {}), &output)
}

pub(super) async fn delete(s3: Owned<'_>, bucket: String, id: String) -> Outcome {
    let request = s3
        .client
        .delete_bucket_intelligent_tiering_configuration()
        .bucket(bucket)
        .expected_bucket_owner(s3.owner())
        .id(id);
    let output = sent!(s3.sending, request)?;
    answer(cloud::Reply::S3(Reply::Done {}), &output)
}

fn tiering_from_sdk(one: &IntelligentTieringConfiguration) -> Result<Tiering, CallError> {
    Ok(Tiering {
        id: one.id().to_owned(),
        enabled: match one.status() {
            IntelligentTieringStatus::Enabled => true,
            IntelligentTieringStatus::Disabled => false,
            other => return Err(unreadable("Status", other.as_str())),
        },
        filter: one.filter().map(filter_from_sdk).unwrap_or_default(),
        tiers: one.tierings().iter().map(tier_from_sdk).collect::<Result<_, _>>()?,
    })
}

fn filter_from_sdk(filter: &IntelligentTieringFilter) -> Selection {
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

fn tier_from_sdk(tier: &sdk::Tiering) -> Result<Tier, CallError> {
    Ok(Tier {
        access_tier: match tier.access_tier() {
            IntelligentTieringAccessTier::ArchiveAccess => AccessTier::ArchiveAccess,
            IntelligentTieringAccessTier::DeepArchiveAccess => AccessTier::DeepArchiveAccess,
            other => return Err(unreadable("AccessTier", other.as_str())),
        },
        days: count(Some(tier.days()), "Days")?,
    })
}

fn tiering_to_sdk(one: Tiering) -> Result<IntelligentTieringConfiguration, CallError> {
    let tiers = one.tiers.iter().map(|tier| {
        let access = match tier.access_tier {
            AccessTier::ArchiveAccess => IntelligentTieringAccessTier::ArchiveAccess,
            AccessTier::DeepArchiveAccess => IntelligentTieringAccessTier::DeepArchiveAccess,
        };
        let days = tier.days.cast_signed();
        sdk::Tiering::builder().access_tier(access).days(days).build().map_err(unbuilt)
    });
    let tiers = tiers.collect::<Result<Vec<_>, _>>()?;
    let status = match one.enabled {
        true => IntelligentTieringStatus::Enabled,
        false => IntelligentTieringStatus::Disabled,
    };
    // A configuration without a filter is about all objects.
    let filter = (!one.filter.is_everything()).then(|| filter_to_sdk(one.filter)).transpose()?;
    IntelligentTieringConfiguration::builder()
        .id(one.id)
        .status(status)
        .set_filter(filter)
        .set_tierings(Some(tiers))
        .build()
        .map_err(unbuilt)
}

fn filter_to_sdk(filter: Selection) -> Result<IntelligentTieringFilter, CallError> {
    let Selection { prefix, tags } = filter;
    let mut tags = tags_to_sdk(tags)?;
    let builder = IntelligentTieringFilter::builder();
    if usize::from(prefix.is_some()) + tags.len() > 1 {
        let and = IntelligentTieringAndOperator::builder().set_prefix(prefix).set_tags(Some(tags));
        return Ok(builder.and(and.build()).build());
    }
    Ok(builder.set_prefix(prefix).set_tag(tags.pop()).build())
}
