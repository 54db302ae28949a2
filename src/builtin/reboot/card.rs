//! The card: everything that one must know before a router goes down, complete before its time begins.

use crate::model::{
    Action, Arg, Block, Button, Device, Document, Facts, JobId, PersonId, Reading, Sign, Text, Timestamp,
    Uses, Who,
};
use crate::probe::condition::{Condition, Timer, User};
use crate::procedure::reboot::{Answer, Reboot, Start, cut_off};
use crate::store::{StoreError, Work};
use std::time::Duration;

/// Only so many are named; the rest is counted.
const NAMED: usize = 6;
/// Somebody who has been idle for longer is most likely gone for good.
const IDLE: Duration = Duration::from_secs(1_800);

/// Where a card stands.
pub struct Card<'a> {
    pub reboot: &'a Reboot,
    pub job: JobId,
    pub asker: PersonId,
    pub until: Timestamp,
    pub facts: &'a Facts,
}

pub fn card(card: &Card<'_>, work: &mut Work) -> Result<Document, StoreError> {
    let reboot = card.reboot;
    let pairs: Vec<(Option<Device>, &Condition)> = reboot
        .left()
        .iter()
        .map(|id| card.facts.inventory.device(*id).cloned())
        .zip(reboot.left_of_card())
        .collect();
    let document = match pairs.as_slice() {
        [(device, condition)] => one(card, device.as_ref(), condition, work)?,
        several => many(card, several, work)?,
    };
    let document = detail(document, text!("reboot.until", at = Arg::Second(card.until)));
    Ok(buttons(document, card))
}

fn one(
    card: &Card<'_>,
    device: Option<&Device>,
    condition: &Condition,
    work: &mut Work,
) -> Result<Document, StoreError> {
    let reboot = card.reboot;
    let name = reboot.device().map(|id| reboot.name(id).to_owned()).unwrap_or_default();
    let document = Document::open(Sign::Reload, question(&name, reboot.start));
    let document = anew(document, reboot);
    let document = detail(document, place(device, condition));
    let (standing, has_backup) = standing(device, condition, work)?;
    let document = without_backup(detail(document, standing), has_backup);
    let document = document_of_warnings(document, card, device, condition);
    let document = detail(document, quiet_facts(condition));
    let (sign, text) = boot(condition);
    Ok(document.with(Block::Detail { sign, text }))
}

fn many(
    card: &Card<'_>,
    several: &[(Option<Device>, &Condition)],
    work: &mut Work,
) -> Result<Document, StoreError> {
    let reboot = card.reboot;
    let count = several.len();
    let document = Document::open(
        Sign::Reload,
        match reboot.start {
            Start::Now => text!("reboot.question_many", count = count),
            start => text!("reboot.question_many_later", count = count, when = later(start)),
        },
    );
    let mut document = detail(anew(document, reboot), text!("reboot.one_by_one"));
    for (device, condition) in several {
        let name = device.as_ref().map(|device| device.name.to_string()).unwrap_or_default();
        let (standing, has_backup) = standing(device.as_ref(), condition, work)?;
        let line = text!("reboot.named", device = name.as_str(), standing = standing);
        document = without_backup(detail(document, line), has_backup);
        document = document_of_warnings(document, card, device.as_ref(), condition);
        document = detail(document, place(device.as_ref(), condition));
        document = detail(document, quiet_facts(condition));
        let (sign, text) = boot(condition);
        document = document.with(Block::Detail { sign, text });
    }
    Ok(document)
}

fn question(name: &str, start: Start) -> Text {
    match start {
        Start::Now => text!("reboot.question", device = name),
        start => text!("reboot.question_later", device = name, when = later(start)),
    }
}

/// `in 10 min`, `at 23:30 ICT`
pub fn later(start: Start) -> Text {
    match start {
        Start::Now => text!("reboot.now"),
        Start::In { minutes } => {
            text!("reboot.in", span = Duration::from_secs(u64::from(minutes) * 60))
        }
        Start::At { at } => text!("reboot.at", at = Arg::Zoned(at)),
    }
}

