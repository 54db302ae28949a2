//! The people's side: persons, the chats that they are in, and what they do there. Everything is told to the bot as
//! the service tells it, or not at all where the service keeps silent.

use std::sync::Arc;

use serde_json::{Value, json};

use super::press::{Absent, Press};
use super::said::Said;
use super::world::{ChatState, Kind, Pending, Standing, World};
use super::{Inner, Telegram, entity, wire};
use crate::lab::clock;
use crate::lab::router::lock;
use tokio::sync::watch;

/// Somebody with an account.
#[derive(Clone, Debug)]
pub struct Person {
    inner: Arc<Inner>,
    id: i64,
}

/// A chat of people and the bot.
#[derive(Clone, Debug)]
pub struct Chat {
    pub(crate) inner: Arc<Inner>,
    id: i64,
}

impl Telegram {
    /// A new person, who has not begun to talk with the bot.
    pub fn person(&self, name: &str) -> Person {
        self.person_with(name, None, Some("en"))
    }

    /// With a user name (without `@`), and the language of the app.
    pub fn person_with(&self, name: &str, username: Option<&str>, language: Option<&str>) -> Person {
        let id = lock(&self.inner.world).add_user(name, username, language, false);
        Person { inner: self.inner.clone(), id }
    }

    /// Another bot. The service tells bots of each other only where both allow it; here it always does.
    pub fn other_bot(&self, name: &str) -> Person {
        let id = lock(&self.inner.world).add_user(name, Some("other_lab_bot"), None, true);
        Person { inner: self.inner.clone(), id }
    }

    pub fn group(&self, title: &str, members: &[&Person]) -> Chat {
        self.new_chat(Kind::Group, title, members)
    }

    pub fn supergroup(&self, title: &str, members: &[&Person]) -> Chat {
        self.new_chat(Kind::Supergroup { forum: false }, title, members)
    }

    /// A supergroup with topics.
    pub fn forum(&self, title: &str, members: &[&Person]) -> Chat {
        self.new_chat(Kind::Supergroup { forum: true }, title, members)
    }

    /// A channel in which the bot may post.
    pub fn channel(&self, title: &str) -> Chat {
        self.new_chat(Kind::Channel, title, &[])
    }

    /// The chat with this id, if there is one.
    pub fn chat(&self, id: i64) -> Option<Chat> {
        let there = lock(&self.inner.world).chats.contains_key(&id);
        there.then(|| Chat { inner: self.inner.clone(), id })
    }

    pub fn chats(&self) -> Vec<Chat> {
        let world = lock(&self.inner.world);
        world.chats.keys().map(|id| Chat { inner: self.inner.clone(), id: *id }).collect()
    }

    fn new_chat(&self, kind: Kind, title: &str, members: &[&Person]) -> Chat {
        let members: Vec<i64> = members.iter().map(|person| person.id).collect();
        let id = lock(&self.inner.world).new_chat(kind, title, &members);
        Chat { inner: self.inner.clone(), id }
    }
}

impl World {
    fn new_chat(&mut self, kind: Kind, title: &str, members: &[i64]) -> i64 {
        let number = self.number();
        let id = match kind {
            Kind::Supergroup { .. } | Kind::Channel => -1_002_000_000_000 - number,
            Kind::Group | Kind::Private => -4_000_000_000 - number,
        };
        self.add_chat(id, kind, title, members);
        id
    }
}

impl Person {
    pub fn id(&self) -> i64 {
        self.id
    }

    pub fn name(&self) -> String {
        lock(&self.inner.world).user_name(self.id)
    }

    /// The chat with the bot; made at the first call, as if the person had begun it long ago.
    pub fn private(&self) -> Chat {
        let mut world = lock(&self.inner.world);
        if !world.chats.contains_key(&self.id) {
            let name = world.user_name(self.id);
            world.add_chat(self.id, Kind::Private, &name, &[self.id]);
        }
        Chat { inner: self.inner.clone(), id: self.id }
    }

    /// Blocks the bot.
    pub fn block(&self) {
        self.private().stand(self.id, Standing::Kicked);
    }

    pub fn unblock(&self) {
        self.private().stand(self.id, Standing::Member);
    }
}

