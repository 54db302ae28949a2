//! The calls of the Web API that this door makes, each with its own deadline. Requests are the library's
//! types; of the answers only what is needed is read, so that a field more or less stops nothing.

use super::fault::Fault;
use super::road::Road;
use crate::model::Secret;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use slack_morphism::prelude::*;
use std::fmt;
use std::time::Duration;
use tokio::time::timeout;
use url::Url;

/// How long a call may take.
const ANSWER: Duration = Duration::from_secs(15);
/// After this the service opens no view any more.
const VIEW: Duration = Duration::from_secs(3);
/// How long a file may take to go up.
const UPLOAD: Duration = Duration::from_secs(60);

pub struct Api {
    client: SlackClient<SlackClientHyperConnector<Road>>,
    bot: SlackApiToken,
    app: SlackApiToken,
    answer: Duration,
}

/// Whom the tokens belong to.
#[derive(Debug, Deserialize)]
pub struct Bot {
    #[serde(default)]
    pub user: String,
    #[serde(default)]
    pub team: String,
}

#[derive(Deserialize)]
struct Posted {
    ts: String,
}

#[derive(Deserialize)]
struct Nothing {}

#[derive(Deserialize)]
struct Opened {
    url: String,
}

/// Where a socket can be opened, once. Whoever knows it hears everything, so it prints nothing.
pub struct Ticket(pub Url);

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// What a message says, in the service's own form.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Said {
    /// What a phone shows of it.
    pub text: String,
    pub blocks: Vec<SlackBlock>,
}

impl Said {
    fn content(&self) -> SlackMessageContent {
        SlackMessageContent::new().with_text(self.text.clone()).with_blocks(self.blocks.clone())
    }
}

/// A file that is to be shown.
pub struct Upload<'a> {
    pub name: &'a str,
    pub title: &'a str,
    pub kind: &'static str,
    pub bytes: &'a [u8],
}

impl Api {
    /// `url` is the service's own when none is given.
    pub fn new(road: Road, url: Option<&Url>, bot: &Secret, app: &Secret) -> Api {
        let connector = SlackClientHyperConnector::with_connector(road);
        let connector = match url {
            Some(url) => connector.with_slack_api_url(url.as_str().trim_end_matches('/')),
            None => connector,
        };
        let token = |secret: &Secret| SlackApiToken::new(secret.reveal().into());
        Api { client: SlackClient::new(connector), bot: token(bot), app: token(app), answer: ANSWER }
    }

    #[cfg(test)]
    pub fn with_answers_within(self, answer: Duration) -> Api {
        Api { answer, ..self }
    }

    pub async fn who_am_i(&self) -> Result<Bot, Fault> {
        self.call(&self.bot, "auth.test", &serde_json::json!({})).await
    }

    pub async fn open_socket(&self) -> Result<Ticket, Fault> {
        let opened: Opened =
            self.call(&self.app, "apps.connections.open", &SlackApiAppsConnectionOpenRequest::new()).await?;
        opened.url.parse().map(Ticket).map_err(|_| Fault::Strange)
    }

    /// Its `ts`.
    pub async fn post(
        &self,
        channel: &str,
        thread: Option<&str>,
        aloud: bool,
        said: &Said,
    ) -> Result<String, Fault> {
        let request = SlackApiChatPostMessageRequest::new(channel.into(), said.content())
            .opt_thread_ts(thread.map(Into::into))
            // The whole channel reads it, too.
            .opt_reply_broadcast((aloud && thread.is_some()).then_some(true))
            .with_link_names(false)
            .with_unfurl_links(false)
            .with_unfurl_media(false);
        let posted: Posted = self.call(&self.bot, "chat.postMessage", &request).await?;
        Ok(posted.ts)
    }

    pub async fn update(&self, channel: &str, ts: &str, said: &Said) -> Result<(), Fault> {
        let request =
            SlackApiChatUpdateRequest::new(channel.into(), said.content(), ts.into()).with_link_names(false);
        self.call::<Nothing>(&self.bot, "chat.update", &request).await.map(drop)
    }

    pub async fn delete(&self, channel: &str, ts: &str) -> Result<(), Fault> {
        let request = SlackApiChatDeleteRequest::new(channel.into(), ts.into());
        self.call::<Nothing>(&self.bot, "chat.delete", &request).await.map(drop)
    }

