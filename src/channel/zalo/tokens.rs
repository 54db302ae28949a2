//! The pair of tokens of an Official Account. A renewal kills the pair before it, so one is made at a time, ahead of
//! time, by whoever comes first; the new pair is on the disk before anybody uses it, and a disk that takes nothing is
//! found out before the old pair is given away. What is left is a crash between the service's answer and the disk: the
//! token that is used holds for hours more, and the refused renewal is told at another channel meanwhile.

use super::fault::{Fault, number};
use super::now;
use super::wire::{Body, CALL, Wire, below};
use crate::channel::port::{Pair, Vault};
use crate::model::{Secret, Text, Timestamp};
use reqwest::Url;
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// What a pair holds when the service does not say.
const LIFE: Duration = Duration::from_secs(3_600);
/// A pair that was given just now and is refused is not given away as well.
const FRESH: Duration = Duration::from_secs(60);
/// After a refused renewal the same pair is offered again after this: the refusal may have been a mistake.
const REFUSED: Duration = Duration::from_secs(600);

/// What the service knows the app by.
pub struct App {
    pub id: String,
    pub secret: Secret,
    pub oauth_url: Url,
}

/// Clones share it.
#[derive(Clone)]
pub struct Tokens(Arc<Inner>);

struct Inner {
    /// What the vault calls this door.
    channel: String,
    app: App,
    wire: Wire,
    vault: Arc<dyn Vault>,
    /// Held while a renewal is made: an async lock, because the others shall wait for its end.
    flight: Mutex<Flight>,
}

#[derive(Default)]
struct Flight {
    /// What the service has given and the disk has not taken: the next who comes tries again.
    unsaved: Option<Pair>,
    /// The pair whose renewal was refused, and when.
    refused: Option<(Secret, Instant)>,
}

impl Tokens {
    pub fn new(channel: &str, app: App, wire: Wire, vault: Arc<dyn Vault>) -> Tokens {
        let flight = Mutex::default();
        Tokens(Arc::new(Inner { channel: channel.to_owned(), app, wire, vault, flight }))
    }

    /// The token to call with; renewed when it is time.
    pub async fn access(&self) -> Result<Secret, Fault> {
        let stored = self.0.vault.pair(&self.0.channel).await.map_err(unkept)?;
        match stored {
            Some(Pair { access: Some(access), issued_at, until, .. }) if now() < due(issued_at, until) => {
                Ok(access)
            }
            _ => self.renewed(None).await,
        }
    }

    /// Another one than this, which the service does not take.
    pub async fn instead_of(&self, stale: &Secret) -> Result<Secret, Fault> {
        self.renewed(Some(stale.clone())).await
    }

    /// In a task of its own: whoever waits for it may give up, and then the pair that was just given would be lost.
    #[expect(clippy::disallowed_methods, reason = "a renewal that has begun comes to its end")]
    async fn renewed(&self, stale: Option<Secret>) -> Result<Secret, Fault> {
        let inner = Arc::clone(&self.0);
        let renewal = tokio::spawn(async move { inner.renewed(stale).await });
        renewal.await.unwrap_or_else(|_| Err(Fault::away("was not asked: the bot is going down", false)))
    }
}

impl Inner {
    async fn renewed(&self, stale: Option<Secret>) -> Result<Secret, Fault> {
        let mut flight = self.flight.lock().await;
        if let Some(pair) = flight.unsaved.take() {
            return self.keep(&mut flight, pair).await;
        }
        let Some(pair) = self.vault.pair(&self.channel).await.map_err(unkept)? else {
            self.tell(&text!("zalo.no_tokens", channel = self.channel.as_str())).await;
            return Err(Fault::NoToken(format!(
                "{0} has no tokens yet; give it the first with: patchbay channel tokens {0}",
                self.channel
            )));
        };
        let same = |access: &Secret| stale.as_ref().is_some_and(|stale| stale.reveal() == access.reveal());
        match &pair.access {
            // Somebody else was first.
            Some(access) if !same(access) && now() < due(pair.issued_at, pair.until) => Ok(access.clone()),
            Some(access) if same(access) && now().since(pair.issued_at) < FRESH => {
                Err(Fault::Stale("the service does not take a token that it gave just now".to_owned()))
            }
            _ => match self.renew(&mut flight, &pair).await {
                Ok(access) => Ok(access),
                Err(fault) => match pair.access.filter(|access| !same(access) && now() < pair.until) {
                    // Renewed ahead of time: what there is still holds.
                    Some(access) => Ok(access),
                    None => Err(fault),
                },
            },
        }
    }

