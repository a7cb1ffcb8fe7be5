//! One call on its way: whether it left, and what becomes of its answer.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_types::request_id::RequestId;

use super::clock::Clock;
use crate::cloud::{Answer, Outcome, Reply};

/// One call on its way.
#[derive(Clone, Debug)]
pub(super) struct Sending {
    /// The profile that was asked for, for messages.
    pub(super) profile: Option<String>,
    /// What logs in again, when that is known.
    pub(super) login: Option<String>,
    /// What compares the clock of this machine.
    pub(super) clock: Clock,
    mark: Mark,
}

/// Notes when a request is handed to the network. Until then nothing can have been applied,
/// whatever the error: a time-out may just as well have cut short the search for credentials.
#[derive(Clone, Debug, Default)]
pub(super) struct Mark {
    sent: Arc<Mutex<Option<SystemTime>>>,
    clock: Clock,
}

impl Sending {
    pub(super) fn new(profile: Option<String>, login: Option<String>, clock: Clock) -> Self {
        let mark = Mark { sent: Arc::default(), clock: clock.clone() };
        Self { profile, login, clock, mark }
    }

    /// Another call to the same account.
    pub(super) fn again(&self) -> Self {
        Self::new(self.profile.clone(), self.login.clone(), self.clock.clone())
    }

    /// What the SDK calls when it hands the request to the network.
    pub(super) fn mark(&self) -> Mark {
        self.mark.clone()
    }

    /// True when the request was handed to the network.
    pub(super) fn left(&self) -> bool {
        self.mark.sent().is_some()
    }
}

impl Mark {
    fn sent(&self) -> Option<SystemTime> {
        *self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Intercept for Mark {
    fn name(&self) -> &'static str {
        "Mark"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let now = components.time_source().map_or(SystemTime::UNIX_EPOCH, |time| time.now());
        *self.sent.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
        Ok(())
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let (Some(sent), Some(time)) = (self.sent(), components.time_source()) {
            self.clock.compare(sent, time.now(), context.response());
        }
        Ok(())
    }
}

/// The answer with a reply, and the request id of the output it was made from.
pub(super) fn answer(reply: Reply, output: &impl RequestId) -> Outcome {
    Ok(Answer { reply, request_id: output.request_id().map(str::to_owned) })
}

/// Sends a request of the SDK, marked: the output, or the ending of the call.
macro_rules! sent {
    ($sending:expr, $request:expr) => {{
        let sending: &$crate::aws::sending::Sending = $sending;
        $request
            .customize()
            .interceptor(sending.mark())
            .send()
            .await
            .map_err(|error| $crate::aws::ending::of(&error, sending))
    }};
}
pub(super) use sent;
