//! Table `chats`: the places where people talk to the bot, each with a language and a time zone. Where one
//! person is alone with it, that person's count, as they are now.

use super::topic::Topic;
use super::work::{Result, View, Work, parsed};
use crate::model::{Destination, PersonId, Reader, Timestamp};
use rusqlite::{Row, params};

#[derive(Clone, Debug, PartialEq)]
pub struct Chat {
    pub place: Destination,
    pub title: Option<String>,
    pub reader: Reader,
    /// Whose chat with the bot alone it is; None where others are, too.
    pub person: Option<PersonId>,
}

const CHATS: &str =
    "SELECT channel, address, title, person, coalesce(people.language, chats.language) AS language,
        coalesce(people.time_zone, chats.time_zone) AS time_zone
    FROM chats LEFT JOIN people ON people.id = person AND removed_at IS NULL";

impl View<'_> {
    /// English and UTC for a place that nobody introduced.
    pub fn reader_of(&self, place: &Destination) -> Result<Reader> {
        let found = self.one(
            &format!("{CHATS} WHERE channel = ?1 AND address = ?2"),
            [&place.channel, &place.address],
            reader,
        )?;
        Ok(found.unwrap_or_default())
    }

    /// Whether somebody whom the bot knows has spoken there.
    pub fn is_chat(&self, place: &Destination) -> Result<bool> {
        let found = self.one(
            "SELECT 1 FROM chats WHERE channel = ?1 AND address = ?2",
            [&place.channel, &place.address],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }

    pub fn chats(&self) -> Result<Vec<Chat>> {
        self.all(&format!("{CHATS} ORDER BY channel, address"), [], chat)
    }

    pub fn chat(&self, place: &Destination) -> Result<Option<Chat>> {
        self.one(
            &format!("{CHATS} WHERE channel = ?1 AND address = ?2"),
            [&place.channel, &place.address],
            chat,
        )
    }
}

impl Work<'_> {
    /// `reader` is for a new chat only: one that is here keeps what was set. A title is renewed.
    pub fn ensure_chat(
        &mut self,
        place: &Destination,
        title: Option<&str>,
        reader: &Reader,
        now: Timestamp,
    ) -> Result<()> {
        let changed = self.run(
            "INSERT INTO chats (channel, address, title, language, time_zone, first_seen)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (channel, address) DO UPDATE SET title = excluded.title
                WHERE excluded.title IS NOT NULL AND excluded.title IS NOT chats.title",
            params![place.channel, place.address, title, reader.language, reader.time_zone.name(), now.0],
        )?;
        if changed > 0 {
            self.touch(Topic::People);
        }
        Ok(())
    }

    /// The person who is alone with the bot there, or None.
    pub fn set_chat_person(&mut self, place: &Destination, person: Option<PersonId>) -> Result<()> {
        let changed = self.run(
            "UPDATE chats SET person = ?3 WHERE channel = ?1 AND address = ?2 AND person IS NOT ?3",
            params![place.channel, place.address, person.map(|person| person.0)],
        )?;
        if changed > 0 {
            self.touch(Topic::People);
        }
        Ok(())
    }

    pub fn set_chat_reader(&mut self, place: &Destination, reader: &Reader) -> Result<()> {
        self.run(
            "UPDATE chats SET language = ?3, time_zone = ?4 WHERE channel = ?1 AND address = ?2",
            params![place.channel, place.address, reader.language, reader.time_zone.name()],
        )?;
        self.touch(Topic::People);
        Ok(())
    }
}

fn chat(row: &Row<'_>) -> rusqlite::Result<Chat> {
    Ok(Chat {
        place: Destination { channel: row.get("channel")?, address: row.get("address")? },
        title: row.get("title")?,
        reader: reader(row)?,
        person: row.get::<_, Option<i64>>("person")?.map(PersonId),
    })
}

fn reader(row: &Row<'_>) -> rusqlite::Result<Reader> {
    Ok(Reader { language: row.get("language")?, time_zone: parsed(row, "time_zone")? })
}
