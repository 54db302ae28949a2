//! What the workspace shall be: tokens, which commands, events and scopes the app has, and how long things take.

use std::time::Duration;

use serde_json::Value;

pub(crate) const TEAM: &str = "T0LAB00000";
pub(crate) const APP: &str = "A0LAB00000";
pub(crate) const BOT: &str = "B0LAB00000";
/// The app as a user.
pub(crate) const BOT_USER: &str = "U0LABBOT00";
/// Says what went wrong to whom it concerns.
pub(crate) const SLACKBOT: &str = "USLACKBOT";

/// What the workspace shall be; the times are the service's own, and tests make them short.
#[derive(Clone, Debug)]
pub struct SlackPlan {
    pub team: String,
    pub domain: String,
    /// The app's name in the workspace.
    pub bot: String,
    /// May be anything: this is what the fake wants to see.
    pub bot_token: String,
    pub app_token: String,
    /// With their slash; others cannot be typed.
    pub commands: Vec<String>,
    /// What is sent: `app_mention`, `message.channels` ...
    pub events: Vec<String>,
    /// Of the bot's token; `None` is all.
    pub scopes: Option<Vec<String>>,
    /// Whether calls are limited as the service limits them.
    pub tiers: bool,
    /// Whether what the app says comes back to it as an event, as the service does.
    pub echo: bool,
    /// How long an acknowledgement may take.
    pub acknowledge_within: Duration,
    /// When an event that was not acknowledged is sent again: after its time was over, so much later.
    pub retries: Vec<Duration>,
    pub ping_every: Duration,
    pub trigger_life: Duration,
    pub response_life: Duration,
    /// Connections at once.
    pub connections: usize,
}

const EVENTS: [&str; 6] = [
    "app_mention",
    "message.channels",
    "message.groups",
    "message.im",
    "member_joined_channel",
    "member_left_channel",
];

impl Default for SlackPlan {
    fn default() -> SlackPlan {
        SlackPlan {
            team: "Lab".to_owned(),
            domain: "lab".to_owned(),
            bot: "patchbay".to_owned(),
            bot_token: "xoxb-lab".to_owned(),
            app_token: "xapp-lab".to_owned(),
            commands: Vec::new(),
            events: EVENTS.map(str::to_owned).into(),
            scopes: None,
            tiers: false,
            echo: true,
            acknowledge_within: Duration::from_secs(3),
            retries: [0, 60, 300].map(Duration::from_secs).into(),
            ping_every: Duration::from_secs(30),
            trigger_life: Duration::from_secs(3),
            response_life: Duration::from_mins(30),
            connections: 10,
        }
    }
}

impl SlackPlan {
    #[must_use]
    pub fn with_commands<'a>(mut self, commands: impl IntoIterator<Item = &'a str>) -> SlackPlan {
        self.commands = commands.into_iter().map(str::to_owned).collect();
        self
    }

    /// Name, commands, events and scopes of an app's manifest (its JSON form). What it does not name the app has not.
    #[must_use]
    pub fn with_manifest(mut self, manifest: &Value) -> SlackPlan {
        let strings = |at: &str, inside: &str| -> Vec<String> {
            let list = manifest.pointer(at).and_then(Value::as_array).into_iter().flatten();
            list.filter_map(|item| item.pointer(inside)?.as_str().map(str::to_owned)).collect()
        };
        self.commands = strings("/features/slash_commands", "/command");
        self.events = strings("/settings/event_subscriptions/bot_events", "");
        self.scopes = Some(strings("/oauth_config/scopes/bot", ""));
        if let Some(name) = manifest.pointer("/features/bot_user/display_name").and_then(Value::as_str) {
            name.clone_into(&mut self.bot);
        }
        self
    }
}
