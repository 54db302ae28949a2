//! Whom a message calls and what it links to: the marks of mrkdwn, `<!channel>`, `<@U1>`, `<#C1>`, `<https://...>`.

use serde_json::Value;

/// One mark of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SlackCalled {
    /// `channel`, `here`, `everyone`: a bell for all of them.
    Everyone(String),
    User(String),
    /// A group of users.
    Group(String),
    Channel(String),
    Link(String),
}

impl SlackCalled {
    /// Whether somebody's telephone rings.
    pub fn rings(&self) -> bool {
        matches!(self, SlackCalled::Everyone(_) | SlackCalled::User(_) | SlackCalled::Group(_))
    }
}

/// Of the text and of all blocks. `by_name`: `@channel` counts too (`link_names`, `parse: full`).
pub(crate) fn called(text: &str, blocks: &[Value], by_name: bool) -> Vec<SlackCalled> {
    let mut found = Vec::new();
    mrkdwn(text, &mut found);
    if by_name {
        names(text, &mut found);
    }
    for block in blocks {
        inside(block, &mut found);
    }
    found.dedup();
    found
}

fn inside(value: &Value, found: &mut Vec<SlackCalled>) {
    let kind = value.get("type").and_then(Value::as_str).unwrap_or_default();
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    match kind {
        "plain_text" => return,
        "mrkdwn" | "markdown" => mrkdwn(&text("text").unwrap_or_default(), found),
        "user" => found.extend(text("user_id").map(SlackCalled::User)),
        "usergroup" => found.extend(text("usergroup_id").map(SlackCalled::Group)),
        "broadcast" => found.extend(text("range").map(SlackCalled::Everyone)),
        "channel" => found.extend(text("channel_id").map(SlackCalled::Channel)),
        "link" => found.extend(text("url").map(SlackCalled::Link)),
        _ => {}
    }
    match value {
        Value::Array(list) => list.iter().for_each(|item| inside(item, found)),
        Value::Object(object) => {
            object.values().filter(|value| !value.is_string()).for_each(|value| inside(value, found));
        }
        _ => {}
    }
}

fn mrkdwn(text: &str, found: &mut Vec<SlackCalled>) {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('<') {
        let Some((mark, behind)) = after.split_once('>') else { return };
        // `<` that opens nothing: the mark may begin later.
        if mark.contains('<') {
            rest = after;
            continue;
        }
        found.extend(marked(mark));
        rest = behind;
    }
}

fn marked(mark: &str) -> Option<SlackCalled> {
    let what = mark.split('|').next().unwrap_or_default().to_owned();
    let mut letters = what.chars();
    let first = letters.next()?;
    let name = letters.as_str().to_owned();
    match first {
        '@' => Some(SlackCalled::User(name)),
        '#' => Some(SlackCalled::Channel(name)),
        '!' => match name.split('^').collect::<Vec<_>>().as_slice() {
            ["subteam", group] => Some(SlackCalled::Group((*group).to_owned())),
            ["date", ..] => None,
            _ => Some(SlackCalled::Everyone(name)),
        },
        _ if what.contains("://") || what.starts_with("mailto:") => Some(SlackCalled::Link(what)),
        _ => None,
    }
}

fn names(text: &str, found: &mut Vec<SlackCalled>) {
    for name in ["channel", "here", "everyone"] {
        if text.contains(&format!("@{name}")) {
            found.push(SlackCalled::Everyone(name.to_owned()));
        }
    }
}
