//! `patchbay bench chat`: the real bot behind its real door, and a simulated service with people who type. The
//! service measures how long its people wait; what the bot uses is read from the kernel.

use super::super::print::say;
use super::super::run as start;
use super::crowd::{Heard, Service, Typing};
use super::usage;
use crate::app::{self, Bot, Parts};
use crate::channel::telegram;
use crate::device::MasterKey;
use crate::flow::Clock;
use crate::model::{Identity, Reader};
use crate::settings::{Level, Settings};
use crate::store::{Access, Store};
use anyhow::Context;
use serde::Serialize;
use std::io::{BufRead, BufReader};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt};
use tokio::net::unix::pipe;
use tokio::signal::unix::{SignalKind, signal};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// How many commands come one after the other
    #[arg(long, default_value_t = 200, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    steady: u32,
    /// How many of them a second
    #[arg(long, default_value_t = 10, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    per_second: u32,
    /// How many come all at once
    #[arg(long, default_value_t = 2_000, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=5_000))]
    burst: u32,
    /// In how many chats
    #[arg(long, default_value_t = 200, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=2_000))]
    chats: u32,
    /// Print JSON, units in the names
    #[arg(long)]
    json: bool,
}

/// Commands that are typed before anything is measured.
const WARM: Typing = Typing { commands: 40, chats: 20, per_second: 0 };

#[derive(Debug, Serialize)]
struct Figures {
    cores: usize,
    idle_memory_mb: f64,
    steady: Part,
    burst: Part,
    memory_mb: f64,
}

#[derive(Debug, Serialize)]
struct Part {
    chats: u32,
    #[serde(flatten)]
    heard: Heard,
    cpu_ms_per_update: f64,
    answers_per_second: f64,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    // Before anything of the bot is there: it must be started also where its words come late.
    let (mut crowd, service) = Crowd::start()?;
    let figures = start::to_its_end(measure(arguments, &mut crowd, &service))?;
    match arguments.json {
        true => say(&serde_json::to_string_pretty(&figures)?),
        false => print(&figures),
    }
    Ok(())
}

async fn measure(arguments: &Arguments, crowd: &mut Crowd, service: &Service) -> anyhow::Result<Figures> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let folder = tempfile::tempdir().context("no temporary folder can be made")?;
    let (bot, mut talk) = (bot(folder.path(), service).await?, crowd.talk()?);
    let figures = tokio::select! {
        figures = figures(arguments, &mut talk) => figures,
        _ = terminate.recv() => Err(anyhow::anyhow!("told to end before it was measured")),
        _ = interrupt.recv() => Err(anyhow::anyhow!("told to end before it was measured")),
    };
    bot.stop().await;
    figures
}

async fn figures(arguments: &Arguments, crowd: &mut Talk) -> anyhow::Result<Figures> {
    crowd.types(WARM).await?;
    let idle = usage::memory()?;
    let (all, chats) = (arguments.steady, arguments.chats.min(20));
    let steady = part(crowd, all, chats, arguments.per_second).await?;
    let burst = part(crowd, arguments.burst, arguments.chats, 0).await?;
    Ok(Figures {
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        idle_memory_mb: idle as f64 / 1e6,
        steady,
        burst,
        memory_mb: usage::memory()? as f64 / 1e6,
    })
}

async fn part(crowd: &mut Talk, commands: u32, chats: u32, per_second: u32) -> anyhow::Result<Part> {
    let before = usage::cpu();
    let typing = Typing { commands: usize::try_from(commands)?, chats: usize::try_from(chats)?, per_second };
    let heard = crowd.types(typing).await?;
    let cpu = usage::cpu().saturating_sub(before);
    let answered = heard.commands as f64;
    Ok(Part {
        chats,
        cpu_ms_per_update: cpu.as_secs_f64() * 1_000.0 / answered,
        answers_per_second: answered / heard.seconds,
        heard,
    })
}

