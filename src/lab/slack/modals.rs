//! Modals: what is open before whom, what was put into it, and what an answer to its submission does. A modal lies on
//! the one from which it was opened; at most three lie on each other.

use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::Inner;
use super::blocks::{check_modal, with_ids};
use super::form::{field, merge};
use super::plan::{APP, BOT, SlackPlan, TEAM};
use super::refusal::Refusal;
use super::world::{Trigger, World};

const MOST_MODALS: usize = 3;
/// From so many on the old ones are forgotten; a lab that runs for weeks must not grow.
pub(crate) const MOST_TRIGGERS: usize = 10_000;
pub(crate) const OLD: Duration = Duration::from_hours(1);

pub(crate) struct View {
    pub id: String,
    pub user: String,
    /// As the app gave it, the missing ids filled in.
    pub body: Value,
    /// `block_id` -> `action_id` -> what is in it.
    pub values: Value,
    hash: String,
    /// The modal below it.
    pub below: Option<String>,
    pub root: String,
}

/// A modal as a person sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct SlackModal {
    pub id: String,
    pub callback_id: String,
    /// As the app gave it: `title`, `blocks`, `submit` ...
    pub view: Value,
}

/// What became of a submission.
#[derive(Clone, Debug, PartialEq)]
pub enum SlackSubmitted {
    /// The modal is gone, and those below it are there again.
    Closed,
    /// It stays, with these words at these blocks.
    Errors(Vec<(String, String)>),
    /// Another view stands in its place or lies on it.
    Shown,
    /// All modals are gone.
    Cleared,
    /// Nobody answered in time: "We had some trouble connecting. Try again?"
    Failed,
}

impl World {
    /// An id with which the app may open a modal for a while.
    pub fn trigger(&mut self, user: &str, view: Option<&str>) -> String {
        if self.triggers.len() >= MOST_TRIGGERS {
            self.triggers.retain(|_, trigger| trigger.made.elapsed() < OLD);
        }
        // Never the same again, also after another start.
        let id = format!("{}.{}.lab", self.number(), self.ts().replace('.', ""));
        let view = view.map(str::to_owned);
        let trigger = Trigger { user: user.to_owned(), made: Instant::now(), used: false, view };
        self.triggers.insert(id.clone(), trigger);
        id
    }

    /// Uses it up: who did it, and in which modal.
    pub fn redeem(&mut self, id: &str, plan: &SlackPlan) -> Result<(String, Option<String>), Refusal> {
        let trigger = self.triggers.get_mut(id).ok_or_else(|| Refusal::new("invalid_trigger_id"))?;
        if trigger.used {
            return Err(Refusal::new("exchanged_trigger_id"));
        }
        if trigger.made.elapsed() > plan.trigger_life {
            return Err(Refusal::new("expired_trigger_id"));
        }
        trigger.used = true;
        Ok((trigger.user.clone(), trigger.view.clone()))
    }

    /// Shows a modal; `below` is the one that it lies on.
    pub fn show(&mut self, user: &str, view: &Value, below: Option<&str>) -> Result<String, Refusal> {
        check_modal(view)?;
        let external = view.get("external_id").and_then(Value::as_str).filter(|id| !id.is_empty());
        if external.is_some_and(|id| self.views.values().any(|other| field(&other.body, "external_id") == id))
        {
            return Err(Refusal::new("duplicate_external_id"));
        }
        match below {
            Some(_) if self.stack(user).len() >= MOST_MODALS => {
                return Err(Refusal::new("push_limit_reached"));
            }
            Some(_) => {}
            // One that is opened anew takes the place of all.
            None => self.views.retain(|_, other| other.user != user),
        }
        let id = self.id("V");
        let root = below.and_then(|below| self.views.get(below)).map_or(&id, |below| &below.root).clone();
        let shown = View {
            id: id.clone(),
            user: user.to_owned(),
            body: named(view),
            values: json!({}),
            hash: self.hash(),
            below: below.map(str::to_owned),
            root,
        };
        self.views.insert(id.clone(), shown);
        Ok(id)
    }

    /// Puts another body into an open modal; what was typed stays where the block and the element stay.
    pub fn reshow(&mut self, id: &str, view: &Value) -> Result<(), Refusal> {
        check_modal(view)?;
        let hash = self.hash();
        let shown = self.views.get_mut(id).ok_or_else(|| Refusal::new("not_found"))?;
        shown.body = named(view);
        shown.hash = hash;
        Ok(())
    }

    fn hash(&mut self) -> String {
        format!("{}.lab", self.number())
    }

    /// Of one person, the lowest first.
    pub fn stack(&self, user: &str) -> Vec<&View> {
        self.views.values().filter(|view| view.user == user).collect()
    }

