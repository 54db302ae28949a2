//! `patchbay check`: every problem of the settings file, of the command files and of the rules, with
//! file, line and cure.

use super::print::say;
use crate::builtin;
use crate::command::Catalog;
use crate::model::Rules;
use crate::model::written::Source;
use crate::settings::{Settings, user_commands};
use anyhow::Context;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Check these command files (or folders of them) and files of rules instead of the settings and their folder
    files: Vec<PathBuf>,
}

pub fn run(settings: &Path, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut problems = Vec::new();
    let mut sources = crate::embedded::commands();
    let own = sources.len();
    let mut told_rules = None;
    match arguments.files.is_empty() {
        false => {
            let mut given = Vec::new();
            for path in &arguments.files {
                given.extend(read(path)?);
            }
            let (rules, commands): (Vec<Source>, Vec<Source>) = given.into_iter().partition(speaks_of_rules);
            sources.extend(commands);
            for source in rules {
                match Rules::checked(&source) {
                    Ok(rules) => told_rules = Some(told_rules.unwrap_or(0) + rules.rules.len()),
                    Err(found) => problems.extend(found),
                }
            }
        }
        true if settings.exists() => match Settings::load(settings, super::run::door) {
            Ok(settings) => {
                if let Some(folder) = &settings.commands {
                    sources.extend(read(folder)?);
                }
                match super::run::rules(&settings) {
                    Ok(rules) => told_rules = Some(rules.rules.len()),
                    Err(found) => problems.extend(found),
                }
            }
            Err(found) => problems.extend(found),
        },
        true => say(&format!("{} does not exist; the command files are checked alone", settings.display())),
    }
    let count = sources.len();
    if let Err(found) = Catalog::new(&sources, &builtin::names()) {
        problems.extend(found);
    }
    for problem in &problems {
        say(&problem.to_string());
    }
    match problems.len() {
        0 => {
            say(&format!("{own} built-in command files and {} of yours are fine", count - own));
            if let Some(rules) = told_rules {
                say(&format!("{rules} rules for alerts are fine"));
            }
            Ok(ExitCode::SUCCESS)
        }
        1 => Ok(told("1 problem")),
        several => Ok(told(&format!("{several} problems"))),
    }
}

fn told(count: &str) -> ExitCode {
    say(count);
    ExitCode::FAILURE
}

/// A file of rules has tables that no command file has.
fn speaks_of_rules(source: &Source) -> bool {
    source
        .text
        .parse::<toml::Table>()
        .is_ok_and(|file| file.contains_key("rule") || file.contains_key("route"))
}

/// One file, or the command files of a folder.
fn read(path: &Path) -> anyhow::Result<Vec<Source>> {
    if path.is_dir() {
        return user_commands(path).map_err(|problems| super::run::all_of(&problems));
    }
    let text =
        std::fs::read_to_string(path).with_context(|| format!("{} could not be read", path.display()))?;
    Ok(vec![Source::new(path.display().to_string(), text)])
}
