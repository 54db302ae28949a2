//! `rules.toml` into [`Rules`]: every mistake at once with its line and its cure, and what is no mistake
//! in writing but could never work is a mistake too.

use crate::model::route::{EVERYWHERE, Hours, Route, To, WEEK, read_days};
use crate::model::rule::{Interfaces, Rule, Rules};
use crate::model::written::{Fields, Section, either, nearest};
use crate::model::{Metric, Problem, Selector, Severity, Source, Unit};
use std::time::Duration;

const SEVERITIES: [(&str, Severity); 2] = [("warning", Severity::Warning), ("critical", Severity::Critical)];
const WATCHED: &str = "watched";
const CLEAR_FOR: Duration = Duration::from_secs(120);
const REPEAT: Duration = Duration::from_secs(1_800);
/// Points below the raise level at which a percentage clears when nothing else is said.
const CLEAR_BELOW: f64 = 10.0;

impl Rules {
    pub fn checked(source: &Source) -> Result<Rules, Vec<Problem>> {
        let (rules, problems) = Section::whole(source)?.read(|root| {
            let rules = Rules { rules: rules(root), routes: routes(root) };
            if rules.rules.is_empty() {
                root.wrong("rule", "no rule: nothing would ever be told", "add [[rule]] tables");
            }
            if rules.routes.is_empty() {
                let hint = "add [[route]] with to = [\"channel:address\"]";
                root.wrong("route", "no route: nobody would be told of any alert", hint);
            }
            rules
        });
        if problems.is_empty() { Ok(rules) } else { Err(problems) }
    }

    /// Routes to channels that do not exist, `known` being those that do.
    pub fn lost_routes(&self, source: &Source, known: &[&str]) -> Vec<Problem> {
        let all = self.routes.iter().flat_map(|route| route.to.iter().map(move |to| (route, to)));
        let everywhere = |to: &To| to.channel == EVERYWHERE && to.address.is_none();
        let lost = all.filter(|(_, to)| !everywhere(to) && !known.contains(&to.channel.as_str()));
        lost.map(|(route, to)| Problem {
            file: source.file.clone(),
            line: route.line,
            what: format!("route to {:?}: there is no channel {}", to.to_string(), to.channel),
            hint: format!("use {}, or add the channel to the settings", either(known)),
        })
        .collect()
    }

    /// Routes to addresses that their channel could never reach. `instead` says how that channel writes
    /// an address, when this one does not fit.
    pub fn bad_addresses(
        &self,
        source: &Source,
        instead: impl Fn(&str, &str) -> Option<&'static str>,
    ) -> Vec<Problem> {
        let all = self.routes.iter().flat_map(|route| route.to.iter().map(move |to| (route, to)));
        all.filter_map(|(route, to)| {
            let (channel, address) = (&to.channel, to.address.as_ref()?);
            let written = instead(channel, address)?;
            Some(Problem {
                file: source.file.clone(),
                line: route.line,
                what: format!("route to {:?}: {address:?} is no address of {channel}", to.to_string()),
                hint: format!("write it as \"{channel}:{written}\", or {channel:?} for its own places"),
            })
        })
        .collect()
    }
}

fn rules(root: &Fields<'_>) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    for fields in root.tables("rule") {
        let rule = rule(&fields);
        if let Some(rule) = rule {
            if rules.iter().any(|other| other.name == rule.name) {
                let what = format!("rule.name {:?} is there twice", rule.name);
                fields.wrong("name", what, "give each rule a name of its own");
            }
            rules.push(rule);
        }
        fields.done();
    }
    rules
}

/// None when so much is wrong that there is no rule; what is wrong was noted.
fn rule(fields: &Fields<'_>) -> Option<Rule> {
    let name = name(fields);
    let metric = metric(fields);
    let raise_above = fields.decimal("raise_above");
    let clear = fields.decimal("clear_at_or_below");
    let critical_above = fields.decimal("critical_above");
    if !fields.has("raise_above") {
        let hint = "say above which value it raises, such as raise_above = 90";
        fields.wrong("raise_above", "rule.raise_above is missing", hint);
    }
    let min_samples = fields.number("min_samples", 1..=1_000).unwrap_or(1);
    let held_for = fields.span("for").unwrap_or_default();
    let clear_for = fields.span("clear_for").unwrap_or(CLEAR_FOR);
    let repeat = fields.span("repeat").unwrap_or(REPEAT);
    let severity = severity(fields);
    let selector = selector(fields);
    let interfaces = interfaces(fields, metric);
    let (metric, raise_above, severity) = (metric?, raise_above?, severity?);
    let rule = Rule {
        name,
        metric,
        raise_above,
        clear_at_or_below: clear.unwrap_or_else(|| usual_clear(metric, raise_above)),
        held_for,
        min_samples: u32::try_from(min_samples).unwrap_or(1),
        clear_for,
        repeat,
        severity,
        critical_above,
        selector,
        interfaces,
    };
    lint(fields, &rule);
    Some(rule)
}

fn name(fields: &Fields<'_>) -> String {
    let hint = "use small letters, digits, '_' and '-', a letter first, at most 40";
    let name = fields.required("name", hint);
    let fits = name.len() <= 40
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-'));
    if !name.is_empty() && !fits {
        fields.wrong("name", format!("rule.name {name:?} is no name"), hint);
    }
    name
}

fn metric(fields: &Fields<'_>) -> Option<Metric> {
    let names = Metric::ALL.map(Metric::name);
    let typed = fields.text("metric");
    if !fields.has("metric") {
        fields.wrong("metric", "rule.metric is missing", format!("use {}", either(&names)));
    }
    let typed = typed?;
    let metric = Metric::named(&typed);
    if metric.is_none() {
        let hint = match nearest(&typed, names).first() {
            Some(near) => format!("did you mean {near}?"),
            None => format!("use {}", either(&names)),
        };
        fields.wrong("metric", format!("rule.metric {typed:?} is unknown"), hint);
    }
    metric
}

