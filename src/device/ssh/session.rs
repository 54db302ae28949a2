//! A conversation with a router: the prompt is learned, the session prepared, and each line answered by the bytes
//! between its echo and the next prompt. It never types ahead: a line is sent when the prompt of the one before stands.

mod converse;
#[cfg(test)]
mod tests;

pub(in crate::device) use converse::Talked;

use super::wire::Wire;
use crate::device::platform::Patterns;
use crate::device::prompt::{Mode, Prompt, Screen, Tail};
use crate::device::{Deadlines, clean, config};
use crate::model::{Broken, Secret};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

pub(in crate::device) struct Session<W> {
    wire: W,
    screen: Screen,
    patterns: &'static Patterns,
    prompt: Prompt,
    mode: Mode,
    /// How long the line must be quiet behind a prompt before the prompt is believed.
    quiet: Duration,
    silence: Duration,
    /// Whether the router waits for a line; unknown after some dialogues.
    at_prompt: bool,
}

/// What a line brought.
pub(in crate::device) enum Said {
    Answer(Vec<u8>),
    /// The router asked back; the question was turned down.
    Question(String),
}

/// How long a line may take.
#[derive(Clone, Copy, Debug)]
pub(in crate::device) struct Limits {
    /// Without a byte.
    pub silence: Duration,
    /// In all.
    pub whole: Duration,
}

/// What a wait looks for.
struct Awaited<'a> {
    /// Its echo comes first; empty for what is not echoed.
    line: &'a str,
    quiet: Duration,
    limits: Limits,
    /// The line that ends a whole answer, where there is one.
    end: Option<&'a str>,
    /// One carriage return may be sent to wake a prompt that was painted over.
    may_wake: bool,
    password: bool,
    /// A whole question must stand so long.
    pause: Duration,
}

enum Ending {
    Ready,
    Password,
    Question(String),
}

/// The shortest and the longest quiet behind a prompt; between them three round trips.
const QUIET: (Duration, Duration) = (Duration::from_millis(25), Duration::from_millis(150));
/// A prompt that is doubtful (no echo, glued to text, another name, no `end` before it) must stand so long.
const DOUBT: Duration = Duration::from_secs(1);
/// A question must stand so long before it is turned down: it might be a line of text that is still coming.
const QUESTION: Duration = Duration::from_secs(3);
/// More than any answer; a router that never stops printing must not fill the memory.
const MOST_BYTES: usize = 64 * 1024 * 1024;
const INTERRUPT: &[u8] = b"\x03";

/// Learns the prompt of a fresh shell.
pub(in crate::device) async fn learn<W: Wire>(
    mut wire: W,
    patterns: &'static Patterns,
    deadlines: &Deadlines,
) -> Result<Session<W>, Broken> {
    let mut screen = Screen::default();
    let end = Instant::now() + deadlines.quiet;
    let mut before = look(&mut wire, &mut screen, patterns, end, QUIET.1).await?;
    while Instant::now() < end {
        screen.clear();
        let asked = Instant::now();
        wire.send(b"\r").await?;
        let found = look(&mut wire, &mut screen, patterns, end, QUESTION).await?;
        if found.is_some() && found == before {
            let line = found.unwrap_or_default();
            let prompt = Prompt::learn(patterns, &line).ok_or(Broken::NoPrompt)?;
            let mode = prompt.mode(patterns, &line).unwrap_or(Mode::Inner);
            let quiet = (asked.elapsed() * 3).clamp(QUIET.0, QUIET.1);
            return Ok(Session {
                wire,
                screen,
                patterns,
                prompt,
                mode,
                quiet,
                silence: deadlines.quiet,
                at_prompt: true,
            });
        }
        before = found;
    }
    Err(Broken::NoPrompt)
}

/// Reads until the last line looks like a prompt, or until the line is quiet for `patience`.
async fn look<W: Wire>(
    wire: &mut W,
    screen: &mut Screen,
    patterns: &'static Patterns,
    end: Instant,
    patience: Duration,
) -> Result<Option<String>, Broken> {
    loop {
        match screen.tail(patterns, None) {
            Tail::Foreign(line) => return Ok(Some(line)),
            Tail::Pager => {
                screen.take_pager();
                wire.send(b" ").await?;
            }
            _ => {}
        }
        let line = screen.last_line();
        if patterns.dialogue.is_match(&line) {
            return Err(Broken::LoginDialogue { asks: line.trim().chars().take(80).collect() });
        }
        // Nothing at all yet: the router still thinks about us.
        let patience = if screen.len() == 0 { patience.max(DOUBT) } else { patience };
        match timeout_at(end.min(Instant::now() + patience), wire.receive()).await {
            Ok(Some(bytes)) => screen.add(&bytes),
            Ok(None) => return Err(Broken::Dropped),
            Err(_) if Instant::now() >= end => return Err(Broken::NoPrompt),
            Err(_) => return Ok(None),
        }
    }
}

