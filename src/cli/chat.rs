//! `patchbay chat`: the places that the bot has met, each with a language and a time zone. A chat with
//! one person follows that person.

use super::beside::Beside;
use super::person;
use super::print::{say, table};
use crate::model::{Destination, Reader};
use anyhow::{Context, bail};
use clap::Subcommand;
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// List every chat in which somebody whom the bot knows has written
    List,
    /// Change how a chat is written to: patchbay chat set terminal:console --time-zone Asia/Ho_Chi_Minh
    Set {
        /// As channel:address
        chat: String,
        #[arg(long, value_parser = person::language)]
        language: Option<String>,
        #[arg(long)]
        time_zone: Option<chrono_tz::Tz>,
    },
}

pub fn run(beside: &Beside, command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::List => list(beside)?,
        Command::Set { chat, language, time_zone } => set(beside, &chat, language, time_zone)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn list(beside: &Beside) -> anyhow::Result<()> {
    let rows = beside.read(|view| {
        view.chats()?
            .into_iter()
            .map(|chat| {
                let alone = chat.person.map(|id| view.person(id)).transpose()?.flatten();
                let Reader { language, time_zone } = chat.reader;
                Ok(vec![
                    chat.place.to_string(),
                    chat.title.unwrap_or_default(),
                    alone.map(|person| person.name).unwrap_or_default(),
                    language,
                    time_zone.name().to_owned(),
                ])
            })
            .collect::<Result<Vec<_>, _>>()
    })?;
    match rows.is_empty() {
        true => say("none yet; a chat is here as soon as somebody whom the bot knows writes in it"),
        false => table(&["chat", "title", "with", "language", "time zone"], &rows),
    }
    Ok(())
}

fn set(
    beside: &Beside,
    typed: &str,
    language: Option<String>,
    time_zone: Option<chrono_tz::Tz>,
) -> anyhow::Result<()> {
    let (channel, address) = typed.split_once(':').with_context(|| {
        format!("{typed:?} is no chat; write channel:address, as patchbay chat list does")
    })?;
    let place = Destination { channel: channel.to_owned(), address: address.to_owned() };
    let asked = place.clone();
    let chat = beside.read(move |view| view.chat(&asked))?;
    let chat = chat.with_context(|| format!("there is no chat {typed:?}; patchbay chat list shows all"))?;
    if let Some(person) = chat.person.and_then(|id| beside.read(move |view| view.person(id)).ok().flatten()) {
        bail!("{typed} follows its person; patchbay person set {} changes both", person.name);
    }
    let reader = Reader {
        language: language.unwrap_or(chat.reader.language),
        time_zone: time_zone.unwrap_or(chat.reader.time_zone),
    };
    beside.change("chat", move |work| work.set_chat_reader(&place, &reader))?;
    say(&format!("{typed} is changed"));
    Ok(())
}
