//! How many polls run, and what they have in common with logins over SSH.

use super::server::{Reply, Server, YANG};
use super::*;
use crate::lab::{Lab, LabPlan, Point};
use tokio::sync::Semaphore;

async fn server() -> Server {
    Server::start(Identity::self_signed()).await
}

/// Answers when there is a permit.
fn held(server: &Server, then: Reply) -> Arc<Semaphore> {
    let permits = Arc::new(Semaphore::new(0));
    let own = permits.clone();
    server.behave(move |_| Reply::After(own.clone(), Box::new(then.clone())));
    permits
}

#[tokio::test]
async fn two_polls_a_device_and_a_slow_router_delays_no_other() {
    let (bench, slow, quick) = (Arc::new(Bench::new()), server().await, server().await);
    assert_eq!(body(&bench.one(&router(1, &slow)).await), Some("{}"));
    let permits = held(&slow, Reply::json("{}"));
    let polls: Vec<_> = (0..5)
        .map(|_| {
            let (bench, device) = (bench.clone(), router(1, &slow));
            tokio::spawn(async move { bench.poll(&device, &[PATH, PATH]).await })
        })
        .collect();
    slow.has(3).await;
    for _ in 0..3 {
        assert_eq!(body(&bench.one(&router(2, &quick)).await), Some("{}"));
    }
    permits.add_permits(10);
    for poll in polls {
        assert!(poll.await.unwrap().iter().all(|outcome| body(outcome) == Some("{}")));
    }
    assert_eq!((slow.most(), slow.asked().len()), (2, 11));
    assert!(slow.handshakes() <= 2, "two connections are kept: {}", slow.handshakes());
}

#[tokio::test]
async fn so_many_polls_in_all() {
    let bench = Arc::new(Bench::restconf(RestconfSettings { polls: 1, ..RestconfSettings::default() }));
    let (first, second) = (server().await, server().await);
    let permits = held(&first, Reply::json("{}"));
    let ask = |id: i64, server: &Server| {
        let (bench, device) = (bench.clone(), router(id, server));
        tokio::spawn(async move { bench.one(&device).await })
    };
    let holding = ask(1, &first);
    first.has(1).await;
    let stop = CancellationToken::new();
    let waiting = {
        let (bench, plan, stop) = (bench.clone(), plan(&router(2, &second), &[(PATH, None)]), stop.clone());
        tokio::spawn(async move { bench.floor.poll(&plan, None, stop).await })
    };
    // It stands in the queue now.
    tokio::task::yield_now().await;
    stop.cancel();
    assert_eq!(waiting.await.unwrap(), [Outcome::Broken(Broken::Stopped)]);
    let next = ask(2, &second);
    // Another floor has places of its own; while it asks a third router some times, the second one hears nothing.
    let (other, third) = (Bench::new(), server().await);
    for id in 3..8 {
        assert_eq!(body(&other.one(&router(id, &third)).await), Some("{}"));
    }
    assert!(second.asked().is_empty());
    permits.add_permits(1);
    assert_eq!(body(&holding.await.unwrap()), Some("{}"));
    assert_eq!(body(&next.await.unwrap()), Some("{}"));
    assert_eq!(second.asked().len(), 1);
}

#[tokio::test]
async fn a_stop_ends_a_poll_at_once() {
    let (bench, server) = (Arc::new(Bench::new()), server().await);
    server.behave(|asked| match asked.before {
        0 => Reply::json("{}"),
        _ => Reply::Hang,
    });
    let stop = CancellationToken::new();
    let polled = {
        let plan = plan(&router(1, &server), &[(PATH, None), (PATH, None), (PATH, None)]);
        let (bench, stop) = (bench.clone(), stop.clone());
        tokio::spawn(async move { bench.floor.poll(&plan, None, stop).await })
    };
    server.has(2).await;
    stop.cancel();
    let outcomes = polled.await.unwrap();
    assert_eq!(body(&outcomes[0]), Some("{}"));
    assert_eq!(outcomes[1..], [Outcome::Broken(Broken::Stopped), Outcome::Broken(Broken::Stopped)]);
}

