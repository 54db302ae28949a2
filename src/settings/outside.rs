//! What a settings file points at: variables, files, folders, languages. The machine is one; a test
//! has its own.

use crate::model::Secret;
use std::path::Path;

pub trait Outside {
    /// The variable of the environment, white space around it taken away.
    fn variable(&self, name: &str) -> Option<Secret>;
    /// What stands in a file that only this user should read. The error ends a sentence that began
    /// with the file's name.
    fn secret(&self, file: &Path) -> Result<Secret, String>;
    fn is_folder(&self, folder: &Path) -> bool;
    /// The languages that have texts.
    fn languages(&self) -> Vec<String>;
}

pub struct ThisMachine;

impl Outside for ThisMachine {
    fn variable(&self, name: &str) -> Option<Secret> {
        std::env::var(name).ok().map(|value| Secret::new(value.trim()))
    }

    fn secret(&self, file: &Path) -> Result<Secret, String> {
        private(file)?;
        let text = std::fs::read_to_string(file).map_err(|error| format!("can not be read ({error})"))?;
        Ok(Secret::new(text.trim()))
    }

    fn is_folder(&self, folder: &Path) -> bool {
        folder.is_dir()
    }

    fn languages(&self) -> Vec<String> {
        crate::texts::languages()
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
