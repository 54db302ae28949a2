//! The wiring: the only file that knows everybody. It joins ports to the store, starts the loops,
//! and takes them down in order.

mod kept;
mod loops;
mod ports;

use crate::archive::Archive;
use crate::channel::heartbeat::Heartbeat;
use crate::channel::terminal::Terminal;
use crate::channel::{Channel, Intake};
use crate::device::{
    Deadlines, Floor, FloorPorts, FloorSettings, MasterKey, Redactor, RestconfSettings, Sealer,
    platform_names,
};
use crate::flow::monitor::Periods;
use crate::flow::{self, Clock, House, Stops};
use crate::model::{Doors, Texts};
use crate::settings::{Monitor, Settings};
use crate::store::Store;
use crate::store::metrics::{Keep, Metrics, SetAside};
use loops::Loops;
use ports::Ports;
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// A channel that is full lets its service wait.
const INTAKE: usize = 256;

/// What `run` and `demo` prepare before the bot lives.
pub struct Parts {
    pub settings: Settings,
    pub key: MasterKey,
    pub store: Store,
    pub texts: Arc<Texts>,
    /// Measured values, and whether a damaged file of them had to be set aside.
    pub metrics: (Metrics, Option<SetAside>),
    /// Reads commands and rules: at the start, and at each reload.
    pub load: flow::live::Load,
    pub channels: Vec<Channel>,
    pub doors: Doors,
    /// The chat in the terminal, when there is one: its end of input ends the bot.
    pub terminal: Option<Arc<Terminal>>,
}

/// Lives until SIGTERM, SIGINT or the end of the terminal's input; and until one of its loops fails,
/// because a bot that goes on without its monitor or without its back door looks like a quiet night.
pub async fn live(parts: Parts) -> anyhow::Result<ExitCode> {
    let terminal = parts.terminal.clone();
    let mut signals = Signals::new()?;
    let mut bot = Bot::start(parts)?;
    let over = until_over(&mut bot, terminal.as_deref(), &mut signals).await;
    match over {
        Over::InputEnded => {}
        Over::Signal => tracing::info!("going down"),
        Over::Broken => {
            tracing::error!("a part of the bot has failed; it ends as a whole, to be started anew");
        }
    }
    tokio::select! {
        () = bot.stop() => {}
        // As after a crash: what is stored goes on at the next start.
        () = signals.next() => tracing::warn!("told twice to go down; what still ran is left behind"),
    }
    Ok(match (over, terminal.is_some_and(|terminal| terminal.failed())) {
        (Over::Broken, _) | (_, true) => ExitCode::FAILURE,
        (Over::InputEnded | Over::Signal, false) => ExitCode::SUCCESS,
    })
}

/// The running house.
pub struct Bot {
    house: Arc<House>,
    loops: Loops,
    listeners: JoinSet<()>,
}

impl Bot {
    pub fn start(parts: Parts) -> anyhow::Result<Bot> {
        let Parts { settings, channels, .. } = &parts;
        let (settings, channels) = (settings.clone(), channels.clone());
        // Opened once before anything runs: a damaged repository is told at the start.
        Archive::open(&settings.data)?;
        let aside = parts.metrics.1.clone();
        let heartbeat = settings.heartbeat.clone();
        let heartbeat =
            heartbeat.map(|told| anyhow::Ok((Heartbeat::new(told.url)?, told.every))).transpose()?;
        let house = Arc::new(house(parts)?);
        let (intake, incoming) = mpsc::channel(INTAKE);
        let loops = Loops::start(&house, &settings, incoming, aside, heartbeat);
        let listeners = listen(&house, &channels, intake);
        Ok(Bot { house, loops, listeners })
    }

    pub fn store(&self) -> &Store {
        &self.house.store
    }

    /// What the clock has asked and heard since the start.
    pub fn polls(&self) -> flow::monitor::Polls {
        self.house.counts.read()
    }

    /// Returns when every update is answered, every job is over and every message is sent.
    pub async fn settled(&self) {
        settled(&self.house, Backlog::Everything).await;
    }

    /// Intake stops, running steps end, the last messages go out, then it is dark.
    pub async fn stop(self) {
        self.loops.go_dark(&self.house, self.listeners).await;
        self.house.store.close().await;
    }
}

