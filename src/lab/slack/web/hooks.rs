//! `response_url`: an address that comes with what a person did, and that takes five answers within half an hour,
//! wherever the app is a member or not.

use serde_json::Value;
use tokio::time::Instant;

use crate::lab::calls::Call;
use crate::lab::slack::blocks::check_blocks;
use crate::lab::slack::message::SlackMessage;
use crate::lab::slack::modals::{MOST_TRIGGERS, OLD};
use crate::lab::slack::world::{Draft, Hook, World};
use crate::lab::slack::{Inner, fault::SlackFault};

const MOST_ANSWERS: usize = 5;
const MOST_TEXT: usize = 40_000;

const KNOWN: [&str; 13] = [
    "text",
    "blocks",
    "attachments",
    "response_type",
    "replace_original",
    "delete_original",
    "thread_ts",
    "mrkdwn",
    "metadata",
    "unfurl_links",
    "unfurl_media",
    "parse",
    "link_names",
];

impl World {
    pub fn hook(
        &mut self,
        address: &str,
        user: &str,
        channel: &str,
        original: Option<&str>,
    ) -> (String, String) {
        if self.hooks.len() >= MOST_TRIGGERS {
            self.hooks.retain(|_, hook| hook.made.elapsed() < OLD);
        }
        let id = format!("{}/lab{}", crate::lab::slack::plan::TEAM, self.number());
        let hook = Hook {
            user: user.to_owned(),
            channel: channel.to_owned(),
            original: original.map(str::to_owned),
            made: Instant::now(),
            used: 0,
        };
        self.hooks.insert(id.clone(), hook);
        (format!("{address}/hooks/{id}"), id)
    }
}

type Said = Result<Done, (u16, &'static str)>;

/// What an answer did to the channel.
enum Done {
    Nothing,
    New(Box<SlackMessage>),
    Changed(Box<(SlackMessage, SlackMessage)>),
    Gone(Box<SlackMessage>),
}

pub(crate) fn post(inner: &Inner, id: &str, call: &Call) -> Result<String, (u16, &'static str)> {
    let Ok(body) = serde_json::from_slice::<Value>(&call.body) else { return Err((400, "invalid_payload")) };
    if inner.has(&SlackFault::TokenRevoked) {
        return Err((403, "token_revoked"));
    }
    let done = inner.change(|world| {
        let hook = world.hooks.get_mut(id).ok_or((404, "expired_url"))?;
        if hook.made.elapsed() > inner.plan.response_life {
            return Err((404, "expired_url"));
        }
        if hook.used >= MOST_ANSWERS {
            return Err((404, "used_url"));
        }
        hook.used += 1;
        say(world, id, &body)
    })?;
    tell(inner, &done);
    Ok("ok".to_owned())
}

/// The message that an acknowledgement of a command carried; nobody hears of a refusal but the breaches.
pub(crate) fn answered(inner: &Inner, id: &str, payload: &Value) {
    if payload.is_null() || payload.as_object().is_some_and(serde_json::Map::is_empty) {
        return;
    }
    match inner.change(|world| say(world, id, payload)) {
        Ok(done) => tell(inner, &done),
        Err((_, error)) => inner.breach(format!("an answer to a command: {error}")),
    }
}

fn tell(inner: &Inner, done: &Done) {
    match done {
        Done::Nothing => {}
        Done::New(message) => drop(inner.tell(message)),
        Done::Changed(both) => drop(inner.tell_changed(&both.0, &both.1)),
        Done::Gone(message) => drop(inner.tell_deleted(message)),
    }
}

fn say(world: &mut World, id: &str, body: &Value) -> Said {
    let object = body.as_object().ok_or((400, "invalid_payload"))?;
    if object.keys().any(|key| !KNOWN.contains(&key.as_str())) {
        return Err((400, "invalid_payload"));
    }
    let text = object.get("text").and_then(Value::as_str).unwrap_or_default();
    let flag = |name: &str| object.get(name).and_then(Value::as_bool).unwrap_or_default();
    let hook = world.hooks.get(id).ok_or((404, "expired_url"))?;
    let (channel, user, original) = (hook.channel.clone(), hook.user.clone(), hook.original.clone());
    if let (true, Some(original)) = (flag("delete_original"), &original) {
        return Ok(world.delete(&channel, original).map_or(Done::Nothing, |gone| Done::Gone(Box::new(gone))));
    }
    if text.chars().count() > MOST_TEXT {
        return Err((400, "msg_too_long"));
    }
    let blocks = object.get("blocks").filter(|blocks| !blocks.is_null());
    if blocks.is_some_and(|blocks| check_blocks(blocks).is_err()) {
        return Err((400, "invalid_blocks"));
    }
    let blocks = blocks.and_then(Value::as_array).cloned();
    if text.is_empty() && blocks.as_ref().is_none_or(Vec::is_empty) {
        return Err((400, "no_text"));
    }
    if let (true, Some(original)) = (flag("replace_original"), &original) {
        let revised = world.revise(&channel, original, Some(text), blocks);
        return Ok(revised.map_or(Done::Nothing, |both| Done::Changed(Box::new(both))));
    }
    let only_for = match object.get("response_type").and_then(Value::as_str) {
        Some("in_channel") => None,
        None | Some("ephemeral") => Some(user),
        Some(_) => return Err((400, "invalid_payload")),
    };
    let draft = Draft {
        text: text.to_owned(),
        blocks: blocks.unwrap_or_default(),
        thread: object.get("thread_ts").and_then(Value::as_str).map(str::to_owned),
        only_for,
        ..Draft::of_app()
    };
    Ok(world.say(&channel, draft).map_or(Done::Nothing, |said| Done::New(Box::new(said))))
}
