//! What the log may hold, at its loudest and with everybody's words in it: no token, no ticket, no address that is one.

use super::*;
use crate::channel::Acknowledgement;
use crate::lab::{SlackFault, SlackTrouble, SlackWrong};
use std::io::Write;
use std::sync::Mutex;
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Paper {
    type Writer = Paper;

    fn make_writer(&self) -> Paper {
        self.clone()
    }
}

#[tokio::test]
async fn no_log_holds_a_token_or_a_ticket() {
    let paper = Paper::default();
    let loudest = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(paper.clone());
    let _guard = tracing::subscriber::set_default(loudest.finish());
    let room = room().await;
    room.lab.fault(SlackFault::TokenRevoked).await;
    let mut ear = room.listen();
    room.lab.wait_call(|call| call.error.as_deref() == Some("token_revoked")).await;
    let refused = room.door.deliver(&room.message(line("one"))).await.unwrap_err().to_string();
    room.lab.clear_faults().await;
    room.lab.greeted(1).await;
    let secret = room.lab.add_private_channel("secret", &[&room.anna]);
    let typed = room.lab.slash(&room.anna, &secret, "/net", "status all").unwrap();
    (ear.next().await.acknowledge)(Acknowledgement::Got);
    room.door.deliver(&message(&secret, line("two"))).await.unwrap_err();
    let file = Block::File { name: "a.txt".to_owned(), attachment: AttachmentId(1), bytes: 3 };
    let with_file = Message { files: vec![b"abc".to_vec()], ..room.message(line("three").with(file)) };
    room.lab.trouble(SlackTrouble::on("upload", SlackWrong::CutAfter).times(1)).await;
    room.door.deliver(&with_file).await.unwrap_err();
    room.sent(&with_file).await;
    room.lab.reset_sockets();
    room.lab.greeted(2).await;
    ear.stopped().await;
    let log = String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("token_revoked"), "{log}");
    assert!(refused.contains("install the app anew"), "{refused}");
    let hook = typed.response_url.unwrap_or_else(|| "/commands/".to_owned());
    for word in ["xoxb-lab", "xapp-lab", "ticket=", "/upload/v1/", hook.as_str()] {
        assert!(!log.contains(word) && !refused.contains(word), "{word} in\n{log}");
    }
}
