//! Files and pictures below a message.

use super::*;
use crate::lab::{SlackTrouble, SlackWrong};
use crate::model::picture::{Drawn, Picture};

fn picture() -> Block {
    Block::Picture(Picture {
        title: said("R1 Gi1 to ISP-A"),
        name: "R1-Gi1".to_owned(),
        curves: Vec::new(),
        from: Timestamp(0),
        to: Timestamp(1),
        unit: metric::Unit::BitsPerSecond,
        capacity: None,
        marks: Vec::new(),
        simulated_until: None,
    })
}

fn drawn(bytes: &[u8]) -> Vec<Drawn> {
    vec![Drawn { name: "R1-Gi1-1402.png".to_owned(), png: bytes.to_vec(), sparklines: Vec::new() }]
}

fn file(name: &str) -> Block {
    Block::File { name: name.to_owned(), attachment: AttachmentId(1), bytes: 3 }
}

#[tokio::test]
async fn a_picture_hangs_below_the_verdict_and_stays_while_it_is_the_same() {
    let room = room().await;
    let first =
        Message { pictures: drawn(b"one"), ..room.message(line("R1 Gi1: in 412 Mb/s").with(picture())) };
    let receipt = room.sent(&first).await;
    let root = room.standing()[0].ts.clone();
    let shared = room.standing()[1].clone();
    assert_eq!((shared.thread.as_ref(), shared.files[0].title.as_str()), (Some(&root), "R1 Gi1 to ISP-A"));
    // The verdict stands once in the thread, and not above the picture once more.
    assert_eq!(room.standing()[0].shown(), "✅ R1 Gi1: in 412 Mb/s");
    assert_eq!((shared.shown().as_str(), &shared.files[0].bytes[..]), ("", &b"one"[..]));
    // Drawn anew it is the same, or it was not drawn for an edit: it stays.
    for pictures in [drawn(b"one"), drawn(b"")] {
        let again = Message { parts: receipt.parts.clone(), pictures, ..first.clone() };
        assert_eq!(room.sent(&again).await, receipt);
    }
    let other = Message { parts: receipt.parts.clone(), pictures: drawn(b"two"), ..first.clone() };
    let changed = room.sent(&other).await;
    assert_eq!((changed.parts.len(), &changed.parts[0]), (2, &receipt.parts[0]));
    assert_ne!(changed.parts[1], receipt.parts[1]);
    assert_eq!(room.lab.calls_of("files.delete").len(), 1);
    // Without a picture the part vanishes.
    let bare = Message { parts: changed.parts, document: line("over"), pictures: Vec::new(), ..first };
    assert_eq!(room.sent(&bare).await.parts, receipt.parts[..1]);
    assert_eq!(room.lab.calls_of("files.delete").len(), 2);
}

#[tokio::test]
async fn a_message_whose_file_failed_goes_on_where_it_stopped() {
    let room = room().await;
    let files = vec![b"abc".to_vec(), b"def".to_vec()];
    let message =
        Message { files, ..room.message(line("two files").with(file("a.txt")).with(file("b.cfg"))) };
    room.lab.trouble(SlackTrouble::on("files.completeUploadExternal", SlackWrong::Html(503)).times(1)).await;
    assert!(matches!(room.door.deliver(&message).await, Err(SendError::Later { .. })));
    let receipt = room.sent(&message).await;
    assert_eq!(receipt.parts.len(), 3);
    let standing = room.standing();
    let names: Vec<_> =
        standing.iter().flat_map(|message| &message.files).map(|file| file.name.as_str()).collect();
    assert_eq!((standing.len(), names), (3, vec!["a.txt", "b.cfg"]));
    assert_eq!(room.lab.calls_of("chat.postMessage").len(), 1);
}

#[tokio::test]
async fn a_file_that_is_never_taken_is_told_below_the_message() {
    let room = room().await;
    let refusal = SlackWrong::Error("file_uploads_disabled".to_owned());
    room.lab.trouble(SlackTrouble::on("files.getUploadURLExternal", refusal)).await;
    let message =
        Message { files: vec![b"abc".to_vec()], ..room.message(line("a file").with(file("a.txt"))) };
    assert_eq!(room.sent(&message).await.parts.len(), 1);
    let shown = room.standing()[0].shown();
    assert!(shown.ends_with("Not taken by Slack: a.txt. Whoever runs me finds why in the log."), "{shown}");
}

#[tokio::test]
async fn the_bytes_go_up_without_the_token() {
    let room = room().await;
    let message =
        Message { files: vec![b"abc".to_vec()], ..room.message(line("a file").with(file("a.txt"))) };
    room.sent(&message).await;
    let put = room.lab.calls_of("upload");
    assert_eq!(put.len(), 1);
    assert!(!format!("{put:?}").contains("xoxb-lab"));
}
