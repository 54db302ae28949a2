//! `Cisco-IOS-XE-process-cpu-oper`: percent of the IOS process, whole numbers.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{View, rounded};

pub(super) fn usage(view: &View) -> Value {
    let percent = |back: i64| rounded(view.router.true_cpu(view.now - TimeDelta::seconds(back))).min(100);
    json!({
        "cpu-utilization": {
            "five-seconds": percent(0),
            "five-seconds-intr": 0,
            "one-minute": percent(0),
            // A climb has to be long to be seen in this one.
            "five-minutes": percent(120),
            "cpu-usage-processes": { "cpu-usage-process": [] }
        }
    })
}
