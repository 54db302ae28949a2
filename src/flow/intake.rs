//! Updates come in: each is committed under its unique key, then acknowledged (invariant 9). A button
//! that will do nothing says so at once, as far as its row tells (invariant 3).

use super::{House, decide, gather};
use crate::channel::{Acknowledgement, Received};
use crate::model::{Text, Update, What};
use crate::store::Arrival;
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
            .write(move |work| {
                updates.iter().map(|update| work.receive(update)).collect::<Result<Vec<_>, _>>()
            })
            .await;
        let arrivals = match stored {
            Ok(arrivals) => arrivals.into_iter().map(Some).collect(),
            Err(error) => {
                tracing::error!(%error, updates = batch.len(), "updates could not be stored");
                vec![None; batch.len()]
            }
        };
        for (received, arrival) in batch.drain(..).zip(arrivals) {
            let said = match arrival {
                None => Acknowledgement::NotStored,
                Some(Arrival::Repeat) => Acknowledgement::Got,
                Some(Arrival::New(_)) => why_idle(house, &received.update)
                    .await
                    .map_or(Acknowledgement::Got, Acknowledgement::Said),
            };
            (received.acknowledge)(said);
        }
    }
}

/// Why a pressed button will do nothing. What cannot be read now is found out by the corridor.
async fn why_idle(house: &House, update: &Update) -> Option<Text> {
    let request = house.request_of(update)?;
    let What::Press(token) = request.what else { return None };
    let asker = request.asker.clone();
    let read = house.store.read(move |view| Ok((view.press(&token)?, view.person_of(&asker)?))).await;
    let (press, person) = read.ok()?;
    let facts = gather::facts(house, person, request.place).await.ok()?;
    decide::idle_press(press.as_ref(), &facts, &request.asker)
}
