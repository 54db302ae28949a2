//! The device floor's ports, joined to the store: credentials, pinned keys and certificates, and what was
//! learned about software.

use crate::device::{Keyring, Learned, PinKind, Pins, SealedLogin};
use crate::flow::Clock;
use crate::model::{DeviceId, Timestamp};
use crate::store::Store;
use futures_util::future::BoxFuture;

pub(super) struct Ports(Store, Clock);

impl Ports {
    pub(super) fn new(store: Store) -> Ports {
        Ports(store, Clock::start())
    }

    fn now(&self) -> Timestamp {
        self.1.now().wall
    }
}

impl Keyring for Ports {
    fn credential<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<SealedLogin>, String>> {
        let name = name.to_owned();
        Box::pin(async move {
            let found = self.0.read(move |view| view.credential(&name)).await;
            let login = found.map_err(|error| error.to_string())?.map(|credential| SealedLogin {
                username: credential.username,
                password: credential.password,
                enable: credential.enable,
            });
            Ok(login)
        })
    }
}

impl Pins for Ports {
    fn pinned(&self, device: DeviceId, kind: PinKind) -> BoxFuture<'_, Result<Option<String>, String>> {
        Box::pin(async move {
            let pin = self.0.read(move |view| match kind {
                PinKind::HostKey => view.pin(device),
                PinKind::Certificate => view.certificate(device),
            });
            Ok(pin.await.map_err(|error| error.to_string())?.map(|pin| pin.fingerprint))
        })
    }

    fn first_seen<'a>(
        &'a self,
        device: DeviceId,
        kind: PinKind,
        fingerprint: &'a str,
    ) -> BoxFuture<'a, Result<String, String>> {
        let (fingerprint, now) = (fingerprint.to_owned(), self.now());
        Box::pin(async move {
            let holds = self.0.write(move |work| match kind {
                PinKind::HostKey => work.pin_first_seen(device, &fingerprint, now),
                PinKind::Certificate => work.certificate_first_seen(device, &fingerprint, now),
            });
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
            let kept = self.0.write(move |work| match kind {
                PinKind::HostKey => work.key_offered(device, &fingerprint, now),
                PinKind::Certificate => work.certificate_offered(device, &fingerprint, now),
            });
            kept.await.map_err(|error| error.to_string())
        })
    }
}

impl Learned for Ports {
    fn refuses_fields<'a>(&'a self, software: &'a str) -> BoxFuture<'a, Result<bool, String>> {
        let software = software.to_owned();
        Box::pin(async move {
            let known = self.0.read(move |view| view.refuses_fields(&software)).await;
            known.map_err(|error| error.to_string())
        })
    }

    fn note_refuses_fields<'a>(&'a self, software: &'a str) -> BoxFuture<'a, Result<(), String>> {
        let (software, now) = (software.to_owned(), self.now());
        Box::pin(async move {
            let kept = self.0.write(move |work| work.learn_refuses_fields(&software, now)).await;
            kept.map_err(|error| error.to_string())
        })
    }
}
