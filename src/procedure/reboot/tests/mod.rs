//! The machine by itself: every way through it, and random histories.

use super::*;
use crate::model::{Asks, Broken, Conversation, DeviceId, DialogueEnd, Now, PersonId, Status, Timestamp};
use crate::probe::condition::{Boot, Condition, Links, Timer, Unsaved, User};
use crate::probe::reload::Pending;
use std::time::Duration;

mod clock;
mod histories;
mod typed;

const T0: i64 = 1_795_442_400_000;

fn now(seconds: i64) -> Now {
    let wall = Timestamp(T0 + seconds * 1_000);
    Now { wall, monotonic: Duration::ZERO, boot: Timestamp(0) }
}

fn condition(seconds: i64) -> Condition {
    Condition {
        at: now(seconds).wall,
        name: Some("R1".to_owned()),
        board: Some("9ABC".to_owned()),
        uptime: Some(Duration::from_secs(90 * 86_400)),
        restarted: Some("09:00:00 UTC Tue Aug 25 2026".to_owned()),
        boot_time: None,
        version: Some("17.9.4a".to_owned()),
        reason: Some("Reload Command".to_owned()),
        boot: Boot {
            variable: Some("bootflash:packages.conf".to_owned()),
            running: None,
            found: Some(true),
            register: Some("0x2102".to_owned()),
        },
        timer: Timer::Idle,
        users: Vec::new(),
        unsaved: Unsaved { known: true, ..Unsaved::default() },
        links: Links {
            interfaces: ["GigabitEthernet1".to_owned()].into(),
            bgp: ["10.0.0.9".to_owned()].into(),
            ospf: Default::default(),
        },
        members: 1,
    }
}

fn booted(seconds: i64) -> Condition {
    Condition {
        uptime: Some(Duration::ZERO),
        restarted: Some("14:05:31 UTC Tue Nov 24 2026".to_owned()),
        ..condition(seconds)
    }
}

fn unsaved() -> Condition {
    let mut condition = condition(0);
    condition.unsaved.lines = vec!["+ ntp server 10.0.0.1".to_owned()];
    condition
}

fn tried(condition: Condition) -> Event {
    Event::Tried(Box::new(Tried { condition: Ok(condition), boot_time: Ok(None) }))
}

fn said(end: DialogueEnd) -> Result<Conversation, crate::model::Text> {
    Ok(Conversation { end, transcript: String::new() })
}

/// A walk that remembers every effect.
struct Walk {
    reboot: Reboot,
    effects: Vec<Effect>,
}

impl Walk {
    fn of(routers: i64, start: Start) -> Walk {
        let ids: Vec<DeviceId> = (1..=routers).map(DeviceId).collect();
        let names = ids.iter().map(|id| format!("R{}", id.0)).collect();
        Walk { reboot: Reboot::new(ids, names, None, start), effects: Vec::new() }
    }

    fn step(&mut self, seconds: i64, event: Event) -> &mut Walk {
        let step = step(self.reboot.clone(), event, now(seconds), &Limits::default());
        self.reboot = step.reboot;
        self.effects.extend(step.effects);
        self
    }

    fn agreed(conditions: Vec<Condition>, answer: Answer) -> Walk {
        let mut walk = Walk::of(1, Start::Now);
        let card = conditions[0].clone();
        walk.step(0, Event::Read(conditions)).step(10, Event::Pressed { answer, at: now(10).wall });
        walk.step(11, Event::Looked(Box::new(Condition { at: now(11).wall, ..card })));
        walk
    }

    /// A reload that the router has accepted.
    fn accepted() -> Walk {
        let mut walk = Walk::agreed(vec![condition(0)], Answer::Plain);
        walk.step(12, Event::Begins).step(14, Event::Sent(said(DialogueEnd::Accepted)));
        walk
    }

    fn verdict(&self) -> &Verdict {
        &self.reboot.done.last().expect("a router is through").verdict
    }

    fn sends(&self) -> usize {
        self.effects.iter().filter(|effect| matches!(effect, Effect::Quiet { .. })).count()
    }

    fn is_loud(&self) -> bool {
        self.effects.iter().any(|effect| matches!(effect, Effect::Loud { .. }))
    }
}

