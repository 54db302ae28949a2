//! Placeholder.
use crate::model::Timestamp;
pub struct Archive;
pub struct Entry {
    pub path: String,
    pub text: String,
    pub author: String,
    pub at: Timestamp,
    pub message: String,
}
impl Archive { pub fn open(_: &std::path::Path) -> std::io::Result<Archive> { Ok(Archive) }
    pub fn store(&self, _entry: &Entry) -> Result<String, std::io::Error> {
        Ok(String::new())
    }
}