fn severity(fields: &Fields<'_>) -> Option<Severity> {
    if !fields.has("severity") {
        fields.wrong("severity", "rule.severity is missing", "use warning or critical");
    }
    fields.choice("severity", &SEVERITIES)
}

fn selector(fields: &Fields<'_>) -> Selector {
    let Some(typed) = fields.text("selector") else { return Selector::all() };
    typed.parse().unwrap_or_else(|error: String| {
        let hint = "write it as all, R1, R*, site:hanoi, tag:edge or !R3, joined by commas";
        fields.wrong("selector", format!("{}: {error}", fields.name("selector")), hint);
        Selector::all()
    })
}

fn interfaces(fields: &Fields<'_>, metric: Option<Metric>) -> Interfaces {
    if !fields.has("interfaces") {
        return Interfaces::Watched;
    }
    if let Some(metric) = metric.filter(|metric| metric.interface("").is_none()) {
        fields.wrong("interfaces", format!("rule.interfaces: {metric} has no interfaces"), "take it out");
    }
    let hint = "say \"watched\", or names as [\"Gi1\", \"Te*\"]";
    match fields.is_list("interfaces") {
        true => match fields.texts("interfaces") {
            Some(names) if !names.is_empty() && names.iter().all(|name| !name.trim().is_empty()) => {
                Interfaces::Named(names.iter().map(|name| name.trim().to_lowercase()).collect())
            }
            Some(_) => {
                fields.wrong("interfaces", "rule.interfaces names none", hint);
                Interfaces::Watched
            }
            None => Interfaces::Watched,
        },
        false => {
            if fields.text("interfaces").is_some_and(|word| word != WATCHED) {
                fields.wrong("interfaces", "rule.interfaces is no list", hint);
            }
            Interfaces::Watched
        }
    }
}

fn usual_clear(metric: Metric, raise_above: f64) -> f64 {
    match metric.unit() {
        Unit::Percent => raise_above - CLEAR_BELOW,
        Unit::BitsPerSecond | Unit::Seconds | Unit::State => raise_above,
    }
}

/// What can be read and would never work.
fn lint(fields: &Fields<'_>, rule: &Rule) {
    let metric = rule.metric;
    if rule.clear_at_or_below > rule.raise_above {
        let what = format!("rule.clear_at_or_below {} is above raise_above", rule.clear_at_or_below);
        fields.wrong("clear_at_or_below", what, format!("use at most {}", rule.raise_above));
    }
    if rule.clear_at_or_below < 0.0 {
        let what = "rule.clear_at_or_below is under 0: it could never clear";
        fields.wrong("clear_at_or_below", what, "no value is under 0; use 0 or more");
    }
    if let Some(highest) = metric.highest() {
        for (key, level) in [("raise_above", Some(rule.raise_above)), ("critical_above", rule.critical_above)]
        {
            if level.is_some_and(|level| level >= highest) {
                let what = format!("{}: {metric} is never above {highest}", fields.name(key));
                fields.wrong(key, what, format!("use less than {highest}"));
            }
        }
    }
    if rule.critical_above.is_some_and(|level| level < rule.raise_above) {
        let what = "rule.critical_above is under raise_above";
        fields.wrong("critical_above", what, "use raise_above or more, or severity = \"critical\"");
    }
    if rule.critical_above.is_some() && rule.severity == Severity::Critical {
        let what = "rule.critical_above: it is always critical";
        fields.wrong("critical_above", what, "say severity = \"warning\", or take it out");
    }
    if rule.repeat.is_zero() {
        fields.wrong("repeat", "rule.repeat is zero: it would never stop ringing", "use 30m");
    }
}

fn routes(root: &Fields<'_>) -> Vec<Route> {
    let read = |fields: &Fields<'_>| {
        let route = Route {
            severity: fields.choice("severity", &SEVERITIES).unwrap_or(Severity::Warning),
            selector: selector(fields),
            hours: hours(fields),
            days: days(fields),
            to: to(fields),
            line: fields.line(),
        };
        fields.done();
        route
    };
    root.tables("route").iter().map(read).collect()
}

fn hours(fields: &Fields<'_>) -> Option<Hours> {
    let typed = fields.text("hours")?;
    let hours = Hours::read(&typed);
    if hours.is_none() {
        let hint = "write them as 07:00-22:00, or 22:00-07:00 over midnight; leave them out for always";
        fields.wrong("hours", format!("route.hours {typed:?} are no hours"), hint);
    }
    hours
}

fn days(fields: &Fields<'_>) -> Vec<chrono::Weekday> {
    let every = || WEEK.iter().map(|(_, day)| *day).collect();
    let Some(typed) = fields.text("days") else { return every() };
    read_days(&typed).unwrap_or_else(|| {
        let hint = "write them as mon-fri or sat,sun; leave them out for every day";
        fields.wrong("days", format!("route.days {typed:?} are no days"), hint);
        every()
    })
}

fn to(fields: &Fields<'_>) -> Vec<To> {
    let hint = "write to = [\"channel:address\"], or [\"channel\"] for its own place";
    let typed = fields.texts("to");
    if !fields.has("to") || typed.as_ref().is_some_and(Vec::is_empty) {
        fields.wrong("to", "route.to names nobody", hint);
    }
    let read = |typed: &String| {
        let to = To::read(typed);
        if to.is_none() {
            fields.wrong("to", format!("route.to {typed:?} is no destination"), hint);
        }
        to
    };
    typed.iter().flatten().filter_map(read).collect()
}
