//! What a settings file points at: variables, files, folders, languages. The machine is one; a test
//! has its own.

use super::ChannelTable;
use crate::model::{Problem, Secret, Source};
use std::path::Path;

pub trait Outside {
    /// The variable of the environment, white space around it taken away.
    fn variable(&self, name: &str) -> Option<Secret>;
    /// What stands in a file that only this user should read. The error ends a sentence that began
    /// with the file's name.
    fn secret(&self, file: &Path) -> Result<Secret, String>;
    /// What stands in a file that everybody may read. The error ends a sentence like that of `secret`.
    fn text(&self, file: &Path) -> Result<String, String>;
    fn is_folder(&self, folder: &Path) -> bool;
    /// The languages that have texts.
    fn languages(&self) -> Vec<String>;
    /// What is wrong with a channel's own table; its kind knows how to read it.
    fn door(&self, table: &ChannelTable) -> Vec<Problem>;
}

pub struct ThisMachine {
    pub doors: Doors,
}

/// How channels read their own tables; only the wiring knows the channels.
pub type Doors = fn(&ChannelTable) -> Vec<Problem>;

impl Outside for ThisMachine {
    fn variable(&self, name: &str) -> Option<Secret> {
        std::env::var(name).ok().map(|value| Secret::new(value.trim()))
    }

    fn secret(&self, file: &Path) -> Result<Secret, String> {
        private(file)?;
        let text = std::fs::read_to_string(file).map_err(|error| format!("can not be read ({error})"))?;
        Ok(Secret::new(text.trim()))
    }

    fn text(&self, file: &Path) -> Result<String, String> {
        std::fs::read_to_string(file).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => "does not exist".to_owned(),
            _ => format!("can not be read ({error})"),
        })
    }

    fn is_folder(&self, folder: &Path) -> bool {
        folder.is_dir()
    }

    fn languages(&self) -> Vec<String> {
        crate::texts::languages()
    }

    fn door(&self, table: &ChannelTable) -> Vec<Problem> {
        (self.doors)(table)
    }
}

/// The command files in a user's folder, by name. Hidden files (an editor's copies) are left out.
pub fn user_commands(folder: &Path) -> Result<Vec<Source>, Vec<Problem>> {
    let shown = folder.display().to_string();
    let entries = std::fs::read_dir(folder).map_err(|error| vec![unreadable(&shown, &error)])?;
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| {
        let hidden = file.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        file.extension().is_some_and(|ending| ending == "toml") && !hidden
    });
    files.sort();
    let (mut sources, mut problems) = (Vec::new(), Vec::new());
    for file in files {
        let shown = file.display().to_string();
        match std::fs::read_to_string(&file) {
            Ok(text) => sources.push(Source::new(shown, text)),
            Err(error) => problems.push(unreadable(&shown, &error)),
        }
    }
    match problems.is_empty() {
        true => Ok(sources),
        false => Err(problems),
    }
}

fn unreadable(file: &str, error: &std::io::Error) -> Problem {
    Problem {
        file: file.to_owned(),
        line: 1,
        what: format!("can not be read ({error})"),
        hint: "check its rights, or take it away".to_owned(),
    }
}

/// Others may not read it. The group may: systemd hands credentials over with an access list, which
/// shows as a right of the group.
#[cfg(unix)]
fn private(file: &Path) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt;
    let about = std::fs::metadata(file).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "does not exist".to_owned(),
        _ => format!("can not be read ({error})"),
    })?;
    match about.mode() & 0o027 {
        0 => Ok(()),
        _ => Err("can be read or written by others (chmod 600)".to_owned()),
    }
}

#[cfg(not(unix))]
fn private(_file: &Path) -> Result<(), String> {
    Ok(())
}
