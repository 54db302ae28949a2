//! `patchbay bench`: its figures are those of a bot that really asked, and however it ends it leaves
//! nothing behind: no simulated router, no folder.

use super::{Session, program};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// A measurement in this folder, where its temporary folders are made too.
fn bench(folder: &Path, words: &[&str]) -> Command {
    std::fs::create_dir_all(folder.join("tmp")).unwrap();
    let mut command = program(folder);
    command.env("TMPDIR", folder.join("tmp")).args(["bench", "poll", "--routers", "3"]).args(words);
    command
}

/// What there is in the folder of temporary folders.
fn temporary(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder.join("tmp")).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// The processes that were started in this folder.
fn processes(folder: &Path) -> Vec<PathBuf> {
    let folder = folder.canonicalize().unwrap();
    let all = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok).map(|entry| entry.path());
    all.filter(|process| std::fs::read_link(process.join("cwd")).is_ok_and(|cwd| cwd == folder)).collect()
}

/// One that has been told to end may take a moment.
#[track_caller]
fn nothing_lives(folder: &Path) {
    let until = Instant::now() + Duration::from_secs(30);
    while !processes(folder).is_empty() {
        assert!(Instant::now() < until, "{:?} still live", processes(folder));
        std::thread::yield_now();
    }
}

/// A measurement of a day, whose bot and routers live.
fn under_way(folder: &Path) -> Session {
    let mut session = Session::start(&mut bench(folder, &["--seconds", "86400", "--period", "1s"]));
    session.patiently("the bot's files");
    while !temporary(folder).iter().any(|made| made.join("data/metrics.db").exists()) {
        session.listens_a_while();
    }
    assert_eq!(processes(folder).len(), 2, "the bot and its routers");
    session
}

#[test]
fn polls_are_measured_and_rates_are_near_the_truth() {
    let folder = tempfile::tempdir().unwrap();
    let words = ["--seconds", "5", "--period", "1s", "--json"];
    let said = Session::start(&mut bench(folder.path(), &words)).ended().well();
    assert_eq!(said.err, "");
    let figures: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let number = |at: &str| figures.pointer(at).and_then(serde_json::Value::as_f64).expect(at);
    assert_eq!((number("/routers"), number("/polls_failed")), (3.0, 0.0), "{figures:#}");
    for some in [
        "/polls_answered",
        "/polls_per_second",
        "/cpu_ms_per_poll",
        "/cpu_percent_of_one_core",
        "/memory_mb",
        "/memory_kb_per_router",
        "/late_ms/worst",
        "/took_ms/median",
        "/rate_error_percent/means",
        "/rate_error_percent/values",
    ] {
        assert!(number(some) > 0.0, "{some}: {figures:#}");
    }
    // On a busy machine an answer of a short period comes late and its rate with it; a wrong unit or a
    // value that is not of its interval is further off than this.
    assert!(number("/rate_error_percent/of_means/median") < 5.0, "{figures:#}");
    assert_eq!(temporary(folder.path()), Vec::<PathBuf>::new());
    nothing_lives(folder.path());
}

#[test]
fn people_get_one_figure_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let words = ["--seconds", "1", "--period", "1s"];
    let said = Session::start(&mut bench(folder.path(), &words)).ended().well();
    for figure in
        ["polls answered  ", "CPU per poll  ", "CPU share  ", "memory per router  ", "error of mean rates  "]
    {
        said.once(figure);
    }
}

#[test]
fn told_to_end_it_leaves_nothing() {
    for signal in ["TERM", "INT"] {
        let folder = tempfile::tempdir().unwrap();
        let session = under_way(folder.path());
        session.signal(signal);
        let said = session.over().with(1);
        said.complains("told to end before it was measured");
        assert_eq!(said.out, "");
        assert_eq!(temporary(folder.path()), Vec::<PathBuf>::new(), "after {signal}");
        nothing_lives(folder.path());
    }
}

#[test]
fn its_routers_end_with_it_also_when_it_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    under_way(folder.path()).killed();
    nothing_lives(folder.path());
}
