//! Memory, twice: how full the pool `Processor` of IOSd is, and the router's own word about its real
//! memory. Other pools say nothing: `lsmpi_io` is full on every healthy router, `reserve*` are set aside.

use super::leaf::{self, Entries, Leaf};
use super::{Found, Look, Memory, Pace, Probe, reported};
use crate::model::board::{MemoryStatus, Seen};
use crate::model::{Ask, Device, Metric, Vitals};
use serde::Deserialize;

pub const PROBE: Probe = Probe { name: "memory", pace: Pace::Seldom, asks, read };

const POOLS: &str = "Cisco-IOS-XE-memory-oper:memory-statistics";
const PROCESSES: &str =
    "Cisco-IOS-XE-platform-software-oper:cisco-platform-software/control-processes/control-process";
/// The only pool that fills up on a router that is not well.
const POOL: &str = "Processor";

fn asks(_: &Device, _: &Memory) -> Vec<Ask> {
    let status = format!("{PROCESSES}?fields=memory-stats(memory-status)");
    vec![
        Ask::Get { path: POOLS.to_owned(), plain: None },
        Ask::Get { path: status, plain: Some(PROCESSES.to_owned()) },
    ]
}

#[derive(Deserialize)]
struct Pools<'a> {
    #[serde(default, borrow, rename = "memory-statistic")]
    pools: Entries<Pool<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Pool<'a> {
    #[serde(default, borrow)]
    name: Leaf<'a>,
    #[serde(default, borrow)]
    total_memory: Leaf<'a>,
    #[serde(default, borrow)]
    used_memory: Leaf<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Process<'a> {
    #[serde(default, borrow)]
    memory_stats: Entries<Stats<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Stats<'a> {
    #[serde(default, borrow)]
    memory_status: Leaf<'a>,
}

fn read(look: &Look<'_>, _: &mut Memory, vitals: &mut Vitals) -> Found {
    let mut found = Found::default();
    if let Some(json) = look.json(0) {
        let at = look.answered(json);
        let share = json.body.as_deref().and_then(used);
        if let Some(value) = share {
            vitals.memory = Some(Seen { at, value });
        }
        found.note(look, at, Metric::Memory, POOL, reported(share));
    }
    if let Some(json) = look.json(1) {
        let at = look.answered(json);
        let status = json.body.as_deref().and_then(status);
        if let Some(value) = status {
            vitals.memory_status = Some(Seen { at, value });
        }
        found.note(look, at, Metric::MemoryStatus, "", reported(status.map(number)));
    }
    found
}

/// Percent of the pool in use.
fn used(body: &str) -> Option<f64> {
    let pools = leaf::root::<Pools<'_>>(body, "memory-statistics")?.first()?.pools.0;
    let pool = pools.iter().find(|pool| pool.name.text().is_some_and(|name| name.trim() == POOL))?;
    let total = pool.total_memory.real().filter(|total| *total > 0.0)?;
    Some(pool.used_memory.real()? / total * 100.0).filter(|share| *share <= 100.0)
}

/// The worst word of all processors: a stack has one each.
fn status(body: &str) -> Option<MemoryStatus> {
    let processes = leaf::root::<Process<'_>>(body, "control-process")?.0;
    let stats = processes.iter().flat_map(|process| &process.memory_stats.0);
    let words = stats.filter_map(|stats| said(stats.memory_status.word()?));
    words.max_by_key(|status| number(*status) as u8)
}

fn said(word: &str) -> Option<MemoryStatus> {
    let all = [
        ("healthy", MemoryStatus::Healthy),
        ("warning", MemoryStatus::Warning),
        ("critical", MemoryStatus::Critical),
    ];
    all.into_iter().find(|(name, _)| word.eq_ignore_ascii_case(name)).map(|(_, status)| status)
}

fn number(status: MemoryStatus) -> f64 {
    match status {
        MemoryStatus::Healthy => 0.0,
        MemoryStatus::Warning => 1.0,
        MemoryStatus::Critical => 2.0,
    }
}
