//! How requests travel: where to, for how long, how often.

use std::sync::OnceLock;
use std::time::Duration;

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::service_config::ServiceConfigKey;

use super::Connection;
use super::ending;
use super::transport::Transport;
use crate::cloud::CallError;

/// TCP and TLS take well under a second across the world; a machine that drops packets does not
/// get better by waiting. Less than [`READ`], which begins with the connection: a connection that
/// is not made must be told from an answer that does not come.
pub(super) const CONNECT: Duration = Duration::from_secs(5);

/// From the request to the first byte of the answer. The slowest call, making a trail, was seen to
/// take some ten seconds.
pub(super) const READ: Duration = Duration::from_secs(30);

/// One try, from looking for credentials to the last byte of the answer.
const ATTEMPT: Duration = Duration::from_secs(45);

/// All tries of a read together: a person waits for it.
const OPERATION: Duration = Duration::from_secs(90);

/// Tries of a read. Changes have one: only who sees the journal may send one again.
const READ_ATTEMPTS: u32 = 3;

/// The configuration of this machine, for this connection.
pub(super) async fn load(
    connection: &Connection,
    transport: &Transport,
) -> Result<SdkConfig, CallError> {
    if connection.region.is_empty() {
        return Err(ending::invalid("no Region was given"));
    }
    let region = Region::new(connection.region.clone());
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .region(region)
        .timeout_config(timeouts())
        .http_client(transport.clone())
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
pub(super) async fn credentials(
    profile: Option<&str>,
    region: &str,
    http: &SharedHttpClient,
) -> SharedCredentialsProvider {
    let region = Region::new(region.to_owned());
    let config =
        ProviderConfig::without_region().with_region(Some(region)).with_http_client(http.clone());
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

/// One client per service, made when it is used first: a command uses a few of them.
#[derive(Debug)]
pub(super) struct Clients {
    config: SdkConfig,
    sts: OnceLock<aws_sdk_sts::Client>,
    dynamodb: OnceLock<aws_sdk_dynamodb::Client>,
    s3: OnceLock<aws_sdk_s3::Client>,
    sns: OnceLock<aws_sdk_sns::Client>,
    cloudtrail: OnceLock<aws_sdk_cloudtrail::Client>,
    cloudwatch: OnceLock<aws_sdk_cloudwatch::Client>,
    autoscaling: OnceLock<aws_sdk_applicationautoscaling::Client>,
    backup: OnceLock<aws_sdk_backup::Client>,
    cloudformation: OnceLock<aws_sdk_cloudformation::Client>,
    s3control: OnceLock<aws_sdk_s3control::Client>,
    ssm: OnceLock<aws_sdk_ssm::Client>,
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
        Self {
            config: config.to_builder().retry_config(retries).build(),
            sts: OnceLock::new(),
            dynamodb: OnceLock::new(),
            s3: OnceLock::new(),
            sns: OnceLock::new(),
            cloudtrail: OnceLock::new(),
            cloudwatch: OnceLock::new(),
            autoscaling: OnceLock::new(),
            backup: OnceLock::new(),
            cloudformation: OnceLock::new(),
            s3control: OnceLock::new(),
            ssm: OnceLock::new(),
        }
    }

    pub(super) fn sts(&self) -> &aws_sdk_sts::Client {
        self.sts.get_or_init(|| aws_sdk_sts::Client::new(&self.config))
    }

    pub(super) fn dynamodb(&self) -> &aws_sdk_dynamodb::Client {
        self.dynamodb.get_or_init(|| aws_sdk_dynamodb::Client::new(&self.config))
    }

    pub(super) fn s3(&self) -> &aws_sdk_s3::Client {
        self.s3.get_or_init(|| {
            let config = aws_sdk_s3::config::Builder::from(&self.config)
                .force_path_style(is_elsewhere(&self.config))
                .build();
            aws_sdk_s3::Client::from_conf(config)
        })
    }

    pub(super) fn sns(&self) -> &aws_sdk_sns::Client {
        self.sns.get_or_init(|| aws_sdk_sns::Client::new(&self.config))
    }

    pub(super) fn cloudtrail(&self) -> &aws_sdk_cloudtrail::Client {
        self.cloudtrail.get_or_init(|| aws_sdk_cloudtrail::Client::new(&self.config))
    }

    pub(super) fn cloudwatch(&self) -> &aws_sdk_cloudwatch::Client {
        self.cloudwatch.get_or_init(|| aws_sdk_cloudwatch::Client::new(&self.config))
    }

    pub(super) fn autoscaling(&self) -> &aws_sdk_applicationautoscaling::Client {
        self.autoscaling.get_or_init(|| aws_sdk_applicationautoscaling::Client::new(&self.config))
    }

    pub(super) fn backup(&self) -> &aws_sdk_backup::Client {
        self.backup.get_or_init(|| aws_sdk_backup::Client::new(&self.config))
    }

    pub(super) fn cloudformation(&self) -> &aws_sdk_cloudformation::Client {
        self.cloudformation.get_or_init(|| aws_sdk_cloudformation::Client::new(&self.config))
    }

    pub(super) fn s3control(&self) -> &aws_sdk_s3control::Client {
        self.s3control.get_or_init(|| aws_sdk_s3control::Client::new(&self.config))
    }

    pub(super) fn ssm(&self) -> &aws_sdk_ssm::Client {
        self.ssm.get_or_init(|| aws_sdk_ssm::Client::new(&self.config))
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
