use super::*;
use std::time::Duration;

fn result(device: DeviceId, status: Status) -> TaskResult {
    TaskResult {
        device,
        status,
        verdict: Text::verbatim("unchanged"),
        output: None,
        data: serde_json::json!({ "version": 3 }),
        took: Duration::from_millis(1500),
    }
}

#[test]
fn a_job_counts_its_tasks_and_keeps_their_results() {
    let (bench, you, ids) = Bench::furnished(&["R1", "R2", "R3"]);
    let mut work = bench.work();
    let order = [ids[2], ids[0], ids[1]];
    let job = work.add_job(&invocation(you), "backup", &order, at(10)).unwrap();
    assert!(work.begin_sending(job, ids[0], at(11)).unwrap());
    assert!(!work.begin_sending(job, ids[0], at(12)).unwrap(), "once only");
    assert!(work.end_task(job, &result(ids[0], Status::Done), at(13)).unwrap());
    assert!(!work.end_task(job, &result(ids[0], Status::Failed), at(14)).unwrap(), "the first result stays");
    assert!(!work.begin_sending(job, ids[0], at(15)).unwrap());
    assert!(work.end_task(job, &result(ids[2], Status::Unclear), at(16)).unwrap());

    let now = work.job(job).unwrap().unwrap();
    assert_eq!((now.tasks, now.done, now.failed, now.state), (3, 1, 1, JobState::Running));
    assert_eq!(now.invocation, invocation(you));
    let states: Vec<_> = work.tasks(job).unwrap().iter().map(|task| (task.device, task.state)).collect();
    assert_eq!(
        states,
        [(ids[2], TaskState::Ended), (ids[0], TaskState::Ended), (ids[1], TaskState::Waiting)]
    );
    let results = work.results(job).unwrap();
    assert_eq!(results, [result(ids[2], Status::Unclear), result(ids[0], Status::Done)]);
    assert_eq!(work.job_permission(job).unwrap().as_deref(), Some("backup"));
}

#[test]
fn a_job_ends_once_and_is_cancelled_once() {
    let (bench, you, ids) = Bench::furnished(&["R1"]);
    let mut work = bench.work();
    let job = work.add_job(&invocation(you), "backup", &ids, at(10)).unwrap();
    work.note_resumed(job).unwrap();
    assert_eq!(work.resumed(job).unwrap(), 1);
    assert!(work.request_cancel(job, you, at(11)).unwrap());
    assert!(!work.request_cancel(job, you, at(12)).unwrap());
    assert!(work.job(job).unwrap().unwrap().cancel_requested);
    assert!(work.end_job(job, JobState::Cancelled, at(13)).unwrap());
    assert!(!work.end_job(job, JobState::Done, at(14)).unwrap());
    let ended = work.job(job).unwrap().unwrap();
    assert_eq!((ended.state, ended.finished_at), (JobState::Cancelled, Some(at(13))));
}

#[test]
fn jobs_are_listed_by_who_and_where() {
    let (bench, you, ids) = Bench::furnished(&["R1", "R2"]);
    let mut work = bench.work();
    let bob = work.add_person("Bob", "operator", &Reader::default(), &[], at(0)).unwrap();
    let first = work.add_job(&invocation(you), "backup", &ids, at(1)).unwrap();
    let second = work.add_job(&invocation(bob), "show", &ids[1..], at(2)).unwrap();
    work.end_job(first, JobState::Done, at(3)).unwrap();
    let listed = |filter: JobFilter| -> Vec<JobId> {
        bench.work().recent_jobs(&filter, 10).unwrap().iter().map(|job| job.id).collect()
    };
    let all = JobFilter::default();
    assert_eq!(listed(all), [second, first]);
    assert_eq!(listed(JobFilter { person: Some(you), ..all }), [first]);
    assert_eq!(listed(JobFilter { device: Some(ids[0]), ..all }), [first]);
    assert_eq!(listed(JobFilter { running_only: true, ..all }), [second]);
    assert_eq!(work.unfinished_jobs().unwrap()[0].id, second);
}

