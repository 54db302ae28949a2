//! The life of the bot as a whole: a part that fails must not leave the rest behind, talking as if all
//! were well.

use crate::world::{DESK, Desk, parts};
use patchbay::app;
use patchbay::channel::{Channel, Deliver, Later};
use patchbay::device::MasterKey;
use patchbay::model::{
    Class, Destination, Document, Ending, Message, Outbound, Receipt, SendError, Sign, Slot, Text, Timestamp,
};
use patchbay::store::{Access, Store};
use std::sync::Arc;
use std::time::Duration;

/// A service whose code has a mistake.
struct Broken;

impl Deliver for Broken {
    fn pace(&self) -> Duration {
        Duration::ZERO
    }

    fn deliver<'a>(&'a self, message: &'a Message) -> Later<'a, Result<Receipt, SendError>> {
        panic!("made up, for {}", message.place)
    }

    fn homes(&self) -> Vec<Destination> {
        Vec::new()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn when_one_loop_fails_the_bot_ends_as_a_failure_and_its_message_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let store = Store::open(&data, Access::Bot).unwrap();
    let place = Destination { channel: "broken".to_owned(), address: "noc".to_owned() };
    let outbound = Outbound {
        slot: Slot("made-up".to_owned()),
        place,
        thread: None,
        reply_to: None,
        class: Class::Alert,
        only: None,
        document: Document::line(Sign::Critical, Text::verbatim("R1"), Ending::Well),
        not_before: None,
        expires: None,
    };
    store.write(move |work| work.post(&outbound, Timestamp(0)).map(drop)).await.unwrap();
    let key = MasterKey::create(&folder.path().join("key")).unwrap();
    let broken = Channel { name: "broken".to_owned(), listen: None, deliver: Arc::new(Broken) };
    let desk = Desk::new();
    let listens = Channel { name: DESK.to_owned(), listen: Some(desk.clone()), deliver: desk.clone() };
    let parts = parts(folder.path(), store, key, vec![listens, broken]);
    let ended = tokio::time::timeout(crate::world::PATIENCE, app::live(parts)).await.expect("it goes on");
    assert_eq!(format!("{:?}", ended.unwrap()), format!("{:?}", std::process::ExitCode::FAILURE));
    let store = Store::open(&data, Access::Bot).unwrap();
    assert_eq!(store.read(|view| view.unsent()).await.unwrap(), 1);
}
