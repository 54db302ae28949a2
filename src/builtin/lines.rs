//! Commands that are only a file: the lines of `run.ssh`, typed and shown.

use super::{Builtin, nothing_wanted, output, say};
use crate::command;
use crate::model::{Authorized, Device, Facts, Failure, Kind, Plan, Resolved, Risk, Text};

pub const LINES: Builtin = Builtin {
    name: "lines",
    title,
    plan,
    wants: nothing_wanted,
    settle: |_, device, _, outcomes, _| Ok(output::settle(device, outcomes, str::to_owned)),
    answer: |resolved, facts, results, work| output::answer(title(resolved), resolved, facts, results, work),
};

fn title(resolved: &Resolved) -> Text {
    text!("lines.title", name = resolved.command.name.as_str(), whom = say::whom(resolved))
}

fn plan(
    proof: &Authorized,
    resolved: &Resolved,
    device: &Device,
    _: &Facts,
) -> Result<Option<Plan>, Failure> {
    let asks = command::asks(resolved, device).map_err(|why| Failure::new(Kind::Refused, why))?;
    let plan = match resolved.risk {
        Risk::Read => Plan::reading(device.clone(), asks),
        Risk::Change | Risk::Disruptive => Plan::changing(proof, device.clone(), asks),
    };
    plan.map(Some).map_err(|refused| {
        Failure::new(Kind::Refused, text!("lines.too_dangerous", file = resolved.command.source.as_str()))
            .with_detail(refused)
    })
}