#[tokio::test]
async fn what_is_no_get_is_not_asked_here() {
    let (bench, server) = (Bench::new(), server().await);
    let line = Ask::Line { line: "show clock".to_owned(), deadline: None };
    let plan = Plan::reading(router(1, &server), vec![line, Ask::RunningConfig]).unwrap();
    let outcomes = bench.floor.poll(&plan, None, CancellationToken::new()).await;
    assert_eq!(outcomes, [Outcome::Broken(Broken::NotAsked), Outcome::Broken(Broken::NotAsked)]);
    let none = Plan::reading(router(1, &server), Vec::new()).unwrap();
    assert!(bench.floor.poll(&none, None, CancellationToken::new()).await.is_empty());
    assert!(server.asked().is_empty());
}

fn stopped() -> Broken {
    Broken::CredentialStopped { credential: "lab".to_owned() }
}

#[tokio::test]
async fn a_wrong_password_stops_the_credential_for_ssh_too() {
    let lab = Lab::start(LabPlan::fleet(3)).await.unwrap();
    let bench = Bench::new();
    let words = lab.router("R1").unwrap().credentials().clone();
    bench.login(&words.username, "not-it");
    let over_ssh = |id: i64, name: &str| {
        let address = lab.router(name).unwrap().address();
        device(id, name, &address.ip().to_string(), address.port())
    };
    let ssh = async |device: Device| {
        let plan = crate::device::tests::plan(device, &["show clock"]);
        crate::device::tests::asked(&bench.floor, 1, &plan, CancellationToken::new()).await.remove(0)
    };
    let (refusing, next) = (server().await, server().await);
    refusing.say(401, YANG, "");
    // Two routers refuse it over SSH, a third one over RESTCONF.
    for (id, name) in [(1, "R1"), (2, "R2")] {
        assert!(matches!(broken(&ssh(over_ssh(id, name)).await), Broken::LoginRefused { .. }));
    }
    assert!(matches!(
        broken(&bench.one(&router(3, &refusing)).await),
        Broken::RestconfRefused { status: 401, .. }
    ));
    assert_eq!(broken(&ssh(over_ssh(4, "R3")).await), &stopped());
    assert_eq!(broken(&bench.one(&router(5, &next)).await), &stopped());
    assert_eq!(lab.router("R3").unwrap().logins().refused, 0);
    assert_eq!((next.asked().len(), next.handshakes()), (0, 0), "without a request");
    let met = bench.memory.pins.lock().unwrap().contains_key(&(DeviceId(5), PinKind::Certificate));
    assert!(!met, "not even its certificate was looked at");

    // A person sets it right; a poll goes first and decides for both ways.
    bench.login(&words.username, &words.password);
    bench.floor.retry_credential("lab");
    assert_eq!(body(&bench.one(&router(5, &next)).await), Some("{}"));
    assert!(matches!(ssh(over_ssh(4, "R3")).await, Outcome::Text(_)));
}

#[tokio::test]
async fn refusals_that_are_not_about_the_password_do_not_count() {
    let (bench, server) = (Bench::new(), server().await);
    for (status, kind, said) in
        [(403, YANG, ""), (404, "text/html", ""), (500, YANG, "{}"), (503, "text/html", "")]
    {
        server.say(status, kind, said);
        for id in 1..=4 {
            assert!(!matches!(bench.one(&router(id, &server)).await, Outcome::Json(_)));
        }
    }
    server.say(200, YANG, "{}");
    assert_eq!(body(&bench.one(&router(1, &server)).await), Some("{}"));
}

#[tokio::test]
async fn a_good_answer_does_not_wash_the_refusals_of_others_away() {
    let (bench, good, bad) = (Bench::new(), server().await, server().await);
    bad.say(401, YANG, "");
    for id in [2, 3, 4] {
        assert_eq!(body(&bench.one(&router(1, &good)).await), Some("{}"));
        assert!(matches!(broken(&bench.one(&router(id, &bad)).await), Broken::RestconfRefused { .. }));
    }
    assert_eq!(broken(&bench.one(&router(1, &good)).await), &stopped());
    assert_eq!(bad.asked().len(), 3);
}

