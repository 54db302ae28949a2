//! A chart as it is asked for: which series over which span, and what to mark. It is drawn by flow
//! when the message is sent, outside any transaction.

use super::metric::{Series, Unit};
use super::text::Text;
use super::time::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// `R1 Gi1 to ISP-A`, the first line of the picture.
    pub title: Text,
    /// For the file's name: letters, digits and `-`.
    pub name: String,
    pub curves: Vec<Curve>,
    pub from: Timestamp,
    pub to: Timestamp,
    pub unit: Unit,
    /// A line across: the interface's speed, a rule's limit.
    pub capacity: Option<f64>,
    pub marks: Vec<Mark>,
    /// Values before this were made up by the lab.
    pub simulated_until: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    pub series: Series,
    /// `in`, `out`, `CPU`.
    pub label: Text,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    pub at: Timestamp,
    pub what: Marked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Marked {
    Reboot,
    Backup,
}

/// A picture that was drawn for one message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawn {
    /// `R1-Gi1-1402.png`
    pub name: String,
    pub png: Vec<u8>,
    /// The same curves for a terminal, in order.
    pub sparklines: Vec<Sparkline>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Sparkline {
    pub label: Text,
    /// `▂▃▃▄▅▅▆▇▆▅▅▄▄▃`, a space where nothing is known.
    pub bars: String,
    /// `peak 640 Mb/s at 13:20`
    pub note: Text,
}
