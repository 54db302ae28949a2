//! Block Kit: what is taken, and what is refused with which words.

use serde_json::{Value, json};

use crate::lab::slack::blocks::{check_blocks, check_modal, faults_of_options};

fn plain(text: &str) -> Value {
    json!({ "type": "plain_text", "text": text })
}

fn section(text: &str) -> Value {
    json!({ "type": "section", "text": { "type": "mrkdwn", "text": text } })
}

fn actions(elements: Value) -> Value {
    json!({ "type": "actions", "elements": elements })
}

fn button(text: &str, id: &str) -> Value {
    json!({ "type": "button", "text": plain(text), "action_id": id })
}

fn options(count: usize) -> Value {
    (0..count).map(|number| json!({ "text": plain("R"), "value": number.to_string() })).collect()
}

fn select(count: usize) -> Value {
    json!({ "type": "static_select", "action_id": "s", "options": options(count) })
}

fn refused(blocks: &Value, message: &str) {
    let refusal = check_blocks(blocks).unwrap_err();
    assert_eq!(refusal.error, "invalid_blocks", "{blocks}");
    assert_eq!(refusal.messages, [format!("[ERROR] {message}")], "{blocks}");
}

#[test]
fn what_the_documentation_allows_is_taken() {
    let confirm = json!({ "title": plain("Sure?"), "text": plain("It reboots."), "confirm": plain("Yes"), "deny": plain("No") });
    let mut dangerous = button("Reboot", "reboot");
    dangerous["style"] = json!("danger");
    dangerous["value"] = json!("x".repeat(2_000));
    dangerous["confirm"] = confirm;
    let all = json!([
        { "type": "header", "text": plain(&"h".repeat(150)) },
        { "type": "divider", "block_id": "line" },
        section(&"s".repeat(3_000)),
        { "type": "section", "fields": [plain("a"), { "type": "mrkdwn", "text": "b", "verbatim": true }] },
        { "type": "section", "text": plain("pick"), "accessory": select(100) },
        { "type": "context", "elements": [plain("a"), { "type": "image", "image_url": "https://a.test/i.png", "alt_text": "i" }] },
        actions(json!([dangerous, button("Ack", "ack"), { "type": "external_select", "action_id": "e", "min_query_length": 0, "placeholder": plain("device") }])),
        { "type": "image", "image_url": "https://a.test/i.png", "alt_text": "i", "title": plain("I") },
        { "type": "markdown", "text": "**b**" },
        { "type": "rich_text", "elements": [{ "type": "rich_text_section", "elements": [{ "type": "text", "text": "x" }] }] },
    ]);
    assert_eq!(check_blocks(&all), Ok(()));
}

