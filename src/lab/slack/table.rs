//! The table of the methods; what its columns mean is said in [`super::methods`].

use super::methods::Kind::{Flag, List, Number, Object, Text, Ts, Words};
use super::methods::{Method, PAGE, Parameter, Tier, TokenKind, in_truth, may, must, newer, newer_must};

/// A method that posts, reads JSON and is in the description; the others say what is different.
const USUAL: Method = Method {
    name: "",
    tier: Tier::Three,
    token: TokenKind::Bot,
    json: true,
    scopes: &[],
    parameters: &[],
    newer: None,
};

const WRITE: &[&str] = &["chat:write"];
const READ: &[&str] = &["channels:read", "groups:read", "im:read", "mpim:read"];
const HISTORY: &[&str] = &["channels:history", "groups:history", "im:history", "mpim:history"];
const USERS: &[&str] = &["users:read"];

pub(crate) const METHODS: &[Method] = &[
    Method {
        name: "api.test",
        tier: Tier::Four,
        token: TokenKind::None,
        parameters: &[may("error", Text), may("foo", Text)],
        ..USUAL
    },
    Method { name: "auth.test", tier: Tier::Special, ..USUAL },
    Method {
        name: "apps.connections.open",
        tier: Tier::One,
        token: TokenKind::App,
        scopes: &["connections:write"],
        newer: Some("slack_samples/apps.connections.open.json"),
        ..USUAL
    },
    Method { name: "bots.info", json: false, scopes: USERS, parameters: &[may("bot", Text)], ..USUAL },
    Method { name: "chat.postMessage", tier: Tier::Posting, scopes: WRITE, parameters: POST, ..USUAL },
    Method { name: "chat.postEphemeral", tier: Tier::Four, scopes: WRITE, parameters: EPHEMERAL, ..USUAL },
    Method { name: "chat.update", scopes: WRITE, parameters: UPDATE, ..USUAL },
    Method {
        name: "chat.delete",
        scopes: WRITE,
        parameters: &[in_truth("ts", Ts), in_truth("channel", Text), may("as_user", Flag)],
        ..USUAL
    },
    Method {
        name: "chat.getPermalink",
        tier: Tier::Special,
        json: false,
        parameters: &[must("channel", Text), must("message_ts", Ts)],
        ..USUAL
    },
    Method {
        name: "conversations.info",
        json: false,
        scopes: READ,
        parameters: &[
            in_truth("channel", Text),
            may("include_locale", Flag),
            may("include_num_members", Flag),
        ],
        ..USUAL
    },
    Method {
        name: "conversations.list",
        tier: Tier::Two,
        json: false,
        scopes: READ,
        parameters: &[
            may("exclude_archived", Flag),
            may("types", Words),
            may("limit", Number),
            may("cursor", Text),
        ],
        ..USUAL
    },
    Method {
        name: "conversations.members",
        tier: Tier::Four,
        json: false,
        scopes: READ,
        parameters: &[in_truth("channel", Text), may("limit", Number), may("cursor", Text)],
        ..USUAL
    },
    Method {
        name: "conversations.replies",
        json: false,
        scopes: HISTORY,
        parameters: &[
            in_truth("channel", Text),
            in_truth("ts", Ts),
            may("latest", Ts),
            may("oldest", Ts),
            may("inclusive", Flag),
            may("limit", Number),
            may("cursor", Text),
            newer("include_all_metadata", Flag, PAGE),
        ],
        ..USUAL
    },
    Method {
        name: "conversations.history",
        json: false,
        scopes: HISTORY,
        parameters: &[
            in_truth("channel", Text),
            may("latest", Ts),
            may("oldest", Ts),
            may("inclusive", Flag),
            may("limit", Number),
            may("cursor", Text),
            newer("include_all_metadata", Flag, PAGE),
        ],
        ..USUAL
    },
    Method {
        name: "conversations.open",
        scopes: &["im:write", "mpim:write"],
        parameters: &[
            may("channel", Text),
            may("users", Words),
            may("return_im", Flag),
            newer("prevent_creation", Flag, PAGE),
        ],
        ..USUAL
    },
    Method {
        name: "conversations.join",
        scopes: &["channels:join"],
        parameters: &[in_truth("channel", Text)],
        ..USUAL
    },
    Method {
        name: "users.info",
        tier: Tier::Four,
        json: false,
        scopes: USERS,
        parameters: &[may("include_locale", Flag), in_truth("user", Text)],
        ..USUAL
    },
    Method {
        name: "users.list",
        tier: Tier::Two,
        json: false,
        scopes: USERS,
        parameters: &[may("limit", Number), may("cursor", Text), may("include_locale", Flag)],
        ..USUAL
    },
    Method {
        name: "views.open",
        tier: Tier::Four,
        // Either of the two, says its page.
        parameters: &[
            must("trigger_id", Text),
            must("view", Object),
            newer("interactivity_pointer", Text, PAGE),
        ],
        ..USUAL
    },
    Method {
        name: "views.push",
        tier: Tier::Four,
        parameters: &[
            must("trigger_id", Text),
            must("view", Object),
            newer("interactivity_pointer", Text, PAGE),
        ],
        ..USUAL
    },
    Method {
        name: "views.update",
        tier: Tier::Four,
        parameters: &[
            may("view_id", Text),
            may("external_id", Text),
            in_truth("view", Object),
            may("hash", Text),
        ],
        ..USUAL
    },
    Method {
        name: "reactions.add",
        scopes: &["reactions:write"],
        parameters: &[must("channel", Text), must("name", Text), must("timestamp", Ts)],
        ..USUAL
    },
    Method {
        name: "files.getUploadURLExternal",
        tier: Tier::Four,
        json: false,
        scopes: &["files:write"],
        parameters: &[
            newer_must("filename", Text, PAGE),
            newer_must("length", Number, PAGE),
            newer("alt_txt", Text, PAGE),
            newer("snippet_type", Text, PAGE),
        ],
        newer: Some("slack_samples/files.getUploadURLExternal.json"),
        ..USUAL
    },
    Method {
        name: "files.completeUploadExternal",
        tier: Tier::Four,
        scopes: &["files:write"],
        parameters: &[
            newer_must("files", List, PAGE),
            newer("channel_id", Text, PAGE),
            newer("channels", Words, PAGE),
            newer("thread_ts", Ts, PAGE),
            newer("initial_comment", Text, PAGE),
            newer("blocks", List, PAGE),
        ],
        newer: Some("slack_samples/files.completeUploadExternal.json"),
        ..USUAL
    },
    Method {
        name: "files.info",
        tier: Tier::Four,
        json: false,
        scopes: &["files:read"],
        parameters: &[
            in_truth("file", Text),
            may("count", Number),
            may("page", Number),
            may("limit", Number),
            may("cursor", Text),
        ],
        ..USUAL
    },
    Method {
        name: "team.info",
        json: false,
        scopes: &["team:read"],
        parameters: &[may("team", Text), newer("domain", Text, PAGE)],
        ..USUAL
    },
];

