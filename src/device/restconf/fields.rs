//! Which software refuses `fields` (devices.md B3): found out once for each version, asked of the store once, and
//! remembered. Where the version is not known yet, it is remembered for the device, until the next start.

use crate::device::Learned;
use crate::model::DeviceId;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(super) struct Fields {
    learned: Arc<dyn Learned>,
    known: Mutex<BTreeMap<Whose, bool>>,
}

/// Of what it is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Whose {
    Software(String),
    Device(DeviceId),
}

impl Whose {
    pub fn of(software: Option<&str>, device: DeviceId) -> Whose {
        software.map_or(Whose::Device(device), |software| Whose::Software(software.to_owned()))
    }
}

impl Fields {
    pub fn new(learned: Arc<dyn Learned>) -> Fields {
        Fields { learned, known: Mutex::default() }
    }

    pub async fn are_refused(&self, whose: &Whose) -> bool {
        let kept = self.known().get(whose).copied();
        match (kept, whose) {
            (Some(kept), _) => kept,
            (None, Whose::Device(_)) => false,
            (None, Whose::Software(software)) => match self.learned.refuses_fields(software).await {
                Ok(refused) => *self.known().entry(whose.clone()).or_insert(refused),
                Err(error) => {
                    tracing::warn!(%error, "what was learned cannot be read");
                    false
                }
            },
        }
    }

    pub async fn note_refused(&self, whose: &Whose) {
        if self.known().insert(whose.clone(), true) == Some(true) {
            return;
        }
        if let Whose::Software(software) = whose {
            tracing::info!(software, "refuses `fields`; it is asked for everything from now on");
            if let Err(error) = self.learned.note_refuses_fields(software).await {
                tracing::warn!(%error, "what was learned is not kept");
            }
        }
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<Whose, bool>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
