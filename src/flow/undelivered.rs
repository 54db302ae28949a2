//! What becomes of a message that was not sent: tried again with growing patience, given up after a
//! day or when the service says never, and then told where people still hear the bot.

use crate::channel::Channel;
use crate::model::{
    Class, Destination, Document, Ending, Outbound, OutboundId, SendError, Sign, Slot, Timestamp,
};
use crate::store::{Arrived, StoreError, Work};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

/// So long a message is tried; what is told later than that is history.
const GIVE_UP: Duration = Duration::from_secs(24 * 3_600);
/// At most one new message in this time tells of a place that fails; in between it is edited.
const TOLD: Duration = Duration::from_secs(30 * 60);
/// Slots of these notices begin so; one that fails itself is told nowhere.
const SLOTS: &str = "undelivered/";

/// A message that was tried, and where its failing can be told.
pub struct Letter {
    pub id: OutboundId,
    pub slot: Slot,
    pub place: Destination,
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
        SendError::Later { after, why } => {
            let owed = work.owed_since(letter.id)?.unwrap_or(letter.now);
            if letter.now.since(owed) >= GIVE_UP {
                return give_up(work, letter, &format!("{why} (given up after a day)"));
            }
            let span = if after.is_zero() { patience } else { *after };
            let until = letter.now.plus(span + jitter(letter, span));
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
    let matters = match letter.class {
        Class::Critical | Class::Result | Class::Alert => true,
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
        place = letter.place.to_string(),
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
            document: Document::line(Sign::Warning, text.clone(), Ending::Well),
            not_before: None,
            expires: None,
        };
        work.post(&notice, letter.now)?;
    }
    Ok(())
}
