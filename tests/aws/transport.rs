//! Connections that break: what the operator is told, and how often a request left.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use muster::aws::{Live, Transport};
use muster::cloud::{Ending, cloudwatch, dynamodb, s3, sts};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::support::{ACCOUNT, REGION, config, connection, ending, error};

/// What the server does with a request that it has read to its end.
#[derive(Clone, Copy, Debug)]
pub enum Habit {
    /// Cuts the connection off.
    Reset,
    /// Closes it without a word.
    Close,
    /// Begins a success and never ends it.
    Truncate,
    /// Keeps the connection and says nothing.
    Silence,
    /// Answers with this status and body.
    Answer(u16, &'static str),
    /// Answers with these very bytes, and closes.
    Say(&'static str),
    /// Refuses the first request of a connection, keeps it open, and closes it after the second.
    KeepThenClose,
}

/// The requests that came, in lower case, in order.
type Requests = Arc<Mutex<Vec<String>>>;

/// A server with a habit, which keeps the requests.
pub struct Server {
    pub url: String,
    requests: Requests,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    #[expect(clippy::disallowed_methods, reason = "tests have no app that owns tasks")]
    pub async fn with(habit: Habit) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("its number"));
        let requests = Requests::default();
        let kept = Arc::clone(&requests);
        let task = tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok((stream, _)) = listener.accept().await {
                held.extend(serve(stream, habit, &kept).await);
            }
        });
        Self { url, requests, task }
    }

    pub fn requests(&self) -> usize {
        self.received().len()
    }

    /// What came, in lower case.
    pub fn received(&self) -> Vec<String> {
        self.requests.lock().expect("the requests").clone()
    }
}

/// Serves one request; the stream, when it stays open.
async fn serve(mut stream: TcpStream, habit: Habit, requests: &Requests) -> Option<TcpStream> {
    read_request(&mut stream, requests).await?;
    match habit {
        Habit::Reset => stream.set_zero_linger().ok()?,
        Habit::Close => {}
        Habit::Silence => return Some(stream),
        Habit::Say(answer) => stream.write_all(answer.as_bytes()).await.ok()?,
        Habit::KeepThenClose => {
            let head = "HTTP/1.1 400 Answer\r\nContent-Type: application/x-amz-json-1.0\r\n\
                        Content-Length: 2\r\n\r\n{}";
            stream.write_all(head.as_bytes()).await.ok()?;
            read_request(&mut stream, requests).await?;
        }
        Habit::Truncate => {
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\n\
                        Content-Length: 1000\r\n\r\n{\"TableDescription\"";
            stream.write_all(head.as_bytes()).await.ok()?;
        }
        Habit::Answer(status, body) => {
            let answer = format!(
                "HTTP/1.1 {status} Answer\r\nContent-Type: application/x-amz-json-1.0\r\n\
                 x-amzn-requestid: 7NQ\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).await.ok()?;
        }
    }
    stream.flush().await.ok()?;
    None
}

/// Reads a request with its body, and keeps it.
async fn read_request(stream: &mut TcpStream, requests: &Requests) -> Option<()> {
    let mut seen = Vec::new();
    loop {
        let mut part = [0; 4096];
        let n = stream.read(&mut part).await.ok().filter(|n| *n > 0)?;
        seen.extend_from_slice(&part[..n]);
        let text = String::from_utf8_lossy(&seen).to_ascii_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(Ok(0), str::parse).ok()?;
            if body.len() >= length {
                requests.lock().expect("the requests").push(text);
                return Some(());
            }
        }
    }
}

/// An account behind a server, which is not waited for as long as AWS is.
pub fn impatient(url: &str) -> Live {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_millis(200))
        .read_timeout(Duration::from_millis(600))
        .operation_attempt_timeout(Duration::from_secs(5))
        .build();
    let config = config(url, REGION).to_builder().timeout_config(timeouts).build();
    Live::from_sdk_config(&config, &connection(url, REGION, ACCOUNT))
}

