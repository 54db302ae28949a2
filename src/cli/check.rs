//! `patchbay check`: every problem of the settings file and of the command files, with file, line
//! and cure.

use super::print::say;
use crate::builtin;
use crate::command::Catalog;
use crate::model::written::Source;
use crate::settings::Settings;
use anyhow::Context;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Check these command files (or folders of them) instead of the settings and their folder
    files: Vec<PathBuf>,
}

pub fn run(settings: &Path, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut problems = Vec::new();
    let mut sources = crate::embedded::commands();
    let own = sources.len();
    match arguments.files.is_empty() {
        false => {
            for path in &arguments.files {
                sources.extend(read(path)?);
            }
        }
        true if settings.exists() => match Settings::load(settings) {
            Ok(settings) => {
                if let Some(folder) = &settings.commands {
                    sources.extend(read(folder)?);
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

/// One file, or every `*.toml` of a folder in the order of their names.
pub fn read(path: &Path) -> anyhow::Result<Vec<Source>> {
    let mut files = vec![path.to_owned()];
    if path.is_dir() {
        let entries =
            std::fs::read_dir(path).with_context(|| format!("{} could not be read", path.display()))?;
        files = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
        files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
        files.sort();
    }
    files
        .into_iter()
        .map(|file| {
            let text = std::fs::read_to_string(&file)
                .with_context(|| format!("{} could not be read", file.display()))?;
            Ok(Source { file: file.display().to_string(), text })
        })
        .collect()
}
