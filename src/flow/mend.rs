//! What a channel cannot mend by itself, such as tokens that its service refuses, is told at another channel:
//! once, and once a day while it lasts. A channel that is in trouble cannot say so itself.

use super::{House, undelivered};
use crate::model::{Class, Destination, Document, Ending, Outbound, Sign, Slot, Timestamp};
use crate::store::{StoreError, Trouble, Work};
use std::time::Duration;

const AGAIN: Duration = Duration::from_secs(24 * 3_600);

/// Looks once; writes only when there is something to tell.
pub async fn look(house: &House) -> Result<(), StoreError> {
    let now = house.clock.now().wall;
    let troubles = house.store.read(move |view| view.untold_troubles(now.minus(AGAIN))).await?;
    for trouble in troubles {
        let place = Destination { channel: trouble.channel.clone(), address: String::new() };
        let homes = undelivered::elsewhere(&house.channels, &place);
        tracing::error!(channel = %trouble.channel, told = homes.len(), "a channel cannot go on by itself");
        house.store.write(move |work| tell(work, &trouble, &homes, now)).await?;
    }
    Ok(())
}

fn tell(work: &mut Work, trouble: &Trouble, homes: &[Destination], now: Timestamp) -> Result<(), StoreError> {
    work.note_trouble_told(&trouble.channel, now)?;
    for home in homes {
        let notice = Outbound {
            slot: Slot(format!("{}{}/tokens/{}", undelivered::SLOTS, trouble.channel, now.0)),
            place: home.clone(),
            thread: None,
            reply_to: None,
            class: Class::Alert,
            only: None,
            document: Document::line(Sign::Warning, trouble.what.clone(), Ending::Well),
            not_before: None,
            expires: None,
        };
        work.post(&notice, now)?;
    }
    Ok(())
}
