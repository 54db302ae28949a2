//! Buttons, selections and modals: what a person does, what the app is told, and what its answers do.

use super::*;

fn plain(text: &str) -> Value {
    json!({ "type": "plain_text", "text": text })
}

fn card() -> Value {
    json!([
        { "type": "section", "block_id": "pick", "text": plain("Which?"), "accessory": {
            "type": "static_select", "action_id": "port", "options": [{ "text": plain("Gi1"), "value": "1" }] } },
        { "type": "actions", "block_id": "acts", "elements": [
            { "type": "button", "action_id": "ack", "text": plain("Ack"), "value": "token-7" },
            { "type": "external_select", "action_id": "device", "placeholder": plain("device"), "min_query_length": 0 },
        ] },
    ])
}

fn modal(more: &Value) -> Value {
    let mut modal = json!({
        "type": "modal",
        "callback_id": "reboot",
        "private_metadata": "R1",
        "title": plain("Reboot"),
        "submit": plain("Go"),
        "blocks": [
            { "type": "input", "block_id": "why", "label": plain("Why"), "element": { "type": "plain_text_input", "action_id": "reason" } },
            { "type": "input", "block_id": "how", "optional": true, "label": plain("How"), "element": {
                "type": "static_select", "action_id": "kind", "options": [{ "text": plain("Now"), "value": "now" }] } },
        ],
    });
    for (name, value) in more.as_object().unwrap() {
        modal[name] = value.clone();
    }
    modal
}

#[tokio::test]
async fn a_press_and_a_choice_tell_which_and_by_whom() {
    let room = room(hurried()).await;
    let (mut line, _) = room.socket().await;
    let post = json!({ "channel": room.noc, "text": "card", "blocks": card() });
    let ts = room.ok("chat.postMessage", post).await["ts"].as_str().unwrap().to_owned();
    line.take().await;
    assert!(room.slack.press(&room.anna, &room.noc, &ts, "none").is_none());
    let press = room.slack.press(&room.anna, &room.noc, &ts, "Ack").unwrap();
    let envelope = line.take().await;
    assert_eq!(
        (&envelope["type"], &envelope["accepts_response_payload"]),
        (&json!("interactive"), &json!(false))
    );
    let payload = &envelope["payload"];
    let action = &payload["actions"][0];
    assert_eq!(
        (&action["action_id"], &action["block_id"], &action["value"]),
        (&json!("ack"), &json!("acts"), &json!("token-7"))
    );
    assert_eq!(
        (&payload["user"]["id"], payload["container"]["message_ts"].as_str()),
        (&json!(room.anna), Some(ts.as_str()))
    );
    assert_eq!(payload["message"]["blocks"][1]["block_id"], "acts");
    assert!(matches!(press.settled().await, SlackFate::Acknowledged { .. }));
    let answer = json!({ "text": "done", "replace_original": true }).to_string();
    let json = "content-type: application/json\r\n";
    assert_eq!(
        typed("POST", press.response_url.as_deref().unwrap(), json, answer.as_bytes()).await.status,
        200
    );
    let message = room.slack.message(&room.noc, &ts).unwrap();
    assert_eq!((message.text.as_str(), message.blocks.len()), ("done", 0));
    line.take().await;
    let post = json!({ "channel": room.noc, "text": "card", "blocks": card() });
    let ts = room.ok("chat.postMessage", post).await["ts"].as_str().unwrap().to_owned();
    line.take().await;
    let gi1 = SlackChoice { text: "Gi1".to_owned(), value: String::new() };
    room.slack.choose(&room.anna, &room.noc, &ts, "port", &gi1).unwrap();
    assert_eq!(line.take().await["payload"]["actions"][0]["selected_option"]["value"], "1");
    let (options, ()) = tokio::join!(room.slack.options(&room.anna, &room.noc, &ts, "device", "R"), async {
        let asked = line.next().await.unwrap();
        assert_eq!(
            (&asked["payload"]["type"], &asked["payload"]["value"]),
            (&json!("block_suggestion"), &json!("R"))
        );
        line.acknowledge(&asked, json!({ "options": [{ "text": plain("R1"), "value": "d1" }] })).await;
    });
    assert_eq!(options, [SlackChoice { text: "R1".to_owned(), value: "d1".to_owned() }]);
    room.slack.choose(&room.anna, &room.noc, &ts, "device", &options[0]).unwrap();
    assert_eq!(line.take().await["payload"]["actions"][0]["selected_option"]["value"], "d1");
    assert_eq!(room.slack.breaches(), Vec::<String>::new());
}