/// The bot, with one door and one person in its database.
async fn bot(folder: &Path, service: &Service) -> anyhow::Result<Bot> {
    let token = folder.join("token");
    std::fs::write(&token, &service.token).context("the token cannot be written")?;
    std::fs::set_permissions(&token, std::fs::Permissions::from_mode(0o600))?;
    let text = format!(
        "master_key_file = \"key\"\n[channel.chat]\nkind = {:?}\ntoken_file = {token:?}\napi_url = {:?}\nlimited = false\n",
        telegram::KIND,
        service.url
    );
    let path = folder.join("patchbay.toml");
    std::fs::write(&path, text).context("the settings cannot be written")?;
    MasterKey::create(&folder.join("key")).context("no master key can be made")?;
    let mut settings: Settings = start::settings(&path)?;
    settings.log.level = Level::Error;
    start::log(&settings)?;
    let (key, store) = (start::master_key(&settings)?, Store::open(&settings.data, Access::Bot)?);
    let (now, external) = (Clock::start().now().wall, service.person.clone());
    let identity = Identity { channel: "chat".to_owned(), external };
    store.write(move |work| work.add_person("ann", "admin", &Reader::default(), &[identity], now)).await?;
    let load = start::load(&settings);
    let catalog = load().map_err(|problems| start::all_of(&problems))?.catalog;
    let shared = start::shared(&settings, &store, &catalog).await?;
    let (channels, terminal) = start::open(&settings, &shared)?;
    let metrics = app::metrics(&settings)?;
    Bot::start(Parts {
        doors: crate::model::Doors::default(),
        settings,
        key,
        store,
        texts: shared.texts,
        metrics,
        load,
        channels,
        terminal,
    })
}

fn print(figures: &Figures) {
    let line = |name: &str, value: String, how: &str| say(&format!("{name:<26} {value:<42} {how}"));
    line("machine", format!("{} cores", figures.cores), "shared with the simulated service");
    line("memory, idle", format!("{:.1} MB", figures.idle_memory_mb), "resident, after a few commands");
    for (name, part) in [("steady", &figures.steady), ("burst", &figures.burst)] {
        let heard = &part.heard;
        line(
            &format!("{name}: first answer"),
            format!("{:.2} ms, 99 % {:.2}, worst {:.2}", heard.median_ms, heard.p99_ms, heard.worst_ms),
            &format!("from the update to the call; {} commands in {} chats", heard.commands, part.chats),
        );
        line(
            &format!("{name}: answers a second"),
            format!("{:.0}", part.answers_per_second),
            &format!("{} out of order in their chat, {} too many", heard.out_of_order, heard.too_many),
        );
        line(
            &format!("{name}: CPU per update"),
            format!("{:.3} ms", part.cpu_ms_per_update),
            "of this process, user and kernel, polling included",
        );
    }
    line("memory, at the end", format!("{:.1} MB", figures.memory_mb), "resident");
}

/// The simulated service and its people. It ends with this process, however this one ends.
struct Crowd {
    child: Child,
    lines: Option<(ChildStdin, BufReader<ChildStdout>)>,
}

impl Crowd {
    fn start() -> anyhow::Result<(Crowd, Service)> {
        let program = std::env::current_exe().context("this program cannot be found to start the service")?;
        let mut child = Command::new(program)
            .args(["bench", "crowd"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the simulated service could not be started")?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let mut crowd = Crowd { child, lines: input.zip(output.map(BufReader::new)) };
        let known = crowd.says().context("the simulated service did not start")?;
        Ok((crowd, known))
    }

    fn says<T: serde::de::DeserializeOwned>(&mut self) -> anyhow::Result<T> {
        let (_, output) = self.lines.as_mut().context("it has ended")?;
        let mut line = String::new();
        output.read_line(&mut line)?;
        understood(&line)
    }

    /// From here on it is talked to by the runtime, which has nothing to do while its people type.
    fn talk(&mut self) -> anyhow::Result<Talk> {
        let (input, output) = self.lines.take().context("it has ended")?;
        let input = pipe::Sender::from_owned_fd(OwnedFd::from(input))?;
        let output = pipe::Receiver::from_owned_fd(OwnedFd::from(output.into_inner()))?;
        Ok(Talk { input, output: tokio::io::BufReader::new(output) })
    }
}

struct Talk {
    input: pipe::Sender,
    output: tokio::io::BufReader<pipe::Receiver>,
}

impl Talk {
    async fn types(&mut self, typing: Typing) -> anyhow::Result<Heard> {
        let line = format!("{}\n", serde_json::to_string(&typing)?);
        self.input.write_all(line.as_bytes()).await?;
        let mut answer = String::new();
        self.output.read_line(&mut answer).await?;
        understood(&answer)
    }
}

fn understood<T: serde::de::DeserializeOwned>(line: &str) -> anyhow::Result<T> {
    serde_json::from_str(line).with_context(|| format!("the simulated service said {line:?}"))
}

impl Drop for Crowd {
    fn drop(&mut self) {
        // It keeps nothing that could be lost.
        let _ended_already = self.child.kill();
        let _no_child = self.child.wait();
    }
}
