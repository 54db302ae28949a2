//! Patchbay: chat-ops for people who run Cisco IOS XE routers.
#![cfg_attr(test, allow(clippy::disallowed_methods, clippy::string_slice, reason = "tests may"))]
#[macro_use]
pub mod model;
pub mod app;
pub mod archive;
pub mod builtin;
pub mod channel;
pub mod cli;
pub mod command;
pub mod device;
pub mod embedded;
pub mod flow;
pub mod lab;
pub mod settings;
pub mod store;
pub mod texts;
