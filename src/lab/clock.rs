//! The only place of the lab that reads the time; everything below it is given a `now`.

use chrono::{DateTime, Utc};

#[expect(clippy::disallowed_methods, reason = "the lab's one reading of the clock")]
pub(crate) fn now() -> DateTime<Utc> {
    Utc::now()
}
