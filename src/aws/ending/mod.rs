//! What an error of the SDK means: the only place that says how a call ended.
//!
//! The rule is one question: can the change have been applied? **An ending other than
//! [`Unknown`](Ending::Unknown) is given only where it certainly was not**: the request never left,
//! or AWS said no. A message is AWS's own, or the SDK's: untrusted text.

mod codes;

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::error::operation::BuildError;
use aws_types::request_id::RequestId;

use super::sending::Sending;
use super::trust::Distrust;
use crate::cloud::{CallError, Ending};

/// Ours: no credentials could be had.
const NO_CREDENTIALS: &str = "NoCredentials";
/// Ours: the credentials became those of another account.
const OTHER_ACCOUNT: &str = "OtherAccount";
/// Ours: nobody said whose the new credentials are.
const IDENTITY_UNKNOWN: &str = "IdentityUnknown";
/// Ours: the request could not be built; nothing was sent.
const INVALID_REQUEST: &str = "InvalidRequest";
/// Ours: no connection was made.
const NO_CONNECTION: &str = "NoConnection";
/// Ours: the connection ended before the answer did.
const CONNECTION_LOST: &str = "ConnectionLost";
/// Ours: no answer in time.
const TIMEOUT: &str = "Timeout";
/// Ours: an answer that is not one of this operation.
const UNREADABLE: &str = "UnreadableReply";
/// Ours: a configuration that the vocabulary cannot hold.
const BEYOND: &str = "BeyondVocabulary";
/// Ours: a list that does not end.
const TOO_MANY_PAGES: &str = "TooManyPages";

/// The ending of a call whose request came back with an error.
pub(super) fn of<E>(error: &SdkError<E, HttpResponse>, sending: &Sending) -> CallError
where
    E: Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    let mut ended = classified(error, sending);
    ended.request_id = error.request_id().map(str::to_owned);
    ended.advice = match ended.ending {
        Ending::Expired => ended.advice.or_else(|| sending.login.clone()),
        Ending::ClockSkew => Some(sending.clock.advice()),
        Ending::Denied
        | Ending::Throttled
        | Ending::Absent
        | Ending::Exists
        | Ending::InUse
        | Ending::Refused
        | Ending::WrongRegion
        | Ending::NotSent
        | Ending::Unknown => None,
    };
    ended
}

fn classified<E>(error: &SdkError<E, HttpResponse>, sending: &Sending) -> CallError
where
    E: Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    if let Some(distrust) = find::<Distrust>(error) {
        return distrusted(distrust, sending.login.as_deref());
    }
    if let Some(credentials) = find::<CredentialsError>(error) {
        return no_credentials(sending.profile.as_deref(), credentials);
    }
    match error {
        SdkError::ServiceError(context) => answered(context.err().meta(), context.raw()),
        SdkError::ResponseError(context) => garbled(context.raw(), &told(error)),
        SdkError::TimeoutError(_) if !sending.left() => {
            let profile = named(sending.profile.as_deref());
            let message = format!("the credentials of {profile} did not come in time");
            CallError::new(Ending::Expired, NO_CREDENTIALS, message)
        }
        _ if !sending.left() => CallError::new(Ending::Refused, INVALID_REQUEST, told(error)),
        SdkError::DispatchFailure(failure) => {
            let connector = failure.as_connector_error();
            let (ending, code) = connector.map_or((Ending::Unknown, CONNECTION_LOST), transport);
            CallError::new(ending, code, told(error))
        }
        SdkError::TimeoutError(_) => CallError::new(Ending::Unknown, TIMEOUT, told(error)),
        _ => CallError::new(Ending::Unknown, CONNECTION_LOST, told(error)),
    }
}

/// The credentials were not used for a change: nothing was sent with them.
fn distrusted(distrust: &Distrust, login: Option<&str>) -> CallError {
    match distrust {
        Distrust::Other { expected, .. } => {
            let mut ended = CallError::new(Ending::Expired, OTHER_ACCOUNT, distrust.to_string());
            let login = login.map(|login| format!(" ({login})")).unwrap_or_default();
            ended.advice = Some(format!("get credentials of account {expected}{login}"));
            ended
        }
        Distrust::Unasked(error) => {
            let ending = match error.ending {
                Ending::Unknown => Ending::NotSent,
                known => known,
            };
            CallError::new(ending, IDENTITY_UNKNOWN, distrust.to_string())
        }
    }
}

/// AWS answered with an error.
fn answered(meta: &ErrorMetadata, raw: &HttpResponse) -> CallError {
    let status = raw.status().as_u16();
    match meta.code() {
        Some(code) => {
            let message = meta.message().unwrap_or("AWS gave no reason");
            CallError::new(codes::class(code, message, status), code, message)
        }
        None => without_code(raw),
    }
}

