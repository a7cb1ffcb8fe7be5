//! One call on its way: whether it left, and what becomes of its answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_types::request_id::RequestId;

use crate::cloud::{Answer, Outcome, Reply};

/// One call on its way.
#[derive(Clone, Debug)]
pub(super) struct Sending {
    /// The profile that was asked for, for messages.
    pub(super) profile: Option<String>,
    mark: Mark,
}

/// Is set when a request is handed to the network. Until then nothing can have been applied,
/// whatever the error: a time-out may just as well have cut short the search for credentials.
#[derive(Clone, Debug, Default)]
pub(super) struct Mark(Arc<AtomicBool>);

impl Sending {
    pub(super) fn new(profile: Option<String>) -> Self {
        Self { profile, mark: Mark::default() }
    }

    /// What the SDK calls when it hands the request to the network.
    pub(super) fn mark(&self) -> Mark {
        self.mark.clone()
    }

    /// True when the request was handed to the network.
    pub(super) fn left(&self) -> bool {
        self.mark.0.load(Ordering::SeqCst)
    }
}

impl Intercept for Mark {
    fn name(&self) -> &'static str {
        "Mark"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.store(true, Ordering::SeqCst);
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
