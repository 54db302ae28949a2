//! The device floor's ports, joined to the store: credentials, pinned keys and certificates, and what was
//! learned about software.

use super::kept::Kept;
use crate::device::{Keyring, Learned, PinKind, Pins, SealedLogin};
use crate::flow::Clock;
use crate::model::{DeviceId, Timestamp};
use crate::store::{Store, Topic};
use futures_util::future::BoxFuture;

pub(super) struct Ports {
    store: Store,
    clock: Clock,
    logins: Kept<String, Option<SealedLogin>>,
    host_keys: Kept<DeviceId, Option<String>>,
    certificates: Kept<DeviceId, Option<String>>,
    refuses_fields: Kept<String, bool>,
}

impl Ports {
    pub(super) fn new(store: Store) -> Ports {
        Ports {
            store,
            clock: Clock::start(),
            logins: Kept::new(Topic::People),
            host_keys: Kept::new(Topic::Devices),
            certificates: Kept::new(Topic::Devices),
            refuses_fields: Kept::new(Topic::Devices),
        }
    }

    fn now(&self) -> Timestamp {
        self.clock.now().wall
    }
}

impl Keyring for Ports {
    fn credential<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<SealedLogin>, String>> {
        let (key, name) = (name.to_lowercase(), name.to_owned());
        let found = async move {
            let credential = self.store.read(move |view| view.credential(&name)).await?;
            Ok(credential.map(|credential| SealedLogin {
                username: credential.username,
                password: credential.password,
                enable: credential.enable,
            }))
        };
        Box::pin(self.logins.get(&self.store, key, found))
    }
}

impl Pins for Ports {
    fn pinned(&self, device: DeviceId, kind: PinKind) -> BoxFuture<'_, Result<Option<String>, String>> {
        let found = async move {
            let pin = self.store.read(move |view| view.pin(device, kind));
            Ok(pin.await?.map(|pin| pin.fingerprint))
        };
        let kept = match kind {
            PinKind::HostKey => &self.host_keys,
            PinKind::Certificate => &self.certificates,
        };
        Box::pin(kept.get(&self.store, device, found))
    }

    fn first_seen<'a>(
        &'a self,
        device: DeviceId,
        kind: PinKind,
        fingerprint: &'a str,
    ) -> BoxFuture<'a, Result<String, String>> {
        let (fingerprint, now) = (fingerprint.to_owned(), self.now());
        Box::pin(async move {
            let holds = self.store.write(move |work| work.pin_first_seen(device, kind, &fingerprint, now));
            holds.await.map_err(|error| error.to_string())
        })
    }

    fn offered<'a>(
        &'a self,
        device: DeviceId,
        kind: PinKind,
        fingerprint: &'a str,
    ) -> BoxFuture<'a, Result<(), String>> {
        let (fingerprint, now) = (fingerprint.to_owned(), self.now());
        Box::pin(async move {
            let kept = self.store.write(move |work| work.pin_offered(device, kind, &fingerprint, now));
            kept.await.map_err(|error| error.to_string())
        })
    }
}

impl Learned for Ports {
    fn refuses_fields<'a>(&'a self, software: &'a str) -> BoxFuture<'a, Result<bool, String>> {
        let (key, software) = (software.to_owned(), software.to_owned());
        let known = self.store.read(move |view| view.refuses_fields(&software));
        Box::pin(self.refuses_fields.get(&self.store, key, known))
    }

    fn note_refuses_fields<'a>(&'a self, software: &'a str) -> BoxFuture<'a, Result<(), String>> {
        let (software, now) = (software.to_owned(), self.now());
        Box::pin(async move {
            let kept = self.store.write(move |work| work.learn_refuses_fields(&software, now)).await;
            kept.map_err(|error| error.to_string())
        })
    }
}
