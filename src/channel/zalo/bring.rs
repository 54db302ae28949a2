//! A message is brought to its chat: text after text, each once. Nothing that stands there can be changed, so of a
//! message the first version is sent and its end, of an alert only the first (its end is a message of its own), and of
//! progress nothing. What was sent is written down after each text, so that a try that breaks off goes on there.

use super::address::Address;
use super::fault::Fault;
use super::left::Remains;
use super::{Line, Zalo, page};
use crate::model::outbound::MessageRef;
use crate::model::{Class, Message, Receipt, SendError};
use std::time::Duration;

/// What a try may take as a whole: flow gives it up after two minutes, and would not know what became of it.
const TRY: Duration = Duration::from_secs(100);
/// Stands before the id of a text that will not be followed by another version.
const END: &str = "end:";

/// Whether this version says something that nobody has read yet.
pub fn is_sent(message: &Message) -> bool {
    let (stands, over) = (!message.parts.is_empty(), message.document.ended.is_some());
    let has_ended = message.parts.iter().any(|part| part.0.starts_with(END));
    match message.class {
        Class::Progress => false,
        // The first version of work that has only begun comes as its end.
        _ if !over && page::is_progress(message) => false,
        _ if !stands => true,
        _ => over && !has_ended && !message.slot.is_alert(),
    }
}

pub async fn bring(door: &Zalo, message: &Message) -> Result<Receipt, SendError> {
    if !is_sent(message) {
        return Ok(Receipt { parts: message.parts.clone() });
    }
    let Some(to) = Address::read(&message.place.address) else {
        return Err(SendError::Never { why: format!("{:?} is no user and no group", message.place.address) });
    };
    match tokio::time::timeout(TRY, send(door, message, to)).await {
        Ok(done) => done,
        Err(_elapsed) => {
            Err(SendError::Later { after: Duration::ZERO, why: "the service is too slow".to_owned() })
        }
    }
}

async fn send(door: &Zalo, message: &Message, to: Address<'_>) -> Result<Receipt, SendError> {
    let remains = door.left.of(message);
    let doubt = message.repeat || remains.doubt;
    let shown = Message { repeat: doubt && remains.parts.is_empty(), ..message.clone() };
    let in_group = matches!(to, Address::Group(_));
    let texts = page::texts(&shown, &door.texts, in_group);
    let mut parts = remains.parts;
    let sent_before = parts.len();
    for (at, text) in texts.iter().enumerate().skip(sent_before) {
        // The first text of a message had its turn before; each further one pays for itself.
        if at > sent_before {
            tokio::time::sleep(door.turns.spend(&message.place.address)).await;
        }
        // Before it is sent: whatever cuts the call off, the next try says that it may be the second.
        door.left.keep(message, Remains { parts: parts.clone(), doubt: true });
        match door.send(to, text).await {
            Ok(id) => parts.push(MessageRef(named(message, id))),
            Err(fault) => {
                let doubt = doubt || matches!(fault, Fault::Away { doubt: true, .. });
                door.left.keep(message, Remains { parts, doubt });
                return Err(failed(door, message, fault).await);
            }
        }
    }
    door.left.keep(message, Remains::default());
    well(door, message, to).await;
    Ok(Receipt { parts })
}

fn named(message: &Message, id: String) -> String {
    match message.document.ended {
        Some(_) => format!("{END}{id}"),
        None => id,
    }
}

async fn failed(door: &Zalo, message: &Message, fault: Fault) -> SendError {
    match &fault {
        Fault::TooMany(after) => door.turns.pause(*after),
        Fault::Unreachable { why, .. } => {
            let noted = door.reaches.refused(&door.called, &message.place.address, why).await;
            log(door, noted);
        }
        _ => {}
    }
    fault.told()
}

async fn well(door: &Zalo, message: &Message, to: Address<'_>) {
    log(door, door.reaches.reached(&door.called, &message.place.address).await);
    if let (Line::Account { .. }, Address::Person(user)) = (&door.line, to) {
        door.windows.wonder(user);
    }
}

fn log(door: &Zalo, noted: Result<(), String>) {
    if let Err(why) = noted {
        tracing::warn!(channel = %door.called, %why, "who can be reached could not be noted");
    }
}
