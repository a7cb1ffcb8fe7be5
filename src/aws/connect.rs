//! How requests travel: where to, for how long, how often.

use std::time::Duration;

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::service_config::ServiceConfigKey;

use super::Connection;
use super::ending;
use crate::cloud::CallError;

/// TCP and TLS take well under a second across the world; a machine that drops packets does not
/// get better by waiting. Less than [`READ`], which begins with the connection: a connection that
/// is not made must be told from an answer that does not come.
const CONNECT: Duration = Duration::from_secs(5);

/// From the request to the first byte of the answer. The slowest call, making a trail, was seen to
/// take some ten seconds.
const READ: Duration = Duration::from_secs(30);

/// One try, from looking for credentials to the last byte of the answer.
const ATTEMPT: Duration = Duration::from_secs(45);

/// All tries of a read together: a person waits for it.
const OPERATION: Duration = Duration::from_secs(90);

/// Tries of a read. Changes have one: only who sees the journal may send one again.
const READ_ATTEMPTS: u32 = 3;

/// The configuration of this machine, for this connection.
pub(super) async fn load(connection: &Connection) -> Result<SdkConfig, CallError> {
    if connection.region.is_empty() {
        return Err(ending::invalid("no Region was given"));
    }
    let region = Region::new(connection.region.clone());
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .region(region)
        .timeout_config(timeouts())
        .no_credentials();
    if let Some(profile) = &connection.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(url) = &connection.endpoint_url {
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(ending::invalid(format!(
                "`{url}` does not begin with http:// or https://"
            )));
        }
        loader = loader.endpoint_url(url);
    }
    Ok(loader.load().await)
}

/// Where this machine has credentials, as its configuration says now.
pub(super) async fn credentials(profile: Option<&str>, region: &str) -> SharedCredentialsProvider {
    let config = ProviderConfig::without_region().with_region(Some(Region::new(region.to_owned())));
    match profile {
        // Who names a profile means it. The SDK's usual search would look at the credentials in
        // the environment first, and they may be of another account.
        Some(profile) => SharedCredentialsProvider::new(
            ProfileFileCredentialsProvider::builder()
                .configure(&config)
                .profile_name(profile)
                .build(),
        ),
        None => SharedCredentialsProvider::new(
            DefaultCredentialsChain::builder().configure(config).build().await,
        ),
    }
}

/// The SDK has no time-out for an answer unless it is told one.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .read_timeout(READ)
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION)
        .build()
}

/// One client per service.
#[derive(Debug)]
pub(super) struct Clients {
    pub(super) sts: aws_sdk_sts::Client,
    pub(super) dynamodb: aws_sdk_dynamodb::Client,
    pub(super) s3: aws_sdk_s3::Client,
    pub(super) sns: aws_sdk_sns::Client,
    pub(super) cloudtrail: aws_sdk_cloudtrail::Client,
    pub(super) cloudwatch: aws_sdk_cloudwatch::Client,
    pub(super) autoscaling: aws_sdk_applicationautoscaling::Client,
    pub(super) backup: aws_sdk_backup::Client,
    pub(super) cloudformation: aws_sdk_cloudformation::Client,
    pub(super) s3control: aws_sdk_s3control::Client,
    pub(super) ssm: aws_sdk_ssm::Client,
}

impl Clients {
    /// Clients that try again when the network or a throttle was in the way.
    pub(super) fn that_read(config: &SdkConfig) -> Self {
        Self::new(config, RetryConfig::standard().with_max_attempts(READ_ATTEMPTS))
    }

    /// Clients that send a request once, whatever it is.
    pub(super) fn that_change(config: &SdkConfig) -> Self {
        Self::new(config, RetryConfig::disabled())
    }

    fn new(config: &SdkConfig, retries: RetryConfig) -> Self {
        let config = config.to_builder().retry_config(retries).build();
        let s3 = aws_sdk_s3::config::Builder::from(&config)
            .force_path_style(is_elsewhere(&config))
            .build();
        Self {
            sts: aws_sdk_sts::Client::new(&config),
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            s3: aws_sdk_s3::Client::from_conf(s3),
            sns: aws_sdk_sns::Client::new(&config),
            cloudtrail: aws_sdk_cloudtrail::Client::new(&config),
            cloudwatch: aws_sdk_cloudwatch::Client::new(&config),
            autoscaling: aws_sdk_applicationautoscaling::Client::new(&config),
            backup: aws_sdk_backup::Client::new(&config),
            cloudformation: aws_sdk_cloudformation::Client::new(&config),
            s3control: aws_sdk_s3control::Client::new(&config),
            ssm: aws_sdk_ssm::Client::new(&config),
        }
    }
}

/// True when S3 is not where AWS has it. Such a place seldom has a host name per bucket, so that
/// the bucket goes into the path.
fn is_elsewhere(config: &SdkConfig) -> bool {
    let of_s3 = || {
        let key = ServiceConfigKey::builder()
            .service_id("S3")
            .env("AWS_ENDPOINT_URL")
            .profile("endpoint_url")
            .build()
            .ok()?;
        config.service_config()?.load_config(key)
    };
    config.endpoint_url().is_some() || of_s3().is_some()
}
