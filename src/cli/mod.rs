//! The command line's words. `run` and `demo` are the bot itself; the others work beside a running
//! bot on the same database, or need none.

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

mod audit;
mod bench;
mod beside;
mod channel;
mod chat;
mod check;
mod config;
mod credential;
mod csv;
mod demo;
mod device;
mod grant;
mod key;
mod lab;
mod person;
mod print;
mod reload;
mod run;

pub use print::complain;
pub use run::all_of;

/// A chat-ops bot for network teams that run Cisco IOS XE routers.
#[derive(Debug, Parser)]
#[command(name = "patchbay", version, about, max_term_width = 100)]
pub struct Arguments {
    /// The bot's settings file
    #[arg(
        long,
        global = true,
        env = "PATCHBAY_SETTINGS",
        default_value = "config/patchbay.toml",
        value_name = "FILE"
    )]
    settings: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the bot
    Run,
    /// Try everything on this machine: five simulated routers and a chat in the terminal
    Demo(demo::Arguments),
    /// Start simulated routers and print how to reach them
    Lab(lab::Arguments),
    /// Measure the bot on this machine
    #[command(subcommand)]
    Bench(bench::Command),
    /// Check the settings file and the command files
    Check(check::Arguments),
    /// Make a master key, which opens what the bot keeps sealed
    Key(key::Arguments),
    /// The inventory of routers
    #[command(subcommand)]
    Device(device::Command),
    /// The people who may use the bot
    #[command(subcommand)]
    Person(person::Command),
    /// The chats that the bot has met
    #[command(subcommand)]
    Chat(chat::Command),
    /// The credentials for the routers, kept encrypted
    #[command(subcommand)]
    Credential(credential::Command),
    /// The rules that say who may do what
    #[command(subcommand)]
    Grant(grant::Command),
    /// Backed-up configurations of routers
    #[command(subcommand)]
    Config(config::Command),
    /// The chats and services that the bot can speak
    #[command(subcommand)]
    Channel(channel::Command),
    /// Who did what, newest first
    Audit(audit::Arguments),
    /// Ask the running bot to read its command files and rules anew
    Reload,
}

pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let settings = arguments.settings.as_path();
    match arguments.command {
        Command::Run => run::run(settings),
        Command::Demo(demo) => demo::run(demo),
        Command::Lab(lab) => lab::run(lab),
        Command::Bench(bench) => bench::run(&bench),
        Command::Key(key) => key::run(&key),
        Command::Check(check) => check::run(settings, &check),
        Command::Channel(channel) => channel::run(settings, &channel),
        Command::Device(device) => beside::run(settings, |beside| device::run(beside, device)),
        Command::Person(person) => beside::run(settings, |beside| person::run(beside, person)),
        Command::Chat(chat) => beside::run(settings, |beside| chat::run(beside, chat)),
        Command::Credential(credential) => {
            beside::run(settings, |beside| credential::run(beside, credential))
        }
        Command::Grant(grant) => beside::run(settings, |beside| grant::run(beside, grant)),
        Command::Config(config) => beside::run(settings, |beside| config::run(beside, config)),
        Command::Reload => beside::run(settings, reload::run),
        Command::Audit(audit) => beside::run(settings, |beside| audit::run(beside, audit)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An argument named as a global one makes the parser panic, and only when it is typed.
    #[test]
    fn every_command_can_be_typed() {
        for line in [
            "run",
            "demo --as viewer",
            "lab --routers 40 --until-input-ends",
            "bench poll --routers 3 --seconds 3 --period 1s --json",
            "check commands/arp.toml",
            "device add R1 host=10.0.0.1",
            "device set R1 site=hue tags=edge",
            "device list site:hue",
            "device remove R1",
            "device import routers.csv --dry-run",
            "device export",
            "person add carol --role operator --identity terminal:carol --language en",
            "person set carol --role admin --identity terminal:c --language en --time-zone Asia/Ho_Chi_Minh",
            "chat list",
            "chat set terminal:console --time-zone Asia/Ho_Chi_Minh --language en",
            "person remove carol",
            "credential set lab --username admin --no-enable",
            "credential remove lab",
            "grant add rule --deny --role operator --command backup --devices site:hue",
            "grant remove 4",
            "config export all --at yesterday --raw out",
            "audit --limit 5",
            "channel manifest slack",
            "channel tokens zalo",
            "reload",
            "bench picture --times 5",
        ] {
            for line in [format!("patchbay {line}"), format!("patchbay --settings x.toml {line}")] {
                let parsed = Arguments::try_parse_from(line.split(' '));
                assert!(parsed.is_ok(), "{line}: {}", parsed.unwrap_err());
            }
        }
    }
}
