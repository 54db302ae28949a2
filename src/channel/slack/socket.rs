//! The loop behind Socket Mode: one socket is open, and another one before the service ends it. What goes
//! wrong is said in the log once, with what to do, and never holds up another door.

use super::Slack;
use super::fault::Fault;
use super::line::{self, End, Line};
use super::presence;
use crate::channel::{ChannelError, Intake};
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// The waits of the loop; tests make them short.
#[derive(Clone, Copy, Debug)]
pub struct Waits {
    /// The service pings about every 30 s; a socket on which nothing comes for so long is deaf.
    pub deaf: Duration,
    /// Between tries, doubled up to `most`.
    pub least: Duration,
    pub most: Duration,
    /// After a token was refused.
    pub refused: Duration,
    /// A socket that was told to go is given up after this.
    pub leaving: Duration,
    /// A socket that lived for so long was a good one: the next try comes at once.
    pub good: Duration,
}

impl Default for Waits {
    fn default() -> Waits {
        Waits {
            deaf: Duration::from_secs(70),
            least: Duration::from_secs(1),
            most: Duration::from_secs(30),
            refused: Duration::from_secs(300),
            leaving: Duration::from_secs(30),
            good: Duration::from_secs(10),
        }
    }
}

/// Why there is no socket yet.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Trouble {
    /// Of the bot's token, or of the app's.
    Token(&'static str, Fault),
    Call(Fault),
    Ended(End),
}

type Opening = BoxFuture<'static, Result<Line, Trouble>>;

/// The number of an open socket, how it ended and for how long it lived.
type Ended = (u64, End, Duration);

pub async fn listen(slack: Arc<Slack>, intake: Intake, stop: CancellationToken) -> Result<(), ChannelError> {
    let waits = slack.waits;
    let (leaves, mut left) = mpsc::channel::<u64>(16);
    let mut lines: FuturesUnordered<BoxFuture<'static, Ended>> = FuturesUnordered::new();
    // The youngest socket, and what tells it that there is a younger one.
    let (mut youngest, mut retired) = (0, CancellationToken::new());
    let mut opening: Option<Opening> = Some(open(Arc::clone(&slack), Duration::ZERO).boxed());
    let (mut tries, mut told) = (0, None);
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            opened = wait(&mut opening) => match opened {
                Ok(line) => {
                    opening = None;
                    told = None;
                    slack.opened(&line);
                    youngest += 1;
                    std::mem::replace(&mut retired, CancellationToken::new()).cancel();
                    let leaving = Leaving { number: youngest, leaves: leaves.clone(), retired: retired.clone() };
                    lines.push(run(Arc::clone(&slack), line, intake.clone(), leaving, stop.clone()).boxed());
                }
                Err(trouble) => {
                    tries += 1;
                    let pause = waits.pause(&trouble, tries);
                    if told.as_ref() != Some(&trouble) {
                        slack.complain(&trouble, pause);
                    }
                    told = Some(trouble);
                    opening = Some(open(Arc::clone(&slack), pause).boxed());
                }
            },
            Some(number) = left.recv() => {
                if opening.is_none() && number == youngest {
                    opening = Some(open(Arc::clone(&slack), Duration::ZERO).boxed());
                }
            }
            Some((number, end, lived)) = lines.next(), if !lines.is_empty() => {
                slack.ended(&end);
                if intake.is_closed() {
                    break;
                }
                if opening.is_none() && number == youngest {
                    // One that ended as soon as it was there is no sign that the next will be better.
                    tries = if lived >= waits.good { 0 } else { tries + 1 };
                    let pause = if tries == 0 { Duration::ZERO } else { waits.after(tries) };
                    opening = Some(open(Arc::clone(&slack), pause).boxed());
                }
            }
        }
    }
    drop(opening);
    // Each acknowledges what is stored by now, and closes.
    while lines.next().await.is_some() {}
    Ok(())
}

async fn wait(opening: &mut Option<Opening>) -> Result<Line, Trouble> {
    match opening {
        Some(opening) => opening.await,
        None => std::future::pending().await,
    }
}

async fn open(slack: Arc<Slack>, after: Duration) -> Result<Line, Trouble> {
    sleep(after).await;
    slack.know_the_bot().await.map_err(|fault| trouble("bot_token", fault))?;
    let ticket = slack.api.open_socket().await.map_err(|fault| trouble("app_token", fault))?;
    let line = line::open(slack.road.clone(), &ticket, slack.waits.deaf).await.map_err(Trouble::Call)?;
    line.greeted().await.map_err(Trouble::Ended)
}