#[tokio::test]
async fn a_trigger_opens_one_modal_and_not_for_long() {
    let room = room(SlackPlan { trigger_life: Duration::from_millis(300), ..hurried() }).await;
    let trigger = || room.slack.slash(&room.anna, &room.noc, "/bw", "").unwrap().trigger.unwrap();
    let open = |trigger: &str, more: Value| json!({ "trigger_id": trigger, "view": modal(&more) });
    let first = trigger();
    let wrong = open(&first, json!({ "title": plain(&"t".repeat(25)) }));
    assert_eq!(room.refused("views.open", wrong).await, "invalid_arguments");
    let answer = room.ok("views.open", open(&first, json!({ "external_id": "e" }))).await;
    assert_eq!(answer["view"]["state"]["values"], json!({}));
    assert_eq!(room.refused("views.open", open(&first, json!({}))).await, "exchanged_trigger_id");
    assert_eq!(room.refused("views.open", open("1.2.x", json!({}))).await, "invalid_trigger_id");
    assert_eq!(room.slack.next_modal(&room.anna, "reboot").await.view["title"]["text"], "Reboot");
    let stale = json!({ "view_id": answer["view"]["id"], "hash": "old", "view": modal(&json!({})) });
    assert_eq!(room.refused("views.update", stale).await, "hash_conflict");
    let update = json!({ "external_id": "e", "view": modal(&json!({ "title": plain("Other") })) });
    assert_eq!(room.ok("views.update", update).await["view"]["title"]["text"], "Other");
    let late = room.slack.slash(&room.anna, &room.noc, "/bw", "").unwrap();
    room.slack
        .until(|world| {
            let made = world.triggers.get(late.trigger.as_ref()?)?.made;
            (made.elapsed() < Duration::from_secs(1)).then_some(())
        })
        .await;
    let expired = self::room(SlackPlan { trigger_life: Duration::ZERO, ..hurried() }).await;
    let old = expired.slack.slash(&expired.anna, &expired.noc, "/bw", "").unwrap().trigger.unwrap();
    assert_eq!(expired.refused("views.open", open(&old, json!({}))).await, "expired_trigger_id");
}