#[test]
fn locks_are_taken_all_or_none() {
    let (bench, you, ids) = Bench::furnished(&["R1", "R2", "R3"]);
    let mut work = bench.work();
    let one = work.add_job(&invocation(you), "save", &ids, at(1)).unwrap();
    let two = work.add_job(&invocation(you), "save", &ids, at(2)).unwrap();
    assert_eq!(work.take_locks(&ids[1..2], one, you, at(3)).unwrap(), Ok(()));
    let held = Held { device: ids[1], person: you, job: Some(one), since: at(3), reason: None };
    assert_eq!(work.take_locks(&ids, two, you, at(4)).unwrap(), Err(held.clone()));
    assert_eq!(work.held().unwrap(), [held], "nothing of the refused one is left");
    assert_eq!(work.take_locks(&ids, one, you, at(5)).unwrap(), Ok(()), "its own are no hindrance");
    let refused = work.remove_device(ids[0], at(6));
    assert_eq!(refused, Err(StoreError::Refused(Refused::DeviceLocked { device: ids[0] })));
    assert_eq!(work.release(one).unwrap(), ids);
    assert_eq!(work.held().unwrap(), []);
}

#[test]
fn a_lock_by_hand_stops_everybody_else_and_outlives_its_holder_s_jobs() {
    let (bench, you, ids) = Bench::furnished(&["R1", "R2"]);
    let mut work = bench.work();
    let bob = work.add_person("Bob", "operator", &Reader::default(), &[], at(0)).unwrap();
    let hand = |person, since, reason: Option<&str>| HandLock {
        device: ids[0],
        person,
        since,
        reason: reason.map(str::to_owned),
        place: place(),
        thread: None,
    };
    let mine = work.add_job(&invocation(you), "save", &ids, at(1)).unwrap();
    let his = work.add_job(&invocation(bob), "save", &ids, at(1)).unwrap();
    assert_eq!(work.lock_by_hand(&hand(you, at(2), Some("new card"))).unwrap(), Ok(()));
    let held =
        Held { device: ids[0], person: you, job: None, since: at(2), reason: Some("new card".to_owned()) };
    assert_eq!(work.take_locks(&ids, his, bob, at(3)).unwrap(), Err(held.clone()));
    assert_eq!(work.lock_by_hand(&hand(bob, at(3), None)).unwrap(), Err(held.clone()));
    assert_eq!(work.take_locks(&ids, mine, you, at(4)).unwrap(), Ok(()));
    assert_eq!(work.held_by(ids[0]).unwrap().unwrap().job, Some(mine), "the job is what holds it now");
    assert_eq!(work.lock_by_hand(&hand(you, at(5), None)).unwrap(), Ok(()), "during one's own job, too");
    work.release(mine).unwrap();
    assert_eq!(work.held().unwrap(), [held], "since when and why stay");
    assert!(work.unlock(ids[0]).unwrap());
    assert!(!work.unlock(ids[0]).unwrap());
    assert_eq!(work.take_locks(&ids, his, bob, at(6)).unwrap(), Ok(()));
    let job = work.lock_by_hand(&hand(you, at(7), None)).unwrap().unwrap_err().job;
    assert_eq!(job, Some(his), "not while somebody else's job works on it");
}

#[test]
fn who_waits_for_a_free_router_is_told_once() {
    let (bench, you, ids) = Bench::furnished(&["R1", "R2"]);
    let mut work = bench.work();
    let watch = |device| FreeWatch { device, person: you, place: place(), thread: None };
    work.add_free_watch(&watch(ids[0]), at(1)).unwrap();
    work.add_free_watch(&watch(ids[0]), at(2)).unwrap();
    work.add_free_watch(&watch(ids[1]), at(3)).unwrap();
    assert_eq!(work.take_free_watches(&ids[..1]).unwrap(), [watch(ids[0])]);
    assert_eq!(work.take_free_watches(&ids).unwrap(), [watch(ids[1])]);
    assert_eq!(work.take_free_watches(&ids).unwrap(), []);
}
