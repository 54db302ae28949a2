//! A field for a number as a view of the service (a modal), and what comes back when it is handed in. Pure.
//! <https://docs.slack.dev/surfaces/modals>

use super::marks;
use crate::channel::Question;
use crate::model::{Reader, Request, Scene, Text, Texts, Thread, Timestamp, Token, What};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What names our views among others.
const NUMBER: &str = "number";
const BLOCK: &str = "answer";
const INPUT: &str = "words";
/// Characters that the service takes of a title and of what closes it, of a label, of a placeholder.
const TITLE: usize = 24;
const LABEL: usize = 2_000;
const PLACEHOLDER: usize = 150;

/// Where the button stands that asks. It comes back with the view, also after a restart.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Origin {
    token: String,
    channel: String,
    thread: Option<String>,
}

impl Origin {
    /// None where the press names none.
    pub fn of(request: &Request) -> Option<Origin> {
        let What::Press(token) = &request.what else { return None };
        Some(Origin {
            token: token.0.clone(),
            channel: request.place.address.clone(),
            thread: request.thread.as_ref().map(|thread| thread.0.clone()),
        })
    }

    pub fn channel(&self) -> &str {
        &self.channel
    }

    pub fn thread(&self) -> Option<Thread> {
        self.thread.clone().map(Thread)
    }
}

pub fn view(question: &Question, origin: &Origin, texts: &Texts, now: Timestamp) -> Value {
    let say = |text: &Text| texts.render(text, &Reader::default(), now);
    let plain = |text: &Text, most: usize| json!({ "type": "plain_text", "text": marks::cut(&say(text), most), "emoji": false });
    let about = question.about.iter().map(|text| json!({ "type": "section", "text": plain(text, LABEL) }));
    let input = json!({
        "type": "input",
        "block_id": BLOCK,
        "label": plain(&question.label, LABEL),
        "element": {
            "type": "plain_text_input",
            "action_id": INPUT,
            "placeholder": plain(&question.placeholder, PLACEHOLDER),
            "focus_on_load": true,
        },
    });
    json!({
        "type": "modal",
        "callback_id": NUMBER,
        // A name with a text in it always has a JSON form.
        "private_metadata": serde_json::to_string(origin).unwrap_or_default(),
        "title": plain(&question.title, TITLE),
        "submit": plain(&question.submit, TITLE),
        "close": plain(&question.close, TITLE),
        "blocks": about.chain([input]).collect::<Vec<Value>>(),
    })
}

/// A view that was handed in, as far as it is ours.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct View {
    callback_id: String,
    private_metadata: String,
    state: State,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct State {
    values: Value,
}

impl View {
    fn typed(&self) -> &str {
        let value = self.state.values.pointer(&format!("/{BLOCK}/{INPUT}/value"));
        value.and_then(Value::as_str).unwrap_or_default().trim()
    }

    /// Where it came from, and what was typed.
    pub fn answer(&self) -> Option<(Origin, What)> {
        let origin: Origin = serde_json::from_str(&self.private_metadata).ok()?;
        if self.callback_id != NUMBER || origin.token.is_empty() {
            return None;
        }
        let what = What::Words { token: Token(origin.token.clone()), words: self.typed().to_owned() };
        Some((origin, what))
    }

    /// A scene as the view tells it: who handed it in was asked.
    pub fn scene(called: Option<String>, private: bool) -> Scene {
        Scene { called, title: None, addressed: true, private, unseen: false }
    }
}

/// What the service is told when no number was typed: the view stays, with this below its field.
pub fn refused(payload: &Value, texts: &Texts, now: Timestamp) -> Option<Value> {
    let is_submission = payload.get("type").is_some_and(|kind| kind == "view_submission");
    let view: View = serde_json::from_value(payload.get("view").filter(|_| is_submission)?.clone()).ok()?;
    view.answer()?;
    let typed = view.typed();
    if !typed.is_empty() && typed.len() <= 9 && typed.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let why = texts.render(&text!("slack.not_a_number"), &Reader::default(), now);
    Some(json!({ "response_action": "errors", "errors": { BLOCK: why } }))
}
