//! `patchbay bench`: measures the bot on this machine and prints plain figures. Nothing is judged here:
//! what a figure should be depends on the machine.

use std::process::ExitCode;

mod chat;
mod crowd;
mod figures;
mod picture;
mod poll;
mod routers;
mod truth;
mod usage;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// What it costs to look at routers on the clock, and how exact the rates are
    ///
    /// Simulated routers are started in a process of their own. The bot runs in this one, on a temporary
    /// folder, and asks them everything that it asks real ones, over TLS. When as many probes are answered as all
    /// routers have together (the handshakes are over), the measuring begins.
    ///
    /// The processor's time is that of this process, by the kernel's clock for it. Memory is what is resident;
    /// per router it is what came between the start of the bot and the end, so what the bot takes for itself
    /// is in it. Lateness is the time from when a poll was due until it began; it and the time that polls took
    /// are rounded up by at most 7 %. The error of rates: the mean of each direction of each interface over the
    /// whole time, out of the values in the metrics file, against the exact mean of what the lab let flow
    /// from the first of those values to the last; and each value against what flowed since the value before.
    /// A poll is one probe of one router.
    ///
    /// Ends with 1 when it could not be measured; no figure makes it fail.
    Poll(poll::Arguments),
    /// How long people in chats wait for the first answer, and what that costs
    ///
    /// A simulated chat service is started in a process of its own, with people who type `/whoami` in groups. The
    /// bot runs in this one, on a temporary folder, and polls the service as it does the real one; only its budget
    /// for messages is off, because that is what would be measured.
    ///
    /// The time of a command runs from the moment in which its update can be fetched to the call with its first
    /// answer: polling, commit, decision, commit, sending. First so many a second, then all at once.
    Chat(chat::Arguments),
    /// The people of `bench chat`
    #[command(hide = true)]
    Crowd,
    /// How long one picture of an interface takes to draw, and how large it is
    Picture(picture::Arguments),
}

pub fn run(command: &Command) -> anyhow::Result<ExitCode> {
    let measured = match command {
        Command::Poll(arguments) => poll::run(arguments),
        Command::Picture(arguments) => picture::run(arguments),
        Command::Chat(arguments) => chat::run(arguments),
        Command::Crowd => crowd::run().map(drop),
    };
    Ok(match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            super::complain(&error);
            ExitCode::FAILURE
        }
    })
}
