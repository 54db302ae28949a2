//! The one integration binary: linked once.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    clippy::unreachable,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a panic here is a failed test; what is printed is read by tests/run"
)]

mod attack;
mod attack_changes;
mod attack_routers;
mod chats;
mod clock;
mod commands;
mod doors;
mod freeze;
mod hygiene;
mod laws;
mod life;
mod mail;
mod pages;
mod peer;
mod peers_slack;
mod peers_telegram;
mod people;
mod polls;
mod process;
mod reboot;
mod registries;
mod reloads;
mod scan;
mod script;
mod texts;
mod world;
mod yang;
