//! Whatever happens in whatever order: a reload is sent at most once for each agreement, every window that was
//! opened is closed when it is over, and nothing is sent before somebody agreed.

use super::*;
use proptest::prelude::*;

fn event(kind: u8, seconds: i64) -> Event {
    match kind % 20 {
        0 => Event::Read(vec![condition(seconds)]),
        1 => Event::Pressed { answer: Answer::Plain, at: now(seconds).wall },
        2 => Event::Pressed { answer: Answer::Save, at: now(seconds).wall },
        3 => Event::Looked(Box::new(condition(seconds))),
        4 | 5 => Event::Begins,
        6 => Event::Saved(said(DialogueEnd::Done)),
        7 => Event::Sent(said(DialogueEnd::Accepted)),
        8 => Event::Sent(said(DialogueEnd::Unsettled { asks: Asks::Save, text: String::new() })),
        9 => Event::Sent(Err(text!("broken.dropped"))),
        10 => Event::Resumed,
        11 => Event::Gone,
        12 => tried(condition(seconds)),
        13 => tried(booted(seconds)),
        14 => Event::Stopped,
        15 => Event::Time,
        16 => Event::Stale,
        17 => Event::Looked(Box::new(unsaved())),
        18 => Event::Refused(text!("broken.dropped")),
        _ => Event::Sent(said(DialogueEnd::Unclear { after: Duration::ZERO })),
    }
}

proptest! {
    #[test]
    fn a_reload_is_sent_once_for_each_agreement_and_every_window_closes(
        kinds in proptest::collection::vec((any::<u8>(), 1i64..400), 1..60)
    ) {
        let mut walk = Walk::of(1, Start::Now);
        let (mut seconds, mut agreed, mut sent) = (0, 0, 0);
        for (kind, later) in kinds {
            seconds += later;
            let before = walk.reboot.clone();
            let (quiet, loud) = (walk.sends(), louds(&walk));
            walk.step(seconds, event(kind, seconds));
            if matches!(before.stage, Stage::Asking { .. }) && walk.reboot.stage == Stage::Rechecking {
                agreed += 1;
            }
            if !matches!(before.stage, Stage::Sending { .. }) && matches!(walk.reboot.stage, Stage::Sending { .. }) {
                sent += 1;
                prop_assert_eq!(walk.sends(), quiet + 1, "the window opens with the sending");
            }
            prop_assert!(sent <= agreed, "sent {} times for {} agreements", sent, agreed);
            prop_assert!(louds(&walk) >= loud);
        }
        if walk.reboot.is_over() {
            prop_assert_eq!(walk.sends(), louds(&walk), "what was made quiet speaks again");
        }
    }
}

fn louds(walk: &Walk) -> usize {
    walk.effects.iter().filter(|effect| matches!(effect, Effect::Loud { .. })).count()
}
