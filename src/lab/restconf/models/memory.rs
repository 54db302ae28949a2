//! `Cisco-IOS-XE-memory-oper` (the pools of IOS, octets) and the DRAM of the platform below it (kB, all strings).

use serde_json::{Value, json};

use super::{View, rounded};
use crate::lab::fault::Fault;

/// The same that the command line prints.
const PROCESSOR_OCTETS: u64 = 2_104_315_808;
const DRAM_KILOBYTES: u64 = 3_965_120;
/// Of the DRAM, Linux and the data plane take about this much, whatever IOS does.
const PLATFORM_PERCENT: u64 = 54;

pub(super) fn pools(view: &View) -> Value {
    let percent = view.router.true_memory(view.now);
    let used = PROCESSOR_OCTETS / 10_000 * rounded(percent * 100.0).min(10_000);
    let free = PROCESSOR_OCTETS - used;
    let text = |octets: u64| octets.to_string();
    json!({
        "memory-statistic": [
            {
                "name": "Processor",
                "total-memory": text(PROCESSOR_OCTETS),
                "used-memory": text(used),
                "free-memory": text(free),
                "lowest-usage": text(free),
                "highest-usage": text(PROCESSOR_OCTETS / 10 * 6)
            },
            {
                "name": "reserve Processor",
                "total-memory": "102404",
                "used-memory": "92",
                "free-memory": "102312"
            },
            // Nearly full on every healthy box.
            {
                "name": "lsmpi_io",
                "total-memory": "6295128",
                "used-memory": "6294304",
                "free-memory": "824"
            }
        ]
    })
}

pub(super) fn platform(view: &View) -> Value {
    let status = view.faults.iter().rev().find_map(|fault| match fault {
        Fault::MemoryStatus(word) => Some(word.as_str()),
        _ => None,
    });
    let used = DRAM_KILOBYTES / 100 * PLATFORM_PERCENT;
    json!({
        "control-processes": {
            "control-process": [{
                "fru": "fru-rp",
                "slot": 0,
                "bay": 0,
                "chassis": -1,
                "control-process-status": "online",
                "updated": "0",
                "load-average-stats": {
                    "load-average-status": "Healthy",
                    "average1": "0.21",
                    "average2": "0.25",
                    "average3": "0.23"
                },
                "memory-stats": {
                    "memory-status": status.unwrap_or("Healthy"),
                    "total": DRAM_KILOBYTES.to_string(),
                    "used-number": used.to_string(),
                    "used-percent": PLATFORM_PERCENT.to_string(),
                    "free-number": (DRAM_KILOBYTES - used).to_string(),
                    "free-percent": (100 - PLATFORM_PERCENT).to_string()
                }
            }]
        }
    })
}
