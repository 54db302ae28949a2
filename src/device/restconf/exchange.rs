//! One GET: a path goes out, a whole answer comes back within its time, or the trouble that there was.

use super::route::Route;
use super::trouble::Trouble;
use crate::device::ssh::login::Login;
use crate::model::Broken;
use crate::model::time::spoken;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Response, Url};
use std::time::Duration;
use tokio::time::timeout;

/// The largest list of a real router is some megabytes.
pub(super) const LARGEST: usize = 16 * 1024 * 1024;

/// A whole answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: u16,
    /// `application/yang-data+json`, in small letters and without its parameters; empty when nothing was said.
    pub kind: String,
    /// None: it was larger than [`LARGEST`], and the rest was not read.
    pub body: Option<Vec<u8>>,
}

/// Asks with the password; only on a route whose certificate is judged.
pub(super) async fn get(
    route: &Route,
    login: &Login,
    path: &str,
    within: Duration,
) -> Result<Answer, Trouble> {
    let url = route.url(path)?;
    let whole = timeout(within, async { read(send(route, &url, login).await?).await }).await;
    whole.unwrap_or_else(|_| {
        Err(Broken::NoRestconf { why: format!("no whole answer within {}", spoken(within)) }.into())
    })
}

/// Looks at the certificate. No password is sent; the handshake ends before any request.
pub(super) async fn look(route: &Route, within: Duration) -> Result<Trouble, Broken> {
    let asked = timeout(within, route.client().get(route.url("")?).send()).await;
    match asked {
        Ok(Err(error)) => Ok(Trouble::of(&error)),
        // A handshake without a pin can't end well.
        Ok(Ok(_)) => Err(Broken::NoRestconf { why: "its certificate was not seen".to_owned() }),
        Err(_) => Err(Broken::NoRestconf { why: format!("no certificate within {}", spoken(within)) }),
    }
}

/// A router may close a kept connection at the very moment we ask on it; a GET may then be asked again, once.
async fn send(route: &Route, url: &Url, login: &Login) -> Result<Response, Trouble> {
    let request =
        || route.client().get(url.clone()).basic_auth(&login.username, Some(login.password.reveal()));
    match request().send().await {
        Err(error) if error.is_request() && !error.is_connect() && !error.is_timeout() => {
            tracing::debug!(%error, "asked again on a new connection");
            request().send().await.map_err(|error| Trouble::of(&error))
        }
        sent => sent.map_err(|error| Trouble::of(&error)),
    }
}

async fn read(mut response: Response) -> Result<Answer, Trouble> {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_lowercase();
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|error| Trouble::of(&error))? {
        if body.len() + piece.len() > LARGEST {
            return Ok(Answer { status, kind, body: None });
        }
        body.extend_from_slice(&piece);
    }
    Ok(Answer { status, kind, body: Some(body) })
}