impl<W: Wire> Session<W> {
    pub fn is_privileged(&self) -> bool {
        self.mode == Mode::Privileged
    }

    pub fn into_wire(self) -> W {
        self.wire
    }

    /// Goes to `#`. The secret is sent only when the router has asked for it; else it would be run as a command, echoed
    /// and written to the accounting server.
    pub async fn enable(&mut self, secret: Option<&Secret>, credential: &str) -> Result<(), Broken> {
        let refused = || Broken::EnableRefused { credential: credential.to_owned() };
        let enable = self.patterns.platform.enable;
        self.type_line(enable).await?;
        match self.wait(&Awaited { password: true, ..self.control(enable) }).await? {
            Ending::Ready if self.is_privileged() => return Ok(()),
            Ending::Ready if secret.is_some() => return Err(refused()),
            Ending::Ready => return Err(Broken::EnableMissing { credential: credential.to_owned() }),
            Ending::Question(asks) => return Err(Broken::LoginDialogue { asks }),
            Ending::Password => {}
        }
        let Some(secret) = secret else {
            return Err(Broken::EnableMissing { credential: credential.to_owned() });
        };
        self.type_line(secret.reveal()).await?;
        match self.wait(&Awaited { password: true, ..self.control("") }).await? {
            Ending::Ready if self.is_privileged() => Ok(()),
            // A router asks three times; the first repeat is a no.
            Ending::Ready | Ending::Password | Ending::Question(_) => Err(refused()),
        }
    }

    /// Wide lines, no pages, no log lines; a router may refuse each of these.
    pub async fn prepare(&mut self) -> Result<(), Broken> {
        for line in self.patterns.platform.prepare {
            self.type_line(line).await?;
            match self.wait(&self.control(line)).await? {
                Ending::Ready => {}
                Ending::Password | Ending::Question(_) => self.turn_down().await?,
            }
        }
        Ok(())
    }

    /// Whether everything may be seen here; yes where the router does not tell.
    pub async fn has_full_rights(&mut self) -> Result<bool, Broken> {
        let (line, _, full) = self.patterns.platform.rights;
        self.type_line(line).await?;
        match self.wait(&self.control(line)).await? {
            Ending::Ready => {}
            Ending::Password | Ending::Question(_) => self.turn_down().await?,
        }
        let said = clean::cleaned(self.answer(line), false);
        let level =
            self.patterns.rights.captures(&said).and_then(|found| found.get(1)?.as_str().parse::<u8>().ok());
        Ok(self.is_privileged() && level.is_none_or(|level| level >= full))
    }

    /// Sends the line and waits for its whole answer.
    pub async fn ask(
        &mut self,
        line: &str,
        limits: Limits,
        end: Option<&str>,
        changing: bool,
    ) -> Result<Said, Broken> {
        self.type_line(line).await?;
        let awaited = Awaited { quiet: self.quiet, limits, end, may_wake: !changing, ..self.control(line) };
        match self.wait(&awaited).await? {
            Ending::Ready => Ok(Said::Answer(self.answer(line).to_vec())),
            Ending::Question(asks) => {
                self.turn_down().await?;
                Ok(Said::Question(asks))
            }
            Ending::Password => {
                self.turn_down().await?;
                Ok(Said::Question("a password".to_owned()))
            }
        }
    }

    fn shown_prompt(&self) -> String {
        format!("{}{}", self.prompt.name(), if self.is_privileged() { '#' } else { '>' })
    }

    fn answer(&self, line: &str) -> &[u8] {
        let start = self.screen.after_echo(line).unwrap_or(0);
        self.screen.answer(start, self.patterns, &self.prompt)
    }

    async fn type_line(&mut self, line: &str) -> Result<(), Broken> {
        self.screen.clear();
        self.wire.send(format!("{line}\r").as_bytes()).await
    }

    async fn turn_down(&mut self) -> Result<(), Broken> {
        self.screen.clear();
        self.wire.send(INTERRUPT).await?;
        match self.wait(&self.control("")).await? {
            Ending::Ready => Ok(()),
            Ending::Password | Ending::Question(_) => Err(Broken::Silent { after: QUESTION }),
        }
    }

