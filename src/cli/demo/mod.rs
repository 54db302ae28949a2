//! `patchbay demo`: five simulated routers, a mail server, a database in `data/demo`, and a chat in the
//! terminal.
//! Nothing leaves this machine.

mod history;
mod phones;
mod story;

use super::print::say;
use super::run as start;
use crate::app::{self, Parts};
use crate::builtin::{self, blank};
use crate::channel::terminal;
use crate::device::{CREDENTIAL_PURPOSE, MasterKey, Sealer};
use crate::flow::live::{Live, Load};
use crate::lab::{Lab, LabPlan, MailPlan, MailSink, Router};
use crate::model::{Device, Identity, Inventory, Reader};
use crate::settings::{Level, Monitor, Settings};
use crate::store::{Access, Credential, Store};
use anyhow::{Context, bail};
use phones::Phones;
use std::io::IsTerminal;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The role of the person at the keyboard: viewer, operator or admin
    #[arg(long = "as", default_value = "admin", value_name = "ROLE")]
    role: Role,
    /// Log what the bot does to standard error
    #[arg(long)]
    verbose: bool,
    /// The folder that keeps the demo's state
    #[arg(long, default_value = "data/demo", value_name = "DIR")]
    data: PathBuf,
    /// The demo's master key; outside the data folder
    #[arg(long, default_value = ".demo/master.key", value_name = "FILE")]
    master_key: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Role {
    Viewer,
    Operator,
    Admin,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Operator => "operator",
            Role::Admin => "admin",
        }
    }
}

/// The one who sits at the keyboard.
const YOU: &str = "you";
const CREDENTIAL: &str = "lab";
/// How often the demo looks at its routers.
const PERIOD: Duration = Duration::from_secs(2);

pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let key = key(&arguments)?;
    // Taken before the routers begin: a second demo on this folder is refused with the right sentence.
    let store = Store::open(&arguments.data, Access::Bot)?;
    start::to_its_end(async {
        let mut plan = LabPlan::demo();
        plan.state = Some(arguments.data.join("lab"));
        plan.through = true;
        let lab = Lab::start(plan).await?;
        let sink = MailSink::start(MailPlan::default()).await?;
        let phones = phones::start().await?;
        let result = live(&arguments, key, store, &lab, &sink, &phones).await;
        lab.stop().await?;
        result
    })
}

async fn live(
    arguments: &Arguments,
    key: MasterKey,
    store: Store,
    lab: &Lab,
    sink: &MailSink,
    phones: &Phones,
) -> anyhow::Result<ExitCode> {
    let mut settings = start::settings(&settings_file(arguments, sink, phones)?)?;
    settings.log.level = if arguments.verbose { Level::Debug } else { Level::Error };
    // Faster than a settings file may say: these routers bear it.
    settings.monitor = Monitor::each(PERIOD);
    start::log(&settings)?;
    furnish(&store, &key, lab, phones, arguments.role).await?;
    let metrics = app::metrics(&settings)?;
    if metrics.0.fact(crate::flow::draw::SIMULATED_UNTIL).await?.is_none() {
        story::leave_something_unsaved(lab)?;
    }
    story::leave_somebody_logged_in(lab);
    let inventory = store.read(|view| view.inventory()).await?;
    history::make_up(&metrics.0, lab, &inventory, crate::flow::Clock::start().now().wall).await?;
    let load = load(&settings);
    let catalog = load().map_err(|problems| start::all_of(&problems))?.catalog;
    let shared = start::shared(&settings, &key, &store, &catalog).await?;
    let (channels, terminal) = start::open(&settings, &shared)?;
    if std::io::stdin().is_terminal() {
        first_screen(&settings.data, arguments.role, lab, phones);
    }
    let (beside, mails) = (store.clone(), settings.data.join("mail"));
    let parts = Parts {
        doors: start::doors(&settings),
        settings,
        key,
        store,
        texts: shared.texts,
        metrics,
        load,
        channels,
        terminal,
    };
    tokio::select! {
        ended = app::live(parts) => ended,
        () = story::tell(lab, sink, &beside, &mails) => bail!("the demo's story has ended before its reader"),
    }
}

