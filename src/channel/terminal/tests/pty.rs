//! A person at a real pseudo-terminal. The chat runs in a process of its own, which is this test
//! binary started once more with the pseudo-terminal as its input and output; over a socket the
//! test tells it what to deliver and hears what was typed.

use super::super::super::{Acknowledgement, Deliver, Listen};
use super::screen::Screen;
use super::*;
use nix::pty::{Winsize, openpty};
use nix::sys::termios::{LocalFlags, tcgetattr};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Condvar, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

const CHILD: &str = "PATCHBAY_TEST_TERMINAL";
const PATIENCE: Duration = Duration::from_secs(20);

/// The keyboard and the screen, and the wire to the bot behind them.
struct Seat {
    keyboard: File,
    screen: Arc<(Mutex<Screen>, Condvar)>,
    bot: BufReader<TcpStream>,
    child: Child,
}

fn sit_down(history: &Path) -> Seat {
    let wire = TcpListener::bind("127.0.0.1:0").unwrap();
    let size = Winsize { ws_row: 14, ws_col: 50, ws_xpixel: 0, ws_ypixel: 0 };
    let pty = openpty(&size, None).unwrap();
    let slave = |slave: &std::os::fd::OwnedFd| Stdio::from(slave.try_clone().unwrap());
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["channel::terminal::tests::pty::child", "--exact", "--nocapture", "--test-threads=1"])
        .env(CHILD, wire.local_addr().unwrap().to_string())
        .env("HISTORY", history)
        .env("TERM", "xterm")
        .env("NO_COLOR", "1")
        .stdin(slave(&pty.slave))
        .stdout(slave(&pty.slave))
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let keyboard = File::from(pty.master);
    let screen = Arc::new((Mutex::new(Screen::new(50, 14)), Condvar::new()));
    let (mut output, seen) = (keyboard.try_clone().unwrap(), Arc::clone(&screen));
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = output.read(&mut bytes) {
            seen.0.lock().unwrap().feed(&bytes[..count]);
            seen.1.notify_all();
        }
    });
    let (bot, _) = wire.accept().unwrap();
    bot.set_read_timeout(Some(PATIENCE)).unwrap();
    Seat { keyboard, screen, bot: BufReader::new(bot), child }
}

impl Seat {
    fn types(&mut self, keys: &[u8]) {
        self.keyboard.write_all(keys).unwrap();
    }

    /// Waits until the screen ends like this.
    #[track_caller]
    fn sees(&self, end: &str) {
        let screen = self.screen.0.lock().unwrap();
        let waits = |screen: &mut Screen| !screen.shown().ends_with(end);
        let (screen, late) = self.screen.1.wait_timeout_while(screen, PATIENCE, waits).unwrap();
        assert!(!late.timed_out(), "waited for {end:?}, the screen shows:\n{}", screen.shown());
    }

    #[track_caller]
    fn hears(&mut self, expected: &str) {
        let mut line = String::new();
        self.bot.read_line(&mut line).unwrap();
        assert_eq!(line.trim_end(), expected);
    }

    /// Has the bot deliver something, and waits until it has.
    #[track_caller]
    fn bot(&mut self, order: &str) {
        writeln!(self.bot.get_mut(), "{order}").unwrap();
        self.hears("delivered");
    }

