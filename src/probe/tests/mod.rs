//! A router that answers by hand: bodies in the shapes that routers send, one look after the other.

mod interfaces;
mod leaf;
mod rates;
mod system;
mod values;

use super::*;
use crate::model::board::Interface;
use crate::model::device::{InterfaceNote, Tls};
use crate::model::outcome::Broken;
use crate::model::{DeviceId, DeviceName, Profile};

pub const CPU: &str = r#"{"Cisco-IOS-XE-process-cpu-oper:cpu-utilization":{"five-seconds":1,"five-seconds-intr":0,"one-minute":7,"five-minutes":1,"cpu-usage-processes":{"cpu-usage-process":[]}}}"#;
pub const POOLS: &str = r#"{"Cisco-IOS-XE-memory-oper:memory-statistics":{"memory-statistic":[{"name":"Processor","total-memory":"1074181564","used-memory":"338155612","free-memory":"736025952","lowest-usage":"729537324","highest-usage":"733842368"},{"name":"reserve Processor","total-memory":"102404","used-memory":"92","free-memory":"102312"},{"name":"lsmpi_io","total-memory":"6295128","used-memory":"6294304","free-memory":"824"}]}}"#;
pub const PROCESSES: &str = r#"{"Cisco-IOS-XE-platform-software-oper:control-process":[{"fru":"fru-rp","slot":0,"control-process-status":"online","memory-stats":{"memory-status":"Healthy","total":"7678304","used-number":"4139112","used-percent":"54","free-percent":"46"}}]}"#;
pub const INTERFACES: &str = r#"{"Cisco-IOS-XE-interfaces-oper:interface":[{"name":"GigabitEthernet1","interface-type":"iana-iftype-ethernet-csmacd","admin-status":"if-state-up","oper-status":"if-oper-state-ready","last-change":"2026-03-28T00:39:32.909+00:00","if-index":49,"phys-address":"70:0b:4f:f5:c2:a9","speed":"1000000000","statistics":{"discontinuity-time":"2026-03-28T00:37:20.565+00:00","in-octets":"22839709","in-unicast-pkts":"196153","in-discards":0,"in-errors":0,"in-unknown-protos":0,"out-octets":1044100730,"out-unicast-pkts":"13173835","out-discards":"0","out-errors":"0","rx-pps":"0","rx-kbps":"0","tx-pps":"9","tx-kbps":"5","num-flaps":"0","in-crc-errors":"0","in-errors-64":"0","out-octets-64":"1044100730"},"vrf":"","ipv4":"0.0.0.0","description":"Uplink to ISP-A","mtu":1500}]}"#;
pub const IETF: &str = r#"{"ietf-interfaces:interface":[{"name":"GigabitEthernet1","type":"iana-if-type:ethernetCsmacd","admin-status":"up","oper-status":"up","speed":"1000000000","statistics":{"discontinuity-time":"2026-03-28T00:37:20+00:00","in-octets":"0","in-unicast-pkts":"0","in-discards":0,"in-errors":0,"in-unknown-protos":0,"out-octets":"200","out-unicast-pkts":"2","out-discards":0,"out-errors":0}}]}"#;
pub const SYSTEM: &str = r#"{"Cisco-IOS-XE-device-hardware-oper:device-system-data":{"current-time":"2026-04-12T22:30:22+00:00","boot-time":"2026-03-28T00:38:58+00:00","software-version":"Cisco IOS Software [IOSXE], Catalyst L3 Switch Software (CAT9K_IOSXE), Version 17.18.2, RELEASE SOFTWARE (fc3)\nTechnical Support: http://www.cisco.com/techsupport\nCopyright (c) 1986-2026 by Cisco Systems, Inc.","rommon-version":"IOS-XE ROMMON","last-reboot-reason":"Reload Command","reason-severity":"normal","unsaved-config":true}}"#;

/// 2026-04-12T22:30:22Z, the `current-time` of `SYSTEM`.
pub const START: i64 = 1_776_033_022_000;

pub fn device() -> Device {
    Device {
        id: DeviceId(1),
        name: DeviceName::try_from("R1".to_owned()).unwrap(),
        host: "192.0.2.1".to_owned(),
        ssh_port: 22,
        restconf_port: 443,
        platform: "ios-xe".to_owned(),
        site: String::new(),
        tags: Vec::new(),
        credential: "lab".to_owned(),
        profile: Profile::default(),
        parents: Vec::new(),
        monitored: true,
        note: String::new(),
        interfaces: Vec::new(),
        tls: Tls::default(),
    }
}

pub fn json(body: &str) -> Outcome {
    Outcome::Json(Json { body: Some(body.to_owned()), answered: Duration::ZERO })
}

pub fn nothing() -> Outcome {
    Outcome::Json(Json { body: None, answered: Duration::ZERO })
}

pub fn broken() -> Outcome {
    Outcome::Broken(Broken::NotAsked)
}

/// One router over time.
pub struct Router {
    pub probe: &'static Probe,
    pub device: Device,
    pub memory: Memory,
    pub vitals: Vitals,
    /// Since the first look.
    pub seconds: u64,
}

impl Router {
    pub fn asked(name: &str) -> Router {
        let probe = PROBES.into_iter().find(|probe| probe.name == name).unwrap();
        Router { probe, device: device(), memory: Memory::default(), vitals: Vitals::default(), seconds: 0 }
    }

    pub fn note(mut self, note: InterfaceNote) -> Router {
        self.device.interfaces.push(note);
        self
    }

