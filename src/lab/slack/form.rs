//! Users, channels, messages, files and modals as the service writes them (shapes of `slack_samples/`).

use serde_json::{Map, Value, json};

use super::message::{SlackFile, SlackMessage};
use super::plan::{APP, BOT, BOT_USER, SlackPlan, TEAM};
use super::world::{Channel, SlackUser, Sort, World};
use chrono::Offset;

/// The offset is that of the moment.
pub(crate) fn user(user: &SlackUser, now: chrono::DateTime<chrono::Utc>) -> Value {
    let offset = user.tz.parse::<chrono_tz::Tz>().map_or(0, |zone| {
        use chrono::TimeZone;
        zone.offset_from_utc_datetime(&now.naive_utc()).fix().local_minus_utc()
    });
    json!({
        "id": user.id,
        "team_id": TEAM,
        "name": user.name,
        "deleted": user.deleted,
        "color": "9f69e7",
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": user.tz,
        "tz_offset": offset,
        "profile": {
            "real_name": user.real_name,
            "real_name_normalized": user.real_name,
            "display_name": user.name,
            "display_name_normalized": user.name,
            "status_text": "",
            "status_emoji": "",
            "avatar_hash": "lab",
            "team": TEAM,
        },
        "is_admin": false,
        "is_owner": false,
        "is_primary_owner": false,
        "is_restricted": false,
        "is_ultra_restricted": false,
        "is_bot": user.bot,
        "is_app_user": false,
        "updated": 1_700_000_000,
    })
}

pub(crate) fn channel(channel: &Channel) -> Value {
    let common = json!({
        "id": channel.id,
        "created": 1_700_000_000,
        "is_archived": channel.archived,
        "is_im": channel.sort == Sort::Direct,
        "is_org_shared": false,
        "context_team_id": TEAM,
        "updated": 1_700_000_000_000_u64,
    });
    let Value::Object(mut all) = common else { return common };
    let more = if channel.sort == Sort::Direct {
        let other = channel.members.iter().find(|member| *member != BOT_USER);
        json!({ "user": other, "is_user_deleted": false, "priority": 0 })
    } else {
        json!({
            "name": channel.name,
            "name_normalized": channel.name,
            "is_channel": true,
            "is_group": channel.sort == Sort::Private,
            "is_private": channel.sort == Sort::Private,
            "is_mpim": false,
            "is_general": false,
            "is_shared": false,
            "is_ext_shared": false,
            "is_pending_ext_shared": false,
            "unlinked": 0,
            "creator": channel.members.first(),
            "is_member": channel.has(BOT_USER),
            "topic": { "value": "", "creator": "", "last_set": 0 },
            "purpose": { "value": "", "creator": "", "last_set": 0 },
            "previous_names": [],
        })
    };
    merge(&mut all, more);
    Value::Object(all)
}

/// A message as events, answers and histories have it.
pub(crate) fn message(world: &World, plan: &SlackPlan, message: &SlackMessage) -> Value {
    let mut all = Map::new();
    merge(
        &mut all,
        json!({
            "type": "message",
            "user": message.author,
            "ts": message.ts,
            "text": message.text,
            "team": TEAM,
        }),
    );
    if message.author == BOT_USER {
        merge(&mut all, json!({ "bot_id": BOT, "app_id": APP, "bot_profile": bot_profile(plan) }));
    } else if message.by_app {
        // A foreign app, in the old way.
        let name = world.users.get(&message.author).map_or("", |user| &user.name);
        merge(&mut all, json!({ "subtype": "bot_message", "bot_id": "B0LABOTHER", "username": name }));
        all.remove("user");
    } else {
        merge(&mut all, json!({ "client_msg_id": format!("lab-{}", message.ts) }));
    }
    match message.blocks.as_slice() {
        [] if message.by_app || message.text.is_empty() => {}
        [] => merge(&mut all, json!({ "blocks": [rich(&message.text)] })),
        blocks => merge(&mut all, json!({ "blocks": blocks })),
    }
    if let Some(thread) = &message.thread {
        let parent = world.message(&message.channel, thread).map(|parent| &parent.author);
        merge(&mut all, json!({ "thread_ts": thread, "parent_user_id": parent }));
    } else if let Some(channel) = world.channels.get(&message.channel) {
        let replies: Vec<&SlackMessage> = channel.replies(&message.ts).collect();
        if let Some(last) = replies.last() {
            merge(
                &mut all,
                json!({
                    "thread_ts": message.ts,
                    "reply_count": replies.len(),
                    "latest_reply": last.ts,
                }),
            );
        }
    }
    if message.broadcast {
        merge(&mut all, json!({ "subtype": "thread_broadcast" }));
    }
    if message.edited {
        merge(&mut all, json!({ "edited": { "user": message.author, "ts": message.ts } }));
    }
    if !message.files.is_empty() {
        let files: Vec<Value> = message.files.iter().map(|one| file(world, one)).collect();
        merge(
            &mut all,
            json!({ "files": files, "upload": false, "display_as_bot": false, "subtype": "file_share" }),
        );
    }
    if let Some(metadata) = &message.metadata {
        merge(&mut all, json!({ "metadata": metadata }));
    }
    Value::Object(all)
}