#[test]
fn the_straight_way_is_card_press_look_send_gone_back_proven() {
    let mut walk = Walk::accepted();
    assert!(matches!(walk.reboot.stage, Stage::Leaving { .. }));
    walk.step(20, Event::Gone);
    assert!(matches!(walk.reboot.stage, Stage::Away { .. }));
    walk.step(200, tried(booted(200)));
    let Verdict::Back { took, proof: Proof::Uptime, missing, .. } = walk.verdict() else {
        panic!("{:?}", walk.verdict())
    };
    assert_eq!((took.as_secs(), missing.is_empty()), (188, true));
    assert_eq!(walk.reboot.stage, Stage::Ended(End::Finished));
    assert_eq!(walk.sends(), 1);
    let order: Vec<&str> = walk.effects.iter().map(name).collect();
    assert_eq!(order, ["quiet", "answers", "loud", "ends", "release"]);
}

fn name(effect: &Effect) -> &'static str {
    match effect {
        Effect::Quiet { .. } => "quiet",
        Effect::Loud { .. } => "loud",
        Effect::Release => "release",
        Effect::Ends { .. } => "ends",
        Effect::Answers { .. } => "answers",
    }
}

#[test]
fn the_card_waits_two_minutes_from_when_it_is_complete() {
    let mut walk = Walk::of(1, Start::Now);
    walk.step(300, Event::Read(vec![condition(300)]));
    assert_eq!(walk.reboot.stage, Stage::Asking { until: now(420).wall });
    walk.step(420, Event::Time);
    assert!(!walk.reboot.is_over(), "its last moment is still its time");
    walk.step(421, Event::Pressed { answer: Answer::Plain, at: now(421).wall });
    assert_eq!(walk.reboot.stage, Stage::Ended(End::Expired));
    assert_eq!(walk.sends(), 0);
}

#[test]
fn what_got_worse_is_a_new_card_and_nothing_is_sent() {
    let mut pending = condition(11);
    pending.users =
        vec![User { name: Some("bob".to_owned()), line: "vty 1".to_owned(), idle: None, from: None }];
    let mut image = condition(11);
    image.boot.found = Some(false);
    let mut variable = condition(11);
    variable.boot.variable = Some("bootflash:other.bin".to_owned());
    let mut lines = condition(11);
    lines.unsaved.lines = vec!["+ no ip routing".to_owned()];
    let mut flag = condition(11);
    flag.unsaved.flag = Some(true);
    let mut unknown = condition(11);
    unknown.timer = Timer::Unknown;
    let mut register = condition(11);
    register.boot.register = Some("0x2142".to_owned());
    let rebooted = booted(11);
    let mut another = condition(11);
    another.board = Some("9XYZ".to_owned());
    for worse in [another, pending, image, variable, lines, flag, unknown, register, rebooted] {
        let mut walk = Walk::of(1, Start::Now);
        walk.step(0, Event::Read(vec![condition(0)]))
            .step(10, Event::Pressed { answer: Answer::Plain, at: now(10).wall })
            .step(11, Event::Looked(Box::new(worse.clone())))
            .step(12, Event::Begins);
        assert!(matches!(walk.reboot.stage, Stage::Asking { .. }), "{worse:?}");
        assert_eq!((walk.reboot.why.len(), walk.reboot.cards, walk.sends()), (1, 2, 0), "{worse:?}");
        assert!(walk.effects.contains(&Effect::Release), "the router is free while the card waits");
    }
}

#[test]
fn what_got_better_or_is_the_same_goes_on() {
    let mut user = condition(0);
    user.users = vec![User { name: None, line: "vty 1".to_owned(), idle: None, from: None }];
    for (card, then) in [(user, condition(11)), (unsaved(), Condition { at: now(11).wall, ..condition(0) })] {
        let mut walk = Walk::of(1, Start::Now);
        walk.step(0, Event::Read(vec![card]))
            .step(10, Event::Pressed { answer: Answer::Drop, at: now(10).wall })
            .step(11, Event::Looked(Box::new(then)))
            .step(12, Event::Begins);
        assert!(matches!(walk.reboot.stage, Stage::Sending { .. }));
    }
}

