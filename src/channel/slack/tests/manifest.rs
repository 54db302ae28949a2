//! The app's description, held against what this door does.

use super::*;

fn manifest() -> Value {
    let catalog =
        crate::command::Catalog::new(&crate::embedded::commands(), &crate::builtin::names()).unwrap();
    let commands: Vec<_> = catalog.commands().iter().map(|command| (**command).clone()).collect();
    serde_json::from_str(&super::super::manifest(&commands)).unwrap()
}

fn words(at: &str, inside: &str) -> Vec<String> {
    let manifest = manifest();
    let list = manifest.pointer(at).and_then(Value::as_array).unwrap();
    list.iter().map(|item| item.pointer(inside).unwrap().as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_has_a_name_of_its_own_there_is_typed_by_it() {
    let words = ["/diff", "/bw", "/backup", "/reboot", "/net", "/status", "R1"].map(str::to_owned);
    assert_eq!(super::super::manifest::under_umbrella(&words), ["/diff", "/status"]);
}

#[test]
fn it_names_the_four_commands_in_the_catalogue_s_words() {
    assert_eq!(words("/features/slash_commands", "/command"), ["/net", "/reboot", "/backup", "/bw"]);
    assert_eq!(words("/features/slash_commands", "/usage_hint"), ["status all", "R1", "R1", "R1 Gi1"]);
    let about = words("/features/slash_commands", "/description");
    assert_eq!(about[2..], ["Back up configurations", "What flows, with picture"]);
}

#[test]
fn it_asks_for_socket_mode_and_for_no_right_that_is_not_used() {
    let manifest = manifest();
    for (at, wanted) in [
        ("/settings/socket_mode_enabled", true),
        ("/settings/interactivity/is_enabled", true),
        ("/settings/token_rotation_enabled", false),
        ("/features/app_home/messages_tab_read_only_enabled", false),
    ] {
        assert_eq!(manifest.pointer(at), Some(&Value::Bool(wanted)), "{at}");
    }
    let events = words("/settings/event_subscriptions/bot_events", "");
    assert_eq!(events, ["app_mention", "message.channels", "message.groups", "message.im"]);
    let scopes = words("/oauth_config/scopes/bot", "");
    let needed = ["app_mentions:read", "channels:history", "chat:write", "commands", "files:write"];
    assert_eq!(scopes[..5], needed);
    assert_eq!(scopes[5..], ["groups:history", "im:history"]);
    // What the service takes: docs.slack.dev/reference/app-manifest.
    let length = |at: &str| manifest.pointer(at).and_then(Value::as_str).unwrap().chars().count();
    assert!(length("/display_information/name") <= 35 && length("/display_information/description") <= 140);
}

/// The workspace gives the app exactly the rights of its manifest, and everything works.
#[tokio::test]
async fn with_the_rights_of_the_manifest_everything_works() {
    let room = room_of(SlackPlan::default().with_manifest(&manifest()), short()).await;
    let mut ear = room.heard().await;
    assert!(room.lab.slash(&room.anna, &room.noc, "/net", "status all").is_some());
    (ear.next().await.acknowledge)(crate::channel::Acknowledgement::Got);
    let file = Block::File { name: "a.txt".to_owned(), attachment: AttachmentId(1), bytes: 1 };
    let first = Message { files: vec![b"a".to_vec()], ..room.message(line("one").with(file.clone())) };
    let receipt = room.sent(&first).await;
    room.sent(&Message { parts: receipt.parts, document: line("two").with(file), ..first.clone() }).await;
    let only = Some(Identity { channel: "slack".to_owned(), external: room.anna.clone() });
    room.sent(&Message { class: Class::Ephemeral, only, ..room.message(line("three")) }).await;
    let refused: Vec<_> = room.lab.calls().into_iter().filter(|call| call.error.is_some()).collect();
    assert_eq!(refused, []);
    ear.stopped().await;
}
