//! Users, the team and the app itself.

use serde_json::{Value, json};

use super::page;
use crate::lab::clock;
use crate::lab::slack::Inner;
use crate::lab::slack::arguments::Arguments;
use crate::lab::slack::form;
use crate::lab::slack::plan::{BOT, TEAM};
use crate::lab::slack::refusal::{Answered, Refusal};

pub(crate) fn info(inner: &Inner, arguments: &Arguments) -> Answered {
    inner.read(|world| {
        let user =
            world.users.get(arguments.needed("user")?).ok_or_else(|| Refusal::new("user_not_found"))?;
        Ok(json!({ "user": form::user(user, clock::now()) }))
    })
}

pub(crate) fn list(inner: &Inner, arguments: &Arguments) -> Answered {
    let now = clock::now();
    let all: Vec<Value> =
        inner.read(|world| world.users.values().map(|user| form::user(user, now)).collect());
    let (members, next) = page(all, arguments, 1_000)?;
    Ok(json!({
        "members": members,
        "cache_ts": now.timestamp(),
        "response_metadata": { "next_cursor": next },
    }))
}

pub(crate) fn team(inner: &Inner, arguments: &Arguments) -> Answered {
    if arguments.text("team").is_some_and(|team| team != TEAM) {
        return Err(Refusal::new("team_not_found"));
    }
    let plan = &inner.plan;
    Ok(json!({
        "team": {
            "id": TEAM,
            "name": plan.team,
            "domain": plan.domain,
            "email_domain": "",
            "url": format!("https://{}.slack.com/", plan.domain),
            "icon": { "image_default": true },
        },
    }))
}

pub(crate) fn bot(inner: &Inner, arguments: &Arguments) -> Answered {
    if arguments.text("bot").is_some_and(|bot| bot != BOT) {
        return Err(Refusal::new("bot_not_found"));
    }
    Ok(json!({ "bot": form::bot_profile(&inner.plan) }))
}