fn trouble(token: &'static str, fault: Fault) -> Trouble {
    match fault.cure() {
        Some(_) => Trouble::Token(token, fault),
        None => Trouble::Call(fault),
    }
}

/// How a socket hears and says that its time is over.
struct Leaving {
    number: u64,
    leaves: mpsc::Sender<u64>,
    /// A younger one is there.
    retired: CancellationToken,
}

/// The older socket may say its last words while the younger is there already; the service closes it, or we do.
async fn run(
    slack: Arc<Slack>,
    line: Line,
    intake: Intake,
    leaving: Leaving,
    stop: CancellationToken,
) -> Ended {
    let (began, over) = (Instant::now(), CancellationToken::new());
    let told = |reason: &str| {
        tracing::info!(channel = slack.name, reason, "the socket will end; the next one is opened");
        // When so many wait to be heard, one more says nothing new.
        let _ = leaving.leaves.try_send(leaving.number);
    };
    let sort = |kind: &str, payload: &serde_json::Value, again: bool| slack.sorted(kind, payload, again);
    let listening = line.listen(sort, intake, told, over.clone());
    let retired = async {
        leaving.retired.cancelled().await;
        sleep(slack.waits.leaving).await;
    };
    tokio::pin!(listening);
    let end = tokio::select! {
        end = &mut listening => end,
        () = async { tokio::select! { () = stop.cancelled() => {}, () = retired => {} } } => {
            over.cancel();
            listening.await
        }
    };
    (leaving.number, end, began.elapsed())
}

impl Waits {
    fn pause(&self, trouble: &Trouble, tries: u32) -> Duration {
        match trouble {
            Trouble::Token(..) => self.refused,
            Trouble::Call(Fault::Limited(after)) => *after,
            Trouble::Call(_) | Trouble::Ended(_) => self.after(tries),
        }
    }

    /// With up to half of it more, so that many bots do not come back together.
    fn after(&self, tries: u32) -> Duration {
        let base = self.least.saturating_mul(1 << tries.saturating_sub(1).min(10)).min(self.most);
        let mut byte = [0];
        // Without randomness (never seen) everybody waits the same time.
        let _ = getrandom::fill(&mut byte);
        let [byte] = byte;
        base + base.mul_f64(f64::from(byte) / 512.0)
    }
}

impl Slack {
    fn opened(&self, line: &Line) {
        self.presence.opened(super::now());
        let connections = line.connections;
        tracing::info!(channel = self.name, connections, "the socket is open");
        // While one takes over from another there are two.
        if connections > 2 {
            tracing::warn!(
                channel = self.name,
                connections,
                "the app has more sockets open than this bot; another bot with the same app_token takes its \
                 share of the commands: stop it, or give it an app of its own"
            );
        }
    }

    fn ended(&self, end: &End) {
        let deaf = if *end == End::Deaf { self.waits.deaf } else { Duration::ZERO };
        self.presence.ended(presence::before(super::now(), deaf));
        match end {
            End::Stopped => {}
            End::Deaf => tracing::warn!(
                channel = self.name,
                seconds = self.waits.deaf.as_secs(),
                "nothing was heard on the socket; it is opened anew"
            ),
            End::Closed(Some(reason)) if reason == "link_disabled" => tracing::error!(
                channel = self.name,
                "Socket Mode was switched off: switch it on again on the app's page, under Socket Mode"
            ),
            End::Closed(_) | End::Broken | End::TooMany | End::NotGreeted => {
                tracing::info!(channel = self.name, ?end, "the socket ended; it is opened anew");
            }
        }
    }

    fn complain(&self, trouble: &Trouble, pause: Duration) {
        let again = pause.as_secs();
        match trouble {
            Trouble::Token(token, fault) => tracing::error!(
                channel = self.name,
                token,
                again,
                "{fault}: {}. This door stays shut until then, the others are open",
                fault.cure().unwrap_or_default()
            ),
            Trouble::Call(fault) => {
                tracing::warn!(channel = self.name, again, "no socket yet: {fault}");
            }
            Trouble::Ended(End::TooMany) => tracing::warn!(
                channel = self.name,
                again,
                "the app has too many sockets open (too_many_websockets): stop other bots that use its \
                 app_token"
            ),
            Trouble::Ended(end) => tracing::warn!(channel = self.name, again, ?end, "no socket yet"),
        }
    }
}
