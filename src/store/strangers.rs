//! Table `strangers`: identities that belong to nobody. It keeps when one was last told so, how much
//! went unanswered since, and how often it sent a code that is none; of somebody known only the codes.

use super::work::{Result, View, Work, count, counted};
use crate::model::{Identity, Timestamp};
use rusqlite::params;
use std::time::Duration;

/// One refusal in this time; the rest is silence.
const QUIET: Duration = Duration::from_secs(86_400);
/// So many wrong codes within this time are enough.
const WRONG: usize = 5;
const WINDOW: Duration = Duration::from_secs(15 * 60);

/// What a wrong code came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    Wrong,
    /// Nothing is tried any more until then. Said when it begins, and to the next one that comes.
    Shut(Timestamp),
    /// The same, and it was said already.
    Silent,
}

#[derive(Clone, Copy)]
struct Stranger {
    told_at: Option<Timestamp>,
    unheard: usize,
    wrong: usize,
    wrong_since: Timestamp,
    shut_until: Timestamp,
}

const UNHEARD_OF: Stranger =
    Stranger { told_at: None, unheard: 0, wrong: 0, wrong_since: Timestamp(0), shut_until: Timestamp(0) };

impl View<'_> {
    fn stranger(&self, identity: &Identity) -> Result<Stranger> {
        let found = self.one(
            "SELECT told_at, unheard, wrong, wrong_since, shut_until FROM strangers
             WHERE channel = ?1 AND external = ?2",
            [&identity.channel, &identity.external],
            |row| {
                Ok(Stranger {
                    told_at: row.get::<_, Option<i64>>("told_at")?.map(Timestamp),
                    unheard: counted(row, "unheard")?,
                    wrong: counted(row, "wrong")?,
                    wrong_since: Timestamp(row.get("wrong_since")?),
                    shut_until: Timestamp(row.get("shut_until")?),
                })
            },
        )?;
        Ok(found.unwrap_or(UNHEARD_OF))
    }

    /// Until when no code of this identity is tried.
    pub fn shut_until(&self, identity: &Identity, now: Timestamp) -> Result<Option<Timestamp>> {
        let until = self.stranger(identity)?.shut_until;
        Ok((until > now).then_some(until))
    }
}

impl Work<'_> {
    /// Whether this one is to be told today, and how much went unanswered since the last time.
    pub fn hear_stranger(&mut self, identity: &Identity, now: Timestamp) -> Result<Option<usize>> {
        let known = self.stranger(identity)?;
        let is_due = known.told_at.is_none_or(|at| now >= at.plus(QUIET) || now < at);
        let heard = match is_due {
            true => Stranger { told_at: Some(now), unheard: 0, ..known },
            false => Stranger { unheard: known.unheard + 1, ..known },
        };
        self.put_stranger(identity, &heard)?;
        Ok(is_due.then_some(known.unheard))
    }

    /// Counts a code that is none, or that comes while nothing is tried. After too many nothing is tried for
    /// as long as `shut`.
    pub fn note_wrong_code(&mut self, identity: &Identity, shut: Duration, now: Timestamp) -> Result<Tried> {
        let known = self.stranger(identity)?;
        if known.shut_until > now {
            let said = known.wrong > 0;
            self.put_stranger(identity, &Stranger { wrong: 1, unheard: known.unheard + 1, ..known })?;
            return Ok(if said { Tried::Silent } else { Tried::Shut(known.shut_until) });
        }
        let counted = match known.wrong > 0 && now < known.wrong_since.plus(WINDOW) {
            true => Stranger { wrong: known.wrong + 1, ..known },
            false => Stranger { wrong: 1, wrong_since: now, ..known },
        };
        let (next, tried) = match counted.wrong < WRONG {
            true => (counted, Tried::Wrong),
            // The next count begins when it is tried again.
            false => {
                let until = now.plus(shut);
                (Stranger { wrong: 0, shut_until: until, ..counted }, Tried::Shut(until))
            }
        };
        self.put_stranger(identity, &next)?;
        Ok(tried)
    }

    /// It belongs to somebody now.
    pub fn forget_stranger(&mut self, identity: &Identity) -> Result<()> {
        self.run(
            "DELETE FROM strangers WHERE channel = ?1 AND external = ?2",
            [&identity.channel, &identity.external],
        )?;
        Ok(())
    }

    fn put_stranger(&mut self, identity: &Identity, stranger: &Stranger) -> Result<()> {
        self.run(
            "INSERT INTO strangers (channel, external, told_at, unheard, wrong, wrong_since, shut_until)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (channel, external) DO UPDATE SET told_at = excluded.told_at, unheard = excluded.unheard,
                wrong = excluded.wrong, wrong_since = excluded.wrong_since, shut_until = excluded.shut_until",
            params![
                identity.channel,
                identity.external,
                stranger.told_at.map(|at| at.0),
                count(stranger.unheard),
                count(stranger.wrong),
                stranger.wrong_since.0,
                stranger.shut_until.0
            ],
        )?;
        Ok(())
    }

    pub(super) fn sweep_strangers(&mut self, before: Timestamp) -> Result<usize> {
        self.run(
            "DELETE FROM strangers WHERE coalesce(told_at, 0) < ?1 AND wrong_since < ?1 AND shut_until < ?1",
            [before.0],
        )
    }
}
