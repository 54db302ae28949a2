//! What becomes of a message that was not sent: tried again with growing patience, given up after a
//! day or when the service says never, and then told where people still hear the bot.

use crate::builtin::{self, Try};
use crate::channel::Channel;
use crate::model::{
    Class, Destination, Document, Ending, Outbound, OutboundId, SendError, Sign, Slot, Timestamp,
};
use crate::store::{Arrived, StoreError, Work};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

/// So long a message is tried; what is told later than that is history.
const GIVE_UP: Duration = Duration::from_secs(24 * 3_600);
/// A critical message is tried again after this at the latest, unless its service asked for more: under
/// five minutes with its jitter.
const CRITICAL: Duration = Duration::from_secs(270);
/// At most one new message in this time tells of a place that fails; in between it is edited.
const TOLD: Duration = Duration::from_secs(30 * 60);
/// A message that met a place that moved goes again after this at the latest.
const MOVED: Duration = Duration::from_secs(1);
/// Slots of these notices begin so; one that fails itself is told nowhere.
const SLOTS: &str = "undelivered/";

/// A message that was tried, and where its failing can be told.
pub struct Letter {
    pub id: OutboundId,
    pub slot: Slot,
    pub place: Destination,
    /// The place as everybody may read it.
    pub shown: String,
    pub class: Class,
    pub now: Timestamp,
    /// The homes of another channel.
    pub elsewhere: Vec<Destination>,
}

/// The homes of the first other channel that has one.
pub fn elsewhere(channels: &[Channel], place: &Destination) -> Vec<Destination> {
    let others = channels.iter().filter(|channel| channel.name != place.channel);
    others.map(|channel| channel.deliver.homes()).find(|homes| !homes.is_empty()).unwrap_or_default()
}

/// `patience` is the channel's, for when its service did not say how long.
pub fn put_off(
    work: &mut Work,
    letter: &Letter,
    error: &SendError,
    arrived: Arrived,
    patience: Duration,
) -> Result<(), StoreError> {
    match error {
        SendError::Never { why } => give_up(work, letter, why),
        SendError::Moved { to } => {
            work.move_place(&letter.place, to, letter.now)?;
            let span = patience.min(MOVED);
            work.postponed(
                letter.id,
                letter.now.plus(span + jitter(letter, span)),
                &error.to_string(),
                arrived,
            )
        }
        SendError::Later { after, why } => {
            let owed = work.owed_since(letter.id)?.unwrap_or(letter.now);
            if letter.now.since(owed) >= GIVE_UP {
                return give_up(work, letter, &format!("{why} (given up after a day)"));
            }
            let span = match (after.is_zero(), letter.class) {
                (false, _) => *after,
                (true, Class::Critical) => patience.min(CRITICAL),
                (true, Class::Result | Class::Alert | Class::Progress | Class::Ephemeral) => patience,
            };
            let until = letter.now.plus(span + jitter(letter, span));
            builtin::came_of(&letter.slot, &letter.place, &Try::Later(why), letter.now, work)?;
            work.postponed(letter.id, until, why, arrived)
        }
    }
}

/// Up to a tenth more, so that what failed together does not come back together.
fn jitter(letter: &Letter, span: Duration) -> Duration {
    let mut hash = DefaultHasher::new();
    (&letter.slot, letter.place.to_string()).hash(&mut hash);
    let share = u32::try_from(hash.finish() % 100).unwrap_or(0);
    span / 1_000 * share
}

fn give_up(work: &mut Work, letter: &Letter, why: &str) -> Result<(), StoreError> {
    work.dead(letter.id, why, letter.now)?;
    builtin::came_of(&letter.slot, &letter.place, &Try::Never(why), letter.now, work)?;
    let matters = match letter.class {
        Class::Alert => true,
        // An answer matters where somebody is whom the bot knows: a stranger who blocks it at once must not
        // make it write to its own people.
        Class::Critical | Class::Result => letter.slot.is_alert() || work.is_chat(&letter.place)?,
        Class::Progress | Class::Ephemeral => false,
    };
    match matters && !letter.slot.0.starts_with(SLOTS) {
        true => tell(work, letter),
        false => Ok(()),
    }
}

