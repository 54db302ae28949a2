//! A question stands in its message with a button for each answer, in pages where they are many; the
//! command waits for one of them.

use super::decide::{self, Question};
use super::enact::{own_slot, say};
use super::gather::Gathered;
use crate::model::{Action, Button, Class, Document, Ending, Invocation, Sign, Text, Uses, Who};
use crate::store::{NewDialog, StoreError, Work};
use std::time::Duration;

/// How long a question waits for its answer.
const QUESTION: Duration = Duration::from_secs(120);
/// So many answers stand on a page, where a service shows a few at a time.
const PAGE: usize = 8;

pub(super) fn ask(
    work: &mut Work,
    gathered: &Gathered,
    question: Question,
    invocation: Invocation,
) -> Result<(), StoreError> {
    let now = gathered.facts.now.wall;
    let (slot, asker, until) = (decide::slot(gathered), invocation.asker, now.plus(QUESTION));
    let dialog = work.open_dialog(
        &NewDialog {
            person: asker,
            place: invocation.place.clone(),
            thread: invocation.thread.clone(),
            slot: Some(slot.clone()),
            invocation,
            question: serde_json::to_value(&question.asked)?,
            until,
        },
        now,
    )?;
    let mut document = Document::open(question.sign, question.text);
    for detail in question.details {
        document = document.with_detail(detail);
    }
    // What cancels stands on each page besides.
    let pages = question.answers.iter().filter(|(_, words)| words.is_some()).count().div_ceil(PAGE);
    for (at, (label, words)) in question.answers.into_iter().enumerate() {
        document = document.with_button(Button {
            name: format!("answer{at}-{}", dialog.0),
            label,
            action: Action::Answer { dialog, words },
            who: Who::Person(asker),
            until,
            uses: Uses::Once,
        });
    }
    for page in (0..pages).filter(|_| pages > 1) {
        document = document.with_button(Button {
            name: format!("page{page}-{}", dialog.0),
            label: turn_label(page, 0, pages),
            action: Action::More { page },
            who: Who::Person(asker),
            until,
            uses: Uses::Many,
        });
    }
    say(work, gathered, slot, Class::Critical, document)
}

/// `‹ 1/5` leads back, `3/5 ›` on.
fn turn_label(page: usize, shown: usize, pages: usize) -> Text {
    match page < shown {
        true => text!("ask.page_back", page = page + 1, pages = pages),
        false => text!("ask.page_on", page = page + 1, pages = pages),
    }
}

/// The message as it is now, with another page of its buttons.
pub(super) fn turn(work: &mut Work, gathered: &Gathered, page: usize) -> Result<(), StoreError> {
    let Some(press) = &gathered.press else { return Ok(()) };
    let open = work.open_messages(&press.place)?.into_iter().find(|open| open.slot == press.slot);
    let Some(mut shown) = open else {
        return say(
            work,
            gathered,
            own_slot(gathered),
            Class::Ephemeral,
            Document::line(Sign::Refused, text!("press.void"), Ending::Badly),
        );
    };
    shown.document.page = page;
    let leads = |button: &Button| matches!(button.action, Action::More { .. });
    let pages = shown.document.buttons.iter().filter(|button| leads(button)).count();
    for button in &mut shown.document.buttons {
        if let Action::More { page: target } = button.action {
            button.label = turn_label(target, page, pages);
        }
    }
    work.post(&shown, gathered.facts.now.wall).map(drop)
}