#[tokio::test]
async fn a_submission_is_answered_with_errors_another_view_or_nothing() {
    let room = room(hurried()).await;
    let (mut line, _) = room.socket().await;
    let slash = room.slack.slash(&room.anna, &room.noc, "/bw", "").unwrap();
    line.take().await;
    let view = modal(&json!({ "notify_on_close": true }));
    room.ok("views.open", json!({ "trigger_id": slash.trigger, "view": view })).await;
    let missing = room.slack.submit(&room.anna, &[]).await;
    assert!(matches!(missing, SlackSubmitted::Errors(errors) if errors[0].0 == "why"));
    let values = [("reason", "it hangs"), ("kind", "now")];
    let errors = json!({ "response_action": "errors", "errors": { "why": "say more" } });
    let (refused, told) = tokio::join!(room.slack.submit(&room.anna, &values), async {
        let told = line.next().await.unwrap();
        line.acknowledge(&told, errors).await;
        told
    });
    assert_eq!(refused, SlackSubmitted::Errors(vec![("why".to_owned(), "say more".to_owned())]));
    let payload = &told["payload"];
    assert_eq!(
        (&payload["type"], &payload["view"]["private_metadata"]),
        (&json!("view_submission"), &json!("R1"))
    );
    let state = &payload["view"]["state"]["values"];
    assert_eq!(
        (&state["why"]["reason"]["value"], &state["how"]["kind"]["selected_option"]["value"]),
        (&json!("it hangs"), &json!("now"))
    );
    let push = json!({ "response_action": "push", "view": modal(&json!({ "callback_id": "second" })) });
    let (pushed, ()) = tokio::join!(room.slack.submit(&room.anna, &values), async {
        let told = line.next().await.unwrap();
        line.acknowledge(&told, push).await;
    });
    assert_eq!(
        (pushed, room.slack.modal(&room.anna).unwrap().callback_id.as_str()),
        (SlackSubmitted::Shown, "second")
    );
    let (closed, _) = tokio::join!(room.slack.submit(&room.anna, &values), line.take());
    assert_eq!(
        (closed, room.slack.modal(&room.anna).unwrap().callback_id.as_str()),
        (SlackSubmitted::Closed, "reboot")
    );
    room.slack.close_modal(&room.anna).unwrap();
    assert_eq!(line.take().await["payload"]["type"], "view_closed");
    assert_eq!(room.slack.modal(&room.anna), None);
    assert_eq!(room.slack.breaches(), Vec::<String>::new());
}

#[tokio::test]
async fn a_button_in_a_modal_may_put_another_on_it_and_three_are_the_most() {
    let room = room(hurried()).await;
    let (mut line, _) = room.socket().await;
    let slash = room.slack.slash(&room.anna, &room.noc, "/bw", "").unwrap();
    line.take().await;
    let more = json!({ "blocks": [{ "type": "actions", "elements": [
        { "type": "button", "action_id": "more", "text": plain("More") }] }] });
    room.ok("views.open", json!({ "trigger_id": slash.trigger, "view": modal(&more) })).await;
    // What was typed opens nothing on top of a modal.
    let second = room.slack.slash(&room.anna, &room.noc, "/bw", "").unwrap();
    line.take().await;
    let lost = json!({ "trigger_id": second.trigger, "view": modal(&more) });
    assert_eq!(room.refused("views.push", lost).await, "invalid_trigger_id");
    for deep in [2, 3, 4] {
        room.slack.modal_press(&room.anna, "more").unwrap();
        let told = line.take().await;
        assert_eq!(told["payload"]["container"]["type"], "view");
        let push = json!({ "trigger_id": told["payload"]["trigger_id"], "view": modal(&more) });
        match deep {
            4 => assert_eq!(room.refused("views.push", push).await, "push_limit_reached"),
            _ => assert!(room.ok("views.push", push).await["view"]["previous_view_id"].is_string()),
        }
    }
}

#[tokio::test]
async fn an_answer_that_the_service_does_not_take_is_a_breach() {
    let room = room(hurried()).await;
    let (mut line, _) = room.socket().await;
    let slash = room.slack.slash(&room.anna, &room.noc, "/bw", "").unwrap();
    line.take().await;
    room.ok("views.open", json!({ "trigger_id": slash.trigger, "view": modal(&json!({})) })).await;
    for payload in [
        json!({ "response_action": "errors", "errors": { "nowhere": "x" } }),
        json!({ "response_action": "dance" }),
        json!({ "response_action": "update", "view": { "type": "modal" } }),
    ] {
        tokio::join!(room.slack.submit(&room.anna, &[("reason", "x")]), async {
            let told = line.next().await.unwrap();
            line.acknowledge(&told, payload).await;
        });
    }
    assert_eq!(room.slack.breaches().len(), 3);
    assert_eq!(room.slack.submit(&room.anna, &[("reason", "nobody listens")]).await, SlackSubmitted::Failed);
    assert!(room.slack.modal(&room.anna).is_some());
}
