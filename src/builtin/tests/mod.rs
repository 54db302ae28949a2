//! Answers as a person reads them: a typed line, what was last seen, and what the store holds go in,
//! the words of the message come out.

mod alerts;
mod bw;
mod freeze;
mod inventory;
mod logs;
mod reloads;
mod status;
mod subscribers;
mod top;
mod window;

use super::BUILTINS;
use crate::command::{self, Catalog};
use crate::model::board::{Interface, Periods, Seen, System};
use crate::model::*;
use crate::store::{Access, Store, StoreError, Work};
use crate::{embedded, texts};
use expect_test::{Expect, expect};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

/// Monday 2026-11-23, 14:02 UTC.
const NOW: Timestamp = Timestamp(1_795_442_520_000);
const GIGA: u64 = 1_000_000_000;

/// Routers, what was seen of them, and a real database.
struct Bench {
    facts: Facts,
    catalog: Arc<Catalog>,
    store: Store,
    folder: tempfile::TempDir,
    runtime: tokio::runtime::Runtime,
}

impl Bench {
    /// R1 and R2 in hanoi, R3 in danang, R4 and R5 in saigon; nothing was seen of them.
    fn new() -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let store = Store::open(folder.path(), Access::Bot).unwrap();
        let catalog = Arc::new(Catalog::new(&embedded::commands(), &super::names()).unwrap());
        let sites = [("R1", "hanoi"), ("R2", "hanoi"), ("R3", "danang"), ("R4", "saigon"), ("R5", "saigon")];
        let work = move |work: &mut Work<'_>| {
            work.add_person("alice", "admin", &Reader::default(), &[], Timestamp(0))?;
            for (name, site) in sites {
                let mut device = super::blank(name).unwrap();
                device.host = "192.0.2.1".to_owned();
                device.site = site.to_owned();
                work.add_device(&device, Timestamp(0))?;
            }
            Ok((work.inventory()?, work.people()?, work.policy()?))
        };
        let (inventory, people, policy) = runtime.block_on(store.write(work)).unwrap();
        let facts = Facts {
            now: Now { wall: NOW, monotonic: Duration::ZERO, boot: ago(86_400) },
            asker: people.first().cloned(),
            place: Destination { channel: "desk".to_owned(), address: "room".to_owned() },
            private: true,
            inventory: Arc::new(inventory),
            policy: Arc::new(policy),
            commands: Arc::clone(catalog.commands()),
            people: Arc::new(people),
            freezes: Arc::default(),
            bot_path: Arc::default(),
            platforms: Arc::new(vec![device::DEFAULT_PLATFORM.to_owned()]),
            board: Arc::default(),
            periods: Periods::default(),
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
        };
        Bench { facts, catalog, store, folder, runtime }
    }

    /// All five answer and are well.
    fn well() -> Bench {
        let mut bench = Bench::new();
        for (at, name) in ["R1", "R2", "R3", "R4", "R5"].into_iter().enumerate() {
            bench.see(name, vitals(12.0 + at as f64));
        }
        bench
    }

    fn id(&self, name: &str) -> DeviceId {
        self.facts.inventory.named(name).unwrap().id
    }

    fn see(&mut self, name: &str, vitals: Vitals) {
        let id = self.id(name);
        let mut board: BTreeMap<_, _> = self.facts.board.0.clone();
        board.insert(id, Arc::new(vitals));
        self.facts.board = Arc::new(Board(board));
    }

    fn change(&mut self, name: &str, change: impl FnOnce(&mut Vitals)) {
        let mut vitals = self.facts.board.of(self.id(name)).unwrap().clone();
        change(&mut vitals);
        self.see(name, vitals);
    }

    fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Work<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.runtime.block_on(self.store.write(work)).unwrap()
    }

    /// Straight into the table: how alerts come to be is not this room's matter.
    fn alert(&self, alert: &Alert) {
        let db = rusqlite::Connection::open(self.folder.path().join("patchbay.db")).unwrap();
        let (device, state) = (alert.key.device.0, serde_json::to_string(alert).unwrap());
        let incident = alert.incident.unwrap().0;
        db.execute(
            "INSERT INTO incidents (id, device, rule, object, began_at, state) VALUES (?1, ?2, ?3, ?4, 0, ?5)",
            rusqlite::params![incident, device, alert.key.rule, alert.key.object, state],
        )
        .unwrap();
        db.execute(
            "INSERT INTO alerts (device, rule, object, incident, state) VALUES (?1, ?2, ?3, ?4, ?5)",
            rusqlite::params![device, alert.key.rule, alert.key.object, incident, state],
        )
        .unwrap();
    }

    fn resolved(&self, line: &str) -> Result<Resolved, Text> {
        let invocation = Invocation {
            line: line.to_owned(),
            asker: self.facts.asker.as_ref().map_or(PersonId(1), |person| person.id),
            place: self.facts.place.clone(),
            thread: None,
            key: "desk/1".to_owned(),
            sent_at: None,
            received_at: NOW,
            confirmed_at: None,
            quoted: false,
        };
        command::resolve(&self.catalog, invocation, &self.facts).map_err(|unresolved| match unresolved {
            command::Unresolved::Choose(choice) => choice.question,
            command::Unresolved::Refused(failure) => failure.public,
        })
    }

    /// The answer to a line, or the sentence that refuses it.
    fn ask(&self, line: &str) -> String {
        match self.document(line) {
            Ok(document) => plain(&document),
            Err(text) => format!("refused: {}\n", said(&text)),
        }
    }

    fn document(&self, line: &str) -> Result<Document, Text> {
        let resolved = self.resolved(line)?;
        let Run::Builtin(name) = &resolved.command.run else { panic!("{line} is no builtin") };
        let builtin = BUILTINS.into_iter().find(|builtin| builtin.name == name).unwrap();
        let facts = self.facts.clone();
        Ok(self.work(move |work| (builtin.answer)(&resolved, &facts, &[], work)))
    }

    #[expect(clippy::needless_pass_by_value, reason = "cases read better without &")]
    fn check(&self, line: &str, expected: Expect) {
        expected.assert_eq(&self.ask(line));
    }
}

