//! `/link`: a code by which one says from another service "that is me, too"; and what becomes of a code
//! that is sent from there. Whether a wrong code ever existed is told to nobody.

use super::{Builtin, no_plan, nothing_to_settle, nothing_wanted, say};
use crate::model::{
    Class, Document, Ending, Facts, Identity, Outbound, PersonId, Resolved, Sign, Slot, TaskResult, Text,
};
use crate::store::{Link, StoreError, Tried, Work};

pub const LINK: Builtin = Builtin {
    name: "link",
    title: |_| text!("link.title"),
    plan: no_plan,
    wants: nothing_wanted,
    settle: nothing_to_settle,
    answer,
};

/// What a code came to.
pub struct Claimed {
    /// None where nothing is said any more.
    pub document: Option<Document>,
    /// Whom the identity belongs to from now on.
    pub became: Option<PersonId>,
}

fn answer(
    resolved: &Resolved,
    facts: &Facts,
    _: &[TaskResult],
    work: &mut Work,
) -> Result<Document, StoreError> {
    if !facts.private {
        return Ok(Document::line(Sign::Refused, text!("link.not_here"), Ending::Badly));
    }
    let link = Link { person: resolved.invocation.asker, place: facts.place.clone() };
    let until = facts.now.wall.plus(say::minutes(10));
    let code = work.make_link(&link, until)?;
    let text = text!("link.send", line = format!("/link {code}"));
    Ok(Document::line(Sign::None, text, Ending::Well)
        .with_detail(text!("link.until", until = until))
        .with_detail(text!("link.means")))
}

/// Somebody sends a code. It works once, for an identity that belongs to nobody yet.
pub fn claim(typed: &str, by: &Identity, facts: &Facts, work: &mut Work) -> Result<Claimed, StoreError> {
    let now = facts.now.wall;
    let said = |sign, text, ending| Some(Document::line(sign, text, ending));
    if let Some(person) = work.person_of(by)? {
        let link = work.link(typed, now)?;
        work.use_link(typed, now)?;
        if let Some(link) = link.filter(|link| link.person != person.id) {
            tell(
                &link,
                by,
                text!("link.by_another", who = &person.name, place = facts.place.to_string()),
                facts,
                work,
            )?;
        }
        let text = text!("link.already", who = person.name);
        return Ok(Claimed { document: said(Sign::None, text, Ending::Badly), became: None });
    }
    let link = match work.shut_until(by, now)? {
        // It stood where others may read it, and was worth nothing: it shall not be worth more to them.
        Some(_) => {
            work.use_link(typed, now)?;
            None
        }
        None => work.link(typed, now)?,
    };
    let Some(link) = link else {
        let text = match work.note_wrong_code(by, say::minutes(10), now)? {
            Tried::Wrong => text!("link.wrong"),
            Tried::Shut(until) => text!("link.shut", until = until),
            Tried::Silent => return Ok(Claimed { document: None, became: None }),
        };
        return Ok(Claimed { document: said(Sign::Refused, text, Ending::Badly), became: None });
    };
    work.use_link(typed, now)?;
    work.add_identity(link.person, by)?;
    work.forget_stranger(by)?;
    let name = work.person(link.person)?.map(|person| person.name).unwrap_or_default();
    let known = format!("{}:{}", by.channel, by.external);
    tell(&link, by, text!("link.known_as", identity = known, who = name.as_str()), facts, work)?;
    let document = Document::line(Sign::Done, text!("link.done", who = name), Ending::Well)
        .with_detail(text!("link.help"));
    Ok(Claimed { document: Some(document), became: Some(link.person) })
}

/// The one who asked for the code hears what became of it, where it was asked for.
fn tell(link: &Link, by: &Identity, text: Text, facts: &Facts, work: &mut Work) -> Result<(), StoreError> {
    let now = facts.now.wall;
    let notice = Outbound {
        slot: Slot(format!("link/{}/{}/{}", by.channel, by.external, now.0)),
        place: link.place.clone(),
        thread: None,
        reply_to: None,
        class: Class::Critical,
        only: None,
        document: Document::line(Sign::Warning, text, Ending::Well),
        not_before: None,
        expires: None,
    };
    work.post(&notice, now).map(drop)
}
