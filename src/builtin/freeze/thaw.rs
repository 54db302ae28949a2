//! The end of a freeze: by an admin, or by its time. Its author hears of it where he froze.

use super::{list, may_end};
use crate::builtin::alerts::{refused, target};
use crate::builtin::{Builtin, held, no_plan, nothing_to_settle, nothing_wanted};
use crate::model::{
    Class, Document, Ending, Facts, Freeze, FreezeId, Outbound, Resolved, Selector, Sign, Slot, TaskResult,
    Text,
};
use crate::store::{KeptFreeze, StoreError, Work};

pub const UNFREEZE: Builtin = Builtin {
    name: "unfreeze",
    title: |_| text!("freeze.title"),
    plan: no_plan,
    wants: nothing_wanted,
    settle: nothing_to_settle,
    answer,
};

fn answer(
    resolved: &Resolved,
    facts: &Facts,
    _: &[TaskResult],
    work: &mut Work,
) -> Result<Document, StoreError> {
    let meant = match meant(resolved.word("what"), facts, work)? {
        Ok(meant) => meant,
        Err(document) => return Ok(document),
    };
    for freeze in &meant {
        if let Err(refused) = may_end(freeze, resolved, facts) {
            return Ok(refused);
        }
    }
    let mut document = None;
    for freeze in meant {
        let Some(kept) = work.freeze(freeze.id)? else { continue };
        if !work.end_freeze(freeze.id, facts.now.wall)? {
            continue;
        }
        tell_if_elsewhere(&kept, resolved, facts, work)?;
        let (sign, text) = thawed(&freeze, facts, work)?;
        document = Some(match document {
            None => Document::line(sign, text, Ending::Well),
            Some(document) => Document::with_line(document, sign, text),
        });
    }
    Ok(document.unwrap_or_else(|| Document::line(Sign::None, text!("freeze.was_over"), Ending::Well)))
}

/// `R1 can be changed again`, unless something else holds it still.
fn thawed(freeze: &Freeze, facts: &Facts, work: &Work) -> Result<(Sign, Text), StoreError> {
    let (what, id) = (target(&freeze.selector, facts), freeze.id.to_string());
    Ok(match still(freeze, facts, work)? {
        None => (Sign::Done, text!("freeze.thawed", what = what, id = id)),
        Some(other) => {
            let other = held::frozen(&other, facts);
            (Sign::Held, text!("freeze.thawed_not_all", what = what, id = id, other = other))
        }
    })
}

/// Another freeze that holds some of its routers, the one that lasts longest.
fn still(freeze: &Freeze, facts: &Facts, work: &Work) -> Result<Option<Freeze>, StoreError> {
    let now = facts.now.wall;
    let devices: Vec<_> = facts.inventory.matching(&freeze.selector).collect();
    let holds = |other: &Freeze| devices.iter().any(|device| other.holds(device, now));
    Ok(work.freezes()?.into_iter().find(|other| other.id != freeze.id && holds(other)))
}

/// The freezes that are to end. Without a word it is the only one; of several each must be named.
fn meant(
    typed: Option<&str>,
    facts: &Facts,
    work: &Work,
) -> Result<Result<Vec<Freeze>, Document>, StoreError> {
    let mut freezes = work.freezes()?;
    freezes.retain(|freeze| freeze.is_on(facts.now.wall));
    let Some(typed) = typed else {
        return Ok(match freezes.len() {
            0 | 1 if !freezes.is_empty() => Ok(freezes),
            _ => Err(list(facts, work)?),
        });
    };
    let number = typed.strip_prefix('#').unwrap_or(typed).parse::<i64>().ok();
    if let Some(number) = number.filter(|_| facts.inventory.named(typed).is_none()) {
        let Some(kept) = work.freeze(FreezeId(number))? else {
            return Ok(Err(refused(text!("freeze.unknown", id = FreezeId(number).to_string()))));
        };
        return Ok(Ok(vec![kept.freeze]));
    }
    let Ok(selector) = typed.parse::<Selector>() else {
        return Ok(Err(refused(text!("freeze.not_one", typed = typed))));
    };
    freezes.retain(|freeze| freeze.selector == selector);
    Ok(match freezes.is_empty() {
        false => Ok(freezes),
        true => {
            let list = list(facts, work)?;
            let text = text!("freeze.none_of", what = target(&selector, facts));
            let asked = Document::line(Sign::Question, text, Ending::Badly);
            Err(Document { blocks: [asked.blocks, list.blocks].concat(), buttons: list.buttons, ..asked })
        }
    })
}

/// Its author is told when another person ended it.
fn tell_if_elsewhere(
    kept: &KeptFreeze,
    resolved: &Resolved,
    facts: &Facts,
    work: &mut Work,
) -> Result<(), StoreError> {
    let by = resolved.invocation.asker;
    if by == kept.freeze.by {
        return Ok(());
    }
    let (who, freeze) = (facts.person_name(by), held::frozen(&kept.freeze, facts));
    let document =
        Document::line(Sign::Done, text!("freeze.ended_by", who = who, freeze = freeze), Ending::Well);
    tell(kept, document, facts, work)
}

/// Its time has come.
pub fn freeze_over(kept: &KeptFreeze, facts: &Facts, work: &mut Work) -> Result<(), StoreError> {
    if !work.end_freeze(kept.freeze.id, facts.now.wall)? {
        return Ok(());
    }
    let text = text!("freeze.over", freeze = held::frozen(&kept.freeze, facts));
    let document = Document::line(Sign::Done, text, Ending::Well);
    let document = match still(&kept.freeze, facts, work)? {
        None => document,
        Some(other) => document.with_detail(text!("freeze.still", other = held::frozen(&other, facts))),
    };
    tell(kept, document, facts, work)
}

fn tell(kept: &KeptFreeze, document: Document, facts: &Facts, work: &mut Work) -> Result<(), StoreError> {
    let outbound = Outbound {
        slot: Slot(format!("freeze/{}/over", kept.freeze.id.0)),
        place: kept.place.clone(),
        thread: kept.thread.clone(),
        reply_to: None,
        class: Class::Result,
        only: None,
        document,
        not_before: None,
        expires: None,
    };
    work.post(&outbound, facts.now.wall).map(drop)
}
