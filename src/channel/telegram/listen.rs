//! The loop that asks for updates. Each batch is handed in as it came, whatever it holds, and the next question
//! confirms only what flow has committed (invariant 9). The library's own loop confirms when it has queued, which
//! loses commands in a crash; and its decoded updates are not what was sent, so ours are read as plain JSON: one
//! of a kind that nobody knows yet is stored, asks for nothing, and never stands in the way of the others.

use super::request::Envelope;
use super::toast::Pressed;
use super::wire::{CALL, Fault};
use super::{KIND, Telegram};
use crate::channel::{Acknowledgement, ChannelError, Intake, Received};
use crate::model::{Timestamp, Update};
use futures_util::future::join_all;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use teloxide::payloads::GetMe;
use teloxide::requests::Payload;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// How long the service may keep the question when there is nothing to say.
const WAITS: Duration = Duration::from_secs(50);
const BATCH: u8 = 100;
/// Flow commits in milliseconds; without a word by then the update is asked for again.
const STORED: Duration = Duration::from_secs(30);
/// After so long without an answer nobody knows when a button was pressed.
const GAP: Duration = Duration::from_secs(60);
/// The service keeps what was not fetched for a day.
const KEPT: Duration = Duration::from_secs(24 * 3_600);
const RESTS: [u64; 6] = [1, 2, 4, 8, 15, 30];
/// After a refused token, and while somebody else asks for the same updates.
const REFUSED: Duration = Duration::from_secs(60);
const CONFLICT: Duration = Duration::from_secs(15);

#[derive(Clone, Serialize)]
struct GetUpdates {
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<i64>,
    limit: u8,
    timeout: u64,
    allowed_updates: [&'static str; 5],
}

impl Payload for GetUpdates {
    type Output = Value;
    const NAME: &'static str = "GetUpdates";
}

/// Said with every question: the service remembers it, and somebody else may have said something else.
const ASKED_FOR: [&str; 5] =
    ["message", "edited_message", "callback_query", "channel_post", "my_chat_member"];

pub async fn listen(
    door: Arc<Telegram>,
    intake: Intake,
    stop: CancellationToken,
) -> Result<(), ChannelError> {
    let mut ear =
        Ear { door: &door, intake, next: None, drained: false, heard: None, failures: 0, told: None };
    loop {
        let rest = tokio::select! {
            biased;
            () = stop.cancelled() => return Ok(()),
            step = ear.step() => match step {
                Ok(()) => ear.well(),
                Err(Deaf::Fault(fault)) => ear.ill(&fault),
                Err(Deaf::NotStored) => Duration::from_secs(1),
                Err(Deaf::Closed) => return Err(ChannelError { channel: KIND, why: "nobody takes updates".to_owned() }),
            },
        };
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(rest) => {}
        }
    }
}

/// Why a step brought nothing.
enum Deaf {
    Fault(Fault),
    /// Flow could not commit: the same is asked for again.
    NotStored,
    Closed,
}

struct Ear<'a> {
    door: &'a Telegram,
    intake: Intake,
    /// What the next question begins with. None begins with the oldest that was not confirmed.
    next: Option<i64>,
    /// An empty answer came, and no gap since: whatever comes was sent just now.
    drained: bool,
    /// When the last answer came.
    heard: Option<Timestamp>,
    failures: usize,
    /// The trouble that the log knows of already.
    told: Option<Fault>,
}

