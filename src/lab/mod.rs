//! The lab: simulated routers that serve real SSH on loopback, for the demo and the tests. A [`LabPlan`] enters, a
//! running [`Lab`] leaves; its [`Router`] handles tell what happened and make things go wrong.
//! It shares no code with the rooms that talk to routers: a mistake made on both sides would hide itself.

mod cli;
mod clock;
mod configuration;
mod connections;
mod editor;
mod error;
mod fault;
mod hold;
mod keys;
mod plan;
mod router;
mod running;
mod sample;
mod saved;
mod ssh;
mod state;
mod terminal;
mod topology;
mod tty;
mod wire;

pub use error::LabError;
pub use fault::{Fault, Point};
pub use hold::Hold;
pub use plan::{Credentials, HostKeyKind, LabPlan, LoginMethods, RouterPlan};
pub use router::{Logins, Router};
pub use running::Lab;

#[cfg(test)]
mod tests;
