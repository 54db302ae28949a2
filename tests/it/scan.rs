//! Reads the sources for the laws: Rust text enters; code without comments, strings and tests leaves,
//! and beside it the strings, the paths and the texts that the code names.
//! It knows enough of Rust to be right about formatted code, and no more.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// One file. `code` and `tests` are as long as `text`, blank where the other one speaks.
pub struct Source {
    /// From the root of the repository: `src/store/outbox.rs`.
    pub path: String,
    pub text: String,
    /// What runs: comments, contents of strings and tests are blank.
    pub code: String,
    /// What only tests run, blanked alike.
    pub tests: String,
    /// Strings of `code`.
    pub literals: Vec<Literal>,
    /// Lines that are not inside tests.
    pub lines: usize,
}

pub struct Literal {
    pub at: usize,
    pub text: String,
}

/// `text!("backup.done", count = 3)`
pub struct Said {
    pub line: usize,
    pub key: String,
    pub args: BTreeSet<String>,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Source {
        let (masked, all) = masked(text);
        let tests = match is_test_file(path) {
            true => vec![true; masked.len()],
            false => test_bytes(&masked),
        };
        let part = |wanted: bool| {
            let bytes = masked.bytes().zip(&tests);
            let kept = bytes.map(|(byte, test)| if byte == b'\n' || *test == wanted { byte } else { b' ' });
            String::from_utf8_lossy(&kept.collect::<Vec<u8>>()).into_owned()
        };
        let lines = masked.bytes().zip(&tests).filter(|(byte, test)| *byte == b'\n' && !**test).count();
        let literals = all.into_iter().filter(|literal| !tests[literal.at]).collect();
        Source {
            path: path.to_owned(),
            text: text.to_owned(),
            code: part(false),
            tests: part(true),
            literals,
            lines,
        }
    }

    pub fn line(&self, at: usize) -> usize {
        self.text[..at].matches('\n').count() + 1
    }

    /// `src/store/outbox.rs` is in the room `store`.
    pub fn room(&self) -> &str {
        let inside = self.path.strip_prefix("src/").unwrap_or(&self.path);
        inside.split('/').next().unwrap_or_default().trim_end_matches(".rs")
    }

    /// Where the code says `word`, which begins at the beginning of a word.
    pub fn says(&self, word: &str) -> Vec<usize> {
        occurrences(&self.code, word)
    }

    pub fn tests_say(&self, word: &str) -> Vec<usize> {
        occurrences(&self.tests, word)
    }

    /// Every path of this crate that the code names, without its `crate`: position and segments.
    pub fn paths(&self) -> Vec<(usize, Vec<String>)> {
        let mut found = Vec::new();
        for at in self.says("crate::") {
            for path in tree(&self.code[at + "crate::".len()..]) {
                found.push((at, path));
            }
        }
        for (at, rest) in self.climbs() {
            for path in tree(rest) {
                found.push((at, path));
            }
        }
        found
    }

    /// Each `super::super::` that leaves the room, which is what matters: position, what follows.
    fn climbs(&self) -> Vec<(usize, &str)> {
        let mut found = Vec::new();
        for at in self.says("super::") {
            let mut rest = &self.code[at..];
            let mut depth = self.depth();
            while let Some(after) = rest.strip_prefix("super::") {
                depth = depth.saturating_sub(1);
                rest = after;
            }
            if depth == 0 && !self.code[..at].ends_with("super::") {
                found.push((at, rest));
            }
        }
        found
    }

    /// How many modules deep the file is: 1 for `src/app.rs` and `src/store/mod.rs`.
    fn depth(&self) -> usize {
        let inside = self.path.strip_prefix("src/").unwrap_or(&self.path).trim_end_matches("/mod.rs");
        inside.split('/').count()
    }

    /// Every `text!` of the code.
    pub fn said(&self) -> Vec<Said> {
        let mut found = Vec::new();
        for at in self.says("text!(") {
            let inside = at + "text!(".len();
            let end = inside + closing(&self.code[inside..]);
            let Some(key) = self.literals.iter().find(|literal| (inside..end).contains(&literal.at)) else {
                continue;
            };
            let args = top_level(&self.code[inside..end]).into_iter().filter_map(named).collect();
            found.push(Said { line: self.line(at), key: key.text.clone(), args });
        }
        found
    }
}

/// `name = value` says `name`; `name == value` does not.
fn named(argument: &str) -> Option<String> {
    let (name, value) = argument.split_once('=')?;
    let name = name.trim();
    let word = !name.is_empty() && name.bytes().all(is_word);
    (word && !value.starts_with('=')).then(|| name.to_owned())
}

