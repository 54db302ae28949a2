//! Registry laws: every registry's names are unique, each entry has help and is used, and each has
//! a case in a test. A new builtin, command, platform or channel fails here until it has them.

use crate::laws::hold;
use crate::scan::sources;
use patchbay::builtin::{self, BUILTINS};
use patchbay::channel::KINDS;
use patchbay::command::Catalog;
use patchbay::model::{Command, Run};
use std::collections::BTreeSet;

fn catalog() -> Catalog {
    Catalog::new(&patchbay::embedded::commands(), &builtin::names()).unwrap()
}

fn doubled<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    names.into_iter().filter(|name| !seen.insert(*name)).map(|name| format!("{name} stands twice")).collect()
}

/// What the tests type, as one text.
fn typed_in_tests() -> String {
    let root = crate::laws::root();
    sources(&root, "tests/it")
        .into_iter()
        .filter(|source| !source.path.ends_with("registries.rs"))
        .map(|source| source.text)
        .collect()
}

#[test]
fn every_builtin_has_one_name_and_a_command_that_runs_it() {
    let mut wrong = doubled(builtin::names());
    let catalog = catalog();
    for builtin in BUILTINS {
        let runs = |command: &Command| command.run == Run::Builtin(builtin.name.to_owned());
        if !catalog.commands().iter().any(|command| runs(command)) {
            wrong.push(format!("builtin {} is run by no command file", builtin.name));
        }
    }
    hold("Builtins: one name each, and a file in commands/ that runs it.", &wrong);
}

#[test]
fn every_command_has_help_an_example_and_a_case() {
    let (catalog, typed) = (catalog(), typed_in_tests());
    let mut wrong = Vec::new();
    for command in catalog.commands().iter() {
        let name = command.permission();
        if command.about.trim().is_empty() || command.examples.is_empty() {
            wrong.push(format!("{name} has no about or no example"));
        }
        let words = name.replace('.', " ");
        let default = command.default_action.then(|| format!("/{} ", command.name));
        if !typed.contains(&format!("/{words}")) && !default.is_some_and(|form| typed.contains(&form)) {
            wrong.push(format!("/{words} is typed by no test in tests/it"));
        }
    }
    hold("Commands: help, an example, and a test that types them.", &wrong);
}

#[test]
fn every_channel_has_one_name_and_stands_in_the_example_settings() {
    let example = std::fs::read_to_string(crate::laws::root().join("config/example.toml")).unwrap();
    let mut wrong = doubled(KINDS.iter().map(|kind| kind.name));
    for kind in &KINDS {
        if !example.contains(&format!("kind = \"{}\"", kind.name)) {
            wrong.push(format!("config/example.toml shows no channel of kind {}", kind.name));
        }
    }
    hold("Channels: one name each, and shown in config/example.toml.", &wrong);
}

#[test]
fn every_platform_has_one_name_and_recorded_or_simulated_cases() {
    let names: Vec<&str> = patchbay::device::platform_names().collect();
    let mut wrong = doubled(names.iter().copied());
    let default = patchbay::model::device::DEFAULT_PLATFORM;
    if !names.contains(&default) {
        wrong.push(format!("{default}, which a new router gets, is no platform"));
    }
    hold("Platforms: one name each.", &wrong);
}
