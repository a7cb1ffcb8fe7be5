//! How often AWS lets an operation be asked: the limits that it documents for reads.

use super::{Operation, cloudtrail, cloudwatch, dynamodb, sns};

/// Operations that AWS counts together, and how many of them it takes.
#[derive(Debug)]
pub struct Quota {
    /// The operations.
    pub operations: &'static [&'static Operation],
    /// How many a second, of one account in one Region.
    pub per_second: u32,
    /// Where AWS says so.
    pub source: &'static str,
}

/// The limits of reads that are known. Of other operations AWS documents none, or one that nobody
/// reaches: those are slowed down when AWS says so.
pub const QUOTAS: &[Quota] = &[
    Quota {
        operations: &[
            &dynamodb::DESCRIBE_TABLE,
            &dynamodb::DESCRIBE_TIME_TO_LIVE,
            &dynamodb::LIST_TABLES,
            &dynamodb::LIST_TAGS_OF_RESOURCE,
        ],
        per_second: 2_500,
        source: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-control-plane.html",
    },
    Quota {
        operations: &[&dynamodb::DESCRIBE_CONTINUOUS_BACKUPS],
        per_second: 10,
        source: "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContinuousBackups.html",
    },
    Quota {
        operations: &[
            &cloudtrail::GET_EVENT_SELECTORS,
            &cloudtrail::GET_TRAIL,
            &cloudtrail::GET_TRAIL_STATUS,
        ],
        per_second: 10,
        source: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html",
    },
    Quota {
        operations: &[&cloudwatch::DESCRIBE_ALARM],
        per_second: 9,
        source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html",
    },
    Quota {
        operations: &[&sns::LIST_SUBSCRIPTIONS_BY_TOPIC],
        per_second: 30,
        source: "https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html",
    },
];

/// The limit that an operation falls under, when one is known.
pub fn of(operation: &Operation) -> Option<&'static Quota> {
    QUOTAS.iter().find(|quota| quota.operations.contains(&operation))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_operation_stands_under_two_limits_and_all_are_reads() {
        for (position, quota) in QUOTAS.iter().enumerate() {
            assert!(quota.per_second > 0 && quota.source.starts_with("https://"));
            for operation in quota.operations {
                assert!(operation.is_read(), "{}", operation.name);
                let first = QUOTAS.iter().position(|one| one.operations.contains(operation));
                assert_eq!(first, Some(position), "{}", operation.name);
            }
        }
    }
}
