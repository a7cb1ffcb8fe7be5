//! HTTPS, the whole way: [`Live::connect`], the SDK's own connector, a certificate that this
//! machine trusts.
//!
//! It proves that the connector verifies and speaks TLS. That the binary has this connector too is
//! proved in [`features`](crate::features).

use std::net::Ipv4Addr;
use std::sync::Arc;

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::environment::{in_a_process, line};

const IDENTITY: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult>\
    <Arn>arn:aws:iam::500313280221:root</Arn><UserId>500313280221</UserId>\
    <Account>500313280221</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";

/// A server that answers every request over TLS; its URL.
#[expect(clippy::disallowed_methods, reason = "tests have no app that owns tasks")]
async fn serve(acceptor: TlsAcceptor) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let port = listener.local_addr().expect("its number").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // Who does not trust the certificate hangs up: that is what one test is about.
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut request = [0; 8192];
            let _ = stream.read(&mut request).await;
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\n\
                 Content-Length: {}\r\n\r\n{IDENTITY}",
                IDENTITY.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    format!("https://localhost:{port}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_travels_over_tls_to_whom_this_machine_trusts() {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    // This binary holds two implementations of the cipher suites; the server uses the other one.
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], PrivateKeyDer::Pkcs8(key))
        .unwrap();
    let url = serve(TlsAcceptor::from(Arc::new(config))).await;

    let home = TempDir::new().unwrap();
    let trusted = home.path().join("trusted.pem");
    std::fs::write(&trusted, made.cert.pem()).unwrap();
    let stranger = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let other = home.path().join("other.pem");
    std::fs::write(&other, stranger.cert.pem()).unwrap();

    let asked = |trust: &std::path::Path| {
        let trust = trust.to_str().unwrap().to_owned();
        let (home, url) = (home.path().to_owned(), url.clone());
        tokio::task::spawn_blocking(move || {
            let variables = [
                ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
                ("AWS_SECRET_ACCESS_KEY", "not-a-secret"),
                ("AWS_ENDPOINT_URL", url.as_str()),
                ("SSL_CERT_FILE", trust.as_str()),
            ];
            in_a_process(&home, &variables)
        })
    };
    let output = asked(&trusted).await.unwrap();
    assert!(line(&output, "GetCallerIdentity").contains("ok"), "{output}");
    assert!(line(&output, "GetCallerIdentity").contains("500313280221"), "{output}");
    let output = asked(&other).await.unwrap();
    assert!(line(&output, "GetCallerIdentity").contains("NotSent NoConnection"), "{output}");
    assert!(line(&output, "DeleteAlarms").contains("NotSent NoConnection"), "{output}");
}
