//! The wire of a router: it listens, speaks SSH with whoever connects, checks the login and gives each shell to a
//! terminal. Nothing here knows a command.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use russh::server::{Auth, ChannelOpenHandle, Config, Handler, Msg, Response, Session};
use russh::{Channel, ChannelId, ChannelOpenFailure, MethodKind, MethodSet, Pty, SshId, server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::door::Guest;
use super::fault::{Fault, LinesFull, Point};
use super::plan::LoginMethods;
use super::presence::Ssh;
use super::router::{Router, lock};
use super::terminal::{Screen, Terminal};
use super::wire::Wire;

/// Serves one router until the task is aborted.
pub(crate) async fn serve(router: Router, listener: TcpListener) {
    router.inner.door.serve(listener, |guest| connection(router.clone(), guest)).await;
}

async fn connection(router: Router, guest: Guest) {
    let Guest { stream, fuse, inside } = guest;
    let peer = stream.peer_addr().map_or_else(|_| "127.0.0.1".to_owned(), |peer| peer.ip().to_string());
    let stream = Wire::new(stream, fuse);
    if router.has(&Fault::SilentAfterConnect) || router.presence().ssh == Ssh::Silent {
        return silence(stream).await;
    }
    if let Some(full) = full(&router) {
        return turn_away(stream, full).await;
    }
    router.pause(|point| *point == Point::AfterConnect).await;
    let line = Line {
        router: router.clone(),
        number: inside.number,
        peer,
        user: String::new(),
        channel: None,
        screen: Screen::default(),
    };
    match server::run_stream(config(&router), stream, line).await {
        Ok(session) => {
            if let Err(error) = session.await {
                tracing::debug!(%error, router = router.name(), "lab: a session ended");
            }
        }
        Err(error) => tracing::debug!(%error, router = router.name(), "lab: no session came about"),
    }
}

fn full(router: &Router) -> Option<LinesFull> {
    router.faults().into_iter().find_map(|fault| match fault {
        Fault::LinesFull(full) => Some(full),
        _ => None,
    })
}

/// Said before the first word of SSH, if anything is.
async fn turn_away(mut stream: Wire, full: LinesFull) {
    if let LinesFull::Says(line) = full {
        // Whoever hangs up before it is told has what he wants.
        let _ = stream.write_all(format!("{line}\r\n").as_bytes()).await;
    }
}

/// Reads and says nothing until the other side gives up.
pub(crate) async fn silence(mut stream: Wire) {
    let mut heard = [0; 256];
    while stream.read(&mut heard).await.is_ok_and(|count| count > 0) {}
}

fn config(router: &Router) -> Arc<Config> {
    let methods: &[MethodKind] = match router.plan().login {
        LoginMethods::Both => &[MethodKind::KeyboardInteractive, MethodKind::Password],
        LoginMethods::KeyboardInteractive => &[MethodKind::KeyboardInteractive],
        LoginMethods::Password => &[MethodKind::Password],
    };
    Arc::new(Config {
        server_id: SshId::Standard(Cow::Borrowed("SSH-2.0-Cisco-1.25")),
        methods: MethodSet::from(methods),
        auth_rejection_time: Duration::ZERO,
        auth_rejection_time_initial: Some(Duration::ZERO),
        keys: vec![lock(&router.inner.key).clone()],
        // The router's own default: three tries, and the question before the first does not count.
        max_auth_attempts: 4,
        window_size: 65_536,
        channel_buffer_size: 16,
        inactivity_timeout: Some(Duration::from_secs(600)),
        nodelay: true,
        ..Config::default()
    })
}

/// One connection as russh sees it.
struct Line {
    router: Router,
    number: u64,
    peer: String,
    user: String,
    channel: Option<Channel<Msg>>,
    screen: Screen,
}

impl Line {
    async fn check(&mut self, user: &str, password: &str) -> Auth {
        let known = self.router.credentials();
        let right =
            user == known.username && password == known.password && !self.router.has(&Fault::WrongPassword);
        self.router.note_login(user, &self.peer, right);
        if !right {
            return Auth::reject();
        }
        user.clone_into(&mut self.user);
        self.router.pause(|point| *point == Point::AtLogin).await;
        Auth::Accept
    }
}

impl Handler for Line {
    type Error = russh::Error;

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, Self::Error> {
        if self.router.plan().login == LoginMethods::KeyboardInteractive {
            return Ok(Auth::reject());
        }
        Ok(self.check(user, password).await)
    }

    async fn auth_keyboard_interactive<'a>(
        &'a mut self,
        user: &str,
        _submethods: &str,
        response: Option<Response<'a>>,
    ) -> Result<Auth, Self::Error> {
        if self.router.plan().login == LoginMethods::Password {
            return Ok(Auth::reject());
        }
        let Some(mut answers) = response else {
            return Ok(Auth::Partial {
                name: Cow::Borrowed(""),
                instructions: Cow::Borrowed(""),
                prompts: Cow::Owned(vec![(Cow::Borrowed("Password: "), false)]),
            });
        };
        let password = answers.next().map(|answer| String::from_utf8_lossy(&answer).into_owned());
        Ok(self.check(user, &password.unwrap_or_default()).await)
    }

    /// A router carries one session on a connection and refuses a second.
    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Self::Error> {
        if self.channel.is_some() || self.screen.in_use {
            reply.reject(ChannelOpenFailure::AdministrativelyProhibited).await;
        } else {
            self.channel = Some(channel);
            reply.accept().await;
        }
        Ok(())
    }

    async fn pty_request(
        &mut self,
        channel: ChannelId,
        _term: &str,
        columns: u32,
        rows: u32,
        _pixels_wide: u32,
        _pixels_high: u32,
        _modes: &[(Pty, u32)],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        self.screen.resize(columns, rows);
        session.channel_success(channel)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "one task a shell: the connection's own task must go on reading"
    )]
    async fn shell_request(&mut self, id: ChannelId, session: &mut Session) -> Result<(), Self::Error> {
        let Some(channel) = self.channel.take() else { return session.channel_failure(id) };
        session.channel_success(id)?;
        self.screen.in_use = true;
        let terminal = Terminal::new(&self.router, self.number, channel, &self.user, &self.peer, self.screen);
        let task = tokio::spawn(terminal.run(session.handle()));
        self.router.inner.door.connections.attach(self.number, task.abort_handle());
        Ok(())
    }

    async fn exec_request(
        &mut self,
        id: ChannelId,
        _: &[u8],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.channel_failure(id)
    }

    async fn subsystem_request(
        &mut self,
        id: ChannelId,
        _: &str,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.channel_failure(id)
    }
}
