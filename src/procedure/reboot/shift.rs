//! The wall clock jumped: what counts from a moment moves with it. A card's time does not grow by that: after a
//! jump ahead it is over, and somebody must look again.

use super::state::{Reboot, Stage};
use crate::model::Timestamp;

/// The same reboot in the new calendar, `drift` being how many milliseconds the clock jumped against the time
/// that really passed.
#[must_use]
pub fn shifted(mut reboot: Reboot, drift: i64) -> Reboot {
    let moved = |at: &mut Timestamp| *at = Timestamp(at.0.saturating_add(drift));
    match &mut reboot.stage {
        Stage::Asking { until } | Stage::Counting { until, .. } if drift < 0 => moved(until),
        Stage::Resting { until } => moved(until),
        Stage::Sending { sent } => moved(sent),
        // The router's timer counts minutes and knows nothing of our clock.
        Stage::Scheduled { sent, due } => [sent, due].into_iter().for_each(moved),
        Stage::Leaving { sent, until } => [sent, until].into_iter().for_each(moved),
        Stage::Away { sent, gone, until } => [sent, gone, until].into_iter().for_each(moved),
        Stage::Answering { sent, gone, back, until } => {
            [sent, back, until].into_iter().chain(gone).for_each(moved);
        }
        Stage::Asking { .. }
        | Stage::Counting { .. }
        | Stage::Checking
        | Stage::Rechecking
        | Stage::Saving
        | Stage::Ended(_) => {}
    }
    reboot.agreed.iter_mut().for_each(|agreed| moved(&mut agreed.at));
    reboot.marks.iter_mut().for_each(|marked| moved(&mut marked.at));
    reboot.card.iter_mut().chain(&mut reboot.before).for_each(|condition| moved(&mut condition.at));
    reboot
}
