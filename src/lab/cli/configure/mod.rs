//! Configuration mode: lines that change the running configuration at the place where they belong.
//! It checks the form of the commands it knows; other known first words are stored as they were typed.

mod words;

use words::{IN_INTERFACE, KNOWN, TOP, inner_section, section};

use super::grammar::{self, Mistake};
use super::{Asking, Desk, exec};
use crate::lab::sample::type9;

pub(super) fn prompt(hostname: &str, path: &[String]) -> String {
    let mode = match path {
        [] => "config",
        [top] => section(top).map_or("config", |section| section.prompt),
        [top, inner, ..] => inner_section(top, inner).map_or("config", |section| section.prompt),
    };
    let short: String = hostname.chars().take(20).collect();
    format!("{short}({mode})#")
}

pub(super) fn line(desk: &mut Desk, line: &str) -> String {
    let typed = line.trim();
    if typed.is_empty() || typed.starts_with('!') {
        return String::new();
    }
    let prompt = desk.session.prompt(desk.state);
    match grammar::find(["end", "exit", "do LINE"].into_iter().enumerate(), line)
        .map(|found| (found.index, found.arguments))
    {
        Ok((0, _)) => leave(desk),
        Ok((1, _)) => up(desk),
        Ok((_, arguments)) => return within_exec(desk, &arguments.join(" ")),
        Err(_) if exec::refused(desk.faults, typed, typed) => return exec::REFUSED.to_owned(),
        Err(_) => match edit(desk, line) {
            Ok(text) => return text,
            Err(mistake) => return mistake.text(&prompt, line),
        },
    }
    String::new()
}

/// Leaves configuration mode and writes down who changed what.
pub(super) fn leave(desk: &mut Desk) {
    if desk.session.editing.take().is_none() {
        return;
    }
    let (user, origin) = (desk.session.user.clone(), desk.session.origin());
    if desk.session.touched {
        desk.state.note_change(&user, &origin, desk.now);
    } else {
        desk.state.log(desk.now, &format!("%SYS-5-CONFIG_I: Configured from console by {user} on {origin}"));
    }
}

/// One more line of a banner that is being typed.
pub(super) fn banner_line(
    desk: &mut Desk,
    kind: String,
    delimiter: String,
    mut text: String,
    line: &str,
) -> String {
    if let Some((last, _)) = line.split_once(&delimiter) {
        text.push_str(last);
        store(desk, &[], &format!("banner {kind} ^C{text}^C"));
        return String::new();
    }
    text.push_str(line);
    text.push('\n');
    desk.session.asking = Some(Asking::Banner { kind, delimiter, text });
    String::new()
}

fn up(desk: &mut Desk) {
    match &mut desk.session.editing {
        Some(path) if !path.is_empty() => {
            path.pop();
        }
        _ => leave(desk),
    }
}

fn within_exec(desk: &mut Desk, line: &str) -> String {
    let path = desk.session.editing.take();
    let text = exec::line(desk, line);
    desk.session.editing = path;
    text
}

/// Stores one line, in this section or, when only the top level knows it, there.
fn edit(desk: &mut Desk, line: &str) -> Result<String, Mistake> {
    let mut path = desk.session.editing.clone().unwrap_or_default();
    let (negative, command, offset) = negated(line);
    let full = match normal(command, &path, negative) {
        Err(Mistake::Invalid(0)) if !path.is_empty() => {
            path.clear();
            normal(command, &path, negative)
        }
        other => other,
    };
    let full = full.map_err(|mistake| match mistake {
        Mistake::Invalid(at) => Mistake::Invalid(at + offset),
        other => other,
    })?;
    if negative {
        remove(desk, &path, &full);
        return Ok(String::new());
    }
    Ok(add(desk, path, full))
}

fn negated(line: &str) -> (bool, &str, usize) {
    let lead = line.len() - line.trim_start().len();
    match line.trim_start().strip_prefix("no ") {
        Some(rest) => (true, rest, lead + 3),
        None => (false, line.trim_start(), lead),
    }
}

/// The full words of a line, when this section knows it.
fn normal(command: &str, path: &[String], negative: bool) -> Result<String, Mistake> {
    match path.first() {
        None if section(command).is_some() => {
            checked(TOP, command, negative).or_else(|mistake| match mistake {
                // A section that is opened by words of which no pattern is listed.
                Mistake::Invalid(_) => Ok(plain(command)),
                other => Err(other),
            })
        }
        None => checked(TOP, command, negative).or_else(|mistake| stored(command, mistake)),
        Some(top) if top.starts_with("interface ") => match checked(IN_INTERFACE, command, negative) {
            Err(_) if checked(TOP, command, negative).is_ok() || is_top_word(command) => {
                Err(Mistake::Invalid(0))
            }
            Err(mistake) => stored(command, mistake),
            full => full,
        },
        Some(_) if checked(TOP, command, negative).is_ok() => Err(Mistake::Invalid(0)),
        Some(_) => stored(command, Mistake::Invalid(0)),
    }
}

