//! The keyboard under a message, checked as the service checks it.

use serde_json::Value;

use super::Job;
use crate::lab::telegram::html;
use crate::lab::telegram::message::Asks;
use crate::lab::telegram::refusal::Refusal;

const BUTTONS: usize = 100;
const IN_A_ROW: usize = 8;
const DATA_BYTES: usize = 64;

/// What a button may do; each does exactly one thing.
const ACTIONS: &[&str] = &[
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
];

const PLACEHOLDER: usize = 64;

impl Job<'_> {
    /// Of whom a new message asks a reply.
    pub fn asks(&self) -> Result<Option<Asks>, Refusal> {
        let Some(markup) = self.args.get("reply_markup") else { return Ok(None) };
        let Some(forces) = markup.get("force_reply") else { return Ok(None) };
        if markup.get("inline_keyboard").is_some() || forces.as_bool() != Some(true) {
            return Err(Refusal::bad("can't parse reply keyboard markup JSON object"));
        }
        let placeholder = markup.get("input_field_placeholder").and_then(Value::as_str);
        if placeholder.is_some_and(|words| !(1..=PLACEHOLDER).contains(&html::length(words))) {
            return Err(Refusal::bad("INPUT_FIELD_PLACEHOLDER_INVALID"));
        }
        let selective = markup.get("selective").and_then(Value::as_bool) == Some(true);
        Ok(Some(if selective { Asks::Some } else { Asks::Everybody }))
    }

    /// The inline keyboard, or none. Keyboards of the other kinds are checked and leave nothing at the message.
    pub fn keyboard(&self) -> Result<Option<Value>, Refusal> {
        let Some(markup) = self.args.get("reply_markup") else { return Ok(None) };
        let Some(rows) = markup.get("inline_keyboard").and_then(Value::as_array) else { return Ok(None) };
        let rows: Vec<&Vec<Value>> = rows.iter().filter_map(Value::as_array).collect();
        if rows.iter().any(|row| row.len() > IN_A_ROW)
            || rows.iter().map(|row| row.len()).sum::<usize>() > BUTTONS
        {
            return Err(Refusal::bad("REPLY_MARKUP_TOO_LONG"));
        }
        rows.iter().flat_map(|row| row.iter()).try_for_each(button)?;
        // A keyboard without buttons is none.
        Ok(rows.iter().any(|row| !row.is_empty()).then(|| markup.clone()))
    }
}

fn button(button: &Value) -> Result<(), Refusal> {
    let word = |name: &str| button.get(name).and_then(Value::as_str);
    let said = |name: &&&str| button.get(**name).is_some_and(|what| what.as_str() != Some(""));
    if word("text").is_none_or(|text| text.trim().is_empty()) {
        return Err(Refusal::bad(
            "can't parse inline keyboard button: Inline keyboard button text must be non-empty",
        ));
    }
    match ACTIONS.iter().filter(said).count() {
        0 => {
            return Err(Refusal::bad(
                "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
            ));
        }
        1 => {}
        _ => return Err(Refusal::bad("can't parse inline keyboard button: Only one action is allowed")),
    }
    if word("callback_data").is_some_and(|data| data.len() > DATA_BYTES) {
        return Err(Refusal::bad("BUTTON_DATA_INVALID"));
    }
    match word("url") {
        Some(url) if url::Url::parse(url).is_err() => {
            Err(Refusal::bad(format_args!("inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")))
        }
        _ if word("text").is_some_and(|text| html::length(text) > 256) => {
            Err(Refusal::bad("BUTTON_TEXT_INVALID"))
        }
        _ => Ok(()),
    }
}