    async fn renew(&self, flight: &mut Flight, pair: &Pair) -> Result<Secret, Fault> {
        if let Some((refused, at)) = &flight.refused
            && refused.reveal() == pair.refresh.reveal()
            && at.elapsed() < REFUSED
        {
            return Err(self.refused());
        }
        // Invariant: a pair is given away only when the next one can be kept, and the next one is used only when it
        // is. Tests: `a_disk_that_takes_nothing_costs_no_pair`, `a_pair_is_on_the_disk_before_it_is_used`.
        self.vault.renewing(&self.channel).await.map_err(unkept)?;
        let answer = self.wire.post(
            below(&self.app.oauth_url, "v4/oa/access_token"),
            Some(("secret_key", self.app.secret.reveal())),
            Body::Form(self.form(pair)),
            CALL,
        );
        let answer = answer.await?;
        match read(answer.status, &answer.body, now())? {
            Ok(new) => {
                tracing::info!(channel = %self.channel, until = %new.until.utc(), "the tokens are renewed");
                self.keep(flight, new).await
            }
            Err(code) => {
                tracing::error!(channel = %self.channel, code, "the renewal of the tokens is refused");
                flight.refused = Some((pair.refresh.clone(), instant()));
                self.tell(&text!("zalo.renewal_refused", channel = self.channel.as_str(), code = code)).await;
                Err(self.refused())
            }
        }
    }

    async fn keep(&self, flight: &mut Flight, pair: Pair) -> Result<Secret, Fault> {
        match self.vault.keep(&self.channel, &pair).await {
            Ok(()) => pair.access.ok_or_else(|| Fault::away("gave no token", true)),
            Err(why) => {
                tracing::error!(channel = %self.channel, %why, "the new tokens are not stored; not used yet");
                flight.unsaved = Some(pair);
                Err(unkept(why))
            }
        }
    }

    fn form(&self, pair: &Pair) -> String {
        url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "refresh_token")
            .append_pair("refresh_token", pair.refresh.reveal())
            .append_pair("app_id", &self.app.id)
            .finish()
    }

    fn refused(&self) -> Fault {
        Fault::NoToken(format!(
            "the service refuses to renew the tokens of {0}; get new ones and give them with: patchbay channel \
             tokens {0}",
            self.channel
        ))
    }

    async fn tell(&self, what: &Text) {
        if let Err(why) = self.vault.broken(&self.channel, what).await {
            tracing::error!(channel = %self.channel, %why, "trouble with the tokens could not be stored");
        }
    }
}

/// When a token is renewed: after four fifths of its life.
fn due(issued_at: Timestamp, until: Timestamp) -> Timestamp {
    issued_at.plus(until.since(issued_at) / 5 * 4)
}

fn unkept(why: String) -> Fault {
    Fault::away(format!("was not asked, because the tokens are out of reach: {why}"), false)
}

/// A new pair, the number of a refusal, or nothing that can be read. Only a refusal says that the old pair is dead.
fn read(status: u16, answer: &Value, now: Timestamp) -> Result<Result<Pair, i64>, Fault> {
    let word = |name: &str| answer.get(name).and_then(Value::as_str).filter(|word| !word.is_empty());
    if let (Some(access), Some(refresh)) = (word("access_token"), word("refresh_token")) {
        let seconds = answer.get("expires_in").and_then(number).and_then(|span| u64::try_from(span).ok());
        let life = seconds.filter(|seconds| *seconds > 0).map_or(LIFE, Duration::from_secs);
        return Ok(Ok(Pair {
            access: Some(Secret::new(access)),
            refresh: Secret::new(refresh),
            issued_at: now,
            until: now.plus(life),
        }));
    }
    match answer.get("error").and_then(number) {
        // Too many calls say nothing about the pair.
        Some(-32) => Err(Fault::TooMany(Duration::from_secs(60))),
        Some(code) if status < 500 => Ok(Err(code)),
        _ => Err(Fault::away(format!("gave no tokens ({status})"), true)),
    }
}

#[expect(clippy::disallowed_methods, reason = "a refusal is remembered for a while")]
fn instant() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_life_is_read_as_number_and_as_text() {
        for (expires, hours) in [(json!(90_000), 20), (json!("90000"), 20), (json!(null), 0), (json!("x"), 0)]
        {
            let answer = json!({ "access_token": "a", "refresh_token": "r", "expires_in": expires });
            let pair = read(200, &answer, Timestamp(0)).unwrap().unwrap();
            assert_eq!(due(pair.issued_at, pair.until).0 / 3_600_000, hours, "{expires}");
        }
        assert!(matches!(read(200, &json!({ "error": -14_020 }), Timestamp(0)), Ok(Err(-14_020))));
        assert!(matches!(read(200, &json!({ "error": "-32" }), Timestamp(0)), Err(Fault::TooMany(_))));
        assert!(matches!(read(502, &json!(null), Timestamp(0)), Err(Fault::Away { doubt: true, .. })));
    }
}
