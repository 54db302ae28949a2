//! Placeholder.
use crate::model::Texts;
use std::path::PathBuf;
use std::sync::Arc;
pub const KIND: &str = "terminal";
pub struct Terminal;
pub struct Options { pub external: String, pub prompt: String, pub files: PathBuf, pub history: Option<PathBuf> }
impl Options { pub fn new(_: Arc<Texts>, _: Vec<String>) -> Options { todo!() } }
impl Terminal {
    pub fn new(_: Options) -> Arc<Terminal> { todo!() }
    pub fn failed(&self) -> bool { false }
    pub async fn left(&self) {}
}
pub fn channel(_: &Arc<Terminal>) -> super::Channel { todo!() }
pub fn open(_: &crate::model::written::Fields<'_>, _: &super::Shared) -> super::Opened { todo!() }
