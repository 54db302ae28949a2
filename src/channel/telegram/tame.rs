//! What the service looks for in a bot's words by itself, ended before it begins: names that would be called,
//! tags, links, and commands that run at a touch. A router's or a person's words reach a chat in prose; of all
//! that only the catalogue's own commands stay, because our sentences offer them. Pure.
//! Where it looks: <https://github.com/tdlib/td/blob/master/td/telegram/MessageEntity.cpp>, `find_entities`.

/// It has no width and no meaning, but ends what the service takes for a name.
const JOINER: char = '\u{2060}';
/// Endings of files, of which none is a domain.
const FILES: [&str; 8] = ["bin", "cfg", "csv", "json", "log", "png", "toml", "txt"];

/// The same to the eye. Numbers with dots stay whole, so that an address can be copied. `commands` have their `/`.
pub fn tame(text: &str, commands: &[String]) -> String {
    let mut tamed = String::with_capacity(text.len());
    let (mut before, mut in_link) = (' ', false);
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        tamed.push(c);
        let after = rest.as_str();
        let begins_link = c == ':' && after.starts_with("//");
        in_link = (in_link || begins_link) && !c.is_whitespace();
        let found = match c {
            '@' => !is_word(before) && after.starts_with(|next: char| next.is_alphanumeric() || next == '_'),
            '#' | '$' => !is_word(before) && is_tag(after),
            '/' => !is_word(before) && after.starts_with(is_word) && !is_command(after, commands),
            ':' => begins_link,
            '.' => !before.is_whitespace() && (is_domain(after) || in_link && after.starts_with(is_word)),
            _ => false,
        };
        if found {
            tamed.push(JOINER);
        }
        before = c;
    }
    tamed
}

/// What a name may follow on without a break; marks and letters of other scripts do not count there.
fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// `#7` is none.
fn is_tag(after: &str) -> bool {
    let tag = after.chars().take_while(|c| c.is_alphanumeric() || *c == '_');
    tag.into_iter().any(|c| c.is_alphabetic() || c == '_')
}

/// The whole word and nothing behind it: `/reboot_R1`, `/reboot@other` and `/reboot/x` are none.
fn is_command(after: &str, commands: &[String]) -> bool {
    let end = after.find(|c| !is_word(c)).unwrap_or(after.len());
    let (name, behind) = after.split_at(end);
    let known = |command: &String| command.strip_prefix('/') == Some(name);
    !behind.starts_with(['@', '/', '<', '>']) && commands.iter().any(known)
}

/// What ends a host is at least two letters.
fn is_domain(after: &str) -> bool {
    let end = after.find(|c: char| !c.is_alphanumeric()).unwrap_or(after.len());
    let label = after.get(..end).unwrap_or_default();
    label.chars().take(2).filter(|c| c.is_alphabetic()).count() == 2 && !FILES.contains(&label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CATALOGUE: [&str; 3] = ["/diff", "/bw", "/reboot"];

    fn commands() -> Vec<String> {
        CATALOGUE.map(str::to_owned).into()
    }

    #[test]
    fn only_commands_of_the_catalogue_can_be_touched() {
        for (text, expected) in [
            ("see /diff R3, next time: /bw R1 Gi1", "see /diff R3, next time: /bw R1 Gi1"),
            ("(/diff R3) /diff.", "(/diff R3) /diff."),
            ("/reboot_R1 and /x", "/^reboot_R1 and /^x"),
            ("/reboot@other_bot /reboot/x", "/^reboot@other_bot /^reboot/x"),
            ("ⓐ@noc_admin ា@noc_admin (@noc)", "ⓐ@^noc_admin ា@^noc_admin (@^noc)"),
            ("Gi0/0/1 10.0.0.0/24 17.9.4a R1.cfg 99.5 %", "Gi0/0/1 10.0.0.0/24 17.9.4a R1.cfg 99.5 %"),
            ("http://10.0.0.1/a evil.example", "http:^//^10.^0.^0.^1/a evil.^example"),
            ("a@b.net #7 #a #7a $ABC 5$", "a@b.^net #7 #^a #^7a $^ABC 5$"),
        ] {
            let tamed = tame(text, &commands());
            assert_eq!(tamed.replace(JOINER, "^"), expected);
            assert_eq!(tame(&tamed, &commands()), tamed, "once more");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_left_that_calls_links_or_runs(text in "([a-z@#$ ._<0-9é(ⓐា/:]|/bw|/diff|://){0,40}") {
            let tamed = tame(&text, &commands());
            let names = regex::Regex::new(r"(^|[^A-Za-z0-9_])(@[A-Za-z0-9_]|[#$][\p{L}_])").unwrap();
            prop_assert!(!names.is_match(&tamed), "{tamed}");
            let runs = regex::Regex::new(r"(?:^|[^A-Za-z0-9_])(/[A-Za-z0-9_]+)").unwrap();
            for run in runs.captures_iter(&tamed) {
                prop_assert!(CATALOGUE.contains(&&run[1]), "{tamed}");
            }
            prop_assert!(!tamed.contains("://"), "{tamed}");
            let links = regex::Regex::new(r"\S\.[a-z]{2}").unwrap();
            for link in links.find_iter(&tamed) {
                let ending = &tamed[link.end() - 2..];
                prop_assert!(FILES.iter().any(|file| ending.starts_with(file)), "{tamed}");
            }
            prop_assert_eq!(tamed.replace(JOINER, ""), text);
        }
    }
}