/// What is different from the card before.
fn anew(document: Document, reboot: &Reboot) -> Document {
    reboot.why.iter().fold(document, |document, why| warn(document, why.clone()))
}

/// `hanoi, core, IOS XE 17.9.4`
fn place(device: Option<&Device>, condition: &Condition) -> Text {
    let mut words: Vec<Text> = Vec::new();
    if let Some(device) = device {
        words.extend(
            Some(&device.site).filter(|site| !site.is_empty()).map(|site| Text::verbatim(site.as_str())),
        );
        words.extend(device.tags.iter().map(|tag| Text::verbatim(tag.as_str())));
    }
    words.extend(
        condition.version.as_ref().map(|version| text!("reboot.version", version = version.as_str())),
    );
    if condition.members > 1 {
        words.push(text!("reboot.stack", count = condition.members));
    }
    text!("reboot.list", items = words)
}

/// `up 3 h 12 min, last good backup 12 min ago, complete`; whether there is one.
fn standing(
    device: Option<&Device>,
    condition: &Condition,
    work: &mut Work,
) -> Result<(Text, bool), StoreError> {
    let up = match condition.uptime {
        Some(uptime) => text!("reboot.up", span = uptime),
        None => text!("reboot.up_unknown"),
    };
    Ok(match device.map(|device| work.latest(device.id)).transpose()?.flatten() {
        // Only a whole configuration becomes a version, and its raw copy stands beside it.
        Some(version) => {
            let backup = text!("reboot.backup", age = Arg::Ago(version.last_seen_at));
            (text!("reboot.pair", one = up, other = backup), true)
        }
        None => (up, false),
    })
}

fn without_backup(document: Document, has_backup: bool) -> Document {
    if has_backup { document } else { warn(document, text!("reboot.no_backup")) }
}

fn document_of_warnings(
    document: Document,
    card: &Card<'_>,
    device: Option<&Device>,
    condition: &Condition,
) -> Document {
    let facts = card.facts;
    let mut document = document;
    if let Some(text) = unsaved(condition) {
        document = warn(document, text);
    }
    if let Some(device) = device {
        let behind = cut_off(&[device.id], &facts.inventory);
        let names: Vec<String> = behind.iter().take(NAMED).map(|id| facts.inventory.name(*id)).collect();
        let flowing = flowing(device, facts);
        let reached = match behind.len() {
            0 => None,
            count if count > NAMED => Some(text!(
                "reboot.behind_more",
                names = names,
                count = count - NAMED,
                device = device.name.as_str()
            )),
            _ => Some(text!("reboot.behind", names = names, device = device.name.as_str())),
        };
        document = match (reached, flowing) {
            (Some(reached), Some(rate)) => warn(
                document,
                text!("reboot.pair", one = reached, other = text!("reboot.flowing", rate = Arg::Rate(rate))),
            ),
            (Some(reached), None) => warn(document, reached),
            (None, Some(rate)) => detail(document, text!("reboot.flowing", rate = Arg::Rate(rate))),
            (None, None) => document,
        };
        if is_bot_path(device, facts) {
            document = warn(document, text!("reboot.bot_path", device = device.name.as_str()));
        }
    }
    document
}

/// Whether the bot itself is connected through it.
pub fn is_bot_path(device: &Device, facts: &Facts) -> bool {
    facts.bot_path.iter().any(|name| name.eq_ignore_ascii_case(device.name.as_str()))
}

