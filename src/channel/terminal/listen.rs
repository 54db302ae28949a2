//! From typed lines to updates. A thread reads (an editor or a pipe: both block), and this loop
//! hands in one line after the other, each when the one before it is stored.

use super::console::{Console, Meaning};
use super::editor::{Desk, Typed};
use super::lines::Lines;
use super::said::Said;
use super::{KIND, Terminal};
use crate::channel::{Acknowledgement, ChannelError, Intake, Received};
use crate::model::{Sign, Update};
use std::io::Read;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// Where lines come from.
pub enum Input {
    /// A person at the terminal that is this process's input and output.
    Editor,
    Lines(Box<dyn Read + Send>),
}

/// Lines that wait for the bot; when it is full the reader waits.
const AHEAD: usize = 256;
/// How long an update may take to be stored before the next one is handed in.
const STORED: Duration = Duration::from_secs(10);
/// How often a line that could not be stored is handed in, and the pause between.
const TRIES: usize = 3;
const AGAIN: Duration = Duration::from_millis(300);
/// How long the editor may take to give the terminal back.
const GIVES_BACK: Duration = Duration::from_secs(1);

pub async fn listen(
    terminal: Arc<Terminal>,
    intake: Intake,
    stop: CancellationToken,
) -> Result<(), ChannelError> {
    let input = terminal.input.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
    let Some(input) = input else {
        return Err(ChannelError { channel: KIND, why: "its input is read already".to_owned() });
    };
    let edits = matches!(input, Input::Editor);
    let mut typed = read(&terminal, input)?;
    let mut answers = terminal.answers.subscribe();
    loop {
        let next = tokio::select! {
            biased;
            () = stop.cancelled() => {
                if edits {
                    give_back(&terminal.console, typed).await;
                }
                return Ok(());
            }
            () = terminal.console.broken.cancelled() => None,
            next = typed.recv() => next,
        };
        let Some(mut next) = next else { break };
        if terminal.in_turn {
            // A script has seen what was printed until now: the next line waits for its answer.
            next.seen = terminal.console.seen();
            answers.mark_unchanged();
        }
        hand_in_line(&terminal, &intake, next).await;
        if terminal.in_turn {
            tokio::select! {
                _ = answers.changed() => {}
                () = stop.cancelled() => {}
                () = terminal.console.broken.cancelled() => {}
            }
        }
    }
    hand_in(&terminal, &intake, &Said::Leave(true)).await;
    if edits {
        give_back(&terminal.console, typed).await;
    }
    terminal.left.cancel();
    Ok(())
}

/// Starts the thread that reads. It ends with its input, with the editor, or with the process: a
/// read of a pipe cannot be called off.
fn read(terminal: &Terminal, input: Input) -> Result<mpsc::Receiver<Typed>, ChannelError> {
    let (lines, typed) = mpsc::channel(AHEAD);
    let console = Arc::clone(&terminal.console);
    let thread = std::thread::Builder::new().name("terminal".to_owned());
    let started = match input {
        Input::Editor => {
            let desk = Desk {
                console: Arc::clone(&console),
                prompt: terminal.prompt.clone(),
                history: terminal.history.clone(),
                words: terminal.words.clone(),
            };
            thread.spawn(move || {
                if desk.run(|typed| lines.blocking_send(typed).is_ok()).is_err() {
                    console.broken.cancel();
                }
            })
        }
        Input::Lines(input) => thread.spawn(move || {
            let mut input = Lines::new(input);
            // An input that fails has ended, as far as a person is concerned.
            while let Ok(Some(line)) = input.next() {
                let seen = console.seen();
                if lines.blocking_send(Typed { line, seen }).is_err() {
                    return;
                }
            }
        }),
    };
    started.map_err(|error| ChannelError { channel: KIND, why: error.to_string() })?;
    Ok(typed)
}

/// Ends the editor, so that the terminal is as it was before. What is typed meanwhile is lost: it
/// was never taken.
async fn give_back(console: &Console, mut typed: mpsc::Receiver<Typed>) {
    console.stop_editor();
    let ended = async { while typed.recv().await.is_some() {} };
    let _ = tokio::time::timeout(GIVES_BACK, ended).await;
}

async fn hand_in_line(terminal: &Terminal, intake: &Intake, typed: Typed) {
    let said = match terminal.console.meaning(&typed.line, typed.seen) {
        Meaning::Press(token) => Said::Press(token),
        Meaning::Line => Said::Line(typed.line),
    };
    if hand_in(terminal, intake, &said).await == Acknowledgement::NotStored {
        terminal.notice(Sign::Warning, text!("terminal.not_taken")).await;
        terminal.failed.store(true, std::sync::atomic::Ordering::Relaxed);
        terminal.answers.send_modify(|answers| *answers += 1);
    }
}

/// Hands an update in until it is stored. It keeps its key, so a second try cannot count twice.
async fn hand_in(terminal: &Terminal, intake: &Intake, said: &Said) -> Acknowledgement {
    let update = update(terminal, said);
    for attempt in 1..=TRIES {
        let (acknowledge, acknowledged) = oneshot::channel();
        let received = Received {
            update: update.clone(),
            acknowledge: Box::new(|answer| {
                // Whoever waited may have stopped waiting.
                let _ = acknowledge.send(answer);
            }),
        };
        if intake.send(received).await.is_err() {
            return Acknowledgement::NotStored;
        }
        match tokio::time::timeout(STORED, acknowledged).await {
            Ok(Ok(Acknowledgement::NotStored)) if attempt < TRIES => tokio::time::sleep(AGAIN).await,
            Ok(Ok(Acknowledgement::Said(text))) => {
                terminal.notice(Sign::None, text.clone()).await;
                return Acknowledgement::Said(text);
            }
            Ok(Ok(answer)) => return answer,
            // No word: the bot is busy or going down. It may be stored; more cannot be known here.
            Ok(Err(_)) | Err(_) => return Acknowledgement::Got,
        }
    }
    Acknowledgement::NotStored
}

fn update(terminal: &Terminal, said: &Said) -> Update {
    let now = super::now();
    Update {
        key: format!("{}/{}", terminal.session, terminal.next_line()),
        channel: KIND.to_owned(),
        sent_at: Some(now),
        received_at: now,
        raw: said.raw(),
    }
}
