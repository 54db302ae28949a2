//! Every command, typed into a chat, answered by simulated routers over real SSH.

use crate::world::{Plan, World};
use patchbay::lab::{Fault, LabPlan, Point};
use patchbay::model::Timestamp;
use patchbay::store::AuditFilter;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_first_then_unchanged_then_changed_with_its_author() {
    let world = World::demo().await;
    let first = world.ask("/backup R1").await;
    assert!(first.text.contains("first backup"), "{}", first.text);
    let second = world.ask("/backup R1").await;
    assert!(second.text.contains("unchanged"), "{}", second.text);
    world.router("R1").edit("bob", &["interface GigabitEthernet2", "description to the lake"]).unwrap();
    let third = world.ask("/backup R1").await;
    assert!(third.text.contains("by bob"), "{}", third.text);
    let diff = world.ask("/diff R1").await;
    assert!(diff.text.contains("+ description to the lake"), "{}", diff.text);
    let file = world.ask("/config R1").await;
    assert!(file.text.contains("to the lake"), "{}", file.text);
    for secret in world.router("R1").secrets() {
        assert!(!file.text.contains(&secret) && !diff.text.contains(&secret), "{secret} is in a reply");
    }
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_many_says_how_each_went() {
    let world = World::demo().await;
    world.router("R3").fault(Fault::Unreachable).await;
    let reply = world.ask("/backup all").await;
    assert!(!reply.went_well());
    assert!(reply.first_line().contains("Backup of 5 routers"), "{}", reply.text);
    assert!(reply.text.contains("4 first backups") && reply.text.contains("1 failed"), "{}", reply.text);
    assert!(reply.text.contains("R3"), "{}", reply.text);
    world.router("R3").clear_faults().await;
    let again = world.desk.press("ann", &reply.button("Try R3 again")).await;
    let again = world.desk.ended(&again).await;
    assert!(again.text.contains("first backup"), "{}", again.text);
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn show_prints_what_the_router_prints_and_the_bot_applies_the_pipes() {
    let world = World::demo().await;
    let reply = world.ask("/show R1 version").await;
    assert!(reply.text.contains("R1 uptime is"), "{}", reply.text);
    let piped = world.ask("/sh R1 run | include hostname").await;
    assert!(piped.text.contains("hostname R1"), "{}", piped.text);
    assert!(!piped.text.contains("interface"), "{}", piped.text);
    assert!(!world.router("R1").typed().iter().any(|line| line.contains('|')), "a pipe reached the router");
    for refused in ["/show R1 run | redirect flash:x", "/show R1 run | tee x", "/show R1 run | append x"] {
        let reply = world.ask(refused).await;
        assert!(!reply.went_well(), "{}", reply.text);
    }
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_command_that_is_only_a_file_answers() {
    let world = World::demo().await;
    for line in [
        "/arp R1",
        "/routes R1",
        "/interfaces R1",
        "/interfaces R1 Gi1",
        "/version R1",
        "/inventory R1",
        "/neighbors R1",
        "/logs R1",
    ] {
        let reply = world.ask(line).await;
        assert!(reply.went_well(), "{line}: {}", reply.text);
        assert!(reply.text.lines().count() > 1, "{line}: {}", reply.text);
    }
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_about_the_bot_itself_answer() {
    let world = World::demo().await;
    assert!(world.ask("/help").await.text.contains("/backup"));
    assert!(world.ask("/help backup").await.text.contains("/backup <devices>"));
    assert!(world.ask("/whoami").await.text.contains("You are ann, admin"));
    assert!(world.ask("/devices").await.text.contains("R5"));
    assert!(world.ask("/device R1").await.text.contains("hanoi"));
    world.ask("/backup R1").await;
    let jobs = world.ask("/jobs").await;
    assert!(jobs.text.contains("/backup R1"), "{}", jobs.text);
    assert!(world.ask("/job 1").await.text.contains("first backup"));
    assert!(world.ask("/job 99").await.text.contains("no job"));
    let several = world.ask("/show R1,R2 clock").await;
    assert!(several.went_well(), "{}", several.text);
    let file = world.ask("/job 2 file").await.text;
    assert!(file.contains("file job-2.txt") && file.contains("===== R2: 1 line\n"), "{file}");
    assert!(file.contains("UTC") && !file.contains("Word("), "{file}");
    let long = world.ask("/show R1,R2 running-config").await;
    for words in ["R1  ", "R2  ", "all of it is in the file"] {
        assert!(long.text.contains(words), "{words:?} in {}", long.text);
    }
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_last_seen_is_answered_without_asking_a_router() {
    let world = World::demo().await;
    for line in ["/status", "/status all list", "/status R1", "/bw R1", "/bw R1 Gi1 1h", "/bw site:hanoi"] {
        let reply = world.ask(line).await;
        assert!(reply.went_well() && !reply.text.contains("{"), "{line}: {}", reply.text);
    }
    for line in ["/top cpu", "/top memory site:hanoi", "/top bw"] {
        assert!(world.ask(line).await.went_well(), "{line}");
    }
    assert!(world.ask("/bw R1 Gi1 5s").await.text.contains("from 1m to 2 years"));
    assert_eq!(world.router("R1").logins().accepted, 0, "a router was asked");
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interface_keeps_what_people_know_of_it() {
    let world = World::demo().await;
    let typed = "/device set R1 interface=Gi1 description=\"to ISP-A\" speed=200m uplink=yes";
    let set = world.ask(typed).await;
    assert!(set.went_well(), "{}", set.text);
    let sheet = world.ask("/device R1").await;
    assert!(sheet.text.contains("Gi1  \"to ISP-A\", 200 Mb/s, uplink"), "{}", sheet.text);
    let cleared = world.ask("/device set R1 interface=Gi1 clear=yes").await;
    assert!(cleared.went_well(), "{}", cleared.text);
    assert!(!world.ask("/device R1").await.text.contains("ISP-A"));
    assert!(!world.ask("/device set R1 uplink=yes").await.went_well());
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_is_added_changed_and_removed() {
    let world = World::demo().await;
    let added = world.ask("/device add R9 10.0.0.9 site=hue tags=edge").await;
    assert!(added.went_well(), "{}", added.text);
    let twice = world.ask("/device add r9 10.0.0.10").await;
    assert!(!twice.went_well(), "{}", twice.text);
    assert!(world.ask("/device set R9 site=hanoi").await.text.contains("hue → hanoi"));
    assert!(world.ask("/devices site:hanoi").await.text.contains("R9"));
    assert!(world.ask("/device set R9 parents=R1").await.went_well());
    let circle = world.ask("/device set R1 parents=R9").await;
    assert!(circle.text.contains("R9 is itself reached through this router"), "{}", circle.text);
    let slot = world.desk.line("/device remove R9").await;
    let question = world.desk.question(&slot).await;
    world.desk.press("ann", &question.button("Keep it")).await;
    let kept = world.desk.ended(&slot).await;
    assert!(
        kept.text.contains("R9 stays as it is") && kept.message.document.buttons.is_empty(),
        "{}",
        kept.text
    );
    let slot = world.desk.line("/device remove R9").await;
    let question = world.desk.question(&slot).await;
    world.desk.press("ann", &question.button("Remove R9")).await;
    let removed = world.desk.ended(&slot).await;
    assert!(removed.text.contains("R9 is removed"), "{}", removed.text);
    assert!(!world.ask("/device R9").await.went_well());
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_gets_a_clear_sentence_and_nothing_is_sent() {
    let world = World::demo().await;
    let long = format!("/show R1 {}", "x".repeat(5_000));
    for (line, says) in [
        ("/bakup R1", "/backup"),
        ("/backup R22", "R22"),
        ("/backup R1,R22", "R22"),
        ("/backup hanoi", "site:hanoi"),
        ("/backup !Edge", "tag:edge"),
        ("/backup all,!R33", "r33"),
        ("/show R1", "show"),
        ("/arp R1 10.0.0.999", "10.0.0.999"),
        ("/show R1 version\nreload", ""),
        ("/show R1 ver\u{7}", ""),
        (long.as_str(), ""),
        ("/show R1 reload | reload", ""),
        ("hello", "/help"),
        ("/", "/help"),
    ] {
        let reply = world.desk.line(line).await;
        let reply = world
            .desk
            .until(&reply, |message| message.document.ended.is_some() || !message.tokens.is_empty())
            .await;
        assert!(!reply.went_well(), "{line:?} went well: {}", reply.text);
        assert!(reply.text.to_lowercase().contains(&says.to_lowercase()), "{line:?}: {}", reply.text);
    }
    for router in world.lab.routers() {
        assert_eq!(router.logins().accepted, 0, "{} was asked", router.name());
    }
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_router_is_asked_for_and_the_answer_goes_on() {
    let world = World::demo().await;
    let slot = world.desk.line("/version").await;
    let question = world.desk.question(&slot).await;
    assert!(question.text.contains("[R1") && question.text.contains("[Cancel]"), "{}", question.text);
    world.desk.press("bob", &question.message.tokens[0]).await;
    world.desk.press("ann", &question.message.tokens[0]).await;
    let answer = world.desk.ended(&slot).await;
    assert!(answer.text.contains("uptime"), "{}", answer.text);
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_are_kept_and_told_and_audited() {
    let world = World::new(Plan { role: "viewer", ..Plan::default() }).await;
    assert!(world.ask("/version R1").await.went_well());
    for line in ["/backup R1", "/config R1", "/show R1 running-config", "/trust R1", "/device remove R1"] {
        let reply = world.ask(line).await;
        assert!(!reply.went_well(), "{line}: {}", reply.text);
        assert!(reply.text.contains("You may not"), "{line}: {}", reply.text);
    }
    let stranger = world.desk.line_as("mallory", "/version R1").await;
    assert!(world.desk.ended(&stranger).await.text.contains("don't know you"));
    let rows = world.bot.store().read(|view| view.audit_rows(&AuditFilter::default(), 100)).await.unwrap();
    assert_eq!(rows.len(), 7, "{rows:#?}");
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_host_key_is_refused_until_an_admin_trusts_it() {
    let world = World::demo().await;
    assert!(world.ask("/version R1").await.went_well());
    world.router("R1").replace_host_key().unwrap();
    let refused = world.ask("/version R1").await;
    assert!(refused.text.contains("/trust R1"), "{}", refused.text);
    let slot = world.desk.line("/trust R1").await;
    let question = world.desk.question(&slot).await;
    world.desk.press("ann", &question.button("Keep the old one")).await;
    assert!(world.desk.ended(&slot).await.text.contains("what I know stays"));
    assert!(!world.ask("/version R1").await.went_well());
    let slot = world.desk.line("/trust R1").await;
    let question = world.desk.question(&slot).await;
    assert!(question.text.contains(&world.router("R1").host_key_fingerprint()), "{}", question.text);
    world.desk.press("ann", &question.button("Trust the new key")).await;
    assert!(world.desk.ended(&slot).await.went_well());
    assert!(world.ask("/version R1").await.went_well());
    world.bot.stop().await;
}

/// The router showed another certificate than the one that was pinned.
async fn shown_another_certificate(world: &World) {
    let written = world.bot.store().write(|work| {
        let device = work.device_by_name("R1")?.expect("R1 is in the demo").id;
        work.pin_first_seen(device, patchbay::model::PinKind::Certificate, "AA:01", Timestamp(1))?;
        work.pin_offered(device, patchbay::model::PinKind::Certificate, "AA:02", Timestamp(2))
    });
    written.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_certificate_is_shown_beside_the_old_one_and_trusted_by_a_button() {
    let world = World::demo().await;
    assert!(world.ask("/trust R1").await.text.contains("not met R1"));
    shown_another_certificate(&world).await;
    let slot = world.desk.line("/trust R1").await;
    let question = world.desk.question(&slot).await;
    for says in ["another certificate than before", "AA:01", "AA:02", "show crypto pki certificates"] {
        assert!(question.text.contains(says), "{says}: {}", question.text);
    }
    assert!(!question.text.contains("Trust the new key"), "{}", question.text);
    world.desk.press("ann", &question.button("Trust the new certificate")).await;
    assert!(world.desk.ended(&slot).await.went_well());
    assert!(world.ask("/device R1").await.text.contains("AA:02"));
    assert!(world.ask("/trust R1").await.text.contains("nothing to decide"));
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_and_a_certificate_that_both_changed_are_decided_one_by_one() {
    let world = World::demo().await;
    assert!(world.ask("/version R1").await.went_well());
    world.router("R1").replace_host_key().unwrap();
    assert!(!world.ask("/version R1").await.went_well());
    shown_another_certificate(&world).await;
    let slot = world.desk.line("/trust R1").await;
    let question = world.desk.question(&slot).await;
    let key = world.router("R1").host_key_fingerprint();
    assert!(question.text.contains(&key) && question.text.contains("AA:02"), "{}", question.text);
    assert!(question.text.contains("Trust the new certificate"), "{}", question.text);
    assert!(world.ask("/trust R1 AA:03").await.text.contains("Nothing was changed"));
    world.desk.press("ann", &question.button("Trust the new key")).await;
    let ended = world.desk.ended(&slot).await;
    assert!(ended.went_well() && ended.text.contains("/trust R1"), "{}", ended.text);
    assert!(world.ask("/version R1").await.went_well());
    assert!(world.ask("/trust R1 AA:02").await.went_well(), "the certificate waited for its own yes");
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_of_a_router_has_its_own_sentence() {
    let world = World::new(Plan {
        settings: |settings| {
            // Long enough for a busy machine: whoever is late has another fault than the one that was made.
            settings.ssh.identification = Duration::from_secs(3);
            settings.ssh.silence = Duration::from_secs(5);
        },
        ..Plan::default()
    })
    .await;
    for (fault, says) in [
        (Fault::Unreachable, "cannot be reached on SSH"),
        (Fault::SilentAfterConnect, "SSH"),
        (Fault::HangAfterLogin, "prompt"),
        (Fault::TruncatedConfiguration, "incomplete"),
        (Fault::EmptyConfiguration, "empty"),
        (Fault::DropInTheMiddle(3_000), "dropped the connection"),
        (Fault::EnableRefused, "enable"),
        (Fault::WrongPassword, "password"),
    ] {
        let router = world.router("R1");
        router.fault(fault.clone()).await;
        let reply = world.ask("/backup R1").await;
        assert!(!reply.went_well(), "{fault:?}: {}", reply.text);
        assert!(reply.text.contains(says), "{fault:?}: {}", reply.text);
        router.clear_faults().await;
    }
    assert!(world.ask("/backup R1").await.went_well());
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quick_question_does_not_wait_behind_a_backup_of_all() {
    let world = World::new(Plan {
        lab: LabPlan::fleet(12),
        settings: |settings| settings.ssh.sessions = 3,
        ..Plan::default()
    })
    .await;
    // Two of three permits hang for as long as the test wants.
    let holds: Vec<_> =
        ["R1", "R2"].map(|name| world.router(name).hold(Point::AtLogin)).into_iter().collect();
    let backup = world.desk.line("/backup all").await;
    for hold in &holds {
        hold.reached().await;
    }
    let quick = world.ask("/version R12").await;
    assert!(quick.went_well(), "{}", quick.text);
    for hold in holds {
        hold.release();
    }
    assert!(world.desk.ended(&backup).await.went_well());
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_can_be_cancelled_before_its_next_router() {
    let world = World::new(Plan {
        lab: LabPlan::fleet(4),
        settings: |settings| settings.ssh.sessions = 1,
        ..Plan::default()
    })
    .await;
    let holds: Vec<_> = (1..=4).map(|n| world.router(&format!("R{n}")).hold(Point::AtLogin)).collect();
    let backup = world.desk.line("/backup all").await;
    let running = world.desk.question(&backup).await;
    world.desk.press("bob", &running.button("Cancel")).await;
    world.desk.press("ann", &running.button("Cancel")).await;
    let ended = world.desk.ended(&backup).await;
    assert!(ended.first_line().contains("not asked (cancelled)"), "{}", ended.text);
    assert!(!ended.first_line().contains("failed"), "{}", ended.text);
    assert!(!ended.text.contains("R4  "), "{}", ended.text);
    drop(holds);
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_typed_cancel_stops_ones_own_job_only() {
    let world = World::new(Plan {
        lab: LabPlan::fleet(3),
        settings: |settings| settings.ssh.sessions = 1,
        ..Plan::default()
    })
    .await;
    let hold = world.router("R1").hold(Point::AtLogin);
    let backup = world.desk.line("/backup all").await;
    hold.reached().await;
    let foreign = world.desk.line_as("bob", "/cancel 1").await;
    let foreign = world.desk.ended(&foreign).await;
    assert!(foreign.text.contains("was asked by ann"), "{}", foreign.text);
    let own = world.ask("/cancel 1").await;
    assert!(own.went_well(), "{}", own.text);
    hold.release();
    let ended = world.desk.ended(&backup).await;
    assert!(ended.text.contains("cancelled"), "{}", ended.text);
    assert_eq!(world.router("R3").logins().accepted, 0, "a router was asked after the cancel");
    assert!(world.ask("/cancel 1").await.text.contains("over already"));
    assert!(!world.ask("/cancel 99").await.went_well());
    world.bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_answered_by_typing_one_of_its_answers() {
    let world = World::demo().await;
    world.ask("/backup all").await;
    for (line, typed, says) in [("/version", "r2", "R2 uptime"), ("/config all", "R1", "hostname R1")] {
        let slot = world.desk.line(line).await;
        world.desk.question(&slot).await;
        let number = world.ask("999").await;
        assert!(number.text.contains("no button 999"), "{}", number.text);
        let answer = world.ask(typed).await;
        assert!(answer.text.contains(says), "{line}, then {typed}: {}", answer.text);
    }
    world.bot.stop().await;
}
