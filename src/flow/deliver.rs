//! The back door: the only place that sends messages (invariant 3). One message per destination at a
//! time, destinations at once; the attempt is stored before, the receipt after.

use super::undelivered::{self, Letter};
use super::{AFTER_ERROR, House, draw};
use crate::builtin::{self, Try};
use crate::channel::Channel;
use crate::model::{Class, Destination, Message, Receipt, SendError};
use crate::store::{Arrived, StoreError, Topic, Work};
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// So many places get a message at once.
const BATCH: usize = 1_000;
/// The outbox is asked again after so many times as long as it took, at the least.
const BREATHS: u32 = 2;
/// While somebody waits for a turn, the outbox is looked at so often at least.
const RESTING: Duration = Duration::from_millis(200);
/// A send that takes longer is given up; it may have arrived, so its next try is marked as a repeat.
/// Mail servers are slow: RFC 5321 4.5.3.2.6 lets them think for ten minutes.
const SEND: Duration = Duration::from_secs(120);
/// When nothing is due, the outbox is looked at again after this at the latest.
const IDLE: Duration = Duration::from_secs(60);

/// Runs until it is stopped; what is being sent then is sent to its end.
pub async fn run(house: &House) {
    let mut changes = house.store.changes();
    if let Err(error) = show_again(house).await {
        tracing::error!(%error, "what was asked before the start could not be shown again");
    }
    let mut sending = FuturesUnordered::new();
    let (mut busy, mut turns) = (BTreeSet::new(), Turns::default());
    loop {
        let asked = Instant::now();
        let wait = match due(house).await {
            Ok((messages, mut wait)) => {
                for (place, lanes) in turns.of_places(messages) {
                    if busy.contains(&place) {
                        continue;
                    }
                    match next_of(house, lanes) {
                        Ok(message) => {
                            turns.took(&message);
                            busy.insert(place);
                            sending.push(send(house, message));
                        }
                        // What is due and must wait would have the outbox looked at without a pause.
                        Err(rest) => wait = wait.max(rest.min(RESTING)),
                    }
                }
                wait
            }
            Err(error) => {
                tracing::error!(%error, "the outbox could not be read");
                AFTER_ERROR
            }
        };
        let breath = tokio::time::sleep(BREATHS * asked.elapsed());
        tokio::select! {
            Some(place) = sending.next() => { busy.remove(&place); }
            _ = changes.of(&[Topic::Outbox]) => {}
            () = tokio::time::sleep(wait) => {}
            () = house.stops.deliver.cancelled() => break,
        }
        // A long outbox takes long to be asked: what ends meanwhile is looked at together.
        tokio::pin!(breath);
        loop {
            tokio::select! {
                Some(place) = sending.next() => { busy.remove(&place); }
                () = &mut breath => break,
            }
        }
    }
    while sending.next().await.is_some() {}
}

/// Questions that wait since before the start are asked again where nobody sees them any more. Jobs
/// say by themselves that they go on.
async fn show_again(house: &House) -> Result<(), StoreError> {
    let forgetful = house.channels.iter().filter(|channel| channel.deliver.forgets());
    let places: Vec<_> = forgetful.flat_map(|channel| channel.deliver.homes()).collect();
    let now = house.clock.now().wall;
    house
        .store
        .write(move |work| {
            let working: Vec<_> = work.unfinished_jobs()?.into_iter().map(|job| job.invocation.key).collect();
            for place in &places {
                for open in work.open_messages(place)? {
                    if !working.contains(&open.slot.0) {
                        work.post(&open, now)?;
                    }
                }
            }
            Ok(())
        })
        .await
}

/// The first whose turn it is at its service, else how long until it may be the turn of one. What goes
/// without its channel has no turn to wait for.
fn next_of(house: &House, lanes: Vec<Message>) -> Result<Message, Duration> {
    let mut least = RESTING;
    for message in lanes {
        let turn = |channel: &Channel| channel.deliver.turn(&message);
        match house.channel_of(&message.place).map_or(Duration::ZERO, turn) {
            Duration::ZERO => return Ok(message),
            rest => least = least.min(rest),
        }
    }
    Err(least)
}

/// Whose turn it is in a chat that hears more than its service lets through: after an alert somebody
/// who asked something, however urgent the alerts are that wait.
#[derive(Default)]
struct Turns {
    after_alert: BTreeSet<Destination>,
}

impl Turns {
    /// The lanes of each place, in the order of going.
    fn of_places(&self, messages: Vec<Message>) -> BTreeMap<Destination, Vec<Message>> {
        let mut places: BTreeMap<Destination, Vec<Message>> = BTreeMap::new();
        for message in messages {
            places.entry(message.place.clone()).or_default().push(message);
        }
        for (place, lanes) in &mut places {
            if self.after_alert.contains(place) {
                lanes.sort_by_key(|message| message.class > Class::Result || message.slot.is_alert());
            }
        }
        places
    }

