//! What each answer and each fault of the line becomes.

use super::server::{Asked, Reply, Server, YANG};
use super::*;
use crate::device::restconf::exchange::LARGEST;

const ERRORS: &str = r#"{"ietf-restconf:errors":{"error":[{"error-tag":"invalid-value","error-message":"inconsistent value"}]}}"#;

async fn start() -> (Bench, Server, Device) {
    let (bench, server) = (Bench::new(), Server::start(Identity::self_signed()).await);
    let device = router(1, &server);
    (bench, server, device)
}

#[tokio::test]
async fn each_ask_has_its_outcome_in_order() {
    let (bench, server, device) = start().await;
    server.behave(|asked| match asked.path.rsplit('/').next() {
        Some("empty") => Reply::Say(204, "", String::new()),
        Some("absent") => Reply::Say(404, YANG, ERRORS.to_owned()),
        Some("page") => Reply::Say(404, "text/html", "<html>".to_owned()),
        Some("forbidden") => Reply::Say(403, YANG, ERRORS.to_owned()),
        Some("error") => Reply::Say(500, YANG, ERRORS.to_owned()),
        Some("html") => Reply::Say(200, "text/html; charset=utf-8", "{}".to_owned()),
        _ => Reply::json("{\"x-oper:a\":\"1\"}"),
    });
    let steps = ["full", "empty", "absent", "page", "forbidden", "error", "html", "full"];
    let paths: Vec<String> = steps.iter().map(|step| format!("x-oper:a/{step}")).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let outcomes = bench.poll(&device, &paths).await;
    let failed = |status, why: &str| Broken::RestconfFailed { status, why: why.to_owned() };
    assert_eq!(body(&outcomes[0]), Some("{\"x-oper:a\":\"1\"}"));
    assert_eq!((body(&outcomes[1]), body(&outcomes[2])), (None, None));
    assert_eq!(broken(&outcomes[3]), &failed(404, "a web page instead of RESTCONF"));
    let forbidden = Broken::RestconfRefused { credential: "lab".to_owned(), status: 403 };
    assert_eq!(broken(&outcomes[4]), &forbidden);
    assert_eq!(broken(&outcomes[5]), &failed(500, "invalid-value, inconsistent value"));
    assert_eq!(broken(&outcomes[6]), &failed(200, "a web page instead of RESTCONF"));
    assert!(body(&outcomes[7]).is_some());
    assert_eq!((outcomes.len(), server.handshakes()), (8, 1));
    let times: Vec<Duration> = outcomes.iter().filter_map(answered).collect();
    assert!(times.is_sorted() && times.len() == 4, "one clock for the whole poll: {times:?}");
}

fn answered(outcome: &Outcome) -> Option<Duration> {
    match outcome {
        Outcome::Json(json) => Some(json.answered),
        _ => None,
    }
}

#[tokio::test]
async fn keys_are_sent_as_they_are() {
    let (bench, server, device) = start().await;
    let path = "x-oper:a/b=GigabitEthernet0%2F0%2F1,Serial0%2F1%3A0?fields=c;d(e;f)";
    bench.poll(&device, &[path]).await;
    assert_eq!(server.asked()[0].path, format!("/restconf/data/{path}"));
}

#[tokio::test]
async fn a_refused_password_ends_the_poll() {
    let (bench, server, device) = start().await;
    server.say(401, YANG, ERRORS);
    let refused = Outcome::Broken(Broken::RestconfRefused { credential: "lab".to_owned(), status: 401 });
    assert_eq!(bench.poll(&device, &[PATH, PATH]).await, [refused.clone(), refused.clone()]);
    assert_eq!(server.asked().len(), 1, "it is not sent a second time");
    server.behave(|asked| match asked.before {
        1 => Reply::json("{}"),
        _ => Reply::Say(401, YANG, String::new()),
    });
    let outcomes = bench.poll(&device, &[PATH, PATH, PATH]).await;
    assert_eq!(body(&outcomes[0]), Some("{}"));
    assert_eq!(outcomes[1..], [refused, Outcome::Broken(Broken::NotAsked)]);
}

