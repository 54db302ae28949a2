//! `patchbay lab`: simulated routers alone, for other programs to try themselves on.

use super::print::say;
use super::run as start;
use crate::lab::{Lab, LabPlan};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// How many
    #[arg(long, default_value_t = 5)]
    routers: usize,
    /// Keep host keys, certificates, addresses and configurations in this folder between starts
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// End when the standard input ends, as it does when the program that started this one ends
    #[arg(long)]
    until_input_ends: bool,
}

pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    start::to_its_end(async {
        let over = over(arguments.until_input_ends);
        let mut plan = LabPlan::fleet(arguments.routers);
        plan.state = arguments.state;
        let lab = Lab::start(plan).await?;
        say(&lab.table());
        say("Ctrl-C ends them.");
        over.await?;
        lab.stop().await?;
        Ok(ExitCode::SUCCESS)
    })
}

async fn over(input: bool) -> std::io::Result<()> {
    let ended = async {
        match input {
            true => tokio::io::copy(&mut tokio::io::stdin(), &mut tokio::io::sink()).await.map(drop),
            false => std::future::pending().await,
        }
    };
    tokio::select! {
        ended = ended => ended,
        interrupted = tokio::signal::ctrl_c() => interrupted,
    }
}
