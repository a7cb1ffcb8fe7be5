//! Whose credentials sign a change: never another account's.
//!
//! Credentials are refreshed in the middle of a run, and a login may change under it. The engine
//! asks who is asking before its first change and after each pause; in between, the first change
//! with credentials that nobody asked with waits here until the account has said whose they are.

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};

use super::credentials::{Keeper, Owner};
use super::sending::Sending;
use super::sts;
use crate::cloud::{Answer, CallError, Reply};

/// Gives credentials to the clients that change something, once it is known whose they are.
#[derive(Clone, Debug)]
pub(super) struct Trusted {
    keeper: Keeper,
    config: SdkConfig,
    /// The only account that may be changed.
    account: String,
    sending: Sending,
}

/// Why credentials are not used for a change. Nothing was sent with them.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum Distrust {
    /// They are of another account.
    #[error("the credentials are now those of account {found}, and the run is of {expected}")]
    Other { expected: String, found: String },
    /// Nobody said whose they are.
    #[error("whose the new credentials are could not be asked: {0}")]
    Unasked(CallError),
}

impl Trusted {
    pub(super) fn new(keeper: Keeper, config: &SdkConfig, account: &str, sending: Sending) -> Self {
        // One try: the change that waits for this has a limit of its own.
        let config = config.to_builder().retry_config(RetryConfig::disabled()).build();
        Self { keeper, config, account: account.to_owned(), sending }
    }

    /// Itself, as the SDK wants it.
    pub(super) fn shared(&self) -> SharedCredentialsProvider {
        SharedCredentialsProvider::new(self.clone())
    }

    async fn ask(&self) -> provider::Result {
        let given = self.keeper.ask().await?;
        let found = match self.keeper.owner(given.access_key_id()) {
            Owner::Account(account) => account,
            // Nothing begins without an identity: only a test sends a change before.
            Owner::NobodyAsked => return Ok(given),
            Owner::Unknown => self.ask_owner(&given).await?,
        };
        if found == self.account {
            return Ok(given);
        }
        Err(Distrust::Other { expected: self.account.clone(), found }.into())
    }

    /// Asks with these very credentials.
    async fn ask_owner(
        &self,
        given: &aws_credential_types::Credentials,
    ) -> Result<String, Distrust> {
        let pinned = SharedCredentialsProvider::new(given.clone());
        let config = self.config.to_builder().credentials_provider(pinned).build();
        let client = aws_sdk_sts::Client::new(&config);
        let call = crate::cloud::sts::Call::GetCallerIdentity {};
        match sts::send(&client, &self.sending.again(), call).await {
            Ok(Answer { reply: Reply::Sts(crate::cloud::sts::Reply::Identity(found)), .. }) => {
                self.keeper.belongs(given.access_key_id().to_owned(), found.account.clone());
                Ok(found.account)
            }
            Ok(answer) => Err(Distrust::Unasked(CallError::new(
                crate::cloud::Ending::Unknown,
                "StrangeReply",
                format!("{:?}", answer.reply),
            ))),
            Err(error) => Err(Distrust::Unasked(error)),
        }
    }
}

impl ProvideCredentials for Trusted {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.ask())
    }
}
