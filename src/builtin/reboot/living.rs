//! The living message of a reboot: one message that is the card first and then says, step by step, what happens.

use super::card::{self, Card, detail};
use super::verdict;
use crate::model::{
    Action, Arg, Block, Button, Document, Ending, Facts, Invocation, JobId, Sign, Text, Uses, Who,
};
use crate::procedure::reboot::{End, Held, Mark, Marked, Proof, Reboot, Stage, Way};
use crate::store::{StoreError, Work};
use std::time::Duration;

/// The message as it reads now.
pub fn document(
    reboot: &Reboot,
    job: JobId,
    invocation: &Invocation,
    facts: &Facts,
    work: &mut Work,
) -> Result<Document, StoreError> {
    let asker = invocation.asker;
    let name = reboot.device().map(|id| reboot.name(id).to_owned()).unwrap_or_default();
    Ok(match &reboot.stage {
        Stage::Checking => {
            let text = match reboot.left() {
                [_] | [] => text!("reboot.checking", device = name),
                several => text!("reboot.checking_many", count = several.len()),
            };
            said_before(Document::open(Sign::Running, text), reboot)
        }
        Stage::Asking { until } => {
            let card = Card { reboot, job, asker, until: *until, facts };
            said_before(card::card(&card, work)?, reboot)
        }
        Stage::Counting { answer, until } => {
            card::counting(&Card { reboot, job, asker, until: *until, facts }, *answer)
        }
        Stage::Ended(end) => ended(reboot, end, invocation, facts, work)?,
        _ => {
            let who = facts.person_name(asker);
            let document = Document::open(Sign::Reload, running(reboot, &name, who));
            let document = marks(document, &reboot.marks);
            let document = now(document, reboot, &name, facts, work)?;
            said_before(document, reboot)
        }
    })
}

/// `R2 is rebooting, asked by alice`
fn running(reboot: &Reboot, name: &str, who: String) -> Text {
    let text = match reboot.stage {
        Stage::Rechecking | Stage::Saving | Stage::Sending { .. } => {
            text!("reboot.running_before", device = name, who = who)
        }
        Stage::Scheduled { due, .. } => {
            text!("reboot.running_scheduled", device = name, at = Arg::Zoned(due), who = who)
        }
        Stage::Resting { .. } => text!("reboot.running_between", device = name, who = who),
        _ => text!("reboot.running", device = name, who = who),
    };
    match reboot.routers.len() {
        0 | 1 => text,
        total => text!("reboot.of_several", state = text, at = reboot.turn + 1, total = total),
    }
}

/// What it waits for now.
fn now(
    document: Document,
    reboot: &Reboot,
    name: &str,
    facts: &Facts,
    work: &mut Work,
) -> Result<Document, StoreError> {
    let usual = match reboot.device() {
        Some(device) => work.usual_reload(device)?,
        None => None,
    };
    let silent = |document: Document| match reboot.device().and_then(|id| facts.inventory.device(id)) {
        Some(device) if card::is_bot_path(device, facts) => detail(document, text!("reboot.bot_silent")),
        _ => document,
    };
    Ok(match &reboot.stage {
        Stage::Rechecking => detail(document, text!("reboot.now_rechecking")),
        Stage::Saving => detail(document, text!("reboot.now_saving")),
        Stage::Sending { .. } => silent(detail(document, text!("reboot.now_sending"))),
        Stage::Scheduled { .. } => {
            let line = format!("/reboot {name} cancel");
            let red = reboot.marks.iter().rev().find_map(|marked| match &marked.mark {
                Mark::CancelRefused { why } => Some(why.clone()),
                _ => None,
            });
            let document = match red {
                Some(why) => document.with(Block::Detail {
                    sign: Sign::Critical,
                    text: text!("reboot.not_cancelled", why = why),
                }),
                None => document,
            };
            let label = text!("reboot.button_take_back");
            document.with_button(super::super::say::looking(facts, "take_back", label, line))
        }
        Stage::Leaving { until, .. } => silent(detail(document, text!("reboot.now_leaving", at = *until))),
        Stage::Away { until, .. } => detail(
            document,
            match usual {
                Some(usual) => text!("reboot.now_away_usual", span = verdict::round(usual), at = *until),
                None => text!("reboot.now_away", at = *until),
            },
        ),
        Stage::Answering { until, .. } => detail(document, text!("reboot.now_answering", at = *until)),
        Stage::Resting { until } => detail(document, text!("reboot.now_resting", at = Arg::Second(*until))),
        Stage::Checking | Stage::Asking { .. } | Stage::Counting { .. } | Stage::Ended(_) => document,
    })
}

/// Three or four steps stand in a line.
fn marks(document: Document, marks: &[Marked]) -> Document {
    marks.chunks(3).fold(document, |document, line| {
        let steps: Vec<Text> = line.iter().map(mark).collect();
        detail(document, text!("reboot.list", items = steps))
    })
}

