//! What `show reload` says.

mod pending;

pub use pending::{Pending, pending};
