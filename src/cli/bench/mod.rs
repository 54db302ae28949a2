//! `patchbay bench`: measures the bot on this machine and prints plain figures. Nothing is judged here:
//! what a figure should be depends on the machine.

use std::process::ExitCode;

mod figures;
mod poll;
mod routers;
mod truth;
mod usage;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// What it costs to look at routers on the clock, and how exact the rates are
    Poll(poll::Arguments),
}

pub fn run(command: &Command) -> anyhow::Result<ExitCode> {
    let measured = match command {
        Command::Poll(arguments) => poll::run(arguments),
    };
    Ok(match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            super::complain(&error);
            ExitCode::FAILURE
        }
    })
}
