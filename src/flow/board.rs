//! What was last seen of each router, shared between the monitor that writes it and the commands that
//! read it. Readers get a value of one moment.

use crate::model::{Board, DeviceId, Vitals};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[derive(Default)]
pub struct Shown(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    board: Board,
    /// Made when somebody asks, kept until something changes.
    shown: Option<Arc<Board>>,
}

impl Shown {
    pub fn new(board: Board) -> Shown {
        Shown(Mutex::new(Inner { board, shown: None }))
    }

    /// What another run of the program saw last; what was seen since stays.
    pub fn fill(&self, board: Board) {
        let mut inner = self.lock();
        for (device, vitals) in board.0 {
            inner.board.0.entry(device).or_insert(vitals);
        }
        inner.shown = None;
    }

    pub fn now(&self) -> Arc<Board> {
        let mut inner = self.lock();
        let Inner { board, shown } = &mut *inner;
        shown.get_or_insert_with(|| Arc::new(board.clone())).clone()
    }

    pub fn of(&self, device: DeviceId) -> Option<Arc<Vitals>> {
        self.lock().board.0.get(&device).cloned()
    }

    pub fn put(&self, device: DeviceId, vitals: Arc<Vitals>) {
        let mut inner = self.lock();
        inner.board.0.insert(device, vitals);
        inner.shown = None;
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