    /// Whether the terminal is as a shell wants it.
    fn is_given_back(&self) -> bool {
        let flags = tcgetattr(&self.keyboard).unwrap().local_flags;
        flags.contains(LocalFlags::ICANON | LocalFlags::ECHO | LocalFlags::ISIG)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let _ = self.bot.get_ref().shutdown(std::net::Shutdown::Both);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn replies_appear_above_the_line_that_is_being_typed() {
    let folder = tempfile::tempdir().unwrap();
    let mut seat = sit_down(&folder.path().join("history"));
    seat.sees("you>");
    seat.types(b"/ba");
    seat.sees("you> /ba");
    seat.bot("open a 1 step one, of more words than fit on one row of it");
    seat.sees("⏳ step one, of more words than fit on one row\n   of it\n\nyou> /ba");
    seat.bot("open a 2 step two");
    seat.sees("⏳ step two\n\nyou> /ba");
    assert!(!seat.screen.0.lock().unwrap().shown().contains("one row"));
    seat.types(b"ckup R1\r");
    seat.hears(r#"{"line":"/backup R1"}"#);
    // The typed line stands between now: progress is passed over, the end is shown whole.
    seat.bot("open a 3 step three");
    seat.bot("end a 4 all done");
    seat.sees("⏳ step two\n\nyou> /backup R1\n✅ all done\n\nyou>");

    seat.types(b"/he\t");
    seat.sees("you> /help");
    seat.types(b"\r");
    seat.hears(r#"{"line":"/help"}"#);
    seat.sees("you> /help\nyou>");
    seat.bot("ask q 1 Sure?");
    seat.sees("❓ Sure?\n   [1] Yes\n\nyou>");
    seat.types(b"1\r");
    seat.hears(r#"{"press":"Yes"}"#);
    seat.sees("you> 1\nyou>");
    // The newest line of the history is no number.
    seat.types(b"\x1b[A");
    seat.sees("you> /help");
    assert_eq!(std::fs::read_to_string(folder.path().join("history")).unwrap().matches("/help").count(), 1);
}

#[test]
fn a_number_that_appears_while_typing_presses_nothing() {
    let mut seat = sit_down(Path::new("/nonexistent/history"));
    seat.sees("you>");
    seat.types(b"1");
    seat.sees("you> 1");
    seat.bot("ask q 1 Sure?");
    seat.sees("[1] Yes\n\nyou> 1");
    seat.types(b"\r");
    seat.hears(r#"{"line":"1"}"#);
}

#[test]
fn keys_that_end_things() {
    let mut seat = sit_down(Path::new("/nonexistent/history"));
    seat.sees("you>");
    seat.types(b"/reload\x03");
    seat.sees("you> /reload\nyou>");
    seat.types(b"\xff");
    seat.sees("you> /reload\nyou>\nyou>");
    seat.types(b"\x1b[200~/a\n\n/b\x1b[201~\r");
    seat.hears(r#"{"line":"/a"}"#);
    seat.hears(r#"{"line":"/b"}"#);
    seat.sees("/b\nyou>");
    seat.types(b"\x04");
    seat.hears(r#"{"leave":true}"#);
    seat.hears("ended");
    assert!(seat.is_given_back());
    // What is left to say is said without an editor.
    seat.bot("open z 1 still at work");
    seat.bot("end z 2 over");
    seat.sees("/b\nyou>\n✅ over");
}

#[test]
fn a_stop_gives_the_terminal_back_in_the_middle_of_a_line() {
    let mut seat = sit_down(Path::new("/nonexistent/history"));
    seat.sees("you>");
    seat.types(b"/half");
    seat.sees("you> /half");
    assert!(!seat.is_given_back());
    writeln!(seat.bot.get_mut(), "stop").unwrap();
    seat.hears("ended");
    assert!(seat.is_given_back());
    seat.bot("end z 1 over");
    seat.sees("✅ over");
    assert!(!seat.screen.0.lock().unwrap().shown().contains("half"));
}

/// Not a test by itself: the process at the other end of the pseudo-terminal.
#[test]
fn child() {
    if let Ok(wire) = std::env::var(CHILD) {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(behave(&wire));
        runtime.shutdown_background();
    }
}

async fn behave(wire: &str) {
    let (orders, mut tell) = tokio::net::TcpStream::connect(wire).await.unwrap().into_split();
    let mut orders = tokio::io::BufReader::new(orders).lines();
    let words = Words::default();
    words.set(["/backup", "/help", "R1"].map(str::to_owned));
    let history = std::env::var_os("HISTORY").map(Into::into);
    let options = Options::of_process("you", texts(), ".".as_ref());
    let terminal = Terminal::new(Options { history, words, ..options });
    let (intake, mut received) = mpsc::channel(256);
    let stop = CancellationToken::new();
    let mut listening = Some(tokio::spawn(Arc::clone(&terminal).listen(intake, stop.clone())));
    loop {
        let said = tokio::select! {
            Some(received) = received.recv() => {
                (received.acknowledge)(Acknowledgement::Got);
                received.update.raw
            }
            ended = async { listening.as_mut().unwrap().await }, if listening.is_some() => {
                ended.unwrap().unwrap();
                listening = None;
                "ended".to_owned()
            }
            order = orders.next_line() => match order {
                Ok(Some(order)) if order == "stop" => {
                    stop.cancel();
                    continue;
                }
                Ok(Some(order)) => {
                    terminal.deliver(&ordered(&order)).await.unwrap();
                    "delivered".to_owned()
                }
                _ => return,
            },
        };
        tell.write_all(format!("{said}\n").as_bytes()).await.unwrap();
    }
}

/// `open|end|ask <slot> <version> <words>`
fn ordered(order: &str) -> Message {
    let [kind, slot, version, words] = order.splitn(4, ' ').collect::<Vec<_>>().try_into().unwrap();
    let version = version.parse().unwrap();
    match kind {
        "open" => open(slot, version, words),
        "end" => ended(slot, version, words),
        _ => message(slot, version, Document::open(Sign::Question, said(words)).with_button(answer("Yes"))),
    }
}
