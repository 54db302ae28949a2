//! Patchbay: chat-ops for people who run Cisco IOS XE routers.
#[macro_use]
pub mod model;
pub mod archive;
pub mod channel;
pub mod lab;
pub mod store;
