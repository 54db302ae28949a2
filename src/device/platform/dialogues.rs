//! The words for what a router asks back while it saves or reloads: a table of questions and replies, as data of a
//! platform, and the same table compiled. What is done with it is in [`dialogue`](crate::device::dialogue).

use crate::model::{Asks, Dialogue};
use regex::Regex;

pub(in crate::device) struct Dialogues {
    pub save: &'static str,
    /// The router's own word that it is saved.
    pub saved: &'static str,
    pub reload: &'static str,
    /// Minutes follow.
    pub reload_in: &'static str,
    pub cancel: &'static str,
    /// Says what its own timer will do.
    pub pending: &'static str,
    pub scheduled: &'static str,
    pub nothing_scheduled: &'static str,
    /// How a question is told no, by its shape; what has no row here gets an interrupt.
    pub refusals: &'static [(&'static str, Key)],
    pub questions: &'static [Question],
}

/// One thing that a router says and waits.
pub(in crate::device) struct Question {
    /// As it was seen.
    #[cfg_attr(not(test), expect(dead_code, reason = "for people, for the page of reloads and for tests"))]
    pub asked: &'static [&'static str],
    /// Found in the line at which the router waits, in any case of letters.
    pub pattern: &'static str,
    /// Must have been said before in the same dialogue: as it was seen, and its pattern.
    #[cfg_attr(not(test), expect(dead_code, reason = "for people, for the page of reloads and for tests"))]
    pub after: Option<&'static str>,
    pub after_pattern: Option<&'static str>,
    pub during: During,
    pub reply: Reply,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::device) enum During {
    Save,
    Reload,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::device) enum Reply {
    /// This line.
    Line(&'static str),
    /// One carriage return.
    Enter,
    /// One carriage return, after which the router may be gone.
    Go,
    /// `no` where a person wants the changes gone; else nobody settled it.
    DropChanges,
    /// It only tells.
    Nothing,
    /// Nobody settled it: the router is told no.
    TurnDown(Asks),
}

/// What is typed at a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::device) enum Key {
    Line(&'static str),
    /// One key and nothing behind it: a surplus line end would answer the next question.
    One(char),
    Enter,
    Interrupt,
}

pub(in crate::device) struct Compiled {
    pub words: &'static Dialogues,
    pub saved: Regex,
    pub scheduled: Regex,
    pub nothing_scheduled: Regex,
    refusals: Vec<(Regex, Key)>,
    questions: Vec<(Regex, Option<Regex>, &'static Question)>,
}

impl Compiled {
    pub fn new(words: &'static Dialogues) -> Compiled {
        let regex = |pattern: &str| {
            Regex::new(&format!("(?i){pattern}"))
                .expect("patterns of platforms are constants, compiled in a test")
        };
        Compiled {
            words,
            saved: regex(words.saved),
            scheduled: regex(words.scheduled),
            nothing_scheduled: regex(words.nothing_scheduled),
            refusals: words.refusals.iter().map(|(shape, key)| (regex(shape), *key)).collect(),
            questions: words
                .questions
                .iter()
                .map(|question| (regex(question.pattern), question.after_pattern.map(regex), question))
                .collect(),
        }
    }

    /// The row for the line at which the router waits; `heard` is all that it said in this dialogue.
    pub fn question(&self, dialogue: Dialogue, line: &str, heard: &str) -> Option<&'static Question> {
        let during = match dialogue {
            Dialogue::Save => During::Save,
            Dialogue::Reload(_) => During::Reload,
            Dialogue::CancelReload => return None,
        };
        let fits = |(asked, after, question): &&(Regex, Option<Regex>, &'static Question)| {
            question.during == during
                && asked.is_match(line)
                && after.as_ref().is_none_or(|after| after.is_match(heard))
        };
        self.questions.iter().find(fits).map(|(_, _, question)| *question)
    }

    /// How the question is told no.
    pub fn refusal(&self, line: &str) -> Key {
        let shape = self.refusals.iter().find(|(shape, _)| shape.is_match(line));
        shape.map_or(Key::Interrupt, |(_, key)| *key)
    }
}
