//! Questions that a command asks before it does something: each is a state of the session, and what answers it is a
//! line or one key. A session that ends at a question has answered nothing, so nothing happens.

use std::collections::VecDeque;

use super::{Asking, Desk};
use crate::lab::fault::Fault;
use crate::lab::reload::{Order, PendingReload, ReloadStep, SaveTrouble};

/// A dialogue on its way: what waits for an answer, what comes after it, and what all of it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dialogue {
    asked: Step,
    left: VecDeque<Step>,
    end: End,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Of(ReloadStep),
    /// Where `copy` writes to.
    Destination,
    /// Another release wrote what is saved there.
    Overwrite,
    WriteDown,
}

/// What happens when every question was answered well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Nothing,
    Reload(Order),
    Schedule(PendingReload),
}

/// How a session ended in the middle of a dialogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Struck {
    Silent,
    Reset,
}

const DESTINATION: &str = "Destination filename [startup-config]? ";
const OVERWRITE: &str = "Overwrite the previous NVRAM configuration?[confirm]";
const OTHER_RELEASE: &str = "Warning: Attempting to overwrite an NVRAM configuration previously written\n\
     by a different version of the system image.\n";

impl Dialogue {
    pub fn question(&self) -> &str {
        match &self.asked {
            Step::Of(step) => step.question().unwrap_or_default(),
            Step::Destination => DESTINATION,
            Step::Overwrite => OVERWRITE,
            Step::WriteDown => "",
        }
    }

    /// Whether one key answers, and no line.
    pub fn takes_key(&self) -> bool {
        matches!(self.asked, Step::Of(ReloadStep::Key(_)) | Step::Overwrite)
    }
}

/// Says what stands before the first question and asks it, or ends where there is none.
pub(super) fn begin(desk: &mut Desk, steps: Vec<Step>, end: End) -> String {
    advance(desk, steps.into(), end)
}

/// What saves: the copy itself, and the question before it where the fault wants one.
pub(super) fn saving(desk: &Desk) -> Vec<Step> {
    let overwrite = desk.faults.contains(&Fault::OverwriteAsked).then_some(Step::Overwrite);
    overwrite.into_iter().chain([Step::WriteDown]).collect()
}

/// Takes the answer to the question that waits: a line, or the one key.
pub(super) fn answer(desk: &mut Desk, dialogue: Dialogue, answer: &str) -> String {
    let Dialogue { asked, mut left, end } = dialogue;
    let answer = answer.trim_matches(' ').to_ascii_lowercase();
    let means = |word: &str| !answer.is_empty() && word.starts_with(&answer);
    let key = || matches!(answer.as_str(), "\r" | "y");
    let goes_on = match &asked {
        Step::Of(ReloadStep::Save) if means("yes") => {
            for step in saving(desk).into_iter().rev() {
                left.push_front(step);
            }
            true
        }
        Step::Of(ReloadStep::Save | ReloadStep::YesNo(_)) if means("yes") || means("no") => true,
        Step::Of(ReloadStep::Save | ReloadStep::YesNo(_)) => {
            desk.session.asking = Some(Asking::Dialogue(Box::new(Dialogue { asked, left, end })));
            return "% Please answer 'yes' or 'no'.\n".to_owned();
        }
        Step::Of(ReloadStep::YesNoCancel(_)) => means("yes") || means("no"),
        Step::Of(ReloadStep::YesElseCancel(_)) => means("yes"),
        Step::Of(ReloadStep::Key(_)) | Step::Overwrite => key(),
        Step::Destination => true,
        Step::Of(_) | Step::WriteDown => false,
    };
    if goes_on { advance(desk, left, end) } else { String::new() }
}

fn advance(desk: &mut Desk, mut left: VecDeque<Step>, end: End) -> String {
    let mut said = String::new();
    while let Some(step) = left.pop_front() {
        match step {
            Step::Of(ReloadStep::Say(text)) => said.push_str(&format!("{text}\n")),
            Step::Of(ReloadStep::SaveIfUnsaved) => {
                if desk.state.unsaved || desk.faults.contains(&Fault::Unsaved) {
                    left.push_front(Step::Of(ReloadStep::Save));
                }
            }
            Step::Of(ReloadStep::Refuse(text)) => {
                if !text.is_empty() {
                    said.push_str(&format!("{text}\n"));
                }
                return said;
            }
            Step::Of(ReloadStep::Silence) => {
                desk.session.struck = Some(Struck::Silent);
                return said;
            }
            Step::Of(ReloadStep::Reset) => {
                desk.session.struck = Some(Struck::Reset);
                return said;
            }
            Step::WriteDown => said.push_str(&write_down(desk)),
            Step::Overwrite => {
                said.push_str(OTHER_RELEASE);
                return ask(desk, Step::Overwrite, left, end, said);
            }
            Step::Of(ReloadStep::Save) => {
                said.push('\n');
                return ask(desk, Step::Of(ReloadStep::Save), left, end, said);
            }
            asked => return ask(desk, asked, left, end, said),
        }
    }
    said.push_str(&finish(desk, end));
    said
}

fn ask(desk: &mut Desk, asked: Step, left: VecDeque<Step>, end: End, said: String) -> String {
    desk.session.asking = Some(Asking::Dialogue(Box::new(Dialogue { asked, left, end })));
    said
}

/// Goes on with the dialogue after a failed save, as the router does: whoever asked has to read what it said.
fn write_down(desk: &mut Desk) -> String {
    let trouble: Option<SaveTrouble> = desk.faults.iter().find_map(|fault| match fault {
        Fault::SaveFails(trouble) => Some(*trouble),
        _ => None,
    });
    if let Some(trouble) = trouble {
        return trouble.text().to_owned();
    }
    let user = desk.session.user.clone();
    desk.state.save(&user, desk.now);
    "Building configuration...\n[OK]\n".to_owned()
}

/// Whoever watches the log sees its last lines before the router goes.
fn finish(desk: &mut Desk, end: End) -> String {
    let lines = match end {
        End::Nothing => Vec::new(),
        End::Reload(order) => {
            // No prompt comes any more.
            desk.session.struck = Some(Struck::Silent);
            desk.state.order(order, desk.now)
        }
        End::Schedule(pending) => desk.state.schedule(pending, desk.now),
    };
    let shown = lines.iter().filter(|_| desk.session.monitor);
    shown.map(|line| format!("{line}\n")).collect()
}
