//! Which command a line means. A shortened name runs only where it can mean one reading command; a
//! mistyped one never runs, it is asked back.

use super::catalog::Catalog;
use super::parse::{Line, parse};
use super::resolve::Unresolved;
use super::split::{Misfit, split};
use crate::model::invocation::{Choice, Offer};
use crate::model::written::nearest;
use crate::model::{Arg, Command, Facts, Failure, Kind, Risk, Selector, Text, Writes};
use std::sync::Arc;

/// The command, and the place of the first word that belongs to its arguments.
pub fn named(catalog: &Catalog, line: &Line, facts: &Facts) -> Result<(Arc<Command>, usize), Unresolved> {
    let typed = line.words.first().map(|word| word.text.as_str()).unwrap_or_default();
    let mut found = catalog.named(typed);
    if found.is_empty() {
        found = shortened(catalog, typed);
    }
    match found.as_slice() {
        [] => Err(unknown(catalog, line, typed, facts)),
        [only] if only.action.is_none() => Ok((Arc::clone(only), 1)),
        actions => action(actions, line, facts),
    }
}

/// The one command whose names begin so, when it only looks. Ambiguous or writing: nothing.
fn shortened(catalog: &Catalog, typed: &str) -> Vec<Arc<Command>> {
    let typed = typed.to_lowercase();
    if typed.chars().count() < 2 {
        return Vec::new();
    }
    let mut names: Vec<String> = catalog
        .words()
        .filter(|word| word.starts_with(&typed))
        .filter_map(|word| catalog.named(word).first().map(|command| command.name.clone()))
        .collect();
    names.sort();
    names.dedup();
    match names.as_slice() {
        [name] if catalog.named(name).iter().all(|command| only_looks(command)) => catalog.named(name),
        _ => Vec::new(),
    }
}

/// What a person calls it: `backup`, `device set`.
pub fn spoken(command: &Command) -> String {
    match &command.action {
        Some(action) if !command.default_action => format!("{} {action}", command.name),
        Some(_) | None => command.name.clone(),
    }
}

pub fn only_looks(command: &Command) -> bool {
    command.risk == Risk::Read && command.writes == Writes::Nothing
}

fn unknown(catalog: &Catalog, line: &Line, typed: &str, facts: &Facts) -> Unresolved {
    let shown = |word: &&str| catalog.named(word).iter().any(|command| facts.may_ever(command));
    let mut near: Vec<String> = Vec::new();
    for word in nearest(typed, catalog.words().filter(shown)) {
        let name = catalog.named(word).first().map_or_else(String::new, |command| command.name.clone());
        if !near.contains(&name) {
            near.push(name);
        }
    }
    if near.is_empty() {
        let text = text!("command.unknown", word = typed);
        return Unresolved::Refused(Failure::new(Kind::Input, text));
    }
    let looks = |name: &&String| catalog.named(name).iter().all(|command| only_looks(command));
    let offer = |name: &String| {
        let end = line.words.first().map_or(0, |word| word.end);
        let whole = line.replaced(0, end, &format!("/{name}"));
        let line = if takes(catalog, &whole, facts) { whole } else { format!("/{name}") };
        Offer { label: Text::verbatim(line.clone()), line }
    };
    let words: Vec<String> = near.iter().map(|name| format!("/{name}")).collect();
    Unresolved::Choose(Choice {
        question: text!("command.unknown_near", word = typed, near = one_of(&words)),
        options: near.iter().filter(looks).map(offer).collect(),
        shortcut: None,
        closed: true,
    })
}

/// Whether the words that were typed can be this command's: `all` is nothing to ask help about.
fn takes(catalog: &Catalog, typed: &str, facts: &Facts) -> bool {
    let Ok(line) = parse(typed) else { return false };
    let Ok((command, from)) = named(catalog, &line, facts) else { return false };
    let Some(first) = line.words.get(from) else { return true };
    let routers = first.text.parse::<Selector>().is_ok_and(|all| all.unknown(&facts.inventory).is_empty());
    match split(&command, &line, from) {
        Err(Misfit::Extra(_)) => false,
        Err(Misfit::Missing(_)) | Ok(_) => !routers || command.target().is_some(),
    }
}

fn action(actions: &[Arc<Command>], line: &Line, facts: &Facts) -> Result<(Arc<Command>, usize), Unresolved> {
    let second = line.words.get(1).map(|word| word.text.to_lowercase());
    let names = || actions.iter().filter_map(|command| command.action.as_deref());
    if let Some(second) = &second
        && let Some(found) = actions.iter().find(|command| command.action.as_deref() == Some(second.as_str()))
    {
        return Ok((Arc::clone(found), 2));
    }
    // `/device sett R1 x` is no question about a router called "sett".
    let mistyped = second.as_deref().filter(|_| line.words.len() > 2).map(|second| nearest(second, names()));
    match actions.iter().find(|command| command.default_action) {
        Some(default) if mistyped.is_none_or(|near| near.is_empty()) => Ok((Arc::clone(default), 1)),
        _ => Err(which_action(actions, line, second, facts)),
    }
}

fn which_action(actions: &[Arc<Command>], line: &Line, second: Option<String>, facts: &Facts) -> Unresolved {
    let command = line.words.first().map(|word| word.text.clone()).unwrap_or_default();
    let shown: Vec<&Arc<Command>> = actions.iter().filter(|command| facts.may_ever(command)).collect();
    let names: Vec<String> = shown.iter().filter_map(|command| command.action.clone()).collect();
    if names.is_empty() {
        let text = text!("command.none_of_its_actions", command = command);
        return Unresolved::Refused(Failure::new(Kind::Refused, text));
    }
    let text = match second {
        Some(word) => {
            text!("command.unknown_action", command = command, word = word, actions = one_of(&names))
        }
        None => text!("command.which_action", command = command, actions = one_of(&names)),
    };
    Unresolved::Refused(Failure::new(Kind::Input, text))
}

/// `R2`, `R2 or R12`, `R2, R12 or R22`, in the reader's language.
pub fn one_of(words: &[String]) -> Arg {
    match words {
        [] => Arg::Word(String::new()),
        [one] => Arg::Word(one.clone()),
        [most @ .., last] => text!("command.one_of", most = most.to_vec(), last = last).into(),
    }
}
