//! The webhook of an account: signed events come in, others do not.

use super::*;
use chrono::TimeDelta;
use std::net::SocketAddr;

/// A port that is free.
fn free() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

struct Hooked {
    bench: Bench,
    ears: Ears,
    at: SocketAddr,
    ann: lab::Person,
}

impl Hooked {
    async fn new(plan: lab::Plan) -> Hooked {
        let at = free();
        let bench = Bench::account(plan, &format!("webhook = \"{at}\"\n")).await;
        let ann = bench.service.person("Ann");
        let ears = bench.listens();
        // It listens when it answers.
        let asks = async {
            while ann.writes_at("x", chrono::Utc::now() - TimeDelta::days(1)).post(at).await.is_none() {
                tokio::task::yield_now().await;
            }
        };
        soon("the port", asks).await;
        Hooked { bench, ears, at, ann }
    }

    /// Posts an event that flow stores.
    async fn stored(&mut self, event: &lab::Event) -> (Option<u16>, Update) {
        tokio::join!(event.post(self.at), self.ears.got())
    }
}

#[tokio::test]
async fn a_signed_event_is_stored_and_then_answered() {
    for prefix in ["mac=", "", "sha256="] {
        let mut hooked = Hooked::new(lab::Plan { prefix: prefix.to_owned(), ..lab::Plan::default() }).await;
        let event = hooked.ann.writes("/subscribe 123456");
        let (status, update) = hooked.stored(&event).await;
        assert_eq!(status, Some(200));
        let request = hooked.bench.door.listen.as_ref().unwrap().request(&update).unwrap();
        assert_eq!(request.what, What::Line("/subscribe 123456".to_owned()));
        assert_eq!(request.place.address, hooked.ann.id());
        assert!(hooked.bench.house.noted().contains(&format!("{} open for 7.0 d", hooked.ann.id())));
        // A second delivery has the same key: it is the inbox that knows it.
        let (status, again) = hooked.stored(&event).await;
        assert_eq!((status, again.key), (Some(200), update.key));
        hooked.ears.ends().await;
    }
}

#[tokio::test]
async fn what_is_not_signed_is_refused_and_not_read() {
    let mut hooked = Hooked::new(lab::Plan::default()).await;
    let event = hooked.ann.writes("/reboot R1");
    let other = |change: &dyn Fn(&mut lab::Event)| {
        let mut event = event.clone();
        change(&mut event);
        event
    };
    for forged in [
        other(&|event| event.body = event.body.replace("R1", "R2")),
        other(&|event| event.signature = "mac=".to_owned()),
        other(&|event| event.signature.push('0')),
        other(&|event| event.signature = event.signature.replace(['0', '1', '2', '3'], "4")),
        other(&|event| event.body = "{}".to_owned()),
    ] {
        assert_eq!(forged.post(hooked.at).await, Some(403), "{forged:?}");
    }
    let long = other(&|event| event.body = "x".repeat(100_000));
    assert_eq!(long.post(hooked.at).await, Some(413));
    assert!(hooked.ears.updates.try_recv().is_err(), "nothing came in");
    // Signed with the app's secret, where the webhook has another one.
    hooked.bench.service.change(|plan| plan.webhook_secret = plan.app_secret.clone());
    assert_eq!(hooked.ann.writes("/whoami").post(hooked.at).await, Some(403));
    hooked.ears.ends().await;
}

#[tokio::test]
async fn what_is_not_stored_is_not_answered_as_taken() {
    let mut hooked = Hooked::new(lab::Plan::default()).await;
    let event = hooked.ann.writes("/whoami");
    let (status, ()) = tokio::join!(event.post(hooked.at), async {
        let received = hooked.ears.next().await;
        (received.acknowledge)(Acknowledgement::NotStored);
    });
    assert_eq!(status, Some(503));
    hooked.ears.ends().await;
}

#[tokio::test]
async fn who_follows_can_be_written_to_and_who_leaves_cannot() {
    let hooked = Hooked::new(lab::Plan::default()).await;
    let id = hooked.ann.id().to_owned();
    assert_eq!(hooked.ann.event("follow").post(hooked.at).await, Some(200));
    assert_eq!(hooked.ann.event("unfollow").post(hooked.at).await, Some(200));
    let noted = hooked.bench.house.noted();
    assert_eq!(
        noted[noted.len() - 2..],
        [format!("{id} open for 7.0 d"), format!("{id} zalo.not_following")]
    );
    hooked.ears.ends().await;
}
