//! Faults as data: which call goes wrong, when, and how.

use serde::{Deserialize, Serialize};

use crate::cloud::{Call, CallError, Ending};

/// A fault that waits for its call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The operation: `UpdateTable`, `dynamodb:UpdateTable`, or `*` for every call.
    pub on: String,
    /// Only calls about this resource, when given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// The first matching call that goes wrong, counted from 1.
    #[serde(default = "one")]
    pub nth: u32,
    /// How many matching calls in a row go wrong; 4294967295 is for good.
    #[serde(default = "one")]
    pub times: u32,
    /// How they go wrong.
    pub kind: FaultKind,
    /// Why, of a kind that has a reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How a call goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// Too many calls. Not applied.
    Throttled,
    /// The identity may not do this. Not applied.
    Denied,
    /// The credentials have expired. Not applied.
    Expired,
    /// The clock of this machine is wrong, so the signature is not accepted. Not applied.
    ClockSkew,
    /// There is no connection. Not applied.
    NotSent,
    /// AWS answers 500. Not applied, which nobody can know.
    ServerError,
    /// Applied, and the reply is lost.
    LostReply,
    /// Lost on its way; not applied. Looks exactly like [`LostReply`](Self::LostReply).
    LostRequest,
    /// Applied, and the reply breaks off in the middle.
    Truncated,
    /// Busy with another change. Not applied.
    InUse,
    /// As if the resource were not there. Not applied.
    NotFound,
    /// A quota of the account is used up. Not applied.
    Quota,
    /// As if the resource were in another Region. Not applied.
    WrongRegion,
    /// A stack fails at the resource with this logical id (`resource`), or of this type (`on`), for
    /// the reason that is given. To the calls themselves it is no fault.
    StackFails,
    /// A job of S3 Batch Operations fails before it copies anything, for the reason that is given:
    /// its role may not be used, or may not read the list. To the calls themselves it is no fault.
    JobFails,
    /// A job of S3 Batch Operations cannot copy the object with this key (`resource`), for the reason
    /// that is given. To the calls themselves it is no fault.
    TaskFails,
    /// The process is killed instead of answering. Whoever keeps the world does that: to the world
    /// itself it is no fault.
    #[serde(untagged)]
    Killed(Killed),
}

/// When the process is killed, as `kill -9` does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Killed {
    /// Before the intent of the call is written down.
    #[serde(rename = "killed_before_intent")]
    BeforeIntent,
    /// Once it is written, before its fsync.
    #[serde(rename = "killed_intent_written")]
    IntentWritten,
    /// Once it is durable.
    #[serde(rename = "killed_intent_durable")]
    IntentDurable,
    /// Once the call has arrived, before it is applied.
    #[serde(rename = "killed_sent")]
    Sent,
    /// Once it is applied and stored, before its reply is given.
    #[serde(rename = "killed_applied")]
    Applied,
    /// Once its reply was seen, before that is written down.
    #[serde(rename = "killed_answered")]
    Answered,
    /// Once the answer is written, before its fsync.
    #[serde(rename = "killed_answer_written")]
    AnswerWritten,
    /// Once the answer is durable.
    #[serde(rename = "killed_answer_durable")]
    AnswerDurable,
}

impl Killed {
    /// Every moment, in the order in which a call meets them.
    pub const ALL: [Self; 8] = [
        Self::BeforeIntent,
        Self::IntentWritten,
        Self::IntentDurable,
        Self::Sent,
        Self::Applied,
        Self::Answered,
        Self::AnswerWritten,
        Self::AnswerDurable,
    ];
}

impl FaultKind {
    /// Every kind that is an answer, for tests that try them all.
    pub const ALL: [Self; 13] = [
        Self::Throttled,
        Self::Denied,
        Self::Expired,
        Self::ClockSkew,
        Self::NotSent,
        Self::ServerError,
        Self::LostReply,
        Self::LostRequest,
        Self::Truncated,
        Self::InUse,
        Self::NotFound,
        Self::Quota,
        Self::WrongRegion,
    ];

