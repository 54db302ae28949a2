//! A chat in the terminal. Typed lines come in as updates, documents go out as lines: for a person
//! with an editor, colours and messages that change in place, or plain for a pipe. The door knows
//! one person and one place, and decides nothing.

mod console;
mod editor;
mod files;
mod layout;
mod line;
mod lines;
mod listen;
mod numbers;
mod page;
mod said;
mod stdout;
#[cfg(test)]
mod tests;
mod words;

pub use console::Surface;
pub use layout::Size;
pub use listen::Input;
pub use stdout::Stdout;
pub use words::Words;

use super::{Channel, ChannelError, Deliver, Intake, Later, Listen, Opened, Setup, Shared};
use crate::model::outbound::MessageRef;
use crate::model::written::Fields;
use crate::model::{
    Action, Block, Button, Class, Destination, Document, Ending, Identity, Message, Receipt, Request, Scene,
    SendError, Sign, Text, Texts, Timestamp, Update,
};
use console::Console;
use files::{Files, Saved};
use page::{Page, Piece};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub const KIND: &str = "terminal";
/// The only place there is.
pub const CONSOLE: &str = "console";

/// How long a delivery waits for the editor to print it. Then it counts as delivered: it stands in
/// the queue, and the person is in the middle of a search, which only their next key ends.
const PRINTED: Duration = Duration::from_secs(2);

pub struct Options {
    /// Who sits at the terminal, by this channel's own name.
    pub you: String,
    pub texts: Arc<Texts>,
    pub prompt: String,
    /// Files of messages are written here.
    pub files: PathBuf,
    /// Pictures of messages are written here.
    pub charts: PathBuf,
    pub history: Option<PathBuf>,
    pub words: Words,
    /// On a terminal only.
    pub colour: bool,
    pub input: Input,
    /// The next line waits for the answer to the one before, as in a shell: for scripts.
    pub in_turn: bool,
    pub output: Box<dyn Surface>,
}

impl Options {
    /// The input and output of this process, whatever they are; files go below the data folder.
    pub fn of_process(you: impl Into<String>, texts: Arc<Texts>, data: &Path) -> Options {
        let you = you.into();
        let output = Stdout::of_process();
        let input = match output.is_terminal() && std::io::stdin().is_terminal() {
            true => Input::Editor,
            false => Input::Lines(Box::new(std::io::stdin())),
        };
        Options {
            prompt: format!("{you}> "),
            you,
            texts,
            files: data.join("files"),
            charts: data.join("charts"),
            history: None,
            words: Words::default(),
            // https://no-color.org: present and not empty.
            in_turn: !matches!(input, Input::Editor),
            colour: std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
            input,
            output: Box::new(output),
        }
    }
}

/// Who sits at the terminal: the one key of its settings table.
fn user(fields: &Fields<'_>) -> String {
    fields.text("user").unwrap_or_else(|| "you".to_owned())
}

pub fn checked(table: &Setup<'_>) {
    user(table.fields);
}

/// Opens the door as its settings table says. There is one terminal, so it has the same name in
/// every settings file.
pub fn opened(table: &Setup<'_>, shared: &Shared) -> Option<Opened> {
    let terminal = Terminal::of_process(user(table.fields), shared);
    Some(Opened { channel: terminal.channel(), terminal: Some(terminal) })
}

pub fn fits(address: &str) -> bool {
    address == CONSOLE
}

pub struct Terminal {
    you: String,
    prompt: String,
    history: Option<PathBuf>,
    words: Words,
    in_turn: bool,
    /// Random: keys and message refs of another start never look like ours.
    session: String,
    lines: AtomicU64,
    input: Mutex<Option<Input>>,
    console: Arc<Console>,
    files: Arc<Files>,
    /// For files that are written here, in the reader's language.
    texts: Arc<Texts>,
    failed: AtomicBool,
    /// How many messages were told to their end, or asked something.
    answers: watch::Sender<u64>,
    left: CancellationToken,
}

impl Terminal {
    pub fn new(options: Options) -> Arc<Terminal> {
        let page = Page::new(Arc::clone(&options.texts), options.colour);
        Arc::new(Terminal {
            you: options.you,
            prompt: options.prompt,
            history: options.history,
            words: options.words,
            in_turn: options.in_turn,
            session: session(),
            lines: AtomicU64::new(0),
            input: Mutex::new(Some(options.input)),
            console: Arc::new(Console::new(page, options.output)),
            files: Arc::new(Files::new(options.files, options.charts)),
            texts: options.texts,
            failed: AtomicBool::new(false),
            answers: watch::Sender::new(0),
            left: CancellationToken::new(),
        })
    }

    /// At this process's input and output, with the house's texts and words; files and the history
    /// are in the data folder.
    pub fn of_process(you: impl Into<String>, shared: &Shared) -> Arc<Terminal> {
        let words = Words::default();
        words.set(shared.words.clone());
        Terminal::new(Options {
            history: Some(shared.data.join("history")),
            words,
            ..Options::of_process(you, shared.texts.clone(), &shared.data)
        })
    }

    pub fn place() -> Destination {
        Destination { channel: KIND.to_owned(), address: CONSOLE.to_owned() }
    }

    pub fn identity(&self) -> Identity {
        Identity { channel: KIND.to_owned(), external: self.you.clone() }
    }

    pub fn channel(self: &Arc<Terminal>) -> Channel {
        Channel { name: KIND.to_owned(), listen: Some(Arc::clone(self) as _), deliver: Arc::clone(self) as _ }
    }