/// An error without a code. The answer to HEAD has no body that could hold one; a body without
/// one means that the endpoint does not speak the service's protocol.
fn without_code(raw: &HttpResponse) -> CallError {
    let status = raw.status().as_u16();
    let region = raw.headers().get("x-amz-bucket-region");
    if let (Some(foreign), None) = (foreign(raw), region) {
        return CallError::new(codes::of_refusal(status), UNREADABLE, foreign);
    }
    let (ending, code) = codes::of_status(status);
    let place = region.map(|region| format!("; the bucket is in {region}")).unwrap_or_default();
    CallError::new(ending, code, format!("HTTP status {status}{place}"))
}

/// Says so when an answer has a body that is none of the service's protocol.
fn foreign(raw: &HttpResponse) -> Option<String> {
    let body = raw.body().bytes().filter(|body| !body.is_empty())?;
    let begin: String = String::from_utf8_lossy(body).chars().take(200).collect();
    Some(format!(
        "the endpoint does not speak the protocol of this service: HTTP status {}, content type \
         {}, body {begin}",
        raw.status().as_u16(),
        raw.headers().get("content-type").unwrap_or("unknown"),
    ))
}

/// An answer came that could not be read to its end. With a status that says no, nothing was
/// applied; a success that is cut short may well have been one.
fn garbled(raw: &HttpResponse, told: &str) -> CallError {
    let status = raw.status().as_u16();
    let why = foreign(raw).unwrap_or_else(|| format!("HTTP status {status}"));
    CallError::new(codes::of_refusal(status), UNREADABLE, format!("{why}: {told}"))
}

/// The request was handed to the network, and no answer came back.
fn transport(error: &ConnectorError) -> (Ending, &'static str) {
    if never_connected(error) {
        (Ending::NotSent, NO_CONNECTION)
    } else if error.is_timeout() {
        (Ending::Unknown, TIMEOUT)
    } else {
        (Ending::Unknown, CONNECTION_LOST)
    }
}

/// True when no connection was made: no address, nobody there, no TLS, or not in time.
///
/// The HTTP client says so in words only. Should a new version use others, this is false and the
/// ending `Unknown`: a needless question to a person, never a change that is sent twice.
fn never_connected(error: &ConnectorError) -> bool {
    chain(error).any(|error| {
        let refused = error
            .downcast_ref::<std::io::Error>()
            .is_some_and(|io| io.kind() == std::io::ErrorKind::ConnectionRefused);
        refused || error.to_string() == "client error (Connect)"
    })
}

/// An error and those behind it.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    chain(error).find_map(|error| error.downcast_ref())
}

/// An error with its causes, in one line.
fn told(error: &(dyn Error + 'static)) -> String {
    chain(error).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn named(profile: Option<&str>) -> String {
    profile.map_or_else(|| "this environment".to_owned(), |name| format!("profile `{name}`"))
}

/// The source of credentials gave none.
pub(super) fn no_credentials(profile: Option<&str>, error: &CredentialsError) -> CallError {
    let message = format!("no credentials from {}: {}", named(profile), told(error));
    CallError::new(Ending::Expired, NO_CREDENTIALS, message)
}

/// There is no source of credentials.
pub(super) fn no_provider(profile: Option<&str>) -> CallError {
    let message = format!("no credentials from {}: there is no source of them", named(profile));
    CallError::new(Ending::Expired, NO_CREDENTIALS, message)
}

/// A connection or a request that makes no sense; nothing was sent.
pub(super) fn invalid(message: impl Into<String>) -> CallError {
    CallError::new(Ending::Refused, INVALID_REQUEST, message)
}

/// Work over many objects, which is carried out call by call before it comes here.
pub(super) fn not_one_call() -> CallError {
    invalid("work over many objects is not one request; nothing was sent")
}

/// A request that lacks a part; nothing was sent.
pub(super) fn unbuilt(error: BuildError) -> CallError {
    invalid(error.to_string())
}

/// A member that an answer must have.
pub(super) fn needed<T>(member: Option<T>, name: &str) -> Result<T, CallError> {
    let missing = || format!("the answer has no {name}");
    member.ok_or_else(|| CallError::new(Ending::Unknown, UNREADABLE, missing()))
}

/// A value that is not known here: the change, if it was one, may well be applied.
pub(super) fn unreadable(member: &str, value: &str) -> CallError {
    let message = format!("the answer has `{value}` as {member}, which is not known here");
    CallError::new(Ending::Unknown, UNREADABLE, message)
}

/// A configuration that our words cannot hold. It is not read at all: written back as a whole,
/// it would lose this part.
pub(super) fn beyond(what: &str) -> CallError {
    let message = format!("{what} would be lost when it is written back");
    CallError::new(Ending::Refused, BEYOND, message)
}

/// What AWS says with an empty answer: it is not there.
pub(super) fn absent(code: &str, message: &str, output: &impl RequestId) -> CallError {
    let mut ended = CallError::new(Ending::Absent, code, message);
    ended.request_id = output.request_id().map(str::to_owned);
    ended
}

/// A list that does not end.
pub(super) fn too_many_pages() -> CallError {
    let message = format!("the list goes on after {} pages", super::MOST_PAGES);
    CallError::new(Ending::Unknown, TOO_MANY_PAGES, message)
}

#[cfg(test)]
mod tests;
