//! `getUpdates`: a long poll that really waits. Of two polls at once the first one is ended with 409.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::lab::clock;
use crate::lab::router::lock;
use crate::lab::telegram::Inner;
use crate::lab::telegram::answer::{Answered, LONGEST_POLL};
use crate::lab::telegram::check::Args;
use crate::lab::telegram::refusal::Refusal;

/// Kinds that an update can have.
const KINDS: &str = "message edited_message channel_post edited_channel_post business_connection business_message \
     edited_business_message deleted_business_messages message_reaction message_reaction_count inline_query \
     chosen_inline_result callback_query shipping_query pre_checkout_query purchased_paid_media poll poll_answer \
     my_chat_member chat_member chat_join_request chat_boost removed_chat_boost";

pub(crate) async fn updates(server: &Arc<Inner>, args: &Args) -> Answered {
    let seconds = args.int("timeout").and_then(|seconds| u64::try_from(seconds).ok()).unwrap_or_default();
    let timeout = Duration::from_secs(seconds).min(LONGEST_POLL);
    let limit = args.int("limit").and_then(|limit| usize::try_from(limit).ok()).unwrap_or(100);
    let limit = if (1..=100).contains(&limit) { limit } else { 100 };
    let offset = args.int("offset").unwrap_or_default();
    let allowed = args.get("allowed_updates").map(kinds).transpose()?;
    let mut news = server.news.subscribe();
    let number = begin(server, offset, allowed)?;
    // Whoever polls already learns that it is not alone; whoever waits for the confirmation looks.
    server.tell_news();
    let ended = tokio::time::sleep(timeout);
    tokio::pin!(ended);
    loop {
        news.borrow_and_update();
        let batch = look(server, number, limit)?;
        if !batch.is_empty() || timeout.is_zero() {
            return Ok(batch.into());
        }
        tokio::select! {
            _ = news.changed() => {}
            () = &mut ended => return look(server, number, limit).map(Value::from),
        }
    }
}

fn kinds(list: &Value) -> Result<BTreeSet<String>, Refusal> {
    let known = |kind: &&str| KINDS.split(' ').any(|known| known == *kind);
    let named = list.as_array().into_iter().flatten().filter_map(Value::as_str);
    let wrong = || Refusal::bad("allowed_updates names a kind of update that is unknown (the lab is strict)");
    named.map(|kind| Some(kind).filter(known).map(str::to_owned).ok_or_else(wrong)).collect()
}

fn begin(server: &Inner, offset: i64, allowed: Option<BTreeSet<String>>) -> Result<u64, Refusal> {
    let life = lock(&server.plan).update_life;
    let mut world = lock(&server.world);
    if !world.webhook.is_empty() {
        return Err(Refusal::conflict(
            "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
        ));
    }
    if let Some(allowed) = allowed {
        world.queue.allow(allowed);
    }
    world.queue.confirm(offset, life, clock::now());
    world.queue.poller += 1;
    Ok(world.queue.poller)
}

fn look(server: &Inner, number: u64, limit: usize) -> Result<Vec<Value>, Refusal> {
    let mut world = lock(&server.world);
    if world.queue.poller != number {
        return Err(Refusal::conflict(
            "terminated by other getUpdates request; make sure that only one bot instance is running",
        ));
    }
    Ok(world.queue.batch(limit))
}
