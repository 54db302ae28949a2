//! What the terminal prints: kept, and waited for.

use super::soon;
use patchbay::channel::terminal::{Size, Surface};
use tokio::sync::watch;

#[derive(Clone, Default)]
pub struct Paper {
    printed: watch::Sender<String>,
}

impl Paper {
    pub fn text(&self) -> String {
        self.printed.borrow().clone()
    }

    /// Waits until what was printed behind so many bytes is so.
    pub async fn until(&self, behind: usize, wanted: impl Fn(&str) -> bool) -> String {
        let mut printed = self.printed.subscribe();
        let fits = |all: &String| wanted(&all[behind..]);
        let found = soon("what shall be printed", printed.wait_for(fits)).await;
        found.unwrap()[behind..].to_owned()
    }
}

impl std::io::Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let text = std::str::from_utf8(bytes).map_err(std::io::Error::other)?;
        self.printed.send_modify(|printed| printed.push_str(text));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Surface for Paper {
    fn size(&self) -> Option<Size> {
        None
    }
}
