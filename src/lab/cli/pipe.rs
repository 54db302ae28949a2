//! What stands after `|` on a line: which lines of an output are shown.

use regex::Regex;

use super::grammar::Mistake;

pub(crate) enum Pipe {
    Include(Regex),
    Exclude(Regex),
    Section { pattern: Regex, keep: bool },
    Begin(Regex),
    Count(Regex),
}

const WORDS: [&str; 8] = ["append", "begin", "count", "exclude", "include", "redirect", "section", "tee"];

/// Splits a line at its pipe: the command, and the offset and text of what follows the bar.
pub(crate) fn split(line: &str) -> (&str, Option<(usize, &str)>) {
    match line.split_once('|') {
        Some((command, pipe)) => (command.trim_end(), Some((command.len() + 1, pipe))),
        None => (line, None),
    }
}

/// Reads what follows the bar; `offset` is where it stands in the line. An error is what the router prints.
pub(crate) fn parse(pipe: &str, offset: usize, prompt: &str, line: &str) -> Result<Pipe, String> {
    let mistake = |mistake: Mistake| mistake.text(prompt, line);
    let inner = pipe.len() - pipe.trim_start().len();
    let (word, rest) = pipe.trim().split_once(' ').unwrap_or((pipe.trim(), ""));
    if word.is_empty() {
        return Err(mistake(Mistake::Incomplete));
    }
    let lower = word.to_ascii_lowercase();
    let fits: Vec<&str> = WORDS.iter().filter(|known| known.starts_with(&lower)).copied().collect();
    let [word] = fits.as_slice() else { return Err(mistake(Mistake::Invalid(offset + inner))) };
    if matches!(*word, "append" | "redirect" | "tee") {
        return Err("% Error opening file: the lab has no place to write to\n".to_owned());
    }
    let (rest, keep) = section_word(word, rest.trim());
    if rest.is_empty() {
        return Err(mistake(Mistake::Incomplete));
    }
    let pattern = Regex::new(rest).map_err(|_| "% Failed to compile regular expression.\n\n".to_owned())?;
    Ok(match *word {
        "include" => Pipe::Include(pattern),
        "exclude" => Pipe::Exclude(pattern),
        "begin" => Pipe::Begin(pattern),
        "count" => Pipe::Count(pattern),
        _ => Pipe::Section { pattern, keep },
    })
}

/// `section include X` and `section exclude X` exist beside `section X`.
fn section_word<'a>(word: &str, rest: &'a str) -> (&'a str, bool) {
    match rest.split_once(' ') {
        Some(("include", pattern)) if word == "section" => (pattern, true),
        Some(("exclude", pattern)) if word == "section" => (pattern, false),
        _ => (rest, true),
    }
}

impl Pipe {
    pub fn apply(&self, text: &str) -> String {
        let lines = text.lines();
        match self {
            Pipe::Include(pattern) => joined(lines.filter(|line| pattern.is_match(line))),
            Pipe::Exclude(pattern) => joined(lines.filter(|line| !pattern.is_match(line))),
            Pipe::Begin(pattern) => joined(lines.skip_while(|line| !pattern.is_match(line))),
            Pipe::Count(pattern) => {
                let count = lines.filter(|line| pattern.is_match(line)).count();
                format!("Number of lines which match regexp = {count}\n")
            }
            Pipe::Section { pattern, keep } => section(lines, pattern, *keep),
        }
    }
}

/// A matching line and the deeper lines under it.
fn section<'a>(lines: impl Iterator<Item = &'a str>, pattern: &Regex, keep: bool) -> String {
    let mut inside: Option<usize> = None;
    joined(lines.filter(|line| {
        let indent = line.len() - line.trim_start().len();
        if inside.is_some_and(|depth| indent <= depth) {
            inside = None;
        }
        if inside.is_none() && pattern.is_match(line) {
            inside = Some(indent);
        }
        inside.is_some() == keep
    }))
}

fn joined<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    lines.map(|line| format!("{line}\n")).collect()
}
