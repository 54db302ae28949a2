//! Table `tokens`: the pair of tokens of a service that gives a new pair for the old one. Sealed; only the
//! master key, which is not here, opens it. And what a person must mend before there is a new one.

use super::topic::Topic;
use super::work::{Result, View, Work, from_json, to_json};
use crate::model::{Sealed, Text, Timestamp};
use rusqlite::params;

#[derive(Clone, Debug, PartialEq)]
pub struct SealedPair {
    pub pair: Sealed,
    pub issued_at: Timestamp,
    /// When the one that is used runs out.
    pub until: Timestamp,
    /// A renewal was asked for then, and what it gave is not kept.
    pub renewing_since: Option<Timestamp>,
}

/// What keeps a channel from its tokens.
#[derive(Clone, Debug, PartialEq)]
pub struct Trouble {
    pub channel: String,
    pub what: Text,
}

impl View<'_> {
    pub fn tokens_of(&self, channel: &str) -> Result<Option<SealedPair>> {
        self.one(
            "SELECT pair, issued_at, until, renewing_since FROM tokens WHERE channel = ?1 AND pair IS NOT NULL",
            [channel],
            |row| {
                Ok(SealedPair {
                    pair: Sealed(row.get("pair")?),
                    issued_at: Timestamp(row.get("issued_at")?),
                    until: Timestamp(row.get("until")?),
                    renewing_since: row.get::<_, Option<i64>>("renewing_since")?.map(Timestamp),
                })
            },
        )
    }

    /// What nobody was told since then.
    pub fn untold_troubles(&self, since: Timestamp) -> Result<Vec<Trouble>> {
        self.all(
            "SELECT channel, trouble FROM tokens WHERE trouble IS NOT NULL AND coalesce(told_at, 0) <= ?1
             ORDER BY channel",
            [since.0],
            |row| Ok(Trouble { channel: row.get("channel")?, what: from_json(row, "trouble")? }),
        )
    }
}

impl Work<'_> {
    /// A new pair, in the place of the one before; with it everything is well.
    pub fn keep_tokens(
        &mut self,
        channel: &str,
        pair: &Sealed,
        issued_at: Timestamp,
        until: Timestamp,
    ) -> Result<()> {
        self.run(
            "INSERT INTO tokens (channel, pair, issued_at, until) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (channel) DO UPDATE SET pair = excluded.pair, issued_at = excluded.issued_at,
                until = excluded.until, renewing_since = NULL, trouble = NULL, told_at = NULL",
            params![channel, pair.0, issued_at.0, until.0],
        )?;
        self.touch(Topic::People);
        Ok(())
    }

    /// The pair that is kept is about to be given away for a new one.
    pub fn note_renewing(&mut self, channel: &str, now: Timestamp) -> Result<()> {
        self.run("UPDATE tokens SET renewing_since = ?2 WHERE channel = ?1", params![channel, now.0])?;
        Ok(())
    }

    /// What a person must mend. The same trouble once more is nothing new.
    pub fn note_trouble(&mut self, channel: &str, what: &Text) -> Result<()> {
        self.run(
            "INSERT INTO tokens (channel, trouble) VALUES (?1, ?2)
             ON CONFLICT (channel) DO UPDATE SET trouble = excluded.trouble, told_at = NULL
             WHERE trouble IS NOT excluded.trouble",
            params![channel, to_json(what)?],
        )?;
        Ok(())
    }

    pub fn note_trouble_told(&mut self, channel: &str, now: Timestamp) -> Result<()> {
        self.run("UPDATE tokens SET told_at = ?2 WHERE channel = ?1", params![channel, now.0])?;
        Ok(())
    }
}
