//! The socket and what becomes of it: nothing is lost when it ends, and nothing is acknowledged too early.

use super::*;
use crate::channel::Acknowledgement;
use crate::lab::{SlackFate, SlackFault, SlackGoodbye};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

const OPEN: &str = "apps.connections.open";

fn typed(received: &Received, door: &Slack) -> String {
    match door.request(&received.update).map(|request| request.what) {
        Some(What::Line(line)) => line,
        other => panic!("{other:?}"),
    }
}

impl Room {
    fn slash(&self, text: &str) -> lab::SlackDelivery {
        self.lab.slash(&self.anna, &self.noc, "/net", text).unwrap()
    }

    /// A command makes its way, to its acknowledgement.
    async fn works(&self, ear: &mut Ear, text: &str) {
        let told = self.lab.mention(&self.anna, &self.noc, None, text);
        loop {
            let received = ear.next().await;
            let line = typed(&received, &self.door);
            (received.acknowledge)(Acknowledgement::Got);
            if line == format!("/{text}") {
                break;
            }
        }
        assert!(matches!(told.settled().await, SlackFate::Acknowledged { .. }));
    }
}

#[tokio::test]
async fn an_envelope_is_acknowledged_when_it_is_stored_and_not_before() {
    let room = room().await;
    let mut ear = room.heard().await;
    let told = room.slash("status all");
    let received = ear.next().await;
    assert_eq!(typed(&received, &room.door), "/status all");
    // A later one overtakes it.
    let later = room.slash("status R1");
    (ear.next().await.acknowledge)(Acknowledgement::Got);
    assert!(matches!(later.settled().await, SlackFate::Acknowledged { .. }));
    assert_eq!((told.fate(), room.lab.acks().len()), (SlackFate::Waiting, 1));
    (received.acknowledge)(Acknowledgement::Said(said("too late")));
    let SlackFate::Acknowledged { payload, .. } = told.settled().await else { panic!("{:?}", told.fate()) };
    assert_eq!((payload, room.lab.breaches()), (Value::Null, Vec::new()));
    ear.stopped().await;
}

#[tokio::test]
async fn what_could_not_be_stored_comes_again_under_its_key() {
    let room = room().await;
    let mut ear = room.heard().await;
    let told = room.lab.mention(&room.anna, &room.noc, None, "status all");
    let first = ear.next().await;
    let key = first.update.key.clone();
    (first.acknowledge)(Acknowledgement::NotStored);
    let again = ear.next().await;
    assert_eq!(again.update.key, key);
    (again.acknowledge)(Acknowledgement::Got);
    assert!(matches!(told.settled().await, SlackFate::Acknowledged { attempt: 1, .. }));
    ear.stopped().await;
}

#[tokio::test]
async fn two_deliveries_of_one_envelope_have_one_key() {
    let room = room().await;
    let mut ear = room.heard().await;
    room.lab.fault(SlackFault::Twice).await;
    room.slash("status all");
    let (one, two) = (ear.next().await, ear.next().await);
    assert_eq!(one.update.key, two.update.key);
    (one.acknowledge)(Acknowledgement::Got);
    (two.acknowledge)(Acknowledgement::Got);
    ear.stopped().await;
    assert_eq!(room.lab.breaches(), [""; 0]);
}

#[tokio::test]
async fn what_people_say_to_each_other_is_not_kept() {
    let room = room().await;
    let mut ear = room.heard().await;
    let talk = room.lab.write(&room.anna, &room.noc, None, "lunch?");
    assert!(matches!(talk.settled().await, SlackFate::Acknowledged { .. }));
    // A mention is told twice and handed in once.
    room.works(&mut ear, "status all").await;
    room.works(&mut ear, "status R2").await;
    ear.stopped().await;
}

#[tokio::test]
async fn the_next_socket_is_open_before_the_old_one_ends() {
    for why in [SlackGoodbye::Warning, SlackGoodbye::RefreshRequested] {
        let room = room_of(hurried(), Waits { leaving: Duration::from_secs(30), ..short() }).await;
        let mut ear = room.heard().await;
        room.lab.goodbye(why);
        room.lab.open_sockets(2).await;
        room.works(&mut ear, "status all").await;
        match why {
            SlackGoodbye::Warning => {}
            _ => {
                room.lab.end_leaving_sockets();
                room.lab.open_sockets(1).await;
            }
        }
        room.works(&mut ear, "status R1").await;
        assert_eq!(room.lab.calls_of(OPEN).len(), 2, "{why:?}");
        ear.stopped().await;
    }
}

#[tokio::test]
async fn the_old_socket_is_given_up_when_the_service_does_not_end_it() {
    let room = room().await;
    let mut ear = room.heard().await;
    room.lab.goodbye(SlackGoodbye::Warning);
    room.lab.greeted(2).await;
    room.lab.open_sockets(1).await;
    room.works(&mut ear, "status all").await;
    ear.stopped().await;
}

#[tokio::test]
async fn a_socket_that_ends_without_a_word_or_goes_deaf_is_opened_anew() {
    let room = room().await;
    let mut ear = room.heard().await;
    let ends: [fn(&lab::Slack); 4] =
        [lab::Slack::close_sockets, lab::Slack::reset_sockets, lab::Slack::ghost_sockets, |lab| {
            lab.goodbye(SlackGoodbye::LinkDisabled);
        }];
    for (at, end) in ends.into_iter().enumerate() {
        end(&room.lab);
        room.lab.greeted(at + 2).await;
        room.works(&mut ear, "status all").await;
    }
    ear.stopped().await;
    room.lab.open_sockets(0).await;
    assert_eq!(room.lab.breaches(), [""; 0]);
}

