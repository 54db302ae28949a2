//! The heart of the clock, pure: what a rule is, how an alert lives, what is told of it and why.
//! Values and `now` enter; steps (the alert after, what was decided, what is to be told) leave.
//! Nothing here reads a clock, the store or a router. The order is that of a value's way.

pub mod file;

pub mod reach;
pub mod schedule;

pub mod step;
mod tell;
pub mod timers;

pub mod evaluate;

pub mod notice;
pub mod why;
mod words;

#[cfg(test)]
mod tests;

pub use crate::model::route::destinations;
pub use evaluate::{Context, is_down, lost, observe, sweep, with};
pub use notice::{About, again, document, first_message, late};
pub use step::{Input, Look, Step, closed, step};
pub use tell::SETTLE;
pub use timers::{DEFAULT_ACK, LONGEST_ACK, due, loaded, missed, shifted};
pub use why::why;
pub use words::line;