impl Ear<'_> {
    async fn step(&mut self) -> Result<(), Deaf> {
        let bot = self.name().await?;
        // Until the queue is empty nothing is waited for: the first empty answer says that it is.
        let waits = if self.drained { WAITS } else { Duration::ZERO };
        let question = GetUpdates {
            offset: self.next,
            limit: BATCH,
            timeout: waits.as_secs(),
            allowed_updates: ASKED_FOR,
        };
        let answer = self.door.wire.call(question, waits + CALL).await.map_err(Deaf::Fault)?;
        let now = now();
        let before = self.heard.replace(now);
        if before.is_none_or(|before| now.since(before) > GAP) {
            self.drained = false;
        }
        let updates = answer.as_array().map(Vec::as_slice).unwrap_or_default();
        if updates.is_empty() {
            self.drained = true;
            // All is confirmed. After a week of silence the numbers begin somewhere else, maybe lower.
            self.next = None;
            return Ok(());
        }
        let oldest = before.unwrap_or_else(|| Timestamp(now.0 - millis(KEPT)));
        let pressed_at = (!self.drained).then_some(oldest);
        self.hand_in(&bot, updates, now, pressed_at).await
    }

    /// Commands in a group name the bot, so nothing is read before its own name is known.
    async fn name(&self) -> Result<String, Deaf> {
        if let Some(name) = self.door.name.get() {
            return Ok(name.clone());
        }
        let me = self.door.wire.call(GetMe::new(), CALL).await.map_err(Deaf::Fault)?;
        let name = me.get("username").and_then(Value::as_str).unwrap_or_default().to_owned();
        tracing::info!(channel = %self.door.called, bot = %name, "the bot's name is known");
        Ok(self.door.name.get_or_init(|| name).clone())
    }

    async fn hand_in(
        &mut self,
        bot: &str,
        updates: &[Value],
        now: Timestamp,
        pressed_at: Option<Timestamp>,
    ) -> Result<(), Deaf> {
        let mut numbers = Vec::new();
        let mut waiting = Vec::new();
        for update in updates {
            let Some(number) = update.get("update_id").and_then(Value::as_i64) else { continue };
            let (acknowledge, acknowledged) = oneshot::channel();
            let pressed = self.pressed(number, update);
            let received = Received {
                update: self.update(bot, number, update, now, pressed_at),
                acknowledge: Box::new(|said| {
                    // Whoever waited may have stopped waiting.
                    let _ = acknowledge.send(said);
                }),
            };
            self.intake.send(received).await.map_err(|_| Deaf::Closed)?;
            numbers.push(number);
            waiting.push(self.stored(acknowledged, pressed));
        }
        let stored = join_all(waiting).await;
        let lost =
            numbers.iter().zip(&stored).filter(|(_, stored)| !**stored).map(|(number, _)| *number).min();
        // Invariant: nothing that is not committed is confirmed. Test: `the_offset_moves_only_over_what_is_committed`.
        self.next = lost.or_else(|| numbers.iter().max().map(|last| last + 1)).or(self.next);
        match lost {
            Some(_) => Err(Deaf::NotStored),
            None => Ok(()),
        }
    }

    /// Whether it is committed; a press is answered by the way.
    async fn stored(
        &self,
        acknowledged: oneshot::Receiver<Acknowledgement>,
        pressed: Option<Pressed>,
    ) -> bool {
        let said = match tokio::time::timeout(STORED, acknowledged).await {
            Ok(Ok(said)) => said,
            Ok(Err(_)) | Err(_) => Acknowledgement::NotStored,
        };
        if let Some(pressed) = pressed {
            self.door.toasts.answer(pressed, &said, now());
        }
        said != Acknowledgement::NotStored
    }

    fn pressed(&self, number: i64, update: &Value) -> Option<Pressed> {
        let query = update.pointer("/callback_query/id")?.as_str()?;
        Some(self.door.toasts.pressed(&number.to_string(), query))
    }

    fn update(
        &self,
        bot: &str,
        number: i64,
        update: &Value,
        now: Timestamp,
        pressed_at: Option<Timestamp>,
    ) -> Update {
        let is_press = update.get("callback_query").is_some();
        Update {
            key: number.to_string(),
            channel: self.door.called.clone(),
            sent_at: if is_press {
                pressed_at.map(|oldest| oldest.max(shown_at(update)))
            } else {
                sent_at(update)
            },
            received_at: now,
            raw: Envelope { bot: bot.to_owned(), update: update.clone() }.raw(),
        }
    }

    fn well(&mut self) -> Duration {
        if self.told.take().is_some() {
            tracing::info!(channel = %self.door.called, "the service answers again");
        }
        self.failures = 0;
        Duration::ZERO
    }

    /// How long to rest. The same trouble is told once.
    fn ill(&mut self, fault: &Fault) -> Duration {
        let channel = &self.door.called;
        if self.told.as_ref() != Some(fault) {
            match fault {
                Fault::TokenRefused => tracing::error!(%channel, "{}", super::TOKEN_REFUSED),
                Fault::Conflict(why) => tracing::error!(
                    %channel,
                    %why,
                    "another program asks for this bot's updates with the same token, or a webhook is set: stop it, \
                     or take the webhook away. Until then commands get lost between the two"
                ),
                other => tracing::warn!(%channel, fault = ?other, "updates could not be fetched"),
            }
            self.told = Some(fault.clone());
        }
        let rest = RESTS.get(self.failures).or(RESTS.last()).copied().unwrap_or(1);
        self.failures = self.failures.saturating_add(1);
        match fault {
            Fault::TooMany(after) => (*after).max(Duration::from_secs(1)),
            Fault::TokenRefused => REFUSED,
            Fault::Conflict(_) => CONFLICT,
            _ => Duration::from_secs(rest),
        }
    }
}

/// When a person wrote it; an edit is as old as the edit.
fn sent_at(update: &Value) -> Option<Timestamp> {
    let kinds = ["message", "edited_message", "channel_post", "my_chat_member"];
    let message = kinds.iter().find_map(|kind| update.get(kind))?;
    let seconds = message.get("edit_date").or_else(|| message.get("date"))?.as_i64()?;
    Some(Timestamp(seconds.checked_mul(1_000)?))
}

/// When the message with the button was sent: nobody can have pressed it before. Of an old one the service says nothing.
fn shown_at(press: &Value) -> Timestamp {
    let seconds = press.pointer("/callback_query/message/date").and_then(Value::as_i64).unwrap_or(0);
    Timestamp(seconds.saturating_mul(1_000))
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

#[expect(clippy::disallowed_methods, reason = "the door's one reading of the clock")]
fn now() -> Timestamp {
    chrono::Utc::now().into()
}
