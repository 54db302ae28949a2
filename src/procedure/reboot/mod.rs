//! `/reboot`: from the question to the proof. One job, one card, its routers strictly one after the other.
//!
//! ```text
//! checking -> asking -> (counting) -> rechecking -> saving -> sending -> leaving -> away -> answering -> resting -> ...
//!                ^________________________|            \-> scheduled -> leaving
//! ```
//! A disruptive step is stored before it is sent and is never sent twice: what is found in *sending* after a crash is
//! watched, not repeated (invariant 6).

mod after;
mod before;
mod compare;
mod plan;
mod sending;
mod shift;
mod state;
mod step;
#[cfg(test)]
mod tests;
mod ways;
mod wish;

pub use compare::worse;
pub use plan::said;
pub use shift::shifted;
pub use state::{Answer, Done, End, Held, Limits, Mark, Marked, Proof, Reboot, Stage, Tried, Verdict, Way};
pub use step::{Effect, Event, Step, step};
pub use ways::{cut_off, only_ways};
pub use wish::{MOST, Start, Wish, read};
