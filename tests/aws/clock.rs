//! A machine whose clock is wrong: what it is told, and that nothing is sent again behind its back.

use std::time::{Duration, SystemTime};

use aws_types::sdk_config::TimeSource;
use muster::aws::Live;
use muster::cloud::{Account, Ending, s3};

use crate::support::{ACCOUNT, REGION, Sent, config, connection, error};
use crate::transport::{Habit, Server, change, read};

/// 20 November 2026, 11:40:00 UTC, on this machine: twenty minutes behind the answers below.
#[derive(Debug)]
struct Slow;

impl TimeSource for Slow {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_174_800)
    }
}

fn live(url: &str) -> Live {
    let config = config(url, REGION).to_builder().time_source(Slow).build();
    Live::from_sdk_config(&config, &connection(url, REGION, ACCOUNT))
}

/// Makes a call of any service; that of S3 is at hand.
type Made = fn(s3::Call) -> Sent;

/// As DynamoDB says it.
const SIGNATURE: &str = "HTTP/1.1 400 Bad Request\r\nDate: Fri, 20 Nov 2026 12:00:00 GMT\r\n\
    Content-Type: application/x-amz-json-1.0\r\nConnection: close\r\n\r\n\
    {\"__type\":\"com.amazon.coral.service#InvalidSignatureException\",\"message\":\"Signature \
    expired: 20261120T114000Z is now earlier than 20261120T115500Z (20261120T120000Z - 5 min.)\"}";

/// As S3 says it.
const SKEWED: &str = "HTTP/1.1 403 Forbidden\r\nDate: Fri, 20 Nov 2026 12:00:00 GMT\r\n\
    Content-Type: application/xml\r\nConnection: close\r\n\r\n\
    <Error><Code>RequestTimeTooSkewed</Code><Message>The difference between the request time and \
    the current time is too large.</Message></Error>";

/// As a service answers that takes the time all the same.
const WELL: &str = "HTTP/1.1 200 OK\r\nDate: Fri, 20 Nov 2026 12:00:00 GMT\r\n\
    Content-Type: application/x-amz-json-1.0\r\nConnection: close\r\n\r\n\
    {\"TableNames\":[]}";

#[tokio::test]
async fn a_wrong_clock_is_told_with_how_far_it_is_off_and_nothing_is_sent_again() {
    let versioning = s3::Call::PutBucketVersioning { bucket: "logs".into(), enabled: true };
    let calls: [(&str, Made); 3] = [
        (SIGNATURE, |_| change().into()),
        (SIGNATURE, |_| read().into()),
        (SKEWED, |call| call.into()),
    ];
    for (answer, call) in calls {
        let server = Server::with(Habit::Say(answer)).await;
        let live = live(&server.url);
        for sent in 1..=2 {
            let told = error(&live, call(versioning.clone())).await;
            assert_eq!(told.ending, Ending::ClockSkew, "{told}");
            let advice = told.advice.unwrap_or_default();
            assert!(advice.ends_with("by AWS's answers it is 20 min behind"), "{advice}");
            // Once each, and signed with the time of this machine: corrected by what the first
            // answer told, the second would be taken, and the journal would keep the wrong time.
            let received = server.received();
            assert_eq!(received.len(), sent);
            assert!(received[sent - 1].contains("x-amz-date: 20261120t114000z"), "{received:?}");
        }
    }
}

#[tokio::test]
async fn a_wrong_clock_shows_before_anything_is_refused() {
    let server = Server::with(Habit::Say(WELL)).await;
    let live = live(&server.url);
    assert_eq!(live.skew(), None);
    let call = muster::cloud::dynamodb::Call::ListTables {};
    crate::support::reply(&live, call).await;
    let skew = live.skew().unwrap();
    assert_eq!(muster::cloud::skew_words(skew).as_deref(), Some("20 min behind"));
}
