//! Answers that are not as the models say, and counters that jump: no false alert, no absurd rate, and
//! the looks go on.

use super::{Clock, routers, watched};
use crate::world::{PATIENCE, World};
use patchbay::lab::Fault;
use patchbay::model::Metric;

const PORT: &str = "GigabitEthernet1";

fn port() -> String {
    PORT.to_owned()
}

/// Points that came after those that are there now.
async fn goes_on(world: &World, metrics: &[(Metric, &str)]) {
    for (metric, object) in metrics {
        let last = world.track("R1", *metric, object).await.points.last().map(|point| point.at);
        let more = async {
            loop {
                world.router("R1").requested(4).await;
                let track = world.track("R1", *metric, object).await;
                let fresh = track.points.iter().filter(|point| last.is_none_or(|last| point.at > last));
                if fresh.count() >= 2 {
                    return;
                }
            }
        };
        let more = tokio::time::timeout(PATIENCE, more).await;
        assert!(more.is_ok(), "no more values of {metric}; {:?}", world.router("R1").requests().last());
    }
}

async fn is_sane(world: &World) {
    for metric in [Metric::In, Metric::Out] {
        let track = world.track("R1", metric, PORT).await;
        let worst = track.points.iter().map(|point| point.peak).fold(0.0, f64::max);
        assert!(worst > 0.0 && worst <= 1.2e9, "{worst} b/s at a port of 1 Gb/s");
        // One rate of half a second is as exact as two answers are punctual; what came too late for one
        // is missing in the next.
        let mean = track.points.iter().map(|point| point.value).sum::<f64>() / track.points.len() as f64;
        assert!(mean < 0.8e9, "{mean} b/s, and the lab never carries so much");
    }
    assert_eq!(world.told(), []);
}

const ALL: [(Metric, &str); 3] = [(Metric::Cpu, ""), (Metric::In, PORT), (Metric::Out, PORT)];

#[tokio::test(flavor = "multi_thread")]
async fn counters_that_jump_or_begin_anew_make_no_rate() {
    let world = World::new(watched(routers(&["R1"]))).await;
    world.is_well().await;
    goes_on(&world, &ALL).await;
    for fault in [Fault::CountersReset, Fault::Discontinuity, Fault::JitteringDiscontinuity] {
        world.router("R1").fault(fault).await;
        goes_on(&world, &ALL).await;
    }
    world.router("R1").clear_faults().await;
    is_sane(&world).await;
    world.is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_of_other_shapes_are_read_all_the_same() {
    let world = World::new(watched(routers(&["R1"]))).await;
    world.is_well().await;
    for fault in
        [Fault::ObjectForList, Fault::NumbersAsStrings, Fault::StringsAsNumbers, Fault::NarrowOutOctets]
    {
        world.router("R1").fault(fault.clone()).await;
        goes_on(&world, &ALL).await;
        world.router("R1").clear_fault(&fault).await;
    }
    is_sane(&world).await;
    world.is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_that_knows_no_fields_is_asked_without_them_from_then_on() {
    let world = World::new(watched(routers(&["R1"]))).await;
    world.router("R1").fault(Fault::FieldsRefused).await;
    world.is_well().await;
    goes_on(&world, &ALL).await;
    let seen = world.router("R1").requests().len();
    goes_on(&world, &ALL).await;
    let later = world.router("R1").requests().split_off(seen);
    let with: Vec<&String> = later.iter().filter(|request| request.contains("fields=")).collect();
    assert!(with.is_empty() && !later.is_empty(), "{with:#?}");
    // A fact about the software outlives the bot.
    let router = world.router("R1");
    let seen = router.requests().len();
    let world = world.restarted().await;
    goes_on(&world, &ALL).await;
    let later = router.requests().split_off(seen);
    assert!(later.iter().filter(|request| request.contains("fields=")).count() <= 4, "{later:#?}");
    is_sane(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_is_not_there_is_no_failure() {
    let world = World::new(watched(routers(&["R1"]))).await;
    world.is_well().await;
    let paths = ["Cisco-IOS-XE-memory-oper", "Cisco-IOS-XE-interfaces-oper"];
    for path in paths {
        for fault in [Fault::ModelAbsent(path.to_owned()), Fault::ModelEmpty(path.to_owned())] {
            world.router("R1").fault(fault.clone()).await;
            goes_on(&world, &ALL).await;
            world.router("R1").clear_fault(&fault).await;
        }
    }
    is_sane(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_is_down_is_told_after_two_looks_and_closed_when_somebody_shuts_it() {
    let world = World::new(watched(routers(&["R1"]))).await;
    world.is_well().await;
    let down = Fault::PortDown(port());
    world.router("R1").fault(down.clone()).await;
    let told = world.hears(&["🔴 R1 Gi1", "is down", "#1"]).await;
    assert!(told.text.contains("to ISP-A"), "{}", told.text);
    told.button("Graph");
    world.router("R1").clear_fault(&down).await;
    let up = world.replies(1, &["✅ R1 Gi1", "is up after", "(#1)"]).await;
    assert_eq!(up.message.reply_to.unwrap().0, "alert/1");

    world.router("R1").fault(down.clone()).await;
    world.hears(&["R1 Gi1", "is down", "#2"]).await;
    world.router("R1").fault(Fault::PortShut(port())).await;
    let shut = world.replies(2, &["🔕 R1 Gi1", "closed: shut by admin", "(#2)"]).await;
    assert_eq!(shut.message.reply_to.unwrap().0, "alert/2");
    world.router("R1").clear_faults().await;
    world.looks("R1", 8).await;
    assert_eq!(world.told().len(), 4, "{:#?}", world.told());

    world.router("R1").fault(down.clone()).await;
    world.hears(&["R1 Gi1", "is down", "#3"]).await;
    world.router("R1").fault(Fault::PortGone(port())).await;
    world.hears(&["🔕 R1 Gi1", "closed: the interface is gone", "(#3)"]).await;
    world.router("R1").clear_faults().await;
    world.looks("R1", 8).await;
    assert_eq!(world.told().len(), 6, "{:#?}", world.told());
}
