//! What people see: a channel as text and as a page of its own.

use super::*;

#[tokio::test]
async fn a_channel_is_shown_as_text_and_as_a_page_that_needs_nothing_else() {
    let room = room(SlackPlan::default()).await;
    let slack = &room.slack;
    let asked = slack.mention(&room.anna, &room.noc, None, "show <b> & such");
    let plain = |text: &str| json!({ "type": "plain_text", "text": text });
    let blocks = json!([
        { "type": "header", "text": plain("R1 &lt;down&gt; &amp;amp;") },
        { "type": "section", "text": { "type": "mrkdwn", "text": format!("*since* 14:02, <@{}>\n```line\n&lt;x&gt; &amp; y```", room.anna) } },
        { "type": "section", "fields": [plain("CPU 94 %"), plain("up 3 d")] },
        { "type": "context", "elements": [plain("core"), plain("danang")] },
        { "type": "actions", "elements": [
            { "type": "button", "action_id": "a", "text": plain("Reboot &gt; R1"), "style": "danger" },
            { "type": "static_select", "action_id": "s", "placeholder": plain("port"), "options": [{ "text": plain("Gi1"), "value": "1" }] },
        ] },
    ]);
    let post = json!({ "channel": room.noc, "text": "R1", "blocks": blocks, "thread_ts": asked.ts });
    let ts = room.ok("chat.postMessage", post).await["ts"].clone();
    room.ok("reactions.add", json!({ "channel": room.noc, "timestamp": ts, "name": "eyes" })).await;
    assert_eq!(
        slack.rendering(&room.noc),
        "anna: @patchbay show <b> & such\n\
         \u{20} | patchbay: R1 <down> &amp;\n\
         \u{20} | *since* 14:02, @anna\n\
         \u{20} | ```line\n\
         \u{20} | <x> & y```\n\
         \u{20} | CPU 94 %\n\
         \u{20} | up 3 d\n\
         \u{20} | core  danang\n\
         \u{20} | [Reboot > R1] [port v]\n\
         \u{20} | :eyes:\n"
    );
    let said = slack.messages(&room.noc).pop().unwrap();
    assert!(said.element("Reboot > R1").is_some() && said.shown().starts_with("R1 <down> &amp;\n"));
    let page = slack.page(&room.noc);
    for there in [
        "<header># noc</header>",
        "@patchbay show &lt;b&gt; &amp; such",
        "<div class=\"thread\">",
        "<div class=\"head\">R1 &lt;down&gt; &amp;amp;</div>",
        "<b>since</b> 14:02, @anna",
        "<pre>line\n&lt;x&gt; &amp; y</pre>",
        "data-press=\"Reboot &gt; R1\">Reboot &gt; R1</span>",
    ] {
        assert!(page.contains(there), "{there}\n{page}");
    }
    assert!(!page.contains("http"), "{page}");
}
