//! The watchman outside: a page of a service that raises the alarm when nobody asks for it any more
//! (a dead man's switch). It hears that the bot is alive, and nothing else.

use super::ChannelError;
use crate::model::Secret;
use reqwest::{Client, Error};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use std::sync::Arc;
use std::time::Duration;

/// Two of them fit into the least interval, so that none is asked for while the one before waits.
const ANSWER: Duration = Duration::from_secs(5);

pub struct Heartbeat {
    client: Client,
    /// Whoever knows it can keep the watchman quiet, so it is in no log and no error.
    url: Secret,
}

impl Heartbeat {
    /// Trusts whom the system trusts, and goes through the proxy of the environment where there is one.
    pub fn new(url: Secret) -> Result<Heartbeat, ChannelError> {
        let error = |why: String| ChannelError { channel: "heartbeat", why };
        let mut roots = RootCertStore::empty();
        let (taken, left) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        tracing::debug!(taken, left, "certificates of the system");
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|why| error(why.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = Client::builder().tls_backend_preconfigured(config).timeout(ANSWER).build();
        Ok(Heartbeat { client: client.map_err(|why| error(why.without_url().to_string()))?, url })
    }

    /// Asks for the page once. The error ends the sentence "the watchman ...".
    pub async fn beat(&self) -> Result<(), String> {
        let answer = self.client.get(self.url.reveal()).send().await.map_err(|error| unheard(&error))?;
        match answer.status() {
            status if status.is_success() => Ok(()),
            status => Err(format!("answered {}", status.as_u16())),
        }
    }
}

fn unheard(error: &Error) -> String {
    match () {
        () if error.is_timeout() => "did not answer in time".to_owned(),
        () if error.is_connect() => "cannot be reached".to_owned(),
        () => "gave no whole answer".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// Asks a server that gives this answer to one request.
    async fn asked(answer: &'static str) -> (Result<(), String>, String) {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Secret::new(format!("http://{}/ping/made-up", server.local_addr().unwrap()));
        let serve = async {
            let (mut line, _) = server.accept().await.unwrap();
            let mut heard = vec![0; 4_096];
            let length = line.read(&mut heard).await.unwrap();
            line.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8_lossy(&heard[..length]).into_owned()
        };
        let heartbeat = Heartbeat::new(url).unwrap();
        let (beaten, heard) = tokio::join!(heartbeat.beat(), serve);
        (beaten, heard)
    }

    #[tokio::test]
    async fn it_asks_for_the_page_and_says_nothing_else() {
        let (beaten, heard) = asked("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
        assert_eq!(beaten, Ok(()));
        assert!(heard.starts_with("GET /ping/made-up HTTP/1.1\r\n"), "{heard}");
    }

    #[tokio::test]
    async fn what_is_no_success_is_told_without_the_address() {
        for (answer, told) in [
            ("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", "answered 404"),
            ("", "gave no whole answer"),
            ("hello\r\n\r\n", "gave no whole answer"),
        ] {
            assert_eq!(asked(answer).await.0, Err(told.to_owned()), "{answer:?}");
        }
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let heartbeat = Heartbeat::new(Secret::new(format!("http://{free}/ping/made-up"))).unwrap();
        assert_eq!(heartbeat.beat().await, Err("cannot be reached".to_owned()));
    }
}
