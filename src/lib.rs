//! Patchbay.
pub mod lab;