#[tokio::test]
async fn a_canary_flies_alone_and_its_refusal_holds_for_all() {
    let (bench, bad, good) = (Arc::new(Bench::new()), server().await, server().await);
    bad.say(401, YANG, "");
    for id in 1..=3 {
        bench.one(&router(id, &bad)).await;
    }
    bench.floor.retry_credential("lab");
    let permits = held(&bad, Reply::Say(401, YANG, String::new()));
    let ask = |id: i64, server: &Server| {
        let (bench, device) = (bench.clone(), router(id, server));
        tokio::spawn(async move { bench.one(&device).await })
    };
    let canary = ask(4, &bad);
    bad.has(4).await;
    let other = ask(5, &good);
    permits.add_permits(1);
    assert!(matches!(broken(&canary.await.unwrap()), Broken::RestconfRefused { .. }));
    assert_eq!(broken(&other.await.unwrap()), &stopped());
    assert!(good.asked().is_empty());
}

#[tokio::test]
async fn a_wrong_password_for_all_is_tried_by_three_polls_only() {
    let (bench, server) = (Arc::new(Bench::new()), server().await);
    server.say(401, YANG, "");
    let polls: Vec<_> = (1..=20)
        .map(|id| {
            let (bench, device) = (bench.clone(), router(id, &server));
            tokio::spawn(async move { bench.one(&device).await })
        })
        .collect();
    for poll in polls {
        let outcome = poll.await.unwrap();
        assert!(matches!(
            broken(&outcome),
            Broken::RestconfRefused { .. } | Broken::CredentialStopped { .. }
        ));
    }
    assert_eq!(server.asked().len(), 3);
}

/// What the former word is known for, before the change and after it, opens no door to the new one.
#[tokio::test]
async fn a_new_word_is_tried_by_three_polls_whatever_the_former_one_did() {
    let (bench, slow, bad) = (Arc::new(Bench::new()), server().await, server().await);
    assert_eq!(body(&bench.one(&router(30, &slow)).await), Some("{}"));
    let ask = |id: i64, server: &Server| {
        let (bench, device) = (bench.clone(), router(id, server));
        tokio::spawn(async move { bench.one(&device).await })
    };
    let answers = held(&slow, Reply::json("{}"));
    let former: Vec<_> = (31..=36).map(|id| ask(id, &slow)).collect();
    slow.has(7).await;

    bench.password("not-it");
    let refusals = held(&bad, Reply::Say(401, YANG, String::new()));
    let polls: Vec<_> = (1..=20).map(|id| ask(id, &bad)).collect();
    bad.has(3).await;
    answers.add_permits(6);
    for poll in former {
        assert_eq!(body(&poll.await.unwrap()), Some("{}"));
    }
    refusals.add_permits(20);
    for poll in polls {
        let outcome = poll.await.unwrap();
        assert!(matches!(
            broken(&outcome),
            Broken::RestconfRefused { .. } | Broken::CredentialStopped { .. }
        ));
    }
    assert_eq!(bad.asked().len(), 3);

    bench.password(PASSWORD);
    bench.floor.retry_credential("lab");
    bad.say(200, YANG, "{}");
    for poll in (1..=20).map(|id| ask(id, &bad)).collect::<Vec<_>>() {
        assert_eq!(body(&poll.await.unwrap()), Some("{}"));
    }
}

#[tokio::test]
async fn a_known_credential_does_not_wait_behind_logins() {
    let settings = FloorSettings { logins_per_credential: 1, ..FloorSettings::default() };
    let lab = Lab::start(LabPlan::one("R1")).await.unwrap();
    let (bench, server) = (Bench::with(settings), server().await);
    let router_one = lab.router("R1").unwrap();
    let words = router_one.credentials().clone();
    bench.login(&words.username, &words.password);
    let own = router(2, &server);
    assert_eq!(body(&bench.one(&own).await), Some("{}"));
    let hold = router_one.hold(Point::AtLogin);
    let address = router_one.address();
    let ssh = device(1, "R1", &address.ip().to_string(), address.port());
    let plan = crate::device::tests::plan(ssh, &["show clock"]);
    let login = crate::device::tests::asked(&bench.floor, 1, &plan, CancellationToken::new());
    let polls = async {
        hold.reached().await;
        let outcome = bench.one(&own).await;
        hold.release();
        outcome
    };
    let (session, polled) = tokio::join!(login, polls);
    assert_eq!(body(&polled), Some("{}"));
    assert!(matches!(session[0], Outcome::Text(_)), "{session:?}");
}
