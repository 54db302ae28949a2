//! The service's HTML: a text with tags becomes a text and its entities. The refusals are the service's own words; an
//! `&` that begins no entity, which the service lets stand, is refused here: a bot that does not escape has a fault.

use super::entity::{Entity, units};
use super::refusal::Refusal;

/// Tags, and the entity that each becomes.
const TAGS: &[(&str, &str)] = &[
    ("b", "bold"),
    ("strong", "bold"),
    ("i", "italic"),
    ("em", "italic"),
    ("u", "underline"),
    ("ins", "underline"),
    ("s", "strikethrough"),
    ("strike", "strikethrough"),
    ("del", "strikethrough"),
    ("span", "spoiler"),
    ("tg-spoiler", "spoiler"),
    ("a", "text_link"),
    ("code", "code"),
    ("pre", "pre"),
    ("blockquote", "blockquote"),
];

pub(crate) fn parse(html: &str) -> Result<(String, Vec<Entity>), Refusal> {
    let mut parser =
        Parser { html, at: 0, text: String::new(), length: 0, open: Vec::new(), done: Vec::new() };
    parser.run().map_err(|what| Refusal::bad(format_args!("can't parse entities: {what}")))?;
    let mut entities = parser.done;
    entities.retain(|entity| entity.length > 0);
    entities.sort_by_key(|entity| (entity.offset, std::cmp::Reverse(entity.length)));
    Ok((parser.text, entities))
}

struct Parser<'a> {
    html: &'a str,
    /// In bytes, where the next character stands.
    at: usize,
    text: String,
    /// Of the text, in UTF-16 code units.
    length: usize,
    open: Vec<Open>,
    done: Vec<Entity>,
}

struct Open {
    tag: String,
    entity: Entity,
}

impl Parser<'_> {
    fn run(&mut self) -> Result<(), String> {
        while let Some(next) = self.rest().chars().next() {
            match next {
                '&' => {
                    let decoded = self.entity()?;
                    self.push(decoded);
                }
                '<' if self.rest().starts_with("</") => self.end_tag()?,
                '<' => self.start_tag()?,
                other => {
                    self.at += other.len_utf8();
                    self.push(other);
                }
            }
        }
        match self.open.last() {
            Some(open) => Err(format!("Can't find end tag corresponding to start tag \"{}\"", open.tag)),
            None => Ok(()),
        }
    }

    fn rest(&self) -> &str {
        self.html.get(self.at..).unwrap_or_default()
    }

    fn push(&mut self, character: char) {
        self.text.push(character);
        self.length += character.len_utf16();
    }

    fn entity(&mut self) -> Result<char, String> {
        let begin = self.at;
        let wrong = || format!("Unsupported entity at byte offset {begin}");
        let (name, _) = self.rest().get(1..).and_then(|rest| rest.split_once(';')).ok_or_else(wrong)?;
        let decoded = match name {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            "quot" => '"',
            name => numeric(name).ok_or_else(wrong)?,
        };
        self.at += name.len() + 2;
        Ok(decoded)
    }

    fn start_tag(&mut self) -> Result<(), String> {
        let begin = self.at;
        let inside = self.rest().get(1..).and_then(|rest| rest.split_once('>')).map(|(inside, _)| inside);
        let inside = inside.ok_or_else(|| format!("Unclosed start tag at byte offset {begin}"))?.to_owned();
        let (tag, attributes) = inside.split_once(char::is_whitespace).unwrap_or((&inside, ""));
        let tag = tag.to_ascii_lowercase();
        let Some((_, kind)) = TAGS.iter().find(|(name, _)| *name == tag) else {
            return Err(format!("Unsupported start tag \"{tag}\" at byte offset {begin}"));
        };
        let mut entity = Entity::new(kind, self.length, 0);
        self.at += inside.len() + 2;
        let mut is_spoiler = false;
        for (name, value) in self::attributes(attributes, &tag, begin)? {
            match (tag.as_str(), name.as_str()) {
                ("a", "href") => entity.url = Some(value),
                ("code", "class") => entity.language = value.strip_prefix("language-").map(str::to_owned),
                ("span", "class") => is_spoiler = value == "tg-spoiler",
                ("blockquote", "expandable") => "expandable_blockquote".clone_into(&mut entity.kind),
                _ => {}
            }
        }
        if tag == "span" && !is_spoiler {
            return Err(format!("Tag \"span\" must have class \"tg-spoiler\" at byte offset {begin}"));
        }
        self.open.push(Open { tag, entity });
        Ok(())
    }

    fn end_tag(&mut self) -> Result<(), String> {
        let begin = self.at;
        let Some(Open { tag, mut entity }) = self.open.pop() else {
            return Err(format!("Unexpected end tag at byte offset {begin}"));
        };
        let inside = self.rest().get(2..).and_then(|rest| rest.split_once('>')).map(|(inside, _)| inside);
        let inside = inside.ok_or_else(|| format!("Unclosed end tag at byte offset {begin}"))?;
        let name = inside.trim().to_ascii_lowercase();
        if !name.is_empty() && name != tag {
            return Err(format!(
                "Unmatched end tag at byte offset {begin}, expected \"</{tag}>\", found \"</{name}>\""
            ));
        }
        self.at += inside.len() + 3;
        entity.length = self.length - entity.offset;
        self.close(&tag, entity);
        Ok(())
    }

    /// A link without an address is its own; a language belongs to the `pre` around its `code`.
    fn close(&mut self, tag: &str, mut entity: Entity) {
        let said = entity.of(&self.text);
        match tag {
            "a" if entity.url.as_deref().unwrap_or_default().is_empty() => {
                if url::Url::parse(&said).is_err() {
                    return;
                }
                entity.url = Some(said);
            }
            "a" if entity.url.as_deref().is_some_and(|url| url::Url::parse(url).is_err()) => return,
            "pre" => {
                let inner = self.done.iter().position(|inner| {
                    inner.kind == "code" && (inner.offset, inner.length) == (entity.offset, entity.length)
                });
                if let Some(inner) = inner {
                    entity.language = self.done.remove(inner).language;
                }
            }
            "code" if self.open.iter().all(|open| open.tag != "pre") => entity.language = None,
            _ => {}
        }
        self.done.push(entity);
    }
}

