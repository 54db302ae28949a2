//! Every router in one line each, the worst first: a table while it fits, and the rest as a file.

use super::standing::{Grade, Standing, uptime};
use crate::model::{Arg, Block, Document, Facts, Reach, Table, Text};
use std::time::Duration;

/// More routers than this go to a file.
const INLINE: usize = 30;

pub fn list(document: Document, all: &[Standing<'_>], facts: &Facts) -> Document {
    let rows: Vec<Vec<Text>> = all.iter().take(INLINE).map(|standing| row(standing, facts)).collect();
    let document = document.with(Block::Table(Table {
        head: vec![
            text!("status.head_router"),
            text!("status.head_state"),
            text!("status.head_cpu"),
            text!("status.head_memory"),
            text!("status.head_up"),
        ],
        rows,
    }));
    match all.len().saturating_sub(INLINE) {
        0 => document,
        more => {
            let name = format!("status_{}.txt", facts.now.wall.utc().format("%Y%m%d-%H%M%S"));
            let lines = all.iter().map(|standing| line(standing, facts)).collect();
            document
                .with_detail(text!("output.more_in_file", count = more))
                .with(Block::Listing { name, lines })
        }
    }
}

fn row(standing: &Standing<'_>, facts: &Facts) -> Vec<Text> {
    // What was true when it last answered is not shown beside what is true now.
    let vitals = standing.vitals.filter(|vitals| vitals.reach == Reach::Up && standing.grade != Grade::Stale);
    let percent = |value: Option<f64>| match value {
        Some(value) => text!("status.percent", value = Arg::Percent(value)),
        None => text!("value.none"),
    };
    vec![
        Text::verbatim(standing.device.name.as_str()),
        state(standing),
        percent(vitals.and_then(|vitals| vitals.cpu.as_ref()).map(|seen| seen.value)),
        percent(vitals.and_then(|vitals| vitals.memory.as_ref()).map(|seen| seen.value)),
        match vitals.and_then(|vitals| uptime(vitals, facts)) {
            Some(up) => text!("status.span", span = whole(up)),
            None => text!("value.none"),
        },
    ]
}

/// Days, or hours, or minutes: a column of a phone has no room for two.
fn whole(span: Duration) -> Duration {
    let seconds = span.as_secs();
    let unit = [86_400, 3_600, 60].into_iter().find(|unit| seconds >= *unit).unwrap_or(1);
    Duration::from_secs(seconds / unit * unit)
}

/// One word, at most eight columns.
fn state(standing: &Standing<'_>) -> Text {
    match (standing.grade, standing.alerts.first().and_then(|alert| alert.incident)) {
        (Grade::Critical | Grade::Warning, Some(id)) => {
            text!("status.state_alert", number = id.to_string())
        }
        (Grade::Critical | Grade::Warning, None) => text!("status.state_alerts"),
        (Grade::Down, _) => text!("status.state_down"),
        (Grade::Refused, _) => text!("status.state_refused"),
        (Grade::NoRestconf, _) => text!("status.state_no_restconf"),
        (Grade::Stale, _) => text!("status.state_stale"),
        (Grade::Rebooting, _) => text!("status.state_rebooting"),
        (Grade::Unseen, _) => text!("status.state_unseen"),
        (Grade::Never, _) => text!("status.state_never"),
        (Grade::Unsaved, _) => text!("status.state_unsaved"),
        (Grade::Unwatched, _) => text!("status.state_unwatched"),
        (Grade::Well, _) => text!("status.state_well"),
    }
}

fn line(standing: &Standing<'_>, facts: &Facts) -> Text {
    let device = standing.device.name.as_str();
    let what = match standing.grade {
        Grade::Unsaved => text!("status.unsaved"),
        _ => standing.headline(facts),
    };
    match standing.detail(facts).filter(|_| standing.device.monitored) {
        Some(detail) => text!("status.listed", device = device, what = what, detail = detail),
        None => text!("status.router", device = device, what = what),
    }
}
