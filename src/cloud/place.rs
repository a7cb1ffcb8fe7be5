//! Where a call goes: one account in one Region.

use serde::{Deserialize, Serialize};

/// One account in one Region.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The twelve-digit account id.
    pub account: String,
    /// The Region: `us-east-1`.
    pub region: String,
}

impl Place {
    /// A place from its account id and Region.
    pub fn new(account: impl Into<String>, region: impl Into<String>) -> Self {
        Self { account: account.into(), region: region.into() }
    }

    /// The partition that the Region belongs to: `aws`, `aws-cn` or `aws-us-gov`.
    pub fn partition(&self) -> &'static str {
        if self.region.starts_with("cn-") {
            "aws-cn"
        } else if self.region.starts_with("us-gov-") {
            "aws-us-gov"
        } else {
            "aws"
        }
    }

    /// The ARN of a regional resource: `place.arn("sns", "sitelogix-alerts")`.
    pub fn arn(&self, service: &str, resource: &str) -> String {
        let Self { account, region } = self;
        format!("arn:{}:{service}:{region}:{account}:{resource}", self.partition())
    }

    /// The ARN of a bucket, which names neither account nor Region.
    pub fn bucket_arn(&self, bucket: &str) -> String {
        format!("arn:{}:s3:::{bucket}", self.partition())
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.account, self.region)
    }
}