pub(crate) fn bot_profile(plan: &SlackPlan) -> Value {
    json!({
        "id": BOT,
        "app_id": APP,
        "name": plan.bot,
        "icons": {
            "image_36": "https://lab.invalid/36.png",
            "image_48": "https://lab.invalid/48.png",
            "image_72": "https://lab.invalid/72.png",
        },
        "deleted": false,
        "updated": 1_700_000_000,
        "team_id": TEAM,
        "user_id": BOT_USER,
    })
}

/// Where it was shared is known only some time after it was: the answer to the sharing does not say it.
pub(crate) fn file(world: &World, file: &SlackFile) -> Value {
    let mut all = Map::new();
    let ending = file.name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let (kind, mimetype) = match ending {
        "png" => ("png", "image/png"),
        "txt" | "cfg" => ("text", "text/plain"),
        "csv" => ("csv", "text/csv"),
        _ => ("binary", "application/octet-stream"),
    };
    merge(
        &mut all,
        json!({
            "id": file.id,
            "created": 1_700_000_000,
            "timestamp": 1_700_000_000,
            "name": file.name,
            "title": file.title,
            "mimetype": mimetype,
            "filetype": kind,
            "pretty_type": kind.to_uppercase(),
            "user": BOT_USER,
            "user_team": TEAM,
            "editable": false,
            "size": file.bytes.len(),
            "mode": "hosted",
            "is_external": false,
            "external_type": "",
            "is_public": false,
            "public_url_shared": false,
            "display_as_bot": false,
            "username": "",
            "url_private": format!("https://lab.invalid/files-pri/{}", file.id),
            "url_private_download": format!("https://lab.invalid/files-pri/{}/download", file.id),
            "permalink": format!("https://lab.invalid/files/{}", file.id),
            "has_rich_preview": false,
            "file_access": "visible",
        }),
    );
    let shared = world.files.get(&file.id).map(|upload| upload.shared_in.as_slice()).unwrap_or_default();
    let ids: Vec<&String> = shared.iter().map(|(channel, _)| channel).collect();
    merge(&mut all, json!({ "channels": ids, "groups": [], "ims": [] }));
    Value::Object(all)
}

/// `shares` of a file, by channel.
pub(crate) fn shares(world: &World, file: &str) -> Value {
    let mut by_sort = Map::new();
    let shared = world.files.get(file).map(|upload| upload.shared_in.as_slice()).unwrap_or_default();
    for (channel, ts) in shared {
        let Some(there) = world.channels.get(channel) else { continue };
        let sort = if there.sort == Sort::Public { "public" } else { "private" };
        let thread = world.message(channel, ts).and_then(|message| message.thread.clone());
        let mut share = json!({ "ts": ts, "team_id": TEAM, "channel_name": there.name, "source": "UNKNOWN" });
        if let (Some(thread), Some(share)) = (thread, share.as_object_mut()) {
            share.insert("thread_ts".to_owned(), json!(thread));
        }
        let slot = by_sort.entry(sort).or_insert_with(|| json!({}));
        if let Some(slot) = slot.as_object_mut() {
            slot.insert(channel.clone(), json!([share]));
        }
    }
    Value::Object(by_sort)
}

/// What a person typed, as the block that the service makes of it.
fn rich(text: &str) -> Value {
    let mut elements = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<@") {
        let Some((user, behind)) = after.split_once('>') else { break };
        if !before.is_empty() {
            elements.push(json!({ "type": "text", "text": before }));
        }
        elements.push(json!({ "type": "user", "user_id": user }));
        rest = behind;
    }
    if !rest.is_empty() {
        elements.push(json!({ "type": "text", "text": rest }));
    }
    let section = json!({ "type": "rich_text_section", "elements": elements });
    json!({ "type": "rich_text", "block_id": "typed", "elements": [section] })
}

/// A member of an object; nothing where it is not there.
pub(crate) fn field<'a>(value: &'a Value, name: &str) -> &'a Value {
    value.get(name).unwrap_or(&Value::Null)
}

pub(crate) fn merge(into: &mut Map<String, Value>, more: Value) {
    if let Value::Object(more) = more {
        into.extend(more);
    }
}
