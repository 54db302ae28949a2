//! The real process: the binary is spawned, fed by a pipe, killed and started again, while the
//! routers live on inside the test.

mod bench;
mod beside;
mod clock;
mod crash;
mod demo;
mod full;
mod heartbeat;
mod reboot;
mod secrets;
mod session;
mod start;
mod stop;

use session::PATIENCE;
pub use session::{Said, Session};

use patchbay::lab::{Lab, LabPlan, Router};
use patchbay::model::{JobId, JobState, TaskState, Timestamp};
use patchbay::store::{Access, Store, StoreError, View};
use std::io::{PipeReader, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// A folder with settings, key and database, and the routers that stand in its inventory.
pub struct Home {
    pub lab: Lab,
    folder: tempfile::TempDir,
}

impl Home {
    /// Routers of the plan, their credential, and an admin at the keyboard: all by the command line.
    pub async fn new(plan: LabPlan) -> Home {
        Home::with(plan, "").await
    }

    /// The same with more settings.
    pub async fn with(plan: LabPlan, more: &str) -> Home {
        let lab = Lab::start(plan).await.unwrap();
        let home = Home { lab, folder: tempfile::tempdir().unwrap() };
        patchbay::device::MasterKey::create(&home.path("key")).unwrap();
        home.set(more);
        home.cli(&["person", "add", "ann", "--role", "admin", "--identity", "terminal:you"]).well();
        let login = home.lab.routers().next().unwrap().credentials().clone();
        let words = format!("{}\n{}\n", login.password, login.enable);
        home.cli_with(&["credential", "set", "lab", "--username", &login.username], &words).well();
        let inventory = home.inventory(home.lab.routers());
        home.cli_with(&["device", "import", "-"], &inventory).well();
        home
    }

    /// Writes the settings file anew.
    pub fn set(&self, more: &str) {
        let text = format!("master_key_file = \"key\"\n{more}\n[channel.terminal]\nkind = \"terminal\"\n");
        std::fs::write(self.settings(), text).unwrap();
    }

    /// The routers as the CSV that `device import` takes.
    pub fn inventory<'a>(&self, routers: impl Iterator<Item = &'a Router>) -> String {
        let mut text = "name,host,ssh-port,site,credential\n".to_owned();
        for router in routers {
            let (name, address, site) = (router.name(), router.address(), &router.plan().site);
            text.push_str(&format!("{name},{},{},{site},lab\n", address.ip(), address.port()));
        }
        text
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn data(&self) -> PathBuf {
        self.path("data")
    }

    pub fn settings(&self) -> PathBuf {
        self.path("patchbay.toml")
    }

    pub fn router(&self, name: &str) -> Router {
        self.lab.router(name).unwrap()
    }

    /// Starts the bot.
    pub fn run(&self) -> Session {
        Session::start(&mut self.command(&["run"]))
    }

    /// Starts the bot with an output that is full and that nobody reads.
    pub fn run_unread(&self) -> (Session, PipeReader) {
        let (read, mut write) = std::io::pipe().unwrap();
        // As much as a pipe holds. Where it holds less this thread waits, and the test fails.
        let (told, filled) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            write.write_all(&[b'.'; 65_536]).unwrap();
            told.send(write).unwrap();
        });
        let full = filled.recv_timeout(Duration::from_secs(5)).unwrap();
        (Session::start_on(self.command(&["run"]).stdout(full)), read)
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = program(self.folder.path());
        command.arg("--settings").arg(self.settings()).args(words);
        command
    }

    /// One command beside the bot, to its end.
    pub fn cli(&self, words: &[&str]) -> Said {
        self.cli_with(words, "")
    }

    pub fn cli_with(&self, words: &[&str], input: &str) -> Said {
        let mut session = Session::start(&mut self.command(words));
        session.types(input);
        session.ended()
    }

    /// Asks the database beside the bot.
    pub async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&View<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        let store = Store::open(&self.data(), Access::Beside).unwrap();
        let answer = store.read(question).await.unwrap();
        store.close().await;
        answer
    }

    /// Waits until the only job is over and its answer is on its way.
    pub async fn is_being_said(&self, session: &mut Session) {
        self.is_so(session, |view| {
            let over = view.job(JobId(1))?.is_some_and(|job| job.state == JobState::Done);
            Ok(over && view.unsent()? == 1 && view.due(Timestamp(i64::MAX), 9)?.is_empty())
        })
        .await;
    }

    /// Waits until so many routers of the job have a stored result and nothing waits to be said.
    pub async fn has_results(&self, session: &mut Session, job: i64, wanted: usize) {
        self.is_so(session, move |view| {
            let ended = view.tasks(JobId(job))?.iter().filter(|task| task.state == TaskState::Ended).count();
            Ok(ended == wanted && view.unsent()? == 0)
        })
        .await;
    }

    /// The same for what takes longer than anything else here may.
    pub async fn is_so_within(
        &self,
        session: &mut Session,
        patience: Duration,
        question: impl Fn(&View<'_>) -> Result<bool, StoreError> + Clone + Send + 'static,
    ) {
        let store = Store::open(&self.data(), Access::Beside).unwrap();
        session.patiently_for("what the database shall hold", patience);
        while !store.read(question.clone()).await.unwrap() {
            session.listens_a_while();
        }
        store.close().await;
    }

    /// Asks the database beside the bot until the answer is yes.
    pub async fn is_so(
        &self,
        session: &mut Session,
        question: impl Fn(&View<'_>) -> Result<bool, StoreError> + Clone + Send + 'static,
    ) {
        self.is_so_within(session, PATIENCE, question).await;
    }
}

/// The binary in this folder, with nothing of the tester's own environment that it would heed.
pub fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_patchbay"));
    command.current_dir(folder).env_remove("PATCHBAY_SETTINGS").env_remove("PATCHBAY_MASTER_KEY");
    command
}

/// How often this router was asked for its configuration.
pub fn asked(router: &Router) -> usize {
    router.typed().iter().filter(|line| line.as_str() == "show running-config").count()
}