fn checked(patterns: &'static [&'static str], command: &str, negative: bool) -> Result<String, Mistake> {
    let patterns = patterns.iter().copied().enumerate();
    let found =
        if negative { grammar::find_beginning(patterns, command) } else { grammar::find(patterns, command) };
    found.map(|found| found.full)
}

/// A line that no pattern fits is stored as it is when its first word is known and the mistake is not deeper than the
/// second word: `ip http server` is stored, `ip address 10.9` is a mistake.
fn stored(command: &str, mistake: Mistake) -> Result<String, Mistake> {
    let mut words = grammar::words(command);
    let first = words.next().map(|(_, word)| word.to_ascii_lowercase()).unwrap_or_default();
    let second = words.next().map_or(0, |(offset, _)| offset);
    match mistake {
        Mistake::Invalid(at) if at <= second && KNOWN.contains(&first.as_str()) => Ok(plain(command)),
        mistake => Err(mistake),
    }
}

fn plain(command: &str) -> String {
    grammar::words(command).map(|(_, word)| word).collect::<Vec<_>>().join(" ")
}

/// Words that in an interface always mean the top level.
fn is_top_word(command: &str) -> bool {
    let first = grammar::words(command).next().map_or("", |(_, word)| word);
    matches!(
        first,
        "ntp" | "snmp-server" | "aaa" | "logging" | "clock" | "network" | "neighbor" | "permit" | "deny"
    )
}

fn add(desk: &mut Desk, path: Vec<String>, full: String) -> String {
    if let Some(banner) = full.strip_prefix("banner ") {
        return banner_begins(desk, banner);
    }
    let full = desk.protect(full);
    if path.is_empty() && section(&full).is_some() {
        enter(desk, vec![full]);
        return String::new();
    }
    match path.as_slice() {
        [top, ..] if inner_section(top, &full).is_some() => enter(desk, vec![top.clone(), full]),
        _ => {
            store(desk, &path, &full);
            desk.session.editing = Some(path);
        }
    }
    String::new()
}

fn enter(desk: &mut Desk, path: Vec<String>) {
    if desk.state.running.open(&path) {
        desk.session.touched = true;
        let logical = path.first().is_some_and(|top| top.starts_with("interface ") && path.len() == 1);
        if logical {
            desk.state.running.set(&path, "no ip address");
        }
    }
    desk.session.editing = Some(path);
}

fn store(desk: &mut Desk, path: &[String], line: &str) {
    desk.session.touched = true;
    if line.starts_with("ip address ") {
        desk.state.running.unset(path, "no ip address");
    }
    if let Some(negated) = line.strip_prefix("no ") {
        desk.state.running.unset(path, negated);
    } else {
        desk.state.running.unset(path, &format!("no {line}"));
    }
    desk.state.running.set(path, line);
}

fn remove(desk: &mut Desk, path: &[String], words: &str) {
    desk.session.touched = true;
    desk.session.editing = Some(path.to_vec());
    desk.state.running.unset(path, words);
    if words == "hostname" || words.starts_with("hostname ") {
        desk.state.running.set(&[], "hostname Router");
    }
    let address = words.starts_with("ip address") && !words.ends_with("secondary");
    if address || matches!(words, "ip domain lookup" | "ip http server" | "cdp enable") {
        let line = if address { "no ip address".to_owned() } else { format!("no {words}") };
        desk.state.running.set(path, &line);
    }
}

fn banner_begins(desk: &mut Desk, banner: &str) -> String {
    let (kind, text) = banner.split_once(' ').unwrap_or((banner, "^C"));
    let mark = if text.starts_with("^C") { 2 } else { text.chars().next().map_or(0, char::len_utf8) };
    let (delimiter, text) = text.split_at_checked(mark).unwrap_or((text, ""));
    if let Some((text, _)) = text.split_once(delimiter) {
        store(desk, &[], &format!("banner {kind} ^C{text}^C"));
        return String::new();
    }
    let text = if text.is_empty() { "\n".to_owned() } else { format!("{text}\n") };
    desk.session.asking =
        Some(Asking::Banner { kind: kind.to_owned(), delimiter: delimiter.to_owned(), text });
    format!("Enter TEXT message.  End with the character '{delimiter}'.\n")
}

impl Desk<'_> {
    /// A secret typed in clear is kept as type 9, as the router does; either form counts as a secret from then on.
    fn protect(&mut self, line: String) -> String {
        let words: Vec<&str> = line.split(' ').collect();
        let owner = match words.as_slice() {
            ["username", name, ..] | ["enable", name, ..] => (*name).to_owned(),
            _ => return line,
        };
        let (head, value) = match line.split_once(" secret ") {
            Some((head, value)) => (head.to_owned(), value.strip_prefix("0 ").unwrap_or(value).to_owned()),
            None => return line,
        };
        if value.contains(' ') {
            return line;
        }
        let hidden = type9(&format!("{} {owner} {value}", self.state.name));
        self.state.secrets.extend([value, hidden.clone()]);
        format!("{head} secret 9 {hidden}")
    }
}
