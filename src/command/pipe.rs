//! The pipes of `show`, applied by the bot itself as IOS applies them: no pipe ever reaches a router,
//! so none can write a file there.

use crate::model::Text;
use crate::model::invocation::Pipe;
use regex::{Regex, RegexBuilder};

type Name = (&'static str, fn(String) -> Pipe);

/// Full names; any first letters will do, as on the router.
const NAMES: [Name; 5] = [
    ("include", Pipe::Include),
    ("exclude", Pipe::Exclude),
    ("section", Pipe::Section),
    ("begin", Pipe::Begin),
    ("count", Pipe::Count),
];

/// One pipe as typed, without its `|`.
pub fn read(typed: &str) -> Result<Pipe, Text> {
    let typed = typed.trim();
    let (name, pattern) = typed.split_once(' ').unwrap_or((typed, ""));
    if name.is_empty() {
        return Err(text!("command.pipe_empty", pipe = "|"));
    }
    let folded = name.to_lowercase();
    let Some((full, make)) = NAMES.iter().find(|(full, _)| full.starts_with(&folded)) else {
        return Err(text!("command.pipe_unknown", pipe = name));
    };
    let pattern = match pattern.trim().split_once(' ') {
        // `section include X` is IOS's long form of `section X`.
        Some((word, rest)) if *full == "section" && is_include(word) => rest.trim(),
        _ => pattern.trim(),
    };
    if pattern.is_empty() {
        return Err(text!("command.pipe_empty", pipe = *full));
    }
    match compile(pattern) {
        Ok(_) => Ok(make(pattern.to_owned())),
        Err(_) => Err(text!("command.pipe_pattern", pattern = pattern)),
    }
}

fn is_include(word: &str) -> bool {
    word.len() >= 3 && "include".starts_with(&word.to_lowercase())
}

/// What the router would have printed. A pattern that does not compile lets every line through:
/// [`read`] refused it before, and an old stored line must not fail a job.
pub fn filtered(output: &str, pipes: &[Pipe]) -> String {
    pipes.iter().fold(output.to_owned(), |text, pipe| apply(&text, pipe))
}

fn apply(text: &str, pipe: &Pipe) -> String {
    let Ok(regex) = compile(pattern(pipe)) else { return text.to_owned() };
    let lines = || text.lines();
    let kept: Vec<&str> = match pipe {
        Pipe::Include(_) => lines().filter(|line| regex.is_match(line)).collect(),
        Pipe::Exclude(_) => lines().filter(|line| !regex.is_match(line)).collect(),
        Pipe::Begin(_) => lines().skip_while(|line| !regex.is_match(line)).collect(),
        Pipe::Section(_) => section(text, &regex),
        Pipe::Count(_) => {
            let count = lines().filter(|line| regex.is_match(line)).count();
            return format!("Number of lines which match regexp = {count}");
        }
    };
    kept.join("\n")
}

fn pattern(pipe: &Pipe) -> &str {
    match pipe {
        Pipe::Include(pattern)
        | Pipe::Exclude(pattern)
        | Pipe::Section(pattern)
        | Pipe::Begin(pattern)
        | Pipe::Count(pattern) => pattern,
    }
}

/// Each matching line with the lines below it that are indented deeper.
fn section<'t>(text: &'t str, regex: &Regex) -> Vec<&'t str> {
    let mut within: Option<usize> = None;
    let mut kept = Vec::new();
    for line in text.lines() {
        let depth = line.len() - line.trim_start_matches(' ').len();
        let child = within.is_some_and(|parent| depth > parent && !line.trim().is_empty());
        if child {
            kept.push(line);
        } else if regex.is_match(line) {
            within = Some(depth);
            kept.push(line);
        } else {
            within = None;
        }
    }
    kept
}

/// IOS's regular expressions are ours but for `_`, which there also stands for any delimiter or an
/// end of the line. Case matters, as on the router.
fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    let mut ours = String::with_capacity(pattern.len());
    let mut class = false;
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                ours.push(c);
                ours.extend(chars.next());
                continue;
            }
            '[' => class = true,
            ']' => class = false,
            '_' if !class => {
                ours.push_str("(?:^|$|[_ ,{}()])");
                continue;
            }
            _ => {}
        }
        ours.push(c);
    }
    RegexBuilder::new(&ours).size_limit(1 << 20).nest_limit(50).build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CONFIG: &str = "hostname R1\n!\ninterface Gi1\n description up|link\n ip address 10.0.0.1\n!\nrouter bgp 65000\n address-family ipv4\n  neighbor 10.0.0.9\n exit-address-family\n!\nip route_x\nend";

    /// Plain strings: `expect!` takes away the indent that matters here.
    fn check(pipe: &str, expected: &str) {
        let pipes: Vec<Pipe> = pipe.split(" || ").map(|pipe| read(pipe).unwrap()).collect();
        assert_eq!(filtered(CONFIG, &pipes), expected, "{pipe}");
    }

    #[test]
    fn pipes_filter_as_ios_does() {
        check("include ip", " description up|link\n ip address 10.0.0.1\n address-family ipv4\nip route_x");
        check("i ^ip", "ip route_x");
        check("include route_x|host", "hostname R1\nip route_x");
        check("include _R1_", "hostname R1");
        check("exclude ^ |!", "hostname R1\ninterface Gi1\nrouter bgp 65000\nip route_x\nend");
        check("begin ^ip", "ip route_x\nend");
        check(
            "section bgp",
            "router bgp 65000\n address-family ipv4\n  neighbor 10.0.0.9\n exit-address-family",
        );
        check("section address-family", " address-family ipv4\n  neighbor 10.0.0.9\n exit-address-family");
        check("count ^!", "Number of lines which match regexp = 3");
        check("section bgp || include neighbor", "  neighbor 10.0.0.9");
        check("include nothing", "");
    }

    proptest! {
        #[test]
        fn no_pattern_is_a_panic(typed in any::<String>(), pattern in "[\\[\\]()_|*+?.\\\\a-c^$]{0,12}") {
            for typed in [typed, format!("include {pattern}"), format!("section {pattern}")] {
                if let Ok(pipe) = read(&typed) {
                    let _ = filtered(CONFIG, &[pipe]);
                }
            }
        }
    }
}
