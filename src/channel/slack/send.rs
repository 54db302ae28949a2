//! A message of the outbox becomes calls: posted or brought up to date, then its files, then what stands
//! there no more is taken away. A try that fails half way goes on where it stopped.

use super::api::{Said, Upload};
use super::blocks::{self, Attached, Laid};
use super::fault::Fault;
use super::refs::{self, Part};
use super::{Slack, budget};
use crate::model::{Class, Message, Receipt, SendError};
use std::time::Duration;

/// So long a message that has its turn already waits for another at most: it holds its place up meanwhile.
const PATIENT: Duration = Duration::from_secs(2);
/// Words with which the service says that it does not know the message any more, or takes no changes.
const GONE: [&str; 5] =
    ["message_not_found", "cant_update_message", "edit_window_closed", "update_failed", "is_inactive"];
/// The same of the message in whose thread it shall stand.
const NO_THREAD: [&str; 5] = [
    "thread_not_found",
    "invalid_thread_ts",
    "message_not_found",
    "cannot_reply_to_message",
    "restricted_action_thread_locked",
];
/// Where the bot may not speak.
const NOT_IN: [&str; 3] = ["not_in_channel", "channel_not_found", "user_not_in_channel"];

impl Slack {
    pub(super) async fn send(&self, message: &Message) -> Result<Receipt, SendError> {
        let sent = match (&message.only, message.class) {
            (Some(only), Class::Ephemeral) => self.whisper(message, &only.external).await,
            (Some(_) | None, _) => self.say(message).await,
        };
        match sent {
            Ok(receipt) => {
                self.unfinished.forget(message);
                Ok(receipt)
            }
            Err(fault) => Err(self.failed(message, &fault).await),
        }
    }

    async fn failed(&self, message: &Message, fault: &Fault) -> SendError {
        if fault.is(&NOT_IN) {
            self.hint(message).await;
        }
        if fault.is(&["invalid_blocks", "msg_blocks_too_long", "msg_too_long", "invalid_arguments"]) {
            tracing::error!(channel = self.name, slot = %message.slot, %fault, "the service does not take this message");
        }
        if let Some(cure) = fault.cure() {
            self.name_token(fault, cure);
        }
        let error = fault.for_message();
        if matches!(error, SendError::Never { .. }) {
            self.unfinished.forget(message);
        }
        error
    }

    /// For one person. It hangs in a thread only where there is one: else nobody would see it.
    async fn whisper(&self, message: &Message, user: &str) -> Result<Receipt, Fault> {
        let laid = blocks::lay_out(message, &self.texts, &self.ours);
        let thread = message.thread.as_ref().and_then(refs::open_root);
        let place = &message.place.address;
        let sent = self.api.whisper(place, thread, user, &laid.said).await;
        self.heed(&budget::WHISPER, place, &sent);
        sent.map(|()| Receipt { parts: Vec::new() })
    }

    async fn say(&self, message: &Message) -> Result<Receipt, Fault> {
        let place = message.place.address.as_str();
        let before = self.unfinished.of(message);
        // Whoever reads it shall know that it may be the second: the service does not see that by itself.
        let doubtful = before.doubtful && before.parts.is_empty();
        let marked = Message { repeat: message.repeat || doubtful, ..message.clone() };
        let Laid { said, files } = blocks::lay_out(&marked, &self.texts, &self.ours);
        let stands = before.parts.iter().find(|part| matches!(part, Part::Message { .. })).cloned();
        let posted = match stands {
            Some(part) => self.bring_up_to_date(message, part, &said).await,
            None => self.post(message, &said).await,
        };
        let posted = posted.inspect_err(|fault| {
            if fault.may_be_done() {
                self.unfinished.doubt(message);
            }
        })?;
        let old: Vec<Part> =
            before.parts.into_iter().filter(|part| matches!(part, Part::File { .. })).collect();
        self.unfinished.stands(message, &posted, &old);
        let (new, refused) = self.files(message, &posted, &old, &files).await?;
        for gone in old.iter().filter(|part| !new.contains(part)) {
            self.take_away(place, gone).await?;
        }
        if let (Part::Message { ts, .. }, Some(note)) = (&posted, refused) {
            self.note(place, ts, &blocks::with_note(said, &note)).await?;
        }
        let parts = std::iter::once(&posted).chain(&new).map(Part::named).collect();
        Ok(Receipt { parts })
    }