fn house(parts: Parts) -> anyhow::Result<House> {
    let ports = Arc::new(Ports::new(parts.store.clone()));
    let ports = FloorPorts { keyring: ports.clone(), pins: ports.clone(), learned: ports };
    let (ssh, restconf) = (&parts.settings.ssh, &parts.settings.restconf);
    let settings = FloorSettings {
        deadlines: Deadlines {
            connect: ssh.connect,
            identification: ssh.identification,
            login: ssh.login,
            quiet: ssh.silence,
            running_config: ssh.running_config,
            write_memory: ssh.write_memory,
            ..Deadlines::default()
        },
        sessions: ssh.sessions,
        logins_per_credential: ssh.logins_per_credential,
        restconf: RestconfSettings {
            connect: restconf.connect,
            answer: restconf.answer,
            polls: restconf.polls,
            ca: restconf.ca.clone(),
        },
        ..FloorSettings::default()
    };
    let (sealer, redactor) = (Sealer::new(&parts.key), Redactor::new(&parts.key));
    let homes = parts.channels.iter().flat_map(|channel| channel.deliver.homes()).collect();
    let live = flow::live::Swap::new(parts.load).map_err(|problems| crate::cli::all_of(&problems))?;
    Ok(House {
        store: parts.store.clone(),
        floor: Floor::new(settings, ports, sealer, redactor),
        channels: parts.channels,
        live,
        texts: parts.texts,
        metrics: parts.metrics.0,
        board: flow::board::Shown::default(),
        retries: flow::monitor::Retries::default(),
        periods: periods(&parts.settings.monitor),
        counts: flow::monitor::Counts::default(),
        zone: parts.settings.time_zone,
        homes: Arc::new(homes),
        doors: Arc::new(parts.doors),
        clock: Clock::start(),
        platforms: Arc::new(platform_names().map(str::to_owned).collect()),
        stops: Stops::default(),
        gathered: flow::gather::Cache::default(),
        bot_path: Arc::new(parts.settings.reboot.bot_path.clone()),
        reboot: pace(&parts.settings.reboot),
        lock_patience: parts.settings.lock_patience,
        notify_after: parts.settings.notify_after,
    })
}

/// How reboots are followed.
fn pace(reboot: &crate::settings::Reboot) -> flow::reboot::Pace {
    let usual = flow::reboot::Pace::default();
    let limits = crate::procedure::reboot::Limits {
        gone: reboot.gone,
        back: reboot.back,
        back_stack: reboot.back_stack,
        settle: reboot.settle,
        rest: reboot.rest,
        ..usual.limits
    };
    flow::reboot::Pace { limits, leaving: reboot.watch.min(usual.leaving), away: reboot.watch }
}

/// The settings name each probe.
fn periods(monitor: &Monitor) -> Periods {
    Periods(BTreeMap::from([
        ("cpu", monitor.cpu),
        ("interfaces", monitor.interfaces),
        ("memory", monitor.memory),
        ("system", monitor.system),
    ]))
}

/// The metrics file of a data folder, kept as long as the settings say.
pub fn metrics(settings: &Settings) -> anyhow::Result<(Metrics, Option<SetAside>)> {
    let monitor = &settings.monitor;
    let keep = Keep { raw: monitor.raw, five_minutes: monitor.five_minutes, hours: monitor.hours };
    Ok(Metrics::open(&settings.data, keep, Clock::start().now().wall)?)
}

fn listen(house: &Arc<House>, channels: &[Channel], intake: Intake) -> JoinSet<()> {
    let mut listeners = JoinSet::new();
    for listen in channels.iter().filter_map(|channel| channel.listen.clone()) {
        let running = listen.listen(intake.clone(), house.stops.intake.clone());
        listeners.spawn(async move {
            if let Err(error) = running.await {
                tracing::error!(%error, "a channel has stopped listening");
            }
        });
    }
    listeners
}

#[derive(Clone, Copy)]
enum Over {
    InputEnded,
    Signal,
    Broken,
}

/// What asks the process to end.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    /// Read commands and rules anew. A closed window sends it too, and ends the terminal's input as well.
    hangup: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Signals> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Returns at a signal to end; a hangup asks for a reload on the way.
    async fn next_of(&mut self, house: &House) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hangup.recv() => house.live.ask(),
            }
        }
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

async fn until_over(bot: &mut Bot, terminal: Option<&Terminal>, signals: &mut Signals) -> Over {
    let house = &bot.house;
    let input_ended = async {
        match terminal {
            Some(terminal) => {
                terminal.left().cancelled().await;
                settled(house, Backlog::Everything).await;
            }
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = signals.next_of(house) => Over::Signal,
        () = input_ended => Over::InputEnded,
        () = bot.loops.fail() => Over::Broken,
    }
}

#[derive(Clone, Copy)]
enum Backlog {
    Everything,
    Messages,
}

/// Returns when nothing waits any more.
async fn settled(house: &House, backlog: Backlog) {
    let mut changes = house.store.changes();
    loop {
        let waiting = house
            .store
            .read(move |view| match backlog {
                Backlog::Everything => view.unsettled(),
                Backlog::Messages => view.unsent(),
            })
            .await;
        match waiting {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "the backlog could not be read"),
        }
        let topics = [crate::store::Topic::Inbox, crate::store::Topic::Jobs, crate::store::Topic::Outbox];
        tokio::select! {
            _ = changes.of(&topics) => {}
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
    }
}