#[test]
fn a_pending_reload_blocks_and_names_its_author() {
    let mut blocked = condition(0);
    let pending =
        Pending { in_minutes: Some(9), by: Some("bob on vty0 (10.0.0.9)".to_owned()), ..Pending::default() };
    blocked.timer = Timer::Set(pending);
    let mut walk = Walk::of(1, Start::Now);
    walk.step(0, Event::Read(vec![blocked.clone()]));
    let Stage::Ended(End::Refused(why)) = &walk.reboot.stage else { panic!("{:?}", walk.reboot.stage) };
    assert_eq!(why.key, "reboot.blocked_by");
    let mut walk = Walk::of(1, Start::Now);
    walk.step(0, Event::Read(vec![condition(0)]))
        .step(10, Event::Pressed { answer: Answer::Plain, at: now(10).wall })
        .step(11, Event::Looked(Box::new(blocked)));
    assert!(matches!(walk.reboot.stage, Stage::Ended(End::Refused(_))), "also when it came meanwhile");
    assert_eq!(walk.sends(), 0);
}

#[test]
fn unsaved_lines_decide_which_buttons_there_are() {
    let mut unknown = condition(0);
    unknown.unsaved.known = false;
    for (save, card, answers) in [
        (None, condition(0), vec![Answer::Plain]),
        (None, unsaved(), vec![Answer::Drop, Answer::Save]),
        (None, unknown.clone(), vec![Answer::Drop, Answer::Save]),
        (Some(true), unsaved(), vec![Answer::Save]),
        (Some(true), condition(0), vec![Answer::Save]),
        (Some(false), unsaved(), vec![Answer::Drop]),
        (Some(false), condition(0), vec![Answer::Plain]),
    ] {
        let mut walk = Walk::of(1, Start::Now);
        walk.reboot.save = save;
        walk.step(0, Event::Read(vec![card]));
        assert_eq!(walk.reboot.answers(), answers, "{save:?}");
    }
}

#[test]
fn saving_comes_first_and_its_failure_ends_it() {
    let mut walk = Walk::agreed(vec![unsaved()], Answer::Save);
    walk.step(12, Event::Begins);
    assert_eq!(walk.reboot.stage, Stage::Saving);
    assert_eq!(walk.sends(), 0);
    let mut well = Walk { reboot: walk.reboot.clone(), effects: Vec::new() };
    well.step(13, Event::Saved(said(DialogueEnd::Done))).step(14, Event::Begins);
    assert!(matches!(well.reboot.stage, Stage::Sending { .. }));
    for end in [
        DialogueEnd::NotDone { busy: true, said: "Non-Volatile memory is in use".to_owned() },
        DialogueEnd::NotDone { busy: false, said: "% no".to_owned() },
        DialogueEnd::Unclear { after: Duration::ZERO },
    ] {
        let mut badly = Walk { reboot: walk.reboot.clone(), effects: Vec::new() };
        badly.step(13, Event::Saved(said(end))).step(14, Event::Begins);
        assert!(matches!(badly.verdict(), Verdict::NotSent { .. }));
        assert_eq!(badly.sends(), 0);
    }
}

#[test]
fn a_question_that_nobody_settled_is_a_new_card() {
    for (asks, key) in [
        (Asks::Save, "reboot.again_save"),
        (Asks::BootVariable, "reboot.again_boot"),
        (Asks::Other, "reboot.again_asks"),
    ] {
        let mut walk = Walk::agreed(vec![condition(0)], Answer::Plain);
        walk.step(12, Event::Begins)
            .step(13, Event::Sent(said(DialogueEnd::Unsettled { asks, text: "Save?".to_owned() })));
        assert!(matches!(walk.reboot.stage, Stage::Asking { .. }), "{asks:?}");
        assert_eq!(walk.reboot.why[0].key, key);
        assert!(walk.is_loud(), "alerts speak again: nothing was sent");
        let answers = walk.reboot.answers();
        assert_eq!(answers.len(), if asks == Asks::Save { 2 } else { 1 }, "a settled question next time");
    }
}

