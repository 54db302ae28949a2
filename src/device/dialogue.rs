//! A dialogue as a pure machine: what the router did goes in, what is typed next comes out, until it is over. It knows the
//! order of a dialogue and not its words: those are rows of a platform. It never waits and never types by itself;
//! [`Session::converse`](super::ssh::session::Session::converse) does.

use super::markers;
use super::platform::Patterns;
use super::platform::dialogues::{Key, Reply};
use crate::model::outcome::Refused;
use crate::model::{Asks, Dialogue, DialogueEnd};
use std::time::Duration;

pub(super) struct Machine {
    dialogue: Dialogue,
    patterns: &'static Patterns,
    stage: Stage,
    /// All that was said so far.
    heard: String,
    /// The last question that was answered, and how often.
    answered: (String, u8),
    /// A key was sent after which the router may be gone, some time before.
    let_go: bool,
}

enum Stage {
    /// The first line or an answer was typed.
    Talking,
    /// A key was sent after which the router may be gone.
    Going,
    /// What came of it is looked at; what was said before stands in it.
    Looking(String),
    /// The router was told no, so many times.
    TurnedDown { asks: Asks, text: String, times: u8 },
}

/// What the router did since something was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// It waits at this line; `said` is all since something was typed, the line included.
    Question { line: String, said: String },
    /// Its prompt stands.
    Prompt { said: String },
    /// The line went away after so long.
    Gone { after: Duration, said: String },
    /// Nothing came for so long, or it never came to an end.
    Silent { after: Duration, said: String },
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    Type(Key),
    /// Nothing is typed.
    Wait,
    /// What comes late is awaited, then this line is typed.
    Look(&'static str),
    Over(DialogueEnd),
}

/// A question that comes back more often was not understood.
const REPEATS: u8 = 3;
/// A router that does not take a no so many times is left.
const REFUSALS: u8 = 4;

impl Machine {
    pub fn new(dialogue: Dialogue, patterns: &'static Patterns) -> Machine {
        let answered = (String::new(), 0);
        Machine { dialogue, patterns, stage: Stage::Talking, heard: String::new(), answered, let_go: false }
    }

    pub fn first_line(&self) -> String {
        let words = self.patterns.dialogues.words;
        match self.dialogue {
            Dialogue::Save => words.save.to_owned(),
            Dialogue::CancelReload => words.cancel.to_owned(),
            Dialogue::Reload(reload) => match reload.in_minutes {
                None => words.reload.to_owned(),
                // The router takes three digits of minutes, or hours and minutes.
                Some(minutes) if minutes < 1000 => format!("{} {minutes}", words.reload_in),
                Some(minutes) => format!("{} {}:{:02}", words.reload_in, minutes / 60, minutes % 60),
            },
        }
    }

    /// Whether silence now means that the router went.
    pub fn is_going(&self) -> bool {
        matches!(self.stage, Stage::Going) && self.is_at_once()
    }

    /// Whether the router says nothing while it works.
    pub fn is_quiet_at_work(&self) -> bool {
        self.dialogue == Dialogue::Save && matches!(self.stage, Stage::Talking)
    }

    pub fn is_turned_down(&self) -> bool {
        matches!(self.stage, Stage::TurnedDown { .. })
    }

    pub fn after(&mut self, heard: Heard) -> Step {
        match heard {
            Heard::Question { line, said } => {
                self.heard.push_str(&said);
                self.asked(&line)
            }
            Heard::Prompt { said } => {
                self.heard.push_str(&said);
                self.prompt(said)
            }
            Heard::Silent { after, said } => match self.interrupt() {
                Some(interrupt) => interrupt,
                None => self.lost(after, &said),
            },
            Heard::Gone { after, said } => self.lost(after, &said),
        }
    }

