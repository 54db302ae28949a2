//! Calls from outside: a client that others wrote puts parameters in every place, and lines are typed by hand.

use std::sync::Mutex;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::*;
use crate::lab::router::lock;

type Seen = Arc<Mutex<Vec<(Call, Result<(), Unread>)>>>;

/// Serves and keeps what came; `/cut` is cut, everything else is told its path.
async fn service() -> (SocketAddr, Seen, JoinSet<()>) {
    let (listener, door) = listen("A test", 0).await.unwrap();
    let (address, seen) = (door.address, Seen::default());
    let kept = seen.clone();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let answer = move |call: Call, read| {
            let reply = match call.path.as_str() {
                "/cut" => Reply::Cut,
                path => Reply::json(StatusCode::OK, &json!({ "path": path })),
            };
            lock(&kept).push((call, read));
            async move { reply.with_header("retry-after", "3") }
        };
        serve(&door, listener, answer).await;
    });
    (address, seen, tasks)
}

async fn typed(address: SocketAddr, kind: &str, path: &str, body: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: lab\r\nconnection: close\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut said = Vec::new();
    stream.read_to_end(&mut said).await.unwrap();
    String::from_utf8(said).unwrap()
}

#[tokio::test]
async fn parameters_are_read_wherever_they_stand() {
    let (address, seen, _tasks) = service().await;
    let multipart = "--b\r\ncontent-disposition: form-data; name=\"n\"\r\n\r\n7\r\n--b\r\n\
        content-disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\ncontent-type: text/plain\r\n\r\n\
        two\r\nlines\r\n--b--\r\n";
    for (kind, body) in [
        ("application/json; charset=utf-8", r#"{"n": 7, "s": "\u0110a", "q": "lost"}"#),
        ("application/x-www-form-urlencoded", "n=7&s=%C4%90a&q=lost"),
        ("multipart/form-data; boundary=b", multipart),
        ("text/plain", "n=7"),
    ] {
        let said = typed(address, kind, "/x?q=a+b%21", body.as_bytes()).await;
        assert!(said.starts_with("HTTP/1.1 200 OK") && said.ends_with(r#"{"path":"/x"}"#), "{said}");
        assert!(said.contains("retry-after: 3\r\n"), "{said}");
    }
    let seen = lock(&seen);
    let params = |at: usize| seen[at].0.params.clone();
    assert_eq!(params(0).get("n"), Some(&Param::Json(json!(7))));
    assert_eq!(params(1).get("n"), Some(&Param::Text("7".to_owned())));
    for at in 0..2 {
        assert_eq!(params(at).text("n").as_deref(), Some("7"));
        assert_eq!(params(at).text("s").as_deref(), Some("Đa"));
        assert_eq!(params(at).get("n").and_then(Param::json), Some(json!(7)));
    }
    for at in 0..4 {
        assert_eq!(params(at).text("q").as_deref(), Some("a b!"));
        assert_eq!(seen[at].1, Ok(()));
    }
    let file = File {
        name: "a.txt".to_owned(),
        content_type: Some("text/plain".to_owned()),
        bytes: Bytes::from_static(b"two\r\nlines"),
    };
    assert_eq!(params(2).get("f"), Some(&Param::File(file)));
    assert_eq!(params(2).text("n").as_deref(), Some("7"));
    assert_eq!(params(3).iter().count(), 1);
    assert_eq!(seen[3].0.body, "n=7");
}

#[tokio::test]
async fn what_cannot_be_read_is_told_and_what_is_cut_gets_no_answer() {
    let (address, seen, _tasks) = service().await;
    let large = vec![b'x'; BODY_LIMIT + 1];
    assert!(typed(address, "text/plain", "/large", &large).await.starts_with("HTTP/1.1 200"));
    for (kind, body) in
        [("application/json", "{"), ("application/json", "[]"), ("multipart/form-data; boundary=b", "--c")]
    {
        typed(address, kind, "/wrong", body.as_bytes()).await;
    }
    assert_eq!(typed(address, "text/plain", "/cut", b"").await, "");
    let seen = lock(&seen);
    assert_eq!(seen[0].1, Err(Unread::TooLarge));
    for at in 1..4 {
        assert!(matches!(seen[at].1, Err(Unread::Malformed(_))), "{:?}", seen[at]);
    }
}

#[tokio::test]
async fn a_call_ends_when_its_client_goes_away() {
    let (listener, door) = listen("A test", 0).await.unwrap();
    let (address, inside) = (door.address, watch::Sender::new(0_i32));
    let count = inside.clone();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let answer = move |_: Call, _: Result<(), Unread>| {
            let count = count.clone();
            async move {
                count.send_modify(|count| *count += 1);
                let _leaves = Leaves(count);
                std::future::pending().await
            }
        };
        serve(&door, listener, answer).await;
    });
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(b"GET /poll HTTP/1.1\r\nhost: lab\r\n\r\n").await.unwrap();
    let mut inside = inside.subscribe();
    inside.wait_for(|count| *count == 1).await.unwrap();
    drop(client);
    inside.wait_for(|count| *count == 0).await.unwrap();
}

struct Leaves(watch::Sender<i32>);

impl Drop for Leaves {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}
