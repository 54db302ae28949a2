//! One credential in use: how many logins run at once, and whether any may run at all.

use super::breaker::{Admits, Breaker, BreakerSettings};
use crate::model::{Broken, DeviceId};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

/// Every credential that was used since the start.
pub(super) struct Credentials {
    by_name: Mutex<BTreeMap<String, Arc<Credential>>>,
    logins: usize,
    breaker: BreakerSettings,
}

struct Credential {
    name: String,
    logins: Arc<Semaphore>,
    /// Few go first while nobody knows whether the password is right: a wrong one must not be refused by 25 routers
    /// before the first answer opens the breaker, or the login server locks the account.
    scouts: Mutex<Arc<Semaphore>>,
    breaker: Mutex<Breaker>,
    /// A login was decided: who waits for a canary asks again.
    decided: Notify,
}

/// Nobody waits longer for the scouts: routers that hang at login must not hold up the others.
const SCOUTING: Duration = Duration::from_secs(5);

/// The right to send this credential's password once.
pub(super) struct Attempt {
    credential: Arc<Credential>,
    settings: BreakerSettings,
    decided: bool,
    scout: Option<OwnedSemaphorePermit>,
    _login: Option<OwnedSemaphorePermit>,
}

impl Credentials {
    pub fn new(logins: usize, breaker: BreakerSettings) -> Credentials {
        Credentials { by_name: Mutex::default(), logins: logins.max(1), breaker }
    }

    /// At once, before any waiting: the breaker of this credential is open.
    pub fn check(&self, name: &str) -> Result<(), Broken> {
        let credential = self.named(name);
        let open = credential.breaker().is_open();
        if open { Err(credential.stopped()) } else { Ok(()) }
    }

    /// Waits for a login to be free, then asks the breaker again: it may have opened meanwhile.
    pub async fn attempt(&self, name: &str) -> Result<Attempt, Broken> {
        let credential = self.named(name);
        // The semaphore is never closed, so there is always a permit in the end.
        let login = credential.logins.clone().acquire_owned().await.ok();
        self.attempt_with(credential, login).await
    }

    async fn attempt_with(
        &self,
        credential: Arc<Credential>,
        login: Option<OwnedSemaphorePermit>,
    ) -> Result<Attempt, Broken> {
        let scout = credential.scout().await;
        match credential.admitted().await {
            true => Ok(Attempt { credential, settings: self.breaker, decided: false, scout, _login: login }),
            false => Err(credential.stopped()),
        }
    }

    /// The right to send the password with one request. Requests come every minute, so a credential that is known to
    /// work does not wait behind logins; an unknown one waits as a login does, until it is known or refused.
    pub async fn request(&self, name: &str) -> Result<Attempt, Broken> {
        let credential = self.named(name);
        let login = tokio::select! {
            biased;
            () = credential.proven() => None,
            login = credential.logins.clone().acquire_owned() => login.ok(),
        };
        self.attempt_with(credential, login).await
    }

    /// A person says that it may be tried again: one login goes first, and its answer decides.
    pub fn retry(&self, name: &str) {
        self.named(name).breaker().allow_canary();
    }

    fn named(&self, name: &str) -> Arc<Credential> {
        let mut by_name = self.by_name.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let logins = Arc::new(Semaphore::new(self.logins));
            let scouts = Mutex::new(scouts(&self.breaker));
            Arc::new(Credential {
                name: name.to_owned(),
                logins,
                scouts,
                breaker: Mutex::default(),
                decided: Notify::new(),
            })
        };
        by_name.entry(name.to_owned()).or_insert_with(make).clone()
    }
}

fn scouts(settings: &BreakerSettings) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(settings.devices.max(1)))
}

impl Credential {
    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns when the credential is known to work.
    async fn proven(&self) {
        loop {
            let decided = self.decided.notified();
            tokio::pin!(decided);
            // Listening before asking, as below.
            decided.as_mut().enable();
            if self.breaker().is_proven() {
                return;
            }
            decided.await;
        }
    }

    /// Waits for the canary's answer where one flies. A canary that falls silent ends with its own deadline, and its end
    /// wakes us too.
    async fn admitted(&self) -> bool {
        loop {
            let decided = self.decided.notified();
            tokio::pin!(decided);
            // Listening before asking: the answer may come between the two.
            decided.as_mut().enable();
            let admits = self.breaker().admits();
            match admits {
                Admits::Yes => return true,
                Admits::No => return false,
                Admits::AfterTheCanary => decided.await,
            }
        }
    }

    /// A place among the first; `None` when the credential is known to work.
    async fn scout(&self) -> Option<OwnedSemaphorePermit> {
        if self.breaker().is_proven() {
            return None;
        }
        let scouts = self.scouts().clone();
        let scout = timeout(SCOUTING, scouts.acquire_owned()).await.ok()?.ok();
        scout.filter(|_| !self.breaker().is_proven())
    }

    fn scouts(&self) -> MutexGuard<'_, Arc<Semaphore>> {
        self.scouts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stopped(&self) -> Broken {
        Broken::CredentialStopped { credential: self.name.clone() }
    }
}

impl Attempt {
    pub fn accepted(mut self) {
        self.decided = true;
        self.credential.breaker().accepted();
        let mut current = self.credential.scouts();
        if self.scout.take().is_some() || current.is_closed() {
            // The others need not wait for their turn as scouts any more.
            std::mem::replace(&mut *current, scouts(&self.settings)).close();
        }
    }

    pub fn refused(mut self, device: DeviceId) {
        self.decided = true;
        // A scout that was refused is not replaced: so many refusals open the breaker.
        if let Some(scout) = self.scout.take() {
            scout.forget();
        }
        let opened = self.credential.breaker().refused(device, Instant::now(), &self.settings);
        if opened {
            // Who waits as a scout learns at once that it is over.
            self.credential.scouts().close();
            tracing::warn!(credential = %self.credential.name, "refused by several routers, stopped everywhere");
        }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if !self.decided {
            self.credential.breaker().undecided();
        }
        self.credential.decided.notify_waiters();
    }
}
