//! Updates come in: each is committed under its unique key, then acknowledged (invariant 9).

use super::House;
use crate::channel::{Acknowledgement, Received};
use tokio::sync::mpsc;

/// So many updates share one commit at most.
const BATCH: usize = 64;

/// Runs until every channel has closed its end, so that nothing received before a stop is lost.
pub async fn run(house: &House, mut incoming: mpsc::Receiver<Received>) {
    let mut batch = Vec::with_capacity(BATCH);
    while incoming.recv_many(&mut batch, BATCH).await > 0 {
        let updates: Vec<_> = batch.iter().map(|received| received.update.clone()).collect();
        let stored = house
            .store
            .write(move |work| updates.iter().try_for_each(|update| work.receive(update).map(drop)))
            .await;
        let said = match &stored {
            Ok(()) => Acknowledgement::Got,
            Err(error) => {
                tracing::error!(%error, updates = batch.len(), "updates could not be stored");
                Acknowledgement::NotStored
            }
        };
        for received in batch.drain(..) {
            (received.acknowledge)(said.clone());
        }
    }
}