impl Chat {
    pub fn id(&self) -> i64 {
        self.id
    }

    pub fn title(&self) -> String {
        self.read(|chat| chat.title.clone()).unwrap_or_default()
    }

    pub(crate) fn read<T>(&self, of: impl FnOnce(&ChatState) -> T) -> Option<T> {
        lock(&self.inner.world).chats.get(&self.id).map(of)
    }

    /// Changes the world and wakes the bot's poll.
    fn change<T>(&self, how: impl FnOnce(&mut World) -> T) -> T {
        let done = how(&mut lock(&self.inner.world));
        self.inner.tell_news();
        done
    }

    fn stand(&self, by: i64, standing: Standing) {
        self.change(|world| world.stand(self.id, by, standing, clock::now()));
    }

    /// A person writes; the id of the message.
    pub fn say(&self, person: &Person, text: &str) -> i64 {
        self.post(Said::by(person, text))
    }

    /// The same with all that can be about a message.
    pub fn post(&self, said: Said) -> i64 {
        self.change(|world| said.put(world, self.id, clock::now()))
    }

    /// A person types into the reply that the phone has opened; the id of the message.
    pub fn types_reply(&self, person: &Person, text: &str) -> Result<i64, Absent> {
        let asked = self.read(|chat| chat.asks_reply_of(person.id)).flatten();
        let asked = asked.ok_or_else(|| Absent("no message asks this person for a reply".to_owned()))?;
        Ok(self.post(Said::by(person, text).reply_to(asked)))
    }

    /// The author of a message edits it.
    pub fn edit(&self, message: i64, text: &str) {
        let now = clock::now();
        self.change(|world| {
            let Some(state) = world.chats.get_mut(&self.id) else { return };
            let kind = if state.kind == Kind::Channel { "edited_channel_post" } else { "edited_message" };
            let Some(edited) = state.messages.get_mut(&message) else { return };
            edited.turn(now);
            edited.entities = entity::found(text);
            text.clone_into(&mut edited.text);
            state.touch();
            world.tell(kind, self.id, message);
        });
    }

    /// Somebody deletes a message; the bot is never told.
    pub fn delete(&self, message: i64) {
        self.change(|world| world.remove(self.id, &[message]));
    }

    /// Presses the button with this label, or else with this data.
    pub fn press(&self, person: &Person, message: i64, label: &str) -> Result<Press, Absent> {
        self.change(|world| {
            let state = world.chats.get(&self.id);
            let Some((state, message)) = state.and_then(|state| Some((state, state.messages.get(&message)?)))
            else {
                return Err(Absent(format!("message {message} is not there")));
            };
            let data = message.button(label).and_then(|button| button.data.clone());
            let Some(data) = data else {
                return Err(Absent(format!("no button {label:?} among {:?}", message.labels())));
            };
            let shown = wire::message(world, state, message);
            Ok(world.pressed(person.id, shown, &data, clock::now()))
        })
    }

    /// Presses a button that the app still shows at a message which the service does not hand out any more.
    pub fn press_gone(&self, person: &Person, message: i64, data: &str) -> Press {
        self.change(|world| {
            let chat = world.chats.get(&self.id).map(wire::chat);
            let shown = json!({ "chat": chat, "message_id": message, "date": 0 });
            world.pressed(person.id, shown, data, clock::now())
        })
    }

    /// A person reacts with an emoji; the bot is told if it asked for that and is an admin.
    pub fn react(&self, person: &Person, message: i64, emoji: &str) {
        let now = clock::now();
        self.change(|world| {
            let Some(state) = world.chats.get(&self.id) else { return };
            if state.bot != Standing::Admin && state.kind != Kind::Private {
                return;
            }
            let body = json!({
                "chat": wire::chat(state),
                "message_id": message,
                "user": wire::user(world, person.id),
                "date": now.timestamp(),
                "old_reaction": [],
                "new_reaction": [{ "type": "emoji", "emoji": emoji }],
            });
            world.queue.push("message_reaction", body, now);
        });
    }

    /// The bot is thrown out.
    pub fn remove_bot(&self, by: &Person) {
        self.service(by.id, "threw the bot out", "left_chat_member");
        self.stand(by.id, Standing::Kicked);
    }

