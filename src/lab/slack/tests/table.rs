//! The table of methods against the service's own description.

use std::path::PathBuf;

use serde_json::Value;

use crate::lab::slack::methods::{COMMON, Kind, Method, Parameter, Since};
use crate::lab::slack::table::METHODS;

/// None where there is none, which is said.
fn description(test: &str) -> Option<Value> {
    let root = std::env::var_os("PATCHBAY_SHARED").map(PathBuf::from);
    let root = root.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"));
    let path = root.join("specs/slack_web_openapi.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        assert!(std::env::var_os("PATCHBAY_REQUIRE_SHARED").is_none(), "{test} needs {}", path.display());
        println!("skipped: {test}: no shared data");
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

/// Lists and objects are texts with JSON in them there; a time is a number at some methods and a text at others.
fn is_of(kind: Kind, name: &str) -> bool {
    match name {
        "string" => kind != Kind::Number,
        "boolean" => kind == Kind::Flag,
        "integer" => kind == Kind::Number,
        "number" => kind == Kind::Ts,
        _ => false,
    }
}

fn differences(method: &Method, described: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let theirs = described["parameters"].as_array().unwrap();
    for their in theirs {
        let name = their["name"].as_str().unwrap();
        let ours = method.parameter(name);
        let Some(ours) = ours.filter(|ours| !matches!(ours.since, Since::Newer(_))) else {
            wrong.push(format!("{}: {name} is missing", method.name));
            continue;
        };
        let needed = their["required"] == true && name != "token";
        if (ours.needed && ours.since == Since::Description) != needed {
            wrong.push(format!("{}: {name} is needed: {needed}", method.name));
        }
        // Counts of files.info are texts there.
        let kind = their["type"].as_str().unwrap();
        if !is_of(ours.kind, kind) && method.name != "files.info" {
            wrong.push(format!("{}: {name} is a {kind}", method.name));
        }
    }
    let is_theirs = |ours: &&Parameter| theirs.iter().any(|their| their["name"] == ours.name);
    let older = |ours: &&Parameter| !matches!(ours.since, Since::Newer(_));
    let stray = method.parameters.iter().filter(older).filter(|ours| !is_theirs(ours));
    wrong.extend(stray.map(|ours| format!("{}: {} is not in the description", method.name, ours.name)));
    let json = described["consumes"].as_array().unwrap().iter().any(|kind| kind == "application/json");
    if json != method.json {
        wrong.push(format!("{}: reads JSON: {json}", method.name));
    }
    wrong
}

#[test]
fn the_table_of_methods_is_that_of_the_description() {
    let Some(description) = description("the_table_of_methods_is_that_of_the_description") else { return };
    let mut wrong = Vec::new();
    for method in METHODS {
        let described = description["paths"].get(format!("/{}", method.name));
        match described.and_then(Value::as_object).and_then(|verbs| verbs.values().next()) {
            Some(_) if method.newer.is_some() => wrong.push(format!("{} is not newer", method.name)),
            Some(described) => wrong.extend(differences(method, described)),
            None if method.newer.is_none() => wrong.push(format!("{} is not described", method.name)),
            None => {}
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_method_and_parameter_has_one_name() {
    let mut names: Vec<&str> = METHODS.iter().map(|method| method.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), METHODS.len());
    for method in METHODS {
        let mut names: Vec<&str> =
            method.parameters.iter().chain(COMMON).map(|parameter| parameter.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), method.parameters.len() + COMMON.len(), "{}", method.name);
    }
}
