//! The words of the house: plain values that walk from the front doors to the back door.
//! Nothing here does input or output, and nothing here reads a clock.
//! The order below is the order in which a command meets them.

pub mod ids;
pub mod time;
#[macro_use]
pub mod text;
pub mod failure;
pub mod secret;
pub mod written;

pub mod device;
pub mod person;
pub mod selector;

pub mod alert;
pub mod board;
pub mod door;
pub mod metric;
pub mod picture;
pub mod route;
pub mod rule;
pub mod window;

pub mod command;
pub mod danger;
pub mod dialogue;
pub mod facts;
pub mod freeze;
pub mod invocation;
pub mod job;
pub mod outcome;
pub mod permit;
pub mod request;

pub mod document;
pub mod menu;
pub mod outbound;
pub mod press;

pub use alert::{
    Ack, Again, Alert, AlertKey, Cause, Closing, Hold, Lost, Missed, Notice, NoticeKind, Phase, Severity,
    Silence, Transition,
};
pub use board::{Board, Periods, Reach, Vitals};
pub use command::{ArgKind, ArgSpec, Command, Role, Run, ShowAs, Writes};
pub use danger::Risk;
pub use device::{Device, DeviceName, Inventory, PinKind, Profile};
pub use dialogue::{Asks, Conversation, Dialogue, DialogueEnd, Reload};
pub use document::{Block, Button, Document, Ending, Sign, Table};
pub use door::{Door, Doors, Join};
pub use facts::{Facts, Numbered};
pub use failure::{Failure, Kind};
pub use freeze::Freeze;
pub use ids::*;
pub use invocation::{Choice, Invocation, Resolved, Value};
pub use job::{Job, JobState, Status, Task, TaskResult, TaskState};
pub use menu::{Audience, Entry, Menu};
pub use metric::{Metric, Observed, Point, Reading, Sample, Series, Track, Unit, Wanted, Why};
pub use outbound::{Class, Fate, Message, Outbound, Receipt, SendError, Slot};
pub use outcome::{Broken, Configuration, Outcome, Sealed};
pub use permit::{Ask, Authorized, Plan, Policy, Refusal};
pub use person::{Effect, Grant, Identity, Person, Reader};
pub use picture::{Curve, Drawn, Mark, Marked, Picture, Sparkline};
pub use press::{Action, Press, Token, Uses, Who};
pub use request::{Destination, Request, Scene, Thread, Unfit, Update, What};
pub use route::{Confirmation, Hours, Route, Subscription, To, Wish};
pub use rule::{Rule, Rules};
pub use secret::Secret;
pub use selector::Selector;
pub use text::{Arg, Text, Texts};
pub use time::{Now, Timestamp};
pub use window::{Window, WindowEnd};
pub use written::{Problem, Source};
