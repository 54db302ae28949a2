//! A message is brought to its chat: what stands there is compared with what shall stand there, part by part, and
//! only the difference is sent. What was done is written down after each part, so that a try that breaks off in
//! the middle is taken up there.

use super::address::{Address, Kind, Standing, message_of};
use super::calls::{self, Change, Dress};
use super::left::{Left, Remains};
use super::page::{self, Body, Part};
use super::turns::Turns;
use super::wire::{Fault, Wire};
use crate::model::outbound::MessageRef;
use crate::model::{Destination, Message, Receipt, SendError, Texts};
use std::time::Duration;

/// What a try may take as a whole: flow gives it up after two minutes, and would not know what became of it.
const TRY: Duration = Duration::from_secs(100);
/// A refused token is not asked for at every message.
const TOKEN: Duration = Duration::from_secs(60);

/// What a delivery works with.
pub struct Courier<'a> {
    pub wire: &'a Wire,
    pub turns: &'a Turns,
    pub left: &'a Left,
    pub texts: &'a Texts,
    /// Of the catalogue, with their `/`.
    pub commands: &'a [String],
}

pub async fn bring(courier: &Courier<'_>, message: &Message) -> Result<Receipt, SendError> {
    let Some(address) = Address::read(&message.place.address) else {
        return Err(SendError::Never { why: format!("{:?} is no chat", message.place.address) });
    };
    let way = Way { courier, message, address, paid: true, stands: Vec::new(), no_pictures: false };
    match tokio::time::timeout(TRY, way.go()).await {
        Ok(done) => done,
        Err(_elapsed) => Err(later("the service is too slow".to_owned())),
    }
}

fn later(why: String) -> SendError {
    SendError::Later { after: Duration::ZERO, why }
}

struct Way<'a> {
    courier: &'a Courier<'a>,
    message: &'a Message,
    address: Address,
    /// Whether the next call has its turn already.
    paid: bool,
    /// What is known to stand there by now.
    stands: Vec<MessageRef>,
    /// They did not get through.
    no_pictures: bool,
}