const FIELDS: (&str, Option<&str>) = ("x-oper:a?fields=b", Some("x-oper:a"));

/// Software that knows no `fields`.
fn old(asked: &Asked) -> Reply {
    match asked.path.contains("fields") {
        true => Reply::Say(400, YANG, ERRORS.to_owned()),
        false => Reply::json("{}"),
    }
}

#[tokio::test]
async fn fields_that_are_refused_are_remembered_for_the_version() {
    let (bench, server, device) = start().await;
    server.behave(old);
    let asked = async |device: &Device, software: Option<&str>| {
        let outcomes = bench.floor.poll(&plan(device, &[FIELDS]), software, CancellationToken::new()).await;
        assert_eq!(body(&outcomes[0]), Some("{}"), "{outcomes:?}");
        server.asked().len()
    };
    assert_eq!(asked(&device, Some("16.6.1")).await, 2);
    assert_eq!(asked(&device, Some("16.6.1")).await, 3, "it is asked plainly at once");
    assert_eq!(asked(&router(2, &server), Some("16.6.1")).await, 4, "another router of that version");
    assert_eq!(asked(&device, Some("17.9.4")).await, 6, "another version");
    assert_eq!(asked(&device, None).await, 8, "an unknown version");
    assert_eq!(asked(&device, None).await, 9, "is remembered for the router");
    assert_eq!(asked(&router(2, &server), None).await, 11, "and for no other");
    let kept = bench.memory.refuses_fields.lock().unwrap().clone();
    assert_eq!(kept.into_iter().collect::<Vec<_>>(), ["16.6.1", "17.9.4"]);
}

#[tokio::test]
async fn what_was_learned_before_is_asked_of_the_store() {
    let (bench, server, device) = start().await;
    server.behave(old);
    bench.memory.refuses_fields.lock().unwrap().insert("16.6.1".to_owned());
    let outcomes =
        bench.floor.poll(&plan(&device, &[FIELDS]), Some("16.6.1"), CancellationToken::new()).await;
    assert_eq!((body(&outcomes[0]), server.asked().len()), (Some("{}"), 1));
}

#[tokio::test]
async fn fields_are_not_blamed_for_what_fails_without_them_too() {
    let (bench, server, device) = start().await;
    server.say(400, YANG, ERRORS);
    for asked in [2, 4] {
        let outcomes =
            bench.floor.poll(&plan(&device, &[FIELDS]), Some("17.9.4"), CancellationToken::new()).await;
        assert!(matches!(broken(&outcomes[0]), Broken::RestconfFailed { status: 400, .. }), "{outcomes:?}");
        assert_eq!(server.asked().len(), asked);
    }
    assert!(bench.memory.refuses_fields.lock().unwrap().is_empty());
    // Nothing plain to ask: one request.
    bench.one(&device).await;
    assert_eq!(server.asked().len(), 5);
}

#[tokio::test]
async fn a_kept_connection_that_the_router_closed_is_made_anew() {
    let (bench, server, device) = start().await;
    server.behave(|asked| match asked.before {
        0 => Reply::json("{}"),
        _ => Reply::Cut,
    });
    for _ in 0..3 {
        assert_eq!(body(&bench.one(&device).await), Some("{}"));
    }
    assert_eq!(server.handshakes(), 3);
    server.behave(|_| Reply::Cut);
    let before = server.asked().len();
    assert!(why(&bench.one(&device).await).contains("cut"));
    assert!(server.asked().len() - before <= 3, "it is not asked again and again");
}

