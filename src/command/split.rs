//! The words behind a command's name are handed to its arguments, in order. Only the shape is looked
//! at; what a word means is read later.

use super::parse::{Line, Word, parse};
use crate::model::{ArgKind, ArgSpec, Command, Resolved};
use std::collections::BTreeMap;

/// What one argument got.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    pub text: String,
    /// Where it stands in the line; None for a default that nobody typed.
    pub place: Option<(usize, usize)>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Misfit {
    Missing(ArgSpec),
    /// More words than arguments: the first one too many.
    Extra(String),
}

/// The pieces by argument name; optional arguments that are absent have none.
pub fn split(command: &Command, line: &Line, from: usize) -> Result<BTreeMap<String, Piece>, Misfit> {
    let mut pieces = BTreeMap::new();
    let mut at = from;
    for arg in &command.args {
        let piece = match line.words.get(at) {
            None => arg.default.clone().map(|text| Piece { text, place: None }),
            Some(first) if arg.kind.takes_rest() => {
                at = line.words.len();
                let text = line.rest(at_of(line, first)).to_owned();
                Some(Piece { text, place: Some((first.start, line.text.len())) })
            }
            Some(first) => {
                let taken = words_of(&arg.kind, line.words.get(at..).unwrap_or_default());
                at += taken.len();
                let text = taken.iter().map(|word| word.text.as_str()).collect();
                let end = taken.last().map_or(first.end, |last| last.end);
                Some(Piece { text, place: Some((first.start, end)) })
            }
        };
        match piece {
            Some(piece) => {
                pieces.insert(arg.name.clone(), piece);
            }
            None if arg.optional => {}
            None => return Err(Misfit::Missing(arg.clone())),
        }
    }
    match line.words.get(at) {
        Some(extra) => Err(Misfit::Extra(extra.text.clone())),
        None => Ok(pieces),
    }
}

fn at_of(line: &Line, word: &Word) -> usize {
    line.words.iter().position(|other| other.start == word.start).unwrap_or(line.words.len())
}

/// The command as typed, for other devices.
pub fn retargeted(resolved: &Resolved, target: &str) -> Option<String> {
    let line = parse(&resolved.invocation.line).ok()?;
    let command = &resolved.command;
    let second = line.words.get(1).map(|word| word.text.to_lowercase());
    let named = command.action.is_some() && second == command.action;
    let pieces = split(command, &line, 1 + usize::from(named)).ok()?;
    let instead = match pieces.get(&command.target()?.name)?.place {
        Some((start, end)) => line.replaced(start, end, target),
        // Nothing was typed and the default named them: the selector comes at the end.
        None => format!("{} {target}", line.text),
    };
    parse(&instead).is_ok().then_some(instead)
}

/// One word, or as many as people put blanks into: `R1, R2` and `gig 1`.
fn words_of<'w>(kind: &ArgKind, words: &'w [Word]) -> &'w [Word] {
    let joined = |left: &Word, right: &Word| match kind {
        ArgKind::Selector | ArgKind::Device => left.text.ends_with(',') || right.text.starts_with(','),
        ArgKind::Interface => {
            left.text.chars().all(|c| c.is_alphabetic() || c == '-')
                && right.text.starts_with(|c: char| c.is_ascii_digit())
        }
        ArgKind::Ipv4
        | ArgKind::Word
        | ArgKind::Number
        | ArgKind::Job
        | ArgKind::Duration
        | ArgKind::When
        | ArgKind::Choice(_)
        | ArgKind::Rest
        | ArgKind::Show => false,
    };
    let more =
        words.windows(2).take_while(|pair| matches!(pair, [left, right] if joined(left, right))).count();
    words.get(..=more).unwrap_or(words)
}
