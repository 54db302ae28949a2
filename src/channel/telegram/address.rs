//! How this service's places, messages and buttons are written as words: `-1001234567890/5` for a topic
//! of a group, `t123@42/../..` for a message that was sent, `p:<token>` on a button.

use crate::model::outbound::MessageRef;
use crate::model::{Thread, Token};

/// A chat, or a topic of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    pub chat: i64,
    pub topic: Option<i32>,
}

impl Address {
    pub fn read(written: &str) -> Option<Address> {
        let (chat, topic) = match written.split_once('/') {
            Some((chat, topic)) => (chat, Some(whole::<i32>(topic).filter(|topic| *topic > 0)?)),
            None => (written, None),
        };
        Some(Address { chat: whole(chat)?, topic })
    }

    /// Groups and channels have numbers below zero, people above.
    pub fn is_group(self) -> bool {
        self.chat < 0
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.topic {
            Some(topic) => write!(f, "{}/{topic}", self.chat),
            None => write!(f, "{}", self.chat),
        }
    }
}

/// A number as it is printed, and not zero: two spellings of one place would be two places.
fn whole<N: std::str::FromStr + ToString + Default + PartialEq>(written: &str) -> Option<N> {
    written.parse().ok().filter(|number: &N| *number != N::default() && number.to_string() == written)
}

/// A message that stands in a chat: what kind it is, and what it says, as hashes, so that what says the same
/// is not sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub kind: Kind,
    pub id: i32,
    /// A group that moved counts its messages anew: the same number is another message there.
    pub chat: i64,
    /// Of a picture's or file's bytes.
    pub media: String,
    /// Of the words and the buttons.
    pub words: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Photo,
    Document,
}

impl Standing {
    pub fn written(&self) -> MessageRef {
        let kind = match self.kind {
            Kind::Text => 't',
            Kind::Photo => 'p',
            Kind::Document => 'd',
        };
        MessageRef(format!("{kind}{}@{}/{}/{}", self.id, self.chat, self.media, self.words))
    }

    pub fn read(part: &MessageRef) -> Option<Standing> {
        let kind = match part.0.chars().next()? {
            't' => Kind::Text,
            'p' => Kind::Photo,
            'd' => Kind::Document,
            _ => return None,
        };
        let mut words = part.0.get(1..)?.split('/');
        let (id, chat) = words.next()?.split_once('@')?;
        let mut next = || words.next().unwrap_or_default().to_owned();
        Some(Standing { kind, id: id.parse().ok()?, chat: chat.parse().ok()?, media: next(), words: next() })
    }
}

/// The message below which an answer stands.
pub fn message_of(thread: &Thread) -> Option<i32> {
    thread.0.parse().ok()
}

const PRESS: &str = "p:";

/// What a button carries: 34 of the 64 bytes that it may.
pub fn button(token: &Token) -> String {
    format!("{PRESS}{token}")
}

pub fn pressed(carried: &str) -> Option<Token> {
    let token = carried.strip_prefix(PRESS)?;
    let good = token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit());
    good.then(|| Token(token.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_written_in_one_way() {
        for written in ["123456789", "-1001234567890", "-1001234567890/5"] {
            assert_eq!(Address::read(written).unwrap().to_string(), written);
        }
        for written in [
            "0",
            "-0",
            "+5",
            "05",
            "5/",
            "5/0",
            "5/-1",
            "5/1/2",
            "@noc",
            " 5",
            "5/05",
            "99999999999999999999",
        ] {
            assert_eq!(Address::read(written), None, "{written:?}");
        }
    }

    #[test]
    fn messages_and_buttons_read_back() {
        let standing =
            Standing { kind: Kind::Photo, id: 7, chat: -42, media: "ab".to_owned(), words: "cd".to_owned() };
        assert_eq!(Standing::read(&standing.written()), Some(standing));
        for other in ["", "7", "t7", "x7@1", "t", "é7@1"] {
            assert_eq!(Standing::read(&MessageRef(other.to_owned())), None, "{other:?}");
        }
        let token = Token("0123456789abcdef0123456789abcdef".to_owned());
        assert_eq!(pressed(&button(&token)), Some(token));
        for carried in
            ["", "p:", "p:12", "x:0123456789abcdef0123456789abcdef", "p:0123456789abcdef0123456789abcdeg"]
        {
            assert_eq!(pressed(carried), None, "{carried:?}");
        }
    }
}
