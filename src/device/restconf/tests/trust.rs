//! Whom we talk to: the pinned certificate, or one of the CA; nobody else gets the password.

use super::server::{Ca, Identity, Reply, Server};
use super::*;
use crate::model::device::Tls;

const CERTIFICATE: PinKind = PinKind::Certificate;

#[tokio::test]
async fn the_first_certificate_is_pinned_before_the_password_is_sent() {
    let identity = Identity::self_signed();
    let shown = identity.fingerprint();
    let (bench, server) = (Bench::new(), Server::start(identity).await);
    let device = router(1, &server);
    for _ in 0..3 {
        assert_eq!(body(&bench.one(&device).await), Some("{}"));
    }
    assert_eq!(bench.memory.pins.lock().unwrap()[&(device.id, CERTIFICATE)], shown);
    let asked = server.asked();
    assert_eq!((asked.len(), server.handshakes()), (3, 1), "one connection for all, {asked:?}");
    assert!(asked.iter().all(|asked| asked.authorization == format!("Basic {SENT}")), "{asked:?}");
    assert!(asked.iter().all(|asked| asked.path == "/restconf/data/x-oper:a/b"), "{asked:?}");
}

#[tokio::test]
async fn a_changed_certificate_is_refused_before_the_password() {
    let (first, second) = (Identity::self_signed(), Identity::self_signed());
    let (pinned, offered) = (first.fingerprint(), second.fingerprint());
    let (bench, server) = (Bench::new(), Server::start(first).await);
    let device = router(1, &server);
    assert_eq!(body(&bench.one(&device).await), Some("{}"));
    server.show(second);
    let changed = Broken::CertificateChanged { pinned, offered: offered.clone() };
    let outcomes = bench.poll(&device, &[PATH, PATH]).await;
    assert_eq!(outcomes, [Outcome::Broken(changed.clone()), Outcome::Broken(changed)]);
    assert_eq!((server.asked().len(), server.handshakes()), (1, 1), "nothing was sent");
    assert_eq!(bench.memory.offered.lock().unwrap()[&(device.id, CERTIFICATE)], offered);

    // A person trusts it.
    bench.memory.pins.lock().unwrap().insert((device.id, CERTIFICATE), offered);
    assert_eq!(body(&bench.one(&device).await), Some("{}"));
}

#[tokio::test]
async fn a_certificate_without_its_key_is_not_believed() {
    let identity = Identity::self_signed();
    let stolen = identity.stolen();
    let again = identity.stolen();
    let (bench, server) = (Bench::new(), Server::start(identity).await);
    let device = router(1, &server);
    assert_eq!(body(&bench.one(&device).await), Some("{}"));
    for (versions, thief) in [(rustls::ALL_VERSIONS, stolen), (&[&rustls::version::TLS12][..], again)] {
        server.show_with(thief, versions);
        let why = "whoever shows it does not hold its key".to_owned();
        assert_eq!(bench.one(&device).await, Outcome::Broken(Broken::CertificateRefused { why }));
        assert_eq!(server.asked().len(), 1, "the signature of the handshake is checked");
    }
}

#[tokio::test]
async fn tls_1_2_will_do() {
    let (bench, server) = (Bench::new(), Server::start(Identity::self_signed()).await);
    server.show_with(Identity::self_signed(), &[&rustls::version::TLS12]);
    assert_eq!(body(&bench.one(&router(1, &server)).await), Some("{}"));
}

