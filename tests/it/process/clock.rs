//! The clock in the real process: an alert that was stored is mailed whatever happens to the process,
//! and rules are swapped as a whole or not at all.

use super::{Home, Session};
use patchbay::lab::{Fault, LabPlan, Mail, MailPlan, MailSink};
use std::os::unix::fs::OpenOptionsExt;

const RULES: &str = r#"[[rule]]
name = "cpu"
metric = "cpu"
raise_above = 90
clear_at_or_below = 80
severity = "critical"

[[rule]]
name = "missing"
metric = "missing"
raise_above = 0
severity = "warning"

[[route]]
to = ["mail", "terminal"]
"#;

/// One busy router that is looked at, and a mail server that the settings name.
async fn busy() -> (Home, MailSink) {
    let sink = MailSink::start(MailPlan::default()).await.unwrap();
    let home = Home::new(LabPlan::one("R1")).await;
    let router = home.router("R1");
    let port = format!("restconf-port={}", router.https_address().port());
    home.cli(&["device", "set", "R1", &port, "monitored=yes"]).well();
    router.fault(Fault::Cpu(95)).await;
    std::fs::write(home.path("ca.pem"), sink.certificate_pem()).unwrap();
    let mut private = std::fs::OpenOptions::new();
    let mut file = private.write(true).create(true).mode(0o600).open(home.path("password")).unwrap();
    std::io::Write::write_all(&mut file, sink.plan().password.as_bytes()).unwrap();
    std::fs::write(home.path("rules.toml"), RULES).unwrap();
    home.set(&format!(
        "rules = \"rules.toml\"\n[monitor]\ncpu = \"30s\"\n[channel.mail]\nkind = \"email\"\n\
         host = \"localhost\"\nport = {}\ntls = \"starttls\"\nca_file = \"ca.pem\"\nuser = \"{}\"\n\
         password_file = \"password\"\nfrom = \"patchbay@example.net\"\nto = [\"noc@example.net\"]\n",
        sink.address().port(),
        sink.plan().user,
    ));
    (home, sink)
}

/// Waits until so many mails have these words in their subject; the last of them.
fn mail(session: &mut Session, sink: &MailSink, words: &str, count: usize) -> Mail {
    session.patiently(words);
    loop {
        let mut mails = sink.mails();
        mails.retain(|mail| mail.subject.contains(words));
        match mails.pop() {
            Some(mail) if mails.len() + 1 >= count => return mail,
            Some(_) | None => session.listens_a_while(),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_alert_and_mail_loses_nothing_and_rules_are_swapped_whole() {
    let (home, sink) = busy().await;
    // The server has the mail, and the bot never hears so.
    let hold = sink.hold();
    let mut session = home.run();
    let first = mail(&mut session, &sink, "critical: R1 CPU 95 %", 1);
    hold.reached().await;
    session.says("R1 CPU 95 %");
    session.killed();
    hold.release();

    let mut session = home.run();
    let again = mail(&mut session, &sink, "critical: R1 CPU 95 %", 2);
    assert_eq!(again.header("Message-ID"), first.header("Message-ID"));
    assert_eq!(again.subject, first.subject);
    let listed = session.asks_whole("/alerts");
    assert!(listed.contains("1 alert is open") && listed.contains("#1 R1 CPU 95 %"), "{listed}");

    // A wrong file is told with its place, and the rules that were there go on.
    std::fs::write(home.path("rules.toml"), RULES.replace("raise_above = 90", "raise_abov = 90")).unwrap();
    let said = home.cli(&["reload"]).with(1);
    said.once("nothing was swapped");
    assert!(said.out.contains("rules.toml:4"), "{said:?}");
    session.signal("HUP");
    session.says("rules.toml:4");
    let listed = session.asks_whole("/alerts");
    assert!(listed.contains("#1 R1 CPU 95 %"), "{listed}");

    // Without its rule the alert ends, and whoever was told of it is told why.
    let cpu = RULES.find("[[rule]]\nname = \"missing\"").unwrap();
    std::fs::write(home.path("rules.toml"), &RULES[cpu..]).unwrap();
    session.signal("HUP");
    session.says("R1 CPU closed: no rule speaks of it any more (#1)");
    let end = mail(&mut session, &sink, "R1 CPU closed", 1);
    assert_eq!(end.header("In-Reply-To"), first.header("Message-ID"));
    home.cli(&["reload"]).well().once("rules for alerts are read anew");
    // `asks_whole` typed what is no command.
    let said = session.ended().with(1);
    assert_eq!(said.times("R1 CPU closed"), 1, "{said:?}");
    let about = sink.mails().into_iter().filter(|mail| mail.subject.contains("R1 CPU")).count();
    assert_eq!(about, 3, "{:?}", sink.mails());
}
