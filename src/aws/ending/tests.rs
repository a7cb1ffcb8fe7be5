//! Endings of errors that are made here; those of real connections are in `tests/aws`.

use aws_smithy_types::body::SdkBody;

use super::*;

fn response(status: u16, body: &str) -> HttpResponse {
    let status = aws_smithy_runtime_api::http::StatusCode::try_from(status).unwrap();
    HttpResponse::new(status, SdkBody::from(body))
}

fn ending(code: &str, status: u16) -> Ending {
    let meta = ErrorMetadata::builder().code(code).message("why").build();
    let ended = answered(&meta, &response(status, "<Error/>"));
    assert_eq!((ended.code.as_str(), ended.message.as_str()), (code, "why"));
    ended.ending
}

#[test]
fn codes_have_classes() {
    let table = [
        (Ending::Throttled, 400, "ThrottlingException Throttling TooManyRequestsException"),
        (Ending::Throttled, 400, "RequestLimitExceeded LimitExceededException Throttled"),
        (Ending::Throttled, 503, "SlowDown"),
        (Ending::Denied, 403, "AccessDenied AccessDeniedException UnauthorizedOperation"),
        (Ending::Denied, 403, "AuthorizationError OptInRequired AllAccessDisabled"),
        (Ending::Expired, 400, "ExpiredToken ExpiredTokenException UnrecognizedClientException"),
        (Ending::Expired, 403, "InvalidClientTokenId InvalidAccessKeyId SignatureDoesNotMatch"),
        (Ending::ClockSkew, 403, "RequestTimeTooSkewed"),
        (Ending::ClockSkew, 400, "RequestExpired RequestInTheFuture"),
        (Ending::InUse, 400, "ResourceInUseException ContinuousBackupsUnavailableException"),
        (Ending::InUse, 409, "OperationAborted ConflictException"),
        (Ending::Absent, 400, "ResourceNotFoundException TrailNotFoundException"),
        (Ending::Absent, 400, "TableNotFoundException ResourceNotFound"),
        (Ending::Absent, 404, "NoSuchBucket NoSuchBucketPolicy NotFound NotFoundException"),
        (Ending::Absent, 404, "NoSuchPublicAccessBlockConfiguration"),
        (Ending::Absent, 404, "ServerSideEncryptionConfigurationNotFoundError"),
        (Ending::Absent, 404, "ObjectLockConfigurationNotFoundError"),
        (Ending::Exists, 409, "BucketAlreadyExists BucketAlreadyOwnedByYou"),
        (Ending::Exists, 400, "TrailAlreadyExistsException"),
        (Ending::WrongRegion, 301, "PermanentRedirect"),
        (Ending::WrongRegion, 400, "AuthorizationHeaderMalformed InvalidHomeRegionException"),
        (Ending::Refused, 400, "ValidationException MalformedPolicy InvalidParameter"),
        (Ending::Refused, 409, "BucketNotEmpty InvalidBucketState"),
        (Ending::Refused, 400, "KMSNotFound S3BucketDoesNotExistException LimitExceeded"),
        (Ending::Unknown, 500, "InternalServerError InternalError InternalFailure"),
        (Ending::Unknown, 502, "BadGateway"),
        (Ending::Unknown, 503, "ServiceUnavailable"),
        (Ending::Unknown, 504, "GatewayTimeout"),
        (Ending::Unknown, 400, "RequestTimeout"),
        (Ending::Unknown, 200, "InternalError"),
    ];
    for (expected, status, codes) in table {
        for code in codes.split(' ') {
            assert_eq!(ending(code, status), expected, "{code} with {status}");
        }
    }
}

#[test]
fn a_signature_is_wrong_by_its_key_or_by_its_time() {
    let of = |code, message| codes::class(code, message, 403);
    let expired = "Signature expired: 20261120T111500Z is now earlier than 20261120T115500Z \
        (20261120T120000Z - 5 min.)";
    let early = "Signature not yet current: 20261120T130000Z is still later than 20261120T120500Z \
        (20261120T120000Z + 5 min.)";
    let key = "The request signature we calculated does not match the signature you provided.";
    for code in ["InvalidSignatureException", "SignatureDoesNotMatch"] {
        assert_eq!(of(code, expired), Ending::ClockSkew);
        assert_eq!(of(code, early), Ending::ClockSkew);
        assert_eq!(of(code, key), Ending::Expired);
    }
}

#[test]
fn an_error_without_a_code_ends_as_its_status_says() {
    let table = [
        (301, Ending::WrongRegion, "PermanentRedirect"),
        (400, Ending::Refused, "BadRequest"),
        (403, Ending::Denied, "Forbidden"),
        (404, Ending::Refused, "BadRequest"),
        (429, Ending::Throttled, "TooManyRequests"),
        (500, Ending::Unknown, "ServerError"),
        (503, Ending::Unknown, "ServerError"),
    ];
    for (status, ending, code) in table {
        let ended = answered(&ErrorMetadata::default(), &response(status, ""));
        assert_eq!((ended.ending, ended.code.as_str()), (ending, code), "{status}");
    }
}

#[test]
fn a_redirect_names_the_region_of_the_bucket() {
    let mut raw = response(301, "");
    raw.headers_mut().insert("x-amz-bucket-region", "eu-west-1");
    let ended = answered(&ErrorMetadata::default(), &raw);
    assert_eq!(ended.ending, Ending::WrongRegion);
    assert_eq!(ended.message, "HTTP status 301; the bucket is in eu-west-1");
}

#[test]
fn an_endpoint_of_another_protocol_is_told_apart() {
    let mut raw = response(400, "<ErrorResponse>what is this?</ErrorResponse>");
    raw.headers_mut().insert("content-type", "text/xml");
    let ended = answered(&ErrorMetadata::default(), &raw);
    assert_eq!((ended.ending, ended.code.as_str()), (Ending::Refused, UNREADABLE));
    assert!(ended.message.contains("does not speak the protocol"), "{}", ended.message);
    assert!(ended.message.contains("text/xml"), "{}", ended.message);
}

#[test]
fn an_answer_that_cannot_be_read_is_unknown_unless_it_says_no() {
    assert_eq!(garbled(&response(200, "{"), "cut short").ending, Ending::Unknown);
    assert_eq!(garbled(&response(500, "{"), "cut short").ending, Ending::Unknown);
    assert_eq!(garbled(&response(400, "{"), "cut short").ending, Ending::Refused);
}
