//! Dialogues with a router that answers exact bytes: every question of the table, the answer given, and what it comes to,
//! however the bytes are cut; and where the line goes away or stays silent. All cases of a test run at once.

use super::Session;
use crate::device::Deadlines;
use crate::device::platform::dialogues::{During, Question, Reply};
use crate::device::platform::patterns;
use crate::device::ssh::session::{Talked, learn};
use crate::device::ssh::wire::Wire;
use crate::model::{Asks, Broken, Dialogue, DialogueEnd, Reload};
use std::collections::VecDeque;
use std::time::Duration;

/// Says the next piece when exactly these bytes were typed.
struct Peer {
    script: VecDeque<(String, String)>,
    pending: VecDeque<Option<Vec<u8>>>,
    typed: Vec<u8>,
    /// All that was typed in the dialogue.
    all: Vec<u8>,
    cut: usize,
}

impl Peer {
    fn say(&mut self, said: &str) {
        let (said, gone) = match said.strip_suffix("<gone>") {
            Some(said) => (said, true),
            None => (said, false),
        };
        let bytes = said.replace('\n', "\r\n").into_bytes();
        self.pending.extend(bytes.chunks(self.cut).map(|piece| Some(piece.to_vec())));
        if gone {
            self.pending.push_back(None);
        }
    }
}

impl Wire for Peer {
    async fn send(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        for byte in bytes {
            self.typed.push(*byte);
            self.all.push(*byte);
            if self.script.front().is_some_and(|(awaited, _)| awaited.as_bytes() == self.typed) {
                self.typed.clear();
                let (_, said) = self.script.pop_front().unwrap();
                self.say(&said);
            }
        }
        Ok(())
    }

    async fn receive(&mut self) -> Option<Vec<u8>> {
        match self.pending.pop_front() {
            Some(Some(piece)) => Some(piece),
            Some(None) => {
                self.pending.push_back(None);
                None
            }
            None => std::future::pending().await,
        }
    }
}

const CUTS: [usize; 4] = [100_000, 1, 2, 7];
const NOW: Dialogue = Dialogue::Reload(Reload { in_minutes: None, drop_changes: false });
const DROP: Dialogue = Dialogue::Reload(Reload { in_minutes: None, drop_changes: true });
const LATER: Dialogue = Dialogue::Reload(Reload { in_minutes: Some(10), drop_changes: false });
const SAVE_FIRST: &str = "\nSystem configuration has been modified. Save? [yes/no]: ";
const PROCEED: &str = "Proceed with reload? [confirm]";
const PROMPT: &str = "\nR1#";

/// Short where a test waits for them; longer than a doubtful prompt must stand.
fn deadlines() -> Deadlines {
    Deadlines {
        quiet: Duration::from_secs(4),
        question: Duration::from_millis(50),
        gone: Duration::from_millis(1500),
        late: Duration::from_millis(100),
        ..Deadlines::default()
    }
}

/// A dialogue, what is typed and what the router says to it, and what it comes to.
struct Case {
    dialogue: Dialogue,
    script: Vec<(String, String)>,
    end: DialogueEnd,
}

fn case(dialogue: Dialogue, script: &[(&str, &str)], end: DialogueEnd) -> Case {
    let script = script.iter().map(|(typed, said)| ((*typed).to_owned(), (*said).to_owned())).collect();
    Case { dialogue, script, end }
}

/// Holds the dialogue with a router of this script; all that is typed must be the script's.
async fn talk(case: &Case, cut: usize) -> (Talked, bool) {
    let learning = ("\r".to_owned(), PROMPT.to_owned());
    let mut peer = Peer {
        script: [learning].into_iter().chain(case.script.iter().cloned()).collect(),
        pending: VecDeque::new(),
        typed: Vec::new(),
        all: Vec::new(),
        cut,
    };
    peer.say("\nR1#");
    let mut session: Session<Peer> = learn(peer, patterns("ios-xe"), &deadlines()).await.unwrap();
    let talked = session.converse(case.dialogue, &deadlines()).await.unwrap();
    let at_prompt = session.is_at_prompt();
    let wanted: String = case.script.iter().map(|(typed, _)| typed.as_str()).collect();
    let all = session.into_wire().all;
    assert_eq!(String::from_utf8_lossy(&all[1..]), wanted, "typed at cut {cut}: {talked:?}");
    (talked, at_prompt)
}