    /// To one person; nobody else ever sees it, and nothing changes it.
    pub async fn whisper(
        &self,
        channel: &str,
        thread: Option<&str>,
        user: &str,
        said: &Said,
    ) -> Result<(), Fault> {
        let request = SlackApiChatPostEphemeralRequest::new(channel.into(), user.into(), said.content())
            .opt_thread_ts(thread.map(Into::into))
            .with_link_names(false);
        self.call::<Nothing>(&self.bot, "chat.postEphemeral", &request).await.map(drop)
    }

    /// Before somebody who has just pressed. The ticket lives for three seconds.
    pub async fn open_view(&self, trigger: &str, view: &serde_json::Value) -> Result<(), Fault> {
        let request = serde_json::json!({ "trigger_id": trigger, "view": view });
        let session = self.client.open_session(&self.bot);
        let sent = session.http_session_api.http_post::<_, Nothing>("views.open", &request, None);
        within(self.answer.min(VIEW), sent).await.map(drop)
    }

    /// Three calls: a place, the bytes, and to whom it is shown. Its id.
    pub async fn upload(
        &self,
        channel: &str,
        thread: Option<&str>,
        file: &Upload<'_>,
    ) -> Result<String, Fault> {
        let session = self.client.open_session(&self.bot);
        let wanted = SlackApiFilesGetUploadUrlExternalRequest::new(file.name.to_owned(), file.bytes.len());
        let place = within(self.answer, session.get_upload_url_external(&wanted)).await?;
        self.put(place.upload_url.0, file).await?;
        let id = place.file_id.0;
        let complete = SlackApiFilesComplete::new(id.as_str().into()).with_title(file.title.to_owned());
        let request = SlackApiFilesCompleteUploadExternalRequest::new(vec![complete])
            .with_channel_id(channel.into())
            .opt_thread_ts(thread.map(Into::into));
        self.call::<Nothing>(&self.bot, "files.completeUploadExternal", &request).await?;
        Ok(id)
    }

    /// The address is a ticket by itself: the token stays at home.
    async fn put(&self, to: Url, file: &Upload<'_>) -> Result<(), Fault> {
        let span = tracing::Span::none();
        let context = nobody(&span);
        let connector = &self.client.http_api.connector;
        let sent = connector.http_post_uri_binary::<Nothing>(to, file.kind.to_owned(), file.bytes, context);
        within(UPLOAD, sent).await.map(drop)
    }

    pub async fn delete_file(&self, id: &str) -> Result<(), Fault> {
        let request = SlackApiFilesDeleteRequest::new(id.into());
        self.call::<Nothing>(&self.bot, "files.delete", &request).await.map(drop)
    }

    /// The answer to a slash command, to the one who typed it, also where the bot may not speak. The
    /// address is a ticket by itself.
    pub async fn answer(&self, response_url: &Url, text: &str) -> Result<(), Fault> {
        let said = serde_json::json!({ "response_type": "ephemeral", "text": text });
        let span = tracing::Span::none();
        let connector = &self.client.http_api.connector;
        let sent = connector.http_post_uri::<_, Nothing>(response_url.clone(), &said, nobody(&span));
        within(self.answer, sent).await.map(drop)
    }

    async fn call<A: DeserializeOwned + Send>(
        &self,
        token: &SlackApiToken,
        method: &str,
        request: &(impl Serialize + Send + Sync),
    ) -> Result<A, Fault> {
        let session = self.client.open_session(token);
        within(self.answer, session.http_session_api.http_post(method, request, None)).await
    }
}

fn nobody(span: &tracing::Span) -> SlackClientApiCallContext<'_> {
    SlackClientApiCallContext {
        rate_control_params: None,
        token: None,
        tracing_span: span,
        is_sensitive_url: true,
    }
}

async fn within<A>(
    deadline: Duration,
    call: impl Future<Output = ClientResult<A>> + Send,
) -> Result<A, Fault> {
    match timeout(deadline, call).await {
        Ok(answer) => answer.map_err(|error| Fault::of(&error)),
        Err(_elapsed) => Err(Fault::Unheard),
    }
}
