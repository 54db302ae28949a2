//! What the router says at the press against what the card said: what got worse, in words.

use crate::model::Text;
use crate::probe::condition::{Condition, Timer};

/// None of what a person agreed to may have got worse. Empty: go on.
pub fn worse(card: &Condition, now: &Condition) -> Vec<Text> {
    let mut worse = Vec::new();
    if now.is_another_than(card) {
        let name = now.name.clone().or_else(|| now.board.clone()).unwrap_or_default();
        worse.push(text!("reboot.worse_another", name = name));
    }
    match (&card.timer, &now.timer) {
        // The minutes that are left grow less by themselves.
        (Timer::Set(before), Timer::Set(pending)) if before.by == pending.by => {}
        (_, Timer::Set(pending)) => worse.push(match &pending.by {
            Some(by) => text!("reboot.worse_pending_by", who = by.as_str()),
            None => text!("reboot.worse_pending"),
        }),
        (Timer::Idle | Timer::Set(_), Timer::Unknown) => worse.push(text!("reboot.worse_unknown_pending")),
        (Timer::Unknown, Timer::Unknown) | (_, Timer::Idle) => {}
    }
    if now.unsaved.is_there() && card.unsaved.lines != now.unsaved.lines {
        let count = now.unsaved.lines.len();
        worse.push(match card.unsaved.lines.is_empty() {
            true => text!("reboot.worse_unsaved_new", count = count),
            false => text!("reboot.worse_unsaved", count = count),
        });
    } else if now.unsaved.is_there() && !card.unsaved.is_there() {
        worse.push(text!("reboot.worse_unsaved_flag"));
    } else if card.unsaved.known && !now.unsaved.known {
        worse.push(text!("reboot.worse_unknown_unsaved"));
    }
    if now.boot.found == Some(false) && card.boot.found != Some(false) {
        worse.push(text!("reboot.worse_image"));
    }
    if now.boot.variable != card.boot.variable {
        worse.push(text!("reboot.worse_boot"));
    }
    if now.boot.register_is_unsafe() && now.boot.register != card.boot.register {
        worse.push(text!("reboot.worse_register"));
    }
    let known = |user: &crate::probe::condition::User| {
        card.users.iter().any(|other| (&other.name, &other.line) == (&user.name, &user.line))
    };
    for user in now.users.iter().filter(|user| !known(user)) {
        let who = user.name.clone().unwrap_or_else(|| user.line.clone());
        worse.push(text!("reboot.worse_user", who = who, line = user.line.as_str()));
    }
    if now.has_booted_since(card) == Some(true) {
        worse.push(text!("reboot.worse_booted"));
    }
    worse
}
