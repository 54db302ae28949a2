//! No secret of a router and no word of a credential stands anywhere that somebody could look: not
//! in what the process says or logs, not in its files, not in the history of the archive.

use super::{Home, asked};
use patchbay::lab::{Fault, LabPlan};
use std::path::Path;
use std::process::Command;

/// Every text and file that a session left, by name.
struct Left(Vec<(String, Vec<u8>)>);

impl Left {
    fn add(&mut self, name: &str, bytes: impl Into<Vec<u8>>) {
        self.0.push((name.to_owned(), bytes.into()));
    }

    /// Every file below the folder, as its bytes are.
    fn folder(&mut self, folder: &Path) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => self.folder(&path),
                false => self.add(&path.display().to_string(), std::fs::read(&path).unwrap()),
            }
        }
    }

    /// What people read from the archive with their own tools: git packs its objects, so bytes of
    /// the files would hide what stands in them.
    fn archive(&mut self, git: &Path) {
        let run = |words: &[&str]| {
            let said = Command::new("git").arg("-C").arg(git).args(words).output().unwrap();
            assert!(said.status.success(), "git {words:?}: {}", String::from_utf8_lossy(&said.stderr));
            said.stdout
        };
        let commits = String::from_utf8(run(&["log", "--all", "--format=%H"])).unwrap();
        assert!(commits.lines().count() >= 3, "{commits}");
        for commit in commits.lines() {
            let shown = run(&["show", commit]);
            assert!(holds(&shown, b"diff --git"), "{commit}");
            self.add(&format!("commit {commit}"), shown);
        }
        self.add("every object", run(&["cat-file", "--batch", "--batch-all-objects"]));
    }

    fn hides(&self, secrets: &[String]) {
        for (name, bytes) in &self.0 {
            let found = secrets.iter().find(|secret| holds(bytes, secret.as_bytes()));
            assert_eq!(found, None, "a secret stands in {name}");
        }
    }
}

fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    text.contains(String::from_utf8_lossy(wanted).as_ref())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_stands_anywhere() {
    let home = Home::with(LabPlan::fleet(2), "[log]\nlevel = \"trace\"\n").await;
    let login = home.router("R1").credentials().clone();
    let mut session = home.run();
    session.asks("/backup all", "2 first backups");
    // A new secret, an enable password, an output that was truncated, a line that broke: each has a
    // path of its own through the house.
    home.router("R1").edit("bob", &["username zoe privilege 15 secret 0 planted-plum-word"]).unwrap();
    home.router("R2").edit("bob", &["snmp-server community planted-fig-word RO"]).unwrap();
    session.asks("/backup all", "2 changed");
    session.asks("/show R1 running-config", "all of it is in the file");
    session.asks("/diff R1", "zoe");
    session.asks("/config R2", "File:");
    home.router("R1").fault(Fault::TruncatedConfiguration).await;
    session.asks("/backup R1", "incomplete");
    home.router("R1").clear_faults().await;
    home.router("R1").fault(Fault::DropInTheMiddle(3_000)).await;
    session.asks("/backup R1", "dropped");
    home.router("R1").clear_faults().await;
    home.router("R2").fault(Fault::WrongPassword).await;
    session.asks("/backup R2", "refused the password");
    let said = session.ended().with(1);
    assert!(asked(&home.router("R1")) >= 4 && said.err.lines().count() > 10, "{}", said.err);
    assert!(!said.err.contains('\u{1b}'), "{}", said.err);

    let mut secrets: Vec<String> = ["R1", "R2"].iter().flat_map(|name| home.router(name).secrets()).collect();
    assert!(secrets.len() > 100);
    secrets.extend(["planted-plum-word", "planted-fig-word"].map(str::to_owned));
    secrets.extend([login.password, login.enable]);
    let mut left = Left(Vec::new());
    left.add("standard output", said.out);
    left.add("standard error", said.err);
    left.add("patchbay audit", home.cli(&["audit"]).well().out);
    left.folder(&home.data());
    left.archive(&home.data().join("configs.git"));
    assert!(left.0.iter().any(|(name, bytes)| name.ends_with("patchbay.db") && bytes.len() > 50_000));
    left.hides(&secrets);
    let key = std::fs::read_to_string(home.path("key")).unwrap();
    left.hides(&[key.trim().to_owned()]);
}
