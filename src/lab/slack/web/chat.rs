//! Posting, changing and deleting messages, and the signs below them.

use serde_json::{Value, json};

use crate::lab::slack::Inner;
use crate::lab::slack::arguments::Arguments;
use crate::lab::slack::blocks::check_blocks;
use crate::lab::slack::form;
use crate::lab::slack::message::SlackMessage;
use crate::lab::slack::plan::BOT_USER;
use crate::lab::slack::refusal::{Answered, Refusal};
use crate::lab::slack::world::{Draft, World};

const MOST_TEXT: usize = 40_000;
/// A change may say less than a post.
const MOST_UPDATE: usize = 4_000;

/// Text and blocks, checked; one of them must be there.
fn content(arguments: &Arguments, most: usize) -> Result<(Option<&str>, Option<Vec<Value>>), Refusal> {
    let text = arguments.text("text");
    if text.is_some_and(|text| text.chars().count() > most) {
        return Err(Refusal::new("msg_too_long"));
    }
    let blocks = arguments.list("blocks").cloned();
    if let Some(blocks) = &blocks {
        check_blocks(&json!(blocks))?;
    }
    let attached = arguments.list("attachments").is_some_and(|list| !list.is_empty());
    let empty = text.is_none() && !attached;
    match &blocks {
        Some(blocks) if blocks.is_empty() && empty => Err(Refusal::new("no_text")),
        None if empty => Err(Refusal::new("no_text")),
        _ => Ok((text, blocks)),
    }
}

fn metadata(arguments: &Arguments) -> Result<Option<Value>, Refusal> {
    let Some(metadata) = arguments.get("metadata") else { return Ok(None) };
    let is_type = metadata.get("event_type").is_some_and(Value::is_string);
    if !is_type || !metadata.get("event_payload").is_some_and(Value::is_object) {
        return Err(Refusal::new("invalid_metadata_format"));
    }
    Ok(Some(metadata.clone()))
}

fn draft(arguments: &Arguments) -> Result<Draft, Refusal> {
    let (text, blocks) = content(arguments, MOST_TEXT)?;
    Ok(Draft {
        text: text.unwrap_or_default().to_owned(),
        blocks: blocks.unwrap_or_default(),
        thread: arguments.text("thread_ts").map(str::to_owned),
        broadcast: arguments.flag("reply_broadcast"),
        metadata: metadata(arguments)?,
        by_name: arguments.flag("link_names") || arguments.text("parse") == Some("full"),
        ..Draft::of_app()
    })
}

pub(crate) fn post(inner: &Inner, arguments: &Arguments) -> Answered {
    let message = inner.change(|world| {
        let channel = world.writable(arguments.needed("channel")?)?;
        let draft = draft(arguments)?;
        world.say(&channel, draft).ok_or_else(|| Refusal::new("channel_not_found"))
    })?;
    inner.tell(&message);
    let body = inner.read(|world| form::message(world, &inner.plan, &message));
    Ok(json!({ "channel": message.channel, "ts": message.ts, "message": body }))
}

pub(crate) fn post_ephemeral(inner: &Inner, arguments: &Arguments) -> Answered {
    inner.change(|world| {
        let channel = world.writable(arguments.needed("channel")?)?;
        let user = arguments.needed("user")?;
        if !world.channel(&channel)?.has(user) {
            return Err(Refusal::new("user_not_in_channel"));
        }
        let draft = Draft { only_for: Some(user.to_owned()), ..draft(arguments)? };
        let message = world.say(&channel, draft).ok_or_else(|| Refusal::new("channel_not_found"))?;
        Ok(json!({ "message_ts": message.ts }))
    })
}

/// The app's own message; what only one person sees is found by nobody later.
fn own<'a>(
    world: &'a World,
    arguments: &Arguments,
    not_mine: &str,
) -> Result<(String, &'a SlackMessage), Refusal> {
    let channel = arguments.needed("channel")?;
    let there = world.channel(channel)?;
    let message = there.messages.get(arguments.needed("ts")?).filter(|message| message.only_for.is_none());
    let message = message.ok_or_else(|| Refusal::new("message_not_found"))?;
    if message.author != BOT_USER {
        return Err(Refusal::new(not_mine));
    }
    Ok((channel.to_owned(), message))
}

pub(crate) fn update(inner: &Inner, arguments: &Arguments) -> Answered {
    let (before, after) = inner.change(|world| {
        let (channel, message) = own(world, arguments, "cant_update_message")?;
        if world.channel(&channel)?.archived {
            return Err(Refusal::new("is_archived"));
        }
        let ts = message.ts.clone();
        let (text, blocks) = content(arguments, MOST_UPDATE)?;
        let metadata = metadata(arguments)?;
        let (before, mut after) =
            world.revise(&channel, &ts, text, blocks).ok_or_else(|| Refusal::new("message_not_found"))?;
        if metadata.is_some() {
            let there = world.channels.get_mut(&channel).and_then(|there| there.messages.get_mut(&ts));
            if let Some(message) = there {
                message.metadata.clone_from(&metadata);
            }
            after.metadata = metadata;
        }
        Ok((before, after))
    })?;
    inner.tell_changed(&before, &after);
    let body = inner.read(|world| form::message(world, &inner.plan, &after));
    Ok(json!({ "channel": after.channel, "ts": after.ts, "text": after.text, "message": body }))
}

pub(crate) fn delete(inner: &Inner, arguments: &Arguments) -> Answered {
    let message = inner.change(|world| {
        let (channel, message) = own(world, arguments, "cant_delete_message")?;
        let ts = message.ts.clone();
        world.delete(&channel, &ts).ok_or_else(|| Refusal::new("message_not_found"))
    })?;
    inner.tell_deleted(&message);
    Ok(json!({ "channel": message.channel, "ts": message.ts }))
}

pub(crate) fn permalink(inner: &Inner, arguments: &Arguments) -> Answered {
    inner.read(|world| {
        let channel = world.channel(arguments.needed("channel")?)?;
        let ts = arguments.needed("message_ts")?;
        if !channel.messages.contains_key(ts) {
            return Err(Refusal::new("message_not_found"));
        }
        let (domain, number) = (&inner.plan.domain, ts.replace('.', ""));
        let permalink = format!("https://{domain}.slack.com/archives/{}/p{number}", channel.id);
        Ok(json!({ "channel": channel.id, "permalink": permalink }))
    })
}

pub(crate) fn react(inner: &Inner, arguments: &Arguments) -> Answered {
    inner.change(|world| {
        let channel = world.writable(arguments.needed("channel")?)?;
        let name = arguments.needed("name")?;
        if name.contains(':') || name.contains(' ') {
            return Err(Refusal::new("invalid_name"));
        }
        let ts = arguments.needed("timestamp")?;
        let there = world.channels.get_mut(&channel).and_then(|there| there.messages.get_mut(ts));
        let message = there.ok_or_else(|| Refusal::new("message_not_found"))?;
        if message.reactions.iter().any(|reaction| reaction == name) {
            return Err(Refusal::new("already_reacted"));
        }
        message.reactions.push(name.to_owned());
        Ok(json!({}))
    })
}
