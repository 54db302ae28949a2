//! The table of the API against the description of the whole API, and everything that the fake says to a bot against
//! its types.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::*;
use crate::lab::telegram::api::{API, Field, Kind, Shape};

/// The description; a test that needs it is skipped by name where it is missing, unless it is required.
fn whole(test: &str) -> Option<Value> {
    let root = std::env::var_os("PATCHBAY_SHARED").map(PathBuf::from);
    let root = root.unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")));
    let file = root.join("specs/telegram.json");
    if let Ok(text) = std::fs::read_to_string(&file) {
        return Some(serde_json::from_str(&text).unwrap());
    }
    assert!(std::env::var_os("PATCHBAY_REQUIRE_SHARED").is_none(), "{test} needs {}", file.display());
    println!("skipped: {test}: no shared data");
    None
}

fn written(fields: &[Field]) -> Vec<String> {
    let one = |field: &Field| {
        let kinds: Vec<String> = field.kinds.iter().map(Kind::to_string).collect();
        format!("{} {} {}", field.name, field.required, kinds.join("|"))
    };
    fields.iter().map(one).collect()
}

fn words(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn described(of: &Value) -> Vec<String> {
    let one = |field: &Value| {
        let kinds: Vec<&str> = words(&field["types"]).collect();
        format!("{} {} {}", field["name"].as_str().unwrap(), field["required"], kinds.join("|"))
    };
    of["fields"].as_array().into_iter().flatten().map(one).collect()
}

#[test]
fn the_table_is_the_api_word_by_word() {
    let Some(whole) = whole("the_table_is_the_api_word_by_word") else { return };
    let mut named = BTreeSet::new();
    for method in API.methods() {
        assert_eq!(written(&method.fields), described(&whole["methods"][method.name]), "{}", method.name);
        named.insert(method.name.to_ascii_lowercase());
    }
    for (name, shape) in API.shapes() {
        let there = &whole["types"][*name];
        match shape {
            Shape::Fields(fields) => {
                assert!(there["subtypes"].is_null(), "{name}");
                assert_eq!(written(fields), described(there), "{name}");
                for (field, there) in fields.iter().zip(there["fields"].as_array().unwrap_or(&Vec::new())) {
                    let said = there["description"].as_str().unwrap();
                    let only = field.only.unwrap_or("must be or always");
                    let is = said.contains(&format!("must be {only}"))
                        || said.contains(&format!("always \"{only}\""));
                    let says =
                        field.name == "type" && (said.contains("must be ") || said.contains("always \""));
                    assert_eq!(field.only.is_some(), says && is, "{name}.{}: {said}", field.name);
                }
            }
            Shape::OneOf(names) => {
                assert_eq!(names, &words(&there["subtypes"]).collect::<Vec<_>>(), "{name}")
            }
        }
    }
    assert!(named.is_disjoint(API.others()));
    named.extend(API.others().iter().cloned());
    let there = whole["methods"].as_object().unwrap().keys().map(|name| name.to_ascii_lowercase()).collect();
    assert_eq!(named, there);
    // Whatever a field holds has a type in the table.
    let fields = API.methods().flat_map(|method| &method.fields);
    let inner = API.shapes().flat_map(|(_, shape)| match shape {
        Shape::Fields(fields) => fields.as_slice(),
        Shape::OneOf(_) => &[],
    });
    for kind in fields.chain(inner).flat_map(|field| &field.kinds) {
        let mut kind = kind;
        while let Kind::Array(item) = kind {
            kind = item;
        }
        assert!(!matches!(kind, Kind::Object(name) if API.shape(name).is_none()), "{kind}");
    }
}

/// What is wrong with a value that should have this type.
fn wrong(whole: &Value, place: &str, kind: &str, value: &Value) -> Vec<String> {
    let fits = |good: bool| if good { Vec::new() } else { vec![format!("{place}: {value} is no {kind}")] };
    match kind {
        "Integer" => return fits(value.is_i64()),
        "String" => return fits(value.is_string()),
        "Boolean" => return fits(value.is_boolean()),
        "True" => return fits(value == &json!(true)),
        "Float" => return fits(value.is_number()),
        _ => {}
    }
    if let Some(item) = kind.strip_prefix("Array of ") {
        let Some(items) = value.as_array() else { return fits(false) };
        return items.iter().flat_map(|one| wrong(whole, place, item, one)).collect();
    }
    let of = &whole["types"][kind];
    let Some(fields) = of["fields"].as_array() else {
        let all: Vec<_> = words(&of["subtypes"]).map(|sub| wrong(whole, place, sub, value)).collect();
        return all.into_iter().min_by_key(Vec::len).unwrap_or_else(|| fits(false));
    };
    let Some(members) = value.as_object() else { return fits(false) };
    let mut found = Vec::new();
    for (name, value) in members {
        let place = format!("{place}.{name}");
        match fields.iter().find(|field| field["name"] == json!(name)) {
            Some(field) => {
                let all = words(&field["types"]).map(|kind| wrong(whole, &place, kind, value));
                found.extend(all.min_by_key(Vec::len).unwrap_or_default());
            }
            None => found.push(format!("{place}: {kind} has no such field")),
        }
    }
    let missing = fields.iter().filter(|field| field["required"] == json!(true));
    for field in missing.filter(|field| !members.contains_key(field["name"].as_str().unwrap())) {
        found.push(format!("{place}: no {}", field["name"]));
    }
    found
}

#[tokio::test]
async fn everything_that_is_said_to_a_bot_has_the_types_of_the_api() {
    let Some(whole) = whole("everything_that_is_said_to_a_bot_has_the_types_of_the_api") else { return };
    let (telegram, bot) = started(Plan { privacy: false, ..Plan::default() }).await;
    let an = telegram.person_with("An", Some("an"), Some("vi"));
    let (private, forum, channel) = (an.private(), telegram.forum("NOC", &[&an]), telegram.channel("News"));
    let group = telegram.group("Team", &[&an]);
    let kinds = json!([
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "callback_query",
        "my_chat_member",
        "message_reaction"
    ]);
    bot.updates(json!({ "allowed_updates": kinds })).await;
    let typed = |method: &str, result: &Value| {
        let returns = words(&whole["methods"][method]["returns"]).collect::<Vec<_>>();
        let found =
            returns.iter().map(|kind| wrong(&whole, method, kind, result)).min_by_key(Vec::len).unwrap();
        assert_eq!(found, [""; 0], "{method}: {result:#}");
    };
    let keyboard = json!({ "inline_keyboard": [[{ "text": "Go", "callback_data": "go" }]] });
    let sent = bot.ok("sendMessage", json!({ "chat_id": an.id(), "text": "<b>x</b> /help", "parse_mode": "HTML", "reply_markup": keyboard })).await;
    typed("sendMessage", &sent);
    let id = sent["message_id"].as_i64().unwrap();
    forum.promote_bot(&an);
    let topic = bot.ok("createForumTopic", json!({ "chat_id": forum.id(), "name": "core1" })).await;
    typed("createForumTopic", &topic);
    let (_, photo) = bot
        .multipart(
            "sendPhoto",
            &[("chat_id", None, an.id().to_string().as_bytes()), ("photo", Some("a.png"), &png(8, 4))],
        )
        .await;
    typed("sendPhoto", &photo["result"]);
    let (_, document) = bot
        .multipart(
            "sendDocument",
            &[("chat_id", None, an.id().to_string().as_bytes()), ("document", Some("a.txt"), b"x")],
        )
        .await;
    typed("sendDocument", &document["result"]);
    let file = photo["result"]["photo"][1]["file_id"].clone();
    for (method, args) in [
        ("getMe", json!({})),
        ("getWebhookInfo", json!({})),
        ("getFile", json!({ "file_id": file })),
        ("getChat", json!({ "chat_id": forum.id() })),
        ("getChat", json!({ "chat_id": an.id() })),
        ("getChatMember", json!({ "chat_id": forum.id(), "user_id": an.id() })),
        ("getChatMember", json!({ "chat_id": forum.id(), "user_id": telegram.bot_id() })),
        (
            "editMessageText",
            json!({ "chat_id": an.id(), "message_id": id, "text": "y", "reply_markup": keyboard }),
        ),
        (
            "sendMediaGroup",
            json!({ "chat_id": an.id(), "media": [{ "type": "photo", "media": file, "caption": "c" }, { "type": "photo", "media": file }] }),
        ),
        (
            "setMessageReaction",
            json!({ "chat_id": an.id(), "message_id": id, "reaction": [{ "type": "emoji", "emoji": "👍" }] }),
        ),
        ("getMyCommands", json!({})),
    ] {
        typed(method, &bot.ok(method, args).await);
    }
    let said = private.say(&an, "/show @someone");
    private.post(Said::by(&an, "look").reply_to(id).forwarded_from(&telegram.other_bot("Other")));
    private.post(Said::by(&an, "a picture").photo(png(3, 3)));
    private.post(Said::by(&an, "").document("a.cfg", b"x".to_vec()));
    private.edit(said, "/show R1");
    private.react(&an, id, "👍");
    let press = private.press(&an, id, "Go").unwrap();
    private.press_gone(&an, 1, "old");
    forum.post(Said::by(&an, "/show").in_topic(topic["message_thread_id"].as_i64().unwrap()));
    forum.topic(&an, "core2");
    forum.post(Said::anonymous("/show"));
    let post = channel.post(Said::channel_post("/show"));
    channel.edit(post, "/show R2");
    group.remove_bot(&an);
    group.add_bot(&an);
    group.migrate();
    an.block();
    let updates = bot.updates(json!({ "timeout": 1 })).await;
    typed("getUpdates", &json!(updates));
    let seen: BTreeSet<_> =
        updates.iter().flat_map(|update| update.as_object().unwrap().keys()).map(String::as_str).collect();
    let all = [
        "update_id",
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "callback_query",
        "my_chat_member",
        "message_reaction",
    ];
    assert_eq!(seen, all.into());
    typed(
        "answerCallbackQuery",
        &bot.ok("answerCallbackQuery", json!({ "callback_query_id": press.id, "text": "done" })).await,
    );
}
