//! Updates come in: each is committed under its unique key, then acknowledged (invariant 9). A button
//! that will do nothing says so at once, as far as its row tells, and one that asks for words opens a field for
//! them (invariant 3).

use super::{House, decide, gather, step};
use crate::channel::{Acknowledgement, Received};
use crate::model::{Action, Update, What};
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
                Some(Arrival::New(_)) => {
                    instant(house, &received.update).await.unwrap_or(Acknowledgement::Got)
                }
            };
            (received.acknowledge)(said);
        }
    }
}

/// Why a pressed button will do nothing, or the field that it opens. What cannot be read now is found out by the
/// corridor.
async fn instant(house: &House, update: &Update) -> Option<Acknowledgement> {
    let request = house.request_of(update)?;
    let (token, is_press) = match request.what {
        What::Press(token) => (token, true),
        What::Words { token, .. } => (token, false),
        What::Line(_) | What::Leave | What::Unfit { .. } | What::Moved { .. } => return None,
    };
    let asker = request.asker.clone();
    let read = house.store.read(move |view| {
        let press = view.press(&token)?;
        let asks = press.as_ref().filter(|press| is_press && matches!(press.action, Action::Words { .. }));
        let step = match asks {
            Some(press) => gather::step_of(view, Some(press), None)?,
            None => None,
        };
        Ok((view.person_of(&asker)?, press, step))
    });
    let (person, press, step) = read.await.ok()?;
    let facts = gather::facts(house, person, request.place).await.ok()?;
    match decide::idle_press(press.as_ref(), &facts, &request.asker) {
        Some(why) => Some(Acknowledgement::Said(why)),
        None => Some(Acknowledgement::Ask(Box::new(step::field(&press?, &step?)))),
    }
}
