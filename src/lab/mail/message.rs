//! One mail as it arrived, and how its headers are read: folded lines and the words of RFC 2047.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A mail that the server took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Of the envelope.
    pub from: String,
    /// Of the envelope, in the order in which they were named.
    pub to: Vec<String>,
    /// Headers and body with their line ends, the stuffing of dots undone.
    pub raw: String,
    /// Decoded; empty where there is none.
    pub subject: String,
}

impl Mail {
    pub(crate) fn new(from: String, to: Vec<String>, raw: String) -> Mail {
        let mut mail = Mail { from, to, raw, subject: String::new() };
        mail.subject = mail.header("Subject").map(|subject| words(&subject)).unwrap_or_default();
        mail
    }

    /// The first header of this name, unfolded and not decoded.
    pub fn header(&self, name: &str) -> Option<String> {
        let head = self.raw.split_once("\r\n\r\n").map_or(self.raw.as_str(), |(head, _)| head);
        let mut lines = head.split("\r\n");
        let is_name = |line: &&str| {
            line.split_once(':').is_some_and(|(its, _)| its.trim_end().eq_ignore_ascii_case(name))
        };
        let first = lines.by_ref().find(is_name)?;
        let mut value = first.split_once(':').map_or("", |(_, value)| value).to_owned();
        for line in lines.take_while(|line| line.starts_with([' ', '\t'])) {
            value.push_str(line);
        }
        Some(value.trim().to_owned())
    }
}

/// `=?utf-8?b?...?=` and `=?utf-8?q?...?=` decoded; a space between two of them is none.
fn words(text: &str) -> String {
    let mut said = String::new();
    let mut before_was_encoded = false;
    for (number, word) in text.split_whitespace().enumerate() {
        let decoded = encoded(word);
        if number > 0 && !(before_was_encoded && decoded.is_some()) {
            said.push(' ');
        }
        before_was_encoded = decoded.is_some();
        said.push_str(decoded.as_deref().unwrap_or(word));
    }
    said
}

fn encoded(word: &str) -> Option<String> {
    let mut parts = word.strip_prefix("=?")?.strip_suffix("?=")?.splitn(3, '?');
    let (charset, coding, text) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes = match coding {
        _ if !charset.eq_ignore_ascii_case("utf-8") => return None,
        "b" | "B" => STANDARD.decode(text).ok()?,
        "q" | "Q" => quoted(text)?,
        _ => return None,
    };
    String::from_utf8(bytes).ok()
}

fn quoted(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'_' => b' ',
            b'=' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            other => other,
        });
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_unfolded_and_their_words_decoded() {
        let raw = "To: a@lab\r\nSubject: =?utf-8?b?xJDDoA==?=\r\n =?utf-8?q?_N=E1=BA=B5ng?= is\r\n\t5 % up\r\n\r\nSubject: no";
        let mail = Mail::new(String::new(), Vec::new(), raw.to_owned());
        assert_eq!(mail.subject, "Đà Nẵng is 5 % up");
        assert_eq!(mail.header("to").as_deref(), Some("a@lab"));
        assert_eq!(mail.header("Message-ID"), None);
    }
}