/// All at once, each with every cut.
async fn hold(cases: Vec<Case>) {
    let one = |case: &Case, cut: usize| {
        let case = Case { dialogue: case.dialogue, script: case.script.clone(), end: case.end.clone() };
        async move {
            let (talked, at_prompt) = talk(&case, cut).await;
            let said = &talked.transcript;
            match (&talked.end, &case.end) {
                (DialogueEnd::Unclear { .. }, DialogueEnd::Unclear { .. }) => {}
                (end, expected) => assert_eq!(end, expected, "cut {cut}: {said}"),
            }
            let back = case.script.last().unwrap().1.contains("R1#");
            assert_eq!(at_prompt, back, "cut {cut}: whether the router stands at its prompt: {said}");
        }
    };
    let all = cases.iter().flat_map(|case| CUTS.map(|cut| one(case, cut)));
    futures_util::future::join_all(all).await;
}

const UNCLEAR: DialogueEnd = DialogueEnd::Unclear { after: Duration::ZERO };

fn unsettled(asks: Asks, text: &str) -> DialogueEnd {
    DialogueEnd::Unsettled { asks, text: text.to_owned() }
}

fn not_done(busy: bool, said: &str) -> DialogueEnd {
    DialogueEnd::NotDone { busy, said: said.to_owned() }
}

/// The key that tells this question no, as it must go over the line.
fn no(asked: &str) -> &'static str {
    match () {
        () if asked.contains("[yes/no/CANCEL]") => "cancel\r",
        () if asked.contains("[yes/no]") => "no\r",
        () if asked.contains("[confirm]") || asked.contains("(y/n)") => "n",
        () => "\x03",
    }
}

/// Every row of the platform's table, in a dialogue in which it is the first question.
#[tokio::test]
async fn every_question_of_the_table_gets_its_answer() {
    let questions = patterns("ios-xe").dialogues.words.questions.iter();
    let asked = questions.flat_map(|question| question.asked.iter().map(move |asked| (question, asked)));
    hold(asked.flat_map(|(question, asked)| answered(question, asked)).collect()).await;
}

fn answered(question: &Question, asked: &str) -> Vec<Case> {
    let before = question.after.map(|after| format!("\n{after}")).unwrap_or_default();
    let (dialogue, first) = match question.during {
        During::Save => (Dialogue::Save, "write memory"),
        During::Reload => (NOW, "reload"),
    };
    let (typed, said) = (format!("{first}\r"), format!("{first}{before}\n{asked}"));
    let open = (typed.as_str(), said.as_str());
    let gone = |answer: &str, dialogue| {
        let proceed = format!("\n{PROCEED}");
        case(dialogue, &[open, (answer, &proceed), ("\r", "<gone>")], DialogueEnd::Accepted)
    };
    match question.reply {
        Reply::Enter => vec![case(dialogue, &[open, ("\r", "\n[OK]\nR1#")], DialogueEnd::Done)],
        Reply::Go => ["\n<gone>", "\n"]
            .map(|end| case(dialogue, &[open, ("\r", end)], DialogueEnd::Accepted))
            .into_iter()
            .collect(),
        Reply::Line(line) => vec![gone(&format!("{line}\r"), dialogue)],
        Reply::DropChanges => {
            let refused = [open, ("no\r", "no\nProceed with reload? [confirm]"), ("n", PROMPT)];
            vec![gone("no\r", DROP), case(NOW, &refused, unsettled(Asks::Save, asked))]
        }
        Reply::Nothing => {
            let said = format!("{said}\n{PROCEED}");
            vec![case(dialogue, &[(&typed, &said), ("\r", "<gone>")], DialogueEnd::Accepted)]
        }
        Reply::TurnDown(asks) => {
            vec![case(dialogue, &[open, (no(asked), PROMPT)], unsettled(asks, asked))]
        }
    }
}

const LOG: &str = "\n*Nov 23 14:02:31.123: %SYS-5-RELOAD: Reload requested by ops on vty0 (10.0.0.9). Reload Reason: Reload Command.\n";