    pub fn top(&self, user: &str) -> Option<&View> {
        self.stack(user).pop()
    }

    /// By its id or by the app's own.
    pub fn view_id(&self, id: Option<&str>, external: Option<&str>) -> Result<String, Refusal> {
        let wanted = |view: &&View| match (id, external) {
            (Some(id), _) => view.id == id,
            (None, Some(external)) => field(&view.body, "external_id") == external,
            (None, None) => false,
        };
        let found = self.views.values().find(wanted);
        found.map(|view| view.id.clone()).ok_or_else(|| Refusal::new("not_found"))
    }

    pub fn is_newest(&self, id: &str, hash: &str) -> bool {
        self.views.get(id).is_some_and(|view| view.hash == hash)
    }
}

fn named(view: &Value) -> Value {
    let mut view = view.clone();
    if let Some(blocks) = view.get_mut("blocks").and_then(Value::as_array_mut) {
        *blocks = with_ids(std::mem::take(blocks));
    }
    view
}

impl View {
    /// As payloads and answers have it.
    pub fn form(&self) -> Value {
        let mut all = Map::new();
        merge(
            &mut all,
            json!({
                "id": self.id,
                "team_id": TEAM,
                "callback_id": "",
                "private_metadata": "",
                "external_id": "",
                "close": null,
                "submit": null,
                "clear_on_close": false,
                "notify_on_close": false,
                "submit_disabled": false,
            }),
        );
        merge(&mut all, self.body.clone());
        merge(
            &mut all,
            json!({
                "state": { "values": self.values },
                "hash": self.hash,
                "previous_view_id": self.below,
                "root_view_id": self.root,
                "app_id": APP,
                "app_installed_team_id": TEAM,
                "bot_id": BOT,
            }),
        );
        Value::Object(all)
    }

    pub fn says(&self, name: &str) -> bool {
        self.body.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    pub fn seen(&self) -> SlackModal {
        let callback_id = self.body.get("callback_id").and_then(Value::as_str).unwrap_or_default();
        SlackModal { id: self.id.clone(), callback_id: callback_id.to_owned(), view: self.body.clone() }
    }
}

/// What the acknowledgement of a submission does. An answer that cannot be understood leaves the modal as it is.
pub(crate) fn submitted(inner: &Inner, id: &str, payload: &Value) {
    let done = inner.change(|world| {
        let user = world.views.get(id).map(|view| view.user.clone());
        let Some(user) = user else { return Ok(()) };
        let view = payload.get("view").unwrap_or(&Value::Null);
        match payload.get("response_action").and_then(Value::as_str) {
            None if payload.is_null() || payload.as_object().is_some_and(Map::is_empty) => {
                drop(world.views.remove(id));
                Ok(())
            }
            Some("errors") => errors(world, id, payload),
            Some("update") => world.reshow(id, view),
            Some("push") => world.show(&user, view, Some(id)).map(drop),
            Some("clear") => {
                world.views.retain(|_, view| view.user != user);
                Ok(())
            }
            _ => Err(Refusal::new("unknown response_action")),
        }
    });
    if let Err(refusal) = done {
        inner.breach(format!("an answer to a submission: {} {:?}", refusal.error, refusal.messages));
    }
}

/// Every error must be at an input that is there.
fn errors(world: &World, id: &str, payload: &Value) -> Result<(), Refusal> {
    let blocks = world
        .views
        .get(id)
        .and_then(|view| field(&view.body, "blocks").as_array())
        .cloned()
        .unwrap_or_default();
    let errors = payload.get("errors").and_then(Value::as_object).filter(|errors| !errors.is_empty());
    let errors = errors.ok_or_else(|| Refusal::new("errors without errors"))?;
    let stray = errors.keys().find(|block| {
        !blocks
            .iter()
            .any(|one| field(one, "type") == "input" && *field(one, "block_id") == json!(block.as_str()))
    });
    match stray {
        Some(block) => Err(Refusal::new(format!("an error at {block}, which is no input"))),
        None => Ok(()),
    }
}

/// What a person sees after the answer.
pub(crate) fn outcome(payload: &Value) -> SlackSubmitted {
    match payload.get("response_action").and_then(Value::as_str) {
        None => SlackSubmitted::Closed,
        Some("errors") => {
            let errors = payload.get("errors").and_then(Value::as_object).into_iter().flatten();
            let said = |(block, words): (&String, &Value)| {
                (block.clone(), words.as_str().unwrap_or_default().to_owned())
            };
            SlackSubmitted::Errors(errors.map(said).collect())
        }
        Some("clear") => SlackSubmitted::Cleared,
        Some(_) => SlackSubmitted::Shown,
    }
}
