//! Each owner file against a real database in a temporary folder, then the store as a whole.

mod alerts;
mod devices;
mod jobs;
mod messages;
mod metrics;
mod open;
mod outbox;
mod outbox_dead;
mod outbox_laws;
mod people;
mod sweep;
mod versions;
mod writer;

use super::work::Work;
use super::*;
use crate::model::*;
use rusqlite::Connection;
use tempfile::TempDir;

/// A database with nobody else at it; changes are made without the writer.
pub struct Bench {
    pub folder: TempDir,
    pub db: Connection,
}

impl Bench {
    pub fn new() -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let (db, _) = super::open::open(folder.path(), Access::Beside).unwrap();
        Bench { folder, db }
    }

    pub fn work(&self) -> Work<'_> {
        Work::new(&self.db)
    }

    /// One person and some routers, for what refers to them.
    pub fn furnished(names: &[&str]) -> (Bench, PersonId, Vec<DeviceId>) {
        let bench = Bench::new();
        let mut work = bench.work();
        let person = work.add_person("you", "admin", &Reader::default(), &[], at(0)).unwrap();
        let devices = names.iter().map(|name| work.add_device(&device(name), at(0)).unwrap()).collect();
        (bench, person, devices)
    }
}

pub fn at(millis: i64) -> Timestamp {
    Timestamp(millis)
}

pub fn device(name: &str) -> Device {
    Device {
        id: DeviceId(0),
        name: DeviceName::try_from(name.to_owned()).unwrap(),
        host: "127.0.0.1".to_owned(),
        ssh_port: 22,
        restconf_port: 443,
        platform: "ios-xe".to_owned(),
        site: "hanoi".to_owned(),
        tags: vec!["core".to_owned(), "edge".to_owned()],
        credential: "lab".to_owned(),
        profile: Profile::Legacy,
        parents: Vec::new(),
        monitored: true,
        interfaces: Vec::new(),
        tls: crate::model::device::Tls::Pin,
        note: "console on port 7".to_owned(),
    }
}

pub fn place() -> Destination {
    Destination { channel: "terminal".to_owned(), address: "here".to_owned() }
}

pub fn invocation(asker: PersonId) -> Invocation {
    Invocation {
        line: "/backup all".to_owned(),
        asker,
        place: place(),
        thread: Some(Thread("7".to_owned())),
        key: "s:1".to_owned(),
        sent_at: None,
        received_at: at(5),
        confirmed_at: None,
        quoted: false,
    }
}

pub fn outbound(slot: &str, words: &str) -> Outbound {
    Outbound {
        slot: Slot(slot.to_owned()),
        place: place(),
        thread: None,
        reply_to: None,
        class: Class::Result,
        only: None,
        document: Document::open(Sign::Running, Text::verbatim(words)),
        not_before: None,
        expires: None,
    }
}

pub fn button(name: &str, uses: Uses, until: i64) -> Button {
    Button {
        name: name.to_owned(),
        label: Text::verbatim(name),
        action: Action::Run { line: format!("/{name}") },
        who: Who::WhoeverMay,
        until: at(until),
        uses,
    }
}
