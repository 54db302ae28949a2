use super::*;
use crate::builtin::blank;
use crate::model::outbound::{MessageRef, Receipt};
use crate::model::{Alert, AlertKey, Closing, Document, Ending, Metric, Phase, Severity, Text};
use crate::store::{Access, Arrived, Store};

const MINUTE: i64 = 60_000;

fn place(typed: &str) -> Destination {
    let (channel, address) = typed.split_once(':').unwrap();
    Destination { channel: channel.to_owned(), address: address.to_owned() }
}

/// Three channels, the second with two homes.
fn homes() -> Vec<Destination> {
    ["chat:room", "mail:noc", "mail:night", "desk:here"].map(place).to_vec()
}

struct Bench {
    store: Option<Store>,
    folder: tempfile::TempDir,
    incident: IncidentId,
}

impl Bench {
    /// An incident that fires since minute 0 and was told at these places.
    async fn new(told: &[&str]) -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), Access::Bot).unwrap();
        let told: Vec<Destination> = told.iter().map(|typed| place(typed)).collect();
        let made = store.write(move |work| {
            let device = work.add_device(&blank("R1").unwrap(), Timestamp(0))?;
            let key = AlertKey { device, rule: "cpu".to_owned(), object: String::new() };
            let alert = Alert::pending(key, Metric::Cpu, Severity::Critical, 95.0, Timestamp(0));
            let alert = Alert { phase: Phase::Firing, announced: true, ..alert };
            let incident = work.put_alert(alert, None, None, Timestamp(0))?.incident.unwrap();
            for place in told {
                work.note_told(incident, &place)?;
            }
            Ok(incident)
        });
        let incident = made.await.unwrap();
        Bench { store: Some(store), folder, incident }
    }

    fn store(&self) -> &Store {
        self.store.as_ref().unwrap()
    }

    async fn restart(&mut self) {
        self.store.take().unwrap().close().await;
        self.store = Some(Store::open(self.folder.path(), Access::Bot).unwrap());
    }

    /// Posts a version, and what a try in the same moment gives: none is made, or this.
    async fn posts(&self, slot: &str, at: &str, minute: i64, tried: Option<Tried>) {
        let document = Document::open(Sign::Critical, Text::verbatim(format!("{slot} at {minute}")));
        self.posts_as(Class::Critical, document, slot, at, minute, tried).await;
    }

    async fn posts_as(
        &self,
        class: Class,
        document: Document,
        slot: &str,
        at: &str,
        minute: i64,
        tried: Option<Tried>,
    ) {
        let (slot, place, now) = (Slot(slot.to_owned()), place(at), Timestamp(minute * MINUTE));
        let outbound = Outbound {
            slot,
            place,
            thread: None,
            reply_to: None,
            class,
            only: None,
            document,
            not_before: None,
            expires: None,
        };
        let done = self.store().write(move |work| {
            let id = work.post(&outbound, now)?;
            if tried.is_some() {
                work.attempt(id, now)?;
            }
            match tried {
                Some(Tried::Arrived) => {
                    work.delivered(id, &Receipt { parts: vec![MessageRef("m".to_owned())] }, now)
                }
                Some(Tried::Later) => {
                    work.postponed(id, now.plus(Duration::from_secs(1)), "away", Arrived::No)
                }
                Some(Tried::Never) => work.dead(id, "refused", now),
                None => Ok(()),
            }
        });
        done.await.unwrap();
    }

    async fn ends(&self, phase: Phase) {
        let incident = self.incident;
        let done = self.store().write(move |work| {
            let alert = work.alert(incident)?.unwrap();
            work.put_alert(Alert { phase, ..alert }, None, None, Timestamp(1))
        });
        done.await.unwrap();
    }

    /// What is told elsewhere at this minute, each as `place: words`.
    async fn looks(&self, minute: i64) -> Vec<String> {
        let now = Timestamp(minute * MINUTE);
        let told = self.store().write(move |work| {
            let told = owed(work, &homes(), &Doors::default(), now)?;
            tell(work, &homes(), &Doors::default(), now)?;
            Ok(told)
        });
        let said = |(_, outbound): &(IncidentId, Outbound)| {
            let texts = crate::texts::load("en").unwrap();
            assert_eq!((outbound.slot.0.as_str(), outbound.class), ("alert/1", Class::Critical));
            let lines = outbound.document.blocks.iter().filter_map(|block| match block {
                Block::Line { text, .. } | Block::Detail { text, .. } => {
                    Some(texts.render(text, &crate::model::Reader::default(), now))
                }
                _ => None,
            });
            format!("{}: {}", outbound.place, lines.collect::<Vec<_>>().join(". "))
        };
        told.await.unwrap().iter().map(said).collect()
    }

    async fn ledger(&self) -> Vec<String> {
        let incident = self.incident;
        let told = self.store().read(move |view| view.told(incident)).await.unwrap();
        told.iter().map(ToString::to_string).collect()
    }
}

