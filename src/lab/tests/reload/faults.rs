//! Everything else that a router may ask or say: each on demand, and what it does with each answer.

use super::*;

const ANYWAY: &str = "Do you wish to proceed with reload anyway[confirm]";

async fn saved() -> (Lab, Router, Person) {
    let (lab, router, person) = unsaved().await;
    router.edit("bob", &["no snmp-server location attic"]).unwrap();
    let mut saving = person;
    saving.ask("write memory", "R1#").await;
    assert!(!router.unsaved());
    (lab, router, saving)
}

/// A question of the table: how the router waits for its answer, which answers go on, which cancel.
fn questions() -> Vec<(ReloadStep, &'static str, &'static str)> {
    let key = |text: &str| (ReloadStep::key(text), "\r", "n");
    let words = |text: &str| (ReloadStep::YesNo(text.to_owned()), "no\r", "\x03");
    vec![
        key("Proceed with reload? [confirm]"),
        key("Proceed with quick reload? [confirm]"),
        key("Proceed with fast reload?[confirm]:"),
        key("Proceed with reload fast? [confirm]"),
        key("Proceed? [confirm]"),
        key("Reload the entire shelf [confirm]"),
        key("Reload this shelf [confirm]"),
        key("Reload peer [confirm]"),
        key("System is running in SIMPLEX mode, reload anyway? [confirm]"),
        key("This will reload the active unit and force switchover to standby[confirm]"),
        key(ANYWAY),
        words("Do you want to save the configuration of the AP? [yes/no]: "),
        words("Do you want to reload the internal AP ? [yes/no]: "),
        words("Shall the lab be asked something new? [yes/no]: "),
        (
            ReloadStep::YesNoCancel("Uncommitted changes found, commit them? [yes/no/CANCEL] ".to_owned()),
            "no\r",
            "\r",
        ),
        (
            ReloadStep::YesElseCancel("This command will reboot the system. (y/n)? [n] ".to_owned()),
            "y\r",
            "\r",
        ),
        (
            ReloadStep::YesElseCancel("Are you sure you want to reset the system (y/n)? ".to_owned()),
            "y\r",
            "n\r",
        ),
    ]
}

