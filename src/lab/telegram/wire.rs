//! People, chats and messages in the service's own shape, as the bot gets them.

use serde_json::{Map, Value, json};

use super::entity;
use super::message::{Media, MediaKind, Message};
use super::world::{ChatState, Kind, Standing, World};

pub(crate) fn user(world: &World, id: i64) -> Value {
    let Some(user) = world.users.get(&id) else {
        return json!({ "id": id, "is_bot": false, "first_name": "Somebody" });
    };
    let mut value = Map::new();
    value.insert("id".to_owned(), Value::from(user.id));
    value.insert("is_bot".to_owned(), Value::from(user.is_bot));
    value.insert("first_name".to_owned(), Value::from(user.name.as_str()));
    for (name, said) in [("username", &user.username), ("language_code", &user.language)] {
        if let Some(said) = said {
            value.insert(name.to_owned(), Value::from(said.as_str()));
        }
    }
    Value::Object(value)
}

/// What only the bot itself is told about itself.
pub(crate) fn me(world: &World) -> Value {
    let mut me = user(world, world.bot);
    let words = [
        ("can_join_groups", true),
        ("can_read_all_group_messages", !world.privacy),
        ("supports_guest_queries", false),
        ("supports_inline_queries", false),
        ("can_connect_to_business", false),
        ("has_main_web_app", false),
        ("has_topics_enabled", false),
        ("allows_users_to_create_topics", false),
        ("can_manage_bots", false),
        ("supports_join_request_queries", false),
    ];
    if let Some(me) = me.as_object_mut() {
        me.extend(words.map(|(name, is)| (name.to_owned(), Value::from(is))));
    }
    me
}

pub(crate) fn chat(chat: &ChatState) -> Value {
    let (kind, name) = match chat.kind {
        Kind::Private => ("private", "first_name"),
        Kind::Group => ("group", "title"),
        Kind::Supergroup { .. } => ("supergroup", "title"),
        Kind::Channel => ("channel", "title"),
    };
    let mut value = json!({ "id": chat.id, "type": kind, name: chat.title });
    if let Some(value) = value.as_object_mut() {
        if let Some(username) = &chat.username {
            value.insert("username".to_owned(), Value::from(username.as_str()));
        }
        if chat.is_forum() {
            value.insert("is_forum".to_owned(), Value::from(true));
        }
    }
    value
}

/// `ChatFullInfo`.
pub(crate) fn full_chat(state: &ChatState) -> Value {
    let mut value = chat(state);
    if let Some(value) = value.as_object_mut() {
        value.insert("accent_color_id".to_owned(), Value::from(0));
        value.insert("max_reaction_count".to_owned(), Value::from(11));
        let gifts = json!({
            "unlimited_gifts": true,
            "limited_gifts": true,
            "unique_gifts": true,
            "premium_subscription": true,
            "gifts_from_channels": true,
        });
        value.insert("accepted_gift_types".to_owned(), gifts);
    }
    value
}

pub(crate) fn member(world: &World, chat: &ChatState, id: i64, standing: Standing) -> Value {
    let user = user(world, id);
    match standing {
        Standing::Member => json!({ "status": "member", "user": user }),
        Standing::Left => json!({ "status": "left", "user": user }),
        Standing::Kicked => json!({ "status": "kicked", "user": user, "until_date": 0 }),
        Standing::Admin => {
            let mut value = json!({
                "status": "administrator",
                "user": user,
                "can_be_edited": false,
                "is_anonymous": false,
                "can_manage_chat": true,
                "can_delete_messages": true,
                "can_manage_video_chats": false,
                "can_restrict_members": false,
                "can_promote_members": false,
                "can_change_info": false,
                "can_invite_users": true,
                "can_post_stories": false,
                "can_edit_stories": false,
                "can_delete_stories": false,
            });
            let more = if chat.kind == Kind::Channel { "can_post_messages" } else { "can_pin_messages" };
            if let Some(value) = value.as_object_mut() {
                value.insert(more.to_owned(), Value::from(true));
            }
            value
        }
    }
}

pub(crate) fn message(world: &World, chat: &ChatState, message: &Message) -> Value {
    let mut value = alone(world, chat, message);
    let replied = message.reply_to.or(message.topic.filter(|topic| *topic != message.id));
    // In a topic, what replies to nothing replies to the beginning of the topic.
    if let Some(replied) = replied.and_then(|id| chat.messages.get(&id)) {
        value.insert("reply_to_message".to_owned(), Value::Object(alone(world, chat, replied)));
    }
    Value::Object(value)
}

/// Without the message that it replies to.
fn alone(world: &World, state: &ChatState, message: &Message) -> Map<String, Value> {
    let mut value = Map::new();
    let mut put = |name: &str, what: Value| value.insert(name.to_owned(), what);
    put("message_id", Value::from(message.id));
    put("date", Value::from(message.at.timestamp()));
    put("chat", chat(state));
    match message.author.sender_chat {
        Some(sender) => {
            if let Some(sender) = world.chats.get(&sender) {
                put("sender_chat", chat(sender));
            }
            if state.kind != Kind::Channel {
                put("from", user(world, message.author.id));
            }
        }
        None => {
            put("from", user(world, message.author.id));
        }
    }
    if let Some(edited) = message.edited_at {
        put("edit_date", Value::from(edited.timestamp()));
    }
    if let Some(topic) = message.topic {
        put("message_thread_id", Value::from(topic));
        put("is_topic_message", Value::from(true));
    }
    if let Some(from) = message.forwarded_id {
        let sent = message.at.timestamp();
        put("forward_origin", json!({ "type": "user", "date": sent, "sender_user": user(world, from) }));
    }
    if let Some(album) = &message.album {
        put("media_group_id", Value::from(album.as_str()));
    }
    if let Some(markup) = &message.markup {
        put("reply_markup", markup.clone());
    }
    let names = match &message.file {
        Some(file) => {
            let (name, what) = media(file);
            put(name, what);
            ("caption", "caption_entities")
        }
        None => ("text", "entities"),
    };
    entity::put(&mut value, names, &message.text, &message.entities);
    value.extend(message.more.clone());
    value
}

fn media(file: &Media) -> (&'static str, Value) {
    let unique = format!("unique-{}", file.id);
    match file.kind {
        MediaKind::Photo => {
            // A small one comes first, as there.
            let small = |side: u32| side.div_ceil(4).max(1);
            let size = |id: String, unique: String, width: u32, height: u32, bytes: usize| {
                json!({
                    "file_id": id,
                    "file_unique_id": unique,
                    "width": width,
                    "height": height,
                    "file_size": bytes,
                })
            };
            let all = [
                size(
                    format!("{}-s", file.id),
                    format!("{unique}-s"),
                    small(file.width),
                    small(file.height),
                    file.bytes.len() / 4,
                ),
                size(file.id.clone(), unique, file.width, file.height, file.bytes.len()),
            ];
            ("photo", Value::from(all.to_vec()))
        }
        MediaKind::Document => (
            "document",
            json!({
                "file_id": file.id,
                "file_unique_id": unique,
                "file_name": file.name,
                "mime_type": file.content_type,
                "file_size": file.bytes.len(),
            }),
        ),
    }
}
