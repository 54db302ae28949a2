//! What a router says of the reload that its own timer will do (devices.md A5).

mod pending;

pub use pending::{LINE, Pending, pending};
