//! One SSH connection to one router: reached ([`connect`]), logged in ([`login`]), talked to ([`session`]); or only
//! looked at ([`identify`]).

pub(super) mod connect;
pub(super) mod identify;
pub(super) mod login;
#[cfg(test)]
mod replay;
pub(super) mod session;
pub(super) mod stream;
#[cfg(test)]
mod tests;
pub(super) mod wire;
