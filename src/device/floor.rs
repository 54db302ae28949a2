//! Runs plans: waits for a turn, opens a session, asks, and turns what came into outcomes. One outcome an ask, in order,
//! whatever happens; never a panic and never an error.
//! When no session comes about, every ask has the reason; when the line breaks in the middle, the asks behind it are
//! [`Broken::NotAsked`].

use super::config::{self, Answer};
use super::credential::Credentials;
use super::lanes::{Lanes, Turn};
use super::platform::{Patterns, patterns};
use super::redact::Redactor;
use super::restconf::{self, Restconf};
use super::seal::Sealer;
use super::ssh::connect::connect;
use super::ssh::identify::identify;
use super::ssh::login::{Login, login};
use super::ssh::session::{Limits, Said, Session, Talked, learn};
use super::ssh::wire::{Shell, Wire};
use super::talks::Talks;
use super::trial::Word;
use super::{CREDENTIAL_PURPOSE, FloorSettings, Keyring, Learned, Pins, clean, markers};
use crate::model::outcome::Refused;
use crate::model::{Ask, Broken, Conversation, Device, DeviceId, DialogueEnd, Outcome, Plan, Sealed, Secret};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// The floor; clones are the same floor.
#[derive(Clone)]
pub struct Floor(Arc<Inner>);

/// What all sessions and polls share.
pub(super) struct Inner {
    settings: FloorSettings,
    keyring: Arc<dyn Keyring>,
    pub pins: Arc<dyn Pins>,
    sealer: Sealer,
    pub redactor: Redactor,
    lanes: Lanes,
    pub credentials: Credentials,
    pub restconf: Restconf,
    talks: Talks,
}

/// What the floor needs of others, joined in `app.rs`.
#[derive(Clone)]
pub struct FloorPorts {
    pub keyring: Arc<dyn Keyring>,
    pub pins: Arc<dyn Pins>,
    pub learned: Arc<dyn Learned>,
}

/// A router that was told to go has so long to hang up.
const GOODBYE: Duration = Duration::from_secs(2);

impl Floor {
    pub fn new(settings: FloorSettings, ports: FloorPorts, sealer: Sealer, redactor: Redactor) -> Floor {
        let FloorPorts { keyring, pins, learned } = ports;
        let lanes = Lanes::new(settings.sessions);
        let credentials = Credentials::new(settings.logins_per_credential, settings.breaker);
        let restconf = Restconf::new(settings.restconf.clone(), learned);
        Floor(Arc::new(Inner {
            settings,
            keyring,
            pins,
            sealer,
            redactor,
            lanes,
            credentials,
            restconf,
            talks: Talks::default(),
        }))
    }

    /// Waits for the right to one session with this device; None when `stop` came first. `group` is whom the turns are
    /// shared between (a job). Rights are proven after this and not before: waiting can take long.
    pub async fn turn(&self, group: i64, device: DeviceId, stop: &CancellationToken) -> Option<Turn> {
        tokio::select! {
            biased;
            () = stop.cancelled() => None,
            turn = self.0.lanes.turn(group, device) => Some(turn),
        }
    }

    /// One outcome per ask, in order. `stop` ends a reading plan at its next byte, and a changing plan after the line
    /// that runs. The turn is given back when the session is gone.
    pub async fn run(&self, turn: Turn, plan: &Plan, stop: CancellationToken) -> Vec<Outcome> {
        let mut outcomes = Vec::with_capacity(plan.asks().len());
        if let Err(broken) = self.0.work(turn, plan, &stop, &mut outcomes).await {
            let broken = self.0.speakable(broken);
            // The key of the text, not the value: a question of the router may stand in it.
            tracing::debug!(device = %plan.device().name, why = broken.text("").key, "no answer");
            outcomes.resize(plan.asks().len(), Outcome::Broken(broken));
        }
        outcomes
    }

