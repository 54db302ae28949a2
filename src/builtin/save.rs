//! `/save`: the running configuration is written to where the router reads it at its start. It is saved when the router
//! says so, and not before.

use super::{Builtin, nothing_wanted, output, say};
use crate::model::{
    Ask, Authorized, Conversation, Device, Dialogue, DialogueEnd, Facts, Failure, Kind, Outcome, Plan,
    Resolved, Status, TaskResult, Text,
};

pub const SAVE: Builtin = Builtin {
    name: "save",
    title,
    plan,
    wants: nothing_wanted,
    settle: |_, device, _, outcomes, _| Ok(settle(device, outcomes)),
    answer: |resolved, facts, results, work| output::answer(title(resolved), resolved, facts, results, work),
};

fn title(resolved: &Resolved) -> Text {
    text!("save.title", whom = say::whom(resolved))
}

fn plan(proof: &Authorized, _: &Resolved, device: &Device, _: &Facts) -> Result<Option<Plan>, Failure> {
    Plan::changing(proof, device.clone(), vec![Ask::Dialogue(Dialogue::Save)])
        .map(Some)
        .map_err(|refused| Failure::new(Kind::Refused, text!("show.only_show")).with_detail(refused))
}

fn settle(device: &Device, outcomes: &[Outcome]) -> TaskResult {
    let talked = outcomes.iter().find_map(|outcome| match outcome {
        Outcome::Dialogue(conversation) => Some(conversation),
        Outcome::Text(_)
        | Outcome::Config(_)
        | Outcome::Json(_)
        | Outcome::Refused { .. }
        | Outcome::Broken(_) => None,
    });
    let Some(Conversation { end, transcript }) = talked else {
        return output::settle(device, outcomes, str::to_owned);
    };
    let (status, verdict) = match end {
        DialogueEnd::Done => return say::done(device.id, text!("save.saved")),
        DialogueEnd::NotDone { busy: true, .. } => (Status::Failed, text!("save.busy")),
        DialogueEnd::NotDone { busy: false, .. } => (Status::Failed, text!("save.refused")),
        DialogueEnd::Unsettled { text, .. } => (Status::Failed, text!("save.asked", asks = text)),
        DialogueEnd::Unclear { .. } | DialogueEnd::Accepted => (Status::Unclear, text!("save.unclear")),
    };
    let mut result = say::result(device.id, status, verdict);
    result.output = Some(transcript.clone());
    result
}