/// `3 lines are not saved (bob, 13:58)`
fn unsaved(condition: &Condition) -> Option<Text> {
    let unsaved = &condition.unsaved;
    if !unsaved.known && !unsaved.is_there() {
        return Some(text!("reboot.unsaved_unknown"));
    }
    if !unsaved.is_there() {
        return None;
    }
    let count = unsaved.lines.len();
    Some(match (count, &unsaved.by, &unsaved.at) {
        (0, _, _) if unsaved.asked => text!("reboot.unsaved_asked"),
        (0, _, _) => text!("reboot.unsaved_flag"),
        (count, Some(by), Some(at)) => {
            text!("reboot.unsaved_by", count = count, who = by.as_str(), at = clock_of(at))
        }
        (count, Some(by), None) => text!("reboot.unsaved_by_somebody", count = count, who = by.as_str()),
        (count, None, _) => text!("reboot.unsaved", count = count),
    })
}

/// `14:02:31 UTC Mon Nov 23 2026`, by the router's own clock: hours and minutes.
fn clock_of(printed: &str) -> String {
    printed.chars().take(5).collect()
}

/// Bits per second that come in over real interfaces, as last seen.
fn flowing(device: &Device, facts: &Facts) -> Option<f64> {
    let seen = facts.board.of(device.id)?.interfaces.as_ref()?;
    let rates = seen.value.iter().filter(|one| one.up && !one.logical).filter_map(|one| match one.received {
        Reading::Known(rate) => Some(rate),
        Reading::Unknown(_) | Reading::Ended(_) => None,
    });
    let total: f64 = rates.sum();
    (total >= 1.0).then_some(total)
}

/// `pending reload: none, logged in: bob (vty 0, idle 4 min)`
fn quiet_facts(condition: &Condition) -> Text {
    let pending = match condition.timer {
        Timer::Idle | Timer::Set(_) => text!("reboot.no_pending"),
        Timer::Unknown => text!("reboot.pending_unknown"),
    };
    let users = match condition.users.as_slice() {
        [] => text!("reboot.nobody"),
        users => {
            let mut said: Vec<Text> = users.iter().take(NAMED).map(user).collect();
            if let more @ 1.. = users.len().saturating_sub(NAMED) {
                said.push(text!("reboot.and_more", count = more));
            }
            text!("reboot.logged_in", users = said)
        }
    };
    text!("reboot.pair", one = pending, other = users)
}

fn user(user: &User) -> Text {
    let name = user.name.clone().unwrap_or_else(|| user.line.clone());
    match user.idle {
        Some(idle) if idle >= Duration::from_secs(60) || idle >= IDLE => {
            text!("reboot.user_idle", who = name, line = user.line.as_str(), idle = idle)
        }
        Some(_) => text!("reboot.user_busy", who = name, line = user.line.as_str()),
        None => text!("reboot.user", who = name, line = user.line.as_str()),
    }
}

fn boot(condition: &Condition) -> (Sign, Text) {
    let boot = &condition.boot;
    let file = boot.variable.as_deref().or(boot.running.as_deref()).unwrap_or_default();
    match (boot.found, boot.register_is_unsafe()) {
        (_, true) => {
            let register = boot.register.clone().unwrap_or_default();
            (Sign::Critical, text!("reboot.register", register = register))
        }
        (Some(false), _) => (Sign::Critical, text!("reboot.image_missing", file = file)),
        (Some(true), _) if boot.variable.is_none() => (Sign::None, text!("reboot.image_unset", file = file)),
        (Some(true), _) => (Sign::None, text!("reboot.image_found", file = file)),
        (None, _) if file.is_empty() => (Sign::Warning, text!("reboot.image_unknown")),
        (None, _) => (Sign::None, text!("reboot.image_unseen", file = file)),
    }
}

fn buttons(document: Document, card: &Card<'_>) -> Document {
    let reboot = card.reboot;
    let lines: usize = reboot.left_of_card().iter().map(|one| one.unsaved.lines.len()).sum();
    let mut document = document;
    if lines > 0 {
        let button = step(card, "lines", text!("reboot.button_lines", count = lines));
        document = document.with_button(Button { uses: Uses::Many, ..button });
    }
    for answer in reboot.answers() {
        document = document.with_button(step(card, word(answer), label(answer, card, lines)));
    }
    document.with_button(step(card, "cancel", text!("reboot.button_cancel")))
}

