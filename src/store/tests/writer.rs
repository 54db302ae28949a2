use super::*;
use std::time::Duration;

fn update(key: impl ToString) -> Update {
    Update {
        key: key.to_string(),
        channel: "terminal".to_owned(),
        sent_at: None,
        received_at: at(1),
        raw: "x".repeat(300),
    }
}

fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), Access::Bot).unwrap();
    (folder, store)
}

async fn waiting(store: &Store) -> usize {
    store.read(|view| view.waiting(100_000)).await.unwrap().len()
}

#[tokio::test]
async fn a_failing_change_takes_back_itself_and_not_its_neighbours() {
    let (_folder, store) = store();
    let mut answers = tokio::task::JoinSet::new();
    for n in 0..300 {
        let store = store.clone();
        answers.spawn(async move {
            let written = store
                .write(move |work| {
                    work.receive(&update(n))?;
                    match n % 3 {
                        0 => Err(StoreError::Refused(Refused::Incomplete)),
                        1 => Ok(n),
                        _ => panic!("change {n} fails"),
                    }
                })
                .await;
            (n, written)
        });
    }
    while let Some(answer) = answers.join_next().await {
        match answer.unwrap() {
            (n, Ok(said)) => assert_eq!((n % 3, said), (1, n)),
            (n, Err(StoreError::Refused(Refused::Incomplete))) => assert_eq!(n % 3, 0),
            (n, Err(StoreError::Panicked { why })) => {
                assert_eq!((n % 3, why), (2, format!("change {n} fails")))
            }
            (_, Err(other)) => panic!("{other}"),
        }
    }
    assert_eq!(waiting(&store).await, 100);
}

#[tokio::test]
async fn a_part_may_fail_alone_also_when_it_panics_in_the_middle() {
    let (_folder, store) = store();
    let answer = store
        .write(|work| {
            work.receive(&update("kept"))?;
            let part: Result<(), StoreError> = work.apart(|work| {
                work.receive(&update("taken back"))?;
                Err(StoreError::Closed)
            });
            assert_eq!(part, Err(StoreError::Closed));
            Ok(())
        })
        .await;
    assert_eq!((answer, waiting(&store).await), (Ok(()), 1));
    let answer: Result<(), StoreError> = store
        .write(|work| {
            work.receive(&update("lost"))?;
            work.apart(|_| panic!("deep"))
        })
        .await;
    assert!(matches!(answer, Err(StoreError::Panicked { .. })), "{answer:?}");
    assert_eq!(waiting(&store).await, 1);
}

/// What was answered is in the files at that moment: a copy of them is what a crash would leave.
#[tokio::test]
async fn what_was_answered_survives_a_crash() {
    let (folder, store) = store();
    let mut answers = tokio::task::JoinSet::new();
    for n in 0..200 {
        let store = store.clone();
        answers.spawn(async move { store.write(move |work| work.receive(&update(n))).await });
    }
    let mut answered = 0;
    while let Some(answer) = answers.join_next().await {
        answer.unwrap().unwrap();
        answered += 1;
        if answered == 120 {
            break;
        }
    }
    let crashed = tempfile::tempdir().unwrap();
    for file in ["patchbay.db", "patchbay.db-wal"] {
        std::fs::copy(folder.path().join(file), crashed.path().join(file)).unwrap();
    }
    let after = Store::open(crashed.path(), Access::Bot).unwrap();
    assert!(waiting(&after).await >= answered);
    answers.join_all().await;
    assert_eq!(waiting(&store).await, 200);
}

