//! AWS's error codes, in classes.

use crate::cloud::Ending;

/// What AWS calls too many calls. `LimitExceededException` is DynamoDB's: too many table
/// operations at the same time (D8). Quotas of other services have other names.
const THROTTLED: &[&str] = &[
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "Throttled",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

/// Credentials that AWS does not take, or none: a new login is the way out.
const EXPIRED: &[&str] = &[
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidToken",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "TokenRefreshRequired",
    "UnrecognizedClientException",
];

/// The identity may not do this. Codes that begin with `AccessDenied` are added.
const DENIED: &[&str] = &[
    "AccountProblem",
    "AllAccessDisabled",
    "AuthorizationError",
    "AuthorizationErrorException",
    "CloudTrailAccessNotEnabledException",
    "Forbidden",
    "KMSAccessDenied",
    "KMSAccessDeniedException",
    "NotAuthorized",
    "NotAuthorizedException",
    "NotSignedUp",
    "OptInRequired",
    "Unauthorized",
    "UnauthorizedOperation",
];

/// Busy with another change.
const IN_USE: &[&str] = &[
    "ConcurrentAccess",
    "ConcurrentAccessException",
    "ConcurrentModificationException",
    "ConcurrentUpdateException",
    "ConflictException",
    "ContinuousBackupsUnavailableException",
    "OperationAborted",
    "ResourceInUse",
    "ResourceInUseException",
];

/// In another Region, or to be changed only from there.
const WRONG_REGION: &[&str] = &[
    "AuthorizationHeaderMalformed",
    "IllegalLocationConstraintException",
    "InvalidHomeRegion",
    "InvalidHomeRegionException",
    "PermanentRedirect",
    "Redirect",
    "TemporaryRedirect",
];

/// The time of the request is too far from AWS's.
const CLOCK_SKEW: &[&str] = &["RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed"];

/// The signature is not the one that AWS computes: the key is wrong, or the time in it.
const SIGNATURE: &[&str] =
    &["InvalidSignature", "InvalidSignatureException", "SignatureDoesNotMatch"];

/// What a message about a signature says when the time in it is wrong.
const TIME_OF_SIGNATURE: &[&str] = &["signature expired", "not yet current"];

/// The class of an error code that came with a message and an HTTP status.
pub(super) fn class(code: &str, message: &str, status: u16) -> Ending {
    let is_in = |list: &[&str]| list.contains(&code);
    if is_in(CLOCK_SKEW) {
        Ending::ClockSkew
    } else if is_in(SIGNATURE) {
        let message = message.to_ascii_lowercase();
        match TIME_OF_SIGNATURE.iter().any(|words| message.contains(words)) {
            true => Ending::ClockSkew,
            false => Ending::Expired,
        }
    } else if is_in(THROTTLED) {
        Ending::Throttled
    } else if is_in(EXPIRED) {
        Ending::Expired
    } else if is_in(DENIED) || code.starts_with("AccessDenied") {
        Ending::Denied
    } else if is_in(IN_USE) {
        Ending::InUse
    } else if is_in(WRONG_REGION) {
        Ending::WrongRegion
    } else if let Some(ending) = of_stack(code, message) {
        ending
    } else if code.contains("AlreadyExists") || code.contains("AlreadyOwnedByYou") {
        Ending::Exists
    } else if says_absent(code) {
        Ending::Absent
    } else if code.starts_with("RequestTimeout") {
        // A service that waited too long for the request may have acted on what it had.
        Ending::Unknown
    } else {
        of_refusal(status)
    }
}

/// CloudFormation has one code for all that is wrong with a stack; its words tell what it is.
fn of_stack(code: &str, message: &str) -> Option<Ending> {
    let of_stack = code == "ValidationError" && message.starts_with("Stack");
    if of_stack && message.ends_with("does not exist") {
        Some(Ending::Absent)
    } else if of_stack && message.contains("_IN_PROGRESS state") {
        Some(Ending::InUse)
    } else {
        None
    }
}

/// `NoSuchBucket`, `ResourceNotFoundException`, `ObjectLockConfigurationNotFoundError`, ... but
/// not a key that a parameter names and that is not there.
fn says_absent(code: &str) -> bool {
    let stem = ["Exception", "Error", "Fault"]
        .into_iter()
        .find_map(|end| code.strip_suffix(end))
        .unwrap_or(code);
    !code.starts_with("KMS") && (code.starts_with("NoSuch") || stem.ends_with("NotFound"))
}

/// The class of an answer that is in no list. 429 is a throttle in HTTP itself; other 4xx mean no.
pub(super) const fn of_refusal(status: u16) -> Ending {
    match status {
        429 => Ending::Throttled,
        400..=499 => Ending::Refused,
        _ => Ending::Unknown,
    }
}

/// The class of an error that has neither code nor body, and a code for it. That a bucket is not
/// there the SDK says with a code; any other 404 is not AWS's, and must not say that something
/// never happened.
pub(super) const fn of_status(status: u16) -> (Ending, &'static str) {
    match status {
        301 | 307 | 308 => (Ending::WrongRegion, "PermanentRedirect"),
        401 => (Ending::Expired, "Unauthorized"),
        403 => (Ending::Denied, "Forbidden"),
        429 => (Ending::Throttled, "TooManyRequests"),
        400..=499 => (Ending::Refused, "BadRequest"),
        _ => (Ending::Unknown, "ServerError"),
    }
}