#[test]
fn what_was_being_sent_when_the_process_ended_is_watched_and_never_sent_again() {
    let mut walk = Walk::agreed(vec![condition(0)], Answer::Plain);
    walk.step(12, Event::Begins).step(400, Event::Resumed);
    // Three minutes from the sending are over; a minute from the start of the process is not.
    assert_eq!(walk.reboot.stage, Stage::Leaving { sent: now(12).wall, until: now(460).wall });
    walk.step(401, Event::Begins).step(402, Event::Resumed);
    walk.step(459, tried(condition(459)));
    assert!(walk.reboot.done.is_empty(), "before its time nothing is said");
    walk.step(460, tried(condition(460)));
    assert_eq!(walk.verdict(), &Verdict::NotHappened);
    assert_eq!(walk.sends(), 1);
    assert!(walk.is_loud());
}

#[test]
fn a_reload_that_was_sent_in_doubt_and_happened_is_found_out() {
    let mut walk = Walk::agreed(vec![condition(0)], Answer::Plain);
    walk.step(12, Event::Begins).step(100, Event::Resumed).step(101, tried(booted(101)));
    assert!(matches!(walk.verdict(), Verdict::Back { .. }));
}

#[test]
fn a_line_that_broke_before_the_last_key_is_watched() {
    let mut walk = Walk::agreed(vec![condition(0)], Answer::Plain);
    walk.step(12, Event::Begins).step(13, Event::Sent(said(DialogueEnd::Unclear { after: Duration::ZERO })));
    assert!(matches!(walk.reboot.stage, Stage::Leaving { .. }));
    walk.step(193, tried(condition(193)));
    assert_eq!(walk.verdict(), &Verdict::NotHappened);
}

#[test]
fn nothing_was_typed_where_the_line_never_stood() {
    let mut walk = Walk::agreed(vec![condition(0)], Answer::Plain);
    walk.step(12, Event::Begins).step(13, Event::Sent(Err(text!("broken.closed_early"))));
    assert!(matches!(walk.verdict(), Verdict::NotSent { .. }));
    assert!(walk.is_loud());
}

#[test]
fn not_back_in_time_is_lost_and_a_stack_has_longer() {
    for (members, limit) in [(1, 900), (3, 1_500)] {
        let mut walk = Walk::of(1, Start::Now);
        let card = Condition { members, ..condition(0) };
        walk.step(0, Event::Read(vec![card.clone()]))
            .step(10, Event::Pressed { answer: Answer::Plain, at: now(10).wall })
            .step(11, Event::Looked(Box::new(card)))
            .step(12, Event::Begins)
            .step(13, Event::Sent(said(DialogueEnd::Accepted)))
            .step(20, Event::Gone)
            .step(11 + limit, Event::Time);
        assert!(walk.reboot.done.is_empty());
        walk.step(12 + limit, Event::Time);
        assert!(matches!(walk.verdict(), Verdict::Lost { last_seen, .. } if *last_seen == now(20).wall));
    }
}

#[test]
fn away_without_a_boot_is_no_reboot() {
    let mut walk = Walk::accepted();
    walk.step(20, Event::Gone)
        .step(80, tried(Condition { uptime: Some(Duration::from_secs(90 * 86_400 + 60)), ..condition(80) }));
    assert_eq!(walk.verdict(), &Verdict::NotAReboot { away: Duration::from_secs(60) });
}

#[test]
fn a_neighbour_that_is_missing_is_waited_for_three_minutes() {
    let missing = |seconds| {
        let mut condition = booted(seconds);
        condition.links.bgp.clear();
        tried(condition)
    };
    let mut walk = Walk::accepted();
    walk.step(20, Event::Gone).step(100, missing(100)).step(279, missing(279));
    assert!(matches!(walk.reboot.stage, Stage::Answering { .. }));
    walk.step(280, missing(280));
    let Verdict::Back { missing, .. } = walk.verdict() else { panic!("{:?}", walk.verdict()) };
    assert_eq!(missing.bgp.len(), 1);
    assert!(!walk.verdict().is_well(), "the next router of a list does not follow");
}

