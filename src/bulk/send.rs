//! Calls on objects, sent again where that is safe.

use std::time::Duration;

use super::{Inner, strange};
use crate::cloud::objects::{Call, Object, Reply};
use crate::cloud::{self, CallError, Ending, s3};

/// How often a call is sent before its ending counts: with the pauses below, over some twelve
/// seconds, which outlasts S3's own scaling of a prefix in most cases.
pub(super) const TRIES: u32 = 7;

/// What S3 says where Object Lock is off.
const NO_LOCK: &str = "ObjectLockConfigurationNotFoundError";

/// The first pause, in milliseconds; each is twice the one before.
const PAUSE_MILLIS: u64 = 100;

impl Inner {
    /// Sends one call on objects, once.
    pub(super) async fn send(&self, call: Call) -> Result<Reply, CallError> {
        match self.account.send(cloud::Call::Objects(call)).await?.reply {
            cloud::Reply::Objects(reply) => Ok(reply),
            other => Err(strange(&other)),
        }
    }

    /// Sends a call that may be sent any number of times, until it has an ending that stays.
    pub(super) async fn ask(&self, call: Call) -> Result<Reply, CallError> {
        let mut tries = 1;
        loop {
            match self.send(call.clone()).await {
                Err(error) if passes(&error) && tries < TRIES && !self.is_stopped() => {
                    self.rest(tries).await;
                    tries += 1;
                }
                outcome => return outcome,
            }
        }
    }

    /// Waits before a call is sent once more.
    pub(super) async fn rest(&self, tries: u32) {
        let millis = PAUSE_MILLIS << tries.saturating_sub(1).min(TRIES);
        (self.tools.pause)(Duration::from_millis(millis)).await;
    }

    /// Whether Object Lock is on, so that versions may be held.
    pub(super) async fn holds_objects(&self, bucket: &str) -> Result<bool, CallError> {
        let bucket = bucket.to_owned();
        let call = cloud::Call::S3(s3::Call::GetObjectLockConfiguration { bucket });
        let mut tries = 1;
        loop {
            match self.account.send(call.clone()).await {
                Ok(_) => return Ok(true),
                Err(error) if error.code == NO_LOCK => return Ok(false),
                Err(error) if passes(&error) && tries < TRIES => {
                    self.rest(tries).await;
                    tries += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Looks at one object, or at one part of it.
    pub(super) async fn head(
        &self,
        bucket: &str,
        key: &str,
        version: Option<&str>,
        part: Option<u32>,
    ) -> Result<Object, CallError> {
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        let version = version.map(ToOwned::to_owned);
        match self.ask(Call::HeadObject { bucket, key, version, part }).await? {
            Reply::Object(object) => Ok(*object),
            other => Err(strange(&cloud::Reply::Objects(other))),
        }
    }
}

/// True for endings after which the same call may end otherwise. That nobody saw the end counts
/// among them: everything that is sent here may be sent twice.
pub(super) fn passes(error: &CallError) -> bool {
    error.ending.passes()
        || error.ending == Ending::Unknown
        || error.code == "ConditionalRequestConflict"
}

/// True for endings after which no other object fares better.
pub(super) fn is_fatal(error: &CallError) -> bool {
    error.ending.pauses() || error.ending == Ending::WrongRegion
}
