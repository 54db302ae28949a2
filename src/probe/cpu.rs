//! How busy IOSd is: the one-minute value in percent. The five-second value jumps with every `show run`.
//! Without `fields` the router would send a row per process, 600 and more.

use super::leaf::{self, Leaf};
use super::{Found, Look, Memory, Pace, Probe, reported};
use crate::model::board::Seen;
use crate::model::{Ask, Device, Metric, Vitals};
use serde::Deserialize;

pub const PROBE: Probe = Probe { name: "cpu", pace: Pace::Often, asks, read };

const PATH: &str = "Cisco-IOS-XE-process-cpu-oper:cpu-usage/cpu-utilization";

fn asks(_: &Device, _: &Memory) -> Vec<Ask> {
    let path = format!("{PATH}?fields=five-seconds;one-minute;five-minutes");
    vec![Ask::Get { path, plain: Some(PATH.to_owned()) }]
}

#[derive(Deserialize)]
struct Utilization<'a> {
    #[serde(default, borrow, rename = "one-minute")]
    one_minute: Leaf<'a>,
}

fn read(look: &Look<'_>, _: &mut Memory, vitals: &mut Vitals) -> Found {
    let mut found = Found::default();
    let Some(json) = look.json(0) else { return found };
    let at = look.answered(json);
    let share = json.body.as_deref().and_then(one_minute);
    if let Some(value) = share {
        vitals.cpu = Some(Seen { at, value });
    }
    found.note(look, at, Metric::Cpu, "", reported(share));
    found
}

fn one_minute(body: &str) -> Option<f64> {
    leaf::root::<Utilization<'_>>(body, "cpu-utilization")?.first()?.one_minute.percent()
}
