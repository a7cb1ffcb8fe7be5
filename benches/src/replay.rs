//! An AWS that answers from memory: what an emulator answered to each client's own requests once,
//! with a set throttle per operation.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use sha2::{Digest as _, Sha256};
use tokio::net::TcpStream;

use crate::http::{Answer, Handler, Pending, answer};

/// Headers of the emulator that are about its own connection.
const OF_THE_CONNECTION: [&str; 4] = ["connection", "transfer-encoding", "content-length", "date"];

/// The recorded answers, and what is counted of those that are given.
pub struct Replay {
    emulator: SocketAddr,
    recording: AtomicBool,
    answers: Mutex<HashMap<Vec<u8>, Recorded>>,
    buckets: Mutex<HashMap<&'static str, Bucket>>,
    seen: Mutex<Seen>,
}

#[derive(Clone)]
struct Recorded {
    status: StatusCode,
    headers: hyper::HeaderMap,
    body: Bytes,
}

/// What was asked since this was looked at last.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Requests by operation.
    pub operations: BTreeMap<String, u64>,
    /// Answers that said that there were too many.
    pub throttled: u64,
    /// Requests that nobody recorded: a measurement with one of them counts for nothing.
    pub unknown: Vec<String>,
}

impl Seen {
    /// All requests.
    pub fn requests(&self) -> u64 {
        self.operations.values().sum()
    }
}

/// A token bucket, as AWS has them.
struct Bucket {
    per_second: f64,
    tokens: f64,
    at: Instant,
}

impl Bucket {
    fn new(per_second: f64) -> Self {
        Self { per_second, tokens: per_second, at: Instant::now() }
    }

    fn take(&mut self) -> bool {
        let now = Instant::now();
        let filled = now.duration_since(self.at).as_secs_f64() * self.per_second;
        self.tokens = (self.tokens + filled).min(self.per_second);
        self.at = now;
        let there = self.tokens >= 1.0;
        if there {
            self.tokens -= 1.0;
        }
        there
    }
}

impl Replay {
    /// Over an emulator.
    pub fn new(emulator: SocketAddr) -> Self {
        Self {
            emulator,
            recording: AtomicBool::new(false),
            answers: Mutex::default(),
            buckets: Mutex::default(),
            seen: Mutex::default(),
        }
    }

    /// Whether requests go to the emulator, and its answers are kept.
    pub fn record(&self, on: bool) {
        self.recording.store(on, Ordering::Relaxed);
    }

    /// From now on these operations are answered so often a second, with full buckets.
    pub fn throttle(&self, limits: &[(&'static str, f64)]) {
        let full = limits.iter().map(|(name, limit)| (*name, Bucket::new(*limit)));
        *self.buckets.lock().expect("the buckets") = full.collect();
    }

    /// What was asked since this was called last.
    pub fn seen(&self) -> Seen {
        std::mem::take(&mut *self.seen.lock().expect("what was seen"))
    }

    /// Takes a token for the operation; false when AWS would throttle it.
    fn passes(&self, operation: &str) -> bool {
        let mut buckets = self.buckets.lock().expect("the buckets");
        buckets.get_mut(operation).is_none_or(Bucket::take)
    }

    async fn reply(&self, request: Request<Bytes>) -> Answer {
        let operation = operation(&request);
        let (key, passes) = (key(&request), self.passes(&operation));
        {
            let mut seen = self.seen.lock().expect("what was seen");
            *seen.operations.entry(operation.clone()).or_default() += 1;
            seen.throttled += u64::from(!passes);
        }
        if !passes {
            return throttled();
        }
        if self.recording.load(Ordering::Relaxed) {
            return match self.forward(request).await {
                Ok(recorded) => {
                    self.answers.lock().expect("the answers").insert(key, recorded.clone());
                    recorded.into()
                }
                Err(error) => answer(599, "text/plain", error),
            };
        }
        let recorded = self.answers.lock().expect("the answers").get(&key).cloned();
        match recorded {
            Some(recorded) => recorded.into(),
            None => {
                let what = format!("{operation} {}", request.uri());
                self.seen.lock().expect("what was seen").unknown.push(what);
                answer(599, "text/plain", "nobody recorded this")
            }
        }
    }

    async fn forward(&self, request: Request<Bytes>) -> Result<Recorded, String> {
        forward(self.emulator, request).await.map_err(|error| error.to_string())
    }
}

async fn forward(
    to: SocketAddr,
    request: Request<Bytes>,
) -> Result<Recorded, Box<dyn std::error::Error + Send + Sync>> {
    let stream = TcpStream::connect(to).await?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let (head, body) = request.into_parts();
    let response = sender.send_request(Request::from_parts(head, Full::new(body))).await?;
    let (head, body) = response.into_parts();
    let body = body.collect().await?.to_bytes();
    connection.abort();
    let mut headers = head.headers;
    for name in OF_THE_CONNECTION {
        headers.remove(name);
    }
    Ok(Recorded { status: head.status, headers, body })
}

impl From<Recorded> for Answer {
    fn from(recorded: Recorded) -> Self {
        let mut answer = Response::new(Full::new(recorded.body));
        *answer.status_mut() = recorded.status;
        *answer.headers_mut() = recorded.headers;
        answer
    }
}

impl Handler for Replay {
    fn answer(self: Arc<Self>, request: Request<Bytes>) -> Pending {
        Box::pin(async move { self.reply(request).await })
    }
}

/// As DynamoDB says it, and every other service of this form.
fn throttled() -> Answer {
    let body = r#"{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"Rate of requests exceeds the allowed throughput."}"#;
    answer(400, "application/x-amz-json-1.0", body)
}

/// What a request is known by: what it asks, and not who asks or when. Each client spells the same
/// question in its own way, and has its own recording of it.
fn key(request: &Request<Bytes>) -> Vec<u8> {
    let header =
        |name: &str| request.headers().get(name).map(|value| value.as_bytes()).unwrap_or(b"");
    let uri = request.uri().to_string();
    let mut hash = Sha256::new();
    for part in [
        request.method().as_str().as_bytes(),
        uri.as_bytes(),
        header("x-amz-target"),
        header("smithy-protocol"),
        &request.body()[..],
    ] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().to_vec()
}

/// The name of the operation, as AWS has it; of S3 the method and what is asked about.
fn operation(request: &Request<Bytes>) -> String {
    if let Some(target) = request.headers().get("x-amz-target").and_then(|t| t.to_str().ok()) {
        return target.rsplit('.').next().unwrap_or(target).to_owned();
    }
    let path = request.uri().path();
    if let Some((_, name)) = path.split_once("/operation/") {
        return name.to_owned();
    }
    let body = std::str::from_utf8(request.body()).unwrap_or_default();
    if let Some(action) = body.split('&').find_map(|pair| pair.strip_prefix("Action=")) {
        return action.to_owned();
    }
    let query = request.uri().query().unwrap_or_default();
    let about = query.split('&').map(|pair| pair.split('=').next().unwrap_or_default());
    let about: Vec<_> = about.filter(|name| !name.starts_with("x-id")).collect();
    let what = match path.split('/').nth(1).unwrap_or_default() {
        "backup" | "backup-vaults" => path.trim_start_matches('/').split('/').next(),
        _ => None,
    };
    match what {
        Some(what) => format!("{} {what}", request.method()),
        None => format!("{} bucket {}", request.method(), about.join("&")).trim_end().to_owned(),
    }
}
