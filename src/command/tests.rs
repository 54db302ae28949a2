//! From the files to the proof: what a person types, and what comes of it. One `check` for each stage.

use super::*;
use crate::model::invocation::{Choice, When};
use crate::model::person::{Effect, Grant, Subject};
use crate::model::{
    Destination, Device, DeviceId, DeviceName, Facts, Freeze, FreezeId, GrantId, Inventory, Invocation,
    JobId, Now, Person, PersonId, Policy, Profile, Reader, Refusal, Resolved, Source, Text, Timestamp, Value,
};
use crate::{embedded, texts};
use expect_test::{Expect, expect};
use proptest::prelude::*;
use std::sync::Arc;
use std::time::Duration;

mod files;
mod policy;
mod resolving;

/// The builtins that the program's own files name; that each is there is `tests/it/registries.rs`'s to say.
pub fn builtins() -> Vec<&'static str> {
    let texts = embedded::COMMANDS.iter().flat_map(|(_, text)| text.lines());
    let names = texts.filter_map(|line| line.strip_prefix("builtin = \""));
    names.filter_map(|rest| rest.strip_suffix('"')).collect()
}

/// Monday 2026-11-23, 12:00 UTC.
pub const NOW: Timestamp = Timestamp(1_795_435_200_000);

pub fn catalog() -> Catalog {
    Catalog::new(&embedded::commands(), &builtins()).unwrap_or_else(|problems| {
        panic!("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })
}

pub fn device(id: i64, name: &str, site: &str, tags: &[&str]) -> Device {
    Device {
        id: DeviceId(id),
        name: DeviceName::try_from(name.to_owned()).unwrap(),
        host: format!("10.0.0.{id}"),
        ssh_port: 22,
        restconf_port: 443,
        platform: "ios-xe".to_owned(),
        site: site.to_owned(),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        credential: "lab".to_owned(),
        profile: Profile::Modern,
        parents: Vec::new(),
        monitored: true,
        note: String::new(),
        interfaces: Vec::new(),
        tls: crate::model::device::Tls::Pin,
    }
}

pub fn facts(catalog: &Catalog) -> Facts {
    let inventory = Inventory::new(vec![
        device(1, "R1", "hanoi", &["core"]),
        device(2, "R2", "hanoi", &["edge"]),
        device(3, "R3", "danang", &["edge"]),
        device(12, "R12", "saigon", &[]),
    ]);
    Facts {
        now: Now { wall: NOW, monotonic: Duration::ZERO, boot: Timestamp(0) },
        asker: Some(person("operator")),
        place: Destination { channel: "terminal".to_owned(), address: "here".to_owned() },
        private: true,
        inventory: Arc::new(inventory),
        policy: Arc::new(Policy { grants: vec![allow("everything", "@admin")] }),
        commands: Arc::clone(catalog.commands()),
        people: Arc::new(Vec::new()),
        freezes: Arc::default(),
        bot_path: Arc::default(),
        platforms: Arc::default(),
        board: Arc::default(),
        periods: crate::model::Periods::default(),
        rules: Arc::new(crate::model::Rules::checked(&crate::embedded::rules()).unwrap()),
        homes: Arc::default(),
        doors: Arc::default(),
        bot_path: Arc::default(),
        zone: chrono_tz::Tz::UTC,
        starting: false,
        tracks: Arc::default(),
        offered: Arc::default(),
        simulated_until: None,
        job: None,
    }
}

pub fn person(role: &str) -> Person {
    Person {
        id: PersonId(1),
        name: "alice".to_owned(),
        role: role.to_owned(),
        language: "en".to_owned(),
        time_zone: chrono_tz::Asia::Ho_Chi_Minh,
    }
}

pub fn allow(name: &str, command: &str) -> Grant {
    Grant {
        id: GrantId(1),
        name: name.to_owned(),
        subject: Subject::Everyone,
        command: command.to_owned(),
        selector: "all".parse().unwrap(),
        chat: "*".to_owned(),
        effect: Effect::Allow,
    }
}

pub fn invocation(line: &str) -> Invocation {
    Invocation {
        line: line.to_owned(),
        asker: PersonId(1),
        place: Destination { channel: "terminal".to_owned(), address: "here".to_owned() },
        thread: None,
        key: "1".to_owned(),
        sent_at: None,
        received_at: NOW,
        confirmed_at: None,
        quoted: false,
    }
}

/// The sentence that the person reads.
pub fn said(text: &Text) -> String {
    texts::load("en").unwrap().render(text, &Reader::default(), NOW)
}
