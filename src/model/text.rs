//! Public texts: a key into a catalogue and its arguments. The English catalogue is
//! `config/texts/en/*.toml`; another language is only another folder. [`text!`](crate::text!) makes one; a law
//! test holds every `text!` in the sources against the catalogue, both ways.

use super::person::Reader;
use super::time::{Timestamp, spoken};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// What is said, before a language is chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Text {
    pub key: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, Arg>,
}

/// A value inside a text, kept as what it is until the reader is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arg {
    Word(String),
    Count(i64),
    Bytes(u64),
    Span(Duration),
    /// Bits per second.
    Rate(f64),
    Percent(f64),
    /// Time of day; with the date when it is not the reader's today.
    Time(Timestamp),
    /// Time of day with its seconds, for what happens step by step.
    Second(Timestamp),
    /// Time of day with the name of the reader's zone.
    Zoned(Timestamp),
    /// How long ago, counted when the text is laid out.
    Ago(Timestamp),
    Text(Box<Text>),
    List(Vec<Arg>),
}

/// `text!("backup.done", count = 3, device = name)`: the key and named arguments.
#[macro_export]
macro_rules! text {
    ($key:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::model::text::Text {
            key: $key.to_owned(),
            args: std::collections::BTreeMap::from([
                $((stringify!($name).to_owned(), $crate::model::text::Arg::from($value)),)*
            ]),
        }
    };
}

impl Text {
    /// Words that are nobody's language: a line from a router, a name.
    pub fn verbatim(words: impl Into<String>) -> Text {
        Text {
            key: VERBATIM.to_owned(),
            args: BTreeMap::from([("words".to_owned(), Arg::Word(words.into()))]),
        }
    }
}

const VERBATIM: &str = "verbatim";

macro_rules! from {
    ($($type:ty => $variant:ident $(. $convert:ident)?),* $(,)?) => {$(
        impl From<$type> for Arg {
            fn from(value: $type) -> Arg { Arg::$variant(value$(.$convert())?) }
        }
    )*};
}
from! {
    String => Word, &str => Word.to_owned, &String => Word.to_owned, i64 => Count, u64 => Bytes,
    Duration => Span, Timestamp => Time,
}
impl From<usize> for Arg {
    fn from(value: usize) -> Arg {
        Arg::Count(i64::try_from(value).unwrap_or(i64::MAX))
    }
}
impl From<u16> for Arg {
    fn from(value: u16) -> Arg {
        Arg::Count(i64::from(value))
    }
}
impl From<Text> for Arg {
    fn from(value: Text) -> Arg {
        Arg::Text(Box::new(value))
    }
}
impl<T: Into<Arg>> From<Vec<T>> for Arg {
    fn from(values: Vec<T>) -> Arg {
        Arg::List(values.into_iter().map(Into::into).collect())
    }
}

/// One language: key to sentence. A sentence that counts has a form for one and one for others.
#[derive(Clone, Debug, Default)]
pub struct Texts(BTreeMap<String, Entry>);

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Entry {
    Plain(String),
    /// Chosen by the argument `count`.
    Counted {
        one: String,
        other: String,
    },
}

impl Texts {
    pub fn new(entries: impl IntoIterator<Item = (String, Entry)>) -> Texts {
        Texts(entries.into_iter().collect())
    }

    pub fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.0.iter().map(|(key, entry)| (key.as_str(), entry))
    }

    /// The sentence for this reader. A key that is missing shows itself: a law test keeps that from
    /// happening, and an operator at night is better served by a bare key than by nothing.
    pub fn render(&self, text: &Text, reader: &Reader, now: Timestamp) -> String {
        if text.key == VERBATIM {
            return match text.args.get("words") {
                Some(arg) => self.say(arg, reader, now),
                None => String::new(),
            };
        }
        let template = match self.0.get(&text.key) {
            Some(Entry::Plain(sentence)) => sentence,
            Some(Entry::Counted { one, .. }) if text.args.get("count") == Some(&Arg::Count(1)) => one,
            Some(Entry::Counted { other, .. }) => other,
            None => &text.key,
        };
        self.fill(template, text, reader, now)
    }

    fn fill(&self, template: &str, text: &Text, reader: &Reader, now: Timestamp) -> String {
        let mut said = String::with_capacity(template.len() + 32);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            said.push_str(before);
            let Some((name, tail)) = after.split_once('}') else {
                said.push('{');
                rest = after;
                continue;
            };
            match text.args.get(name) {
                Some(arg) => said.push_str(&self.say(arg, reader, now)),
                None => {
                    said.push('{');
                    said.push_str(name);
                    said.push('}');
                }
            }
            rest = tail;
        }
        said.push_str(rest);
        said
    }

    fn say(&self, arg: &Arg, reader: &Reader, now: Timestamp) -> String {
        match arg {
            Arg::Word(word) => word.clone(),
            Arg::Count(number) => number.to_string(),
            Arg::Bytes(bytes) => size(*bytes),
            Arg::Span(span) => spoken(*span),
            Arg::Time(at) => reader.clock(*at, now),
            Arg::Second(at) => reader.second(*at),
            Arg::Zoned(at) => reader.zoned(*at, now),
            Arg::Ago(at) => spoken(whole_seconds(now.since(*at))),
            Arg::Rate(bits) => rate(*bits),
            Arg::Percent(share) => percent(*share),
            Arg::Text(text) => self.render(text, reader, now),
            Arg::List(items) => {
                items.iter().map(|item| self.say(item, reader, now)).collect::<Vec<_>>().join(", ")
            }
        }
    }
}