pub fn change() -> dynamodb::Call {
    dynamodb::Call::UpdateTable {
        table: "sitelogix-vendors".to_owned(),
        change: dynamodb::TableChange::DeletionProtection(true),
    }
}

pub fn read() -> dynamodb::Call {
    dynamodb::Call::DescribeTable { table: "sitelogix-vendors".to_owned() }
}

#[tokio::test]
async fn a_change_whose_answer_is_lost_is_unknown_and_was_sent_once() {
    let table = [
        (Habit::Reset, "ConnectionLost"),
        (Habit::Close, "ConnectionLost"),
        (Habit::Truncate, "UnreadableReply"),
        (Habit::Silence, "Timeout"),
        (Habit::Answer(200, "this is no JSON"), "UnreadableReply"),
        (Habit::Answer(200, "{}"), "UnreadableReply"),
        (Habit::Answer(500, r#"{"__type":"InternalServerError"}"#), "InternalServerError"),
        (Habit::Answer(503, ""), "ServerError"),
    ];
    for (habit, code) in table {
        let server = Server::with(habit).await;
        let ended = ending(&impatient(&server.url), change()).await;
        assert_eq!(ended, (Ending::Unknown, code.to_owned()), "{habit:?}");
        assert_eq!(server.requests(), 1, "{habit:?}");
    }
}

#[tokio::test]
async fn a_change_on_a_connection_that_was_kept_is_not_sent_again_either() {
    // An HTTP client may take a kept connection for stale and try a new one by itself.
    let server = Server::with(Habit::KeepThenClose).await;
    let live = impatient(&server.url);
    assert_eq!(ending(&live, change()).await.0, Ending::Refused);
    let lost = (Ending::Unknown, "ConnectionLost".to_owned());
    assert_eq!(ending(&live, change()).await, lost);
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn a_change_that_was_throttled_is_not_sent_again_here() {
    let throttled = r#"{"__type":"ThrottlingException","message":"Slow down"}"#;
    let server = Server::with(Habit::Answer(400, throttled)).await;
    let error = error(&impatient(&server.url), change()).await;
    assert_eq!((error.ending, error.message.as_str()), (Ending::Throttled, "Slow down"));
    assert_eq!(error.request_id.as_deref(), Some("7NQ"));
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn a_read_is_tried_a_few_times() {
    for habit in [Habit::Reset, Habit::Silence, Habit::Answer(500, "")] {
        let server = Server::with(habit).await;
        let (ended, _) = ending(&impatient(&server.url), read()).await;
        assert_eq!(ended, Ending::Unknown, "{habit:?}");
        assert_eq!(server.requests(), 3, "{habit:?}");
    }
}

#[tokio::test]
async fn what_never_connected_was_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let not_sent = (Ending::NotSent, "NoConnection".to_owned());
    assert_eq!(ending(&impatient(&nobody), change()).await, not_sent);
    assert_eq!(ending(&impatient(&nobody), read()).await, not_sent);
    // `.invalid` is nobody's name for ever (RFC 2606).
    let nowhere = impatient("http://aws.invalid:8080");
    assert_eq!(ending(&nowhere, change()).await, not_sent);
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_got_nothing() {
    // It waits for the end of a request and is waited for: the time to connect runs out.
    let server = Server::with(Habit::Close).await;
    let https = server.url.replace("http://", "https://");
    let not_sent = (Ending::NotSent, "NoConnection".to_owned());
    assert_eq!(ending(&impatient(&https), change()).await, not_sent);
    assert_eq!(server.requests(), 0);
}

#[tokio::test]
async fn an_endpoint_that_does_not_speak_the_protocol_is_said_to() {
    // CloudWatch is spoken to in CBOR; many an emulator knows only its older protocols.
    let call = cloudwatch::Call::DeleteAlarm { alarm: "sitelogix-vendors-errors".to_owned() };
    for (status, ending) in [(400, Ending::Refused), (404, Ending::Refused), (500, Ending::Unknown)]
    {
        let server = Server::with(Habit::Answer(status, "<Error>what is this?</Error>")).await;
        let error = error(&impatient(&server.url), call.clone()).await;
        assert_eq!((error.ending, error.code.as_str()), (ending, "UnreadableReply"), "{status}");
        assert!(error.message.contains("does not speak the protocol"), "{}", error.message);
        assert!(error.message.contains("<Error>what is this?</Error>"), "{}", error.message);
        assert_eq!(server.requests(), 1);
    }
}

#[tokio::test]
async fn a_bucket_elsewhere_is_in_the_wrong_region() {
    let server = Server::with(Habit::Answer(301, "")).await;
    let call = s3::Call::HeadBucket { bucket: "sitelogix-files".to_owned() };
    let (ended, _) = ending(&impatient(&server.url), call).await;
    assert_eq!(ended, Ending::WrongRegion);
    let server = Server::with(Habit::Answer(403, "")).await;
    let call = s3::Call::HeadBucket { bucket: "sitelogix-files".to_owned() };
    let (ended, _) = ending(&impatient(&server.url), call).await;
    assert_eq!(ended, Ending::Denied);
}

#[tokio::test]
async fn a_request_that_makes_no_sense_is_refused_before_it_is_sent() {
    let server = Server::with(Habit::Close).await;
    let call = s3::Call::DeleteBucket { bucket: String::new() };
    let refused = (Ending::Refused, "InvalidRequest".to_owned());
    assert_eq!(ending(&impatient(&server.url), call).await, refused);
    assert_eq!(server.requests(), 0);
    let connect = async |region: &str, url: &str| {
        let error = Live::connect(&connection(url, region, ACCOUNT)).await.unwrap_err();
        (error.ending, error.code)
    };
    assert_eq!(connect("", "http://localhost").await, refused);
    assert_eq!(connect(REGION, "localhost:4566").await, refused);
}

#[tokio::test]
async fn a_list_that_never_ends_is_given_up() {
    let page = r#"{"TableNames":["a"],"LastEvaluatedTableName":"a"}"#;
    let server = Server::with(Habit::Answer(200, page)).await;
    let ended = ending(&impatient(&server.url), dynamodb::Call::ListTables {}).await;
    assert_eq!(ended, (Ending::Unknown, "TooManyPages".to_owned()));
    assert_eq!(server.requests(), 1_000);
}

/// Credentials that never come.
#[derive(Debug)]
struct Never;

impl ProvideCredentials for Never {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(std::future::pending())
    }
}

#[tokio::test(start_paused = true)]
async fn credentials_that_do_not_come_are_no_lost_answer() {
    let url = "http://127.0.0.1:9";
    let never = SharedCredentialsProvider::new(Never);
    let config = config(url, REGION).to_builder().credentials_provider(never).build();
    let hurried = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(1));
    let hurried = config.to_builder().timeout_config(hurried.build()).build();
    for (config, why) in [(config, "timed out"), (hurried, "did not come in time")] {
        let live = Live::from_sdk_config(&config, &connection(url, REGION, ACCOUNT));
        for call in [change(), read()] {
            let error = error(&live, call).await;
            assert_eq!((error.ending, error.code.as_str()), (Ending::Expired, "NoCredentials"));
            assert!(error.message.contains(why), "{}", error.message);
        }
        let error = live.credentials().await.unwrap_err();
        assert_eq!((error.ending, error.code.as_str()), (Ending::Expired, "NoCredentials"));
    }
}

/// The server reads a second request only from the connection of the first.
#[tokio::test]
async fn services_share_their_connections() {
    let server = Server::with(Habit::KeepThenClose).await;
    let timeouts = TimeoutConfig::builder().read_timeout(Duration::from_millis(600)).build();
    let config = config(&server.url, REGION)
        .to_builder()
        .http_client(Transport::new())
        .timeout_config(timeouts)
        .build();
    let live = Live::from_sdk_config(&config, &connection(&server.url, REGION, ACCOUNT));
    error(&live, sts::Call::GetCallerIdentity {}).await;
    error(&live, read()).await;
    let received = server.received();
    assert!(received[0].contains("getcalleridentity"), "{received:?}");
    assert!(received.get(1).is_some_and(|text| text.contains("describetable")), "{received:?}");
}
