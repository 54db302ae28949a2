//! The bot's own life, told outside: a lost alert must not look like a quiet night. The watchman hears of
//! it only while routers are looked at, rules are judged and critical alerts get out; when he hears
//! nothing, he raises the alarm by means of his own.

use super::{Clock, House};
use crate::channel::heartbeat::Heartbeat;
use crate::flow::monitor::Polls;
use crate::model::{Class, Destination, Timestamp};
use crate::store::{Overdue, StoreError, View};
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;
use tokio::time::MissedTickBehavior;

/// No poll ends in so long though some have begun: longer than any poll may take.
const POLLS: Duration = Duration::from_secs(300);
/// So long a critical alert may be on its way to whoever is told of it; the other channel was tried then.
const ALERTS: Duration = Duration::from_secs(300);

/// Runs until the house goes dark.
pub async fn run(house: &House, heartbeat: Heartbeat, every: Duration) {
    let mut beats = tokio::time::interval(every);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut pulse = Pulse::new(&house.clock);
    let mut told: Result<(), String> = Ok(());
    // The first moment says nothing: nothing can have been done yet.
    beats.tick().await;
    loop {
        tokio::select! {
            _ = beats.tick() => {}
            () = house.stops.work.cancelled() => return,
        }
        let beaten = match pulse.felt(house).await {
            Ok(()) => heartbeat.beat().await.map_err(|why| format!("the watchman {why}")),
            Err(ill) => Err(ill.to_string()),
        };
        if beaten != told {
            match &beaten {
                Ok(()) => tracing::info!("the heartbeat goes out again"),
                Err(why) => tracing::error!(%why, "no heartbeat"),
            }
            told = beaten;
        }
    }
}

/// Why the bot is not well. The watchman will say so.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Ill {
    /// Repeats and ends of alerts were not looked at since the last beat.
    Rules,
    Polls,
    Alert(Destination),
    Store(String),
}

impl fmt::Display for Ill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ill::Rules => write!(f, "the rules are not judged any more"),
            Ill::Polls => write!(f, "no poll has come to an end for {} s", POLLS.as_secs()),
            Ill::Alert(place) => write!(f, "a critical alert reaches nobody; {place} does not get it"),
            Ill::Store(why) => write!(f, "the database cannot be read: {why}"),
        }
    }
}

/// What was seen at the last beat.
struct Pulse {
    ticks: u64,
    ended: u64,
    /// Since when no poll has ended though one has begun; the time of the last beat while all is well.
    since: Duration,
}

impl Pulse {
    fn new(clock: &Clock) -> Pulse {
        Pulse { ticks: 0, ended: 0, since: clock.now().monotonic }
    }

    async fn felt(&mut self, house: &House) -> Result<(), Ill> {
        let (now, polls) = (house.clock.now(), house.counts.read());
        // Counted at every beat, also at those that fail for another reason.
        let counted = self.count(&polls, now.monotonic);
        let stuck = house.store.read(move |view| stuck(view, now.wall)).await;
        match stuck.map_err(|error| Ill::Store(error.to_string()))? {
            Some(place) => Err(Ill::Alert(place)),
            None => counted,
        }
    }

    fn count(&mut self, polls: &Polls, now: Duration) -> Result<(), Ill> {
        let ended = polls.answered + polls.failed;
        if ended != self.ended || polls.begun == ended {
            self.since = now;
        }
        let judged = std::mem::replace(&mut self.ticks, polls.ticks) != polls.ticks;
        self.ended = ended;
        match (judged, now.saturating_sub(self.since) < POLLS) {
            (true, true) => Ok(()),
            (false, _) => Err(Ill::Rules),
            (true, false) => Err(Ill::Polls),
        }
    }
}

