//! One shell of a router: keys enter, characters leave. It echoes, pages and waits; what the lines mean is the
//! interpreter's business.

mod asked;

use std::time::Duration;

use russh::server::{Handle, Msg};
use russh::{Channel, Disconnect};

use super::cli::{self, Desk, Session, exec};
use super::clock;
use super::editor::{Editor, Key};
use super::fault::{Fault, Point};
use super::router::{Router, lock};
use super::state::LoggedIn;
use super::tty::{Gone, Tty};
use tokio::sync::broadcast;

/// The size that the client gave; a router takes it in place of its own 24 by 80.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Screen {
    pub in_use: bool,
    rows: Option<u16>,
    columns: Option<u16>,
}

impl Screen {
    pub fn resize(&mut self, columns: u32, rows: u32) {
        let size = |number: u32| u16::try_from(number).ok().filter(|number| *number > 0);
        (self.rows, self.columns) = (size(rows), size(columns));
    }
}

pub(crate) struct Terminal {
    router: Router,
    number: u64,
    tty: Tty,
    session: Session,
    announcements: broadcast::Receiver<String>,
}

const MORE: &str = " --More-- ";
const ERASE_MORE: &str = "\x08\x08\x08\x08\x08\x08\x08\x08\x08        \x08\x08\x08\x08\x08\x08\x08\x08\x08";

impl Terminal {
    pub fn new(
        router: &Router,
        number: u64,
        channel: Channel<Msg>,
        user: &str,
        peer: &str,
        screen: Screen,
    ) -> Terminal {
        let mut state = lock(&router.inner.state);
        let taken = |line: &u16| state.users.iter().any(|other| other.line == *line);
        let line = (0..u16::MAX).find(|line| !taken(line)).unwrap_or(0);
        let mut session = Session::new(line, user, peer, state.first_privilege);
        session.length = screen.rows.unwrap_or(session.length);
        session.width = screen.columns.unwrap_or(session.width);
        let logged_in =
            LoggedIn { line, user: user.to_owned(), from: peer.to_owned(), typed_at: clock::now() };
        state.users.push(logged_in);
        drop(state);
        let announcements = router.inner.power.announcements.subscribe();
        Terminal { router: router.clone(), number, tty: Tty::new(channel), session, announcements }
    }

    pub async fn run(mut self, handle: Handle) {
        if self.converse().await.is_err() {
            return;
        }
        if self.flush().await.is_ok() {
            self.hang_up(&handle).await;
        }
    }

    /// An `exit` ends the connection as well. The disconnect overtakes data that waits in russh's queue, so it is sent
    /// when the other side has answered the close of the channel, or is slow to.
    async fn hang_up(&mut self, handle: &Handle) {
        if tokio::time::timeout(Duration::from_secs(2), self.tty.close()).await.is_err() {
            tracing::debug!("lab: the close of a channel was not answered");
        }
        let bye = handle.disconnect(Disconnect::ByApplication, "logged out".to_owned(), String::new());
        if let Err(error) = bye.await {
            tracing::debug!(%error, "lab: the other side was faster");
        }
    }

    async fn converse(&mut self) -> Result<(), Gone> {
        while self.router.has(&Fault::HangAfterLogin) {
            self.tty.receive().await?;
        }
        self.greet();
        while !self.session.closed {
            let prompt = self.session.prompt(&lock(&self.router.inner.state));
            self.tty.say(&prompt);
            let question = self.session.dialogue().map(|dialogue| dialogue.takes_key());
            if question == Some(true) {
                let key = self.read_key(&prompt).await?;
                self.settle(&prompt, &key).await?;
                continue;
            }
            let (line, key) = self.read_line(&prompt).await?;
            match key {
                Key::Typed | Key::Entered if question.is_some() => self.settle(&prompt, &line).await?,
                Key::Interrupted | Key::Ended => {
                    self.leave(&line, key == Key::Ended && question.is_none()).await?;
                }
                Key::Typed | Key::Entered => self.obey(&line).await?,
            }
        }
        Ok(())
    }

    /// The message of the day, as the running configuration has it.
    fn greet(&mut self) {
        let faults = self.router.faults();
        let motd =
            lock(&self.router.inner.state).running.value("banner motd").map(|text| text.replace("^C", ""));
        let mut text = format!("\n{}\n", motd.unwrap_or_default().trim_end_matches('\n'));
        if let Some(newline) = faults.iter().find_map(|fault| match fault {
            Fault::BannerEndingInHash { newline } => Some(*newline),
            _ => None,
        }) {
            text.push_str("### Only for those who may, unit #");
            text.push_str(if newline { "\n" } else { "" });
        }
        self.tty.say(&text);
    }

    async fn read_line(&mut self, prompt: &str) -> Result<(String, Key), Gone> {
        let mut editor = Editor::new(prompt.chars().count(), self.session.width, self.session.hides_input());
        loop {
            let redraw =
                format!("{prompt}{}", if self.session.hides_input() { String::new() } else { editor.line() });
            let byte = self.next_byte(&redraw).await?;
            match editor.key(byte, self.tty.output()) {
                Key::Typed => {}
                key => return Ok((editor.line(), key)),
            }
        }
    }

    async fn leave(&mut self, line: &str, done: bool) -> Result<(), Gone> {
        if done && !line.trim().is_empty() {
            self.obey(line).await?;
        }
        let mut state = lock(&self.router.inner.state);
        let mut desk = Desk { state: &mut state, session: &mut self.session, faults: &[], now: clock::now() };
        cli::leave(&mut desk);
        drop(state);
        self.keep();
        Ok(())
    }

