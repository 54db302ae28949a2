//! Every question of the table (devices.md A5), through the whole house: what is settled goes on, what is not brings a
//! new card and no reload.

use super::{card, quick_with, reloads};
use crate::world::{Plan, plain};
use patchbay::lab::{Fault, LabPlan, ReloadStep};

fn steps(question: ReloadStep) -> Vec<ReloadStep> {
    vec![question, ReloadStep::key("Proceed with reload? [confirm]")]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_card_did_not_settle_is_answered_no_and_asked_of_the_person() {
    let words = |text: &str| ReloadStep::YesNo(text.to_owned());
    let world = quick_with(Plan { lab: LabPlan::one("R1"), ..Plan::default() }).await;
    let router = world.router("R1");
    let mut settled = 0;
    for (question, says) in [
        (ReloadStep::Save, "asked whether to save"),
        (words("Shall the lab be asked something new? [yes/no]: "), "what I have no answer for"),
        (ReloadStep::key("Format the flash? [confirm]"), "what I have no answer for"),
        (
            ReloadStep::YesNoCancel("Uncommitted changes found, commit them? [yes/no/CANCEL] ".to_owned()),
            "what I have no answer for",
        ),
        (
            ReloadStep::YesElseCancel("This command will reboot the system. (y/n)? [n] ".to_owned()),
            "what I have no answer for",
        ),
    ] {
        let fault = Fault::ReloadAsks(steps(question.clone()));
        router.fault(fault.clone()).await;
        let (slot, first) = card(&world, "/reboot R1").await;
        world.desk.press("ann", &first.button("Reboot")).await;
        let again = world.desk.until(&slot, |message| plain(message).contains(says)).await;
        assert!(again.text.contains("nothing was done"), "{question:?}: {}", again.text);
        assert_eq!(reloads(&router), settled, "{question:?}");
        if question == ReloadStep::Save {
            // Settled now, and only now.
            settled += 1;
            world.desk.press("ann", &again.button("Reboot, save nothing")).await;
            let end = world.desk.ended(&slot).await;
            assert!(end.text.contains("R1 is back"), "{}", end.text);
            return_to_none(&router).await;
        } else {
            world.desk.press("ann", &again.button("Cancel")).await;
            world.desk.ended(&slot).await;
        }
        router.clear_fault(&fault).await;
    }
    router.fault(Fault::ReloadAsks(ReloadStep::with_boot_warning())).await;
    let (slot, first) = card(&world, "/reboot R1").await;
    world.desk.press("ann", &first.button("Reboot")).await;
    world.desk.until(&slot, |message| plain(message).contains("Mend the boot variable first")).await;
    assert_eq!(reloads(&router), settled, "the one that was settled");
    world.bot.stop().await;
}

/// Until it is whole again, the next card would speak of a router that boots.
async fn return_to_none(router: &patchbay::lab::Router) {
    let back = async {
        while !router.is_back() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(crate::world::PATIENCE, back).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_and_silence_are_told_as_they_are() {
    let world = quick_with(Plan { lab: LabPlan::one("R1"), ..Plan::default() }).await;
    let router = world.router("R1");
    for (step, says) in [
        (ReloadStep::Refuse("% Install operation in progress".to_owned()), "Install operation in progress"),
        (ReloadStep::Refuse("Reload is not allowed".to_owned()), "Reload is not allowed"),
        (ReloadStep::Refuse(String::new()), "was not rebooted"),
        // Nobody knows what it made of it: it is watched, and then it is known.
        (ReloadStep::Reset, "The reload of R1 did not happen"),
    ] {
        let fault = Fault::ReloadAsks(vec![step.clone()]);
        router.fault(fault.clone()).await;
        let (slot, first) = card(&world, "/reboot R1").await;
        world.desk.press("ann", &first.button("Reboot")).await;
        let end = world.desk.ended(&slot).await;
        assert!(end.text.contains(says) && !end.went_well(), "{step:?}: {}", end.text);
        router.clear_fault(&fault).await;
    }
    assert_eq!(reloads(&router), 0);
    assert!(world.write(|work| work.held()).await.is_empty());
    world.bot.stop().await;
}
