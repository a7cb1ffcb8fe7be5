//! Servers on loopback: plain or over TLS, each request answered after a set time.

use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// An answer.
pub type Answer = Response<Full<Bytes>>;

/// An answer that is still being made.
pub type Pending = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// What a server does with requests.
pub trait Handler: Send + Sync + 'static {
    /// Answers one request.
    fn answer(self: Arc<Self>, request: Request<Bytes>) -> Pending;
}

/// A server. It stops with the process.
#[derive(Debug)]
pub struct Server {
    /// Where it is.
    pub address: SocketAddr,
    latency: Arc<AtomicU64>,
    served: Arc<AtomicU64>,
}

impl Server {
    /// Starts one on a free port.
    pub async fn start(
        handler: Arc<impl Handler>,
        tls: Option<TlsAcceptor>,
    ) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (latency, served) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let line = Line { handler, latency: Arc::clone(&latency), served: Arc::clone(&served) };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (line, tls) = (line.clone(), tls.clone());
                tokio::spawn(async move { line.accept(stream, tls).await });
            }
        });
        Ok(Self { address, latency, served })
    }

    /// Every answer takes this long at the least, from when the request was read.
    pub fn set_latency(&self, latency: Duration) {
        let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        self.latency.store(micros, Ordering::Relaxed);
    }

    /// How many requests were answered since this was asked last.
    pub fn served(&self) -> u64 {
        self.served.swap(0, Ordering::Relaxed)
    }

    /// Its URL without TLS.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its URL with TLS.
    pub fn tls_url(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }
}

/// What every connection shares.
struct Line<H> {
    handler: Arc<H>,
    latency: Arc<AtomicU64>,
    served: Arc<AtomicU64>,
}

impl<H> Clone for Line<H> {
    fn clone(&self) -> Self {
        let Self { handler, latency, served } = self;
        Self {
            handler: Arc::clone(handler),
            latency: Arc::clone(latency),
            served: Arc::clone(served),
        }
    }
}

impl<H: Handler> Line<H> {
    async fn accept(self, stream: TcpStream, tls: Option<TlsAcceptor>) {
        // Who hangs up early is not waited for.
        let _ = stream.set_nodelay(true);
        match tls {
            None => self.serve(stream).await,
            Some(tls) => {
                if let Ok(stream) = tls.accept(stream).await {
                    self.serve(stream).await;
                }
            }
        }
    }

    async fn serve(self, stream: impl AsyncRead + AsyncWrite + Unpin) {
        let service = service_fn(move |request| {
            let line = self.clone();
            async move { Ok::<_, hyper::Error>(line.answer(request).await?) }
        });
        let mut http = hyper::server::conn::http1::Builder::new();
        let http = http.timer(TokioTimer::new()).pipeline_flush(true);
        let _ = http.serve_connection(TokioIo::new(stream), service).await;
    }

    async fn answer(self, request: Request<Incoming>) -> Result<Answer, hyper::Error> {
        let (head, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        let latency = self.latency.load(Ordering::Relaxed);
        let due = tokio::time::Instant::now() + Duration::from_micros(latency);
        self.served.fetch_add(1, Ordering::Relaxed);
        let answer = self.handler.answer(Request::from_parts(head, body)).await;
        if latency > 0 {
            tokio::time::sleep_until(due).await;
        }
        Ok(answer)
    }
}

/// An answer with a body.
pub fn answer(status: u16, kind: &str, body: impl Into<Bytes>) -> Answer {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    if let Ok(kind) = kind.parse() {
        answer.headers_mut().insert("content-type", kind);
    }
    answer
}

/// A certificate authority made for this run: the acceptor of a server at `localhost`, and the
/// certificate that clients have to trust, as PEM.
pub fn authority() -> Result<(TlsAcceptor, String), String> {
    let make = || -> Result<_, rcgen::Error> {
        let authority_key = rcgen::KeyPair::generate()?;
        let mut authority = rcgen::CertificateParams::new(Vec::<String>::new())?;
        // Two names: one that issued itself would look self-signed.
        authority.distinguished_name.push(rcgen::DnType::CommonName, "the benchmark");
        authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        authority.key_usages =
            vec![rcgen::KeyUsagePurpose::KeyCertSign, rcgen::KeyUsagePurpose::DigitalSignature];
        let trusted = authority.self_signed(&authority_key)?;
        let issuer = rcgen::Issuer::new(authority, authority_key);
        let key = rcgen::KeyPair::generate()?;
        let mut leaf = rcgen::CertificateParams::new(vec!["localhost".to_owned()])?;
        leaf.distinguished_name.push(rcgen::DnType::CommonName, "localhost");
        leaf.use_authority_key_identifier_extension = true;
        let leaf = leaf.signed_by(&key, &issuer)?;
        Ok((leaf.der().clone(), key.serialize_der(), trusted.pem()))
    };
    let (leaf, key, trusted) = make().map_err(|e| e.to_string())?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(vec![leaf], key))
        .map_err(|e| e.to_string())?;
    Ok((TlsAcceptor::from(Arc::new(config)), trusted))
}

/// How many requests a second a server answers to eight connections that never pause: its ceiling.
pub async fn ceiling(
    server: &Server,
    request: &'static [u8],
    lasting: Duration,
) -> Result<f64, String> {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    server.served();
    let until = tokio::time::Instant::now() + lasting;
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let address = server.address;
        clients.spawn(async move {
            let mut stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            let mut seen = vec![0; 64 << 10];
            while tokio::time::Instant::now() < until {
                stream.write_all(request).await?;
                // The answer comes in one piece: it is small, and loopback does not cut it.
                if stream.read(&mut seen).await? == 0 {
                    return Err(std::io::ErrorKind::UnexpectedEof.into());
                }
            }
            std::io::Result::Ok(())
        });
    }
    for ended in clients.join_all().await {
        ended.map_err(|e| e.to_string())?;
    }
    Ok(server.served() as f64 / lasting.as_secs_f64())
}
