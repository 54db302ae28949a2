use super::*;

fn update(key: &str, received: i64) -> Update {
    Update {
        key: key.to_owned(),
        channel: "terminal".to_owned(),
        sent_at: Some(at(received - 1)),
        received_at: at(received),
        raw: "/backup all".to_owned(),
    }
}

#[test]
fn a_second_delivery_is_a_repeat_also_when_the_first_is_done() {
    let bench = Bench::new();
    let mut work = bench.work();
    let new = |received| matches!(received, Arrival::New(_));
    assert_eq!(work.receive(&update("s:1", 5)).unwrap(), Arrival::New(1));
    assert_eq!(work.receive(&update("s:1", 6)).unwrap(), Arrival::Repeat);
    assert!(new(work.receive(&update("s:2", 4)).unwrap()));
    let other = Update { channel: "other".to_owned(), ..update("s:1", 7) };
    assert!(new(work.receive(&other).unwrap()));
    let waiting: Vec<_> = work.waiting(2).unwrap().into_iter().map(|(_, update)| update).collect();
    assert_eq!(waiting, [update("s:1", 5), update("s:2", 4)]);
    work.done(1).unwrap();
    assert_eq!(work.receive(&update("s:1", 8)).unwrap(), Arrival::Repeat);
    assert_eq!(work.waiting(9).unwrap().len(), 2);
}

#[test]
fn a_dialog_is_closed_once() {
    let (bench, you, _) = Bench::furnished(&[]);
    let mut work = bench.work();
    let asked = NewDialog {
        person: you,
        place: place(),
        thread: None,
        slot: Some(Slot("s:1".to_owned())),
        invocation: invocation(you),
        question: serde_json::json!({ "choose": "device" }),
        until: at(100),
    };
    let id = work.open_dialog(&asked, at(1)).unwrap();
    let dialog = work.dialog(id).unwrap().unwrap();
    assert!(dialog.open);
    assert_eq!((&dialog.question, &dialog.invocation), (&asked.question, &asked.invocation));
    assert_eq!(work.open_dialogs(&place()).unwrap(), [dialog]);
    assert_eq!(work.late_dialogs(at(99), 9).unwrap(), []);
    assert_eq!(work.late_dialogs(at(100), 9).unwrap().len(), 1);
    assert!(work.close_dialog(id, at(2)).unwrap());
    assert!(!work.close_dialog(id, at(3)).unwrap());
    assert_eq!(work.open_dialogs(&place()).unwrap(), []);
    assert!(!work.dialog(id).unwrap().unwrap().open);
}

fn with_buttons(words: &str, buttons: &[Button]) -> Outbound {
    let mut message = outbound("s:1", words);
    message.document.buttons = buttons.to_vec();
    message
}

fn shown(bench: &Bench) -> Vec<Token> {
    bench.work().due(at(50), 9).unwrap().remove(0).tokens
}

#[test]
fn a_newer_version_keeps_the_tokens_and_voids_what_it_lacks() {
    let (bench, you, _) = Bench::furnished(&[]);
    let mut work = bench.work();
    let (stop, list) = (button("stop", Uses::Once, 100), button("list", Uses::Many, 100));
    work.post(&with_buttons("one", &[stop.clone(), list.clone()]), at(1)).unwrap();
    let tokens = shown(&bench);
    assert!(tokens.iter().all(|token| token.0.len() == 32));
    assert_ne!(tokens[0], tokens[1]);

    work.post(&with_buttons("two", std::slice::from_ref(&list)), at(2)).unwrap();
    assert_eq!(shown(&bench), tokens[1..]);
    assert_eq!(work.use_press(&tokens[0], you, at(3)).unwrap(), Err(PressRefused::Void));
    for now in [4, 5] {
        assert_eq!(work.use_press(&tokens[1], you, at(now)).unwrap(), Ok(()));
    }

    work.post(&with_buttons("three", &[list, stop.clone()]), at(6)).unwrap();
    assert_eq!(shown(&bench), [tokens[1].clone(), tokens[0].clone()]);
    assert_eq!(work.use_press(&tokens[0], you, at(7)).unwrap(), Ok(()));
    let used = Err(PressRefused::Used { by: you, at: at(7) });
    assert_eq!(work.use_press(&tokens[0], you, at(8)).unwrap(), used);
    work.post(&with_buttons("four", &[stop]), at(9)).unwrap();
    assert_eq!(work.use_press(&tokens[0], you, at(10)).unwrap(), used, "used stays used");
    assert_eq!(work.press(&tokens[0]).unwrap().unwrap().button, "stop");
}

#[test]
fn a_late_or_forged_press_is_refused() {
    let (bench, you, _) = Bench::furnished(&[]);
    let mut work = bench.work();
    work.post(&with_buttons("one", &[button("go", Uses::Once, 100)]), at(1)).unwrap();
    let token = shown(&bench).remove(0);
    assert_eq!(work.use_press(&token, you, at(101)).unwrap(), Err(PressRefused::Late));
    assert_eq!(work.use_press(&token, you, at(100)).unwrap(), Ok(()));
    let forged = Token("0".repeat(32));
    assert_eq!(work.use_press(&forged, you, at(2)).unwrap(), Err(PressRefused::Unknown));
}
