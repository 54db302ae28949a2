//! Typed lines as the bot gets them.

use super::super::super::{Acknowledgement, Deliver, Listen, Received};
use super::*;
use std::io::Write;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A session whose bot is the test.
struct Session {
    terminal: Arc<Terminal>,
    received: mpsc::Receiver<Received>,
    stop: CancellationToken,
    listening: JoinHandle<Result<(), super::super::ChannelError>>,
}

fn start(input: impl std::io::Read + Send + 'static, paper: &Paper) -> Session {
    listening(terminal(Input::Lines(Box::new(input)), paper, Path::new(".")))
}

fn listening(terminal: Arc<Terminal>) -> Session {
    let (intake, received) = mpsc::channel(256);
    let stop = CancellationToken::new();
    let listening = tokio::spawn(Arc::clone(&terminal).listen(intake, stop.clone()));
    Session { terminal, received, stop, listening }
}

impl Session {
    async fn next(&mut self, answer: Acknowledgement) -> (String, What) {
        let received = self.received.recv().await.unwrap();
        (received.acknowledge)(answer);
        let request = self.terminal.request(&received.update).unwrap();
        assert_eq!(request.place, Terminal::place());
        assert_eq!(request.asker, Identity { channel: "terminal".to_owned(), external: "you".to_owned() });
        (received.update.key, request.what)
    }

    async fn hears(&mut self) -> What {
        self.next(Acknowledgement::Got).await.1
    }
}

fn line(words: &str) -> What {
    What::Line(words.to_owned())
}

#[tokio::test]
async fn each_line_is_an_update_with_its_own_key_and_the_end_is_a_leaving() {
    let mut session = start(&b"# demo\n/backup all\n\nhello\n7\n"[..], &Paper::pipe());
    let mut keys = Vec::new();
    for expected in [line("/backup all"), line("hello"), line("7"), What::Leave] {
        assert!(!session.terminal.left().is_cancelled());
        let (key, what) = session.next(Acknowledgement::Got).await;
        assert_eq!(what, expected);
        keys.push(key);
    }
    session.listening.await.unwrap().unwrap();
    assert!(session.terminal.left().is_cancelled());
    let name = keys[0].split('/').next().unwrap().to_owned();
    assert_eq!(keys, [1, 2, 3, 4].map(|number| format!("{name}/{number}")));
    assert_ne!(name, quiet(&Paper::pipe()).session);
}

#[tokio::test]
async fn a_script_may_press_what_its_line_before_has_shown() {
    let input = Input::Lines(Box::new(&b"/version\n1\n/help\n"[..]));
    let paper = Paper::pipe();
    let mut session =
        listening(Terminal::new(Options { in_turn: true, ..options(input, &paper, Path::new(".")) }));
    assert_eq!(session.hears().await, line("/version"));
    assert!(session.received.try_recv().is_err(), "the next line waits for the answer");
    let question = Document::open(Sign::Question, said("Which?")).with_button(answer("r1"));
    session.terminal.deliver(&message("a", 1, question)).await.unwrap();
    assert_eq!(session.hears().await, What::Press(Token("r1".to_owned())));
    session.terminal.deliver(&ended("a", 2, "R1 is well")).await.unwrap();
    assert_eq!(session.hears().await, line("/help"));
    session.terminal.deliver(&ended("b", 1, "help")).await.unwrap();
    assert_eq!(session.hears().await, What::Leave);
}

#[tokio::test]
async fn a_shown_number_presses_its_button() {
    let (input, mut typing) = std::io::pipe().unwrap();
    let mut session = start(input, &Paper::pipe());
    let question = |slot: &str, names: [&str; 2]| {
        let document = Document::open(Sign::Question, said("Which?"));
        message(slot, 1, document.with_button(answer(names[0])).with_button(answer(names[1])))
    };
    session.terminal.deliver(&question("a", ["a-yes", "a-no"])).await.unwrap();
    session.terminal.deliver(&question("b", ["b-yes", "b-no"])).await.unwrap();
    // The first question is over; its numbers stay its own.
    session.terminal.deliver(&ended("a", 2, "cancelled")).await.unwrap();
    for (typed, what) in [
        ("3", What::Press(Token("b-yes".to_owned()))),
        (" 2 ", What::Press(Token("a-no".to_owned()))),
        ("5", line("5")),
        ("03", line("03")),
    ] {
        writeln!(typing, "{typed}").unwrap();
        assert_eq!(session.hears().await, what, "{typed}");
    }
    drop(typing);
    assert_eq!(session.hears().await, What::Leave);
}

#[tokio::test]
async fn what_is_not_stored_is_tried_again_under_its_key_and_then_told() {
    let (input, mut typing) = std::io::pipe().unwrap();
    let paper = Paper::pipe();
    let mut session = start(input, &paper);
    writeln!(typing, "/backup R1").unwrap();
    let mut keys = Vec::new();
    for _ in 0..3 {
        keys.push(session.next(Acknowledgement::NotStored).await.0);
    }
    keys.dedup();
    assert_eq!(keys.len(), 1);
    writeln!(typing, "/backup R2").unwrap();
    let (_, what) = session.next(Acknowledgement::Said(said("got it"))).await;
    assert_eq!(what, line("/backup R2"));
    drop(typing);
    assert_eq!(session.hears().await, What::Leave);
    assert_eq!(paper.text(), "⚠️ That line was not stored, so nothing was done. Type it again.\ngot it\n");
}

#[tokio::test]
async fn a_stop_ends_listening_at_once_and_nobody_leaves() {
    let (input, _typing) = std::io::pipe().unwrap();
    let mut session = start(input, &Paper::pipe());
    session.stop.cancel();
    session.listening.await.unwrap().unwrap();
    assert!(session.received.recv().await.is_none());
    assert!(!session.terminal.left().is_cancelled());
}

#[tokio::test]
async fn when_nobody_reads_the_output_the_person_has_left() {
    let (input, _typing) = std::io::pipe().unwrap();
    let paper = Paper { broken: true, ..Paper::pipe() };
    let mut session = start(input, &paper);
    session.terminal.deliver(&ended("a", 1, "well")).await.unwrap_err();
    assert_eq!(session.hears().await, What::Leave);
    session.listening.await.unwrap().unwrap();
    assert!(session.terminal.left().is_cancelled());
}
