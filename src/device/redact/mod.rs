//! Clear text of a router goes in; the same lines come out with each secret replaced by a keyed short hash, so that a
//! change is visible and nothing can be read back. The line and the type digit stay.
// Invariant: clear text leaves `device/` only through here (2; test `nothing_secret_leaves_the_floor`).

mod rules;
#[cfg(test)]
mod tests;

use super::key::{MasterKey, hex, keyed};
use regex::{Captures, Regex};
use rules::{ANYWHERE, Rule, START, WORDS};
use std::borrow::Cow;
use std::sync::{Arc, LazyLock};
use zeroize::Zeroizing;

/// Replaces secrets under a key of its own; clones share it.
#[derive(Clone)]
pub struct Redactor(Arc<Zeroizing<[u8; 32]>>);

struct Compiled {
    pattern: Regex,
    unless_under: Option<&'static str>,
}

static WORD_RULES: LazyLock<Vec<Compiled>> =
    LazyLock::new(|| WORDS.iter().map(|rule| compile(rule, &format!("{START}{}", spelled(rule.pattern)))).collect());
static ANYWHERE_RULES: LazyLock<Vec<Compiled>> =
    LazyLock::new(|| ANYWHERE.iter().map(|rule| compile(rule, rule.pattern)).collect());
static MARK: LazyLock<Regex> = LazyLock::new(|| fixed(r"^<removed:[0-9a-f]{8}>$"));
/// A line without any of these holds no secret; most lines of an output are passed by here.
static SUSPECT: LazyLock<Regex> = LazyLock::new(|| {
    fixed(r"(?i)key|pass|secret|communit|snmp|user|authentic|md5|sha|digest|wpa|sap|hostname|ftp|:|\$|certificate|PRIVATE")
});
static PEM: LazyLock<Regex> = LazyLock::new(|| fixed(r"-----(BEGIN|END) [A-Z ]*PRIVATE KEY-----"));
static CERTIFICATE: LazyLock<Regex> = LazyLock::new(|| fixed(r"^\s+certificate(\s|$)"));

fn fixed(pattern: &str) -> Regex {
    Regex::new(pattern).expect("patterns are constants and every one is compiled in a test")
}

fn compile(rule: &Rule, pattern: &str) -> Compiled {
    Compiled { pattern: fixed(pattern), unless_under: rule.unless_under }
}

/// Writes out the short forms of a row: see [`WORDS`].
fn spelled(pattern: &str) -> String {
    let mut text = String::with_capacity(pattern.len() * 2);
    let mut rest = pattern.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            // An escape, `\s` or `\W`, is no short form.
            '\\' => text.extend(std::iter::once(c).chain(rest.next())),
            'T' => text.push_str(r"(?:[0-9]\s+)?"),
            'X' => text.push_str(r"(\S(?:.*\S)?)"),
            'W' => text.push_str(r"(\S+)"),
            'Q' => text.push_str(r#"("[^"]*"|\S+)"#),
            other => text.push(other),
        }
    }
    text
}

/// What the lines before say about this one.
#[derive(Default)]
struct Context<'a> {
    /// The last line that is not indented.
    heading: &'a str,
    /// Inside a private key or a certificate: its lines so far.
    body: Option<(Body, String)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Body {
    PrivateKey,
    Certificate,
}

impl Redactor {
    pub fn new(master: &MasterKey) -> Redactor {
        Redactor(Arc::new(master.derived("patchbay redact 1")))
    }

    /// The text with every secret replaced. Redacting twice changes nothing.
    pub fn redact(&self, text: &str) -> String {
        let mut redacted = String::with_capacity(text.len());
        let mut context = Context::default();
        for line in text.split_inclusive('\n') {
            let (line, end) = match line.strip_suffix('\n') {
                Some(line) => (line, "\n"),
                None => (line, ""),
            };
            self.block(line, end, &mut context, &mut redacted);
        }
        // A body whose end never came is a body all the same.
        if let Some((_, body)) = context.body.take() {
            redacted.push_str(&self.body_mark(&body));
        }
        redacted
    }

    /// Keys and certificates go over several lines; the whole body becomes one mark.
    fn block<'a>(&self, line: &'a str, end: &str, context: &mut Context<'a>, redacted: &mut String) {
        if let Some((kind, body)) = &mut context.body {
            let ends = match kind {
                Body::PrivateKey => PEM.is_match(line),
                Body::Certificate => line.trim() == "quit" || line.trim() == "end" || line.trim() == "!",
            };
            if !ends {
                body.push_str(line.trim());
                return;
            }
            redacted.push_str(&self.body_mark(body));
            redacted.push('\n');
            context.body = None;
        } else if PEM.is_match(line) {
            context.body = Some((Body::PrivateKey, String::new()));
        } else if CERTIFICATE.is_match(line) && context.heading.starts_with("crypto pki certificate chain") {
            context.body = Some((Body::Certificate, String::new()));
        }
        if !line.starts_with([' ', '\t']) && !line.is_empty() {
            context.heading = line;
        }
        redacted.push_str(&self.line(line, context.heading));
        redacted.push_str(end);
    }

    fn body_mark(&self, body: &str) -> String {
        format!("  {}", self.mark(body.trim()))
    }

    fn line<'a>(&self, line: &'a str, heading: &str) -> Cow<'a, str> {
        if !SUSPECT.is_match(line) {
            return Cow::Borrowed(line);
        }
        let fits = |rule: &&Compiled| {
            rule.unless_under.is_none_or(|under| !heading.starts_with(under) || line == heading)
                && rule.pattern.is_match(line)
        };
        let mut line = match WORD_RULES.iter().find(fits) {
            Some(rule) => self.replaced(&rule.pattern, Cow::Borrowed(line)),
            None => Cow::Borrowed(line),
        };
        for rule in ANYWHERE_RULES.iter() {
            line = self.replaced(&rule.pattern, line);
        }
        line
    }

    /// Every capture group of every match, replaced.
    fn replaced<'a>(&self, pattern: &Regex, line: Cow<'a, str>) -> Cow<'a, str> {
        let secrets: Vec<(usize, usize)> = pattern.captures_iter(&line).flat_map(|found| groups(&found)).collect();
        if secrets.is_empty() {
            return line;
        }
        let mut text = String::with_capacity(line.len() + 16);
        let mut from = 0;
        for (start, end) in secrets {
            text.push_str(line.get(from..start).unwrap_or_default());
            text.push_str(&self.mark(line.get(start..end).unwrap_or_default()));
            from = end;
        }
        text.push_str(line.get(from..).unwrap_or_default());
        Cow::Owned(text)
    }

    fn mark(&self, secret: &str) -> String {
        if MARK.is_match(secret) {
            return secret.to_owned();
        }
        let hash = keyed(&**self.0, secret.as_bytes());
        format!("<removed:{}>", hex(hash.get(..4).unwrap_or_default()))
    }
}

fn groups(found: &Captures<'_>) -> Vec<(usize, usize)> {
    found.iter().skip(1).flatten().map(|group| (group.start(), group.end())).collect()
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redactor(***)")
    }
}
