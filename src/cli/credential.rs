//! `patchbay credential`: set without echo, kept encrypted, never shown again.

use super::beside::Beside;
use super::print::{say, table};
use crate::device::CREDENTIAL_PURPOSE;
use crate::model::Secret;
use crate::store::Credential;
use anyhow::{Context, bail};
use clap::Subcommand;
use std::io::{BufRead, IsTerminal};
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Set a credential; asks for the passwords without showing them
    Set {
        name: String,
        /// Asked for when left out
        #[arg(long)]
        username: Option<String>,
        /// The routers want no enable password
        #[arg(long)]
        no_enable: bool,
    },
    /// List the names
    List,
    /// Remove a credential that no router uses
    Remove { name: String },
}

pub fn run(beside: &Beside, command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Set { name, username, no_enable } => set(beside, name, username, no_enable)?,
        Command::List => {
            let rows: Vec<Vec<String>> =
                beside.read(|view| view.credential_names())?.into_iter().map(|name| vec![name]).collect();
            table(&["name"], &rows);
        }
        Command::Remove { name } => {
            let wanted = name.clone();
            beside.change("credential", move |work| work.remove_credential(&wanted).map(drop))?;
            say(&format!("{name} is removed"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn set(beside: &Beside, name: String, username: Option<String>, no_enable: bool) -> anyhow::Result<()> {
    let sealer = beside.sealer()?;
    let username = match username {
        Some(username) => username,
        None => asked("username: ")?.reveal().to_owned(),
    };
    let password = asked("password: ")?;
    if username.is_empty() || password.reveal().is_empty() {
        bail!("a username and a password are needed; nothing was changed");
    }
    let enable = match no_enable {
        true => None,
        false => Some(asked("enable password (empty for none): ")?).filter(|word| !word.reveal().is_empty()),
    };
    let seal = |word: &Secret| sealer.seal(CREDENTIAL_PURPOSE, word.reveal().as_bytes());
    let credential = Credential {
        name: name.clone(),
        username,
        password: seal(&password)?,
        enable: enable.as_ref().map(seal).transpose()?,
    };
    let now = beside.now().wall;
    beside.change("credential", move |work| work.set_credential(&credential, now).map(drop))?;
    say(&format!("credential {name:?} is set"));
    Ok(())
}

/// Without echo on a terminal; a line of standard input otherwise, for scripts.
pub fn asked(question: &str) -> anyhow::Result<Secret> {
    match asked_if_there(question)? {
        Some(word) => Ok(word),
        None => bail!("standard input ended before \"{}\"", question.trim_end_matches(": ")),
    }
}

/// The same; None at the end of standard input.
pub fn asked_if_there(question: &str) -> anyhow::Result<Option<Secret>> {
    if std::io::stdin().is_terminal() {
        let word = rpassword::prompt_password(question).context("the terminal could not be read")?;
        return Ok(Some(Secret::new(word)));
    }
    let mut line = zeroize::Zeroizing::new(String::new());
    let read = std::io::stdin().lock().read_line(&mut line)?;
    Ok((read > 0).then(|| Secret::new(line.trim_end_matches(['\r', '\n']))))
}