    /// One look; a minute goes by afterwards.
    pub fn look(&mut self, outcomes: &[Outcome]) -> Found {
        let since = Duration::from_secs(self.seconds);
        let wall = Timestamp(START).plus(since);
        let at = Now { wall, monotonic: since, boot: Timestamp(START) };
        let look = Look { device: &self.device, outcomes, at, period: Duration::from_secs(60) };
        let found = self.probe.read(&look, &mut self.memory, &mut self.vitals);
        self.seconds += 60;
        found
    }

    pub fn interface(&self, name: &str) -> &Interface {
        let all = &self.vitals.interfaces.as_ref().unwrap().value;
        all.iter().find(|interface| interface.name == name).unwrap()
    }

    /// The path of each request that would be made now.
    pub fn paths(&self) -> Vec<String> {
        let plan = self.probe.plan(&self.device, &self.memory).unwrap();
        let path = |ask: &Ask| match ask {
            Ask::Get { path, .. } => path.clone(),
            Ask::Line { .. } | Ask::RunningConfig | Ask::StartupConfig | Ask::Dialogue(_) => {
                panic!("{ask:?}")
            }
        };
        plan.asks().iter().map(path).collect()
    }
}

impl Found {
    pub fn of(&self, metric: Metric, object: &str) -> Option<Reading> {
        let mut of = self.observed.iter().filter(|o| o.metric == metric && o.object == object);
        let reading = of.next()?.reading;
        assert!(of.next().is_none(), "{metric} {object} twice");
        Some(reading)
    }

    pub fn sample(&self, metric: Metric, object: &str) -> Option<f64> {
        let of = self.samples.iter().find(|s| s.series.metric == metric && s.series.object == object);
        of.map(|sample| sample.value)
    }
}

pub fn unknown(why: Why) -> Option<Reading> {
    Some(Reading::Unknown(why))
}

pub fn known(value: f64) -> Option<Reading> {
    Some(Reading::Known(value))
}

#[test]
fn every_probe_only_reads_and_asks_little() {
    let names: BTreeSet<&str> = PROBES.iter().map(|probe| probe.name).collect();
    assert_eq!(names.len(), PROBES.len(), "names are unique");
    for (probe, most) in PROBES.iter().zip([1, 1, 2, 1]) {
        let plan = probe.plan(&device(), &Memory::default()).unwrap();
        assert_eq!((plan.asks().len(), plan.is_changing()), (most, false), "{}", probe.name);
        assert!(probe.pace.period() >= Duration::from_secs(60));
    }
    let mut ietf = Router::asked("interfaces");
    ietf.look(&[nothing()]);
    assert!(ietf.paths()[0].starts_with("ietf-interfaces:interfaces-state/interface?fields=name;"));
}

#[test]
fn a_broken_line_makes_what_was_given_unknown_and_keeps_what_was_seen() {
    for (name, bodies, keys) in [
        ("cpu", vec![json(CPU)], vec![(Metric::Cpu, "")]),
        (
            "memory",
            vec![json(POOLS), json(PROCESSES)],
            vec![(Metric::Memory, "Processor"), (Metric::MemoryStatus, "")],
        ),
        ("system", vec![json(SYSTEM)], vec![(Metric::Rebooted, ""), (Metric::Clock, "")]),
        (
            "interfaces",
            vec![json(INTERFACES)],
            vec![
                (Metric::Link, "GigabitEthernet1"),
                (Metric::In, "GigabitEthernet1"),
                (Metric::Out, "GigabitEthernet1"),
                (Metric::Utilisation, "GigabitEthernet1 in"),
                (Metric::Utilisation, "GigabitEthernet1 out"),
            ],
        ),
    ] {
        let mut router = Router::asked(name);
        assert_eq!(router.look(&[broken()]), Found::default(), "{name}: nothing was ever given");
        let found = router.look(&bodies);
        assert_eq!(found.observed.len(), keys.len(), "{name}: {found:?}");
        let seen = router.vitals.clone();
        // Twice: what is unknown stays on the list until there is an answer. No outcome counts as broken.
        for outcomes in [vec![broken(); bodies.len()], Vec::new()] {
            let found = router.look(&outcomes);
            assert!(found.samples.is_empty());
            for (metric, object) in &keys {
                assert_eq!(found.of(*metric, object), unknown(Why::NoAnswer), "{name} {metric} {object}");
            }
            assert_eq!(router.vitals, seen, "{name}");
        }
    }
}

#[test]
fn nothing_there_and_what_cannot_be_read_are_not_reported() {
    for body in [
        nothing(),
        json("<html>"),
        json(""),
        json("{}"),
        json("[1]"),
        json(&format!("{CPU}x")),
        json(&format!("{POOLS}]")),
    ] {
        for (name, first, metric, object) in [
            ("cpu", vec![json(CPU)], Metric::Cpu, ""),
            ("memory", vec![json(POOLS), json(PROCESSES)], Metric::Memory, "Processor"),
            ("memory", vec![json(POOLS), json(PROCESSES)], Metric::MemoryStatus, ""),
            ("system", vec![json(SYSTEM)], Metric::Rebooted, ""),
            ("system", vec![json(SYSTEM)], Metric::Clock, ""),
            ("interfaces", vec![json(INTERFACES)], Metric::Link, "GigabitEthernet1"),
        ] {
            let mut router = Router::asked(name);
            router.look(&first);
            let found = router.look(&vec![body.clone(); first.len()]);
            assert_eq!(found.of(metric, object), unknown(Why::NotReported), "{name} {metric}: {body:?}");
        }
    }
}
