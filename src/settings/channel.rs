//! The tables of the doors. Which keys a table may hold only the door's own parser knows; names,
//! secrets and files are the same for all and are checked here.

use super::Reading;
use crate::model::written::{Fields, Section};
use crate::model::{Problem, Secret};
use std::collections::BTreeMap;

/// One `[channel.<name>]`, kept for the parser of its kind.
#[derive(Clone, Debug)]
pub struct ChannelTable {
    pub name: String,
    pub kind: String,
    pub section: Section,
    /// What stands in the files and variables that the table names: `token` for `token_file`.
    pub secrets: BTreeMap<String, Secret>,
    /// The same for what is no secret: `ca` for `ca_file`.
    pub files: BTreeMap<String, String>,
}

/// Keys that name a file which everybody may read.
const OPEN: [&str; 1] = ["ca_file"];

impl ChannelTable {
    /// Reads the keys of its kind; `kind` and the secrets are known already.
    pub fn read<T>(&self, reader: impl FnOnce(&Fields<'_>) -> T) -> (T, Vec<Problem>) {
        self.section.read(|fields| {
            fields.has("kind");
            for key in fields.keys().iter().filter(|key| key.ends_with("_file") || key.ends_with("_env")) {
                fields.has(key);
            }
            reader(fields)
        })
    }
}

impl Reading<'_> {
    pub(super) fn channels(&self, root: &Fields<'_>) -> Vec<ChannelTable> {
        let Some(all) = root.table("channel") else { return Vec::new() };
        let channels = all.keys().iter().filter_map(|name| self.channel(&all, name)).collect();
        all.done();
        channels
    }

    fn channel(&self, all: &Fields<'_>, name: &str) -> Option<ChannelTable> {
        let fields = all.table(name)?;
        if !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_')) {
            let what = format!("channel {name:?} is no name");
            all.wrong(name, what, "use small letters, digits, - and _");
            return None;
        }
        let kind = fields.required("kind", "say which service it is, such as kind = \"terminal\"");
        let (mut secrets, mut files) = (BTreeMap::new(), BTreeMap::new());
        for key in fields.keys() {
            if OPEN.contains(&key.as_str()) {
                let bare = key.trim_end_matches("_file").to_owned();
                files.extend(self.file(&fields, &key).map(|text| (bare, text)));
            } else if let Some(bare) = key.strip_suffix("_file").or_else(|| key.strip_suffix("_env")) {
                secrets.extend(self.secret(&fields, &key).map(|secret| (bare.to_owned(), secret)));
            } else if ["token", "secret", "password"].iter().any(|word| key.ends_with(word)) {
                let what = format!("channel.{name}.{key} does not stand in this file");
                fields.wrong(&key, what, format!("say {key}_file or {key}_env"));
            }
        }
        Some(ChannelTable { name: name.to_owned(), kind, section: all.section(name)?, secrets, files })
    }

    /// What stands in a file that is no secret.
    fn file(&self, fields: &Fields<'_>, key: &str) -> Option<String> {
        let typed = fields.text(key)?;
        match self.outside.text(&self.folder.join(&typed)) {
            Ok(text) => Some(text),
            Err(why) => {
                let what = format!("{}: the file {typed} {why}", fields.name(key));
                fields.wrong(key, what, "check its name and its rights");
                None
            }
        }
    }
}