#[test]
fn a_new_certificate_leaves_the_proof_to_ssh_and_is_said() {
    let mut walk = Walk::of(1, Start::Now);
    let card = Condition { boot_time: Some(Timestamp(T0 - 1_000_000)), ..condition(0) };
    walk.step(0, Event::Read(vec![card.clone()]))
        .step(10, Event::Pressed { answer: Answer::Plain, at: now(10).wall })
        .step(11, Event::Looked(Box::new(card)))
        .step(12, Event::Begins)
        .step(13, Event::Sent(said(DialogueEnd::Accepted)))
        .step(20, Event::Gone);
    let broken = Broken::CertificateChanged { pinned: "A".to_owned(), offered: "B".to_owned() };
    walk.step(100, Event::Tried(Box::new(Tried { condition: Ok(booted(100)), boot_time: Err(broken) })));
    let Verdict::Back { proof: Proof::Uptime, new_certificate: true, new_key: false, .. } = walk.verdict()
    else {
        panic!("{:?}", walk.verdict())
    };
}

#[test]
fn a_new_host_key_leaves_the_proof_to_restconf_and_both_new_leave_none() {
    let key = || Broken::HostKeyChanged { pinned: "A".to_owned(), offered: "B".to_owned() };
    let walked = || {
        let mut walk = Walk::of(1, Start::Now);
        let card = Condition { boot_time: Some(Timestamp(T0 - 1_000_000)), ..condition(0) };
        walk.step(0, Event::Read(vec![card.clone()]))
            .step(10, Event::Pressed { answer: Answer::Plain, at: now(10).wall })
            .step(11, Event::Looked(Box::new(card)))
            .step(12, Event::Begins)
            .step(13, Event::Sent(said(DialogueEnd::Accepted)))
            .step(20, Event::Gone);
        walk
    };
    let mut walk = walked();
    let newer = Ok(Some(now(60).wall));
    walk.step(100, Event::Tried(Box::new(Tried { condition: Err(key()), boot_time: newer })));
    assert!(matches!(walk.verdict(), Verdict::Back { proof: Proof::BootTime, new_key: true, .. }));
    let mut walk = walked();
    let certificate = || Broken::CertificateChanged { pinned: "A".to_owned(), offered: "B".to_owned() };
    for seconds in [100, 200, 280] {
        let tried = Tried { condition: Err(key()), boot_time: Err(certificate()) };
        walk.step(seconds, Event::Tried(Box::new(tried)));
    }
    assert!(matches!(walk.verdict(), Verdict::Unproven { new_key: true, new_certificate: true, .. }));
}

#[test]
fn the_routers_own_timer_opens_the_window_at_its_time() {
    let mut walk = Walk::of(1, Start::In { minutes: 10 });
    walk.step(0, Event::Read(vec![condition(0)]))
        .step(10, Event::Pressed { answer: Answer::Plain, at: now(10).wall })
        .step(11, Event::Looked(Box::new(condition(11))))
        .step(12, Event::Begins);
    let opens = now(612).wall;
    assert!(matches!(walk.effects.last(), Some(Effect::Quiet { opens: at, .. }) if *at == opens));
    walk.step(14, Event::Sent(said(DialogueEnd::Done)));
    assert_eq!(walk.reboot.stage, Stage::Scheduled { sent: now(12).wall, due: opens });
    assert!(walk.effects.contains(&Effect::Release), "others may work on it until then");
    let scheduled = walk.reboot.clone();
    walk.step(612, Event::Time).step(620, Event::Gone).step(700, tried(booted(700)));
    assert!(matches!(walk.verdict(), Verdict::Back { .. }));
    let mut back = Walk { reboot: scheduled.clone(), effects: Vec::new() };
    back.step(60, Event::TakenBack(said(DialogueEnd::NotDone { busy: false, said: "% no".to_owned() })));
    assert!(matches!(back.reboot.stage, Stage::Scheduled { .. }), "it still holds, and that is said");
    back.step(61, Event::TakenBack(said(DialogueEnd::Done)));
    assert_eq!(back.verdict(), &Verdict::TakenBack);
    assert!(back.is_loud());
    let mut early = Walk { reboot: scheduled, effects: Vec::new() };
    early.step(600, Event::Gone).step(700, tried(booted(700)));
    assert!(matches!(early.verdict(), Verdict::Back { .. }), "its clock was ahead of ours");
}

