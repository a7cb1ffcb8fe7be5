//! The credentials in use: where they come from, when they expire, whose they are.
//!
//! They are kept here and not by the SDK, whose cache and whose reading of the AWS configuration
//! last as long as the process: whoever logs in while a run rests must be seen.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::sdk_config::SharedTimeSource;
use jiff::Timestamp;
use tokio::sync;

use super::connect;
use super::trust::Distrust;

/// How long a source of credentials may take: a login service or a helper program needs a few
/// seconds.
const SOURCE: Duration = Duration::from_secs(20);

/// Credentials that end sooner than this are asked for anew: a request is on its way for a while.
const TOO_SOON: Duration = Duration::from_secs(30);

/// What may be shown of credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// When they expire; they do not when absent.
    pub expires: Option<Timestamp>,
    /// Where they come from, in the SDK's words: `ProfileFile`, `SSO`, `EnvironmentVariable`, ...
    pub source: String,
}

/// Where credentials come from.
#[derive(Clone, Debug)]
pub(super) enum Origin {
    /// From whoever made the configuration.
    Given(SharedCredentialsProvider),
    /// From the AWS configuration of this machine. It is read again whenever it has to be.
    Machine { profile: Option<String>, region: String, http: SharedHttpClient },
}

/// Gives credentials to all clients, so that they are asked for once.
#[derive(Clone, Debug)]
pub(super) struct Keeper {
    kept: Arc<sync::Mutex<Kept>>,
    /// What was given last, without the secrets.
    last: Arc<Mutex<Option<Credentials>>>,
    /// The account of each access key id that an answer named.
    owners: Arc<Mutex<BTreeMap<String, String>>>,
    origin: Origin,
    time: SharedTimeSource,
}

#[derive(Debug, Default)]
struct Kept {
    source: Option<SharedCredentialsProvider>,
    given: Option<aws_credential_types::Credentials>,
}

impl Keeper {
    pub(super) fn new(origin: Origin, time: SharedTimeSource) -> Self {
        Self { kept: Arc::default(), last: Arc::default(), owners: Arc::default(), origin, time }
    }

    /// Itself, as the SDK wants it.
    pub(super) fn shared(&self) -> SharedCredentialsProvider {
        SharedCredentialsProvider::new(self.clone())
    }

    /// What it gave last; it is asked when it gave nothing yet.
    pub(super) async fn current(&self) -> Result<Credentials, CredentialsError> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match last {
            Some(last) => Ok(last),
            None => self.ask().await.map(|given| describe(&given)),
        }
    }

    /// The credentials that are kept, or new ones from the source when they end soon.
    pub(super) async fn ask(&self) -> provider::Result {
        let mut kept = self.kept.lock().await;
        let soon = self.time.now() + TOO_SOON;
        let lasts = |given: &aws_credential_types::Credentials| {
            given.expiry().is_none_or(|expires| expires > soon)
        };
        if let Some(given) = kept.given.as_ref().filter(|given| lasts(given)) {
            return Ok(given.clone());
        }
        let source = match (&kept.source, &self.origin) {
            (Some(source), _) | (None, Origin::Given(source)) => source.clone(),
            (None, Origin::Machine { profile, region, http }) => {
                connect::credentials(profile.as_deref(), region, http).await
            }
        };
        kept.source = Some(source.clone());
        let given = tokio::time::timeout(SOURCE, source.provide_credentials())
            .await
            .map_err(|_| CredentialsError::provider_timed_out(SOURCE))??;
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(describe(&given));
        kept.given = Some(given.clone());
        Ok(given)
    }

    /// Forgets what was given: AWS does not take it any more. The next request reads the
    /// configuration of this machine again, and finds a login that was made meanwhile.
    pub(super) async fn forget(&self) {
        *self.kept.lock().await = Kept::default();
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The access key id that is kept.
    pub(super) async fn key(&self) -> Option<String> {
        let kept = self.kept.lock().await;
        kept.given.as_ref().map(|given| given.access_key_id().to_owned())
    }

    /// Remembers whose an access key id is.
    pub(super) fn belongs(&self, key: String, account: String) {
        self.owners.lock().unwrap_or_else(PoisonError::into_inner).insert(key, account);
    }

    /// Whose an access key id is.
    pub(super) fn owner(&self, key: &str) -> Owner {
        let owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
        match owners.get(key) {
            Some(account) => Owner::Account(account.clone()),
            None if owners.is_empty() => Owner::NobodyAsked,
            None => Owner::Unknown,
        }
    }
}

/// Whose credentials are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// Of this account.
    Account(String),
    /// An identity was asked for before, but not with these.
    Unknown,
    /// No identity was asked for yet.
    NobodyAsked,
}

impl ProvideCredentials for Keeper {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.ask())
    }
}

impl From<Distrust> for CredentialsError {
    fn from(distrust: Distrust) -> Self {
        Self::provider_error(distrust)
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
