//! The page of a watchman outside, as a real bot asks for it.

use super::Home;
use patchbay::lab::LabPlan;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// The first line of the next request, which gets this answer.
async fn asked(server: &TcpListener, answer: &str) -> String {
    let (mut line, _) = server.accept().await.unwrap();
    let mut heard = vec![0; 4_096];
    let length = line.read(&mut heard).await.unwrap();
    let answer = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    line.write_all(answer.as_bytes()).await.unwrap();
    String::from_utf8_lossy(&heard[..length]).lines().next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_watchman_hears_that_the_bot_lives_and_nobody_hears_his_address() {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let home = Home::new(LabPlan::one("R1")).await;
    let url = format!("http://{}/ping/made-up\n", server.local_addr().unwrap());
    std::fs::write(home.path("page"), url).unwrap();
    std::fs::set_permissions(home.path("page"), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    home.set("[heartbeat]\nurl_file = \"page\"\nevery = \"10s\"\n");
    let mut session = home.run();
    session.asks("/whoami", "You are");
    assert_eq!(asked(&server, "404 Not Found").await, "GET /ping/made-up HTTP/1.1");
    session.logs("no heartbeat why=the watchman answered 404");
    assert_eq!(asked(&server, "200 OK").await, "GET /ping/made-up HTTP/1.1");
    session.logs("the heartbeat goes out again");
    session.signal("TERM");
    let said = session.over().well();
    assert!(!format!("{said:?}").contains("made-up"), "{said:?}");
}
