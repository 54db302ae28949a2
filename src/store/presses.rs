//! Table `presses`: the buttons of messages. One row a slot, destination and button name, so that a
//! newer version of a message keeps its tokens, and a used button stays used.

use super::meta::random_name;
use super::work::{Result, View, Work, from_json, from_word, to_json, to_word};
use crate::model::{Button, Destination, PersonId, Press, Slot, Timestamp, Token, Uses};
use rusqlite::{Row, params};
use std::collections::BTreeMap;

/// Why a press does nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PressRefused {
    /// No such button: forged, or swept long ago.
    Unknown,
    Used {
        by: PersonId,
        at: Timestamp,
    },
    /// A newer version of the message has no such button.
    Void,
    Late,
}

impl View<'_> {
    pub fn press(&self, token: &Token) -> Result<Option<Press>> {
        self.one(
            "SELECT token, slot, channel, address, button, action, who, until, uses, used_at, used_by, void
             FROM presses WHERE token = ?1",
            [&token.0],
            press,
        )
    }

    /// The token of each button that a message shows.
    pub(super) fn tokens(&self, slot: &str, place: &Destination) -> Result<BTreeMap<String, Token>> {
        let tokens = self.all(
            "SELECT button, token FROM presses WHERE slot = ?1 AND channel = ?2 AND address = ?3",
            [slot, &place.channel, &place.address],
            |row| Ok((row.get(0)?, Token(row.get(1)?))),
        )?;
        Ok(tokens.into_iter().collect())
    }
}

impl Work<'_> {
    /// Marks a `Once` button as used, in the transaction that does what it says. Who may press is
    /// for the caller to check.
    pub fn use_press(
        &mut self,
        token: &Token,
        person: PersonId,
        now: Timestamp,
    ) -> Result<Result<(), PressRefused>> {
        let Some(press) = self.press(token)? else { return Ok(Err(PressRefused::Unknown)) };
        if let (Some(at), Some(by)) = (press.used_at, press.used_by) {
            return Ok(Err(PressRefused::Used { by, at }));
        }
        if press.void {
            return Ok(Err(PressRefused::Void));
        }
        if press.until < now {
            return Ok(Err(PressRefused::Late));
        }
        if press.uses == Uses::Once {
            self.run(
                "UPDATE presses SET used_at = ?2, used_by = ?3 WHERE token = ?1",
                params![token.0, now.0, person.0],
            )?;
        }
        Ok(Ok(()))
    }

    /// Called with each version of a message: makes rows for new buttons, renews what is known, and
    /// makes void what the version lacks.
    pub(super) fn put_presses(&mut self, slot: &Slot, place: &Destination, buttons: &[Button]) -> Result<()> {
        self.run(
            "UPDATE presses SET void = 1 WHERE slot = ?1 AND channel = ?2 AND address = ?3",
            [&slot.0, &place.channel, &place.address],
        )?;
        for button in buttons {
            self.run(
                "INSERT INTO presses (token, slot, channel, address, button, action, who, until, uses)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                 ON CONFLICT (slot, channel, address, button) DO UPDATE SET action = excluded.action,
                    who = excluded.who, until = excluded.until, uses = excluded.uses, void = 0",
                params![
                    random_name()?,
                    slot.0,
                    place.channel,
                    place.address,
                    button.name,
                    to_json(&button.action)?,
                    to_json(&button.who)?,
                    button.until.0,
                    to_word(&button.uses)?
                ],
            )?;
        }
        Ok(())
    }
}

fn press(row: &Row<'_>) -> rusqlite::Result<Press> {
    Ok(Press {
        token: Token(row.get("token")?),
        slot: Slot(row.get("slot")?),
        place: Destination { channel: row.get("channel")?, address: row.get("address")? },
        button: row.get("button")?,
        action: from_json(row, "action")?,
        who: from_json(row, "who")?,
        until: Timestamp(row.get("until")?),
        uses: from_word(row, "uses")?,
        used_at: row.get::<_, Option<i64>>("used_at")?.map(Timestamp),
        used_by: row.get::<_, Option<i64>>("used_by")?.map(PersonId),
        void: row.get("void")?,
    })
}
