//! The figures of one measurement: lines for people, each with how it was measured, or JSON.

use super::super::print::say;
use super::truth::{Errors, percentile};
use crate::flow::monitor::{Polls, Spans};
use serde::Serialize;
use std::time::Duration;

/// Units stand in the names, because the names stand alone in the JSON.
#[derive(Debug, Serialize)]
pub struct Figures {
    pub routers: usize,
    pub period_seconds: f64,
    pub measured_seconds: f64,
    pub cores: usize,
    pub polls_answered: u64,
    pub polls_failed: u64,
    pub polls_skipped: u64,
    pub polls_per_second: f64,
    pub cpu_seconds: f64,
    pub cpu_ms_per_poll: f64,
    pub cpu_percent_of_one_core: f64,
    pub memory_mb: f64,
    pub memory_kb_per_router: f64,
    pub late_ms: Spread,
    pub took_ms: Spread,
    pub rate_error_percent: RateError,
}

/// None where nothing was measured.
#[derive(Debug, Serialize)]
pub struct Spread {
    pub median: Option<f64>,
    pub p99: Option<f64>,
    pub worst: Option<f64>,
}

#[derive(Debug, Serialize)]
pub struct RateError {
    /// Directions of interfaces.
    pub means: usize,
    pub of_means: Spread,
    pub values: usize,
    pub of_values: Spread,
}

/// What was read at the beginning and at the end.
pub struct Measured {
    pub routers: usize,
    pub period: Duration,
    pub span: Duration,
    pub polls: Polls,
    pub cpu: Duration,
    /// Bytes before the bot began, and at the end.
    pub memory: (u64, u64),
    pub errors: Errors,
}

impl Figures {
    pub fn of(measured: &Measured) -> Figures {
        let Measured { routers, polls, cpu, memory, errors, .. } = measured;
        let (span, cpu) = (measured.span.as_secs_f64(), cpu.as_secs_f64());
        let answered = polls.answered as f64;
        Figures {
            routers: *routers,
            period_seconds: measured.period.as_secs_f64(),
            measured_seconds: span,
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            polls_answered: polls.answered,
            polls_failed: polls.failed,
            polls_skipped: polls.skipped,
            polls_per_second: answered / span,
            cpu_seconds: cpu,
            cpu_ms_per_poll: cpu * 1_000.0 / answered,
            cpu_percent_of_one_core: cpu * 100.0 / span,
            memory_mb: memory.1 as f64 / 1e6,
            memory_kb_per_router: memory.1.saturating_sub(memory.0) as f64 / 1e3 / *routers as f64,
            late_ms: milliseconds(&polls.late),
            took_ms: milliseconds(&polls.took),
            rate_error_percent: RateError {
                means: errors.means.len(),
                of_means: percent(&errors.means),
                values: errors.values.len(),
                of_values: percent(&errors.values),
            },
        }
    }

    pub fn print(&self) {
        let rates = &self.rate_error_percent;
        let lines = [
            ("routers", format!("{}", self.routers), "simulated, in a process of their own".to_owned()),
            ("period", format!("{} s", self.period_seconds), "each router, each of its probes".to_owned()),
            ("machine", format!("{} cores", self.cores), "shared with the simulated routers".to_owned()),
            ("measured for", format!("{:.1} s", self.measured_seconds), "after the first round".to_owned()),
            (
                "polls answered",
                format!("{}", self.polls_answered),
                format!("{} failed, {} skipped", self.polls_failed, self.polls_skipped),
            ),
            ("polls a second", format!("{:.1}", self.polls_per_second), "answered ones".to_owned()),
            (
                "CPU per poll",
                format!("{:.3} ms", self.cpu_ms_per_poll),
                format!("{:.2} s of this process, user and kernel", self.cpu_seconds),
            ),
            ("CPU share", format!("{:.1} %", self.cpu_percent_of_one_core), "of one core".to_owned()),
            ("memory", format!("{:.1} MB", self.memory_mb), "resident, at the end".to_owned()),
            (
                "memory per router",
                format!("{:.0} kB", self.memory_kb_per_router),
                "what came since before the bot began, by routers".to_owned(),
            ),
            ("polls began late", self.late_ms.shown("ms"), "after their due time".to_owned()),
            ("polls took", self.took_ms.shown("ms"), "from beginning to end".to_owned()),
            (
                "error of mean rates",
                rates.of_means.shown("%"),
                format!("{} directions of interfaces, over the whole time", rates.means),
            ),
            (
                "error of each value",
                rates.of_values.shown("%"),
                format!("{} values, each over its own interval", rates.values),
            ),
        ];
        for (name, value, how) in lines {
            say(&format!("{name:<20} {value:<42} {how}"));
        }
    }
}

impl Spread {
    fn shown(&self, unit: &str) -> String {
        let one = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"));
        format!("{} {unit}, 99 % {}, worst {}", one(self.median), one(self.p99), one(self.worst))
    }
}

fn milliseconds(spans: &Spans) -> Spread {
    let at = |percent| spans.percentile(percent).map(|span| span.as_secs_f64() * 1_000.0);
    Spread { median: at(50), p99: at(99), worst: at(100) }
}

fn percent(errors: &[f64]) -> Spread {
    let at = |place| percentile(errors, place).map(|error| error * 100.0);
    Spread { median: at(50), p99: at(99), worst: at(100) }
}
