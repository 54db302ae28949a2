//! What keeps a router from being changed, in words: a lock by hand, a job that works on it, a freeze.

use super::alerts::target;
use crate::model::{Block, Device, Document, Facts, Freeze, Sign, Text, Timestamp};
use crate::store::{HandLock, Held, StoreError, Work};
use std::time::Duration;

/// A lock that is older may have been forgotten.
pub const OLD: Duration = Duration::from_secs(12 * 3_600);
/// So many are told one by one.
const NAMED: usize = 10;

/// `locked by bob since 14:02 (core works)`
pub fn lock(who: &str, since: Timestamp, reason: Option<&str>) -> Text {
    match reason {
        Some(reason) => text!("lock.by_because", who = who, since = since, reason = reason),
        None => text!("lock.by", who = who, since = since),
    }
}

/// Why a task asked nothing: somebody holds its router.
pub fn not_asked_locked(held: &Held, facts: &Facts) -> Text {
    let (who, since) = (facts.person_name(held.person), held.since);
    match held.job {
        Some(_) => text!("task.locked", who = who, since = since),
        None => {
            text!("task.locked_by_hand", lock = lock(&who, since, held.reason.as_deref()), who = who.as_str())
        }
    }
}

/// `R1 is locked by bob since 14:02 (core works)`
pub fn locked(lock: &HandLock, facts: &Facts) -> Text {
    let who = facts.person_name(lock.person);
    let lock_words = self::lock(&who, lock.since, lock.reason.as_deref());
    text!("lock.device", device = facts.inventory.name(lock.device), lock = lock_words)
}

/// `#3 site:hanoi until 16:02, by bob: core works`
pub fn frozen(freeze: &Freeze, facts: &Facts) -> Text {
    let (id, who, until) = (freeze.id.to_string(), facts.person_name(freeze.by), freeze.until);
    let what = target(&freeze.selector, facts);
    match &freeze.reason {
        Some(reason) => {
            text!("freeze.line_because", id = id, what = what, until = until, who = who, reason = reason)
        }
        None => text!("freeze.line", id = id, what = what, until = until, who = who),
    }
}

/// The freezes that speak of one of these routers, and the locks on them.
pub fn with_held(
    mut document: Document,
    devices: &[Device],
    facts: &Facts,
    work: &Work,
) -> Result<Document, StoreError> {
    let now = facts.now.wall;
    let holds = |freeze: &&Freeze| devices.iter().any(|device| freeze.holds(device, now));
    for freeze in facts.freezes.iter().filter(holds).take(NAMED) {
        document = detail(document, Sign::Held, text!("freeze.holds", freeze = frozen(freeze, facts)));
    }
    let locks = work.hand_locks()?;
    let mut here = locks.iter().filter(|lock| devices.iter().any(|device| device.id == lock.device));
    for lock in here.by_ref().take(NAMED) {
        document = detail(document, Sign::Locked, locked(lock, facts));
    }
    Ok(match here.count() {
        0 => document,
        more => detail(document, Sign::Locked, text!("lock.more", count = more)),
    })
}

/// Locks that somebody may have forgotten, and the freezes that hold.
pub fn with_forgotten(
    mut document: Document,
    devices: &[&Device],
    facts: &Facts,
    work: &Work,
) -> Result<Document, StoreError> {
    let now = facts.now.wall;
    let holds = |freeze: &&Freeze| devices.iter().any(|device| freeze.holds(device, now));
    for freeze in facts.freezes.iter().filter(holds).take(NAMED) {
        document = document.with_line(Sign::Held, text!("freeze.holds", freeze = frozen(freeze, facts)));
    }
    let locks = work.hand_locks()?;
    let is_old = |lock: &&HandLock| {
        now.since(lock.since) > OLD && devices.iter().any(|device| device.id == lock.device)
    };
    for lock in locks.iter().filter(is_old).take(NAMED) {
        let text = text!("lock.old", lock = locked(lock, facts), device = facts.inventory.name(lock.device));
        document = document.with_line(Sign::Locked, text);
    }
    Ok(document)
}

fn detail(document: Document, sign: Sign, text: Text) -> Document {
    document.with(Block::Detail { sign, text })
}