/// The word by which a button says what is agreed to.
pub fn word(answer: Answer) -> &'static str {
    match answer {
        Answer::Plain => "plain",
        Answer::Drop => "drop",
        Answer::Save => "save",
    }
}

/// Says what happens, also where it is read alone.
fn label(answer: Answer, card: &Card<'_>, lines: usize) -> Text {
    let reboot = card.reboot;
    let by = match reboot.left_of_card() {
        [only] => only.unsaved.by.clone(),
        _ => None,
    };
    let what = match (reboot.left(), reboot.start) {
        ([_], Start::Now) => text!("reboot.button_reboot"),
        ([_], start) => text!("reboot.button_reboot_later", when = later(start)),
        (several, _) => text!("reboot.button_reboot_many", count = several.len()),
    };
    match (answer, lines, by) {
        (Answer::Plain, _, _) => what,
        (Answer::Drop, 0, _) => text!("reboot.button_drop", reboot = what),
        (Answer::Drop, count, Some(by)) => {
            text!("reboot.button_drop_of", reboot = what, count = count, who = by)
        }
        (Answer::Drop, count, None) => text!("reboot.button_drop_lines", reboot = what, count = count),
        (Answer::Save, _, _) => match (reboot.left(), reboot.start) {
            ([_], Start::Now) => text!("reboot.button_save"),
            ([_], start) => text!("reboot.button_save_later", when = later(start)),
            (several, _) => text!("reboot.button_save_many", count = several.len()),
        },
    }
}

fn step(card: &Card<'_>, word: &str, label: Text) -> Button {
    Button {
        name: format!("{word}-{}", card.reboot.cards),
        label,
        action: Action::Step { job: card.job, word: word.to_owned() },
        who: Who::Person(card.asker),
        until: card.until,
        uses: Uses::Once,
    }
}

/// The number of routers is asked for: typed, so that nobody takes ten routers down with one careless press.
pub fn counting(card: &Card<'_>, answer: Answer) -> Document {
    let reboot = card.reboot;
    let names: Vec<String> = reboot.left().iter().map(|id| reboot.name(*id).to_owned()).collect();
    let what = match answer {
        Answer::Plain => text!("reboot.counting_plain"),
        Answer::Drop => text!("reboot.counting_drop"),
        Answer::Save => text!("reboot.counting_save"),
    };
    let document = Document::open(Sign::Question, text!("reboot.counting"))
        .with_detail(text!("reboot.list", items = names))
        .with_detail(what);
    let count = Button {
        action: Action::Words { job: card.job },
        uses: Uses::Many,
        ..step(card, "count", text!("reboot.button_count"))
    };
    let document = Document { asks_words: true, ..document };
    document.with_button(count).with_button(step(card, "cancel", text!("reboot.button_cancel")))
}

/// The lines that a reload would take back, for those who want to see them.
pub fn unsaved_lines(reboot: &Reboot) -> Document {
    let mut document = Document::line(Sign::Edited, text!("reboot.lines"), crate::model::Ending::Well);
    for (id, condition) in reboot.left().iter().zip(reboot.left_of_card()) {
        if condition.unsaved.lines.is_empty() {
            continue;
        }
        if reboot.left().len() > 1 {
            document = document.with_line(Sign::None, Text::verbatim(reboot.name(*id)));
        }
        document = document.with(Block::Raw(condition.unsaved.lines.join("\n")));
    }
    document
}

pub fn detail(document: Document, text: Text) -> Document {
    document.with(Block::Detail { sign: Sign::None, text })
}

fn warn(document: Document, text: Text) -> Document {
    document.with(Block::Detail { sign: Sign::Warning, text })
}
