//! Holds a dialogue: types what the machine says, waits for what the router makes of it, and writes both down. Nothing
//! is typed here that the machine did not say, and never a carriage return to wake a prompt: it would be an answer.

use super::{Awaited, DOUBT, Ending, INTERRUPT, Limits, QUESTION, Session};
use crate::device::dialogue::{Heard, Machine, Step};
use crate::device::platform::dialogues::Key;
use crate::device::ssh::wire::Wire;
use crate::device::transcript::Transcript;
use crate::device::{Deadlines, clean};
use crate::model::{Broken, Dialogue, DialogueEnd};
use std::time::Duration;
use tokio::time::Instant;

/// What a dialogue came to; nothing in it is redacted.
#[derive(Debug)]
pub(in crate::device) struct Talked {
    pub end: DialogueEnd,
    pub transcript: String,
}

/// A router that was told no has so long to take it.
const REFUSED: Duration = Duration::from_secs(5);
/// What comes late comes so long at most.
const LATEST: Duration = Duration::from_secs(5);

impl<W: Wire> Session<W> {
    /// From the first line to the end. The error is for a line that was gone before anything was typed.
    pub async fn converse(&mut self, dialogue: Dialogue, deadlines: &Deadlines) -> Result<Talked, Broken> {
        let mut machine = Machine::new(dialogue, self.patterns);
        let mut transcript = Transcript::at(&self.shown_prompt());
        let mut line = machine.first_line();
        self.type_line(&line).await?;
        self.at_prompt = false;
        transcript.typed_line(&line);
        loop {
            let heard = self.hear_out(&line, &machine, deadlines).await;
            transcript.heard(self.screen.bytes());
            self.at_prompt = matches!(heard, Heard::Prompt { .. });
            let step = machine.after(heard);
            self.screen.clear();
            line.clear();
            // A line that is gone is heard as gone at the next look.
            let typed = match step {
                Step::Over(end) => return Ok(Talked { end, transcript: transcript.into_text() }),
                Step::Wait => Ok(()),
                Step::Type(key) => {
                    transcript.typed_key(key);
                    self.type_key(key).await
                }
                Step::Look(at) => {
                    self.drain(deadlines.late).await;
                    transcript.heard(self.screen.bytes());
                    transcript.typed_line(at);
                    at.clone_into(&mut line);
                    self.type_line(at).await
                }
            };
            tracing::trace!(typed = typed.is_ok(), "a step of a dialogue");
        }
    }

    /// Whether the next line may be typed; after a dialogue it may be unknown where the router stands.
    pub fn is_at_prompt(&self) -> bool {
        self.at_prompt
    }

    async fn hear_out(&mut self, line: &str, machine: &Machine, deadlines: &Deadlines) -> Heard {
        let started = Instant::now();
        let limits = match () {
            () if machine.is_turned_down() => Limits { silence: REFUSED, whole: deadlines.write_memory },
            () if machine.is_going() => Limits { silence: deadlines.gone, whole: deadlines.write_memory },
            () if machine.is_quiet_at_work() => {
                Limits { silence: deadlines.write_memory, whole: deadlines.write_memory }
            }
            () => Limits { silence: deadlines.quiet, whole: deadlines.write_memory },
        };
        // Behind a key there is no echo that would tell the new prompt from text.
        let quiet = if line.is_empty() { DOUBT } else { self.quiet };
        let pause = deadlines.question.min(QUESTION);
        let awaited = Awaited { line, quiet, limits, end: None, may_wake: false, password: false, pause };
        let ended = self.wait(&awaited).await;
        let after = started.elapsed();
        let all = clean::cleaned(self.screen.bytes(), false);
        match ended {
            Ok(Ending::Ready) => Heard::Prompt { said: clean::cleaned(self.answer(line), false) },
            Ok(Ending::Question(line)) => Heard::Question { line, said: all },
            Ok(Ending::Password) => {
                Heard::Question { line: self.screen.last_line().trim().to_owned(), said: all }
            }
            Err(Broken::Silent { .. } | Broken::Deadline { .. }) => self.silent(after, all),
            Err(_) => Heard::Gone { after, said: all },
        }
    }

    /// Words to all terminals (`SHUTDOWN in 0:05:00`) may stand below a prompt or a question, and hide it.
    fn silent(&self, after: Duration, said: String) -> Heard {
        let (above, last) = said.trim_end().rsplit_once('\n').unwrap_or(("", said.trim_end()));
        match () {
            () if self.prompt.mode(self.patterns, last).is_some() => {
                Heard::Prompt { said: format!("{above}\n") }
            }
            () if self.patterns.question.is_match(last) => {
                Heard::Question { line: last.trim().to_owned(), said }
            }
            () => Heard::Silent { after, said },
        }
    }

    async fn type_key(&mut self, key: Key) -> Result<(), Broken> {
        match key {
            Key::Line(line) => self.wire.send(format!("{line}\r").as_bytes()).await,
            Key::Enter => self.wire.send(b"\r").await,
            Key::Interrupt => self.wire.send(INTERRUPT).await,
            Key::One(key) => self.wire.send(key.to_string().as_bytes()).await,
        }
    }

    /// Reads on until nothing comes for so long.
    async fn drain(&mut self, late: Duration) {
        let end = Instant::now() + LATEST;
        while Instant::now() < end && self.hear(end.min(Instant::now() + late)).await == Ok(true) {}
    }
}