fn numeric(name: &str) -> Option<char> {
    let number = name.strip_prefix('#')?;
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    char::from_u32(code).filter(|character| *character != '\0')
}

/// `name="value"` pairs; only `expandable` may stand without a value.
fn attributes(text: &str, tag: &str, begin: usize) -> Result<Vec<(String, String)>, String> {
    let mut found = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
        let (name, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let name = name.to_ascii_lowercase();
        if name.is_empty() {
            return Err(format!("Empty attribute name in the tag \"{tag}\" at byte offset {begin}"));
        }
        let after = after.trim_start();
        let Some(value) = after.strip_prefix('=').map(str::trim_start) else {
            if name != "expandable" {
                return Err(format!(
                    "Expected equal sign in declaration of an attribute of the tag \"{tag}\" at byte offset {begin}"
                ));
            }
            found.push((name, String::new()));
            rest = after;
            continue;
        };
        let quote = value.chars().next().filter(|first| ['"', '\''].contains(first));
        let (value, left) = match quote {
            Some(quote) => {
                let inner = value.get(1..).unwrap_or_default();
                inner.split_once(quote).ok_or_else(|| format!("Unclosed start tag at byte offset {begin}"))?
            }
            None => value.split_once(char::is_whitespace).unwrap_or((value, "")),
        };
        found.push((name, unescaped(value)));
        rest = left.trim_start();
    }
    Ok(found)
}

fn unescaped(value: &str) -> String {
    value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// So long is what a reader sees of it.
pub(crate) fn length(text: &str) -> usize {
    units(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(html: &str) -> String {
        match parse(html) {
            Ok((text, entities)) => {
                let of = |entity: &Entity| {
                    let more = entity.url.as_ref().or(entity.language.as_ref());
                    format!(
                        " {}:{}{}",
                        entity.kind,
                        entity.of(&text),
                        more.map(|more| format!("({more})")).unwrap_or_default()
                    )
                };
                format!("{text}|{}", entities.iter().map(of).collect::<String>())
            }
            Err(refusal) => refusal.description,
        }
    }

    #[test]
    fn tags_become_entities_and_faults_are_told_in_the_services_words() {
        for (html, said) in [
            ("a <b>🚀 R1</b> &lt;x&gt; &amp; &quot;&#65;&#x42;", "a 🚀 R1 <x> & \"AB| bold:🚀 R1"),
            ("<B>x<i>y</i></B>", "xy| bold:xy italic:y"),
            ("<pre><code class=\"language-rust\">x</code></pre>", "x| pre:x(rust)"),
            ("<a href='https://e.org/?a=1&amp;b=2'>x</a>", "x| text_link:x(https://e.org/?a=1&b=2)"),
            (
                "<span class=\"tg-spoiler\">x</span><blockquote expandable>y</blockquote>",
                "xy| spoiler:x expandable_blockquote:y",
            ),
            ("<b></b>x", "x|"),
            (
                "<b>x",
                "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"",
            ),
            ("x</b>", "Bad Request: can't parse entities: Unexpected end tag at byte offset 1"),
            (
                "<b><i>x</b></i>",
                "Bad Request: can't parse entities: Unmatched end tag at byte offset 7, expected \"</i>\", found \"</b>\"",
            ),
            (
                "é<h1>x</h1>",
                "Bad Request: can't parse entities: Unsupported start tag \"h1\" at byte offset 2",
            ),
            ("a < b", "Bad Request: can't parse entities: Unclosed start tag at byte offset 2"),
            ("a < b > c", "Bad Request: can't parse entities: Unsupported start tag \"\" at byte offset 2"),
            (
                "<span>x</span>",
                "Bad Request: can't parse entities: Tag \"span\" must have class \"tg-spoiler\" at byte offset 0",
            ),
            (
                "<a href>x</a>",
                "Bad Request: can't parse entities: Expected equal sign in declaration of an attribute of the tag \"a\" at byte offset 0",
            ),
            ("A&B", "Bad Request: can't parse entities: Unsupported entity at byte offset 1"),
            ("&nbsp;", "Bad Request: can't parse entities: Unsupported entity at byte offset 0"),
        ] {
            assert_eq!(parsed(html), said, "{html}");
        }
    }
}
