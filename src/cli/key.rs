//! `patchbay key`: a new master key. It opens what the bot keeps sealed, so it lives outside the data
//! folder, and a file that is there is never written over.

use super::print::say;
use crate::device::MasterKey;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The new file; only its owner may read it
    file: PathBuf,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    MasterKey::create(&arguments.file)?;
    say(&format!("{} holds a new master key", arguments.file.display()));
    say("Keep a copy in a safe place: without it the stored passwords and raw configurations are lost.");
    Ok(ExitCode::SUCCESS)
}