fn ago(seconds: u64) -> Timestamp {
    NOW.minus(Duration::from_secs(seconds))
}

fn seen<T>(value: T, seconds_ago: u64) -> Seen<T> {
    Seen { at: ago(seconds_ago), value }
}

/// A router that answers: 90 days up, two interfaces.
fn vitals(cpu: f64) -> Vitals {
    Vitals {
        reach: Reach::Up,
        reach_since: Some(ago(86_400)),
        answered_at: Some(ago(20)),
        took: Some(Duration::from_millis(120)),
        cpu: Some(seen(cpu, 20)),
        memory: Some(seen(44.0, 100)),
        memory_status: None,
        system: Some(seen(
            System {
                boot_time: Some(ago(90 * 86_400)),
                version: Some("17.9.4a".to_owned()),
                reload_reason: Some("Reload Command".to_owned()),
                crashed: false,
                unsaved: Some(false),
                uptime: Some(Duration::from_secs(90 * 86_400)),
                clock_off: Some(0),
            },
            0,
        )),
        interfaces: Some(seen(
            vec![
                interface("GigabitEthernet1", "to ISP-A", 412e6, 96e6),
                interface("GigabitEthernet2", "", 120e6, 3e6),
                Interface { logical: true, speed: None, ..interface("Loopback0", "", 0.0, 1_200.0) },
            ],
            20,
        )),
    }
}

fn interface(name: &str, description: &str, received: f64, sent: f64) -> Interface {
    Interface {
        name: name.to_owned(),
        description: description.to_owned(),
        enabled: true,
        up: true,
        watched: !description.is_empty(),
        logical: false,
        speed: Some(GIGA),
        received: Reading::Known(received),
        sent: Reading::Known(sent),
        last_change: Some(ago(7_200)),
    }
}

fn alert(number: i64, device: DeviceId, metric: Metric, severity: Severity, value: f64) -> Alert {
    Alert {
        key: AlertKey { device, rule: metric.name().to_owned(), object: String::new() },
        metric,
        phase: Phase::Firing,
        severity,
        incident: Some(IncidentId(number)),
        since: ago(600),
        breaches: 5,
        unknowns: 0,
        value,
        value_at: ago(20),
        peak: value,
        clear_since: None,
        clears: 0,
        looked_at: ago(20),
        announced: true,
        held: None,
        next_repeat: None,
        repeats: 0,
        ack: None,
        limit: 90.0,
        unknown_since: None,
        settle: 0,
        told: None,
        again: None,
        missed: None,
        lost: None,
    }
}

fn said(text: &Text) -> String {
    static TEXTS: LazyLock<Texts> = LazyLock::new(|| texts::load("en").unwrap());
    TEXTS.render(text, &Reader::default(), NOW)
}

/// One block a line; tables with their columns apart, buttons with the line that they stand for.
fn plain(document: &Document) -> String {
    let mut lines = Vec::new();
    for block in &document.blocks {
        match block {
            Block::Line { sign, text } => {
                lines.push(format!("{} {}", sign.glyph(), said(text)).trim().to_owned())
            }
            Block::Detail { sign, text } => {
                lines.push(format!("   {}", format!("{} {}", sign.glyph(), said(text)).trim()));
            }
            Block::Table(table) => {
                for row in std::iter::once(&table.head).chain(&table.rows) {
                    let cells: Vec<String> = row.iter().map(said).collect();
                    lines.push(format!("   {}", cells.join(" | ")));
                }
            }
            Block::Listing { name, lines: listed } => {
                lines.push(format!("file {name}"));
                lines.extend(listed.iter().map(said));
            }
            Block::Picture(picture) => {
                lines.push(format!("picture {}: {}", picture.name, said(&picture.title)))
            }
            Block::Raw(_) | Block::File { .. } | Block::Progress { .. } => lines.push("?".to_owned()),
        }
    }
    for button in &document.buttons {
        let Action::Run { line } = &button.action else { continue };
        lines.push(format!("[{}] {line}", said(&button.label)));
    }
    lines.join("\n") + "\n"
}

/// What a phone shows without a second row.
#[test]
fn every_table_fits_a_phone() {
    use unicode_width::UnicodeWidthStr;
    let bench = Bench::well();
    for line in ["/status all list", "/bw R1", "/bw all", "/top cpu", "/top memory", "/top bw"] {
        let document = bench.document(line).unwrap();
        let tables = document.blocks.iter().filter_map(|block| match block {
            Block::Table(table) => Some(table),
            _ => None,
        });
        for table in tables {
            let rows: Vec<Vec<usize>> = std::iter::once(&table.head)
                .chain(&table.rows)
                .map(|row| row.iter().map(|cell| said(cell).width()).collect())
                .collect();
            let columns = table.head.len();
            let width: usize =
                (0..columns).map(|column| rows.iter().map(|row| row[column]).max().unwrap_or(0)).sum();
            assert!(width + 2 * (columns - 1) <= 38, "{line}: {} columns", width + 2 * (columns - 1));
        }
    }
}