/// The rules that come with the program, with times that nobody has to wait for.
fn load(settings: &Settings) -> Load {
    let load = start::load(settings);
    Box::new(move || {
        let live = load()?;
        Ok(Live { rules: Arc::new((*live.rules).clone().in_a_hurry()), ..live })
    })
}

/// Made at the first start; a lost key makes everything that was sealed with it unreadable.
fn key(arguments: &Arguments) -> anyhow::Result<MasterKey> {
    let path = &arguments.master_key;
    if path.exists() {
        return MasterKey::load(path)
            .with_context(|| format!("the demo's key {} cannot be used", path.display()));
    }
    if arguments.data.join("patchbay.db").exists() {
        bail!(
            "the demo's key {} is gone, and what {} holds cannot be read without it; delete {} to start afresh",
            path.display(),
            arguments.data.display(),
            arguments.data.display()
        );
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).with_context(|| format!("{} could not be made", folder.display()))?;
    }
    MasterKey::create(path).with_context(|| format!("the demo's key {} could not be made", path.display()))
}

/// Routers, their credential, and the person at the keyboard; what is there already is kept.
async fn furnish(
    store: &Store,
    key: &MasterKey,
    lab: &Lab,
    phones: &Phones,
    role: Role,
) -> anyhow::Result<()> {
    let now = crate::flow::Clock::start().now().wall;
    let sealer = Sealer::new(key);
    let mut routers: Vec<(Router, Device)> = Vec::new();
    for router in lab.routers() {
        routers.push((router.clone(), blank(router.name()).map_err(super::device::said)?));
    }
    let Some((first, _)) = routers.first() else { bail!("the lab has no router") };
    let login = first.credentials();
    let credential = Credential {
        name: CREDENTIAL.to_owned(),
        username: login.username.clone(),
        password: sealer.seal(CREDENTIAL_PURPOSE, login.password.as_bytes())?,
        enable: Some(sealer.seal(CREDENTIAL_PURPOSE, login.enable.as_bytes())?),
    };
    let (role, known) = (role.name(), phones.identities());
    store
        .write(move |work| {
            work.set_credential(&credential, now)?;
            let mut inventory = work.inventory()?;
            for (router, blank) in &routers {
                let wanted = as_device(router, blank, &inventory);
                match inventory.named(router.name()) {
                    None => {
                        work.add_device(&wanted, now)?;
                    }
                    Some(known)
                        if builtin::values(known, &inventory) != builtin::values(&wanted, &inventory) =>
                    {
                        work.set_device(&wanted)?;
                    }
                    Some(_) => {}
                }
                inventory = work.inventory()?;
            }
            person(work, role, &known, now)
        })
        .await?;
    Ok(())
}

/// Where the router is may have changed since the last start; what people set stays.
fn as_device(router: &Router, blank: &Device, inventory: &Inventory) -> Device {
    let known = inventory.named(router.name());
    let mut device = known.unwrap_or(blank).clone();
    device.host = router.address().ip().to_string();
    device.ssh_port = router.address().port();
    device.restconf_port = router.https_address().port();
    if known.is_none() {
        let plan = router.plan();
        device.site.clone_from(&plan.site);
        device.tags.clone_from(&plan.tags);
        device.credential = CREDENTIAL.to_owned();
        device.parents =
            plan.parents.iter().filter_map(|name| inventory.named(name)).map(|parent| parent.id).collect();
    }
    device
}

fn person(
    work: &mut crate::store::Work<'_>,
    role: &str,
    phones: &[Identity],
    now: crate::model::Timestamp,
) -> Result<(), crate::store::StoreError> {
    let identity = Identity { channel: terminal::KIND.to_owned(), external: YOU.to_owned() };
    let id = match work.person_of(&identity)? {
        None => {
            let reader = Reader { time_zone: local_zone(), ..Reader::default() };
            work.add_person(YOU, role, &reader, &[identity], now)?
        }
        Some(person) if person.role == role => person.id,
        Some(mut person) => {
            person.role = role.to_owned();
            work.set_person(&person)?;
            person.id
        }
    };
    phones.iter().try_for_each(|identity| work.add_identity(id, identity))
}

