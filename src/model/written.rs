//! Files that people write (settings, command files, texts), read so that every mistake is told at
//! once with its line and its cure. A file is opened as [`Section`], its keys are taken from
//! [`Fields`], and what was never asked for is a mistake too.

use super::time::read_span;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A file before it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub file: String,
    pub text: String,
}

impl Source {
    pub fn new(file: impl Into<String>, text: impl Into<String>) -> Source {
        Source { file: file.into(), text: text.into() }
    }
}

/// One mistake: `commands/arp.toml:4: risk "reed" is unknown; use read, change or disruptive`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    pub file: String,
    pub line: usize,
    pub what: String,
    pub hint: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)?;
        match self.hint.is_empty() {
            true => Ok(()),
            false => write!(f, "; {}", self.hint),
        }
    }
}

/// A file or one table of it, kept with its lines until somebody knows how to read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    source: Source,
    /// The offset at which each line begins.
    starts: Vec<usize>,
    /// The keys that lead to the table; none for the whole file.
    path: Vec<String>,
}

impl Section {
    /// The whole file. Where the TOML itself is broken, the mistakes and nothing else.
    pub fn whole(source: &Source) -> Result<Section, Vec<Problem>> {
        let newlines = source.text.match_indices('\n').map(|(at, _)| at + 1);
        let starts = std::iter::once(0).chain(newlines).collect();
        let section = Section { source: source.clone(), starts, path: Vec::new() };
        let (_, errors) = DeTable::parse_recoverable(&source.text);
        if errors.is_empty() {
            return Ok(section);
        }
        let problem = |error: &toml::de::Error| {
            let at = error.span().map_or(0, |span| span.start);
            section.problem(at, one_line(error.message()), "see https://toml.io for how TOML is written")
        };
        Err(errors.iter().map(problem).collect())
    }

    /// Reads it: `reader` takes what it knows, every mistake is collected, leftovers are mistakes.
    pub fn read<T>(&self, reader: impl FnOnce(&Fields<'_>) -> T) -> (T, Vec<Problem>) {
        let (value, notes) = self.read_noting(reader);
        (value, notes.problems)
    }

    /// The keys that `reader` asks for, so that a test can hold an example file against them.
    pub fn asked(&self, reader: impl FnOnce(&Fields<'_>)) -> BTreeSet<String> {
        self.read_noting(reader).1.asked
    }

    fn read_noting<T>(&self, reader: impl FnOnce(&Fields<'_>) -> T) -> (T, Notes) {
        let (root, _) = DeTable::parse_recoverable(&self.source.text);
        let notes = RefCell::new(Notes::default());
        let (mut at, mut table) = (0, root.get_ref());
        for key in &self.path {
            if let Some(value) = table.get(key.as_str())
                && let Some(inner) = value.get_ref().as_table()
            {
                (at, table) = (value.span().start, inner);
            }
        }
        let prefix = self.path.iter().map(|key| format!("{key}.")).collect();
        let known = RefCell::new(BTreeSet::new());
        let fields = Fields { section: self, notes: &notes, prefix, at, table, known };
        let value = reader(&fields);
        fields.done();
        let mut notes = notes.into_inner();
        notes.problems.sort();
        (value, notes)
    }

    fn line(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at).max(1)
    }

    fn problem(&self, at: usize, what: impl Into<String>, hint: impl Into<String>) -> Problem {
        Problem { file: self.source.file.clone(), line: self.line(at), what: what.into(), hint: hint.into() }
    }
}

fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[derive(Default)]
struct Notes {
    problems: Vec<Problem>,
    asked: BTreeSet<String>,
}

/// The keys of one table, taken one by one.
pub struct Fields<'a> {
    section: &'a Section,
    notes: &'a RefCell<Notes>,
    prefix: String,
    at: usize,
    table: &'a DeTable<'a>,
    known: RefCell<BTreeSet<String>>,
}

impl<'a> Fields<'a> {
    /// The line where the table begins.
    pub fn line(&self) -> usize {
        self.section.line(self.at)
    }

    /// The line of a key's value, or of the table when the key is missing.
    pub fn line_of(&self, key: &str) -> usize {
        self.section.line(self.offset(key))
    }

    pub fn has(&self, key: &str) -> bool {
        self.take(key).is_some()
    }

