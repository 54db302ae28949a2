//! The commands about the router's own state: log, clock, users, load, memory.

use chrono::TimeDelta;

use super::Asked;
use crate::lab::counters::whole;

pub(super) fn logging(asked: &Asked) -> String {
    let count = asked.state.log.len();
    let mut text = format!(
        "Syslog logging: enabled (0 messages dropped, 3 messages rate-limited, 0 flushes, 0 overruns, xml disabled, filtering disabled)\n\n\
         No Active Message Discriminator.\n\n\nNo Inactive Message Discriminator.\n\n\n    \
         Console logging: level debugging, {count} messages logged, xml disabled,\n                     filtering disabled\n    \
         Monitor logging: level debugging, 0 messages logged, xml disabled,\n                     filtering disabled\n    \
         Buffer logging:  level informational, {count} messages logged, xml disabled,\n                    filtering disabled\n    \
         Exception Logging: size (4096 bytes)\n    Count and timestamp logging messages: disabled\n    \
         Persistent logging: disabled\n\nNo active filter modules.\n\n    \
         Trap logging: level informational, {count} message lines logged\n\nLog Buffer (65536 bytes):\n\n"
    );
    for line in &asked.state.log {
        text.push_str(line);
        text.push('\n');
    }
    text
}

pub(super) fn clock(asked: &Asked) -> String {
    let (clock, zone) = (asked.clock(), asked.state.zone());
    format!("{}\n", zone.format(clock, "%H:%M:%S%.3f"))
}

pub(super) fn users(asked: &Asked) -> String {
    let mut text = "    Line       User       Host(s)              Idle       Location\n".to_owned();
    for user in &asked.state.users {
        let star = if user.line == asked.session.line { '*' } else { ' ' };
        let idle = (asked.now - user.typed_at).max(TimeDelta::zero());
        let idle =
            format!("{:02}:{:02}:{:02}", idle.num_hours(), idle.num_minutes() % 60, idle.num_seconds() % 60);
        let line = format!("{} vty {}", 434 + user.line, user.line);
        text.push_str(&format!(
            "{star}{line:<11} {:<10} {:<20} {idle:<10} {}\n",
            user.user, "idle", user.from
        ));
    }
    text + "\n  Interface    User               Mode         Idle     Peer Address\n\n"
}

pub(super) fn privilege(asked: &Asked) -> String {
    format!("Current privilege level is {}\n", asked.session.privilege)
}

pub(super) fn terminal(asked: &Asked) -> String {
    let session = asked.session;
    format!(
        "Line {}, Location: \"\", Type: \"vt100\"\nLength: {} lines, Width: {} columns\nStatus: PSI Enabled, Ready, Active, Automore On\n",
        434 + session.line,
        session.length,
        session.width
    )
}

/// Percent of the last five seconds, minute and five minutes.
fn load(asked: &Asked) -> (u64, u64, u64) {
    let percent = |back| whole(asked.state.cpu(asked.now - TimeDelta::seconds(back)).round());
    (percent(0), percent(0), percent(120))
}

pub(super) fn cpu(asked: &Asked) -> String {
    const PROCESSES: [&str; 8] = [
        "Chunk Manager",
        "Load Meter",
        "Check heaps",
        "Pool Manager",
        "IP Input",
        "SSH Process",
        "OSPF-1 Hello",
        "BGP Router",
    ];
    let (five, one, long) = load(asked);
    let mut text =
        format!("CPU utilization for five seconds: {five}%/0%; one minute: {one}%; five minutes: {long}%\n");
    text.push_str(" PID Runtime(ms)     Invoked      uSecs   5Sec   1Min   5Min TTY Process\n");
    for (number, name) in PROCESSES.iter().enumerate() {
        let runtime = asked.uptime().num_seconds() / (97 + i64::try_from(number).unwrap_or(0) * 31);
        let share = if number == 4 { five } else { 0 };
        let line = format!(
            "{:>4} {runtime:>11} {:>11} {:>10} {share:>3}.00% {share:>3}.00% {share:>3}.00% {:>3} {name}\n",
            number + 1,
            runtime * 3,
            333,
            0
        );
        text.push_str(&line);
    }
    text
}

const TOTAL: u64 = 2_104_315_808;
const POOL: u64 = 6_295_128;

fn used(asked: &Asked) -> u64 {
    TOTAL / 10_000 * whole(asked.state.memory(asked.now) * 100.0).min(10_000)
}

pub(super) fn memory_processes(asked: &Asked) -> String {
    let used = used(asked);
    format!(
        "Processor Pool Total: {TOTAL:>10} Used: {used:>10} Free: {:>10}\n lsmpi_io Pool Total: {POOL:>10} Used: {:>10} Free: {:>10}\n\n \
         PID TTY  Allocated      Freed    Holding    Getbufs    Retbufs Process\n   \
         0   0  {used:>9}   13474544  {:>9}          0          0 *Init*\n   \
         1   0    1583728       3472    1613672          0          0 Chunk Manager\n",
        TOTAL - used,
        POOL - 824,
        824,
        used / 2
    )
}

pub(super) fn memory(asked: &Asked) -> String {
    let used = used(asked);
    let free = TOTAL - used;
    format!(
        "Tracekey : 1#6c6162\n\n                Head    Total(b)     Used(b)     Free(b)   Lowest(b)  Largest(b)\n\
         Processor  7F21B0A45048   {TOTAL:>10}   {used:>9}  {free:>10}  {free:>10}  {free:>10}\n\
         lsmpi_io   7F21AFEF91A8      {POOL}     {}         824         824         412\n\n",
        POOL - 824
    )
}
