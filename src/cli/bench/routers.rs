//! Simulated routers in a process of their own, so that what they use is not counted as the bot's. The
//! process ends with this one, however this one ends: its input ends then.

use anyhow::{Context, bail};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

/// The routers and the process that they live in.
pub struct Routers {
    child: Child,
    pub all: Vec<Router>,
}

/// One line of what `patchbay lab` prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Router {
    pub name: String,
    pub site: String,
    pub address: String,
    pub ssh: u16,
    pub https: u16,
    pub user: String,
    pub password: String,
    pub enable: String,
}

impl Routers {
    /// Returns when all of them can be reached.
    pub fn start(count: usize) -> anyhow::Result<Routers> {
        let program = std::env::current_exe().context("this program cannot be found to start routers")?;
        let mut child = Command::new(program)
            .args(["lab", "--until-input-ends", "--routers", &count.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the simulated routers could not be started")?;
        let said = child.stdout.take();
        // From here on it is ended also when its words are not understood.
        let mut routers = Routers { child, all: Vec::new() };
        let said = said.context("the simulated routers say nothing")?;
        routers.all = table(said, count).context("the simulated routers did not start")?;
        Ok(routers)
    }
}

impl Drop for Routers {
    fn drop(&mut self) {
        // It keeps nothing that could be lost.
        let _ended_already = self.child.kill();
        let _no_child = self.child.wait();
    }
}

/// Reads until the last router is told.
fn table(said: impl Read, count: usize) -> anyhow::Result<Vec<Router>> {
    let mut lines = BufReader::new(said).lines();
    let head = lines.next().context("they said nothing")??;
    if head.split_whitespace().ne(["name", "site", "address", "ssh", "https", "user", "password", "enable"]) {
        bail!("they began with {head:?}");
    }
    let told: Vec<Router> = lines.take(count).map(|line| router(&line?)).collect::<anyhow::Result<_>>()?;
    match told.len() == count {
        true => Ok(told),
        false => bail!("they told only {} of {count}", told.len()),
    }
}

fn router(line: &str) -> anyhow::Result<Router> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [name, site, address, ssh, https, user, password, enable] = words.as_slice() else {
        bail!("they said {line:?}")
    };
    let owned = |word: &&str| (*word).to_owned();
    Ok(Router {
        name: owned(name),
        site: owned(site),
        address: owned(address),
        ssh: ssh.parse().context("the SSH port is no number")?,
        https: https.parse().context("the HTTPS port is no number")?,
        user: owned(user),
        password: owned(password),
        enable: owned(enable),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{Lab, LabPlan};

    #[tokio::test]
    async fn the_table_of_the_lab_is_understood() {
        let lab = Lab::start(LabPlan::fleet(3)).await.unwrap();
        let told = table(lab.table().as_bytes(), 3).unwrap();
        for (told, router) in told.iter().zip(lab.routers()) {
            assert_eq!((told.name.as_str(), &told.site), (router.name(), &router.plan().site));
            assert_eq!(format!("{}:{}", told.address, told.ssh), router.address().to_string());
            assert_eq!(told.https, router.https_address().port());
            let login = router.credentials();
            assert_eq!((&told.user, &told.password), (&login.username, &login.password));
            assert_eq!(told.enable, login.enable);
        }
        assert!(table(lab.table().as_bytes(), 4).is_err(), "one router too few is told");
        assert!(table("patchbay: no network\n".as_bytes(), 3).is_err());
    }
}