#[tokio::test]
async fn a_full_disk_is_told_and_later_changes_work_again() {
    let (_folder, store) = store();
    let pages = |store: Store, most: i64| async move {
        store
            .write(move |work| {
                // The pragma answers with the new limit.
                work.one(&format!("PRAGMA max_page_count = {most}"), [], |row| row.get::<_, i64>(0))
            })
            .await
            .unwrap()
    };
    pages(store.clone(), 1).await;
    let mut stored = 0;
    let full = loop {
        let written = store
            .write(move |work| {
                for part in 0..20 {
                    work.receive(&update(format!("{stored}:{part}")))?;
                }
                Ok(())
            })
            .await;
        match written {
            Ok(()) => stored += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(full, StoreError::Full);
    let stubborn = store
        .write(|work| {
            for part in 0..99 {
                // Who does not look at the error gets nothing stored either.
                let _ = work.receive(&update(format!("stubborn:{part}")));
            }
            Ok(())
        })
        .await;
    assert_eq!(stubborn, Err(StoreError::Full));
    assert_eq!(waiting(&store).await, stored * 20, "nothing half done");
    pages(store.clone(), 1_000_000).await;
    store.write(|work| work.receive(&update("again"))).await.unwrap();
    assert_eq!(waiting(&store).await, stored * 20 + 1);
}

#[tokio::test]
async fn a_commit_wakes_who_waits_for_its_topic_and_a_failure_nobody() {
    let (_folder, store) = store();
    let mut changes = store.changes();
    store.write(|work| work.receive(&update(1))).await.unwrap();
    store.write(|work| work.post(&outbound("a", "a"), at(1))).await.unwrap();
    assert_eq!(changes.of(&[Topic::Outbox]).await, [Topic::Outbox]);
    assert_eq!(changes.of(&Topic::ALL).await, [Topic::Inbox]);
    let failed: Result<(), StoreError> = store
        .write(|work| {
            work.add_device(&device("R1"), at(0))?;
            Err(StoreError::Closed)
        })
        .await;
    assert!(failed.is_err());
    let waits = tokio::spawn(async move { changes.of(&[Topic::Devices, Topic::Jobs]).await });
    store.write(|work| work.receive(&update(2))).await.unwrap();
    assert!(!waits.is_finished());
    store.write(|work| work.add_device(&device("R1"), at(0))).await.unwrap();
    assert_eq!(waits.await.unwrap(), [Topic::Devices]);
}

#[tokio::test]
async fn the_bot_notices_what_another_process_commits() {
    let (folder, store) = store();
    assert!(!store.changed_outside().await);
    store.write(|work| work.receive(&update(1))).await.unwrap();
    assert!(!store.changed_outside().await, "its own changes are no news");
    let beside = Store::open(folder.path(), Access::Beside).unwrap();
    assert!(!store.changed_outside().await, "looking changes nothing");
    let mut changes = store.changes();
    beside.write(|work| work.add_device(&device("R1"), at(0))).await.unwrap();
    store.write(|work| work.receive(&update(2))).await.unwrap();
    assert!(store.changed_outside().await);
    assert!(!store.changed_outside().await);
    assert_eq!(changes.of(&[Topic::Devices]).await, [Topic::Devices]);
}

#[tokio::test]
async fn two_processes_write_in_turn() {
    let (folder, bot) = store();
    let beside = Store::open(folder.path(), Access::Beside).unwrap();
    let mut answers = tokio::task::JoinSet::new();
    for n in 0..60 {
        let store = if n % 2 == 0 { bot.clone() } else { beside.clone() };
        answers.spawn(async move { store.write(move |work| work.receive(&update(n))).await.unwrap() });
    }
    answers.join_all().await;
    assert_eq!(waiting(&bot).await, 60);
}

#[tokio::test]
async fn a_closed_store_says_so() {
    let (folder, store) = store();
    store.write(|work| work.receive(&update(1))).await.unwrap();
    tokio::time::timeout(Duration::from_secs(10), store.close()).await.unwrap();
    assert_eq!(store.write(|work| work.receive(&update(2))).await, Err(StoreError::Closed));
    assert_eq!(store.read(|view| view.inventory().map(drop)).await, Err(StoreError::Closed));
    assert!(!folder.path().join("patchbay.db-wal").exists(), "everything is in the one file");
}

#[tokio::test]
async fn questions_see_one_moment_and_cannot_write() {
    let (_folder, store) = store();
    let (asked, ask) = std::sync::mpsc::channel();
    let (go, goes) = std::sync::mpsc::channel();
    let reading = store.clone();
    let reader = tokio::spawn(async move {
        reading
            .read(move |view| {
                let before = view.waiting(9)?.len();
                asked.send(()).unwrap();
                goes.recv().unwrap();
                Ok((before, view.waiting(9)?.len()))
            })
            .await
    });
    tokio::task::spawn_blocking(move || ask.recv().unwrap()).await.unwrap();
    store.write(|work| work.receive(&update(1))).await.unwrap();
    go.send(()).unwrap();
    assert_eq!(reader.await.unwrap(), Ok((0, 0)));
    let written = store.read(|view| view.all("DELETE FROM inbox", [], |_| Ok(()))).await;
    assert!(matches!(written, Err(StoreError::ReadOnly { .. })), "{written:?}");
}
