//! What the router says about itself: start, version, unsaved flag, name, and the modules that it has.

use serde_json::{Value, json};

use super::View;
use crate::lab::fault::Fault;
use crate::lab::state::VERSION;

pub(super) fn hardware(view: &View) -> Value {
    let (boot, reason, abnormal, unsaved) = view
        .state(|state| (state.boot_time, state.reload_reason.clone(), state.reload_abnormal, state.unsaved));
    json!({
        "device-hardware": {
            "device-system-data": {
                "current-time": view.stamp(view.now),
                "boot-time": view.stamp(boot),
                "software-version": format!(
                    "Cisco IOS Software [Cupertino], Virtual XE Software (X86_64_LINUX_IOSD-UNIVERSALK9-M), Version {VERSION}, RELEASE SOFTWARE (fc3)\nTechnical Support: http://www.cisco.com/techsupport\nCompiled Fri 20-Oct-23 10:44 by lab"
                ),
                "rommon-version": "IOS-XE ROMMON",
                "last-reboot-reason": reason,
                "reason-severity": if abnormal { "abnormal" } else { "normal" },
                "unsaved-config": unsaved || view.faults.contains(&Fault::Unsaved)
            }
        }
    })
}

pub(super) fn native(view: &View) -> Value {
    json!({ "version": "17.9", "hostname": view.state(|state| state.hostname().to_owned()) })
}

/// A few of the hundreds that a router has.
const MODULES: [(&str, &str, &str); 4] = [
    ("Cisco-IOS-XE-interfaces-oper", "2021-11-01", "http://cisco.com/ns/yang/Cisco-IOS-XE-interfaces-oper"),
    ("Cisco-IOS-XE-memory-oper", "2021-07-01", "http://cisco.com/ns/yang/Cisco-IOS-XE-memory-oper"),
    ("Cisco-IOS-XE-process-cpu-oper", "2019-05-01", "http://cisco.com/ns/yang/Cisco-IOS-XE-process-cpu-oper"),
    ("ietf-interfaces", "2014-05-08", "urn:ietf:params:xml:ns:yang:ietf-interfaces"),
];

pub(super) fn library() -> Value {
    let module = |(name, revision, namespace): &(&str, &str, &str)| json!({ "name": name, "revision": revision, "namespace": namespace, "conformance-type": "implement" });
    json!({ "module-set-id": "lab", "module": MODULES.iter().map(module).collect::<Vec<_>>() })
}
