//! What a person types, as the service hands it on: `&`, `<` and `>` are written as HTML does it, and what looks like an
//! address becomes a link.

/// `uses R1.lab.net & <b>` becomes `uses <http://R1.lab.net|R1.lab.net> &amp; &lt;b&gt;`. Mentions stay as they are.
pub(crate) fn as_message(typed: &str) -> String {
    let words: Vec<String> = typed.split(' ').map(word).collect();
    words.join(" ")
}

pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn word(word: &str) -> String {
    let mark = word.strip_prefix("<@").or_else(|| word.strip_prefix("<#"));
    if mark.is_some_and(|mark| mark.contains('>')) {
        return word.to_owned();
    }
    let escaped = escaped(word);
    if word.starts_with("https://") || word.starts_with("http://") {
        format!("<{escaped}>")
    } else if is_host(word) {
        format!("<http://{escaped}|{escaped}>")
    } else {
        escaped
    }
}

/// Some endings that the service takes for those of addresses.
const ENDINGS: [&str; 6] = ["com", "net", "org", "io", "vn", "dev"];

fn is_host(word: &str) -> bool {
    let Some((name, ending)) = word.rsplit_once('.') else { return false };
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '.';
    !name.is_empty() && name.chars().all(plain) && ENDINGS.contains(&ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_handed_on_as_the_service_does_it() {
        for (typed, handed_on) in [
            ("a < b & c", "a &lt; b &amp; c"),
            ("<@U1> see https://lab.test/?a=1&b=2", "<@U1> see <https://lab.test/?a=1&amp;b=2>"),
            ("ping R1.lab.net", "ping <http://R1.lab.net|R1.lab.net>"),
            ("10.0.0.1 Gi0/0/1.100", "10.0.0.1 Gi0/0/1.100"),
            ("<!channel>", "&lt;!channel&gt;"),
        ] {
            assert_eq!(as_message(typed), handed_on);
        }
    }
}
