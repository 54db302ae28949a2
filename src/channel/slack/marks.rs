//! The service's marks in texts. What people type comes with them (`<@U1>`, `<http://r1|r1>`, `&lt;`) and
//! is read back to what was typed; what we say goes without any: nothing in it calls, links or formats.

/// What a person typed, as they saw it on their screen.
pub fn typed(text: &str) -> String {
    let mut typed = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        typed.push_str(&plain(before));
        let Some((mark, behind)) = after.split_once('>') else {
            typed.push('<');
            rest = after;
            continue;
        };
        typed.push_str(&plain(&shown(mark)));
        rest = behind;
    }
    typed.push_str(&plain(rest));
    typed
}

/// `@U1`, `#general`, `r1.example.net`.
fn shown(mark: &str) -> String {
    let (what, label) = match mark.split_once('|') {
        Some((what, label)) if !label.is_empty() => (what, Some(label)),
        Some((what, _)) => (what, None),
        None => (mark, None),
    };
    let label = |or: &str| label.unwrap_or(or).to_owned();
    match what.chars().next() {
        Some('@') => format!("@{}", label(what.get(1..).unwrap_or_default())),
        Some('#') => format!("#{}", label(what.get(1..).unwrap_or_default())),
        Some('!') => {
            let name = label(what.get(1..).unwrap_or_default());
            format!("@{}", name.trim_start_matches('@'))
        }
        _ => label(what.strip_prefix("mailto:").unwrap_or(what)),
    }
}

fn plain(escaped: &str) -> String {
    escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// What stands after the bot's name, or before it where nothing follows. None when it is not called.
pub fn after_name(text: &str, bot: &str) -> Option<String> {
    let mark = format!("<@{bot}");
    let (before, after) = text.split_once(&mark)?;
    // `<@U1>`, `<@U1|patchbay>`, and not `<@U12>`.
    let (label, after) = after.split_once('>')?;
    if !label.is_empty() && !label.starts_with('|') {
        return None;
    }
    let after = typed(after).trim_start_matches([':', ',']).trim().to_owned();
    Some(if after.is_empty() { typed(before).trim().to_owned() } else { after })
}

/// For every text that we say, plain or not: <https://docs.slack.dev/messaging/formatting-message-text>.
pub fn escaped(words: &str) -> String {
    let mut safe = String::with_capacity(words.len() + 8);
    words.chars().for_each(|c| push(&mut safe, c));
    safe
}

fn push(safe: &mut String, c: char) {
    match c {
        '&' => safe.push_str("&amp;"),
        '<' => safe.push_str("&lt;"),
        '>' => safe.push_str("&gt;"),
        other => safe.push(other),
    }
}

/// The service lets nobody type a command that the app did not register: `/diff R3` becomes `/net diff R3`.
/// `umbrella` is the one under which all can be typed, `ours` are those that have no name of their own there.
pub fn typeable(words: &str, umbrella: &str, ours: &[String]) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let (mut typeable, mut before) = (String::with_capacity(words.len()), ' ');
    for (at, c) in words.char_indices() {
        let rest = words.get(at..).unwrap_or_default();
        let name = rest.strip_prefix('/').unwrap_or_default();
        let end = name.find(|c| !is_word(c)).unwrap_or(name.len());
        let (name, behind) = name.split_at(end);
        let known = ours.iter().any(|command| command.strip_prefix('/') == Some(name));
        if known && c == '/' && !is_word(before) && before != '/' && !behind.starts_with('/') {
            typeable.push_str(umbrella);
            typeable.push(' ');
        } else {
            typeable.push(c);
        }
        before = c;
    }
    typeable
}

/// Three backticks would end a block of code: a mark without width stands between them.
pub fn defused(words: &str) -> String {
    let mut defused = String::with_capacity(words.len());
    for c in words.chars() {
        if c == '`' && defused.ends_with('`') {
            defused.push('\u{200b}');
        }
        defused.push(c);
    }
    defused
}

/// How long it is once it is escaped. Counted as UTF-16, which is never less than characters.
pub fn length(words: &str) -> usize {
    let long = |c: char| match c {
        '&' => 5,
        '<' | '>' => 4,
        other => other.len_utf16(),
    };
    words.chars().map(long).sum()
}

/// As much of it as fits into so many characters once escaped, with `…` where something is missing.
pub fn cut(words: &str, most: usize) -> String {
    if length(words) <= most {
        return escaped(words);
    }
    let (mut safe, mut room) = (String::new(), most.saturating_sub(1));
    for c in words.chars() {
        let long = length(c.encode_utf8(&mut [0; 4]));
        if long > room {
            break;
        }
        room -= long;
        push(&mut safe, c);
    }
    safe.push('…');
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_read_back() {
        for (text, read) in [
            ("ping <http://r1.example.net|r1.example.net> now", "ping r1.example.net now"),
            ("see <https://example.net/?a=1&amp;b=2>", "see https://example.net/?a=1&b=2"),
            ("a &lt; b &amp;&amp; c &gt; d", "a < b && c > d"),
            ("&amp;lt;", "&lt;"),
            ("<@U1> and <@U2|bob> in <#C1|noc>, <#C2>", "@U1 and @bob in #noc, #C2"),
            ("<!channel> <!subteam^S1|@noc> <!here|here>", "@channel @noc @here"),
            ("<mailto:a@example.net|a@example.net>", "a@example.net"),
            ("show | include <", "show | include <"),
            ("", ""),
        ] {
            assert_eq!(typed(text), read, "{text}");
        }
    }

    #[test]
    fn what_is_said_to_the_bot_stands_after_its_name() {
        for (text, read) in [
            ("<@UB> status all", Some("status all")),
            ("<@UB|patchbay>: status all", Some("status all")),
            ("hey <@UB>,  status &lt;R1&gt; ", Some("status <R1>")),
            ("status all <@UB>", Some("status all")),
            ("<@UB>", Some("")),
            ("<@UB2> status", None),
            ("status", None),
        ] {
            assert_eq!(after_name(text, "UB").as_deref(), read, "{text}");
        }
    }

    #[test]
    fn nothing_that_is_said_is_a_mark() {
        assert_eq!(escaped("<!channel> & <@U1>"), "&lt;!channel&gt; &amp; &lt;@U1&gt;");
        let code = defused("a ``` b ```` c");
        assert!(!code.contains("``"), "{code}");
    }

    #[test]
    fn a_cut_text_never_ends_inside_an_escape() {
        assert_eq!(cut("a<b", 6), "a&lt;b");
        assert_eq!(cut("a<bc", 6), "a&lt;…");
        assert_eq!(cut("a<bc", 5), "a…");
        assert_eq!(cut("ĐÀ NẴNG", 3), "ĐÀ…");
    }
}
