//! Who is in the workspace and where: users, channels, and the app among them.

use super::Slack;
use super::plan::BOT_USER;
use super::world::{Channel, SlackUser, Sort};

impl Slack {
    /// The id of the app as a user: `<@...>` calls it.
    pub fn bot_user(&self) -> &'static str {
        BOT_USER
    }

    /// A new member; the time zone is IANA's. Returns the id.
    pub fn add_user(&self, name: &str, real_name: &str, tz: &str) -> String {
        self.inner.change(|world| {
            let id = world.id("U");
            world.users.insert(id.clone(), SlackUser::new(&id, name, real_name, tz, false));
            id
        })
    }

    /// A foreign app, which posts too.
    pub fn add_foreign_bot(&self, name: &str) -> String {
        self.inner.change(|world| {
            let id = world.id("U");
            world.users.insert(id.clone(), SlackUser::new(&id, name, name, "Etc/UTC", true));
            id
        })
    }

    /// A public channel with these members; the app is in it only when it is named or invited.
    pub fn add_channel(&self, name: &str, members: &[&str]) -> String {
        self.inner.change(|world| world.add_channel(name, Sort::Public, members))
    }

    pub fn add_private_channel(&self, name: &str, members: &[&str]) -> String {
        self.inner.change(|world| world.add_channel(name, Sort::Private, members))
    }

    /// The conversation of a person with the app.
    pub fn direct(&self, user: &str) -> String {
        self.inner.change(|world| world.direct(user, BOT_USER))
    }

    /// Lets a member in, the app too; the app is told where it is a member.
    pub fn invite(&self, user: &str, channel: &str) {
        self.with_channel(channel, |channel| channel.members.insert(user.to_owned()));
        self.tell_of(channel, user, "member_joined_channel");
    }

    pub fn remove(&self, user: &str, channel: &str) {
        self.with_channel(channel, |channel| channel.members.remove(user));
        self.tell_of(channel, user, "member_left_channel");
    }

    fn tell_of(&self, channel: &str, user: &str, event: &str) {
        let inside =
            self.inner.read(|world| world.channels.get(channel).is_some_and(|channel| channel.has(BOT_USER)));
        if inside {
            self.inner.tell_membership(channel, user, event);
        }
    }

    pub fn archive(&self, channel: &str) {
        self.with_channel(channel, |channel| channel.archived = true);
    }

    fn with_channel<T>(&self, id: &str, change: impl FnOnce(&mut Channel) -> T) -> Option<T> {
        self.inner.change(|world| world.channels.get_mut(id).map(change))
    }
}