    fn took(&mut self, message: &Message) {
        match message.slot.is_alert() {
            true => self.after_alert.insert(message.place.clone()),
            false => self.after_alert.remove(&message.place),
        };
    }
}

/// What is due, and how long until something else is.
async fn due(house: &House) -> Result<(Vec<Message>, Duration), StoreError> {
    let now = house.clock.now().wall;
    let (messages, next) =
        house.store.read(move |view| Ok((view.due_in_each_lane(now, BATCH)?, view.next_due(now)?))).await?;
    let wait = next.map_or(IDLE, |at| at.since(now)).clamp(Duration::from_millis(20), IDLE);
    Ok((messages, wait))
}

async fn send(house: &House, message: Message) -> Destination {
    let place = message.place.clone();
    if let Err(error) = attempt(house, message).await {
        tracing::error!(%error, %place, "a message could not be marked; it is sent again later");
        tokio::time::sleep(AFTER_ERROR).await;
    }
    place
}

async fn attempt(house: &House, mut message: Message) -> Result<(), StoreError> {
    let (id, now) = (message.id, house.clock.now().wall);
    let Some(channel) = house.channel_of(&message.place) else {
        let letter = letter(house, &message);
        let error = SendError::Never { why: "the channel is not open".to_owned() };
        let given_up = move |work: &mut Work<'_>| {
            undelivered::put_off(work, &letter, &error, Arrived::No, Duration::ZERO)
        };
        return house.store.write(given_up).await;
    };
    if !house.store.write(move |work| work.attempt(id, now)).await? {
        return Ok(());
    }
    message.pictures = match message.class == Class::Progress && !message.parts.is_empty() {
        // The picture of a storm's alerts is not drawn anew for each percent more.
        true => draw::left_as_they_are(&message.document),
        false => draw::pictures(house, &message.document, &message.reader).await,
    };
    match tokio::time::timeout(SEND, channel.deliver.deliver(&message)).await {
        Ok(Ok(receipt)) => delivered(house, channel, &message, receipt).await,
        Ok(Err(error)) => failed(house, channel, &message, error, Arrived::No).await,
        Err(_elapsed) => {
            let error = SendError::Later { after: Duration::ZERO, why: "no answer in time".to_owned() };
            failed(house, channel, &message, error, Arrived::Unknown).await
        }
    }
}

async fn delivered(
    house: &House,
    channel: &Channel,
    message: &Message,
    receipt: Receipt,
) -> Result<(), StoreError> {
    let now = house.clock.now().wall;
    let (id, slot, place) = (message.id, message.slot.clone(), message.place.clone());
    let pace = channel.deliver.pace();
    let over = message.document.ended.is_some();
    // Mark after sending: a crash here repeats one message, the other order would lose it.
    marked(house, move |work| {
        work.delivered(id, &receipt, now)?;
        builtin::came_of(&slot, &place, &Try::Arrived, now, work)?;
        match over {
            true => Ok(()),
            false => work.hold_slot(&slot, &place, now.plus(pace)),
        }
    })
    .await
}

/// What became of a try is written down as soon as the store takes it: a message that is in flight for
/// ever would hold back every newer version of it and all that hangs below it, until the next start.
async fn marked(
    house: &House,
    mark: impl Fn(&mut Work<'_>) -> Result<(), StoreError> + Clone + Send + 'static,
) -> Result<(), StoreError> {
    loop {
        match house.store.write(mark.clone()).await {
            Err(error) if !error.is_about_this() && !house.stops.deliver.is_cancelled() => {
                tracing::error!(%error, "what became of a message could not be stored; it is tried again");
                tokio::time::sleep(AFTER_ERROR).await;
            }
            other => return other,
        }
    }
}

async fn failed(
    house: &House,
    channel: &Channel,
    message: &Message,
    error: SendError,
    arrived: Arrived,
) -> Result<(), StoreError> {
    tracing::warn!(%error, slot = %message.slot, place = %message.place, "a message was not sent");
    let (deliver, letter, error) =
        (channel.deliver.clone(), Arc::new(letter(house, message)), Arc::new(error));
    marked(house, move |work| {
        let attempts = u32::try_from(work.tries(letter.id)?).unwrap_or(u32::MAX);
        let patience = deliver.patience(attempts);
        undelivered::put_off(work, &letter, &error, arrived, patience)
    })
    .await
}

fn letter(house: &House, message: &Message) -> Letter {
    Letter {
        id: message.id,
        slot: message.slot.clone(),
        place: message.place.clone(),
        shown: match house.homes.contains(&message.place) {
            true => message.place.to_string(),
            false => house.doors.hinted(&message.place),
        },
        class: message.class,
        now: house.clock.now().wall,
        elsewhere: undelivered::elsewhere(&house.channels, &message.place),
    }
}