    /// True when the call is carried out all the same, and only its reply is lost.
    pub const fn applies(self) -> bool {
        matches!(self, Self::LostReply | Self::Truncated)
    }

    /// True when AWS answers, and so gives a request id.
    const fn answered(self) -> bool {
        !matches!(
            self,
            Self::NotSent
                | Self::LostReply
                | Self::LostRequest
                | Self::Truncated
                | Self::StackFails
                | Self::JobFails
                | Self::TaskFails
                | Self::Killed(_)
        )
    }

    /// What the caller gets instead of a reply.
    pub fn error(self, call: &Call, request_id: &str) -> CallError {
        let (ending, of_s3, other) = self.words();
        let (code, message) = if matches!(call, Call::S3(_) | Call::Objects(_) | Call::Bulk(_)) {
            of_s3
        } else {
            other
        };
        let mut error = CallError::new(ending, code, message);
        error.request_id = self.answered().then(|| request_id.to_owned());
        error
    }

    /// The class, and code and message as S3 and as the other services put them.
    const fn words(self) -> (Ending, Words, Words) {
        match self {
            Self::Throttled => (
                Ending::Throttled,
                ("SlowDown", "Please reduce your request rate."),
                ("ThrottlingException", "Rate exceeded"),
            ),
            Self::Denied => (
                Ending::Denied,
                ("AccessDenied", "Access Denied"),
                ("AccessDeniedException", "User is not authorized to perform this operation"),
            ),
            Self::Expired => (
                Ending::Expired,
                ("ExpiredToken", "The provided token has expired."),
                ("ExpiredTokenException", "The security token included in the request is expired"),
            ),
            Self::ClockSkew => (
                Ending::ClockSkew,
                (
                    "RequestTimeTooSkewed",
                    "The difference between the request time and the current time is too large.",
                ),
                ("InvalidSignatureException", "Signature expired"),
            ),
            Self::NotSent => (Ending::NotSent, NO_CONNECTION, NO_CONNECTION),
            Self::ServerError => (
                Ending::Unknown,
                ("InternalError", "We encountered an internal error. Please try again."),
                ("InternalServerError", "Internal server error"),
            ),
            // After a kill nobody is left to read it, and the failure of a stack or of a job is no
            // answer.
            Self::LostReply
            | Self::LostRequest
            | Self::StackFails
            | Self::JobFails
            | Self::TaskFails
            | Self::Killed(_) => (Ending::Unknown, NO_REPLY, NO_REPLY),
            Self::Truncated => (Ending::Unknown, CUT_OFF, CUT_OFF),
            Self::InUse => (
                Ending::InUse,
                (
                    "OperationAborted",
                    "A conflicting conditional operation is currently in progress against this \
                     resource. Please try again.",
                ),
                ("ResourceInUseException", "Attempt to change a resource which is still in use"),
            ),
            Self::NotFound => (
                Ending::Absent,
                ("NoSuchBucket", "The specified bucket does not exist"),
                ("ResourceNotFoundException", "Requested resource not found"),
            ),
            Self::Quota => (
                Ending::Refused,
                ("TooManyBuckets", "You have attempted to create more buckets than allowed"),
                ("LimitExceededException", "Subscriber limit exceeded"),
            ),
            Self::WrongRegion => (
                Ending::WrongRegion,
                (
                    "PermanentRedirect",
                    "The bucket you are attempting to access must be addressed using the \
                     specified endpoint.",
                ),
                ("InvalidHomeRegionException", "The resource lives in another Region."),
            ),
        }
    }
}

/// Work over many objects came here, instead of the calls that it is made of.
pub(super) fn not_one_call() -> CallError {
    let message = "work over many objects is carried out call by call before it comes here";
    CallError::new(Ending::Refused, "NotOneCall", message)
}

