//! Servers that break off early: whatever they do, it is not the mail's fault, and nothing is said
//! that should not be.

use super::*;
use std::sync::Mutex;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

/// A server without TLS: greets, then answers each line by its first word; without an answer it hangs
/// up. Everything that it hears is kept.
async fn server(greeting: &'static str, answers: &'static [(&str, &str)]) -> (u16, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&heard);
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        let _ = stream.get_mut().write_all(greeting.as_bytes()).await;
        let mut line = Vec::new();
        while stream.read_until(b'\n', &mut line).await.is_ok_and(|bytes| bytes > 0) {
            let said = String::from_utf8_lossy(&line).into_owned();
            kept.lock().unwrap().push_str(&said);
            line.clear();
            let Some((_, answer)) = answers.iter().find(|(word, _)| said.starts_with(word)) else { return };
            let _ = stream.get_mut().write_all(answer.as_bytes()).await;
        }
    });
    (port, heard)
}

/// Sends one mail with a login; why it was put off.
async fn why(port: u16, tls: &str) -> String {
    let text = format!("{WHOLE}port = {port}\ntls = \"{tls}\"\nuser = \"patchbay\"\npassword_file = \"x\"\n");
    let (channel, problems) = open(&text, &[("password", "made-up-word")], &[]);
    assert_eq!(problems, [""; 0]);
    let message = message("a", "noc@example.net", line(Sign::Critical, "R3 CPU 94 %"));
    match channel.unwrap().deliver.deliver(&message).await {
        Err(SendError::Later { after, why }) if after.is_zero() => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn without_starttls_nothing_is_said() {
    let answers = [("EHLO", "250-here\r\n250 AUTH PLAIN LOGIN\r\n"), ("QUIT", "221 bye\r\n")];
    let answers: &[(&str, &str)] = Box::leak(Box::new(answers));
    let (port, heard) = server("220 here\r\n", answers).await;
    let why = why(port, "starttls").await;
    assert!(why.starts_with("the mail server offers no STARTTLS, so nothing was sent"), "{why}");
    let heard = heard.lock().unwrap().clone();
    assert!(heard.lines().all(|line| line.starts_with("EHLO ") || line == "QUIT"), "{heard}");
}

#[tokio::test]
async fn a_server_that_breaks_off_is_asked_again() {
    let (no_tls, heard) =
        server("220 here\r\n", &[("EHLO", "250-here\r\n250 STARTTLS\r\n"), ("STARTTLS", "454 not now\r\n")])
            .await;
    assert_eq!(why(no_tls, "starttls").await, "the mail server sent me away (454)");
    assert!(!heard.lock().unwrap().contains("AUTH"));
    let (gone, _) = server("554 nobody is in\r\n", &[]).await;
    assert_eq!(why(gone, "starttls").await, "the mail server sent me away (554)");
    let (silent, _) = server("220 here\r\n", &[]).await;
    assert_eq!(why(silent, "starttls").await, "the mail server cannot be reached");
    let (clear, heard) = server("220 here, in clear\r\n", &[]).await;
    assert!(why(clear, "implicit").await.contains("could not agree on TLS, so nothing was sent"));
    assert!(!heard.lock().unwrap().contains("EHLO"));
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    assert_eq!(why(closed, "starttls").await, "the mail server cannot be reached");
}

#[tokio::test]
async fn a_newer_version_of_what_stands_there_is_not_sent() {
    let (channel, _) = open(&format!("{WHOLE}port = 1\n"), &[], &[]);
    let mut message = message("a", "noc@example.net", line(Sign::Critical, "R3 CPU 97 %"));
    message.parts = vec![MessageRef("<a@example.net>".to_owned())];
    let receipt = channel.unwrap().deliver.deliver(&message).await.unwrap();
    assert_eq!(receipt.parts, message.parts);
}

#[test]
fn answers_are_final_or_not_by_their_number() {
    let told = |code| match post::answered(code) {
        SendError::Later { .. } => "later",
        SendError::Never { .. } => "never",
        SendError::Moved { .. } => "moved",
    };
    for (codes, becomes) in [
        ([421, 450, 451, 452, 454], "later"),
        ([530, 534, 535, 538, 432], "later"),
        ([500, 501, 550, 552, 554], "never"),
        ([503, 551, 553, 555, 556], "never"),
    ] {
        for code in codes {
            assert_eq!(told(code), becomes, "{code}");
        }
    }
}
