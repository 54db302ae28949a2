//! Messages that change: on a screen, side by side, in a pipe, after a crash.

use super::super::super::Deliver;
use super::*;
use crate::model::outbound::MessageRef;
use expect_test::expect;

async fn deliver(terminal: &Terminal, message: Message) -> Receipt {
    terminal.deliver(&message).await.unwrap()
}

#[tokio::test]
async fn a_message_changes_in_place_while_it_is_the_last() {
    let paper = Paper::screen(40, 12);
    let terminal = quiet(&paper);
    deliver(&terminal, ended("a", 1, "R1 is well")).await;
    let long = "Backup of 40 routers: 1 done, 0 failed, about 40 s left and more words";
    deliver(&terminal, open("b", 1, long)).await;
    deliver(&terminal, open("b", 2, "Backup of 40 routers: 20 done")).await;
    let mut last = ended("b", 3, "Backup of 40 routers in 11 s");
    last.document = last.document.with_detail(said("R3 +4 −1")).with_button(answer("All"));
    last.tokens = vec![Token("All".to_owned())];
    deliver(&terminal, last).await;
    expect![[r#"
        ✅ R1 is well

        ✅ Backup of 40 routers in 11 s
           R3 +4 −1
           [1] All"#]]
    .assert_eq(&paper.shown());
}

#[tokio::test]
async fn two_that_change_at_once_do_not_garble_each_other() {
    let paper = Paper::screen(40, 12);
    let terminal = quiet(&paper);
    for version in 1..=5 {
        deliver(&terminal, open("a", version, &format!("job a, step {version}"))).await;
        deliver(&terminal, open("b", version, &format!("job b, step {version}"))).await;
    }
    expect![[r#"
        ⏳ job a, step 1

        ⏳ job b, step 5"#]]
    .assert_eq(&paper.shown());
    deliver(&terminal, ended("a", 6, "job a done")).await;
    deliver(&terminal, open("b", 6, "job b, step 6")).await;
    deliver(&terminal, ended("b", 7, "job b done")).await;
    expect![[r#"
        ⏳ job a, step 1

        ⏳ job b, step 5

        ✅ job a done

        ✅ job b done"#]]
    .assert_eq(&paper.shown());
}

#[tokio::test]
async fn rows_that_scrolled_away_or_were_resized_are_left_alone() {
    let paper = Paper::screen(30, 4);
    let terminal = quiet(&paper);
    let tall = |version, words: &str| {
        let mut message = open("a", version, words);
        for row in 1..=4 {
            message.document = message.document.with_detail(said(&format!("row {row}")));
        }
        message
    };
    deliver(&terminal, tall(1, "one")).await;
    deliver(&terminal, tall(2, "two")).await;
    assert!(!paper.text().contains("two") && !paper.text().contains("\x1b["), "{}", paper.text());
    deliver(&terminal, open("b", 1, "one")).await;
    paper.resize(20, 10);
    deliver(&terminal, open("b", 2, "two")).await;
    deliver(&terminal, open("b", 3, "three")).await;
    assert!(paper.text().ends_with("⏳ one\n\n⏳ two\n\n\x1b[2A\r\x1b[J⏳ three\n\n"), "{}", paper.text());
}

#[tokio::test]
async fn wide_and_long_rows_are_counted_as_the_screen_breaks_them() {
    let paper = Paper::screen(21, 12);
    let terminal = quiet(&paper);
    let raw =
        |version, text: &str| message("a", version, Document::default().with(Block::Raw(text.to_owned())));
    deliver(&terminal, ended("z", 1, "stays")).await;
    deliver(&terminal, raw(1, &format!("{}\n{}", "漢".repeat(19), "x".repeat(18)))).await;
    deliver(&terminal, raw(2, &"y".repeat(19))).await;
    deliver(&terminal, raw(3, "short")).await;
    assert_eq!(paper.shown(), "✅ stays\n\n   short");
}

#[tokio::test]
async fn a_pipe_sees_questions_and_ends_only() {
    let paper = Paper::pipe();
    let terminal = quiet(&paper);
    deliver(&terminal, open("a", 1, "step 1")).await;
    let stop = button("Cancel", Action::Cancel { job: JobId(1) });
    deliver(&terminal, message("a", 2, Document::open(Sign::Running, said("step 2")).with_button(stop)))
        .await;
    let asked = |version| {
        let document = Document::open(Sign::Question, said("Reboot R2?"));
        message("b", version, document.with_button(answer("Yes")).with_button(answer("No")))
    };
    deliver(&terminal, asked(1)).await;
    deliver(&terminal, asked(2)).await;
    deliver(&terminal, ended("a", 3, "over")).await;
    deliver(&terminal, ended("a", 3, "over")).await;
    expect![[r#"
        ❓ Reboot R2?
           [1] Yes   [2] No
        ✅ over
    "#]]
    .assert_eq(&paper.text());
}

#[tokio::test]
async fn after_a_crash_the_newest_version_is_shown_once() {
    let paper = Paper::pipe();
    let terminal = quiet(&paper);
    let older = MessageRef("0123456789abcdef/a/4".to_owned());
    let mut resumed = open("a", 5, "resumed: 27 of 40");
    resumed.parts = vec![older];
    let receipt = deliver(&terminal, resumed).await;
    let mut next = open("a", 6, "resumed: 28 of 40");
    next.parts = receipt.parts;
    let receipt = deliver(&terminal, next).await;
    assert!(receipt.parts[0].0.ends_with("/a/6"), "{receipt:?}");
    let mut doubtful = ended("b", 1, "may have arrived");
    doubtful.repeat = true;
    deliver(&terminal, doubtful.clone()).await;
    // This session knows that it did.
    deliver(&terminal, doubtful).await;
    expect![[r#"
        ⏳ resumed: 27 of 40
        (repeat) ✅ may have arrived
    "#]]
    .assert_eq(&paper.text());
}

#[tokio::test]
async fn a_new_session_does_not_know_the_refs_of_another() {
    let first = quiet(&Paper::pipe());
    let paper = Paper::pipe();
    let second = quiet(&paper);
    let receipt = deliver(&first, open("a", 1, "step 1")).await;
    let mut again = open("a", 1, "step 1");
    again.parts = receipt.parts;
    deliver(&second, again).await;
    assert_eq!(paper.text(), "⏳ step 1\n");
}

#[tokio::test]
async fn what_ended_badly_makes_the_status_and_a_broken_pipe_is_no_panic() {
    let terminal = quiet(&Paper::pipe());
    deliver(&terminal, ended("a", 1, "well")).await;
    assert!(!terminal.failed());
    let badly = message("b", 1, Document::line(Sign::Refused, said("no"), Ending::Badly));
    deliver(&terminal, badly).await;
    assert!(terminal.failed());

    let paper = Paper { broken: true, ..Paper::pipe() };
    let terminal = quiet(&paper);
    let refused = terminal.deliver(&ended("a", 1, "well")).await;
    assert!(matches!(refused, Err(SendError::Never { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_file_is_saved_once_and_its_path_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let paper = Paper::pipe();
    let terminal = terminal(Input::Lines(Box::new(std::io::empty())), &paper, folder.path());
    for version in 1..=2 {
        let mut message = ended("a", version, "configuration of R1");
        let name = "../R1.txt".to_owned();
        message.document = message.document.with(Block::File { name, attachment: AttachmentId(4), bytes: 5 });
        message.files = vec![b"hello".to_vec()];
        deliver(&terminal, message).await;
    }
    let path = folder.path().join("files/_.._R1.txt");
    let path = path.with_file_name("_R1.txt");
    assert_eq!(std::fs::read(&path).unwrap(), b"hello", "{}", paper.text());
    assert_eq!(std::fs::read_dir(folder.path().join("files")).unwrap().count(), 1);
    assert!(paper.text().contains(&format!("File: {} (5 B)", path.display())), "{}", paper.text());
}

#[tokio::test]
async fn a_picture_is_written_once_and_one_that_could_not_be_drawn_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let paper = Paper::pipe();
    let terminal = terminal(Input::Lines(Box::new(std::io::empty())), &paper, folder.path());
    let spark = Sparkline { label: said("in"), bars: "▂▃ ▄".to_owned(), note: said("peak 640 Mb/s") };
    let mut message = ended("a", 1, "R1 Gi1: in 412 Mb/s");
    message.document = message.document.with(picture("first")).with(picture("second"));
    let name = "R1-Gi1-1402.png".to_owned();
    let drawn = Drawn { name: name.clone(), png: b"not really a picture".to_vec(), sparklines: vec![spark] };
    message.pictures = vec![drawn, Drawn { name, ..Drawn::default() }];
    deliver(&terminal, message.clone()).await;
    message.repeat = true;
    deliver(&terminal, message).await;
    let path = folder.path().join("charts/R1-Gi1-1402.png");
    assert_eq!(std::fs::read(&path).unwrap(), b"not really a picture");
    assert_eq!(std::fs::read_dir(folder.path().join("charts")).unwrap().count(), 1);
    assert!(!folder.path().join("files").exists());
    let shown = paper.text().replace(&path.display().to_string(), "PATH");
    expect![[r#"
        ✅ R1 Gi1: in 412 Mb/s
           in  ▂▃ ▄  peak 640 Mb/s   last 1 h
           picture: PATH
           second
    "#]]
    .assert_eq(&shown);
}

#[tokio::test]
async fn colours_change_nothing_but_colours() {
    let paper = Paper::screen(40, 6);
    let terminal = Terminal::new(Options {
        colour: true,
        output: Box::new(paper.clone()),
        ..Options::of_process("you", texts(), ".".as_ref())
    });
    deliver(&terminal, ended("a", 1, "R1 is well")).await;
    assert_eq!(paper.text(), "\x1b[32m✅ R1 is well\x1b[0m\n\n");
    assert_eq!(paper.shown(), "✅ R1 is well");
}

#[tokio::test]
async fn the_end_of_an_edited_message_is_told_by_another_one() {
    let paper = Paper::pipe();
    let terminal = quiet(&paper);
    deliver(&terminal, ended("alert/1", 1, "R1 is busy")).await;
    deliver(&terminal, ended("alert/1/2", 1, "R1 is well")).await;
    let mut edit = ended("alert/1", 2, "R1 is well");
    edit.class = Class::Progress;
    deliver(&terminal, edit).await;
    expect![[r#"
        ✅ R1 is busy
        ✅ R1 is well
    "#]]
    .assert_eq(&paper.text());
}

#[tokio::test]
async fn an_edit_in_place_keeps_the_curve_that_stands_there() {
    let folder = tempfile::tempdir().unwrap();
    let paper = Paper::screen(60, 12);
    let options = options(Input::Lines(Box::new(std::io::empty())), &paper, folder.path());
    let terminal = Terminal::new(options);
    let version = |version: i64, words: &str, drawn: Drawn| {
        let document = Document::open(Sign::Critical, said(words)).with(picture("CPU"));
        Message { pictures: vec![drawn], ..message("alert/1", version, document) }
    };
    let spark = Sparkline { label: said("CPU"), bars: "▂▃▇".to_owned(), note: said("peak 94 %") };
    let drawn = Drawn { name: "R1.png".to_owned(), png: b"png".to_vec(), sparklines: vec![spark] };
    deliver(&terminal, version(1, "R1 CPU 94 %", drawn)).await;
    let mut edit = version(2, "R1 CPU 93 %, peak 94 %", Drawn::default());
    edit.class = Class::Progress;
    deliver(&terminal, edit).await;
    let shown = paper.shown();
    assert!(shown.contains("R1 CPU 93 %") && !shown.contains("R1 CPU 94 %"), "{shown}");
    assert!(shown.contains("▂▃▇  peak 94 %"), "{shown}");
}

fn picture(title: &str) -> Block {
    Block::Picture(Picture {
        title: said(title),
        name: "R1-Gi1".to_owned(),
        curves: Vec::new(),
        from: Timestamp(0),
        to: Timestamp(3_600_000),
        unit: Unit::BitsPerSecond,
        capacity: None,
        marks: Vec::new(),
        simulated_until: None,
    })
}
