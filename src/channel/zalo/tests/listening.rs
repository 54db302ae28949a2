//! What people write to the bot, one update at a time.

use super::*;
use lab::Fault as Trouble;

#[tokio::test]
async fn what_somebody_writes_is_a_line_of_theirs() {
    let bench = Bench::bot().await;
    let ann = bench.service.person("Ann");
    let mut ears = bench.listens();
    let id = ann.says("  /status all ");
    let update = ears.got().await;
    assert_eq!((update.key.as_str(), update.channel.as_str()), (id.as_str(), "zl"));
    assert!(update.sent_at.is_some());
    let request = bench.door.listen.as_ref().unwrap().request(&update).unwrap();
    assert_eq!(request.what, What::Line("/status all".to_owned()));
    assert_eq!((request.asker.external.as_str(), request.place.address.as_str()), (ann.id(), ann.id()));
    assert_eq!(request.scene.called.as_deref(), Some("Ann"));
    assert!(request.scene.private && request.scene.addressed);
    // Everything comes in, whatever it is, and what is no text asks for nothing.
    ann.sends("message.sticker.received");
    assert_eq!(bench.door.listen.as_ref().unwrap().request(&ears.got().await), None);
    ears.ends().await;
}

#[tokio::test]
async fn what_is_not_stored_is_handed_in_again() {
    let bench = Bench::bot().await;
    let ann = bench.service.person("Ann");
    let mut ears = bench.listens();
    ann.says("one");
    ann.says("two");
    let first = ears.next().await;
    (first.acknowledge)(Acknowledgement::NotStored);
    let again = ears.next().await;
    assert_eq!(again.update, first.update, "the service would not bring it again");
    // Dropped without a word is not stored either.
    drop(again.acknowledge);
    assert_eq!(ears.got().await.key, first.update.key);
    assert!(ears.got().await.raw.contains("two"));
    ears.ends().await;
}

#[tokio::test]
async fn trouble_with_polls_is_survived() {
    let bench = Bench::bot().await;
    let ann = bench.service.person("Ann");
    bench.service.fault(Trouble::Refuse(408, "Request timeout".to_owned()).on("getUpdates").times(3)).await;
    bench.service.fault(Trouble::Html(502).on("getUpdates").times(1)).await;
    let mut ears = bench.listens();
    ann.says("after all that");
    assert!(ears.got().await.raw.contains("after all that"));
    ears.ends().await;
}
