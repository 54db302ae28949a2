//! Why an alert is as it is, for `/why <n>`: its state, how it came to it, which timers run, what holds
//! it back and who took it.

use super::notice::About;
use super::rule::Rule;
use crate::model::{Alert, Silence, Text, Transition};

/// `rule` is none when it is gone. Lines in reading order.
pub fn why(
    rule: Option<&Rule>,
    alert: &Alert,
    transitions: &[Transition],
    silences: &[Silence],
    about: &About<'_>,
) -> Vec<Text> {
    let _ = (rule, alert, transitions, silences, about);
    Vec::new()
}