#[tokio::test]
async fn every_question_of_the_table_waits_for_its_own_answer() {
    let (lab, router, mut person) = saved().await;
    for (step, good, bad) in questions() {
        let text = step.question().unwrap().to_owned();
        let fault = Fault::ReloadAsks(vec![step, ReloadStep::key(PROCEED)]);
        router.fault(fault.clone()).await;
        person.ask("reload", &text).await;
        person.press(bad).await;
        person.until("R1#").await.unwrap();
        person.ask("reload", &text).await;
        person.press(good).await;
        person.until(PROCEED).await.unwrap();
        person.press("n").await;
        person.until("R1#").await.unwrap();
        router.clear_fault(&fault).await;
    }
    assert!(router.reloads().is_empty());
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn refusals_bring_the_prompt_back() {
    let (lab, router, mut person) = saved().await;
    for text in ["% Install operation in progress", "Reload is not allowed", ""] {
        let fault = Fault::ReloadAsks(vec![ReloadStep::Refuse(text.to_owned())]);
        router.fault(fault.clone()).await;
        let said = person.ask("reload", "R1#").await;
        let line = if text.is_empty() { String::new() } else { format!("{text}\r\n") };
        assert_eq!(said, format!("reload\r\n{line}R1#"));
        router.clear_fault(&fault).await;
    }
    assert!(router.reloads().is_empty() && router.is_back());
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn no_answer_and_a_reset_in_the_middle() {
    let (lab, router, mut person) = unsaved().await;
    router.fault(Fault::ReloadAsks(vec![ReloadStep::Save, ReloadStep::Silence])).await;
    person.ask("reload", SAVE).await;
    person.press("no\r").await;
    assert_eq!(person.until("\n").await.unwrap(), "no\r\n");
    let heard = tokio::time::timeout(Duration::from_millis(100), person.until("R1#")).await;
    assert!(heard.is_err());
    router.clear_faults().await;
    router.fault(Fault::ReloadAsks(vec![ReloadStep::Save, ReloadStep::Reset])).await;
    let mut person = Person::privileged(&router).await;
    person.ask("reload", SAVE).await;
    person.press("no\r").await;
    person.until("R1#").await.unwrap_err();
    assert!(router.reloads().is_empty() && router.unsaved());
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn a_router_that_may_not_find_its_image_warns() {
    let (lab, router, mut person) = saved().await;
    for fault in [Fault::NoBootVariable, Fault::ConfigRegister(0x2142)] {
        router.fault(fault.clone()).await;
        let said = person.ask("reload", ANYWAY).await;
        assert!(said.contains("WARNING: Boot variable either does not exist"), "{said}");
        person.press("n").await;
        person.until("R1#").await.unwrap();
        let boot = person.ask("show boot", "R1#").await;
        let wanted = match fault {
            Fault::NoBootVariable => "BOOT variable does not exist\r\n",
            _ => "Configuration register is 0x2142\r\n",
        };
        assert!(boot.contains(wanted), "{boot}");
        router.clear_fault(&fault).await;
    }
    assert!(person.ask("dir flash:", "R1#").await.contains("packages.conf\r\n"));
    router.fault(Fault::NoImage).await;
    assert!(!person.ask("dir bootflash:", "R1#").await.contains("packages.conf"));
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn saves_that_save_nothing() {
    let (lab, router, mut person) = unsaved().await;
    for (trouble, said) in [
        (SaveTrouble::FileBusy, "startup-config file open failed (Device or resource busy)\r\n"),
        (SaveTrouble::MemoryInUse, "Non-Volatile memory is in use\r\n"),
        (SaveTrouble::WithoutOk, "Building configuration...\r\n"),
    ] {
        let fault = Fault::SaveFails(trouble);
        router.fault(fault.clone()).await;
        assert_eq!(person.ask("write memory", "R1#").await, format!("write memory\r\n{said}R1#"));
        person.ask("copy running-config startup-config", "[startup-config]? ").await;
        assert_eq!(person.ask("", "R1#").await, format!("\r\n{said}R1#"));
        person.ask("reload", SAVE).await;
        assert_eq!(person.ask("yes", PROCEED).await, format!("yes\r\n{said}{PROCEED}"));
        person.press("n").await;
        person.until("R1#").await.unwrap();
        assert!(router.unsaved());
        router.clear_fault(&fault).await;
    }
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn a_configuration_of_another_release_is_asked_about() {
    const OVERWRITE: &str = "Overwrite the previous NVRAM configuration?[confirm]";
    let (lab, router, mut person) = unsaved().await;
    router.fault(Fault::OverwriteAsked).await;
    person.ask("write memory", OVERWRITE).await;
    person.press("n").await;
    assert_eq!(person.until("R1#").await.unwrap(), "\r\nR1#");
    assert!(router.unsaved());
    person.ask("reload", SAVE).await;
    person.ask("yes", OVERWRITE).await;
    person.press("\r").await;
    assert_eq!(
        person.until(PROCEED).await.unwrap(),
        format!("\r\nBuilding configuration...\r\n[OK]\r\n{PROCEED}")
    );
    assert!(!router.unsaved());
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn no_line_is_free() {
    use tokio::io::AsyncReadExt;
    let (lab, router, mut person) = saved().await;
    let connect = || tokio::net::TcpStream::connect(router.address());
    router.fault(Fault::LinesFull(LinesFull::Refused)).await;
    assert!(connect().await.is_err());
    assert!(person.ask("show clock", "R1#").await.contains("UTC"));
    router.clear_faults().await;
    for (full, wanted) in [
        (LinesFull::Closed, ""),
        (
            LinesFull::Says("% Connection refused by remote host".to_owned()),
            "% Connection refused by remote host\r\n",
        ),
    ] {
        router.fault(Fault::LinesFull(full)).await;
        let mut heard = String::new();
        connect().await.unwrap().read_to_string(&mut heard).await.unwrap();
        assert_eq!(heard, wanted);
        router.clear_faults().await;
    }
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn a_stack_says_that_it_goes_as_a_whole() {
    let mut plan = LabPlan::one("R1");
    plan.routers[0].members = 3;
    let lab = Lab::start(plan).await.unwrap();
    let router = lab.router("R1").unwrap();
    let mut person = Person::privileged(&router).await;
    let said = person.ask("reload", PROCEED).await;
    assert!(said.contains("on Active unit, this will reload the whole stack\r\n"), "{said}");
    person.press("n").await;
    person.until("R1#").await.unwrap();
    let members = person.ask("show switch", "R1#").await;
    assert!(
        members.contains("\r\n*1       Active ") && members.contains("\r\n 3       Member "),
        "{members}"
    );
    assert!(person.ask("show redundancy states", "R1#").await.contains("STANDBY HOT"));
    lab.stop().await.unwrap();
}
