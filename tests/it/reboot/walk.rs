//! The straight walk: card, press, away, back, proven.

use super::{card, quick, reloads};

#[tokio::test(flavor = "multi_thread")]
async fn a_reboot_is_shown_agreed_to_followed_and_proven() {
    let world = quick().await;
    let router = world.router("R1");
    let (slot, card) = card(&world, "/reboot R1").await;
    eprintln!("{}", card.text);
    world.desk.press("ann", &card.button("Reboot")).await;
    let end = world.desk.ended(&slot).await;
    eprintln!("{}", end.text);
    for message in world.desk.all() {
        eprintln!("-- {}\n{}", message.slot, crate::world::plain(&message));
    }
    assert!(end.first_line().starts_with("✅ R1 is back after "), "{}", end.text);
    assert_eq!(reloads(&router), 1);
}
