//! `show version`.

use super::{Asked, long_span};
use crate::lab::state::VERSION;

pub(super) fn version(asked: &Asked) -> String {
    let state = asked.state;
    let (name, uptime, reason) = (state.hostname(), long_span(asked.uptime()), &state.reload_reason);
    let restarted = state.long_time(state.clock(state.boot_time));
    let serial = &state.serial;
    let returned = if state.reload_abnormal { reason.as_str() } else { "reload" };
    let register = state.register();
    let ports = state.ports.iter().filter(|port| port.name.starts_with("Gigabit")).count();
    format!(
        "Cisco IOS XE Software, Version 17.09.04a
Cisco IOS Software [Cupertino], Virtual XE Software (X86_64_LINUX_IOSD-UNIVERSALK9-M), Version {VERSION}, RELEASE SOFTWARE (fc3)
Technical Support: http://www.cisco.com/techsupport
Copyright (c) 1986-2023 by Cisco Systems, Inc.
Compiled Fri 20-Oct-23 10:44 by lab

This router is simulated: it speaks like a router and moves no packets.

ROM: IOS-XE ROMMON

{name} uptime is {uptime}
Uptime for this control processor is {uptime}
System returned to ROM by {returned} at {restarted}
System restarted at {restarted}
System image file is \"bootflash:packages.conf\"
Last reload reason: {reason}

Technology-package                                     Technology-package
Current                        Type                       Next reboot
------------------------------------------------------------------------------
network-advantage              Smart License              network-advantage

The current throughput level is 1000000 kbps

Smart Licensing Status: Smart Licensing Using Policy

cisco C8000V (VXE) processor (revision VXE) with 2017453K/3075K bytes of memory.
Processor board ID {serial}
Router operating mode: Autonomous
{ports} Gigabit Ethernet interfaces
32768K bytes of non-volatile configuration memory.
3965120K bytes of physical memory.
5234688K bytes of virtual hard disk at bootflash:.

Configuration register is {register:#06x}

"
    )
}