    fn asked(&mut self, line: &str) -> Step {
        if self.is_turned_down() {
            return self.turn_down_again(line);
        }
        let times = if self.answered.0 == line { self.answered.1 + 1 } else { 1 };
        self.answered = (line.to_owned(), times);
        let row = match self.stage {
            Stage::Looking(_) => None,
            Stage::Talking | Stage::Going | Stage::TurnedDown { .. } => {
                self.patterns.dialogues.question(self.dialogue, line, &self.heard)
            }
        };
        let reply = row.map_or(Reply::TurnDown(Asks::Other), |row| row.reply);
        match reply {
            Reply::Nothing => return Step::Wait,
            Reply::DropChanges if !self.drops_changes() || times > REPEATS => {
                return self.turn_down(Asks::Save, line);
            }
            Reply::TurnDown(asks) => return self.turn_down(asks, line),
            Reply::Line(_) | Reply::Enter | Reply::Go if times > REPEATS => {
                return self.turn_down(Asks::Other, line);
            }
            Reply::Line(_) | Reply::Enter | Reply::Go | Reply::DropChanges => {}
        }
        self.stage = if reply == Reply::Go { Stage::Going } else { Stage::Talking };
        self.let_go |= reply == Reply::Go;
        Step::Type(match reply {
            Reply::Line(answer) => Key::Line(answer),
            Reply::DropChanges => Key::Line("no"),
            Reply::Enter | Reply::Go | Reply::Nothing | Reply::TurnDown(_) => Key::Enter,
        })
    }

    fn turn_down(&mut self, asks: Asks, line: &str) -> Step {
        self.stage = Stage::TurnedDown { asks, text: line.to_owned(), times: 1 };
        Step::Type(self.patterns.dialogues.refusal(line))
    }

    /// The no led to a further question, or was not taken.
    fn turn_down_again(&mut self, line: &str) -> Step {
        let refusal = self.patterns.dialogues.refusal(line);
        let again = self.answered.0 == line;
        self.answered.0 = line.to_owned();
        let Stage::TurnedDown { asks, text, times } = &mut self.stage else { return Step::Wait };
        *times += 1;
        match (*times > REFUSALS, again) {
            (true, _) => Step::Over(DialogueEnd::Unsettled { asks: *asks, text: std::mem::take(text) }),
            (false, true) => Step::Type(Key::Interrupt),
            (false, false) => Step::Type(refusal),
        }
    }

    /// A router that says nothing to a no is interrupted once.
    fn interrupt(&mut self) -> Option<Step> {
        match &mut self.stage {
            Stage::TurnedDown { times, .. } if *times < REFUSALS => {
                *times = REFUSALS;
                Some(Step::Type(Key::Interrupt))
            }
            Stage::TurnedDown { .. } | Stage::Talking | Stage::Going | Stage::Looking(_) => None,
        }
    }

    fn prompt(&mut self, said: String) -> Step {
        let refused = markers::known_refusal(self.patterns, &said);
        let saved = refused.is_none() && self.patterns.dialogues.saved.is_match(&said);
        match (std::mem::replace(&mut self.stage, Stage::Talking), self.dialogue) {
            (Stage::TurnedDown { asks, text, .. }, _) => Step::Over(DialogueEnd::Unsettled { asks, text }),
            (Stage::Looking(before), _) => Step::Over(self.looked(&before, &said)),
            (_, Dialogue::Save) if saved => Step::Over(DialogueEnd::Done),
            (_, Dialogue::Reload(reload)) if reload.in_minutes.is_some() => self.look(said),
            (_, Dialogue::CancelReload) => self.look(said),
            (_, Dialogue::Save | Dialogue::Reload(_)) => {
                let said = if said.trim().is_empty() { std::mem::take(&mut self.heard) } else { said };
                Step::Over(DialogueEnd::NotDone { busy: refused == Some(Refused::Busy), said })
            }
        }
    }

    fn look(&mut self, said: String) -> Step {
        self.stage = Stage::Looking(said);
        Step::Look(self.patterns.dialogues.words.pending)
    }

    /// What the router says of its own timer decides, and nothing else.
    fn looked(&self, before: &str, said: &str) -> DialogueEnd {
        let compiled = &self.patterns.dialogues;
        let nothing = compiled.nothing_scheduled.is_match(said);
        let scheduled = !nothing && compiled.scheduled.is_match(said);
        let done = match self.dialogue {
            Dialogue::CancelReload => nothing,
            // What was refused may be scheduled all the same: by somebody else, before.
            Dialogue::Reload(_) | Dialogue::Save => {
                scheduled && markers::known_refusal(self.patterns, before).is_none()
            }
        };
        match done {
            true => DialogueEnd::Done,
            false => DialogueEnd::NotDone { busy: false, said: format!("{before}{said}") },
        }
    }

