//! The credentials in use, and when they expire.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::identity::IdentityCache;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};
use aws_smithy_runtime_api::client::identity::SharedIdentityCache;
use jiff::Timestamp;

/// How long a source of credentials may take: a login service or a helper program needs a few
/// seconds.
const SOURCE: Duration = Duration::from_secs(20);

/// The SDK's own limit. It comes after ours, whose error says what was slow; left alone it would
/// follow from the time-outs of requests, which have nothing to do with it.
const SOURCE_IN_SDK: Duration = Duration::from_secs(40);

/// Where all clients keep the credentials, so that they are asked for once.
pub(super) fn cache() -> SharedIdentityCache {
    IdentityCache::lazy().load_timeout(SOURCE_IN_SDK).build()
}

/// What may be shown of credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// When they expire; they do not when absent.
    pub expires: Option<Timestamp>,
    /// Where they come from, in the SDK's words: `ProfileFile`, `SSO`, `EnvironmentVariable`, ...
    pub source: String,
}

/// A source of credentials that remembers what it gave last, without the secrets.
#[derive(Clone, Debug)]
pub(super) struct Remembering {
    source: SharedCredentialsProvider,
    last: Arc<Mutex<Option<Credentials>>>,
}

impl Remembering {
    pub(super) fn new(source: SharedCredentialsProvider) -> Self {
        Self { source, last: Arc::default() }
    }

    /// Itself, as the SDK wants it.
    pub(super) fn shared(&self) -> SharedCredentialsProvider {
        SharedCredentialsProvider::new(self.clone())
    }

    /// What it gave last; it is asked when it gave nothing yet.
    pub(super) async fn current(&self) -> Result<Credentials, CredentialsError> {
        if let Some(last) = self.last() {
            return Ok(last);
        }
        self.ask().await.map(|given| describe(&given))
    }

    fn last(&self) -> Option<Credentials> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn ask(&self) -> provider::Result {
        let given = tokio::time::timeout(SOURCE, self.source.provide_credentials())
            .await
            .map_err(|_| CredentialsError::provider_timed_out(SOURCE))??;
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some(describe(&given));
        drop(last);
        Ok(given)
    }
}

impl ProvideCredentials for Remembering {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.ask())
    }
}

fn describe(given: &aws_credential_types::Credentials) -> Credentials {
    let expires = given.expiry().and_then(|at| Timestamp::try_from(at).ok());
    Credentials { expires, source: source_of(&format!("{given:?}")) }
}

/// The SDK tells the name of the source only in its debug text, where secrets are redacted.
fn source_of(debug: &str) -> String {
    let name = debug
        .split_once("provider_name: \"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .map_or("unknown", |(name, _)| name);
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn source_and_expiry_are_told_and_secrets_are_not() {
        let expiry = std::time::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let given = aws_credential_types::Credentials::new(
            "AKIDEXAMPLE",
            "hidden-key",
            Some("hidden-token".to_owned()),
            Some(expiry),
            "SSO",
        );
        let told = describe(&given);
        assert_eq!(told.source, "SSO");
        assert_eq!(told.expires, Timestamp::from_second(1_800_000_000).ok());
        assert!(!format!("{told:?}").contains("hidden"));
        assert_eq!(source_of("something else"), "unknown");
    }
}
