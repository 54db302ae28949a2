//! From a typed line to a command that is understood and allowed. Pure: text, catalogue and facts
//! come in, a [`crate::model::Resolved`] and its proof go out; no store, no network, no clock.
//! The order below is the order in which a line meets them.

pub mod parse;

pub mod catalog;
mod file;
mod lint;

mod devices;
mod interface;
mod lack;
mod named;
mod port;
pub mod resolve;
mod split;
mod value;
pub mod when;

pub mod authorize;
pub mod lines;
pub mod pipe;

#[cfg(test)]
pub(crate) mod tests;

pub use authorize::{authorize, partial, refusal};
pub use catalog::Catalog;
pub use interface::{Meant, among, full as full_interface, short as short_interface};
pub use lack::{Lack, lacking};
pub use lines::asks;
pub use parse::{Line, Word, pairs, parse};
pub use pipe::filtered;
pub use resolve::{Unresolved, resolve};
pub use split::retargeted;
