"""A bot made with slack_bolt, unchanged, for tests/it/peers_slack.rs. It does what tests/peers/node/bolt.js does.

Usage: slack_bolt_bot.py API_URL BOT_TOKEN APP_TOKEN. One JSON line when it is connected and one for each thing worth
telling. It ends when its standard input does.

  /bw WORDS   an answer with the acknowledgement, and one by response_url for everybody
  /card       a card with a button, which changes it, and a menu that is filled as one types
  /ask        a modal; "short" is refused, anything else is told to whoever asked
  /file       a file in the channel
  /again      one message, however often it is told to wait
  /oops       blocks that are too long; tells the word of the refusal
  a mention   an answer in the thread
"""

import json
import logging
import sys

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

base, bot_token, app_token = sys.argv[1:]


def tell(**what):
    print(json.dumps(what), flush=True)


class Obeying(RateLimitErrorRetryHandler):
    def prepare_for_next_attempt(self, *, state, request, response=None, error=None):
        tell(retry_after=int(response.headers["retry-after"][0]))
        super().prepare_for_next_attempt(state=state, request=request, response=response, error=error)


client = WebClient(token=bot_token, base_url=f"{base}/")
client.retry_handlers.append(Obeying(max_retry_count=3))
app = App(client=client)


def plain(text):
    return {"type": "plain_text", "text": text}


@app.command("/bw")
def bw(ack, respond, command):
    ack(f"looking at {command['text']}")
    respond(text=f"{command['text']}: 5 Mb/s", response_type="in_channel")


@app.event("app_mention")
def mention(event, say):
    say(text=f"heard: {event['text']}", thread_ts=event.get("thread_ts", event["ts"]))


@app.event("message")
def message():
    pass


@app.command("/card")
def card(ack, say):
    ack()
    elements = [
        {"type": "button", "action_id": "seen", "text": plain("Seen"), "value": "7", "style": "primary"},
        {"type": "external_select", "action_id": "device", "placeholder": plain("device"), "min_query_length": 0},
    ]
    say(
        text="R1 is down",
        blocks=[
            {"type": "section", "text": {"type": "mrkdwn", "text": "*R1* is down"}},
            {"type": "actions", "block_id": "acts", "elements": elements},
        ],
    )


@app.action("seen")
def seen(ack, body, client):
    ack()
    client.chat_update(
        channel=body["channel"]["id"],
        ts=body["container"]["message_ts"],
        text=f"seen by {body['user']['username']}: {body['actions'][0]['value']}",
    )


@app.options("device")
def device(ack, payload):
    names = [name for name in ("R1", "R2", "S1") if name.startswith(payload["value"])]
    ack(options=[{"text": plain(name), "value": name} for name in names])


@app.action("device")
def chosen(ack, body, respond):
    ack()
    respond(text=f"chosen: {body['actions'][0]['selected_option']['value']}", replace_original=False)


@app.command("/ask")
def ask(ack, body, client):
    ack()
    reason = {"type": "plain_text_input", "action_id": "reason"}
    client.views_open(
        trigger_id=body["trigger_id"],
        view={
            "type": "modal",
            "callback_id": "ask",
            "title": plain("Why"),
            "submit": plain("Send"),
            "blocks": [{"type": "input", "block_id": "why", "label": plain("Reason"), "element": reason}],
        },
    )


@app.view("ask")
def asked(ack, body, client, view):
    reason = view["state"]["values"]["why"]["reason"]["value"]
    if reason == "short":
        return ack(response_action="errors", errors={"why": "say more"})
    ack()
    client.chat_postMessage(channel=body["user"]["id"], text=f"because {reason}")


@app.command("/file")
def file(ack, body, client):
    ack()
    client.files_upload_v2(
        channel=body["channel_id"],
        content="hostname R1",
        filename="R1.cfg",
        title="R1",
        initial_comment="the file",
    )


@app.command("/again")
def again(ack, say):
    ack()
    say("again")


@app.command("/oops")
def oops(ack, say):
    ack()
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}}
    try:
        say(text="long", blocks=[section] * 5)
    except SlackApiError as error:
        tell(refused=error.response["error"])


@app.error
def wrong(error):
    tell(wrong=repr(error))


# What goes wrong with the service is told by the tests.
logging.disable(logging.CRITICAL)
handler = SocketModeHandler(app, app_token, web_client=WebClient(token=app_token, base_url=f"{base}/"))
handler.connect()
tell(ready=client.auth_test()["user"])
sys.stdin.read()
handler.close()
tell(ended=True)
