//! What happens in the demo without anybody's doing: R3's processor climbs and calms down again, and
//! the mails that the bot sends are shown as they arrive at the lab's mail server.

use crate::channel::terminal;
use crate::lab::{Fault, Lab, MailSink, Visitor};
use crate::model::{Class, Destination, Document, Ending, Outbound, Sign, Slot};
use crate::store::Store;
use std::path::Path;
use std::time::Duration;

const QUIET: Duration = Duration::from_secs(60);
const CLIMB: Duration = Duration::from_secs(15);
const HIGH: Duration = Duration::from_secs(120);
/// The router that has a bad day.
pub const SUFFERS: &str = "R3";
/// The router on which somebody forgot to save.
const FORGOTTEN: &str = "R5";
/// The router on which somebody is at work.
const IN_HAND: &str = "R2";
const IDLE: Duration = Duration::from_secs(4 * 60);

/// Never ends by itself.
pub async fn tell(lab: &Lab, sink: &MailSink, store: &Store, folder: &Path) {
    tokio::join!(climb(lab), mails(sink, store, folder));
}

/// Somebody is logged in and does nothing.
pub fn leave_somebody_logged_in(lab: &Lab) {
    let Some(router) = lab.router(IN_HAND) else { return };
    router.sign_in(&Visitor { user: "bob".to_owned(), line: 0, from: "10.2.1.17".to_owned(), idle: IDLE });
}

/// Somebody changed a router and went home, and another one while he is at it.
pub fn leave_something_unsaved(lab: &Lab) -> anyhow::Result<()> {
    let Some(router) = lab.router(FORGOTTEN) else { return Ok(()) };
    router.edit("bob", &["interface Loopback0", "description router id, see ticket 4711"])?;
    let Some(router) = lab.router(IN_HAND) else { return Ok(()) };
    let lines = [
        "ip route 10.8.0.0 255.255.0.0 10.2.1.9",
        "ip route 10.9.0.0 255.255.0.0 10.2.1.9",
        "logging host 10.2.1.20",
    ];
    router.edit("bob", &lines)?;
    Ok(())
}

/// Once: high for a while, then well again.
async fn climb(lab: &Lab) {
    let Some(router) = lab.router(SUFFERS) else { return };
    tokio::time::sleep(QUIET).await;
    let fault = Fault::CpuClimb { from: 35, to: 94, over: CLIMB };
    router.fault(fault.clone()).await;
    tokio::time::sleep(HIGH).await;
    router.clear_fault(&fault).await;
}

/// Each mail as a line in the chat, and whole in a file.
async fn mails(sink: &MailSink, store: &Store, folder: &Path) {
    for number in 0.. {
        let mail = sink.next(number).await;
        let path = folder.join(format!("{}.eml", number + 1));
        let kept = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, &mail.raw));
        let now = crate::flow::Clock::start().now().wall;
        let text = text!("demo.mail", to = mail.to.join(", "), subject = mail.subject);
        let document = Document::line(Sign::None, text, Ending::Well);
        let document = match kept {
            Ok(()) => document.with_detail(text!("demo.mail_file", path = path.display().to_string())),
            Err(_) => document,
        };
        let notice = Outbound {
            // Nobody asked for it: it is no answer that a script waits for.
            slot: Slot(format!("alert/mail/{}/{number}", now.0)),
            place: Destination { channel: terminal::KIND.to_owned(), address: terminal::CONSOLE.to_owned() },
            thread: None,
            reply_to: None,
            class: Class::Alert,
            only: None,
            document,
            not_before: None,
            expires: None,
        };
        if let Err(error) = store.write(move |work| work.post(&notice, now).map(drop)).await {
            tracing::error!(%error, "a mail could not be shown");
        }
    }
}
