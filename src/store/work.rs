//! The two hands of the store: [`View`] asks, [`Work`] changes and asks. Each owner file adds its
//! questions to `View` and its changes to `Work`; SQL stands in those files only.

use super::error::StoreError;
use super::topic::{Topic, Touched};
use rusqlite::types::{FromSqlError, Type};
use rusqlite::{Connection, OptionalExtension, Params, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::ops::Deref;

pub(super) type Result<T, E = StoreError> = std::result::Result<T, E>;

/// What can be asked. Everything that one `View` answers is of one moment.
pub struct View<'c> {
    db: &'c Connection,
}

/// One savepoint of the writer. A failing one takes back itself, never its neighbours.
pub struct Work<'c> {
    view: View<'c>,
    touched: Touched,
    /// It was begun inside a transaction, as the writer always does.
    within: bool,
}

impl<'c> Deref for Work<'c> {
    type Target = View<'c>;

    fn deref(&self) -> &View<'c> {
        &self.view
    }
}

impl<'c> View<'c> {
    pub(super) fn new(db: &'c Connection) -> View<'c> {
        View { db }
    }

    /// The first row, or none.
    pub(super) fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>> {
        Ok(self.db.prepare_cached(sql)?.query_row(params, read).optional()?)
    }

    pub(super) fn all<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let mut statement = self.db.prepare_cached(sql)?;
        let rows = statement.query_map(params, read)?;
        Ok(rows.collect::<rusqlite::Result<Vec<T>>>()?)
    }

    /// Whether there is a row at all.
    pub(super) fn any(&self, sql: &str, params: impl Params) -> Result<bool> {
        Ok(self.db.prepare_cached(sql)?.exists(params)?)
    }
}

impl<'c> Work<'c> {
    pub(super) fn new(db: &'c Connection) -> Work<'c> {
        Work { view: View::new(db), touched: Touched::default(), within: !db.is_autocommit() }
    }

    /// How many rows it changed.
    pub(super) fn run(&mut self, sql: &str, params: impl Params) -> Result<usize> {
        self.check_transaction()?;
        Ok(self.view.db.prepare_cached(sql)?.execute(params)?)
    }

    /// The number of the new row.
    pub(super) fn insert(&mut self, sql: &str, params: impl Params) -> Result<i64> {
        self.check_transaction()?;
        Ok(self.view.db.prepare_cached(sql)?.insert(params)?)
    }

    /// Without room SQLite may take back the whole transaction in the middle. A change that goes on
    /// after that must not write, or the half of it that comes after would stay.
    fn check_transaction(&self) -> Result<()> {
        match self.within && self.view.db.is_autocommit() {
            true => Err(StoreError::Full),
            false => Ok(()),
        }
    }

    pub(super) fn last_row(&self) -> i64 {
        self.view.db.last_insert_rowid()
    }

    pub(super) fn touch(&mut self, topic: Topic) {
        self.touched = self.touched.with(topic);
    }

    pub(super) fn touched(&self) -> Touched {
        self.touched
    }

    /// A part that may fail alone: what it wrote is taken back, what was written before it stays.
    pub fn apart<T>(&mut self, part: impl FnOnce(&mut Work<'c>) -> Result<T>) -> Result<T> {
        let before = self.touched;
        self.check_transaction()?;
        self.view.db.execute_batch("SAVEPOINT apart")?;
        let done = part(self).and_then(|done| {
            self.check_transaction()?;
            self.view.db.execute_batch("RELEASE apart")?;
            Ok(done)
        });
        if done.is_err() {
            self.touched = before;
            // When SQLite took back the whole transaction (no room), the savepoint is gone with it.
            if !self.view.db.is_autocommit() {
                self.view.db.execute_batch("ROLLBACK TO apart; RELEASE apart")?;
            }
        }
        done
    }
}

/// A list limit as SQLite takes it.
pub(super) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// A number of bytes or rows as SQLite takes it.
pub(super) fn count(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

/// A stored number of lines or rows.
pub(super) fn counted(row: &Row<'_>, column: &str) -> rusqlite::Result<usize> {
    Ok(usize::try_from(row.get::<_, i64>(column)?).unwrap_or_default())
}

pub(super) fn to_json(value: &impl Serialize) -> Result<String> {
    Ok(serde_json::to_string(value)?)
}

pub(super) fn from_json<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    serde_json::from_str(&row.get::<_, String>(column)?).map_err(unreadable)
}

/// A fieldless enum as its one word, without quotes.
pub(super) fn to_word(value: &impl Serialize) -> Result<String> {
    Ok(to_json(value)?.trim_matches('"').to_owned())
}

pub(super) fn from_word<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    serde_json::from_value(serde_json::Value::String(row.get(column)?)).map_err(unreadable)
}

/// A stored word that has its own reading.
pub(super) fn parsed<T: std::str::FromStr>(row: &Row<'_>, column: &str) -> rusqlite::Result<T>
where
    T::Err: std::fmt::Display,
{
    row.get::<_, String>(column)?
        .parse()
        .map_err(|why: T::Err| unreadable(FromSqlError::other(std::io::Error::other(why.to_string()))))
}

pub(super) fn unreadable(why: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(why))
}
