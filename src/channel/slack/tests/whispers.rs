//! Messages for one of many.

use super::*;

fn only(room: &Room, thread: Option<Thread>) -> Message {
    let only = Some(Identity { channel: "slack".to_owned(), external: room.anna.clone() });
    Message { class: Class::Ephemeral, only, thread, ..room.message(line("That button is carol's")) }
}

#[tokio::test]
async fn only_the_one_who_pressed_reads_why_nothing_happened() {
    let room = room().await;
    let root = room.lab.write(&room.anna, &room.noc, None, "hello").ts.unwrap();
    let receipt = room.sent(&only(&room, Some(refs::thread(&root)))).await;
    // Nothing changes it any more.
    assert_eq!(receipt.parts, []);
    let standing = room.standing();
    let whisper = standing.last().unwrap();
    assert_eq!((whisper.only_for.as_ref(), whisper.thread.as_ref()), (Some(&room.anna), Some(&root)));
    assert_eq!(whisper.shown(), "✅ That button is carol's");
}

/// The service shows such a message only in a thread that somebody has written in:
/// docs.slack.dev/reference/methods/chat.postEphemeral.
#[tokio::test]
async fn below_a_message_without_a_thread_it_stands_in_the_channel() {
    let room = room().await;
    let root = room.lab.write(&room.anna, &room.noc, None, "hello").ts.unwrap();
    room.sent(&only(&room, Some(refs::new_thread(&root)))).await;
    assert_eq!(room.standing().last().unwrap().thread, None);
    // An answer begins the thread.
    let answer = Message { thread: Some(refs::new_thread(&root)), ..room.message(line("here")) };
    room.sent(&answer).await;
    assert_eq!(room.standing().last().unwrap().thread, Some(root));
}
