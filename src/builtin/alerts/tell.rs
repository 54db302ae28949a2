//! Who is told what of an alert. The routes name destinations; the ledger says who heard of the firing,
//! and exactly those hear of its end. The first message of an incident is the head of its thread.

use super::subscribe::zone_of;
use super::{one, picture};
use crate::model::route::EVERYWHERE;
use crate::model::{
    Block, Class, Destination, Document, Ending, Facts, Fate, IncidentId, Notice, NoticeKind, Outbound,
    Severity, Slot, To,
};
use crate::monitor::{self, About};
use crate::store::{StoreError, Work};

pub fn tell(
    notice: &Notice,
    root: Option<IncidentId>,
    facts: &Facts,
    work: &mut Work,
) -> Result<(), StoreError> {
    let Some(incident) = notice.alert.incident else { return Ok(()) };
    let Some(device) = one::device(&notice.alert, facts, work)? else { return Ok(()) };
    let people = |person| facts.person_name(person);
    let about = one::about(&device, facts, &people);
    let thread = Thread { notice, incident, root, facts };
    let told = work.told(incident)?;
    match notice.kind.says_firing() {
        true => {
            let document = monitor::document(notice, &about);
            for place in places(notice, &device, facts, work)? {
                match told.contains(&place) {
                    true => thread.reply(place, &document, &about, work)?,
                    false => thread.first(place, &document, work)?,
                }
            }
        }
        false => {
            for place in told {
                match &notice.kind {
                    NoticeKind::Recovered { .. } | NoticeKind::Closed { .. } => {
                        thread.end(place, &about, work)?;
                    }
                    _ => thread.edit(place, &about, work)?,
                }
            }
        }
    }
    Ok(())
}

/// Whom the routes name now, and who subscribed: each once, at the address that it has now.
fn places(
    notice: &Notice,
    device: &crate::model::Device,
    facts: &Facts,
    work: &Work,
) -> Result<Vec<Destination>, StoreError> {
    let severity = notice.alert.severity;
    let to = monitor::destinations(&facts.rules, severity, device, facts.now.wall, facts.zone);
    let routed = to.iter().flat_map(|to| reached(to, facts));
    let mut subscribed = Vec::new();
    for asked in work.subscriptions()?.into_iter().filter(|asked| asked.covers(severity, device)) {
        let zone = zone_of(&asked.place, facts, work)?;
        if asked.takes(severity, device, facts.now.wall, zone) {
            subscribed.push(asked.place);
        }
    }
    let mut places: Vec<Destination> = Vec::new();
    for place in routed.chain(subscribed) {
        let place = work.now_at(&place)?;
        if !places.contains(&place) {
            places.push(place);
        }
    }
    Ok(places)
}

/// A channel without an address means its own places.
pub fn reached(to: &To, facts: &Facts) -> Vec<Destination> {
    match &to.address {
        Some(address) => vec![Destination { channel: to.channel.clone(), address: address.clone() }],
        None if to.channel == EVERYWHERE => facts.homes.to_vec(),
        None => facts.homes.iter().filter(|home| home.channel == to.channel).cloned().collect(),
    }
}

struct Thread<'a> {
    notice: &'a Notice,
    incident: IncidentId,
    /// The incident before it, in whose thread it hangs.
    root: Option<IncidentId>,
    facts: &'a Facts,
}

