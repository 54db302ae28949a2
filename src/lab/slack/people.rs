//! What people do: type, mention, press, choose and fill in. Ids of users and channels are plain text here, as they are
//! in the service.

use serde_json::{Value, json};

use super::blocks::faults_of_options;
use super::courier::{After, Envelope, SlackDelivery};
use super::form::field;
use super::message::SlackMessage;
use super::modals::{self, SlackModal, SlackSubmitted};
use super::plan::{APP, BOT_USER, TEAM};
use super::seen::SlackFate;
use super::typed::{as_message, escaped};
use super::world::{Draft, Sort};
use super::{Slack, form, payload};

/// One line of a selection: what is shown, and what is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlackChoice {
    pub text: String,
    pub value: String,
}

/// What they do.
impl Slack {
    /// Types a command, `/bw` and its words. One that the app has not registered reaches nobody: `None`.
    pub fn slash(&self, user: &str, channel: &str, command: &str, text: &str) -> Option<SlackDelivery> {
        let inner = &self.inner;
        if !inner.plan.commands.iter().any(|known| known == command) {
            return None;
        }
        let (payload, hook) = inner.change(|world| {
            let trigger = world.trigger(user, None);
            let (address, hook) = world.hook(&self.address(), user, channel, None);
            let there = world.channels.get(channel);
            let name = there.map_or("", |there| match there.sort {
                Sort::Public => there.name.as_str(),
                Sort::Private => "privategroup",
                Sort::Direct => "directmessage",
            });
            let payload = json!({
                "token": "lab",
                "team_id": TEAM,
                "team_domain": inner.plan.domain,
                "channel_id": channel,
                "channel_name": name,
                "user_id": user,
                "user_name": world.users.get(user).map(|user| &user.name),
                "command": command,
                "text": escaped(text.trim()),
                "api_app_id": APP,
                "is_enterprise_install": "false",
                "response_url": address,
                "trigger_id": trigger,
            });
            (payload, hook)
        });
        let after = After::Answer { hook };
        Some(inner.send(Envelope { kind: "slash_commands", payload, accepts: true, after }))
    }

    /// Writes a message, into a thread where one is named. What it becomes for the app is its delivery, where it is
    /// told; `ts` is there in any case.
    pub fn write(&self, user: &str, channel: &str, thread: Option<&str>, text: &str) -> SlackDelivery {
        let message = self.said(user, channel, thread, &as_message(text));
        self.delivered(message.as_ref().and_then(|message| self.inner.tell(message)), message.as_ref())
    }

    /// Calls the app: `@patchbay` and the words. The app is told twice, as a mention and as a message, in this order;
    /// the delivery is the mention's.
    pub fn mention(&self, user: &str, channel: &str, thread: Option<&str>, text: &str) -> SlackDelivery {
        let text = format!("<@{BOT_USER}> {}", as_message(text));
        let message = self.said(user, channel, thread, &text);
        let delivery = message.as_ref().and_then(|message| self.inner.tell_mention(message));
        if let Some(message) = &message {
            self.inner.tell(message);
        }
        self.delivered(delivery, message.as_ref())
    }

    fn said(&self, user: &str, channel: &str, thread: Option<&str>, text: &str) -> Option<SlackMessage> {
        self.inner.change(|world| {
            let by_app = world.users.get(user).is_some_and(|user| user.bot);
            let thread = thread.map(str::to_owned);
            let draft =
                Draft { author: user.to_owned(), by_app, text: text.to_owned(), thread, ..Draft::default() };
            world.say(channel, draft)
        })
    }

    /// One that nobody is told has come to its end.
    fn delivered(&self, delivery: Option<SlackDelivery>, message: Option<&SlackMessage>) -> SlackDelivery {
        let ts = message.map(|message| message.ts.clone());
        delivery.unwrap_or_else(SlackDelivery::untold).with_ts(ts)
    }

    /// Gives a message of one's own another text.
    pub fn edit(&self, channel: &str, ts: &str, text: &str) -> SlackDelivery {
        let text = as_message(text);
        let revised = self.inner.change(|world| world.revise(channel, ts, Some(&text), None));
        let told = revised.as_ref().and_then(|(before, after)| self.inner.tell_changed(before, after));
        self.delivered(told, revised.as_ref().map(|(_, after)| after))
    }

    /// Takes a message away, whoever wrote it.
    pub fn delete(&self, channel: &str, ts: &str) -> SlackDelivery {
        let gone = self.inner.change(|world| world.delete(channel, ts));
        self.delivered(gone.as_ref().and_then(|gone| self.inner.tell_deleted(gone)), gone.as_ref())
    }

