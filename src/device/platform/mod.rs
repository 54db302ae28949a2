//! What differs between router families, as data: how a prompt looks, what prepares a session, which line prints the
//! configuration. A new platform is one file and one line in [`PLATFORMS`].

pub(super) mod dialogues;
mod ios_xe;
mod ios_xe_dialogues;

use super::markers::Mark;
use crate::model::outcome::Refused;
use regex::Regex;
use std::sync::LazyLock;

/// One family of routers.
pub(super) struct Platform {
    /// As the inventory names it.
    pub name: &'static str,
    /// Looks like some prompt, the name of the router not known yet.
    pub prompt: &'static str,
    /// What may stand behind the learned name before the `#` (configuration modes).
    pub suffix: &'static str,
    /// A page is full; answered by one space.
    pub pager: &'static str,
    /// The router wants a password in the terminal.
    pub password: &'static str,
    /// A question that only a person may answer, at login.
    pub dialogue: &'static str,
    /// A question in the middle of a command.
    pub question: &'static str,
    /// Lines sent after login, each of which may be refused.
    pub prepare: &'static [&'static str],
    pub enable: &'static str,
    /// Prints the level of rights, found by the pattern; less than the number sees a part of the configuration only.
    pub rights: (&'static str, &'static str, u8),
    pub running_config: &'static str,
    pub startup_config: &'static str,
    /// The last line of a whole configuration.
    pub config_end: &'static str,
    pub exit: &'static str,
    pub marks: &'static [Mark],
    /// First words of a line that takes long and says nothing meanwhile.
    pub saves: &'static str,
    /// Where the router asks back.
    pub dialogues: &'static dialogues::Dialogues,
}

/// The registry. The first is what a device without a known platform is.
pub(super) const PLATFORMS: &[&Platform] = &[&ios_xe::IOS_XE];

/// The names that an inventory may use.
pub fn platform_names() -> impl Iterator<Item = &'static str> {
    PLATFORMS.iter().map(|platform| platform.name)
}

/// The patterns of a platform, compiled once.
pub(super) struct Patterns {
    pub platform: &'static Platform,
    pub prompt: Regex,
    pub suffix: Regex,
    pub pager: Regex,
    pub password: Regex,
    pub dialogue: Regex,
    pub question: Regex,
    pub saves: Regex,
    pub rights: Regex,
    pub marks: Vec<(Regex, Refused)>,
    pub dialogues: dialogues::Compiled,
}

static COMPILED: LazyLock<Vec<Patterns>> =
    LazyLock::new(|| PLATFORMS.iter().map(|platform| compile(platform)).collect());

/// The platform with this name; the first one for a name that nobody registered.
pub(super) fn patterns(name: &str) -> &'static Patterns {
    let named = COMPILED.iter().find(|patterns| patterns.platform.name.eq_ignore_ascii_case(name));
    named.or(COMPILED.first()).expect("PLATFORMS is not empty")
}

fn compile(platform: &'static Platform) -> Patterns {
    let regex =
        |pattern: &str| Regex::new(pattern).expect("patterns of platforms are constants, compiled in a test");
    Patterns {
        platform,
        prompt: regex(platform.prompt),
        suffix: regex(platform.suffix),
        pager: regex(platform.pager),
        password: regex(platform.password),
        dialogue: regex(platform.dialogue),
        question: regex(platform.question),
        saves: regex(platform.saves),
        rights: regex(platform.rights.1),
        marks: platform
            .marks
            .iter()
            .map(|mark| (regex(&format!("(?i){}", mark.pattern)), mark.reason))
            .collect(),
        dialogues: dialogues::Compiled::new(platform.dialogues),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_platform_compiles_and_has_its_own_name() {
        let mut names: Vec<&str> = COMPILED.iter().map(|patterns| patterns.platform.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), PLATFORMS.len());
        for patterns in COMPILED.iter() {
            assert!(!patterns.platform.running_config.is_empty() && !patterns.platform.marks.is_empty());
        }
    }
}
