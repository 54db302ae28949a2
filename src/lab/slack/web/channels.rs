//! Channels: what they are, who is in them, what stands in them; opening and joining.

use serde_json::{Value, json};

use super::page;
use crate::lab::slack::Inner;
use crate::lab::slack::arguments::Arguments;
use crate::lab::slack::form::{self, merge};
use crate::lab::slack::plan::BOT_USER;
use crate::lab::slack::refusal::{Answered, Refusal};
use crate::lab::slack::world::{Channel, Sort};

pub(crate) fn info(inner: &Inner, arguments: &Arguments) -> Answered {
    inner.read(|world| {
        let channel = world.channel(arguments.needed("channel")?)?;
        let mut body = form::channel(channel);
        if let (true, Some(body)) = (arguments.flag("include_num_members"), body.as_object_mut()) {
            merge(body, json!({ "num_members": channel.members.len() }));
        }
        Ok(json!({ "channel": body }))
    })
}

fn kind(channel: &Channel) -> &'static str {
    match channel.sort {
        Sort::Public => "public_channel",
        Sort::Private => "private_channel",
        Sort::Direct => "im",
    }
}

pub(crate) fn list(inner: &Inner, arguments: &Arguments) -> Answered {
    let mut types = arguments.words("types");
    if types.is_empty() {
        types.push("public_channel".to_owned());
    }
    let known = ["public_channel", "private_channel", "im", "mpim"];
    if types.iter().any(|one| !known.contains(&one.as_str())) {
        return Err(Refusal::new("invalid_types"));
    }
    inner.read(|world| {
        let wanted = |channel: &&Channel| {
            let visible = channel.sort == Sort::Public || channel.has(BOT_USER);
            let alive = !(channel.archived && arguments.flag("exclude_archived"));
            visible && alive && types.iter().any(|one| one == kind(channel))
        };
        let all: Vec<Value> = world.channels.values().filter(wanted).map(form::channel).collect();
        let (channels, next) = page(all, arguments, 1_000)?;
        Ok(json!({ "channels": channels, "response_metadata": { "next_cursor": next } }))
    })
}

pub(crate) fn members(inner: &Inner, arguments: &Arguments) -> Answered {
    inner.read(|world| {
        let channel = world.channel(arguments.needed("channel")?)?;
        let (members, next) = page(channel.members.iter().cloned().collect(), arguments, 1_000)?;
        Ok(json!({ "members": members, "response_metadata": { "next_cursor": next } }))
    })
}

/// Of the channel, the newest first; or of a thread, the oldest first with its parent before it.
pub(crate) fn history(inner: &Inner, arguments: &Arguments, thread: Option<&str>) -> Answered {
    inner.read(|world| {
        let channel = world.channel(arguments.needed("channel")?)?;
        if !channel.has(BOT_USER) {
            return Err(Refusal::new("not_in_channel"));
        }
        let inclusive = arguments.flag("inclusive");
        let (oldest, latest) = (arguments.text("oldest"), arguments.text("latest"));
        let within = |ts: &str| {
            let after = oldest.is_none_or(|oldest| ts > oldest || (inclusive && ts == oldest));
            after && latest.is_none_or(|latest| ts < latest || (inclusive && ts == latest))
        };
        let all = channel.messages.values().filter(|message| message.only_for.is_none());
        let mut found = Vec::new();
        match thread {
            Some(thread) => {
                let parent = channel.messages.get(thread);
                let top = parent.and_then(|parent| parent.thread.as_deref()).or(Some(thread));
                found.extend(all.filter(|one| Some(one.ts.as_str()) == top || one.thread.as_deref() == top));
                if found.is_empty() {
                    return Err(Refusal::new("thread_not_found"));
                }
            }
            None => found.extend(all.filter(|one| one.thread.is_none() || one.broadcast).rev()),
        }
        found.retain(|one| within(&one.ts));
        let (messages, next) = page(found, arguments, 999)?;
        let messages: Vec<Value> =
            messages.into_iter().map(|one| form::message(world, &inner.plan, one)).collect();
        Ok(json!({
            "messages": messages,
            "has_more": !next.is_empty(),
            "response_metadata": { "next_cursor": next },
        }))
    })
}

pub(crate) fn open(inner: &Inner, arguments: &Arguments) -> Answered {
    let users = arguments.words("users");
    inner.change(|world| {
        let id = match (arguments.text("channel"), users.as_slice()) {
            (Some(channel), []) => world.channel(channel)?.id.clone(),
            (None, [user]) => {
                let there = world.users.get(user).filter(|user| !user.deleted);
                there.ok_or_else(|| Refusal::new("user_not_found"))?;
                world.direct(user, BOT_USER)
            }
            (None, []) => return Err(Refusal::new("users_list_not_supplied")),
            // Conversations of many are none of the lab's.
            _ => return Err(Refusal::new("method_not_supported_for_channel_type")),
        };
        let channel = world.channel(&id)?;
        let body =
            if arguments.flag("return_im") { form::channel(channel) } else { json!({ "id": channel.id }) };
        Ok(json!({ "channel": body }))
    })
}

pub(crate) fn join(inner: &Inner, arguments: &Arguments) -> Answered {
    let (id, new, body) = inner.change(|world| {
        let channel = world.channel(arguments.needed("channel")?)?;
        if channel.sort != Sort::Public {
            return Err(Refusal::new("method_not_supported_for_channel_type"));
        }
        if channel.archived {
            return Err(Refusal::new("is_archived"));
        }
        let id = channel.id.clone();
        let there = world.channels.get_mut(&id).ok_or_else(|| Refusal::new("channel_not_found"))?;
        let new = there.members.insert(BOT_USER.to_owned());
        Ok((id, new, form::channel(there)))
    })?;
    if !new {
        return Ok(json!({ "channel": body, "warning": "already_in_channel" }));
    }
    inner.tell_membership(&id, BOT_USER, "member_joined_channel");
    Ok(json!({ "channel": body }))
}