    /// Presses the button of this `action_id`, or that says this. `None` where there is none.
    pub fn press(&self, user: &str, channel: &str, ts: &str, button: &str) -> Option<SlackDelivery> {
        self.act(user, channel, ts, button, |element| (field(element, "type") == "button").then(|| json!({})))
    }

    /// Chooses a line of a selection by its text or its value. `None` where there is none; those of an external
    /// selection come from [`Slack::options`] and are taken as they are.
    pub fn choose(
        &self,
        user: &str,
        channel: &str,
        ts: &str,
        selection: &str,
        choice: &SlackChoice,
    ) -> Option<SlackDelivery> {
        self.act(user, channel, ts, selection, |element| {
            let option = match field(element, "type").as_str()? {
                "static_select" | "overflow" | "radio_buttons" => chosen(element, choice)?,
                "external_select" => option(choice),
                _ => return None,
            };
            Some(json!({ "selected_option": option }))
        })
    }

    fn act(
        &self,
        user: &str,
        channel: &str,
        ts: &str,
        wanted: &str,
        what: impl FnOnce(&Value) -> Option<Value>,
    ) -> Option<SlackDelivery> {
        let inner = &self.inner;
        let payload = inner.change(|world| {
            let message = world.message(channel, ts)?.clone();
            let (block, element) = message.element(wanted)?;
            let more = what(element)?;
            let action_ts = world.ts();
            let action = payload::action(block, element, more, &action_ts);
            let (address, _) = world.hook(&self.address(), user, channel, Some(ts));
            let trigger = world.trigger(user, None);
            let mut told = payload::on_message(world, &inner.plan, user, &message);
            form::merge(
                &mut told,
                json!({
                    "type": "block_actions",
                    "trigger_id": trigger,
                    "response_url": address,
                    "state": { "values": {} },
                    "actions": [action],
                }),
            );
            Some(Value::Object(told))
        })?;
        Some(inner.send(Envelope { kind: "interactive", payload, accepts: false, after: After::Nothing }))
    }

    /// Types into an external selection on a message and waits for what the app offers. Nothing is offered where it
    /// does not answer in time, or answers what the service does not take (a breach).
    pub async fn options(
        &self,
        user: &str,
        channel: &str,
        ts: &str,
        selection: &str,
        typed: &str,
    ) -> Vec<SlackChoice> {
        let inner = &self.inner;
        let payload = inner.read(|world| {
            let message = world.message(channel, ts)?;
            let (block, element) = message.element(selection)?;
            let mut told = payload::on_message(world, &inner.plan, user, message);
            form::merge(&mut told, payload::suggestion(block, element, typed));
            Some(Value::Object(told))
        });
        self.suggested(payload).await
    }

    /// The same in the modal that is open before the person.
    pub async fn modal_options(&self, user: &str, selection: &str, typed: &str) -> Vec<SlackChoice> {
        let payload = self.inner.read(|world| {
            let view = world.top(user)?;
            let blocks = field(&view.body, "blocks").as_array()?;
            let (block, element) = super::blocks::elements(blocks)
                .find(|(_, element)| field(element, "action_id") == selection)?;
            let mut told = payload::in_modal(world, &self.inner.plan, view);
            form::merge(&mut told, payload::suggestion(block, element, typed));
            Some(Value::Object(told))
        });
        self.suggested(payload).await
    }

    async fn suggested(&self, payload: Option<Value>) -> Vec<SlackChoice> {
        let Some(payload) = payload else { return Vec::new() };
        let envelope = Envelope { kind: "interactive", payload, accepts: true, after: After::Nothing };
        let SlackFate::Acknowledged { payload, .. } = self.inner.send(envelope).settled().await else {
            return Vec::new();
        };
        let faults = faults_of_options(&payload);
        if !faults.is_empty() {
            self.inner.breach(format!("an answer to a suggestion: {faults:?}"));
            return Vec::new();
        }
        let groups = field(&payload, "option_groups").as_array().into_iter().flatten();
        let grouped = groups.filter_map(|group| field(group, "options").as_array()).flatten();
        let options = field(&payload, "options").as_array().into_iter().flatten().chain(grouped);
        let shown = |option: &Value| {
            let text = |at: &str| option.pointer(at)?.as_str().map(str::to_owned);
            Some(SlackChoice { text: text("/text/text")?, value: text("/value")? })
        };
        options.filter_map(shown).collect()
    }

    /// The modal that is open before a person, the topmost.
    pub fn modal(&self, user: &str) -> Option<SlackModal> {
        self.inner.read(|world| world.top(user).map(super::modals::View::seen))
    }

