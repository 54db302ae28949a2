//! The loop that asks the Bot API for updates. It gives one at a time, knows no offset and forgets what it gave, so an
//! update that came is handed in again and again until flow has committed it: nobody would bring it a second time.

use super::fault::{Fault, TOKEN};
use super::{KIND, Zalo, bot::Bot, now, request};
use crate::channel::{Acknowledgement, ChannelError, Intake, Received};
use crate::model::{Timestamp, Update};
use serde_json::Value;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// Flow commits in milliseconds; without a word by then it is handed in once more, under the same key.
const STORED: Duration = Duration::from_secs(30);
/// A service that says "nothing" without waiting must not be asked without a pause.
const NOTHING: Duration = Duration::from_millis(200);
const RESTS: [u64; 6] = [1, 2, 4, 8, 15, 30];

pub async fn listen(
    door: &Zalo,
    bot: &Bot,
    intake: Intake,
    stop: CancellationToken,
) -> Result<(), ChannelError> {
    let mut ear = Ear { door, intake, failures: 0, told: None };
    loop {
        let rest = tokio::select! {
            biased;
            () = stop.cancelled() => return Ok(()),
            heard = bot.updates() => match heard {
                // Not inside the select: what came would be lost when the house stops.
                Ok(event) => {
                    ear.well();
                    Heard::Event(event)
                }
                Err(Fault::Nothing) => {
                    ear.well();
                    Heard::Nothing(NOTHING)
                }
                Err(fault) => Heard::Nothing(ear.ill(&fault)),
            },
        };
        let rest = match rest {
            Heard::Event(event) => {
                ear.hand_in(&event, &stop).await?;
                continue;
            }
            Heard::Nothing(rest) => rest,
        };
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(rest) => {}
        }
    }
}

enum Heard {
    Event(Value),
    Nothing(Duration),
}

struct Ear<'a> {
    door: &'a Zalo,
    intake: Intake,
    failures: usize,
    /// The trouble that the log knows of already.
    told: Option<Fault>,
}

impl Ear<'_> {
    // Invariant: what was taken from the service is committed before the next is asked for. Test:
    // `what_is_not_stored_is_handed_in_again`.
    async fn hand_in(&self, event: &Value, stop: &CancellationToken) -> Result<(), ChannelError> {
        let received_at = now();
        loop {
            let (acknowledge, acknowledged) = oneshot::channel();
            let received = Received {
                update: self.update(event, received_at),
                acknowledge: Box::new(|said| {
                    // Whoever waited may have stopped waiting.
                    let _ = acknowledge.send(said);
                }),
            };
            if self.intake.send(received).await.is_err() {
                return Err(ChannelError { channel: KIND, why: "nobody takes updates".to_owned() });
            }
            match tokio::time::timeout(STORED, acknowledged).await {
                Ok(Ok(Acknowledgement::Got | Acknowledgement::Said(_) | Acknowledgement::Ask(_))) => {
                    return Ok(());
                }
                Ok(Ok(Acknowledgement::NotStored) | Err(_)) | Err(_) => {}
            }
            tokio::select! {
                () = stop.cancelled() => {
                    tracing::error!(channel = %self.door.called, "a message could not be stored and is lost");
                    return Ok(());
                }
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
            }
        }
    }

    fn update(&self, event: &Value, received_at: Timestamp) -> Update {
        let key = match request::id(event) {
            Some(id) => id.to_owned(),
            // Of what has no id nobody can say that it is a repeat.
            None => format!("at {}", received_at.0),
        };
        Update {
            key,
            channel: self.door.called.clone(),
            sent_at: request::sent_at(event),
            received_at,
            raw: event.to_string(),
        }
    }

    fn well(&mut self) {
        if self.told.take().is_some() {
            tracing::info!(channel = %self.door.called, "the service answers again");
        }
        self.failures = 0;
    }

    /// How long to rest. The same trouble is told once.
    fn ill(&mut self, fault: &Fault) -> Duration {
        let channel = &self.door.called;
        if self.told.as_ref() != Some(fault) {
            match fault {
                Fault::Stale(why) => tracing::error!(%channel, "{why}"),
                Fault::Refused(why) => tracing::error!(
                    %channel,
                    %why,
                    "updates are refused; a webhook may be set for this bot: take it away (deleteWebhook)"
                ),
                other => tracing::warn!(%channel, fault = ?other, "updates could not be fetched"),
            }
            self.told = Some(fault.clone());
        }
        let rest = RESTS.get(self.failures).or(RESTS.last()).copied().unwrap_or(1);
        self.failures = self.failures.saturating_add(1);
        match fault {
            Fault::TooMany(after) => (*after).max(Duration::from_secs(1)),
            Fault::Stale(_) => TOKEN,
            _ => Duration::from_secs(rest),
        }
    }
}
