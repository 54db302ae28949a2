//! Three phones in a browser, for the demo: the same bot in three chats, in the dress of each. Whoever opens the page
//! types and presses as one person of all services. On loopback, without a login: it shows and does nothing that the terminal
//! beside it does not.

use std::net::SocketAddr;
use std::sync::Arc;

use hyper::{Method, StatusCode};
use tokio::task::JoinSet;

use super::calls::{self, Call, Reply, Unread};
use super::error::LabError;
use super::slack::{Slack, SlackChoice};
use super::telegram::{Chat, Person};
use super::zalo;

const PAGE: &str = include_str!("page.html");

/// Who sits in front of the page, in each service, and where.
#[derive(Clone)]
pub struct Seat {
    pub person: Person,
    pub chat: Chat,
    pub workspace: Arc<Slack>,
    pub user: String,
    pub channel: String,
    pub contact: zalo::Person,
}

/// The page is served until this is dropped.
pub struct Phones {
    address: SocketAddr,
    _tasks: JoinSet<()>,
}

impl Phones {
    /// Listens on 127.0.0.1 at a free port.
    pub async fn start(seat: Seat) -> Result<Phones, LabError> {
        let (listener, door) = calls::listen("The page of phones", 0).await?;
        let (address, seat) = (door.address, Arc::new(seat));
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let answer = move |call: Call, read| {
                let seat = seat.clone();
                async move { seat.answer(address, &call, read) }
            };
            calls::serve(&door, listener, answer).await;
        });
        Ok(Phones { address, _tasks: tasks })
    }

    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }
}

impl Seat {
    fn answer(&self, address: SocketAddr, call: &Call, read: Result<(), Unread>) -> Reply {
        // A name of somebody else's that leads here belongs to a page of somebody else's.
        if call.headers.get("host").is_none_or(|host| *host != address.to_string()) {
            return Reply::new(
                StatusCode::MISDIRECTED_REQUEST,
                "text/plain",
                format!("ask http://{address}/"),
            );
        }
        let html = |page: String| Reply::new(StatusCode::OK, "text/html; charset=utf-8", page);
        // A page of another site can make a browser send a form here, but not with this kind of body.
        let typed =
            read.is_ok() && call.headers.get("content-type").is_some_and(|kind| kind == "application/json");
        match (&call.method, call.path.as_str()) {
            (&Method::GET, "/") => html(PAGE.to_owned()),
            (&Method::GET, "/telegram") => html(self.chat.html()),
            (&Method::GET, "/slack") => html(self.workspace.page(&self.channel)),
            (&Method::GET, "/zalo") => html(self.contact.html()),
            (&Method::POST, _) if !typed => Reply::new(StatusCode::BAD_REQUEST, "text/plain", "JSON, please"),
            (&Method::POST, path) => match self.act(path, call) {
                Some(said) => Reply::new(StatusCode::OK, "text/plain; charset=utf-8", said),
                None => Reply::new(StatusCode::NOT_FOUND, "text/plain", "there is no such thing any more"),
            },
            _ => Reply::new(StatusCode::NOT_FOUND, "text/plain", "not here"),
        }
    }

    /// What somebody does on the page; what the service says to that at once.
    fn act(&self, path: &str, call: &Call) -> Option<String> {
        let word = |name: &str| call.params.text(name);
        match path {
            "/telegram/say" => {
                self.chat.say(&self.person, &word("text")?);
            }
            "/telegram/press" => {
                drop(self.chat.press(&self.person, word("message")?.parse().ok()?, &word("label")?).ok()?);
            }
            "/zalo/say" => {
                self.contact.says(&word("text")?);
            }
            "/slack/say" => return self.write(&word("text")?, word("thread").as_deref()),
            "/slack/press" => {
                self.workspace.press(&self.user, &self.channel, &word("message")?, &word("label")?)?;
            }
            "/slack/choose" => {
                let choice = SlackChoice { text: word("label")?, value: word("value")? };
                self.workspace.choose(
                    &self.user,
                    &self.channel,
                    &word("message")?,
                    &word("menu")?,
                    &choice,
                )?;
            }
            _ => return None,
        }
        Some(String::new())
    }

    /// A line with a slash is a command, if the app has it; `@` and the app's name is a mention.
    fn write(&self, line: &str, thread: Option<&str>) -> Option<String> {
        let (space, mention) = (&self.workspace, format!("@{}", self.workspace.plan().bot));
        if let Some(rest) = line.strip_prefix(&mention) {
            space.mention(&self.user, &self.channel, thread, rest.trim());
            return Some(String::new());
        }
        if !line.starts_with('/') {
            space.write(&self.user, &self.channel, thread, line);
            return Some(String::new());
        }
        let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
        Some(match space.slash(&self.user, &self.channel, command, rest) {
            Some(_) => String::new(),
            None => format!(
                "{command} is not a valid command here; try /net {} {rest}",
                command.trim_start_matches('/')
            ),
        })
    }
}

#[cfg(test)]
mod tests;