impl Thread<'_> {
    /// The head of the thread, with a picture of the last hour; the destination is in the ledger from now on.
    fn first(&self, place: Destination, document: &Document, work: &mut Work) -> Result<(), StoreError> {
        let above = self.above(&place, work)?;
        work.note_told(self.incident, &place)?;
        let document = self.with_picture(document.clone(), work)?;
        self.post(place, Slot::of_alert(self.incident), above, self.class(), document, work)
    }

    /// The head of the earlier incident that this one goes on with, where that was told.
    fn above(&self, place: &Destination, work: &Work) -> Result<Option<Slot>, StoreError> {
        let root = match self.root {
            Some(root) => Some(root),
            None => work.incident(self.incident)?.and_then(|incident| incident.root),
        };
        Ok(match root {
            Some(root) if work.told(root)?.contains(place) => Some(Slot::of_alert(root)),
            Some(_) | None => None,
        })
    }

    fn with_picture(&self, document: Document, work: &Work) -> Result<Document, StoreError> {
        Ok(match picture::of(&self.notice.alert, picture::USUAL, self.facts, work)? {
            Some(picture) => document.with(Block::Picture(picture)),
            None => document,
        })
    }

    /// A message of its own below the head, which is brought up to date as well. A head that still waits
    /// says it all when it goes; one that could not be told is told now. Of what could not be sent below
    /// it the newest is enough: a mail server that was away for a day gets no day of repeats.
    fn reply(
        &self,
        place: Destination,
        document: &Document,
        about: &About<'_>,
        work: &mut Work,
    ) -> Result<(), StoreError> {
        let head = Slot::of_alert(self.incident);
        match work.fate(&head, &place)? {
            Fate::Waiting => return self.edit(place, about, work),
            Fate::Dead | Fate::Unknown => return self.first(place, document, work),
            Fate::Delivered | Fate::InFlight => {}
        }
        work.withdraw_below(&head, &place, self.facts.now.wall)?;
        // It will not change any more, and a script beside it has not failed by it.
        let document = Document { ended: Some(Ending::Well), ..document.clone() };
        self.post(place.clone(), self.below(), Some(head), self.class(), document, work)?;
        self.edit(place, about, work)
    }

    /// The head as it reads now. One that does not stand there yet gives all that it was to the newer
    /// version: how urgent it is, and the thread that it hangs in.
    fn edit(&self, place: Destination, about: &About<'_>, work: &mut Work) -> Result<(), StoreError> {
        let document = monitor::first_message(&self.notice.alert, about);
        let document = self.with_picture(document, work)?;
        let (above, head) = (self.above(&place, work)?, Slot::of_alert(self.incident));
        let class = match work.fate(&head, &place)? {
            Fate::Delivered => Class::Progress,
            Fate::Waiting | Fate::InFlight | Fate::Dead | Fate::Unknown => self.class(),
        };
        self.post(place, head, above, class, document, work)
    }

    /// Never one half only: where the firing still waits, both are told as one; where it could not be
    /// told at all, nobody there waits for its end. Repeats that still wait are not told after it.
    fn end(&self, place: Destination, about: &About<'_>, work: &mut Work) -> Result<(), StoreError> {
        let (document, head) = (monitor::document(self.notice, about), Slot::of_alert(self.incident));
        let repeated = work.withdraw_below(&head, &place, self.facts.now.wall)?;
        match work.fate(&head, &place)? {
            Fate::Dead | Fate::Unknown if repeated => {
                self.post(place, self.below(), None, self.class(), document, work)
            }
            Fate::Dead | Fate::Unknown => Ok(()),
            Fate::Waiting => {
                self.post(place, head, None, self.class(), monitor::late(self.notice, about), work)
            }
            Fate::Delivered | Fate::InFlight => {
                self.post(place.clone(), self.below(), Some(head), self.class(), document, work)?;
                self.edit(place, about, work)
            }
        }
    }

    fn below(&self) -> Slot {
        Slot(format!("{}/{}", Slot::of_alert(self.incident), self.notice.at.0))
    }

    fn class(&self) -> Class {
        match self.notice.alert.severity {
            Severity::Critical => Class::Critical,
            Severity::Warning => Class::Alert,
        }
    }

    fn post(
        &self,
        place: Destination,
        slot: Slot,
        reply_to: Option<Slot>,
        class: Class,
        document: Document,
        work: &mut Work,
    ) -> Result<(), StoreError> {
        let outbound = Outbound {
            slot,
            place,
            thread: None,
            reply_to,
            class,
            only: None,
            document,
            not_before: None,
            expires: None,
        };
        work.post(&outbound, self.facts.now.wall).map(drop)
    }
}
