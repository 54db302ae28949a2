//! The commands that print configurations.

use super::Asked;
use crate::lab::fault::Fault;

pub(crate) fn running(asked: &Asked) -> String {
    if asked.faults.contains(&Fault::EmptyConfiguration) {
        return String::new();
    }
    let text = asked.state.running_text();
    let whole =
        format!("Building configuration...\n\nCurrent configuration : {} bytes\n{text}\n", text.len());
    if asked.faults.contains(&Fault::TruncatedConfiguration) {
        let lines: Vec<&str> = whole.lines().collect();
        let third = lines.get(..lines.len() / 3).unwrap_or_default();
        return third.join("\n") + "\n";
    }
    whole
}

pub(super) fn running_interface(asked: &Asked) -> String {
    let head = format!("interface {}", asked.argument());
    let Some(entry) = asked.state.running.section(&head) else {
        return String::new();
    };
    let mut text = format!("!\n{head}\n");
    for line in &entry.below {
        text.push_str(line);
        text.push('\n');
    }
    text.push_str("end\n");
    format!("Building configuration...\n\nCurrent configuration : {} bytes\n{text}\n", text.len())
}

pub(super) fn startup(asked: &Asked) -> String {
    let text = asked.state.startup_text();
    format!("Using {} out of 33554432 bytes\n{text}\n", text.len())
}

pub(super) fn archive(_: &Asked) -> String {
    "The maximum archive configurations allowed is 10.\n\
     There are currently 0 archive configurations saved.\n\
     The next archive file will be named scp://-1\n Archive #  Name\n"
        .to_owned()
}

/// The lines that only one of startup and running has, with their section above them.
pub(super) fn differences(asked: &Asked) -> String {
    let (startup, running) =
        (with_sections(asked.state.startup.text()), with_sections(asked.state.running.text()));
    let mut text = "!Contextual Config Diffs:\n".to_owned();
    let added = only_in(&running, &startup, '+');
    let removed = only_in(&startup, &running, '-');
    if added.is_empty() && removed.is_empty() {
        return text + "!No changes were found\n";
    }
    text.push_str(&added);
    text.push_str(&removed);
    text + "\n"
}

/// Each line with the section it stands in.
fn with_sections(text: String) -> Vec<(String, String)> {
    let mut section = String::new();
    let mut lines = Vec::new();
    for line in text.lines().filter(|line| line.trim() != "!") {
        if !line.starts_with(' ') {
            line.clone_into(&mut section);
        }
        lines.push((section.clone(), line.to_owned()));
    }
    lines
}

fn only_in(these: &[(String, String)], those: &[(String, String)], sign: char) -> String {
    let mut text = String::new();
    let mut shown = "";
    for (section, line) in these.iter().filter(|pair| !those.contains(pair)) {
        let new_section = those.iter().all(|(_, other)| other != section);
        if section != line && shown != section && !new_section {
            text.push_str(&format!("{section}\n"));
        }
        shown = section;
        text.push_str(&format!("{sign}{line}\n"));
    }
    text
}
