//! The lab: simulated routers that serve real SSH and RESTCONF on loopback, for the demo and the tests. A [`LabPlan`]
//! enters, a running [`Lab`] leaves; its [`Router`] handles tell what happened and make things go wrong. What flows
//! through a router is known exactly ([`traffic`]); a [`MailSink`] takes mails as a strict server does, and
//! [`telegram`] and [`zalo`] are chats with people in them.
//! It shares no code with the rooms that talk to routers: a mistake made on both sides would hide itself.

mod calls;
mod certificate;
mod cli;
mod clock;
mod configuration;
mod connections;
mod counters;
mod door;
mod editor;
mod error;
mod fault;
mod hold;
mod keys;
mod mail;
pub mod phones;
mod plan;
mod ports;
mod presence;
mod reload;
mod restconf;
mod router;
mod running;
mod sample;
mod saved;
mod slack;
mod ssh;
mod state;
pub mod telegram;
mod terminal;
mod topology;
pub mod traffic;
mod tty;
mod web;
mod wire;
pub mod zalo;
mod zone;

pub use error::LabError;
pub use fault::{Fault, LinesFull, Point};
pub use hold::Hold;
pub use mail::{Mail, MailFault, MailPlan, MailSink, MailTls};
pub use plan::{Certificates, Credentials, HostKeyKind, LabPlan, LoginMethods, RouterPlan};
pub use reload::{
    Answered, Knock, Parting, PendingReload, Reload, ReloadManner, ReloadStep, Return, RpcAnswer,
    SaveTrouble, Visitor,
};
pub use router::{Logins, Router};
pub use running::Lab;
pub use slack::{
    Slack, SlackAck, SlackCall, SlackCalled, SlackChoice, SlackDelivery, SlackFate, SlackFault, SlackFile,
    SlackGoodbye, SlackMessage, SlackModal, SlackPlan, SlackSubmitted, SlackTrouble, SlackUser, SlackVersion,
    SlackWrong,
};
pub use web::PortView;

#[cfg(test)]
mod tests;
