//! `[reboot]`: how long a router may take to go and to come back, and through which ones the bot itself is connected.

use crate::model::written::Fields;
use std::time::Duration;

/// A login on a router that boots takes its strength: no oftener than this.
const OFTENEST: Duration = Duration::from_secs(1);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reboot {
    /// Names of routers.
    pub bot_path: Vec<String>,
    /// From the order until it is gone.
    pub gone: Duration,
    /// From the order until it is back.
    pub back: Duration,
    /// The same for stacks.
    pub back_stack: Duration,
    /// From its first answer until everything is there again.
    pub settle: Duration,
    /// Between two routers of a list.
    pub rest: Duration,
    /// How often a router that is away is looked for.
    pub watch: Duration,
}

impl Default for Reboot {
    fn default() -> Self {
        let minutes = |count: u64| Duration::from_secs(count * 60);
        Reboot {
            bot_path: Vec::new(),
            gone: minutes(3),
            back: minutes(15),
            back_stack: minutes(25),
            settle: minutes(3),
            rest: minutes(1),
            watch: Duration::from_secs(3),
        }
    }
}

pub(super) fn reboot(root: &Fields<'_>, defaults: Reboot) -> Reboot {
    let Some(table) = root.table("reboot") else { return defaults };
    let span = |key: &str, least: Duration, default| {
        let span = table.span(key).unwrap_or(default);
        if span < least || span > Duration::from_secs(86_400) {
            let what = format!("reboot.{key} is not between {} s and 24h", least.as_secs());
            table.wrong(key, what, format!("write {}s or more", least.as_secs()));
        }
        span
    };
    let minute = Duration::from_secs(60);
    let reboot = Reboot {
        bot_path: table.texts("bot_path").unwrap_or_default(),
        gone: span("gone", minute, defaults.gone),
        back: span("back", minute, defaults.back),
        back_stack: span("back_stack", minute, defaults.back_stack),
        settle: span("settle", minute, defaults.settle),
        rest: span("rest", minute, defaults.rest),
        watch: span("watch", OFTENEST, defaults.watch),
    };
    table.done();
    reboot
}