/// `14:02:08 reload accepted`
fn mark(marked: &Marked) -> Text {
    let what = match &marked.mark {
        Mark::Saved => text!("reboot.mark_saved"),
        Mark::Accepted => text!("reboot.mark_accepted"),
        Mark::SentInDoubt => text!("reboot.mark_doubt"),
        Mark::Scheduled => text!("reboot.mark_scheduled"),
        Mark::Gone => text!("reboot.mark_gone"),
        Mark::Answers { way: Way::Ssh } => text!("reboot.mark_answers_ssh"),
        Mark::Answers { way: Way::Restconf } => text!("reboot.mark_answers_restconf"),
        Mark::KeyChanged => text!("reboot.mark_key"),
        Mark::CertificateChanged => text!("reboot.mark_certificate"),
        Mark::Proven { proof: Proof::BootTime } => text!("reboot.mark_boot_time"),
        Mark::Proven { proof: Proof::Uptime } => text!("reboot.mark_uptime"),
        Mark::CancelRefused { .. } => text!("reboot.mark_not_cancelled"),
    };
    text!("reboot.mark", at = Arg::Second(marked.at), what = what)
}

/// What became of the routers of the list that are through.
fn said_before(document: Document, reboot: &Reboot) -> Document {
    reboot.done.iter().fold(document, |document, done| {
        let (sign, text) = verdict::said(reboot.name(done.device), &done.verdict);
        document.with(Block::Detail { sign, text })
    })
}

fn ended(
    reboot: &Reboot,
    end: &End,
    invocation: &Invocation,
    facts: &Facts,
    work: &mut Work,
) -> Result<Document, StoreError> {
    let line = invocation.line.as_str();
    let plain = |sign, text, ending| Document::line(sign, text, ending);
    let document = match end {
        End::Cancelled if reboot.done.is_empty() => {
            plain(Sign::None, text!("reboot.cancelled", line = line), Ending::Well)
        }
        End::Cancelled => plain(
            Sign::Warning,
            text!("reboot.cancelled_between", done = reboot.done.len(), total = reboot.routers.len()),
            Ending::Badly,
        ),
        End::Expired => plain(Sign::Held, text!("reboot.expired", line = line), Ending::Badly),
        End::Miscounted { typed } => {
            let typed: String = typed.chars().take(20).collect();
            plain(
                Sign::Refused,
                text!("reboot.miscounted", typed = typed, count = reboot.left().len()),
                Ending::Badly,
            )
        }
        End::Locked(held) => locked(reboot.name(held.device), held, facts),
        End::Refused(why) => plain(Sign::Refused, why.clone(), Ending::Badly),
        End::Finished => return finished(reboot, facts, work),
    };
    Ok(said_before(document, reboot))
}

fn finished(reboot: &Reboot, facts: &Facts, work: &mut Work) -> Result<Document, StoreError> {
    if let ([only], 1) = (reboot.done.as_slice(), reboot.routers.len()) {
        let document = verdict::document(reboot.name(only.device), only.device, &only.verdict, facts, work)?;
        return Ok(marks(document, &only.marks));
    }
    let well = reboot.done.iter().filter(|done| done.verdict.is_well()).count();
    let total = reboot.routers.len();
    let document = match well == total {
        true => Document::line(Sign::Done, text!("reboot.all_back", count = total), Ending::Well),
        false => {
            let at = reboot.done.last().map(|done| reboot.name(done.device).to_owned()).unwrap_or_default();
            let text = text!("reboot.stopped_at", device = at, well = well, total = total);
            Document::line(Sign::Warning, text, Ending::Badly)
        }
    };
    let document = said_before(document, reboot);
    Ok(match reboot.left() {
        [] => document,
        left => {
            let names: Vec<String> = left.iter().map(|id| reboot.name(*id).to_owned()).collect();
            detail(document, text!("reboot.not_begun", names = names))
        }
    })
}

/// `R1 is being rebooted by bob since 12 s.`
pub fn locked(name: &str, held: &Held, facts: &Facts) -> Document {
    let who = facts.person_name(held.by);
    let text = match held.job {
        Some(_) => text!("reboot.locked_by_job", device = name, who = who, since = Arg::Ago(held.since)),
        None => {
            let lock = super::super::held::lock(&who, held.since, held.reason.as_deref());
            text!("reboot.locked_by_hand", device = name, lock = lock, who = who)
        }
    };
    let document = Document::line(Sign::Locked, text, Ending::Badly);
    let free = Button {
        name: "free".to_owned(),
        label: text!("output.tell_when_free"),
        action: Action::TellWhenFree { device: held.device },
        who: Who::WhoeverMay,
        until: facts.now.wall.plus(Duration::from_secs(86_400)),
        uses: Uses::Many,
    };
    let document = document.with_button(free);
    match held.job {
        Some(job) => document.with_button(super::super::say::looking(
            facts,
            "watch",
            text!("output.watch"),
            format!("/job {job}"),
        )),
        None => document,
    }
}

/// A reply that makes a phone ring: the router answers again.
pub fn pushed(name: &str, after: Duration) -> Document {
    let text = text!("reboot.answers", device = name, span = verdict::round(after));
    Document::line(Sign::Running, text, Ending::Well)
}