/// A place that does not get a critical alert that fires and that no other place was told of either.
fn stuck(view: &View<'_>, now: Timestamp) -> Result<Option<Destination>, StoreError> {
    let day = Duration::from_secs(24 * 3_600);
    let overdue = view.overdue(Class::Critical, now.minus(ALERTS), now.minus(day))?;
    let mut incidents: BTreeMap<_, Vec<&Overdue>> = BTreeMap::new();
    for one in &overdue {
        incidents.entry(one.slot.incident()).or_default().push(one);
    }
    for (incident, overdue) in incidents {
        let Some(incident) = incident else { continue };
        let silent = |place: &Destination| overdue.iter().any(|one| one.place == *place);
        if view.alert(incident)?.is_some() && view.told(incident)?.iter().all(silent) {
            return Ok(overdue.first().map(|one| one.place.clone()));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin::blank;
    use crate::model::{
        Alert, AlertKey, Document, IncidentId, Metric, Outbound, Phase, Severity, Sign, Slot, Text,
    };
    use crate::store::{Access, Arrived, Store};

    const MINUTE: i64 = 60_000;

    fn polls(ticks: u64, begun: u64, ended: u64) -> Polls {
        Polls { ticks, begun, answered: ended / 2, failed: ended - ended / 2, ..Polls::default() }
    }

    /// The verdicts of beats a minute apart.
    fn felt(beats: &[(u64, u64, u64)]) -> Vec<Result<(), Ill>> {
        let mut pulse = Pulse { ticks: 0, ended: 0, since: Duration::ZERO };
        let minute = |count: usize| Duration::from_secs(60 * (count as u64 + 1));
        let beats = beats.iter().enumerate();
        beats
            .map(|(at, &(ticks, begun, ended))| pulse.count(&polls(ticks, begun, ended), minute(at)))
            .collect()
    }

    #[test]
    fn it_is_well_while_rules_are_judged_though_nobody_is_looked_at() {
        assert_eq!(felt(&[(60, 0, 0), (120, 0, 0), (121, 0, 0)]), vec![Ok(()); 3]);
    }

    #[test]
    fn rules_that_are_judged_no_more_are_told_and_so_is_their_coming_back() {
        let told = felt(&[(60, 4, 4), (60, 8, 8), (61, 9, 9)]);
        assert_eq!(told, [Ok(()), Err(Ill::Rules), Ok(())]);
        assert_eq!(felt(&[(0, 4, 4)]), [Err(Ill::Rules)]);
    }

    #[test]
    fn polls_that_never_end_are_told_after_five_minutes() {
        let mut beats: Vec<_> = (1..=7).map(|minute| (minute, 9, 5)).collect();
        beats.push((8, 9, 6));
        let told = felt(&beats);
        // The first beat saw some end.
        assert_eq!(told[..5], vec![Ok(()); 5]);
        assert_eq!(told[5..], [Err(Ill::Polls), Err(Ill::Polls), Ok(())]);
        // Between two rounds nothing is owed.
        assert_eq!(felt(&(1..=9).map(|minute| (minute, 4, 4)).collect::<Vec<_>>()), vec![Ok(()); 9]);
    }

    fn place(name: &str) -> Destination {
        Destination { channel: name.to_owned(), address: "noc".to_owned() }
    }

    async fn fires(store: &Store, places: &'static [&'static str]) -> IncidentId {
        let made = store.write(move |work| {
            let device = work.add_device(&blank("R1").unwrap(), Timestamp(0))?;
            let key = AlertKey { device, rule: "cpu".to_owned(), object: String::new() };
            let alert = Alert::pending(key, Metric::Cpu, Severity::Critical, 95.0, Timestamp(0));
            let alert = Alert { phase: Phase::Firing, announced: true, ..alert };
            let incident = work.put_alert(alert, None, None, Timestamp(0))?.incident.unwrap();
            for name in places {
                work.note_told(incident, &place(name))?;
                let outbound = Outbound {
                    slot: Slot::of_alert(incident),
                    place: place(name),
                    thread: None,
                    reply_to: None,
                    class: Class::Critical,
                    only: None,
                    document: Document::open(Sign::Critical, Text::verbatim("R1")),
                    not_before: None,
                    expires: None,
                };
                let id = work.post(&outbound, Timestamp(0))?;
                work.attempt(id, Timestamp(0))?;
                match *name {
                    "mail" => work.postponed(id, Timestamp(1), "away", Arrived::No)?,
                    _ => work.delivered(id, &crate::model::Receipt { parts: Vec::new() }, Timestamp(0))?,
                }
            }
            Ok(incident)
        });
        made.await.unwrap()
    }

    async fn looks(store: &Store, minute: i64) -> Option<String> {
        let place = store.read(move |view| stuck(view, Timestamp(minute * MINUTE))).await.unwrap();
        place.map(|place| place.to_string())
    }

    #[tokio::test]
    async fn a_critical_alert_that_reaches_nobody_is_told_after_five_minutes_while_it_fires() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), Access::Bot).unwrap();
        let incident = fires(&store, &["mail"]).await;
        assert_eq!(looks(&store, 4).await, None);
        assert_eq!(looks(&store, 5).await.as_deref(), Some("mail:noc"));
        let ends = store.write(move |work| {
            let alert = work.alert(incident)?.unwrap();
            work.put_alert(Alert { phase: Phase::Resolved, ..alert }, None, None, Timestamp(6 * MINUTE))
        });
        ends.await.unwrap();
        assert_eq!(looks(&store, 7).await, None);
    }

    #[tokio::test]
    async fn an_alert_that_one_place_has_heard_of_is_not_lost() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), Access::Bot).unwrap();
        fires(&store, &["mail", "desk"]).await;
        assert_eq!(looks(&store, 9).await, None);
    }
}
