//! The only place in the corridors that looks at the clocks.

use crate::model::{Now, Timestamp};
use std::time::Instant;

#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started: Instant,
    boot: Timestamp,
}

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "the corridors' one reading of the clocks")]
    pub fn start() -> Clock {
        Clock { started: Instant::now(), boot: chrono::Utc::now().into() }
    }

    #[expect(clippy::disallowed_methods, reason = "the corridors' one reading of the clocks")]
    pub fn now(&self) -> Now {
        Now { wall: chrono::Utc::now().into(), monotonic: self.started.elapsed(), boot: self.boot }
    }
}