    /// It is tried again when its time has not come yet; else it is no harm when it is missing.
    async fn note(&self, place: &str, ts: &str, said: &Said) -> Result<(), Fault> {
        self.patient(&budget::UPDATE, place).await?;
        let noted = self.api.update(place, ts, said).await;
        self.heed(&budget::UPDATE, place, &noted);
        match noted {
            Err(fault @ Fault::Limited(_)) => Err(fault),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    async fn bring_up_to_date(&self, message: &Message, part: Part, said: &Said) -> Result<Part, Fault> {
        let Part::Message { ts, .. } = &part else { return Ok(part) };
        let place = message.place.address.as_str();
        let updated = self.api.update(place, ts, said).await;
        self.heed(&budget::UPDATE, place, &updated);
        match updated {
            Ok(()) => Ok(part),
            Err(fault) if fault.is(&GONE) => {
                tracing::info!(channel = self.name, slot = %message.slot, %fault, "a message was gone; it is posted anew");
                self.patient(&budget::POST, place).await?;
                self.post(message, said).await
            }
            Err(fault) => Err(fault),
        }
    }

    async fn post(&self, message: &Message, said: &Said) -> Result<Part, Fault> {
        let place = message.place.address.as_str();
        let above = || message.reply_to.as_ref().and_then(refs::root_of);
        let root = message.thread.as_ref().map(|thread| refs::root(thread).to_owned()).or_else(above);
        let posted = self.api.post(place, root.as_deref(), is_for_all(message), said).await;
        self.heed(&budget::POST, place, &posted);
        match (posted, root) {
            (Ok(ts), root) => Ok(Part::Message { ts, root }),
            (Err(fault), Some(_)) if fault.is(&NO_THREAD) => {
                self.patient(&budget::POST, place).await?;
                let posted = self.api.post(place, None, false, said).await;
                self.heed(&budget::POST, place, &posted);
                Ok(Part::Message { ts: posted?, root: None })
            }
            (Err(fault), _) => Err(fault),
        }
    }

    /// Into the thread of the message, where its verdict stands already: a picture of its own and not an image block, because the service takes
    /// such a block only once it has looked at the file, which takes as long as it takes, and refuses the
    /// whole message before. What stands there already stays. With a note of what the service does not take.
    async fn files(
        &self,
        message: &Message,
        posted: &Part,
        old: &[Part],
        files: &[Attached],
    ) -> Result<(Vec<Part>, Option<String>), Fault> {
        let Part::Message { ts, root } = posted else { return Ok((Vec::new(), None)) };
        let thread = root.as_deref().unwrap_or(ts);
        let (mut new, mut refused) = (Vec::new(), Vec::new());
        for (at, file) in files.iter().enumerate() {
            let print = refs::print(&file.name, &file.bytes);
            let same = |part: &&Part| matches!(part, Part::File { print: of, .. } if *of == print);
            let stands = match file.bytes.is_empty() {
                true => old.get(at),
                false => old.iter().find(same),
            };
            if let Some(part) = stands {
                new.push(part.clone());
            } else if !file.bytes.is_empty() {
                match self.upload(message, thread, file).await {
                    Ok(id) => {
                        new.push(Part::File { id, print });
                        let all: Vec<Part> = old.iter().chain(&new).cloned().collect();
                        self.unfinished.stands(message, posted, &all);
                    }
                    Err(fault) => match fault.for_message() {
                        SendError::Never { why } => refused.push((file.name.clone(), why)),
                        SendError::Later { .. } | SendError::Moved { .. } => return Err(fault),
                    },
                }
            }
        }
        Ok((new, self.refused(message, &refused)))
    }

    fn refused(&self, message: &Message, files: &[(String, String)]) -> Option<String> {
        for (name, why) in files {
            tracing::warn!(channel = self.name, slot = %message.slot, name, why, "a file was not taken");
        }
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        let text = text!("slack.file_refused", names = names.join(", "));
        (!names.is_empty()).then(|| self.texts.render(&text, &message.reader, message.now))
    }

    async fn upload(&self, message: &Message, thread: &str, file: &Attached) -> Result<String, Fault> {
        let place = message.place.address.as_str();
        self.patient(&budget::FILE, place).await?;
        let upload = Upload { name: &file.name, title: &file.title, kind: file.kind, bytes: &file.bytes };
        let sent = self.api.upload(place, Some(thread), &upload).await;
        self.heed(&budget::FILE, place, &sent);
        sent
    }

    /// What stays there after all is no harm: it is tried once, when its time has come.
    async fn take_away(&self, place: &str, part: &Part) -> Result<(), Fault> {
        let method = match part {
            Part::Message { .. } => &budget::DELETE,
            Part::File { .. } => &budget::DELETE_FILE,
        };
        self.patient(method, place).await?;
        let gone = match part {
            Part::Message { ts, .. } => self.api.delete(place, ts).await,
            Part::File { id, .. } => self.api.delete_file(id).await,
        };
        self.heed(method, place, &gone);
        match gone {
            Err(fault @ Fault::Limited(_)) => return Err(fault),
            Err(fault) => tracing::debug!(channel = self.name, %fault, "an old part stays where it is"),
            Ok(()) => {}
        }
        Ok(())
    }

    /// One more call of a message that has its turn. When it would wait for long the message comes again later,
    /// and others have its place; what stands of it already is remembered.
    async fn patient(&self, method: &budget::Method, place: &str) -> Result<(), Fault> {
        let buckets = method.buckets(place);
        match self.budgets.take(&buckets, Class::Critical, super::instant()) {
            Duration::ZERO => {}
            wait if wait > PATIENT => return Err(Fault::Limited(wait)),
            _ => tokio::time::sleep(self.budgets.spend(&buckets, super::instant())).await,
        }
        Ok(())
    }

    /// A limit closes what it was about, and nothing else.
    fn heed<A>(&self, method: &budget::Method, place: &str, answer: &Result<A, Fault>) {
        if let Err(Fault::Limited(after)) = answer {
            let now = super::instant();
            self.budgets.pause(&method.bucket(place), now + *after, now);
        }
    }
}

/// Nobody follows the thread of a message that the bot began: that an alert goes on, and that it ends, is read by
/// the whole channel.
fn is_for_all(message: &Message) -> bool {
    message.slot.is_alert() && matches!(message.class, Class::Critical | Class::Alert | Class::Result)
}