/// Code and message of an error.
type Words = (&'static str, &'static str);

const NO_CONNECTION: Words = ("NotSent", "connection refused");
const NO_REPLY: Words = ("Timeout", "no reply before the time was up");
const CUT_OFF: Words = ("Truncated", "the reply broke off in the middle");

/// A fault with the number of matching calls that it has seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Armed {
    fault: Fault,
    seen: u32,
}

impl Armed {
    /// A fault that has seen nothing yet.
    pub(super) fn new(fault: Fault) -> Self {
        Self { fault, seen: 0 }
    }

    /// How many calls it has counted, up to the last one that it strikes.
    pub(super) fn used_up(&self) -> u64 {
        let Fault { nth, times, .. } = self.fault;
        let last = u64::from(nth.saturating_sub(1)) + u64::from(times);
        u64::from(self.seen).min(last)
    }

    /// Counts the call if it matches, and answers how it goes wrong if it does. To be killed is
    /// nothing that the world does: that is met at its moment.
    pub(super) fn meet(&mut self, call: &Call) -> Option<FaultKind> {
        match self.fault.kind {
            FaultKind::Killed(_)
            | FaultKind::StackFails
            | FaultKind::JobFails
            | FaultKind::TaskFails => None,
            FaultKind::Throttled
            | FaultKind::Denied
            | FaultKind::Expired
            | FaultKind::ClockSkew
            | FaultKind::NotSent
            | FaultKind::ServerError
            | FaultKind::LostReply
            | FaultKind::LostRequest
            | FaultKind::Truncated
            | FaultKind::InUse
            | FaultKind::NotFound
            | FaultKind::Quota
            | FaultKind::WrongRegion => self.count(call),
        }
    }

    /// Counts a resource that a stack begins to make or to change, and answers why that fails if it
    /// is its turn.
    pub(super) fn fails_resource(&mut self, logical: &str, kind: &str) -> Option<String> {
        self.fails(FaultKind::StackFails, logical, kind)
    }

    /// Counts what a job of S3 Batch Operations begins (`JobFails`, into this bucket) or one object
    /// of it (`TaskFails`, with this key), and answers why that fails if it is its turn.
    pub(super) fn fails_copy(&mut self, how: FaultKind, resource: &str) -> Option<String> {
        self.fails(how, resource, "S3PutObjectCopy")
    }

    fn fails(&mut self, of: FaultKind, what: &str, kind: &str) -> Option<String> {
        let Fault { on, resource, nth, times, kind: how, reason } = &self.fault;
        let named = on == "*" || on == kind;
        let meant = named && resource.as_deref().is_none_or(|wanted| wanted == what);
        if *how != of || !meant {
            return None;
        }
        let before = self.seen;
        self.seen = self.seen.saturating_add(1);
        let first = nth.saturating_sub(1);
        let strikes = before >= first && before - first < *times;
        strikes.then(|| reason.clone().unwrap_or_else(|| "Internal Failure".to_owned()))
    }

    /// Whether this is a kill at this moment.
    pub(super) fn is_kill(&self, moment: Killed) -> bool {
        self.fault.kind == FaultKind::Killed(moment)
    }

    /// Counts the call if it matches, and answers what happens if it is its turn.
    pub(super) fn count(&mut self, call: &Call) -> Option<FaultKind> {
        let Fault { on, resource, nth, times, kind, .. } = &self.fault;
        let operation = call.operation();
        let named = on == "*"
            || on == operation.name
            || on.split_once(':') == Some((operation.service, operation.name));
        if !named || resource.as_deref().is_some_and(|wanted| Some(wanted) != call.resource()) {
            return None;
        }
        let before = self.seen;
        self.seen = self.seen.saturating_add(1);
        let first = nth.saturating_sub(1);
        (before >= first && before - first < *times).then_some(*kind)
    }
}

fn one() -> u32 {
    1
}