    /// Asks over RESTCONF: for plans whose asks are all [`Ask::Get`]; any other ask is [`Broken::NotAsked`]. One
    /// outcome per ask, in order. It needs no turn: two polls a device at most, beside its SSH session. `software` is
    /// the version as far as it is known, under which a refusal of `fields` is remembered. `stop` ends it at once.
    /// When nothing could be asked, every ask has the reason; an answer that is an error counts for its ask alone.
    pub async fn poll(&self, plan: &Plan, software: Option<&str>, stop: CancellationToken) -> Vec<Outcome> {
        let mut outcomes = Vec::with_capacity(plan.asks().len());
        let polled = unless(&stop, restconf::poll(&self.0, plan, software, &mut outcomes)).await;
        if let Err(broken) = polled {
            tracing::debug!(device = %plan.device().name, why = broken.text("").key, "no answer");
            outcomes.resize(plan.asks().len(), Outcome::Broken(broken));
        }
        outcomes
    }

    /// Whether something that speaks SSH 2 answers on the SSH port: connects, reads the identification (RFC 4253,
    /// 4.2) and hangs up. No login, no turn; as long as the deadlines for connection and identification at most.
    pub async fn identify(&self, device: &Device) -> Result<(), Broken> {
        identify(device, &self.0.settings.deadlines).await
    }

    /// Whether a dialogue runs.
    pub fn talks(&self) -> bool {
        self.0.talks.any()
    }

    /// Returns when no dialogue runs: between its first line and its end a router must not be left alone.
    pub async fn talked_out(&self) {
        self.0.talks.none().await;
    }

    /// Lets one login try a credential that was stopped; its answer decides about the others.
    pub fn retry_credential(&self, name: &str) {
        self.0.credentials.retry(name);
    }
}

/// Waits for the work or for the stop, whatever is first.
async fn unless<T>(
    stop: &CancellationToken,
    work: impl Future<Output = Result<T, Broken>>,
) -> Result<T, Broken> {
    tokio::select! {
        biased;
        () = stop.cancelled() => Err(Broken::Stopped),
        done = work => done,
    }
}

impl Inner {
    /// Fills in the outcomes; the error is what the asks that have none yet get.
    async fn work(
        &self,
        turn: Turn,
        plan: &Plan,
        stop: &CancellationToken,
        outcomes: &mut Vec<Outcome>,
    ) -> Result<(), Broken> {
        let device = plan.device();
        if plan.asks().is_empty() {
            return Ok(());
        }
        self.credentials.check(&device.credential)?;
        let patterns = patterns(&device.platform);
        let (mut session, login) = unless(stop, self.open(device, patterns)).await?;
        for ask in plan.asks() {
            let answer = {
                let answer = self.answer(&mut session, ask, plan, patterns, &login);
                match plan.is_changing() {
                    // A line that changes a router runs to its end: half of it would be worse than all of it.
                    true if stop.is_cancelled() => Err(Broken::Stopped),
                    true => answer.await,
                    false => unless(stop, answer).await,
                }
            };
            match answer {
                Ok(outcome) => {
                    let refused = matches!(outcome, Outcome::Refused { .. });
                    outcomes.push(outcome);
                    // What stands behind a refused line was meant for another place: `shutdown` without its interface.
                    // And nobody knows what a word would be taken for where no prompt stands.
                    if (refused && plan.is_changing()) || !session.is_at_prompt() {
                        return Err(Broken::NotAsked);
                    }
                }
                Err(Broken::Stopped) => return Err(Broken::Stopped),
                Err(broken) => {
                    outcomes.push(Outcome::Broken(self.speakable(broken)));
                    return Err(Broken::NotAsked);
                }
            }
        }
        let shell = session.into_wire();
        turn.close(GOODBYE, shell.close(patterns.platform.exit));
        Ok(())
    }