    async fn obey(&mut self, line: &str) -> Result<(), Gone> {
        let full = if self.session.editing.is_none() {
            exec::full_words(line, self.session.privilege)
        } else {
            line.to_owned()
        };
        if !self.session.hides_input() {
            self.router.note_typed(line);
            self.pause(|point| matches!(point, Point::AtCommand(words) if begins(line, &full, words)))
                .await?;
        }
        let faults = self.router.faults();
        let text = self.interpret(line, &faults);
        self.keep();
        self.router.power_changed();
        self.print(line, &full, &text, &faults).await?;
        self.strike().await
    }

    fn interpret(&mut self, line: &str, faults: &[Fault]) -> String {
        let now = clock::now();
        let mut state = lock(&self.router.inner.state);
        if let Some(user) = state.users.iter_mut().find(|user| user.line == self.session.line) {
            user.typed_at = now;
        }
        cli::interpret(&mut Desk { state: &mut state, session: &mut self.session, faults, now }, line)
    }

    /// Keeps what was changed, at the end of an edit or after a save, as the flash of a router would.
    fn keep(&self) {
        let changing =
            self.session.editing.is_none() && std::mem::take(&mut lock(&self.router.inner.state).unkept);
        if let Some(Err(error)) = changing.then(|| self.router.save()) {
            tracing::warn!(%error, "lab: the router's state was not kept");
        }
    }

    async fn print(&mut self, line: &str, full: &str, text: &str, faults: &[Fault]) -> Result<(), Gone> {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let pace = faults.iter().find_map(|fault| match fault {
            Fault::SlowPerLine(pace) => Some(*pace),
            _ => None,
        });
        let dropping = self.light_fuse(full, faults).await?;
        // An output of one line or none is held after it.
        let middle = lines.len().div_ceil(2);
        let in_the_middle =
            |point: &Point| matches!(point, Point::MiddleOf(words) if begins(line, full, words));
        let mut page = 0;
        for (at, one) in lines.iter().enumerate() {
            if at == middle {
                self.pause(in_the_middle).await?;
            }
            self.wait(pace).await?;
            self.interfere(at, faults);
            if self.session.length > 0 && page + 1 >= usize::from(self.session.length) {
                match self.ask_for_more().await? {
                    More::Page => page = 0,
                    More::Line => {}
                    More::Nothing => return Ok(()),
                }
            }
            page += 1;
            self.tty.say(one);
            // Long outputs leave in pieces, so that a slow reader holds the router back and not its memory; a line at a
            // time when the connection is about to break, so that the lines before the break arrive.
            if dropping || self.tty.output().len() > 8192 {
                self.flush().await?;
            }
        }
        if middle == lines.len() {
            self.pause(in_the_middle).await?;
        }
        Ok(())
    }

    async fn light_fuse(&mut self, full: &str, faults: &[Fault]) -> Result<bool, Gone> {
        let bytes = faults.iter().find_map(|fault| match fault {
            Fault::DropInTheMiddle(bytes) if full.starts_with("show running-config") => Some(*bytes),
            _ => None,
        });
        if let Some(bytes) = bytes {
            self.flush().await?;
            self.router.inner.door.connections.break_after(self.number, bytes);
        }
        Ok(bytes.is_some())
    }

    async fn wait(&mut self, pace: Option<Duration>) -> Result<(), Gone> {
        if let Some(pace) = pace {
            self.flush().await?;
            self.tty.meanwhile(tokio::time::sleep(pace)).await?;
        }
        Ok(())
    }

    /// A line of the log between the lines of an output, as on a console.
    fn interfere(&mut self, at: usize, faults: &[Fault]) {
        if at % 20 == 2 && faults.contains(&Fault::LogLinesInOutput) {
            let mut state = lock(&self.router.inner.state);
            let line =
                state.log(clock::now(), "%LINK-3-UPDOWN: Interface GigabitEthernet4, changed state to down");
            drop(state);
            self.tty.say(&format!("{line}\n"));
        }
    }

    async fn ask_for_more(&mut self) -> Result<More, Gone> {
        self.tty.say(MORE);
        let key = self.next_byte(MORE).await?;
        self.tty.say(ERASE_MORE);
        Ok(match key {
            b' ' => More::Page,
            b'\r' | b'\n' => More::Line,
            _ => More::Nothing,
        })
    }

    /// An announcement comes between; what stood in the line is painted again behind it.
    async fn next_byte(&mut self, line: &str) -> Result<u8, Gone> {
        loop {
            if let Some(byte) = self.tty.key() {
                return Ok(byte);
            }
            self.flush().await?;
            let told = tokio::select! {
                heard = self.tty.receive() => heard.map(|()| None)?,
                told = self.announcements.recv() => told.ok(),
            };
            if let Some(text) = told {
                self.tty.say(&format!("{text}{line}"));
            }
            self.session.width = self.tty.resized().unwrap_or(self.session.width);
        }
    }

    async fn flush(&mut self) -> Result<(), Gone> {
        let piece = self.router.faults().iter().find_map(|fault| match fault {
            Fault::SmallPieces(bytes) => Some((*bytes).max(1)),
            _ => None,
        });
        self.tty.flush(piece).await
    }

    /// Waits at the holds of the test that mean this line.
    async fn pause(&mut self, wanted: impl Fn(&Point) -> bool) -> Result<(), Gone> {
        self.flush().await?;
        self.tty.meanwhile(self.router.pause(wanted)).await
    }
}

enum More {
    Page,
    Line,
    Nothing,
}

impl Drop for Terminal {
    fn drop(&mut self) {
        lock(&self.router.inner.state).users.retain(|user| user.line != self.session.line);
    }
}

fn begins(line: &str, full: &str, words: &str) -> bool {
    line.trim_start().starts_with(words) || full.starts_with(words)
}
