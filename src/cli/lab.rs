//! `patchbay lab`: simulated routers alone, for other programs to try themselves on.

use super::print::say;
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
}

pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut plan = LabPlan::fleet(arguments.routers);
        plan.state = arguments.state;
        let lab = Lab::start(plan).await?;
        say(&lab.table());
        say("Ctrl-C ends them.");
        tokio::signal::ctrl_c().await?;
        lab.stop().await?;
        Ok(ExitCode::SUCCESS)
    })
}