    /// The key with the tables that lead to it: `ssh.login`.
    pub fn name(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    pub fn is_table(&self, key: &str) -> bool {
        self.take(key).is_some_and(|value| value.get_ref().is_table())
    }

    pub fn is_list(&self, key: &str) -> bool {
        self.take(key).is_some_and(|value| value.get_ref().is_array())
    }

    pub fn text(&self, key: &str) -> Option<String> {
        self.typed(key, "is no text", "write it in quotes", |value| value.as_str().map(str::to_owned))
    }

    pub fn required(&self, key: &str, hint: &str) -> String {
        let text = self.text(key).unwrap_or_default();
        if !self.has(key) {
            self.wrong(key, format!("{} is missing", self.name(key)), hint);
        } else if text.trim().is_empty() && self.take(key).is_some_and(|value| value.get_ref().is_str()) {
            self.wrong(key, format!("{} is empty", self.name(key)), hint);
        }
        text
    }

    pub fn flag(&self, key: &str) -> Option<bool> {
        self.typed(key, "is neither true nor false", "write it without quotes", DeValue::as_bool)
    }

    pub fn number(&self, key: &str, range: RangeInclusive<i64>) -> Option<i64> {
        let number = self.typed(key, "is no whole number", "write digits without quotes", |value| {
            value.as_integer().and_then(|number| i64::from_str_radix(number.as_str(), number.radix()).ok())
        })?;
        if range.contains(&number) {
            return Some(number);
        }
        let hint = format!("use {} to {}", range.start(), range.end());
        self.wrong(key, format!("{} {number} is out of range", self.name(key)), hint);
        None
    }

    /// A number with or without a point.
    pub fn decimal(&self, key: &str) -> Option<f64> {
        self.typed(key, "is no number", "write it without quotes, such as 90 or 90.5", |value| {
            let float = || value.as_float()?.as_str().parse::<f64>().ok().filter(|number| number.is_finite());
            let whole = |number: &toml::de::DeInteger<'_>| {
                i64::from_str_radix(number.as_str(), number.radix()).ok().map(|number| number as f64)
            };
            value.as_integer().and_then(whole).or_else(float)
        })
    }

    pub fn span(&self, key: &str) -> Option<Duration> {
        let typed = self.text(key)?;
        let span = read_span(&typed);
        if span.is_none() {
            self.wrong(
                key,
                format!("{} {typed:?} is no duration", self.name(key)),
                "write it as 30s, 10m, 2h or 7d",
            );
        }
        span
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&self, key: &str, of: &[(&str, T)]) -> Option<T> {
        let typed = self.text(key)?;
        let found = of.iter().find(|(name, _)| *name == typed).map(|(_, value)| *value);
        if found.is_none() {
            let names: Vec<&str> = of.iter().map(|(name, _)| *name).collect();
            self.wrong(
                key,
                format!("{} {typed:?} is unknown", self.name(key)),
                format!("use {}", either(&names)),
            );
        }
        found
    }

    pub fn texts(&self, key: &str) -> Option<Vec<String>> {
        self.typed(key, "is no list of texts", "write it as [\"...\"]", |value| {
            value.as_array()?.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect()
        })
    }

    pub fn table(&self, key: &str) -> Option<Fields<'a>> {
        let value = self.take(key)?;
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wrong(key, format!("{} is no table", self.name(key)), format!("write [{}]", self.name(key)));
        }
        Some(self.inner(format!("{}{key}.", self.prefix), value.span().start, table?))
    }

    /// An array of tables, written `[[key]]` or `key = [{ ... }]`.
    pub fn tables(&self, key: &str) -> Vec<Fields<'a>> {
        let Some(value) = self.take(key) else { return Vec::new() };
        let items = value.get_ref().as_array().map(|items| items.iter());
        let tables: Option<Vec<_>> = items.and_then(|items| {
            items.map(|item| item.get_ref().as_table().map(|table| (item.span().start, table))).collect()
        });
        let Some(tables) = tables else {
            self.wrong(
                key,
                format!("{} is no list of tables", self.name(key)),
                format!("write {key} = [{{ ... }}]"),
            );
            return Vec::new();
        };
        let inner = |(at, table)| self.inner(format!("{}{key}.", self.prefix), at, table);
        tables.into_iter().map(inner).collect()
    }

    /// Every key of the table, for tables whose keys are names.
    pub fn keys(&self) -> Vec<String> {
        self.table.iter().map(|(key, _)| key.get_ref().to_string()).collect()
    }

    /// The table below `key`, kept for somebody else to read.
    pub fn section(&self, key: &str) -> Option<Section> {
        let fields = self.table(key)?;
        let path = fields.prefix.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        Some(Section { path, ..self.section.clone() })
    }

    /// Notes a mistake at a key, or at the table when the key is missing.
    pub fn wrong(&self, key: &str, what: impl Into<String>, hint: impl Into<String>) {
        let problem = self.section.problem(self.offset(key), what, hint);
        self.notes.borrow_mut().problems.push(problem);
    }

    /// Keys that nobody asked for are mistakes. Called for the root by [`Section::read`], and by
    /// whoever opened a table below it.
    pub fn done(&self) {
        let known = self.known.borrow();
        for (key, _) in self.table.iter() {
            let name = key.get_ref().to_string();
            if known.contains(&name) {
                continue;
            }
            let near = nearest(&name, known.iter().map(String::as_str));
            let hint = match near.first() {
                Some(near) => format!("did you mean {near}?"),
                None => format!("use {}", either(&known.iter().map(String::as_str).collect::<Vec<_>>())),
            };
            let problem =
                self.section.problem(key.span().start, format!("{}{name} is no key here", self.prefix), hint);
            self.notes.borrow_mut().problems.push(problem);
        }
    }

    fn take(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.known.borrow_mut().insert(key.to_owned());
        self.notes.borrow_mut().asked.insert(format!("{}{key}", self.prefix));
        self.table.get(key)
    }

    fn typed<T>(
        &self,
        key: &str,
        what: &str,
        hint: &str,
        read: impl Fn(&DeValue<'a>) -> Option<T>,
    ) -> Option<T> {
        let value = self.take(key)?;
        let read = read(value.get_ref());
        if read.is_none() {
            self.wrong(key, format!("{} {what}", self.name(key)), hint);
        }
        read
    }

    fn offset(&self, key: &str) -> usize {
        self.table.get(key).map_or(self.at, |value| value.span().start)
    }

    fn inner(&self, prefix: String, at: usize, table: &'a DeTable<'a>) -> Fields<'a> {
        Fields {
            section: self.section,
            notes: self.notes,
            prefix,
            at,
            table,
            known: RefCell::new(BTreeSet::new()),
        }
    }
}

