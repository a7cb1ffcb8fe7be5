//! Connections for tests.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use muster::aws::{Connection, Live};
use muster::cloud::{Account, Call, CallError, Ending, Reply};

/// The account of the emulators.
pub const ACCOUNT: &str = "500313280221";

/// The Region of the tests, unless they are about Regions.
pub const REGION: &str = "us-east-1";

/// The SDK as it is in no file and no environment: an endpoint, a Region, made-up keys.
pub fn config(url: &str, region: &str) -> SdkConfig {
    let keys = Credentials::new("AKIDEXAMPLE", "not-a-secret", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .endpoint_url(url)
        .credentials_provider(SharedCredentialsProvider::new(keys))
        .build()
}

/// A connection to an endpoint.
pub fn connection(url: &str, region: &str, account: &str) -> Connection {
    Connection {
        profile: None,
        region: region.to_owned(),
        endpoint_url: Some(url.to_owned()),
        account: account.to_owned(),
    }
}

/// An account at an endpoint, in the Region and with the account id of the tests.
pub fn live(url: &str) -> Live {
    Live::from_sdk_config(&config(url, REGION), &connection(url, REGION, ACCOUNT))
}

/// Sends a call that must succeed.
pub async fn reply(live: &Live, call: impl Into<Sent>) -> Reply {
    let Sent(call) = call.into();
    let name = call.operation().name;
    live.send(call).await.expect(name).reply
}

/// Sends a call that may end in either way.
pub async fn reply_or_error(live: &Live, call: impl Into<Sent>) -> Result<Reply, CallError> {
    let Sent(call) = call.into();
    live.send(call).await.map(|answer| answer.reply)
}

/// Sends a call that must fail.
pub async fn error(live: &Live, call: impl Into<Sent>) -> CallError {
    let Sent(call) = call.into();
    let name = call.operation().name;
    let outcome = live.send(call).await;
    outcome.expect_err(name)
}

/// Sends a call that must fail, for its class and its code.
pub async fn ending(live: &Live, call: impl Into<Sent>) -> (Ending, String) {
    let error = error(live, call).await;
    (error.ending, error.code)
}

/// A call of any service.
#[derive(Debug)]
pub struct Sent(Call);

macro_rules! from_service {
    ($($module:ident $variant:ident),*) => {
        $(impl From<muster::cloud::$module::Call> for Sent {
            fn from(call: muster::cloud::$module::Call) -> Self {
                Self(Call::$variant(call))
            }
        })*
    };
}
from_service!(
    sts Sts, dynamodb DynamoDb, s3 S3, sns Sns, cloudtrail CloudTrail, cloudwatch CloudWatch,
    backup Backup, ssm Ssm, objects Objects, cloudformation CloudFormation,
    autoscaling AutoScaling, s3control S3Control
);
