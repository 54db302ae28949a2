//! `/save` and `/pending`: what each end of a dialogue, and each router's own word, reads like.

use super::*;
use crate::builtin::Builtin;
use crate::builtin::pending::PENDING;
use crate::builtin::save::SAVE;

/// The whole answer, as if each router had come to this.
fn answered(builtin: &'static Builtin, line: &str, outcomes: &[Outcome]) -> String {
    let bench = Bench::new();
    let resolved = bench.resolved(line).unwrap();
    let (facts, outcomes) = (bench.facts.clone(), outcomes.to_vec());
    let document = bench.work(move |work| {
        let mut results = Vec::new();
        for (device, outcome) in resolved.devices.iter().zip(outcomes) {
            results.push((builtin.settle)(&resolved, device, &facts, &[outcome], work)?);
        }
        (builtin.answer)(&resolved, &facts, &results, work)
    });
    plain(&document)
}

fn ended(end: DialogueEnd) -> Outcome {
    Outcome::Dialogue(Conversation { end, transcript: "R1#write memory\n".to_owned() })
}

fn said(text: &str) -> Outcome {
    Outcome::Text(text.to_owned())
}

#[test]
fn a_save_says_how_it_went_and_what_to_do() {
    for (end, expected) in [
        (DialogueEnd::Done, expect![["Saving on R1: saved (under 0.1 s)\n"]]),
        (
            DialogueEnd::NotDone { busy: true, said: String::new() },
            expect![[
                "⚠️ R1 not saved: another session is writing its NVRAM. Nothing was lost; try again in a few seconds.\n?\n"
            ]],
        ),
        (
            DialogueEnd::NotDone { busy: false, said: String::new() },
            expect![["⚠️ R1 not saved: it did not say [OK]. Read its own words below, then try again.\n?\n"]],
        ),
        (
            DialogueEnd::Unsettled { asks: Asks::Other, text: "Erase it? [confirm]".to_owned() },
            expect![[
                "⚠️ R1 not saved: it asked \"Erase it? [confirm]\", and I answered no. Save by hand, or look at the router first.\n?\n"
            ]],
        ),
        (
            DialogueEnd::Unclear { after: Duration::from_secs(3) },
            expect![[
                "⚠️ R1 perhaps saved: the line went away before it said so. Send /save again; saving twice does no harm.\n?\n"
            ]],
        ),
    ] {
        expected.assert_eq(&answered(&SAVE, "/save R1", &[ended(end)]));
    }
}

#[test]
fn scheduled_reloads_stand_soonest_first() {
    let none = || said("No reload is scheduled.\n");
    let later = said(
        "Reload scheduled for 23:30:00 UTC Mon Nov 23 2026 (in 9 hours and 28 minutes) by bob on vty0 (10.0.0.9)\nReload reason: new image\n",
    );
    let soon = said("Reload scheduled in 9 minutes by console\n");
    expect![[r#"
        ⚠️ 2 of 5 routers will reload by themselves
           ⚠️ R3  will reload in 9 min, scheduled by console
           ⚠️ R1  will reload in 9 h 28 min, at 23:30:00 UTC Mon Nov 23 2026 by its own clock, scheduled by bob on vty0 (10.0.0.9) (reason: new image)
           ❓ R5  dropped the connection in the middle of an answer. Try again in a minute.
           none on 2 others
        [Try R5 again] /pending R5
    "#]]
    .assert_eq(&answered(
        &PENDING,
        "/pending",
        &[later, none(), soon.clone(), none(), Outcome::Broken(Broken::Dropped)],
    ));
    expect![["✅ No reload is scheduled on any of 2 routers\n"]].assert_eq(&answered(
        &PENDING,
        "/pending site:hanoi",
        &[none(), none()],
    ));
    expect![["✅ R1: no reload is scheduled\n"]].assert_eq(&answered(&PENDING, "/pending R1", &[none()]));
    expect![["⚠️ R1 will reload in 9 min, scheduled by console\n"]].assert_eq(&answered(
        &PENDING,
        "/pending R1",
        &[soon],
    ));
    let refused = Outcome::Refused {
        line: "show reload".to_owned(),
        reason: crate::model::outcome::Refused::Other,
        said: "% No reload is scheduled\n".to_owned(),
    };
    expect![["✅ R1: no reload is scheduled\n"]].assert_eq(&answered(&PENDING, "/pending R1", &[refused]));
    expect![[r#"
        ⚠️ R1 did not say whether a reload is scheduled. Look at it: /show R1 reload
        [Try R1 again] /pending R1
    "#]]
    .assert_eq(&answered(&PENDING, "/pending R1", &[said("strange\n")]));
    expect![[r#"
        ❓ None is known, but 1 of 2 routers did not say
           ❓ R2  did not say whether a reload is scheduled. Look at it: /show R2 reload
           none on 1 other
        [Try R2 again] /pending R2
    "#]]
    .assert_eq(&answered(&PENDING, "/pending site:hanoi", &[none(), said("strange\n")]));
}
