//! Alerts as people meet them: what is open, taking one, keeping some quiet, and why one is as it is.
//! What is decided is decided in `monitor`; here it is stored and told, in one transaction.

mod ack;
mod carry;
mod graph;
mod list;
mod one;
mod picture;
mod silence;
mod silences;
mod subscribe;
mod subscribers;
mod target;
mod tell;
mod why;
mod window;

pub use ack::{ACK, UNACK};
pub use carry::{carry_out, context, time_passes};
pub use graph::GRAPH;
pub use list::ALERTS;
pub use one::{may, refused};
pub use silence::{SILENCE, UNSILENCE};
pub use silences::{SILENCES, silence_over, warn_of_end};
pub use subscribe::{SUBSCRIBE, UNSUBSCRIBE};
pub use subscribers::SUBSCRIBERS;
pub use target::{routers, target};
pub use why::WHY;
pub use window::window_over;
