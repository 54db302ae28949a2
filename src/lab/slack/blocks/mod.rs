//! Block Kit: what the service takes and what it refuses. Blocks enter as JSON; a [`Refusal`] with its messages leaves,
//! or the same blocks with the ids that were left out.

mod check;
mod marks;
mod shapes;

use serde_json::{Value, json};

use super::refusal::Refusal;

pub use marks::SlackCalled;
pub(crate) use marks::called;

/// Of one message.
const MOST_BLOCKS: usize = 50;
/// The service gives up somewhere near 13,200 and says nowhere that it does (slackapi/bolt-js#2509).
const MOST_CHARACTERS: usize = 12_000;

/// The blocks of a message.
pub(crate) fn check_blocks(blocks: &Value) -> Result<(), Refusal> {
    let walk = check::Walk::of_blocks(blocks, "/blocks", MOST_BLOCKS);
    if !walk.faults.is_empty() {
        let mut refusal = Refusal::because("invalid_blocks", walk.faults.clone());
        refusal.more.insert("errors".to_owned(), json!(walk.faults));
        return Err(refusal);
    }
    if walk.length > MOST_CHARACTERS {
        return Err(Refusal::new("msg_blocks_too_long"));
    }
    Ok(())
}

/// A modal, for `views.open` and its like and for the answer to a submission.
pub(crate) fn check_modal(view: &Value) -> Result<(), Refusal> {
    let faults = check::Walk::of(view, &shapes::MODAL, "/view").faults;
    if faults.is_empty() { Ok(()) } else { Err(Refusal::because("invalid_arguments", faults)) }
}

/// The answer to a suggestion: `options` or `option_groups`. What is wrong with it.
pub(crate) fn faults_of_options(answer: &Value) -> Vec<String> {
    let (name, shape) = match (answer.get("options"), answer.get("option_groups")) {
        (Some(_), None) => ("options", &shapes::OPTION),
        (None, Some(_)) => ("option_groups", &shapes::GROUP),
        _ => return vec!["must define one of: options, option_groups".to_owned()],
    };
    let Some(list) = answer.get(name).and_then(Value::as_array) else {
        return vec![format!("must be an array [json-pointer:/{name}]")];
    };
    let mut faults = Vec::new();
    if list.len() > 100 {
        faults.push(format!("no more than 100 items allowed [json-pointer:/{name}]"));
    }
    for (number, item) in list.iter().enumerate() {
        faults.extend(check::Walk::of(item, shape, &format!("/{name}/{number}")).faults);
    }
    faults
}

/// The service gives an id to every block and element that has none.
pub(crate) fn with_ids(mut blocks: Vec<Value>) -> Vec<Value> {
    for (number, block) in blocks.iter_mut().enumerate() {
        name(block, "block_id", &format!("b{number}"));
        let inside = block.get_mut("elements").and_then(Value::as_array_mut).into_iter().flatten();
        for (number, element) in inside.enumerate() {
            name_element(element, number);
        }
        for single in ["accessory", "element"] {
            if let Some(element) = block.get_mut(single) {
                name_element(element, 0);
            }
        }
    }
    blocks
}

fn name_element(element: &mut Value, number: usize) {
    let acts =
        !["image", "plain_text", "mrkdwn"].iter().any(|kind| element.get("type") == Some(&json!(kind)));
    if acts && element.get("type").is_some_and(|kind| !kind.as_str().unwrap_or_default().starts_with("rich"))
    {
        name(element, "action_id", &format!("a{number}"));
    }
}

fn name(value: &mut Value, key: &str, id: &str) {
    if let Some(object) = value.as_object_mut() {
        object.entry(key).or_insert_with(|| json!(id));
    }
}

/// Every element that can be used, with the id of its block: actions, accessories and inputs.
pub(crate) fn elements(blocks: &[Value]) -> impl Iterator<Item = (&str, &Value)> {
    blocks.iter().flat_map(|block| {
        let id = block.get("block_id").and_then(Value::as_str).unwrap_or_default();
        let many = block.get("elements").and_then(Value::as_array).into_iter().flatten();
        let one = ["accessory", "element"].into_iter().filter_map(|name| block.get(name));
        many.chain(one).filter(|element| element.get("action_id").is_some()).map(move |element| (id, element))
    })
}