/// `read, change or disruptive`
pub fn either(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

/// What may have been meant, best first, at most four: what differs in a letter or two, or what the
/// typed word begins.
pub fn nearest<'w>(typed: &str, words: impl IntoIterator<Item = &'w str>) -> Vec<&'w str> {
    let typed = typed.to_lowercase();
    let slack = if typed.chars().count() <= 4 { 1 } else { 2 };
    let mut near: Vec<(usize, &str)> = words
        .into_iter()
        .filter_map(|word| {
            let folded = word.to_lowercase();
            let far = strsim::osa_distance(&typed, &folded);
            let begins = !typed.is_empty() && folded.starts_with(&typed);
            (begins || (far <= slack && far < folded.chars().count())).then_some((far, word))
        })
        .collect();
    near.sort_by_key(|(far, _)| *far);
    near.into_iter().map(|(_, word)| word).take(4).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    #[expect(clippy::needless_pass_by_value, reason = "cases read better without &")]
    fn check(text: &str, expected: Expect) {
        let told = match Section::whole(&Source::new("x.toml", text)) {
            Err(problems) => problems,
            Ok(section) => {
                section
                    .read(|fields| {
                        fields.required("name", "give it one");
                        fields.number("count", 1..=9);
                        fields.span("every");
                        fields.choice("risk", &[("read", 1), ("change", 2), ("disruptive", 3)]);
                        if let Some(inner) = fields.table("run") {
                            inner.flag("fast");
                            inner.done();
                        }
                    })
                    .1
            }
        };
        let lines: Vec<String> = told.iter().map(ToString::to_string).collect();
        expected.assert_eq(&lines.join("\n"));
    }

    #[test]
    fn every_mistake_is_told_at_once_with_its_line() {
        check(
            "nam = 1\ncount = 12\nevery = \"5x\"\nrisk = \"reed\"\n[run]\nfast = \"yes\"\nslow = 1\n",
            expect![[r#"
                x.toml:1: nam is no key here; did you mean name?
                x.toml:1: name is missing; give it one
                x.toml:2: count 12 is out of range; use 1 to 9
                x.toml:3: every "5x" is no duration; write it as 30s, 10m, 2h or 7d
                x.toml:4: risk "reed" is unknown; use read, change or disruptive
                x.toml:6: run.fast is neither true nor false; write it without quotes
                x.toml:7: run.slow is no key here; use fast"#]],
        );
    }

    #[test]
    fn broken_toml_is_told_with_its_line() {
        check(
            "name = \"x\"\ncount = = 1\n",
            expect![[r#"
            x.toml:2: extra `=`, expected nothing; see https://toml.io for how TOML is written
            x.toml:2: unexpected key or value, expected newline, `#`; see https://toml.io for how TOML is written"#]],
        );
    }

    #[test]
    fn what_may_have_been_meant() {
        for (typed, expected) in
            [("R22", "R2 R12"), ("r1", "R1 R2 R12"), ("core", "core1"), ("zzz", ""), ("x", ""), ("", "")]
        {
            assert_eq!(nearest(typed, ["R1", "R2", "R12", "core1"]).join(" "), expected, "{typed}");
        }
    }
}