    /// From nothing to a session that is ready to be asked.
    async fn open(
        &self,
        device: &Device,
        patterns: &'static Patterns,
    ) -> Result<(Session<Shell>, Login), Broken> {
        let deadlines = &self.settings.deadlines;
        let credential = self.credential(&device.credential).await?;
        let mut connection = connect(device, deadlines, &self.pins).await?;
        let attempt = self.credentials.attempt(&device.credential, &credential.word).await?;
        let late = Broken::LoginTimeout { after: deadlines.login };
        let proven = timeout(deadlines.login, login(&mut connection, &credential)).await;
        match proven.unwrap_or_else(|_| Err(late.clone())) {
            Ok(()) => attempt.accepted(),
            Err(broken) => {
                if matches!(broken, Broken::LoginRefused { .. }) {
                    attempt.refused(device.id);
                }
                return Err(broken);
            }
        }
        let shell = timeout(deadlines.login, Shell::open(connection)).await.map_err(|_| late)?;
        let shell = shell.map_err(|_| Broken::ClosedEarly)?;
        let mut session = learn(shell, patterns, deadlines).await?;
        if !session.is_privileged() && credential.enable.is_some() {
            session.enable(credential.enable.as_ref(), &credential.credential).await?;
        }
        session.prepare().await?;
        Ok((session, credential))
    }

    /// Reads the credential and opens it, for one session or poll.
    pub async fn credential(&self, name: &str) -> Result<Login, Broken> {
        let missing = || Broken::CredentialMissing { credential: name.to_owned() };
        let stored = self.keyring.credential(name).await.map_err(|error| {
            tracing::error!(%error, credential = name, "the credential cannot be read");
            missing()
        })?;
        let stored = stored.ok_or_else(missing)?;
        let open = |sealed: &Sealed| {
            let unfit = || Broken::KeyUnfit { credential: name.to_owned() };
            let bytes = self.sealer.open(CREDENTIAL_PURPOSE, sealed).map_err(|error| {
                tracing::error!(%error, credential = name, "the credential does not open");
                unfit()
            })?;
            let word = std::str::from_utf8(&bytes).map_err(|_| unfit())?;
            // A line end would be typed as Enter, and what follows it as a command.
            if word.contains(char::is_control) {
                tracing::error!(credential = name, "the credential holds control characters and is not used");
                return Err(unfit());
            }
            Ok(Secret::new(word))
        };
        let (password, enable) = (open(&stored.password)?, stored.enable.as_ref().map(open).transpose()?);
        let word = Word { username: stored.username.clone(), password: stored.password };
        self.credentials.read(name, &word);
        Ok(Login { credential: name.to_owned(), username: stored.username, password, enable, word })
    }

    async fn answer<W: Wire>(
        &self,
        session: &mut Session<W>,
        ask: &Ask,
        plan: &Plan,
        patterns: &Patterns,
        login: &Login,
    ) -> Result<Outcome, Broken> {
        match ask {
            // What would be typed as a key of its own, or as a second line, is not typed at all.
            Ask::Line { line, .. } if line.contains(char::is_control) => {
                Ok(self.refused(line, Refused::UnknownCommand, "control characters are not sent"))
            }
            Ask::Line { line, .. } => {
                let limits = self.limits(ask, patterns);
                let said = session.ask(line, limits, None, plan.is_changing()).await?;
                Ok(self.text(line, said, patterns))
            }
            Ask::Dialogue(dialogue) => {
                let _talking = self.talks.begin();
                let talked = session.converse(*dialogue, &self.settings.deadlines).await?;
                Ok(Outcome::Dialogue(self.conversation(talked)))
            }
            // RESTCONF asks do not come by this way.
            Ask::Get { .. } => Err(Broken::NotAsked),
            Ask::RunningConfig | Ask::StartupConfig => {
                let full = self.full_rights(session, login).await?;
                let line = match ask {
                    Ask::StartupConfig => patterns.platform.startup_config,
                    _ => patterns.platform.running_config,
                };
                let end = patterns.platform.config_end;
                let limits = self.limits(ask, patterns);
                let said = session.ask(line, limits, Some(end), plan.is_changing()).await?;
                self.configuration(line, said, full, patterns)
            }
        }
    }