    /// A short exchange whose text nobody reads: the next echo puts right what may still come.
    fn control<'a>(&self, line: &'a str) -> Awaited<'a> {
        Awaited {
            line,
            quiet: Duration::ZERO,
            limits: Limits { silence: self.silence, whole: self.silence * 2 },
            end: None,
            may_wake: true,
            password: false,
            pause: QUESTION,
        }
    }

    async fn wait(&mut self, awaited: &Awaited<'_>) -> Result<Ending, Broken> {
        let started = Instant::now();
        let (mut heard, mut woken, mut stranger) = (started, false, None);
        loop {
            let tail = self.screen.tail(self.patterns, Some(&self.prompt));
            if tail == Tail::Pager {
                self.screen.take_pager();
                self.wire.send(b" ").await?;
            }
            let settled = self.patience(&tail, awaited, stranger.as_deref()).map(|patience| heard + patience);
            // A carriage return would be an answer to a question.
            let asked = matches!(tail, Tail::Question(_) | Tail::Password);
            let may_wake = awaited.may_wake && !woken && !asked;
            let wake = may_wake.then(|| heard + awaited.limits.silence * 2 / 3);
            let (silent, over) = (heard + awaited.limits.silence, started + awaited.limits.whole);
            let until = [settled, wake, Some(silent), Some(over)].into_iter().flatten().min().unwrap_or(over);
            if self.hear(until).await? {
                heard = Instant::now();
                // A router that never pauses meets its deadline too.
                if heard < over && self.screen.len() <= MOST_BYTES {
                    continue;
                }
                return Err(Broken::Deadline { after: awaited.limits.whole });
            }
            let now = Instant::now();
            if settled.is_some_and(|settled| settled <= now) {
                if let (Tail::Foreign(line), false) = (&tail, awaited.may_wake) {
                    // Nothing is typed that nobody asked for; that it stands so long must do.
                    stranger = Some(line.clone());
                }
                match self.settle(tail, &mut stranger) {
                    Some(ending) => return Ok(ending),
                    None => self.wire.send(b"\r").await?,
                }
                heard = now;
            } else if over <= now {
                return Err(Broken::Deadline { after: awaited.limits.whole });
            } else if silent <= now {
                return Err(Broken::Silent { after: awaited.limits.silence });
            } else if wake.is_some_and(|wake| wake <= now) {
                // `heard` stays: a router that does not answer this is as silent as before.
                woken = true;
                self.wire.send(b"\r").await?;
            }
        }
    }

    /// Whether bytes came before that moment.
    async fn hear(&mut self, until: Instant) -> Result<bool, Broken> {
        match timeout_at(until, self.wire.receive()).await {
            Ok(Some(bytes)) => {
                self.screen.add(&bytes);
                Ok(true)
            }
            Ok(None) => Err(Broken::Dropped),
            Err(_) => Ok(false),
        }
    }

    /// How long this tail must stand before it is believed; `None` for what ends nothing.
    fn patience(&self, tail: &Tail, awaited: &Awaited<'_>, stranger: Option<&str>) -> Option<Duration> {
        match tail {
            Tail::Prompt(_) => match self.start(awaited.line) {
                Some(start) if self.is_whole(start, awaited.end) => Some(awaited.quiet),
                _ => Some(DOUBT),
            },
            // Seen twice with a carriage return between: the name was changed.
            Tail::Foreign(line) if stranger == Some(line.as_str()) => Some(awaited.quiet),
            Tail::Foreign(_) if !awaited.may_wake => Some(QUESTION),
            Tail::Foreign(_) | Tail::Glued(_) => Some(DOUBT),
            Tail::Password if awaited.password => self.start(awaited.line).map(|_| Duration::ZERO),
            Tail::Question(line) if is_whole_question(line) => Some(awaited.pause),
            Tail::Password | Tail::Question(_) => Some(QUESTION),
            Tail::Pager | Tail::Nothing => None,
        }
    }

    fn start(&self, line: &str) -> Option<usize> {
        match line.is_empty() {
            true => Some(0),
            false => self.screen.after_echo(line),
        }
    }

    fn is_whole(&self, start: usize, end: Option<&str>) -> bool {
        let Some(end) = end else { return true };
        let answer = self.screen.answer(start, self.patterns, &self.prompt);
        config::ends_with(&clean::cleaned(answer, false), end)
    }

    /// What a tail that stood long enough means; `None` for one more carriage return.
    fn settle(&mut self, tail: Tail, stranger: &mut Option<String>) -> Option<Ending> {
        match tail {
            Tail::Prompt(mode) | Tail::Glued(mode) => {
                self.mode = mode;
                Some(Ending::Ready)
            }
            Tail::Foreign(line) if stranger.as_ref() == Some(&line) => {
                self.prompt = Prompt::learn(self.patterns, &line)?;
                self.mode = self.prompt.mode(self.patterns, &line).unwrap_or(Mode::Inner);
                Some(Ending::Ready)
            }
            Tail::Foreign(line) => {
                *stranger = Some(line);
                None
            }
            Tail::Password => Some(Ending::Password),
            Tail::Question(asks) => Some(Ending::Question(asks)),
            Tail::Pager | Tail::Nothing => None,
        }
    }
}

/// Its last word stands: `[confirm]`, `[yes/no]:`. A question mark alone may be the middle of one.
fn is_whole_question(line: &str) -> bool {
    line.trim_end_matches([':', '?', ' ']).ends_with(']')
}
