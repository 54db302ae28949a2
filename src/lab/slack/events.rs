//! Events: what happens in the workspace, told to the app where it is subscribed and is a member.

use serde_json::{Map, Value, json};

use super::courier::{After, EVENTS, Envelope, SlackDelivery};
use super::form::{self, merge};
use super::message::SlackMessage;
use super::plan::{APP, BOT_USER, TEAM};
use super::world::{Sort, World};
use super::{Inner, lock};
use crate::lab::clock;

impl Inner {
    /// None where the app has not subscribed.
    pub fn event(&self, name: &str, event: Value) -> Option<SlackDelivery> {
        if !self.plan.events.iter().any(|subscribed| subscribed == name) {
            return None;
        }
        let payload = json!({
            "token": "lab",
            "team_id": TEAM,
            "api_app_id": APP,
            "event": event,
            "type": "event_callback",
            "event_id": format!("Ev{}", self.courier.id().replace('-', "").to_uppercase()),
            "event_time": clock::now().timestamp(),
            "authorizations": [{
                "enterprise_id": null,
                "team_id": TEAM,
                "user_id": BOT_USER,
                "is_bot": true,
                "is_enterprise_install": false,
            }],
            "is_ext_shared_channel": false,
            "event_context": format!("4-{}", self.courier.id()),
        });
        Some(self.send(Envelope { kind: EVENTS, payload, accepts: false, after: After::Nothing }))
    }

    /// What the app itself said comes back only where the plan wants it.
    pub fn tell(&self, message: &SlackMessage) -> Option<SlackDelivery> {
        self.told(message, |_, body| Value::Object(body))
    }

    pub fn tell_changed(&self, before: &SlackMessage, after: &SlackMessage) -> Option<SlackDelivery> {
        self.told(after, |world, body| {
            json!({
                "type": "message",
                "subtype": "message_changed",
                "message": body,
                "previous_message": form::message(world, &self.plan, before),
                "hidden": true,
            })
        })
    }

    pub fn tell_deleted(&self, message: &SlackMessage) -> Option<SlackDelivery> {
        self.told(message, |_, body| {
            json!({
                "type": "message",
                "subtype": "message_deleted",
                "deleted_ts": message.ts,
                "previous_message": body,
                "hidden": true,
            })
        })
    }

    fn told(
        &self,
        message: &SlackMessage,
        shape: impl FnOnce(&World, Map<String, Value>) -> Value,
    ) -> Option<SlackDelivery> {
        if message.only_for.is_some() || (message.author == BOT_USER && !self.plan.echo) {
            return None;
        }
        let (name, event) = {
            let mut world = lock(&self.world);
            let channel = world.channels.get(&message.channel)?;
            if !channel.has(BOT_USER) {
                return None;
            }
            let kind = match channel.sort {
                Sort::Public => "channel",
                Sort::Private => "group",
                Sort::Direct => "im",
            };
            let name = channel.event();
            let Value::Object(body) = form::message(&world, &self.plan, message) else { return None };
            let Value::Object(mut event) = shape(&world, body) else { return None };
            // A change has a time of its own.
            let ts = if event.contains_key("ts") { message.ts.clone() } else { world.ts() };
            merge(
                &mut event,
                json!({ "channel": message.channel, "channel_type": kind, "ts": ts, "event_ts": ts }),
            );
            (name, Value::Object(event))
        };
        self.event(name, event)
    }

    /// Besides the message itself, as the service does it; in a conversation with the app there are no mentions.
    pub fn tell_mention(&self, message: &SlackMessage) -> Option<SlackDelivery> {
        let event = self.read(|world| {
            let channel = world.channels.get(&message.channel)?;
            let inside = channel.has(BOT_USER) && channel.sort != Sort::Direct;
            let Value::Object(mut event) = form::message(world, &self.plan, message) else { return None };
            merge(
                &mut event,
                json!({ "type": "app_mention", "channel": message.channel, "event_ts": message.ts }),
            );
            inside.then_some(Value::Object(event))
        })?;
        self.event("app_mention", event)
    }

    pub fn tell_membership(&self, channel: &str, user: &str, name: &str) -> Option<SlackDelivery> {
        let ts = self.change(World::ts);
        let letter = self.read(|world| {
            let sort = world.channels.get(channel).map(|channel| channel.sort);
            if sort == Some(Sort::Private) { "G" } else { "C" }
        });
        let event = json!({
            "type": name,
            "user": user,
            "channel": channel,
            "channel_type": letter,
            "team": TEAM,
            "event_ts": ts,
        });
        self.event(name, event)
    }
}
