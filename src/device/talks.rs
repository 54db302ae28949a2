//! How many dialogues run. Whoever ends the process waits for none: a router that was asked to reload and not told the
//! last key would stand at a question.

use std::sync::Arc;
use tokio::sync::watch;

#[derive(Clone)]
pub(super) struct Talks(Arc<watch::Sender<usize>>);

/// A dialogue that runs, until it is dropped.
pub(super) struct Talking(Talks);

impl Default for Talks {
    fn default() -> Talks {
        Talks(Arc::new(watch::Sender::new(0)))
    }
}

impl Talks {
    pub fn begin(&self) -> Talking {
        self.0.send_modify(|running| *running += 1);
        Talking(self.clone())
    }

    pub fn any(&self) -> bool {
        *self.0.borrow() > 0
    }

    /// Returns when none runs.
    pub async fn none(&self) {
        let mut running = self.0.subscribe();
        // The sender is ours: it cannot be gone.
        let _closed = running.wait_for(|running| *running == 0).await;
    }
}

impl Drop for Talking {
    fn drop(&mut self) {
        self.0.0.send_modify(|running| *running = running.saturating_sub(1));
    }
}
