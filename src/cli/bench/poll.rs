//! `patchbay bench poll`: the real bot, without a chat, looks at simulated routers; what that costs is
//! read from the kernel, and the rates that it kept are held against what really flowed.

use super::super::print::say;
use super::super::run as start;
use super::figures::{Figures, Measured};
use super::routers::{Router, Routers};
use super::{truth, usage};
use crate::app::{self, Bot, Parts};
use crate::builtin::blank;
use crate::device::{CREDENTIAL_PURPOSE, MasterKey, Sealer};
use crate::flow::Clock;
use crate::flow::monitor::Polls;
use crate::model::time::{read_span, spoken};
use crate::model::{Device, DeviceId, Now, Secret};
use crate::probe::PROBES;
use crate::settings::{Level, Monitor, Settings};
use crate::store::metrics::Metrics;
use crate::store::{Access, Credential, Store};
use anyhow::{Context, bail};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// How many
    #[arg(long, default_value_t = 100, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=5_000))]
    routers: u16,
    /// How long it is measured
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    seconds: u64,
    /// How often each probe asks each router
    #[arg(long, default_value = "5s", value_name = "SPAN", value_parser = period)]
    period: Duration,
    /// Print JSON, units in the names
    #[arg(long)]
    json: bool,
}

/// The first round lasts as long as a period and never longer than this (`monitor::schedule`), and
/// handshakes of many routers at once take their time.
const FIRST_ROUND: Duration = Duration::from_secs(120);
/// How often the first round is asked whether it is over.
const GLANCE: Duration = Duration::from_millis(50);
const CREDENTIAL: &str = "lab";

fn period(typed: &str) -> Result<Duration, String> {
    match read_span(typed) {
        Some(span) if !span.is_zero() => Ok(span),
        Some(_) | None => Err("write it as 5s or 1m".to_owned()),
    }
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    // Before anything of the bot is there: it must be started also where its words come late.
    let routers = Routers::start(usize::from(arguments.routers))?;
    let measured = start::to_its_end(measure(arguments, &routers.all))?;
    let figures = Figures::of(&measured);
    match arguments.json {
        true => say(&serde_json::to_string_pretty(&figures)?),
        false => figures.print(),
    }
    Ok(())
}

async fn measure(arguments: &Arguments, routers: &[Router]) -> anyhow::Result<Measured> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let folder = tempfile::tempdir().context("no temporary folder can be made")?;
    let bench = Bench::start(arguments, folder.path(), routers).await?;
    let readings = tokio::select! {
        readings = bench.readings(arguments) => readings,
        _ = terminate.recv() => Err(anyhow::anyhow!("told to end before it was measured")),
        _ = interrupt.recv() => Err(anyhow::anyhow!("told to end before it was measured")),
    };
    // The last values are written when the bot ends.
    bench.bot.stop().await;
    let Readings { begin, end } = readings?;
    let samples = bench.metrics.samples(begin.at.wall, end.at.wall).await?;
    let name = |device| bench.names.get(&device).map(String::as_str);
    Ok(Measured {
        routers: routers.len(),
        period: arguments.period,
        span: end.at.monotonic.saturating_sub(begin.at.monotonic),
        polls: end.polls.since(&begin.polls),
        cpu: end.cpu.saturating_sub(begin.cpu),
        memory: (bench.memory, end.memory),
        errors: truth::errors(&samples, arguments.period, name),
    })
}

/// The bot, and what has to be known of it.
struct Bench {
    bot: Bot,
    metrics: Metrics,
    names: BTreeMap<DeviceId, String>,
    clock: Clock,
    /// Bytes before the bot began.
    memory: u64,
}

struct Readings {
    begin: Reading,
    end: Reading,
}

struct Reading {
    at: Now,
    polls: Polls,
    cpu: Duration,
    memory: u64,
}

impl Bench {
    async fn start(arguments: &Arguments, folder: &Path, routers: &[Router]) -> anyhow::Result<Bench> {
        let mut settings = Settings::defaults(folder.join("data"), Secret::new(""));
        settings.log.level = Level::Error;
        settings.monitor = Monitor::each(arguments.period);
        start::log(&settings)?;
        let key = MasterKey::create(&folder.join("key")).context("no master key can be made")?;
        let store = Store::open(&settings.data, Access::Bot)?;
        let clock = Clock::start();
        let names = furnish(&store, &key, routers, clock.now()).await?;
        let opened = app::metrics(&settings)?;
        let metrics = opened.0.clone();
        let load = start::load(&settings);
        let texts = crate::texts::load(&settings.language).map_err(|problems| start::all_of(&problems))?;
        let memory = usage::memory()?;
        let bot = Bot::start(Parts {
            settings,
            key,
            store,
            texts: texts.into(),
            metrics: opened,
            load,
            channels: Vec::new(),
            doors: crate::model::Doors::default(),
            terminal: None,
        })?;
        Ok(Bench { bot, metrics, names, clock, memory })
    }

    async fn readings(&self, arguments: &Arguments) -> anyhow::Result<Readings> {
        self.first_round(arguments).await?;
        let begin = self.reading()?;
        tokio::time::sleep(Duration::from_secs(arguments.seconds)).await;
        let end = self.reading()?;
        if end.polls.answered == begin.polls.answered {
            bail!("no router answered in {} s", arguments.seconds);
        }
        Ok(Readings { begin, end })
    }

    /// Over when each router could have answered each probe once.
    async fn first_round(&self, arguments: &Arguments) -> anyhow::Result<()> {
        let wanted = u64::from(arguments.routers) * PROBES.len() as u64;
        let patience = arguments.period + FIRST_ROUND;
        let over = async {
            while self.bot.polls().answered < wanted {
                tokio::time::sleep(GLANCE).await;
            }
        };
        if tokio::time::timeout(patience, over).await.is_err() {
            let polls = self.bot.polls();
            bail!(
                "the first round was not over after {}: {} polls of {wanted} were answered, {} failed",
                spoken(patience),
                polls.answered,
                polls.failed
            );
        }
        Ok(())
    }

    fn reading(&self) -> anyhow::Result<Reading> {
        let (at, polls) = (self.clock.now(), self.bot.polls());
        Ok(Reading { at, polls, cpu: usage::cpu(), memory: usage::memory()? })
    }
}

/// The routers and their credential; no person, because nobody asks.
async fn furnish(
    store: &Store,
    key: &MasterKey,
    routers: &[Router],
    now: Now,
) -> anyhow::Result<BTreeMap<DeviceId, String>> {
    let Some(login) = routers.first() else { bail!("there is no router") };
    let sealer = Sealer::new(key);
    let credential = Credential {
        name: CREDENTIAL.to_owned(),
        username: login.user.clone(),
        password: sealer.seal(CREDENTIAL_PURPOSE, login.password.as_bytes())?,
        enable: Some(sealer.seal(CREDENTIAL_PURPOSE, login.enable.as_bytes())?),
    };
    let devices: Vec<Device> = routers.iter().map(device).collect::<anyhow::Result<_>>()?;
    let names = store.write(move |work| {
        work.set_credential(&credential, now.wall)?;
        let add = |device: &Device| Ok((work.add_device(device, now.wall)?, device.name.to_string()));
        devices.iter().map(add).collect()
    });
    Ok(names.await?)
}

fn device(router: &Router) -> anyhow::Result<Device> {
    let mut device = blank(&router.name).map_err(super::super::device::said)?;
    device.host.clone_from(&router.address);
    device.ssh_port = router.ssh;
    device.restconf_port = router.https;
    device.site.clone_from(&router.site);
    device.credential = CREDENTIAL.to_owned();
    Ok(device)
}
