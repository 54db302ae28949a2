//! A channel that takes nothing: what is critical is told at another one, to its end.

use super::{Clock, RULES, routers, rules, watched};
use crate::world::{Plan, World, now};
use patchbay::channel::{Channel, Deliver, Later};
use patchbay::lab::Fault;
use patchbay::model::{
    Class, Destination, Document, Message, Outbound, Receipt, SendError, Sign, Slot, Text,
};
use std::sync::Arc;
use std::time::Duration;

/// A service that is away for ever.
struct Deaf;

impl Deliver for Deaf {
    fn pace(&self) -> Duration {
        Duration::from_millis(10)
    }

    fn deliver<'a>(&'a self, _message: &'a Message) -> Later<'a, Result<Receipt, SendError>> {
        Box::pin(async { Err(SendError::Later { after: Duration::ZERO, why: "away".to_owned() }) })
    }

    fn homes(&self) -> Vec<Destination> {
        Vec::new()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_critical_alert_that_its_route_does_not_take_is_told_elsewhere_to_its_end() {
    let deaf = Channel { name: "deaf".to_owned(), listen: None, deliver: Arc::new(Deaf) };
    let plan = Plan {
        rules: rules(RULES.replace("to = [\"desk\"]", "to = [\"deaf:noc\"]")),
        channels: vec![deaf],
        ..watched(routers(&["R1"]))
    };
    let world = World::new(plan).await;
    world.is_well().await;
    world.router("R1").fault(Fault::Cpu(95)).await;
    world.stands(|view| Ok(!view.open_alerts()?.is_empty())).await;
    world.looks("R1", 4).await;
    assert_eq!(world.told(), [], "two minutes are not over");
    // As if it had begun three minutes ago.
    let head = Outbound {
        slot: Slot("alert/1".to_owned()),
        place: Destination { channel: "deaf".to_owned(), address: "noc".to_owned() },
        thread: None,
        reply_to: None,
        class: Class::Critical,
        only: None,
        document: Document::open(Sign::Critical, Text::verbatim("R1 CPU 95 %")),
        not_before: None,
        expires: None,
    };
    world.write(move |work| work.post(&head, now().minus(Duration::from_secs(180)))).await;
    world.hears(&["R1 CPU 95 %", "Told here because it could not be delivered to deaf:noc since "]).await;
    world.looks("R1", 8).await;
    assert_eq!(world.told().len(), 1, "{:#?}", world.told());
    world.router("R1").clear_faults().await;
    let over = world.replies(1, &["✅ R1 CPU back to ", "(#1)"]).await;
    assert_eq!(over.message.reply_to.unwrap().0, "alert/1");
}
