//! What a lab shall be: the routers, where each stands, who may log in, and where the lab is kept between starts.
//! A plan is only values; [`super::Lab::start`] makes it real.

use std::path::PathBuf;

use super::reload::ReloadManner;

/// Which host key a router shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HostKeyKind {
    #[default]
    Ed25519,
    EcdsaP256,
    /// 2048 bits. Made once and kept in a file, because making one takes seconds in a debug build.
    Rsa,
}

/// Which ways to log in a router offers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoginMethods {
    #[default]
    Both,
    KeyboardInteractive,
    Password,
}

/// One router of a plan.
#[derive(Clone, Debug)]
pub struct RouterPlan {
    pub name: String,
    pub site: String,
    pub tags: Vec<String>,
    pub host_key: HostKeyKind,
    pub login: LoginMethods,
    /// 1 starts a session at `>` and asks for the enable password; 15 starts it at `#`.
    pub privilege: u8,
    /// The routers through which this one is reached; each is a link with addresses and a CDP neighbour.
    pub parents: Vec<String>,
    /// How many boxes it is made of; more than one is a stack.
    pub members: u8,
    pub reload: ReloadManner,
}

/// The name and the words that open every router of the lab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    pub username: String,
    pub password: String,
    pub enable: String,
}

/// Who signs the certificates that the routers show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Certificates {
    /// Each router itself, without any name that could be checked, as IOS does.
    #[default]
    SelfSigned,
    /// The lab's own CA ([`super::Lab::ca_pem`]), for the router's address.
    SignedByLab,
}

#[derive(Clone, Debug)]
pub struct LabPlan {
    pub routers: Vec<RouterPlan>,
    /// The folder that keeps host keys, certificates, addresses, boot times and configurations between starts; `None` forgets them.
    pub state: Option<PathBuf>,
    pub credentials: Credentials,
    pub certificates: Certificates,
    /// A router that is away cuts off those that are reached only through it.
    pub through: bool,
}

impl RouterPlan {
    pub fn new(name: &str, site: &str) -> RouterPlan {
        RouterPlan {
            name: name.to_owned(),
            site: site.to_owned(),
            tags: Vec::new(),
            host_key: HostKeyKind::default(),
            login: LoginMethods::default(),
            privilege: 1,
            parents: Vec::new(),
            members: 1,
            reload: ReloadManner::default(),
        }
    }

    fn with(name: &str, site: &str, tag: &str, parents: &[&str]) -> RouterPlan {
        RouterPlan {
            tags: vec![tag.to_owned()],
            parents: parents.iter().map(|parent| (*parent).to_owned()).collect(),
            ..RouterPlan::new(name, site)
        }
    }
}

impl Default for Credentials {
    fn default() -> Credentials {
        Credentials {
            username: "admin".to_owned(),
            password: "lab-login-word".to_owned(),
            enable: "lab-enable-word".to_owned(),
        }
    }
}

impl LabPlan {
    pub fn new(routers: Vec<RouterPlan>) -> LabPlan {
        LabPlan {
            routers,
            state: None,
            credentials: Credentials::default(),
            certificates: Certificates::default(),
            through: false,
        }
    }

    /// One router with this name: what most tests need.
    pub fn one(name: &str) -> LabPlan {
        LabPlan::new(vec![RouterPlan::new(name, "hanoi")])
    }

    /// The five routers of the demo.
    pub fn demo() -> LabPlan {
        LabPlan::new(vec![
            RouterPlan::with("R1", "hanoi", "core", &[]),
            RouterPlan::with("R2", "hanoi", "core", &["R1"]),
            RouterPlan::with("R3", "danang", "edge", &["R2"]),
            RouterPlan::with("R4", "saigon", "core", &["R1"]),
            RouterPlan::with("R5", "saigon", "edge", &["R4"]),
        ])
    }

    /// R1 to Rn over some sites, as a tree in which every router carries at most four others.
    pub fn fleet(count: usize) -> LabPlan {
        const SITES: [&str; 6] = ["hanoi", "danang", "saigon", "hue", "cantho", "haiphong"];
        let router = |number: usize| {
            let tag = if number <= count.div_ceil(4) { "core" } else { "edge" };
            let site = SITES.get(number % SITES.len()).copied().unwrap_or("hanoi");
            let parent = format!("R{}", (number + 2) / 4);
            let parents: &[&str] = if number == 1 { &[] } else { &[&parent] };
            RouterPlan::with(&format!("R{number}"), site, tag, parents)
        };
        LabPlan::new((1..=count).map(router).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fleet_is_a_tree() {
        let fleet = LabPlan::fleet(100);
        assert_eq!(fleet.routers.len(), 100);
        for (at, router) in fleet.routers.iter().enumerate().skip(1) {
            let parent = fleet.routers.iter().position(|other| router.parents.contains(&other.name));
            assert!(parent.is_some_and(|parent| parent < at), "{router:?}");
            let children = fleet.routers.iter().filter(|other| other.parents.contains(&router.name)).count();
            assert!(children <= 4);
        }
    }
}
