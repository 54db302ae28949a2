//! A disk that takes no more while a backup is stored: the answer says so, nothing is half stored,
//! the router is not asked over and over, and the bot goes on.

use super::{Home, Session, asked};
use patchbay::lab::{LabPlan, Router};
use std::process::Command;

/// In bytes: no file of the bot may grow beyond this.
const ROOM: usize = 1_500_000;

/// The bot with files of a limited size. The signal for it is ignored, so a write fails as on a disk
/// that has no room; a disk of its own would need rights that a test does not have.
fn crowded(home: &Home) -> Session {
    let bot = home.command(&["run"]);
    let mut shell = Command::new("sh");
    let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", ROOM / 512);
    shell.args(["-c", &script]).arg(bot.get_program()).args(bot.get_args());
    shell.current_dir(home.path("")).env_remove("PATCHBAY_SETTINGS").env_remove("PATCHBAY_MASTER_KEY");
    Session::start(&mut shell)
}

/// A configuration that is larger than the room, sealed and redacted together.
fn swell(router: &Router) {
    let lines: Vec<String> = (0..14_000u32)
        .map(|n| {
            format!(
                "ip route 10.{}.{}.{} 255.255.255.255 Null0 name the-{n}-way-to-nowhere",
                n >> 16,
                (n >> 8) & 255,
                n & 255
            )
        })
        .collect();
    router.edit("bob", &lines.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_does_not_fit_is_told_and_the_bot_goes_on() {
    let home = Home::new(LabPlan::fleet(2)).await;
    swell(&home.router("R1"));
    let mut session = crowded(&home);
    session.asks("/backup R1", "its answer was not kept");
    session.asks("/backup R2", "Backup of R2: first backup");
    let said = session.ended().with(1);
    assert_eq!(asked(&home.router("R1")), 1, "the router was asked again for the sake of our disk");
    assert!(said.err.contains("could not be stored"), "{said:?}");
    let kept = home.read(|view| {
        let ids: Vec<_> = view.inventory()?.devices().iter().map(|device| device.id).collect();
        ids.into_iter().map(|id| Ok(view.latest(id)?.is_some())).collect::<Result<Vec<_>, _>>()
    });
    assert_eq!(kept.await, [false, true]);
    // With room again the same command is a first backup.
    let mut session = home.run();
    session.asks("/backup R1", "Backup of R1: first backup");
    session.ended().well();
}
