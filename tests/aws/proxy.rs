//! A server that stands between the program and an account, sees whole requests, and breaks some of
//! their connections.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// How a connection breaks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Break {
    /// Cut off before anything of the request was read.
    ResetUnread,
    /// Cut off once the request was read to its end. Not applied.
    ResetRead,
    /// Cut off once the request was applied.
    ResetApplied,
    /// Applied; the answer breaks off in the middle.
    Truncated,
    /// The request is read, and nothing is ever said. Not applied.
    SilentRead,
    /// Applied, and nothing is ever said.
    SilentApplied,
    /// Applied; the answer comes a byte at a time.
    Slow,
    /// Not applied; this status and body come instead.
    Answer(u16, &'static str),
}

impl Break {
    /// True when the request reaches the account.
    pub const fn applies(&self) -> bool {
        matches!(self, Self::ResetApplied | Self::Truncated | Self::SilentApplied | Self::Slow)
    }
}

/// A request, as far as it tells one call from another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Request {
    /// `UpdateTable`, or method and path for S3.
    pub operation: String,
    /// What makes it this call: path and body.
    pub body: Vec<u8>,
    /// The access key id that it was signed with.
    pub key: String,
    /// The Region that it was signed for.
    pub region: String,
}

impl Request {
    fn of(bytes: &[u8]) -> Self {
        let (head, body) = parts(bytes).expect("a request");
        let line = head.lines().next().unwrap_or_default();
        let mut words = line.split(' ');
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let text = String::from_utf8_lossy(body);
        let action = text.split('&').find_map(|pair| pair.strip_prefix("Action="));
        let target = header(head, "x-amz-target").and_then(|target| target.split('.').next_back());
        let operation = target
            .or(path.split_once("/operation/").map(|(_, name)| name))
            .or(action)
            .map_or_else(|| format!("{method} {path}"), ToOwned::to_owned);
        let signed = header(head, "authorization").and_then(|text| text.split_once("Credential="));
        let mut scope = signed.map(|(_, scope)| scope).unwrap_or_default().split('/');
        let mut part = |n| scope.nth(n).unwrap_or_default().to_owned();
        let (key, region) = (part(0), part(1));
        let body = [path.as_bytes(), b"\n", body].concat();
        Self { operation, body, key, region }
    }

    /// True when it changes something.
    pub fn is_change(&self) -> bool {
        let reads = ["Describe", "List", "Get", "GET ", "HEAD "];
        !reads.iter().any(|read| self.operation.starts_with(read))
    }
}

/// What became of a request.
#[derive(Clone, Debug)]
pub struct Passed {
    pub request: Request,
    pub broken: Option<Break>,
}

impl Passed {
    /// True when the account got it.
    pub fn forwarded(&self) -> bool {
        self.broken.as_ref().is_none_or(Break::applies)
    }
}

/// Decides what happens to a request, given how often the very same came before.
type Choose = Arc<dyn Fn(&Request, usize) -> Option<Break> + Send + Sync>;

/// The server. It ends when it is dropped.
pub struct Proxy {
    pub url: String,
    log: Arc<Mutex<Vec<Passed>>>,
    task: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Proxy {
    /// Before an account, `http://127.0.0.1:port`.
    #[expect(clippy::disallowed_methods, reason = "tests have no app that owns tasks")]
    pub async fn before(
        account: &str,
        choose: impl Fn(&Request, usize) -> Option<Break> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("its number"));
        let account = account.trim_start_matches("http://").to_owned();
        let log: Arc<Mutex<Vec<Passed>>> = Arc::default();
        let (kept, choose): (_, Choose) = (Arc::clone(&log), Arc::new(choose));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let line = Line {
                    client: stream,
                    account: account.clone(),
                    log: Arc::clone(&kept),
                    choose: Arc::clone(&choose),
                };
                tokio::spawn(line.serve());
            }
        });
        Self { url, log, task }
    }

    /// Every request so far, in order.
    pub fn passed(&self) -> Vec<Passed> {
        self.log.lock().expect("the log").clone()
    }

    /// How often the account got each change, and how often it was broken.
    pub fn changes(&self) -> BTreeMap<Request, (usize, Vec<Break>)> {
        let mut found: BTreeMap<Request, (usize, Vec<Break>)> = BTreeMap::new();
        for passed in self.passed().into_iter().filter(|passed| passed.request.is_change()) {
            let (forwarded, broken) = (passed.forwarded(), passed.broken);
            let entry = found.entry(passed.request).or_default();
            entry.0 += usize::from(forwarded);
            entry.1.extend(broken);
        }
        found
    }
}

