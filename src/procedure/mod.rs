//! Long work as pure state machines: a state and an event enter, the next state and what is to be done leave.
//! Every state is a row, so that a crash at any instant finds out where it was. Nothing here waits, stores, asks a
//! router or reads a clock.

pub mod reboot;