fn tell(work: &mut Work, letter: &Letter) -> Result<(), StoreError> {
    let Some(failing) = work.failing(&letter.place, letter.now)? else { return Ok(()) };
    let text = text!(
        "dlq.failing",
        place = letter.shown.as_str(),
        since = failing.since,
        count = failing.undelivered
    );
    let ours = format!("{SLOTS}{}/", letter.place);
    for home in &letter.elsewhere {
        let recent = work.recent_slot(&ours, home, letter.now.minus(TOLD))?;
        let notice = Outbound {
            slot: recent.unwrap_or_else(|| Slot(format!("{ours}{}", letter.now.0))),
            place: home.clone(),
            thread: None,
            reply_to: None,
            class: Class::Alert,
            only: None,
            document: Document::line(Sign::Warning, text.clone(), Ending::Well),
            not_before: None,
            expires: None,
        };
        work.post(&notice, letter.now)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::outbound::Fate;
    use crate::store::{Access, Store};

    const HOUR: i64 = 3_600_000;

    fn place(address: &str) -> Destination {
        Destination { channel: "mail".to_owned(), address: address.to_owned() }
    }

    fn home() -> Destination {
        Destination { channel: "chat".to_owned(), address: "room".to_owned() }
    }

    fn outbound(slot: &str, class: Class) -> Outbound {
        Outbound {
            slot: Slot(slot.to_owned()),
            place: place("noc"),
            thread: None,
            reply_to: None,
            class,
            only: None,
            document: Document::line(Sign::Critical, crate::model::Text::verbatim("x"), Ending::Well),
            not_before: None,
            expires: None,
        }
    }

    struct Bench {
        store: Store,
        patience: Duration,
        _folder: tempfile::TempDir,
    }

    impl Bench {
        fn new() -> Bench {
            Bench::with_patience(Duration::from_secs(30))
        }

        fn with_patience(patience: Duration) -> Bench {
            let folder = tempfile::tempdir().unwrap();
            let store = Store::open(folder.path(), Access::Bot).unwrap();
            Bench { store, patience, _folder: folder }
        }

        /// Posts it at one time and fails it at another.
        async fn fails(&self, outbound: Outbound, posted: i64, now: i64, error: SendError) -> OutboundId {
            let patience = self.patience;
            let done = self.store.write(move |work| {
                work.ensure_chat(&outbound.place, None, &crate::model::Reader::default(), Timestamp(0))?;
                let id = work.post(&outbound, Timestamp(posted))?;
                work.attempt(id, Timestamp(now))?;
                let letter = Letter {
                    id,
                    slot: outbound.slot,
                    shown: outbound.place.to_string(),
                    place: outbound.place,
                    class: outbound.class,
                    now: Timestamp(now),
                    elsewhere: vec![home()],
                };
                put_off(work, &letter, &error, Arrived::No, patience)?;
                Ok(id)
            });
            done.await.unwrap()
        }

        async fn fate(&self, slot: &str) -> Fate {
            let slot = Slot(slot.to_owned());
            self.store.read(move |view| view.fate(&slot, &place("noc"))).await.unwrap()
        }

        /// What the other channel is told: slot and version, in order.
        async fn told(&self) -> Vec<(String, i64)> {
            let due = self.store.read(|view| view.due(Timestamp(99 * HOUR), 99)).await.unwrap();
            let here = due.into_iter().filter(|message| message.place == home());
            here.map(|message| (message.slot.0, message.version)).collect()
        }
    }

    fn later(seconds: u64) -> SendError {
        SendError::Later { after: Duration::from_secs(seconds), why: "away".to_owned() }
    }

    fn never() -> SendError {
        SendError::Never { why: "refused".to_owned() }
    }

    #[tokio::test]
    async fn it_waits_as_long_as_the_service_says_else_as_the_channel_does() {
        for (error, least) in [(later(0), 30_000), (later(7), 7_000)] {
            let bench = Bench::new();
            bench.fails(outbound("a", Class::Alert), 0, 0, error).await;
            let next = bench.store.read(|view| view.next_due(Timestamp(0))).await.unwrap().unwrap();
            assert!((least..=least + least / 10).contains(&next.0), "{next:?}");
            assert_eq!((bench.fate("a").await, bench.told().await), (Fate::Waiting, Vec::new()));
        }
    }

    #[tokio::test]
    async fn no_critical_one_waits_for_half_an_hour_unless_its_service_says_so() {
        const MINUTE: i64 = 60_000;
        for (class, error, least, most) in [
            (Class::Critical, later(0), 4, 5),
            (Class::Critical, later(1_800), 30, 33),
            (Class::Alert, later(0), 30, 33),
        ] {
            let bench = Bench::with_patience(Duration::from_secs(1_800));
            bench.fails(outbound("a", class), 0, 0, error).await;
            let next = bench.store.read(|view| view.next_due(Timestamp(0))).await.unwrap().unwrap();
            assert!((least * MINUTE..=most * MINUTE).contains(&next.0), "{class:?}: {next:?}");
        }
    }

    #[tokio::test]
    async fn after_a_day_it_is_given_up() {
        let bench = Bench::new();
        bench.fails(outbound("a", Class::Alert), 0, 24 * HOUR - 1, later(0)).await;
        assert_eq!(bench.fate("a").await, Fate::Waiting);
        let id = bench.fails(outbound("b", Class::Alert), 0, 24 * HOUR, later(0)).await;
        assert_eq!(bench.fate("b").await, Fate::Dead);
        let letter = bench.store.read(move |view| view.dead_letter(id)).await.unwrap().unwrap();
        assert_eq!(letter.why, "away (given up after a day)");
        assert_eq!(bench.told().await.len(), 1);
    }

    #[tokio::test]
    async fn a_place_that_fails_is_told_once_in_half_an_hour_and_edited_in_between() {
        let bench = Bench::new();
        let first = "undelivered/mail:noc/1".to_owned();
        bench.fails(outbound("a", Class::Alert), 0, 1, never()).await;
        assert_eq!(bench.told().await, [(first.clone(), 1)]);
        bench.fails(outbound("alert/2", Class::Critical), 2, HOUR / 2, never()).await;
        assert_eq!(bench.told().await, [(first.clone(), 2)]);
        bench.fails(outbound("alert/3", Class::Critical), 2, HOUR, never()).await;
        assert_eq!(bench.told().await, [(first, 2), (format!("undelivered/mail:noc/{HOUR}"), 1)]);
    }

    #[tokio::test]
    async fn what_nobody_misses_is_not_told_and_telling_never_goes_round() {
        let bench = Bench::new();
        for class in [Class::Progress, Class::Ephemeral] {
            bench.fails(outbound(class.name(), class), 0, 1, never()).await;
        }
        bench.fails(outbound("undelivered/chat:room/1", Class::Alert), 0, 1, never()).await;
        assert_eq!(bench.told().await, []);
    }
}