impl Way<'_> {
    async fn go(mut self) -> Result<Receipt, SendError> {
        let remains = self.courier.left.of(self.message);
        let standing = self.standing(&remains);
        let (first_try, doubt) = (standing.is_empty(), self.message.repeat || remains.doubt);
        // What is edited cannot stand there twice.
        let mut message = Message { repeat: doubt && first_try, ..self.message.clone() };
        self.no_pictures = remains.no_pictures;
        if remains.no_pictures {
            message.pictures.iter_mut().for_each(|picture| picture.png.clear());
        }
        let pictures = standing.iter().filter(|part| part.kind == Kind::Photo).count();
        let parts = page::parts(&message, self.courier.texts, self.courier.commands, pictures);
        let mut stands: Vec<Option<Standing>> = standing.into_iter().map(Some).collect();
        for (at, part) in parts.iter().enumerate() {
            self.stands = written(&stands);
            let there = stands.get_mut(at).and_then(Option::take);
            // Further parts follow the first, which hangs below the command.
            let below = if at == 0 { self.below() } else { None };
            match self.place(there.clone(), part, below).await {
                Ok(now) => put(&mut stands, at, now),
                Err(fault) => {
                    if let Some(there) = there {
                        put(&mut stands, at, there);
                    }
                    let now = matches!(fault, Fault::Away { doubt: true, .. });
                    let doubt = now || (remains.doubt && at == 0);
                    // What is said is not held up by a picture that does not get through.
                    let no_pictures = matches!(fault, Fault::Away { .. }) && part.kind() == Kind::Photo;
                    self.keep(Remains { parts: written(&stands), doubt, no_pictures });
                    return Err(self.told(fault));
                }
            }
            self.keep(Remains { parts: written(&stands), ..Remains::default() });
        }
        for gone in stands.split_off(parts.len().min(stands.len())).into_iter().flatten() {
            self.pay().await;
            match calls::remove(self.courier.wire, self.address, gone.kind, gone.id).await {
                // It is gone, or nobody can take it away.
                Ok(()) | Err(Fault::MessageGone | Fault::Refused(_) | Fault::NotModified) => {}
                Err(fault) => return Err(self.told(fault)),
            }
        }
        self.courier.left.forget(self.message);
        Ok(Receipt { parts: written(&stands) })
    }

    /// What the store knows of, or what a try left that did not come to its end.
    fn standing(&self, remains: &Remains) -> Vec<Standing> {
        let known = if remains.parts.is_empty() { &self.message.parts } else { &remains.parts };
        known.iter().filter_map(Standing::read).filter(|part| part.chat == self.address.chat).collect()
    }

    fn keep(&self, remains: Remains) {
        match remains == Remains::default() {
            true => self.courier.left.forget(self.message),
            false => self.courier.left.keep(self.message, remains),
        }
    }

    /// The message below which this one hangs: the slot that it replies to, else the command.
    fn below(&self) -> Option<i32> {
        let slot = self.message.reply_to.as_ref().and_then(Standing::read);
        let slot = slot.filter(|part| part.chat == self.address.chat).map(|part| part.id);
        slot.or_else(|| self.message.thread.as_ref().and_then(message_of))
    }

    /// One part as it shall be, where something stands or nothing.
    async fn place(
        &mut self,
        there: Option<Standing>,
        part: &Part,
        below: Option<i32>,
    ) -> Result<Standing, Fault> {
        let Some(there) = there else { return self.send(part, below).await };
        let Some(change) = change(&there, part) else { return Ok(there) };
        // Words cannot take the place of a picture.
        if part.kind() == Kind::Text && there.kind != Kind::Text {
            return self.send_instead(&there, part, below).await;
        }
        let now = part.instead_of(&there);
        match self.edit(there.id, part, change).await {
            Ok(()) | Err(Fault::NotModified) => Ok(now),
            // Somebody deleted it: what it says is said anew.
            Err(Fault::MessageGone) => self.send(part, below).await,
            Err(Fault::Refused(_)) if change == Change::Media => self.send_instead(&there, part, below).await,
            Err(fault) => Err(fault),
        }
    }

    async fn send_instead(
        &mut self,
        there: &Standing,
        part: &Part,
        below: Option<i32>,
    ) -> Result<Standing, Fault> {
        let now = self.send(part, below).await?;
        self.pay().await;
        // When it stays, two stand there: worse than one, better than none.
        let _ = calls::remove(self.courier.wire, self.address, there.kind, there.id).await;
        Ok(now)
    }

    async fn edit(&mut self, id: i32, part: &Part, change: Change) -> Result<(), Fault> {
        self.pay().await;
        let wire = self.courier.wire;
        match calls::edit(wire, self.address, id, part, change, Dress::Html).await {
            Err(Fault::MarkUp) => calls::edit(wire, self.address, id, part, change, Dress::Plain).await,
            other => other,
        }
    }

    /// Sent new. What the service does not take of it is left out, the words last.
    async fn send(&mut self, part: &Part, below: Option<i32>) -> Result<Standing, Fault> {
        let part = match &part.body {
            // Its message is gone, and with it the picture that should have stayed.
            Body::Photo(None) => &part.as_text(),
            _ => part,
        };
        let id = match self.send_as(part, below).await {
            Err(Fault::Refused(why)) if part.kind() != Kind::Text => {
                tracing::warn!(%why, place = %self.message.place, "a picture or file was not taken");
                let part = self.without_file(part);
                let id = self.send_as(&part, below).await?;
                return Ok(part.standing(self.address.chat, id));
            }
            other => other?,
        };
        Ok(part.standing(self.address.chat, id))
    }

    fn without_file(&self, part: &Part) -> Part {
        let Body::Document(file) = &part.body else { return part.as_text() };
        let text = text!("chat.file_refused", name = file.name.as_str(), bytes = file.bytes.len() as u64);
        let said = self.courier.texts.render(&text, &self.message.reader, self.message.now);
        page::saying(&said, part, self.courier.commands)
    }

    async fn send_as(&mut self, part: &Part, below: Option<i32>) -> Result<i32, Fault> {
        let mut dress = Dress::Html;
        loop {
            self.pay().await;
            // Before it is sent: whatever cuts the call off, the next try says that it may be the second.
            let no_pictures = self.no_pictures || part.kind() == Kind::Photo;
            self.keep(Remains { parts: self.stands.clone(), doubt: true, no_pictures });
            match calls::send(self.courier.wire, self.address, below, part, dress).await {
                Err(Fault::TopicGone) if self.address.topic.is_some() => self.address.topic = None,
                Err(Fault::MarkUp) if dress == Dress::Html => dress = Dress::Plain,
                other => return other,
            }
        }
    }

    /// The first call of a message had its turn before; each further one pays for itself.
    async fn pay(&mut self) {
        if !std::mem::take(&mut self.paid) {
            tokio::time::sleep(self.courier.turns.spend(self.address)).await;
        }
    }

    fn told(&self, fault: Fault) -> SendError {
        match fault {
            Fault::TooMany(after) => {
                self.courier.turns.pause(self.address, after);
                SendError::Later { after, why: format!("the service wants a pause of {} s", after.as_secs()) }
            }
            Fault::Moved(chat) => {
                let to = Address { chat, topic: None }.to_string();
                SendError::Moved {
                    to: Destination { channel: self.message.place.channel.clone(), address: to },
                }
            }
            Fault::TokenRefused => SendError::Later { after: TOKEN, why: super::TOKEN_REFUSED.to_owned() },
            Fault::Away { why, .. } => later(format!("the service {why}")),
            Fault::Conflict(why) => later(why),
            Fault::Refused(why) => SendError::Never { why },
            Fault::TopicGone => SendError::Never { why: "the topic is not there any more".to_owned() },
            Fault::MessageGone => SendError::Never { why: "the message cannot be changed".to_owned() },
            Fault::MarkUp => SendError::Never { why: "the service does not take these words".to_owned() },
            Fault::NotModified => later("nothing to change".to_owned()),
        }
    }
}

/// What is to be done to what stands there, or None: it says all of it already.
fn change(there: &Standing, part: &Part) -> Option<Change> {
    let new_media = part.media().is_some_and(|media| media != there.media);
    match () {
        () if there.kind != part.kind() || new_media => {
            Some(if part.kind() == Kind::Text { Change::Words } else { Change::Media })
        }
        () if there.words != part.words() => Some(Change::Words),
        () => None,
    }
}

fn put(stands: &mut Vec<Option<Standing>>, at: usize, now: Standing) {
    match stands.get_mut(at) {
        Some(place) => *place = Some(now),
        None => stands.push(Some(now)),
    }
}

fn written(stands: &[Option<Standing>]) -> Vec<MessageRef> {
    stands.iter().flatten().map(Standing::written).collect()
}
