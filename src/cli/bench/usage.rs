//! What this process has used: time of processors, and memory.

use anyhow::Context;
use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// Of all its threads, in the program and in the kernel; children are not in it.
pub fn cpu() -> Duration {
    let read = clock_gettime(ClockId::ProcessCPUTime);
    let (seconds, nanos) = (u64::try_from(read.tv_sec), u32::try_from(read.tv_nsec));
    Duration::new(seconds.unwrap_or(0), nanos.unwrap_or(0))
}

/// Bytes of it that lie in memory (`VmRSS` of proc(5)).
pub fn memory() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status").context("/proc/self/status cannot be read")?;
    resident(&status).context("/proc/self/status does not say how much memory is used")
}

fn resident(status: &str) -> Option<u64> {
    let rest = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = rest.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_as_the_kernel_writes_it() {
        assert_eq!(resident("Name:\tpatchbay\nVmHWM:\t   31 kB\nVmRSS:\t   20 kB\n"), Some(20_480));
        assert_eq!(resident("VmRSS:\t   20 pages\n"), None);
        assert!(memory().unwrap() > 100_000);
    }

    #[test]
    fn work_takes_time_of_processors() {
        let before = cpu();
        let mut sum = 0_u64;
        while cpu() == before {
            sum = std::hint::black_box(sum + 1);
        }
        assert!(cpu() > before, "{sum}");
    }
}
