//! One credential in use: how many logins run at once, and whether any may run at all. The rules are a pure value
//! ([`Trial`]); around it a small shell in which logins wait.

use super::breaker::BreakerSettings;
use super::trial::{Admits, Answer, Leave, Trial, Word};
use crate::model::{Broken, DeviceId};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

/// Every credential that was used since the start.
pub(super) struct Credentials {
    by_name: Mutex<BTreeMap<String, Arc<Credential>>>,
    logins: usize,
    breaker: BreakerSettings,
}

struct Credential {
    name: String,
    logins: Arc<Semaphore>,
    trial: Mutex<Trial>,
    breaker: BreakerSettings,
    /// A login was decided: who waits asks again.
    decided: Notify,
}

/// The right to send this word once.
pub(super) struct Attempt {
    credential: Arc<Credential>,
    word: Word,
    leave: Leave,
    answer: Answer,
    _login: Option<OwnedSemaphorePermit>,
}

impl Credentials {
    pub fn new(logins: usize, breaker: BreakerSettings) -> Credentials {
        Credentials { by_name: Mutex::default(), logins: logins.max(1), breaker }
    }

    /// At once, before any waiting: the breaker of this credential is open.
    pub fn check(&self, name: &str) -> Result<(), Broken> {
        let credential = self.named(name);
        let stopped = credential.trial().is_stopped();
        if stopped { Err(credential.stopped()) } else { Ok(()) }
    }

    /// The keyring gave this word; what was known of another one is not known of it.
    pub fn read(&self, name: &str, word: &Word) {
        self.named(name).trial().read(word);
    }

    /// Waits for a login to be free, then asks the breaker again: it may have opened meanwhile.
    pub async fn attempt(&self, name: &str, word: &Word) -> Result<Attempt, Broken> {
        let credential = self.named(name);
        // The semaphore is never closed, so there is always a permit in the end.
        let login = credential.logins.clone().acquire_owned().await.ok();
        credential.attempt(word, login).await
    }

    /// The right to send the word with one request. Requests come every minute, so a word that is known to work does
    /// not wait behind logins; an unknown one waits as a login does, until it is known or refused.
    pub async fn request(&self, name: &str, word: &Word) -> Result<Attempt, Broken> {
        let credential = self.named(name);
        let login = tokio::select! {
            biased;
            () = credential.proven(word) => None,
            login = credential.logins.clone().acquire_owned() => login.ok(),
        };
        credential.attempt(word, login).await
    }

    /// A person says that it may be tried again: one login goes first, and its answer decides.
    pub fn retry(&self, name: &str) {
        self.named(name).trial().allow_canary();
    }

    fn named(&self, name: &str) -> Arc<Credential> {
        let mut by_name = self.by_name.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            Arc::new(Credential {
                name: name.to_owned(),
                logins: Arc::new(Semaphore::new(self.logins)),
                trial: Mutex::default(),
                breaker: self.breaker,
                decided: Notify::new(),
            })
        };
        by_name.entry(name.to_owned()).or_insert_with(make).clone()
    }
}

impl Credential {
    fn trial(&self) -> MutexGuard<'_, Trial> {
        self.trial.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns when the word is known to work.
    async fn proven(&self, word: &Word) {
        loop {
            let decided = self.decided.notified();
            tokio::pin!(decided);
            // Listening before asking, as below.
            decided.as_mut().enable();
            if self.trial().is_proven(word) {
                return;
            }
            decided.await;
        }
    }

    /// Waits for the answers of those who went first. One that falls silent ends with its own deadline, and its end wakes
    /// us too.
    async fn attempt(
        self: Arc<Self>,
        word: &Word,
        login: Option<OwnedSemaphorePermit>,
    ) -> Result<Attempt, Broken> {
        let leave = loop {
            let decided = self.decided.notified();
            tokio::pin!(decided);
            // Listening before asking: the answer may come between the two.
            decided.as_mut().enable();
            let admits = self.trial().admits(word, Instant::now(), &self.breaker);
            match admits {
                Admits::Yes(leave) => break leave,
                Admits::No => return Err(self.stopped()),
                Admits::Later(None) => decided.await,
                // Decided or not by then, it is asked again.
                Admits::Later(Some(until)) => drop(timeout_at(until, decided).await),
            }
        };
        Ok(Attempt { credential: self, word: word.clone(), leave, answer: Answer::Undecided, _login: login })
    }

    fn stopped(&self) -> Broken {
        Broken::CredentialStopped { credential: self.name.clone() }
    }
}

impl Attempt {
    pub fn accepted(mut self) {
        self.answer = Answer::Accepted;
    }

    pub fn refused(mut self, device: DeviceId) {
        self.answer = Answer::Refused(device);
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        let Attempt { credential, word, leave, answer, .. } = self;
        let stops = credential.trial().ended(word, *leave, *answer, Instant::now(), &credential.breaker);
        if stops {
            tracing::warn!(credential = %credential.name, "refused by several routers, stopped everywhere");
        }
        credential.decided.notify_waiters();
    }
}
