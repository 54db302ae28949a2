//! The texts law: every `text!` of the code has its sentence in the English catalogue with exactly the
//! places that its arguments fill, and no sentence is left that nobody says.

use crate::laws::{hold, root};
use crate::scan::{Said, Source, files, sources};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Keys that the code puts together at run time, by their beginning, each with its reason.
const COMPUTED: &[(&str, &str)] = &[];

/// Key to the forms of its sentence.
type Catalogue = BTreeMap<String, Vec<String>>;

/// None until there is a catalogue at all.
fn catalogue(root: &Path) -> Option<Catalogue> {
    let mut catalogue = Catalogue::new();
    for file in files(root, "config/texts/en", ".toml") {
        let area = file.file_stem().unwrap().to_string_lossy().into_owned();
        add(&mut catalogue, &area, &std::fs::read_to_string(&file).unwrap());
    }
    (!catalogue.is_empty()).then_some(catalogue)
}

fn add(catalogue: &mut Catalogue, area: &str, toml: &str) {
    let table: toml::Table =
        toml.parse().unwrap_or_else(|error| panic!("config/texts/en/{area}.toml: {error}"));
    for (name, entry) in table {
        let forms = match entry {
            toml::Value::String(sentence) => vec![sentence],
            toml::Value::Table(forms) => {
                forms.into_iter().map(|(_, form)| form.as_str().unwrap_or_default().to_owned()).collect()
            }
            other => panic!("config/texts/en/{area}.toml: {name} is {}", other.type_str()),
        };
        catalogue.insert(format!("{area}.{name}"), forms);
    }
}

fn places(sentence: &str) -> BTreeSet<String> {
    let place = regex::Regex::new(r"\{([^{}]*)\}").unwrap();
    place.captures_iter(sentence).map(|found| found[1].to_owned()).collect()
}

fn wrong_saying(catalogue: &Catalogue, said: &Said) -> Vec<String> {
    let Some(forms) = catalogue.get(&said.key) else {
        let (area, name) = said.key.split_once('.').unwrap_or(("<area>", &said.key));
        return vec![format!(
            "{:?} has no sentence: add `{name} = \"...\"` to config/texts/en/{area}.toml",
            said.key
        )];
    };
    let wanted: BTreeSet<String> = forms.iter().flat_map(|form| places(form)).collect();
    let mut wrong = Vec::new();
    for name in wanted.difference(&said.args) {
        wrong.push(format!("{:?} has a place {{{name}}} that this text! does not fill", said.key));
    }
    let chooses = |name: &str| name == "count" && forms.len() > 1;
    for name in said.args.difference(&wanted).filter(|name| !chooses(name)) {
        wrong.push(format!("{:?} is given `{name}`, which its sentence does not say", said.key));
    }
    if forms.len() > 1 && !said.args.contains("count") {
        wrong.push(format!("{:?} has a form for one and needs `count`", said.key));
    }
    wrong
}

fn wrong_sayings(catalogue: &Catalogue, sources: &[Source]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for source in sources {
        for said in source.said() {
            let place = format!("{}:{}", source.path, said.line);
            wrong.extend(wrong_saying(catalogue, &said).into_iter().map(|what| format!("{place}: {what}")));
            used.insert(said.key);
        }
    }
    let dead = catalogue.keys().filter(|key| !used.contains(*key));
    let dead = dead.filter(|key| !COMPUTED.iter().any(|(beginning, _)| key.starts_with(beginning)));
    wrong.extend(dead.map(|key| format!("{key:?} is said nowhere: remove it from config/texts/en")));
    wrong
}

#[test]
fn every_text_has_its_sentence_and_every_sentence_is_said() {
    let Some(catalogue) = catalogue(&root()) else { return };
    hold(
        "Texts: the sources and config/texts/en must agree.",
        &wrong_sayings(&catalogue, &sources(&root(), "src")),
    );
}

#[test]
fn the_texts_law_sees_planted_breaches() {
    let mut catalogue = Catalogue::new();
    add(
        &mut catalogue,
        "backup",
        "done = \"{device} is saved\"\nmany = { one = \"one router\", other = \"{count} routers of {site}\" }",
    );
    let good = "fn f() { text!(\"backup.done\", device = d); text!(\"backup.many\", count = 2, site = s); }";
    let breaches = |text: &str| wrong_sayings(&catalogue, &[Source::new("src/builtin/backup.rs", text)]);
    assert_eq!(breaches(good), [""; 0]);
    for (more, told) in [
        ("text!(\"backup.none\")", "no sentence"),
        ("text!(\"backup.done\")", "does not fill"),
        ("text!(\"backup.done\", device = d, bytes = b)", "does not say"),
        ("text!(\"backup.many\", site = s)", "needs `count`"),
    ] {
        let found = breaches(&format!("{good} fn g() {{ {more} }}"));
        assert!(!found.is_empty() && found.iter().any(|what| what.contains(told)), "{more}: {found:?}");
    }
    assert_eq!(breaches("").len(), 2, "both sentences are said nowhere");
    assert_eq!(breaches("#[cfg(test)]\nmod tests { fn f() { text!(\"made.up\") } }").len(), 2);
}