/// One connection: one request, and its answer.
struct Line {
    client: TcpStream,
    account: String,
    log: Arc<Mutex<Vec<Passed>>>,
    choose: Choose,
}

impl Line {
    async fn serve(mut self) -> Option<()> {
        let bytes = self.look().await?;
        let request = Request::of(&bytes);
        let broken = {
            let mut log = self.log.lock().expect("the log");
            let before = log.iter().filter(|passed| passed.request == request).count();
            let broken = (self.choose)(&request, before);
            log.push(Passed { request, broken: broken.clone() });
            broken
        };
        if broken == Some(Break::ResetUnread) {
            // The kernel still holds every byte of it.
            return self.client.set_zero_linger().ok();
        }
        let mut read = vec![0; bytes.len()];
        self.client.read_exact(&mut read).await.ok()?;
        match broken {
            Some(Break::ResetUnread | Break::ResetRead) => self.client.set_zero_linger().ok(),
            Some(Break::SilentRead) => std::future::pending().await,
            Some(Break::Answer(status, body)) => {
                let answer = format!(
                    "HTTP/1.1 {status} Answer\r\nContent-Type: application/x-amz-json-1.0\r\n\
                     Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
                    body.len()
                );
                self.client.write_all(answer.as_bytes()).await.ok()
            }
            Some(Break::ResetApplied) => {
                self.forward(&bytes).await?;
                self.client.set_zero_linger().ok()
            }
            Some(Break::SilentApplied) => {
                self.forward(&bytes).await?;
                std::future::pending().await
            }
            Some(Break::Truncated) => {
                let answer = self.forward(&bytes).await?;
                let (head, body) = parts(&answer)?;
                let cut =
                    if body.is_empty() { head.len() / 2 } else { head.len() + 4 + body.len() / 2 };
                self.client.write_all(&answer[..cut]).await.ok()
            }
            Some(Break::Slow) => {
                let answer = self.forward(&bytes).await?;
                self.client.set_nodelay(true).ok()?;
                for byte in answer {
                    self.client.write_all(&[byte]).await.ok()?;
                    tokio::task::yield_now().await;
                }
                Some(())
            }
            None => {
                let answer = self.forward(&bytes).await?;
                self.client.write_all(&answer).await.ok()
            }
        }
    }

    /// Looks at a whole request without reading it: should it be cut off, it was never read.
    async fn look(&self) -> Option<Vec<u8>> {
        let mut seen = vec![0; 1 << 20];
        loop {
            let n = self.client.peek(&mut seen).await.ok().filter(|n| *n > 0)?;
            if let Some((head, body)) = parts(&seen[..n]) {
                let length = header(head, "content-length").map_or(Ok(0), str::parse).ok()?;
                if body.len() >= length {
                    return Some(seen[..n].to_vec());
                }
            }
            // The rest is on its way.
            tokio::task::yield_now().await;
        }
    }

    /// The whole answer of the account.
    async fn forward(&self, request: &[u8]) -> Option<Vec<u8>> {
        let mut account = TcpStream::connect(&self.account).await.ok()?;
        // So that the answer ends where the connection does.
        let end = request.windows(2).position(|two| two == b"\r\n")? + 2;
        let request = [&request[..end], b"Connection: close\r\n", &request[end..]].concat();
        account.write_all(&request).await.ok()?;
        let mut answer = Vec::new();
        account.read_to_end(&mut answer).await.ok()?;
        Some(answer)
    }
}

/// Head and body, once the head is there.
fn parts(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    Some((std::str::from_utf8(&bytes[..end]).ok()?, &bytes[end + 4..]))
}

fn header<'a>(head: &'a str, wanted: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case(wanted).then(|| value.trim())
    })
}
