//! The real AWS behind the closed vocabulary of [`cloud`](crate::cloud): a call becomes one
//! request of the SDK, its answer a reply or an ending.
//!
//! Nothing is decided here. One file per service, one function per call; `ending` alone says
//! what an error means, `connect` alone how a request travels. **A call that changes something
//! leaves at most once**: the SDK's retries are off for it. No other folder names the SDK.

mod cloudtrail;
mod cloudwatch;
mod connect;
mod credentials;
mod dynamodb;
mod ending;
mod s3;
mod sending;
mod sns;
mod sts;

use std::sync::Arc;

use aws_config::SdkConfig;

use crate::cloud::{Account, Call, CallError, Outcome, Pending};

use connect::Clients;
pub use credentials::Credentials;
use credentials::Remembering;
use sending::Sending;

/// The most pages of one list that are read. With a hundred names on a page that is more than any
/// account may hold; an endpoint that pages for ever ends here.
const MOST_PAGES: usize = 1_000;

/// How to reach one account in one Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Profile of the AWS configuration files; the SDK's usual search when absent.
    pub profile: Option<String>,
    /// The Region: `us-east-1`.
    pub region: String,
    /// Where all services are instead of at AWS. `AWS_ENDPOINT_URL` and its variants for one
    /// service are obeyed when absent.
    pub endpoint_url: Option<String>,
    /// The twelve-digit account that must own every bucket that is touched.
    pub account: String,
}

/// AWS itself: an [`Account`] whose calls leave this machine.
#[derive(Clone, Debug)]
pub struct Live {
    inner: Arc<Inner>,
}

/// What all clones of a [`Live`] share.
#[derive(Debug)]
struct Inner {
    /// Clients that try again a few times.
    reads: Clients,
    /// Clients that never do.
    changes: Clients,
    connection: Connection,
    credentials: Option<Remembering>,
}

impl Live {
    /// Reads the AWS configuration of this machine. No request is sent and no credentials are
    /// asked for: a call says so when they are missing.
    pub async fn connect(connection: &Connection) -> Result<Self, CallError> {
        let config = connect::load(connection).await?;
        Ok(Self::from_sdk_config(&config, connection))
    }

    /// Speaks through a configuration that is there already: its HTTP client, its credentials,
    /// its time-outs. Its retries and its cache of credentials are replaced.
    pub fn from_sdk_config(config: &SdkConfig, connection: &Connection) -> Self {
        let mut builder = config.to_builder();
        let credentials = config.credentials_provider().map(Remembering::new);
        builder.set_credentials_provider(credentials.as_ref().map(Remembering::shared));
        builder.set_identity_cache(Some(credentials::cache()));
        let config = builder.build();
        Self {
            inner: Arc::new(Inner {
                reads: Clients::that_read(&config),
                changes: Clients::that_change(&config),
                connection: connection.clone(),
                credentials,
            }),
        }
    }

    /// The credentials in use: those of the last request, or else freshly asked for.
    pub async fn credentials(&self) -> Result<Credentials, CallError> {
        let profile = self.inner.connection.profile.as_deref();
        match &self.inner.credentials {
            Some(credentials) => {
                credentials.current().await.map_err(|error| ending::no_credentials(profile, &error))
            }
            None => Err(ending::no_provider(profile)),
        }
    }

    async fn dispatch(&self, call: Call) -> Outcome {
        let Inner { reads, changes, connection, .. } = &*self.inner;
        let clients = if call.operation().is_read() { reads } else { changes };
        let sending = Sending::new(connection.profile.clone());
        match call {
            Call::Sts(call) => sts::send(&clients.sts, &sending, call).await,
            Call::DynamoDb(call) => dynamodb::send(&clients.dynamodb, &sending, call).await,
            Call::S3(call) => {
                let bucket = s3::Owned { client: &clients.s3, sending: &sending, connection };
                s3::send(bucket, call).await
            }
            Call::Sns(call) => sns::send(&clients.sns, &sending, call).await,
            Call::CloudTrail(call) => cloudtrail::send(&clients.cloudtrail, &sending, call).await,
            Call::CloudWatch(call) => cloudwatch::send(&clients.cloudwatch, &sending, call).await,
        }
    }
}

impl Account for Live {
    fn send(&self, call: Call) -> Pending<Outcome> {
        let live = self.clone();
        Box::pin(async move { live.dispatch(call).await })
    }
}
