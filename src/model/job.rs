//! Accepted work on routers: a job keeps the command as typed, one task per device frozen when it
//! was accepted, and each task's small result. After a restart only unfinished tasks run.

use super::ids::{DeviceId, JobId};
use super::invocation::Invocation;
use super::text::Text;
use super::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    pub id: JobId,
    pub invocation: Invocation,
    pub state: JobState,
    pub accepted_at: Timestamp,
    pub finished_at: Option<Timestamp>,
    pub cancel_requested: bool,
    pub tasks: usize,
    pub done: usize,
    pub failed: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    Running,
    Done,
    /// At least one task failed or is unclear.
    Failed,
    Cancelled,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    pub job: JobId,
    pub device: DeviceId,
    pub state: TaskState,
    pub result: Option<TaskResult>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    Waiting,
    /// A step that changes the router was about to be sent: after a crash it is not sent again.
    Sending,
    Ended,
}

/// What one device's part came to. Small: it is stored with the job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskResult {
    pub device: DeviceId,
    pub status: Status,
    /// What happened, in one line, without the device's name in front.
    pub verdict: Text,
    /// What the router printed, redacted, when the answer shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// The builtin's own findings.
    #[serde(default)]
    pub data: serde_json::Value,
    #[serde(default)]
    pub took: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Done,
    Failed,
    /// It may have happened; the bot does not know and did not try again.
    Unclear,
    Cancelled,
}

impl Status {
    pub fn is_well(self) -> bool {
        match self {
            Status::Done => true,
            Status::Failed | Status::Unclear | Status::Cancelled => false,
        }
    }
}