    pub fn add_bot(&self, by: &Person) {
        self.stand(by.id, Standing::Member);
        self.service(by.id, "added the bot", "new_chat_members");
    }

    /// The bot becomes an admin, who sees everything and may manage topics.
    pub fn promote_bot(&self, by: &Person) {
        self.stand(by.id, Standing::Admin);
    }

    /// What the service says about the bot's coming and going.
    fn service(&self, by: i64, words: &str, name: &str) {
        self.change(|world| {
            let author = world.author(by);
            let words = format!("{} {words}", author.name);
            let bot = wire::user(world, world.bot);
            let what = if name == "new_chat_members" { json!([bot]) } else { bot };
            let message = world.announce(self.id, author, &words, (name, what), clock::now());
            let id = world.put(message);
            world.tell("message", self.id, id);
        });
    }

    /// A person joins; as an admin where that is said.
    pub fn join(&self, person: &Person, as_admin: bool) {
        self.change(|world| {
            let Some(state) = world.chats.get_mut(&self.id) else { return };
            state.members.insert(person.id);
            if as_admin {
                state.admins.insert(person.id);
            }
        });
    }

    pub fn leave(&self, person: &Person) {
        self.change(|world| {
            let Some(state) = world.chats.get_mut(&self.id) else { return };
            state.members.remove(&person.id);
            state.admins.remove(&person.id);
        });
    }

    /// A person begins a topic; its number.
    pub fn topic(&self, by: &Person, name: &str) -> i64 {
        self.change(|world| {
            let author = world.author(by.id);
            world.open_topic(self.id, author, name, clock::now())
        })
    }

    pub fn close_topic(&self, topic: i64, closed: bool) {
        self.change(|world| {
            let topic = world.chats.get_mut(&self.id).and_then(|state| state.topics.get_mut(&topic));
            if let Some(topic) = topic {
                topic.closed = closed;
            }
        });
    }

    /// With everything that stands in it.
    pub fn delete_topic(&self, topic: i64) {
        self.change(|world| {
            let Some(state) = world.chats.get_mut(&self.id) else { return };
            state.topics.remove(&topic);
            state.messages.retain(|_, message| message.topic != Some(topic));
            state.touch();
        });
    }

    /// The group becomes a supergroup with another id; the old one refuses from now on.
    pub fn migrate(&self) -> Chat {
        let now = clock::now();
        let id = self.change(|world| {
            let members: Vec<i64> = world
                .chats
                .get(&self.id)
                .map(|chat| chat.members.iter().copied().collect())
                .unwrap_or_default();
            let new = world.new_chat(Kind::Supergroup { forum: false }, &self.title_of(world), &members);
            let bot = world.author(world.bot);
            let by = members.first().map_or(bot, |first| world.author(*first));
            for (chat, name, other) in
                [(self.id, "migrate_to_chat_id", new), (new, "migrate_from_chat_id", self.id)]
            {
                let words = "the group became a supergroup";
                let message = world.announce(chat, by.clone(), words, (name, Value::from(other)), now);
                let id = world.put(message);
                world.tell("message", chat, id);
            }
            if let Some(old) = world.chats.get_mut(&self.id) {
                old.migrated_to = Some(new);
            }
            world.stand(self.id, by.id, Standing::Left, now);
            world.stand(new, by.id, Standing::Member, now);
            new
        });
        Chat { inner: self.inner.clone(), id }
    }

    fn title_of(&self, world: &World) -> String {
        world.chats.get(&self.id).map(|chat| chat.title.clone()).unwrap_or_default()
    }
}

impl World {
    fn pressed(&mut self, by: i64, message: Value, data: &str, now: chrono::DateTime<chrono::Utc>) -> Press {
        let id = format!("43700000000{:07}", self.number());
        let body = json!({
            "id": id,
            "from": wire::user(self, by),
            "message": message,
            "chat_instance": "-1",
            "data": data,
        });
        let sender = watch::Sender::new(None);
        let answer = sender.subscribe();
        self.presses.insert(id.clone(), Pending { at: now, answer: sender });
        self.queue.push("callback_query", body, now);
        Press { id, answer }
    }
}
