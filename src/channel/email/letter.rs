//! A message as a MIME mail: text first, then HTML with its pictures inline, then the files. The
//! Message-ID is a hash of slot and address, so every try of one message has the same.

use super::super::columns::file_name;
use super::leave::Leave;
use super::table::address;
use super::words::{Words, header};
use super::{html, plain};
use crate::model::{Block, Drawn, Message, SendError, Texts};
use lettre::address::Envelope;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MessageBuilder, MultiPart, SinglePart};
use sha2::{Digest, Sha256};
use std::time::{Duration, SystemTime};

pub struct Sender {
    pub from: Mailbox,
    /// So that incident 1 of another installation is another mail.
    pub installation: String,
    /// Addresses for what nobody asked for: the team's own.
    pub homes: Vec<String>,
    /// How everybody else says that it is enough.
    pub leave: Option<Leave>,
}

/// Ready for the line.
pub struct Letter {
    /// With its angle brackets.
    pub id: String,
    pub envelope: Envelope,
    pub bytes: Vec<u8>,
}

/// A picture and the name by which the HTML shows it.
pub struct Inline<'a> {
    pub cid: String,
    pub drawn: &'a Drawn,
}

/// Never is the only error: an address or a mail that cannot be written down today cannot tomorrow.
pub fn written(message: &Message, sender: &Sender, texts: &Texts) -> Result<Letter, SendError> {
    let unfit = |what: &str| SendError::Never { why: format!("{what} cannot be written into a mail") };
    let to = address(&message.place.address).ok_or_else(|| unfit("this address"))?;
    let envelope = Envelope::new(Some(sender.from.email.clone()), vec![to.clone()]);
    let envelope = envelope.map_err(|_| unfit("this address"))?;
    let (mut words, name) = (Words::of(message, texts), name(message, sender));
    let leave = sender.leave.as_ref().filter(|_| !sender.homes.contains(&message.place.address));
    words.leave = leave.map(Leave::shown);
    let id = format!("<{name}>");
    let builder = headers(message, &id);
    let builder = match leave {
        Some(leave) => builder.header(leave.clone()),
        None => builder,
    };
    let builder = builder
        .from(sender.from.clone())
        .to(Mailbox::new(None, to))
        .subject(words.subject(&message.document));
    let mail = builder.multipart(body(message, &words, &name)).map_err(|_| unfit("this message"))?;
    Ok(Letter { id, envelope, bytes: mail.formatted() })
}

/// `4f1c...@example.net`
fn name(message: &Message, sender: &Sender) -> String {
    let mut hash = Sha256::new();
    for part in [&sender.installation, &message.slot.0, &message.place.channel, &message.place.address] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let digest: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("{digest}@{}", sender.from.email.domain())
}

fn headers(message: &Message, id: &str) -> MessageBuilder {
    let sent = Duration::from_millis(u64::try_from(message.now.0).unwrap_or(0));
    let builder = lettre::Message::builder()
        .message_id(Some(id.to_owned()))
        .date(SystemTime::UNIX_EPOCH + sent)
        .header(AutoSubmitted);
    match &message.reply_to {
        Some(above) => {
            let above = header(&above.0);
            builder.in_reply_to(above.clone()).references(above)
        }
        None => builder,
    }
}

/// RFC 3834 5: no machine answers it, and no "out of office" either.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(AutoSubmitted)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

fn body(message: &Message, words: &Words<'_>, name: &str) -> MultiPart {
    let picture = |(at, drawn)| Inline { cid: format!("{at}.{name}"), drawn };
    let pictures: Vec<Inline<'_>> = message.pictures.iter().enumerate().map(picture).collect();
    let text = SinglePart::plain(plain::body(&message.document, words, &pictures));
    let page = SinglePart::html(html::body(&message.document, words, &pictures));
    let shown: Vec<&Inline<'_>> = pictures.iter().filter(|picture| !picture.drawn.png.is_empty()).collect();
    let alternative = MultiPart::alternative().singlepart(text);
    let alternative = match shown.is_empty() {
        true => alternative.singlepart(page),
        false => {
            let related = MultiPart::related().singlepart(page);
            alternative.multipart(shown.into_iter().fold(related, |all, one| all.singlepart(inline(one))))
        }
    };
    let files = files(message, words);
    match files.is_empty() {
        true => alternative,
        false => files.into_iter().fold(MultiPart::mixed().multipart(alternative), MultiPart::singlepart),
    }
}

fn inline(picture: &Inline<'_>) -> SinglePart {
    let part = Attachment::new_inline_with_name(picture.cid.clone(), file_name(&picture.drawn.name));
    part.body(picture.drawn.png.clone(), kind("image/png"))
}

fn files(message: &Message, words: &Words<'_>) -> Vec<SinglePart> {
    let mut contents = message.files.iter();
    let attached = |name: &str, bytes: Vec<u8>| {
        let kind = match std::str::from_utf8(&bytes) {
            Ok(_) => kind("text/plain; charset=utf-8"),
            Err(_) => kind("application/octet-stream"),
        };
        Attachment::new(file_name(name)).body(bytes, kind)
    };
    let file = |block: &Block| match block {
        Block::File { name, .. } => Some(attached(name, contents.next().cloned().unwrap_or_default())),
        Block::Listing { name, lines } => {
            let text: String = lines.iter().map(|line| format!("{}\n", words.say(line).trim_end())).collect();
            Some(attached(name, text.into_bytes()))
        }
        Block::Line { .. }
        | Block::Detail { .. }
        | Block::Table(_)
        | Block::Raw(_)
        | Block::Picture(_)
        | Block::Progress { .. } => None,
    };
    message.document.blocks.iter().filter_map(file).collect()
}

fn kind(name: &str) -> ContentType {
    ContentType::parse(name).unwrap_or(ContentType::TEXT_PLAIN)
}
