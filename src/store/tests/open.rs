use super::*;
use std::os::unix::fs::PermissionsExt;

fn refused(folder: &std::path::Path, access: Access) -> OpenError {
    Store::open(folder, access).err().unwrap()
}

#[tokio::test]
async fn the_bot_is_alone_and_the_command_line_works_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let bot = Store::open(folder.path(), Access::Bot).unwrap();
    let held = refused(folder.path(), Access::Bot);
    assert_eq!(held, OpenError::Held { pid: Some(std::process::id()) });
    assert!(held.to_string().contains(&format!("(process {})", std::process::id())));

    let beside = Store::open(folder.path(), Access::Beside).unwrap();
    beside.write(|work| work.add_device(&device("R1"), at(0))).await.unwrap();
    assert_eq!(bot.read(|view| view.inventory()).await.unwrap().devices().len(), 1);
    bot.close().await;
    let again = Store::open(folder.path(), Access::Bot).unwrap();
    assert_eq!(
        again.read(|view| view.installation()).await.unwrap(),
        beside.read(|view| view.installation()).await.unwrap()
    );
}

#[tokio::test]
async fn the_command_line_makes_a_database_where_there_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").join("deeper");
    let beside = Store::open(&data, Access::Beside).unwrap();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&data), mode(&data.join("patchbay.db"))), (0o700, 0o600));
    assert_eq!(mode(&data.join("patchbay.db-wal")), 0o600);
    assert_eq!(beside.read(|view| view.installation()).await.unwrap().len(), 32);
    let _bot = Store::open(&data, Access::Bot).unwrap();
}

#[test]
fn another_version_is_named_and_left_alone() {
    let bench = Bench::new();
    bench.db.pragma_update(None, "user_version", 7).unwrap();
    let newer = OpenError::Newer { have: 7, known: 4 };
    assert_eq!(refused(bench.folder.path(), Access::Bot), newer);
    assert_eq!(refused(bench.folder.path(), Access::Beside), newer);
    assert!(newer.to_string().contains("version 7, this program knows versions up to 4"));
    bench.db.pragma_update(None, "user_version", 0).unwrap();
    assert_eq!(refused(bench.folder.path(), Access::Beside), OpenError::Older { have: 0, known: 4 });
}

#[test]
fn what_is_no_database_or_no_folder_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("patchbay.db");
    std::fs::write(&file, "this was a database once ".repeat(200)).unwrap();
    assert!(matches!(refused(folder.path(), Access::Bot), OpenError::Damaged { .. }));
    assert!(matches!(refused(&file, Access::Bot), OpenError::NotFolder { .. }));
    assert!(matches!(refused(&file.join("data"), Access::Bot), OpenError::NotFolder { .. }));
}

#[test]
fn a_folder_that_cannot_be_written_is_said() {
    let denied = std::io::Error::from(std::io::ErrorKind::ReadOnlyFilesystem);
    let error = OpenError::io(std::path::Path::new("data"), &denied);
    assert!(error.to_string().starts_with("the data folder data cannot be written"), "{error}");
    // The kernel's own folders refuse even the most powerful user.
    let error = refused(std::path::Path::new("/proc/patchbay"), Access::Bot);
    assert!(matches!(error, OpenError::ReadOnly { .. } | OpenError::Io { .. }), "{error}");
}

#[test]
fn programs_that_start_together_all_find_a_database() {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            let starts: Vec<_> = [Access::Beside, Access::Bot, Access::Beside, Access::Beside]
                .into_iter()
                .map(|access| {
                    scope.spawn({
                        let path = folder.path();
                        move || Store::open(path, access)
                    })
                })
                .collect();
            starts.into_iter().for_each(|start| drop(start.join().unwrap().unwrap()));
        });
    }
}