#[tokio::test]
async fn a_reload_ends_as_the_router_ends_it() {
    let open = ("reload\r", "reload\nProceed with reload? [confirm]");
    let (gone, logged) = (format!("{LOG}<gone>"), format!("{}{LOG}", open.1));
    let refused = "% Install operation in progress\n";
    let told = |said: &str| format!("{said}\n\n***\n*** --- SHUTDOWN in 0:05:00 ---\n***\n\n");
    hold(vec![
        case(NOW, &[open, ("\r", &gone)], DialogueEnd::Accepted),
        case(NOW, &[open, ("\r", LOG)], DialogueEnd::Accepted),
        case(NOW, &[open, ("\r", "")], DialogueEnd::Accepted),
        // A prompt instead: it did not go.
        case(NOW, &[open, ("\r", PROMPT)], not_done(false, "reload\nProceed with reload? [confirm]\n")),
        case(NOW, &[open, ("\r", &format!("\n{refused}R1#"))], not_done(false, refused)),
        // Further questions behind the first confirm.
        case(
            NOW,
            &[open, ("\r", "\nReload the entire shelf [confirm]"), ("\r", "<gone>")],
            DialogueEnd::Accepted,
        ),
        case(
            NOW,
            &[open, ("\r", "\nErase everything? [confirm]"), ("n", PROMPT)],
            unsettled(Asks::Other, "Erase everything? [confirm]"),
        ),
        // A log line behind the question does not hide it.
        case(NOW, &[("reload\r", &logged), ("\r", "<gone>")], DialogueEnd::Accepted),
        // Nor do words to all terminals, and a prompt above them is still one.
        case(NOW, &[("reload\r", &told(open.1)), ("\r", "<gone>")], DialogueEnd::Accepted),
        case(NOW, &[open, ("\r", &told(&format!("\n{refused}R1#")))], not_done(false, refused)),
        // One that nobody knows, without a mark of its end.
        case(
            NOW,
            &[("reload\r", "reload\nReload with the old image?"), ("\x03", PROMPT)],
            unsettled(Asks::Other, "Reload with the old image?"),
        ),
    ])
    .await;
}

#[tokio::test]
async fn what_the_router_refuses_is_not_done() {
    let refusals = [
        ("          ^\n% Invalid input detected at '^' marker.\n", false),
        ("Command authorization failed.\n", false),
        ("Reload is not allowed while an ISSU is going on\n", false),
        ("% Install operation in progress\n", false),
        ("Non-Volatile memory is in use\n", true),
    ];
    let refused = |(said, busy): (&str, bool)| {
        case(NOW, &[("reload\r", &format!("reload\n{said}R1#"))], not_done(busy, said))
    };
    hold(refusals.map(refused).into_iter().collect()).await;
}

#[tokio::test]
async fn a_question_that_was_not_understood_is_answered_again_and_not_for_ever() {
    let save = format!("reload{SAVE_FIRST}");
    let open = ("reload\r", save.as_str());
    let again =
        "no\n% Please answer 'yes' or 'no'.\nSystem configuration has been modified. Save? [yes/no]: ";
    let (no, ok) = (("no\r", again), ("no\r", "no\nProceed with reload? [confirm]"));
    let asked = "System configuration has been modified. Save? [yes/no]:";
    hold(vec![
        case(DROP, &[open, no, ok, ("\r", "<gone>")], DialogueEnd::Accepted),
        case(DROP, &[open, no, no, no, no, ("\x03", PROMPT)], unsettled(Asks::Save, asked)),
    ])
    .await;
}

/// A router that takes no answer is left; a session that closes at a question has answered no.
#[tokio::test]
async fn a_no_that_is_not_taken_ends_in_leaving() {
    let open = ("reload\r", "reload\nFormat the disk? [confirm]");
    let (again, end) = ("\nFormat the disk? [confirm]", unsettled(Asks::Other, "Format the disk? [confirm]"));
    hold(vec![
        case(NOW, &[open, ("n", ""), ("\x03", "")], end.clone()),
        case(NOW, &[open, ("n", "<gone>")], end.clone()),
        case(NOW, &[open, ("n", "\nReally not? [confirm]"), ("n", PROMPT)], end.clone()),
        case(NOW, &[open, ("n", again), ("\x03", again), ("\x03", again), ("\x03", again)], end),
    ])
    .await;
}

#[tokio::test]
async fn a_line_that_is_lost_before_the_last_key_is_unclear() {
    let open = ("reload\r", "reload\nProceed with reload? [confirm]");
    let save = "write memory\nBuilding configuration...\n<gone>";
    hold(vec![
        case(NOW, &[("reload\r", "reload\n<gone>")], UNCLEAR),
        case(NOW, &[("reload\r", "<gone>")], UNCLEAR),
        case(NOW, &[("reload\r", "reload\nProceed with reload? [confirm]<gone>")], UNCLEAR),
        case(NOW, &[("reload\r", "reload\n")], UNCLEAR),
        case(NOW, &[open, ("\r", "\nReload peer [confirm]<gone>")], UNCLEAR),
        // After a key that may have been the last, a lost line is no proof of a no.
        case(NOW, &[open, ("\r", "\nSure? [confirm]"), ("n", "<gone>")], UNCLEAR),
        case(Dialogue::Save, &[("write memory\r", save)], UNCLEAR),
        case(Dialogue::CancelReload, &[("reload cancel\r", "reload cancel\n<gone>")], UNCLEAR),
    ])
    .await;
}

const NONE: (&str, &str) = ("show reload\r", "show reload\nNo reload is scheduled.\nR1#");
const SCHEDULED: (&str, &str) =
    ("show reload\r", "show reload\nReload scheduled in 9 minutes by console\nR1#");

