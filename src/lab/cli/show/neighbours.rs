//! The routers at the other ends of the cables, as CDP tells of them.

use super::Asked;
use super::interfaces::short;
use crate::lab::state::VERSION;

pub(super) fn cdp(asked: &Asked) -> String {
    let mut text =
        "Capability Codes: R - Router, T - Trans Bridge, B - Source Route Bridge\n                  \
                    S - Switch, H - Host, I - IGMP, r - Repeater, P - Phone\n\n\
                    Device ID        Local Intrfce     Holdtme    Capability  Platform  Port ID\n"
            .to_owned();
    let spaced = |name: &str| short(name).replacen("Gi", "Gig ", 1);
    for neighbour in asked.neighbours() {
        let (local, remote) = (spaced(&neighbour.local), spaced(&neighbour.remote));
        text.push_str(&format!(
            "{:<16} {local:<17} {:<10} R I         C8000V    {remote}\n",
            neighbour.name, 155
        ));
    }
    text + &format!("\nTotal cdp entries displayed : {}\n", asked.neighbours().count())
}

pub(super) fn cdp_detail(asked: &Asked) -> String {
    let mut text = String::new();
    for neighbour in asked.neighbours() {
        text.push_str(&format!(
            "-------------------------\nDevice ID: {}\nEntry address(es):\n  IP address: {}\n\
             Platform: cisco C8000V,  Capabilities: Router IGMP\n\
             Interface: {},  Port ID (outgoing port): {}\nHoldtime : 155 sec\n\nVersion :\n\
             Cisco IOS Software [Cupertino], Virtual XE Software (X86_64_LINUX_IOSD-UNIVERSALK9-M), Version {VERSION}, RELEASE SOFTWARE (fc3)\n\n\
             advertisement version: 2\nManagement address(es):\n  IP address: {}\n\n",
            neighbour.name, neighbour.address, neighbour.local, neighbour.remote, neighbour.router_id
        ));
    }
    text + &format!("\nTotal cdp entries displayed : {}\n", asked.neighbours().count())
}
