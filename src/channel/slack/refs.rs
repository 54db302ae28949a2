//! How this door names what stands at the service: a message by its `ts` and the thread it hangs in, a file
//! by its id and what is in it, a thread by the `ts` of its first message.

use crate::model::Thread;
use crate::model::outbound::MessageRef;
use sha2::{Digest, Sha256};

/// One part of a message of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// `1712.0002`, or `1712.0002/1712.0001` below the first message of a thread.
    Message { ts: String, root: Option<String> },
    /// `file/F1/0a1b2c3d`: the same contents need not go up again.
    File { id: String, print: String },
}

const FILE: &str = "file/";
/// Marks the name of a thread that was not there yet: a message for one person would be hidden in it.
const NEW: char = '+';

impl Part {
    pub fn read(named: &MessageRef) -> Part {
        let named = named.0.as_str();
        match named.strip_prefix(FILE).map(|rest| rest.split_once('/').unwrap_or((rest, ""))) {
            Some((id, print)) => Part::File { id: id.to_owned(), print: print.to_owned() },
            None => match named.split_once('/') {
                Some((ts, root)) => Part::Message { ts: ts.to_owned(), root: Some(root.to_owned()) },
                None => Part::Message { ts: named.to_owned(), root: None },
            },
        }
    }

    pub fn named(&self) -> MessageRef {
        MessageRef(match self {
            Part::Message { ts, root: None } => ts.clone(),
            Part::Message { ts, root: Some(root) } => format!("{ts}/{root}"),
            Part::File { id, print } => format!("{FILE}{id}/{print}"),
        })
    }
}

/// What hangs below a message hangs in its thread: the service knows no threads in threads.
pub fn root_of(above: &MessageRef) -> Option<String> {
    match Part::read(above) {
        Part::Message { ts, root } => Some(root.unwrap_or(ts)),
        Part::File { .. } => None,
    }
}

/// A thread that is there.
pub fn thread(root: &str) -> Thread {
    Thread(root.to_owned())
}

/// A thread that begins with the next answer.
pub fn new_thread(root: &str) -> Thread {
    Thread(format!("{root}{NEW}"))
}

/// The `ts` of its first message.
pub fn root(thread: &Thread) -> &str {
    thread.0.trim_end_matches(NEW)
}

/// The same, when the thread was there already.
pub fn open_root(thread: &Thread) -> Option<&str> {
    (!thread.0.ends_with(NEW)).then_some(thread.0.as_str())
}

/// Tells one file from another.
pub fn print(name: &str, bytes: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(name.as_bytes());
    hash.update([0]);
    hash.update(bytes);
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_is_read_back() {
        for named in ["1712.0001", "1712.0002/1712.0001", "file/F1/0a1b"] {
            assert_eq!(Part::read(&MessageRef(named.to_owned())).named().0, named);
        }
        let above = |named: &str| root_of(&MessageRef(named.to_owned()));
        assert_eq!(above("2.0/1.0").as_deref(), Some("1.0"));
        assert_eq!(above("2.0").as_deref(), Some("2.0"));
        assert_eq!(above("file/F1/0a"), None);
        assert_eq!(root(&new_thread("1.0")), "1.0");
        assert_eq!((open_root(&new_thread("1.0")), open_root(&thread("1.0"))), (None, Some("1.0")));
    }
}
