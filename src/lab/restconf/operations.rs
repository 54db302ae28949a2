//! The operations that a router takes over RESTCONF: to save, and to reload. The body enters as bytes, what was done
//! leaves; they change the same state as the command line does.

use serde_json::{Map, Value, json};

use super::refusal::Refusal;
use crate::lab::clock;
use crate::lab::fault::Fault;
use crate::lab::reload::{NO_REASON, Order, RpcAnswer, SaveTrouble};
use crate::lab::router::{Router, lock};

/// What the answer is made of.
pub(super) enum Done {
    Output(Value),
    NoContent,
    /// The router goes before it answers.
    Nothing,
}

pub(super) fn operate(
    router: &Router,
    name: &str,
    body: &[u8],
    user: &str,
    faults: &[Fault],
) -> Result<Done, Refusal> {
    match name {
        "cisco-ia:save-config" => save(router, body, user, faults),
        "Cisco-IOS-XE-rpc:reload" => reload(router, body, user, faults),
        _ => Err(Refusal::of_status(404)),
    }
}

fn save(router: &Router, body: &[u8], user: &str, faults: &[Fault]) -> Result<Done, Refusal> {
    if !body.is_empty() {
        input(body, "cisco-ia", &[])?;
    }
    let trouble = faults.iter().find_map(|fault| match fault {
        Fault::SaveFails(trouble) => Some(*trouble),
        _ => None,
    });
    match trouble {
        Some(SaveTrouble::FileBusy | SaveTrouble::MemoryInUse) => return Err(Refusal::of_status(409)),
        Some(SaveTrouble::WithoutOk) => return Ok(Done::Output(json!({ "cisco-ia:output": {} }))),
        None => {}
    }
    lock(&router.inner.state).save(user, clock::now());
    keep(router);
    Ok(Done::Output(json!({ "cisco-ia:output": { "result": "Save running-config successful" } })))
}

fn reload(router: &Router, body: &[u8], user: &str, faults: &[Fault]) -> Result<Done, Refusal> {
    let asked = input(body, "Cisco-IOS-XE-rpc", &["force", "reason"])?;
    let force = match asked.get("force") {
        None => false,
        Some(Value::Bool(force)) => *force,
        Some(_) => return Err(Refusal::malformed("invalid value for: force")),
    };
    let reason = match asked.get("reason") {
        None => NO_REASON,
        Some(Value::String(reason)) => reason,
        Some(_) => return Err(Refusal::malformed("invalid value for: reason")),
    };
    let mut state = lock(&router.inner.state);
    if !force && (state.unsaved || faults.contains(&Fault::Unsaved)) {
        return Err(Refusal::device_refused());
    }
    let order = Order { by: user.to_owned(), on: None, reason: reason.to_owned() };
    let now = clock::now();
    state.order(order, now);
    let rpc = state.manner.rpc;
    drop(state);
    router.power_changed();
    Ok(match rpc {
        RpcAnswer::Result => {
            Done::Output(json!({ "Cisco-IOS-XE-rpc:output": { "result": "Reload requested" } }))
        }
        RpcAnswer::NoContent => Done::NoContent,
        RpcAnswer::Cut => Done::Nothing,
    })
}

/// The leaves of `input`, with or without the module's name before the word.
fn input(body: &[u8], module: &str, known: &[&str]) -> Result<Map<String, Value>, Refusal> {
    let whole: Value = serde_json::from_slice(body).map_err(|_| Refusal::malformed("no JSON in the body"))?;
    let Value::Object(whole) = whole else { return Err(Refusal::malformed("the body is no object")) };
    if whole.is_empty() {
        return Ok(Map::new());
    }
    let prefixed = format!("{module}:input");
    let its = |(name, value): (String, Value)| (name == prefixed || name == "input").then_some(value);
    let inputs: Vec<Option<Value>> = whole.into_iter().map(its).collect();
    let [Some(Value::Object(leaves))] = inputs.as_slice() else {
        return Err(Refusal::unknown("unknown element in the body"));
    };
    if leaves.keys().any(|name| !known.contains(&name.as_str())) {
        return Err(Refusal::unknown("unknown element in the input"));
    }
    Ok(leaves.clone())
}

fn keep(router: &Router) {
    lock(&router.inner.state).unkept = false;
    if let Err(error) = router.save() {
        tracing::warn!(%error, "lab: the router's state was not kept");
    }
}
