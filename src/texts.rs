//! The catalogue of sentences, made from the embedded files. A sentence that a language lacks is said
//! in English: half a translation is better than bare keys.

use crate::embedded;
use crate::model::text::{Entry, Texts};
use crate::model::written::{Fields, Section};
use crate::model::{Problem, Source};

/// The language that every text exists in.
const FIRST: &str = "en";

/// Every sentence of the language, English where it has none.
pub fn load(language: &str) -> Result<Texts, Vec<Problem>> {
    let mut entries = Vec::new();
    let mut problems = Vec::new();
    let other = if language == FIRST { Vec::new() } else { embedded::texts(language) };
    for (area, source) in embedded::texts(FIRST).iter().chain(&other) {
        match read(area, source) {
            Ok(more) => entries.extend(more),
            Err(more) => problems.extend(more),
        }
    }
    match problems.is_empty() {
        true => Ok(Texts::new(entries)),
        false => Err(problems),
    }
}

/// The languages that have at least one text.
pub fn languages() -> Vec<String> {
    let language = |file: &str| Some(file.strip_prefix("config/texts/")?.split('/').next()?.to_owned());
    let mut languages: Vec<String> = embedded::TEXTS.iter().filter_map(|(file, _)| language(file)).collect();
    languages.dedup();
    languages
}

/// One file: `key = "sentence"` or `key = { one = "...", other = "..." }`, below its area.
fn read(area: &str, source: &Source) -> Result<Vec<(String, Entry)>, Vec<Problem>> {
    let (entries, problems) = Section::whole(source)?.read(|fields| {
        let entry = |key: &String| Some((format!("{area}.{key}"), entry(fields, key)?));
        fields.keys().iter().filter_map(entry).collect()
    });
    match problems.is_empty() {
        true => Ok(entries),
        false => Err(problems),
    }
}

fn entry(fields: &Fields<'_>, key: &str) -> Option<Entry> {
    if !fields.is_table(key) {
        return fields.text(key).map(Entry::Plain);
    }
    let forms = fields.table(key)?;
    let one = forms.required("one", "give the sentence for one");
    let other = forms.required("other", "give the sentence for any other number");
    forms.done();
    Some(Entry::Counted { one, other })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Arg, Reader, Text, Timestamp};
    use std::collections::BTreeMap;

    #[test]
    fn the_embedded_texts_are_sound() {
        let texts = load("en").unwrap();
        assert!(texts.entries().count() > 20);
        assert_eq!(load("xx").unwrap().entries().count(), texts.entries().count());
        assert!(languages().contains(&"en".to_owned()));
    }

    #[test]
    fn both_forms_of_an_entry_are_read_and_anything_else_is_told() {
        let source = Source::new(
            "a.toml",
            "x = \"X\"\nn = { one = \"one\", other = \"{count}\" }\nbad = { one = \"1\" }\n",
        );
        let told: Vec<String> = read("a", &source).unwrap_err().iter().map(ToString::to_string).collect();
        assert_eq!(told, ["a.toml:3: bad.other is missing; give the sentence for any other number"]);
        let good = Source::new("a.toml", "n = { one = \"one\", other = \"{count}\" }\n");
        let texts = Texts::new(read("a", &good).unwrap());
        let text =
            Text { key: "a.n".to_owned(), args: BTreeMap::from([("count".to_owned(), Arg::Count(3))]) };
        let said = texts.render(&text, &Reader::default(), Timestamp(0));
        assert_eq!(said, "3");
    }
}
