//! `/show`: any `show` line on one or more routers. The router prints it whole, the bot applies the
//! pipes itself, so that `redirect` and its like never reach a router.

use super::{Builtin, nothing_wanted, output, say};
use crate::command;
use crate::model::{Ask, Authorized, Device, Facts, Failure, Kind, Plan, Resolved, Text};

pub const SHOW: Builtin = Builtin {
    name: "show",
    title,
    plan,
    wants: nothing_wanted,
    settle: |resolved, device, _, outcomes, _| {
        Ok(output::settle(device, outcomes, |text| match resolved.show("command") {
            Some(show) => command::filtered(text, &show.pipes),
            None => text.to_owned(),
        }))
    },
    answer: |resolved, facts, results, work| output::answer(title(resolved), resolved, facts, results, work),
};

fn title(resolved: &Resolved) -> Text {
    let line = resolved.show("command").map(|show| show.line.as_str()).unwrap_or_default();
    text!("show.title", line = line, whom = say::whom(resolved))
}

fn plan(_: &Authorized, resolved: &Resolved, device: &Device, _: &Facts) -> Result<Option<Plan>, Failure> {
    let Some(show) = resolved.show("command") else { return Ok(None) };
    let ask = Ask::Line { line: show.line.clone(), deadline: resolved.command.deadline };
    Plan::reading(device.clone(), vec![ask])
        .map(Some)
        .map_err(|refused| Failure::new(Kind::Refused, text!("show.only_show")).with_detail(refused))
}