    /// Whether something that was told in this session ended badly: the exit status.
    pub fn failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    /// Cancelled when the input has ended and the leaving is handed in.
    pub fn left(&self) -> CancellationToken {
        self.left.clone()
    }

    fn next_line(&self) -> u64 {
        self.lines.fetch_add(1, Ordering::Relaxed) + 1
    }

    async fn notice(&self, sign: Sign, text: Text) {
        self.console.put_notice(sign, text, now());
        // A broken output closes the door by itself.
        let _ = self.flush().await;
    }

    async fn flush(&self) -> std::io::Result<()> {
        let console = Arc::clone(&self.console);
        let flushed = tokio::task::spawn_blocking(move || console.flush()).await;
        flushed.unwrap_or_else(|error| Err(std::io::Error::other(error)))
    }

    async fn print(&self, message: &Message) -> std::io::Result<()> {
        let printed = self.console.put(self.piece(message).await);
        self.flush().await?;
        // No answer means that a newer version took its place, which is as good.
        let _ = tokio::time::timeout(PRINTED, printed).await;
        match self.console.broken.is_cancelled() {
            true => Err(std::io::ErrorKind::BrokenPipe.into()),
            false => Ok(()),
        }
    }

    async fn piece(&self, message: &Message) -> Piece {
        let has_file = |block: &Block| matches!(block, Block::File { .. } | Block::Listing { .. });
        let (files, charts) =
            match message.document.blocks.iter().any(has_file) || !message.pictures.is_empty() {
                true => self.save(message.clone()).await,
                false => (Vec::new(), Vec::new()),
            };
        let drawn = message.pictures.iter().zip(charts);
        let pictures = drawn.map(|(drawn, saved)| (drawn.sparklines.clone(), saved)).collect();
        let ours = format!("{}/", self.session);
        Piece {
            slot: message.slot.clone(),
            version: message.version,
            document: message.document.clone(),
            tokens: message.tokens.clone(),
            files,
            pictures,
            reader: message.reader.clone(),
            now: message.now,
            repeat: message.repeat,
            edit: message.class == Class::Progress,
            resumed: message.parts.iter().any(|part| !part.0.starts_with(&ours)),
        }
    }

    async fn save(&self, message: Message) -> (Vec<Saved>, Vec<Option<Saved>>) {
        let (files, texts) = (Arc::clone(&self.files), Arc::clone(&self.texts));
        let save = move || (files.save(&message, &texts), files.save_pictures(&message));
        tokio::task::spawn_blocking(save).await.unwrap_or_default()
    }
}

impl Listen for Terminal {
    fn listen(
        self: Arc<Self>,
        intake: Intake,
        stop: CancellationToken,
    ) -> Later<'static, Result<(), ChannelError>> {
        Box::pin(listen::listen(self, intake, stop))
    }

    fn request(&self, update: &Update) -> Option<Request> {
        Some(Request {
            asker: self.identity(),
            place: Terminal::place(),
            thread: None,
            what: said::Said::what(&update.raw)?,
            scene: Scene::default(),
        })
    }
}

impl Deliver for Terminal {
    fn pace(&self) -> Duration {
        Duration::from_millis(100)
    }

    fn deliver<'a>(&'a self, message: &'a Message) -> Later<'a, Result<Receipt, SendError>> {
        Box::pin(async move {
            if message.document.ended == Some(Ending::Badly) {
                self.failed.store(true, Ordering::Relaxed);
            }
            let printed = self.print(&without_fields(message).with_page_of_buttons(PAGE)).await;
            printed.map_err(|error| SendError::Never { why: error.to_string() })?;
            // What nobody asked for is no answer that a script waits for.
            if !message.slot.is_alert() && (message.document.ended.is_some() || asks(message)) {
                self.answers.send_modify(|answers| *answers += 1);
            }
            let part = format!("{}/{}/{}", self.session, message.slot, message.version);
            Ok(Receipt { parts: vec![MessageRef(part)] })
        })
    }

    fn homes(&self) -> Vec<Destination> {
        vec![Terminal::place()]
    }

    fn forgets(&self) -> bool {
        true
    }
}

/// A button that opens a field has none here: whoever types at the prompt answers.
fn without_fields(message: &Message) -> Message {
    let opens = |button: &&Button| matches!(button.action, Action::Words { .. });
    let rows = message.document.buttons.iter().zip(&message.tokens);
    let (buttons, tokens) =
        rows.filter(|(button, _)| !opens(button)).map(|(b, t)| (b.clone(), t.clone())).unzip();
    Message { document: Document { buttons, ..message.document.clone() }, tokens, ..message.clone() }
}

/// So many buttons are numbered at once.
const PAGE: usize = 8;

/// Whether it waits for a person. Progress has a button too, but goes on by itself.
fn asks(message: &Message) -> bool {
    message.document.buttons.iter().any(|button| !matches!(button.action, Action::Cancel { .. }))
}

#[expect(clippy::disallowed_methods, reason = "the door's one reading of the clock")]
fn now() -> Timestamp {
    chrono::Utc::now().into()
}

/// 64 random bits. Without randomness (never seen) the clock and the process still tell starts apart.
fn session() -> String {
    let mut bytes = [0; 8];
    let number = match getrandom::fill(&mut bytes) {
        Ok(()) => u64::from_ne_bytes(bytes),
        Err(_) => now().0.unsigned_abs() << 20 | u64::from(std::process::id()),
    };
    format!("{number:016x}")
}