#[test]
fn a_list_goes_one_by_one_after_the_number_was_typed() {
    let mut walk = Walk::of(3, Start::Now);
    walk.step(0, Event::Read(vec![condition(0), condition(0), condition(0)]))
        .step(5, Event::Pressed { answer: Answer::Plain, at: now(5).wall });
    assert!(matches!(walk.reboot.stage, Stage::Counting { .. }));
    let mut wrong = Walk { reboot: walk.reboot.clone(), effects: Vec::new() };
    wrong.step(8, Event::Counted { typed: "4".to_owned(), at: now(8).wall });
    assert_eq!(wrong.reboot.stage, Stage::Ended(End::Miscounted { typed: "4".to_owned() }));
    walk.step(10, Event::Counted { typed: " 3 ".to_owned(), at: now(10).wall });
    let round = |walk: &mut Walk, from: i64, well: bool| {
        walk.step(from, Event::Looked(Box::new(condition(from))))
            .step(from + 1, Event::Begins)
            .step(from + 2, Event::Sent(said(DialogueEnd::Accepted)))
            .step(from + 5, Event::Gone);
        match well {
            true => walk.step(from + 30, tried(booted(from + 30))),
            false => walk.step(from + 2_000, Event::Time),
        };
    };
    round(&mut walk, 11, true);
    assert_eq!(
        walk.reboot.stage,
        Stage::Resting { until: now(101).wall },
        "60 s after the last was verified"
    );
    walk.step(100, Event::Time);
    assert!(matches!(walk.reboot.stage, Stage::Resting { .. }));
    walk.step(101, Event::Time);
    assert_eq!(walk.reboot.stage, Stage::Rechecking);
    round(&mut walk, 102, false);
    assert_eq!(walk.reboot.stage, Stage::Ended(End::Finished), "the first that is not well stops it");
    assert_eq!((walk.reboot.done.len(), walk.reboot.left().len(), walk.sends()), (2, 1, 2));
}

#[test]
fn stopping_is_possible_until_something_was_sent() {
    let mut walk = Walk::agreed(vec![condition(0)], Answer::Plain);
    walk.step(12, Event::Stopped);
    assert_eq!(walk.reboot.stage, Stage::Ended(End::Cancelled));
    let mut walk = Walk::accepted();
    walk.step(15, Event::Stopped);
    assert!(matches!(walk.reboot.stage, Stage::Leaving { .. }), "too late");
    let mut statuses = walk.effects.iter().filter_map(|effect| match effect {
        Effect::Ends { status, .. } => Some(*status),
        _ => None,
    });
    assert_eq!(statuses.next(), None::<Status>);
}

#[test]
fn a_lock_that_somebody_else_holds_ends_it() {
    let held = Held { device: DeviceId(1), by: PersonId(2), since: now(0).wall, job: Some(7), reason: None };
    let mut walk = Walk::of(1, Start::Now);
    walk.step(0, Event::Read(vec![condition(0)])).step(5, Event::Locked(held.clone()));
    assert_eq!(walk.reboot.stage, Stage::Ended(End::Locked(held)));
}

/// A stored state is read back as it was, or what the card settled would be forgotten at the press.
#[test]
fn every_state_survives_its_row() {
    let mut walk = Walk::accepted();
    let states = [
        Walk::of(3, Start::In { minutes: 9 }).reboot,
        Walk::agreed(vec![unsaved()], Answer::Save).reboot,
        walk.reboot.clone(),
        walk.step(20, Event::Gone).reboot.clone(),
        walk.step(200, tried(booted(200))).reboot.clone(),
    ];
    for reboot in states {
        let row = serde_json::to_value(&reboot).unwrap();
        assert_eq!(serde_json::from_value::<Reboot>(row).unwrap(), reboot);
    }
}

#[test]
fn another_box_at_the_same_address_proves_nothing() {
    let mut walk = Walk::accepted();
    let mut other = booted(100);
    other.board = Some("9XYZ".to_owned());
    walk.step(20, Event::Gone)
        .step(100, tried(other.clone()))
        .step(281, tried(Condition { at: now(281).wall, ..other }));
    assert!(matches!(walk.verdict(), Verdict::Unproven { .. }), "{:?}", walk.verdict());
}
