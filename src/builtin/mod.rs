//! What commands answer: one file per command or family, each a [`Builtin`] in [`BUILTINS`].
//! A builtin says what to ask a router (`plan`), what one router's answers come to (`settle`) and
//! how the whole reads (`answer`). It never sends, waits or reads a clock; what it writes is written
//! in the transaction that also writes its reply.

use crate::model::{
    Authorized, Device, Document, Facts, Failure, Outcome, Plan, Resolved, Run, TaskResult, Text, Wanted,
};
use crate::store::{StoreError, Work};

mod alerts;
mod backup;
mod bw;
mod cancel;
mod config;
mod device;
mod devices;
mod diff;
mod dlq;
mod freeze;
mod held;
mod help;
mod incident;
mod job;
mod jobs;
mod lines;
mod link;
mod lock;
mod logs;
mod output;
mod pending;
mod planned;
mod progress;
pub mod reboot;
mod save;
mod say;
mod show;
mod status;
#[cfg(test)]
mod tests;
mod told;
mod top;
mod traffic;
mod trust;
mod value;
mod whoami;

pub use alerts::{
    CONFIRM, Try, UNSUBSCRIBE, came, came_of, carry_out, context, leave, silence_over, time_passes,
    warn_of_end, window_over,
};
pub use cancel::{administers, cancelled};
pub use device::{DeviceChange, Known, Problem, blank, change, change_all, differences, values};
pub use freeze::freeze_over;
pub use held::not_asked_locked;
pub use incident::what;
pub use link::{LINK, claim};
pub use progress::living;
pub use say::locked_data;
pub use told::{outbound, short_reply};

pub type PlanFor = fn(&Authorized, &Resolved, &Device, &Facts) -> Result<Option<Plan>, Failure>;
pub type Settle = fn(&Resolved, &Device, &Facts, &[Outcome], &mut Work) -> Result<TaskResult, StoreError>;

/// One command's thinking.
pub struct Builtin {
    pub name: &'static str,
    /// What it does, for progress lines: "Backup of 40 routers".
    pub title: fn(&Resolved) -> Text,
    /// What to ask this device; None when the bot knows the answer itself.
    pub plan: PlanFor,
    /// The series that the answer needs; read into [`Facts::tracks`] before `answer` is called.
    pub wants: fn(&Resolved, &Facts) -> Wanted,
    /// What the device's outcomes come to, in the transaction that ends the task.
    pub settle: Settle,
    /// The reply when every task has ended, in the transaction that ends the job.
    pub answer: fn(&Resolved, &Facts, &[TaskResult], &mut Work) -> Result<Document, StoreError>,
}

pub const BUILTINS: [&Builtin; 38] = [
    &alerts::ACK,
    &alerts::ALERTS,
    &alerts::CONFIRM,
    &alerts::GRAPH,
    &alerts::SILENCE,
    &alerts::SILENCES,
    &alerts::SUBSCRIBE,
    &alerts::SUBSCRIBERS,
    &alerts::UNACK,
    &alerts::UNSILENCE,
    &alerts::UNSUBSCRIBE,
    &alerts::WHY,
    &backup::BACKUP,
    &bw::BW,
    &cancel::CANCEL,
    &config::CONFIG,
    &device::DEVICE,
    &devices::DEVICES,
    &diff::DIFF,
    &dlq::DLQ,
    &freeze::FREEZE,
    &freeze::FREEZES,
    &freeze::UNFREEZE,
    &help::HELP,
    &job::JOB,
    &jobs::JOBS,
    &link::LINK,
    &lock::LOCK,
    &lock::UNLOCK,
    &logs::LOGS,
    &pending::PENDING,
    &reboot::REBOOT,
    &save::SAVE,
    &show::SHOW,
    &status::STATUS,
    &top::TOP,
    &trust::TRUST,
    &whoami::WHOAMI,
];

/// The names that a command file may give as `run.builtin`.
pub fn names() -> Vec<&'static str> {
    BUILTINS.iter().map(|builtin| builtin.name).collect()
}

/// What runs a command: its builtin, or the one that types a command file's lines.
/// `check` and the start refuse a command file with an unknown builtin, so None means a file that
/// changed under a stored job.
pub fn of(run: &Run) -> Option<&'static Builtin> {
    match run {
        Run::Ssh(_) => Some(&lines::LINES),
        Run::Builtin(name) => BUILTINS.into_iter().find(|builtin| builtin.name == name),
    }
}

/// For builtins that ask no router.
fn no_plan(_: &Authorized, _: &Resolved, _: &Device, _: &Facts) -> Result<Option<Plan>, Failure> {
    Ok(None)
}

/// For builtins that read no history of values.
fn nothing_wanted(_: &Resolved, facts: &Facts) -> Wanted {
    Wanted::nothing(facts.now.wall)
}

/// For builtins that ask no router: nothing to settle, the answer does it all.
fn nothing_to_settle(
    _: &Resolved,
    device: &Device,
    _: &Facts,
    _: &[Outcome],
    _: &mut Work,
) -> Result<TaskResult, StoreError> {
    Ok(say::done(device.id, text!("job.nothing_asked")))
}
