//! A lab that runs: its routers served by tasks of their own until it is stopped.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

use russh::keys::PrivateKey;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::certificate::Authority;
use super::door::Door;
use super::error::LabError;
use super::plan::{Certificates, LabPlan, RouterPlan};
use super::reload::{Around, Power};
use super::router::{Control, Inner, Router};
use super::saved::{self, Saved, SavedWeb};
use super::state::State;
use super::topology::{Place, places};
use super::web::Web;
use super::{clock, keys, reload, restconf, ssh};

#[derive(Debug)]
pub struct Lab {
    routers: Vec<Router>,
    authority: Option<Authority>,
    tasks: JoinSet<()>,
}

impl Lab {
    /// Starts every router of the plan; with a state folder each is what it was when the lab ended.
    pub async fn start(plan: LabPlan) -> Result<Lab, LabError> {
        check_names(&plan.routers)?;
        if let Some(folder) = &plan.state {
            std::fs::create_dir_all(folder)
                .map_err(|source| LabError::File { path: folder.clone(), source })?;
        }
        let network = random_network()?;
        let authority = match plan.certificates {
            Certificates::SelfSigned => None,
            Certificates::SignedByLab => Some(Authority::read_or_make(plan.state.as_deref())?),
        };
        let mut lab = Lab { routers: Vec::new(), authority, tasks: JoinSet::new() };
        for (router, place) in plan.routers.iter().zip(places(&plan.routers)) {
            let born = Born::read_or_make(&plan, router, &place, network)?;
            let (router, ssh, https) = open(&plan, router, born, lab.authority.clone()).await?;
            router.save()?;
            lab.tasks.spawn(ssh::serve(router.clone(), ssh));
            lab.tasks.spawn(restconf::serve(router.clone(), https));
            lab.tasks.spawn(reload::serve(router.clone()));
            lab.routers.push(router);
        }
        if plan.through {
            let around = Around::of(&lab.routers);
            for router in &lab.routers {
                // Nobody has set it before: the routers are new.
                let _ = router.inner.around.set(around.clone());
            }
        }
        Ok(lab)
    }

    pub fn routers(&self) -> impl Iterator<Item = &Router> {
        self.routers.iter()
    }

    pub fn router(&self, name: &str) -> Option<Router> {
        self.routers.iter().find(|router| router.name() == name).cloned()
    }

    /// The CA that signed the routers' certificates; none where each signed its own.
    pub fn ca_pem(&self) -> Option<&str> {
        self.authority.as_ref().map(|authority| authority.certificate.as_str())
    }

    pub(crate) fn authority(&self) -> Option<&Authority> {
        self.authority.as_ref()
    }

    /// Cuts every session, closes every door and keeps the state.
    pub async fn stop(mut self) -> Result<(), LabError> {
        self.tasks.shutdown().await;
        self.routers.iter().for_each(Router::cut);
        self.routers.iter().try_for_each(Router::save)
    }

    /// The routers, their ports and how to log in, as `patchbay lab` prints them.
    pub fn table(&self) -> String {
        let mut text = format!(
            "{:<8} {:<10} {:<16} {:<6} {:<6} {:<10} {:<16} {}\n",
            "name", "site", "address", "ssh", "https", "user", "password", "enable"
        );
        for router in &self.routers {
            let (address, who) = (router.address(), router.credentials());
            text.push_str(&format!(
                "{:<8} {:<10} {:<16} {:<6} {:<6} {:<10} {:<16} {}\n",
                router.name(),
                router.plan().site,
                address.ip().to_string(),
                address.port(),
                router.https_address().port(),
                who.username,
                who.password,
                who.enable
            ));
        }
        text
    }
}

/// A router before it listens.
struct Born {
    address: SocketAddr,
    key: PrivateKey,
    web: Option<SavedWeb>,
    state: State,
    file: Option<std::path::PathBuf>,
}

impl Born {
    fn read_or_make(
        plan: &LabPlan,
        router: &RouterPlan,
        place: &Place,
        network: [u8; 2],
    ) -> Result<Born, LabError> {
        let file = plan.state.as_deref().map(|folder| saved::file(folder, &router.name));
        let saved = match &file {
            Some(file) => saved::read(file)?,
            None => None,
        };
        match saved {
            Some(Saved { address, host_key, web, state }) => {
                Ok(Born { address, key: keys::from_text(&host_key)?, web, state, file })
            }
            None => Ok(Born {
                address: SocketAddr::from((address(network, place.number), 0)),
                key: keys::new_key(router.host_key, plan.state.as_deref().map(Path::new))?,
                web: None,
                state: State::born(place, clock::now()),
                file,
            }),
        }
    }
}

async fn open(
    plan: &LabPlan,
    router: &RouterPlan,
    mut born: Born,
    authority: Option<Authority>,
) -> Result<(Router, TcpListener, TcpListener), LabError> {
    let (ssh, address) = listen(router, born.address).await?;
    let wanted = born.web.as_ref().map_or(SocketAddr::new(address.ip(), 0), |web| web.address);
    let (https, web_address) = listen(router, wanted).await?;
    born.state.adopt(router, &plan.credentials);
    // The lab ended while this router was on its way: it has booted since.
    if let Some(order) = born.state.going.take() {
        born.state.boot(&order.reason, false, clock::now());
    }
    let web = Web::new(web_address, born.web, authority, &born.state)?;
    let inner = Inner {
        plan: router.clone(),
        credentials: plan.credentials.clone(),
        door: Door::new(address),
        web,
        state: Mutex::new(born.state),
        control: Mutex::new(Control::default()),
        key: Mutex::new(born.key),
        file: born.file,
        power: Power::default(),
        doors: tokio::sync::Mutex::default(),
        around: OnceLock::new(),
    };
    Ok((Router { inner: Arc::new(inner) }, ssh, https))
}

async fn listen(router: &RouterPlan, address: SocketAddr) -> Result<(TcpListener, SocketAddr), LabError> {
    let failed = |source| LabError::Listen { router: router.name.clone(), address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

fn check_names(routers: &[RouterPlan]) -> Result<(), LabError> {
    for (at, router) in routers.iter().enumerate() {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
        let good = !router.name.is_empty() && router.name.chars().all(plain);
        let twice = routers.iter().take(at).any(|other| other.name.eq_ignore_ascii_case(&router.name));
        if !good || twice {
            return Err(LabError::Name(router.name.clone()));
        }
    }
    Ok(())
}

/// Every lab has a network of its own inside 127/8, so that two labs at once do not meet.
fn random_network() -> Result<[u8; 2], LabError> {
    let mut bytes = [0; 2];
    getrandom::fill(&mut bytes).map_err(LabError::key)?;
    let [second, third] = bytes;
    Ok([64 + second % 128, third])
}

fn address([second, third]: [u8; 2], number: usize) -> Ipv4Addr {
    let low = u8::try_from(number % 250 + 1).unwrap_or(1);
    let carry = u8::try_from(number / 250 % 250).unwrap_or(0);
    Ipv4Addr::new(127, second, third.wrapping_add(carry), low)
}
