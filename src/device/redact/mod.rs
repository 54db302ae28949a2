//! Clear text of a router goes in; the same lines come out with each secret replaced by a keyed short hash, so that a
//! change is visible and nothing can be read back. The line and the type digit stay.
// Invariant: clear text leaves `device/` only through here (2; test `nothing_secret_leaves_the_floor`).

mod rules;
#[cfg(test)]
mod tests;

use super::key::{MasterKey, hex, keyed};
use regex::{Captures, Regex, RegexSet, RegexSetBuilder};
use rules::{ANYWHERE, START, WORDS};
use std::borrow::Cow;
use std::sync::{Arc, LazyLock};
use zeroize::Zeroizing;

/// Replaces secrets under a key of its own; clones share it.
#[derive(Clone)]
pub struct Redactor(Arc<Zeroizing<[u8; 32]>>);

/// The rows of a table, compiled: all at once to find the row, each to find its groups.
struct Compiled {
    any: RegexSet,
    each: Vec<Regex>,
}

static WORD_RULES: LazyLock<Compiled> =
    LazyLock::new(|| compile(WORDS.iter().map(|rule| format!("{START}{}", spelled(rule.pattern))).collect()));
static ANYWHERE_RULES: LazyLock<Compiled> =
    LazyLock::new(|| compile(ANYWHERE.iter().map(|rule| rule.pattern.to_owned()).collect()));
static MARK: LazyLock<Regex> = LazyLock::new(|| fixed(r"^<removed:[0-9a-f]{8}>$"));
/// A line without any of these holds no secret; most lines of an output are passed by here.
static SUSPECT: LazyLock<Regex> = LazyLock::new(|| {
    fixed(
        r"(?i)key|pass|secret|communit|snmp|user|authentic|md5|sha|digest|wpa|sap|hostname|ftp|:|\$|certificate|PRIVATE",
    )
});
static PEM: LazyLock<Regex> = LazyLock::new(|| fixed(r"-----(BEGIN|END) [A-Z ]*PRIVATE KEY-----"));
static CERTIFICATE: LazyLock<Regex> = LazyLock::new(|| fixed(r"^\s+certificate(\s|$)"));

fn fixed(pattern: &str) -> Regex {
    Regex::new(pattern).expect("patterns are constants and every one is compiled in a test")
}

fn compile(patterns: Vec<String>) -> Compiled {
    let any = RegexSetBuilder::new(&patterns).size_limit(MOST_COMPILED).build();
    Compiled {
        any: any.expect("patterns are constants and every one is compiled in a test"),
        each: patterns.iter().map(|pattern| fixed(pattern)).collect(),
    }
}

/// Bytes of the compiled table; the default is for one pattern, this is for some sixty.
const MOST_COMPILED: usize = 256 * 1024 * 1024;
const PASSES: usize = 8;

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
        let mut redacted = Cow::Borrowed(line);
        // A mark may uncover what stands behind it; twice is enough for what routers print.
        for _ in 0..PASSES {
            if !SUSPECT.is_match(&redacted) {
                break;
            }
            let again = self.once(&redacted, heading, line == heading);
            if again == redacted {
                break;
            }
            redacted = Cow::Owned(again.into_owned());
        }
        redacted
    }

    fn once<'a>(&self, line: &'a str, heading: &str, is_heading: bool) -> Cow<'a, str> {
        let fits = |at: &usize| {
            let under = WORDS.get(*at).and_then(|rule| rule.unless_under);
            under.is_none_or(|under| is_heading || !heading.starts_with(under))
        };
        let found = WORD_RULES.any.matches(line).into_iter().find(fits);
        let mut line = match found.and_then(|at| WORD_RULES.each.get(at)) {
            Some(pattern) => self.replaced(pattern, Cow::Borrowed(line)),
            None => Cow::Borrowed(line),
        };
        for pattern in &ANYWHERE_RULES.each {
            line = self.replaced(pattern, line);
        }
        line
    }

    /// Every capture group of every match, replaced.
    fn replaced<'a>(&self, pattern: &Regex, line: Cow<'a, str>) -> Cow<'a, str> {
        let secrets: Vec<(usize, usize)> =
            pattern.captures_iter(&line).flat_map(|found| groups(&found)).collect();
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
