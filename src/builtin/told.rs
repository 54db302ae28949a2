//! The messages of a command: the versions of the one that answers it, and the short reply that ends long work.

use crate::model::{Class, Document, Invocation, Outbound, Slot};

/// The verdict once more, below the message that it is the first line of.
pub fn short_reply(invocation: &Invocation, document: &Document) -> Outbound {
    let verdict =
        Document { blocks: document.blocks.iter().take(1).cloned().collect(), ..Document::default() };
    let verdict = Document { ended: document.ended, ..verdict };
    Outbound {
        slot: Slot(format!("{}/end", invocation.key)),
        reply_to: Some(Slot(invocation.key.clone())),
        ..outbound(invocation, Class::Result, verdict)
    }
}

/// A version of the message that answers this command.
pub fn outbound(invocation: &Invocation, class: Class, document: Document) -> Outbound {
    Outbound {
        slot: Slot(invocation.key.clone()),
        place: invocation.place.clone(),
        thread: invocation.thread.clone(),
        reply_to: invocation.below(),
        class,
        only: None,
        document,
        not_before: None,
        expires: None,
    }
}
