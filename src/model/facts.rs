//! What a command needs from the store besides the devices' answers: read by flow before, passed
//! as a value. History (versions, jobs) is read inside the transaction, from the store's `Work`.

use super::command::Command;
use super::device::{Device, Inventory};
use super::freeze::Freeze;
use super::ids::{DeviceId, JobId, PersonId};
use super::permit::Policy;
use super::person::Person;
use super::request::Destination;
use super::text::Text;
use super::time::{Now, Timestamp};
use std::sync::Arc;

#[derive(Clone, Debug)]
pub struct Facts {
    pub now: Now,
    /// Nobody when the identity belongs to no person.
    pub asker: Option<Person>,
    pub place: Destination,
    /// The asker is alone with the bot there.
    pub private: bool,
    pub inventory: Arc<Inventory>,
    pub policy: Arc<Policy>,
    pub commands: Arc<Vec<Arc<Command>>>,
    pub people: Arc<Vec<Person>>,
    /// What was frozen and not ended yet; one whose time is over holds nothing any more.
    pub freezes: Arc<Vec<Freeze>>,
    /// The platforms that the device floor can talk to.
    pub platforms: Arc<Vec<String>>,
    /// What was last seen of each router.
    pub board: Arc<super::board::Board>,
    /// The rules for alerts, and where alerts go.
    pub rules: Arc<super::rule::Rules>,
    /// The places of the channels' own, for a notice that names a channel only.
    pub homes: Arc<Vec<Destination>>,
    /// How places behind each door come to hear of alerts.
    pub doors: Arc<super::door::Doors>,
    /// The time zone of whoever has none, and of the routes' hours.
    pub zone: chrono_tz::Tz,
    /// The routers through which the bot itself is connected, by name.
    pub bot_path: Arc<Vec<String>>,
    /// The bot began a moment ago: what it has not seen yet is not gone.
    pub starting: bool,
    /// How often routers are asked.
    pub periods: super::board::Periods,
    /// The series that this command asked for, read before.
    pub tracks: Arc<Vec<super::metric::Track>>,
    /// What the line lacks and could mean, read before; empty where nothing numbered is missing.
    pub offered: Arc<Vec<Numbered>>,
    /// Until when the values of this installation were made up by the lab; none on real routers.
    pub simulated_until: Option<Timestamp>,
    /// The job that this answer belongs to, when it works on routers.
    pub job: Option<JobFacts>,
}

/// An alert, a silence or a job that a question may offer: its number and how it is called.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbered {
    pub number: i64,
    /// The routers that it is about: who may act on none of them is not shown it.
    pub devices: Vec<DeviceId>,
    pub label: Text,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JobFacts {
    pub id: JobId,
    pub accepted_at: Timestamp,
    /// Tasks, done or not.
    pub total: usize,
    /// Every task has ended: this answer is the last version of the message.
    pub over: bool,
    /// The process started anew since the job was accepted.
    pub resumed: bool,
    pub cancelled: bool,
}

impl Facts {
    /// Whether the rules let the asker run the command on some router here: what help, pickers and buttons show.
    pub fn may_ever(&self, command: &Command) -> bool {
        self.asker.as_ref().is_some_and(|person| {
            self.policy.may_ever(person, &self.place, &command.permission(), command.role)
        })
    }

    /// What keeps this router from being changed, the freeze that lasts longest where there are several.
    pub fn freeze_of(&self, device: &Device, now: Timestamp) -> Option<&Freeze> {
        self.freezes.iter().filter(|freeze| freeze.holds(device, now)).max_by_key(|freeze| freeze.until)
    }

    /// The name of a person, also of one who is gone.
    pub fn person_name(&self, id: PersonId) -> String {
        let found = self.people.iter().find(|person| person.id == id);
        found.map_or_else(|| format!("person {id}"), |person| person.name.clone())
    }
}
