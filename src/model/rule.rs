//! A rule: of which values it speaks, when it raises, when it clears. Made by `file.rs` out of
//! `rules.toml`, so that one that is here has been checked.

use super::route::Route;
use crate::model::selector::glob;
use crate::model::{Device, Metric, Reading, Selector, Severity};
use std::time::Duration;

/// Every rule and route, swapped as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    pub rules: Vec<Rule>,
    pub routes: Vec<Route>,
}

/// Its id is its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    pub name: String,
    pub metric: Metric,
    /// A value above it is a breach; the level itself is none.
    pub raise_above: f64,
    /// A value at or below it is clear; between the two neither.
    pub clear_at_or_below: f64,
    /// How long it must be breached, from the first breach to the last.
    pub held_for: Duration,
    /// How many values must breach, at least 1.
    pub min_samples: u32,
    /// How long it must be clear, with at least two values.
    pub clear_for: Duration,
    /// From one push to the next while it lasts and nobody has taken it.
    pub repeat: Duration,
    pub severity: Severity,
    /// Above it the alert is critical.
    pub critical_above: Option<f64>,
    pub selector: Selector,
    pub interfaces: Interfaces,
}

/// Of which interfaces a rule speaks, where its metric has some. Only watched ones are measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Interfaces {
    /// Every watched one.
    Watched,
    /// Of the watched ones those whose name fits: `Gi1`, `Gi*`, `GigabitEthernet0/0/?`. Lower case.
    Named(Vec<String>),
}

impl Rules {
    pub fn rule(&self, name: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.name == name)
    }

    /// The same rules with times that nobody has to wait for: a thirtieth (5 min become 10 s, 30 min
    /// become 1 min), at least a second. For demonstrations.
    #[must_use]
    pub fn in_a_hurry(mut self) -> Rules {
        let shorter = |span: Duration| match span.is_zero() {
            true => span,
            false => (span / 30).max(Duration::from_secs(1)),
        };
        for rule in &mut self.rules {
            rule.held_for = shorter(rule.held_for);
            rule.clear_for = shorter(rule.clear_for);
            rule.repeat = shorter(rule.repeat);
        }
        self
    }
}

impl Rule {
    /// Whether it speaks of this object of this router.
    pub fn speaks_of(&self, device: &Device, metric: Metric, object: &str) -> bool {
        self.metric == metric
            && self.selector.matches(device)
            && metric.interface(object).is_none_or(|interface| self.interfaces.hold(interface))
    }

    pub fn verdict(&self, reading: Reading) -> Verdict {
        match reading {
            Reading::Known(value) if !value.is_finite() => Verdict::Unknown,
            Reading::Known(value) if value > self.raise_above => Verdict::Breach(value),
            Reading::Known(value) if value <= self.clear_at_or_below => Verdict::Clear(value),
            Reading::Known(value) => Verdict::Band(value),
            Reading::Unknown(_) | Reading::Ended(_) => Verdict::Unknown,
        }
    }

    pub fn severity_of(&self, value: f64) -> Severity {
        match self.critical_above {
            Some(level) if value > level => Severity::Critical,
            Some(_) | None => self.severity,
        }
    }
}

/// What one value is to one rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    Breach(f64),
    /// Between the two levels.
    Band(f64),
    Clear(f64),
    Unknown,
}

impl Interfaces {
    pub fn hold(&self, interface: &str) -> bool {
        match self {
            Interfaces::Watched => true,
            Interfaces::Named(patterns) => {
                let name = interface.to_lowercase();
                patterns.iter().any(|pattern| glob(pattern, &name) || short(pattern, &name))
            }
        }
    }
}

/// `gi1` names `gigabitethernet1`: letters may be cut short, numbers may not.
fn short(pattern: &str, name: &str) -> bool {
    let number = |c: char| c.is_ascii_digit() || c == '*' || c == '?';
    let cut = |text: &str, at: fn(char) -> bool| -> Option<(String, String)> {
        let (letters, rest) = text.split_at(text.find(at)?);
        Some((letters.to_owned(), rest.to_owned()))
    };
    match (cut(pattern, number), cut(name, |c| c.is_ascii_digit())) {
        (Some((letters, wanted)), Some((word, rest))) => word.starts_with(&letters) && glob(&wanted, &rest),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interfaces_are_named_as_people_name_them() {
        for (pattern, name, fits) in [
            ("gi1", "GigabitEthernet1", true),
            ("gi1", "GigabitEthernet10", false),
            ("gi*", "GigabitEthernet10", true),
            ("gi0/0/?", "GigabitEthernet0/0/1", true),
            ("gigabitethernet1", "GigabitEthernet1", true),
            ("te1", "GigabitEthernet1", false),
            ("*ethernet1", "GigabitEthernet1", true),
            ("*", "Port-channel1", true),
            ("po1", "Port-channel1", true),
        ] {
            assert_eq!(Interfaces::Named(vec![pattern.to_owned()]).hold(name), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn a_demonstration_waits_a_thirtieth() {
        let rules = Rules::checked(&crate::embedded::rules()).unwrap().in_a_hurry();
        let cpu = rules.rule("cpu").unwrap();
        assert_eq!((cpu.held_for.as_secs(), cpu.repeat.as_secs()), (10, 60));
        assert_eq!(rules.rule("unreachable").unwrap().held_for, Duration::ZERO);
        assert_eq!(rules.rule("unreachable").unwrap().clear_for.as_secs(), 1);
    }
}
