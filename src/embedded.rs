//! The files that the program carries: every command file and every text, put in at build by
//! `build.rs`. Nothing here is read at run time, and nothing here is checked.

use crate::model::Source;

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The command files of the program itself.
pub fn commands() -> Vec<Source> {
    COMMANDS.iter().map(|(file, text)| Source::new(*file, *text)).collect()
}

/// The rules and routes that hold until somebody writes their own.
pub fn rules() -> Source {
    Source::new("config/rules.toml", include_str!("../config/rules.toml"))
}

/// The texts of one language: `(area, file)`. Empty for a language that nobody wrote.
pub fn texts(language: &str) -> Vec<(String, Source)> {
    let folder = format!("config/texts/{language}/");
    let area = |file: &str| Some(file.strip_prefix(&folder)?.strip_suffix(".toml")?.to_owned());
    TEXTS.iter().filter_map(|(file, text)| Some((area(file)?, Source::new(*file, *text)))).collect()
}
