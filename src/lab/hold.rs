//! A router that waits on purpose: tests use it to be sure of the moment at which they pull a plug.

use std::sync::Arc;

use tokio::sync::watch;

use super::fault::Point;

/// Sessions wait at the point until this is released or dropped.
pub struct Hold {
    gate: Arc<Gate>,
}

pub(crate) struct Gate {
    pub point: Point,
    reached: watch::Sender<usize>,
    released: watch::Sender<bool>,
}

impl Hold {
    pub(crate) fn new(point: Point) -> (Hold, Arc<Gate>) {
        let gate =
            Arc::new(Gate { point, reached: watch::Sender::new(0), released: watch::Sender::new(false) });
        (Hold { gate: gate.clone() }, gate)
    }

    /// Returns when a session waits at the point, or has waited there before.
    pub async fn reached(&self) {
        self.reached_by(1).await;
    }

    /// The same for this many sessions.
    pub async fn reached_by(&self, sessions: usize) {
        // The sender lives as long as this hold, so the wait cannot end with an error.
        let _ = self.gate.reached.subscribe().wait_for(|count| *count >= sessions).await;
    }

    /// Lets the waiting sessions go on; later ones do not wait.
    pub fn release(self) {}
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.gate.released.send_replace(true);
    }
}

impl Gate {
    pub fn released(&self) -> bool {
        *self.released.borrow()
    }

    pub async fn wait(&self) {
        self.reached.send_modify(|count| *count += 1);
        let _ = self.released.subscribe().wait_for(|released| *released).await;
    }
}
