//! One part of a message as a call of the service: sent, brought up to date, or taken away. Which calls are made
//! and in what order is not decided here.

use super::address::{Address, Kind};
use super::page::{Body, File, Part};
use super::wire::{CALL, FILE, Fault, PICTURE, Wire};
use serde_json::Value;
use teloxide::payloads::{
    DeleteMessage, EditMessageCaption, EditMessageCaptionSetters, EditMessageMedia, EditMessageMediaSetters,
    EditMessageReplyMarkup, EditMessageReplyMarkupSetters, EditMessageText, EditMessageTextSetters,
    SendDocument, SendDocumentSetters, SendMessage, SendMessageSetters, SendPhoto, SendPhotoSetters,
};
use teloxide::types::{
    ChatId, ForceReply, InputFile, InputMedia, InputMediaDocument, InputMediaPhoto, LinkPreviewOptions,
    MessageId, ParseMode, ReplyParameters, ThreadId,
};

/// How the words of a part are sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Dress {
    Html,
    /// When the service did not understand our HTML.
    Plain,
}

/// Sends a new message; returns its number.
pub async fn send(
    wire: &Wire,
    address: Address,
    below: Option<i32>,
    part: &Part,
    dress: Dress,
) -> Result<i32, Fault> {
    let chat = ChatId(address.chat);
    let topic = address.topic.map(|topic| ThreadId(MessageId(topic)));
    // Below a message that is gone it is sent all the same.
    let reply = below.map(|id| ReplyParameters::new(MessageId(id)).allow_sending_without_reply());
    let words = words(part, dress);
    let keys = (!part.keys.is_empty()).then(|| part.keyboard());
    let asks = part.asks.then(|| ForceReply::new().selective());
    macro_rules! common {
        ($call:expr) => {{
            let call = $call;
            let call = if let Some(topic) = topic { call.message_thread_id(topic) } else { call };
            let call = if let Some(reply) = reply { call.reply_parameters(reply) } else { call };
            let call = if let Some(keys) = keys { call.reply_markup(keys) } else { call };
            let call = if let Some(asks) = asks { call.reply_markup(asks) } else { call };
            if dress == Dress::Html { call.parse_mode(ParseMode::Html) } else { call }
        }};
    }
    let answer = match &part.body {
        Body::Text => {
            let call = common!(SendMessage::new(chat, words)).link_preview_options(no_preview());
            wire.call(call, CALL).await?
        }
        Body::Photo(Some(file)) => {
            wire.upload(common!(SendPhoto::new(chat, input(file)).caption(words)), PICTURE).await?
        }
        Body::Document(file) => {
            let call = common!(SendDocument::new(chat, input(file)).caption(words));
            // Else a text file might be shown as something else.
            wire.upload(call.disable_content_type_detection(true), FILE).await?
        }
        // Nothing that could stay.
        Body::Photo(None) => {
            let call = common!(SendMessage::new(chat, words)).link_preview_options(no_preview());
            wire.call(call, CALL).await?
        }
    };
    number(&answer)
        .ok_or_else(|| Fault::Away { why: "did not say which message it sent".to_owned(), doubt: true })
}

/// Gives a message that stands there the words, buttons and, where it is new, the picture or file of a part.
pub async fn edit(
    wire: &Wire,
    address: Address,
    id: i32,
    part: &Part,
    change: Change,
    dress: Dress,
) -> Result<(), Fault> {
    let (chat, id, keys) = (ChatId(address.chat), MessageId(id), part.keyboard());
    let words = words(part, dress);
    match (change, &part.body) {
        (Change::Media, Body::Photo(Some(file))) => {
            let media = InputMediaPhoto::new(input(file)).caption(words);
            let media = if dress == Dress::Html { media.parse_mode(ParseMode::Html) } else { media };
            let call = EditMessageMedia::new(chat, id, InputMedia::Photo(media)).reply_markup(keys);
            wire.upload(call, PICTURE).await?;
        }
        (Change::Media, Body::Document(file)) => {
            let media = InputMediaDocument::new(input(file)).caption(words);
            let media = if dress == Dress::Html { media.parse_mode(ParseMode::Html) } else { media };
            let call = EditMessageMedia::new(chat, id, InputMedia::Document(media)).reply_markup(keys);
            wire.upload(call, FILE).await?;
        }
        (_, Body::Text) => {
            let call =
                EditMessageText::new(chat, id, words).link_preview_options(no_preview()).reply_markup(keys);
            let call = if dress == Dress::Html { call.parse_mode(ParseMode::Html) } else { call };
            wire.call(call, CALL).await?;
        }
        (_, Body::Photo(_)) => {
            let call = EditMessageCaption::new(chat, id).caption(words).reply_markup(keys);
            let call = if dress == Dress::Html { call.parse_mode(ParseMode::Html) } else { call };
            wire.call(call, CALL).await?;
        }
        (Change::Words, Body::Document(_)) => {
            wire.call(EditMessageReplyMarkup::new(chat, id).reply_markup(keys), CALL).await?;
        }
    }
    Ok(())
}

/// What of a message that stands there is not as it shall be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Words,
    Media,
}

/// Takes a message away, or empties it when the service lets nobody take it away any more (after two days).
pub async fn remove(wire: &Wire, address: Address, kind: Kind, id: i32) -> Result<(), Fault> {
    let (chat, id) = (ChatId(address.chat), MessageId(id));
    let gone = wire.call(DeleteMessage::new(chat, id), CALL).await;
    match gone {
        Err(Fault::MessageGone | Fault::Refused(_)) if kind == Kind::Text => {
            wire.call(EditMessageText::new(chat, id, "…"), CALL).await.map(drop)
        }
        Err(Fault::MessageGone | Fault::Refused(_)) => {
            wire.call(EditMessageReplyMarkup::new(chat, id), CALL).await.map(drop)
        }
        other => other.map(drop),
    }
}

fn words(part: &Part, dress: Dress) -> String {
    match dress {
        Dress::Html => part.html.clone(),
        Dress::Plain => part.plain.clone(),
    }
}

fn no_preview() -> LinkPreviewOptions {
    LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    }
}

fn input(file: &File) -> InputFile {
    InputFile::memory(file.bytes.clone()).file_name(file.name.clone())
}

fn number(answer: &Value) -> Option<i32> {
    answer.get("message_id")?.as_i64()?.try_into().ok()
}
