//! Saving and reloading over real SSH: every question of the table, the answer that the router got, what it did, and what
//! the bot makes of it. Each case has a router of its own.

use super::*;
use crate::command::tests::{facts, invocation};
use crate::command::{Catalog, authorize, resolve};
use crate::device::platform::dialogues::{During, Question, Reply};
use crate::device::platform::patterns;
use crate::lab::{Parting, ReloadManner, ReloadStep, SaveTrouble};
use crate::model::{Asks, Conversation, Dialogue, DialogueEnd, Facts, Inventory, Reload, Source};

const NOW: Dialogue = Dialogue::Reload(Reload { in_minutes: None, drop_changes: false });
const DROP: Dialogue = Dialogue::Reload(Reload { in_minutes: None, drop_changes: true });
const LATER: Dialogue = Dialogue::Reload(Reload { in_minutes: Some(10), drop_changes: false });
const PROCEED: &str = "Proceed with reload? [confirm]";
const UNCLEAR: DialogueEnd = DialogueEnd::Unclear { after: Duration::ZERO };
const COMMAND: &str = r#"
name = "test"
about = "x"
examples = ["/test R1"]
risk = "disruptive"
role = "operator"
args = [{ name = "devices", type = "selector" }]
[run.ssh]
default = ["reload"]
"#;

/// What somebody with the right for everything may do on this router.
fn changing(device: &Device, dialogue: Dialogue) -> Plan {
    let source = Source { file: "test.toml".to_owned(), text: COMMAND.to_owned() };
    let catalog = Catalog::new(&[source], &[]).unwrap();
    let facts = Facts { inventory: Arc::new(Inventory::new(vec![device.clone()])), ..facts(&catalog) };
    let resolved = resolve(&catalog, invocation(&format!("/test {}", device.name)), &facts).unwrap();
    let proof = authorize(&facts.policy, &resolved, &facts).unwrap();
    Plan::changing(&proof, device.clone(), vec![Ask::Dialogue(dialogue)]).unwrap()
}

/// One router, what is wrong with it, what is said to it, and what must come of it.
struct Case {
    dialogue: Dialogue,
    faults: Vec<Fault>,
    manner: ReloadManner,
    /// Somebody left changes unsaved.
    unsaved: bool,
    end: DialogueEnd,
    /// What the router got for an answer to each question that it acted upon.
    answers: Vec<String>,
}

fn case(dialogue: Dialogue, end: DialogueEnd) -> Case {
    let manner = ReloadManner { lingers: Duration::ZERO, ..ReloadManner::quick(Duration::from_millis(300)) };
    Case { dialogue, faults: Vec::new(), manner, unsaved: false, end, answers: Vec::new() }
}

impl Case {
    fn asks(mut self, steps: Vec<ReloadStep>) -> Case {
        self.faults.push(Fault::ReloadAsks(steps));
        self
    }

    fn fault(mut self, fault: Fault) -> Case {
        self.faults.push(fault);
        self
    }

    fn unsaved(mut self) -> Case {
        self.unsaved = true;
        self
    }

    fn parting(mut self, parting: Parting) -> Case {
        self.manner.parting = parting;
        self
    }

    fn answered(mut self, answers: &[&str]) -> Case {
        self.answers = answers.iter().map(|answer| (*answer).to_owned()).collect();
        self
    }
}

/// All at once, whole and byte by byte.
async fn hold(cases: Vec<Case>) {
    let settings = FloorSettings {
        deadlines: Deadlines {
            quiet: ms(4_000),
            question: ms(150),
            gone: ms(1_500),
            late: ms(300),
            ..Deadlines::default()
        },
        ..FloorSettings::default()
    };
    let bench = Bench::with(LabPlan::fleet(cases.len() * 2), settings).await;
    let mut running = Vec::new();
    for (at, case) in cases.iter().flat_map(|case| [(case, false), (case, true)]).enumerate() {
        let name = format!("R{}", at + 1);
        running.push(one(&bench, name, case.0, case.1));
    }
    futures_util::future::join_all(running).await;
    bench.lab.stop().await.unwrap();
}

fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

async fn one(bench: &Bench, name: String, case: &Case, in_pieces: bool) {
    let router = bench.router(&name);
    router.set_reload_manner(case.manner.clone());
    if case.unsaved {
        router.edit("bob", &["snmp-server location attic"]).unwrap();
    }
    for fault in case.faults.iter().cloned().chain(in_pieces.then_some(Fault::SmallPieces(1))) {
        router.fault(fault).await;
    }
    let plan = changing(&bench.device(&name), case.dialogue);
    let outcome = asked(&bench.floor, 1, &plan, CancellationToken::new()).await.remove(0);
    let Outcome::Dialogue(Conversation { end, transcript }) = outcome else { panic!("{name}: {outcome:?}") };
    match (&end, &case.end) {
        (DialogueEnd::Unclear { .. }, DialogueEnd::Unclear { .. }) => {}
        _ => assert_eq!(end, case.end, "{name} in pieces: {in_pieces}\n{transcript}"),
    }
    let answers: Vec<String> =
        router.questions_answered().into_iter().map(|answered| answered.answer).collect();
    assert_eq!(answers, case.answers, "{name}: {transcript}");
    for secret in router.secrets() {
        assert!(!transcript.contains(&secret), "{secret} is in {transcript}");
    }
    if end != DialogueEnd::Accepted {
        assert!(router.reloads().is_empty(), "{name}: {transcript}");
    }
}