#[tokio::test]
async fn every_wait_has_its_deadline() {
    let restconf = RestconfSettings { connect: ms(300), answer: ms(600), ..RestconfSettings::default() };
    let bench = Bench::restconf(restconf);
    let server = Server::start(Identity::self_signed()).await;
    let device = router(1, &server);
    server.behave(|_| Reply::Hang);
    let outcomes = bench.poll(&device, &[PATH, PATH]).await;
    assert!(
        outcomes.iter().all(|outcome| why(outcome).starts_with("no whole answer within")),
        "{outcomes:?}"
    );
    assert_eq!(server.asked().len(), 1, "a router that hangs is not asked for the rest");
    server.say(200, YANG, "{}");
    assert_eq!(body(&bench.one(&device).await), Some("{}"), "and it is asked again the next time");

    // It takes the connection and says nothing.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let outcome = bench.one(&Device { restconf_port: port, ..router(2, &server) }).await;
    assert_eq!(why(&outcome), "no connection in time");
}

#[tokio::test]
async fn what_is_no_https_has_its_words() {
    let (bench, server, device) = start().await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let nobody = Device { restconf_port: port, ..device.clone() };
    assert_eq!(why(&bench.one(&nobody).await), "connection refused");
    let nowhere = Device { host: "no-such-router.invalid".to_owned(), ..device.clone() };
    assert_eq!(broken(&bench.one(&nowhere).await), &Broken::NoAddress);
    let nonsense = Device { host: "a b".to_owned(), ..device.clone() };
    assert_eq!(broken(&bench.one(&nonsense).await), &Broken::NoAddress);

    let plain = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = plain.local_addr().unwrap().port();
    let talking = tokio::spawn(async move {
        while let Ok((mut tcp, _)) = plain.accept().await {
            let page = b"HTTP/1.1 400 Bad Request\r\n\r\n";
            tokio::io::AsyncWriteExt::write_all(&mut tcp, page).await.unwrap();
        }
    });
    let http = Device { restconf_port: port, ..device.clone() };
    assert_eq!(why(&bench.one(&http).await), "what answers there does not speak TLS");
    talking.abort();
    assert_eq!(server.handshakes(), 0);
}

#[tokio::test]
async fn a_body_without_end_is_not_read_to_its_end() {
    let (bench, server, device) = start().await;
    server.behave(|asked| match asked.path.ends_with("large") {
        true => Reply::json(&format!("\"{}\"", "x".repeat(LARGEST * 2))),
        false => Reply::json("{}"),
    });
    let outcomes = bench.poll(&device, &["x-oper:large", PATH]).await;
    assert!(why(&outcomes[0]).contains("larger than 16 MiB"));
    assert_eq!((body(&outcomes[1]), server.handshakes()), (Some("{}"), 2), "the rest was left on the line");
}

#[tokio::test]
async fn no_secret_is_in_any_error_and_strange_words_are_tamed() {
    let (bench, server, device) = start().await;
    server.behave(|asked| {
        let said = format!(
            "you said {} which is {PASSWORD}\\nusername bob secret 5 hidden-hash\\u001b[2J {}",
            asked.authorization,
            "x".repeat(500)
        );
        Reply::Say(400, YANG, format!("{{\"errors\":{{\"error\":{{\"error-message\":\"{said}\"}}}}}}"))
    });
    let outcomes = bench.poll(&device, &[PATH]).await;
    assert!(why(&outcomes[0]).starts_with("you said Basic *** which is ***"), "{outcomes:?}");
    assert!(why(&outcomes[0]).chars().count() <= 200, "{outcomes:?}");
    let mut all = said(&outcomes);
    for (status, kind) in [(401, YANG), (403, YANG), (200, "text/html"), (500, "")] {
        server.say(status, kind, PASSWORD);
        all.push_str(&said(&bench.poll(&device, &[PATH]).await));
    }
    server.show(Identity::self_signed());
    all.push_str(&said(&bench.poll(&device, &[PATH]).await));
    for secret in [PASSWORD, SENT, "hidden-hash", "\u{1b}"] {
        assert!(!all.contains(secret), "{secret:?} is in {all}");
    }
}