/// Tenths of a second are noise in "12 min ago".
fn whole_seconds(span: Duration) -> Duration {
    Duration::from_secs(span.as_secs().max(1))
}

/// `7.3 KB`, as file managers count: 1 KB is 1,000 bytes.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{}.{} KB", bytes / 1_000, bytes % 1_000 / 100),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// Bits per second as engineers say them, three digits that count: `412 Mb/s`, `1.21 Gb/s`; steps of 1,000.
pub fn rate(bits: f64) -> String {
    let bits = if bits.is_finite() { bits.max(0.0) } else { 0.0 };
    let units = [(1e12, "Tb/s"), (1e9, "Gb/s"), (1e6, "Mb/s"), (1e3, "kb/s")];
    // What would round to 1000 of a unit is 1 of the next.
    let (unit, name) = units.into_iter().find(|(unit, _)| bits >= unit * 0.9995).unwrap_or((1.0, "b/s"));
    let value = bits / unit;
    let digits = match value {
        _ if unit == 1.0 || value >= 99.95 => 0,
        _ if value >= 9.995 => 1,
        _ => 2,
    };
    let said = format!("{value:.digits$}");
    let said = if digits > 0 { said.trim_end_matches('0').trim_end_matches('.') } else { &said };
    format!("{said} {name}")
}

/// `41 %`; below ten with one decimal where it is not whole: `3.3 %`.
pub fn percent(share: f64) -> String {
    let share = if share.is_finite() { share } else { 0.0 };
    let tenths = (share * 10.0).round() / 10.0;
    match tenths < 10.0 && tenths.fract() != 0.0 {
        true => format!("{tenths:.1} %"),
        false => format!("{:.0} %", tenths + 0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts() -> Texts {
        Texts::new([
            ("plain".to_owned(), Entry::Plain("{device} took {span}".to_owned())),
            (
                "count".to_owned(),
                Entry::Counted { one: "one router".to_owned(), other: "{count} routers".to_owned() },
            ),
        ])
    }

    fn said(text: &Text) -> String {
        texts().render(text, &Reader::default(), Timestamp(0))
    }

    #[test]
    fn arguments_are_filled_in_and_counts_choose_the_form() {
        assert_eq!(
            said(&text!("plain", device = "R1", span = Duration::from_secs(75))),
            "R1 took 1 min 15 s"
        );
        assert_eq!(said(&text!("count", count = 1usize)), "one router");
        assert_eq!(said(&text!("count", count = 4usize)), "4 routers");
    }

    #[test]
    fn rates_and_percentages_are_said_as_engineers_say_them() {
        for (bits, said) in [
            (0.0, "0 b/s"),
            (999.0, "999 b/s"),
            (999.8, "1 kb/s"),
            (1_210.0, "1.21 kb/s"),
            (64_000.0, "64 kb/s"),
            (412_345_678.0, "412 Mb/s"),
            (41_260_000.0, "41.3 Mb/s"),
            (999_999_999.0, "1 Gb/s"),
            (1_234_000_000.0, "1.23 Gb/s"),
            (100_000_000_000.0, "100 Gb/s"),
        ] {
            assert_eq!(rate(bits), said);
        }
        for (share, said) in [
            (0.0, "0 %"),
            (0.04, "0 %"),
            (3.27, "3.3 %"),
            (7.0, "7 %"),
            (9.97, "10 %"),
            (41.4, "41 %"),
            (100.0, "100 %"),
        ] {
            assert_eq!(percent(share), said);
        }
    }

    #[test]
    fn what_an_argument_says_is_never_read_as_a_template() {
        assert_eq!(said(&text!("plain", device = "{span}", span = "x")), "{span} took x");
        assert_eq!(said(&Text::verbatim("{device}")), "{device}");
    }

    #[test]
    fn a_rate_that_is_none_is_said_as_nothing() {
        for (bits, told) in [(f64::NAN, "0 b/s"), (-1.0, "0 b/s"), (0.4, "0 b/s"), (1e15, "1000 Tb/s")] {
            assert_eq!(rate(bits), told, "{bits}");
        }
        assert_eq!(percent(f64::NAN), "0 %");
        let text = text!("plain", device = Arg::Rate(412e6), span = Arg::Percent(41.2));
        assert_eq!(said(&text), "412 Mb/s took 41 %");
    }
}