fn unsettled(asks: Asks, text: &str) -> DialogueEnd {
    DialogueEnd::Unsettled { asks, text: text.to_owned() }
}

/// The piece of the lab's dialogue that asks this.
fn step(asked: &str) -> ReloadStep {
    match () {
        () if asked.contains("modified. Save?") => ReloadStep::YesNo(format!("{asked} ")),
        () if asked.contains("[yes/no/CANCEL]") => ReloadStep::YesNoCancel(asked.to_owned()),
        () if asked.contains("[yes/no]") => ReloadStep::YesNo(format!("{asked} ")),
        () if asked.contains("(y/n)") => ReloadStep::YesElseCancel(asked.to_owned()),
        () if asked.contains("whole stack") => ReloadStep::say(asked),
        () => ReloadStep::key(asked),
    }
}

fn of_question(question: &Question, asked: &str) -> Option<Case> {
    let before = question.after.map(ReloadStep::say);
    let steps: Vec<ReloadStep> = before.into_iter().chain([step(asked)]).collect();
    let more = |mut steps: Vec<ReloadStep>| {
        steps.push(ReloadStep::key(PROCEED));
        steps
    };
    if question.during == During::Save {
        return None;
    }
    Some(match question.reply {
        Reply::Go => case(NOW, DialogueEnd::Accepted).asks(steps).answered(&["\r"]),
        Reply::Line(line) => case(NOW, DialogueEnd::Accepted).asks(more(steps)).answered(&[line, "\r"]),
        Reply::DropChanges => case(DROP, DialogueEnd::Accepted).asks(more(steps)).answered(&["no", "\r"]),
        Reply::Nothing => case(NOW, DialogueEnd::Accepted).asks(more(steps)).answered(&["\r"]),
        Reply::Enter => return None,
        Reply::TurnDown(asks) => {
            // A line is awaited there, and interrupted.
            let answers: &[&str] = match () {
                () if asked.contains("(y/n)") => &[],
                () if asked.contains("CANCEL") => &["cancel"],
                () => &["n"],
            };
            let steps = if asked.contains("(y/n)") { steps } else { more(steps) };
            case(NOW, unsettled(asks, asked)).asks(steps).answered(answers)
        }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_of_the_table_is_answered_over_ssh() {
    let questions = patterns("ios-xe").dialogues.words.questions.iter();
    let cases = questions.flat_map(|one| one.asked.iter().filter_map(move |asked| of_question(one, asked)));
    hold(cases.collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_settled_leaves_the_router_as_it_was() {
    let save = "System configuration has been modified. Save? [yes/no]:";
    let anyway = "Do you wish to proceed with reload anyway[confirm]";
    hold(vec![
        case(NOW, unsettled(Asks::Save, save)).unsaved().answered(&["no", "n"]),
        case(LATER, unsettled(Asks::Save, save)).unsaved().answered(&["no", "n"]),
        case(NOW, unsettled(Asks::BootVariable, anyway))
            .asks(ReloadStep::with_boot_warning())
            .answered(&["n"]),
        case(NOW, unsettled(Asks::Other, "Erase it? [confirm]"))
            .asks(vec![ReloadStep::key("Erase it? [confirm]"), ReloadStep::key(PROCEED)])
            .answered(&["n"]),
        case(DROP, DialogueEnd::Accepted).unsaved().asks(ReloadStep::of_stack()).answered(&["no", "\r"]),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_may_go_in_any_manner_and_may_not_go() {
    let not = |said: &str| DialogueEnd::NotDone { busy: false, said: said.to_owned() };
    let refuse = |text: &str| vec![ReloadStep::Refuse(text.to_owned())];
    let behind = |step: ReloadStep| vec![ReloadStep::key(PROCEED), step];
    hold(vec![
        case(NOW, DialogueEnd::Accepted).answered(&["\r"]),
        case(NOW, DialogueEnd::Accepted).parting(Parting::Reset).answered(&["\r"]),
        case(NOW, DialogueEnd::Accepted).parting(Parting::Silence).answered(&["\r"]),
        case(NOW, not("% Install operation in progress\n")).asks(refuse("% Install operation in progress")),
        case(NOW, not("Reload is not allowed\n")).asks(refuse("Reload is not allowed")),
        case(NOW, not("reload\nProceed with reload? [confirm]\n"))
            .asks(behind(ReloadStep::Refuse(String::new())))
            .answered(&["\r"]),
        case(NOW, not("Command authorization failed.\n"))
            .fault(Fault::AuthorizationFailed("reload".to_owned())),
        // Before the last key: nobody knows.
        case(NOW, UNCLEAR).asks(vec![ReloadStep::Silence]),
        case(NOW, UNCLEAR).asks(vec![ReloadStep::Reset]),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn saved_is_what_the_router_calls_saved() {
    let not = |busy, said: &str| DialogueEnd::NotDone { busy, said: said.to_owned() };
    let save = |end| case(Dialogue::Save, end).unsaved();
    hold(vec![
        save(DialogueEnd::Done),
        save(DialogueEnd::Done).fault(Fault::OverwriteAsked).answered(&["\r"]),
        save(not(true, "startup-config file open failed (Device or resource busy)\n"))
            .fault(Fault::SaveFails(SaveTrouble::FileBusy)),
        save(not(true, "Non-Volatile memory is in use\n")).fault(Fault::SaveFails(SaveTrouble::MemoryInUse)),
        save(not(false, "Building configuration...\n")).fault(Fault::SaveFails(SaveTrouble::WithoutOk)),
        save(not(false, "Command authorization failed.\n"))
            .fault(Fault::AuthorizationFailed("write".to_owned())),
    ])
    .await;
}

/// The router's own timer: set, seen, taken back behind its late banner, and seen again.
#[tokio::test(flavor = "multi_thread")]
async fn the_timer_is_set_and_taken_back() {
    for in_pieces in [false, true] {
        let bench = Bench::start(LabPlan::one("R1")).await;
        let (router, device) = (bench.router("R1"), bench.device("R1"));
        if in_pieces {
            router.fault(Fault::SmallPieces(1)).await;
        }
        let ask = async |dialogue| {
            let plan = changing(&device, dialogue);
            match asked(&bench.floor, 1, &plan, CancellationToken::new()).await.remove(0) {
                Outcome::Dialogue(conversation) => conversation,
                other => panic!("{other:?}"),
            }
        };
        let set = ask(LATER).await;
        assert_eq!(set.end, DialogueEnd::Done, "{}", set.transcript);
        assert!(set.transcript.contains("#show reload\nReload scheduled in"), "{}", set.transcript);
        assert!(router.pending_reload().is_some());
        let back = ask(Dialogue::CancelReload).await;
        assert_eq!(back.end, DialogueEnd::Done, "{}", back.transcript);
        assert!(
            back.transcript.ends_with("#show reload\nNo reload is scheduled.\nR1#\n"),
            "{}",
            back.transcript
        );
        assert!(router.pending_reload().is_none());
        let again = ask(Dialogue::CancelReload).await;
        assert_eq!(again.end, DialogueEnd::Done, "nothing is scheduled: {}", again.transcript);
        router.schedule_reload("bob", Some("10.0.0.9"), 60, Some("new image"));
        router.fault(Fault::AuthorizationFailed("reload".to_owned())).await;
        let stays = ask(Dialogue::CancelReload).await;
        let DialogueEnd::NotDone { busy: false, said } = &stays.end else { panic!("{stays:?}") };
        assert!(said.contains("authorization failed") && said.contains("by bob on vty0"), "{said}");
        assert!(router.reloads().is_empty());
    }
}

/// Nothing was typed, so nothing can have happened.
#[tokio::test]
async fn what_fails_before_the_first_line_is_broken_as_ever() {
    let bench = Bench::start(LabPlan::one("R1")).await;
    bench.router("R1").fault(Fault::WrongPassword).await;
    let plan = changing(&bench.device("R1"), NOW);
    let outcome = asked(&bench.floor, 1, &plan, CancellationToken::new()).await.remove(0);
    assert!(matches!(broken(&outcome), Broken::LoginRefused { .. }), "{outcome:?}");
    let stop = CancellationToken::new();
    stop.cancel();
    bench.router("R1").clear_faults().await;
    let turn = bench.floor.turn(1, plan.device().id, &CancellationToken::new()).await.unwrap();
    let outcome = bench.floor.run(turn, &plan, stop).await.remove(0);
    assert_eq!(*broken(&outcome), Broken::Stopped);
    assert!(bench.router("R1").reloads().is_empty() && !bench.floor.talks());
}

/// Its first line is typed: a stop waits for its end, and whoever ends the process can see that it runs.
#[tokio::test(flavor = "multi_thread")]
async fn a_dialogue_that_began_runs_to_its_end() {
    let bench = Bench::start(LabPlan::one("R1")).await;
    let router = bench.router("R1");
    let held = router.hold(Point::AtQuestion("Proceed".to_owned()));
    let (stop, plan) = (CancellationToken::new(), changing(&bench.device("R1"), NOW));
    let running = asked(&bench.floor, 1, &plan, stop.clone());
    let meanwhile = async {
        held.reached().await;
        assert!(bench.floor.talks());
        stop.cancel();
        held.release();
        bench.floor.talked_out().await;
        assert!(!bench.floor.talks());
    };
    let (outcomes, ()) = tokio::join!(running, meanwhile);
    assert!(
        matches!(&outcomes[0], Outcome::Dialogue(Conversation { end: DialogueEnd::Accepted, .. })),
        "{outcomes:?}"
    );
}
