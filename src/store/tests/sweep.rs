use super::*;
use std::time::Duration;

const DAY: i64 = 86_400_000;

fn swept(bench: &Bench, day: i64) -> usize {
    let mut all = 0;
    loop {
        match bench.work().sweep_step(&Retention::default(), at(day * DAY)).unwrap() {
            0 => return all,
            step => all += step,
        }
    }
}

fn rows(bench: &Bench, table: &str) -> i64 {
    bench.db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

#[test]
fn the_inbox_forgets_what_is_done_but_never_within_a_day() {
    let bench = Bench::new();
    for n in 0..1200 {
        let update = Update {
            key: n.to_string(),
            channel: "terminal".to_owned(),
            sent_at: None,
            received_at: at(n),
            raw: String::new(),
        };
        let Arrival::New(id) = bench.work().receive(&update).unwrap() else { panic!() };
        if n > 0 {
            bench.work().done(id).unwrap();
        }
    }
    let hasty = Retention { inbox: Duration::ZERO, ..Retention::default() };
    assert_eq!(bench.work().sweep_step(&hasty, at(DAY)).unwrap(), 0);
    assert_eq!(bench.work().sweep_step(&Retention::default(), at(31 * DAY)).unwrap(), 500, "in small steps");
    assert_eq!(swept(&bench, 31), 699);
    assert_eq!(bench.work().waiting(9).unwrap().len(), 1, "what waits is needed");
}

#[test]
fn the_outbox_keeps_what_will_still_change() {
    let bench = Bench::new();
    let mut work = bench.work();
    let file = work.attach("x", b"x", at(0)).unwrap();
    let mut over = outbound("over", "over");
    over.document.ended = Some(Ending::Well);
    over.document.buttons = vec![button("again", Uses::Many, DAY)];
    over.document.blocks.push(Block::File { name: "x".to_owned(), attachment: file, bytes: 1 });
    for message in [over, outbound("open", "one"), outbound("open", "two"), outbound("waits", "waits")] {
        let id = work.post(&message, at(0)).unwrap();
        if message.slot.0 != "waits" {
            work.delivered(id, &Receipt { parts: vec![] }, at(1)).unwrap();
        }
    }
    assert_eq!(swept(&bench, 6), 0);
    assert_eq!(swept(&bench, 8), 1, "the file");
    assert_eq!(swept(&bench, 29), 0);
    swept(&bench, 32);
    let slots = |work: &Work<'_>| -> Vec<String> {
        work.all("SELECT slot FROM slots ORDER BY id", [], |row| row.get(0)).unwrap()
    };
    assert_eq!(slots(&work), ["open", "waits"]);
    assert_eq!((rows(&bench, "outbox"), rows(&bench, "presses")), (2, 0));
    swept(&bench, 400);
    assert_eq!(slots(&work), ["waits"]);
}

#[test]
fn a_file_that_a_waiting_message_carries_stays() {
    let bench = Bench::new();
    let mut work = bench.work();
    let file = work.attach("x", b"x", at(0)).unwrap();
    let mut message = outbound("a", "a");
    message.document.blocks.push(Block::File { name: "x".to_owned(), attachment: file, bytes: 1 });
    let id = work.post(&message, at(0)).unwrap();
    assert_eq!(swept(&bench, 8), 0);
    work.delivered(id, &Receipt { parts: vec![] }, at(9 * DAY)).unwrap();
    assert_eq!(swept(&bench, 9), 1);
}

#[test]
fn old_jobs_go_and_what_they_stored_stays() {
    let (bench, you, ids) = Bench::furnished(&["R1"]);
    let mut work = bench.work();
    let old = work.add_job(&invocation(you), "backup", &ids, at(0)).unwrap();
    let running = work.add_job(&invocation(you), "backup", &ids, at(0)).unwrap();
    let text = Configuration {
        redacted: "end\n".to_owned(),
        sealed: Sealed(vec![]),
        bytes: 4,
        author: None,
        changed_at: None,
        complete: true,
    };
    work.add_version(ids[0], &text, Some(old), at(0)).unwrap();
    work.end_job(old, JobState::Done, at(1)).unwrap();
    assert_eq!(swept(&bench, 364), 0);
    assert_eq!(swept(&bench, 367), 1);
    assert_eq!(work.job(old).unwrap(), None);
    assert!(work.job(running).unwrap().is_some());
    assert_eq!(rows(&bench, "tasks"), 1);
    assert_eq!(work.latest(ids[0]).unwrap().unwrap().job, None);
    let next = work.add_job(&invocation(you), "backup", &ids, at(2)).unwrap();
    assert!(next > running, "a number is never given twice");
}
