//! Alerts as people meet them: what is open, taking one, keeping some quiet, and why one is as it is.
//! What is decided is decided in `monitor`; here it is stored and told, in one transaction.

mod ack;
mod carry;
mod confirm;
mod graph;
mod invite;
mod list;
mod one;
mod picture;
mod shown;
mod silence;
mod silences;
mod subscribe;
mod subscribers;
mod target;
mod tell;
mod trial;
mod unsubscribe;
mod why;
mod window;
mod wish;

pub use ack::{ACK, UNACK};
pub use carry::{carry_out, context, time_passes};
pub use confirm::{CONFIRM, came};
pub use graph::GRAPH;
pub use list::ALERTS;
pub use one::{may, refused};
pub use shown::destination;
pub use silence::{SILENCE, UNSILENCE};
pub use silences::{SILENCES, silence_over, warn_of_end};
pub use subscribe::SUBSCRIBE;
pub use subscribers::SUBSCRIBERS;
pub use target::{routers, target};
pub use trial::{Try, came_of};
pub use unsubscribe::{UNSUBSCRIBE, leave};
pub use why::WHY;
pub use window::window_over;
