//! The app as the service wants it described, to be pasted at api.slack.com/apps: its name, its commands
//! from the catalogue, and no right more than this door uses.
//! <https://docs.slack.dev/reference/app-manifest>

use super::heard::UMBRELLA;
use crate::model::Command;
use serde_json::{Value, json};

/// Commands that have a name of their own there; everything is reached by [`UMBRELLA`].
const OWN: [(&str, &str, &str); 3] = [
    ("reboot", "Reboot a router, after asking", "R1"),
    ("backup", "Back up configurations", "all"),
    ("bw", "What flows, with picture", "R1 Gi1"),
];
/// Of the house's words the commands that can be typed only under [`UMBRELLA`].
pub fn under_umbrella(words: &[String]) -> Vec<String> {
    let own = |word: &str| OWN.iter().any(|(name, _, _)| word.strip_prefix('/') == Some(*name));
    words.iter().filter(|word| word.starts_with('/') && !own(word) && *word != UMBRELLA).cloned().collect()
}

/// What the service takes of each.
const ABOUT: usize = 2_000;
const HINT: usize = 1_000;

pub fn manifest(commands: &[Command]) -> String {
    let mut listed = vec![slash(UMBRELLA, "Everything that Patchbay can do", "status all")];
    listed.extend(OWN.iter().map(|(name, about, hint)| own(commands, name, about, hint)));
    let manifest = json!({
        "display_information": {
            "name": "Patchbay",
            "description": "Asks and looks after routers",
            "background_color": "#1f3a4d",
        },
        "features": {
            "app_home": { "messages_tab_enabled": true, "messages_tab_read_only_enabled": false },
            "bot_user": { "display_name": "patchbay", "always_online": true },
            "slash_commands": listed,
        },
        "oauth_config": {
            "scopes": {
                "bot": [
                    "app_mentions:read",
                    "channels:history",
                    "chat:write",
                    "commands",
                    "files:write",
                    "groups:history",
                    "im:history",
                ],
            },
        },
        "settings": {
            "event_subscriptions": {
                "bot_events": ["app_mention", "message.channels", "message.groups", "message.im"],
            },
            "interactivity": { "is_enabled": true },
            "org_deploy_enabled": false,
            "socket_mode_enabled": true,
            "token_rotation_enabled": false,
        },
    });
    // A value that was made of words alone always has a JSON form.
    serde_json::to_string_pretty(&manifest).unwrap_or_default()
}

/// In the catalogue's words, where the command is there.
fn own(commands: &[Command], name: &str, about: &str, hint: &str) -> Value {
    let command = commands.iter().find(|command| command.name == name && command.action.is_none());
    let example = command.and_then(|command| command.examples.first());
    let hint = example.and_then(|example| example.split_once(' ')).map_or(hint, |(_, words)| words);
    slash(&format!("/{name}"), command.map_or(about, |command| &command.about), hint)
}

fn slash(command: &str, about: &str, hint: &str) -> Value {
    let short = |words: &str, most: usize| words.chars().take(most).collect::<String>();
    json!({
        "command": command,
        "description": short(about, ABOUT),
        "usage_hint": short(hint, HINT),
        "should_escape": false,
    })
}
