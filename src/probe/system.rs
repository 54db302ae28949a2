//! The router about itself: since when it runs and why it booted, its version, whether its configuration
//! is saved, what its clock says. A reboot is a boot time that moved together with an uptime that fell
//! short: a clock that NTP sets moves the boot time alone.

use super::leaf::{self, Leaf};
use super::{Found, Look, Memory, Pace, Probe, reported};
use crate::model::board::{Seen, System};
use crate::model::metric::{Reading, Why};
use crate::model::{Ask, Device, Metric, Timestamp, Vitals};
use serde::Deserialize;
use std::time::Duration;

pub const PROBE: Probe = Probe { name: "system", pace: Pace::Seldom, asks, read };

const PATH: &str =
    "Cisco-IOS-XE-device-hardware-oper:device-hardware-data/device-hardware/device-system-data";

/// Two boot times nearer than this are one: the router computes them anew at each look.
pub const SAME_BOOT: Duration = Duration::from_secs(60);

/// What a reason says when nobody wished it. Read only where the router has no `reason-severity`
/// (before 17.3): where it has one, that is its own judgement.
const CRASHES: [&str; 6] = ["crash", "crashed", "exception", "watchdog", "power", "abnormal"];

fn asks(_: &Device, _: &Memory) -> Vec<Ask> {
    vec![Ask::Get { path: PATH.to_owned(), plain: None }]
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Data<'a> {
    #[serde(default, borrow)]
    current_time: Leaf<'a>,
    #[serde(default, borrow)]
    boot_time: Leaf<'a>,
    #[serde(default, borrow)]
    software_version: Leaf<'a>,
    #[serde(default, borrow)]
    last_reboot_reason: Leaf<'a>,
    #[serde(default, borrow)]
    reason_severity: Leaf<'a>,
    #[serde(default, borrow)]
    unsaved_config: Leaf<'a>,
}

fn read(look: &Look<'_>, memory: &mut Memory, vitals: &mut Vitals) -> Found {
    let mut found = Found::default();
    let Some(json) = look.json(0) else { return found };
    let at = look.answered(json);
    let data = json.body.as_deref().and_then(|body| leaf::root::<Data<'_>>(body, "device-system-data"));
    let Some(data) = data.and_then(leaf::Entries::first) else {
        found.note(look, at, Metric::Rebooted, "", Reading::Unknown(Why::NotReported));
        found.note(look, at, Metric::Clock, "", Reading::Unknown(Why::NotReported));
        return found;
    };
    let system = seen(&data, at);
    memory.boot_time = system.boot_time.or(memory.boot_time);
    found.note(look, at, Metric::Rebooted, "", rebooted(vitals.system.as_ref(), &system, at));
    let off = system.clock_off.map(|off| off.unsigned_abs() as f64);
    found.note(look, at, Metric::Clock, "", reported(off));
    let before = vitals.system.take();
    // What is carried over keeps its own time: a boot is recognised by how long ago the last one was told.
    let told = before.as_ref().filter(|seen| system.boot_time.is_none() && seen.value.boot_time.is_some());
    let at = told.map_or(at, |seen| seen.at);
    vitals.system = Some(Seen { at, value: kept(before, system) });
    found
}

/// What was not reported this time and outlives a look stays as it was: the next boot is recognised
/// against the last boot time, however long ago it was told.
fn kept(before: Option<Seen<System>>, mut system: System) -> System {
    let before = before.map(|seen| seen.value).unwrap_or_default();
    system.version = system.version.or(before.version);
    if system.boot_time.is_none() {
        (system.boot_time, system.uptime) = (before.boot_time, before.uptime);
    }
    system
}

fn seen(data: &Data<'_>, at: Timestamp) -> System {
    let (boot_time, clock) = (data.boot_time.time(), data.current_time.time());
    let reason = data.last_reboot_reason.text().map(|reason| reason.trim().to_owned());
    System {
        boot_time,
        version: data.software_version.text().and_then(version),
        crashed: crashed(data.reason_severity.word(), reason.as_deref().unwrap_or_default()),
        reload_reason: reason.filter(|reason| !reason.is_empty()),
        unsaved: data.unsaved_config.flag(),
        uptime: boot_time.map(|boot| clock.unwrap_or(at).since(boot)),
        clock_off: clock.map(|clock| (clock.0 - at.0) / 1_000),
    }
}

/// `17.9.4a` out of `Cisco IOS Software [Cupertino], ... Version 17.9.4a, RELEASE SOFTWARE (fc3)`, which
/// may run over several lines.
fn version(told: &str) -> Option<String> {
    let mut words = told.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty());
    words.find(|word| word.eq_ignore_ascii_case("version"))?;
    words.next().filter(|word| word.starts_with(|c: char| c.is_ascii_digit())).map(str::to_owned)
}

fn crashed(severity: Option<&str>, reason: &str) -> bool {
    match severity {
        Some(severity) => severity.eq_ignore_ascii_case("abnormal"),
        None => reason
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| CRASHES.iter().any(|crash| word.eq_ignore_ascii_case(crash))),
    }
}

/// 0, 1 or 2 as [`Metric::Rebooted`] says.
fn rebooted(before: Option<&Seen<System>>, now: &System, at: Timestamp) -> Reading {
    let (Some(boot), Some(uptime)) = (now.boot_time, now.uptime) else {
        return Reading::Unknown(Why::NotReported);
    };
    let booted = before.is_some_and(|before| {
        let between = at.since(before.at);
        let moved = before.value.boot_time.is_some_and(|last| apart(last, boot) > SAME_BOOT);
        // Had it run on, it would be up for this long; only a clock that was set moves the boot time alone.
        let ran_on = before.value.uptime.unwrap_or(Duration::MAX).saturating_add(between);
        moved && uptime < between + SAME_BOOT && uptime.saturating_add(SAME_BOOT) < ran_on
    });
    Reading::Known(match (booted, now.crashed) {
        (false, _) => 0.0,
        (true, false) => 1.0,
        (true, true) => 2.0,
    })
}

/// How far two points in time are from each other, whichever is the earlier one.
pub fn apart(one: Timestamp, other: Timestamp) -> Duration {
    one.since(other).max(other.since(one))
}
