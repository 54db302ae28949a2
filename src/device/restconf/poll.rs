//! One poll: permits, login, certificate, then one ask after the other over the kept connection.
// Invariant: each request asks the credential's breaker first, because each sends the password anew; one that a router
// cut without an answer is sent a second time under the same leave
// (test `a_wrong_password_stops_the_credential_for_ssh_too`).

use super::answer::{Verdict, verdict};
use super::certificate::Trust;
use super::exchange::{get, look};
use super::fields::Whose;
use super::route::Route;
use super::trouble::Trouble;
use crate::device::PinKind::Certificate;
use crate::device::floor::Inner;
use crate::device::ssh::login::Login;
use crate::model::device::Tls;
use crate::model::outcome::Json;
use crate::model::{Ask, Broken, Device, Outcome, Plan};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::time::Instant;

/// What one poll knows while it runs.
struct Poll<'a> {
    floor: &'a Inner,
    device: &'a Device,
    whose: Whose,
    begun: Instant,
    login: Login,
    route: Route,
}

/// Fills in the outcomes; the error is what the asks that have none yet get.
pub(in crate::device) async fn poll(
    floor: &Inner,
    plan: &Plan,
    software: Option<&str>,
    outcomes: &mut Vec<Outcome>,
) -> Result<(), Broken> {
    let (device, begun) = (plan.device(), Instant::now());
    if plan.asks().is_empty() {
        return Ok(());
    }
    floor.credentials.check(&device.credential)?;
    let _permit = floor.restconf.permits.permit(device.id).await;
    let login = floor.credential(&device.credential).await?;
    let route = route(floor, device).await?;
    let whose = Whose::of(software, device.id);
    let poll = Poll { floor, device, whose, begun, login, route };
    for ask in plan.asks() {
        match poll.ask(ask).await {
            Ok(outcome) => outcomes.push(outcome),
            // Nothing was answered yet: that is why there is no answer to any of them.
            Err(broken) if outcomes.is_empty() => return Err(broken),
            Err(broken) => {
                outcomes.push(Outcome::Broken(broken));
                return Err(Broken::NotAsked);
            }
        }
    }
    Ok(())
}

/// The way to the device under what is trusted now. Fails closed: without the pin nobody knows whom we talk to.
async fn route(floor: &Inner, device: &Device) -> Result<Route, Broken> {
    let routes = &floor.restconf.routes;
    let trust = match device.tls {
        Tls::Ca => Trust::Ca,
        Tls::Pin => {
            let pinned = floor.pins.pinned(device.id, Certificate).await.map_err(unreadable)?;
            let pinned = match pinned {
                Some(pinned) => pinned,
                None => meet(floor, device).await?,
            };
            Trust::Pin(Some(pinned))
        }
    };
    routes.route(device, trust)
}

/// The first meeting: looks at the certificate and pins it, before any password. Says which pin holds now.
async fn meet(floor: &Inner, device: &Device) -> Result<String, Broken> {
    let restconf = &floor.restconf;
    match look(&restconf.routes.to_look(device)?, restconf.settings.answer).await? {
        Trouble::Offered(first) => {
            floor.pins.first_seen(device.id, Certificate, &first).await.map_err(unreadable)
        }
        Trouble::Broken(broken) => Err(broken),
    }
}

fn unreadable(error: String) -> Broken {
    tracing::error!(%error, "the pinned certificate cannot be read");
    Broken::CertificateRefused { why: "the bot cannot read its pinned certificate".to_owned() }
}

impl Poll<'_> {
    /// An outcome, or why this ask and those behind it have none.
    async fn ask(&self, ask: &Ask) -> Result<Outcome, Broken> {
        let Ask::Get { path, plain } = ask else { return Ok(Outcome::Broken(Broken::NotAsked)) };
        let fields = &self.floor.restconf.fields;
        let Some(plain) = plain else { return self.outcome(self.get(path).await?) };
        if fields.are_refused(&self.whose).await {
            return self.outcome(self.get(plain).await?);
        }
        match self.get(path).await? {
            Verdict::Failed { broken: Broken::RestconfFailed { status: 400, .. }, .. } => {
                let verdict = self.get(plain).await?;
                // Only when that works it was because of the fields.
                if matches!(verdict, Verdict::Body(_)) {
                    fields.note_refused(&self.whose).await;
                }
                self.outcome(verdict)
            }
            verdict => self.outcome(verdict),
        }
    }

    fn outcome(&self, verdict: Verdict) -> Result<Outcome, Broken> {
        let refused = |status| Broken::RestconfRefused { credential: self.login.credential.clone(), status };
        match verdict {
            Verdict::Body(body) => Ok(Outcome::Json(Json { body, answered: self.begun.elapsed() })),
            // The next ask would send the same password again.
            Verdict::Unauthorized => Err(refused(401)),
            Verdict::Forbidden => Ok(Outcome::Broken(refused(403))),
            Verdict::Failed { broken, .. } => Ok(Outcome::Broken(broken)),
        }
    }

    async fn get(&self, path: &str) -> Result<Verdict, Broken> {
        let attempt = self.floor.credentials.request(&self.device.credential, &self.login.word).await?;
        let within = self.floor.restconf.settings.answer;
        let answer = match get(&self.route, &self.login, path, within).await {
            Ok(answer) => answer,
            Err(trouble) => return Err(self.told(trouble).await),
        };
        let verdict = verdict(&answer, |said| self.speakable(said));
        match &verdict {
            Verdict::Unauthorized => attempt.refused(self.device.id),
            Verdict::Body(_) | Verdict::Forbidden | Verdict::Failed { knows_us: true, .. } => {
                attempt.accepted();
            }
            // The web server in front says such things without looking at the login.
            Verdict::Failed { knows_us: false, .. } => {}
        }
        Ok(verdict)
    }

    async fn told(&self, trouble: Trouble) -> Broken {
        let offered = match trouble {
            Trouble::Broken(broken) => return broken,
            Trouble::Offered(offered) => offered,
        };
        let pins = &self.floor.pins;
        if let Err(error) = pins.offered(self.device.id, Certificate, &offered).await {
            tracing::warn!(%error, "the offered certificate was not kept");
        }
        let pinned = self.route.pinned().unwrap_or_default().to_owned();
        Broken::CertificateChanged { pinned, offered }
    }

    /// A router's own words. Whoever answers may say our password back to us, as it is or as it was sent.
    fn speakable(&self, said: &str) -> String {
        let password = self.login.password.reveal();
        let sent = STANDARD.encode(format!("{}:{password}", self.login.username));
        let said = said.replace(&sent, "***");
        let said = if password.is_empty() { said } else { said.replace(password, "***") };
        let redactor = &self.floor.redactor;
        redactor.redact(&super::answer::shortened(&redactor.redact(&said)))
    }
}