    fn lost(&mut self, after: Duration, said: &str) -> Step {
        let at_question = said.lines().next_back().is_some_and(|line| self.patterns.question.is_match(line));
        let unclear = DialogueEnd::Unclear { after };
        Step::Over(match std::mem::replace(&mut self.stage, Stage::Talking) {
            Stage::Going if self.is_at_once() && !at_question => DialogueEnd::Accepted,
            // A session that ends at a question has answered no.
            Stage::TurnedDown { asks, text, .. } if !self.let_go => DialogueEnd::Unsettled { asks, text },
            Stage::TurnedDown { .. } | Stage::Talking | Stage::Going | Stage::Looking(_) => unclear,
        })
    }

    fn drops_changes(&self) -> bool {
        matches!(self.dialogue, Dialogue::Reload(reload) if reload.drop_changes)
    }

    fn is_at_once(&self) -> bool {
        matches!(self.dialogue, Dialogue::Reload(reload) if reload.in_minutes.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::platform::dialogues::Question;
    use crate::device::platform::patterns;
    use crate::model::Reload;

    fn answer(reply: Reply) -> String {
        match reply {
            Reply::Line(line) => format!("`{line}`"),
            Reply::Enter | Reply::Go => "Enter".to_owned(),
            Reply::DropChanges => "`no`, where a person wants the changes gone; else turned down".to_owned(),
            Reply::Nothing => "nothing: it only tells".to_owned(),
            Reply::TurnDown(Asks::BootVariable) => "turned down: it may not find what to boot".to_owned(),
            Reply::TurnDown(Asks::Save | Asks::Other) => "turned down".to_owned(),
        }
    }

    fn rows(question: &Question) -> Vec<String> {
        let after = question.after.map(|after| format!(" after `{after}`")).unwrap_or_default();
        let row = |asked: &&str| format!("| `{asked}`{after} | {} |", answer(question.reply));
        question.asked.iter().map(row).collect()
    }

    /// `docs/reload.md` is what people read of the table.
    #[test]
    fn the_page_of_reloads_says_what_is_answered() {
        let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reload.md")).unwrap();
        let (_, table) = page.split_once("## While a router is told to reload").unwrap();
        let (table, _) = table.split_once("## What it comes to").unwrap();
        let told: Vec<&str> = table.lines().filter(|line| line.starts_with("| `")).collect();
        let rows: Vec<String> = patterns("ios-xe").dialogues.words.questions.iter().flat_map(rows).collect();
        assert_eq!(told, rows, "the table of docs/reload.md and the platform's differ");
    }

    /// Whatever a router says, a dialogue types only what a row or a refusal says, and comes to an end.
    #[test]
    fn only_known_keys_are_typed() {
        let reload = |in_minutes, drop_changes| Dialogue::Reload(Reload { in_minutes, drop_changes });
        let dialogues = [
            Dialogue::Save,
            Dialogue::CancelReload,
            reload(None, false),
            reload(None, true),
            reload(Some(5), false),
        ];
        for dialogue in dialogues {
            for line in ["Sure? [confirm]", "Really? [yes/no]:", "What now?", "Proceed? [confirm]"] {
                let mut machine = Machine::new(dialogue, patterns("ios-xe"));
                let mut steps = 0;
                loop {
                    steps += 1;
                    assert!(steps < 20, "{dialogue:?} never ends at {line}");
                    let heard = Heard::Question { line: line.to_owned(), said: format!("{line}\n") };
                    match machine.after(heard) {
                        Step::Over(end) => {
                            assert!(matches!(end, DialogueEnd::Unsettled { .. }), "{end:?}");
                            break;
                        }
                        Step::Type(Key::Enter) => assert_eq!(line, "Proceed? [confirm]", "{dialogue:?}"),
                        Step::Type(Key::One(key)) => assert!(!matches!(key, 'y' | 'Y' | '\r')),
                        Step::Type(Key::Line(line)) => assert_ne!(line, "yes"),
                        Step::Type(Key::Interrupt) | Step::Wait => {}
                        Step::Look(line) => panic!("{line} was typed at a question"),
                    }
                }
            }
        }
    }
}