#[test]
fn what_is_too_long_too_many_or_unknown_is_refused() {
    for (block, message) in [
        (json!({ "type": "heading" }), "unsupported type: heading [json-pointer:/blocks/0/type]"),
        (json!({ "text": plain("x") }), "missing required field: type [json-pointer:/blocks/0]"),
        (
            json!({ "type": "divider", "colour": 1 }),
            "no more fields allowed: colour [json-pointer:/blocks/0/colour]",
        ),
        (json!({ "type": "section" }), "must define one of: text, fields [json-pointer:/blocks/0]"),
        (section(&"s".repeat(3_001)), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
        (section(""), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
        (
            json!({ "type": "header", "text": plain(&"h".repeat(151)) }),
            "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            json!({ "type": "header", "text": { "type": "mrkdwn", "text": "h" } }),
            "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]",
        ),
        (
            json!({ "type": "section", "fields": vec![plain("f"); 11] }),
            "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
        ),
        (
            json!({ "type": "section", "fields": [plain(&"f".repeat(2_001))] }),
            "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
        ),
        (
            json!({ "type": "context", "elements": vec![plain("f"); 11] }),
            "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (actions(json!([])), "must provide at least 1 items [json-pointer:/blocks/0/elements]"),
        (
            actions((0..26).map(|number| button("b", &number.to_string())).collect()),
            "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (
            actions(json!([button("b", "a"), button("c", "a")])),
            "`action_id` a already exists in this block [json-pointer:/blocks/0/elements/1/action_id]",
        ),
        (
            actions(json!([button(&"b".repeat(76), "a")])),
            "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
        ),
        (
            actions(json!([button("b", &"a".repeat(256))])),
            "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]",
        ),
        (
            actions(json!([select(0)])),
            "must provide at least 1 items [json-pointer:/blocks/0/elements/0/options]",
        ),
        (
            actions(json!([select(101)])),
            "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]",
        ),
        (
            actions(json!([{ "type": "static_select", "action_id": "s" }])),
            "must define one of: options, option_groups [json-pointer:/blocks/0/elements/0]",
        ),
        (
            actions(json!([{ "type": "plain_text_input", "action_id": "s" }])),
            "unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]",
        ),
        (
            json!({ "type": "image", "image_url": "https://a.test/i.png" }),
            "missing required field: alt_text [json-pointer:/blocks/0]",
        ),
        (
            json!({ "type": "image", "image_url": "data:x", "alt_text": "i" }),
            "must be a valid URL [json-pointer:/blocks/0/image_url]",
        ),
    ] {
        refused(&json!([block]), message);
    }
    let mut styled = button("b", "a");
    styled["style"] = json!("default");
    refused(
        &json!([actions(json!([styled]))]),
        "must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]",
    );
    let line = json!({ "type": "divider", "block_id": "same" });
    refused(&json!([line, line]), "`block_id` same already exists [json-pointer:/blocks/1]");
    refused(
        &json!(vec![json!({ "type": "divider" }); 51]),
        "no more than 50 items allowed [json-pointer:/blocks]",
    );
    let many: Value = vec![section(&"s".repeat(3_000)); 4].into();
    assert_eq!(check_blocks(&many), Ok(()));
    let too_many: Value = many.as_array().unwrap().iter().cloned().chain([section("s")]).collect();
    assert_eq!(check_blocks(&too_many).unwrap_err().error, "msg_blocks_too_long");
}

#[test]
fn modals_and_lists_of_options_have_limits_of_their_own() {
    let input = json!({ "type": "input", "label": plain("Port"), "element": { "type": "plain_text_input", "action_id": "port" } });
    let modal = |change: Value| {
        let mut modal =
            json!({ "type": "modal", "title": plain("Reboot"), "submit": plain("Go"), "blocks": [input] });
        for (name, value) in change.as_object().unwrap() {
            modal[name] = value.clone();
        }
        check_modal(&modal).map_err(|refusal| refusal.messages[0].clone())
    };
    assert_eq!(modal(json!({ "private_metadata": "m".repeat(3_000), "callback_id": "c" })), Ok(()));
    for (change, message) in [
        (
            json!({ "title": plain(&"t".repeat(25)) }),
            "must be less than 25 characters [json-pointer:/view/title/text]",
        ),
        (
            json!({ "submit": plain(&"t".repeat(25)) }),
            "must be less than 25 characters [json-pointer:/view/submit/text]",
        ),
        (
            json!({ "private_metadata": "m".repeat(3_001) }),
            "must be less than 3001 characters [json-pointer:/view/private_metadata]",
        ),
        (json!({ "type": "dialog" }), "must be modal [json-pointer:/view/type]"),
        (
            json!({ "blocks": vec![json!({ "type": "divider" }); 101] }),
            "no more than 100 items allowed [json-pointer:/view/blocks]",
        ),
        (json!({ "colour": "red" }), "no more fields allowed: colour [json-pointer:/view/colour]"),
    ] {
        assert_eq!(modal(change), Err(format!("[ERROR] {message}")));
    }
    let silent = json!({ "type": "modal", "title": plain("Reboot"), "blocks": [input] });
    assert!(check_modal(&silent).unwrap_err().messages[0].contains("must define `submit`"));
    assert!(faults_of_options(&json!({ "options": options(100) })).is_empty());
    assert!(faults_of_options(&json!({ "options": [] })).is_empty());
    assert_eq!(faults_of_options(&json!({ "options": options(101) })).len(), 1);
    let long = json!({ "options": [{ "text": plain(&"r".repeat(76)), "value": "v".repeat(151) }] });
    assert_eq!(faults_of_options(&long).len(), 2);
    assert_eq!(faults_of_options(&json!({})).len(), 1);
}