#[derive(Clone, Copy)]
enum Tried {
    Arrived,
    Later,
    Never,
}

const NOTHING: [&str; 0] = [];

#[tokio::test]
async fn after_two_minutes_it_is_told_at_the_next_channel_once_also_over_a_restart() {
    for tried in [Tried::Later, Tried::Never] {
        let mut bench = Bench::new(&["chat:room"]).await;
        bench.posts("alert/1", "chat:room", 0, Some(tried)).await;
        assert_eq!(bench.looks(1).await, NOTHING);
        let why = "Told here because it could not be delivered to chat:room since 00:00";
        let said = |place: &str| format!("{place}: alert/1 at 0. {why}");
        assert_eq!(bench.looks(2).await, [said("mail:noc"), said("mail:night")]);
        assert_eq!(bench.ledger().await, ["chat:room", "mail:night", "mail:noc"]);
        assert_eq!(bench.looks(3).await, NOTHING);
        bench.restart().await;
        assert_eq!(bench.looks(300).await, NOTHING, "the mail that waits was never tried");
    }
}

#[tokio::test]
async fn changes_do_not_begin_its_two_minutes_anew_and_what_arrived_does() {
    let bench = Bench::new(&["chat:room"]).await;
    for minute in [0, 1, 2] {
        bench.posts("alert/1", "chat:room", minute, Some(Tried::Later)).await;
    }
    assert!(bench.looks(2).await[0].starts_with("mail:noc: alert/1 at 2. "));
    let bench = Bench::new(&["chat:room"]).await;
    bench.posts("alert/1", "chat:room", 0, Some(Tried::Arrived)).await;
    bench.posts("alert/1", "chat:room", 5, Some(Tried::Later)).await;
    assert_eq!(bench.looks(6).await, NOTHING);
    assert!(bench.looks(7).await[0].ends_with("since 00:05"));
}

#[tokio::test]
async fn what_waits_behind_one_that_failed_is_told_too_and_what_was_never_tried_is_not() {
    let bench = Bench::new(&["chat:room"]).await;
    bench.posts("alert/1", "chat:room", 0, None).await;
    assert_eq!(bench.looks(9).await, NOTHING);
    bench.posts("alert/77", "chat:room", 8, Some(Tried::Later)).await;
    assert_eq!(bench.looks(9).await.len(), 2);
}

#[tokio::test]
async fn another_channel_that_was_told_is_enough_unless_it_is_silent_as_well() {
    let bench = Bench::new(&["chat:room", "mail:noc"]).await;
    bench.posts("alert/1", "chat:room", 0, Some(Tried::Later)).await;
    bench.posts("alert/1", "mail:noc", 0, Some(Tried::Arrived)).await;
    assert_eq!(bench.looks(9).await, NOTHING);
    bench.posts("alert/1/2", "mail:noc", 9, Some(Tried::Later)).await;
    assert_eq!(bench.looks(10).await, NOTHING);
    let told = bench.looks(11).await;
    assert_eq!((told.len(), &told[0][..9]), (1, "desk:here"));
    bench.posts("alert/1", "desk:here", 12, Some(Tried::Never)).await;
    assert_eq!(bench.looks(99).await, NOTHING, "nobody is left");
}

#[tokio::test]
async fn only_critical_alerts_go_elsewhere() {
    let bench = Bench::new(&["chat:room"]).await;
    for class in [Class::Alert, Class::Progress, Class::Result] {
        let document = Document::open(Sign::Critical, Text::verbatim("x"));
        bench.posts_as(class, document, "alert/1", "chat:room", 0, Some(Tried::Later)).await;
        assert_eq!(bench.looks(9).await, NOTHING, "{class:?}");
    }
    bench.posts("chat/1", "chat:room", 0, Some(Tried::Later)).await;
    bench.posts("alert/999", "chat:room", 0, Some(Tried::Later)).await;
    assert_eq!(bench.looks(9).await, NOTHING, "no alert");
}

#[tokio::test]
async fn no_half_of_what_is_over_is_told_elsewhere() {
    for phase in [Phase::Resolved, Phase::Closed(Closing::Gone)] {
        let bench = Bench::new(&["chat:room"]).await;
        bench.posts("alert/1", "chat:room", 0, Some(Tried::Never)).await;
        bench.ends(phase).await;
        assert_eq!(bench.looks(9).await, NOTHING, "a beginning without an end");
        let over = Document::line(Sign::Done, Text::verbatim("over"), Ending::Well);
        bench.posts_as(Class::Critical, over.clone(), "alert/1/9", "chat:room", 0, Some(Tried::Later)).await;
        assert_eq!(bench.looks(9).await, NOTHING, "an end without a beginning");
        bench.posts_as(Class::Critical, over, "alert/1", "chat:room", 0, Some(Tried::Later)).await;
        assert!(bench.looks(9).await[0].starts_with("mail:noc: over. "), "both in one");
    }
}
