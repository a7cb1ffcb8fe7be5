//! The real AWS behind the closed vocabulary of [`cloud`](crate::cloud): a call becomes one
//! request of the SDK, its answer a reply or an ending.
//!
//! Nothing is decided here. One file per service, one function per call; `ending` alone says
//! what an error means, `connect` alone how a request travels. **A call that changes something
//! leaves at most once**: the SDK's retries are off for it. No other folder names the SDK.

mod autoscaling;
mod backup;
mod clock;
mod cloudformation;
mod cloudtrail;
mod cloudwatch;
mod connect;
mod credentials;
mod dynamodb;
mod ending;
mod login;
mod objects;
mod s3;
mod s3control;
mod sending;
mod sns;
mod ssm;
mod sts;
mod transport;
mod trust;

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_config::identity::IdentityCache;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use jiff::SignedDuration;

use crate::cloud::{Account, Call, CallError, Ending, Outcome, Pending, Reply, sts as identity};

use clock::Clock;
use connect::Clients;
pub use credentials::Credentials;
use credentials::{Keeper, Origin};
use sending::Sending;
pub use transport::Transport;
use trust::Trusted;

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
    /// Clients that read, and never do.
    once: Clients,
    /// Clients that change something, and never do.
    changes: Clients,
    connection: Connection,
    credentials: Option<Keeper>,
    /// What every call begins as.
    sending: Sending,
}

impl Live {
    /// Reads the AWS configuration of this machine. No request is sent and no credentials are
    /// asked for: a call says so when they are missing.
    pub async fn connect(connection: &Connection) -> Result<Self, CallError> {
        Self::connect_over(connection, &Transport::new()).await
    }

    /// The same over an HTTP client that is there already.
    pub async fn connect_over(
        connection: &Connection,
        transport: &Transport,
    ) -> Result<Self, CallError> {
        let config = connect::load(connection, transport).await?;
        let Connection { profile, region, .. } = connection.clone();
        let login = login::advice(profile.as_deref()).await;
        let http = SharedHttpClient::new(transport.clone());
        let origin = Origin::Machine { profile, region, http };
        Ok(Self::over(&config, connection, Some(origin), Some(login)))
    }

    /// Speaks through a configuration that is there already: its HTTP client, its credentials,
    /// its time-outs. Its retries and its cache of credentials are replaced.
    pub fn from_sdk_config(config: &SdkConfig, connection: &Connection) -> Self {
        Self::over(config, connection, config.credentials_provider().map(Origin::Given), None)
    }

    fn over(
        config: &SdkConfig,
        connection: &Connection,
        origin: Option<Origin>,
        login: Option<String>,
    ) -> Self {
        let sending = Sending::new(connection.profile.clone(), login, Clock::default());
        let time = config.time_source().unwrap_or_default();
        let credentials = origin.map(|origin| Keeper::new(origin, time));
        let mut reads = config.to_builder();
        reads.set_credentials_provider(credentials.as_ref().map(Keeper::shared));
        // `Keeper` is what keeps them.
        reads.set_identity_cache(Some(IdentityCache::no_cache()));
        // Corrected behind our back, a wrong clock would stay in the journal, and show nowhere.
        reads.set_disable_clock_skew_correction(Some(true));
        let reads = reads.build();
        let mut changes = reads.to_builder();
        let trusted = credentials.clone().map(|keeper| {
            Trusted::new(keeper, &reads, &connection.account, sending.clone()).shared()
        });
        changes.set_credentials_provider(trusted);
        let changes = changes.build();
        Self {
            inner: Arc::new(Inner {
                reads: Clients::that_read(&reads),
                once: Clients::that_change(&reads),
                changes: Clients::that_change(&changes),
                connection: connection.clone(),
                credentials,
                sending,
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

    /// Sends a call, and learns from its ending whose the credentials are, and that they ended.
    async fn dispatch(&self, call: Call, once: bool) -> Outcome {
        let Some(credentials) = &self.inner.credentials else {
            return self.forward(call, once).await;
        };
        let key = credentials.key().await;
        let outcome = self.forward(call, once).await;
        match &outcome {
            Ok(answer) => {
                let found = identity_in(&answer.reply);
                let after = credentials.key().await;
                // The same before and after: it was signed with this one.
                if let (Some(found), Some(after)) = (found, after)
                    && key.as_ref().is_none_or(|key| *key == after)
                {
                    credentials.belongs(after, found.account.clone());
                }
            }
            Err(error) if error.ending == Ending::Expired => credentials.forget().await,
            Err(_) => {}
        }
        outcome
    }

    /// What logs in again: words without a full stop, when they are known.
    pub fn login(&self) -> Option<&str> {
        self.inner.sending.login.as_deref()
    }

    async fn forward(&self, call: Call, once: bool) -> Outcome {
        let Inner { reads, once: single, changes, connection, .. } = &*self.inner;
        let clients = match (call.operation().is_read(), once) {
            (false, _) => changes,
            (true, false) => reads,
            (true, true) => single,
        };
        let sending = self.inner.sending.again();
        match call {
            Call::Sts(call) => sts::send(clients.sts(), &sending, call).await,
            Call::DynamoDb(call) => dynamodb::send(clients.dynamodb(), &sending, call).await,
            Call::S3(call) => {
                let bucket = s3::Owned { client: clients.s3(), sending: &sending, connection };
                s3::send(bucket, call).await
            }
            Call::Sns(call) => sns::send(clients.sns(), &sending, call).await,
            Call::CloudTrail(call) => cloudtrail::send(clients.cloudtrail(), &sending, call).await,
            Call::CloudWatch(call) => cloudwatch::send(clients.cloudwatch(), &sending, call).await,
            Call::AutoScaling(call) => {
                autoscaling::send(clients.autoscaling(), &sending, call).await
            }
            Call::Backup(call) => backup::send(clients.backup(), &sending, call).await,
            Call::CloudFormation(call) => {
                let (client, dynamodb) = (clients.cloudformation(), clients.dynamodb());
                let clients = cloudformation::Clients { client, dynamodb };
                cloudformation::send(clients, &sending, call).await
            }
            Call::S3Control(call) => {
                let client = clients.s3control();
                let jobs = s3control::Owned { client, sending: &sending, connection };
                s3control::send(jobs, call).await
            }
            Call::Ssm(call) => ssm::send(clients.ssm(), &sending, call).await,
            Call::Objects(call) => {
                let bucket = objects::Owned { client: clients.s3(), sending: &sending, connection };
                objects::send(bucket, call).await
            }
            Call::Bulk(_) => Err(ending::not_one_call()),
        }
    }
}

fn identity_in(reply: &Reply) -> Option<&identity::Identity> {
    match reply {
        Reply::Sts(identity::Reply::Identity(found)) => Some(found),
        Reply::DynamoDb(_)
        | Reply::S3(_)
        | Reply::Sns(_)
        | Reply::CloudTrail(_)
        | Reply::CloudWatch(_)
        | Reply::AutoScaling(_)
        | Reply::Backup(_)
        | Reply::CloudFormation(_)
        | Reply::S3Control(_)
        | Reply::Ssm(_)
        | Reply::Objects(_)
        | Reply::Bulk(_) => None,
    }
}

impl Account for Live {
    fn send(&self, call: Call) -> Pending<Outcome> {
        let live = self.clone();
        Box::pin(async move { live.dispatch(call, false).await })
    }

    fn send_once(&self, call: Call) -> Pending<Outcome> {
        let live = self.clone();
        Box::pin(async move { live.dispatch(call, true).await })
    }

    fn skew(&self) -> Option<SignedDuration> {
        self.inner.sending.clock.skew()
    }
}