#[tokio::test]
async fn a_reload_by_the_timer_is_done_when_the_router_says_so() {
    let asks = "reload in 10\nReload scheduled in 10 minutes by console\nProceed with reload? [confirm]";
    let open = ("reload in 10\r", asks);
    let log = "\nR1#\n*Nov 23 14:02:31.123: %SYS-5-SCHEDULED_RELOAD: Reload requested for 12:03:40 UTC\n";
    let refused = ("reload in 10\r", "reload in 10\nCommand authorization failed.\nR1#");
    let said = "Command authorization failed.\nReload scheduled in 9 minutes by console\n";
    let long = Dialogue::Reload(Reload { in_minutes: Some(1505), drop_changes: false });
    hold(vec![
        case(LATER, &[open, ("\r", PROMPT), SCHEDULED], DialogueEnd::Done),
        case(LATER, &[open, ("\r", log), SCHEDULED], DialogueEnd::Done),
        case(LATER, &[open, ("\r", PROMPT), NONE], not_done(false, "No reload is scheduled.\n")),
        // Somebody else's timer is not ours.
        case(LATER, &[refused, SCHEDULED], not_done(false, said)),
        case(long, &[("reload in 25:05\r", "reload in 25:05\nR1#"), SCHEDULED], DialogueEnd::Done),
        // The router's timer runs, or not: without a word it is not known.
        case(LATER, &[open, ("\r", "")], UNCLEAR),
        case(LATER, &[open, ("\r", "\n<gone>")], UNCLEAR),
    ])
    .await;
}

#[tokio::test]
async fn a_reload_that_is_taken_back_is_looked_at_behind_the_late_banner() {
    let late = "reload cancel\nR1#\n\n***\n*** --- SHUTDOWN ABORTED ---\n***\n\nR1#";
    let nothing = "reload cancel\nNo reload is scheduled.\nR1#";
    let asks = "reload cancel\nCancel it? [confirm]";
    let still = not_done(false, "Reload scheduled in 9 minutes by console\n");
    let taken = |said| ("reload cancel\r", said);
    hold(vec![
        case(Dialogue::CancelReload, &[taken(late), NONE], DialogueEnd::Done),
        case(Dialogue::CancelReload, &[taken(nothing), NONE], DialogueEnd::Done),
        case(Dialogue::CancelReload, &[taken("reload cancel\nR1#"), SCHEDULED], still),
        case(
            Dialogue::CancelReload,
            &[taken(asks), ("n", PROMPT)],
            unsettled(Asks::Other, "Cancel it? [confirm]"),
        ),
    ])
    .await;
}

#[tokio::test]
async fn only_the_routers_own_word_means_saved() {
    let busy = "Building configuration...\nstartup-config file open failed (Device or resource busy)\n";
    let save = |said: &str, end| {
        let said = format!("write memory\nBuilding configuration...\n{said}R1#");
        case(Dialogue::Save, &[("write memory\r", &said)], end)
    };
    hold(vec![
        save("Compressed configuration from 8192 bytes to 3100 bytes[OK]\n", DialogueEnd::Done),
        save("[OK]\n", DialogueEnd::Done),
        save("", not_done(false, "Building configuration...\n")),
        save("startup-config file open failed (Device or resource busy)\n", not_done(true, busy)),
    ])
    .await;
}

/// Both sides stand in it, the keys that no terminal shows too.
#[tokio::test]
async fn the_transcript_reads_like_the_terminal() {
    let open = format!("reload{SAVE_FIRST}");
    let proceed = "no\nReload command is being issued on Active unit, this will reload the whole stack\n\
                   Proceed with reload? [confirm]";
    let script = [("reload\r", open.as_str()), ("no\r", proceed), ("n", PROMPT)];
    let case = case(NOW, &script, UNCLEAR);
    for cut in CUTS {
        let (talked, _) = talk(&case, cut).await;
        let expected = "R1#reload\nSystem configuration has been modified. Save? [yes/no]: no\n\
                        Reload command is being issued on Active unit, this will reload the whole stack\n\
                        Proceed with reload? [confirm] <n>\nR1#\n";
        assert_eq!(talked.transcript, expected, "cut {cut}");
    }
}

/// Nothing is answered while text may still come: a question stands for a while first.
#[tokio::test]
async fn a_question_is_answered_when_it_has_stood_for_a_while() {
    let began = tokio::time::Instant::now();
    let script = [("reload\r", "reload\nProceed with reload? [confirm]"), ("\r", "<gone>")];
    talk(&case(NOW, &script, DialogueEnd::Accepted), 1).await;
    assert!(began.elapsed() >= deadlines().question);
    assert!(Deadlines::default().question >= Duration::from_millis(300));
}
