//! What carries requests: one HTTP client for all services, which is made ready beside everything
//! else.
//!
//! The SDK makes one for each client that has none, and reads and parses every certificate that this
//! machine trusts for each of them: tens of milliseconds of a processor before the first request of
//! a command leaves, memory that is kept, and connections that no other service shares.

use std::sync::{Arc, OnceLock};

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector, ConnectorBuilder};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use super::connect::{CONNECT, READ};

/// The HTTP client of all services. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Transport {
    /// For the time-outs of all calls.
    usual: Arc<OnceLock<SharedHttpConnector>>,
    /// For others, such as those with which the SDK looks for credentials.
    others: SharedHttpClient,
}

impl Transport {
    /// One that nothing was sent with yet. Nothing is read.
    pub fn new() -> Self {
        let others = Builder::new().build_with_connector_fn(|settings, _| {
            connector(&settings.cloned().unwrap_or_default())
        });
        Self { usual: Arc::default(), others }
    }

    /// Reads what this machine trusts, unless that was done; the first call would have to. It takes
    /// a processor for a while: not to be called where others wait.
    pub fn make_ready(&self) {
        self.ready();
    }

    fn ready(&self) -> &SharedHttpConnector {
        self.usual.get_or_init(|| SharedHttpConnector::new(connector(&usual())))
    }
}

impl Default for Transport {
    fn default() -> Self {
        Self::new()
    }
}

impl HttpClient for Transport {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let times = |of: &HttpConnectorSettings| (of.connect_timeout(), of.read_timeout());
        if times(settings) == times(&usual()) {
            self.ready().clone()
        } else {
            self.others.http_connector(settings, components)
        }
    }

    // `validate_base_client_config` is left as it is: the SDK's own client makes a whole connector
    // there, for each service, and throws it away.

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.others.connector_metadata()
    }
}

/// The time-outs that all calls have.
fn usual() -> HttpConnectorSettings {
    HttpConnectorSettings::builder().connect_timeout(CONNECT).read_timeout(READ).build()
}

/// The same as the SDK's own.
fn connector(settings: &HttpConnectorSettings) -> Connector {
    let provider = tls::Provider::Rustls(CryptoMode::AwsLc);
    let mut connector = ConnectorBuilder::default().tls_provider(provider);
    connector.set_connector_settings(Some(settings.clone()));
    connector.set_proxy_config(Some(ProxyConfig::from_env()));
    connector.build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Connection;
    use crate::aws::connect::{Clients, load};

    #[tokio::test]
    async fn no_certificate_is_read_before_something_is_sent_or_it_is_made_ready() {
        let transport = Transport::new();
        let connection = Connection {
            profile: None,
            region: "us-east-1".to_owned(),
            endpoint_url: Some("http://127.0.0.1:9".to_owned()),
            account: "500313280221".to_owned(),
        };
        let config = load(&connection, &transport).await.unwrap();
        let clients = Clients::that_read(&config);
        let _ = (clients.sts(), clients.s3(), clients.dynamodb());
        assert!(transport.usual.get().is_none());
        // What all clients hold are clones of one.
        transport.clone().make_ready();
        assert!(transport.usual.get().is_some());
    }
}