/// Where the machine stands; UTC when it does not say.
fn local_zone() -> chrono_tz::Tz {
    iana_time_zone::get_timezone().ok().and_then(|name| name.parse().ok()).unwrap_or(chrono_tz::Tz::UTC)
}

/// The demo's own settings, written anew at each start; commands beside it use them too.
fn settings_file(arguments: &Arguments, sink: &MailSink, phones: &Phones) -> anyhow::Result<PathBuf> {
    let folder = arguments.master_key.parent().unwrap_or(Path::new(""));
    let written = |name: &str, text: &str| -> anyhow::Result<PathBuf> {
        let path = std::path::absolute(folder.join(name))?;
        std::fs::write(&path, text).with_context(|| format!("{} could not be written", path.display()))?;
        Ok(path)
    };
    let certificate = written("mail.pem", sink.certificate_pem())?;
    let secret = |name: &str, text: &str| -> anyhow::Result<PathBuf> {
        let path = written(name, text)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
        Ok(path)
    };
    let password = secret("mail.password", &sink.plan().password)?;
    let chats = phones.settings(secret)?;
    let text = format!(
        "# Written by `patchbay demo`, for itself and for commands beside it.\n\
         data = {:?}\nmaster_key_file = {:?}\ntime_zone = \"{}\"\n\n[channel.terminal]\nkind = \"terminal\"\nuser = \"{YOU}\"\n\n\
         [channel.mail]\nkind = \"email\"\nhost = \"127.0.0.1\"\nport = {}\nca_file = {certificate:?}\nuser = \"{}\"\n\
         password_file = {password:?}\nfrom = \"Patchbay <patchbay@demo.example>\"\nto = [\"noc@demo.example\"]\nleave = \"leave@demo.example\"\n{chats}",
        std::path::absolute(&arguments.data)?,
        std::path::absolute(&arguments.master_key)?,
        local_zone(),
        sink.address().port(),
        sink.plan().user,
    );
    written("patchbay.toml", &text)
}

fn first_screen(data: &Path, role: Role, lab: &Lab, phones: &Phones) {
    let mut sites: Vec<(String, Vec<String>)> = Vec::new();
    for router in lab.routers() {
        let (site, name) = (router.plan().site.clone(), router.name().to_owned());
        match sites.iter_mut().find(|(known, _)| *known == site) {
            Some((_, names)) => names.push(name),
            None => sites.push((site, vec![name])),
        }
    }
    let routers: Vec<String> =
        sites.iter().map(|(site, names)| format!("{} {site}", names.join(" "))).collect();
    say("Patchbay demo: five simulated routers on this machine; nothing leaves it.");
    say(&format!("  routers  {}  (SSH and RESTCONF, on loopback)", routers.join(" · ")));
    say(&format!("  you are  {YOU}, {}  (--as viewer or operator may do less)", role.name()));
    say(&format!("  phones   {}  (open it in a browser: the same bot in three chats)", phones.url()));
    say(&format!("  data     {}  (delete it to start afresh)", data.display()));
    say(&format!(
        "  soon     {}'s CPU climbs in about a minute: you are alerted here, on the phones and by mail",
        story::SUFFERS
    ));
    say("           (demo rules: 10 s instead of 5 min, told again each minute instead of 30;");
    say("            routers are asked each 2 s instead of 60 s)");
    say("  try      /status all   /bw R1 Gi1   /alerts   /help");
    if role != Role::Viewer {
        say("           /backup all, then change R1 by hand, /backup R1, /diff R1");
        by_hand(lab);
    }
    say("  Buttons have numbers: type the number. Tab completes, Ctrl-D ends.");
    say("");
}

/// Something must change before there is anything to compare.
fn by_hand(lab: &Lab) {
    let Some(router) = lab.routers().next() else { return };
    let (address, login) = (router.address(), router.credentials());
    say(&format!("  by hand  ssh -p {} {}@{}", address.port(), login.username, address.ip()));
    say(&format!("           password {}, enable {}", login.password, login.enable));
}