    /// Waits for one; with `callback_id` where it is not empty.
    pub async fn next_modal(&self, user: &str, callback_id: &str) -> SlackModal {
        let wanted = |modal: &SlackModal| callback_id.is_empty() || modal.callback_id == callback_id;
        self.until(|world| world.top(user).map(super::modals::View::seen).filter(|modal| wanted(modal))).await
    }

    /// Fills in and submits the modal. Each value goes to the input of this `action_id`: words as they are, a choice by
    /// its value. An input without a value that must have one keeps the modal open, as the service does, and tells
    /// nobody.
    pub async fn submit(&self, user: &str, values: &[(&str, &str)]) -> SlackSubmitted {
        let inner = &self.inner;
        let filled = inner.change(|world| {
            let id = world.top(user)?.id.clone();
            let view = world.views.get_mut(&id)?;
            match payload::filled(&view.body, values) {
                Ok(state) => view.values = state,
                Err(missing) => return Some(Err(missing)),
            }
            let trigger = world.trigger(user, Some(&id));
            let view = world.views.get(&id)?;
            let mut told = payload::in_modal(world, &inner.plan, view);
            told.remove("container");
            form::merge(
                &mut told,
                json!({ "type": "view_submission", "trigger_id": trigger, "response_urls": [] }),
            );
            Some(Ok((id, Value::Object(told))))
        });
        let (view, payload) = match filled {
            None => return SlackSubmitted::Failed,
            Some(Err(missing)) => return SlackSubmitted::Errors(missing),
            Some(Ok(filled)) => filled,
        };
        let after = After::Submission { view };
        let delivery = inner.send(Envelope { kind: "interactive", payload, accepts: true, after });
        match delivery.settled().await {
            SlackFate::Acknowledged { payload, .. } => modals::outcome(&payload),
            _ => SlackSubmitted::Failed,
        }
    }

    /// Presses a button in the modal, which stays as it is until the app does something with it.
    pub fn modal_press(&self, user: &str, button: &str) -> Option<SlackDelivery> {
        let inner = &self.inner;
        let payload = inner.change(|world| {
            let (ts, id) = (world.ts(), world.top(user)?.id.clone());
            let trigger = world.trigger(user, Some(&id));
            let view = world.views.get(&id)?;
            let blocks = field(&view.body, "blocks").as_array()?;
            let (block, element) =
                super::blocks::elements(blocks).find(|(_, element)| field(element, "action_id") == button)?;
            let action = payload::action(block, element, json!({}), &ts);
            let mut told = payload::in_modal(world, &inner.plan, view);
            form::merge(
                &mut told,
                json!({ "type": "block_actions", "trigger_id": trigger, "actions": [action] }),
            );
            Some(Value::Object(told))
        })?;
        Some(inner.send(Envelope { kind: "interactive", payload, accepts: false, after: After::Nothing }))
    }

    /// Closes the modal; the app is told where it asked for it.
    pub fn close_modal(&self, user: &str) -> Option<SlackDelivery> {
        let payload = self.inner.change(|world| {
            let id = world.top(user)?.id.clone();
            let view = world.views.remove(&id)?;
            if view.says("clear_on_close") {
                world.views.retain(|_, other| other.user != view.user);
            }
            let mut told = payload::in_modal(world, &self.inner.plan, &view);
            told.remove("container");
            form::merge(&mut told, json!({ "type": "view_closed", "is_cleared": false }));
            view.says("notify_on_close").then_some(Value::Object(told))
        })?;
        let envelope = Envelope { kind: "interactive", payload, accepts: false, after: After::Nothing };
        Some(self.inner.send(envelope))
    }

    /// Loads the page again: what only this person saw is gone.
    pub fn reload(&self, user: &str) {
        self.inner.change(|world| {
            for channel in world.channels.values_mut() {
                channel.messages.retain(|_, message| message.only_for.as_deref() != Some(user));
            }
        });
    }

    fn address(&self) -> String {
        format!("http://{}", self.inner.web.address)
    }
}

fn option(choice: &SlackChoice) -> Value {
    json!({
        "text": { "type": "plain_text", "text": choice.text, "emoji": true },
        "value": choice.value,
    })
}

/// The option that shows this text or sends this value.
fn chosen(element: &Value, choice: &SlackChoice) -> Option<Value> {
    let groups = field(element, "option_groups").as_array().into_iter().flatten();
    let grouped = groups.filter_map(|group| field(group, "options").as_array()).flatten();
    let mut options = field(element, "options").as_array().into_iter().flatten().chain(grouped);
    let is = |option: &&Value| {
        field(option, "value") == choice.value.as_str()
            || field(field(option, "text"), "text") == choice.text.as_str()
    };
    options.find(is).cloned()
}
