//! The channels' ports, joined to the store: pairs of tokens, sealed under the master key and opened here only,
//! and what is known of whether places can be reached.

use crate::channel::Later;
use crate::channel::port::{Pair, Reaches, Vault};
use crate::device::{MasterKey, Sealer};
use crate::flow::Clock;
use crate::model::{Destination, Sealed, Secret, Text, Timestamp};
use crate::store::{SealedPair, Store, StoreError};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

pub struct Services {
    store: Store,
    sealer: Sealer,
    clock: Clock,
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Clear {
    access: Option<String>,
    refresh: String,
}

impl Drop for Clear {
    fn drop(&mut self) {
        self.access.zeroize();
        self.refresh.zeroize();
    }
}

/// The channel is a part of it: the tokens of one are worth nothing to another.
fn purpose(channel: &str) -> String {
    format!("tokens of {channel}")
}

/// A pair as the store keeps it.
pub fn seal(sealer: &Sealer, channel: &str, pair: &Pair) -> anyhow::Result<Sealed> {
    let clear = Clear {
        access: pair.access.as_ref().map(|access| access.reveal().to_owned()),
        refresh: pair.refresh.reveal().to_owned(),
    };
    let bytes = Zeroizing::new(serde_json::to_vec(&clear)?);
    Ok(sealer.seal(&purpose(channel), &bytes)?)
}

impl Services {
    pub fn new(store: Store, key: &MasterKey) -> Services {
        Services { store, sealer: Sealer::new(key), clock: Clock::start() }
    }

    fn opened(&self, channel: &str, kept: &SealedPair) -> anyhow::Result<Pair> {
        let bytes = self.sealer.open(&purpose(channel), &kept.pair)?;
        let mut clear: Clear = serde_json::from_slice(&bytes)?;
        Ok(Pair {
            access: clear.access.take().map(Secret::new),
            refresh: Secret::new(std::mem::take(&mut clear.refresh)),
            issued_at: kept.issued_at,
            until: kept.until,
        })
    }

    fn now(&self) -> Timestamp {
        self.clock.now().wall
    }

    async fn write(
        &self,
        change: impl FnOnce(&mut crate::store::Work<'_>) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), String> {
        self.store.write(change).await.map_err(|error| error.to_string())
    }
}

fn place(channel: &str, address: &str) -> Destination {
    Destination { channel: channel.to_owned(), address: address.to_owned() }
}

impl Vault for Services {
    fn pair<'a>(&'a self, channel: &'a str) -> Later<'a, Result<Option<Pair>, String>> {
        Box::pin(async move {
            let name = channel.to_owned();
            let kept = self.store.read(move |view| view.tokens_of(&name)).await;
            let kept = kept.map_err(|error| error.to_string())?;
            let opened = kept.map(|kept| self.opened(channel, &kept)).transpose();
            opened.map_err(|error| format!("the tokens of {channel} cannot be opened: {error}"))
        })
    }

    fn renewing<'a>(&'a self, channel: &'a str) -> Later<'a, Result<(), String>> {
        let (channel, now) = (channel.to_owned(), self.now());
        Box::pin(self.write(move |work| work.note_renewing(&channel, now)))
    }

    fn keep<'a>(&'a self, channel: &'a str, pair: &'a Pair) -> Later<'a, Result<(), String>> {
        Box::pin(async move {
            let sealed = seal(&self.sealer, channel, pair).map_err(|error| error.to_string())?;
            let (channel, issued, until) = (channel.to_owned(), pair.issued_at, pair.until);
            self.write(move |work| work.keep_tokens(&channel, &sealed, issued, until)).await
        })
    }

    fn broken<'a>(&'a self, channel: &'a str, what: &'a Text) -> Later<'a, Result<(), String>> {
        let (channel, what) = (channel.to_owned(), what.clone());
        Box::pin(self.write(move |work| work.note_trouble(&channel, &what)))
    }
}

impl Reaches for Services {
    fn open_until<'a>(
        &'a self,
        channel: &'a str,
        address: &'a str,
        until: Timestamp,
    ) -> Later<'a, Result<(), String>> {
        let place = place(channel, address);
        Box::pin(self.write(move |work| work.note_window(&place, until)))
    }

    fn refused<'a>(
        &'a self,
        channel: &'a str,
        address: &'a str,
        why: &'a Text,
    ) -> Later<'a, Result<(), String>> {
        let (place, why, now) = (place(channel, address), why.clone(), self.now());
        Box::pin(self.write(move |work| work.note_refused(&place, &why, now)))
    }

    /// Every message asks, so nothing is written where there is nothing to change.
    fn reached<'a>(&'a self, channel: &'a str, address: &'a str) -> Later<'a, Result<(), String>> {
        let place = place(channel, address);
        Box::pin(async move {
            let known = place.clone();
            let known = self.store.read(move |view| view.reach_of(&known)).await;
            match known.map_err(|error| error.to_string())?.refused {
                Some(_) => self.write(move |work| work.note_reached(&place)).await,
                None => Ok(()),
            }
        })
    }
}
