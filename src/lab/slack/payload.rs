//! What the app is told when somebody presses, chooses, types into a selection or fills in a modal.

use serde_json::{Map, Value, json};

use super::form::{self, field};
use super::message::SlackMessage;
use super::modals::View;
use super::plan::{APP, SlackPlan, TEAM};
use super::world::{Sort, World};

fn common(world: &World, plan: &SlackPlan, user: &str) -> Map<String, Value> {
    let name = world.users.get(user).map_or("", |user| &user.name);
    let mut all = Map::new();
    form::merge(
        &mut all,
        json!({
            "team": { "id": TEAM, "domain": plan.domain },
            "enterprise": null,
            "user": { "id": user, "username": name, "name": name, "team_id": TEAM },
            "api_app_id": APP,
            "token": "lab",
            "is_enterprise_install": false,
        }),
    );
    all
}

/// A message that only one person sees is not handed on.
pub(crate) fn on_message(
    world: &World,
    plan: &SlackPlan,
    user: &str,
    message: &SlackMessage,
) -> Map<String, Value> {
    let mut all = common(world, plan, user);
    let name = world.channels.get(&message.channel).map_or("", |channel| match channel.sort {
        Sort::Public => channel.name.as_str(),
        Sort::Private => "privategroup",
        Sort::Direct => "directmessage",
    });
    let mut container = json!({
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": message.only_for.is_some(),
    });
    if let (Some(thread), Some(container)) = (&message.thread, container.as_object_mut()) {
        container.insert("thread_ts".to_owned(), json!(thread));
    }
    form::merge(
        &mut all,
        json!({ "container": container, "channel": { "id": message.channel, "name": name } }),
    );
    if message.only_for.is_none() {
        all.insert("message".to_owned(), form::message(world, plan, message));
    }
    all
}

pub(crate) fn in_modal(world: &World, plan: &SlackPlan, view: &View) -> Map<String, Value> {
    let mut all = common(world, plan, &view.user);
    form::merge(
        &mut all,
        json!({ "container": { "type": "view", "view_id": view.id }, "view": view.form() }),
    );
    all
}

/// What was pressed or chosen: the element itself without its lines, and what was chosen of them.
pub(crate) fn action(block: &str, element: &Value, more: Value, ts: &str) -> Value {
    let mut all = element.as_object().cloned().unwrap_or_default();
    for lines in ["options", "option_groups", "min_query_length", "accessibility_label", "focus_on_load"] {
        all.remove(lines);
    }
    form::merge(&mut all, json!({ "block_id": block, "action_ts": ts }));
    form::merge(&mut all, more);
    Value::Object(all)
}

pub(crate) fn suggestion(block: &str, element: &Value, typed: &str) -> Value {
    json!({
        "type": "block_suggestion",
        "action_id": field(element, "action_id"),
        "block_id": block,
        "value": typed,
    })
}

/// `state.values` of a modal when these values were put in, by `action_id`; what the app put in stays. Else where
/// something is missing, in the service's words.
pub(crate) fn filled(view: &Value, values: &[(&str, &str)]) -> Result<Value, Vec<(String, String)>> {
    let (mut state, mut missing) = (Map::new(), Vec::new());
    for block in field(view, "blocks").as_array().into_iter().flatten() {
        let inputs = field(block, "elements").as_array().into_iter().flatten();
        let inputs = inputs.chain(["element", "accessory"].into_iter().filter_map(|name| block.get(name)));
        let id = field(block, "block_id").as_str().unwrap_or_default();
        let mut inside = Map::new();
        for element in inputs.filter(|element| field(element, "type") != "button") {
            let Some(action) = field(element, "action_id").as_str() else { continue };
            let given = values.iter().find(|(name, _)| *name == action).map(|(_, value)| *value);
            let (name, value) = put_in(element, given);
            let needed = field(block, "type") == "input" && field(block, "optional") != true;
            if needed && value.is_null() {
                missing.push((id.to_owned(), "Please complete this required field.".to_owned()));
            }
            inside.insert(action.to_owned(), json!({ "type": field(element, "type"), name: value }));
        }
        if !inside.is_empty() {
            state.insert(id.to_owned(), Value::Object(inside));
        }
    }
    if missing.is_empty() { Ok(Value::Object(state)) } else { Err(missing) }
}

/// Under which name a value of this element is told, and the value; `null` is none.
fn put_in(element: &Value, given: Option<&str>) -> (&'static str, Value) {
    let or_initial = |initial: &str| given.map_or_else(|| element[initial].clone(), |given| json!(given));
    match field(element, "type").as_str().unwrap_or_default() {
        "static_select" | "radio_buttons" => ("selected_option", one(element, given)),
        "external_select" => {
            let typed = |given| json!({ "text": { "type": "plain_text", "text": given, "emoji": true }, "value": given });
            ("selected_option", given.map_or_else(|| field(element, "initial_option").clone(), typed))
        }
        "checkboxes" | "multi_static_select" => {
            let chosen: Vec<Value> = given
                .into_iter()
                .flat_map(|given| given.split(','))
                .map(|given| one(element, Some(given)))
                .filter(|option| !option.is_null())
                .collect();
            ("selected_options", json!(chosen))
        }
        "users_select" => ("selected_user", or_initial("initial_user")),
        "conversations_select" => ("selected_conversation", or_initial("initial_conversation")),
        "channels_select" => ("selected_channel", or_initial("initial_channel")),
        "datepicker" => ("selected_date", or_initial("initial_date")),
        "timepicker" => ("selected_time", or_initial("initial_time")),
        _ => {
            let value = or_initial("initial_value");
            ("value", if value == "" { Value::Null } else { value })
        }
    }
}

fn one(element: &Value, given: Option<&str>) -> Value {
    let Some(given) = given else { return field(element, "initial_option").clone() };
    let groups = field(element, "option_groups").as_array().into_iter().flatten();
    let grouped = groups.filter_map(|group| field(group, "options").as_array()).flatten();
    let mut options = field(element, "options").as_array().into_iter().flatten().chain(grouped);
    options.find(|option| field(option, "value") == given).cloned().unwrap_or_default()
}