#[tokio::test]
async fn a_token_that_is_refused_keeps_this_door_shut_and_nothing_else() {
    let room = room().await;
    room.lab.fault(SlackFault::TokenRevoked).await;
    let mut ear = room.listen();
    room.lab.wait_call(|call| call.error.as_deref() == Some("token_revoked")).await;
    assert!(!ear.listening.is_finished());
    room.lab.clear_faults().await;
    room.lab.greeted(1).await;
    room.works(&mut ear, "status all").await;
    ear.stopped().await;
}

#[tokio::test]
async fn a_service_that_is_away_or_does_not_greet_is_asked_again() {
    for fault in [SlackFault::Unreachable, SlackFault::NoSockets, SlackFault::NoHello] {
        let room = room().await;
        room.lab.fault(fault.clone()).await;
        let mut ear = room.listen();
        if fault != SlackFault::Unreachable {
            let first = room.lab.wait_call(|call| call.method == OPEN).await;
            room.lab.wait_call(|call| call.method == OPEN && call.at > first.at).await;
        }
        room.lab.clear_faults().await;
        room.lab.greeted(1).await;
        room.works(&mut ear, "status all").await;
        ear.stopped().await;
    }
}

#[tokio::test]
async fn what_was_stored_before_a_stop_is_acknowledged() {
    let room = room().await;
    let mut ear = room.heard().await;
    let told = room.slash("status all");
    let received = ear.next().await;
    ear.stop.cancel();
    (received.acknowledge)(Acknowledgement::Got);
    assert!(matches!(told.settled().await, SlackFate::Acknowledged { .. }));
    ear.listening.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_suggestion_that_nobody_makes_is_empty() {
    let room = room().await;
    let payload = serde_json::json!({ "type": "block_suggestion", "value": "R" });
    let Sorted::Answer(Some(options)) = room.door.sorted("interactive", &payload, false) else {
        panic!("handed in")
    };
    assert_eq!(options, serde_json::json!({ "options": [] }));
}

#[tokio::test]
async fn a_command_that_says_no_time_is_old_when_it_comes_again() {
    let room = room().await;
    let payload = serde_json::json!({
        "command": "/net", "text": "reboot R1", "channel_id": room.noc, "user_id": room.anna, "trigger_id": "1.2.made-up",
    });
    for (again, old) in [(false, false), (true, true)] {
        let Sorted::HandIn { update, .. } = room.door.sorted("slash_commands", &payload, again) else {
            panic!("not handed in")
        };
        let age = update.sent_at.map(|sent| update.received_at.since(sent));
        assert_eq!(age.is_some_and(|age| age > Duration::from_secs(60)), old, "{age:?}");
    }
}

/// A proxy that wants a login and counts those whom it led through.
async fn proxy() -> (String, Arc<std::sync::atomic::AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let led = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = Arc::clone(&led);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(lead(stream, Arc::clone(&count)));
        }
    });
    (format!("http://anna:made-up%21@{at}"), led)
}

async fn lead(stream: TcpStream, count: Arc<std::sync::atomic::AtomicUsize>) {
    let mut stream = BufReader::new(stream);
    let (mut head, mut line) = (String::new(), String::new());
    while stream.read_line(&mut line).await.unwrap_or(0) > 2 {
        head.push_str(&line);
        line.clear();
    }
    // anna:made-up!
    assert!(head.to_lowercase().contains("proxy-authorization: basic yw5uytptywrllxvwiq=="), "{head}");
    let to = head.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next()).unwrap();
    let mut far = TcpStream::connect(to).await.unwrap();
    count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
    let _ = copy_bidirectional(&mut stream, &mut far).await;
}

#[tokio::test]
async fn calls_and_socket_go_through_the_proxy() {
    let mut room = room().await;
    let (proxy, led) = proxy().await;
    room.door = door(&room.lab.api_url(), Some(&proxy), "xoxb-lab", "xapp-lab", short());
    let mut ear = room.heard().await;
    room.works(&mut ear, "status all").await;
    // One line for the calls, one for the socket.
    assert_eq!(led.load(std::sync::atomic::Ordering::Relaxed), 2);
    ear.stopped().await;
}

#[tokio::test]
async fn calls_and_socket_go_through_a_socks_proxy() {
    let mut room = room().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(socks(stream));
        }
    });
    room.door = door(&room.lab.api_url(), Some(&format!("socks5://{at}")), "xoxb-lab", "xapp-lab", short());
    let mut ear = room.heard().await;
    room.works(&mut ear, "status all").await;
    ear.stopped().await;
}

/// RFC 1928, without a login, to an address of IPv4 or a name.
async fn socks(mut stream: TcpStream) {
    let mut head = [0; 2];
    stream.read_exact(&mut head).await.unwrap();
    let mut methods = vec![0; head[1].into()];
    stream.read_exact(&mut methods).await.unwrap();
    stream.write_all(&[5, 0]).await.unwrap();
    let mut asked = [0; 4];
    stream.read_exact(&mut asked).await.unwrap();
    let length = match asked[3] {
        1 => 4,
        3 => stream.read_u8().await.unwrap().into(),
        other => panic!("{other}"),
    };
    let mut name = vec![0; length];
    stream.read_exact(&mut name).await.unwrap();
    let host = match asked[3] {
        1 => std::net::Ipv4Addr::from(<[u8; 4]>::try_from(name.as_slice()).unwrap()).to_string(),
        _ => String::from_utf8(name).unwrap(),
    };
    let port = stream.read_u16().await.unwrap();
    let mut far = TcpStream::connect((host, port)).await.unwrap();
    stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await.unwrap();
    let _ = copy_bidirectional(&mut stream, &mut far).await;
}