#[tokio::test]
async fn a_changed_pin_ends_the_connections_made_under_the_old_one() {
    let (bench, server) = (Bench::new(), Server::start(Identity::self_signed()).await);
    let device = router(1, &server);
    assert_eq!(body(&bench.one(&device).await), Some("{}"));
    bench.memory.pins.lock().unwrap().insert((device.id, CERTIFICATE), "AA:BB".to_owned());
    assert!(matches!(broken(&bench.one(&device).await), Broken::CertificateChanged { .. }));
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn without_a_readable_pin_nothing_is_trusted() {
    let (bench, server) = (Bench::new(), Server::start(Identity::self_signed()).await);
    *bench.memory.broken.lock().unwrap() = true;
    let outcome = bench.one(&router(1, &server)).await;
    assert!(matches!(broken(&outcome), Broken::CertificateRefused { .. }), "{outcome:?}");
    assert_eq!((server.asked().len(), server.handshakes()), (0, 0));
}

#[tokio::test]
async fn two_routers_behind_one_address_have_their_own_pins() {
    let bench = Bench::new();
    let servers =
        [Server::start(Identity::self_signed()).await, Server::start(Identity::self_signed()).await];
    for (id, server) in (1..).zip(&servers) {
        assert_eq!(body(&bench.one(&router(id, server)).await), Some("{}"));
    }
    // The first one's number, at the second one's door.
    let crossed = Device { restconf_port: servers[1].port(), ..router(1, &servers[0]) };
    assert!(matches!(broken(&bench.one(&crossed).await), Broken::CertificateChanged { .. }));
    assert_eq!(servers[1].asked().len(), 1);
}

#[tokio::test]
async fn with_a_ca_only_what_it_signed_for_this_address_is_taken() {
    let (ca, other) = (Ca::new(), Ca::new());
    let restconf = RestconfSettings { ca: vec![ca.der()], ..RestconfSettings::default() };
    let bench = Bench::restconf(restconf);
    let server = Server::start(ca.sign("127.0.0.1")).await;
    let device = Device { tls: Tls::Ca, ..router(1, &server) };
    assert_eq!(body(&bench.one(&device).await), Some("{}"));
    assert!(bench.memory.pins.lock().unwrap().is_empty(), "nothing is pinned");
    for (identity, says) in [
        (other.sign("127.0.0.1"), "did not sign it"),
        (Identity::self_signed(), "did not sign it"),
        (ca.sign("127.0.0.2"), "another name or address"),
        (ca.sign("r1.example"), "another name or address"),
        (ca.sign_until("127.0.0.1", 2001), "expired"),
    ] {
        server.show(identity);
        let outcome = bench.one(&device).await;
        assert!(matches!(broken(&outcome), Broken::CertificateRefused { .. }), "{says}: {outcome:?}");
        assert!(why(&outcome).contains(says), "{says}: {outcome:?}");
    }
    assert_eq!(server.asked().len(), 1, "nobody else got the password");

    server.show(ca.sign("localhost"));
    let named = Device { host: "localhost".to_owned(), ..device.clone() };
    assert_eq!(body(&bench.one(&named).await), Some("{}"), "a DNS name");

    // A pin does not stand in for the CA.
    let own = Identity::self_signed();
    bench.memory.pins.lock().unwrap().insert((device.id, CERTIFICATE), own.fingerprint());
    server.show(own);
    assert!(matches!(broken(&bench.one(&device).await), Broken::CertificateRefused { .. }));
}

#[tokio::test]
async fn without_a_ca_nothing_is_taken_for_signed() {
    let (bench, server) = (Bench::new(), Server::start(Identity::self_signed()).await);
    let device = Device { tls: Tls::Ca, ..router(1, &server) };
    let outcome = bench.one(&device).await;
    assert!(why(&outcome).contains("ca_file"), "{outcome:?}");
    assert_eq!(server.handshakes(), 0);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (bench, server) = (Bench::new(), Server::start(Identity::self_signed()).await);
    server.behave(|asked| match asked.before {
        0 => Reply::Elsewhere("/login".to_owned()),
        _ => Reply::json("{}"),
    });
    let outcome = bench.one(&router(1, &server)).await;
    assert!(matches!(broken(&outcome), Broken::RestconfFailed { status: 302, .. }), "{outcome:?}");
    assert_eq!(server.asked().len(), 1);
}

/// The same test in a process of its own, where the environment names a proxy and a CA.
#[test]
fn proxies_and_cas_of_the_environment_do_not_count() {
    let own = std::env::current_exe().unwrap();
    let mut child = std::process::Command::new(own);
    let straight =
        "device::restconf::tests::trust::the_first_certificate_is_pinned_before_the_password_is_sent";
    child.args(["--exact", straight]);
    // Nobody listens there.
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"] {
        child.env(name, "http://127.0.0.1:9");
    }
    child.env_remove("NO_PROXY").env_remove("no_proxy").env("SSL_CERT_FILE", "/nonexistent");
    let ended = child.output().unwrap();
    let said = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success() && said.contains("1 passed"), "{said}");
}
