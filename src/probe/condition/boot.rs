//! What the router will boot: `show boot` (switches), `show bootvar` (routers), and whether the file is there.

use super::version::pattern;
use regex::Regex;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Boot {
    /// The boot variable names this, its first entry; none where it is not set.
    pub variable: Option<String>,
    /// The image that runs now.
    pub running: Option<String>,
    /// Whether the file that will be booted is there; none where nobody could look.
    pub found: Option<bool>,
    /// `0x2102`
    pub register: Option<String>,
}

static VARIABLE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?mi)^\s*BOOT (?:variable\s*=|path-list\s*:)[ \t]*(.*?)\s*$"));
static REGISTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?mi)^\s*Configuration register is (0x[0-9a-f]+)(?: \(will be (0x[0-9a-f]+))?")
});
static DIRECTORY: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?mi)^Directory of ([a-z0-9-]+):"));

pub(super) fn read(shown: [Option<&str>; 2], directory: Option<&str>, running: Option<String>) -> Boot {
    let shown: Vec<&str> = shown.into_iter().flatten().collect();
    let variable = shown.iter().find_map(|text| variable(text));
    let register = shown.iter().find_map(|text| register(text));
    let wanted = variable.clone().or_else(|| running.clone());
    let found = wanted.as_deref().zip(directory).and_then(|(file, listing)| is_there(file, listing));
    Boot { variable, running, found, register }
}

/// The last one that is said counts: it is the one for the next boot.
fn variable(text: &str) -> Option<String> {
    let all = VARIABLE.captures_iter(text).filter_map(|found| found.get(1));
    // `flash:one,12;flash:two,12;`
    let first = all.last()?.as_str().split(';').next()?.split(',').next()?.trim().trim_matches('"');
    (!first.is_empty() && !first.eq_ignore_ascii_case("does not exist")).then(|| first.to_owned())
}

fn register(text: &str) -> Option<String> {
    let found = REGISTER.captures(text)?;
    found.get(2).or_else(|| found.get(1)).map(|group| group.as_str().to_owned())
}

/// Whether a listing shows the file; none where it lists another file system.
fn is_there(file: &str, listing: &str) -> Option<bool> {
    let system = DIRECTORY.captures(listing)?.get(1)?.as_str().to_lowercase();
    let (on, path) = file.split_once(':').unwrap_or((system.as_str(), file));
    let name = path.trim_start_matches('/');
    let same = on.eq_ignore_ascii_case(&system) || (is_flash(on) && is_flash(&system));
    if !same || name.contains('/') {
        return None;
    }
    Some(listing.lines().any(|line| line.split_whitespace().next_back() == Some(name)))
}

/// Routers call the same memory by both names.
fn is_flash(name: &str) -> bool {
    matches!(name.to_lowercase().as_str(), "flash" | "bootflash")
}

impl Boot {
    /// Bits 0 to 3 at zero stop in ROM, bit 6 boots without the configuration (0x2142): after a reload nobody
    /// reaches such a router.
    #[must_use]
    pub fn register_is_unsafe(&self) -> bool {
        let number = self.register.as_deref().and_then(|text| u32::from_str_radix(text.get(2..)?, 16).ok());
        number.is_some_and(|register| register & 0xf == 0 || register & 0x40 != 0)
    }
}