const POST: &[Parameter] = &[
    may("as_user", Flag),
    may("attachments", List),
    may("blocks", List),
    must("channel", Text),
    may("icon_emoji", Text),
    may("icon_url", Text),
    may("link_names", Flag),
    may("mrkdwn", Flag),
    may("parse", Text),
    may("reply_broadcast", Flag),
    may("text", Text),
    may("thread_ts", Ts),
    may("unfurl_links", Flag),
    may("unfurl_media", Flag),
    may("username", Text),
    newer("metadata", Object, PAGE),
];

const EPHEMERAL: &[Parameter] = &[
    may("as_user", Flag),
    may("attachments", List),
    may("blocks", List),
    must("channel", Text),
    may("icon_emoji", Text),
    may("icon_url", Text),
    may("link_names", Flag),
    may("parse", Text),
    may("text", Text),
    may("thread_ts", Ts),
    must("user", Text),
    may("username", Text),
];

const UPDATE: &[Parameter] = &[
    may("as_user", Flag),
    may("attachments", List),
    may("blocks", List),
    must("channel", Text),
    may("link_names", Flag),
    may("parse", Text),
    may("text", Text),
    must("ts", Ts),
    newer("reply_broadcast", Flag, PAGE),
    newer("file_ids", List, PAGE),
    newer("metadata", Object, PAGE),
];