    /// A login may stand at `#` and still see a part of the configuration only, with an `end` below it.
    async fn full_rights<W: Wire>(&self, session: &mut Session<W>, login: &Login) -> Result<bool, Broken> {
        if !session.is_privileged() {
            session.enable(login.enable.as_ref(), &login.credential).await?;
        }
        let full = session.has_full_rights().await?;
        if full || login.enable.is_none() {
            return Ok(full);
        }
        session.enable(login.enable.as_ref(), &login.credential).await?;
        session.has_full_rights().await
    }

    fn limits(&self, ask: &Ask, patterns: &Patterns) -> Limits {
        let deadlines = &self.settings.deadlines;
        match ask {
            Ask::RunningConfig | Ask::StartupConfig => {
                Limits { silence: deadlines.quiet, whole: deadlines.running_config }
            }
            Ask::Line { deadline: Some(whole), .. } => {
                Limits { silence: deadlines.quiet.max(*whole), whole: *whole }
            }
            // Saving says nothing while it works.
            Ask::Line { line, .. } if patterns.saves.is_match(line) => {
                Limits { silence: deadlines.write_memory, whole: deadlines.write_memory }
            }
            Ask::Line { .. } | Ask::Get { .. } | Ask::Dialogue(_) => {
                Limits { silence: deadlines.quiet, whole: deadlines.running_config }
            }
        }
    }

    fn text(&self, line: &str, said: Said, patterns: &Patterns) -> Outcome {
        match said {
            Said::Question(asks) => self.refused(line, Refused::Incomplete, &asks),
            Said::Answer(raw) => {
                let text = clean::cleaned(&raw, shows_log(line));
                match markers::refusal(patterns, &text) {
                    Some(reason) => self.refused(line, reason, &text),
                    None => Outcome::Text(self.redactor.redact(&text)),
                }
            }
        }
    }

    fn configuration(
        &self,
        line: &str,
        said: Said,
        full: bool,
        patterns: &Patterns,
    ) -> Result<Outcome, Broken> {
        let raw = match said {
            Said::Question(asks) => return Ok(self.refused(line, Refused::Incomplete, &asks)),
            Said::Answer(raw) => raw,
        };
        let text = clean::cleaned(&raw, false);
        if let Some(reason) = markers::refusal(patterns, &text) {
            return Ok(self.refused(line, reason, &text));
        }
        let answer =
            Answer { raw: &raw, privileged: full, refused: false, end: patterns.platform.config_end };
        match config::configuration(&answer, &self.sealer, &self.redactor) {
            Ok(configuration) => Ok(Outcome::Config(configuration)),
            Err(error) => {
                tracing::error!(%error, "a configuration cannot be sealed");
                Err(Broken::Dropped)
            }
        }
    }

    /// Words of a router, made fit to leave.
    fn conversation(&self, talked: Talked) -> Conversation {
        let redact = |text: &str| self.redactor.redact(text);
        let end = match talked.end {
            DialogueEnd::Unsettled { asks, text } => DialogueEnd::Unsettled { asks, text: redact(&text) },
            DialogueEnd::NotDone { busy, said } => DialogueEnd::NotDone { busy, said: redact(&said) },
            end @ (DialogueEnd::Done | DialogueEnd::Accepted | DialogueEnd::Unclear { .. }) => end,
        };
        Conversation { end, transcript: redact(&talked.transcript) }
    }

    fn refused(&self, line: &str, reason: Refused, said: &str) -> Outcome {
        let (line, said) = (self.redactor.redact(line), self.redactor.redact(said));
        Outcome::Refused { line, reason, said }
    }

    /// Words of a router inside a reason are text of a router.
    fn speakable(&self, broken: Broken) -> Broken {
        match broken {
            Broken::LoginDialogue { asks } => Broken::LoginDialogue { asks: self.redactor.redact(&asks) },
            other => other,
        }
    }
}

/// Log lines are the answer itself there.
fn shows_log(line: &str) -> bool {
    let mut words = line.split_whitespace().map(str::to_lowercase);
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let prints = |whole: &str| second.len() >= 3 && whole.starts_with(&second);
    "show".starts_with(&first) && (prints("logging") || prints("tech-support"))
}