/// The text cut at its commas that stand in no bracket.
fn top_level(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut from) = (Vec::new(), 0i32, 0);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            b',' if depth == 0 => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts
}

/// Where the bracket closes in whose inside the text begins.
fn closing(text: &str) -> usize {
    let mut depth = 1i32;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// `a::{b, c::d} ...` is a::b and a::c::d.
fn tree(text: &str) -> Vec<Vec<String>> {
    let text = text.trim_start();
    if let Some(group) = text.strip_prefix('{') {
        return top_level(&group[..closing(group)]).into_iter().flat_map(tree).collect();
    }
    let length = text.bytes().take_while(|byte| is_word(*byte)).count();
    if length == 0 {
        return Vec::new();
    }
    let (segment, rest) = text.split_at(length);
    let below = rest.strip_prefix("::").map(tree).unwrap_or_default();
    let alone = || vec![vec![segment.to_owned()]];
    if below.is_empty() {
        return alone();
    }
    below.into_iter().map(|path| [vec![segment.to_owned()], path].concat()).collect()
}

fn occurrences(code: &str, word: &str) -> Vec<usize> {
    let bounded = word.bytes().next().is_some_and(is_word);
    code.match_indices(word)
        .map(|(at, _)| at)
        .filter(|at| !bounded || *at == 0 || !is_word(code.as_bytes()[*at - 1]))
        .collect()
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_test_file(path: &str) -> bool {
    path.split('/').any(|part| part == "tests" || part == "tests.rs" || part.ends_with("_tests.rs"))
}

/// Comments and the contents of strings blanked, and the strings.
fn masked(text: &str) -> (String, Vec<Literal>) {
    let bytes = text.as_bytes();
    let (mut out, mut literals, mut at) = (bytes.to_vec(), Vec::new(), 0);
    while at < bytes.len() {
        let rest = &bytes[at..];
        let starts_word = at == 0 || !is_word(bytes[at - 1]);
        if rest.starts_with(b"//") {
            let end = at + text[at..].find('\n').unwrap_or(rest.len());
            blank(&mut out, at, end);
            at = end;
        } else if rest.starts_with(b"/*") {
            let end = at + comment(rest);
            blank(&mut out, at, end);
            at = end;
        } else if let Some((open, close)) = raw(rest).filter(|_| starts_word) {
            let from = at + open;
            let length = text[from..].find(&close).unwrap_or(text.len() - from);
            literals.push(Literal { at: from, text: text[from..from + length].to_owned() });
            blank(&mut out, from, from + length);
            at = (from + length + close.len()).min(bytes.len());
        } else if rest[0] == b'"' {
            let length = string(&rest[1..]);
            literals.push(Literal { at: at + 1, text: text[at + 1..at + 1 + length].to_owned() });
            blank(&mut out, at + 1, at + 1 + length);
            at += length + 2;
        } else if rest[0] == b'\'' {
            let length = character(&text[at..]);
            blank(&mut out, at + 1, (at + length).saturating_sub(1).max(at + 1));
            at += length.max(1);
        } else {
            at += 1;
        }
    }
    // What is not ASCII stands only in strings and comments; a stray piece must not break the text.
    let ascii = out.into_iter().map(|byte| if byte.is_ascii() { byte } else { b' ' });
    (String::from_utf8_lossy(&ascii.collect::<Vec<u8>>()).into_owned(), literals)
}

fn blank(out: &mut [u8], from: usize, to: usize) {
    out[from..to].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
}

/// The length of a block comment, which may hold others.
fn comment(bytes: &[u8]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < bytes.len() {
        match &bytes[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// `r#"`, `br"`: the length of the opening and the closing that fits.
fn raw(bytes: &[u8]) -> Option<(usize, String)> {
    let prefix = ["br", "cr", "r"].iter().find(|prefix| bytes.starts_with(prefix.as_bytes()))?.len();
    let hashes = bytes[prefix..].iter().take_while(|byte| **byte == b'#').count();
    (bytes.get(prefix + hashes) == Some(&b'"'))
        .then(|| (prefix + hashes + 1, format!("\"{}", "#".repeat(hashes))))
}

/// The length of what stands before the closing quote.
fn string(bytes: &[u8]) -> usize {
    let mut at = 0;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at.min(bytes.len())
}

/// The length of `'x'` with its quotes; 1 for a lifetime.
fn character(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some((at, escaped))) => {
            let from = at + escaped.len_utf8();
            from + text[from..].find('\'').map_or(0, |quote| quote + 1)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}

/// Which bytes stand in an item under `#[cfg(test)]`.
fn test_bytes(code: &str) -> Vec<bool> {
    let mut tests = vec![false; code.len()];
    for mark in ["#[cfg(test)]", "#[cfg(all(test", "#[cfg(any(test"] {
        for (from, _) in code.match_indices(mark) {
            let end = from + item(&code[from..]);
            tests[from..end].fill(true);
        }
    }
    tests
}

/// The length of the item that begins with its attributes here.
fn item(code: &str) -> usize {
    let mut at = 0;
    while code[at..].trim_start().starts_with("#[") {
        let open = at + code[at..].find('[').unwrap_or_default() + 1;
        at = open + closing(&code[open..]) + 1;
    }
    let is_use =
        ["use ", "pub use ", "pub(crate) use "].iter().any(|word| code[at..].trim_start().starts_with(word));
    let mut depth = 0i32;
    for (offset, byte) in code[at..].bytes().enumerate() {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth -= 1,
            b';' if depth == 0 => return at + offset + 1,
            b'{' if depth == 0 && !is_use => return at + offset + 2 + closing(&code[at + offset + 1..]),
            _ => {}
        }
    }
    code.len()
}

/// The files below `folder` (from the root), sorted; none where there is no such folder.
pub fn files(root: &Path, folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false if path.to_string_lossy().ends_with(ending) => found.push(path),
                false => {}
            }
        }
    }
    found.sort();
    found
}

/// Every source below `folder`.
pub fn sources(root: &Path, folder: &str) -> Vec<Source> {
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        Source::new(&path.strip_prefix(root).unwrap().to_string_lossy(), &text)
    };
    let sources: Vec<Source> = files(root, folder, ".rs").into_iter().map(read).collect();
    assert!(
        !sources.is_empty(),
        "no sources below {}: a law without sources holds nothing",
        root.join(folder).display()
    );
    sources
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(path: &str, text: &str) -> Vec<String> {
        Source::new(path, text).paths().into_iter().map(|(_, path)| path.join("::")).collect()
    }

    #[test]
    fn paths_are_found_in_every_form() {
        assert_eq!(paths("src/flow/a.rs", "use crate::store::Work;"), ["store::Work"]);
        assert_eq!(
            paths("src/flow/a.rs", "use crate::{a::{b, c::D}, model::*,\n lab};"),
            ["a::b", "a::c::D", "model", "lab"]
        );
        assert_eq!(paths("src/flow/a.rs", "fn f() { crate::device::open(1) }"), ["device::open"]);
        assert_eq!(paths("src/flow.rs", "use super::lab::Lab;"), ["lab::Lab"]);
        assert_eq!(paths("src/flow/a.rs", "use super::super::{lab, app::X};"), ["lab", "app::X"]);
        assert_eq!(paths("src/flow/a.rs", "use super::b; pub(crate) use other::crate_name;"), [""; 0]);
        assert_eq!(paths("src/flow/mod.rs", "use super::lab;"), ["lab"]);
    }

    #[test]
    fn comments_strings_and_tests_are_not_code() {
        for text in [
            "// crate::lab",
            "/* /* */ crate::lab */",
            "const A: &str = \"\\\" crate::lab\";",
            "const A: &str = r#\"\" crate::lab\"#;",
            "#[cfg(test)]\nuse crate::lab;",
            "#[cfg(test)]\nuse {crate::lab::{a, b}};",
            "#[cfg(test)]\n#[path = \"x.rs\"]\nmod tests { fn f(a: [u8; 3]) { crate::lab } }",
            "#[cfg(test)]\nfn f(a: [u8; 3]) { crate::lab }",
        ] {
            assert_eq!(paths("src/flow/a.rs", text), [""; 0], "{text}");
        }
        for text in [
            "fn f<'a>(q: &'a str) { '\"'; crate::lab }",
            "const Q: char = '\\''; use crate::lab;",
            "const Q: char = '\\u{1F4}'; use crate::lab;",
            "#[cfg(test)]\nmod tests;\nuse crate::lab;",
            "#[cfg(test)]\nmod tests { }\nuse crate::lab;",
            "const E: &str = \"é ✅\"; use crate::lab;",
        ] {
            assert_eq!(paths("src/flow/a.rs", text), ["lab"], "{text}");
        }
        assert_eq!(paths("src/flow/tests.rs", "use crate::lab;"), [""; 0]);
    }

    #[test]
    fn texts_are_read_with_their_arguments() {
        let source = Source::new(
            "src/a.rs",
            "fn f() {\n text!(\"a.b\");\n text!(\n \"c.d\", x = g(1, y = 2), z = vec![a == b], );\n}\nmacro_rules! text { ($key:literal) => {} }",
        );
        let said: Vec<_> = source.said().into_iter().map(|said| (said.line, said.key, said.args)).collect();
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(said, [(2, "a.b".to_owned(), names(&[])), (3, "c.d".to_owned(), names(&["x", "z"]))]);
    }
}
